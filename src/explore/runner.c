#include "explore/runner.h"

#include "base/clock.h"
#include "base/random.h"
#include "explore/coverage.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "schedule/schedule_string.h"
#include "schedule/strategy.h"

#include <stdlib.h>
#include <string.h>

/* A run target takes some 2 KiB for a slot, under view 4. */
enum { MEASURING_RUNS = 4, KEPT_SLOTS = 1 << 16 };

struct cell_state {
    struct run_target *target; /* NULL: not used yet, or not kept */
    struct runner_measure measure;
    bool measured;
};

struct runner {
    const struct campaign *campaign;
    struct cell_state *cells;
    struct strategy *strategy;
    struct coverage *coverage;
    struct byte_buffer orders; /* that are new */
    /* The run under way. */
    struct run_target *target;
    struct chooser chooser;
    uint32_t slots, lanes; /* most of an epoch */
    bool measuring;        /* it is none of the campaign's: what it covers does not count */
    bool one_at_a_time;    /* run targets are too large for those of all cells to be kept */
};

/* ---- A run ----------------------------------------------------------------------------------- */

static void note_order(void *context, uint32_t order)
{
    buffer_put_u32(context, order);
}

static void runner_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct runner *r = context;
    r->slots = slots > r->slots ? slots : r->slots;
    r->lanes = lanes > r->lanes ? lanes : r->lanes;
    r->chooser.begin(r->chooser.context, epoch, slots, lanes);
}

static void runner_end(void *context, uint32_t epoch)
{
    struct runner *r = context;
    if (!r->measuring)
        coverage_look(r->coverage, epoch, run_target_claimed_at(r->target),
                      run_target_ended_at(r->target), note_order, &r->orders);
}

static void runner_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option)
{
    struct runner *r = context;
    r->chooser.choose(r->chooser.context, lanes, count, at, option);
}

static vrrl_code run_once(struct runner *r, const struct strategy_setup *by,
                          const vrrl_setup *setup, vrrl_run_outcome *outcome, vrrl_error *err)
{
    const struct chooser wrapped = {
        .context = r, .begin = runner_begin, .choose = runner_choose, .end = runner_end};
    struct strategy_setup with = *by;
    with.claims = run_target_claims_of(r->target);
    strategy_start(r->strategy, &with);
    run_target_set_up(r->target, setup);
    r->chooser = strategy_chooser(r->strategy);
    vrrl_code code = run_target_run(r->target, &wrapped, outcome, err);
    if (code == VRRL_OK && strategy_exhausted(r->strategy))
        code = error_no_memory(err, 0);
    return code;
}

/* ---- Cells ----------------------------------------------------------------------------------- */

static bool may_shut_down(const vrrl_program *program)
{
    for (uint32_t i = 0; i < program->slot_count; i++) {
        if (program->slots[i].opcode == 0xFFFFFFFFu)
            return true;
    }
    return false;
}

/* Lanes have priorities of their own where a store buffer drains, or SHUTDOWN is looked at. */
static uint32_t priorities(const struct runner *r, const struct campaign_cell *cell)
{
    bool lanes = cell->target.setup.grain == VRRL_GRAIN_OPERATION &&
                 (memory_models[cell->target.setup.model].buffers_stores ||
                  may_shut_down(r->campaign->program));
    return r->slots + (lanes ? r->lanes : 0);
}

/* A few random runs: the most choices of any. The same in every process. */
static vrrl_code measure(struct runner *r, uint32_t index, vrrl_error *err)
{
    struct runner_measure *m = &r->cells[index].measure;
    uint64_t seed = r->campaign->options.setup.seed ^ ((uint64_t)index << 32);
    vrrl_code code = VRRL_OK;
    m->choices = 1;
    r->slots = r->lanes = 0;
    r->measuring = true;
    m->too_large = true;
    for (uint32_t i = 0; code == VRRL_OK && i < MEASURING_RUNS; i++) {
        const struct strategy_setup setup = {.kind = VRRL_STRATEGY_RANDOM,
                                             .seed = random_next(&seed)};
        vrrl_run_outcome outcome;
        code = run_once(r, &setup, &r->campaign->cells[index].target.setup, &outcome, &m->why);
        if (strategy_choices(r->strategy) > m->choices)
            m->choices = strategy_choices(r->strategy); /* up to where it was too large */
        m->too_large = m->too_large && code == VRRL_TOO_LARGE;
        if (code == VRRL_OK && outcome.steps > m->steps)
            m->steps = outcome.steps;
        if (code == VRRL_TOO_LARGE)
            code = VRRL_OK;
    }
    r->measuring = false;
    m->slots = priorities(r, &r->campaign->cells[index]);
    if (code != VRRL_OK && err)
        *err = m->why;
    return code;
}

