/* The insides of vrrl/log/clock.h: what a comparison does, for tests that make up the times. */
#ifndef VRRL_BASE_CALIBRATED_H
#define VRRL_BASE_CALIBRATED_H

#include "vrrl/log/clock.h"

/* The clocks at one moment, as close together as could be had. */
struct clock_sample {
    uint64_t ticks, steady_ns, wall_ns;
};

void calibrated_begin(vrrl_clock *clock, const struct clock_sample *sample);
void calibrated_compare(vrrl_clock *clock, const struct clock_sample *sample);

/* True where the counter tells the time: then *ns is it. */
static inline bool calibrated_at(const vrrl_clock *clock, uint64_t ticks, uint64_t *ns)
{
    uint64_t since = ticks - clock->base_ticks; /* huge, where the counter went back */
    *ns = clock->base_ns + (since * clock->scale >> 32);
    return clock->scale != 0 && since < clock->compare_ticks;
}

/* The reading for a time: above the last. */
static inline uint64_t calibrated_reading(vrrl_clock *clock, uint64_t ns)
{
    return clock->last_ns = ns > clock->last_ns ? ns : clock->last_ns + 1;
}

#endif
