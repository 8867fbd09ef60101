#include "run/stuck_needs.h"

#include "base/error.h"
#include "base/sorted.h"
#include "program/batch_view.h"
#include "run/stuck_supply.h"
#include "run/stuck_words.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

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

uint32_t stuck_queue_of(const struct stuck_state *s, uint32_t slot)
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
        uint32_t queue = stuck_queue_of(s, i);
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

static bool is_off(const struct stuck_state *s, uint32_t slot)
{
    uint32_t queue = stuck_queue_of(s, slot);
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

/* It has not ended, or is in the middle of what it does. */
static bool is_running(const struct stuck_state *s, uint32_t slot)
{
    for (uint32_t i = 0; i < s->depth; i++)
        if (s->middle[i] == slot)
            return true;
    return s->is_left[slot];
}

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
        if (at <= s->slot_count && is_running(s, at))
            f->found = at;
    }
}

/* The slot whose end it last waited for, if that is left; VRRL_NO_INDEX: none. */
static uint32_t told_end(const struct stuck_state *s, uint32_t slot)
{
    uint32_t told =
        epoch_status_position(s->program, s->first_index, s->waiter_at[slot]->wait_word);
    bool waits = told <= s->slot_count && is_running(s, told) && !s->fence_granted[slot];
    return waits ? told : VRRL_NO_INDEX;
}

/* Any whose end it waits for: the host's fence for all of the batch, one after the other. */
static uint32_t waits_for_end(const struct stuck_state *s, uint32_t slot)
{
    const vrrl_slot *at = epoch_slot(s->program, s->epoch, slot);
    struct fences f = {s, told_end(s, slot)};
    for (uint32_t i = 0; slot == s->slot_count && i < slot && f.found == VRRL_NO_INDEX; i++)
        f.found = is_running(s, i) ? i : VRRL_NO_INDEX;
    if (at && !s->fence_granted[slot])
        footprint_fences(at->opcode, s->program->words + at->args, at->arg_count, look_for_end, &f);
    return f.found;
}

/* ---- Values ---------------------------------------------------------------------------------- */

uint64_t stuck_wanted(const struct stuck_state *s, const struct stuck_touch *wait)
{
    return wait->value + (wait->goal == VRRL_NO_INDEX ? 0 : (uint64_t)s->words[wait->goal].now);
}

/* A word that was never known is taken for one that holds enough; one of which what has ended since left
 * an unknown value, for one that does not. */
static bool is_met(const struct stuck_state *s, const struct stuck_touch *wait)
{
    const struct stuck_word *w = &s->words[wait->word];
    const struct stuck_word *goal = wait->goal == VRRL_NO_INDEX ? NULL : &s->words[wait->goal];
    if (wait->is_granted || !w->is_known || (goal && !goal->is_known))
        return true;
    return !w->is_open && !(goal && goal->is_open) && w->now >= stuck_wanted(s, wait);
}

/* ---- Needs ----------------------------------------------------------------------------------- */

enum { WAITS_TRIED = 8 };

/* The unmet wait of a slot behind `after` for another word than those before it; of several values of a word
 * the greatest. */
static uint32_t next_unmet(const struct stuck_state *s, uint32_t slot, uint32_t after)
{
    uint32_t found = VRRL_NO_INDEX, first = s->first_touch[slot];
    for (uint32_t i = after == VRRL_NO_INDEX ? first : after + 1; i < s->first_touch[slot + 1];
         i++) {
        const struct stuck_touch *t = &s->touches[i];
        if (t->kind != TOUCH_WAIT || is_met(s, t))
            continue;
        if (found == VRRL_NO_INDEX || (s->touches[found].word == t->word &&
                                       stuck_wanted(s, &s->touches[found]) < stuck_wanted(s, t)))
            found = i;
    }
    return found;
}

/* The unmet wait that a slot is told to lack: the first for a value that nobody can bring, else the first. */
static void find_unmet(struct stuck_state *s, uint32_t slot, bool who, struct stuck_link *link)
{
    link->touch = next_unmet(s, slot, VRRL_NO_INDEX);
    if (link->touch == VRRL_NO_INDEX || !who)
        return;
    stuck_find_supply(s, &s->touches[link->touch], link);
    struct stuck_link other = *link;
    for (uint32_t i = 1; i < WAITS_TRIED && other.next != VRRL_NO_INDEX; i++) {
        other.touch = next_unmet(s, slot, other.touch);
        if (other.touch == VRRL_NO_INDEX)
            return;
        other.moves_goal = other.may = false;
        stuck_find_supply(s, &s->touches[other.touch], &other);
    }
    if (other.next == VRRL_NO_INDEX)
        *link = other;
}

