#include "run/stuck_supply.h"

#include "run/stuck_needs.h"
#include "run/stuck_reach.h"

static const uint32_t least_negative = 0x80000000u; /* adding so much is meant to take away */

uint32_t stuck_acts(const struct stuck_state *s, uint32_t slot, uint32_t waiter)
{
    uint32_t queue = stuck_queue_of(s, slot);
    if (slot == waiter)
        return ACT_OWN;
    return queue != VRRL_NO_INDEX && slot > waiter && queue == stuck_queue_of(s, waiter)
               ? ACT_AFTER
               : ACT_BEFORE;
}

uint32_t stuck_changed(uint32_t now, const struct stuck_touch *t)
{
    if (t->kind == TOUCH_ADD)
        return now + t->value;
    if (t->kind == TOUCH_SET || (t->kind == TOUCH_SWAP && now == t->expected))
        return t->value;
    return t->kind == TOUCH_TAKE ? now - (now > 0) : now;
}

/* ---- What is known --------------------------------------------------------------------------- */

/* Whether a word holds what it does until all have ended. */
static bool is_constant(const struct stuck_state *s, const struct stuck_word *w)
{
    for (uint32_t i = 0; i < 2; i++)
        if (w->ranges[i] != VRRL_NO_INDEX && s->is_left[w->ranges[i]])
            return false;
    for (uint32_t i = w->changes; i < w[1].first; i++)
        if (s->is_left[s->touches[s->by_word[i]].slot])
            return false;
    return w->is_known && !w->is_open;
}

static bool find_constant(const struct stuck_state *s, uint32_t word, uint32_t *value)
{
    if (word == VRRL_NO_INDEX || !is_constant(s, &s->words[word]))
        return false;
    *value = s->words[word].now;
    return true;
}

/* Whether conditions before it in its slot leave it out, or may. */
static void resolve_conditions(const struct stuck_state *s, const struct stuck_touch *t,
                               struct stuck_touch *known)
{
    for (const struct stuck_touch *other = &s->touches[s->first_touch[t->slot]]; other < t;
         other++) {
        if (other->kind != TOUCH_IF)
            continue;
        if (!is_constant(s, &s->words[other->word]))
            known->is_optional = true;
        else if (s->words[other->word].now != other->value)
            known->kind = TOUCH_NOT;
    }
}

struct stuck_touch stuck_resolved(const struct stuck_state *s, const struct stuck_touch *t)
{
    struct stuck_touch known = *t;
    if (t->kind == TOUCH_MAY && find_constant(s, t->from, &known.value)) {
        if (t->expected_from == VRRL_NO_INDEX)
            known.kind = TOUCH_SET;
        else if (find_constant(s, t->expected_from, &known.expected))
            known.kind = TOUCH_SWAP;
    }
    if (s->has_if[t->slot])
        resolve_conditions(s, t, &known);
    return known;
}

/* ---- Sums and bounds ------------------------------------------------------------------------- */

/* What they bring a word to. */
struct brought {
    uint64_t most;
    bool is_open;       /* to any value */
    uint32_t next, any; /* the first that brings it nearer; the first that changes it */
};

/* Adding a negative amount lowers a word that holds so much, and turns over one that holds less. */
static bool turns_over(const struct stuck_word *w, uint32_t amount)
{
    return amount >= least_negative && w->now < 0u - amount;
}

static void add_first(uint32_t first[2], uint32_t slot)
{
    if (first[0] == VRRL_NO_INDEX)
        first[0] = slot;
    else if (first[0] != slot && first[1] == VRRL_NO_INDEX)
        first[1] = slot;
}

static void add_last(uint32_t last[2], uint32_t slot)
{
    if (last[0] == slot)
        return;
    last[1] = last[0];
    last[0] = slot;
}

static void add_greatest(struct stuck_supply *x, uint32_t slot, uint32_t value)
{
    if (x->set[0].slot == slot) {
        x->set[0].value = value > x->set[0].value ? value : x->set[0].value;
    } else if (x->set[0].slot == VRRL_NO_INDEX || value > x->set[0].value) {
        x->set[1] = x->set[0];
        x->set[0] = (struct stuck_set){slot, value};
    } else if (x->set[1].slot == VRRL_NO_INDEX || value > x->set[1].value) {
        x->set[1] = (struct stuck_set){slot, value};
    }
}

static struct stuck_supply no_supply(void)
{
    const uint32_t none = VRRL_NO_INDEX;
    return (struct stuck_supply){.is_sum = true,
                                 .set = {{none, 0}, {none, 0}},
                                 .any = {none, none},
                                 .open = {none, none},
                                 .next = {none, none},
                                 .maybe = {none, none}};
}

