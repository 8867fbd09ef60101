#include "programs/check/check_program.h"

#include "base/array.h"
#include "base/digest.h"
#include "programs/epoch_graph.h"

#include <stdlib.h>
#include <string.h>

struct run {
    const vrrl_program *program;
    const struct slot_outcome *(*ran)(const void *context, uint32_t epoch);
    const void *context;
    vrrl_host *host;
    vrrl_program_check *out;
    uint32_t room;
    uint64_t hash; /* of the last epoch's graph */
};

static uint64_t mix_in(uint64_t hash, const void *items, size_t bytes)
{
    return (hash ^ checksum_xxh3(items, bytes)) * 0x9E3779B97F4A7C15u;
}

static uint64_t hash_counters(const vrrl_graph *g, uint64_t hash)
{
    for (uint32_t i = 0; i < g->counter_count; i++)
        hash = mix_in(hash, &g->counters[i].init, sizeof g->counters[i].init);
    for (uint32_t i = 0; i < g->wait_count; i++) {
        const uint32_t wait[] = {g->waits[i].counter, g->waits[i].threshold, g->waits[i].order};
        hash = mix_in(hash, wait, sizeof wait);
    }
    for (uint32_t i = 0; i < g->signal_count; i++) {
        const uint32_t signal[] = {g->signals[i].counter, g->signals[i].amount,
                                   g->signals[i].order};
        hash = mix_in(hash, signal, sizeof signal);
    }
    return hash;
}

static uint64_t hash_accesses(const vrrl_graph *g, uint64_t hash)
{
    for (uint32_t i = 0; i < g->range_count; i++) {
        const vrrl_graph_range *r = &g->ranges[i];
        const uint64_t range[] = {r->buffer, r->row_first, r->row_end, r->column_first,
                                  r->column_end};
        hash = mix_in(hash, range, sizeof range);
    }
    for (uint32_t i = 0; i < g->access_count; i++) {
        const uint32_t access[] = {g->accesses[i].range, (uint32_t)g->accesses[i].kind};
        hash = mix_in(hash, access, sizeof access);
    }
    return hash;
}

/* All that decides what a check says. Counters, buffers and names follow from the program. */
static uint64_t hash_of(const vrrl_graph *g)
{
    uint64_t hash = hash_accesses(g, hash_counters(g, 0));
    for (uint32_t i = 0; i < g->task_count; i++) {
        const vrrl_graph_task *t = &g->tasks[i];
        const uint32_t task[] = {t->worker, t->access_count, t->wait_count, t->signal_count};
        hash = mix_in(hash, task, sizeof task);
        hash = mix_in(hash, vrrl_graph_label(g, i), strlen(vrrl_graph_label(g, i)));
    }
    return hash;
}

vrrl_check_verdict check_worse(vrrl_check_verdict a, vrrl_check_verdict b)
{
    static const int rank[] = {[VRRL_CHECK_SAFE] = 0,
                               [VRRL_CHECK_NOT_KNOWN] = 1,
                               [VRRL_CHECK_RACY] = 2,
                               [VRRL_CHECK_DEADLOCK] = 3};
    return rank[a] > rank[b] ? a : b;
}

/* Waits that are left out hold nothing back here, and all signals come: what is stuck all the same is
 * stuck for certain, and what is ordered all the same is ordered, but for what `may_miss` tells of. */
static void judge(vrrl_check_result *result, const struct epoch_graph *made)
{
    result->may_excuse = made->may_excuse && result->pairs > 0;
    result->may_miss = made->may_miss;
    result->exact = !result->may_excuse && !result->may_miss;
    if ((result->verdict == VRRL_CHECK_RACY && result->may_excuse) ||
        (result->verdict == VRRL_CHECK_SAFE && result->may_miss))
        result->verdict = VRRL_CHECK_NOT_KNOWN;
}

