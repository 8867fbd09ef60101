#include "run/stuck.h"

#include "base/array.h"
#include "base/error.h"
#include "base/result.h"
#include "program/batch_view.h"
#include "run/stuck_needs.h"
#include "run/stuck_state.h"

#include <stdlib.h>
#include <string.h>

/* Chains are followed from all that are left to their roots; then what the roots lack is given, what can
 * end then ends, and the rest is followed again. */
struct analysis {
    struct stuck_state state;
    const vrrl_waiter *waiters;
    uint32_t waiter_count;
    const struct stuck_given *given; /* beforehand */
    uint32_t given_count;
    uint32_t *chain_end; /* by position: its root, once it is known */
    vrrl_stuck *stuck;
    uint32_t root_room;
    struct grant *grants; /* by root */
    uint32_t grant_room;
};

/* What a root lacks. */
struct grant {
    uint32_t slot; /* who lacks it */
    struct stuck_link link;
    vrrl_root_kind kind;
    bool is_idle; /* it is not needed after all */
};

#define NOT_SEEN 0xFFFFFFFFu
#define ON_PATH  0xFFFFFFFEu

/* ---- Roots ----------------------------------------------------------------------------------- */

static vrrl_code add_root(struct analysis *a, const vrrl_root *root, const struct grant *grant,
                          uint32_t *index, vrrl_error *err)
{
    vrrl_stuck *s = a->stuck;
    vrrl_code code = array_room(s->roots, s->root_count, a->root_room, 1, err);
    if (code == VRRL_OK)
        code = array_room(a->grants, s->root_count, a->grant_room, 1, err);
    if (code != VRRL_OK) {
        free(root->cycle);
        return code;
    }
    *index = s->root_count;
    a->grants[s->root_count] = *grant;
    a->grants[s->root_count].kind = root->kind;
    s->roots[s->root_count++] = *root;
    return VRRL_OK;
}

static uint32_t status_word(const struct stuck_state *s, uint32_t slot)
{
    const vrrl_geometry *g = &s->program->geometry;
    uint64_t index = ((uint64_t)s->first_index + slot) % g->ring_slots;
    return s->program->layout.ring_base + (uint32_t)index * g->slot_words;
}

/* What a slot waits for, in a root of it. */
static vrrl_root root_of(const struct stuck_state *s, uint32_t slot, const struct stuck_link *link)
{
    const vrrl_waiter *w = s->waiter_at[slot];
    vrrl_root root = {.slot = slot,
                      .worker = w->worker,
                      .wait_word = w->wait_word,
                      .wait_value = w->wait_value,
                      .seen_value = w->seen_value,
                      .attainable = UINT64_MAX,
                      .resident = s->program->model.resident};
    if (link->need == NEED_END) {
        root.wait_word = status_word(s, link->next);
        root.wait_value = 0;
        root.seen_value = s->waiter_at[link->next]->status;
    } else if (link->need == NEED_VALUE) {
        const struct stuck_touch *wait = &s->touches[link->touch];
        const struct stuck_word *word = &s->words[wait->word];
        root.wait_word = word->word;
        root.wait_value = stuck_wanted(s, wait);
        root.seen_value = word->seen;
        root.attainable = link->attainable;
        root.producers = word->producers;
        root.ended = word->ended;
    }
    root.is_to_come = root.wait_word != w->wait_word;
    return root;
}

/* Whether the chain ends at a slot that needs this, and as what. */
static bool is_root(const struct stuck_state *s, uint32_t slot, const struct stuck_link *link,
                    vrrl_root_kind *kind)
{
    uint32_t status = s->waiter_at[slot]->status;
    if (status == VRRL_STATUS_CLAIMED || status == VRRL_STATUS_WAIT_IO) {
        *kind = status == VRRL_STATUS_CLAIMED ? VRRL_ROOT_IN_BODY : VRRL_ROOT_WAIT_IO;
        return true;
    }
    *kind = link->need == NEED_VALUE ? VRRL_ROOT_UNREACHABLE : VRRL_ROOT_NOT_TAKEN;
    return link->next == VRRL_NO_INDEX;
}

/* ---- Cycles ---------------------------------------------------------------------------------- */

static vrrl_cycle_slot cycle_slot(const struct stuck_state *s, uint32_t slot,
                                  const struct stuck_link *link)
{
    vrrl_root root = root_of(s, slot, link);
    vrrl_cycle_slot one = {
        .slot = slot, .word = root.wait_word, .wanted = root.wait_value, .seen = root.seen_value};
    one.waits = link->need == NEED_TURN    ? VRRL_WAIT_TURN
                : link->need == NEED_QUEUE ? VRRL_WAIT_QUEUE
                : link->need == NEED_END   ? VRRL_WAIT_END
                : link->moves_goal         ? VRRL_WAIT_GOAL
                                           : VRRL_WAIT_VALUE;
    one.is_to_come = root.is_to_come;
    one.may = link->may;
    return one;
}

