/*
 * Snapshots. Appends are numbered as in tail.c; T is how many there were when the cursor was read.
 * The place i after the cursor then holds append T - capacity + i, the oldest first.
 *
 * The places are visited in this order, a block at a time, each block twice. A record that was the
 * same both times is one append's: who sees a body of the next lap sees afterwards that the head is
 * gone, and who sees a head sees afterwards its body. It is the append T - capacity + i, and not one
 * of the next lap, where the cursor, read after the block, has not come there and, for records that
 * the cursor does not cover yet, its timestamp is below that of append T - 1. While the head of
 * T - 1 is the same the cursor has not been once around.
 *
 * Where one record is not, those before it are left out, too, so that no hole is in the middle.
 */
#include "log/snapshot.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/least.h"
#include "log/log_file.h"
#include "log/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BLOCK_RECORDS = 512, TRIES = 1000, PATIENCE_MS = 20 };
#define HUGE_BYTES ((size_t)2 << 20)

struct vrrl_snapshot {
    uint64_t capacity, cursor, replaced;
    size_t count;
    vrrl_raw_record *records; /* first a place each, then the live ones alone */
    uint32_t *indexes;        /* of the live ones */
    signed char ordered[2];   /* by field; 0: not looked at yet */
};

struct visit {
    const struct log_source *source;
    vrrl_raw_record *records;
    uint64_t cursor;
    struct log_head newest;
    uint64_t moved; /* of the cursor, when it was read last */
    uint64_t lost;  /* so many of the oldest places are not there */
    bool still;     /* nothing has changed so far */
    bool lapped;
    unsigned patience_ms;
    vrrl_raw_record again[BLOCK_RECORDS];
};

/* ---- Reading --------------------------------------------------------------------------------- */

/* How far the cursor has come: not less than in truth, see log_source_cursors. */
static vrrl_code look_at_cursor(struct visit *v, vrrl_error *err)
{
    uint64_t cursors[2], capacity = v->source->capacity;
    struct log_head newest = {{0}};
    vrrl_code code = log_source_cursors(v->source, cursors, err);
    if (!code)
        code = log_source_head_again(v->source, (v->cursor + capacity - 1) % capacity, &v->newest,
                                     &newest, err);
    if (code)
        return code;
    v->moved = most(log_distance(v->cursor, cursors[0], capacity),
                    log_distance(v->cursor, cursors[1], capacity));
    v->still = v->still && v->moved == 0;
    v->lapped = !log_head_same(&v->newest, &newest);
    return VRRL_OK;
}

/* Which of the places at ... at + count - 1 are lost, by the two readings and the cursor since. */
static void settle_records(struct visit *v, uint64_t at, size_t count)
{
    uint64_t newest = load_le64(v->newest.bytes + 4), in_doubt = v->source->capacity / 2 + 1;
    for (size_t i = 0; i < count; i++) {
        const vrrl_raw_record *record = &v->records[at + i];
        bool same = memcmp(record, &v->again[i], sizeof *record) == 0;
        v->still = v->still && same;
        bool later =
            v->moved > 0 && at + i < v->moved + in_doubt && vrrl_raw_timestamp_ns(record) >= newest;
        if (!same || later)
            v->lost = most(v->lost, at + i + 1);
    }
    if (v->moved > 0) /* and the place that it is at may be half written */
        v->lost = most(v->lost, least(v->moved + 1, at + count));
}

static vrrl_code visit_block(struct visit *v, uint64_t at, size_t count, vrrl_error *err)
{
    uint64_t index = (v->cursor + at) % v->source->capacity;
    vrrl_code code = log_source_records(v->source, index, count, &v->records[at], err);
    if (!code)
        code = log_source_records(v->source, index, count, v->again, err);
    if (!code)
        code = look_at_cursor(v, err);
    if (!code && !v->lapped)
        settle_records(v, at, count);
    return code;
}

/* All blocks once. A block ends where the file does. */
static vrrl_code visit_all(struct visit *v, vrrl_error *err)
{
    uint64_t capacity = v->source->capacity;
    vrrl_code code = VRRL_OK;
    for (uint64_t at = 0; at < capacity && !code && !v->lapped;) {
        uint64_t index = (v->cursor + at) % capacity;
        size_t count = (size_t)least(least(capacity - index, capacity - at), BLOCK_RECORDS);
        code = visit_block(v, at, count, err);
        at += count;
    }
    return code;
}

/* The same places all over again: true where nothing has changed since they were read. Only then the
 * log was at rest, and what follows its cursor is the oldest, whatever the timestamps say. */
static vrrl_code compare_all(struct visit *v, vrrl_error *err)
{
    uint64_t capacity = v->source->capacity;
    vrrl_code code = VRRL_OK;
    for (uint64_t at = 0; at < capacity && !code && v->still;) {
        uint64_t index = (v->cursor + at) % capacity;
        size_t count = (size_t)least(least(capacity - index, capacity - at), BLOCK_RECORDS);
        code = log_source_records(v->source, index, count, v->again, err);
        v->still = !code && memcmp(&v->records[at], v->again, count * sizeof *v->again) == 0;
        at += count;
    }
    return code || !v->still ? code : look_at_cursor(v, err);
}