static void leave_others(struct runner *r, uint32_t index)
{
    for (uint32_t i = 0; i < r->campaign->cell_count; i++) {
        if (i == index)
            continue;
        run_target_destroy(r->cells[i].target);
        r->cells[i].target = NULL;
    }
}

static vrrl_code enter_cell(struct runner *r, uint32_t index, vrrl_error *err)
{
    struct cell_state *cell = &r->cells[index];
    r->target = cell->target;
    if (cell->target)
        return VRRL_OK;
    if (r->one_at_a_time)
        leave_others(r, index);
    struct run_target_options options = r->campaign->cells[index].target;
    options.until_ns = r->campaign->limit.deadline_ns;
    vrrl_code code = run_target_create(r->campaign->program, &options, &cell->target, err);
    r->target = cell->target;
    if (code != VRRL_OK || cell->measured)
        return code;
    cell->measured = true;
    return measure(r, index, err);
}

vrrl_code runner_target(struct runner *r, uint32_t cell, struct run_target **run_target_of,
                        vrrl_error *err)
{
    vrrl_code code = enter_cell(r, cell, err);
    *run_target_of = r->target;
    if (code == VRRL_OK)
        run_target_set_up(r->target, &r->campaign->cells[cell].target.setup);
    return code;
}

vrrl_code runner_measured(struct runner *r, uint32_t cell, struct runner_measure *m,
                          vrrl_error *err)
{
    vrrl_code code = r->cells[cell].measured ? VRRL_OK : enter_cell(r, cell, err);
    *m = r->cells[cell].measure;
    return code;
}

vrrl_code runner_orders(struct runner *r, uint32_t cell, uint32_t runs, struct byte_buffer *out,
                        vrrl_error *err)
{
    uint64_t seed = r->campaign->options.setup.seed;
    vrrl_code code = enter_cell(r, cell, err);
    r->orders.size = 0;
    for (uint32_t i = 0; code == VRRL_OK && i < runs; i++) {
        const struct strategy_setup setup = {.kind =
                                                 i % 2 ? VRRL_STRATEGY_PCT : VRRL_STRATEGY_PREEMPT,
                                             .seed = random_next(&seed),
                                             .depth = 1,
                                             .bound = i / 2 % 2,
                                             .choices = r->cells[cell].measure.choices};
        vrrl_run_outcome outcome;
        if (limit_is_over(&r->campaign->limit))
            break;
        code = run_once(r, &setup, &r->campaign->cells[cell].target.setup, &outcome, err);
        code = code == VRRL_TOO_LARGE ? VRRL_OK : code;
    }
    buffer_put(out, r->orders.bytes, r->orders.size);
    r->orders.size = 0;
    return code == VRRL_OK && out->failed ? error_no_memory(err, out->size) : code;
}

/* ---- Schedules ------------------------------------------------------------------------------- */

static struct strategy_setup setup_of(const struct runner *r, const struct schedule_spec *spec)
{
    return (struct strategy_setup){.kind = spec->strategy,
                                   .seed = spec->setup.seed,
                                   .depth = spec->depth,
                                   .bound = spec->bound,
                                   .holds_one = spec->held != VRRL_NO_INDEX,
                                   .held = spec->held,
                                   .choices = r->cells[spec->cell].measure.choices};
}

static vrrl_code run_index(struct runner *r, uint64_t index, vrrl_run_outcome *outcome,
                           vrrl_error *err)
{
    struct schedule_spec spec = campaign_spec_of(r->campaign, index);
    vrrl_code code = enter_cell(r, spec.cell, err);
    if (code != VRRL_OK)
        return code;
    const struct strategy_setup setup = setup_of(r, &spec);
    return run_once(r, &setup, &spec.setup, outcome, err);
}

static bool same_outcome(const vrrl_run_outcome *a, const vrrl_run_outcome *b)
{
    return vrrl_outcome_same_defect(a, b) && a->other == b->other && a->expected == b->expected &&
           a->found == b->found && a->steps == b->steps && a->schedule == b->schedule;
}

enum { FLAG_FAILED = 1, FLAG_DIFFERED = 2, FLAG_TOO_LARGE = 4 };

