/*
 * Events: what happens in a run, a step each. An engine says what a step would do, a trace keeps what was
 * done, race detectors hold one event against others, an explanation selects some of them and a report
 * prints them. What an opcode does in all of its runs is declared, not an event.
 */
#ifndef VRRL_EVENT_EVENT_H
#define VRRL_EVENT_EVENT_H

#include "event/operation.h"
#include "vrrl/run/graph.h"

enum event_what {
    EVENT_OPERATES, /* an operation of a slot's body, or of the worker at its end */
    EVENT_CLAIMS,   /* a worker claims the slot */
    EVENT_DRAINS,   /* tso: the oldest store of the thread's buffer reaches memory */
    EVENT_LOOKS,    /* at SHUTDOWN, before a claim */
    EVENT_ADMITS, /* a queue of several places looks at what a slot waits for, to let it into one */
    EVENT_RUNS,   /* a whole slot runs, in an engine with such steps */
};

/* Who takes a step, and where it runs. `number` is that of the memory model's thread; to a race detector, of
 * what program order orders. Every thread of a run is in block 0 of cluster 0 of GPU 0 today. */
struct event_thread {
    uint32_t number;
    uint16_t block, cluster, gpu;
};

struct event {
    enum event_what what;
    uint32_t epoch;
    /* Position in the batch of who operates, is claimed or runs; VRRL_NO_INDEX: none. */
    uint32_t slot;
    struct event_thread thread;
    uint8_t kind, order, scope; /* OPERATES, ADMITS: of the operation */
    /* A vrrl_access_kind: what it is to others that access the word, where a race detector asks
     * (race/rules.h). */
    uint8_t access;
    bool waits;    /* a load that finds out whether the slot is ready */
    bool writes;   /* the word is `stored` then, for others too (tso: not before the drain) */
    bool counts;   /* it adds to one of the machine's counters, as a slot ends */
    bool declared; /* it is of a task, whose accesses are taken as they are declared */
    uint32_t word, count; /* the words that it is about; VRRL_NO_INDEX, 0: none, as a fence */
    uint32_t read;        /* the value that it sees: of a read-modify-write the old one */
    uint32_t stored;      /* the value that it leaves, where it writes */
    uint32_t at;          /* the number of its step, from 1 */
};

/* It writes, and the word stays as it was. */
static inline bool event_is_silent(const struct event *e)
{
    return e->writes && e->stored == e->read;
}

#endif
