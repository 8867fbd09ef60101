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

/* Adding a negative amount lowers a word that holds so much, and turns over one that holds less. */
static bool turns_over(const struct stuck_word *w, uint32_t amount)
{
    return amount >= least_negative && w->now < 0u - amount;
}

static void add_next(struct stuck_supply *x, uint32_t slot)
{
    if (x->next[0] == VRRL_NO_INDEX)
        x->next[0] = slot;
    else if (x->next[0] != slot && x->next[1] == VRRL_NO_INDEX)
        x->next[1] = slot;
}

static struct stuck_supply no_supply(const struct stuck_word *w)
{
    return (struct stuck_supply){.most = w->now,
                                 .is_found = true,
                                 .is_sum = true,
                                 .any = VRRL_NO_INDEX,
                                 .maybe = VRRL_NO_INDEX,
                                 .next = {VRRL_NO_INDEX, VRRL_NO_INDEX}};
}

static void add_addition(const struct stuck_word *w, const struct stuck_touch *t,
                         struct stuck_supply *x)
{
    if (t->value < least_negative) {
        x->added += t->value;
        if (t->value > 0)
            add_next(x, t->slot);
        return;
    }
    x->maybe = t->slot;
    x->is_open |= turns_over(w, t->value);
    if (turns_over(w, t->value))
        add_next(x, t->slot);
}

static void add_supply(const struct stuck_word *w, const struct stuck_touch *t,
                       struct stuck_supply *x)
{
    bool sets = t->kind == TOUCH_SET || (t->kind == TOUCH_SWAP && t->expected == w->now);
    x->any = x->any == VRRL_NO_INDEX ? t->slot : x->any;
    x->is_sum &= t->kind == TOUCH_ADD && t->value < least_negative && !t->is_optional;
    if (t->kind == TOUCH_ADD) {
        add_addition(w, t, x);
    } else if (t->kind == TOUCH_MAY) {
        x->is_open = true;
        add_next(x, t->slot);
    } else if (sets && t->value > w->now) {
        x->most = t->value > x->most ? t->value : x->most;
        add_next(x, t->slot);
    } else if (t->kind == TOUCH_SWAP && !sets) {
        x->maybe = t->slot;
    }
}

/* What helps only where others have changed the word before may bring it to any value. */
static void add_maybe(struct stuck_supply *x, uint32_t changes)
{
    if (x->maybe == VRRL_NO_INDEX || changes < 2)
        return;
    x->is_open = true;
    add_next(x, x->maybe);
}

static struct stuck_supply supply_of(const struct stuck_state *s, const struct stuck_word *w,
                                     uint32_t waiter, uint32_t when)
{
    struct stuck_supply x = no_supply(w);
    uint32_t changes = 0;
    for (uint32_t i = w->changes; i < w[1].first; i++) {
        const struct stuck_touch t = stuck_resolved(s, &s->touches[s->by_word[i]]);
        if (!s->is_left[t.slot] || !stuck_changes(&t) || !(stuck_acts(s, t.slot, waiter) & when))
            continue;
        changes++;
        add_supply(w, &t, &x);
    }
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t slot = w->ranges[i];
        if (slot == VRRL_NO_INDEX || !s->is_left[slot] || !(stuck_acts(s, slot, waiter) & when))
            continue;
        x.is_open = true;
        x.is_sum = false;
        x.any = x.any == VRRL_NO_INDEX ? slot : x.any;
        add_next(&x, slot);
    }
    x.is_sum &= x.most + x.added <= UINT32_MAX;
    add_maybe(&x, changes);
    return x;
}

/* Of those who can act before: in a pool all that are left, but for what the waiter itself adds. */
static struct stuck_supply supply_before(const struct stuck_state *s, const struct stuck_word *w,
                                         uint32_t waiter)
{
    bool simple = s->program->model.kind == VRRL_MODEL_POOL && w->ranges[0] != waiter &&
                  w->ranges[1] != waiter && w->all.maybe == VRRL_NO_INDEX;
    struct stuck_supply x = w->all;
    for (uint32_t i = s->first_touch[waiter]; i < s->first_touch[waiter + 1]; i++) {
        const struct stuck_touch t = stuck_resolved(s, &s->touches[i]);
        if (&s->words[t.word] != w || !stuck_changes(&t))
            continue;
        simple &= t.kind == TOUCH_ADD && t.value < least_negative;
        x.added -= simple ? t.value : 0;
    }
    if (!simple)
        return supply_of(s, w, waiter, ACT_BEFORE);
    if (x.next[0] == waiter)
        x.next[0] = x.next[1];
    return x;
}

static bool is_enough(const struct stuck_supply *x, uint64_t wanted)
{
    return x->next[0] != VRRL_NO_INDEX && (x->is_open || x->most + x->added >= wanted);
}

/* ---- Who brings a value ------------------------------------------------------------------------ */

static void find_by_sums(struct stuck_state *s, const struct stuck_touch *wait, uint64_t wanted,
                         struct stuck_link *link)
{
    const struct stuck_word *w = &s->words[wait->word];
    struct stuck_supply before = supply_before(s, w, wait->slot);
    link->attainable = before.is_open ? UINT64_MAX : before.most + before.added;
    if (is_enough(&before, wanted)) {
        link->next = before.next[0];
        return;
    }
    if (s->program->model.kind != VRRL_MODEL_POOL) {
        struct stuck_supply both = supply_of(s, w, wait->slot, ACT_BEFORE | ACT_AFTER);
        if (is_enough(&both, wanted))
            link->next = supply_of(s, w, wait->slot, ACT_AFTER).next[0];
    }
    if (link->next == VRRL_NO_INDEX) {
        struct stuck_supply own = supply_of(s, w, wait->slot, ACT_OWN);
        link->next = is_enough(&own, wanted) ? wait->slot : VRRL_NO_INDEX;
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
    const struct stuck_word *goal = &s->words[wait->goal];
    struct stuck_question q = {
        .word = goal, .waiter = wait->slot, .when = ACT_BEFORE, .who = ACT_BEFORE, .down = true};
    if (link->attainable < wait->value)
        return;
    q.bound = link->attainable - wait->value;
    struct stuck_reach reach = stuck_reach_of(s, &q);
    link->next = reach.is_known ? reach.by : supply_of(s, goal, wait->slot, ACT_BEFORE).any;
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
    link->next = VRRL_NO_INDEX;
    if (!w->all.is_found)
        w->all = supply_of(s, w, wait->slot, ACT_ALL);
    if (w->all.is_sum) {
        find_by_sums(s, wait, wanted, link);
    } else if (!find_by_orders(s, wait, wanted, link)) {
        link->next = VRRL_NO_INDEX;
        find_by_sums(s, wait, wanted, link);
        link->may = link->next != VRRL_NO_INDEX;
    }
    if (link->next == VRRL_NO_INDEX && wait->goal != VRRL_NO_INDEX)
        find_goal(s, wait, link);
}
