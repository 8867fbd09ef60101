#include "kernel/trial.h"

#include "kernel/layout.h"
#include "kernel/machine.h"

#include <stdlib.h>
#include <string.h>

struct kernel_trial {
    const struct kernel *kernel;
    struct kernel_options options;
    struct machine *machine;
    struct strategy *strategy;
    struct decisions deviations;
    struct kernel_result sequential;
    uint8_t **observed; /* bytes that the sequential run left of what is observed */
};

/* ---- What differs from the sequential run ------------------------------------------------------ */

static vrrl_code keep_observed(struct kernel_trial *t, vrrl_error *err)
{
    const struct launch *l = t->kernel->launch;
    t->observed = calloc(l->observed_count + 1u, sizeof *t->observed);
    if (!t->observed)
        return error_no_memory(err, 0);
    for (uint32_t i = 0; i < l->observed_count; i++) {
        size_t bytes = 4 * (size_t)l->buffers[l->observed[i]].words;
        t->observed[i] = malloc(bytes + 1);
        if (!t->observed[i])
            return error_no_memory(err, bytes);
        memcpy(t->observed[i], machine_buffer(t->machine, l->observed[i]), bytes);
    }
    return VRRL_OK;
}

static uint32_t word_of(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void find_difference(const struct kernel_trial *t, struct kernel_finding *f)
{
    const struct launch *l = t->kernel->launch;
    for (uint32_t i = 0; i < l->observed_count; i++) {
        const uint8_t *now = machine_buffer(t->machine, l->observed[i]);
        for (uint32_t j = 0; j < l->buffers[l->observed[i]].words; j++) {
            uint32_t is = word_of(now + 4 * (size_t)j);
            uint32_t was = word_of(t->observed[i] + 4 * (size_t)j);
            if (is == was)
                continue;
            *f = (struct kernel_finding){.kind = KERNEL_FINDS_VALUE,
                                         .where = {.buffer = l->observed[i],
                                                   .variable = KERNEL_NONE,
                                                   .space = PTX_SPACE_GLOBAL,
                                                   .byte = 4 * (uint64_t)j},
                                         .found = is,
                                         .expected = was};
            return;
        }
    }
}

/* ---- Runs ------------------------------------------------------------------------------------ */

vrrl_code kernel_trial_run(struct kernel_trial *t, const struct kernel_schedule *schedule,
                           struct kernel_result *result, vrrl_error *err)
{
    vrrl_code code = kernel_run_schedule(t->machine, schedule, t->strategy, &t->deviations,
                                         t->options, result, err);
    if (code == VRRL_OK && result->finding.kind == KERNEL_FINDS_NONE &&
        t->sequential.finding.kind == KERNEL_FINDS_NONE && result->outcome != t->sequential.outcome)
        find_difference(t, &result->finding);
    return code;
}

void kernel_trial_trace(struct kernel_trial *trial, struct kernel_trace *trace)
{
    trial->machine->trace = trace;
}

const struct kernel_result *kernel_trial_sequential(const struct kernel_trial *trial)
{
    return &trial->sequential;
}

void kernel_trial_note_points(struct kernel_trial *trial, struct kernel_points *points)
{
    trial->options.points = points;
}

const struct decisions *kernel_trial_deviations(const struct kernel_trial *trial)
{
    return &trial->deviations;
}

static vrrl_code begin(struct kernel_trial *t, vrrl_error *err)
{
    const struct kernel_schedule sequential = {.kind = KERNEL_SCHEDULE_CHOICES,
                                               .no_park = t->options.no_park,
                                               .all_visible = t->options.all_visible};
    t->strategy = strategy_create();
    vrrl_code code = t->strategy ? VRRL_OK : error_no_memory(err, 0);
    if (code == VRRL_OK)
        code = machine_create(t->kernel, &t->machine, err);
    if (code == VRRL_OK)
        code = kernel_run_schedule(t->machine, &sequential, t->strategy, &t->deviations, t->options,
                                   &t->sequential, err);
    return code == VRRL_OK ? keep_observed(t, err) : code;
}

vrrl_code kernel_trial_create(const struct kernel *kernel, const struct kernel_options *options,
                              struct kernel_trial **trial, vrrl_error *err)
{
    struct kernel_trial *t = calloc(1, sizeof *t);
    *trial = NULL;
    if (!t)
        return error_no_memory(err, sizeof *t);
    t->kernel = kernel;
    t->options = *options;
    vrrl_code code = begin(t, err);
    if (code == VRRL_OK)
        *trial = t;
    else
        kernel_trial_destroy(t);
    return code;
}

void kernel_trial_destroy(struct kernel_trial *trial)
{
    if (!trial)
        return;
    for (uint32_t i = 0; trial->observed && i < trial->kernel->launch->observed_count; i++)
        free(trial->observed[i]);
    free(trial->observed);
    decisions_free(&trial->deviations);
    machine_destroy(trial->machine);
    strategy_destroy(trial->strategy);
    free(trial);
}
