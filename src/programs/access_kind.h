/*
 * What accesses of one word mean to each other, where nothing orders them: one rule for the check of slots
 * and for the monitor of a run. docs/checking.md tells it, and why.
 */
#ifndef VRRL_PROGRAMS_ACCESS_KIND_H
#define VRRL_PROGRAMS_ACCESS_KIND_H

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

#endif
