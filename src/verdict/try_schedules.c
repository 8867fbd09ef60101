#include "verdict/try_schedules.h"

#include "base/clock.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"

enum { SMALL_STATES = 20000, SMALL_SLOTS = 48 };

/* Cells that were not searched to the end: they are explored again, and with them all of these models and
 * numbers of workers. */
static vrrl_cells open_of(const vrrl_explore_result *r)
{
    vrrl_cells open = {.workers_first = UINT32_MAX};
    for (uint32_t i = 0; i < r->cell_count; i++) {
        const vrrl_explore_cell *c = &r->cells[i];
        if (c->complete)
            continue;
        open.models |= 1u << c->setup.model;
        open.workers_first =
            c->setup.workers < open.workers_first ? c->setup.workers : open.workers_first;
        open.workers_last =
            c->setup.workers > open.workers_last ? c->setup.workers : open.workers_last;
    }
    return open;
}

static bool is_open(const vrrl_cells *open, const vrrl_explore_cell *c)
{
    return (open->models & 1u << c->setup.model) && c->setup.workers >= open->workers_first &&
           c->setup.workers <= open->workers_last;
}

/* Failures count, wherever they were seen; cells, where they are not explored again. */
static void take_campaign(struct tried_schedules *t, const vrrl_explore_result *r,
                          const vrrl_cells *open, bool last)
{
    for (uint32_t i = 0; i < r->cell_count; i++) {
        const vrrl_explore_cell *c = &r->cells[i];
        if (!last && is_open(open, c))
            continue;
        t->cells++;
        t->models |= 1u << c->setup.model;
        t->schedules += c->complete ? 0 : c->schedules;
        t->models_open |= c->complete ? 0 : 1u << c->setup.model;
    }
    for (uint32_t i = 0; i < r->defect_count; i++)
        t->fails(t->context, &r->defects[i]);
}

static vrrl_code run(const vrrl_program *program, const vrrl_explore_options *options, bool last,
                     struct tried_schedules *t, vrrl_cells *open, bool *failed, vrrl_error *err)
{
    vrrl_explore_result *r;
    vrrl_code code = vrrl_explore(program, options, &r, err);
    if (code != VRRL_OK)
        return code;
    *open = open_of(r);
    take_campaign(t, r, open, last);
    *failed = r->defect_count > 0;
    if (last) {
        t->each_last =
            r->setup.grain == VRRL_GRAIN_SLOT && r->held_of > 0 && r->held_slots == r->held_of;
        t->miss_bound = r->pct_schedules ? r->miss_bounds[1] : 1;
    }
    vrrl_explore_result_free(r);
    return VRRL_OK;
}

vrrl_code try_schedules(const vrrl_program *program, const vrrl_explore_options *options,
                        struct tried_schedules *t, vrrl_error *err)
{
    vrrl_explore_options some = *options, all = *options;
    vrrl_cells open = options->cells;
    const uint64_t until_ns = clock_until(options->milliseconds);
    bool failed = false;
    vrrl_code code = VRRL_OK;
    if (open.models == 0)
        open.models = MEMORY_MODELS_ALL;
    some.no_schedules = all.no_schedules = true;
    t->cells = t->models = t->models_open = 0;
    t->schedules = 0;
    t->each_last = false;
    t->miss_bound = 1;
    if (!options->mutation && program_work(program) <= SMALL_SLOTS) {
        all.strategy = VRRL_STRATEGY_EXHAUSTIVE;
        all.schedules = SMALL_STATES;
        code = run(program, &all, false, t, &open, &failed, err);
    }
    some.cells = open;
    some.milliseconds = clock_left_ms(until_ns);
    if (code == VRRL_OK && open.models != 0 && !(failed && options->stop_first))
        code = run(program, &some, true, t, &open, &failed, err);
    t->complete = open.models == 0;
    return code;
}
