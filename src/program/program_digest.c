/* One digest over all that determines a run. */
#include "vrrl/run/program.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "program/batch_view.h"

static void feed_words(struct digest_stream *stream, const uint32_t *words, size_t count)
{
    uint8_t bytes[1024];
    while (count > 0) {
        size_t now = count < sizeof bytes / 4 ? count : sizeof bytes / 4;
        for (size_t i = 0; i < now; i++)
            store_le32(bytes + 4 * i, words[i]);
        digest_stream_add(stream, bytes, 4 * now);
        words += now;
        count -= now;
    }
}

/* Trailing zero arguments are the same as none. */
static uint32_t significant_args(const vrrl_program *program, const vrrl_slot *slot)
{
    uint32_t count = slot->arg_count;
    while (count > 0 && program->words[slot->args + count - 1] == 0)
        count--;
    return count;
}

/* `slots` may be NULL where `count` is 0. */
static void feed_slots(struct digest_stream *stream, const vrrl_program *program,
                       const vrrl_slot *slots, uint32_t first, uint32_t count)
{
    feed_words(stream, &count, 1);
    for (uint32_t i = 0; i < count; i++) {
        const vrrl_slot *slot = &slots[first + i];
        uint32_t args = significant_args(program, slot);
        uint32_t head[] = {slot->opcode, slot->tenant, slot->queue, args};
        feed_words(stream, head, 4);
        if (args)
            feed_words(stream, program->words + slot->args, args);
    }
}

/* Epoch by epoch, so that it does not matter whether epochs share a batch or repeat it. */
void vrrl_program_digest(const vrrl_program *program, uint8_t out[32])
{
    const vrrl_geometry *g = &program->geometry;
    const vrrl_worker_model *m = &program->model;
    uint32_t head[] = {g->slot_words, g->ring_slots,    g->observable_words, g->tenants,
                       g->user_words, g->debug_records, (uint32_t)m->kind,   m->depth,
                       m->queues,     m->resident,      program->epoch_count};
    struct digest_stream stream;
    digest_stream_begin(&stream);
    feed_words(&stream, head, sizeof head / sizeof head[0]);
    feed_words(&stream, program->initial, g->user_words);
    feed_words(&stream, program->tenant_masks, g->tenants);
    feed_words(&stream, program->quotas, 32);
    for (uint32_t e = 0; e < program->epoch_count; e++) {
        const vrrl_epoch *epoch = epoch_row(program, e);
        const vrrl_batch *batch = &program->batches[epoch->batch];
        feed_slots(&stream, program, program->prologue, epoch->prologue_first,
                   epoch->prologue_count);
        feed_slots(&stream, program, program->slots, batch->first, batch->count);
    }
    digest_stream_end(&stream, out);
}
