/* The protocol of a live log as steps of two threads, the rules that can be broken, and what each
 * reading must find. test_log_protocol.c runs it. */
#ifndef VRRL_TEST_LOG_PROTOCOL_H
#define VRRL_TEST_LOG_PROTOCOL_H

#include "memory/memory.h"

#include "test.h"

#include <stdbool.h>

enum { STEPS_MAX = 128, VALUES_MAX = 40 };

/* ---- The protocol ---------------------------------------------------------------------------- */

/* When heads of different appends look the same to a reader. */
typedef enum heads {
    HEADS_DIFFER,    /* never */
    HEADS_OF_LAP,    /* in one lap of the ring: what the protocol asks for is that laps differ */
    HEADS_ARE_EQUAL, /* always: equal timestamps and slots */
} heads;

/* Which rule is broken. */
typedef enum broken {
    NOTHING,
    /* the writer */
    BUSY_LATE,      /* magic 0 is stored after the body */
    NEVER_BUSY,     /* or not at all */
    HEAD_EARLY,     /* the head before the body */
    CURSOR_EARLY,   /* the cursor before the record */
    NO_FENCE_1,     /* between magic 0 and the body */
    NO_FENCE_2,     /* between the body and the head */
    CURSOR_RELAXED, /* stored without release */
    MAGIC_RELAXED,  /* the same, where the head is two words */
    /* the reader */
    NO_READER_FENCE_1, /* between head and body */
    NO_READER_FENCE_2, /* between body and the second look at the head */
    NO_RECHECK,        /* no second look */
    NO_THIRD_LOOK,     /* where the head is two words: no third */
    /* where the reader believes the cursor */
    NO_CURSOR_FENCE, /* after it was loaded */
    NO_ANCHOR_FENCE, /* before a tail looks at its anchor again */
    NO_ANCHOR,       /* the tail does not look again */
    NO_SEAT_FENCE,   /* a tail that sits down: after the head */
    RULES,
} broken;

/* What the reader does. */
typedef enum how_to_read {
    READ_LIVE,   /* takes the records of `count` places by head, body, head */
    READ_CURSOR, /* takes the record before the cursor, which must not be older than the cursor */
    TAIL_FILL,   /* sits before append `done`, takes the `count` records that the cursor tells of */
    TAIL_SEAT,   /* sits down behind `place`, and then the same */
} how_to_read;

typedef struct setting {
    vrrl_memory_model model;
    uint32_t capacity;
    uint32_t done;    /* appends before the reader begins to look */
    uint32_t appends; /* and in all */
    bool single;      /* a head is one word */
    heads heads;
    how_to_read how;
    uint32_t count, place;
    broken broken;
} setting;

enum { MAGIC, STAMP, BODY_0, BODY_1, PARTS };

static inline uint16_t location(uint32_t place, uint32_t part)
{
    return (uint16_t)(1 + PARTS * place + part); /* 0 is the cursor */
}

/* Of append n: its magic word, live or being replaced. 0 is a place that was never written. */
static inline uint32_t magic_of(uint32_t n, bool live)
{
    return 2 * (n + 1) + live;
}
static inline bool is_live(uint32_t magic)
{
    return magic & 1;
}
static inline uint32_t append_of(uint32_t magic)
{
    return magic / 2 - 1;
}

typedef struct steps {
    struct operation ops[STEPS_MAX];
    uint32_t count, loads;
} steps;

static inline void add(steps *s, enum operation_kind kind, enum operation_order order, uint16_t at,
                       uint32_t value)
{
    assert_true(s->count < STEPS_MAX);
    s->ops[s->count++] = (struct operation){
        .kind = (uint8_t)kind, .order = (uint8_t)order, .location = at, .value = value};
}

static inline void store_head(const setting *t, steps *s, uint32_t n)
{
    uint32_t place = n % t->capacity;
    if (t->single) {
        add(s, OPERATION_STORE, ORDER_RELAXED, location(place, MAGIC), magic_of(n, true));
        return;
    }
    enum operation_order order = t->broken == MAGIC_RELAXED ? ORDER_RELAXED : ORDER_RELEASE;
    add(s, OPERATION_STORE, ORDER_RELAXED, location(place, STAMP), n + 1);
    add(s, OPERATION_STORE, order, location(place, MAGIC), magic_of(n, true));
}

static inline void store_body(const setting *t, steps *s, uint32_t n)
{
    uint32_t place = n % t->capacity;
    add(s, OPERATION_STORE, ORDER_RELAXED, location(place, BODY_0), n + 1);
    add(s, OPERATION_STORE, ORDER_RELAXED, location(place, BODY_1), n + 1);
}

