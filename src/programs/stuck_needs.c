/* What the slots of a stuck epoch need, and what ends where some of it is given. */
#include "programs/stuck_state.h"

#include "base/error.h"
#include "base/sorted.h"
#include "programs/batch_view.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t least_negative = 0x80000000u; /* adding so much is meant to take away */

void stuck_look_at(struct stuck_state *s, uint32_t slot)
{
    if (slot >= s->slot_count || !s->is_left[slot] || s->is_listed[slot])
        return;
    s->is_listed[slot] = true;
    s->list[s->list_count++] = slot;
}

void stuck_look_at_all(struct stuck_state *s)
{
    for (uint32_t i = 0; i < s->slot_count; i++)
        stuck_look_at(s, i);
}

/* ---- Queues ---------------------------------------------------------------------------------- */

static uint32_t queue_of(const struct stuck_state *s, uint32_t slot)
{
    const vrrl_slot *at = epoch_slot(s->program, s->epoch, slot);
    return at && at->queue < s->program->model.queues ? at->queue : VRRL_NO_INDEX;
}

/* The first so many queues, in order of number, that have not finished, are on. */
static void find_queues_on(struct stuck_state *s)
{
    const vrrl_worker_model *m = &s->program->model;
    while (s->queues_on < m->queues && (!m->resident || s->unfinished_on < m->resident)) {
        uint32_t queue = s->queues_on++;
        if (s->queue_left[queue] == 0)
            continue;
        s->unfinished_on++;
        stuck_look_at(s, s->queue_head[queue]);
    }
}

static vrrl_code link_queues(struct stuck_state *s, vrrl_error *err)
{
    size_t queues = s->program->model.queues;
    uint32_t *last = malloc((queues + 1) * sizeof *last);
    s->queue_left = calloc(queues + 1, sizeof *s->queue_left);
    s->queue_head = calloc(queues + 1, sizeof *s->queue_head);
    if (!last || !s->queue_left || !s->queue_head) {
        free(last);
        return error_no_memory(err, queues * sizeof *last);
    }
    memset(last, 0xFF, (queues + 1) * sizeof *last);
    for (uint32_t i = 0; i < s->slot_count; i++) {
        uint32_t queue = queue_of(s, i);
        s->before[i] = s->behind[i] = VRRL_NO_INDEX;
        if (queue == VRRL_NO_INDEX || !s->is_left[i])
            continue;
        if (s->queue_left[queue]++ == 0)
            s->queue_head[queue] = i;
        s->before[i] = last[queue];
        if (last[queue] != VRRL_NO_INDEX)
            s->behind[last[queue]] = i;
        last[queue] = i;
    }
    free(last);
    find_queues_on(s);
    return VRRL_OK;
}

/* In a queue of several places what is in flight holds nobody back. */
static bool is_in_flight(const struct stuck_state *s, uint32_t slot)
{
    const vrrl_worker_model *m = &s->program->model;
    uint32_t status = s->waiter_at[slot]->status;
    return m->kind == VRRL_MODEL_PIPELINED && m->depth > 1 &&
           (status == VRRL_STATUS_CLAIMED || status == VRRL_STATUS_WAIT_IO);
}

/* Who is before it in its queue and holds it back. */
static uint32_t held_by(const struct stuck_state *s, uint32_t slot)
{
    uint32_t before = s->before[slot];
    while (before != VRRL_NO_INDEX && is_in_flight(s, before))
        before = s->before[before];
    return before;
}

static bool is_off(const struct stuck_state *s, uint32_t slot)
{
    uint32_t queue = queue_of(s, slot);
    return !s->all_on && queue != VRRL_NO_INDEX && queue >= s->queues_on;
}

/* The first slot of the first queue that is on and has not finished: there is one, or all are on. */
static uint32_t first_on(const struct stuck_state *s)
{
    uint32_t queue = 0;
    while (s->queue_left[queue] == 0)
        queue++;
    return s->queue_head[queue];
}

/* ---- Ends that are waited for ---------------------------------------------------------------- */

struct fences {
    const struct stuck_state *state;
    uint32_t found;
};

static void look_for_end(void *context, uint32_t first, uint32_t count)
{
    struct fences *f = context;
    const struct stuck_state *s = f->state;
    uint32_t ring = s->program->geometry.ring_slots;
    for (uint32_t i = 0; i < count && i < ring && f->found == VRRL_NO_INDEX; i++) {
        uint32_t index = (uint32_t)(((uint64_t)first + i) % ring);
        uint32_t at = epoch_position(s->program, s->first_index, index);
        if (at <= s->slot_count && s->is_left[at])
            f->found = at;
    }
}

