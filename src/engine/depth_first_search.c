/* All runs of a schedule, each state once where it can be told, and without those that a reduction
 * leaves out. */
#include "engine/depth_first_search.h"

#include "base/array.h"
#include "engine/create.h"
#include "engine/machine.h"
#include "engine/monitored.h"
#include "engine/reduce.h"
#include "engine/result.h"
#include "engine/visited.h"

/* A state on the way down, and what is left to be tried of it. */
struct level {
    struct sched_state *state;
    size_t bytes; /* that it takes */
    const struct chooser_lane *lanes;
    uint32_t ready, at_lane, at_option;
    struct lane_set asleep, todo;
};

struct search {
    struct sched *s;
    struct sched_search result;
    uint32_t ways;        /* that are used */
    struct sched_met met; /* as they were when it began */
    uint64_t state_limit;
    sched_found found;
    void *context;
    struct visited_set visited;
    struct level *levels;
    uint32_t level_room;
    struct sched_taken *taken; /* by number of the step */
    uint32_t taken_room;
    size_t bytes; /* of all levels */
    size_t moved; /* copied since it was asked whether time is over */
    bool stopped;
};

/* Of all levels; and so much copied takes no noticeable time. */
static const size_t LEVEL_BYTES_MAX = (size_t)1 << 30, MOVED_BYTES = (size_t)1 << 25;

/* ---- Levels --------------------------------------------------------------------------------- */

static bool make_level(struct search *x, uint32_t depth)
{
    if (depth >= x->level_room) {
        uint32_t room = x->level_room ? 2 * x->level_room : 256;
        if (!array_resize_zeroed(&x->levels, x->level_room, room, sizeof *x->levels))
            return false;
        x->level_room = room;
    }
    struct level *l = &x->levels[depth];
    if (!l->state)
        l->state = sched_state_create(x->s);
    return l->state;
}

/* Whether a lane's options of one of the two kinds are in a set. */
static bool is_in(const struct lane_set *set, uint32_t number, bool drain)
{
    return number >= 64 || ((drain ? set->drains : set->own) >> number & 1);
}

static void put_in(struct lane_set *set, uint32_t number, bool drain)
{
    if (number < 64)
        *(drain ? &set->drains : &set->own) |= (uint64_t)1 << number;
}

/* One step that is enough, in the order of lanes that is the same for equal states. */
static bool find_local(const struct search *x, const struct level *l,
                       const struct visited_order *order, struct lane_set *only)
{
    for (uint32_t k = 0; k < x->s->lane_count; k++) {
        uint32_t number = order->lane[k];
        const struct lane *at = &l->state->lanes[number];
        *only = (struct lane_set){0};
        for (uint32_t drain = 0; drain < 2; drain++) {
            if ((drain ? at->can_drain : at->own_options != 0) &&
                reduce_local(x->s, l->state, number, drain)) {
                put_in(only, number, drain);
                return true;
            }
        }
    }
    return false;
}

static uint64_t options_outside(const struct level *l)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < l->ready; i++) {
        const struct chooser_lane *one = &l->lanes[i];
        count += is_in(&l->todo, one->lane, false) ? 0 : one->options - one->drains;
        count += one->drains && !is_in(&l->todo, one->lane, true);
    }
    return count;
}

static void end_of_run(struct search *x, const struct level *l)
{
    x->result.finals++;
    x->s->taken = x->taken;
    if (x->s->race) {
        monitor_end_all(x->s, l->state);
        monitor_tell(x->s, l->state);
    }
    if (x->found && !x->found(x->context, x->s, l->state, sched_verdict(x->s, l->state)))
        x->stopped = true;
}

/* Whether the level has anything to be tried: it is new, and not the end of a run. */
static bool open_level(struct search *x, struct level *l)
{
    struct visited_order order;
    struct lane_set only, seen;
    struct sched_state *state = l->state;
    bool sees = x->ways & SCHED_VISITED;
    if (sched_exhausted(state) || state->steps >= x->s->options.setup.step_limit) {
        x->stopped = true;
        return false;
    }
    l->lanes = sched_ready(x->s, state, &l->ready);
    l->at_lane = l->at_option = 0;
    visited_encode(&x->visited, x->s, state, x->ways & SCHED_SYMMETRY, &order);
    enum visited_result result =
        sees ? visited_visit(&x->visited, &order, &l->asleep, &seen) : VISITED_NEW;
    if (result == VISITED_FAILED || x->result.states == x->state_limit) {
        x->stopped = true;
        return false;
    }
    l->todo = (struct lane_set){~l->asleep.own, ~l->asleep.drains};
    if (result == VISITED_NEW)
        x->result.states++;
    else
        l->todo = seen;
    if (!l->ready && result == VISITED_NEW)
        end_of_run(x, l);
    if ((x->ways & SCHED_LOCAL) && find_local(x, l, &order, &only)) {
        l->todo.own &= only.own;
        l->todo.drains &= only.drains;
    }
    if (result == VISITED_NEW)
        x->result.pruned += options_outside(l);
    return l->ready && (l->todo.own || l->todo.drains);
}