/* What the words that are asked for ended up as. */
static void put_key(const struct runner *r, struct byte_buffer *out)
{
    const vrrl_explore_options *o = &r->campaign->options;
    struct outcome_key key;
    if (o->outcome_word_count == 0)
        return;
    key.stopped = run_target_final(r->target, o->outcome_words, o->outcome_word_count, key.values);
    buffer_put_u32(out, key.stopped);
    buffer_put_words(out, key.values, o->outcome_word_count);
}

static void put_report(struct runner *r, const vrrl_run_outcome *outcome, uint32_t flags,
                       struct byte_buffer *out)
{
    bool failed = outcome->kind != VRRL_DEFECT_NONE;
    buffer_put_u32(out, (failed ? FLAG_FAILED : 0) | flags);
    buffer_put_u64(out, outcome->schedule);
    if (failed)
        buffer_put(out, outcome, sizeof *outcome);
    if (!(flags & FLAG_TOO_LARGE))
        put_key(r, out);
    buffer_put_u32(out, (uint32_t)(r->orders.size / sizeof(uint32_t)));
    buffer_put(out, r->orders.bytes, r->orders.size);
    out->failed |= r->orders.failed;
}

bool runner_next_report(struct byte_cursor *from, uint32_t words, struct runner_report *report)
{
    if (from->left == 0)
        return false;
    *report = (struct runner_report){0};
    uint32_t flags = cursor_get_u32(from);
    report->differed = flags & FLAG_DIFFERED;
    report->too_large = flags & FLAG_TOO_LARGE;
    uint32_t hash[2] = {cursor_get_u32(from), cursor_get_u32(from)};
    report->outcome.schedule = hash[0] | (uint64_t)hash[1] << 32;
    if (flags & FLAG_FAILED)
        cursor_get(from, &report->outcome, sizeof report->outcome);
    if (words > 0 && !report->too_large) {
        report->key.stopped = cursor_get_u32(from);
        cursor_get_words(from, report->key.values, words);
    }
    report->order_count = cursor_get_u32(from);
    return !from->failed;
}

static vrrl_code one_schedule(struct runner *r, uint64_t index, struct byte_buffer *out,
                              vrrl_error *err)
{
    vrrl_run_outcome outcome, again;
    uint32_t flags = 0;
    vrrl_code code = run_index(r, index, &outcome, err);
    if (code == VRRL_OK && r->campaign->options.check_determinism) {
        code = run_index(r, index, &again, err);
        flags = code == VRRL_OK && !same_outcome(&outcome, &again) ? FLAG_DIFFERED : 0;
    }
    if (code == VRRL_TOO_LARGE && limit_is_late(&r->campaign->limit)) {
        r->orders.size = 0;
        return VRRL_OK; /* it was cut short, and is none of the campaign's */
    }
    if (code == VRRL_TOO_LARGE) {
        code = VRRL_OK;
        flags = FLAG_TOO_LARGE;
        outcome = (vrrl_run_outcome){0};
        r->orders.size = 0;
    }
    if (code == VRRL_OK)
        put_report(r, &outcome, flags, out);
    r->orders.size = 0;
    return code;
}

static vrrl_code in_turn(struct runner *r, uint64_t first, uint64_t count, struct byte_buffer *out,
                         vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint64_t i = 0; code == VRRL_OK && i < count; i++) {
        if (limit_is_over(&r->campaign->limit))
            break;
        code = one_schedule(r, first + i, out, err);
    }
    return code;
}

/* Those of one cell after those of another, so that each run target is made once; told in turn, up to the first
 * that was not run. */
static vrrl_code cell_by_cell(struct runner *r, uint64_t first, uint64_t count,
                              struct byte_buffer *out, vrrl_error *err)
{
    struct byte_buffer *seen = calloc(count, sizeof *seen);
    vrrl_code code = seen ? VRRL_OK : error_no_memory(err, count * sizeof *seen);
    for (uint32_t cell = 0; code == VRRL_OK && cell < r->campaign->cell_count; cell++)
        for (uint64_t i = 0; code == VRRL_OK && i < count; i++)
            if (campaign_spec_of(r->campaign, first + i).cell == cell)
                code = in_turn(r, first + i, 1, &seen[i], err);
    for (uint64_t i = 0; code == VRRL_OK && i < count && seen[i].size > 0; i++) {
        buffer_put(out, seen[i].bytes, seen[i].size);
        out->failed |= seen[i].failed;
    }
    for (uint64_t i = 0; seen && i < count; i++)
        buffer_free(&seen[i]);
    free(seen);
    return code;
}

