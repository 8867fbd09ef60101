/* Greedy execution of a system: it starts all nodes that any execution can start. */
#ifndef VRRL_CHECK_CLOSURE_H
#define VRRL_CHECK_CLOSURE_H

#include "check/system.h"

/* What is changed of the system for one greedy execution. Zeroed but for the NONEs: nothing. */
struct closure_rules {
    uint32_t without;    /* a task that may start but never finishes; NONE */
    uint32_t until;      /* stop when this task has finished; NONE */
    uint32_t closed;     /* a gate that never opens, and 1; 0: none is */
    bool clamp;          /* thresholds that no signals reach are lowered to what they do */
    bool no_queue_order; /* queue order holds nothing back */
    bool no_residency;   /* all queues are resident */
    bool
        deep; /* what became ready last runs first: chains that have nothing to do with each other do not mix */
    const uint64_t *granted; /* by counter: so much is there, whatever tasks signalled; or NULL */
};

/* What ran, and what that left. */
struct closure {
    uint32_t *order;    /* nodes, in the order in which they ran */
    uint32_t *position; /* of each node in it, or NONE */
    uint32_t count;
    uint64_t *values; /* of the counters at the end */
};

/* Runs the system greedily under these rules; the caller frees *closure. */
vrrl_code closure_run(const struct system *system, const struct closure_rules *rules,
                      struct closure *closure, vrrl_error *err);
void closure_free(struct closure *closure);

/* Whether all nodes of a task ran. */
static inline bool task_ran(const struct system *system, const struct closure *closure,
                            uint32_t task)
{
    return closure->position[last_node(system, task)] != NONE;
}

#endif