/* The slot whose end it last waited for, if that is left; VRRL_NO_INDEX: none. */
static uint32_t told_end(const struct stuck_state *s, uint32_t slot)
{
    uint32_t told =
        epoch_status_position(s->program, s->first_index, s->waiter_at[slot]->wait_word);
    bool waits = told <= s->slot_count && s->is_left[told] && !s->fence_granted[slot];
    return waits ? told : VRRL_NO_INDEX;
}

/* Any whose end it waits for. */
static uint32_t waits_for_end(const struct stuck_state *s, uint32_t slot)
{
    const vrrl_slot *at = epoch_slot(s->program, s->epoch, slot);
    struct fences f = {s, told_end(s, slot)};
    if (at && !s->fence_granted[slot])
        footprint_fences(at->opcode, s->program->words + at->args, at->arg_count, look_for_end, &f);
    return f.found;
}

/* ---- Values ---------------------------------------------------------------------------------- */

uint32_t stuck_wanted(const struct stuck_state *s, const struct stuck_touch *wait)
{
    return wait->value + (wait->goal == VRRL_NO_INDEX ? 0 : s->words[wait->goal].now);
}

/* What is not known is taken for met. */
static bool is_met(const struct stuck_state *s, const struct stuck_touch *wait)
{
    const struct stuck_word *w = &s->words[wait->word];
    const struct stuck_word *goal = wait->goal == VRRL_NO_INDEX ? NULL : &s->words[wait->goal];
    return wait->is_granted || !w->is_known || w->is_open ||
           (goal && (goal->is_open || !goal->is_known)) || w->now >= stuck_wanted(s, wait);
}

enum { ACT_BEFORE = 1, ACT_AFTER = 2, ACT_OWN = 4, ACT_ALL = 7 };

/* Whether a slot that is left can act before another ends, or only then: behind it in its queue. */
static uint32_t acts(const struct stuck_state *s, uint32_t slot, uint32_t waiter)
{
    uint32_t queue = queue_of(s, slot);
    if (slot == waiter)
        return ACT_OWN;
    return queue != VRRL_NO_INDEX && slot > waiter && queue == queue_of(s, waiter) ? ACT_AFTER
                                                                                   : ACT_BEFORE;
}

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
        const struct stuck_touch *t = &s->touches[s->by_word[i]];
        if (!s->is_left[t->slot] || !(acts(s, t->slot, waiter) & when))
            continue;
        changes++;
        add_supply(w, t, &x);
    }
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t slot = w->ranges[i];
        if (slot == VRRL_NO_INDEX || !s->is_left[slot] || !(acts(s, slot, waiter) & when))
            continue;
        x.is_open = true;
        add_next(&x, slot);
    }
    add_maybe(&x, changes);
    return x;
}

/* Of those who can act before: in a pool all that are left, but for what the waiter itself adds. */
static struct stuck_supply supply_before(const struct stuck_state *s, struct stuck_word *w,
                                         uint32_t waiter)
{
    if (!w->all.is_found)
        w->all = supply_of(s, w, waiter, ACT_ALL);
    bool simple = s->program->model.kind == VRRL_MODEL_POOL && w->ranges[0] != waiter &&
                  w->ranges[1] != waiter && w->all.maybe == VRRL_NO_INDEX;
    struct stuck_supply x = w->all;
    for (uint32_t i = s->first_touch[waiter]; i < s->first_touch[waiter + 1]; i++) {
        const struct stuck_touch *t = &s->touches[i];
        if (&s->words[t->word] != w || !stuck_changes(t))
            continue;
        simple &= t->kind == TOUCH_ADD && t->value < least_negative;
        x.added -= simple ? t->value : 0;
    }
    if (!simple)
        return supply_of(s, w, waiter, ACT_BEFORE);
    if (x.next[0] == waiter)
        x.next[0] = x.next[1];
    return x;
}

static bool is_enough(const struct stuck_supply *x, uint32_t wanted)
{
    return x->next[0] != VRRL_NO_INDEX && (x->is_open || x->most + x->added >= wanted);
}

