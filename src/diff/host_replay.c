/* A host's recording, run again on the host, and compared epoch by epoch. */
#include "vrrl/run/host_replay.h"

#include "base/array.h"
#include "base/atomics.h"
#include "base/options.h"
#include "diff/epoch.h"
#include "program/batch_view.h"
#include "recording/host_words.h"
#include "recording/stream.h"
#include "run/observed.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

struct vrrl_replay_epoch {
    const vrrl_recording *recording;
    const vrrl_program *program;
    vrrl_replay_host host;
    struct recorded_stream *recorded;
    struct observer observer;    /* of the replay */
    uint32_t *memory;            /* as the host reads it */
    vrrl_recorder_waiter *waits; /* by ring index, of those in flight: what is known */
    uint32_t *in_flight;         /* by ring index: 1 + position of the slot; 0: none */
    uint64_t ended;              /* slots, over the whole replay */
    vrrl_diff_result *result;
};

static vrrl_code host_failed(const char *what, vrrl_code code, vrrl_error *err)
{
    return error_set(err, code, "Fix: see why the host could not.",
                     "the host's %s failed in a replay: %s", what, vrrl_code_text(code));
}

/* ---- What the host tells --------------------------------------------------------------------- */

vrrl_code vrrl_replay_ended(vrrl_replay_epoch *e, const vrrl_recorder_completion *completion)
{
    if (completion->index >= e->program->geometry.ring_slots ||
        (completion->status != VRRL_STATUS_DONE && completion->status != VRRL_STATUS_FAULT))
        return VRRL_INVALID;
    if (e->in_flight[completion->index] == 0)
        return VRRL_REFUSED;
    struct slot_outcome *slot = &e->observer.observation.slots[e->in_flight[completion->index] - 1];
    e->in_flight[completion->index] = 0;
    slot->status = completion->status;
    slot->worker = completion->worker;
    slot->claim_order = completion->claimed;
    slot->completion_order = completion->ended ? completion->ended : ++e->ended;
    slot->result_fold = completion->result;
    return VRRL_OK;
}

vrrl_code vrrl_replay_waits(vrrl_replay_epoch *e, const vrrl_recorder_waiter *waiter)
{
    const vrrl_program *program = e->program;
    bool has_word = waiter->region != VRRL_NO_INDEX;
    if (waiter->index >= program->geometry.ring_slots ||
        (has_word && (waiter->region >= program->region_count ||
                      waiter->word >= program->regions[waiter->region].words)))
        return VRRL_INVALID;
    if (e->in_flight[waiter->index] == 0)
        return VRRL_REFUSED;
    e->waits[waiter->index] = *waiter;
    return VRRL_OK;
}

/* All argument words that a slot of the width has: zeros at the end are left out in a program. */
static void all_arguments(const vrrl_program *program, const vrrl_slot *slot,
                          uint32_t args[VRRL_SLOT_WORDS_MAX])
{
    memset(args, 0, VRRL_SLOT_WORDS_MAX * sizeof *args);
    if (slot->arg_count > 0)
        memcpy(args, program->words + slot->args, slot->arg_count * sizeof *args);
}

/* ---- One epoch ------------------------------------------------------------------------------- */

static vrrl_code write_words(struct vrrl_replay_epoch *e, uint32_t word, const uint32_t *words,
                             uint32_t count, vrrl_error *err)
{
    const vrrl_program *program = e->program;
    for (uint32_t i = 0; i < program->region_count; i++) {
        const vrrl_region *region = &program->regions[i];
        if (word < region->first_word || word - region->first_word > region->words ||
            count > region->words - (word - region->first_word))
            continue;
        vrrl_code code = e->host.write(e->host.context, i, word - region->first_word, words, count);
        return code == VRRL_OK ? VRRL_OK : host_failed("write", code, err);
    }
    return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                     "a write of the host is outside of the recording's regions");
}

/* A write of the host is kept in pieces, each as the arguments of a slot. */
static vrrl_code write_piece(struct vrrl_replay_epoch *e, const vrrl_slot *piece, vrrl_error *err)
{
    uint32_t args[VRRL_SLOT_WORDS_MAX];
    const uint32_t room = e->program->geometry.slot_words - VRRL_SLOT_ARG0 - HOST_WRITE_WORDS;
    all_arguments(e->program, piece, args);
    if (args[HOST_WRITE_COUNT] > room)
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "a piece of a write has %u words, at most %u have room",
                         args[HOST_WRITE_COUNT], room);
    return write_words(e, args[HOST_WRITE_FIRST], args + HOST_WRITE_WORDS, args[HOST_WRITE_COUNT],
                       err);
}

static vrrl_code wait_for(struct vrrl_replay_epoch *e, uint32_t index, vrrl_error *err)
{
    vrrl_code code = e->host.wait(e->host.context, index, e);
    return code == VRRL_OK ? VRRL_OK : host_failed("wait", code, err);
}