static bool adds(const struct stuck_touch *t)
{
    return t->kind == TOUCH_ADD && t->value < least_negative;
}

static void add_open(struct stuck_supply *x, uint32_t slot)
{
    add_first(x->open, slot);
    add_first(x->next, slot);
}

static void add_supply(const struct stuck_word *w, const struct stuck_touch *t,
                       struct stuck_supply *x)
{
    bool sets = t->kind == TOUCH_SET || (t->kind == TOUCH_SWAP && t->expected == w->now);
    x->changes++;
    add_first(x->any, t->slot);
    x->is_sum &= adds(t) && !t->is_optional;
    if (adds(t)) {
        x->added += t->value;
        if (t->value > 0)
            add_first(x->next, t->slot);
    } else if (t->kind == TOUCH_ADD) {
        add_last(x->maybe, t->slot);
        if (turns_over(w, t->value))
            add_open(x, t->slot);
    } else if (t->kind == TOUCH_MAY) {
        add_open(x, t->slot);
    } else if (sets && t->value > w->now) {
        add_greatest(x, t->slot, t->value);
        add_first(x->next, t->slot);
    } else if (t->kind == TOUCH_SWAP && !sets) {
        add_last(x->maybe, t->slot);
    }
}

static void add_ranges(const struct stuck_state *s, const struct stuck_word *w, uint32_t waiter,
                       uint32_t when, struct stuck_supply *x)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t slot = w->ranges[i];
        if (slot == VRRL_NO_INDEX || !s->is_left[slot] || !(stuck_acts(s, slot, waiter) & when))
            continue;
        x->is_sum = false;
        add_first(x->any, slot);
        add_open(x, slot);
    }
}

static struct stuck_supply supply_of(struct stuck_state *s, const struct stuck_word *w,
                                     uint32_t waiter, uint32_t when)
{
    struct stuck_supply x = no_supply();
    s->added_up += w[1].first - w->changes;
    for (uint32_t i = w->changes; i < w[1].first; i++) {
        const struct stuck_touch t = stuck_resolved(s, &s->touches[s->by_word[i]]);
        if (s->is_left[t.slot] && stuck_changes(&t) && (stuck_acts(s, t.slot, waiter) & when))
            add_supply(w, &t, &x);
    }
    add_ranges(s, w, waiter, when, &x);
    return x;
}

static struct stuck_supply supply_of_own(struct stuck_state *s, const struct stuck_word *w,
                                         uint32_t waiter)
{
    struct stuck_supply x = no_supply();
    s->added_up += s->first_touch[waiter + 1] - s->first_touch[waiter];
    for (uint32_t i = s->first_touch[waiter]; i < s->first_touch[waiter + 1]; i++) {
        const struct stuck_touch t = stuck_resolved(s, &s->touches[i]);
        if (&s->words[t.word] == w && stuck_changes(&t))
            add_supply(w, &t, &x);
    }
    add_ranges(s, w, waiter, ACT_OWN, &x);
    return x;
}

static uint32_t first_but(const uint32_t slots[2], uint32_t but)
{
    return slots[0] == but ? slots[1] : slots[0];
}

/* Without what one slot does, which is in the supply. What helps only where others have changed the word
 * before may bring it to any value. */
static struct brought brought_without(const struct stuck_word *w, const struct stuck_supply *x,
                                      uint32_t slot, const struct stuck_supply *of_slot)
{
    const struct stuck_set *set = &x->set[x->set[0].slot == slot];
    uint32_t maybe = first_but(x->maybe, slot);
    bool helps = maybe != VRRL_NO_INDEX && x->changes - of_slot->changes >= 2;
    struct brought b = {.most = set->slot == VRRL_NO_INDEX ? w->now : set->value,
                        .is_open = helps || first_but(x->open, slot) != VRRL_NO_INDEX,
                        .next = first_but(x->next, slot),
                        .any = first_but(x->any, slot)};
    b.most += x->added - of_slot->added;
    if (b.next == VRRL_NO_INDEX && helps)
        b.next = maybe;
    return b;
}

static struct brought brought(const struct stuck_word *w, const struct stuck_supply *x)
{
    const struct stuck_supply none = no_supply();
    return brought_without(w, x, VRRL_NO_INDEX, &none);
}

/* It is the same for all who wait, until a slot ends. */
static const struct stuck_supply *supply_of_all(struct stuck_state *s, struct stuck_word *w,
                                                uint32_t waiter)
{
    if (w->all_found && w->all_left == s->left_count)
        return &w->all;
    w->all = supply_of(s, w, waiter, ACT_ALL);
    w->all_found = true;
    w->all_left = s->left_count;
    return &w->all;
}