/* Steps 1 to 6 of docs/format.md. */
static inline void append(const setting *t, steps *s, uint32_t n)
{
    uint16_t magic = location(n % t->capacity, MAGIC);
    broken c = t->broken;
    if (c == CURSOR_EARLY)
        add(s, OPERATION_STORE, ORDER_RELEASE, 0, n + 1);
    if (c != BUSY_LATE && c != NEVER_BUSY)
        add(s, OPERATION_STORE, ORDER_RELAXED, magic, magic_of(n, false));
    if (c != NO_FENCE_1)
        add(s, OPERATION_FENCE, ORDER_RELEASE, 0, 0);
    if (c == HEAD_EARLY)
        store_head(t, s, n);
    store_body(t, s, n);
    if (c == BUSY_LATE)
        add(s, OPERATION_STORE, ORDER_RELAXED, magic, magic_of(n, false));
    if (c != NO_FENCE_2)
        add(s, OPERATION_FENCE, ORDER_RELEASE, 0, 0);
    if (c != HEAD_EARLY)
        store_head(t, s, n);
    if (c != CURSOR_EARLY)
        add(s, OPERATION_STORE, c == CURSOR_RELAXED ? ORDER_RELAXED : ORDER_RELEASE, 0, n + 1);
}

/* ---- Readers --------------------------------------------------------------------------------- */

static inline void load(steps *s, uint16_t at)
{
    assert_true(s->loads++ < VALUES_MAX);
    add(s, OPERATION_LOAD, ORDER_RELAXED, at, 0);
}
static inline void load_head(steps *s, uint32_t place)
{
    load(s, location(place, MAGIC));
    load(s, location(place, STAMP));
}
static inline void load_body(steps *s, uint32_t place)
{
    load(s, location(place, BODY_0));
    load(s, location(place, BODY_1));
}
static inline void fence(steps *s, bool there)
{
    if (there)
        add(s, OPERATION_FENCE, ORDER_ACQUIRE, 0, 0);
}

/* Whether a head is looked at twice in the end. Its two words come in any order: a live magic of the
 * next lap with a timestamp of this one would look like no change. A look after an acquire fence
 * sees the timestamp that belongs to the magic, or a later one. */
static inline bool looks_thrice(const setting *t)
{
    return !t->single && t->broken != NO_THIRD_LOOK;
}

static inline void look_again(const setting *t, steps *s, uint32_t first, uint32_t count)
{
    for (uint32_t look = 0; look < 1u + looks_thrice(t); look++) {
        fence(s, look > 0);
        for (uint32_t i = 0; i < count; i++)
            load_head(s, (first + i) % t->capacity);
    }
}

/* The values come as: heads, bodies, heads again, of the places from `first` on. */
static inline void read_block(const setting *t, steps *s, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        load_head(s, (first + i) % t->capacity);
    fence(s, t->broken != NO_READER_FENCE_1);
    for (uint32_t i = 0; i < count; i++)
        load_body(s, (first + i) % t->capacity);
    fence(s, t->broken != NO_READER_FENCE_2);
    if (t->broken != NO_RECHECK)
        look_again(t, s, first, count);
}

/* The cursor; heads and bodies from `first` on, as one; the head of the place before again. */
static inline void read_fill(const setting *t, steps *s, uint32_t first)
{
    load(s, 0);
    fence(s, t->broken != NO_CURSOR_FENCE);
    for (uint32_t i = 0; i < t->count; i++) {
        load_head(s, (first + i) % t->capacity);
        load_body(s, (first + i) % t->capacity);
    }
    fence(s, t->broken != NO_ANCHOR_FENCE);
    look_again(t, s, (first + t->capacity - 1) % t->capacity, 1);
}

static inline void read_seat(const setting *t, steps *s)
{
    load_head(s, t->place);
    fence(s, t->broken != NO_SEAT_FENCE);
    load_head(s, t->place);
    load_body(s, t->place);
    fence(s, t->broken != NO_READER_FENCE_2);
    load(s, 0);
    fence(s, t->broken != NO_CURSOR_FENCE);
    look_again(t, s, t->place, 1);
    fence(s, true);
    read_fill(t, s, (t->place + 1) % t->capacity);
}

