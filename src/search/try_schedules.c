#include "search/try_schedules.h"

enum { SMALL_STATES = 20000, SMALL_SLOTS = 48, ALL_MODELS = 7 };

static uint64_t slots_of(const vrrl_program *program)
{
    uint64_t slots = 0;
    for (uint32_t e = 0; e < program->epoch_count; e++)
        slots += program->batches[program->epochs[e].batch].count;
    return slots;
}

/* Failures count, wherever they were seen; cells that were not searched to the end are explored again. */
static uint32_t take(struct tried_schedules *t, const vrrl_explore_result *r, bool last)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < r->cell_count; i++)
        if (!r->cells[i].complete)
            open |= 1u << r->cells[i].model;
    for (uint32_t i = 0; i < r->cell_count; i++) {
        uint32_t model = 1u << r->cells[i].model;
        if (!last && (open & model))
            continue;
        t->cells++;
        t->models |= model;
        t->models_done |= open & model ? 0 : model;
        t->schedules += open & model ? r->cells[i].schedules : 0;
    }
    for (uint32_t i = 0; i < r->defect_count; i++)
        t->fails(t->context, &r->defects[i]);
    return open;
}

static vrrl_code run(const vrrl_program *program, const vrrl_explore_options *options, bool last,
                     struct tried_schedules *t, uint32_t *open, bool *failed, vrrl_error *err)
{
    vrrl_explore_result r;
    vrrl_code code = vrrl_explore(program, options, &r, err);
    if (code != VRRL_OK)
        return code;
    *open = take(t, &r, last);
    *failed = r.defect_count > 0;
    if (last) {
        t->each_last = r.grain == VRRL_GRAIN_SLOT && r.held_of > 0 && r.held_slots == r.held_of;
        t->miss_bound = r.pct_schedules ? r.miss_bounds[1] : 1;
    }
    vrrl_explore_result_free(&r);
    return VRRL_OK;
}

vrrl_code try_schedules(const vrrl_program *program, const vrrl_explore_options *options,
                        struct tried_schedules *t, vrrl_error *err)
{
    vrrl_explore_options some = *options, all = *options;
    uint32_t open = options->models ? options->models : ALL_MODELS;
    bool failed = false;
    vrrl_code code = VRRL_OK;
    t->cells = t->models = t->models_done = 0;
    t->schedules = 0;
    t->each_last = false;
    t->miss_bound = 1;
    if (!options->mutation && slots_of(program) <= SMALL_SLOTS) {
        all.strategy = VRRL_STRATEGY_EXHAUSTIVE;
        all.schedules = SMALL_STATES;
        code = run(program, &all, false, t, &open, &failed, err);
    }
    some.models = open;
    if (code == VRRL_OK && open != 0 && !(failed && options->stop_first))
        code = run(program, &some, true, t, &open, &failed, err);
    t->complete = open == 0;
    return code;
}
