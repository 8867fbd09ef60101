#include "explore/exhaustive_cells.h"

#include "base/clock.h"
#include "explore/exhaustive_program.h"
#include "memory/memory_models.h"
#include "schedule/work_pool.h"

#include <stdlib.h>
#include <string.h>

struct cells {
    struct campaign *plan;
    struct aggregate *aggregate;
    uint64_t state_limit;
    uint64_t deadline_ns;                 /* earlier than the campaign's; 0: that one */
    uint32_t numbers[CAMPAIGN_CELLS_MAX]; /* those that are searched */
    uint32_t count;
    bool complete[CAMPAIGN_CELLS_MAX];
    bool goes_on;
};

struct worker {
    const struct cells *cells;
    struct runner *runner;
};

/* ---- In the process that works --------------------------------------------------------------- */

static vrrl_code open_worker(void *context, void **made, vrrl_error *err)
{
    struct cells *cells = context;
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err, sizeof *w);
    w->cells = cells;
    vrrl_code code = runner_create(cells->plan, &w->runner, err);
    if (code != VRRL_OK) {
        free(w);
        return code;
    }
    *made = w;
    return VRRL_OK;
}

static void close_worker(void *made)
{
    struct worker *w = made;
    runner_destroy(w->runner);
    free(w);
}

static void put_text(struct byte_buffer *out, const char *text, size_t size)
{
    buffer_put_u32(out, (uint32_t)size);
    buffer_put(out, text, size);
}

/* The schedule string of choices that were found. */
static vrrl_code put_schedule(struct worker *w, uint32_t cell, const struct exhaust_choice *choices,
                              uint32_t count, struct byte_buffer *out, vrrl_error *err)
{
    char *text;
    struct exhaust_given given = {.choices = choices, .count = count};
    const struct chooser with = {.context = &given, .choose = exhaust_choose_given};
    vrrl_code code = runner_chosen_text(w->runner, cell, &with, &text, err);
    if (code == VRRL_OK)
        put_text(out, text ? text : "", text ? strlen(text) : 0);
    free(text);
    return code;
}

static vrrl_code put_defect(struct worker *w, uint32_t cell, const struct exhaust_defect *defect,
                            struct byte_buffer *out, vrrl_error *err)
{
    buffer_put(out, &defect->first, sizeof defect->first);
    buffer_put_u64(out, defect->failures);
    return put_schedule(w, cell, defect->choices, defect->choice_count, out, err);
}

static vrrl_code put_outcomes(struct worker *w, uint32_t cell, const struct exhaust_result *r,
                              struct byte_buffer *out, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    buffer_put_u32(out, r->outcomes_left_out);
    buffer_put_u32(out, r->outcomes.count);
    for (uint32_t i = 0; code == VRRL_OK && i < r->outcomes.count; i++) {
        const struct exhaust_outcome *row = &r->outcome_rows[i];
        struct outcome_key key = outcome_set_at(&r->outcomes, i);
        buffer_put(out, &key, sizeof key);
        buffer_put_u64(out, row->ends);
        code = put_schedule(w, cell, row->choices, row->choice_count, out, err);
    }
    return code;
}

static vrrl_code put_result(struct worker *w, uint32_t cell, const struct exhaust_result *r,
                            struct byte_buffer *out, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    buffer_put_u64(out, r->ends);
    buffer_put_u64(out, r->states);
    buffer_put_u64(out, r->pruned);
    buffer_put_u32(out, r->complete);
    buffer_put(out, &r->stopped, sizeof r->stopped);
    buffer_put_u32(out, r->defect_count);
    for (uint32_t i = 0; code == VRRL_OK && i < r->defect_count; i++)
        code = put_defect(w, cell, &r->defects[i], out, err);
    return code == VRRL_OK ? put_outcomes(w, cell, r, out, err) : code;
}

static vrrl_code search_cell(void *made, uint64_t block, struct byte_buffer *out, vrrl_error *err)
{
    struct worker *w = made;
    const struct cells *cells = w->cells;
    uint32_t cell = cells->numbers[block];
    struct run_target *s;
    struct exhaust_result result = {0};
    vrrl_code code = runner_target(w->runner, cell, &s, err);
    struct exhaust_request request = {.state_limit = cells->state_limit,
                                      .memory_mib = cells->plan->options.memory_mib,
                                      .limit = cells->plan->limit,
                                      .words = cells->plan->options.outcome_words,
                                      .word_count = cells->plan->options.outcome_word_count};
    if (cells->deadline_ns)
        request.limit.deadline_ns = cells->deadline_ns;
    if (code == VRRL_OK)
        code = exhaust(s, cells->plan->program, &request, &result, err);
    if (code == VRRL_OK)
        code = put_result(w, cell, &result, out, err);
    exhaust_result_free(&result);
    return code;
}

