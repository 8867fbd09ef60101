/* Runs a program on a fresh machine: the epoch loop over the host. */
#include "run/recovery.h"

#include "base/atomics.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "host/host.h"
#include "program/batch_view.h"

#include <stdlib.h>
#include <string.h>

static uint32_t largest_prologue(const vrrl_program *program)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < program->epoch_rows; i++)
        if (program->epochs[i].prologue_count > most)
            most = program->epochs[i].prologue_count;
    return most;
}

vrrl_code epoch_buffer_create(struct epoch_buffer *buffer, const vrrl_program *program,
                              vrrl_error *err)
{
    *buffer = (struct epoch_buffer){0};
    size_t prologue = largest_prologue(program) + (size_t)1,
           slots = program_largest_batch(program) + (size_t)1;
    buffer->prologue = calloc(prologue, sizeof *buffer->prologue);
    buffer->slots = calloc(slots, sizeof *buffer->slots);
    if (!buffer->prologue || !buffer->slots)
        return error_no_memory(err, (prologue + slots) * sizeof *buffer->slots);
    return VRRL_OK;
}

void epoch_buffer_free(struct epoch_buffer *buffer)
{
    free(buffer->prologue);
    free(buffer->slots);
    *buffer = (struct epoch_buffer){0};
}

/* `slots` may be NULL where `count` is 0. */
static void fill_inputs(const vrrl_program *program, const vrrl_slot *slots, uint32_t first,
                        uint32_t count, vrrl_slot_input *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const vrrl_slot *slot = &slots[first + i];
        out[i] = (vrrl_slot_input){.opcode = slot->opcode,
                                   .tenant = slot->tenant,
                                   .queue = slot->queue,
                                   .arg_count = slot->arg_count,
                                   .args = slot->arg_count ? program->words + slot->args : NULL};
    }
}

vrrl_code program_run_epoch(const vrrl_program *program, uint32_t e, struct epoch_buffer *buffer,
                            vrrl_host *host, uint32_t timeout_ms, const vrrl_sink *sink,
                            vrrl_verdict *verdict, vrrl_error *err)
{
    const vrrl_epoch *epoch = epoch_row(program, e);
    const vrrl_batch *batch = &program->batches[epoch->batch];
    fill_inputs(program, program->prologue, epoch->prologue_first, epoch->prologue_count,
                buffer->prologue);
    fill_inputs(program, program->slots, batch->first, batch->count, buffer->slots);
    vrrl_epoch_input input = {.prologue = buffer->prologue,
                              .prologue_count = epoch->prologue_count,
                              .slots = buffer->slots,
                              .slot_count = batch->count,
                              .indices = NULL};
    const vrrl_epoch_result *result;
    vrrl_code code = vrrl_host_run_epoch(host, &input, sink, timeout_ms, &result, err);
    if (code == VRRL_OK)
        *verdict = result->verdict;
    return code;
}

/* The next epoch gets what is left of the run's time, if that is less. */
static uint32_t epoch_timeout_ms(const vrrl_run_options *options)
{
    uint32_t left = clock_left_ms(options->until_ns), own = options->timeout_ms;
    return left && (own == 0 || left < own) ? left : own;
}

bool run_is_cut(const vrrl_run_options *options)
{
    return clock_is_past(options->until_ns) ||
           (options->interrupt && load_relaxed(options->interrupt));
}

static vrrl_code run_epochs(const vrrl_program *program, vrrl_host *host,
                            const vrrl_run_options *options, const vrrl_sink *sink,
                            vrrl_verdict *verdict, vrrl_error *err)
{
    struct epoch_buffer buffer;
    vrrl_code code = epoch_buffer_create(&buffer, program, err);
    for (uint32_t e = program->first_epoch; code == VRRL_OK && e < program->epoch_count; e++) {
        if (run_is_cut(options))
            break;
        code = recovery_run_epoch(program, e, &buffer, host, epoch_timeout_ms(options), sink,
                                  verdict, err);
        if (code != VRRL_OK || *verdict != VRRL_VERDICT_COMPLETE)
            break;
        if (options->progress)
            options->progress(options->progress_context, e + 1, program->epoch_count);
        if (options->stop && *options->stop)
            break;
    }
    epoch_buffer_free(&buffer);
    return code;
}

void program_load(const vrrl_program *program, uint32_t *arena)
{
    const vrrl_geometry *geometry = &program->geometry;
    if (program->memory) {
        memcpy(arena, program->memory, program->layout.total_words * sizeof *arena);
        return;
    }
    memcpy(arena + program->layout.user_base, program->initial,
           geometry->user_words * sizeof *arena);
    memcpy(arena + program->layout.tenant_base, program->tenant_masks,
           geometry->tenants * sizeof *arena);
    memcpy(arena + VRRL_WORD_QUOTA, program->quotas, sizeof program->quotas);
}

vrrl_code vrrl_program_run(const vrrl_program *program, const vrrl_run_options *options,
                           const vrrl_sink *sink,
                           vrrl_code (*started)(void *context, vrrl_host *host, vrrl_error *err),
                           vrrl_verdict *verdict, vrrl_error *err)
{
    vrrl_run_options own;
    vrrl_code code = OPTIONS_READ(vrrl_run_options, &own, options, err);
    if (code == VRRL_OK)
        code = program_can_run(program, err);
    if (code == VRRL_OK && !own.driver)
        code = vrrl_driver_find("reference", &own.driver, err);
    if (code != VRRL_OK)
        return code;
    const vrrl_machine machine = {.geometry = program->geometry,
                                  .model = program->model,
                                  .workers = own.workers ? own.workers : 1,
                                  .claim = own.claim,
                                  .seed = own.seed};
    vrrl_host *host;
    code = vrrl_host_create(own.driver, &machine, &host, err);
    if (code != VRRL_OK)
        return code;
    *verdict = VRRL_VERDICT_COMPLETE;
    host->interrupt = own.interrupt;
    program_load(program, vrrl_host_arena(host));
    host_go_to(host, program->first_epoch, program->first_index);
    if (own.prepare)
        code = own.prepare(own.prepare_context, host, err);
    if (code == VRRL_OK && started)
        code = started(sink->context, host, err);
    if (code == VRRL_OK)
        code = run_epochs(program, host, &own, sink, verdict, err);
    vrrl_host_free(host);
    return code;
}
