#include "base/clock.h"
#include "search/blocks.h"
#include "search/explore_exhaust.h"
#include "search/failure.h"
#include "search/runner.h"
#include "search/schedule.h"
#include "search/tally.h"

#include <math.h>
#include <stdlib.h>

enum {
    BLOCK_SCHEDULES = 64,
    TEXTS_MAX = 1000,
    SMALL_SEARCH_STATES = 4000, /* of a cell, before schedules are drawn */
};

/* A campaign under way, in the process that leads it. */
struct explore {
    campaign plan;
    tally tally;
    runner *runner; /* for schedules that are run again */
    bool cut_short; /* by who sets the flag */
};

/* ---- Schedules, in blocks -------------------------------------------------------------------- */

static vrrl_code open_runner(void *context, void **worker, vrrl_error *err)
{
    const struct explore *x = context;
    runner *r = NULL;
    vrrl_code code = runner_create(&x->plan, &r, err);
    *worker = r;
    return code;
}

static void close_runner(void *worker)
{
    runner_destroy(worker);
}

static vrrl_code run_block(void *worker, uint64_t block, struct byte_buffer *out, vrrl_error *err)
{
    return runner_schedules(worker, block * BLOCK_SCHEDULES, BLOCK_SCHEDULES, out, err);
}

static void take_orders(struct explore *x, const runner_report *report, struct byte_cursor *from)
{
    for (uint32_t i = 0; i < report->order_count && !from->failed; i++)
        tally_order(&x->tally, cursor_get_u32(from));
}

/* In the order of their numbers: the first failure is the one with the lowest. */
static vrrl_code take_block(void *context, uint64_t block, struct byte_cursor *from, bool *more,
                            vrrl_error *err)
{
    struct explore *x = context;
    runner_report report;
    uint64_t index = block * BLOCK_SCHEDULES;
    uint32_t words = x->plan.options.outcome_word_count;
    vrrl_code code = VRRL_OK;
    while (code == VRRL_OK && *more && runner_next_report(from, words, &report)) {
        code = tally_schedule(&x->tally, index++, &report, err);
        take_orders(x, &report, from);
        bool stops = x->plan.options.stop_first && report.outcome.kind != VRRL_DEFECT_NONE;
        *more = !stops && index < x->plan.options.schedules;
    }
    return code;
}

static void show_progress(void *context)
{
    struct explore *x = context;
    tally_show(&x->tally, false);
}

static vrrl_code draw_schedules(struct explore *x, vrrl_error *err)
{
    const vrrl_explore_options *o = &x->plan.options;
    const block_work work = {.context = x,
                             .count = (o->schedules - 1) / BLOCK_SCHEDULES + 1,
                             .jobs = o->jobs,
                             .limit = &x->plan.limit,
                             .what = "schedules",
                             .open = open_runner,
                             .work = run_block,
                             .close = close_runner,
                             .take = take_block,
                             .idle = show_progress};
    return blocks_run(&work, err);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* By its string. */
static vrrl_code note_stuck(const vrrl_program *program, vrrl_defect *defect, vrrl_error *err)
{
    schedule s;
    vrrl_schedule_result run;
    vrrl_code code = schedule_read_planted(program, defect->schedule, &s, err);
    if (code != VRRL_OK)
        return code;
    code = schedule_replay(program, &s, &run, err);
    schedule_free(&s);
    if (code != VRRL_OK)
        return code;
    if (vrrl_outcome_same_defect(&run.outcome, &defect->first)) {
        defect->verdict = run.diff.verdict_b;
        defect->stuck = run.diff.stuck;
        run.diff.stuck = (vrrl_stuck){0};
    }
    vrrl_schedule_result_free(&run);
    return VRRL_OK;
}

static bool is_stuck(vrrl_defect_kind kind)
{
    return kind == VRRL_DEFECT_DEADLOCK || kind == VRRL_DEFECT_LIVELOCK ||
           kind == VRRL_DEFECT_SHUTDOWN;
}

static vrrl_code describe_defects(struct explore *x, vrrl_error *err)
{
    vrrl_explore_result *r = x->tally.result;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0, stuck = 0; code == VRRL_OK && i < r->defect_count; i++) {
        const tally_origin *origin = &x->tally.origins[i];
        vrrl_defect *defect = &r->defects[i];
        failure_name(x->plan.program, &defect->first, defect->name, sizeof defect->name);
        if (origin->drawn && i < TEXTS_MAX)
            code = runner_schedule_text(x->runner, origin->index, &defect->schedule, err);
        if (code == VRRL_OK && is_stuck(defect->first.kind) && defect->schedule &&
            stuck++ < VRRL_STUCK_DEFECTS_MAX)
            code = note_stuck(x->plan.program, defect, err);
    }
    return code;
}

/* By values; then those that came to the end of the program first. */
static int by_values(const void *left, const void *right)
{
    const vrrl_explore_outcome *a = left, *b = right;
    for (uint32_t i = 0; i < a->value_count; i++)
        if (a->values[i] != b->values[i])
            return a->values[i] < b->values[i] ? -1 : 1;
    return (a->stopped > b->stopped) - (a->stopped < b->stopped);
}

static vrrl_code describe_outcomes(struct explore *x, vrrl_error *err)
{
    vrrl_explore_result *r = x->tally.result;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < r->outcome_count && i < TEXTS_MAX; i++) {
        const tally_origin *origin = &x->tally.outcome_origins[i];
        if (origin->drawn)
            code = runner_schedule_text(x->runner, origin->index, &r->outcomes[i].schedule, err);
    }
    if (r->outcome_count > 1)
        qsort(r->outcomes, r->outcome_count, sizeof *r->outcomes, by_values);
    return code;
}