static inline void build_reader(const setting *t, steps *s)
{
    switch (t->how) {
    case READ_LIVE:
        read_block(t, s, t->place, t->count);
        break;
    case READ_CURSOR:
        load(s, 0);
        fence(s, t->broken != NO_CURSOR_FENCE);
        read_block(t, s, t->place, 1);
        break;
    case TAIL_FILL:
        read_fill(t, s, t->done % t->capacity);
        break;
    case TAIL_SEAT:
        read_seat(t, s);
        break;
    }
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

typedef enum verdict {
    NOT_TAKEN, /* busy, overrun, lapped */
    TAKEN,
    WRONG,
} verdict;

/* What has been loaded so far; a reader that has not got as far as a value has no objection. */
typedef struct loaded {
    const uint32_t *values;
    uint32_t count;
} loaded;

static inline loaded from(loaded l, uint32_t first)
{
    return first < l.count ? (loaded){l.values + first, l.count - first} : (loaded){l.values, 0};
}

/* What a reader sees of a head: 0 where it is not live. */
static inline uint32_t seen_head(const setting *t, const uint32_t *head)
{
    if (!is_live(head[0]))
        return 0;
    uint32_t stamp = t->single ? append_of(head[0]) + 1 : head[1]; /* 0: of no append */
    switch (t->heads) {
    case HEADS_DIFFER:
        return 1 + stamp;
    case HEADS_OF_LAP:
        return stamp ? 2 + (stamp - 1) / t->capacity : 1;
    default:
        return 1;
    }
}

/* The append that a live head is of: by its timestamp, where it is two words. */
static inline uint32_t head_append(const setting *t, const uint32_t *head)
{
    return t->single ? append_of(head[0]) : head[1] - 1;
}

static inline bool is_record(const setting *t, const uint32_t *head, const uint32_t *body,
                             uint32_t n)
{
    return is_live(head[0]) && head_append(t, head) == n && body[0] == n + 1 && body[1] == n + 1;
}

/* The looks that come again, `stride` values apart, are what `head` was. */
static inline bool same_again(const setting *t, loaded again, uint32_t stride, uint32_t head)
{
    for (uint32_t look = 0; look < 1u + looks_thrice(t); look++) {
        loaded at = from(again, look * stride);
        if (at.count >= 2 && seen_head(t, at.values) != head)
            return false;
    }
    return true;
}

/* Record i of a block of `count`. */
static inline verdict judge_record(const setting *t, loaded l, uint32_t i, uint32_t count)
{
    loaded head = from(l, 2 * i), again = from(l, 4 * count + 2 * i);
    const uint32_t *body = l.values + 2 * count + 2 * i;
    if (head.count >= 1 && !is_live(head.values[0]))
        return NOT_TAKEN;
    if (head.count < 2)
        return TAKEN;
    if (t->broken != NO_RECHECK && !same_again(t, again, 2 * count, seen_head(t, head.values)))
        return NOT_TAKEN;
    if (l.count < 4 * count)
        return TAKEN;
    return is_record(t, head.values, body, head_append(t, head.values)) ? TAKEN : WRONG;
}

static inline verdict judge_live(const setting *t, loaded l)
{
    verdict worst = NOT_TAKEN;
    for (uint32_t i = 0; i < t->count; i++) {
        verdict v = judge_record(t, l, i, t->count);
        worst = v > worst ? v : worst;
    }
    return worst;
}

/* The record before the cursor is there, or a later append has gone to its place. */
static inline verdict judge_cursor(const setting *t, loaded l)
{
    uint32_t cursor = l.values[0];
    if (cursor == 0 || (cursor - 1) % t->capacity != t->place)
        return NOT_TAKEN;
    if (l.count < 2)
        return TAKEN;
    uint32_t magic = l.values[1];
    if (magic == 0 || append_of(magic) < cursor - 1 ||
        (append_of(magic) == cursor - 1 && !is_live(magic)))
        return WRONG;
    return judge_record(t, from(l, 1), 0, 1);
}

/* A tail before append `next`, whose anchor looked like `anchor`. */
static inline verdict judge_fill(const setting *t, loaded l, uint32_t next, uint32_t anchor)
{
    uint32_t all = 1 + 4 * t->count;
    if (l.count == 0)
        return TAKEN;
    uint32_t at = l.values[0] % t->capacity;
    if ((at + t->capacity - next % t->capacity) % t->capacity != t->count)
        return NOT_TAKEN;
    if (t->broken != NO_ANCHOR && !same_again(t, from(l, all), 2, anchor))
        return NOT_TAKEN;
    if (l.count < all)
        return TAKEN;
    for (const uint32_t *record = l.values + 1; record < l.values + all; record += 4)
        if (!is_record(t, record, record + 2, next++))
            return WRONG;
    return TAKEN;
}

static inline verdict judge_seat(const setting *t, loaded l)
{
    const uint32_t *head = l.values, *body = l.values + 4;
    uint32_t looks = 2 * (1u + looks_thrice(t));
    if (!is_live(head[0]) || (l.count > 6 && l.values[6] % t->capacity == t->place))
        return NOT_TAKEN;
    if (l.count < 7)
        return TAKEN;
    uint32_t n = head_append(t, head);
    if (!same_again(t, from(l, 7), 2, seen_head(t, head)))
        return NOT_TAKEN;
    if (l.count < 7 + looks)
        return TAKEN;
    if (!is_record(t, head, body, n) || l.values[6] < n + 1)
        return WRONG;
    return judge_fill(t, from(l, 7 + looks), n + 1, seen_head(t, head));
}

/* NOT_TAKEN means, on the way, that the reader gives up; of the end it is the verdict. */
static inline verdict judge(const setting *t, loaded l)
{
    uint32_t last = t->done - 1;
    switch (t->how) {
    case READ_LIVE:
        return judge_live(t, l);
    case READ_CURSOR:
        return judge_cursor(t, l);
    case TAIL_FILL:
        return judge_fill(t, l, t->done,
                          seen_head(t, (uint32_t[]){magic_of(last, true), last + 1}));
    default:
        return judge_seat(t, l);
    }
}

#endif
