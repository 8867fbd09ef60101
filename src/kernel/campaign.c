#include "kernel/campaign.h"

#include "base/hash_table.h"
#include "kernel/finding.h"
#include "kernel/trial.h"
#include "schedule/work_pool.h"

#include <stdlib.h>
#include <string.h>

/* Runs that a process does before it looks for others. */
enum { RUNS_OF_A_BLOCK = 16 };

/* A campaign is the caller's, and, in a copy of it, each worker's: which schedules there are follows from the
 * sequential run, which was run before workers begin. */
struct campaign {
    const struct kernel *kernel;
    const struct campaign_options *options;
    struct campaign_result *result;
    struct kernel_trial *trial;
    struct search_limit limit;           /* which workers are told of */
    struct hash_table seen;              /* schedules */
    uint64_t keys[CAMPAIGN_DEFECTS_MAX]; /* of the result's defects */

    /* Of a worker: the keys of what it has told of as a whole. */
    uint64_t told[CAMPAIGN_DEFECTS_MAX];
    uint32_t told_count;
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
    uint64_t choices = kernel_trial_sequential(c->trial)->choices;
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
                                      .choices = choices ? choices : 1};
    return s;
}

/* The choices, where they are short enough to paste; else how they were drawn. */
static vrrl_code write_schedule(const struct campaign *c, const struct kernel_schedule *s,
                                char **text, vrrl_error *err)
{
    const struct kernel_schedule choices = {.kind = KERNEL_SCHEDULE_CHOICES,
                                            .deviations = *kernel_trial_deviations(c->trial),
                                            .no_park = s->no_park,
                                            .all_visible = s->all_visible};
    vrrl_code code = kernel_schedule_write(c->kernel, &choices, text, err);
    if (code != VRRL_OK || s->kind != KERNEL_SCHEDULE_DRAWN ||
        strlen(*text) <= KERNEL_SCHEDULE_PASTE_MAX)
        return code;
    free(*text);
    return kernel_schedule_write(c->kernel, s, text, err);
}

/* ---- What a worker tells ----------------------------------------------------------------------- */

/* Of a run that a worker did; behind it, where `is_whole`, the finding and the text of the schedule. */
struct told {
    uint64_t schedule, instructions, steps;
    uint64_t key; /* of its finding */
    uint32_t finds, is_whole, text_bytes;
};

static bool is_known(const uint64_t *keys, uint32_t count, uint64_t key)
{
    for (uint32_t i = 0; i < count; i++)
        if (keys[i] == key)
            return true;
    return false;
}

/* What a worker has told of as a whole was taken before what it tells later: blocks are taken by their numbers. */
static vrrl_code tell(struct campaign *c, const struct kernel_schedule *s,
                      const struct kernel_result *run, struct byte_buffer *out, vrrl_error *err)
{
    struct told told = {.schedule = run->schedule,
                        .instructions = run->instructions,
                        .steps = run->steps,
                        .finds = run->finding.kind != KERNEL_FINDS_NONE};
    char *text = NULL;
    vrrl_code code = VRRL_OK;
    if (told.finds) {
        told.key = finding_key(&run->finding);
        told.is_whole = !is_known(c->told, c->told_count, told.key);
    }
    if (told.is_whole) {
        code = write_schedule(c, s, &text, err);
        if (code != VRRL_OK)
            return code;
        told.text_bytes = (uint32_t)strlen(text) + 1;
        if (c->told_count < CAMPAIGN_DEFECTS_MAX)
            c->told[c->told_count++] = told.key;
    }
    buffer_put(out, &told, sizeof told);
    if (told.is_whole) {
        buffer_put(out, &run->finding, sizeof run->finding);
        buffer_put(out, text, told.text_bytes);
    }
    free(text);
    return code;
}

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

static uint64_t block_runs(const struct campaign *c)
{
    return c->options->jobs > 1 ? RUNS_OF_A_BLOCK : 1;
}

/* Schedule 0 was run before. */
static vrrl_code do_block(void *worker, uint64_t block, struct byte_buffer *out, vrrl_error *err)
{
    struct campaign *c = worker;
    uint64_t first = 1 + block * block_runs(c), end = first + block_runs(c);
    vrrl_code code = VRRL_OK;
    for (uint64_t i = first; code == VRRL_OK && i < end && i < c->options->schedules; i++) {
        struct kernel_schedule s = schedule_of(c, i);
        struct kernel_result run;
        if (i > first && limit_is_over(&c->limit))
            break;
        code = kernel_trial_run(c->trial, &s, &run, err);
        if (code == VRRL_OK)
            code = tell(c, &s, &run, out, err);
    }
    return code;
}

/* ---- What becomes of it ------------------------------------------------------------------------ */

static vrrl_code take_defect(struct campaign *c, const struct told *told, struct byte_cursor *from,
                             vrrl_error *err)
{
    struct campaign_result *r = c->result;
    struct kernel_finding f;
    cursor_get(from, &f, sizeof f);
    char *text = malloc(told->text_bytes);
    if (!text)
        return error_no_memory(err, told->text_bytes);
    cursor_get(from, text, told->text_bytes);
    if (is_known(c->keys, r->defect_count, told->key)) {
        free(text);
        return VRRL_OK;
    }
    if (r->defect_count == CAMPAIGN_DEFECTS_MAX) {
        r->more_defects = 1;
        free(text);
        return VRRL_OK;
    }
    c->keys[r->defect_count] = told->key;
    r->defects[r->defect_count++] = (struct campaign_defect){.finding = f, .schedule = text};
    return VRRL_OK;
}

