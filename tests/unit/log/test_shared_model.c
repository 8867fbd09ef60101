/*
 * The shared log as a model: two producers with two tickets each and a tail, every interleaving of
 * their steps, one access a step, on a ring of four that is full of an older lap. One producer may
 * abandon its first ticket. No live record is ever torn; whatever the tail accepts is what it takes it
 * for; the cursor covers only what is done; in the end all of it is committed.
 *
 * The process may be killed at every state: the file shows nothing stale where the cursor says that it
 * is new, and the same holds when two producers with a ticket each go on from what is left.
 *
 * Then rules are taken away in turn, to see that the model notices.
 */
#include "test.h"

#include <stdbool.h>

enum { CAPACITY = 4, WINDOW = 2, PRODUCERS = 2, TICKETS = 2, TABLE = 1 << 20, LAP = 4 };
/* Appends are numbered from 1: 1 … 4 the older lap, 5 … 8 the tickets; those of the process after that
 * go on four laps higher. A head is a number, and below 100; 100 + n: claimed by n, magic 0. */
enum { CLAIMED = 100, LIVES_APART = 4 * CAPACITY };

typedef enum rules {
    RULES_ALL,
    RULES_NO_CLEARING,    /* a claim leaves the head */
    RULES_NO_TIMESTAMP,   /* a claim clears the magic alone */
    RULES_HEAD_FIRST,     /* the head before the body */
    RULES_NO_SECOND_LOOK, /* who commits does not look again */
    RULES_NO_LOCK_ORDER,  /* clears outside the lock */
    RULES_LATE_CLEARING,  /* a claim leaves the head, publishing clears it */
    RULES_CURSOR_FIRST,   /* a claim moves the cursor */
} rules;

/* The last ones: an append that finds everything committed, under the lock. */
enum {
    CLAIM,
    CLEAR,
    UNLOCK,
    BODY0,
    BODY1,
    HEAD,
    DONE,
    TRY,
    MOVE,
    RELEASE,
    LOOK,
    ENDED,
    ALONE_CLEAR,
    ALONE_BODY0,
    ALONE_BODY1,
    ALONE_HEAD,
    ALONE_CURSOR,
    ALONE_UNLOCK
};
enum { READ_CURSOR, READ_HEAD, READ_BODY0, READ_BODY1, READ_ANCHOR, READ_END };

typedef struct state {
    uint8_t head[CAPACITY], body0[CAPACITY], body1[CAPACITY], done[CAPACITY];
    uint8_t lock, next, committing, committed, cursor; /* next, committed: numbers */
    uint8_t base, tickets;                             /* committed at open, and to be claimed */
    struct {
        uint8_t pc, number, left;
    } producer[PRODUCERS];
    struct {
        uint8_t pc, next, anchor, there, head, body0, body1;
    } tail;
} state;

typedef struct model {
    rules rules;
    bool alone;    /* appends go under the lock where they can */
    bool abandons; /* the first producer, its first ticket */
    state *table;
    bool *used;
    uint32_t count, accepted;
    bool wrong;
} model;

static uint8_t place(uint8_t number)
{
    return (uint8_t)((number - 1) % CAPACITY);
}

static void clear_head(const model *m, state *s, uint8_t number)
{
    uint8_t *head = &s->head[place(number)];
    if (m->rules == RULES_NO_CLEARING || m->rules == RULES_LATE_CLEARING)
        return;
    if (m->rules == RULES_NO_TIMESTAMP) /* the timestamp of what was there */
        *head = *head >= CLAIMED ? *head : (uint8_t)(*head + CLAIMED);
    else
        *head = (uint8_t)(CLAIMED + number);
}

/* Nothing is in flight: a whole append under the lock, as one writer's. */
static void append_alone(state *s, int i)
{
    uint8_t *pc = &s->producer[i].pc, n = s->producer[i].number, at = place(n);
    switch (*pc) {
    case ALONE_CLEAR:
        s->head[at] = s->head[at] >= CLAIMED ? s->head[at] : (uint8_t)(s->head[at] + CLAIMED);
        break;
    case ALONE_BODY0:
        s->body0[at] = n;
        break;
    case ALONE_BODY1:
        s->body1[at] = n;
        break;
    case ALONE_HEAD:
        s->head[at] = n;
        break;
    case ALONE_CURSOR:
        s->next++;
        s->committed = n;
        s->cursor = n % CAPACITY;
        break;
    default:
        s->lock = 0;
    }
    *pc = *pc < ALONE_UNLOCK ? (uint8_t)(*pc + 1) : s->producer[i].left > 0 ? CLAIM : ENDED;
}

