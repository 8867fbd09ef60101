/*
 * When two accesses of one word conflict: the one definition, for a run that is watched and for all
 * executions. Whether something orders the two is for who asks.
 *
 * A plain store conflicts with every access. Nothing else does: read-modify-writes are atomic among
 * each other and against loads, and so are stores that release. Two things make no difference to
 * anybody and are excused: two plain stores of the same value, and, against a load, a plain store
 * that leaves the value as it was. (A third excuse, a read that is looked at again, is the
 * monitor's: it takes more than two accesses.)
 */
#ifndef VRRL_RACE_RULES_H
#define VRRL_RACE_RULES_H

#include <stdbool.h>
#include <stdint.h>

typedef enum race_kind {
    RACE_LOAD,    /* a relaxed load */
    RACE_ACQUIRE, /* a load that acquires, as that of a wait does */
    RACE_STORE,   /* a plain store: one that does not release */
    RACE_RELEASE, /* a store that releases */
    RACE_MODIFY,  /* a read-modify-write, also a compare-and-swap that fails */
} race_kind;

typedef enum race_verdict {
    RACE_NONE, /* the two do not conflict */
    RACE_FOUND,
    RACE_EQUAL,     /* excused: both store the same value */
    RACE_SILENT,    /* excused: the store leaves the value as it was, and the other is a load */
    RACE_VALIDATED, /* excused: the reader looks again at a word that the writer had written before */
} race_verdict;

static inline bool race_is_load(race_kind kind)
{
    return kind == RACE_LOAD || kind == RACE_ACQUIRE;
}

/* One of two accesses of a word, as far as it matters whether they conflict. */
typedef struct race_side {
    race_kind kind;
    bool silent;    /* a store that leaves the value as it was */
    uint32_t value; /* that a store leaves */
} race_side;

static inline race_verdict race_judge(race_side a, race_side b)
{
    if (a.kind != RACE_STORE && b.kind != RACE_STORE)
        return RACE_NONE;
    if (a.kind == b.kind && a.value == b.value)
        return RACE_EQUAL;
    bool silent = (race_is_load(a.kind) && b.silent) || (race_is_load(b.kind) && a.silent);
    return silent ? RACE_SILENT : RACE_FOUND;
}

#endif
