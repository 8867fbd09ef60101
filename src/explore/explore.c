#include "base/clock.h"
#include "base/result.h"
#include "explore/aggregate.h"
#include "explore/buffering.h"
#include "explore/exhaustive_cells.h"
#include "explore/explore_texts.h"
#include "explore/runner.h"
#include "memory/memory_models.h"
#include "schedule/work_pool.h"

#include <math.h>
#include <stdlib.h>

enum {
    BLOCK_SCHEDULES = 64,
};

/* A campaign under way, in the process that leads it. */
struct explore {
    struct campaign plan;
    struct aggregate aggregate;
    struct runner *runner; /* for schedules that are run again */
    bool cut_short;        /* by who sets the flag */
};

/* ---- Schedules, in blocks -------------------------------------------------------------------- */

/* The process that leads has run targets already, and has measured them: a fork of it goes on with its own copy. */
static vrrl_code open_runner(void *context, void **worker, vrrl_error *err)
{
    (void)err;
    *worker = context;
    return VRRL_OK;
}

static void close_runner(void *worker)
{
    (void)worker;
}

static vrrl_code run_block(void *worker, uint64_t block, struct byte_buffer *out, vrrl_error *err)
{
    struct explore *x = worker;
    return runner_schedules(x->runner, block * BLOCK_SCHEDULES, BLOCK_SCHEDULES, out, err);
}

static void take_orders(struct explore *x, const struct runner_report *report,
                        struct byte_cursor *from)
{
    for (uint32_t i = 0; i < report->order_count && !from->failed; i++)
        aggregate_order(&x->aggregate, cursor_get_u32(from));
}

/* In the order of their numbers: the first failure is the one with the lowest. */
static vrrl_code take_block(void *context, uint64_t block, struct byte_cursor *from, bool *more,
                            vrrl_error *err)
{
    struct explore *x = context;
    struct runner_report report;
    uint64_t index = block * BLOCK_SCHEDULES;
    uint32_t words = x->plan.options.outcome_word_count;
    vrrl_code code = VRRL_OK;
    while (code == VRRL_OK && *more && runner_next_report(from, words, &report)) {
        code = aggregate_schedule(&x->aggregate, index++, &report, err);
        take_orders(x, &report, from);
        bool stops = x->plan.options.stop_first && report.outcome.kind != VRRL_DEFECT_NONE;
        *more = !stops && index < x->plan.options.schedules;
    }
    return code;
}

static void show_progress(void *context)
{
    struct explore *x = context;
    aggregate_show(&x->aggregate, false);
}

static vrrl_code draw_schedules(struct explore *x, vrrl_error *err)
{
    const vrrl_explore_options *o = &x->plan.options;
    const struct work_pool work = {.context = x,
                                   .count = (o->schedules - 1) / BLOCK_SCHEDULES + 1,
                                   .jobs = o->jobs,
                                   .limit = &x->plan.limit,
                                   .what = "schedules",
                                   .open = open_runner,
                                   .work = run_block,
                                   .close = close_runner,
                                   .take = take_block,
                                   .idle = show_progress};
    return work_pool_run(&work, err);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* What all of a cell's schedules miss a bug of a depth with, at most. One of depth d or more finds it
 * with p >= 1 / (n k^(depth - 1)); all of them miss it with the product of 1 - p. */
static double miss_bound(const struct runner_measure *m, const uint64_t *runs, uint32_t depth)
{
    double logarithm = 0;
    for (uint32_t d = depth; d <= STRATEGY_DEPTH_MAX; d++) {
        double p = 1 / ((double)(m->slots ? m->slots : 1) * pow((double)m->choices, d - 1));
        if (runs[d] > 0)
            logarithm += (double)runs[d] * log1p(-p);
    }
    return exp(logarithm);
}

static uint64_t all_runs(const uint64_t *runs)
{
    uint64_t sum = 0;
    for (uint32_t d = 0; d <= STRATEGY_DEPTH_MAX; d++)
        sum += runs[d];
    return sum;
}

/* Of a cell that misses more than those before it. */
static void note_bounds(struct explore *x, uint32_t cell, const struct runner_measure *m)
{
    vrrl_explore_result *r = x->aggregate.result;
    const uint64_t *runs = x->aggregate.pct_runs[cell];
    bool is_first = r->pct_schedules == 0, is_highest = is_first;
    for (uint32_t d = 1; d <= x->plan.options.depth && d <= VRRL_PCT_DEPTHS; d++) {
        double bound = miss_bound(m, runs, d);
        is_highest |= bound > r->miss_bounds[d - 1];
        if (is_first || bound > r->miss_bounds[d - 1])
            r->miss_bounds[d - 1] = bound;
    }
    if (!is_highest)
        return;
    r->pct_schedules = all_runs(runs);
    r->pct_slots = m->slots;
    r->pct_choices = m->choices;
    r->pct_depth = x->plan.options.depth;
}

static vrrl_code bound_cell(struct explore *x, uint32_t cell, vrrl_error *err)
{
    struct runner_measure m;
    if (all_runs(x->aggregate.pct_runs[cell]) == 0 ||
        memory_models[x->plan.cells[cell].target.setup.model].orders)
        return VRRL_OK;
    vrrl_code code = runner_measured(x->runner, cell, &m, err);
    if (code == VRRL_OK)
        note_bounds(x, cell, &m);
    return code;
}

static void list_met(struct explore *x)
{
    vrrl_explore_result *r = x->aggregate.result;
    for (uint32_t pair = 0; pair < r->total.pairs; pair++) {
        const uint8_t *seen = x->aggregate.orders + 2 * (size_t)pair;
        if (!seen[0] || !seen[1])
            continue;
        if (r->met_count < VRRL_MET_MAX)
            runner_pair(x->runner, pair, &r->met[r->met_count]);
        r->met_count++;
    }
}

/* ---- What was not run -------------------------------------------------------------------------- */

/* Takes the cells whose memory model has no room for their runs out of those that schedules are drawn for. */
static vrrl_code leave_out_too_large(struct explore *x, vrrl_error *err)
{
    vrrl_explore_result *r = x->aggregate.result;
    struct campaign *plan = &x->plan;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->active_count; i++) {
        struct runner_measure m;
        uint32_t cell = plan->active[i];
        if (limit_is_over(&plan->limit))
            return VRRL_OK;
        vrrl_code code = runner_measured(x->runner, cell, &m, err);
        if (code != VRRL_OK || limit_is_late(&plan->limit))
            return code;
        r->cells[cell].too_large = m.too_large;
        if (m.too_large)
            r->too_large_why = m.why;
        else
            plan->active[kept++] = cell;
    }
    plan->active_count = kept;
    return VRRL_OK;
}