/* One step of a producer; false where it can do nothing now. */
static bool produce(const model *m, state *s, int i)
{
    uint8_t *pc = &s->producer[i].pc, n = s->producer[i].number;
    bool abandons = m->abandons && i == 0 && s->producer[i].left == TICKETS - 1;
    uint8_t committed = s->committed;
    if (*pc >= ALONE_CLEAR) {
        append_alone(s, i);
        return true;
    }
    switch (*pc) {
    case CLAIM:
        if (s->lock || s->next - s->committed > WINDOW)
            return false;
        s->lock = 1;
        s->producer[i].left--;
        s->producer[i].number = s->next;
        if (m->alone && s->next == s->committed + 1 && !(m->abandons && i == 0)) {
            *pc = ALONE_CLEAR;
            return true;
        }
        s->next++;
        if (m->rules == RULES_CURSOR_FIRST)
            s->cursor = (uint8_t)((s->cursor + 1) % CAPACITY);
        *pc = m->rules == RULES_NO_LOCK_ORDER ? UNLOCK : CLEAR;
        return true;
    case CLEAR:
        clear_head(m, s, n);
        *pc = m->rules == RULES_NO_LOCK_ORDER ? BODY0 : UNLOCK;
        return true;
    case UNLOCK:
        s->lock = 0;
        *pc = m->rules == RULES_NO_LOCK_ORDER ? CLEAR
              : abandons                      ? DONE
              : m->rules == RULES_HEAD_FIRST  ? HEAD
                                              : BODY0;
        return true;
    case BODY0:
        if (abandons) {
            *pc = DONE;
            return true;
        }
        if (m->rules == RULES_LATE_CLEARING)
            s->head[place(n)] = (uint8_t)(CLAIMED + n);
        s->body0[place(n)] = n;
        *pc = BODY1;
        return true;
    case BODY1:
        s->body1[place(n)] = n;
        *pc = m->rules == RULES_HEAD_FIRST ? DONE : HEAD;
        return true;
    case HEAD:
        s->head[place(n)] = n;
        *pc = m->rules == RULES_HEAD_FIRST ? BODY0 : DONE;
        return true;
    case DONE:
        s->done[place(n)] = n;
        *pc = TRY;
        return true;
    case TRY:
        *pc = s->committing ? ENDED : MOVE;
        s->committing = 1;
        break;
    case MOVE: /* the words and the cursor: nobody else writes them now, readers see the cursor alone */
        while (s->done[place((uint8_t)(committed + 1))] == committed + 1)
            committed++;
        s->committed = committed;
        s->cursor = committed % CAPACITY;
        *pc = RELEASE;
        return true;
    case RELEASE:
        s->committing = 0;
        *pc = m->rules == RULES_NO_SECOND_LOOK ? ENDED : LOOK;
        break;
    case LOOK:
        *pc = s->done[place((uint8_t)(committed + 1))] == committed + 1 ? TRY : ENDED;
        break;
    default:
        return false;
    }
    if (*pc == ENDED && s->producer[i].left > 0)
        *pc = CLAIM;
    return true;
}

/* A tail's batch of one record, again and again, until it is lapped. `next` is the number that comes
 * next, `anchor` the head before it. */
static bool follow(model *m, state *s)
{
    uint8_t at = place(s->tail.next), before = place((uint8_t)(s->tail.next + CAPACITY - 1));
    switch (s->tail.pc) {
    case READ_CURSOR:
        s->tail.there = (uint8_t)((s->cursor + CAPACITY - at) % CAPACITY);
        s->tail.pc = READ_HEAD;
        return s->tail.there > 0 || s->tail.next <= LAP * 2;
    case READ_HEAD:
        s->tail.head = s->head[at];
        s->tail.pc = READ_BODY0;
        return true;
    case READ_BODY0:
        s->tail.body0 = s->body0[at];
        s->tail.pc = READ_BODY1;
        return true;
    case READ_BODY1:
        s->tail.body1 = s->body1[at];
        s->tail.pc = READ_ANCHOR;
        return true;
    case READ_ANCHOR:
        s->tail.pc = READ_CURSOR;
        if (s->head[before] != s->tail.anchor) {
            s->tail.pc = READ_END;
        } else if (s->tail.there > 0) {
            bool live = s->tail.head < CLAIMED;
            m->wrong = m->wrong || s->committed < s->tail.next ||
                       (live && (s->tail.head != s->tail.next || s->tail.body0 != s->tail.next ||
                                 s->tail.body1 != s->tail.next));
            m->accepted += live;
            s->tail.anchor = s->tail.head;
            s->tail.next++;
        }
        s->tail.there = s->tail.head = s->tail.body0 = s->tail.body1 = 0;
        return true;
    default:
        return false;
    }
}

static bool add(model *m, const state *s)
{
    uint64_t hash = 1469598103934665603u;
    for (size_t i = 0; i < sizeof *s; i++)
        hash = (hash ^ ((const uint8_t *)s)[i]) * 1099511628211u;
    uint32_t at = (uint32_t)(hash >> 20) % TABLE;
    while (m->used[at]) {
        if (memcmp(&m->table[at], s, sizeof *s) == 0)
            return false;
        at = (at + 1) % TABLE;
    }
    assert_true(++m->count < TABLE / 2);
    m->used[at] = true;
    m->table[at] = *s;
    return true;
}

