#include "backends/scheduled/state.h"

#include <string.h>
#include <xxhash.h>

/* ---- All runs ------------------------------------------------------------------------------- */

/* A set of hashes, by linear probing. */
typedef struct seen_set {
    XXH128_hash_t *hashes; /* zero: free */
    uint64_t count, room;
} seen_set;

static bool place(seen_set *set, XXH128_hash_t hash)
{
    uint64_t at = hash.low64 & (set->room - 1);
    for (; set->hashes[at].low64 || set->hashes[at].high64; at = (at + 1) & (set->room - 1)) {
        if (XXH128_isEqual(set->hashes[at], hash))
            return false;
    }
    set->hashes[at] = hash;
    set->count++;
    return true;
}

static bool grow_set(seen_set *set)
{
    seen_set old = *set, grown = {.room = old.room ? 4 * old.room : 4096};
    if (2 * old.count < old.room)
        return true;
    grown.hashes = calloc(grown.room, sizeof *grown.hashes);
    if (!grown.hashes)
        return false;
    for (uint64_t i = 0; i < old.room; i++) {
        if (old.hashes[i].low64 || old.hashes[i].high64)
            place(&grown, old.hashes[i]);
    }
    free(old.hashes);
    *set = grown;
    return true;
}

/* A state on the way down, and what has been tried of it. */
typedef struct level {
    sched_state *state;
    const sched_lane *lanes;
    uint32_t ready, at_lane, at_option;
} level;

typedef struct search {
    sched *s;
    sched_search result;
    uint64_t state_limit;
    sched_found found;
    void *context;
    seen_set seen;
    mem_bytes bytes;
    level *levels;
    uint32_t level_room;
    sched_taken *taken; /* by number of the step */
    uint32_t taken_room;
    bool stopped;
    bool counts_at_once;
} search;

static bool visit(search *x, sched_state *state)
{
    x->bytes.used = 0;
    sched_encode(x->s, state, &x->bytes);
    if (!grow_set(&x->seen) || x->bytes.exhausted || sched_exhausted(state)) {
        x->stopped = true;
        return false;
    }
    bool is_new = place(&x->seen, XXH3_128bits(x->bytes.data, x->bytes.used));
    x->result.pruned += !is_new;
    return is_new;
}

static bool make_level(search *x, uint32_t depth)
{
    if (depth >= x->level_room) {
        uint32_t room = x->level_room ? 2 * x->level_room : 256;
        level *levels = realloc(x->levels, room * sizeof *levels);
        if (!levels)
            return false;
        memset(levels + x->level_room, 0, (room - x->level_room) * sizeof *levels);
        x->levels = levels;
        x->level_room = room;
    }
    level *l = &x->levels[depth];
    if (!l->state)
        l->state = sched_state_create(x->s);
    return l->state;
}

/* Whether the level has anything to be tried: it is new, and not the end of a run. */
static bool open_level(search *x, uint32_t depth)
{
    level *l = &x->levels[depth];
    if (!visit(x, l->state))
        return false;
    x->result.states++;
    if (x->result.states > x->state_limit || l->state->steps >= x->s->options.step_limit) {
        x->stopped = true;
        return false;
    }
    l->lanes = sched_ready(x->s, l->state, &l->ready);
    l->at_lane = l->at_option = 0;
    if (l->ready)
        return true;
    x->result.finals++;
    x->s->taken = x->taken;
    if (x->found && !x->found(x->context, x->s, l->state, sched_verdict(x->s, l->state)))
        x->stopped = true;
    return false;
}

/* The next step of a level that has not been tried; false: none is left. */
static bool advance(level *l, uint32_t *next, uint32_t *option)
{
    if (l->at_option == l->lanes[l->at_lane].options) {
        if (++l->at_lane >= l->ready)
            return false;
        l->at_option = 0;
    }
    *next = l->lanes[l->at_lane].lane;
    *option = l->at_option++;
    return true;
}

/* Steps by number: those of a state are the first of them. */
static bool note_step(search *x, const sched_state *state, uint32_t next, uint32_t option)
{
    if (state->steps > x->taken_room) {
        uint32_t room = x->taken_room ? 2 * x->taken_room : 1024;
        sched_taken *taken = realloc(x->taken, room * sizeof *taken);
        if (!taken)
            return false;
        x->taken = taken;
        x->taken_room = room;
    }
    x->taken[state->steps - 1] = (sched_taken){next, option};
    return true;
}

/*
 * Counts commute with everything but what looks at a counter: while no body does, each is done as
 * soon as it is next, and the schedules that put something before it are left out. Where one turns
 * out to look, after all, the search begins again with counts as any other step. (What looks is met
 * in what is left, too: the schedule that leads to it has one like it in which counts come early.)
 */
static bool step(search *x, sched_state *state, uint32_t next, uint32_t option)
{
    sched_step(x->s, state, next, option);
    x->result.steps++;
    if (!note_step(x, state, next, option))
        return false;
    while (x->counts_at_once && sched_count(x->s, state, next)) {
        x->result.steps++;
        if (!note_step(x, state, next, 0))
            return false;
    }
    return true;
}

static void walk(search *x)
{
    uint32_t depth = 0, next, option;
    if (!make_level(x, 0) || !open_level(x, 0))
        return;
    for (;;) {
        if (x->stopped || (x->counts_at_once && x->s->counters_matter))
            return;
        if (!advance(&x->levels[depth], &next, &option)) {
            if (depth-- == 0)
                return;
            continue;
        }
        if (!make_level(x, depth + 1) ||
            !sched_copy(x->levels[depth + 1].state, x->levels[depth].state) ||
            !step(x, x->levels[depth + 1].state, next, option)) {
            x->stopped = true;
            return;
        }
        depth += open_level(x, depth + 1);
    }
}

const sched_taken *sched_steps_taken(const sched *s)
{
    return s->taken;
}

sched_search sched_exhaust(sched *s, uint64_t state_limit, sched_found found, void *context)
{
    search x = {.s = s, .state_limit = state_limit, .found = found, .context = context};
    x.counts_at_once = !s->counters_matter;
    walk(&x);
    if (x.counts_at_once && s->counters_matter && !x.stopped) {
        x.counts_at_once = false;
        x.result = (sched_search){0};
        x.seen.count = 0;
        if (x.seen.hashes)
            memset(x.seen.hashes, 0, x.seen.room * sizeof *x.seen.hashes);
        if (x.levels)
            sched_reset(s, x.levels[0].state);
        walk(&x);
    }
    x.result.complete = !x.stopped && x.result.states;
    for (uint32_t i = 0; i < x.level_room; i++)
        sched_state_free(x.levels[i].state);
    free(x.levels);
    free(x.taken);
    s->taken = NULL;
    free(x.seen.hashes);
    free(x.bytes.data);
    return x.result;
}
