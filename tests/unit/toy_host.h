/* A host with a ring and opcodes of its own: its slots add to words of its memory, or multiply them. What the tests
 * of vrrl/run/recorder.h and host_replay.h record and replay. */
#ifndef VRRL_TOY_HOST_H
#define VRRL_TOY_HOST_H

#include "recording_test.h"

#include "recording/snapshots.h"
#include "vrrl/run/host_replay.h"
#include "vrrl/run/recorder.h"

enum { TOY_ADD = 0x70, TOY_MULTIPLY = 0x71, TOY_RING = 8, TOY_WORDS = 32, TOY_SLOTS = 3 };

static const char toy_names[] = "opcode 0x70  ADD  word_index u32, summand u32\n"
                                "opcode 0x71  MULTIPLY  word_index u32, factor u32\n";

struct toy {
    uint32_t words[TOY_WORDS], scratch[TOY_WORDS];
    vrrl_recorder_slot ring[TOY_RING]; /* without arguments */
    uint32_t args[TOY_RING][2];
    bool published[TOY_RING];
    uint32_t hangs_at; /* the ring index whose slot never ends; TOY_RING: none */
    bool has_bug;      /* MULTIPLY adds */
    vrrl_code fails;   /* what `read` returns */
};

static inline vrrl_code toy_read(void *context, uint32_t region, uint32_t *words)
{
    struct toy *toy = context;
    memcpy(words, region == 0 ? toy->words : toy->scratch, sizeof toy->words);
    return toy->fails;
}

static const vrrl_recorder_region toy_regions[] = {{"sums", TOY_WORDS, VRRL_COMPARE_EXACT, 0},
                                                   {"scratch", TOY_WORDS, VRRL_COMPARE_IGNORE, 0}};

static inline vrrl_recorder_options toy_options(struct toy *toy)
{
    return (vrrl_recorder_options){.size = sizeof(vrrl_recorder_options),
                                   .name = "toy",
                                   .backend = "toy 1.0",
                                   .ring_slots = TOY_RING,
                                   .regions = toy_regions,
                                   .region_count = 2,
                                   .read = toy_read,
                                   .context = toy,
                                   .names = toy_names,
                                   .capacity_records = 1024};
}

