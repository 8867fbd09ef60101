/*
 * What accesses of one word mean to each other, where nothing orders them: one rule for the check of slots,
 * for the monitor of a run, and for that of all executions. docs/checking.md tells it, and why.
 */
#ifndef VRRL_RACE_RULES_H
#define VRRL_RACE_RULES_H

#include "vrrl/graph.h"

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

/* ---- What is excused ------------------------------------------------------------------------- */

/* What is to be said of two accesses that nothing orders. */
typedef enum race_verdict {
    RACE_NONE, /* they do not conflict */
    RACE_FOUND,
    RACE_EQUAL,     /* excused: both store the same value */
    RACE_SILENT,    /* excused: one leaves the value as it was, and the other is a load */
    RACE_VALIDATED, /* excused: the reader looks again at a word that the writer had written before;
                       it takes more than two accesses to tell */
} race_verdict;

/* One of the two. */
typedef struct race_side {
    vrrl_access_kind kind;
    bool declared;  /* of a task, whose writes are taken as declared: of another value each time */
    bool silent;    /* it writes, and leaves the value as it was */
    uint32_t value; /* that a store leaves */
} race_side;

static inline bool race_is_silent(race_side store, race_side load)
{
    return access_is_load(load.kind) && store.silent && !store.declared;
}

static inline race_verdict race_judge(race_side a, race_side b)
{
    if (!access_conflicts(a.kind, b.kind))
        return RACE_NONE;
    bool stores = access_is_store(a.kind) && access_is_store(b.kind);
    if (stores && !a.declared && !b.declared && a.value == b.value)
        return RACE_EQUAL;
    bool silent = race_is_silent(a, b) || race_is_silent(b, a);
    return silent ? RACE_SILENT : RACE_FOUND;
}

#endif
