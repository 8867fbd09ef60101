/* Schedules of the pairs that a check tells of. */
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/verdict.h"

#include "base/clock.h"
#include "base/error.h"
#include "check/check.h"
#include "check/check_program.h"
#include "graph/graph_lower.h"
#include "verdict/join_shown.h"
#include "verdict/race_witness.h"

#include <string.h>

/* Of one check: what it tells of beyond has none. */
enum { PAIRS_SOUGHT = 64 };
/* Of all runs of a pair: of one that is proven to race, and of one that may be none. */
enum { STEPS_PROVEN = 2000000, STEPS_UNSURE = 60000 };

struct shower {
    const vrrl_program *program;
    uint64_t until_ns;
    uint32_t left; /* pairs that may still be looked for */
    vrrl_error *err;
};

/* That it cannot be run, or not in time, is no more than that no schedule is known. */
static vrrl_code show(struct shower *s, uint32_t epoch, uint32_t a, uint32_t b, bool proven,
                      vrrl_check_race *race)
{
    const struct race_witness_request request = {.epoch = epoch,
                                                 .slots = {a, b},
                                                 .proven = proven,
                                                 .until_ns = s->until_ns,
                                                 .steps = proven ? STEPS_PROVEN : STEPS_UNSURE};
    vrrl_code code = VRRL_OK;
    if (race->schedule || s->left == 0)
        return VRRL_OK;
    s->left--;
    if (!clock_is_past(s->until_ns))
        code = race_witness(s->program, &request, &race->schedule, s->err);
    race->unsought = !race->schedule && clock_is_past(s->until_ns);
    race->sought = code == VRRL_OK && !race->unsought;
    return code == VRRL_NO_MEMORY ? code : VRRL_OK;
}

vrrl_code vrrl_check_show(vrrl_check_result *result, const vrrl_graph *graph,
                          const vrrl_assign_options *assign, vrrl_error *err)
{
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = assign};
    vrrl_assignment *assignment = NULL;
    vrrl_program *program = NULL;
    vrrl_code code = VRRL_OK;
    if (result->dispatch.kind == VRRL_CHECK_DISPATCH_STUCK)
        return VRRL_OK; /* it is about queues that runs do not have */
    if (result->race_count == 0 || vrrl_graph_lower(graph, &lower, &program, err) != VRRL_OK)
        return VRRL_OK;
    struct shower s = {
        .program = program, .until_ns = result->until_ns, .left = PAIRS_SOUGHT, .err = err};
    code = vrrl_assignment_create(graph, assign, &assignment, err);
    for (uint32_t i = 0; code == VRRL_OK && i < result->race_count; i++) {
        vrrl_check_race *race = &result->races[i];
        code =
            show(&s, 0, lowered_position(assignment, graph->task_count, race->pair.tasks[0]),
                 lowered_position(assignment, graph->task_count, race->pair.tasks[1]), true, race);
    }
    vrrl_assignment_free(assignment);
    vrrl_program_free(program);
    return code;
}

/* A pair for which no run was found is shown by the one that was watched, if that shows it. */
static vrrl_code take_watched(const vrrl_run_check *run, const vrrl_epoch_check *item,
                              vrrl_check_race *race, vrrl_error *err)
{
    for (uint32_t i = 0; run && run->schedule && !race->schedule && i < run->race_count; i++) {
        const vrrl_run_race *shown = &run->races[i];
        if (shown->epoch < item->first_epoch || shown->epoch - item->first_epoch >= item->epochs ||
            !join_is_pair(shown->slots, race->pair.tasks[0], race->pair.tasks[1]))
            continue;
        race->schedule = strdup(run->schedule);
        if (!race->schedule)
            return error_no_memory(err, strlen(run->schedule));
    }
    return VRRL_OK;
}

/* ---- All of them ------------------------------------------------------------------------------ */

vrrl_code vrrl_program_check_show(vrrl_program_check *check, const vrrl_program *program,
                                  vrrl_error *err)
{
    struct shower s = {
        .program = program, .until_ns = check->until_ns, .left = PAIRS_SOUGHT, .err = err};
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < check->count; i++) {
        vrrl_check_result *result = check->items[i].result;
        for (uint32_t k = 0; code == VRRL_OK && k < result->race_count; k++) {
            vrrl_check_race *race = &result->races[k];
            code = show(&s, check->items[i].first_epoch, race->pair.tasks[0], race->pair.tasks[1],
                        check_is_certain(result, race), race);
            if (code == VRRL_OK)
                code = take_watched(check->run, &check->items[i], race, err);
            if (race->schedule) {
                result->verdict = check_worse(result->verdict, VRRL_CHECK_RACY);
                check->verdict = check_worse(check->verdict, VRRL_CHECK_RACY);
            }
        }
    }
    return code;
}
