#include "shrink/cause.h"

#include "explain/explain_pair.h"
#include "explain/explain_runs.h"
#include "program/batch_view.h"
#include "program/made.h"

enum { TURN_SLOTS_MAX = 1000 }; /* its runs take too long where there are more */

static bool has_cause(vrrl_defect_kind kind)
{
    return kind == VRRL_DEFECT_VALUE || kind == VRRL_DEFECT_STATUS || kind == VRRL_DEFECT_EXPECT;
}

/* As positions, and as origins. */
static vrrl_code pair_of(struct failure_oracle *h, const struct edited *e,
                         const struct oracle_result *caught, uint32_t at[2], uint32_t origins[2],
                         vrrl_error *err)
{
    const vrrl_program *p = e->program;
    vrrl_code code =
        explain_pair_of(h, e, caught, p->slot_count <= TURN_SLOTS_MAX, &at[0], &at[1], err);
    const uint32_t begin = epoch_batch(p, caught->outcome.epoch)->first;
    for (int i = 0; i < 2; i++)
        origins[i] = at[i] == VRRL_NO_INDEX ? at[i] : e->slot_origin[begin + at[i]];
    return code;
}

vrrl_code cause_find(struct failure_oracle *h, const struct edited *whole,
                     const struct oracle_result *caught, struct cause *cause, vrrl_error *err)
{
    const vrrl_program *p = whole->program;
    const vrrl_run_outcome *o = &caught->outcome;
    uint32_t at[2], origins[2];
    *cause = (struct cause){.first = VRRL_NO_INDEX, .second = VRRL_NO_INDEX};
    if (!has_cause(o->kind) || !h->varies)
        return VRRL_OK;
    vrrl_code code = pair_of(h, whole, caught, at, origins, err);
    if (code != VRRL_OK || at[0] == VRRL_NO_INDEX)
        return code;
    cause->first = origins[0];
    cause->second = origins[1];
    cause->conflicts =
        explain_conflict(p, epoch_slot(p, o->epoch, at[0]), epoch_slot(p, o->epoch, at[1]));
    code = made_awaits(p, o->epoch, at[1], at[0], &cause->awaits, err);
    if (!cause->conflicts && !cause->awaits) /* they have nothing to do with each other */
        cause->first = cause->second = VRRL_NO_INDEX;
    return code;
}

vrrl_code cause_shows(struct failure_oracle *h, const struct cause *cause,
                      const struct edited *edited, const struct oracle_result *caught, bool *same,
                      vrrl_error *err)
{
    uint32_t at[2], origins[2];
    *same = cause->first == VRRL_NO_INDEX;
    if (*same)
        return VRRL_OK;
    vrrl_code code = pair_of(h, edited, caught, at, origins, err);
    *same = (origins[0] == cause->first && origins[1] == cause->second) ||
            (origins[1] == cause->first && origins[0] == cause->second);
    return code;
}

static uint32_t position_of(const struct edited *e, const vrrl_batch *batch, uint32_t origin)
{
    for (uint32_t i = 0; i < batch->count; i++)
        if (e->slot_origin[batch->first + i] == origin)
            return i;
    return VRRL_NO_INDEX;
}

vrrl_code cause_is_kept(const struct cause *cause, const struct edited *edited, bool *kept,
                        vrrl_error *err)
{
    const vrrl_program *p = edited->program;
    vrrl_code code = VRRL_OK;
    *kept = cause->first == VRRL_NO_INDEX;
    for (uint32_t e = 0; code == VRRL_OK && e < p->epoch_count && !*kept; e++) {
        const vrrl_batch *batch = epoch_batch(p, e);
        uint32_t first = position_of(edited, batch, cause->first);
        uint32_t second = position_of(edited, batch, cause->second);
        bool awaits;
        if (first == VRRL_NO_INDEX || second == VRRL_NO_INDEX)
            continue;
        code = made_awaits(p, e, second, first, &awaits, err);
        *kept = code == VRRL_OK && awaits == cause->awaits &&
                (!cause->conflicts ||
                 explain_conflict(p, epoch_slot(p, e, first), epoch_slot(p, e, second)));
    }
    return code;
}
