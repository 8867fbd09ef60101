/* A program's first epoch on the slot engine, for tests. */
#ifndef VRRL_TEST_SLOTS_H
#define VRRL_TEST_SLOTS_H

#include "base/random.h"
#include "engine/slot_engine.h"
#include "ops/plain.h"
#include "program/batch_view.h"
#include "ring/publish.h"
#include "ring/ring.h"
#include "run/run.h"
#include "vrrl/vrrl.h"

#include "graphs.h"

static inline vrrl_slot_input input_of(const vrrl_program *program, const vrrl_slot *slot)
{
    return (vrrl_slot_input){.opcode = slot->opcode,
                             .tenant = slot->tenant,
                             .arg_count = slot->arg_count,
                             .args = program->words + slot->args};
}

/* The arena when the host has run the first prologue and published the first batch. */
static inline uint32_t *published(const vrrl_program *program)
{
    uint32_t *arena = calloc(program->layout.total_words, sizeof *arena);
    struct ring r = {.arena = arena, .geometry = program->geometry, .layout = program->layout};
    uint32_t words[VRRL_SLOT_WORDS_MAX];
    op_env env = {
        .arena = arena, .slots = words, .geometry = program->geometry, .layout = program->layout};
    assert_non_null(arena);
    ring_init(&r);
    program_load(program, arena);
    for (uint32_t i = 0; i < program->epochs[0].prologue_count; i++) {
        vrrl_slot_input input = input_of(program, &program->prologue[i]);
        ring_compose(&program->geometry, &input, words);
        op_run(&env, input.opcode, VRRL_SLOT_ARG0, 13);
    }
    for (uint32_t i = 0; i < program->batches[0].count; i++) {
        vrrl_slot_input input = input_of(program, epoch_slot(program, 0, i));
        ring_compose(&program->geometry, &input, words);
        assert_int_equal(ring_publish(&r, i, words, NULL), VRRL_OK);
    }
    arena[VRRL_WORD_EPOCH]++;
    return arena;
}

static inline struct slot_engine *engine_of(const vrrl_program *program)
{
    const vrrl_machine machine = {
        .geometry = program->geometry, .model = program->model, .workers = 1};
    const struct sched_options options = {.starved = VRRL_NO_WORKER};
    uint32_t count = program->batches[0].count, *arena = published(program);
    uint32_t *indices = calloc(2 * (count + (size_t)1), sizeof *indices), *queues = indices + count;
    const vrrl_batch_view batch = {.count = count, .indices = indices, .queues = queues};
    struct slot_engine *engine = NULL;
    vrrl_error error = {0};
    for (uint32_t i = 0; i < count; i++) {
        indices[i] = i;
        queues[i] = epoch_slot(program, 0, i)->queue;
    }
    if (slot_engine_create(&machine, arena, &batch, &options, &engine, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    free(arena);
    free(indices);
    return engine;
}

/* Any of them; `context` is a seed. */
static inline void pick_at_random(void *context, const struct chooser_lane *lanes, uint32_t count,
                                  uint32_t *at, uint32_t *option)
{
    (void)lanes;
    (void)option;
    assert_true(count > 1 && *at == 0);
    *at = random_below(context, count);
}

/* The slot at `context` goes when no other can; of the others the first. So it alone changes places. */
static inline void pick_last(void *context, const struct chooser_lane *lanes, uint32_t count,
                             uint32_t *at, uint32_t *option)
{
    const uint32_t last = *(const uint32_t *)context;
    (void)option;
    assert_true(count > 1);
    *at = lanes[0].lane == last;
    for (uint32_t i = *at + 1; i < count; i++)
        if (lanes[i].lane != last && lanes[i].lane < lanes[*at].lane)
            *at = i;
}

#endif
