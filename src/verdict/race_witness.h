/* A schedule in which two slots race. */
#ifndef VRRL_VERDICT_RACE_WITNESS_H
#define VRRL_VERDICT_RACE_WITNESS_H

#include "vrrl/run/program.h"

struct race_witness_request {
    uint32_t epoch, slots[2]; /* positions in the batch */
    bool proven;              /* that they race */
    uint64_t until_ns;        /* of the steady clock; 0: no limit */
    uint64_t steps;           /* of all runs: none is begun after them */
};

/* The string of a run, an operation a step under sc, in which the two race: built so that one of them has its
 * access when the other is right behind its own, and stepped with the monitor of races, which shows the
 * pair. Where there is one it is a run that ends otherwise than the reference's, too. *text, which the caller frees, is
 * NULL where no run that was tried shows it, or the string would be too long. Of two that are proven, in a batch of more than 8,192 slots,
 * it is a run of whole slots, one of the two last, that ends otherwise than the reference's. */
vrrl_code race_witness(const vrrl_program *program, const struct race_witness_request *request,
                       char **text, vrrl_error *err);

#endif
