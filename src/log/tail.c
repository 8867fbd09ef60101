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
 * head again. The same head says that it was one append a all the while; but it must be below T.
 *
 *   The newest record by the cursor, the one just before it, is T - 1 or of a later lap. A cursor
 *   that is not at this very place says that T is not a.
 *   Another is below T where its timestamp is below that of the newest, if timestamps increase. An
 *   ordered log has records, up to half of it, that the cursor does not cover yet: places after the
 *   cursor then hold the newest, not the oldest. While the cursor moves by less than half of the
 *   ring and the newest stays, that one is covered. Where timestamps do not increase, this refuses
 *   places it need not: the newest record is always left.
 */
#include "log/tail.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/least.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
    SEAT_TRIES = 64,
    PAUSE_MIN_NS = 50000,
    PAUSE_MAX_NS = 10000000,
};

static uint64_t place_before(const struct vrrl_tail *tail, uint64_t place, uint64_t steps)
{
    return log_distance(steps, place, tail->source.capacity);
}

static uint64_t head_timestamp(const struct log_head *head)
{
    return load_le64(head->bytes + 4);
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

/* A try to sit down: the place to sit behind, by a cursor that was read before. */
struct seat_try {
    uint64_t place, cursor;
    struct log_head head, again, newest, newest_again;
    uint64_t cursors[2]; /* read in between */
};

static vrrl_code look_around(struct vrrl_tail *tail, struct seat_try *try, vrrl_error *err)
{
    const struct log_source *source = &tail->source;
    uint64_t newest = place_before(tail, try->cursor, 1);
    vrrl_code code = log_source_head(source, newest, &try->newest, err);
    if (!code)
        code = log_source_head(source, try->place, &try->head, err);
    if (!code)
        code = log_source_records(source, try->place, 1, tail->block, err);
    if (!code)
        code = log_source_cursors(source, try->cursors, err);
    if (!code)
        code = log_source_head_again(source, try->place, &try->head, &try->again, err);
    if (!code)
        code = log_source_head_again(source, newest, &try->newest, &try->newest_again, err);
    return code;
}

/* The cursor moved by less than half of the ring, and is not at the place now. */
static bool is_calm(const struct seat_try *try, uint64_t capacity)
{
    for (int i = 0; i < 2; i++)
        if ((try->cursors[i] == try->place && try->cursor != try->place) ||
            2 * log_distance(try->cursor, try->cursors[i], capacity) >= capacity)
            return false;
    return true;
}

/* Its number a is below T, and t or later. */
static bool is_behind_cursor(const struct vrrl_tail *tail, const struct seat_try *try)
{
    uint64_t since = tail->seat == TAIL_OPENING ? 0 : head_timestamp(&tail->anchor) + 1;
    uint64_t timestamp = head_timestamp(&try->head);
    if (!is_calm(try, tail->source.capacity))
        return false;
    if (try->place == place_before(tail, try->cursor, 1))
        return true;
    return log_head_same(&try->newest, &try->newest_again) && timestamp >= since &&
           timestamp < head_timestamp(&try->newest);
}

/* One try, which takes the record, too, where `take` says so. */
static vrrl_code try_seat(struct vrrl_tail *tail, uint64_t place, uint64_t cursor, bool take,
                          vrrl_error *err)
{
    struct seat_try try = {.place = place, .cursor = cursor};
    vrrl_code code = look_around(tail, &try, err);
    if (code || !log_head_same(&try.head, &try.again) || !is_behind_cursor(tail, &try))
        return code;
    memcpy(tail->block, &try.head, sizeof try.head);
    take_block(tail, place, 1);
    tail->at += !take;
    tail->seat = TAIL_SEATED;
    return VRRL_OK;
}

/* The last try of a call is the newest record, the others begin with older ones. */
static vrrl_code sit_at_first(struct vrrl_tail *tail, unsigned tries, vrrl_error *err)
{
    uint64_t capacity = tail->source.capacity, cursor;
    uint64_t back = least(tail->last ? tail->last : 1, capacity);
    vrrl_code code = cursor_ahead(tail, 0, &cursor, err);
    back -= (back - 1) * tries / (tail->seat_tries - 1);
    return code ? code
                : try_seat(tail, place_before(tail, cursor, back), cursor, tail->last > 0, err);
}

/*
 * After a lap. What is behind the cursor and later than the anchor is t or later: by its timestamp,
 * or because it is the newest. The place of t and its own tell how many lie between, but for laps.
 */
static vrrl_code sit_again(struct vrrl_tail *tail, unsigned tries, uint64_t *lost, vrrl_error *err)
{
    uint64_t capacity = tail->source.capacity, skip = capacity / 4 + 1, next = tail->next, ahead;
    skip += (capacity - 1 - skip) * tries / (tail->seat_tries - 1);
    vrrl_code code = cursor_ahead(tail, next, &ahead, err);
    if (code)
        return code;
    uint64_t cursor = (next + ahead) % capacity, place = (cursor + skip) % capacity;
    code = try_seat(tail, place, cursor, true, err);
    *lost = tail->seat == TAIL_SEATED ? log_distance(next, place, capacity) : 0;
    return code;
}

static vrrl_code sit_down(struct vrrl_tail *tail, vrrl_tail_item *item, bool *more, vrrl_error *err)
{
    bool lapped = tail->seat == TAIL_LAPPED;
    uint64_t lost = 0;
    vrrl_code code = VRRL_OK;
    for (unsigned i = 0; i < tail->seat_tries && !code && tail->seat != TAIL_SEATED; i++)
        code = lapped ? sit_again(tail, i, &lost, err) : sit_at_first(tail, i, err);
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
    struct log_head now;
    vrrl_code code = log_source_head_again(&tail->source, place_before(tail, tail->next, 1),
                                           &tail->anchor, &now, err);
    *holds = !code && log_head_same(&now, &tail->anchor);
    return code;
}

/* The next batch; *more is false where there is nothing new. */
static vrrl_code fill_batch(struct vrrl_tail *tail, bool *more, vrrl_error *err)
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
    struct log_head head = {{0}}, again = {{0}};
    vrrl_code code = log_source_head(&tail->source, 0, &head, err);
    *more = false;
    if (tail->seat == TAIL_OPENING && tail->last == 0)
        tail->anchor = head;
    bool first = tail->seat == TAIL_OPENING && tail->last > 0;
    if (code || load_le32(head.bytes) == 0 || log_head_same(&head, &tail->anchor))
        goto seated;
    code = log_source_records(&tail->source, 0, 1, tail->block, err);
    if (!code)
        code = log_source_head_again(&tail->source, 0, &head, &again, err);
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
    return tail->seat == TAIL_SEATED ? fill_batch(tail, more, err)
                                     : sit_down(tail, item, more, err);
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
    struct log_head head;
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
    tail->seat_tries = SEAT_TRIES;
    tail->seat = TAIL_OPENING;
    tail->gap_told = false;
    tail->next = 0;
    tail->anchor = (struct log_head){{0}};
    tail->at = tail->end = tail->block;
    tail->block_index = 0;
    tail->pause_ns = PAUSE_MIN_NS;
    *out = tail;
    return VRRL_OK;
}

/* Sits down now, so that what is appended from here on is seen. */
static vrrl_code begin_tail(struct vrrl_tail *tail, vrrl_error *err)
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
        code = begin_tail(*tail, err);
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