/* What all of a cell's schedules miss a bug of a depth with, at most. One of depth d or more finds it
 * with p >= 1 / (n k^(depth - 1)); all of them miss it with the product of 1 - p. */
static double miss_bound(const runner_measure *m, const uint64_t *runs, uint32_t depth)
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
static void note_bounds(struct explore *x, uint32_t cell, const runner_measure *m)
{
    vrrl_explore_result *r = x->tally.result;
    const uint64_t *runs = x->tally.pct_runs[cell];
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
    runner_measure m;
    if (all_runs(x->tally.pct_runs[cell]) == 0 ||
        x->plan.cells[cell].subject.model == VRRL_MEMORY_VIEW)
        return VRRL_OK;
    vrrl_code code = runner_measured(x->runner, cell, &m, err);
    if (code == VRRL_OK)
        note_bounds(x, cell, &m);
    return code;
}

static void list_met(struct explore *x)
{
    vrrl_explore_result *r = x->tally.result;
    for (uint32_t pair = 0; pair < r->total.pairs; pair++) {
        const uint8_t *seen = x->tally.orders + 2 * (size_t)pair;
        if (!seen[0] || !seen[1])
            continue;
        if (r->met_count < VRRL_MET_MAX)
            runner_pair(x->runner, pair, &r->met[r->met_count]);
        r->met_count++;
    }
}

/* Something must have been run: where the memory model has no room, its engine says why. */
static vrrl_code check_room(const struct explore *x, vrrl_error *err)
{
    const vrrl_explore_result *r = x->tally.result;
    bool none = r->total.schedules == 0 && r->defect_count == 0 && !r->complete;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; none && code == VRRL_OK && i < x->plan.cell_count; i++) {
        runner_measure m;
        code = runner_measured(x->runner, i, &m, err);
        if (code != VRRL_OK || !m.too_large)
            continue;
        code = VRRL_TOO_LARGE;
        if (err)
            *err = m.why;
    }
    return code;
}

static vrrl_code note_shutdown(struct explore *x, vrrl_error *err)
{
    vrrl_explore_result *r = x->tally.result;
    subject *s;
    vrrl_code code = runner_subject(x->runner, 0, &s, err);
    if (code == VRRL_OK)
        r->shuts_down = subject_reference_shuts_down(s, &r->shutdown_epoch);
    return code;
}

static vrrl_code finish(struct explore *x, vrrl_error *err)
{
    vrrl_code code = check_room(x, err);
    if (code == VRRL_OK)
        code = note_shutdown(x, err);
    if (code == VRRL_OK)
        code = describe_defects(x, err);
    if (code == VRRL_OK)
        code = describe_outcomes(x, err);
    list_met(x);
    for (uint32_t i = 0; code == VRRL_OK && i < x->plan.cell_count; i++)
        code = bound_cell(x, i, err);
    x->tally.result->out_of_time = limit_is_late(&x->plan.limit);
    x->tally.result->interrupted = x->cut_short;
    tally_show(&x->tally, true);
    return code;
}

static vrrl_code campaign_run(struct explore *x, vrrl_error *err)
{
    const vrrl_explore_options *o = &x->plan.options;
    vrrl_code code = VRRL_OK;
    bool goes_on = true;
    if (o->strategy == VRRL_STRATEGY_EXHAUSTIVE)
        code = explore_exhaust(&x->plan, &x->tally, o->schedules, NULL, &goes_on, err);
    else if (o->strategy == VRRL_STRATEGY_MIX && o->grain == VRRL_GRAIN_OPERATION && !o->mutation)
        code = explore_exhaust(&x->plan, &x->tally, SMALL_SEARCH_STATES, x->runner, &goes_on, err);
    if (code == VRRL_OK && goes_on && x->plan.active_count > 0 &&
        o->strategy != VRRL_STRATEGY_EXHAUSTIVE)
        code = draw_schedules(x, err);
    x->cut_short = limit_is_stopped(&x->plan.limit);
    return code == VRRL_OK ? finish(x, err) : code;
}

static vrrl_code start(struct explore *x, vrrl_explore_result *result, vrrl_error *err)
{
    vrrl_code code = runner_create(&x->plan, &x->runner, err);
    if (code != VRRL_OK)
        return code;
    code = tally_init(&x->tally, &x->plan, runner_pairs(x->runner), result, err);
    if (code == VRRL_OK)
        code = campaign_run(x, err);
    tally_free(&x->tally);
    runner_destroy(x->runner);
    return code;
}

vrrl_code vrrl_explore(const vrrl_program *program, const vrrl_explore_options *options,
                       vrrl_explore_result *result, vrrl_error *err)
{
    *result = (vrrl_explore_result){0};
    struct explore *x = calloc(1, sizeof *x);
    if (!x)
        return error_no_memory(err, sizeof *x);
    vrrl_code code = campaign_plan(program, options, &x->plan, err);
    if (code == VRRL_OK)
        code = start(x, result, err);
    if (code != VRRL_OK)
        vrrl_explore_result_free(result);
    free(x);
    return code;
}

void vrrl_explore_result_free(vrrl_explore_result *result)
{
    for (uint32_t i = 0; i < result->defect_count; i++) {
        free(result->defects[i].schedule);
        vrrl_stuck_free(&result->defects[i].stuck);
    }
    free(result->defects);
    for (uint32_t i = 0; i < result->outcome_count; i++) {
        free(result->outcomes[i].values);
        free(result->outcomes[i].schedule);
    }
    free(result->outcomes);
    free(result->outcome_words);
    free(result->cells);
    *result = (vrrl_explore_result){0};
}
