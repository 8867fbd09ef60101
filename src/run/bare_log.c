#include "vrrl/run/bare_log.h"

#include "base/array.h"
#include "base/bytes.h"
#include "base/hash_table.h"
#include "base/options.h"
#include "base/result.h"
#include "log/open_publishes.h"
#include "program/batch_view.h"
#include "program/packed.h"
#include "run/replay.h"
#include "run/run.h"
#include "vrrl/log/log.h"
#include "vrrl/run/opcode.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_RING_SLOTS = 65536, DEFAULT_USER_WORDS = 1 << 20, OBSERVABLE_WORDS = 4096 };

/* A publish that is run, by its place among the program's slots. */
struct bare_slot {
    uint64_t record;
    uint32_t log_epoch;
    uint32_t status; /* on record, terminal; 0: unknown */
    bool in_part;    /* what it does is not all in the log */
};

/* An opcode whose publishes are not run. */
struct skipped_opcode {
    uint32_t opcode;
    uint64_t publishes;
};

struct vrrl_bare_log {
    vrrl_program *program;
    vrrl_bare_counts counts;
    struct bare_slot *slots;
    struct skipped_opcode *skipped; /* the most frequent first, once all have been read */
    uint32_t slot_count, slot_room, skipped_count, skipped_room;
};

#define NO_PUBLISH 0xFFFFFFFFu

/* ---- Records become a program ---------------------------------------------------------------- */

struct bare_builder {
    vrrl_bare_log *log;
    const vrrl_bare_options *options;
    uint32_t ring_slots;
    struct open_publishes open; /* tags: places in slots[], or NO_PUBLISH where one was skipped */
    uint32_t *published_in;     /* by ring slot: 1 + the program's epoch that last published it */
    bool in_epoch;
    uint32_t log_epoch;        /* EPOCH of the records at hand */
    struct hash_table skipped; /* by opcode: places in the log's skipped[] */
};

static vrrl_code skip_opcode(struct bare_builder *b, uint32_t opcode, vrrl_error *err)
{
    vrrl_bare_log *log = b->log;
    uint32_t at = hash_table_item(&b->skipped, opcode, log->skipped_count);
    if (at == HASH_TABLE_NONE)
        return error_no_memory(err, hash_table_bytes(&b->skipped));
    if (at == log->skipped_count) {
        vrrl_code code = array_room(log->skipped, at, log->skipped_room, 1, err);
        if (code != VRRL_OK)
            return code;
        log->skipped[log->skipped_count++] = (struct skipped_opcode){.opcode = opcode};
    }
    log->skipped[at].publishes++;
    return VRRL_OK;
}

static int by_publishes(const void *a, const void *b)
{
    const struct skipped_opcode *x = a, *y = b;
    if (x->publishes != y->publishes)
        return x->publishes < y->publishes ? 1 : -1;
    return (x->opcode > y->opcode) - (x->opcode < y->opcode);
}

static bool is_user(uint32_t opcode)
{
    return opcode >= VRRL_OPCODE_USER_FIRST && opcode <= VRRL_OPCODE_USER_LAST;
}

/* One that the machine cannot run: not vrrl's, or a user opcode that nobody says is of the pack. */
static bool is_foreign(const struct bare_builder *b, uint32_t opcode)
{
    return (is_user(opcode) && !b->options->user_pack) || !vrrl_opcode_find(opcode);
}

/* Counts a publish that is not run, and says so. */
static bool is_skipped(struct bare_builder *b, const vrrl_record *record)
{
    vrrl_bare_counts *counts = &b->log->counts;
    if (record->slot_idx >= b->ring_slots)
        counts->outside_ring++;
    else if (record->opcode == VRRL_OPCODE_SHUTDOWN)
        counts->shutdowns++;
    else if (record->opcode == VRRL_OPCODE_BATCH_FENCE)
        counts->fences++;
    else if (is_foreign(b, record->opcode) && is_user(record->opcode))
        counts->user_opcodes++;
    else if (is_foreign(b, record->opcode))
        counts->unknown_opcodes++;
    else
        return false;
    return true;
}

static vrrl_code begin_epoch(struct bare_builder *b, const vrrl_record *record, vrrl_error *err)
{
    vrrl_program *program = b->log->program;
    bool again = b->published_in[record->slot_idx] == program->epoch_count && b->in_epoch;
    if (b->in_epoch && b->log_epoch == record->epoch && !again)
        return VRRL_OK;
    b->log->counts.cut_epochs += b->in_epoch && b->log_epoch == record->epoch;
    uint32_t batch;
    vrrl_code code = vrrl_program_begin_batch(program, &batch, err);
    if (code == VRRL_OK)
        code = vrrl_program_begin_epoch(program, batch, err);
    b->in_epoch = true;
    b->log_epoch = record->epoch;
    return code;
}

