#include "kernel/shorten.h"

#include "base/array.h"
#include "base/ddmin.h"
#include "kernel/finding.h"

#include <stdlib.h>
#include <string.h>

struct shortener {
    struct kernel_trial *trial;
    const struct shorten_limit *limit;
    struct shortened *into;
    struct decision *list,
        *kept; /* the choices that are reduced; of those, the ones that are tried */
    uint32_t count;
    uint64_t instructions; /* that were spent */
    uint64_t key;
    struct kernel_finding of; /* that is to be shown */
};

static bool is_out_of_work(const struct shortener *s)
{
    return s->limit->instructions && s->instructions >= s->limit->instructions;
}

static bool is_over(void *context)
{
    const struct shortener *s = context;
    return is_out_of_work(s) || limit_is_over(&s->limit->of_time);
}

/* ---- Runs ------------------------------------------------------------------------------------ */

/* A value or an expectation has no instruction: it is told by its word. */
static bool is_of_one_word(const struct kernel_finding *f)
{
    return f->kind == KERNEL_FINDS_VALUE || f->kind == KERNEL_FINDS_EXPECTATION;
}

static bool is_it(const struct shortener *s, const struct kernel_finding *f)
{
    return f->kind == s->of.kind && finding_key(f) == s->key && f->lacks == s->of.lacks &&
           (!is_of_one_word(f) || f->where.byte == s->of.where.byte);
}

/* The finding of what shows it is kept: the last such run is the one that is left. */
static vrrl_code run(struct shortener *s, struct decision *list, uint32_t count, bool *shows,
                     vrrl_error *err)
{
    const struct kernel_schedule schedule = {.kind = KERNEL_SCHEDULE_CHOICES,
                                             .deviations = {.list = list, .count = count},
                                             .no_park = s->into->schedule.no_park,
                                             .all_visible = s->into->schedule.all_visible};
    struct kernel_result result;
    vrrl_code code = kernel_trial_run(s->trial, &schedule, &result, err);
    *shows = code == VRRL_OK && is_it(s, &result.finding);
    if (code != VRRL_OK)
        return code;
    s->into->runs++;
    s->instructions += result.instructions;
    if (*shows)
        s->into->finding = result.finding;
    if (s->limit->progress)
        s->limit->progress(s->limit->progress_context, s->count, s->into->runs);
    return VRRL_OK;
}

static vrrl_code fails(void *context, const bool *keep, bool *shows, vrrl_error *err)
{
    struct shortener *s = context;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->count; i++)
        if (keep[i])
            s->kept[kept++] = s->list[i];
    return run(s, s->kept, kept, shows, err);
}

/* ---- Fewer ----------------------------------------------------------------------------------- */

static vrrl_code leave_out(struct shortener *s, vrrl_error *err)
{
    const struct ddmin_problem problem = {.context = s, .fails = fails, .stop = is_over};
    struct ddmin_result result;
    bool *keep = malloc(s->count + (size_t)1);
    if (!keep)
        return error_no_memory(err, s->count);
    memset(keep, 1, s->count);
    vrrl_code code = ddmin(&problem, keep, s->count, &result, err);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->count; i++)
        if (keep[i])
            s->list[kept++] = s->list[i];
    s->count = kept;
    s->into->minimal = result.minimal;
    free(keep);
    return code;
}

/* Whether a run that deviates by one choice shows it, the early ones first; what there was to choose from at a choice is
 * what the sequential run had there. *all: each was tried, and none does. */
static vrrl_code try_single(struct shortener *s, const struct kernel_points *points, bool *all,
                            vrrl_error *err)
{
    *all = false;
    for (uint32_t at = 0; at < points->count; at++) {
        const struct kernel_point point = points->list[at];
        for (uint32_t k = 1; k < point.lanes * point.options; k++) {
            struct decision one = decision_deviation(at, k % point.lanes, k / point.lanes);
            bool shows;
            if (is_over(s))
                return VRRL_OK;
            vrrl_code code = run(s, &one, 1, &shows, err);
            if (code != VRRL_OK)
                return code;
            if (shows) {
                s->list[0] = one;
                s->count = 1;
                return VRRL_OK;
            }
        }
    }
    *all = true;
    return VRRL_OK;
}

/* The sequential run shows it, or does not: then one choice is as few as there may be. */
static vrrl_code shorten(struct shortener *s, vrrl_error *err)
{
    struct kernel_points points = {.list = NULL};
    bool shows, none = false;
    kernel_trial_note_points(s->trial, &points);
    vrrl_code code = run(s, NULL, 0, &shows, err);
    kernel_trial_note_points(s->trial, NULL);
    if (code == VRRL_OK && points.exhausted)
        code = error_no_memory(err, 0);
    if (code == VRRL_OK && shows)
        s->count = 0;
    else if (code == VRRL_OK)
        code = leave_out(s, err);
    if (code == VRRL_OK && s->count > 1)
        code = try_single(s, &points, &none, err);
    free(points.list);
    if (s->count <= 1)
        s->into->minimal = s->into->fewest = code == VRRL_OK;
    else
        s->into->fewest = none && s->count == 2;
    s->into->out_of_work = !s->into->minimal && is_out_of_work(s);
    s->into->interrupted = !s->into->minimal && limit_is_stopped(&s->limit->of_time);
    return code;
}

static vrrl_code begin(struct shortener *s, const struct kernel_schedule *schedule, vrrl_error *err)
{
    struct kernel_result first;
    vrrl_code code = kernel_trial_run(s->trial, schedule, &first, err);
    if (code != VRRL_OK)
        return code;
    if (first.finding.kind == KERNEL_FINDS_NONE)
        return error_set(err, VRRL_NOT_FOUND, "Fix: give a schedule that `vrrl explore` printed.",
                         "the schedule shows nothing");
    s->of = s->into->finding = first.finding;
    s->key = finding_key(&first.finding);
    s->into->runs = 1;
    s->instructions = first.instructions;
    code = decisions_copy(kernel_trial_deviations(s->trial), &s->into->schedule.deviations, err);
    s->count = s->into->before = s->into->schedule.deviations.count;
    return code;
}

vrrl_code kernel_shorten(struct kernel_trial *trial, const struct kernel_schedule *schedule,
                         const struct shorten_limit *limit, struct shortened *into, vrrl_error *err)
{
    struct shortener s = {.trial = trial, .limit = limit, .into = into};
    *into = (struct shortened){.schedule = {.kind = KERNEL_SCHEDULE_CHOICES,
                                            .no_park = schedule->no_park,
                                            .all_visible = schedule->all_visible}};
    vrrl_code code = begin(&s, schedule, err);
    if (code != VRRL_OK)
        return code;
    s.list = into->schedule.deviations.list;
    s.kept = malloc((s.count + (size_t)1) * sizeof *s.kept);
    code = s.kept ? shorten(&s, err) : error_no_memory(err, s.count * sizeof *s.kept);
    into->schedule.deviations.count = s.count;
    free(s.kept);
    return code;
}

void shortened_free(struct shortened *s)
{
    kernel_schedule_free(&s->schedule);
}