/* The slot with which a cycle is told that `at` is on: one whose queue is not on; else one that lacks
 * nothing else; else one that waits for more than its turn. */
static uint32_t first_of_cycle(struct stuck_state *s, uint32_t at)
{
    uint32_t slot = at, found = at, best = 0;
    do {
        struct stuck_link link = stuck_link_of(s, slot);
        uint32_t good = link.need == NEED_QUEUE                           ? 3
                        : link.need == NEED_TURN || slot == s->slot_count ? 0
                        : stuck_lacks_only(s, slot, &link)                ? 2
                                                                          : 1;
        if (good > best) {
            best = good;
            found = slot;
        }
        slot = link.next;
    } while (slot != at);
    return found;
}

static vrrl_code list_cycle(struct stuck_state *s, uint32_t first, vrrl_root *root, vrrl_error *err)
{
    uint32_t slot = first, room = 0;
    do {
        struct stuck_link link = stuck_link_of(s, slot);
        vrrl_code code = array_room(root->cycle, root->cycle_length, room, 1, err);
        if (code != VRRL_OK)
            return code;
        root->cycle[root->cycle_length++] = cycle_slot(s, slot, &link);
        slot = link.next;
    } while (slot != first);
    return VRRL_OK;
}

/* The root that a chain which came back to `at` closes. */
static vrrl_code add_cycle(struct analysis *a, uint32_t at, uint32_t *index, vrrl_error *err)
{
    struct stuck_state *s = &a->state;
    uint32_t first = first_of_cycle(s, at);
    struct grant grant = {.slot = first, .link = stuck_link_of(s, first)};
    vrrl_root root = root_of(s, first, &grant.link);
    bool off = grant.link.need == NEED_QUEUE;
    root.kind = off ? VRRL_ROOT_NOT_RESIDENT : VRRL_ROOT_CYCLE;
    vrrl_code code = off ? VRRL_OK : list_cycle(s, first, &root, err);
    if (code == VRRL_OK)
        return add_root(a, &root, &grant, index, err);
    free(root.cycle);
    return code;
}

/* ---- Chains ---------------------------------------------------------------------------------- */

/* Follows the chain from `start` to its root, and marks every position on the way. */
static vrrl_code follow(struct analysis *a, uint32_t start, vrrl_error *err)
{
    uint32_t at = start, end = NOT_SEEN;
    vrrl_code code = VRRL_OK;
    while (end == NOT_SEEN) {
        struct grant grant = {.slot = at, .link = stuck_link_of(&a->state, at)};
        vrrl_root root = root_of(&a->state, at, &grant.link);
        a->chain_end[at] = ON_PATH;
        if (is_root(&a->state, at, &grant.link, &root.kind))
            code = add_root(a, &root, &grant, &end, err);
        else if (a->chain_end[grant.link.next] == ON_PATH)
            code = add_cycle(a, grant.link.next, &end, err);
        else
            end = a->chain_end[at = grant.link.next];
        if (code != VRRL_OK)
            return code;
    }
    for (at = start; a->chain_end[at] == ON_PATH;) {
        a->chain_end[at] = end;
        struct stuck_link link = stuck_link_of(&a->state, at);
        if (link.next == VRRL_NO_INDEX)
            break;
        at = link.next;
    }
    return VRRL_OK;
}

static vrrl_code follow_all(struct analysis *a, vrrl_error *err)
{
    const struct stuck_state *s = &a->state;
    vrrl_code code = VRRL_OK;
    for (uint32_t at = 0; at <= s->slot_count; at++)
        if (s->is_left[at])
            a->chain_end[at] = NOT_SEEN;
    for (uint32_t at = 0; at < s->slot_count && code == VRRL_OK; at++)
        if (s->is_left[at] && a->chain_end[at] == NOT_SEEN)
            code = follow(a, at, err);
    return code;
}

/* Gives a root what it lacks; false where it has that already. */
static bool give(struct stuck_state *s, const struct grant *g)
{
    if (g->slot == s->slot_count || !s->is_left[g->slot])
        return false;
    if (g->kind == VRRL_ROOT_NOT_RESIDENT) {
        if (!s->all_on)
            stuck_look_at_all(s);
        s->all_on = true;
    } else if (g->kind >= VRRL_ROOT_IN_BODY || g->link.need == NEED_TURN) {
        stuck_end(s, g->slot);
    } else if (g->link.need == NEED_VALUE) {
        stuck_give(s, g->link.touch);
    } else {
        s->fence_granted[g->slot] = true;
    }
    stuck_look_at(s, g->slot);
    return true;
}