/* But for its queue. `who`: and who can bring it. */
static struct stuck_link own_link(struct stuck_state *s, uint32_t slot, bool who)
{
    struct stuck_link link = {.touch = VRRL_NO_INDEX, .next = told_end(s, slot)};
    link.need = NEED_END;
    if (link.next != VRRL_NO_INDEX)
        return link;
    link.need = NEED_VALUE;
    find_unmet(s, slot, who, &link);
    if (link.touch != VRRL_NO_INDEX)
        return link;
    link.next = waits_for_end(s, slot);
    link.need = link.next == VRRL_NO_INDEX ? NEED_NOTHING : NEED_END;
    return link;
}

/* ---- Turns ----------------------------------------------------------------------------------- */

/* What has what it waits for takes a place of its queue, and holds nobody back until no place is left. */
static bool takes_place(struct stuck_state *s, uint32_t slot, uint32_t places)
{
    const vrrl_worker_model *m = &s->program->model;
    bool several = m->kind == VRRL_MODEL_PIPELINED && places < m->depth;
    return s->gives && several && own_link(s, slot, false).need == NEED_NOTHING;
}

/* Who is before it in its queue and holds it back. */
static uint32_t held_by(struct stuck_state *s, uint32_t slot)
{
    uint32_t before = s->before[slot], places = 1;
    while (before != VRRL_NO_INDEX && (is_in_flight(s, before) || takes_place(s, before, places))) {
        before = s->before[before];
        places++;
    }
    return before;
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

/* What a word is set to, as far as that is known now. */
static struct stuck_touch known_now(const struct stuck_state *s, const struct stuck_touch *t)
{
    struct stuck_touch known = *t;
    const struct stuck_word *from = t->from == VRRL_NO_INDEX ? NULL : &s->words[t->from];
    const struct stuck_word *if_is =
        t->expected_from == VRRL_NO_INDEX ? NULL : &s->words[t->expected_from];
    if (t->kind != TOUCH_MAY || !from || !from->is_known || from->is_open)
        return known;
    if (if_is && (!if_is->is_known || if_is->is_open))
        return known;
    known.kind = if_is ? TOUCH_SWAP : TOUCH_SET;
    known.value = from->now;
    known.expected = if_is ? if_is->now : 0;
    return known;
}

/* What a slot leaves that ends now. */
static void leave_effect(struct stuck_state *s, const struct stuck_touch *touch, bool certain)
{
    const struct stuck_touch t = known_now(s, touch);
    struct stuck_word *w = &s->words[t.word];
    w->now = stuck_changed(w->now, &t);
    w->is_open = !certain || t.kind == TOUCH_MAY || (w->is_open && t.kind != TOUCH_SET);
    while (w->unmet > w->first && s->touches[s->by_word[w->unmet - 1]].value > w->now)
        w->unmet--;
    look_at_waiters(s, w);
}

static void leave_range(struct stuck_state *s, const struct stuck_range *range)
{
    for (uint32_t i = stuck_next_word(s, range->first); i < range->end;
         i = stuck_next_word(s, i + 1)) {
        s->words[i].is_open = true;
        s->next_word[i] = i + 1;
        look_at_waiters(s, &s->words[i]);
    }
}

static void leave_queue(struct stuck_state *s, uint32_t slot)
{
    uint32_t queue = stuck_queue_of(s, slot), before = s->before[slot], behind = s->behind[slot];
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

static void end_listed(struct stuck_state *s);

/* What it does, up to a condition that does not hold. Who waits for a value that it takes back goes on before. */
static void leave_effects(struct stuck_state *s, uint32_t slot)
{
    bool certain = true, holds = true;
    for (uint32_t i = s->first_touch[slot]; i < s->first_touch[slot + 1] && holds; i++) {
        const struct stuck_touch *t = &s->touches[i];
        const struct stuck_word *w = &s->words[t->word];
        if (t->kind == TOUCH_IF) {
            bool known = w->is_known && !w->is_open;
            certain &= known;
            holds = !known || w->now == t->value;
        } else if (stuck_changes(t)) {
            leave_effect(s, t, certain);
        }
        if (s->is_late[slot] && s->depth < STUCK_DEPTH) {
            s->middle[s->depth++] = slot;
            end_listed(s);
            s->depth--;
        }
    }
}

/* SHUTDOWN sends the workers away: what is left then waits for nothing. */
static void leave_all(struct stuck_state *s)
{
    memset(s->is_left, 0, (s->slot_count + (size_t)1) * sizeof *s->is_left);
    s->left_count = 0;
}

void stuck_end(struct stuck_state *s, uint32_t slot)
{
    if (epoch_slot(s->program, s->epoch, slot)->opcode == VRRL_OPCODE_SHUTDOWN) {
        leave_all(s);
        return;
    }
    s->is_left[slot] = false;
    s->left_count--;
    leave_effects(s, slot);
    for (uint32_t i = sorted_from(s->ranges, s->range_count, sizeof *s->ranges, slot);
         i < s->range_count && s->ranges[i].slot == slot; i++)
        leave_range(s, &s->ranges[i]);
    leave_queue(s, slot);
}

static bool can_end(struct stuck_state *s, uint32_t slot)
{
    uint32_t status = s->waiter_at[slot]->status;
    return s->is_left[slot] && status != VRRL_STATUS_CLAIMED && status != VRRL_STATUS_WAIT_IO &&
           link_of(s, slot, false).need == NEED_NOTHING;
}

/* Those that may lower a word are kept for later; who is behind them in a queue may come first. */
static void end_listed(struct stuck_state *s)
{
    while (s->list_count > 0) {
        uint32_t slot = s->list[--s->list_count];
        if (s->is_late[slot]) {
            s->late[s->late_count++] = slot;
            if (can_end(s, slot))
                stuck_look_at(s, s->behind[slot]);
            continue;
        }
        s->is_listed[slot] = false;
        if (can_end(s, slot))
            stuck_end(s, slot);
    }
}

/* Whether a slot would leave some word with less than it holds. */
static bool lowers(const struct stuck_state *s, uint32_t slot)
{
    for (uint32_t i = s->first_touch[slot]; i < s->first_touch[slot + 1]; i++) {
        const struct stuck_touch t = known_now(s, &s->touches[i]);
        uint32_t now = s->words[t.word].now;
        if (stuck_changes(&t) && (t.kind == TOUCH_MAY || stuck_changed(now, &t) < now))
            return true;
    }
    return false;
}

enum { LATE_TRIED = 64 };

/* Of those that may lower a word: one that does not as things are, if there is one; else the last, or the
 * first; or the first in any case. */
static uint32_t pick_late(struct stuck_state *s)
{
    uint32_t count = s->late_count, picked = s->order == 0 ? count - 1 : 0;
    for (uint32_t i = 0; i < count && i < LATE_TRIED && s->order < 2; i++)
        if (!lowers(s, s->late[count - 1 - i])) {
            picked = count - 1 - i;
            break;
        }
    uint32_t slot = s->late[picked];
    s->late[picked] = s->late[--s->late_count];
    s->is_listed[slot] = false;
    return slot;
}

static void end_all(struct stuck_state *s)
{
    end_listed(s);
    while (s->late_count > 0) {
        uint32_t slot = pick_late(s);
        if (can_end(s, slot))
            stuck_end(s, slot);
        end_listed(s);
    }
}

/* Who waits for an end, or reads for what value, is looked at again when nothing else can end. */
void stuck_go_on(struct stuck_state *s)
{
    uint32_t left;
    do {
        left = s->left_count;
        end_all(s);
        for (uint32_t i = 0; i < s->slot_count && left != s->left_count; i++)
            if (s->is_slow[i])
                stuck_look_at(s, i);
    } while (s->list_count > 0);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static vrrl_code allocate_state(struct stuck_state *s, vrrl_error *err)
{
    size_t positions = s->slot_count + (size_t)2;
    s->waiter_at = calloc(positions, sizeof *s->waiter_at);
    s->is_left = calloc(positions, sizeof *s->is_left);
    s->is_listed = calloc(positions, sizeof *s->is_listed);
    s->fence_granted = calloc(positions, sizeof *s->fence_granted);
    s->is_slow = calloc(positions, sizeof *s->is_slow);
    s->has_if = calloc(positions, sizeof *s->has_if);
    s->is_late = calloc(positions, sizeof *s->is_late);
    s->before = malloc(positions * sizeof *s->before);
    s->behind = malloc(positions * sizeof *s->behind);
    s->first_touch = malloc(positions * sizeof *s->first_touch);
    s->list = malloc(positions * sizeof *s->list);
    s->late = malloc(positions * sizeof *s->late);
    if (!s->waiter_at || !s->is_left || !s->is_listed || !s->fence_granted || !s->is_slow ||
        !s->before || !s->behind || !s->first_touch || !s->list || !s->late || !s->is_late ||
        !s->has_if)
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
    vrrl_code code = allocate_state(s, err);
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
    free(s->has_if);
    free(s->is_late);
    free(s->before);
    free(s->behind);
    free(s->queue_left);
    free(s->queue_head);
    free(s->first_touch);
    free(s->list);
    free(s->late);
    stuck_words_free(s);
}
