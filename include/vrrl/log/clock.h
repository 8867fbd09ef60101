/* SPDX-License-Identifier: MIT */
/*
 * A wall clock for timestamps: the processor's counter, compared now and then with the system's clock.
 *
 * Vocabulary
 *   counter    what the processor counts up at a constant rate: the TSC of x86-64, where CPUID says
 *              that it is invariant (leaf 0x80000007, bit 8); the virtual counter of AArch64.
 *   compared   once in VRRL_CLOCK_COMPARE_NS at most, by the call whose turn it is, with the system's
 *              clocks: CLOCK_REALTIME says what time it is, CLOCK_MONOTONIC how fast the counter counts.
 *
 * Each reading is above the one before. It is at most VRRL_CLOCK_ERROR_NS beside CLOCK_REALTIME, but
 * where that was set back: then readings count up by one until it has caught up. For the first 10 ms
 * the readings are the system's.
 *
 * The counter is not trusted: a machine may stop or be moved to another. Where it disagrees with the
 * system's clock it is calibrated anew, and at the third time given up. Without one, and then,
 * a reading is the system's, and takes as long.
 */
#ifndef VRRL_API_LOG_CLOCK_H
#define VRRL_API_LOG_CLOCK_H

#include "vrrl/log/error.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VRRL_CLOCK_COMPARE_NS 1000000u
#define VRRL_CLOCK_ERROR_NS   20000u

/* One thread's, or one log's. Plain data; nothing is to be freed. */
typedef struct vrrl_clock {
    uint64_t base_ticks, base_ns; /* of the last comparison */
    uint64_t base_steady_ns;
    uint64_t scale;                        /* ns a tick, times 2^32; 0: being calibrated */
    uint64_t compare_ticks;                /* so many after the last comparison comes the next */
    uint64_t last_ns;                      /* the last reading */
    uint64_t since_ticks, since_steady_ns; /* what the scale is taken from */
    uint32_t doubts;                       /* how often the counter disagreed */
    bool has_counter;
} vrrl_clock;

/* Begins. */
VRRL_API void vrrl_clock_start(vrrl_clock *clock);

/* Nanoseconds since the Unix epoch. */
VRRL_API uint64_t vrrl_clock_now(vrrl_clock *clock);

/* False where readings are the system's for good. */
VRRL_API bool vrrl_clock_has_counter(const vrrl_clock *clock);

#ifdef __cplusplus
}
#endif
#endif