/* ---- In the process that leads --------------------------------------------------------------- */

/* The caller's to free; *text is NULL where the string would have been too long. */
static vrrl_code get_text(struct byte_cursor *from, char **text, vrrl_error *err)
{
    uint32_t size = cursor_get_u32(from);
    *text = size ? calloc((size_t)size + 1, 1) : NULL;
    if (size && !*text)
        return error_no_memory(err, size);
    if (*text)
        cursor_get(from, *text, size);
    return VRRL_OK;
}

static vrrl_code take_defect(struct cells *cells, uint32_t cell, struct byte_cursor *from,
                             vrrl_error *err)
{
    const struct schedule_spec spec = {.cell = cell,
                                       .setup = cells->plan->cells[cell].target.setup,
                                       .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                       .held = VRRL_NO_INDEX};
    vrrl_run_outcome outcome;
    cursor_get(from, &outcome, sizeof outcome);
    uint64_t failures = cursor_get_u64(from);
    char *text;
    vrrl_code code = get_text(from, &text, err);
    return code == VRRL_OK
               ? aggregate_failure(cells->aggregate, &spec, &outcome, failures, 0, text, err)
               : code;
}

static vrrl_code take_outcomes(struct cells *cells, uint32_t cell, struct byte_cursor *from,
                               vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    cells->aggregate->result->outcomes_left_out |= cursor_get_u32(from) != 0;
    uint32_t count = cursor_get_u32(from);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++) {
        struct outcome_key key;
        char *text;
        cursor_get(from, &key, sizeof key);
        uint64_t ends = cursor_get_u64(from);
        code = get_text(from, &text, err);
        if (code == VRRL_OK)
            code = aggregate_outcome(cells->aggregate, cell, &key, ends, NULL, text, err);
    }
    return code;
}

static vrrl_code take_cell(void *context, uint64_t block, struct byte_cursor *from, bool *more,
                           vrrl_error *err)
{
    struct cells *cells = context;
    uint32_t cell = cells->numbers[block];
    uint64_t ends = cursor_get_u64(from), states = cursor_get_u64(from),
             pruned = cursor_get_u64(from);
    cells->complete[cell] = cursor_get_u32(from);
    vrrl_stop stopped;
    cursor_get(from, &stopped, sizeof stopped);
    if (stopped.kind)
        cells->aggregate->result->search_stopped = stopped;
    aggregate_searched(cells->aggregate, cell, ends, states, pruned, cells->complete[cell]);
    uint32_t defects = cursor_get_u32(from);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < defects; i++)
        code = take_defect(cells, cell, from, err);
    if (code == VRRL_OK)
        code = take_outcomes(cells, cell, from, err);
    if (defects > 0 && cells->plan->options.stop_first)
        *more = cells->goes_on = false;
    return code;
}

static void show(void *context)
{
    aggregate_show(((struct cells *)context)->aggregate, false);
}

static void choose_cells(struct cells *cells)
{
    for (uint32_t i = 0; i < cells->plan->cell_count; i++)
        cells->numbers[cells->count++] = i;
}

static void drop_complete(struct cells *cells)
{
    struct campaign *plan = cells->plan;
    plan->active_count = 0;
    for (uint32_t i = 0; i < plan->cell_count; i++) {
        if (!cells->complete[i])
            plan->active[plan->active_count++] = i;
    }
    cells->aggregate->result->complete = plan->active_count == 0;
}

static struct cells *make_cells(struct campaign *plan, struct aggregate *t, uint64_t state_limit,
                                vrrl_error *err)
{
    struct cells *cells = calloc(1, sizeof *cells);
    if (cells)
        *cells = (struct cells){
            .plan = plan, .aggregate = t, .state_limit = state_limit, .goes_on = true};
    else
        error_no_memory(err, sizeof *cells);
    return cells;
}

vrrl_code explore_exhaust(struct campaign *plan, struct aggregate *t, uint64_t state_limit,
                          vrrl_error *err)
{
    struct cells *cells = make_cells(plan, t, state_limit, err);
    if (!cells)
        return VRRL_NO_MEMORY;
    choose_cells(cells);
    const struct work_pool work = {.context = cells,
                                   .count = cells->count,
                                   .jobs = plan->options.jobs,
                                   .limit = &plan->limit,
                                   .what = "all schedules of a machine",
                                   .open = open_worker,
                                   .work = search_cell,
                                   .close = close_worker,
                                   .take = take_cell,
                                   .idle = show};
    vrrl_code code = work_pool_run(&work, err);
    if (code == VRRL_OK)
        drop_complete(cells);
    free(cells);
    return code;
}

/* ---- Those that are cheap, before schedules are drawn ------------------------------------------ */

