/* Schedules of kernels, shortened, for callers of the library. */
#include "kernel/explored.h"

#include "base/clock.h"
#include "base/options.h"
#include "base/result.h"

#include <stdlib.h>

enum { SCHEDULES = 1000 };
/* Half a minute to a minute. */
#define INSTRUCTIONS UINT64_C(200000000)

/* ---- Which schedule -------------------------------------------------------------------------- */

static vrrl_code cannot(const struct vrrl_kernel *k, const struct kernel_finding *f,
                        vrrl_error *err)
{
    const struct ptx_module *m = k->input.module;
    uint32_t place = f->sides[0].place;
    return error_set(err, VRRL_UNSUPPORTED,
                     "Fix: stub the function that has it, or leave that branch out: `vrrl ptx` "
                     "lists what a module uses.",
                     "a run ends at an instruction that is not supported, %s (line %u of %s)",
                     f->text, place < m->place_count ? m->places[place].ptx_line : 0, m->name);
}

/* The first failure that exploring finds. */
static vrrl_code look_for_one(const vrrl_kernel *kernel, const vrrl_kernel_shrink_options *o,
                              const struct search_limit *limit, struct kernel_schedule *s,
                              vrrl_error *err)
{
    const struct campaign_options campaign = {
        .strategy = VRRL_STRATEGY_MIX,
        .schedules = o->schedules ? o->schedules : SCHEDULES,
        .seed = o->seed ? o->seed : 1,
        .stop_first = true,
        .run = {.no_park = o->no_park, .all_visible = o->all_visible},
        .limit = *limit};
    struct campaign_result *found = calloc(1, sizeof *found);
    if (!found)
        return error_no_memory(err, sizeof *found);
    vrrl_code code = kernel_campaign(kernel->input.kernel, &campaign, found, err);
    if (code == VRRL_OK && found->defect_count == 0)
        code = error_set(err, VRRL_NOT_FOUND, "Fix: try more --schedules, or give a --schedule.",
                         "none of %llu schedule%s shows anything",
                         (unsigned long long)found->schedules, found->schedules == 1 ? "" : "s");
    else if (code == VRRL_OK)
        code = kernel_schedule_read(kernel->input.kernel, found->defects[0].schedule, s, err);
    campaign_result_free(found);
    free(found);
    return code;
}

/* ---- Shrinking ------------------------------------------------------------------------------- */

static vrrl_code shorten(const vrrl_kernel *kernel, const struct kernel_schedule *s,
                         const struct shorten_limit *limit, struct vrrl_kernel_shrunk *r,
                         vrrl_error *err)
{
    const struct kernel_options options = {.no_park = s->no_park, .all_visible = s->all_visible};
    struct kernel_trial *trial;
    vrrl_code code = kernel_trial_create(kernel->input.kernel, &options, &trial, err);
    if (code == VRRL_OK)
        code = kernel_shorten(trial, s, limit, &r->found, err);
    if (code == VRRL_OK && r->found.finding.kind == KERNEL_FINDS_UNSUPPORTED)
        code = cannot(kernel, &r->found.finding, err);
    if (code == VRRL_OK)
        code = kernel_schedule_write(kernel->input.kernel, &r->found.schedule, &r->schedule, err);
    kernel_trial_destroy(trial);
    return code;
}

vrrl_code vrrl_kernel_shrink(const vrrl_kernel *kernel, const vrrl_kernel_shrink_options *options,
                             vrrl_kernel_shrunk **result, vrrl_error *err)
{
    vrrl_kernel_shrink_options o;
    struct kernel_schedule s = {.kind = KERNEL_SCHEDULE_CHOICES};
    uint64_t begin = clock_steady_ns();
    *result = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_kernel_shrink_options, &o, options, err);
    if (code != VRRL_OK)
        return code;
    const struct shorten_limit limit = {
        .of_time = {.deadline_ns = o.milliseconds ? begin + o.milliseconds * UINT64_C(1000000) : 0,
                    .stop = o.stop},
        .instructions = o.milliseconds ? 0 : INSTRUCTIONS,
        .progress = o.progress,
        .progress_context = o.progress_context};
    struct vrrl_kernel_shrunk *r = result_create(sizeof *r, err);
    if (!r)
        return VRRL_NO_MEMORY;
    r->kernel = kernel;
    code = o.schedule ? kernel_schedule_read(kernel->input.kernel, o.schedule, &s, err)
                      : look_for_one(kernel, &o, &limit.of_time, &s, err);
    if (code == VRRL_OK)
        code = shorten(kernel, &s, &limit, r, err);
    r->seconds = (double)(clock_steady_ns() - begin) / 1e9;
    kernel_schedule_free(&s);
    if (code == VRRL_OK)
        *result = r;
    else
        vrrl_kernel_shrunk_free(r);
    return code;
}

const char *vrrl_kernel_shrunk_schedule(const vrrl_kernel_shrunk *result)
{
    return result->schedule;
}

void vrrl_kernel_shrunk_free(vrrl_kernel_shrunk *result)
{
    if (!result)
        return;
    shortened_free(&result->found);
    free(result->schedule);
    free(result);
}