static vrrl_code check_graph(struct run *r, uint32_t epoch, struct epoch_graph *made,
                             vrrl_error *err)
{
    const vrrl_worker_model *model = &r->program->model;
    const vrrl_check_options options = {
        .assign = {.pipelined = model->kind == VRRL_MODEL_PIPELINED ? model->depth : 0,
                   .resident = model->resident}};
    vrrl_epoch_check item = {.first_epoch = epoch,
                             .epochs = 1,
                             .graph = made->graph,
                             .unclear_words = made->unclear_words};
    vrrl_code code = array_room(r->out->items, r->out->count, r->room, 1, err);
    if (code == VRRL_OK)
        code = vrrl_check(made->graph, &options, &item.result, err);
    if (code != VRRL_OK)
        return code;
    judge(item.result, made);
    made->graph = NULL;
    r->out->items[r->out->count++] = item;
    r->out->verdict = check_worse(r->out->verdict, item.result->verdict);
    return VRRL_OK;
}

static vrrl_code check_epoch(struct run *r, uint32_t epoch, uint32_t first_index, vrrl_error *err)
{
    const struct slot_outcome *ran = r->ran ? r->ran(r->context, epoch) : NULL;
    struct epoch_graph made;
    if (r->ran && !ran)
        return VRRL_OK;
    vrrl_code code = epoch_graph_create(r->program, epoch, first_index, vrrl_host_arena(r->host),
                                        ran, &made, err);
    if (code != VRRL_OK)
        return code;
    const bool unseen[] = {made.may_excuse, made.may_miss};
    uint64_t hash = mix_in(hash_of(made.graph), unseen, sizeof unseen);
    if (r->out->count > 0 && hash == r->hash)
        r->out->items[r->out->count - 1].epochs++;
    else if (made.graph->task_count > 0)
        code = check_graph(r, epoch, &made, err);
    r->hash = hash;
    r->out->epochs++;
    vrrl_graph_free(made.graph);
    return code;
}

/* ---- Memory when epochs begin ---------------------------------------------------------------- */

static vrrl_code keep_host(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct run *)context)->host = host;
    return VRRL_OK;
}

/* Before the first slot of an epoch is published: its prologue has run. */
static vrrl_code before_publish(void *context, uint32_t epoch, uint32_t index, uint32_t queue,
                                const uint32_t *words, vrrl_error *err)
{
    struct run *r = context;
    (void)queue;
    (void)words;
    return epoch + 1 > r->out->epochs + r->out->epochs_left ? check_epoch(r, epoch, index, err)
                                                            : VRRL_OK;
}

vrrl_code check_program(const vrrl_program *program,
                        const struct slot_outcome *(*ran)(const void *context, uint32_t epoch),
                        const void *context, vrrl_program_check **check, vrrl_error *err)
{
    struct run r = {.program = program, .ran = ran, .context = context};
    const vrrl_sink sink = {.context = &r, .publish = before_publish};
    vrrl_run_options options = {.workers = 1};
    vrrl_verdict verdict;
    r.out = calloc(1, sizeof *r.out);
    if (!r.out)
        return error_no_memory(err, sizeof *r.out);
    vrrl_code code = vrrl_driver_find("reference", &options.driver, err);
    if (code == VRRL_OK)
        code = vrrl_program_run(program, &options, &sink, keep_host, &verdict, err);
    if (code != VRRL_OK) {
        vrrl_program_check_free(r.out);
        return code;
    }
    r.out->epochs_left = program->epoch_count - r.out->epochs;
    r.out->ended = verdict == VRRL_VERDICT_COMPLETE && r.out->epochs_left == 0;
    if (!r.out->ended && r.out->verdict == VRRL_CHECK_SAFE)
        r.out->verdict = VRRL_CHECK_NOT_KNOWN;
    *check = r.out;
    return VRRL_OK;
}

vrrl_code vrrl_check_program(const vrrl_program *program, vrrl_program_check **check,
                             vrrl_error *err)
{
    return check_program(program, NULL, NULL, check, err);
}

void vrrl_program_check_free(vrrl_program_check *check)
{
    if (!check)
        return;
    for (uint32_t i = 0; i < check->count; i++) {
        vrrl_check_result_free(check->items[i].result);
        vrrl_graph_free(check->items[i].graph);
    }
    if (check->run) {
        free(check->run->races);
        free(check->run->schedule);
        free(check->run->replay);
    }
    free(check->run);
    free(check->items);
    free(check);
}