static vrrl_code publish(struct vrrl_replay_epoch *e, const vrrl_slot *slot, uint32_t index,
                         vrrl_error *err)
{
    struct observation *o = &e->observer.observation;
    uint32_t args[VRRL_SLOT_WORDS_MAX];
    all_arguments(e->program, slot, args);
    const vrrl_recorder_slot given = {.index = index,
                                      .opcode = slot->opcode,
                                      .tenant = slot->tenant,
                                      .queue = slot->queue,
                                      .args = args,
                                      .arg_count =
                                          e->program->geometry.slot_words - VRRL_SLOT_ARG0};
    o->slots[o->slot_count++] = (struct slot_outcome){.index = index,
                                                      .opcode = slot->opcode,
                                                      .tenant = slot->tenant,
                                                      .status = VRRL_STATUS_PUBLISHED,
                                                      .worker = slot->queue};
    e->in_flight[index] = o->slot_count;
    e->waits[index] = (vrrl_recorder_waiter){
        .status = VRRL_STATUS_PUBLISHED, .worker = VRRL_NO_WORKER, .region = VRRL_NO_INDEX};
    vrrl_code code = e->host.publish(e->host.context, &given);
    return code == VRRL_OK ? VRRL_OK : host_failed("publish", code, err);
}

/* A place that is still taken when it is needed again is a hang: what comes after it is not published. */
static vrrl_code publish_all(struct vrrl_replay_epoch *e, uint32_t number, bool *published,
                             vrrl_error *err)
{
    const struct recorded_epoch *recorded = recorded_epoch_of(e->recording, number);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i + 1 < recorded->slot_count; i++) {
        uint32_t index = e->recording->outcomes[recorded->first_slot + i].index;
        if (e->in_flight[index] != 0)
            code = wait_for(e, index, err);
        *published = e->in_flight[index] == 0;
        if (code != VRRL_OK || !*published)
            return code;
        code = publish(e, epoch_slot(e->program, number, i), index, err);
    }
    return code;
}

static bool is_compared(const vrrl_region *region)
{
    return region->compare != VRRL_COMPARE_IGNORE && region->compare != VRRL_COMPARE_SCRATCH;
}

static vrrl_code read_state(struct vrrl_replay_epoch *e, vrrl_error *err)
{
    const vrrl_program *program = e->program;
    for (uint32_t i = 0; i < program->region_count; i++) {
        if (!is_compared(&program->regions[i]))
            continue;
        vrrl_code code =
            e->host.read(e->host.context, i, e->memory + program->regions[i].first_word);
        if (code != VRRL_OK)
            return host_failed("read", code, err);
    }
    if (host_has_digests(program)) {
        uint8_t digest[DIGEST_BYTES];
        vrrl_code code = e->host.digest(e->host.context, digest);
        if (code != VRRL_OK)
            return host_failed("digest", code, err);
        host_digest_put(e->memory, digest);
    }
    state_update(&e->observer.state, e->memory);
    return VRRL_OK;
}

/* Slots that have not ended, in the order in which they were published. */
static vrrl_code list_waiters(struct vrrl_replay_epoch *e, vrrl_error *err)
{
    struct observation *o = &e->observer.observation;
    vrrl_code code = observer_reserve(&e->observer, 0, 0, o->slot_count, err);
    for (uint32_t i = 0; code == VRRL_OK && i < o->slot_count; i++) {
        uint32_t index = o->slots[i].index;
        if (e->in_flight[index] != i + 1)
            continue;
        const vrrl_recorder_waiter *known = &e->waits[index];
        bool has_word = known->region != VRRL_NO_INDEX;
        o->slots[i].status = known->status;
        o->waiters[o->waiter_count++] = (vrrl_waiter){
            .index = index,
            .status = known->status,
            .worker = known->worker,
            .wait_word = has_word ? e->program->regions[known->region].first_word + known->word
                                  : VRRL_NO_INDEX,
            .wait_value = known->wanted,
            .seen_value = known->seen};
        e->in_flight[index] = 0;
    }
    return code;
}

/* What stands for the end of the epoch, as it does in a recording. */
static void add_end(struct observation *o)
{
    o->verdict = o->waiter_count > 0 ? VRRL_VERDICT_HANG : VRRL_VERDICT_COMPLETE;
    o->slots[o->slot_count++] = (struct slot_outcome){
        .index = VRRL_NO_INDEX,
        .opcode = VRRL_OPCODE_BATCH_FENCE,
        .status = o->waiter_count > 0 ? VRRL_STATUS_PUBLISHED : VRRL_STATUS_DONE,
        .worker = VRRL_NO_WORKER};
}