/* ---- What orders slots, and what does not ------------------------------------------------------- */

/* A search of all schedules goes one way to each end. Some others show who meets whom in which order. */
static vrrl_code look_at_orders(struct explore *x, vrrl_error *err)
{
    enum { RUNS_MAX = 64 };
    struct byte_buffer seen = {0};
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < x->plan.cell_count; i++)
        code = runner_orders(x->runner, i, RUNS_MAX, &seen, err);
    struct byte_cursor from = {.at = seen.bytes, .left = seen.size};
    while (code == VRRL_OK && from.left > 0)
        x->aggregate.orders[cursor_get_u32(&from) % (2 * x->aggregate.result->total.pairs)] = 1;
    buffer_free(&seen);
    return code;
}

static vrrl_code look_at_order(struct explore *x, vrrl_error *err)
{
    vrrl_explore_result *r = x->aggregate.result;
    bool stepped = x->plan.options.setup.grain == VRRL_GRAIN_OPERATION &&
                   !x->plan.mutation.change && !x->plan.mutation.worker;
    vrrl_code code = VRRL_OK;
    if (r->defect_count > 0 || !stepped || limit_is_over(&x->plan.limit))
        return VRRL_OK;
    if (r->complete && r->total.pairs > 0)
        code = look_at_orders(x, err);
    if (code == VRRL_OK && r->setup.grain == VRRL_GRAIN_OPERATION)
        code = buffering_find(x->plan.program, &x->plan.cells[0].target, &x->plan.limit,
                              &r->buffered, err);
    return code;
}

static vrrl_code note_shutdown(struct explore *x, vrrl_error *err)
{
    vrrl_explore_result *r = x->aggregate.result;
    struct run_target *s;
    vrrl_code code = runner_target(x->runner, 0, &s, err);
    if (code == VRRL_OK)
        r->shuts_down = run_target_reference_shuts_down(s, &r->shutdown_epoch);
    return code;
}

/* ---- What memory it needs ---------------------------------------------------------------------- */

static bool is_searched_through(const vrrl_explore_result *r, vrrl_memory_model model,
                                uint32_t workers)
{
    for (uint32_t i = 0; i < r->cell_count; i++)
        if (r->cells[i].setup.model == model && r->cells[i].setup.workers == workers)
            return r->cells[i].complete;
    return false;
}

/* With every number of workers. */
static bool model_is_searched_through(const vrrl_explore_result *r, vrrl_memory_model model)
{
    bool all = true;
    for (uint32_t i = 0; i < r->cell_count; i++)
        all = all && is_searched_through(r, model, r->cells[i].setup.workers);
    return all;
}

/* Which slot and word a difference of values is first seen at depends on the way there, of which a search
 * follows one to each end: another failure of the epoch may be this one. */
static bool may_be_shown_stronger(const vrrl_explore_result *r, const vrrl_defect *d)
{
    bool by_way = d->first.kind == VRRL_DEFECT_VALUE || d->first.kind == VRRL_DEFECT_STATUS;
    for (uint32_t i = 0; by_way && i < r->defect_count; i++) {
        const vrrl_run_outcome *o = &r->defects[i].first;
        if (r->defects[i].weakest < d->weakest && o->epoch == d->first.epoch &&
            (o->kind == VRRL_DEFECT_VALUE || o->kind == VRRL_DEFECT_STATUS))
            return true;
    }
    return false;
}

