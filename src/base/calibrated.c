#include "base/calibrated.h"

#include "base/clock.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

enum {
    CALIBRATE_NS = 10000000, /* the least time that a scale is taken from */
    REBASE_NS = 1000000000,  /* the most: what came before is forgotten */
    WINDOW_GOOD_NS = 1000,   /* a sample that took less is taken at once */
    WINDOW_MAX_NS = 10000,   /* and one that took more is none */
    SAMPLES = 8,
    PPM_MAX =
        1000, /* how far two rates of a counter may be apart: clocks are slewed by up to 500 */
    DOUBTS_MAX = 3,
};

#if defined(__x86_64__)
static bool has_counter(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(0x80000007u, &a, &b, &c, &d) && (d & 1u << 8) != 0;
}
static inline uint64_t read_counter(void)
{
    return __rdtsc();
}
#elif defined(__aarch64__)
static bool has_counter(void)
{
    return true;
}
static inline uint64_t read_counter(void)
{
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
}
#else
static bool has_counter(void)
{
    return false;
}
static inline uint64_t read_counter(void)
{
    return 0;
}
#endif

/* ---- Comparing ------------------------------------------------------------------------------- */

static void set_base(vrrl_clock *clock, const struct clock_sample *sample)
{
    clock->base_ticks = sample->ticks;
    clock->base_ns = sample->wall_ns;
    clock->base_steady_ns = sample->steady_ns;
}

void calibrated_begin(vrrl_clock *clock, const struct clock_sample *sample)
{
    set_base(clock, sample);
    clock->since_ticks = sample->ticks;
    clock->since_steady_ns = sample->steady_ns;
    clock->scale = 0;
}

/* What the counter says has passed since the last comparison is what the system's clock says. */
static bool agrees(const vrrl_clock *clock, const struct clock_sample *sample)
{
    uint64_t ticks = sample->ticks - clock->base_ticks;
    uint64_t passed = sample->steady_ns - clock->base_steady_ns;
    if (sample->ticks <= clock->base_ticks || sample->steady_ns < clock->base_steady_ns)
        return false;
    double counted = (double)ticks * (double)clock->scale / 4294967296.0;
    double apart = counted > (double)passed ? counted - (double)passed : (double)passed - counted;
    return apart <= (double)passed * PPM_MAX / 1e6 + 2 * WINDOW_MAX_NS;
}

/* The scale is taken from up to a second, so that what the samples are off by does not count. */
static void calibrate(vrrl_clock *clock, const struct clock_sample *sample)
{
    uint64_t ticks = sample->ticks - clock->since_ticks;
    uint64_t passed = sample->steady_ns - clock->since_steady_ns;
    if (passed < CALIBRATE_NS || ticks == 0)
        return;
    double scale = (double)passed * 4294967296.0 / (double)ticks;
    clock->scale = (uint64_t)scale;
    clock->compare_ticks = (uint64_t)(VRRL_CLOCK_COMPARE_NS * 4294967296.0 / scale);
    if (passed > REBASE_NS) {
        clock->since_ticks = sample->ticks;
        clock->since_steady_ns = sample->steady_ns;
    }
}

void calibrated_compare(vrrl_clock *clock, const struct clock_sample *sample)
{
    if (clock->scale != 0 && !agrees(clock, sample)) {
        if (++clock->doubts == DOUBTS_MAX)
            clock->has_counter = false;
        calibrated_begin(clock, sample);
        return;
    }
    calibrate(clock, sample);
    set_base(clock, sample);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* The best of some; false where the processor was given to others each time. */
static bool take_sample(struct clock_sample *best)
{
    uint64_t best_ns = UINT64_MAX;
    for (int i = 0; i < SAMPLES && best_ns > WINDOW_GOOD_NS; i++) {
        uint64_t before = clock_steady_ns();
        struct clock_sample sample = {.ticks = read_counter(), .wall_ns = clock_wall_ns()};
        uint64_t window = clock_steady_ns() - before;
        sample.steady_ns = before + window / 2;
        if (window < best_ns) {
            best_ns = window;
            *best = sample;
        }
    }
    return best_ns <= WINDOW_MAX_NS;
}

void vrrl_clock_start(vrrl_clock *clock)
{
    struct clock_sample sample;
    *clock = (vrrl_clock){.has_counter = has_counter()};
    if (clock->has_counter && take_sample(&sample))
        calibrated_begin(clock, &sample);
}

/* The system's time, and a comparison where it is due. */
__attribute__((noinline)) static uint64_t read_system(vrrl_clock *clock)
{
    uint64_t now = clock_wall_ns();
    bool calibrating = clock->scale == 0 && now - clock->base_ns < CALIBRATE_NS;
    struct clock_sample sample;
    if (!clock->has_counter || calibrating || !take_sample(&sample))
        return now;
    calibrated_compare(clock, &sample);
    return sample.wall_ns;
}

uint64_t vrrl_clock_now(vrrl_clock *clock)
{
    uint64_t ns;
    if (!calibrated_at(clock, read_counter(), &ns))
        ns = read_system(clock);
    return calibrated_reading(clock, ns);
}

bool vrrl_clock_has_counter(const vrrl_clock *clock)
{
    return clock->has_counter;
}
