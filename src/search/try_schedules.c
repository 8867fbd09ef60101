#include "search/try_schedules.h"

enum { SMALL_STATES = 20000, SMALL_SLOTS = 48 };

static uint64_t slots_of(const vrrl_program *program)
{
    uint64_t slots = 0;
    for (uint32_t e = 0; e < program->epoch_count; e++)
        slots += program->batches[program->epochs[e].batch].count;
    return slots;
}

vrrl_code try_schedules(const vrrl_program *program, const vrrl_explore_options *options,
                        vrrl_explore_result *result, vrrl_error *err)
{
    vrrl_explore_options all = *options;
    if (options->mutation || slots_of(program) > SMALL_SLOTS)
        return vrrl_explore(program, options, result, err);
    all.strategy = VRRL_STRATEGY_EXHAUSTIVE;
    all.schedules = SMALL_STATES;
    vrrl_code code = vrrl_explore(program, &all, result, err);
    if (code == VRRL_OK && (result->complete || result->defect_count > 0))
        return VRRL_OK;
    if (code == VRRL_OK)
        vrrl_explore_result_free(result);
    return vrrl_explore(program, options, result, err);
}
