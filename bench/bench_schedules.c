/*
 * Schedules a second: 2 workers, 8 slots of 10 memory operations each (claim, 2 words copied, an
 * addition, 3 counters, status), under each memory model on one core; and how long all schedules of
 * them take, reduced and not. Times are the processor's, so that others on the machine do not
 * count. `bench_schedules MODEL RUNS` makes that many random runs and prints nothing, for a profiler.
 */
#include "base/random.h"
#include "engine/schedule.h"

#include "engine/create.h"
#include "engine/depth_first_search.h"
#include "engine/machine.h"
#include "engine/result.h"
#include "vrrl/vrrl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLOTS = 8, WORKERS = 2, USER_WORDS = 1024 };
#define RUN_NS       1000000000u
#define STATES_LIMIT 20000000u

static uint64_t processor_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static const char *const model_names[] = {"sc", "tso", "view"};

/* Slot k copies two words that slot k - 1 wrote, and adds to a word that all share. */
static void publish(uint32_t *arena, const vrrl_geometry *geometry, const vrrl_layout *layout)
{
    for (uint32_t k = 0; k <= SLOTS; k++)
        arena[layout->user_base + 2 * k] = arena[layout->user_base + 2 * k + 1] = k + 1;
    for (uint32_t k = 0; k < SLOTS; k++) {
        uint32_t *words = arena + layout->ring_base + k * geometry->slot_words;
        uint32_t from = layout->user_base + 2 * k, shared = layout->user_base + 100;
        const uint32_t slot[] = {VRRL_STATUS_PUBLISHED,
                                 0x80000001u,
                                 0,
                                 2u | 5u << 8 | 5u << 16,
                                 2u | 3u << 8,
                                 from,
                                 from + 2,
                                 2,
                                 1,
                                 shared};
        for (uint32_t i = 0; i < sizeof slot / sizeof slot[0]; i++)
            words[i] = slot[i];
    }
}

static struct sched *make(vrrl_memory_model model)
{
    static const uint32_t indices[SLOTS] = {0, 1, 2, 3, 4, 5, 6, 7};
    static uint32_t queues[SLOTS];
    const vrrl_machine machine = {.geometry = {.slot_words = 16,
                                               .ring_slots = 16,
                                               .observable_words = 16,
                                               .user_words = USER_WORDS},
                                  .workers = WORKERS};
    const vrrl_batch_view batch = {SLOTS, indices, queues};
    const struct sched_options options = {.setup.model = model, .starved = VRRL_NO_WORKER};
    vrrl_layout layout;
    vrrl_error err = {0};
    struct sched *s = NULL;
    uint32_t *arena = NULL;
    if (vrrl_geometry_layout(&machine.geometry, &layout, &err))
        goto failed;
    arena = calloc(layout.total_words, sizeof *arena);
    if (!arena)
        goto failed;
    publish(arena, &machine.geometry, &layout);
    if (sched_create(&machine, arena, &batch, &options, &s, &err))
        goto failed;
    free(arena);
    return s;
failed:
    fprintf(stderr, "bench_schedules: %s\n", err.text);
    exit(1);
}

static void pick_random(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    *at = random_below(context, count);
    if (lanes[*at].options > 1)
        *option = random_below(context, lanes[*at].options);
}

static void run_random(struct sched *s, struct sched_state *state, uint64_t seed)
{
    sched_run(s, state, pick_random, &seed);
}

static void bench_random(vrrl_memory_model model)
{
    struct sched *s = make(model);
    struct sched_state *state = sched_state_create(s);
    uint64_t start = processor_ns(), elapsed = 0, runs = 0, steps = 0;
    while (state && elapsed < RUN_NS) {
        for (uint32_t i = 0; i < 1000; i++) {
            run_random(s, state, runs++);
            steps += sched_steps(state);
        }
        elapsed = processor_ns() - start;
    }
    if (runs)
        printf("%-5s random      %9.0f schedules/s  %5.1f steps each  %6.1f ns/step\n",
               model_names[model], (double)runs * 1e9 / (double)elapsed,
               (double)steps / (double)runs, (double)elapsed / (double)steps);
    sched_state_free(state);
    sched_destroy(s);
}

static void bench_exhaust(vrrl_memory_model model, uint32_t ways, const char *named)
{
    struct sched *s = make(model);
    uint64_t start = processor_ns();
    struct sched_search search = sched_exhaust_by(s, ways, STATES_LIMIT, NULL, NULL);
    double seconds = (double)(processor_ns() - start) / 1e9;
    printf(
        "%-5s exhaustive  %9.3f s  %llu states, %llu steps, %llu pruned, %llu final states%s%s\n",
        model_names[model], seconds, (unsigned long long)search.states,
        (unsigned long long)search.steps, (unsigned long long)search.pruned,
        (unsigned long long)search.finals, named, search.complete ? "" : ", not complete");
    sched_destroy(s);
}

static int profile(const char *name, uint64_t runs)
{
    int model = VRRL_MEMORY_SC;
    while (model < VRRL_MEMORY_VIEW && strcmp(name, model_names[model]) != 0)
        model++;
    struct sched *s = make((vrrl_memory_model)model);
    struct sched_state *state = sched_state_create(s);
    for (uint64_t i = 0; state && i < runs; i++)
        run_random(s, state, i);
    sched_state_free(state);
    sched_destroy(s);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return profile(argv[1], strtoull(argv[2], NULL, 10));
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++)
        bench_random((vrrl_memory_model)model);
    bench_exhaust(VRRL_MEMORY_SC, SCHED_ALL_WAYS, "");
    bench_exhaust(VRRL_MEMORY_SC, SCHED_VISITED | SCHED_COUNTS,
                  "  visited states and counts alone");
    if (argc > 1) { /* "all": the others take long */
        bench_exhaust(VRRL_MEMORY_SC, SCHED_VISITED, "  visited states alone");
        bench_exhaust(VRRL_MEMORY_TSO, SCHED_ALL_WAYS, "");
        bench_exhaust(VRRL_MEMORY_VIEW, SCHED_ALL_WAYS, "");
    }
    return 0;
}