/* A MIX, or a packed slot with one in it. */
static bool has_mix(const vrrl_record *record)
{
    struct packed_slot packed;
    bool mix = record->opcode == VRRL_OPCODE_MIX;
    if (record->opcode == VRRL_OPCODE_PACKED_SLOT &&
        packed_read(record->args, packed_words_needed(record->args[0]), &packed))
        for (uint32_t i = 0; i < packed.count; i++)
            mix |= packed.opcodes[i] == VRRL_OPCODE_MIX;
    return mix;
}

/* Counts a slot that lacks some of what it does, and says so. */
static bool is_in_part(struct bare_builder *b, const vrrl_record *record)
{
    vrrl_bare_counts *counts = &b->log->counts;
    const vrrl_opcode *row = vrrl_opcode_find(record->opcode);
    if (record->opcode == VRRL_OPCODE_PACKED_SLOT &&
        packed_words_needed(record->args[0]) > VRRL_RECORD_ARGS)
        counts->short_packed++;
    else if (!b->options->image && has_mix(record))
        counts->mix_unseen++;
    else if (row && vrrl_opcode_operand_count(row) > VRRL_RECORD_ARGS)
        counts->short_others++;
    else
        return false;
    return true;
}

static vrrl_code add_slot(struct bare_builder *b, uint64_t index, const vrrl_record *record,
                          vrrl_error *err)
{
    vrrl_bare_log *log = b->log;
    vrrl_slot slot = {.opcode = record->opcode,
                      .tenant = record->tenant_id,
                      .queue = VRRL_NO_WORKER,
                      .arg_count = VRRL_RECORD_ARGS};
    vrrl_code code = begin_epoch(b, record, err);
    if (code == VRRL_OK)
        code =
            vrrl_program_add_words(log->program, record->args, VRRL_RECORD_ARGS, &slot.args, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_slot(log->program, &slot, err);
    if (code == VRRL_OK)
        code = array_room(log->slots, log->slot_count, log->slot_room, 1, err);
    if (code != VRRL_OK)
        return code;
    b->published_in[record->slot_idx] = log->program->epoch_count;
    log->counts.run++;
    log->slots[log->slot_count++] = (struct bare_slot){
        .record = index, .log_epoch = record->epoch, .in_part = is_in_part(b, record)};
    return VRRL_OK;
}

static void note_evidence(struct bare_builder *b, const vrrl_record *record, uint32_t slot)
{
    vrrl_bare_counts *counts = &b->log->counts;
    counts->failures +=
        record->failure_class != VRRL_FAILURE_NONE || record->slot_status != VRRL_STATUS_DONE;
    /* A status that is not terminal says where a slot was when its device failed, not how it ends. */
    if (slot == NO_PUBLISH ||
        (record->slot_status != VRRL_STATUS_DONE && record->slot_status != VRRL_STATUS_FAULT))
        return;
    b->log->slots[slot].status = record->slot_status;
    counts->statuses++;
}

static vrrl_code add_record(struct bare_builder *b, uint64_t index, const vrrl_record *record,
                            vrrl_error *err)
{
    vrrl_bare_counts *counts = &b->log->counts;
    bool evidence = vrrl_record_has_evidence(record);
    counts->records++;
    uint32_t ended;
    if (evidence && open_publishes_take(&b->open, record, &ended)) {
        counts->completions++;
        note_evidence(b, record, ended);
        return VRRL_OK;
    }
    counts->publishes++;
    uint32_t slot = NO_PUBLISH;
    vrrl_code code = VRRL_OK;
    if (!is_skipped(b, record)) {
        slot = b->log->slot_count;
        code = add_slot(b, index, record, err);
    } else if (is_foreign(b, record->opcode)) {
        code = skip_opcode(b, record->opcode, err);
    }
    if (code != VRRL_OK)
        return code;
    if (!evidence)
        return open_publishes_add(&b->open, record, slot, &ended, err);
    note_evidence(b, record, slot);
    return VRRL_OK;
}

static vrrl_code read_records(struct bare_builder *b, vrrl_reader *reader, vrrl_error *err)
{
    for (;;) {
        const vrrl_raw_record *raw;
        vrrl_record record;
        vrrl_code code = vrrl_reader_next(reader, &raw, err);
        if (code != VRRL_OK || !raw)
            return code;
        vrrl_raw_decode(raw, &record);
        code = add_record(b, vrrl_reader_index(reader), &record, err);
        if (code != VRRL_OK)
            return code;
    }
}

/* ---- The machine ----------------------------------------------------------------------------- */

/* Word indices in a log are those of the machine that wrote it: all that is kept of them is where
 * the observable words begin. */
static vrrl_code set_machine(vrrl_bare_log *log, const vrrl_bare_options *options, vrrl_error *err)
{
    uint32_t most = program_largest_batch(log->program);
    if (most == 0)
        most = 1; /* an empty log: the smallest ring */
    const vrrl_geometry geometry = {.slot_words = VRRL_SLOT_WORDS_MIN,
                                    .ring_slots = most + 1,
                                    .observable_words = OBSERVABLE_WORDS,
                                    .user_words = options->user_words ? options->user_words
                                                                      : DEFAULT_USER_WORDS,
                                    .debug_records = DEFAULT_RING_SLOTS};
    return vrrl_program_set_geometry(log->program, &geometry, err);
}

/* A regular file, opened without ever blocking. */
static vrrl_code open_image(const char *path, FILE **file, vrrl_error *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_errno(err, "open", path, NULL);
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return error_set(err, VRRL_IO, "Fix: name a file of little-endian words.",
                         "%s is no regular file", path);
    }
    *file = fdopen(fd, "rb");
    if (*file)
        return VRRL_OK;
    close(fd);
    return error_errno(err, "fdopen", path, NULL);
}