static void prove_weakest(vrrl_explore_result *r)
{
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++)
        r->searched_through[model] = r->cell_count > 0 && model_is_searched_through(r, model);
    for (uint32_t i = 0; i < r->defect_count; i++) {
        vrrl_defect *d = &r->defects[i];
        vrrl_memory_model stronger = memory_models[d->weakest].weakens;
        d->weakest_proved = stronger == d->weakest ||
                            (r->searched_through[stronger] && !may_be_shown_stronger(r, d));
    }
}

/* What was found is described by a few runs more, whatever ended the search. */
static void allow_for_texts(struct explore *x)
{
    struct search_limit *limit = &x->plan.limit;
    x->aggregate.result->out_of_time = limit_is_late(limit);
    x->aggregate.result->interrupted = x->cut_short;
    if (!limit_is_over(limit))
        return;
    *limit = (struct search_limit){.deadline_ns =
                                       clock_steady_ns() + LIMIT_GRACE_MS * UINT64_C(1000000)};
    runner_until(x->runner, limit->deadline_ns);
}

static vrrl_code finish_campaign(struct explore *x, vrrl_error *err)
{
    allow_for_texts(x);
    bool over = x->aggregate.result->out_of_time || x->cut_short;
    vrrl_code code = note_shutdown(x, err);
    if (code == VRRL_OK)
        code = look_at_order(x, err);
    if (code == VRRL_OK)
        code = explore_texts(&x->plan, &x->aggregate, x->runner, err);
    list_met(x);
    prove_weakest(x->aggregate.result);
    for (uint32_t i = 0; code == VRRL_OK && i < x->plan.cell_count; i++)
        code = bound_cell(x, i, err);
    aggregate_show(&x->aggregate, true);
    return over && code == VRRL_TOO_LARGE ? VRRL_OK : code;
}

static vrrl_code campaign_run(struct explore *x, vrrl_error *err)
{
    const vrrl_explore_options *o = &x->plan.options;
    vrrl_code code = VRRL_OK;
    bool goes_on = true;
    if (o->strategy == VRRL_STRATEGY_EXHAUSTIVE)
        code = explore_exhaust(&x->plan, &x->aggregate, o->schedules, err);
    else if (o->strategy == VRRL_STRATEGY_MIX && o->setup.grain == VRRL_GRAIN_OPERATION &&
             !o->mutation)
        code = explore_cheap(&x->plan, &x->aggregate, x->runner, &goes_on, err);
    if (code == VRRL_OK && goes_on)
        code = leave_out_too_large(x, err);
    if (code == VRRL_OK && goes_on && x->plan.active_count > 0 &&
        o->strategy != VRRL_STRATEGY_EXHAUSTIVE)
        code = draw_schedules(x, err);
    if (code == VRRL_TOO_LARGE && limit_is_late(&x->plan.limit))
        code = VRRL_OK; /* a run that was cut short */
    x->cut_short = limit_is_stopped(&x->plan.limit);
    return code == VRRL_OK ? finish_campaign(x, err) : code;
}

static vrrl_code start(struct explore *x, vrrl_explore_result *result, vrrl_error *err)
{
    vrrl_code code = runner_create(&x->plan, &x->runner, err);
    if (code != VRRL_OK)
        return code;
    code = aggregate_init(&x->aggregate, &x->plan, runner_pairs(x->runner), result, err);
    if (code == VRRL_OK)
        code = campaign_run(x, err);
    aggregate_free(&x->aggregate);
    runner_destroy(x->runner);
    return code;
}

vrrl_code vrrl_explore(const vrrl_program *program, const vrrl_explore_options *options,
                       vrrl_explore_result **result, vrrl_error *err)
{
    struct explore *x = calloc(1, sizeof *x);
    *result = NULL;
    if (!x)
        return error_no_memory(err, sizeof *x);
    vrrl_code code = campaign_plan(program, options, &x->plan, err);
    if (code == VRRL_OK && !(*result = result_create(sizeof **result, err)))
        code = VRRL_NO_MEMORY;
    if (code == VRRL_OK)
        code = start(x, *result, err);
    if (code != VRRL_OK) {
        vrrl_explore_result_free(*result);
        *result = NULL;
    }
    free(x);
    return code;
}

void vrrl_explore_result_free(vrrl_explore_result *result)
{
    if (!result)
        return;
    for (uint32_t i = 0; i < result->defect_count; i++) {
        free(result->defects[i].schedule);
        vrrl_stuck_free(result->defects[i].stuck);
    }
    free(result->defects);
    for (uint32_t i = 0; i < result->outcome_count; i++) {
        free(result->outcomes[i].values);
        free(result->outcomes[i].schedule);
    }
    free(result->outcomes);
    free(result->outcome_words);
    free(result->cells);
    free(result);
}
