/* Two recordings, or a recording and a replay of it, epoch by epoch. */
#include "vrrl/run/replay.h"

#include "diff/diff.h"

#include "base/error.h"
#include "base/options.h"
#include "diff/epoch.h"
#include "program/batch_view.h"
#include "recording/recording.h"
#include "recording/stream.h"
#include "run/replay.h"
#include "run/run.h"

#include <stdlib.h>
#include <string.h>

static bool same_slot(const vrrl_program *a, const vrrl_slot *left, const vrrl_program *b,
                      const vrrl_slot *right)
{
    return left->opcode == right->opcode && left->tenant == right->tenant &&
           left->queue == right->queue && left->arg_count == right->arg_count &&
           (left->arg_count == 0 || memcmp(a->words + left->args, b->words + right->args,
                                           left->arg_count * sizeof *a->words) == 0);
}

/* A program's slots in one of its lists, which is NULL where the program has none. */
struct slot_range {
    const vrrl_slot *list;
    uint32_t first;
};

/* How many slots two ranges begin with in common. */
static uint32_t common_slots(const vrrl_program *a, struct slot_range left, const vrrl_program *b,
                             struct slot_range right, uint32_t count)
{
    uint32_t i = 0;
    while (i < count && same_slot(a, &left.list[left.first + i], b, &right.list[right.first + i]))
        i++;
    return i;
}

/* Whether one epoch of both programs is the same; where it is not, the first slot in *slot, or
 * VRRL_NO_INDEX where it is in the prologue, or one has more. */
static bool same_epoch(const vrrl_program *a, const vrrl_program *b, uint32_t e, uint32_t *slot)
{
    const vrrl_epoch *left = epoch_row(a, e), *right = epoch_row(b, e);
    const vrrl_batch *batch_a = &a->batches[left->batch], *batch_b = &b->batches[right->batch];
    *slot = VRRL_NO_INDEX;
    if (left->prologue_count != right->prologue_count ||
        common_slots(a, (struct slot_range){a->prologue, left->prologue_first}, b,
                     (struct slot_range){b->prologue, right->prologue_first},
                     left->prologue_count) < left->prologue_count)
        return false;
    uint32_t count = batch_a->count < batch_b->count ? batch_a->count : batch_b->count;
    uint32_t common = common_slots(a, (struct slot_range){a->slots, batch_a->first}, b,
                                   (struct slot_range){b->slots, batch_b->first}, count);
    if (common < count)
        *slot = common;
    return common == count && batch_a->count == batch_b->count;
}

static void note_published(const vrrl_program *program, uint32_t epoch, uint32_t slot,
                           vrrl_diff_result *result)
{
    result->difference = VRRL_DIFFERENCE_PUBLISHED;
    result->epoch = epoch;
    result->slot = slot;
    if (slot == VRRL_NO_INDEX)
        return;
    result->opcode = epoch_slot(program, epoch, slot)->opcode;
    result->ring_index = (epoch_first_index(program, epoch) + slot) % program->geometry.ring_slots;
    slot_name(program, epoch, slot, result->slot_name, sizeof result->slot_name);
}

/* One stream has ended, the other has not. A process that was killed, or a run that was stopped,
 * has fewer epochs, and so has a part of a recording: what there is was compared. */
static void note_longer(const vrrl_recording *shorter, uint32_t epoch, vrrl_diff_result *result)
{
    if (!shorter->info.finished || shorter->info.trimmed)
        return;
    result->difference = VRRL_DIFFERENCE_PUBLISHED;
    result->epoch = epoch;
    result->slot = VRRL_NO_INDEX;
}

/* Epochs that one of the two has no more are not compared. */
static uint32_t later_first_epoch(const vrrl_recording *a, const vrrl_recording *b)
{
    uint32_t left = a->program->first_epoch, right = b->program->first_epoch;
    return left > right ? left : right;
}

/* The observation of an epoch; what is before it is passed over. */
static vrrl_code stream_at(struct recorded_stream *stream, uint32_t epoch,
                           const struct observation **observation, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    do
        code = recorded_stream_next(stream, observation, err);
    while (code == VRRL_OK && *observation && (*observation)->epoch < epoch);
    return code;
}

