/* What an epoch costs on each backend that runs everywhere: trivial slots, and a task graph.
 * Best of five, nanoseconds a slot. */
#include "base/clock.h"
#include "base/random.h"
#include "ops/mix_layout.h"
#include "vrrl/vrrl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct batch {
    vrrl_slot_input *slots;
    uint32_t (*args)[3];
    uint32_t count;
} batch;

static void add(batch *b, uint32_t opcode, uint32_t a, uint32_t c, uint32_t d)
{
    uint32_t *args = b->args[b->count];
    args[0] = a, args[1] = c, args[2] = d;
    b->slots[b->count] =
        (vrrl_slot_input){.opcode = opcode, .queue = VRRL_NO_WORKER, .arg_count = 3, .args = args};
    b->count++;
}

enum { SLOTS = 100000, TASKS = 5890, WIDTH = 46, RUNS = 5 };

static void make_nops(batch *b, const vrrl_layout *layout, uint32_t *arena)
{
    (void)layout, (void)arena;
    for (uint32_t k = 0; k < SLOTS; k++)
        add(b, VRRL_OPCODE_NOP, 0, 0, 0);
}

/* Layers of WIDTH tasks; each waits for the whole layer before it. */
static void make_graph(batch *b, const vrrl_layout *layout, uint32_t *arena)
{
    uint32_t counters = layout->user_base, values = counters + 1024, at = values + 2 * TASKS;
    memset(arena + counters, 0, 1024 * sizeof *arena);
    for (uint32_t k = 0; k < TASKS; k++) {
        uint32_t layer = k / WIDTH, segment = values + 2 * k, wait = layer > 0;
        add(b, VRRL_OPCODE_MIX, at, 0, 0);
        uint32_t descriptor[] = {wait, wait, 1, 1, k, layer};
        memcpy(arena + at, descriptor, sizeof descriptor);
        at += MIX_HEAD_WORDS;
        if (wait) {
            uint32_t rows[] = {counters + layer - 1, WIDTH, MIX_ACQUIRE,
                               values + 2 * (layer - 1) * WIDTH, 8};
            memcpy(arena + at, rows, sizeof rows);
            at += MIX_WAIT_WORDS + MIX_INPUT_WORDS;
        }
        uint32_t rows[] = {segment, 1, MIX_ACCESS_WRITE, counters + layer, 1, MIX_RELEASE};
        memcpy(arena + at, rows, sizeof rows);
        at += MIX_OUTPUT_WORDS + MIX_SIGNAL_WORDS;
    }
}

typedef void maker(batch *b, const vrrl_layout *layout, uint32_t *arena);

static void measure(const char *what, const char *driver_name, vrrl_claim_order claim, maker *make)
{
    const vrrl_driver *driver;
    vrrl_machine machine = {.geometry = {.slot_words = 16,
                                         .ring_slots = 1 << 17,
                                         .observable_words = 64,
                                         .user_words = 1 << 20},
                            .workers = 2,
                            .claim = claim,
                            .seed = 7};
    vrrl_host *host;
    vrrl_error err;
    if (vrrl_driver_find(driver_name, &driver, &err) ||
        vrrl_host_create(driver, &machine, &host, &err)) {
        printf("%s: %s\n", what, err.text);
        return;
    }
    batch b = {calloc(SLOTS, sizeof *b.slots), calloc(SLOTS, sizeof *b.args), 0};
    uint64_t best = UINT64_MAX;
    vrrl_verdict verdict = VRRL_VERDICT_COMPLETE;
    for (uint32_t run = 0; b.slots && b.args && run < RUNS; run++) {
        b.count = 0;
        make(&b, vrrl_host_layout(host), vrrl_host_arena(host));
        vrrl_epoch_input input = {.slots = b.slots, .slot_count = b.count};
        const vrrl_epoch_result *result;
        if (vrrl_host_run_epoch(host, &input, NULL, 60000, &result, &err)) {
            printf("%s: %s\n", what, err.text);
            break;
        }
        verdict = result->verdict;
        best = result->elapsed_ns < best ? result->elapsed_ns : best;
    }
    printf("%-22s %-10s %-7s %7u slots %10.3f ms %8.1f ns/slot  %s\n", what, driver_name,
           claim == VRRL_CLAIM_RANDOM ? "random" : "scan", b.count, (double)best / 1e6,
           (double)best / b.count, vrrl_verdict_name(verdict));
    free(b.slots);
    free(b.args);
    vrrl_host_free(host);
}

int main(void)
{
    static const struct {
        const char *what;
        maker *make;
    } cases[] = {{"trivial slots", make_nops}, {"graph of tasks", make_graph}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        measure(cases[i].what, "reference", VRRL_CLAIM_SCAN, cases[i].make);
        measure(cases[i].what, "threads", VRRL_CLAIM_SCAN, cases[i].make);
        measure(cases[i].what, "threads", VRRL_CLAIM_RANDOM, cases[i].make);
    }
    return 0;
}
