/* Kernels for callers of the library. */
#include "kernel/explored.h"

#include "base/clock.h"
#include "base/options.h"
#include "base/result.h"
#include "schedule/work_pool.h"

#include <stdlib.h>
#include <string.h>

vrrl_code vrrl_kernel_load(const char *ptx_path, const char *launch_path, vrrl_kernel **kernel,
                           vrrl_error *err)
{
    struct vrrl_kernel *k = calloc(1, sizeof *k);
    *kernel = NULL;
    if (!k)
        return error_no_memory(err, sizeof *k);
    vrrl_code code = kernel_input_open(ptx_path, launch_path, &k->input, err);
    if (code == VRRL_OK)
        *kernel = k;
    else
        vrrl_kernel_free(k);
    return code;
}

void vrrl_kernel_free(vrrl_kernel *kernel)
{
    if (!kernel)
        return;
    kernel_input_close(&kernel->input);
    free(kernel);
}

vrrl_code kernel_campaign_options(const vrrl_kernel_options *o, struct campaign_options *options,
                                  vrrl_error *err)
{
    uint64_t now = o->milliseconds ? clock_steady_ns() : 0;
    if (o->strategy != VRRL_STRATEGY_MIX && !strategy_draws(o->strategy))
        return error_set(err, VRRL_INVALID, "Fix: use random, pct, starve, preempt or mix.",
                         "the strategy %s is not for kernels", vrrl_strategy_name(o->strategy));
    if (o->jobs > WORK_POOL_JOBS_MAX)
        return error_set(err, VRRL_INVALID, "Fix: ask for fewer.", "%u jobs, and %d is the most",
                         o->jobs, WORK_POOL_JOBS_MAX);
    *options = (struct campaign_options){
        .strategy = o->strategy,
        .schedules = o->schedules ? o->schedules : 10000,
        .seed = o->seed ? o->seed : 1,
        .depth = o->depth,
        .bound = o->bound,
        .jobs = o->jobs,
        .stop_first = o->stop_first,
        .run = {.instruction_limit = o->instructions,
                .no_park = o->no_park,
                .all_visible = o->all_visible},
        .limit = {.deadline_ns = now ? now + o->milliseconds * UINT64_C(1000000) : 0,
                  .stop = o->stop},
        .progress = o->progress,
        .progress_context = o->progress_context};
    return VRRL_OK;
}

vrrl_code vrrl_kernel_explore(const vrrl_kernel *kernel, const vrrl_kernel_options *options,
                              vrrl_kernel_result **result, vrrl_error *err)
{
    vrrl_kernel_options o;
    *result = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_kernel_options, &o, options, err);
    if (code != VRRL_OK)
        return code;
    struct campaign_options campaign;
    code = kernel_campaign_options(&o, &campaign, err);
    if (code != VRRL_OK)
        return code;
    struct vrrl_kernel_result *r = result_create(sizeof *r, err);
    if (!r)
        return VRRL_NO_MEMORY;
    r->kernel = kernel;
    r->wanted = campaign.schedules;
    code = kernel_campaign(kernel->input.kernel, &campaign, &r->found, err);
    if (code == VRRL_OK)
        *result = r;
    else
        free(r);
    return code;
}

vrrl_code vrrl_kernel_replay(const vrrl_kernel *kernel, const char *schedule,
                             vrrl_kernel_result **result, vrrl_error *err)
{
    struct kernel_schedule s;
    *result = NULL;
    vrrl_code code = kernel_schedule_read(kernel->input.kernel, schedule, &s, err);
    struct vrrl_kernel_result *r = code == VRRL_OK ? result_create(sizeof *r, err) : NULL;
    if (code == VRRL_OK && !r)
        code = VRRL_NO_MEMORY;
    if (code == VRRL_OK) {
        r->kernel = kernel;
        r->is_replay = true;
        r->wanted = 1;
        code = kernel_campaign_of_one(kernel->input.kernel, &s, &r->found, err);
    }
    if (code == VRRL_OK)
        *result = r;
    else
        free(r);
    kernel_schedule_free(&s);
    return code;
}

void vrrl_kernel_result_free(vrrl_kernel_result *result)
{
    if (!result)
        return;
    campaign_result_free(&result->found);
    free(result);
}
