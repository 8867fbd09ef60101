/* The thread that writes the ends of a host's epochs. */
#ifndef VRRL_RECORDING_HOST_BEHIND_H
#define VRRL_RECORDING_HOST_BEHIND_H

#include "recording/host_recorder.h"

/* Where the options ask for one. */
vrrl_code recorder_behind_start(struct vrrl_recorder *r, vrrl_error *err);
/* Waits until the job that was handed over is done; false where that takes longer than the host's patience. */
bool recorder_behind_wait(struct vrrl_recorder *r);
void recorder_behind_hand_over(struct vrrl_recorder *r);
/* Does what was handed over, and ends the thread. */
void recorder_behind_end(struct vrrl_recorder *r);

#endif
