/* One digest over all that determines a run. */
#include "vrrl/program.h"

#include "base/bytes.h"
#include "base/digest.h"

static void feed_words(digest_stream *stream, const uint32_t *words, size_t count)
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

static void feed_slots(digest_stream *stream, const vrrl_program *program, const vrrl_slot *slots,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const vrrl_slot *slot = &slots[i];
        uint32_t head[] = {slot->opcode, slot->tenant, slot->queue, slot->arg_count};
        feed_words(stream, head, 4);
        feed_words(stream, program->words + slot->args, slot->arg_count);
    }
}

void vrrl_program_digest(const vrrl_program *program, uint8_t out[32])
{
    const vrrl_geometry *g = &program->geometry;
    const vrrl_worker_model *m = &program->model;
    uint32_t head[] = {g->slot_words, g->ring_slots,    g->observable_words, g->tenants,
                       g->user_words, g->debug_records, (uint32_t)m->kind,   m->depth,
                       m->queues,     m->resident,      program->batch_count, program->epoch_count};
    digest_stream *stream = digest_stream_begin();
    if (!stream) {
        memset(out, 0, 32);
        return;
    }
    feed_words(stream, head, sizeof head / sizeof head[0]);
    feed_words(stream, program->initial, g->user_words);
    feed_words(stream, program->tenant_masks, g->tenants);
    feed_words(stream, program->quotas, 32);
    for (uint32_t b = 0; b < program->batch_count; b++) {
        const vrrl_batch *batch = &program->batches[b];
        feed_words(stream, &batch->count, 1);
        feed_slots(stream, program, program->slots + batch->first, batch->count);
    }
    for (uint32_t e = 0; e < program->epoch_count; e++) {
        const vrrl_epoch *epoch = &program->epochs[e];
        uint32_t row[] = {epoch->batch, epoch->prologue_count};
        feed_words(stream, row, 2);
        feed_slots(stream, program, program->prologue + epoch->prologue_first,
                   epoch->prologue_count);
    }
    digest_stream_end(stream, out);
}
