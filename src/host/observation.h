/*
 * What can be observed of one epoch, and the observer that collects it from a host.
 *
 * A recording reads back as a stream of the same observations, so that whatever compares runs does
 * not care where they come from.
 */
#ifndef VRRL_HOST_OBSERVATION_H
#define VRRL_HOST_OBSERVATION_H

#include "host/state.h"
#include "vrrl/run/backend.h"

struct slot_outcome {
    uint32_t index; /* in the ring */
    uint32_t opcode;
    uint32_t tenant;
    uint32_t status; /* terminal, or where the epoch left it */
    uint32_t worker;
    uint64_t claim_order;      /* 0: never claimed */
    uint64_t completion_order; /* 0: not terminal */
    uint64_t claimed_after;    /* as in vrrl_ticket */
    uint64_t result_fold;
    uint64_t order_fold;
};

struct debug_record {
    uint32_t words[VRRL_DEBUG_RECORD_WORDS];
};

struct observation {
    uint32_t epoch;
    vrrl_verdict verdict;
    struct slot_outcome *slots; /* in publish order, the fence last */
    uint32_t slot_count;
    const struct observed_state *state; /* after the batch */
    struct debug_record *debug;         /* sorted: a multiset */
    uint32_t debug_count;
    uint32_t debug_written; /* those that were lost included */
    vrrl_waiter *waiters;   /* slots that did not end, in publish order */
    uint32_t waiter_count;
    const uint32_t *
        memory; /* of an epoch that got stuck: the arena, as long as that stays as it is; or NULL */
};

struct observer {
    struct observation observation; /* of the current epoch; arrays are reused */
    struct observed_state state;
    uint32_t *position_of; /* by ring index: the slot's position in slots[] */
    uint32_t slot_room, debug_room, waiter_room;
    bool slots_only; /* observe neither memory nor debug log */
};

/* `state` moves into the observer. Free with observer_free. */
vrrl_code observer_create(struct observer *observer, struct observed_state *state,
                          uint32_t ring_slots, vrrl_error *err);
void observer_free(struct observer *observer);

/* The host's events, in the order of vrrl_sink. */
vrrl_code observer_publish(struct observer *observer, uint32_t epoch, uint32_t index,
                           uint32_t queue, const uint32_t *words, vrrl_error *err);
void observer_complete(struct observer *observer, uint32_t index, const uint32_t *words,
                       const vrrl_ticket *ticket);
vrrl_code observer_observe(struct observer *observer, vrrl_host *host,
                           const vrrl_epoch_result *result, vrrl_error *err);
/* Before the next epoch's first publish. */
void observer_next_epoch(struct observer *observer);

/* Room for the arrays of an observation that is filled by hand. */
vrrl_code observer_reserve(struct observer *observer, uint32_t slots, uint32_t debug,
                           uint32_t waiters, vrrl_error *err);
/* Sorts the debug records: their order in memory depends on the schedule. */
void observation_sort_debug(struct observation *observation);

#endif