/* Who may lower what is wanted, before the waiter ends. */
static uint32_t who_moves_goal(const struct stuck_state *s, const struct stuck_touch *wait)
{
    if (wait->goal == VRRL_NO_INDEX)
        return VRRL_NO_INDEX;
    const struct stuck_word *w = &s->words[wait->goal];
    for (uint32_t i = w->changes; i < w[1].first; i++) {
        uint32_t slot = s->touches[s->by_word[i]].slot;
        if (s->is_left[slot] && acts(s, slot, wait->slot) == ACT_BEFORE)
            return slot;
    }
    for (uint32_t i = 0; i < 2; i++)
        if (w->ranges[i] != VRRL_NO_INDEX && s->is_left[w->ranges[i]] &&
            acts(s, w->ranges[i], wait->slot) == ACT_BEFORE)
            return w->ranges[i];
    return VRRL_NO_INDEX;
}

/* Of the waiter's own, behind its wait. */
static struct stuck_supply own_supply(const struct stuck_state *s, const struct stuck_word *w,
                                      uint32_t waiter)
{
    struct stuck_supply x = no_supply(w);
    for (uint32_t i = s->first_touch[waiter]; i < s->first_touch[waiter + 1]; i++)
        if (&s->words[s->touches[i].word] == w && stuck_changes(&s->touches[i]))
            add_supply(w, &s->touches[i], &x);
    if (w->ranges[0] == waiter || w->ranges[1] == waiter) {
        x.is_open = true;
        add_next(&x, waiter);
    }
    return x;
}

static uint32_t changed(uint32_t now, const struct stuck_touch *t)
{
    if (t->kind == TOUCH_ADD)
        return now + t->value;
    if (t->kind == TOUCH_SET || (t->kind == TOUCH_SWAP && now == t->expected))
        return t->value;
    return t->kind == TOUCH_TAKE ? now - (now > 0) : now;
}

/* Whether those behind the waiter bring a value: in their order, where nobody else changes the word. */
static bool comes_behind(const struct stuck_state *s, const struct stuck_word *w, uint32_t waiter,
                         uint32_t wanted)
{
    struct stuck_supply after = supply_of(s, w, waiter, ACT_AFTER);
    struct stuck_supply all = supply_of(s, w, waiter, ACT_BEFORE | ACT_AFTER);
    uint32_t now = w->now;
    bool comes = false, alone = w->ranges[0] == VRRL_NO_INDEX;
    for (uint32_t i = w->changes; i < w[1].first; i++) {
        const struct stuck_touch *t = &s->touches[s->by_word[i]];
        uint32_t when = s->is_left[t->slot] ? acts(s, t->slot, waiter) : ACT_OWN;
        alone &= when != ACT_BEFORE && (when == ACT_OWN || t->kind != TOUCH_MAY);
        if (when == ACT_AFTER)
            now = changed(now, t);
        comes |= now >= wanted;
    }
    return after.next[0] != VRRL_NO_INDEX && (alone ? comes : is_enough(&all, wanted));
}

/* Who can bring the value: slots that can act before; else, with those, one that can act only behind the
 * waiter; else the waiter itself. */
static void find_supply(struct stuck_state *s, const struct stuck_touch *wait,
                        struct stuck_link *link)
{
    struct stuck_word *w = &s->words[wait->word];
    struct stuck_supply before = supply_before(s, w, wait->slot), more;
    uint32_t goal = who_moves_goal(s, wait), wanted = stuck_wanted(s, wait);
    link->attainable =
        before.is_open || goal != VRRL_NO_INDEX ? UINT64_MAX : before.most + before.added;
    link->next = is_enough(&before, wanted) ? before.next[0] : goal;
    link->moves_goal = link->next == goal && goal != VRRL_NO_INDEX;
    if (link->next != VRRL_NO_INDEX)
        return;
    if (s->program->model.kind != VRRL_MODEL_POOL && comes_behind(s, w, wait->slot, wanted))
        link->next = supply_of(s, w, wait->slot, ACT_AFTER).next[0];
    more = own_supply(s, w, wait->slot);
    if (link->next == VRRL_NO_INDEX && is_enough(&more, wanted))
        link->next = wait->slot;
}

/* ---- Needs ----------------------------------------------------------------------------------- */

/* Where a slot waits for several values of a word, the greatest of them. */
static uint32_t first_unmet(const struct stuck_state *s, uint32_t slot)
{
    uint32_t found = VRRL_NO_INDEX;
    for (uint32_t i = s->first_touch[slot]; i < s->first_touch[slot + 1]; i++) {
        const struct stuck_touch *t = &s->touches[i];
        if (t->kind != TOUCH_WAIT || is_met(s, t))
            continue;
        if (found == VRRL_NO_INDEX || (s->touches[found].word == t->word &&
                                       stuck_wanted(s, &s->touches[found]) < stuck_wanted(s, t)))
            found = i;
    }
    return found;
}

