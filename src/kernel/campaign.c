#include "kernel/campaign.h"

#include "base/clock.h"
#include "base/hash_table.h"
#include "kernel/layout.h"
#include "kernel/machine.h"

#include <stdlib.h>
#include <string.h>

struct campaign {
    const struct kernel *kernel;
    const struct campaign_options *options;
    struct campaign_result *result;
    struct machine *machine;
    struct strategy *strategy;
    struct hash_table seen; /* schedules */
    struct decisions deviations;
    uint64_t choices;   /* of the sequential run */
    uint64_t expected;  /* its outcome */
    uint8_t **observed; /* bytes that it left of what is observed */
    bool has_expected;
    vrrl_error *err;
};

/* ---- Schedules ------------------------------------------------------------------------------- */

/* The number of a schedule says what it is. */
static struct kernel_schedule schedule_of(const struct campaign *c, uint64_t number)
{
    static const vrrl_strategy kinds[] = {VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_PCT,
                                          VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_STARVE,
                                          VRRL_STRATEGY_PREEMPT};
    const struct campaign_options *o = c->options;
    struct kernel_schedule s = {.kind = KERNEL_SCHEDULE_CHOICES,
                                .no_park = o->run.no_park,
                                .all_visible = o->run.all_visible};
    bool mixes = o->strategy == VRRL_STRATEGY_MIX;
    if (number == 0)
        return s;
    if (number == 1 && mixes) {
        s.kind = KERNEL_SCHEDULE_TURNS;
        return s;
    }
    s.kind = KERNEL_SCHEDULE_DRAWN;
    s.drawn = (struct strategy_setup){.kind = mixes ? kinds[number % (sizeof kinds / sizeof *kinds)]
                                                    : o->strategy,
                                      .seed = o->seed + number,
                                      .depth = o->depth ? o->depth : 3,
                                      .bound = o->bound ? o->bound : 2,
                                      .choices = c->choices ? c->choices : 1};
    return s;
}

/* ---- What differs from the sequential run ------------------------------------------------------ */

static void keep_expected(struct campaign *c, const struct kernel_result *run)
{
    const struct launch *l = c->kernel->launch;
    c->expected = run->outcome;
    c->has_expected = run->finding.kind == KERNEL_FINDS_NONE;
    for (uint32_t i = 0; c->has_expected && i < l->observed_count; i++)
        memcpy(c->observed[i], machine_buffer(c->machine, l->observed[i]),
               4 * (size_t)l->buffers[l->observed[i]].words);
}

