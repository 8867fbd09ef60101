/* An order that the graph allows and in which the first race's pair is reversed. */
#include "check/witness.h"

#include "base/error.h"
#include "check/check.h"
#include "check/closure.h"

#include <stdlib.h>
#include <string.h>

struct builder {
    const struct system *system;
    const struct closure *run; /* all that can run without the early task, up to the late one */
    bool *needed;              /* nodes */
    uint32_t *work;
    uint32_t work_count;
};

static void need(struct builder *b, uint32_t node)
{
    if (node != NONE && !b->needed[node]) {
        b->needed[node] = true;
        b->work[b->work_count++] = node;
    }
}

/* Signals that opened a gate before position `limit` of the run: as many as it takes. */
static void need_signals(struct builder *b, const struct gate *gate, uint32_t limit)
{
    const struct system *s = b->system;
    const struct counter *counter = &s->counters[gate->counter];
    uint64_t value = counter->init;
    /* Those that are needed anyway count first. */
    for (int fresh = 0; fresh < 2; fresh++) {
        for (uint32_t i = 0; value < gate->threshold && i < counter->signallers; i++) {
            const struct signal *signal = &s->signals[s->signallers[counter->first_signaller + i]];
            if (b->run->position[signal->node] >= limit || b->needed[signal->node] == (fresh == 1))
                continue;
            value += signal->amount;
            need(b, signal->node);
        }
    }
}

/* What must have run before `node` can start. A queue's predecessor may be the early task itself:
 * it has started then, and what it waited for has come, but it does not run. */
static void need_before(struct builder *b, uint32_t node, uint32_t limit)
{
    const struct system *s = b->system;
    while (node != NONE) {
        const struct node *n = &s->nodes[node];
        need(b, n->after);
        for (uint32_t i = 0; i < n->gate_count; i++)
            need_signals(b, &s->gates[s->node_gates[n->first_gate + i].gate], limit);
        node = n->started;
        if (node != NONE && b->run->position[node] != NONE) {
            need(b, node);
            node = NONE;
        }
    }
}

static void put(vrrl_check_result *result, const struct system *system, uint32_t node)
{
    if (system->nodes[node].task != NONE)
        result->witness[result->witness_count++] = system->nodes[node].task;
}

static vrrl_code build_order(struct builder *b, const struct outcome *o, uint32_t late,
                             vrrl_check_result *result, vrrl_error *err)
{
    size_t nodes = o->system->node_count + (size_t)1;
    result->witness = malloc(nodes * sizeof *result->witness);
    b->needed = calloc(nodes, sizeof *b->needed);
    b->work = malloc(nodes * sizeof *b->work);
    if (!result->witness || !b->needed || !b->work)
        return error_no_memory(err, nodes * 9);
    need(b, last_node(o->system, late));
    while (b->work_count > 0) {
        uint32_t node = b->work[--b->work_count];
        need_before(b, node, b->run->position[node]);
    }
    for (uint32_t i = 0; i < b->run->count; i++)
        if (b->needed[b->run->order[i]])
            put(result, o->system, b->run->order[i]);
    result->witness_at = result->witness_count - 1; /* the late task ends the run */
    /* To have run something earlier than the greedy execution did holds nothing back. */
    for (uint32_t i = 0; i < o->closure.count; i++)
        if (!b->needed[o->closure.order[i]])
            put(result, o->system, o->closure.order[i]);
    return VRRL_OK;
}

vrrl_code build_witness(const struct outcome *o, vrrl_check_result *result, vrrl_error *err)
{
    uint32_t early = result->first.tasks[0], late = result->first.tasks[1];
    struct closure_rules rules = {.without = early, .until = late};
    struct closure run;
    if (o->system->in_parts)
        return VRRL_OK; /* an order of whole tasks cannot show it */
    vrrl_code code = closure_run(o->system, &rules, &run, err);
    if (code != VRRL_OK)
        return code;
    struct builder b = {.system = o->system, .run = &run};
    /* Else they always come in this order, and only relaxed operations say so. */
    if (task_ran(o->system, &run, late))
        code = build_order(&b, o, late, result, err);
    free(b.needed);
    free(b.work);
    closure_free(&run);
    return code;
}