/* Where time is limited it is shared by all cells, whatever memory that takes. */
static bool keeps_all(const struct campaign *c)
{
    return c->limit.deadline_ns || c->cell_count < 2 ||
           (uint64_t)c->cell_count * program_slots_run(c->program) <= KEPT_SLOTS;
}

vrrl_code runner_schedules(struct runner *r, uint64_t first, uint64_t count,
                           struct byte_buffer *out, vrrl_error *err)
{
    uint64_t left = r->campaign->options.schedules - first;
    r->orders.size = 0;
    if (left < count)
        count = left;
    return (r->one_at_a_time ? cell_by_cell : in_turn)(r, first, count, out, err);
}

/* ---- Life ------------------------------------------------------------------------------------ */

vrrl_code runner_create(const struct campaign *c, struct runner **made, vrrl_error *err)
{
    struct runner *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err, sizeof *r);
    r->campaign = c;
    r->one_at_a_time = !keeps_all(c);
    r->strategy = strategy_create();
    r->cells = calloc(c->cell_count, sizeof *r->cells);
    vrrl_code code = r->strategy && r->cells ? coverage_create(c->program, &r->coverage, err)
                                             : error_no_memory(err, 0);
    if (code != VRRL_OK) {
        runner_destroy(r);
        return code;
    }
    *made = r;
    return VRRL_OK;
}

void runner_destroy(struct runner *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; r->cells && i < r->campaign->cell_count; i++)
        run_target_destroy(r->cells[i].target);
    free(r->cells);
    strategy_destroy(r->strategy);
    coverage_destroy(r->coverage);
    buffer_free(&r->orders);
    free(r);
}

void runner_until(struct runner *r, uint64_t until_ns)
{
    for (uint32_t i = 0; i < r->campaign->cell_count; i++)
        if (r->cells[i].target)
            run_target_until(r->cells[i].target, until_ns);
}

uint32_t runner_pairs(const struct runner *r)
{
    return coverage_pairs(r->coverage);
}

void runner_pair(const struct runner *r, uint32_t pair, vrrl_met_pair *slots)
{
    coverage_pair(r->coverage, pair, &slots->batch, &slots->slots[0], &slots->slots[1]);
}

/* ---- Schedule strings ------------------------------------------------------------------------ */

/* Runs what `with` chooses, and writes down what it chose; `by`, where not NULL, is how. NULL where
 * that is longer than a schedule string may be. */
static vrrl_code text_of_run(struct runner *r, const struct run_target_options *options,
                             const struct chooser *with, const struct strategy_setup *by,
                             char **text, vrrl_error *err)
{
    struct decision_recorder recorder;
    struct decisions deviations = {.list = NULL};
    vrrl_run_outcome outcome;
    *text = NULL;
    const struct chooser recorded = decision_record(&recorder, with, NULL, &deviations);
    run_target_set_up(r->target, &options->setup);
    vrrl_code code = run_target_run(r->target, &recorded, &outcome, err);
    if (code == VRRL_OK)
        code = schedule_of_run(r->campaign->program, options, &deviations, by, text, err);
    decisions_free(&deviations);
    return code == VRRL_TOO_LARGE ? VRRL_OK : code;
}

vrrl_code runner_chosen_text(struct runner *r, uint32_t cell, const struct chooser *with,
                             char **text, vrrl_error *err)
{
    vrrl_code code = enter_cell(r, cell, err);
    return code == VRRL_OK ? text_of_run(r, &r->campaign->cells[cell].target, with, NULL, text, err)
                           : code;
}

vrrl_code runner_schedule_text(struct runner *r, uint64_t index, char **text, vrrl_error *err)
{
    struct schedule_spec spec = campaign_spec_of(r->campaign, index);
    vrrl_code code = enter_cell(r, spec.cell, err);
    if (code != VRRL_OK)
        return code;
    struct strategy_setup setup = setup_of(r, &spec);
    setup.claims = run_target_claims_of(r->target);
    strategy_start(r->strategy, &setup);
    const struct chooser with = strategy_chooser(r->strategy);
    struct run_target_options options = r->campaign->cells[spec.cell].target;
    options.setup = spec.setup;
    return text_of_run(r, &options, &with, &setup, text, err);
}
