/*
 * Following a log. Appends are numbered here, from 0; append n lies at place n modulo the capacity,
 * and T is how many there have been, which the cursor tells but for the laps.
 *
 * A tail that sits before append t knows the head of append t - 1, its anchor. While that is the
 * same, append t - 1 + capacity has not begun, so T is at most t - 1 + capacity: the distance from
 * place t to the cursor is then T - t, and no place from t on has been replaced. So a batch is:
 *
 *   cursor            how many are there: all of them whole, since the cursor is stored after them
 *   records           without any check of their own
 *   the anchor again  the same: they were the appends t, t + 1, ... of this lap
 *
 * The acquire fence after each pairs with the release fences of an append: who sees any store of
 * append t + capacity sees afterwards that the head of t - 1 has gone.
 *
 * To sit down behind a place, in the beginning and after a lap, takes its head, the cursor, and its
 * head again. The same head says that it was one append a all the while, and a cursor that is not
 * at this very place says that T is not a: the head of an append is seen before its cursor.
 */
#include "log/tail.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
    SEAT_TRIES = 64, /* a call, before it says NOTHING */
    PAUSE_MIN_NS = 50000,
    PAUSE_MAX_NS = 10000000,
};

static uint64_t place_before(const struct vrrl_tail *tail, uint64_t place, uint64_t steps)
{
    return log_distance(steps, place, tail->source.capacity);
}

