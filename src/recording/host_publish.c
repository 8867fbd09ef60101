/* The hot path of a host's recorder: slots that are published, and that end. */
#include "recording/host_publish.h"

#include "base/bytes.h"
#include "base/clock.h"

#include <string.h>
#include <unistd.h>

/* A wall clock read costs as much as a record: one serves so many records, each a nanosecond on. */
enum { RECORDS_PER_CLOCK_READ = 64 };

/* Higher at each lap of a place, whoever writes it, and along the records of one thread. */
static uint64_t timestamp_of(struct recorder_shared *shared, uint64_t place)
{
    if (place % RECORDS_PER_CLOCK_READ == 0)
        return raise_relaxed_u64(&shared->clock_base, clock_wall_ns() - place) + place;
    return load_relaxed(&shared->clock_base) + place;
}

/* Room is made, and then told to have been made: who sees the latter sees the former. */
static enum recorder_reason why_no_room(const struct recorder_shared *shared, uint64_t number,
                                        uint32_t epoch)
{
    bool was_made = load_acquire(&shared->room_made) >= epoch;
    if (number < load_acquire(&shared->room_end))
        return REASON_NONE;
    return was_made ? REASON_FULL : REASON_LATE;
}

/* Acquire: who writes over a record does so after the snapshot before it is gone. */
enum recorder_reason recorder_take_place(struct vrrl_recorder *r, struct recorder_place *place)
{
    place->number = add_relaxed(&r->shared->next, 1);
    place->at = recorder_at(r, place->number);
    if (place->number < load_acquire(&r->shared->room_end))
        return REASON_NONE;
    return why_no_room(r->shared, place->number, r->epoch);
}

/* The entry first: a record whose entry does not hold is where a process was cut off. The cursor may go back by
 * what other threads are writing: who reads a recording does not look at it. */
void recorder_put(struct vrrl_recorder *r, uint32_t epoch, const struct recorder_place *place,
                  struct companion_draft *draft, struct companion_entry *entry, uint32_t ring_index,
                  const vrrl_evidence *evidence)
{
    const uint32_t *words = companion_draft_words(draft);
    vrrl_record record = {.timestamp_ns = timestamp_of(r->shared, place->number),
                          .slot_idx = ring_index,
                          .tenant_id = words[VRRL_SLOT_TENANT],
                          .opcode = words[VRRL_SLOT_OPCODE],
                          .epoch = epoch};
    memcpy(record.args, words + VRRL_SLOT_ARG0, sizeof record.args);
    if (evidence)
        vrrl_record_set_evidence(&record, evidence);
    entry->sequence = place->number + 1;
    companion_put_draft(&r->companion, place->at, draft, entry, &record);
    vrrl_append_record((uint8_t *)log_place(r->log, place->at), &record, r->wide);
    uint64_t cursor = place->at + 1 < r->companion.capacity ? place->at + 1 : 0;
    store_release(&r->log->header->next_slot, le64(cursor));
}

/* ---- Published ------------------------------------------------------------------------------- */

vrrl_code vrrl_recorder_publish(vrrl_recorder *r, const vrrl_recorder_slot *slot)
{
    if (!recorder_runs(r))
        return recorder_tell(r);
    const uint32_t width = r->companion.slot_words;
    if (slot->index >= r->options.ring_slots)
        return recorder_fail(r, REASON_OUTSIDE, slot->index);
    if (slot->arg_count > width - VRRL_SLOT_ARG0)
        return recorder_fail(r, REASON_ARGUMENTS, slot->index);
    if (load_relaxed(&r->published_at[slot->index]) != 0)
        return recorder_fail(r, REASON_IN_FLIGHT, slot->index);
    struct recorder_place place;
    enum recorder_reason reason = recorder_take_place(r, &place);
    if (reason != REASON_NONE)
        return recorder_fail(r, reason, slot->index);
    struct companion_draft draft;
    uint32_t *words = companion_draft_words(&draft);
    words[VRRL_SLOT_STATUS] = VRRL_STATUS_PUBLISHED;
    words[VRRL_SLOT_OPCODE] = slot->opcode;
    words[VRRL_SLOT_TENANT] = slot->tenant;
    if (slot->arg_count > 0)
        memcpy(words + VRRL_SLOT_ARG0, slot->args, slot->arg_count * sizeof *words);
    memset(words + VRRL_SLOT_ARG0 + slot->arg_count, 0,
           (width - VRRL_SLOT_ARG0 - slot->arg_count) * sizeof *words);
    struct companion_entry entry = {.kind = ENTRY_PUBLISH, .worker = slot->queue};
    recorder_put(r, r->epoch, &place, &draft, &entry, slot->index, NULL);
    /* Release: who tells of its end reads the entry's words. */
    store_release(&r->published_at[slot->index], (uint32_t)(place.number - r->epoch_first) + 1);
    return VRRL_OK;
}

