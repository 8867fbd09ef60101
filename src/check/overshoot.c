#include "check/overshoot.h"

#include "base/clock.h"
#include "check/closure.h"

enum { EXECUTIONS_MAX = 4096 };

static vrrl_code look_at(const struct outcome *o, uint32_t task, const vrrl_graph_wait *wait,
                         vrrl_check_overshoots *found, vrrl_error *err)
{
    const struct closure_rules rules = {.without = task, .until = NONE};
    struct closure closure;
    vrrl_code code = closure_run(o->system, &rules, &closure, err);
    if (code != VRRL_OK)
        return code;
    uint64_t value = closure.values[wait->counter];
    closure_free(&closure);
    if (value <= wait->threshold)
        return VRRL_OK;
    if (found->count++ == 0) {
        found->task = task;
        found->counter = wait->counter;
        found->wanted = wait->threshold;
        found->most = value;
    }
    return VRRL_OK;
}

vrrl_code overshoots_find(const struct outcome *o, vrrl_check_overshoots *found, vrrl_error *err)
{
    uint32_t executions = 0;
    vrrl_code code = VRRL_OK;
    *found = (vrrl_check_overshoots){.task = NONE};
    for (uint32_t t = 0; code == VRRL_OK && t < o->graph->task_count; t++) {
        const vrrl_graph_task *task = &o->graph->tasks[t];
        for (uint32_t i = 0; code == VRRL_OK && i < task->wait_count; i++) {
            const vrrl_graph_wait *wait = &o->graph->waits[task->first_wait + i];
            if (!wait->equal || o->system->counters[wait->counter].most <= wait->threshold)
                continue; /* all signals together do not pass it */
            found->undecided = executions++ == EXECUTIONS_MAX || clock_is_past(o->until_ns);
            if (found->undecided)
                return VRRL_OK;
            code = look_at(o, t, wait, found, err);
        }
    }
    return code;
}