static vrrl_code load_image(vrrl_program *program, const char *path, vrrl_error *err)
{
    FILE *file;
    vrrl_code opened = open_image(path, &file, err);
    if (opened != VRRL_OK)
        return opened;
    uint8_t word[4];
    uint32_t at = 0;
    size_t got = 0;
    for (; at < program->geometry.user_words && (got = fread(word, 1, 4, file)) == 4; at++)
        program->initial[at] = load_le32(word);
    vrrl_code code = VRRL_OK;
    if (ferror(file))
        code = error_errno(err, "read", path, NULL);
    else if (at < program->geometry.user_words ? got != 0 : fgetc(file) != EOF)
        code = error_set(err, VRRL_INVALID, "Fix: give whole words, or more --user-words.",
                         "%s is no whole number of words, or more than the %u of user memory", path,
                         program->geometry.user_words);
    fclose(file);
    return code;
}

static vrrl_code build_log(struct bare_builder *b, const char *path, vrrl_error *err)
{
    vrrl_reader *reader;
    vrrl_code code = vrrl_reader_open(path, 0, &reader, err);
    if (code != VRRL_OK)
        return code;
    b->published_in = calloc(b->ring_slots, sizeof *b->published_in);
    if (!b->published_in)
        code = error_no_memory(err, b->ring_slots * sizeof *b->published_in);
    if (code == VRRL_OK)
        code = read_records(b, reader, err);
    vrrl_reader_close(reader);
    open_publishes_free(&b->open);
    hash_table_free(&b->skipped);
    if (b->log->skipped_count > 0)
        qsort(b->log->skipped, b->log->skipped_count, sizeof *b->log->skipped, by_publishes);
    free(b->published_in);
    b->log->program->bare_log = true;
    if (code == VRRL_OK)
        code = set_machine(b->log, b->options, err);
    if (code == VRRL_OK && b->options->image)
        code = load_image(b->log->program, b->options->image, err);
    return code;
}

