/* Why an epoch is stuck, where some of what its slots lack is known. */
#ifndef VRRL_RUN_STUCK_H
#define VRRL_RUN_STUCK_H

#include "vrrl/run/stuck.h"

/* What is taken to be there: a value of a word, for all that wait for it. */
struct stuck_given {
    uint32_t word; /* VRRL_NO_INDEX: of none */
    uint64_t value;
    uint32_t over; /* a slot that has what it waits for past all values of a word; VRRL_NO_INDEX */
    bool all_on;   /* all queues are on */
    bool ends;     /* of slots that are waited for */
};

/* As vrrl_stuck_analyse, of what is left then: nothing, where all slots end with that. */
vrrl_code stuck_analyse_given(const vrrl_program *program, uint32_t epoch, const uint32_t *memory,
                              const vrrl_waiter *waiters, uint32_t waiter_count,
                              const struct stuck_given *given, uint32_t given_count,
                              vrrl_stuck **stuck, vrrl_error *err);

#endif
