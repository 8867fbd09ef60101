/* Time, in nanoseconds. */
#ifndef VRRL_BASE_CLOCK_H
#define VRRL_BASE_CLOCK_H

#include <stdbool.h>
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

/* A moment of the steady clock, as pthread_cond_timedwait takes it. */
static inline struct timespec clock_in_ms(uint32_t milliseconds)
{
    uint64_t at = clock_steady_ns() + milliseconds * UINT64_C(1000000);
    return (struct timespec){.tv_sec = (time_t)(at / 1000000000u),
                             .tv_nsec = (long)(at % 1000000000u)};
}

/* Limits are moments of the steady clock; 0: there is none. */
static inline uint64_t clock_until(uint32_t milliseconds)
{
    return milliseconds ? clock_steady_ns() + milliseconds * UINT64_C(1000000) : 0;
}
static inline bool clock_is_past(uint64_t until_ns)
{
    return until_ns && clock_steady_ns() >= until_ns;
}
/* 1 where it is over; 0: no limit. */
static inline uint32_t clock_left_ms(uint64_t until_ns)
{
    uint64_t now = clock_steady_ns(), left = until_ns > now ? (until_ns - now) / 1000000u + 1 : 1;
    return until_ns == 0 ? 0 : left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

#endif