enum {
    SMALL_STATES = 4000, /* of a cell in any case, where its runs are short: */
    SMALL_CHOICES = 48,
    SMALL_STEPS = 256,
    /* What all cells have together: a state costs about as much as the steps of a run, or its slots. It is what a search
     * of all cells to their ends gets through in about a second. A campaign of fewer schedules than usual has
     * less, in proportion to them. */
    CHEAP_WORK = 16000000,
    CHEAP_WORK_EACH = 800, /* of a schedule */
    SCHEDULES_USUAL = 10000,
    LEAST_STATES = 1000, /* with fewer, a search is not worth its while */
    CHEAP_SHARE = 3,     /* of the time, where that is limited, it has one part in so many */
};

/* All schedules of a cell are among those of one with weaker memory, or with more workers of a pool. */
static bool is_within(const struct campaign_cell *of, const struct campaign_cell *larger)
{
    return memory_model_has(larger->target.setup.model, of->target.setup.model) &&
           of->target.setup.workers <= larger->target.setup.workers;
}

/* A cell is larger than one that was too large. */
static bool is_too_large(const struct cells *cells, uint32_t cell)
{
    const struct campaign *plan = cells->plan;
    for (uint32_t i = 0; i < cells->count; i++)
        if (!cells->complete[cells->numbers[i]] &&
            is_within(&plan->cells[cells->numbers[i]], &plan->cells[cell]))
            return true;
    return false;
}

/* How many states a cell is searched for, and what each costs; 0: it is not searched. */
static vrrl_code states_for(const struct cells *cells, struct runner *leader, uint32_t cell,
                            uint64_t work, uint64_t *states, uint64_t *cost, vrrl_error *err)
{
    struct runner_measure m;
    vrrl_code code = runner_measured(leader, cell, &m, err);
    *states = 0;
    /* A run that gets stuck may be short, where a state has all slots. */
    *cost = m.steps > m.slots ? m.steps : m.slots + UINT64_C(1);
    if (code != VRRL_OK || m.too_large)
        return code;
    uint64_t least = m.choices <= SMALL_CHOICES && *cost <= SMALL_STEPS ? SMALL_STATES : 0;
    uint64_t cheap = is_too_large(cells, cell) ? 0 : work / *cost;
    *states = cheap >= LEAST_STATES && cheap > least ? cheap : least;
    return VRRL_OK;
}

static vrrl_code search_cheap_cell(struct cells *cells, struct runner *leader, uint32_t cell,
                                   uint64_t *work, vrrl_error *err)
{
    uint64_t cost, before = cells->aggregate->result->states;
    struct byte_buffer seen = {0};
    bool more = true;
    vrrl_code code = states_for(cells, leader, cell, *work, &cells->state_limit, &cost, err);
    if (code != VRRL_OK || cells->state_limit == 0)
        return code;
    uint32_t number = cells->count++;
    cells->numbers[number] = cell;
    struct worker w = {.cells = cells, .runner = leader};
    code = search_cell(&w, number, &seen, err);
    if (code == VRRL_OK && seen.failed)
        code = error_no_memory(err, seen.size);
    if (code == VRRL_OK) {
        struct byte_cursor from = {.at = seen.bytes, .left = seen.size};
        code = take_cell(cells, number, &from, &more, err);
    }
    buffer_free(&seen);
    uint64_t spent = (cells->aggregate->result->states - before) * cost;
    *work -= spent < *work ? spent : *work;
    aggregate_show(cells->aggregate, false);
    return code;
}

/* The strongest first: what they do not show, weaker memory is needed for. */
static vrrl_code search_cheap(struct cells *cells, struct runner *leader, vrrl_error *err)
{
    const struct campaign *plan = cells->plan;
    uint64_t schedules = plan->options.schedules, now = clock_steady_ns();
    uint64_t work = schedules < SCHEDULES_USUAL ? schedules * CHEAP_WORK_EACH : CHEAP_WORK;
    vrrl_code code = VRRL_OK;
    if (plan->limit.deadline_ns > now)
        cells->deadline_ns = now + (plan->limit.deadline_ns - now) / CHEAP_SHARE;
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++) {
        for (uint32_t i = 0; i < plan->cell_count; i++) {
            if (plan->cells[i].target.setup.model != model)
                continue;
            if (code != VRRL_OK || !cells->goes_on || limit_is_over(&plan->limit))
                return code;
            code = search_cheap_cell(cells, leader, i, &work, err);
        }
    }
    return code;
}

vrrl_code explore_cheap(struct campaign *plan, struct aggregate *t, struct runner *leader,
                        bool *goes_on, vrrl_error *err)
{
    struct cells *cells = make_cells(plan, t, 0, err);
    if (!cells)
        return VRRL_NO_MEMORY;
    vrrl_code code = search_cheap(cells, leader, err);
    if (code == VRRL_OK)
        drop_complete(cells);
    *goes_on = cells->goes_on;
    free(cells);
    return code;
}
