/*
 * Whether the time of something grows as its size does, or as its size's square. Processor time, the least of some
 * tries: what else runs on a machine makes a try longer, never shorter. The small and the large take turns, so that
 * a burst of other work meets both, and before it is said that the large takes too long it is tried again and again.
 */
#ifndef VRRL_TESTS_GROWTH_TEST_H
#define VRRL_TESTS_GROWTH_TEST_H

#include "test.h"

#include <malloc.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#ifdef VRRL_SANITIZED
enum { GROWTH_TRIES = 1, GROWTH_MEASURES = false }; /* the same is run, but its time says nothing */
#else
enum { GROWTH_TRIES = 3, GROWTH_MEASURES = true };
#endif
enum { GROWTH_MOST_TRIES = 40, GROWTH_TIMES = 4, GROWTH_MOST = 8 };

/* What one try at a size takes, in nanoseconds of the processor. */
typedef uint64_t growth_cost(const void *context, uint32_t size);

typedef struct growth_least {
    uint64_t small, large; /* of `size`, and of GROWTH_TIMES as much */
} growth_least;

static inline uint64_t processor_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Memory that an earlier try gave back would make a small one cheaper, and a large one not: the system gets it. */
static inline void growth_try(growth_cost *cost, const void *context, uint32_t size,
                              uint64_t *least)
{
    malloc_trim(0);
    const uint64_t took = cost(context, size);
    *least = took < *least ? took : *least;
}

/* Four times the size must not cost eight times as much: where it were quadratic it would be sixteen times. */
static inline bool growth_is_linear(growth_cost *cost, const void *context, uint32_t size,
                                    growth_least *least)
{
    *least = (growth_least){UINT64_MAX, UINT64_MAX};
    for (uint32_t tries = 0; tries < GROWTH_MOST_TRIES; tries++) {
        growth_try(cost, context, size, &least->small);
        growth_try(cost, context, GROWTH_TIMES * size, &least->large);
        if (tries + 1 < GROWTH_TRIES)
            continue;
        if (!GROWTH_MEASURES || least->large < GROWTH_MOST * least->small)
            return true;
        usleep(20000);
    }
    return false;
}

/* Fails with both times, and with what was measured. */
static inline void assert_grows_linearly(growth_cost *cost, const void *context, uint32_t size,
                                         const char *what)
{
    growth_least least;
    if (!growth_is_linear(cost, context, size, &least))
        fail_msg("%u and %u take %.1f ms and %.1f ms:\n%s", size, GROWTH_TIMES * size,
                 (double)least.small / 1e6, (double)least.large / 1e6, what);
}

#endif