static vrrl_code compare_streams(const vrrl_recording *a, const vrrl_recording *b,
                                 struct recorded_stream *left, struct recorded_stream *right,
                                 vrrl_diff_result *result, vrrl_error *err)
{
    uint32_t first = later_first_epoch(a, b);
    for (uint32_t e = first; result->difference == VRRL_DIFFERENCE_NONE; e++) {
        const struct observation *of_a, *of_b;
        vrrl_code code = stream_at(left, e, &of_a, err);
        if (code == VRRL_OK)
            code = stream_at(right, e, &of_b, err);
        if (code != VRRL_OK)
            return code;
        if (!of_a || !of_b) {
            if (of_a || of_b)
                note_longer(of_a ? b : a, e, result);
            break;
        }
        uint32_t slot;
        if (!same_epoch(a->program, b->program, e, &slot))
            note_published(a->program, e, slot, result);
        else
            code = diff_epoch(a->program, of_a, of_b, result, err);
        if (code != VRRL_OK)
            return code;
    }
    return VRRL_OK;
}

/* Word indices mean the same on both sides, both began with the same memory, and workers took their
 * slots in the same way. Memory in the middle of a run is a result of it, and no part of the program. */
static bool same_machine(const vrrl_program *a, const vrrl_program *b)
{
    const vrrl_geometry *g = &a->geometry;
    bool begin = a->first_epoch == 0 && b->first_epoch == 0;
    return memcmp(g, &b->geometry, sizeof *g) == 0 &&
           memcmp(&a->model, &b->model, sizeof a->model) == 0 &&
           (!begin || memcmp(a->initial, b->initial, g->user_words * sizeof *a->initial) == 0) &&
           memcmp(a->tenant_masks, b->tenant_masks, g->tenants * sizeof *a->tenant_masks) == 0 &&
           memcmp(a->quotas, b->quotas, sizeof a->quotas) == 0;
}

static vrrl_code compare_recordings(const vrrl_recording *a, const vrrl_recording *b,
                                    vrrl_diff_result *result, vrrl_error *err)
{
    struct recorded_stream *left = NULL, *right = NULL;
    vrrl_code code = vrrl_recording_has_epochs(a, err);
    if (code == VRRL_OK)
        code = vrrl_recording_has_epochs(b, err);
    if (code != VRRL_OK)
        return code;
    if (!same_machine(a->program, b->program)) {
        result->difference = VRRL_DIFFERENCE_PUBLISHED;
        diff_finish(result);
        return VRRL_OK;
    }
    code = recorded_stream_open(a, &left, err);
    if (code == VRRL_OK)
        code = recorded_stream_open(b, &right, err);
    if (code == VRRL_OK)
        code = compare_streams(a, b, left, right, result, err);
    recorded_stream_close(left);
    recorded_stream_close(right);
    if (code == VRRL_OK)
        diff_finish(result);
    return code;
}

vrrl_code vrrl_diff_recordings(const vrrl_recording *a, const vrrl_recording *b,
                               vrrl_diff_result **result, vrrl_error *err)
{
    *result = diff_result_create(err);
    vrrl_code code = *result ? compare_recordings(a, b, *result, err) : VRRL_NO_MEMORY;
    if (code != VRRL_OK) {
        vrrl_diff_result_free(*result);
        *result = NULL;
    }
    return code;
}

struct live_diff {
    const vrrl_recording *recording;
    const vrrl_run_options *options;
    struct recorded_stream *recorded;
    vrrl_diff_result *result;
    bool stop;
    uint32_t until;   /* of a replay with a change of the backend */
    uint32_t *memory; /* at the end of that epoch; NULL: it goes on to its end */
    bool changes;     /* it has come to that, and what is left is another backend's */
};

static vrrl_code compare_live(void *context, vrrl_host *host, const struct observation *replayed,
                              vrrl_error *err)
{
    struct live_diff *d = context;
    const vrrl_program *program = d->recording->program;
    const struct observation *recorded;
    if (replayed->verdict == VRRL_VERDICT_HANG && run_is_cut(d->options))
        return VRRL_OK; /* the epoch was left in its middle */
    vrrl_code code = recorded_stream_next(d->recorded, &recorded, err);
    if (code == VRRL_OK)
        code = diff_epoch(program, recorded, replayed, d->result, err);
    d->stop = d->result->difference != VRRL_DIFFERENCE_NONE;
    d->changes = code == VRRL_OK && !d->stop && d->memory && replayed->epoch == d->until &&
                 replayed->verdict == VRRL_VERDICT_COMPLETE;
    if (d->changes) {
        memcpy(d->memory, vrrl_host_arena(host), program->layout.total_words * sizeof *d->memory);
        d->stop = true;
    }
    return code;
}

