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
#include "run/run.h"

#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 20000, /* an epoch that waits for the host never ends by itself */
    EPOCHS_KEPT = 1 << 16,
};

/* A run under way. */
struct reference_pass {
    struct reference_run *run;
    vrrl_host *host;
    struct replay replay;
    struct epoch_buffer buffer;
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
    struct reference_epoch *epoch = &run->epochs[run->kept++];
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

static void free_epoch(struct reference_epoch *epoch)
{
    free(epoch->seen.slots);
    free(epoch->seen.debug);
    free(epoch->seen.waiters);
}

/* The arena at hand becomes that after so many epochs, of which the last and the next are kept. */
static void go_to(struct reference_run *run, uint32_t epochs)
{
    for (; run->at < epochs; run->at++) {
        const struct reference_epoch *epoch = &run->epochs[run->at - run->first];
        for (size_t i = epoch->first_change; i < epoch->end_change; i++)
            run->arena[run->changes[i].word] = run->changes[i].after;
    }
    for (; run->at > epochs; run->at--) {
        const struct reference_epoch *epoch = &run->epochs[run->at - 1 - run->first];
        for (size_t i = epoch->first_change; i < epoch->end_change; i++)
            run->arena[run->changes[i].word] = run->changes[i].before;
    }
}

/* The older half of what is kept goes. The arena at hand is that after all of it. */
static void forget_half(struct reference_run *run)
{
    uint32_t gone = run->kept / 2;
    size_t changes = run->epochs[gone].first_change;
    for (uint32_t e = 0; e < gone; e++)
        free_epoch(&run->epochs[e]);
    run->first += gone;
    run->kept -= gone;
    run->change_count -= changes;
    memmove(run->epochs, run->epochs + gone, run->kept * sizeof *run->epochs);
    memmove(run->changes, run->changes + changes, run->change_count * sizeof *run->changes);
    for (uint32_t e = 0; e < run->kept; e++) {
        run->epochs[e].first_change -= changes;
        run->epochs[e].end_change -= changes;
    }
}

/* ---- A pass: the run from its first epoch on ---------------------------------------------------- */

static void end_pass(struct reference_run *run)
{
    struct reference_pass *pass = run->pass;
    run->pass = NULL;
    if (!pass)
        return;
    vrrl_host_free(pass->host);
    observer_free(&pass->replay.observer);
    epoch_buffer_free(&pass->buffer);
    free(pass);
}

static vrrl_code make_host(struct reference_pass *pass, vrrl_error *err)
{
    const vrrl_program *program = pass->run->program;
    const vrrl_driver *driver;
    const vrrl_machine machine = {
        .geometry = program->geometry, .model = program->model, .workers = 1};
    vrrl_code code = vrrl_driver_find("reference", &driver, err);
    if (!code)
        code = vrrl_host_create(driver, &machine, &pass->host, err);
    if (code)
        return code;
    program_load(program, vrrl_host_arena(pass->host));
    core_watch(pass->host->backend, pass->run->unseen, NULL, 0);
    core_mark(pass->host->backend, pass->run->changed);
    return VRRL_OK;
}

/* Nothing is kept of a pass before. */
static vrrl_code begin_pass(struct reference_run *run, vrrl_error *err)
{
    struct observed_state state;
    const struct word_range none = {0};
    struct reference_pass *pass = calloc(1, sizeof *pass);
    end_pass(run);
    if (!pass)
        return error_no_memory(err, sizeof *pass);
    run->pass = pass;
    for (uint32_t e = 0; e < run->kept; e++)
        free_epoch(&run->epochs[e]);
    run->first = run->kept = run->at = 0;
    run->change_count = 0;
    memcpy(run->arena, run->initial, run->program->layout.total_words * sizeof *run->arena);
    *pass = (struct reference_pass){.run = run, .replay = {.visit = keep_epoch, .context = run}};
    vrrl_code code = make_host(pass, err);
    if (!code)
        code = state_create(&state, &none, 0, err);
    if (!code)
        code =
            observer_create(&pass->replay.observer, &state, run->program->geometry.ring_slots, err);
    pass->replay.host = pass->host;
    return code ? code : epoch_buffer_create(&pass->buffer, run->program, err);
}

/* One epoch more. */
static vrrl_code go_on(struct reference_run *run, uint32_t timeout_ms, vrrl_verdict *verdict,
                       vrrl_error *err)
{
    struct reference_pass *pass = run->pass;
    const vrrl_sink sink = replay_sink(&pass->replay);
    go_to(run, run->first + run->kept);
    if (run->kept == EPOCHS_KEPT)
        forget_half(run);
    return program_run_epoch(run->program, run->first + run->kept, &pass->buffer, pass->host,
                             timeout_ms, &sink, verdict, err);
}

/* So many milliseconds for an epoch. */
static uint32_t time_left(uint64_t until_ns)
{
    uint32_t left = clock_left_ms(until_ns);
    return left && left < TIMEOUT_MS ? left : TIMEOUT_MS;
}

static void note_epoch(struct reference_run *run, vrrl_verdict verdict)
{
    bool stuck = verdict == VRRL_VERDICT_DEADLOCK || verdict == VRRL_VERDICT_HANG;
    run->verdict = verdict;
    if (run->failed == VRRL_NO_INDEX &&
        (stuck || run->epochs[run->kept - 1].expectations_failed > 0))
        run->failed = run->epoch_count;
    run->epoch_count++;
}

static vrrl_code run_reference(struct reference_run *run, uint64_t until_ns, vrrl_error *err)
{
    vrrl_verdict verdict = VRRL_VERDICT_COMPLETE;
    vrrl_code code = begin_pass(run, err);
    while (!code && run->epoch_count < run->program->epoch_count &&
           verdict == VRRL_VERDICT_COMPLETE) {
        code = go_on(run, time_left(until_ns), &verdict, err);
        if (!code)
            note_epoch(run, verdict);
        bool cut = verdict == VRRL_VERDICT_HANG || (verdict == VRRL_VERDICT_COMPLETE &&
                                                    run->epoch_count < run->program->epoch_count);
        if (!code && cut && clock_is_past(until_ns))
            code = error_set(err, VRRL_TOO_LARGE, "Fix: give it more --time.",
                             "the time was over before the reference's run had ended");
    }
    if (run->first == 0)
        end_pass(run);
    return code;
}

vrrl_code reference_run_create(struct reference_run *run, const vrrl_program *program,
                               const uint8_t *unseen, uint64_t until_ns, const uint32_t *initial,
                               vrrl_error *err)
{
    *run = (struct reference_run){
        .program = program, .unseen = unseen, .state_at = UINT32_MAX, .failed = VRRL_NO_INDEX};
    size_t words = program->layout.total_words,
           epochs = program->epoch_count < EPOCHS_KEPT ? program->epoch_count : EPOCHS_KEPT;
    run->epochs = calloc(epochs + 1, sizeof *run->epochs);
    run->arena = copy_of(initial, words, sizeof *run->arena);
    run->initial = copy_of(initial, words, sizeof *run->initial);
    run->changed = calloc(line_count(run), 1);
    bool fits = run->epochs && run->arena && run->initial && run->changed;
    vrrl_code code = fits ? VRRL_OK : error_no_memory(err, 8 * words);
    if (!code)
        code = observed_state_of(program, &run->state, err);
    run->state.undigested = true;
    if (!code)
        code = run_reference(run, until_ns, err);
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
    end_pass(run);
    for (uint32_t e = 0; e < run->kept; e++)
        free_epoch(&run->epochs[e]);
    free(run->epochs);
    free(run->changes);
    free(run->arena);
    free(run->initial);
    free(run->changed);
    state_free(&run->state);
    *run = (struct reference_run){0};
}

/* ---- What it showed ----------------------------------------------------------------------------- */

/* Epochs from `from` up to `to` are kept, then. */
static vrrl_code keep(struct reference_run *run, uint32_t from, uint32_t to, vrrl_error *err)
{
    vrrl_verdict verdict;
    vrrl_code code = from < run->first ? begin_pass(run, err) : VRRL_OK;
    while (!code && run->first + run->kept < to)
        code = go_on(run, TIMEOUT_MS, &verdict, err);
    return code;
}

vrrl_code reference_arena(struct reference_run *run, uint32_t epochs, const uint32_t **arena,
                          vrrl_error *err)
{
    vrrl_code code = keep(run, epochs, epochs, err);
    if (code)
        return code;
    go_to(run, epochs);
    *arena = run->arena;
    return VRRL_OK;
}

vrrl_code reference_observation(struct reference_run *run, uint32_t e,
                                const struct observation **seen, vrrl_error *err)
{
    const uint32_t *arena;
    vrrl_code code = keep(run, e, e + 1, err);
    if (!code)
        code = reference_arena(run, e + 1, &arena, err);
    if (code)
        return code;
    if (run->state_at != e + 1)
        state_update(&run->state, arena);
    run->state_at = e + 1;
    struct observation *kept = &run->epochs[e - run->first].seen;
    kept->state = &run->state;
    kept->memory = kept->verdict == VRRL_VERDICT_DEADLOCK ? arena : NULL;
    *seen = kept;
    return VRRL_OK;
}

const vrrl_expectation_failure *reference_expectation(const struct reference_run *run, uint32_t e)
{
    return &run->epochs[e - run->first].expectation;
}
