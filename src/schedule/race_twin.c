#include "schedule/race_twin.h"

#include "base/error.h"
#include "engine/create.h"
#include "engine/machine.h"

void race_twin_free(struct race_twin *t)
{
    sched_state_free(t->state);
    sched_destroy(t->engine);
    t->engine = NULL;
    t->state = NULL;
}

const struct chooser_lane *race_twin_lane(const struct race_twin *t, uint32_t number)
{
    uint32_t count;
    const struct chooser_lane *lanes = sched_ready(t->engine, t->state, &count);
    uint32_t at = chooser_lane_at(lanes, count, number);
    return at < count ? &lanes[at] : NULL;
}

void race_twin_step(struct race_twin *t, uint32_t number, uint32_t option)
{
    t->option = option;
    sched_step(t->engine, t->state, number, option);
    sched_tell_races(t->engine, t->state, false);
}

static vrrl_code create_twin(struct race_twin *t)
{
    const struct sched *like = run_target_schedule(t->of);
    vrrl_code code =
        like ? sched_create_watched(like, t->reads_conditions, &t->engine, t->err) : VRRL_TOO_LARGE;
    if (code != VRRL_OK)
        return code;
    t->state = sched_state_create(t->engine);
    if (!t->state)
        return error_no_memory(t->err, 0);
    sched_reset(t->engine, t->state);
    sched_when_raced(t->engine, t->raced, t->context);
    return VRRL_OK;
}

static void twin_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct race_twin *t = context;
    if (t->by.begin)
        t->by.begin(t->by.context, epoch, slots, lanes);
    race_twin_free(t);
    t->epoch = epoch;
    if (t->code != VRRL_OK || (t->only_epoch != VRRL_NO_INDEX && epoch != t->only_epoch))
        return;
    vrrl_code code = create_twin(t);
    if (code != VRRL_OK)
        race_twin_free(t);
    t->too_large = t->too_large || code == VRRL_TOO_LARGE;
    t->code = code == VRRL_TOO_LARGE ? VRRL_OK : code;
}

static void twin_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    struct race_twin *t = context;
    if (count > 1 || lanes[0].options > 1)
        t->by.choose(t->by.context, lanes, count, at, option);
    if (t->engine && !t->follow(t, &lanes[*at], *option))
        race_twin_free(t);
}

static void twin_end(void *context, uint32_t epoch)
{
    struct race_twin *t = context;
    if (t->by.end)
        t->by.end(t->by.context, epoch);
    t->option = 0;
    if (t->engine)
        sched_tell_races(t->engine, t->state, true);
    race_twin_free(t);
}

struct chooser race_twin_chooser(struct race_twin *t)
{
    return (struct chooser){
        .context = t, .begin = twin_begin, .choose = twin_choose, .end = twin_end};
}
