/* How an epoch of a host ends. */
#ifndef VRRL_RECORDING_HOST_EPOCH_H
#define VRRL_RECORDING_HOST_EPOCH_H

#include "recording/host_recorder.h"

/* Copies what is to be observed into `memory`: all regions, or those that an epoch's end looks at. */
vrrl_code recorder_read_regions(struct vrrl_recorder *r, bool all, vrrl_error *err);

/* Writes the job: changed pages, then the end. */
void recorder_do_job(struct vrrl_recorder *r);

#endif
