#include "recording/read_log.h"

#include "base/array.h"
#include "recording/open_unfinished.h"
#include "recording/symbols.h"
#include "vrrl/log/log.h"
#include "vrrl/run/opcode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is known while records go by. */
struct builder {
    vrrl_recording *recording;
    const char *log_path;
    struct symbols *symbols;
    uint32_t *position_of; /* by ring index: position in the epoch's outcomes; of this epoch only */
    uint32_t *epoch_of;    /* by ring index: 1 + the epoch in which it was last published */
    uint32_t epoch_index;  /* the ring index of the epoch's first slot */
    uint32_t next_index;   /* the ring index that the host publishes into next, */
    bool knows_next;       /* which the first publish tells where it is not that of the run */
};

static vrrl_code corrupt(const struct builder *b, uint64_t index, const char *what, vrrl_error *err)
{
    return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                     "%s: record %llu: %s", b->log_path, (unsigned long long)index, what);
}

/* ---- One record ------------------------------------------------------------------------------ */

static struct recorded_epoch *last_epoch(const struct builder *b)
{
    return &b->recording->epochs[b->recording->kept_count - 1];
}

static vrrl_code begin_epoch(struct builder *b, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    uint32_t batch;
    vrrl_code code = array_room(r->epochs, r->kept_count, r->epoch_room, 1, err);
    if (code == VRRL_OK)
        code = vrrl_program_begin_batch(r->program, &batch, err);
    if (code == VRRL_OK)
        code = vrrl_program_begin_epoch(r->program, batch, err);
    if (code == VRRL_OK)
        r->epochs[r->kept_count++] = (struct recorded_epoch){.first_slot = r->outcome_count};
    return code;
}

static vrrl_code make_slot(struct builder *b, const struct companion_entry *entry, uint32_t queue,
                           vrrl_slot *slot, vrrl_error *err)
{
    const uint32_t *args = entry->words + VRRL_SLOT_ARG0;
    uint32_t count = b->recording->program->geometry.slot_words - VRRL_SLOT_ARG0;
    while (count > 0 && args[count - 1] == 0)
        count--;
    *slot = (vrrl_slot){.opcode = entry->words[VRRL_SLOT_OPCODE],
                        .tenant = entry->words[VRRL_SLOT_TENANT],
                        .queue = queue,
                        .arg_count = count};
    return vrrl_program_add_words(b->recording->program, args, count, &slot->args, err);
}

static vrrl_code add_prologue(struct builder *b, uint64_t index,
                              const struct companion_entry *entry, vrrl_error *err)
{
    vrrl_slot slot;
    if (last_epoch(b)->slot_count > 0)
        return corrupt(b, index, "a prologue's slot after the batch began", err);
    vrrl_code code = make_slot(b, entry, VRRL_NO_WORKER, &slot, err);
    return code == VRRL_OK ? vrrl_program_add_prologue(b->recording->program, &slot, err) : code;
}

/* A host of its own takes the slots of its ring in any order, and one again that has ended. */
static vrrl_code check_ring_slot(const struct builder *b, uint64_t index, uint32_t ring_index,
                                 vrrl_error *err)
{
    const vrrl_recording *r = b->recording;
    if (ring_index >= r->program->geometry.ring_slots)
        return corrupt(b, index, "a slot outside of the ring", err);
    const struct recorded_epoch *epoch = last_epoch(b);
    if (b->epoch_of[ring_index] == r->kept_count &&
        r->outcomes[epoch->first_slot + b->position_of[ring_index]].completion_order == 0)
        return corrupt(b, index, "a slot is published again before it has ended", err);
    return VRRL_OK;
}