vrrl_code vrrl_bare_log_open(const char *path, const vrrl_bare_options *options,
                             vrrl_bare_log **out, vrrl_error *err)
{
    *out = NULL;
    vrrl_bare_options own;
    vrrl_code code = OPTIONS_READ(vrrl_bare_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    vrrl_bare_log *log = calloc(1, sizeof *log);
    if (!log)
        return error_no_memory(err, sizeof *log);
    struct bare_builder builder = {.log = log, .options = &own};
    builder.ring_slots = own.ring_slots ? own.ring_slots : DEFAULT_RING_SLOTS;
    code = vrrl_program_create(&log->program, err);
    if (code == VRRL_OK)
        code = build_log(&builder, path, err);
    if (code != VRRL_OK) {
        vrrl_bare_log_close(log);
        return code;
    }
    *out = log;
    return VRRL_OK;
}

void vrrl_bare_log_close(vrrl_bare_log *log)
{
    if (!log)
        return;
    vrrl_program_free(log->program);
    free(log->slots);
    free(log->skipped);
    free(log);
}

const vrrl_bare_counts *vrrl_bare_log_counts(const vrrl_bare_log *log)
{
    return &log->counts;
}

bool vrrl_bare_log_skipped_at(const vrrl_bare_log *log, uint32_t index, uint32_t *opcode,
                              uint64_t *publishes)
{
    if (index >= log->skipped_count)
        return false;
    *opcode = log->skipped[index].opcode;
    *publishes = log->skipped[index].publishes;
    return true;
}

const vrrl_program *vrrl_bare_log_program(const vrrl_bare_log *log)
{
    return log->program;
}

vrrl_code vrrl_bare_log_is_whole(const vrrl_bare_log *log, vrrl_error *err)
{
    const vrrl_bare_counts *c = &log->counts;
    uint64_t left_out = c->outside_ring + c->shutdowns + c->user_opcodes + c->unknown_opcodes;
    uint64_t in_part = c->short_packed + c->short_others + c->mix_unseen;
    if (c->run > 0 && left_out + in_part == 0)
        return VRRL_OK;
    if (c->publishes == 0)
        return error_set(err, VRRL_UNSUPPORTED, "Fix: name a log that has publishes.",
                         "the log has no publish");
    return error_set(
        err, VRRL_UNSUPPORTED,
        log->skipped_count > 0
            ? "Fix: say what slots read and write as a task graph (docs/your-host.md); "
              "`vrrl replay` names the opcodes that are not vrrl's."
            : "Fix: record the run (`vrrl record`); `vrrl replay` says what is missing.",
        "the log does not tell all that ran: of %llu publishes %llu cannot be run and "
        "%llu lack arguments or memory that the log does not keep",
        (unsigned long long)c->publishes, (unsigned long long)left_out,
        (unsigned long long)in_part);
}

/* ---- Running it ------------------------------------------------------------------------------ */

struct bare_run {
    const vrrl_bare_log *log;
    const vrrl_run_options *options;
    vrrl_bare_result *result;
};

static void compare_status(struct bare_run *run, const struct observation *o, uint32_t position)
{
    vrrl_bare_result *r = run->result;
    uint32_t first = run->log->program->batches[o->epoch].first;
    const struct bare_slot *recorded = &run->log->slots[first + position];
    uint32_t status = o->slots[position].status;
    r->slots += o->slots[position].completion_order != 0;
    if (recorded->status == 0 || recorded->in_part)
        return;
    r->statuses_compared++;
    if (recorded->status == status)
        return;
    if (r->statuses_differing++ == 0) {
        r->epoch = o->epoch;
        r->slot = position;
        r->log_epoch = recorded->log_epoch;
        r->record = recorded->record;
        r->recorded_status = recorded->status;
        r->replayed_status = status;
    }
}

static vrrl_code visit(void *context, vrrl_host *host, const struct observation *o, vrrl_error *err)
{
    struct bare_run *run = context;
    run->result->cut = o->verdict == VRRL_VERDICT_HANG && run_is_cut(run->options);
    if (run->result->cut)
        return VRRL_OK; /* the epoch was left in its middle */
    run->result->epochs++;
    for (uint32_t i = 0; i + 1 < o->slot_count; i++)
        compare_status(run, o, i);
    if (o->verdict == VRRL_VERDICT_COMPLETE)
        return VRRL_OK;
    return vrrl_stuck_analyse(run->log->program, o->epoch, vrrl_host_arena(host), o->waiters,
                              o->waiter_count, &run->result->stuck, err);
}

static vrrl_code replay(const vrrl_bare_log *log, const vrrl_run_options *options,
                        vrrl_bare_result *result, vrrl_error *err)
{
    vrrl_run_options own;
    struct bare_run run = {.log = log, .options = &own, .result = result};
    vrrl_code code = OPTIONS_READ(vrrl_run_options, &own, options, err);
    if (code == VRRL_OK)
        code = replay_program(log->program, &own, REPLAY_SLOTS_ONLY, visit, &run, &result->verdict,
                              err);
    if (result->cut)
        result->verdict = VRRL_VERDICT_COMPLETE;
    result->cut |= code == VRRL_OK && result->verdict == VRRL_VERDICT_COMPLETE &&
                   run_is_cut(&own) && result->epochs < log->program->epoch_count;
    return code;
}

vrrl_code vrrl_bare_log_replay(const vrrl_bare_log *log, const vrrl_run_options *options,
                               vrrl_bare_result **result, vrrl_error *err)
{
    *result = result_create(sizeof **result, err);
    vrrl_code code = *result ? replay(log, options, *result, err) : VRRL_NO_MEMORY;
    if (code != VRRL_OK) {
        vrrl_bare_result_free(*result);
        *result = NULL;
    }
    return code;
}

void vrrl_bare_result_free(vrrl_bare_result *result)
{
    if (!result)
        return;
    vrrl_stuck_free(result->stuck);
    free(result);
}