/* But for its queue. `who`: and who can bring it. */
static struct stuck_link own_link(struct stuck_state *s, uint32_t slot, bool who)
{
    struct stuck_link link = {.touch = VRRL_NO_INDEX, .next = told_end(s, slot)};
    link.need = NEED_END;
    if (link.next != VRRL_NO_INDEX)
        return link;
    link.need = NEED_VALUE;
    link.touch = first_unmet(s, slot);
    if (link.touch != VRRL_NO_INDEX && who)
        find_supply(s, &s->touches[link.touch], &link);
    if (link.touch != VRRL_NO_INDEX)
        return link;
    link.next = waits_for_end(s, slot);
    link.need = link.next == VRRL_NO_INDEX ? NEED_NOTHING : NEED_END;
    return link;
}

/* That a queue is not on is what a slot lacks where it would go on otherwise. */
static struct stuck_link link_of(struct stuck_state *s, uint32_t slot, bool who)
{
    struct stuck_link link = {NEED_TURN, .touch = VRRL_NO_INDEX, .next = held_by(s, slot)};
    if (link.next != VRRL_NO_INDEX)
        return link;
    if (!s->gives && !is_off(s, slot) && s->waiter_at[slot]->status == VRRL_STATUS_PUBLISHED)
        return (struct stuck_link){NEED_NOTHING, VRRL_NO_INDEX, .next = VRRL_NO_INDEX};
    link = own_link(s, slot, who);
    if (is_off(s, slot) && (!who || link.need == NEED_NOTHING))
        link = (struct stuck_link){NEED_QUEUE, .touch = VRRL_NO_INDEX, .next = first_on(s)};
    return link;
}

bool stuck_lacks_only(const struct stuck_state *s, uint32_t slot, const struct stuck_link *link)
{
    for (uint32_t i = s->first_touch[slot]; i < s->first_touch[slot + 1]; i++) {
        const struct stuck_touch *t = &s->touches[i];
        bool same = link->need == NEED_VALUE && t->word == s->touches[link->touch].word;
        if (t->kind == TOUCH_WAIT && !same && !is_met(s, t))
            return false;
    }
    return !is_off(s, slot) && (link->need == NEED_END || waits_for_end(s, slot) == VRRL_NO_INDEX);
}

void stuck_give(struct stuck_state *s, uint32_t touch)
{
    const struct stuck_touch *given = &s->touches[touch];
    for (uint32_t i = s->first_touch[given->slot]; i < s->first_touch[given->slot + 1]; i++) {
        struct stuck_touch *t = &s->touches[i];
        if (t->kind == TOUCH_WAIT && t->word == given->word &&
            stuck_wanted(s, t) <= stuck_wanted(s, given))
            t->is_granted = true;
    }
}

struct stuck_link stuck_link_of(struct stuck_state *s, uint32_t slot)
{
    return link_of(s, slot, true);
}

/* ---- Going on -------------------------------------------------------------------------------- */

/* Those who wait for what the word has come to. */
static void look_at_waiters(struct stuck_state *s, struct stuck_word *w)
{
    for (; w->unmet < w->changes; w->unmet++) {
        const struct stuck_touch *t = &s->touches[s->by_word[w->unmet]];
        if (!w->is_open && w->now < t->value)
            return;
        stuck_look_at(s, t->slot);
    }
}

/* What a slot leaves that ends now. A value that may be any is taken for the one that is waited for. */
static void leave_effect(struct stuck_state *s, const struct stuck_touch *t)
{
    struct stuck_word *w = &s->words[t->word];
    w->all.is_found = false;
    w->now = changed(w->now, t);
    w->is_open = t->kind == TOUCH_MAY || (w->is_open && t->kind != TOUCH_SET);
    while (w->unmet > w->first && s->touches[s->by_word[w->unmet - 1]].value > w->now)
        w->unmet--;
    look_at_waiters(s, w);
}

static void leave_range(struct stuck_state *s, const struct stuck_range *range)
{
    for (uint32_t i = stuck_next_word(s, range->first); i < range->end;
         i = stuck_next_word(s, i + 1)) {
        s->words[i].is_open = true;
        s->words[i].all.is_found = false;
        s->next_word[i] = i + 1;
        look_at_waiters(s, &s->words[i]);
    }
}

