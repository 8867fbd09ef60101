#include "schedule/reference_run.h"

#include "backends/core.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/error.h"
#include "host/host.h"
#include "program/batch_view.h"
#include "program/expect.h"
#include "run/observed.h"
#include "run/replay.h"

#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 20000, /* an epoch that waits for the host never ends by itself */
};

static vrrl_code add_change(struct reference_run *run, struct reference_change change,
                            vrrl_error *err)
{
    if (run->change_count == run->change_room) {
        size_t room = run->change_room ? 2 * run->change_room : 1024;
        if (!array_resize(&run->changes, room, sizeof *run->changes))
            return error_no_memory(err, room * sizeof *run->changes);
        run->change_room = room;
    }
    run->changes[run->change_count++] = change;
    return VRRL_OK;
}

/* ---- What an epoch changed --------------------------------------------------------------------- */

/* The last word of the arena has a line, too; memchr finds one that is marked behind the last. */
static size_t line_count(const struct reference_run *run)
{
    return run->program->layout.total_words / OP_LINE_WORDS + (size_t)1;
}

static void mark(struct reference_run *run, uint32_t first, uint32_t count)
{
    if (count > 0)
        memset(run->changed + first / OP_LINE_WORDS, 1,
               (first + count - 1) / OP_LINE_WORDS - first / OP_LINE_WORDS + 1);
}

static void mark_access(void *context, const struct declared_event *access)
{
    if (declared_writes(access))
        mark(context, access->word, access->count);
}

/* Slots mark what they write. The host writes words of control, the ring slots of the batch and of its fence, and
 * what the prologue stores. */
static void mark_host(struct reference_run *run, const vrrl_host *host)
{
    const vrrl_program *p = run->program;
    const vrrl_epoch *epoch = epoch_row(p, host->result.epoch);
    mark(run, 0, p->layout.ring_base);
    for (uint32_t i = 0; i < host->result.slot_count; i++)
        mark(run, p->layout.ring_base + host->indices[i] * p->geometry.slot_words,
             p->geometry.slot_words);
    for (uint32_t i = 0; i < epoch->prologue_count; i++)
        slot_footprint(p, &p->prologue[epoch->prologue_first + i], mark_access, run);
}

static vrrl_code note_line(struct reference_run *run, size_t line, const uint32_t *now,
                           vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    uint32_t first = (uint32_t)line * OP_LINE_WORDS, end = first + OP_LINE_WORDS;
    if (end > run->program->layout.total_words)
        end = run->program->layout.total_words;
    for (uint32_t w = first; w < end && !code; w++) {
        if (run->arena[w] == now[w])
            continue;
        code = add_change(run, (struct reference_change){w, run->arena[w], now[w]}, err);
        run->arena[w] = now[w];
    }
    return code;
}

static vrrl_code note_changes(struct reference_run *run, const vrrl_host *host, const uint32_t *now,
                              vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    uint8_t *end = run->changed + line_count(run), *at = run->changed;
    mark_host(run, host);
    while (!code && (at = memchr(at, 1, (size_t)(end - at))) != NULL) {
        *at = 0;
        code = note_line(run, (size_t)(at - run->changed), now, err);
        at++;
    }
    return code;
}

/* ---- The run ----------------------------------------------------------------------------------- */

/* A copy of `count` elements in an array of its own; at least one element. */
static void *copy_of(const void *from, size_t count, size_t size)
{
    void *copy = malloc((count + 1) * size);
    if (copy && count)
        memcpy(copy, from, count * size);
    return copy;
}

static vrrl_code keep_observation(struct observation *kept, const struct observation *seen,
                                  vrrl_error *err)
{
    *kept = *seen;
    kept->state = NULL;
    kept->memory = NULL;
    kept->slots = copy_of(seen->slots, seen->slot_count, sizeof *kept->slots);
    kept->debug = copy_of(seen->debug, seen->debug_count, sizeof *kept->debug);
    kept->waiters = copy_of(seen->waiters, seen->waiter_count, sizeof *kept->waiters);
    return kept->slots && kept->debug && kept->waiters
               ? VRRL_OK
               : error_no_memory(err, seen->slot_count * sizeof *kept->slots);
}

static vrrl_code keep_epoch(void *context, vrrl_host *host, const struct observation *seen,
                            vrrl_error *err)
{
    struct reference_run *run = context;
    const uint32_t *arena = vrrl_host_arena(host);
    struct reference_epoch *epoch = &run->epochs[run->epoch_count++];
    epoch->first_change = run->change_count;
    vrrl_code code = keep_observation(&epoch->seen, seen, err);
    if (!code)
        code = note_changes(run, host, arena, err);
    epoch->end_change = run->change_count;
    run->at++;
    epoch->expectations_failed =
        expectations_check(run->program, seen->epoch, arena, &epoch->expectation);
    return code;
}

static vrrl_code monitored_run_results(void *context, vrrl_host *host, vrrl_error *err)
{
    const struct reference_run *run = context;
    (void)err;
    core_watch(host->backend, run->unseen, NULL, 0);
    core_mark(host->backend, run->changed);
    return VRRL_OK;
}

