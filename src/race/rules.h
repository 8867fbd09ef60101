/*
 * What accesses of one word mean to each other, where nothing orders them: one rule for the check of slots,
 * for the monitor of a run, and for that of all executions. docs/checking.md tells it, and why.
 */
#ifndef VRRL_RACE_RULES_H
#define VRRL_RACE_RULES_H

#include "event/declared.h"
#include "event/event.h"
#include "vrrl/run/ring.h"

enum { ACCESS_KINDS = VRRL_ACCESS_RELEASE + 1 };

static inline bool access_is_load(vrrl_access_kind kind)
{
    return kind == VRRL_ACCESS_READ || kind == VRRL_ACCESS_LOOK;
}

static inline bool access_is_store(vrrl_access_kind kind)
{
    return kind == VRRL_ACCESS_WRITE || kind == VRRL_ACCESS_READ_WRITE ||
           kind == VRRL_ACCESS_RELEASE;
}

/* What a read-modify-write is in memory; ACCUMULATE is one that a task declares. */
static inline bool access_is_modify(vrrl_access_kind kind)
{
    return !access_is_load(kind) && !access_is_store(kind);
}

/* A plain store races with all but a load by which a slot decides. What a task declares to accumulate counts
 * as a store to whoever loads or stores. */
static inline bool access_conflicts(vrrl_access_kind a, vrrl_access_kind b)
{
    bool plain = access_is_store(a) && a != VRRL_ACCESS_RELEASE;
    bool other = access_is_store(b) && b != VRRL_ACCESS_RELEASE;
    if (a == VRRL_ACCESS_LOOK || b == VRRL_ACCESS_LOOK)
        return false;
    if (plain || other)
        return true;
    return (a == VRRL_ACCESS_ACCUMULATE && !access_is_modify(b)) ||
           (b == VRRL_ACCESS_ACCUMULATE && !access_is_modify(a));
}

/* No race, and yet who comes first may show: all but two loads, or two additions that keep nothing. */
static inline bool access_order_shows(vrrl_access_kind a, vrrl_access_kind b)
{
    bool loads = access_is_load(a) && access_is_load(b);
    bool adds = access_is_modify(a) && access_is_modify(b) && a != VRRL_ACCESS_SWAP &&
                b != VRRL_ACCESS_SWAP;
    return !loads && !adds && !access_conflicts(a, b);
}

/* ---- What an event is ------------------------------------------------------------------------ */

/* What a slot declares to do to a word: bits. */
enum {
    DECLARES_READ = 1,
    DECLARES_WAIT = 2,
    DECLARES_CONDITION = 4,
    DECLARES_UPDATE = 8,
    DECLARES_TAKE = 16,
};

static inline uint32_t access_declares(const struct declared_event *d)
{
    uint32_t bits = d->waits ? DECLARES_WAIT : d->takes ? DECLARES_TAKE : 0;
    if (declared_reads(d))
        bits |= d->ends ? DECLARES_CONDITION : d->decides ? 0 : DECLARES_READ;
    return bits | (declared_updates(d) && !d->decides ? DECLARES_UPDATE : 0);
}

/* What an event that a slot declares is to others that access its words. Workers look at SHUTDOWN before they
 * begin a slot. */
static inline vrrl_access_kind access_of_declared(const struct declared_event *d)
{
    bool shutdown = d->word == VRRL_WORD_SHUTDOWN;
    bool goes_by = d->waits || d->decides;
    if (d->kind == OPERATION_LOAD)
        return goes_by || shutdown ? VRRL_ACCESS_LOOK : VRRL_ACCESS_READ;
    if (d->kind == OPERATION_STORE)
        return shutdown || (declared_orders(d) && !d->by_fence) ? VRRL_ACCESS_RELEASE
                                                                : VRRL_ACCESS_WRITE;
    if (d->keeps || d->decides || d->rounds)
        return VRRL_ACCESS_SWAP;
    return d->declared && !d->signals ? VRRL_ACCESS_ACCUMULATE : VRRL_ACCESS_ATOMIC;
}

/* A slot goes by what it finds where it waits for the word, or compares it; so does the load with which a
 * swap that adds begins. */
static inline vrrl_access_kind access_of_load(const struct event *e, uint32_t declares)
{
    bool adds = (declares & DECLARES_UPDATE) && !(declares & DECLARES_READ);
    bool goes_by = declares & (DECLARES_WAIT | DECLARES_CONDITION);
    return (e->order & ORDER_ACQUIRE) || goes_by || adds ? VRRL_ACCESS_LOOK : VRRL_ACCESS_READ;
}

/* What an operation, but a fence, is to others that access its word: by what the slot declares to do to it. */
static inline vrrl_access_kind access_of(const struct event *e, uint32_t declares)
{
    if (e->kind == OPERATION_STORE)
        return e->order & ORDER_RELEASE ? VRRL_ACCESS_RELEASE : VRRL_ACCESS_WRITE;
    if (e->kind == OPERATION_LOAD)
        return access_of_load(e, declares);
    if (!e->writes)
        return VRRL_ACCESS_LOOK;
    bool accumulates = e->kind == OPERATION_ADD && (declares & DECLARES_UPDATE);
    return accumulates ? VRRL_ACCESS_ACCUMULATE : VRRL_ACCESS_ATOMIC;
}

/* Whether a slot looks at the word to think better of something: by a look or by a swap, but not to wait for
 * it, as TAKE does. */
static inline bool access_looks_again(const struct event *e, uint32_t declares)
{
    bool may = e->kind != OPERATION_STORE && e->kind != OPERATION_ADD;
    bool waits = e->waits || (declares & DECLARES_TAKE);
    return may && !waits &&
           (e->kind != OPERATION_LOAD || access_of_load(e, declares) == VRRL_ACCESS_LOOK);
}

/* ---- What is excused ------------------------------------------------------------------------- */

/* What is to be said of two accesses that nothing orders. */
enum race_verdict {
    RACE_NONE, /* they do not conflict */
    RACE_FOUND,
    RACE_EQUAL,     /* excused: both store the same value */
    RACE_SILENT,    /* excused: one leaves the value as it was, and the other is a load */
    RACE_VALIDATED, /* excused: the reader looks again at a word that the writer had written before;
                       it takes more than two accesses to tell */
};

/* One of the two, as it is kept of an event. */
struct race_side {
    uint32_t slot;
    uint32_t party; /* what program order orders: a slot that is a thread of its own, or a queue */
    uint32_t value; /* that a store leaves */
    uint8_t kind;   /* a vrrl_access_kind */
    bool declared;  /* of a task, whose writes are taken as declared: of another value each time */
    bool silent;    /* it writes, and leaves the value as it was */
};

static inline struct race_side race_side_of(const struct event *e, uint32_t party)
{
    return (struct race_side){.slot = e->slot,
                              .party = party,
                              .value = access_is_store(e->access) ? e->stored : 0,
                              .kind = e->access,
                              .declared = e->declared,
                              .silent = event_is_silent(e)};
}

static inline bool race_is_silent(const struct race_side *store, const struct race_side *load)
{
    return access_is_load(load->kind) && store->silent && !store->declared;
}

static inline enum race_verdict race_judge(const struct race_side *a, const struct race_side *b)
{
    if (!access_conflicts(a->kind, b->kind))
        return RACE_NONE;
    bool stores = access_is_store(a->kind) && access_is_store(b->kind);
    if (stores && !a->declared && !b->declared && a->value == b->value)
        return RACE_EQUAL;
    bool silent = race_is_silent(a, b) || race_is_silent(b, a);
    return silent ? RACE_SILENT : RACE_FOUND;
}

#endif
