/*
 * What the parts of a run target share.
 *
 * An epoch that starts as the reference's did is run by an engine that was made for it: a run is the
 * engine's reset and its steps, and no host. What it leaves is looked up by its hash among the ends
 * that were found to be good. Only an end that was not seen yet goes back to the host, which
 * publishes the epoch on the arena before it and lets the scheduled backend take over what the
 * engine did; then observer, diff and expectations judge as they judge every other run. An epoch
 * that starts otherwise is run through the host at once.
 *
 * Memory does not grow with the number of epochs: engines take so much, and over it one is handed from epoch to epoch
 * that have a batch and its places in the ring in common; what is known of an epoch gives way to another's.
 */
#ifndef VRRL_SCHEDULE_RUN_TARGET_STATE_H
#define VRRL_SCHEDULE_RUN_TARGET_STATE_H

#include "backends/scheduled/driver.h"
#include "run/replay.h"
#include "run/run.h"
#include "schedule/reference_run.h"
#include "schedule/run_target.h"

#include <xxhash.h>

enum {
    GOOD_ENDS = 64,
    EPOCHS_KEPT = 1 << 16, /* of so many epochs at a time something is kept */
};

/* An end of an epoch that is no failure. */
struct good_end {
    XXH128_hash_t hash; /* zero: none */
    bool exact;         /* the arena is the reference's, word by word */
};

struct run_target_epoch {
    uint32_t of;          /* which epoch it is */
    uint32_t first_index; /* of the ring */
    void *engine;         /* NULL: not made yet */
    uint32_t *start;      /* published, after the reference's arena; NULL: not made yet */
    size_t bytes;         /* of both */
    bool at_start;        /* that is where the engine starts from */
    bool one_way; /* there, nothing is left to a chooser: the engine has run, and ended well */
    struct good_end *good; /* GOOD_ENDS, each at one place by its hash; NULL: none yet */
};

struct run_target {
    const vrrl_program *program;
    struct run_target_options options;
    vrrl_machine machine;
    vrrl_program on_machine; /* the program, with the model of that machine */
    const struct sched_grain *grain;
    struct reference_run reference;
    vrrl_run_outcome reference_outcome;
    uint8_t *unseen; /* by word: nobody looks at it; NULL: all are looked at */
    op_stores
        reference_stores; /* of slot `stores_slot` of epoch `stores_epoch`, once it was asked for */
    uint32_t stores_epoch, stores_slot;

    vrrl_host *host; /* on the scheduled backend, which run_target_steer steers */
    struct epoch_buffer buffer;
    struct replay replay;
    struct run_target_epoch *epochs; /* at their number modulo `kept` */
    uint32_t kept;
    size_t bytes;                       /* of engines and starts */
    struct run_target_epoch *made_last; /* whose engine was; NULL: none was */
    struct run_target_epoch **made_at;  /* the same of those that begin there in the ring */
    struct run_target_place begin_at;   /* runs begin there */
    uint32_t end_with;                  /* runs end with that epoch */
    bool goes_on;                       /* behind a failure */
    bool dry;                           /* the host only publishes */
    bool ran;                           /* the engine has run the epoch that the host publishes */
    bool one_way;                       /* some epoch has */
    bool asked;                         /* the chooser, in the epoch under way */

    /* The run. */
    const struct chooser *chooser;
    uint32_t epoch;
    struct run_target_epoch *now; /* of that epoch */
    bool exact;   /* the arena before the epoch is the reference's, and not in the host */
    bool in_host; /* the arena after the last epoch is in the host */
    bool over;
    vrrl_verdict verdict; /* of the epoch */
    vrrl_run_outcome outcome;
    vrrl_run_outcome
        broken; /* the first expectation that the run breaks, whatever differs before it */
    vrrl_diff_result diff; /* of the epochs that the host has had */
    bool compared;         /* there were such */
    uint32_t slot_count;
    uint64_t *hashed; /* room for a batch: what the hash of an end is made from */
    uint64_t *claimed_at, *ended_at;
};

#endif
