/* Reads a recording's log and its companion, side by side: records become the epochs of a program, and
 * the outcome of each slot. */
#ifndef VRRL_RECORDING_READ_LOG_H
#define VRRL_RECORDING_READ_LOG_H

#include "recording/record_pair.h"
#include "recording/recording.h"
#include "recording/symbols.h"

/* Fills program, outcomes and epochs, and info.records, from the records after `sequence`; labels are the
 * symbols'. An epoch that has begun is listed: whether it ended, the pages say. */
vrrl_code recording_read_log(vrrl_recording *recording, struct record_pairs *pairs,
                             uint64_t sequence, struct symbols *symbols, vrrl_error *err);

#endif
