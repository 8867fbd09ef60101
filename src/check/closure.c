/* One greedy execution: it starts all that any execution of the system can start. */
#include "check/closure.h"

#include "base/error.h"
#include "check/system.h"

#include <stdlib.h>
#include <string.h>

struct run {
    const struct system *system;
    const struct closure_rules *rules;
    struct closure *out;
    uint32_t *pending;   /* of each node: what still holds it back */
    uint32_t *next_gate; /* of each counter: the lowest that is still closed */
    uint32_t *ready;     /* nodes, first in first out, or last in first out */
    uint32_t ready_count, ready_next;
};

static uint64_t threshold_of(const struct run *run, const struct gate *gate)
{
    const struct counter *counter = &run->system->counters[gate->counter];
    if (run->rules->closed && gate == &run->system->gates[run->rules->closed - 1])
        return UINT64_MAX;
    if (run->rules->no_residency && gate->counter == run->system->residency_counter)
        return 0;
    if (run->rules->clamp && gate->threshold > counter->most)
        return counter->most;
    return gate->threshold;
}

static void release(struct run *run, uint32_t node)
{
    if (node != NONE && --run->pending[node] == 0)
        run->ready[run->ready_count++] = node;
}

static void open_gates(struct run *run, uint32_t c)
{
    const struct counter *counter = &run->system->counters[c];
    while (run->next_gate[c] < counter->gate_count) {
        const struct gate *gate = &run->system->gates[counter->first_gate + run->next_gate[c]];
        uint64_t threshold = threshold_of(run, gate);
        bool granted = run->rules->granted && run->rules->granted[c] >= threshold;
        if (threshold > run->out->values[c] && !granted)
            return;
        run->next_gate[c]++;
        for (uint32_t i = 0; i < gate->waiter_count; i++)
            release(run, run->system->waiters[gate->first_waiter + i]);
    }
}

static bool is_held_by(const struct run *run, const struct node *node)
{
    return node->after != NONE && !(node->after_queue && run->rules->no_queue_order);
}

static void begin_run(struct run *run)
{
    const struct system *s = run->system;
    for (uint32_t n = 0; n < s->node_count; n++) {
        const struct node *node = &s->nodes[n];
        bool started = node->started != NONE && !run->rules->no_queue_order;
        /* One more, released below: a node that nothing holds back is ready too. */
        run->pending[n] = node->gate_count + is_held_by(run, node) + started + 1;
        run->out->position[n] = NONE;
    }
    for (uint32_t c = 0; c < s->counter_count; c++) {
        run->out->values[c] = s->counters[c].init;
        open_gates(run, c);
    }
    for (uint32_t n = 0; n < s->node_count; n++)
        release(run, n);
}

static void finish_node(struct run *run, uint32_t n)
{
    const struct system *s = run->system;
    const struct node *node = &s->nodes[n];
    run->out->position[n] = run->out->count;
    run->out->order[run->out->count++] = n;
    uint32_t next = s->next_after[n];
    if (next != NONE && is_held_by(run, &s->nodes[next]))
        release(run, next);
    for (uint32_t i = 0; i < node->signal_count; i++) {
        const struct signal *signal = &s->signals[node->first_signal + i];
        run->out->values[signal->counter] += signal->amount;
        open_gates(run, signal->counter);
    }
}

/* What is ready at the beginning runs in its own order, whichever end is taken from. */
static void turn_ready(struct run *run)
{
    for (uint32_t i = 0, n = run->ready_count; i < n / 2; i++) {
        uint32_t first = run->ready[i];
        run->ready[i] = run->ready[n - 1 - i];
        run->ready[n - 1 - i] = first;
    }
}

static void go_on(struct run *run)
{
    const struct system *s = run->system;
    while (run->ready_next < run->ready_count) {
        bool deep = run->rules->deep;
        uint32_t n = deep ? run->ready[--run->ready_count] : run->ready[run->ready_next++];
        uint32_t task = s->nodes[n].task;
        if (!run->rules->no_queue_order)
            release(run, s->next_started[n]);
        if (task != NONE && task == run->rules->without)
            continue;
        finish_node(run, n);
        if (task != NONE && task == run->rules->until && n == last_node(s, task))
            return;
    }
}

vrrl_code closure_run(const struct system *system, const struct closure_rules *rules,
                      struct closure *closure, vrrl_error *err)
{
    size_t nodes = system->node_count + (size_t)1, counters = system->counter_count + (size_t)1;
    *closure = (struct closure){.order = malloc(nodes * sizeof(uint32_t)),
                                .position = malloc(nodes * sizeof(uint32_t)),
                                .values = malloc(counters * sizeof(uint64_t))};
    struct run run = {.system = system,
                      .rules = rules,
                      .out = closure,
                      .pending = malloc(nodes * sizeof(uint32_t)),
                      .next_gate = calloc(counters, sizeof(uint32_t)),
                      .ready = malloc(nodes * sizeof(uint32_t))};
    vrrl_code code = VRRL_OK;
    if (!closure->order || !closure->position || !closure->values || !run.pending ||
        !run.next_gate || !run.ready) {
        code = error_no_memory(err, nodes * 16 + counters * 12);
        closure_free(closure);
    } else {
        begin_run(&run);
        if (rules->deep)
            turn_ready(&run);
        go_on(&run);
    }
    free(run.pending);
    free(run.next_gate);
    free(run.ready);
    return code;
}

void closure_free(struct closure *closure)
{
    free(closure->order);
    free(closure->position);
    free(closure->values);
    *closure = (struct closure){0};
}