/* A live head has the whole body of its append behind it, at every moment. */
static bool has_torn_record(const state *s)
{
    for (int i = 0; i < CAPACITY; i++)
        if (s->head[i] < CLAIMED && (s->body0[i] != s->head[i] || s->body1[i] != s->head[i]))
            return true;
    return false;
}

/* The number below which all appends are, by the cursor alone: who reads the file has no other. */
static uint8_t covered(const state *s)
{
    uint8_t n = s->committed;
    while (n % CAPACITY != s->cursor)
        n++;
    return n;
}

/* A place that the cursor covers, since this process has begun, holds its append, or a newer one that
 * the cursor does not cover yet, or reads as never written: not what was there a lap ago. */
static bool has_stale_record(const state *s)
{
    uint8_t end = covered(s), first = (uint8_t)(end - CAPACITY);
    for (uint8_t n = first < s->base ? s->base : first; n++ < end;) {
        uint8_t head = s->head[place(n)];
        bool newer = head == n + CAPACITY && head < s->next;
        if (head < CLAIMED && head != n && !newer)
            return true;
    }
    return false;
}

/* What a process finds that opens the file after this one was killed. */
static state opened_again(const state *killed)
{
    state s = {.cursor = killed->cursor};
    memcpy(s.head, killed->head, sizeof s.head);
    memcpy(s.body0, killed->body0, sizeof s.body0);
    memcpy(s.body1, killed->body1, sizeof s.body1);
    s.base = s.committed = (uint8_t)(covered(killed) + LIVES_APART);
    s.next = (uint8_t)(s.committed + 1);
    s.tickets = PRODUCERS;
    for (int i = 0; i < PRODUCERS; i++)
        s.producer[i].left = 1;
    s.tail.next = s.next;
    s.tail.anchor = s.head[place(s.committed)];
    return s;
}

static void explore(model *m, const state *from)
{
    m->wrong = m->wrong || has_torn_record(from) || has_stale_record(from);
    if (m->wrong || !add(m, from))
        return;
    bool ended = true;
    for (int i = 0; i < PRODUCERS; i++) {
        state to = *from;
        ended = ended && from->producer[i].pc == ENDED;
        if (produce(m, &to, i))
            explore(m, &to);
    }
    if (ended && from->committed != from->base + from->tickets)
        m->wrong = true;
    state to = *from;
    if (follow(m, &to))
        explore(m, &to);
    to = opened_again(from);
    if (from->base == LAP)
        explore(m, &to);
}

/* Whether anything goes wrong, with a tail that sits before append `next` of the older lap, or at the
 * cursor. */
static bool goes_wrong(rules r, bool alone, bool abandons, uint8_t next, uint8_t abandoned_before)
{
    model m = {.rules = r, .alone = alone, .abandons = abandons};
    state start = {.next = LAP + 1,
                   .committed = LAP,
                   .cursor = 0,
                   .base = LAP,
                   .tickets = PRODUCERS * TICKETS};
    for (uint8_t n = 1; n <= LAP; n++) {
        uint8_t head = n == abandoned_before ? (uint8_t)(CLAIMED + n) : n;
        start.head[place(n)] = head;
        start.body0[place(n)] = start.body1[place(n)] = n;
        start.done[place(n)] = n;
    }
    for (int i = 0; i < PRODUCERS; i++)
        start.producer[i].left = TICKETS;
    start.tail.next = next;
    start.tail.anchor = start.head[place((uint8_t)(next + CAPACITY - 1))];
    m.table = calloc(TABLE, sizeof *m.table);
    m.used = calloc(TABLE, sizeof *m.used);
    assert_true(m.table && m.used);
    explore(&m, &start);
    if (r == RULES_ALL)
        print_message("tail before %u, append %u abandoned%s: %u states, %u accepted\n", next,
                      abandoned_before, abandons ? ", a ticket abandoned" : "", m.count,
                      m.accepted);
    free(m.table);
    free(m.used);
    return m.wrong;
}

static bool any_goes_wrong(rules r, bool alone)
{
    bool wrong = false;
    for (int abandons = 0; abandons < 2; abandons++)
        for (uint8_t next = 2; next <= LAP + 1; next++)
            for (uint8_t before = 0; before < 2; before++)
                wrong =
                    wrong || goes_wrong(r, alone, abandons, next, before ? (uint8_t)(next - 1) : 0);
    return wrong;
}

static void every_interleaving(void **test)
{
    (void)test;
    assert_false(any_goes_wrong(RULES_ALL, false));
    assert_false(any_goes_wrong(RULES_ALL, true));
}

static void each_rule_is_needed(void **test)
{
    (void)test;
    for (int r = RULES_ALL + 1; r <= RULES_CURSOR_FIRST; r++)
        if (!any_goes_wrong((rules)r, false))
            fail_msg("without rule %d nothing goes wrong", r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_interleaving),
        cmocka_unit_test(each_rule_is_needed),
    };
    return cmocka_run_group_tests_name("shared_model", tests, NULL, NULL);
}
