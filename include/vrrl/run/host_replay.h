/* SPDX-License-Identifier: MIT */
/*
 * Replay on a host's own megakernel: what vrrl/run/recorder.h recorded is fed to a megakernel that the caller starts,
 * epoch by epoch, and what comes of it is compared with the recording, as vrrl_replay does with its backends.
 *
 * Vocabulary
 *   side A, side B  the recording; the replay.
 *   reset           a fresh megakernel: nothing in flight, memory of no value that counts.
 *   re-executed     the slots run again, on whatever worker takes them: the recorded schedule is not forced.
 *
 * For a recording the callbacks are called on the caller's thread in this order: `reset`, `write` of each region as it was
 * when the recording began; then for each epoch `write` of what the host wrote then, `publish` of each slot, in the
 * recorded order and at the recorded place of the ring, `wait` until all have ended, `read` of each region that is
 * compared. Where a place of the ring is needed again within an epoch, `wait` is called for its slot before. It ends
 * with the first epoch that differs.
 */
#ifndef VRRL_API_RUN_HOST_REPLAY_H
#define VRRL_API_RUN_HOST_REPLAY_H

#include "vrrl/run/diff.h"
#include "vrrl/run/recorder.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The epoch under way, for vrrl_replay_ended and vrrl_replay_waits. */
typedef struct vrrl_replay_epoch vrrl_replay_epoch;

/* What a host does for a replay. A callback that returns anything but VRRL_OK ends the replay with that code. */
typedef struct vrrl_replay_host {
    size_t size; /* of this struct */
    void *context;
    vrrl_code (*reset)(void *context);
    /* Needed where there are regions. */
    vrrl_code (*write)(void *context, uint32_t region, uint32_t first, const uint32_t *words,
                       uint32_t count);
    /* `slot->arg_count` is that of the width: arguments that were not given are 0. */
    vrrl_code (*publish)(void *context, const vrrl_recorder_slot *slot);
    /* Waits until the slot at `index` has ended, VRRL_NO_INDEX: all slots. Tells of each slot that ended, once,
     * by vrrl_replay_ended. One that has waited long enough tells what it knows of those that have not, by
     * vrrl_replay_waits, and returns VRRL_OK: the epoch is a hang. */
    vrrl_code (*wait)(void *context, uint32_t index, vrrl_replay_epoch *epoch);
    /* Needed where regions are compared. */
    vrrl_code (*read)(void *context, uint32_t region, uint32_t *words);
    /* Needed for a recording of digests: 32 bytes. */
    vrrl_code (*digest)(void *context, uint8_t *digest);
    const bool *interrupt; /* looked at between epochs: true cuts the replay; may be NULL */
} vrrl_replay_host;

/* In `wait`: a slot has ended. VRRL_REFUSED for one that is not in flight, VRRL_INVALID for one outside of the ring or a
 * status that is no end. */
VRRL_API vrrl_code vrrl_replay_ended(vrrl_replay_epoch *epoch,
                                     const vrrl_recorder_completion *completion);
/* In `wait`: what a slot waits for that has not ended; the same codes. */
VRRL_API vrrl_code vrrl_replay_waits(vrrl_replay_epoch *epoch, const vrrl_recorder_waiter *waiter);

/* Replays a host's recording on the host. VRRL_UNSUPPORTED for one of vrrl's own programs: that is vrrl_replay's. On
 * success *result is the caller's. */
VRRL_API vrrl_code vrrl_replay_on_host(const vrrl_recording *recording,
                                       const vrrl_replay_host *host, vrrl_diff_result **result,
                                       vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
