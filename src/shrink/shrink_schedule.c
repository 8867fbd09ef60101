/* Shrinking the machine and the schedule. */
#include "shrink/shrink_schedule.h"

#include "base/ddmin.h"
#include "base/error.h"
#include "edit/edit_copy.h"
#include "shrink/shrink.h"
#include "shrink/shrinker.h"

#include <stdlib.h>
#include <string.h>

uint32_t shrink_preemptions(const struct decisions *p)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->count; i++)
        count += decision_deviates(&p->list[i]);
    return count;
}

/* Tries *option at this value, and puts it back where that does not fail. */
static vrrl_code try_value(struct shrinker *s, uint32_t *option, uint32_t value, bool *fails,
                           vrrl_error *err)
{
    const uint32_t before = *option;
    struct edited candidate;
    *option = value;
    vrrl_code code = edited_copy(&s->now, &candidate, err);
    if (code == VRRL_OK)
        code = shrink_judge(s, &candidate, fails, err);
    s->any = s->any || *fails;
    if (!*fails)
        *option = before;
    return code;
}

vrrl_code shrink_workers(struct shrinker *s, vrrl_error *err)
{
    uint32_t *option = &s->oracle.options.setup.workers, workers = *option;
    bool fails = false;
    s->stage = "workers";
    vrrl_code code = VRRL_OK;
    for (uint32_t n = 1; code == VRRL_OK && n < workers && !fails && !shrink_is_over(s); n++)
        code = try_value(s, option, n, &fails, err);
    return code;
}

/* Without a cap, or with a lower one. */
vrrl_code shrink_cap(struct shrinker *s, vrrl_error *err)
{
    uint32_t *option = &s->oracle.options.setup.in_flight, cap = *option;
    bool fails = false;
    s->stage = "slots in flight";
    vrrl_code code = VRRL_OK;
    for (uint32_t n = 0; code == VRRL_OK && n < cap && !fails && !shrink_is_over(s); n++)
        code = try_value(s, option, n, &fails, err);
    return code;
}

/* The decisions that deviate, and which of them are kept. */
struct preemptions {
    struct shrinker *shrinker;
    struct run_target *target;
    struct decisions base;
    uint32_t *at; /* of each that deviates */
    bool *kept;   /* of each decision */
};

static vrrl_code without_decisions(void *context, const bool *keep, bool *fails, vrrl_error *err)
{
    struct preemptions *p = context;
    struct shrinker *s = p->shrinker;
    for (uint32_t i = 0, k = 0; i < p->base.count; i++)
        p->kept[i] = decision_deviates(&p->base.list[i]) ? keep[k++] : false;
    struct oracle_result caught = {.runs = 1};
    struct decision_player again = {.list = NULL};
    const struct chooser by = decision_play(&again, p->base.list, p->base.count, p->kept);
    vrrl_code code = oracle_run(p->target, &by, &caught, err);
    decision_player_free(&again);
    s->oracle.runs++;
    *fails = code == VRRL_OK && signature_is(&s->oracle.signature, &s->now, &caught) &&
             shrink_preemptions(&caught.decisions) <= shrink_preemptions(&s->caught.decisions);
    if (*fails) {
        decisions_free(&s->caught.decisions);
        caught.reference = s->caught.reference;
        s->caught = caught;
        s->oracle.last = caught.decisions;
    } else {
        decisions_free(&caught.decisions);
    }
    return code;
}

static bool preemptions_over(void *context)
{
    return shrink_is_over(((struct preemptions *)context)->shrinker);
}

static vrrl_code reduce_picks(struct shrinker *s, struct preemptions *p, bool *minimal,
                              vrrl_error *err)
{
    const struct ddmin_problem problem = {p, without_decisions, preemptions_over};
    struct ddmin_result result;
    uint32_t count = shrink_preemptions(&s->caught.decisions);
    vrrl_code code = decisions_copy(&s->caught.decisions, &p->base, err);
    p->kept = calloc(p->base.count + (size_t)1, sizeof *p->kept);
    bool *keep = malloc(count + (size_t)1);
    if (code == VRRL_OK && (!p->kept || !keep))
        code = error_no_memory(err, p->base.count);
    if (code == VRRL_OK) {
        memset(keep, true, count + (size_t)1);
        code = ddmin(&problem, keep, count, &result, err);
    }
    if (code == VRRL_OK)
        *minimal = *minimal && result.minimal;
    free(keep);
    return code;
}

vrrl_code shrink_choices(struct shrinker *s, bool *minimal, vrrl_error *err)
{
    struct preemptions p = {.shrinker = s};
    s->stage = "preemptions";
    vrrl_code code = run_target_create(s->now.program, &s->oracle.options, &p.target, err);
    /* Until no more go: what is left of one round deviates elsewhere in the next. */
    for (uint32_t before = UINT32_MAX; code == VRRL_OK && !s->out_of_time;) {
        uint32_t now = shrink_preemptions(&s->caught.decisions);
        if (now >= before)
            break;
        before = now;
        code = reduce_picks(s, &p, minimal, err);
        decisions_free(&p.base);
        free(p.kept);
        p.kept = NULL;
    }
    run_target_destroy(p.target);
    return code;
}