static vrrl_code add_publish(struct builder *b, uint64_t index, const vrrl_record *record,
                             const struct companion_entry *entry, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    struct recorded_epoch *epoch = last_epoch(b);
    vrrl_program *program = r->program;
    if (!b->knows_next && program->first_epoch > 0 &&
        record->slot_idx < program->geometry.ring_slots)
        program->first_index = b->next_index = record->slot_idx;
    b->knows_next = true;
    if (program->host_slots) {
        vrrl_code free_place = check_ring_slot(b, index, record->slot_idx, err);
        if (free_place != VRRL_OK)
            return free_place;
    } else if (record->slot_idx != b->next_index) {
        return corrupt(b, index, "not published into the next ring position", err);
    }
    if (program->model.kind != VRRL_MODEL_POOL && entry->worker >= program->model.queues)
        return corrupt(b, index, "a queue that the machine does not have", err);
    b->next_index = (b->next_index + 1) % program->geometry.ring_slots;
    vrrl_slot slot;
    vrrl_code code = make_slot(b, entry, entry->worker, &slot, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_text(r->program,
                                     symbols_label(b->symbols, record->epoch, epoch->slot_count),
                                     &slot.label, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_slot(r->program, &slot, err);
    if (code == VRRL_OK)
        code = array_room(r->outcomes, r->outcome_count, r->outcome_room, 1, err);
    if (code != VRRL_OK)
        return code;
    if (epoch->slot_count == 0)
        b->epoch_index = record->slot_idx;
    b->position_of[record->slot_idx] = epoch->slot_count;
    b->epoch_of[record->slot_idx] = r->kept_count;
    epoch->slot_count++;
    r->outcomes[r->outcome_count++] = (struct slot_outcome){.index = record->slot_idx,
                                                            .opcode = slot.opcode,
                                                            .tenant = slot.tenant,
                                                            .status = VRRL_STATUS_PUBLISHED,
                                                            .worker = entry->worker};
    return VRRL_OK;
}

static vrrl_code add_completion(struct builder *b, uint64_t index, const vrrl_record *record,
                                const struct companion_entry *entry, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    if (record->slot_idx >= r->program->geometry.ring_slots ||
        b->epoch_of[record->slot_idx] != r->kept_count)
        return corrupt(b, index, "the end of a slot that was not published in this epoch", err);
    struct recorded_epoch *epoch = last_epoch(b);
    struct slot_outcome *outcome =
        &r->outcomes[epoch->first_slot + b->position_of[record->slot_idx]];
    if (outcome->completion_order != 0)
        return corrupt(b, index, "a slot ends twice", err);
    if (record->opcode == VRRL_OPCODE_BATCH_FENCE && !r->program->host_slots)
        epoch->fence_digest = record->output_digest; /* the last one to end is the host's */
    outcome->status = record->slot_status;
    outcome->worker = entry->worker;
    outcome->claim_order = entry->claim_order;
    outcome->completion_order = entry->completion_order;
    outcome->result_fold = entry->result_fold;
    outcome->order_fold = entry->order_fold;
    outcome->claimed_after = entry->claimed_after;
    return VRRL_OK;
}

/* The end of a host's epoch stands where vrrl's own host has a fence, and is read as one. */
static vrrl_code add_end(struct builder *b, const vrrl_record *record, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    const vrrl_slot fence = {.opcode = VRRL_OPCODE_BATCH_FENCE, .queue = VRRL_NO_WORKER};
    vrrl_code code = vrrl_program_add_slot(r->program, &fence, err);
    if (code == VRRL_OK)
        code = array_room(r->outcomes, r->outcome_count, r->outcome_room, 1, err);
    if (code != VRRL_OK)
        return code;
    bool done = record->slot_status == VRRL_STATUS_DONE;
    r->info.failure = (vrrl_evidence){.slot_status = record->slot_status,
                                      .failure_class = record->failure_class,
                                      .backend_code = record->backend_code,
                                      .output_digest = record->output_digest};
    last_epoch(b)->slot_count++;
    r->outcomes[r->outcome_count++] =
        (struct slot_outcome){.index = VRRL_NO_INDEX,
                              .opcode = fence.opcode,
                              .status = done ? VRRL_STATUS_DONE : VRRL_STATUS_PUBLISHED,
                              .worker = VRRL_NO_WORKER};
    return VRRL_OK;
}

/* What the epoch has by now is of an attempt that failed: it is as if it began here. */
static vrrl_code add_void(struct builder *b, uint64_t index, const vrrl_record *record,
                          vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    vrrl_program *program = r->program;
    struct recorded_epoch *epoch = last_epoch(b);
    vrrl_epoch *row = &program->epochs[program->epoch_rows - 1];
    vrrl_batch *batch = &program->batches[row->batch];
    if (recording_ends_with_fence(r, r->kept_count - 1) &&
        r->outcomes[r->outcome_count - 1].completion_order != 0)
        return corrupt(b, index, "an epoch is void that has ended", err);
    for (uint32_t i = 0; i < epoch->slot_count; i++)
        b->epoch_of[r->outcomes[epoch->first_slot + i].index] = 0;
    if (epoch->slot_count > 0)
        b->next_index = b->epoch_index;
    program->slot_count = batch->first;
    program->prologue_count = row->prologue_first;
    batch->count = row->prologue_count = epoch->slot_count = 0;
    r->outcome_count = epoch->first_slot;
    if (record->args[0] == VRRL_RECOVERY_DECISION_STOPS)
        r->info.failure = (vrrl_evidence){.slot_status = record->slot_status,
                                          .failure_class = record->failure_class,
                                          .backend_code = record->backend_code,
                                          .output_digest = record->output_digest};
    return VRRL_OK;
}

/* Whether the log and the companion tell of the same slot. */
static bool same_slot(const vrrl_record *record, const uint32_t *words)
{
    return record->tenant_id == words[VRRL_SLOT_TENANT] &&
           record->opcode == words[VRRL_SLOT_OPCODE] &&
           memcmp(record->args, words + VRRL_SLOT_ARG0, sizeof record->args) == 0;
}

static vrrl_code add_record(struct builder *b, uint64_t index, const vrrl_record *record,
                            const struct companion_entry *entry, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    if (!same_slot(record, entry->words))
        return corrupt(b, index, "the record and its companion entry are of different slots", err);
    uint32_t next = r->program->first_epoch + r->kept_count;
    if (record->epoch == next) {
        vrrl_code code = begin_epoch(b, err);
        if (code != VRRL_OK)
            return code;
    } else if (r->kept_count == 0 || record->epoch != next - 1 ||
               (r->program->host_slots && recording_ends_with_fence(r, r->kept_count - 1))) {
        return corrupt(b, index, "epochs do not follow each other", err);
    }
    switch (entry->kind) {
    case ENTRY_HOST:
        return add_prologue(b, index, entry, err);
    case ENTRY_PUBLISH:
        return add_publish(b, index, record, entry, err);
    case ENTRY_COMPLETION:
        return add_completion(b, index, record, entry, err);
    case ENTRY_END:
        if (r->program->host_slots)
            return add_end(b, record, err);
        break;
    case ENTRY_VOID:
        if (!r->program->host_slots)
            return add_void(b, index, record, err);
        break;
    default:
        break;
    }
    return corrupt(b, index, "a companion entry of no known kind", err);
}

/* ---- All records ----------------------------------------------------------------------------- */

static vrrl_code missing(const struct builder *b, uint64_t index, vrrl_place place,
                         const struct companion_entry *entry, vrrl_error *err)
{
    char what[128] = "the sequence of records has a gap: it was never written";
    if (place == VRRL_PLACE_BEGUN)
        snprintf(what, sizeof what, "the sequence of records has a gap: it was being written");
    else if (place == VRRL_PLACE_TORN)
        snprintf(what, sizeof what, "the companion's checksum does not hold");
    else if (place != VRRL_PLACE_EMPTY)
        snprintf(what, sizeof what,
                 "the sequence of records has a gap: record %llu is in its place",
                 (unsigned long long)(entry->sequence - 1));
    return corrupt(b, index, what, err);
}

/* Records in their sequence, from the snapshot's on, up to the first that is not there: that is where a process
 * was cut off. In a finished recording all have to be there. */
static vrrl_code read_records(struct builder *b, struct record_pairs *pairs, uint64_t sequence,
                              vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    for (r->info.records = sequence;; r->info.records++) {
        vrrl_record record;
        struct companion_entry entry;
        vrrl_place place;
        vrrl_code code =
            record_pairs_find(pairs, r->info.records + 1, &record, &entry, &place, err);
        if (code != VRRL_OK)
            return code;
        if (place != VRRL_PLACE_WHOLE && r->manifest.finished &&
            r->info.records < r->manifest.records)
            return missing(b, r->info.records, place, &entry, err);
        if (place != VRRL_PLACE_WHOLE)
            return VRRL_OK;
        code = add_record(b, r->info.records, &record, &entry, err);
        if (code != VRRL_OK)
            return code;
    }
}

static vrrl_code check_companion(const struct builder *b, const struct record_pairs *pairs,
                                 vrrl_error *err)
{
    const struct manifest *m = &b->recording->manifest;
    if (memcmp(pairs->companion.id, m->id, RECORDING_ID_BYTES) == 0 &&
        pairs->companion.slot_words == b->recording->program->geometry.slot_words &&
        pairs->capacity == m->log_capacity)
        return VRRL_OK;
    return error_set(err, VRRL_CORRUPT, "Fix: the files are of different recordings.",
                     "%s does not belong to the manifest and the log beside it",
                     pairs->companion_path);
}

/* Epochs before the first have nothing in them. */
static vrrl_code begin_at(struct builder *b, uint32_t first_epoch, vrrl_error *err)
{
    vrrl_program *program = b->recording->program;
    uint32_t batch;
    if (first_epoch == 0)
        return VRRL_OK;
    vrrl_code code = vrrl_program_begin_batch(program, &batch, err);
    if (code == VRRL_OK)
        code = vrrl_program_begin_epoch(program, batch, err);
    if (code == VRRL_OK)
        code = vrrl_program_repeat_epoch(program, first_epoch - 1, err);
    return code;
}

vrrl_code recording_read_log(vrrl_recording *r, struct record_pairs *pairs, uint64_t sequence,
                             struct symbols *symbols, vrrl_error *err)
{
    uint32_t ring_slots = r->program->geometry.ring_slots;
    struct builder b = {.recording = r, .log_path = pairs->log_path, .symbols = symbols};
    vrrl_code code = check_companion(&b, pairs, err);
    if (code != VRRL_OK)
        return code;
    b.position_of = calloc(ring_slots, sizeof *b.position_of);
    b.epoch_of = calloc(ring_slots, sizeof *b.epoch_of);
    code = b.position_of && b.epoch_of ? begin_at(&b, r->program->first_epoch, err)
                                       : error_no_memory(err, 8ull * ring_slots);
    if (code == VRRL_OK)
        code = read_records(&b, pairs, sequence, err);
    free(b.position_of);
    free(b.epoch_of);
    return code;
}
