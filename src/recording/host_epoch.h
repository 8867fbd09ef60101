/* How an epoch of a host ends. */
#ifndef VRRL_RECORDING_HOST_EPOCH_H
#define VRRL_RECORDING_HOST_EPOCH_H

#include "recording/host_recorder.h"

/* Most bytes of pages that an epoch's end keeps; above that it keeps their digests. */
enum { EPOCH_PAGE_BYTES = 256 << 20 };

/* Copies what is to be observed into `memory`: all regions, or those that an epoch's end looks at. */
vrrl_code recorder_read_regions(struct vrrl_recorder *r, bool all, vrrl_error *err);

/* Sets what may be written: the log holds so many records from the oldest interval on. */
void recorder_set_room(struct vrrl_recorder *r, uint32_t epochs);
/* Does the job: changed pages, then the end; then the next interval begins where it has to, and room is made. */
void recorder_do_job(struct vrrl_recorder *r);

#endif
