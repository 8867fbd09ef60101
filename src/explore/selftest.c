/* Runs the suite: each case is a search of its own, under one memory model after the other. */
#include "vrrl/analysis/selftest.h"

#include "base/error.h"
#include "base/options.h"
#include "schedule/schedule.h"
#include "schedule/schedule_run.h"
#include "schedule/schedule_string.h"
#include "schedule/work_pool.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SCHEDULES = 2000, STEP_LIMIT = 20000 };

struct run {
    const vrrl_selftest *suite;
    vrrl_selftest_options options;
    uint32_t *cases; /* those that the filter names */
    uint32_t count;
    struct search_limit limit;
    void (*done)(void *context, uint32_t index, const vrrl_selftest_result *result);
    void *context;
};

/* ---- One case -------------------------------------------------------------------------------- */

static vrrl_code explore(const struct run *r, const vrrl_program *program,
                         const vrrl_selftest_case *c, vrrl_memory_model model,
                         vrrl_selftest_result *result, char **text, vrrl_error *err)
{
    vrrl_explore_options options = {
        .size = sizeof options,
        .strategy = r->options.strategy,
        .setup = {.grain = VRRL_GRAIN_OPERATION, .step_limit = STEP_LIMIT, .seed = r->options.seed},
        .schedules = r->options.schedules,
        .cells.models = 1u << model,
        .jobs = 1,
        .stop_first = true,
        .stop = r->limit.told ? r->limit.told : r->limit.stop,
        .mutation = c->mutation};
    if (c->mutation && options.strategy == VRRL_STRATEGY_EXHAUSTIVE)
        options.strategy = VRRL_STRATEGY_MIX;
    vrrl_explore_result *found;
    vrrl_code code = vrrl_explore(program, &options, &found, err);
    if (code)
        return code;
    result->schedules += found->total.schedules;
    if (found->defect_count) {
        const vrrl_defect *defect = &found->defects[0];
        result->found = true;
        result->setup = defect->setup;
        result->found_after = defect->found_after;
        result->strategy = defect->strategy;
        result->kind = defect->first.kind;
        *text = found->defects[0].schedule;
        found->defects[0].schedule = NULL;
    }
    vrrl_explore_result_free(found);
    return VRRL_OK;
}

/* Whether what was found is what was planted; NONE stands for whatever comes first. A wrong value is seen by a comparison, or by an
 * expectation. */
static bool is_kind(vrrl_defect_kind found, vrrl_defect_kind planted)
{
    return planted == VRRL_DEFECT_NONE || found == planted ||
           (planted == VRRL_DEFECT_VALUE && found == VRRL_DEFECT_EXPECT);
}

static bool passes(const vrrl_selftest_case *c, const vrrl_selftest_result *result)
{
    if (!c->planted)
        return !result->found;
    return result->found && result->setup.model == c->weakest && is_kind(result->kind, c->kind);
}

/* *text is the caller's to free. */
static vrrl_code run_case(const struct run *r, uint32_t index, vrrl_selftest_result *result,
                          char **text, vrrl_error *err)
{
    const vrrl_selftest_case *c = vrrl_selftest_at(r->suite, index);
    vrrl_program *program = NULL;
    vrrl_code code = vrrl_selftest_program(r->suite, index, &program, err);
    *result = (vrrl_selftest_result){.found = false};
    for (vrrl_memory_model m = VRRL_MEMORY_SC; !code && !result->found && m < VRRL_MEMORY_MODELS;
         m++)
        code = explore(r, program, c, m, result, text, err);
    vrrl_program_free(program);
    result->passed = !code && passes(c, result);
    return code;
}

/* ---- All of them ----------------------------------------------------------------------------- */

static bool is_named(const vrrl_selftest_case *c, const char *filter)
{
    return !filter || strstr(c->name, filter) || strstr(c->program, filter);
}

static vrrl_code choose_cases(struct run *r, vrrl_error *err)
{
    uint32_t count = vrrl_selftest_count(r->suite);
    r->cases = calloc(count + 1, sizeof *r->cases);
    if (!r->cases)
        return error_no_memory(err, count * sizeof *r->cases);
    for (uint32_t i = 0; i < count; i++) {
        if (is_named(vrrl_selftest_at(r->suite, i), r->options.filter))
            r->cases[r->count++] = i;
    }
    if (r->count)
        return VRRL_OK;
    return error_set(err, VRRL_NOT_FOUND, "Fix: name a part of a case's or a program's name.",
                     "no case of the suite is called '%s'", r->options.filter);
}

