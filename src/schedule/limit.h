/* When a search ends, whatever it has found by then. */
#ifndef VRRL_SCHEDULE_LIMIT_H
#define VRRL_SCHEDULE_LIMIT_H

#include "base/atomics.h"
#include "base/clock.h"

#include <stddef.h>

/* Zeroed: never. */
struct search_limit {
    uint64_t deadline_ns; /* by clock_steady_ns; 0: none */
    const bool *stop;     /* true: now; set by a signal handler or another thread; NULL: nobody */
    const bool *told;     /* the same of a process that was forked: its parent sets it; or NULL */
};

/* Nothing is published by the flags: who sees one late goes on for a moment. */
static inline bool limit_is_stopped(const struct search_limit *limit)
{
    return (limit->stop && load_relaxed(limit->stop)) || (limit->told && load_relaxed(limit->told));
}

static inline bool limit_is_late(const struct search_limit *limit)
{
    return limit->deadline_ns && clock_steady_ns() >= limit->deadline_ns;
}

enum { LIMIT_GRACE_MS = 500 };

/* What was found by then is still to be described, by a few runs more; none of them goes on past this. */
static inline uint64_t limit_runs_until(const struct search_limit *limit)
{
    return limit->deadline_ns ? limit->deadline_ns + LIMIT_GRACE_MS * UINT64_C(1000000) : 0;
}

static inline bool limit_is_over(const struct search_limit *limit)
{
    return limit_is_stopped(limit) || limit_is_late(limit);
}

#endif