/* ---- What is given beforehand ---------------------------------------------------------------- */

static void give_word(struct stuck_state *s, const struct stuck_given *given)
{
    for (uint32_t i = 0; i < s->touch_count; i++) {
        struct stuck_touch *t = &s->touches[i];
        if (t->kind != TOUCH_WAIT)
            continue;
        uint64_t wanted = stuck_wanted(s, t);
        t->is_granted |= s->words[t->word].word == given->word && wanted <= given->value;
        t->is_granted |= t->slot == given->over && wanted > UINT32_MAX;
    }
}

static void give_beforehand(const struct analysis *a, struct stuck_state *s)
{
    for (uint32_t i = 0; i < a->given_count; i++) {
        give_word(s, &a->given[i]);
        s->all_on |= a->given[i].all_on;
        for (uint32_t k = 0; a->given[i].ends && k < s->slot_count; k++)
            s->fence_granted[k] = true;
    }
    s->gives = a->given_count > 0;
    if (s->gives)
        stuck_look_at_all(s);
    if (s->gives)
        stuck_go_on(s);
}

/* ---- What is not needed ---------------------------------------------------------------------- */

enum { ROOTS_TRIED = 32, TRIES_MAX = 1 << 22 };

/* How many slots are left where all roots but one are given what they lack, or one alone is. */
static vrrl_code try_roots(const struct analysis *a, const struct stuck_state *fresh, uint32_t but,
                           uint32_t only, uint32_t *left, vrrl_error *err)
{
    *left = UINT32_MAX;
    for (uint32_t order = 0; order<STUCK_ORDERS && * left> 0; order++) {
        struct stuck_state s = *fresh;
        s.order = order;
        vrrl_code code = stuck_state_create(&s, a->waiters, a->waiter_count, err);
        if (code == VRRL_OK)
            give_beforehand(a, &s);
        s.gives = true;
        for (uint32_t i = 0; code == VRRL_OK && i < a->stuck->root_count; i++)
            if (i != but && !a->grants[i].is_idle && (only == VRRL_NO_INDEX || i == only))
                give(&s, &a->grants[i]);
        if (code == VRRL_OK) {
            stuck_look_at_all(&s);
            stuck_go_on(&s);
            *left = s.left_count < *left ? s.left_count : *left;
        }
        stuck_state_free(&s);
        if (code != VRRL_OK)
            return code;
    }
    return VRRL_OK;
}

/* Takes out what lets no slot end by itself, and without which the others let all end. */
static vrrl_code drop_idle(struct analysis *a, const struct stuck_state *fresh, vrrl_error *err)
{
    uint32_t none = VRRL_NO_INDEX, without, alone, before;
    uint64_t effort = a->stuck->waiter_count + (uint64_t)a->state.touch_count;
    uint32_t roots = a->stuck->root_count;
    if (roots < 2 || roots > ROOTS_TRIED || effort * roots > TRIES_MAX)
        return VRRL_OK;
    vrrl_code code = try_roots(a, fresh, none, none - 1, &before, err);
    for (uint32_t i = roots; code == VRRL_OK && i-- > 0;) {
        code = try_roots(a, fresh, i, none, &without, err);
        if (code != VRRL_OK || without > 0)
            continue;
        code = try_roots(a, fresh, none, i, &alone, err);
        a->grants[i].is_idle = alone >= before;
    }
    return code;
}