/* A block of work is one case: the worker needs nothing but the run. */
static vrrl_code open_worker(void *context, void **worker, vrrl_error *err)
{
    (void)err;
    *worker = context;
    return VRRL_OK;
}

static void close_worker(void *worker)
{
    (void)worker;
}

static vrrl_code work(void *worker, uint64_t block, struct byte_buffer *out, vrrl_error *err)
{
    const struct run *r = worker;
    vrrl_selftest_result result;
    char *text = NULL;
    vrrl_code code = run_case(r, r->cases[block], &result, &text, err);
    /* Of a case that was cut short nothing is known. */
    if (!code && !limit_is_stopped(&r->limit)) {
        buffer_put(out, &result, sizeof result);
        buffer_put(out, text ? text : "", text ? strlen(text) + 1 : 0);
    }
    free(text);
    return code;
}

static vrrl_code take_case(void *context, uint64_t block, struct byte_cursor *from, bool *more,
                           vrrl_error *err)
{
    const struct run *r = context;
    vrrl_selftest_result result;
    (void)more, (void)err;
    if (from->left < sizeof result)
        return VRRL_OK;
    cursor_get(from, &result, sizeof result);
    result.schedule = from->left ? (const char *)from->at : NULL;
    r->done(r->context, r->cases[block], &result);
    return VRRL_OK;
}

/* ---- One schedule ---------------------------------------------------------------------------- */

/* Whether a schedule is of this case: of its program, and with what is planted in its machine. */
static bool is_of_case(const struct schedule *s, const vrrl_program *program,
                       const vrrl_selftest_case *c)
{
    uint8_t digest[32];
    char planted[STEP_MUTATION_TEXT_MAX];
    vrrl_program_digest(program, digest);
    step_mutation_text(&s->target.mutation, planted);
    return s->version == schedule_version(program) &&
           memcmp(digest, s->program, sizeof s->program) == 0 &&
           strcmp(planted, c->mutation ? c->mutation : "") == 0;
}

static vrrl_code find_case(const vrrl_selftest *suite, const struct schedule *s, uint32_t *index,
                           vrrl_program **program, vrrl_error *err)
{
    for (*index = 0; *index < vrrl_selftest_count(suite); ++*index) {
        vrrl_code code = vrrl_selftest_program(suite, *index, program, err);
        if (code || is_of_case(s, *program, vrrl_selftest_at(suite, *index)))
            return code;
        vrrl_program_free(*program);
        *program = NULL;
    }
    return error_set(err, VRRL_NOT_FOUND,
                     "Fix: give a string that this version's vrrl selftest has printed.",
                     "the schedule is of no case of the suite");
}

vrrl_code vrrl_selftest_replay(const vrrl_selftest *suite, const char *text, uint32_t *index,
                               vrrl_program **program, vrrl_schedule_result **result,
                               vrrl_error *err)
{
    struct schedule s;
    *program = NULL;
    *result = NULL;
    vrrl_code code = schedule_read_planted(NULL, text, &s, err);
    if (code)
        return code;
    code = find_case(suite, &s, index, program, err);
    if (!code)
        code = schedule_replay(*program, &s, result, err);
    schedule_free(&s);
    return code;
}

vrrl_code vrrl_selftest_run(const vrrl_selftest *suite, const vrrl_selftest_options *options,
                            void (*done)(void *context, uint32_t index,
                                         const vrrl_selftest_result *result),
                            void *context, vrrl_error *err)
{
    struct run r = {.suite = suite, .done = done, .context = context};
    vrrl_code code = OPTIONS_READ(vrrl_selftest_options, &r.options, options, err);
    if (code)
        return code;
    r.limit.stop = r.options.stop;
    if (!r.options.schedules)
        r.options.schedules = DEFAULT_SCHEDULES;
    code = choose_cases(&r, err);
    const struct work_pool blocks = {.context = &r,
                                     .count = r.count,
                                     .jobs = r.options.jobs ? r.options.jobs : 1,
                                     .what = "cases",
                                     .limit = &r.limit,
                                     .open = open_worker,
                                     .work = work,
                                     .close = close_worker,
                                     .take = take_case};
    if (!code)
        code = work_pool_run(&blocks, err);
    free(r.cases);
    return code;
}
