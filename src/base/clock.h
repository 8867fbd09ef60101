/* Time, in nanoseconds. */
#ifndef VRRL_BASE_CLOCK_H
#define VRRL_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_read_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Since the Unix epoch: what a record carries. */
static inline uint64_t clock_wall_ns(void)
{
    return clock_read_ns(CLOCK_REALTIME);
}
/* Never goes back: for durations and time limits. */
static inline uint64_t clock_steady_ns(void)
{
    return clock_read_ns(CLOCK_MONOTONIC);
}

#endif