static vrrl_code run_epoch(struct vrrl_replay_epoch *e, uint32_t number, vrrl_error *err)
{
    const vrrl_epoch *row = epoch_row(e->program, number);
    bool published = true;
    vrrl_code code = observer_reserve(
        &e->observer, recorded_epoch_of(e->recording, number)->slot_count, 0, 0, err);
    e->observer.observation.epoch = number;
    for (uint32_t i = 0; code == VRRL_OK && i < row->prologue_count; i++)
        code = write_piece(e, &e->program->prologue[row->prologue_first + i], err);
    if (code == VRRL_OK)
        code = publish_all(e, number, &published, err);
    if (code == VRRL_OK && published)
        code = wait_for(e, VRRL_NO_INDEX, err);
    if (code == VRRL_OK)
        code = read_state(e, err);
    if (code == VRRL_OK)
        code = list_waiters(e, err);
    if (code == VRRL_OK)
        add_end(&e->observer.observation);
    return code;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static vrrl_code begin(struct vrrl_replay_epoch *e, vrrl_error *err)
{
    const vrrl_program *program = e->program;
    vrrl_code code = e->host.reset(e->host.context);
    if (code != VRRL_OK)
        return host_failed("reset", code, err);
    for (uint32_t i = 0; code == VRRL_OK && i < program->region_count; i++) {
        const vrrl_region *region = &program->regions[i];
        code = write_words(e, region->first_word,
                           program->initial + (region->first_word - program->layout.user_base),
                           region->words, err);
    }
    return code;
}

static vrrl_code run_all(struct vrrl_replay_epoch *e, vrrl_error *err)
{
    vrrl_diff_result *result = e->result;
    vrrl_code code = begin(e, err);
    for (uint32_t i = 0; code == VRRL_OK && i < e->recording->kept_count; i++) {
        const struct observation *recorded;
        if (e->host.interrupt && load_relaxed(e->host.interrupt)) {
            result->cut = true;
            break;
        }
        code = run_epoch(e, e->program->first_epoch + i, err);
        if (code == VRRL_OK)
            code = recorded_stream_next(e->recorded, &recorded, err);
        if (code == VRRL_OK)
            code = diff_epoch(e->program, recorded, &e->observer.observation, result, err);
        observer_next_epoch(&e->observer);
        if (result->difference != VRRL_DIFFERENCE_NONE ||
            result->verdict_b != VRRL_VERDICT_COMPLETE)
            break;
    }
    if (code == VRRL_OK)
        diff_finish(result);
    return code;
}

static vrrl_code check_host(const struct vrrl_replay_epoch *e, vrrl_error *err)
{
    const vrrl_program *program = e->program;
    bool compares = false;
    if (!program->host_slots)
        return error_set(err, VRRL_UNSUPPORTED, "Fix: replay it with vrrl_replay.",
                         "%s is a recording of vrrl's own machine, not of a host",
                         e->recording->path);
    for (uint32_t i = 0; i < program->region_count; i++) {
        compares = compares || is_compared(&program->regions[i]);
        if (program->regions[i].first_word < program->layout.user_base)
            return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                             "%s: region %u is outside of the host's memory", e->recording->path,
                             i);
    }
    const vrrl_replay_host *host = &e->host;
    if (!host->reset || !host->publish || !host->wait ||
        (program->region_count > 0 && !host->write) || (compares && !host->read) ||
        (host_has_digests(program) && !host->digest))
        return error_set(err, VRRL_INVALID,
                         "Fix: give it; vrrl/run/host_replay.h says what is needed.",
                         "a callback is missing that the replay of %s needs", e->recording->path);
    return vrrl_recording_has_epochs(e->recording, err);
}

static vrrl_code make_room(struct vrrl_replay_epoch *e, vrrl_error *err)
{
    struct observed_state state;
    const uint32_t slots = e->program->geometry.ring_slots;
    e->memory = calloc(e->program->layout.total_words, sizeof *e->memory);
    e->waits = calloc(slots, sizeof *e->waits);
    e->in_flight = calloc(slots, sizeof *e->in_flight);
    if (!e->memory || !e->waits || !e->in_flight)
        return error_no_memory(err, e->program->layout.total_words * sizeof *e->memory);
    vrrl_code code = observed_state_of(e->program, &state, err);
    if (code == VRRL_OK)
        code = observer_create(&e->observer, &state, slots, err);
    e->observer.observation.state = &e->observer.state;
    return code == VRRL_OK ? recorded_stream_open(e->recording, &e->recorded, err) : code;
}

static vrrl_code replay(const vrrl_recording *recording, const vrrl_replay_host *host,
                        vrrl_diff_result *result, vrrl_error *err)
{
    struct vrrl_replay_epoch e = {
        .recording = recording, .program = recording->program, .result = result};
    vrrl_code code = OPTIONS_READ(vrrl_replay_host, &e.host, host, err);
    if (code == VRRL_OK)
        code = check_host(&e, err);
    if (code == VRRL_OK)
        code = make_room(&e, err);
    if (code == VRRL_OK)
        code = run_all(&e, err);
    recorded_stream_close(e.recorded);
    observer_free(&e.observer);
    free(e.memory);
    free(e.waits);
    free(e.in_flight);
    return code;
}

vrrl_code vrrl_replay_on_host(const vrrl_recording *recording, const vrrl_replay_host *host,
                              vrrl_diff_result **result, vrrl_error *err)
{
    *result = diff_result_create(err);
    vrrl_code code = *result ? replay(recording, host, *result, err) : VRRL_NO_MEMORY;
    if (code != VRRL_OK) {
        vrrl_diff_result_free(*result);
        *result = NULL;
    }
    return code;
}