/* Whether slots that are left can act only behind the waiter: in a pool there are none. */
static bool holds_back(const struct stuck_state *s, uint32_t waiter)
{
    return s->behind[waiter] != VRRL_NO_INDEX;
}

/* By those who can act before. */
static struct brought brought_before(struct stuck_state *s, struct stuck_word *w, uint32_t waiter)
{
    if (holds_back(s, waiter)) {
        struct stuck_supply x = supply_of(s, w, waiter, ACT_BEFORE);
        return brought(w, &x);
    }
    struct stuck_supply own = supply_of_own(s, w, waiter);
    return brought_without(w, supply_of_all(s, w, waiter), waiter, &own);
}

static bool is_enough(const struct brought *b, uint64_t wanted)
{
    return b->next != VRRL_NO_INDEX && (b->is_open || b->most >= wanted);
}

/* ---- Who brings a value ------------------------------------------------------------------------ */

static void find_by_sums(struct stuck_state *s, const struct stuck_touch *wait, uint64_t wanted,
                         struct stuck_link *link)
{
    struct stuck_word *w = &s->words[wait->word];
    struct brought before = brought_before(s, w, wait->slot);
    link->attainable = before.is_open ? UINT64_MAX : before.most;
    if (is_enough(&before, wanted)) {
        link->next = before.next;
        return;
    }
    if (holds_back(s, wait->slot)) {
        struct stuck_supply both = supply_of(s, w, wait->slot, ACT_BEFORE | ACT_AFTER);
        struct stuck_supply after = supply_of(s, w, wait->slot, ACT_AFTER);
        struct brought by_both = brought(w, &both);
        if (is_enough(&by_both, wanted))
            link->next = brought(w, &after).next;
    }
    if (link->next == VRRL_NO_INDEX) {
        struct stuck_supply own = supply_of_own(s, w, wait->slot);
        struct brought by_own = brought(w, &own);
        link->next = is_enough(&by_own, wanted) ? wait->slot : VRRL_NO_INDEX;
    }
}

/* False where not all orders can be looked at. */
static bool find_by_orders(struct stuck_state *s, const struct stuck_touch *wait, uint64_t wanted,
                           struct stuck_link *link)
{
    static const struct {
        uint32_t when, who;
    } tries[] = {{ACT_BEFORE, ACT_BEFORE}, {ACT_BEFORE | ACT_AFTER, ACT_AFTER}, {ACT_OWN, ACT_OWN}};
    for (uint32_t i = 0; i < 3 && link->next == VRRL_NO_INDEX; i++) {
        struct stuck_reach reach =
            stuck_reach_of(s, &(struct stuck_question){.word = &s->words[wait->word],
                                                       .waiter = wait->slot,
                                                       .when = tries[i].when,
                                                       .who = tries[i].who,
                                                       .bound = wanted});
        if (!reach.is_known)
            return false;
        if (i == 0)
            link->attainable = reach.most;
        link->next = reach.by;
    }
    return true;
}

/* Who lowers what is wanted to what the word can hold, before the waiter ends. */
static void find_goal(struct stuck_state *s, const struct stuck_touch *wait,
                      struct stuck_link *link)
{
    struct stuck_word *goal = &s->words[wait->goal];
    struct stuck_question q = {
        .word = goal, .waiter = wait->slot, .when = ACT_BEFORE, .who = ACT_BEFORE, .down = true};
    if (link->attainable < wait->value)
        return;
    q.bound = link->attainable - wait->value;
    struct stuck_reach reach = stuck_reach_of(s, &q);
    link->next = reach.is_known ? reach.by : brought_before(s, goal, wait->slot).any;
    link->moves_goal = link->next != VRRL_NO_INDEX;
    link->may = link->moves_goal && !reach.is_known;
    if (link->moves_goal)
        link->attainable = UINT64_MAX;
}

void stuck_find_supply(struct stuck_state *s, const struct stuck_touch *wait,
                       struct stuck_link *link)
{
    uint64_t wanted = stuck_wanted(s, wait);
    struct stuck_word *w = &s->words[wait->word];
    const struct stuck_supply *all = supply_of_all(s, w, wait->slot);
    link->next = VRRL_NO_INDEX;
    if (all->is_sum && w->now + all->added <= UINT32_MAX) {
        find_by_sums(s, wait, wanted, link);
    } else if (!find_by_orders(s, wait, wanted, link)) {
        link->next = VRRL_NO_INDEX;
        find_by_sums(s, wait, wanted, link);
        link->may = link->next != VRRL_NO_INDEX;
    }
    if (link->next == VRRL_NO_INDEX && wait->goal != VRRL_NO_INDEX)
        find_goal(s, wait, link);
}