static uint64_t head_timestamp(const log_head *head)
{
    return load_le64(head->bytes + 4);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How far the cursor is from `place`. A cursor that was read while it changed may seem farther on
 * than it is; the other of the two does not then. */
static vrrl_code cursor_ahead(const struct vrrl_tail *tail, uint64_t place, uint64_t *distance,
                              vrrl_error *err)
{
    uint64_t cursors[2];
    vrrl_code code = log_source_cursors(&tail->source, cursors, err);
    if (!code)
        *distance = least(log_distance(place, cursors[0], tail->source.capacity),
                          log_distance(place, cursors[1], tail->source.capacity));
    return code;
}

/* What the block holds from `index` on is the tail's, and its last record is the anchor. */
static void take_block(struct vrrl_tail *tail, uint64_t index, size_t count)
{
    tail->block_index = index;
    tail->at = tail->block;
    tail->end = tail->block + count;
    memcpy(&tail->anchor, &tail->block[count - 1], sizeof tail->anchor);
    tail->next = (index + count) % tail->source.capacity;
}

/* ---- Sitting down ---------------------------------------------------------------------------- */

/* One try to sit down behind `place`, and to take its record where `take` says so. */
static vrrl_code try_seat(struct vrrl_tail *tail, uint64_t place, bool take, vrrl_error *err)
{
    const struct log_source *source = &tail->source;
    uint64_t cursors[2];
    log_head head, again;
    vrrl_code code = log_source_head(source, place, &head, err);
    if (!code)
        code = log_source_records(source, place, 1, tail->block, err);
    if (!code)
        code = log_source_cursors(source, cursors, err);
    if (!code)
        code = log_source_head(source, place, &again, err);
    if (code || !log_head_same(&head, &again) || cursors[0] == place || cursors[1] == place)
        return code;
    memcpy(tail->block, &head, sizeof head);
    take_block(tail, place, 1);
    tail->at += !take;
    tail->seat = TAIL_SEATED;
    return VRRL_OK;
}

/* The same behind the cursor's own place, where the oldest record of a full log is. The newest may
 * be there, too, with its cursor still to come, but not with a smaller timestamp than the one
 * before it has: then T is not a. */
static vrrl_code try_oldest(struct vrrl_tail *tail, uint64_t place, vrrl_error *err)
{
    const struct log_source *source = &tail->source;
    uint64_t cursors[2], newest_place = place_before(tail, place, 1);
    log_head head, again, newest, newest_again;
    vrrl_code code = log_source_head(source, newest_place, &newest, err);
    if (!code)
        code = log_source_head(source, place, &head, err);
    if (!code)
        code = log_source_records(source, place, 1, tail->block, err);
    if (!code)
        code = log_source_cursors(source, cursors, err);
    if (!code)
        code = log_source_head(source, place, &again, err);
    if (!code)
        code = log_source_head(source, newest_place, &newest_again, err);
    if (code || !log_head_same(&head, &again) || !log_head_same(&newest, &newest_again) ||
        cursors[0] != place || cursors[1] != place ||
        head_timestamp(&head) >= head_timestamp(&newest))
        return code;
    memcpy(tail->block, &head, sizeof head);
    take_block(tail, place, 1);
    tail->seat = TAIL_SEATED;
    return VRRL_OK;
}

static vrrl_code sit_at_first(struct vrrl_tail *tail, vrrl_error *err)
{
    uint64_t capacity = tail->source.capacity, cursor;
    vrrl_code code = cursor_ahead(tail, 0, &cursor, err);
    if (!code && tail->last >= capacity)
        code = try_oldest(tail, cursor, err);
    if (code || tail->seat == TAIL_SEATED)
        return code;
    uint64_t back = least(tail->last ? tail->last : 1, capacity - 1);
    return try_seat(tail, place_before(tail, cursor, back), tail->last > 0, err);
}

/*
 * After a lap. The anchor of append t - 1 has gone, so T was at least t - 1 + capacity, and by the
 * cursor at least `ahead` more. The place `skip` after the cursor held append T - capacity + skip
 * then, or a later one: t or later, with at least ahead + skip - 1 between.
 */
static vrrl_code sit_again(struct vrrl_tail *tail, uint64_t *lost, vrrl_error *err)
{
    uint64_t capacity = tail->source.capacity, anchor = place_before(tail, tail->next, 1), ahead;
    uint64_t skip = capacity / 4 + 1;
    vrrl_code code = cursor_ahead(tail, anchor, &ahead, err);
    if (code)
        return code;
    *lost = ahead + skip - 1;
    code = try_seat(tail, (anchor + ahead + skip) % capacity, true, err);
    if (!code && tail->seat != TAIL_SEATED)
        *lost = ahead > 0 ? ahead - 1 : 0; /* nothing given up so far */
    return code;
}

static vrrl_code sit_down(struct vrrl_tail *tail, vrrl_tail_item *item, bool *more, vrrl_error *err)
{
    bool lapped = tail->seat == TAIL_LAPPED;
    uint64_t lost = 0;
    vrrl_code code = VRRL_OK;
    for (int i = 0; i < SEAT_TRIES && !code && tail->seat != TAIL_SEATED; i++)
        code = lapped ? sit_again(tail, &lost, err) : sit_at_first(tail, err);
    *more = tail->seat == TAIL_SEATED;
    if (!code && lapped && !tail->gap_told) {
        *item = (vrrl_tail_item){.event = VRRL_TAIL_LAPPED, .lost = lost};
        tail->gap_told = true;
    }
    return code;
}

/* ---- Going on -------------------------------------------------------------------------------- */

static vrrl_code anchor_holds(const struct vrrl_tail *tail, bool *holds, vrrl_error *err)
{
    log_head now;
    vrrl_code code = log_source_head(&tail->source, place_before(tail, tail->next, 1), &now, err);
    *holds = !code && log_head_same(&now, &tail->anchor);
    return code;
}

/* The next batch; *more is false where there is nothing new. */
static vrrl_code fill(struct vrrl_tail *tail, bool *more, vrrl_error *err)
{
    uint64_t there, index = tail->next;
    size_t count = 0;
    bool holds = true;
    vrrl_code code = cursor_ahead(tail, index, &there, err);
    if (!code) {
        count = (size_t)least(least(there, TAIL_BLOCK_RECORDS), tail->source.capacity - index);
        code = log_source_records(&tail->source, index, count, tail->block, err);
    }
    if (!code)
        code = anchor_holds(tail, &holds, err);
    if (code)
        return code;
    if (!holds) {
        tail->seat = TAIL_LAPPED;
    } else if (count > 0) {
        take_block(tail, index, count);
    }
    *more = count > 0 || !holds;
    return VRRL_OK;
}

/* A log of one record has its anchor in the place that comes next: a new head is a new record, and
 * how many there were in between nobody can tell. */
static vrrl_code fill_single(struct vrrl_tail *tail, vrrl_tail_item *item, bool *more,
                             vrrl_error *err)
{
    log_head head = {{0}}, again = {{0}};
    vrrl_code code = log_source_head(&tail->source, 0, &head, err);
    *more = false;
    if (tail->seat == TAIL_OPENING && tail->last == 0)
        tail->anchor = head;
    bool first = tail->seat == TAIL_OPENING && tail->last > 0;
    if (code || load_le32(head.bytes) == 0 || log_head_same(&head, &tail->anchor))
        goto seated;
    code = log_source_records(&tail->source, 0, 1, tail->block, err);
    if (!code)
        code = log_source_head(&tail->source, 0, &again, err);
    if (code || !log_head_same(&head, &again))
        return code;
    memcpy(tail->block, &head, sizeof head);
    take_block(tail, 0, 1);
    *more = true;
    if (!first)
        *item = (vrrl_tail_item){.event = VRRL_TAIL_LAPPED, .lost = 0};
seated:
    tail->seat = TAIL_SEATED;
    return code;
}

static vrrl_code read_on(struct vrrl_tail *tail, vrrl_tail_item *item, bool *more, vrrl_error *err)
{
    *more = false;
    if (tail->source.capacity == 1)
        return fill_single(tail, item, more, err);
    return tail->seat == TAIL_SEATED ? fill(tail, more, err) : sit_down(tail, item, more, err);
}

/* The next live record of the block into *item, if there is one. */
static vrrl_code hand_out(struct vrrl_tail *tail, vrrl_tail_item *item, vrrl_error *err)
{
    for (; tail->at < tail->end; tail->at++) {
        uint64_t index = tail->block_index + (uint64_t)(tail->at - tail->block);
        uint32_t magic = vrrl_raw_magic(tail->at);
        if (magic == 0)
            continue;
        if (magic != VRRL_RECORD_MAGIC)
            return log_bad_record(index, magic, tail->source.path, err);
        *item = (vrrl_tail_item){VRRL_TAIL_RECORD, tail->at++, index, 0};
        tail->gap_told = false;
        return VRRL_OK;
    }
    return VRRL_OK;
}

vrrl_code vrrl_tail_next(vrrl_tail *tail, vrrl_tail_item *item, vrrl_error *err)
{
    bool more = true;
    vrrl_code code = VRRL_OK;
    *item = (vrrl_tail_item){.event = VRRL_TAIL_NOTHING};
    while (!code && more && item->event == VRRL_TAIL_NOTHING) {
        code = hand_out(tail, item, err);
        if (!code && item->event == VRRL_TAIL_NOTHING)
            code = read_on(tail, item, &more, err);
    }
    if (item->event != VRRL_TAIL_NOTHING)
        tail->pause_ns = PAUSE_MIN_NS;
    return code;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static vrrl_code may_have_more(const struct vrrl_tail *tail, bool *ready, vrrl_error *err)
{
    uint64_t there = 0;
    log_head head;
    vrrl_code code;
    *ready = true;
    if (tail->at < tail->end || tail->seat != TAIL_SEATED)
        return VRRL_OK;
    if (tail->source.capacity == 1) {
        code = log_source_head(&tail->source, 0, &head, err);
        *ready = !code && load_le32(head.bytes) != 0 && !log_head_same(&head, &tail->anchor);
        return code;
    }
    code = cursor_ahead(tail, tail->next, &there, err);
    if (code || there > 0)
        return code;
    bool holds = false;
    code = anchor_holds(tail, &holds, err);
    *ready = !holds;
    return code;
}

static vrrl_code still_named(const struct vrrl_tail *tail, vrrl_error *err)
{
    struct stat status;
    if (fstat(tail->source.fd, &status) != 0)
        return error_errno(err, "fstat", tail->source.path, NULL);
    if (status.st_nlink > 0)
        return VRRL_OK;
    return error_set(err, VRRL_IO, "Fix: if there is a new log of this name, follow that one.",
                     "tail %s: the file was deleted or replaced", tail->source.path);
}

/* False where a signal came. */
static bool pause_for(uint64_t ns)
{
    struct timespec pause = {.tv_sec = (time_t)(ns / 1000000000u),
                             .tv_nsec = (long)(ns % 1000000000u)};
    return nanosleep(&pause, NULL) == 0;
}

vrrl_code vrrl_tail_wait(vrrl_tail *tail, uint32_t timeout_ms, bool *ready, vrrl_error *err)
{
    uint64_t end = clock_steady_ns() + timeout_ms * 1000000ull;
    vrrl_code code;
    bool unseated = tail->seat != TAIL_SEATED; /* tried in vain just now: not at once again */
    for (;;) {
        code = may_have_more(tail, ready, err);
        uint64_t now = clock_steady_ns();
        if (code || (*ready && !unseated) || now >= end)
            return code;
        unseated = false;
        if (!pause_for(least(tail->pause_ns, end - now)))
            return VRRL_OK;
        if (tail->pause_ns >= PAUSE_MAX_NS && (code = still_named(tail, err)))
            return code;
        tail->pause_ns = least(tail->pause_ns * 2, PAUSE_MAX_NS);
    }
}

/* ---- Opening and closing --------------------------------------------------------------------- */

vrrl_code log_tail_over(const struct log_source *source, uint64_t last, vrrl_tail **out,
                        vrrl_error *err)
{
    struct log_source taken = *source;
    struct vrrl_tail *tail = malloc(sizeof *tail);
    if (!tail) {
        log_source_close(&taken);
        return error_no_memory(err, sizeof *tail);
    }
    tail->source = taken;
    tail->last = last;
    tail->seat = TAIL_OPENING;
    tail->gap_told = false;
    tail->next = 0;
    tail->anchor = (log_head){{0}};
    tail->at = tail->end = tail->block;
    tail->block_index = 0;
    tail->pause_ns = PAUSE_MIN_NS;
    *out = tail;
    return VRRL_OK;
}

/* Sits down now, so that what is appended from here on is seen. */
static vrrl_code begin(struct vrrl_tail *tail, vrrl_error *err)
{
    vrrl_tail_item item;
    bool more;
    return tail->source.capacity == 1 && tail->last > 0 ? VRRL_OK
                                                        : read_on(tail, &item, &more, err);
}

vrrl_code vrrl_tail_open(const char *path, uint64_t last, unsigned flags, vrrl_tail **tail,
                         vrrl_error *err)
{
    struct log_source source;
    *tail = NULL;
    vrrl_code code = log_source_open(&source, path, flags & VRRL_TAIL_MAPPED, err);
    if (!code)
        code = log_tail_over(&source, last, tail, err);
    if (!code)
        code = begin(*tail, err);
    if (code) {
        vrrl_tail_close(*tail);
        *tail = NULL;
    }
    return code;
}

uint64_t vrrl_tail_capacity(const vrrl_tail *tail)
{
    return tail->source.capacity;
}

void vrrl_tail_close(vrrl_tail *tail)
{
    if (!tail)
        return;
    log_source_close(&tail->source);
    free(tail);
}