static vrrl_code run_reference(struct reference_run *run, uint64_t until_ns, vrrl_error *err)
{
    vrrl_run_options options = {.size = sizeof options,
                                .workers = 1,
                                .timeout_ms = TIMEOUT_MS,
                                .until_ns = until_ns,
                                .prepare = monitored_run_results,
                                .prepare_context = run};
    vrrl_verdict verdict;
    vrrl_code code = vrrl_driver_find("reference", &options.driver, err);
    if (!code)
        code = replay_program(run->program, &options, REPLAY_ALL_BUT_MEMORY, keep_epoch, run,
                              &verdict, err);
    bool cut = verdict == VRRL_VERDICT_HANG ||
               (verdict == VRRL_VERDICT_COMPLETE && run->epoch_count < run->program->epoch_count);
    if (!code && cut && clock_is_past(until_ns))
        code = error_set(err, VRRL_TOO_LARGE, "Fix: give it more --time.",
                         "the time was over before the reference's run had ended");
    return code;
}

vrrl_code reference_run_create(struct reference_run *run, const vrrl_program *program,
                               const uint8_t *unseen, uint64_t until_ns, const uint32_t *initial,
                               vrrl_error *err)
{
    *run = (struct reference_run){.program = program, .unseen = unseen, .state_at = UINT32_MAX};
    size_t words = program->layout.total_words;
    run->epochs = calloc(program->epoch_count + (size_t)1, sizeof *run->epochs);
    run->arena = copy_of(initial, words, sizeof *run->arena);
    run->changed = calloc(line_count(run), 1);
    vrrl_code code =
        run->epochs && run->arena && run->changed ? VRRL_OK : error_no_memory(err, 4 * words);
    if (!code)
        code = observed_state_of(program, &run->state, err);
    run->state.undigested = true;
    if (!code)
        code = run_reference(run, until_ns, err);
    free(run->changed);
    run->changed = NULL;
    if (code)
        reference_run_free(run);
    return code;
}

/* ---- Again, up to a slot ------------------------------------------------------------------------ */

struct again {
    const struct reference_run *run;
    uint32_t epoch, index;
    op_stores *stores;
    bool done;
};

static vrrl_code monitored_run_slot(void *context, vrrl_host *host, vrrl_error *err)
{
    const struct again *a = context;
    (void)err;
    core_watch(host->backend, a->run->unseen, a->epoch == 0 ? a->stores : NULL, a->index);
    return VRRL_OK;
}

/* Another epoch may use the same place in the ring. */
static vrrl_code next_epoch(void *context, vrrl_host *host, const struct observation *seen,
                            vrrl_error *err)
{
    struct again *a = context;
    if (seen->epoch + 1 == a->epoch)
        core_watch(host->backend, a->run->unseen, a->stores, a->index);
    a->done = seen->epoch >= a->epoch;
    return a->done ? (vrrl_code)error_set(err, VRRL_NOT_FOUND, "", "it has been seen") : VRRL_OK;
}

vrrl_code reference_stores(const struct reference_run *run, uint32_t epoch, uint32_t position,
                           op_stores *stores, vrrl_error *err)
{
    struct again a = {.run = run, .epoch = epoch, .stores = stores};
    vrrl_run_options options = {.size = sizeof options,
                                .workers = 1,
                                .timeout_ms = TIMEOUT_MS,
                                .prepare = monitored_run_slot,
                                .prepare_context = &a};
    vrrl_verdict verdict;
    a.index = (uint32_t)((epoch_first_index(run->program, epoch) + (uint64_t)position) %
                         run->program->geometry.ring_slots);
    vrrl_code code = vrrl_driver_find("reference", &options.driver, err);
    if (!code)
        code = replay_program(run->program, &options, REPLAY_ALL_BUT_MEMORY, next_epoch, &a,
                              &verdict, err);
    return a.done ? VRRL_OK : code;
}

void reference_run_free(struct reference_run *run)
{
    for (uint32_t e = 0; run->epochs && e < run->epoch_count; e++) {
        free(run->epochs[e].seen.slots);
        free(run->epochs[e].seen.debug);
        free(run->epochs[e].seen.waiters);
    }
    free(run->epochs);
    free(run->changes);
    free(run->arena);
    state_free(&run->state);
    *run = (struct reference_run){0};
}

const uint32_t *reference_arena(struct reference_run *run, uint32_t epochs)
{
    for (; run->at < epochs; run->at++) {
        const struct reference_epoch *epoch = &run->epochs[run->at];
        for (size_t i = epoch->first_change; i < epoch->end_change; i++)
            run->arena[run->changes[i].word] = run->changes[i].after;
    }
    for (; run->at > epochs; run->at--) {
        const struct reference_epoch *epoch = &run->epochs[run->at - 1];
        for (size_t i = epoch->first_change; i < epoch->end_change; i++)
            run->arena[run->changes[i].word] = run->changes[i].before;
    }
    return run->arena;
}

const struct observation *reference_observation(struct reference_run *run, uint32_t e)
{
    if (run->state_at != e + 1)
        state_update(&run->state, reference_arena(run, e + 1));
    run->state_at = e + 1;
    struct observation *seen = &run->epochs[e].seen;
    seen->state = &run->state;
    seen->memory = seen->verdict == VRRL_VERDICT_DEADLOCK ? reference_arena(run, e + 1) : NULL;
    return seen;
}