static uint32_t word_of(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void find_difference(const struct campaign *c, struct kernel_finding *f)
{
    const struct launch *l = c->kernel->launch;
    for (uint32_t i = 0; i < l->observed_count; i++) {
        const uint8_t *now = machine_buffer(c->machine, l->observed[i]);
        for (uint32_t j = 0; j < l->buffers[l->observed[i]].words; j++) {
            uint32_t is = word_of(now + 4 * (size_t)j);
            uint32_t was = word_of(c->observed[i] + 4 * (size_t)j);
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

/* ---- Defects --------------------------------------------------------------------------------- */

static bool is_same_side(const struct kernel_side *a, const struct kernel_side *b)
{
    return a->host == b->host &&
           (a->host ? a->place == b->place
                    : a->function == b->function && a->instruction == b->instruction);
}

/* Two instructions that race are one defect, whichever was first and wherever they met. */
static bool is_same_defect(const struct kernel_finding *a, const struct kernel_finding *b)
{
    if (a->kind != b->kind || a->side_count != b->side_count ||
        a->where.buffer != b->where.buffer || a->line != b->line)
        return false;
    if (a->side_count < 2)
        return a->side_count == 0 || is_same_side(&a->sides[0], &b->sides[0]);
    return (is_same_side(&a->sides[0], &b->sides[0]) && is_same_side(&a->sides[1], &b->sides[1])) ||
           (is_same_side(&a->sides[0], &b->sides[1]) && is_same_side(&a->sides[1], &b->sides[0]));
}

/* The choices, where they are short enough to paste; else how they were drawn. */
static vrrl_code write_schedule(struct campaign *c, const struct kernel_schedule *s, char **text)
{
    struct kernel_schedule choices = {.kind = KERNEL_SCHEDULE_CHOICES,
                                      .deviations = c->deviations,
                                      .no_park = s->no_park,
                                      .all_visible = s->all_visible};
    vrrl_code code = kernel_schedule_write(c->kernel, &choices, text, c->err);
    if (code != VRRL_OK || s->kind != KERNEL_SCHEDULE_DRAWN ||
        strlen(*text) <= KERNEL_SCHEDULE_PASTE_MAX)
        return code;
    free(*text);
    return kernel_schedule_write(c->kernel, s, text, c->err);
}

static vrrl_code add_defect(struct campaign *c, const struct kernel_schedule *s,
                            const struct kernel_finding *f)
{
    struct campaign_result *r = c->result;
    r->failures++;
    r->endless += f->kind == KERNEL_FINDS_LIVELOCK;
    for (uint32_t i = 0; i < r->defect_count; i++)
        if (is_same_defect(&r->defects[i].finding, f)) {
            r->defects[i].runs++;
            return VRRL_OK;
        }
    if (r->defect_count == CAMPAIGN_DEFECTS_MAX) {
        r->more_defects = 1;
        return VRRL_OK;
    }
    struct campaign_defect *d = &r->defects[r->defect_count];
    *d = (struct campaign_defect){.finding = *f, .runs = 1};
    vrrl_code code = write_schedule(c, s, &d->schedule);
    r->defect_count += code == VRRL_OK;
    return code;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static vrrl_code run(struct campaign *c, const struct kernel_schedule *s, bool is_first)
{
    struct kernel_result run;
    vrrl_code code = kernel_run_schedule(c->machine, s, c->strategy, &c->deviations,
                                         c->options->run, &run, c->err);
    if (code != VRRL_OK)
        return code;
    struct campaign_result *r = c->result;
    r->schedules++;
    r->instructions += run.instructions;
    r->steps += run.steps;
    r->states = run.states;
    uint32_t before = c->seen.count;
    if (before < 1 << 24 && hash_table_item(&c->seen, run.schedule, 0) == HASH_TABLE_NONE)
        return error_no_memory(c->err, hash_table_bytes(&c->seen));
    r->distinct += c->seen.count - before;
    if (is_first) {
        c->choices = run.choices;
        keep_expected(c, &run);
    } else if (run.finding.kind == KERNEL_FINDS_NONE && c->has_expected &&
               run.outcome != c->expected) {
        find_difference(c, &run.finding);
    }
    return run.finding.kind == KERNEL_FINDS_NONE ? VRRL_OK : add_defect(c, s, &run.finding);
}

static vrrl_code make_observed(struct campaign *c)
{
    const struct launch *l = c->kernel->launch;
    c->observed = calloc(l->observed_count + 1u, sizeof *c->observed);
    if (!c->observed)
        return error_no_memory(c->err, 0);
    for (uint32_t i = 0; i < l->observed_count; i++) {
        c->observed[i] = calloc(l->buffers[l->observed[i]].words, 4);
        if (!c->observed[i])
            return error_no_memory(c->err, 0);
    }
    return VRRL_OK;
}

static vrrl_code run_all(struct campaign *c)
{
    const struct campaign_options *o = c->options;
    uint64_t begin = clock_steady_ns();
    vrrl_code code = VRRL_OK;
    for (uint64_t i = 0; code == VRRL_OK && i < o->schedules; i++) {
        bool enough = (o->stop_first && c->result->failures) || c->result->more_defects ||
                      c->result->endless >= CAMPAIGN_ENDLESS_MAX;
        if (limit_is_over(&o->limit) || enough) {
            c->result->stopped = i > 0 || limit_is_stopped(&o->limit);
            if (c->result->stopped)
                break;
        }
        struct kernel_schedule s = schedule_of(c, i);
        code = run(c, &s, i == 0);
        if (o->progress && (i & 255) == 255)
            o->progress(o->progress_context, c->result->schedules, c->result->failures);
    }
    c->result->nanoseconds = clock_steady_ns() - begin;
    return code;
}

static vrrl_code begin(struct campaign *c)
{
    memset(c->result, 0, sizeof *c->result);
    c->strategy = strategy_create();
    vrrl_code code = c->strategy ? VRRL_OK : error_no_memory(c->err, 0);
    if (code == VRRL_OK)
        code = machine_create(c->kernel, &c->machine, c->err);
    return code == VRRL_OK ? make_observed(c) : code;
}

static void end(struct campaign *c)
{
    for (uint32_t i = 0; c->observed && i < c->kernel->launch->observed_count; i++)
        free(c->observed[i]);
    free(c->observed);
    decisions_free(&c->deviations);
    hash_table_free(&c->seen);
    machine_destroy(c->machine);
    strategy_destroy(c->strategy);
}

vrrl_code kernel_campaign(const struct kernel *kernel, const struct campaign_options *options,
                          struct campaign_result *result, vrrl_error *err)
{
    struct campaign c = {.kernel = kernel, .options = options, .result = result, .err = err};
    vrrl_code code = begin(&c);
    if (code == VRRL_OK)
        code = run_all(&c);
    end(&c);
    if (code != VRRL_OK)
        campaign_result_free(result);
    return code;
}

vrrl_code kernel_campaign_of_one(const struct kernel *kernel,
                                 const struct kernel_schedule *schedule,
                                 struct campaign_result *result, vrrl_error *err)
{
    const struct campaign_options options = {.schedules = 1, .run.hashes = true};
    const struct kernel_schedule sequential = {.kind = KERNEL_SCHEDULE_CHOICES,
                                               .no_park = schedule->no_park,
                                               .all_visible = schedule->all_visible};
    struct campaign c = {.kernel = kernel, .options = &options, .result = result, .err = err};
    struct kernel_result first;
    vrrl_code code = begin(&c);
    if (code == VRRL_OK)
        code =
            kernel_run_schedule(c.machine, &sequential, c.strategy, NULL, options.run, &first, err);
    if (code == VRRL_OK)
        keep_expected(&c, &first);
    uint64_t started = clock_steady_ns();
    if (code == VRRL_OK)
        code = run(&c, schedule, false);
    result->nanoseconds = clock_steady_ns() - started;
    end(&c);
    if (code != VRRL_OK)
        campaign_result_free(result);
    return code;
}

void campaign_result_free(struct campaign_result *result)
{
    for (uint32_t i = 0; i < result->defect_count; i++)
        free(result->defects[i].schedule);
    result->defect_count = 0;
}