static vrrl_code take_run(struct campaign *c, struct byte_cursor *from, vrrl_error *err)
{
    struct campaign_result *r = c->result;
    struct told told;
    cursor_get(from, &told, sizeof told);
    r->schedules++;
    r->instructions += told.instructions;
    r->steps += told.steps;
    uint32_t before = c->seen.count;
    if (before < 1 << 24 && hash_table_item(&c->seen, told.schedule, 0) == HASH_TABLE_NONE)
        return error_no_memory(err, hash_table_bytes(&c->seen));
    r->distinct += c->seen.count - before;
    r->failures += told.finds;
    vrrl_code code = told.is_whole ? take_defect(c, &told, from, err) : VRRL_OK;
    for (uint32_t i = 0; told.finds && i < r->defect_count; i++)
        if (c->keys[i] == told.key) {
            r->defects[i].runs++;
            r->endless += r->defects[i].finding.kind == KERNEL_FINDS_LIVELOCK;
        }
    return code;
}

static bool is_enough(const struct campaign *c)
{
    const struct campaign_result *r = c->result;
    return (c->options->stop_first && r->failures) || r->more_defects ||
           r->endless >= CAMPAIGN_ENDLESS_MAX;
}

static vrrl_code take_block(void *context, uint64_t block, struct byte_cursor *from, bool *more,
                            vrrl_error *err)
{
    struct campaign *c = context;
    vrrl_code code = VRRL_OK;
    (void)block;
    while (code == VRRL_OK && from->left > 0 && !is_enough(c)) {
        code = take_run(c, from, err);
        if (c->options->progress && (c->result->schedules & 255) == 0)
            c->options->progress(c->options->progress_context, c->result->schedules,
                                 c->result->failures);
    }
    *more = code == VRRL_OK && !is_enough(c);
    return code;
}

/* ---- The campaign ------------------------------------------------------------------------------ */

/* The sequential run is the first schedule of all. */
static vrrl_code take_sequential(struct campaign *c, vrrl_error *err)
{
    const struct kernel_schedule s = schedule_of(c, 0);
    struct byte_buffer out = {0};
    bool more;
    vrrl_code code = tell(c, &s, kernel_trial_sequential(c->trial), &out, err);
    if (code == VRRL_OK && out.failed)
        code = error_no_memory(err, out.size);
    struct byte_cursor from = {.at = out.bytes, .left = out.size};
    if (code == VRRL_OK)
        code = take_block(c, 0, &from, &more, err);
    buffer_free(&out);
    return code;
}

static vrrl_code run_all(struct campaign *c, vrrl_error *err)
{
    const struct campaign_options *o = c->options;
    const struct work_pool work = {.context = c,
                                   .count = (o->schedules - 1 + block_runs(c) - 1) / block_runs(c),
                                   .jobs = o->jobs ? o->jobs : 1,
                                   .what = "blocks of schedules",
                                   .limit = &c->limit,
                                   .open = open_worker,
                                   .work = do_block,
                                   .close = close_worker,
                                   .take = take_block};
    vrrl_code code = take_sequential(c, err);
    if (code == VRRL_OK && !is_enough(c))
        code = work_pool_run(&work, err);
    c->result->stopped = c->result->schedules < o->schedules;
    return code;
}

vrrl_code kernel_campaign(const struct kernel *kernel, const struct campaign_options *options,
                          struct campaign_result *result, vrrl_error *err)
{
    struct campaign c = {
        .kernel = kernel, .options = options, .result = result, .limit = options->limit};
    uint64_t begin = clock_steady_ns();
    *result = (struct campaign_result){.defect_count = 0};
    vrrl_code code = kernel_trial_create(kernel, &options->run, &c.trial, err);
    if (code == VRRL_OK)
        code = run_all(&c, err);
    result->nanoseconds = clock_steady_ns() - begin;
    hash_table_free(&c.seen);
    kernel_trial_destroy(c.trial);
    if (code != VRRL_OK)
        campaign_result_free(result);
    return code;
}

vrrl_code kernel_campaign_of_one(const struct kernel *kernel,
                                 const struct kernel_schedule *schedule,
                                 struct campaign_result *result, vrrl_error *err)
{
    const struct kernel_options options = {
        .hashes = true, .no_park = schedule->no_park, .all_visible = schedule->all_visible};
    struct kernel_trial *trial;
    struct kernel_result run;
    *result = (struct campaign_result){.schedules = 1, .distinct = 1};
    vrrl_code code = kernel_trial_create(kernel, &options, &trial, err);
    if (code != VRRL_OK)
        return code;
    uint64_t begin = clock_steady_ns();
    code = kernel_trial_run(trial, schedule, &run, err);
    if (code == VRRL_OK) {
        result->nanoseconds = clock_steady_ns() - begin;
        result->instructions = run.instructions;
        result->steps = run.steps;
        result->states = run.states;
    }
    if (code == VRRL_OK && run.finding.kind != KERNEL_FINDS_NONE) {
        code = kernel_schedule_write(kernel, schedule, &result->defects[0].schedule, err);
        result->defects[0].finding = run.finding;
        result->defects[0].runs = result->failures = 1;
        result->defect_count = code == VRRL_OK;
    }
    kernel_trial_destroy(trial);
    return code;
}

void campaign_result_free(struct campaign_result *result)
{
    for (uint32_t i = 0; i < result->defect_count; i++)
        free(result->defects[i].schedule);
    result->defect_count = 0;
}