static vrrl_code replay_part(struct live_diff *d, const vrrl_program *program,
                             const vrrl_run_options *options, vrrl_error *err)
{
    vrrl_run_options stoppable;
    vrrl_verdict verdict;
    vrrl_code code = OPTIONS_READ(vrrl_run_options, &stoppable, options, err);
    d->stop = d->changes = false;
    d->options = &stoppable;
    stoppable.stop = &d->stop;
    if (code == VRRL_OK)
        code = replay_program(program, &stoppable, REPLAY_ALL, compare_live, d, &verdict, err);
    d->result->cut = code == VRRL_OK && d->result->difference == VRRL_DIFFERENCE_NONE &&
                     run_is_cut(&stoppable) &&
                     d->result->epochs_compared < d->recording->kept_count;
    return code;
}

/* What is left begins as a run does that begins with a snapshot. */
static vrrl_code replay_rest(struct live_diff *d, const vrrl_run_options *then, vrrl_error *err)
{
    vrrl_program rest = *d->recording->program;
    rest.first_index = epoch_first_index(&rest, d->until + 1);
    rest.first_epoch = d->until + 1;
    rest.memory = d->memory;
    d->memory = NULL;
    vrrl_code code = replay_part(d, &rest, then, err);
    d->memory = rest.memory;
    return code;
}

static vrrl_code replay(const vrrl_recording *recording, const vrrl_run_options *options,
                        struct live_diff *d, const vrrl_run_options *then, vrrl_error *err)
{
    vrrl_code code = vrrl_recording_can_run(recording, err);
    if (code == VRRL_OK)
        code = recorded_stream_open(recording, &d->recorded, err);
    if (code == VRRL_OK)
        code = replay_part(d, recording->program, options, err);
    if (code == VRRL_OK && d->changes)
        code = replay_rest(d, then, err);
    recorded_stream_close(d->recorded);
    if (code == VRRL_OK)
        diff_finish(d->result);
    return code;
}

static vrrl_code replay_into(struct live_diff *d, const vrrl_run_options *options,
                             const vrrl_run_options *then, vrrl_diff_result **result,
                             vrrl_error *err)
{
    *result = d->result = diff_result_create(err);
    vrrl_code code =
        *result ? replay(d->recording, options, d, then, err) : (vrrl_code)VRRL_NO_MEMORY;
    if (code != VRRL_OK) {
        vrrl_diff_result_free(*result);
        *result = NULL;
    }
    return code;
}

vrrl_code vrrl_replay(const vrrl_recording *recording, const vrrl_run_options *options,
                      vrrl_diff_result **result, vrrl_error *err)
{
    struct live_diff d = {.recording = recording};
    return replay_into(&d, options, NULL, result, err);
}

vrrl_code vrrl_replay_then(const vrrl_recording *recording, const vrrl_run_options *options,
                           uint32_t until, const vrrl_run_options *then, vrrl_diff_result **result,
                           vrrl_error *err)
{
    const vrrl_program *program = recording->program;
    struct live_diff d = {.recording = recording, .until = until};
    *result = NULL;
    if (until < program->first_epoch || (uint64_t)until + 1 >= program->epoch_count) {
        error_set(err, VRRL_INVALID, "Fix: name an epoch of it that is not the last one.",
                  "the replay runs epochs %u to %u: none of them comes after epoch %u",
                  program->first_epoch, program->epoch_count - 1, until);
        if (until < program->first_epoch)
            error_set(err, VRRL_INVALID, "Fix: name a later one.",
                      "the replay begins with epoch %u: epoch %u is not run", program->first_epoch,
                      until);
        return VRRL_INVALID;
    }
    size_t bytes = program->layout.total_words * sizeof *d.memory;
    d.memory = malloc(bytes);
    if (!d.memory)
        return error_no_memory(err, bytes);
    vrrl_code code = replay_into(&d, options, then, result, err);
    free(d.memory);
    return code;
}