static inline vrrl_recorder *toy_record(const char *name, const vrrl_recorder_options *options)
{
    vrrl_recorder *recorder;
    vrrl_error err = {0};
    if (vrrl_recorder_open(in_folder(name), options, &recorder, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return recorder;
}

/* What a slot does, and what it wrote, as a result that is not 0. */
static inline uint64_t toy_run(struct toy *toy, uint32_t opcode, const uint32_t *args)
{
    uint32_t *word = &toy->words[args[0] % TOY_WORDS];
    *word = opcode == TOY_MULTIPLY && !toy->has_bug ? *word * args[1] : *word + args[1];
    toy->scratch[args[0] % TOY_WORDS] += toy->has_bug ? 2 : 1;
    return *word | UINT64_C(1) << 32;
}

/* One slot, from publish to end; its opcode and arguments go by its place in the run. */
static inline void toy_slot(struct toy *toy, vrrl_recorder *recorder, uint32_t number)
{
    const uint32_t args[] = {number % 5, number + 1};
    uint32_t opcode = number % 4 == 3 ? TOY_MULTIPLY : TOY_ADD;
    const vrrl_recorder_slot slot = {.index = number % TOY_RING,
                                     .opcode = opcode,
                                     .queue = VRRL_NO_WORKER,
                                     .args = args,
                                     .arg_count = 2};
    vrrl_recorder_publish(recorder, &slot);
    const vrrl_recorder_completion end = {.index = slot.index,
                                          .status = VRRL_STATUS_DONE,
                                          .worker = VRRL_NO_WORKER,
                                          .result = toy_run(toy, opcode, args)};
    vrrl_recorder_complete(recorder, &end);
}

/* An epoch: the host sets word 31, then TOY_SLOTS slots. */
static inline vrrl_code toy_epoch(struct toy *toy, vrrl_recorder *recorder, uint32_t epoch)
{
    const uint32_t value = 1000 + epoch;
    toy->words[TOY_WORDS - 1] = value;
    vrrl_recorder_write(recorder, 0, TOY_WORDS - 1, &value, 1);
    for (uint32_t i = 0; i < TOY_SLOTS; i++)
        toy_slot(toy, recorder, TOY_SLOTS * epoch + i);
    return vrrl_recorder_end(recorder, NULL);
}

/* ---- Its side of a replay -------------------------------------------------------------------- */

static inline vrrl_code toy_reset(void *context)
{
    struct toy *toy = context;
    memset(toy->words, 0xAA, sizeof toy->words);
    memset(toy->published, 0, sizeof toy->published);
    return VRRL_OK;
}

static inline vrrl_code toy_write(void *context, uint32_t region, uint32_t first,
                                  const uint32_t *words, uint32_t count)
{
    struct toy *toy = context;
    memcpy((region == 0 ? toy->words : toy->scratch) + first, words, count * sizeof *words);
    return VRRL_OK;
}

static inline vrrl_code toy_publish(void *context, const vrrl_recorder_slot *slot)
{
    struct toy *toy = context;
    toy->ring[slot->index] = *slot;
    memcpy(toy->args[slot->index], slot->args, sizeof toy->args[0]);
    toy->published[slot->index] = true;
    return VRRL_OK;
}

static inline vrrl_code toy_wait(void *context, uint32_t index, vrrl_replay_epoch *epoch)
{
    struct toy *toy = context;
    (void)index;
    for (uint32_t i = 0; i < TOY_RING; i++) {
        if (!toy->published[i])
            continue;
        if (i == toy->hangs_at) {
            const vrrl_recorder_waiter waiter = {.index = i,
                                                 .status = VRRL_STATUS_CLAIMED,
                                                 .worker = 1,
                                                 .region = 0,
                                                 .word = 4,
                                                 .wanted = 9,
                                                 .seen = 2};
            vrrl_replay_waits(epoch, &waiter);
            continue;
        }
        toy->published[i] = false;
        const vrrl_recorder_completion end = {.index = i,
                                              .status = VRRL_STATUS_DONE,
                                              .worker = 1,
                                              .result =
                                                  toy_run(toy, toy->ring[i].opcode, toy->args[i])};
        vrrl_replay_ended(epoch, &end);
    }
    return VRRL_OK;
}

static inline vrrl_diff_result *toy_replay_of(struct toy *toy, const vrrl_recording *recording)
{
    const vrrl_replay_host host = {.size = sizeof host,
                                   .context = toy,
                                   .reset = toy_reset,
                                   .write = toy_write,
                                   .publish = toy_publish,
                                   .wait = toy_wait,
                                   .read = toy_read};
    vrrl_diff_result *result;
    vrrl_error err = {0};
    if (vrrl_replay_on_host(recording, &host, &result, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return result;
}

static inline vrrl_diff_result *toy_replay(struct toy *toy, const char *name)
{
    vrrl_recording *recording = open_recorded(name);
    vrrl_diff_result *result = toy_replay_of(toy, recording);
    vrrl_recording_close(recording);
    return result;
}

/* From each snapshot after which an epoch has ended; their number. */
static inline uint32_t toy_replay_from_each(const char *name)
{
    uint32_t *epochs, count, replayed = 0;
    vrrl_error err = {0};
    assert_int_equal(snapshot_list(in_folder(name), &epochs, &count, &err), VRRL_OK);
    for (uint32_t i = 0; i < count; i++) {
        struct toy toy = {.hangs_at = TOY_RING};
        vrrl_recording *recording;
        if (vrrl_recording_open_from(in_folder(name), epochs[i], &recording, &err) != VRRL_OK)
            fail_msg("%s\n%s", err.text, err.fix);
        const vrrl_recording_info *info = vrrl_recording_info_of(recording);
        assert_int_equal(info->first_epoch, epochs[i]);
        if (info->epochs > epochs[i]) {
            vrrl_diff_result *result = toy_replay_of(&toy, recording);
            assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
            assert_int_equal(result->epochs_compared, info->epochs - epochs[i]);
            vrrl_diff_result_free(result);
            replayed++;
        }
        vrrl_recording_close(recording);
    }
    free(epochs);
    return replayed;
}

#endif