/* ---- Steps ---------------------------------------------------------------------------------- */

/* The next step of a level that has not been tried; false: none is left. A lane that has been tried
 * may sleep from then on. */
static bool advance(const struct search *x, struct level *l, struct sched_taken *next)
{
    for (; l->at_lane < l->ready; l->at_lane++, l->at_option = 0) {
        const struct chooser_lane *one = &l->lanes[l->at_lane];
        while (l->at_option < one->options) {
            uint32_t option = l->at_option++, own = one->options - one->drains;
            bool drain = option == own;
            if (drain && (x->ways & SCHED_SLEEP) && own && is_in(&l->todo, one->lane, false))
                put_in(&l->asleep, one->lane, false);
            if (!is_in(&l->todo, one->lane, drain))
                continue;
            *next = (struct sched_taken){one->lane, option};
            return true;
        }
        if (!(x->ways & SCHED_SLEEP))
            continue;
        if (one->options > one->drains && is_in(&l->todo, one->lane, false))
            put_in(&l->asleep, one->lane, false);
        if (one->drains && is_in(&l->todo, one->lane, true))
            put_in(&l->asleep, one->lane, true);
    }
    return false;
}

/* Of those asleep at a level, the ones that a step does not wake. */
static struct lane_set still_asleep(const struct search *x, const struct level *l,
                                    const struct sched_taken *taken)
{
    struct lane_set left = {0};
    bool drains = taken->option == l->state->lanes[taken->lane].own_options;
    if (!(x->ways & SCHED_SLEEP))
        return left;
    struct effect done = reduce_effect(x->s, l->state, taken->lane, drains);
    for (uint64_t own = l->asleep.own; own; own &= own - 1) {
        uint32_t number = (uint32_t)__builtin_ctzll(own);
        struct effect other = reduce_effect(x->s, l->state, number, false);
        if (number != taken->lane && reduce_commute(&done, &other))
            put_in(&left, number, false);
    }
    for (uint64_t set = l->asleep.drains; set; set &= set - 1) {
        uint32_t number = (uint32_t)__builtin_ctzll(set);
        struct effect other = reduce_effect(x->s, l->state, number, true);
        if ((number != taken->lane || !drains) && reduce_commute(&done, &other))
            put_in(&left, number, true);
    }
    return left;
}

/* Lanes that have no slot are woken where what they may claim may have changed. */
static void wake_idle(const struct sched_state *state, struct lane_set *asleep)
{
    for (uint64_t own = state->idle_stale ? asleep->own : 0; own; own &= own - 1) {
        if (state->lanes[__builtin_ctzll(own)].slot == NO_SLOT)
            asleep->own &= ~(own & -own);
    }
}

/* Steps by number: those of a state are the first of them. */
static bool note_step(struct search *x, const struct sched_state *state, uint32_t number,
                      uint32_t option)
{
    if (array_room(x->taken, 0, x->taken_room, (uint32_t)state->steps, NULL) != VRRL_OK)
        return false;
    x->taken[state->steps - 1] = (struct sched_taken){number, option};
    return true;
}

/* What the step that was noted last has shown. */
static void tell_races(struct search *x, struct sched_state *state)
{
    x->s->taken = x->taken;
    monitor_tell(x->s, state);
}

/*
 * Counts commute with everything but what looks at a counter: while no body does, each is done as
 * soon as it is next, and the schedules that put something before it are left out.
 */
static bool step(struct search *x, struct sched_state *state, const struct sched_taken *next)
{
    sched_step(x->s, state, next->lane, next->option);
    x->result.steps++;
    if (!note_step(x, state, next->lane, next->option))
        return false;
    if (x->s->race)
        tell_races(x, state);
    while ((x->ways & SCHED_COUNTS) && reduce_count(x->s, state, next->lane) &&
           sched_count(x->s, state, next->lane)) {
        x->result.steps++;
        if (!note_step(x, state, next->lane, 0))
            return false;
    }
    return true;
}

