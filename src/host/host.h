/* A host: the caller's side of a machine, and what one epoch needs between its steps. */
#ifndef VRRL_HOST_HOST_H
#define VRRL_HOST_HOST_H

#include "ring/ring.h"
#include "vrrl/run/backend.h"

struct vrrl_host {
    const vrrl_driver *driver;
    void *backend;
    vrrl_machine machine;
    struct ring ring;
    uint32_t next; /* ring index after the last one published */
    uint32_t epoch;
    bool over;                 /* an epoch did not complete, or a sink failed: no further epoch */
    const bool *interrupt;     /* true: the epoch under way hangs; may be NULL */
    bool backend_failed;       /* what ended the run is an error of the backend */
    struct recovery *recovery; /* what then becomes of it, run/recovery.h; NULL: the run ends */

    /* The epoch under way: ring_slots entries each. */
    uint32_t *indices; /* ring index of each slot, fence last */
    uint32_t *queues;
    uint32_t *pending; /* entries of `indices` that have not been seen terminal, in order */
    uint32_t pending_count;
    vrrl_waiter *waiters;
    uint32_t fence_args[3];
    vrrl_epoch_result result;
};

/* As after so many epochs, the next of which begins at ring index `next`. The arena is the caller's
 * affair. */
void host_go_to(vrrl_host *host, uint32_t epoch, uint32_t next);
/* A fresh backend of the same kind; its arena is the caller's affair. */
vrrl_code host_reopen(vrrl_host *host, vrrl_error *err);
/* What only looks: whether the batch may be published. */
vrrl_code host_check(const vrrl_host *host, const vrrl_epoch_input *input, vrrl_error *err);

#endif
