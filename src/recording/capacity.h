/* How many records the log of a run is to have room for. */
#ifndef VRRL_RECORDING_CAPACITY_H
#define VRRL_RECORDING_CAPACITY_H

#include "recording/intervals.h"
#include "vrrl/run/recording.h"

/* Chooses the capacity, into *capacity, and fills of `kept` what says which intervals are kept. Where the log has
 * room for the whole run and nobody asked for snapshots there is one interval. VRRL_REFUSED, with the
 * capacity that it takes, where the log would have no room for an epoch; VRRL_TOO_LARGE where none would. */
vrrl_code capacity_choose(const vrrl_program *program, const vrrl_record_options *options,
                          uint64_t *capacity, struct intervals_limits *kept, vrrl_error *err);
/* The capacity of a bounded recording for which nobody asked for one: what was chosen is the least that works,
 * with which so many bytes are left. */
uint64_t capacity_enlarge(const vrrl_program *program, const vrrl_record_options *options,
                          uint64_t capacity, uint64_t bytes_left, struct intervals_limits *kept);

#endif
