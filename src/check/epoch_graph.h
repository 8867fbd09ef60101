/*
 * An epoch of a program as a task graph: each slot a task that waits, accesses and signals as its
 * footprint says. What the check knows of graphs it then knows of programs and recordings.
 *
 * A word that slots wait for, and change by adding to it only, is a counter; one that they only store
 * constants to is a flag: it is up for good once a store brings what is waited for. A word that they
 * wait for and change in other ways is unclear: waits for it hold nothing back and order nothing. A
 * batch fence waits for each slot of its range to end.
 */
#ifndef VRRL_CHECK_EPOCH_GRAPH_H
#define VRRL_CHECK_EPOCH_GRAPH_H

#include "host/observation.h"
#include "program/epoch_touches.h"
#include "vrrl/run/graph.h"

struct flag_store {
    uint32_t word, level, slot;
};

struct epoch_graph {
    vrrl_graph *graph;
    uint32_t unclear_words; /* that slots wait for */
    /* What the graph does not tell of. Two slots that it does not order may be ordered, or an access of
     * theirs may be left out (acquiring loads, swaps, conditions, waits for unclear words); */
    bool may_excuse;
    /* and what it orders, or lets end, may not be so: a wait is left out; a signal may not come, or
     * comes before the slot has touched all that it touches. */
    bool may_miss;
    /* Without a race, too, what it shows may depend on order: a slot looks at the machine's own words; */
    bool may_depend;
    /* and a slot that is stuck here may end, or never begin: another shuts the machine down. */
    bool may_leave;
    /* Once some slots have ended, others may not do what the graph has them do: a signal is behind a
     * condition, or a flag may be down. */
    bool may_lose;
    struct epoch_touches touches; /* the caller's own */
    /* Stores that bring a flag to several levels, slot after slot: they must come in the order of their
     * levels, lest it goes down again. The caller's own. */
    struct flag_store *stores;
    uint32_t store_count;
};

/* `arena` is memory when the epoch's slots were published, the first at ring index `first_index`. `ran`,
 * where not NULL, is what a run of it showed of the slots, by position: then what that run's workers and
 * signals ordered counts, too: the slots of a worker in their order, and each signal of a slot that had
 * ended when one that waits for it was claimed. */
vrrl_code epoch_graph_create(const vrrl_program *program, uint32_t epoch, uint32_t first_index,
                             const uint32_t *arena, const struct slot_outcome *ran,
                             struct epoch_graph *made, vrrl_error *err);

#endif