/* Slots whose root is taken out are behind none that is left. */
static void take_out_idle(struct analysis *a)
{
    vrrl_stuck *stuck = a->stuck;
    uint32_t kept = 0, rank = 0, last = 0;
    for (uint32_t i = 0; i < stuck->root_count; i++) {
        vrrl_root root = stuck->roots[i];
        if (a->grants[i].is_idle) {
            free(root.cycle);
            continue;
        }
        rank += kept > 0 && root.rank > last;
        last = root.rank;
        root.rank = rank;
        stuck->roots[kept++] = root;
    }
    stuck->root_count = kept;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* How many slots a cycle has beside its first; the fence is never counted. */
static uint32_t other_members(const struct analysis *a, const vrrl_root *root)
{
    uint32_t members = 0;
    for (uint32_t i = 1; i < root->cycle_length; i++)
        members += root->cycle[i].slot < a->state.slot_count;
    return members;
}

/* Members of a cycle are not behind it. What ends with what is given is behind none. */
static void count_behind(struct analysis *a)
{
    vrrl_root *roots = a->stuck->roots;
    for (uint32_t at = 0; at < a->state.slot_count; at++)
        if (a->state.waiter_at[at] && a->chain_end[at] != NOT_SEEN &&
            roots[a->chain_end[at]].slot != at)
            roots[a->chain_end[at]].behind++;
    for (uint32_t i = 0; i < a->stuck->root_count; i++) {
        uint32_t members = roots[i].kind == VRRL_ROOT_CYCLE ? other_members(a, &roots[i]) : 0;
        roots[i].behind -= members < roots[i].behind ? members : roots[i].behind;
    }
}

static int most_behind_first(const void *left, const void *right)
{
    const vrrl_root *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->behind != b->behind)
        return a->behind > b->behind ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

enum { RANKS_MAX = 64, LOOKS_MAX = 1 << 23 };

/* What still lacks behind so many other roots, or after so much was looked at, is left out. */
static bool is_long(const struct analysis *a, uint32_t rank, uint64_t looked)
{
    return rank == RANKS_MAX ||
           (rank > 0 && looked + a->state.left_count + a->state.touch_count > LOOKS_MAX);
}

static vrrl_code find_roots(struct analysis *a, const struct stuck_state *fresh, vrrl_error *err)
{
    struct stuck_state *s = &a->state;
    vrrl_stuck *out = a->stuck;
    vrrl_code code = VRRL_OK;
    uint64_t looked = 0;
    give_beforehand(a, s);
    out->waiter_count = s->left_count;
    for (uint32_t i = 0; i < s->word_count; i++)
        out->unknown_words += !s->words[i].is_known;
    for (uint32_t rank = 0, known = 0; code == VRRL_OK && s->left_count > 0; rank++) {
        out->is_cut = is_long(a, rank, looked);
        code = out->is_cut ? VRRL_OK : follow_all(a, err);
        looked += s->left_count + (uint64_t)s->touch_count;
        bool gave = false;
        for (; known < out->root_count; known++) {
            out->roots[known].rank = rank;
            gave |= give(s, &a->grants[known]);
        }
        if (!gave)
            break;
        s->gives = true;
        stuck_go_on(s);
    }
    /* The fence waits for what is stuck anyway, unless nothing else is. */
    if (code == VRRL_OK && out->waiter_count == 0 && a->given_count == 0 &&
        s->waiter_at[s->slot_count])
        code = follow(a, s->slot_count, err);
    if (code == VRRL_OK)
        code = drop_idle(a, fresh, err);
    if (code != VRRL_OK)
        return code;
    count_behind(a);
    take_out_idle(a);
    if (out->root_count > 1)
        qsort(out->roots, out->root_count, sizeof *out->roots, most_behind_first);
    return VRRL_OK;
}

vrrl_code stuck_analyse_given(const vrrl_program *program, uint32_t epoch, const uint32_t *memory,
                              const vrrl_waiter *waiters, uint32_t waiter_count,
                              const struct stuck_given *given, uint32_t given_count,
                              vrrl_stuck **stuck, vrrl_error *err)
{
    *stuck = result_create(sizeof **stuck, err);
    if (!*stuck)
        return VRRL_NO_MEMORY;
    const struct stuck_state fresh = {.program = program,
                                      .epoch = epoch,
                                      .memory = memory,
                                      .first_index = epoch_first_index(program, epoch),
                                      .slot_count = epoch_batch(program, epoch)->count};
    struct analysis a = {.state = fresh,
                         .waiters = waiters,
                         .waiter_count = waiter_count,
                         .stuck = *stuck,
                         .given = given,
                         .given_count = given_count};
    size_t positions = a.state.slot_count + (size_t)1;
    vrrl_code code = stuck_state_create(&a.state, waiters, waiter_count, err);
    a.chain_end = malloc(positions * sizeof *a.chain_end);
    if (code == VRRL_OK && !a.chain_end)
        code = error_no_memory(err, positions * sizeof *a.chain_end);
    if (code == VRRL_OK) {
        memset(a.chain_end, 0xFF, positions * sizeof *a.chain_end);
        code = find_roots(&a, &fresh, err);
    }
    free(a.chain_end);
    free(a.grants);
    stuck_state_free(&a.state);
    if (code != VRRL_OK) {
        vrrl_stuck_free(*stuck);
        *stuck = NULL;
    }
    return code;
}

vrrl_code vrrl_stuck_analyse(const vrrl_program *program, uint32_t epoch, const uint32_t *memory,
                             const vrrl_waiter *waiters, uint32_t waiter_count, vrrl_stuck **stuck,
                             vrrl_error *err)
{
    *stuck = NULL;
    vrrl_code code = program_can_run(program, err);
    return code == VRRL_OK ? stuck_analyse_given(program, epoch, memory, waiters, waiter_count,
                                                 NULL, 0, stuck, err)
                           : code;
}

void vrrl_stuck_free(vrrl_stuck *stuck)
{
    if (!stuck)
        return;
    for (uint32_t i = 0; i < stuck->root_count; i++)
        free(stuck->roots[i].cycle);
    free(stuck->roots);
    free(stuck);
}
