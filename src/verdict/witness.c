/* A schedule that shows two slots in the order that nothing rules out. */
#include "vrrl/analysis/schedule.h"

#include "base/clock.h"
#include "base/error.h"
#include "schedule/schedule_string.h"

#include <stdlib.h>

/* By the default rule of schedules, but that one slot goes when no other can: so what must be told
 * apart from the default is where it would have had its turn. */
struct holder {
    uint32_t held, current;
};

static void hold_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    (void)epoch;
    (void)slots;
    (void)lanes;
    ((struct holder *)context)->current = VRRL_NO_INDEX; /* the next is 0 */
}

static void hold_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    struct holder *h = context;
    uint32_t best = UINT32_MAX;
    (void)option;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t distance = lanes[i].lane - h->current - 1; /* those before it come round later */
        if (lanes[i].lane == h->held || (best != UINT32_MAX && distance >= best))
            continue;
        best = distance;
        *at = i;
    }
    h->current = lanes[*at].lane;
}

/* One run with `held` last; its string where it fails. */
static vrrl_code try_held(const vrrl_program *program, const struct run_target_options *options,
                          struct run_target *on, uint32_t held, char **text,
                          vrrl_run_outcome *outcome, vrrl_error *err)
{
    struct holder holder = {.held = held};
    struct decision_recorder recorder;
    struct decisions deviations = {.list = NULL};
    const struct chooser inner = {.context = &holder, .begin = hold_begin, .choose = hold_choose};
    const struct chooser with = decision_record(&recorder, &inner, NULL, &deviations);
    vrrl_code code = run_target_run(on, &with, outcome, err);
    if (!code && deviations.exhausted)
        code = error_no_memory(err, 0);
    if (!code && outcome->kind != VRRL_DEFECT_NONE)
        code = schedule_of_run(program, options, &deviations, NULL, text, err);
    decisions_free(&deviations);
    return code;
}

vrrl_code vrrl_schedule_witness(const vrrl_program *program, uint32_t a, uint32_t b,
                                uint32_t milliseconds, char **text, vrrl_run_outcome *outcome,
                                vrrl_error *err)
{
    const struct run_target_options options = {.setup.grain = VRRL_GRAIN_SLOT,
                                               .until_ns = clock_until(milliseconds)};
    struct run_target *on;
    *text = NULL;
    vrrl_code code = run_target_create(program, &options, &on, err);
    if (code)
        return code;
    code = try_held(program, &options, on, a, text, outcome, err);
    if (!code && !*text && b != a)
        code = try_held(program, &options, on, b, text, outcome, err);
    run_target_destroy(on);
    return code;
}
