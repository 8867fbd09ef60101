/* The graph as a system of counters: what the check computes on. Private to the check.
 *
 * Everything that can hold a task back is one of three edges, whatever the worker model:
 *   a gate     a counter must reach a threshold;
 *   `after`    one other node must have finished (serial queue order; the parts of one task);
 *   `started`  one other node must have started (pipelined queue order).
 * Residency is gates too, on a counter of finished queues. A queue's in-flight depth of two or more
 * holds nothing back for good and orders nothing: a node that is started finishes, and the one
 * unfinished node that a must-precede question removes leaves room for the next.
 *
 * A node is a task, or the part of one between two waits where it accesses a buffer before its last
 * wait. Starting more nodes never closes a gate: the system is monotone, so one greedy execution
 * starts all that any execution can start. */
#ifndef VRRL_CHECK_SYSTEM_H
#define VRRL_CHECK_SYSTEM_H

#include "vrrl/run/graph.h"

#define NONE VRRL_GRAPH_NONE

struct node {
    uint32_t task; /* NONE: the end of a pipelined queue */
    uint32_t after, started;
    bool after_queue;                    /* `after` is queue order, not a part of the same task */
    uint32_t first_gate, gate_count;     /* in node_gates[] */
    uint32_t first_signal, signal_count; /* in signals[] */
    uint32_t first_use, use_count;       /* in node_uses[] */
};

struct node_gate {
    uint32_t gate;
    bool sync; /* false: relaxed, holds back but orders nothing */
};

struct gate {
    uint32_t counter;
    uint32_t threshold;
    uint32_t first_waiter, waiter_count; /* in waiters[] */
};

struct signal {
    uint32_t counter;
    uint32_t amount;
    uint32_t node;
    bool sync;
};

/* A counter of the graph, or of a queue's finished nodes, or of finished queues. */
struct counter {
    uint64_t init;
    uint64_t most;                        /* with every signal there is */
    uint32_t first_gate, gate_count;      /* in gates[], by ascending threshold */
    uint32_t first_signaller, signallers; /* in signallers[]: indices into signals[] */
};

/* An access to a buffer that some task writes; equal ones are shared. */
struct use {
    uint32_t range;
    vrrl_access_kind kind;
};

struct system {
    const vrrl_graph *graph;
    struct node *nodes;
    struct node_gate *node_gates;
    struct gate *gates;
    uint32_t *waiters;
    struct signal *signals;
    uint32_t *signallers;
    struct counter *counters;
    struct use *uses;
    uint32_t *node_uses;
    uint32_t *first_node; /* of each task; one more at the end */
    uint32_t *next_after; /* the node that comes `after` this one, or NONE */
    uint32_t *next_started;
    uint32_t node_count, gate_count, signal_count, counter_count, use_count;
    uint32_t residency_counter; /* counts finished queues; NONE: all queues run */
    bool in_parts;              /* some task is several nodes */
    bool relaxed;
    uint64_t until_ns; /* of the steady clock: searches for races end then; 0: no limit */
};

/* Which orders a system has. By nature all that hold a task back; happens-before is those of memory alone:
 * not that a queue got on, or a slot was admitted. In the strongest, relaxed operations order, too: what it
 * leaves unordered can come in either order. */
enum system_orders { ORDERS_OF_TIME, ORDERS_OF_MEMORY, ORDERS_ALL };

vrrl_code system_create(const vrrl_graph *graph, const vrrl_assignment *assignment,
                        enum system_orders orders, struct system **system, vrrl_error *err);
/* Whether the orders of memory are others than those of time. */
bool system_has_orders_of_time(const vrrl_assignment *assignment);
void system_free(struct system *system);

/* The last node of a task: the one that signals. */
static inline uint32_t last_node(const struct system *system, uint32_t task)
{
    return system->first_node[task + 1] - 1;
}

#endif