static vrrl_code begin_visit(struct visit *v, vrrl_error *err)
{
    uint64_t cursors[2], capacity = v->source->capacity;
    vrrl_code code = log_source_cursors(v->source, cursors, err);
    v->cursor = cursors[0];
    v->moved = v->lost = 0;
    v->still = true;
    /* One that was read while it changed is ahead of the other, or does no harm. */
    v->lapped =
        !code && capacity > 1 && 2 * log_distance(cursors[0], cursors[1], capacity) >= capacity;
    if (!code)
        code = log_source_head(v->source, (v->cursor + capacity - 1) % capacity, &v->newest, err);
    return code;
}

/* What lies at the cursor is newer than the newest: a writer may have been stopped for a moment just
 * before it moved the cursor. In a log that nobody writes timestamps need not increase. */
static bool looks_stopped(const struct visit *v)
{
    return vrrl_raw_magic(&v->records[0]) != 0 && v->source->capacity > 1 &&
           vrrl_raw_timestamp_ns(&v->records[0]) >= load_le64(v->newest.bytes + 4);
}

/* A log of one record has none while that is replaced. It was written before, or is being for the first
 * time: never written is all zeros. */
static bool looks_replaced(const struct visit *v)
{
    static const vrrl_raw_record never;
    return v->source->capacity == 1 && vrrl_raw_magic(&v->records[0]) == 0 &&
           memcmp(&v->records[0], &never, sizeof never) != 0;
}

/* A log that is at rest as it is; else with what may be later than the cursor left out. */
static vrrl_code finish_visit(struct visit *v, vrrl_error *err)
{
    vrrl_code code = v->still ? compare_all(v, err) : VRRL_OK;
    if (!code && v->still && (looks_stopped(v) || looks_replaced(v)) && v->patience_ms > 0) {
        v->patience_ms--;
        v->lapped = true;
        usleep(1000);
    } else if (!code && v->still && looks_replaced(v)) {
        v->lost = 1; /* whoever was at it is gone */
    }
    if (code || v->still || v->lapped)
        return code;
    uint64_t capacity = v->source->capacity, newest = load_le64(v->newest.bytes + 4);
    for (uint64_t i = 0; i < least(capacity / 2 + 1 + v->moved, capacity - 1); i++)
        if (vrrl_raw_timestamp_ns(&v->records[i]) >= newest)
            v->lost = most(v->lost, i + 1);
    v->lapped = v->lost == capacity;
    return VRRL_OK;
}

static vrrl_code visit_log(struct visit *v, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    v->lapped = true;
    for (int tries = 0; tries < TRIES && v->lapped; tries++) { /* after an error it is not lapped */
        code = begin_visit(v, err);
        if (!code && !v->lapped)
            code = visit_all(v, err);
        if (!code && !v->lapped)
            code = finish_visit(v, err);
        if (tries >= TRIES / 2 && v->lapped)
            usleep(50); /* another moment may be a calmer one */
    }
    if (!code && v->lapped)
        return error_set(err, VRRL_BUSY, "Fix: give the log a greater capacity, or try again.",
                         "%s: its writer goes round faster than the log can be copied",
                         v->source->path ? v->source->path : "the log");
    return code;
}

/* ---- The result ------------------------------------------------------------------------------ */

/* Leaves the live records alone; the first damaged one is an error. */
static vrrl_code keep_live(struct vrrl_snapshot *s, const char *path, vrrl_error *err)
{
    for (uint64_t i = s->replaced; i < s->capacity; i++) {
        uint32_t magic = vrrl_raw_magic(&s->records[i]);
        uint64_t index = (s->cursor + i) % s->capacity;
        if (magic == 0)
            continue;
        if (magic != VRRL_RECORD_MAGIC)
            return log_bad_record(index, magic, path, err);
        s->indexes[s->count] = (uint32_t)index;
        if (s->count != i)
            s->records[s->count] = s->records[i];
        s->count++;
    }
    return VRRL_OK;
}

