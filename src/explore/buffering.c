#include "explore/buffering.h"

#include "base/array.h"
#include "base/error.h"
#include "program/batch_view.h"
#include "race/clocks.h"
#include "ring/ring.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_MAX = 1024,   /* of an epoch: time goes by their square */
    STEPS_MAX = 100000, /* of a run; what comes after is not looked at */
    LOADS_MAX = 64,     /* of a word, that are kept */
    CLOCK_BYTES = 1 << 26,
};

/* A load that nothing has ordered yet before what its thread does later. */
struct load {
    uint32_t slot, thread;
    uint32_t ordered, followed; /* the thread's times, by the two kinds of clock */
    uint32_t next;              /* of the word; 0: none */
};

/* Two slots and a word, once. */
struct pair {
    uint32_t epoch, load, store, word;
};

struct look {
    const vrrl_program *program;
    const struct search_limit *limit;
    struct run_target *target;
    bool backwards;
    uint32_t epoch, steps;
    bool looks;             /* at the epoch under way */
    struct clocks *ordered; /* happens-before */
    struct clocks
        *followed;   /* what comes after what in each run: whatever was read from another slot */
    uint32_t *first; /* by word: its latest load + 1 */
    struct load *loads;
    uint32_t count, room;
    struct pair *pairs;
    uint32_t pair_count, pair_room;
    vrrl_code failed;
    vrrl_error *err;
};

static uint32_t thread_of(const struct look *l, uint32_t slot)
{
    return program_queues_in_order(l->program) ? epoch_slot(l->program, l->epoch, slot)->queue
                                               : slot;
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static void note_pair(struct look *l, const struct load *load, const struct event *store)
{
    const struct pair pair = {l->epoch, load->slot, store->slot, store->word};
    for (uint32_t i = 0; i < l->pair_count; i++)
        if (memcmp(&l->pairs[i], &pair, sizeof pair) == 0)
            return;
    l->failed = array_room(l->pairs, l->pair_count, l->pair_room, 1, l->err);
    if (!l->failed)
        l->pairs[l->pair_count++] = pair;
}

static void note_load(struct look *l, const struct event *next, uint32_t thread)
{
    uint32_t kept = 0;
    for (uint32_t at = l->first[next->word]; at; at = l->loads[at - 1].next)
        kept++;
    if (kept >= LOADS_MAX || l->failed)
        return;
    l->failed = array_room(l->loads, l->count, l->room, 1, l->err);
    if (l->failed)
        return;
    l->loads[l->count++] = (struct load){.slot = next->slot,
                                         .thread = thread,
                                         .ordered = clocks_time(l->ordered, thread),
                                         .followed = clocks_time(l->followed, thread),
                                         .next = l->first[next->word]};
    l->first[next->word] = l->count;
}

static void look_for_loads(struct look *l, const struct event *store, uint32_t thread)
{
    for (uint32_t at = l->first[store->word]; at; at = l->loads[at - 1].next) {
        const struct load *load = &l->loads[at - 1];
        if (load->thread != thread &&
            clocks_seen(l->followed, thread, load->thread) >= load->followed &&
            clocks_seen(l->ordered, thread, load->thread) < load->ordered)
            note_pair(l, load, store);
    }
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static void take_step(struct look *l, const struct event *next)
{
    bool acquires = next->order & ORDER_ACQUIRE, releases = next->order & ORDER_RELEASE;
    if (next->what != EVENT_OPERATES || next->slot == VRRL_NO_INDEX || next->counts)
        return;
    uint32_t thread = thread_of(l, next->slot);
    bool data = next->kind != OPERATION_FENCE &&
                ring_is_data(&l->program->layout, &l->program->geometry, next->word);
    if (next->kind != OPERATION_FENCE && !data)
        return;
    if (data && next->kind == OPERATION_STORE && next->stored != next->read)
        look_for_loads(l, next, thread);
    if (data && next->kind == OPERATION_LOAD && !acquires && !next->waits)
        note_load(l, next, thread);
    clocks_operate(l->ordered, thread, next, acquires, releases);
    clocks_operate(l->followed, thread, next, true, true);
    l->looks = !l->failed && ++l->steps < STEPS_MAX && !limit_is_over(l->limit) &&
               !clocks_exhausted(l->ordered) && !clocks_exhausted(l->followed);
}

static void forget(struct look *l)
{
    clocks_free(l->ordered);
    clocks_free(l->followed);
    l->ordered = l->followed = NULL;
    memset(l->first, 0, l->program->layout.total_words * sizeof *l->first);
    l->count = 0;
    l->looks = false;
}

static void buffering_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct look *l = context;
    uint32_t threads = program_queues_in_order(l->program) ? l->program->model.queues : slots;
    (void)lanes;
    forget(l);
    l->epoch = epoch;
    if (l->failed || threads > SLOTS_MAX || l->steps >= STEPS_MAX)
        return;
    l->ordered = clocks_create(threads, CLOCK_BYTES);
    l->followed = clocks_create(threads, CLOCK_BYTES);
    l->looks = l->ordered && l->followed;
}

static void buffering_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                             uint32_t *at, uint32_t *option)
{
    struct look *l = context;
    if (l->backwards) {
        *at = count - 1;
        *option = lanes[*at].options - 1;
    }
    if (!l->looks)
        return;
    const struct event next = run_target_event(l->target, lanes[*at].lane, *option);
    take_step(l, &next);
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static vrrl_code run_both_ways(struct look *l, vrrl_error *err)
{
    const struct chooser with = {
        .context = l, .begin = buffering_begin, .choose = buffering_choose};
    vrrl_code code = VRRL_OK;
    for (int i = 0; i < 2 && code == VRRL_OK && !limit_is_over(l->limit); i++) {
        vrrl_run_outcome outcome;
        l->backwards = i == 1;
        l->steps = 0;
        code = run_target_run(l->target, &with, &outcome, err);
        if (code == VRRL_OK)
            code = l->failed;
    }
    return code;
}

vrrl_code buffering_find(const vrrl_program *program, const struct run_target_options *options,
                         const struct search_limit *limit, vrrl_buffered *found, vrrl_error *err)
{
    struct look l = {.program = program, .limit = limit, .err = err};
    struct run_target_options traced = *options;
    traced.setup.grain = VRRL_GRAIN_OPERATION;
    traced.setup.model = VRRL_MEMORY_SC;
    traced.ask_always = true;
    traced.until_ns = limit->deadline_ns;
    *found = (vrrl_buffered){.count = 0};
    l.first = calloc(program->layout.total_words, sizeof *l.first);
    vrrl_code code = l.first ? run_target_create(program, &traced, &l.target, err)
                             : error_no_memory(err, 4ull * program->layout.total_words);
    if (code == VRRL_OK)
        code = run_both_ways(&l, err);
    if (code == VRRL_OK && l.pair_count > 0)
        *found = (vrrl_buffered){.count = l.pair_count,
                                 .epoch = l.pairs[0].epoch,
                                 .load = l.pairs[0].load,
                                 .store = l.pairs[0].store,
                                 .word = l.pairs[0].word};
    if (l.first)
        forget(&l);
    run_target_destroy(l.target);
    free(l.first);
    free(l.loads);
    free(l.pairs);
    return code == VRRL_TOO_LARGE ? VRRL_OK : code;
}