/* Whether there is memory for the levels so far, one of which has just been copied. */
static bool has_memory(struct search *x, struct level *l)
{
    size_t bytes = memory_bytes(&l->state->memory) + sizeof *l->state +
                   l->state->slot_count * sizeof *l->state->slots;
    x->bytes += bytes - l->bytes;
    x->moved += bytes;
    l->bytes = bytes;
    x->result.too_large = x->bytes > LEVEL_BYTES_MAX;
    return !x->result.too_large;
}

static bool descend(struct search *x, uint32_t depth, const struct sched_taken *next)
{
    if (!make_level(x, depth + 1))
        return false;
    struct level *from = &x->levels[depth], *to = &x->levels[depth + 1];
    if (!sched_copy(to->state, from->state) || !has_memory(x, to))
        return false;
    to->asleep = still_asleep(x, from, next);
    if (!step(x, to->state, next))
        return false;
    wake_idle(to->state, &to->asleep);
    return true;
}

static bool met_more(const struct search *x)
{
    return memcmp(&x->met, &x->s->met, sizeof x->met) != 0;
}

static bool is_over(struct search *x)
{
    enum { ASKED_EVERY = 1 << 12 };
    if (!x->s->is_over || (x->result.steps % ASKED_EVERY != 0 && x->moved < MOVED_BYTES))
        return false;
    x->moved = 0;
    return x->s->is_over(x->s->over_context);
}

static void walk(struct search *x)
{
    uint32_t depth = 0;
    struct sched_taken next;
    if (!make_level(x, 0)) {
        x->stopped = true;
        return;
    }
    x->levels[0].asleep = (struct lane_set){0};
    sched_reset(x->s, x->levels[0].state);
    if (!open_level(x, &x->levels[0]))
        return;
    while (!x->stopped && !met_more(x)) {
        if (!advance(x, &x->levels[depth], &next)) {
            if (depth-- == 0)
                return;
        } else if (is_over(x) || !descend(x, depth, &next)) {
            x->stopped = true;
        } else {
            depth += open_level(x, &x->levels[depth + 1]);
        }
    }
}

void sched_end_when(struct sched *s, bool (*over)(void *context), void *context)
{
    s->is_over = over;
    s->over_context = context;
}

const struct sched_taken *sched_steps_taken(const struct sched *s)
{
    return s->taken;
}

/* ---- The whole ------------------------------------------------------------------------------ */

static uint32_t possible_ways(const struct sched *s, uint32_t ways)
{
    if (s->met.counters)
        ways &= ~(uint32_t)SCHED_COUNTS;
    if (!reduce_possible(s))
        ways &= ~(uint32_t)(SCHED_SLEEP | SCHED_LOCAL);
    if (!visited_symmetric(s))
        ways &= ~(uint32_t)SCHED_SYMMETRY;
    return ways;
}

void sched_limit_memory(struct sched *s, uint32_t mib)
{
    s->memory_mib = mib;
}

/* A search begins again when a body is met that does what it had taken for granted that none does. */
struct sched_search sched_exhaust_by(struct sched *s, uint32_t ways, uint64_t state_limit,
                                     sched_found found, void *context)
{
    enum { MEMORY_MIB = 2048 };
    struct search x = {.s = s, .state_limit = state_limit, .found = found, .context = context};
    x.visited.bytes_max = (size_t)(s->memory_mib ? s->memory_mib : MEMORY_MIB) << 20;
    do {
        x.result = (struct sched_search){0};
        x.met = s->met;
        x.ways = possible_ways(s, ways);
        visited_clear(&x.visited);
        walk(&x);
    } while (!x.stopped && met_more(&x));
    x.result.complete = !x.stopped && x.result.states;
    x.result.wanted_mib = x.visited.wanted_mib;
    for (uint32_t i = 0; i < x.level_room; i++)
        sched_state_free(x.levels[i].state);
    free(x.levels);
    free(x.taken);
    s->taken = NULL;
    visited_free(&x.visited);
    return x.result;
}

struct sched_search sched_exhaust(struct sched *s, uint64_t state_limit, sched_found found,
                                  void *context)
{
    return sched_exhaust_by(s, SCHED_ALL_WAYS, state_limit, found, context);
}
