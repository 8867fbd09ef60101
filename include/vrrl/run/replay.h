/* SPDX-License-Identifier: MIT */
/*
 * Replay: a recording run again, and compared with what it recorded.
 *
 * What it tells is a vrrl_diff_result: side A is the recording, side B the replay. Logs without a
 * recording are run again by bare_log.h, schedule strings by schedule.h of the analysis.
 */
#ifndef VRRL_API_RUN_REPLAY_H
#define VRRL_API_RUN_REPLAY_H

#include "vrrl/run/diff.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Replays a recording (side A) on a fresh backend (side B): loads the first snapshot, runs each epoch's prologue
 * and batch at the recorded ring positions, and compares as it goes. Stops after the first epoch that differs.
 * What follows a stuck epoch was never recorded. On success *result is the caller's. Errors: VRRL_INVALID,
 * VRRL_IO, VRRL_NO_MEMORY, VRRL_NOT_FOUND, VRRL_REFUSED, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_replay(const vrrl_recording *recording, const vrrl_run_options *options,
                               vrrl_diff_result **result, vrrl_error *err);

/* The same with a change of the backend: the epochs up to `until` are run as `options` say, and the rest as `then`
 * says, on a fresh machine whose memory is what the first one had at the end of epoch `until`. VRRL_INVALID where no
 * epoch that is there comes after it, or it is none of them. */
VRRL_API vrrl_code vrrl_replay_then(const vrrl_recording *recording,
                                    const vrrl_run_options *options, uint32_t until,
                                    const vrrl_run_options *then, vrrl_diff_result **result,
                                    vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