static void leave_queue(struct stuck_state *s, uint32_t slot)
{
    uint32_t queue = queue_of(s, slot), before = s->before[slot], behind = s->behind[slot];
    if (queue == VRRL_NO_INDEX)
        return;
    if (before != VRRL_NO_INDEX)
        s->behind[before] = behind;
    else
        s->queue_head[queue] = behind;
    if (behind != VRRL_NO_INDEX) {
        s->before[behind] = before;
        stuck_look_at(s, behind);
    }
    if (--s->queue_left[queue] == 0 && queue < s->queues_on) {
        s->unfinished_on--;
        find_queues_on(s);
    }
}

void stuck_end(struct stuck_state *s, uint32_t slot)
{
    s->is_left[slot] = false;
    s->left_count--;
    for (uint32_t i = s->first_touch[slot]; i < s->first_touch[slot + 1]; i++)
        if (stuck_changes(&s->touches[i]))
            leave_effect(s, &s->touches[i]);
    for (uint32_t i = sorted_from(s->ranges, s->range_count, sizeof *s->ranges, slot);
         i < s->range_count && s->ranges[i].slot == slot; i++)
        leave_range(s, &s->ranges[i]);
    leave_queue(s, slot);
}

static void end_listed(struct stuck_state *s)
{
    while (s->list_count > 0) {
        uint32_t slot = s->list[--s->list_count], status = s->waiter_at[slot]->status;
        bool held = status == VRRL_STATUS_CLAIMED || status == VRRL_STATUS_WAIT_IO;
        s->is_listed[slot] = false;
        if (s->is_left[slot] && !held && link_of(s, slot, false).need == NEED_NOTHING)
            stuck_end(s, slot);
    }
}

/* Who waits for an end, or reads for what value, is looked at again when nothing else can end. */
void stuck_go_on(struct stuck_state *s)
{
    uint32_t left;
    do {
        left = s->left_count;
        end_listed(s);
        for (uint32_t i = 0; i < s->slot_count && left != s->left_count; i++)
            if (s->is_slow[i])
                stuck_look_at(s, i);
    } while (s->list_count > 0);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static vrrl_code allocate(struct stuck_state *s, vrrl_error *err)
{
    size_t positions = s->slot_count + (size_t)2;
    s->waiter_at = calloc(positions, sizeof *s->waiter_at);
    s->is_left = calloc(positions, sizeof *s->is_left);
    s->is_listed = calloc(positions, sizeof *s->is_listed);
    s->fence_granted = calloc(positions, sizeof *s->fence_granted);
    s->is_slow = calloc(positions, sizeof *s->is_slow);
    s->before = malloc(positions * sizeof *s->before);
    s->behind = malloc(positions * sizeof *s->behind);
    s->first_touch = malloc(positions * sizeof *s->first_touch);
    s->list = malloc(positions * sizeof *s->list);
    if (!s->waiter_at || !s->is_left || !s->is_listed || !s->fence_granted || !s->is_slow ||
        !s->before || !s->behind || !s->first_touch || !s->list)
        return error_no_memory(err, 40 * positions);
    s->before[s->slot_count] = s->behind[s->slot_count] = VRRL_NO_INDEX;
    return VRRL_OK;
}

static void place_waiters(struct stuck_state *s, const vrrl_waiter *waiters, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = epoch_position(s->program, s->first_index, waiters[i].index);
        if (at > s->slot_count)
            continue;
        s->left_count += at < s->slot_count && !s->is_left[at];
        s->waiter_at[at] = &waiters[i];
        s->is_left[at] = true;
    }
}

vrrl_code stuck_state_create(struct stuck_state *s, const vrrl_waiter *waiters, uint32_t count,
                             vrrl_error *err)
{
    vrrl_code code = allocate(s, err);
    if (code != VRRL_OK)
        return code;
    place_waiters(s, waiters, count);
    code = link_queues(s, err);
    return code == VRRL_OK ? stuck_words_create(s, err) : code;
}

void stuck_state_free(struct stuck_state *s)
{
    free(s->waiter_at);
    free(s->is_left);
    free(s->is_listed);
    free(s->fence_granted);
    free(s->is_slow);
    free(s->before);
    free(s->behind);
    free(s->queue_left);
    free(s->queue_head);
    free(s->first_touch);
    free(s->list);
    stuck_words_free(s);
}