static vrrl_snapshot *allocate_snapshot(uint64_t capacity)
{
    struct vrrl_snapshot *s = calloc(1, sizeof *s);
    size_t bytes = (size_t)capacity * sizeof(vrrl_raw_record);
    if (!s)
        return NULL;
    s->capacity = capacity;
    s->indexes = malloc((size_t)capacity * sizeof *s->indexes);
    s->records =
        bytes < HUGE_BYTES
            ? malloc(bytes)
            : aligned_alloc(HUGE_BYTES, (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES);
    if (!s->indexes || !s->records) {
        vrrl_snapshot_free(s);
        return NULL;
    }
    if (bytes >= HUGE_BYTES) /* a hint: failing does no harm */
        madvise(s->records, bytes, MADV_HUGEPAGE);
    return s;
}

vrrl_code log_snapshot_over(const struct log_source *source, unsigned patience_ms,
                            vrrl_snapshot **out, vrrl_error *err)
{
    struct vrrl_snapshot *s = allocate_snapshot(source->capacity);
    struct visit *v = malloc(sizeof *v);
    vrrl_code code = VRRL_OK;
    if (!s || !v) {
        code = error_no_memory(err, log_file_bytes(source->capacity));
    } else {
        v->source = source;
        v->records = s->records;
        v->patience_ms = patience_ms;
        code = visit_log(v, err);
    }
    if (!code) {
        s->cursor = v->cursor;
        s->replaced = v->lost;
        code = keep_live(s, source->path, err);
    }
    free(v);
    if (code)
        vrrl_snapshot_free(s);
    else
        *out = s;
    return code;
}

/* Allocates by what the file has, not by what its header says. */
static vrrl_code check_length(const struct log_source *source, vrrl_error *err)
{
    uint64_t bytes = 0, wanted = log_file_bytes(source->capacity);
    vrrl_code code = log_file_size(source->fd, source->path, &bytes, err);
    if (code || bytes >= wanted)
        return code;
    return log_file_short(source->path, "its capacity", bytes, wanted, err);
}

vrrl_code vrrl_snapshot_take(const char *path, vrrl_snapshot **snapshot, vrrl_error *err)
{
    struct log_source source;
    *snapshot = NULL;
    vrrl_code code = log_source_open(&source, path, false, err);
    if (code)
        return code;
    code = check_length(&source, err);
    if (!code)
        code = log_snapshot_over(&source, PATIENCE_MS, snapshot, err);
    log_source_close(&source);
    return code;
}

void vrrl_snapshot_free(vrrl_snapshot *snapshot)
{
    if (!snapshot)
        return;
    free(snapshot->records);
    free(snapshot->indexes);
    free(snapshot);
}

const vrrl_raw_record *vrrl_snapshot_records(const vrrl_snapshot *snapshot, size_t *count)
{
    *count = snapshot->count;
    return snapshot->records;
}
uint64_t vrrl_snapshot_index(const vrrl_snapshot *snapshot, size_t position)
{
    return snapshot->indexes[position];
}
uint64_t vrrl_snapshot_replaced(const vrrl_snapshot *snapshot)
{
    return snapshot->replaced;
}
uint64_t vrrl_snapshot_capacity(const vrrl_snapshot *snapshot)
{
    return snapshot->capacity;
}
uint64_t vrrl_snapshot_cursor(const vrrl_snapshot *snapshot)
{
    return snapshot->cursor;
}

/* ---- Order ----------------------------------------------------------------------------------- */

static bool is_ordered(const vrrl_snapshot *snapshot, vrrl_order_field field)
{
    uint64_t last = 0;
    for (size_t i = 0; i < snapshot->count; i++) {
        uint64_t value = log_order_value(&snapshot->records[i], field);
        if (value < last)
            return false;
        last = value;
    }
    return true;
}

bool vrrl_snapshot_is_ordered(vrrl_snapshot *snapshot, vrrl_order_field field)
{
    signed char *known = &snapshot->ordered[field];
    if (*known == 0)
        *known = is_ordered(snapshot, field) ? 1 : -1;
    return *known > 0;
}

/* The first position whose field is `value` or more. */
static size_t lower_bound(const vrrl_snapshot *snapshot, vrrl_order_field field, uint64_t value)
{
    size_t first = 0, end = snapshot->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (log_order_value(&snapshot->records[middle], field) < value)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

void vrrl_snapshot_range(const vrrl_snapshot *snapshot, vrrl_order_field field,
                         uint64_t least_value, uint64_t greatest, size_t *first, size_t *end)
{
    *first = lower_bound(snapshot, field, least_value);
    *end = greatest == UINT64_MAX ? snapshot->count : lower_bound(snapshot, field, greatest + 1);
    if (*end < *first)
        *end = *first;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static vrrl_code append_all(const vrrl_snapshot *s, vrrl_log *log, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (size_t i = 0; i < s->count && !code; i++) {
        vrrl_record record;
        if (vrrl_log_cursor(log) != s->indexes[i])
            code = vrrl_log_seek(log, s->indexes[i], err);
        vrrl_raw_decode(&s->records[i], &record);
        /* A class that no version has defined reads as unclassified; it is copied as it is. */
        record.failure_class = vrrl_raw_u32(&s->records[i], 48);
        if (!code && vrrl_log_append(log, &record))
            code = vrrl_log_sync(log, err); /* it tells the reason */
    }
    return code ? code : vrrl_log_seek(log, s->cursor, err);
}

vrrl_code vrrl_snapshot_write(const vrrl_snapshot *snapshot, const char *path, vrrl_error *err)
{
    vrrl_log *log;
    vrrl_code code = vrrl_log_create(path, snapshot->capacity, &log, err);
    if (code)
        return code;
    code = append_all(snapshot, log, err);
    if (!code)
        code = vrrl_log_publish(log, err);
    vrrl_code closed = vrrl_log_close(log, code ? NULL : err);
    return code ? code : closed;
}