/* ---- Ended ----------------------------------------------------------------------------------- */

static vrrl_evidence evidence_of(const vrrl_recorder_completion *completion)
{
    static const vrrl_backend_error other = {.id = VRRL_BACKEND_ERROR_OTHER};
    vrrl_evidence plain = {.slot_status = completion->status};
    bool failed = completion->error || completion->status == VRRL_STATUS_FAULT;
    if (!failed && !completion->output)
        return plain;
    return vrrl_evidence_of(completion->status,
                            failed && !completion->error ? &other : completion->error,
                            completion->output, completion->output_bytes);
}

vrrl_code vrrl_recorder_complete(vrrl_recorder *r, const vrrl_recorder_completion *completion)
{
    if (!recorder_runs(r))
        return recorder_tell(r);
    uint32_t index = completion->index;
    if (index >= r->options.ring_slots)
        return recorder_fail(r, REASON_OUTSIDE, index);
    if (completion->status != VRRL_STATUS_DONE && completion->status != VRRL_STATUS_FAULT)
        return recorder_fail(r, REASON_STATUS, index);
    uint32_t published_at = load_acquire(&r->published_at[index]); /* pairs with publish */
    if (published_at == 0)
        return recorder_fail(r, REASON_NOT_IN_FLIGHT, index);
    struct recorder_place place;
    enum recorder_reason reason = recorder_take_place(r, &place);
    if (reason != REASON_NONE)
        return recorder_fail(r, reason, index);
    struct companion_draft draft;
    uint32_t *words = companion_draft_words(&draft);
    companion_words(&r->companion, recorder_at(r, r->epoch_first + published_at - 1), words);
    words[VRRL_SLOT_STATUS] = completion->status;
    vrrl_evidence evidence = evidence_of(completion);
    struct companion_entry entry = {.kind = ENTRY_COMPLETION,
                                    .worker = completion->worker,
                                    .claim_order = completion->claimed,
                                    .completion_order =
                                        completion->ended ? completion->ended : place.number + 1,
                                    .result_fold = completion->result};
    store_relaxed(&r->published_at[index], 0);
    recorder_put(r, r->epoch, &place, &draft, &entry, index, &evidence);
    return VRRL_OK;
}

/* ---- Between epochs -------------------------------------------------------------------------- */

static vrrl_code put_piece(struct vrrl_recorder *r, uint32_t first, const uint32_t *words,
                           uint32_t count)
{
    struct recorder_place place;
    enum recorder_reason reason = recorder_take_place(r, &place);
    if (reason != REASON_NONE)
        return recorder_fail(r, reason, 0);
    static const vrrl_evidence done = {.slot_status = VRRL_STATUS_DONE};
    struct companion_draft draft = {{0}};
    uint32_t *slot = companion_draft_words(&draft);
    slot[VRRL_SLOT_STATUS] = VRRL_STATUS_PUBLISHED;
    slot[VRRL_SLOT_OPCODE] = OPCODE_OF_NO_SLOT;
    slot[VRRL_SLOT_ARG0 + HOST_WRITE_FIRST] = first;
    slot[VRRL_SLOT_ARG0 + HOST_WRITE_COUNT] = count;
    memcpy(slot + VRRL_SLOT_ARG0 + HOST_WRITE_WORDS, words, count * sizeof *words);
    struct companion_entry entry = {.kind = ENTRY_HOST, .worker = VRRL_HOST_WORKER};
    recorder_put(r, r->epoch, &place, &draft, &entry, VRRL_NO_INDEX, &done);
    r->writes_end = place.number + 1;
    return VRRL_OK;
}

vrrl_code vrrl_recorder_write(vrrl_recorder *r, uint32_t region, uint32_t first,
                              const uint32_t *words, uint32_t count)
{
    if (!recorder_runs(r))
        return recorder_tell(r);
    if (region >= r->options.region_count || first > r->options.regions[region].words ||
        count > r->options.regions[region].words - first)
        return recorder_fail(r, REASON_REGION, 0);
    if (load_relaxed(&r->shared->next) != r->writes_end)
        return recorder_fail(r, REASON_LATE_WRITE, 0);
    const uint32_t most = r->companion.slot_words - VRRL_SLOT_ARG0 - HOST_WRITE_WORDS;
    vrrl_code code = VRRL_OK;
    for (uint32_t done = 0; code == VRRL_OK && done < count && recorder_runs(r);) {
        uint32_t piece = count - done < most ? count - done : most;
        code = put_piece(r, r->first_word[region] + first + done, words + done, piece);
        done += piece;
    }
    return code;
}
