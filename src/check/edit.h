/* Small changes of a graph, made on a copy. Private to the check. */
#ifndef VRRL_CHECK_EDIT_H
#define VRRL_CHECK_EDIT_H

#include "edit/repair.h"
#include "vrrl/run/graph.h"

typedef enum edit_kind {
    EDIT_WAIT,      /* `task` waits for `counter` >= `value`: added, or the wait's threshold set */
    EDIT_DROP_WAIT, /* `task` no longer waits for `counter` */
    EDIT_TIE,       /* a new counter, which `other` signals and `task` waits for */
    EDIT_RANGE,     /* every write of `task` to the range's buffer is this range */
    EDIT_MOVE,      /* in its queue, `other` comes just before `task` */
    EDIT_SORT,      /* every queue in the order of a run in a pool */
    EDIT_RESIDENT,  /* `value` queues are resident */
    EDIT_ORDER, /* `other` signals `counter` with release, and `task` waits for it with acquire */
    /* Of a program alone: what a graph of one epoch does not tell. */
    EDIT_RESET, /* the prologue of each epoch but the first sets the counter's word back */
    EDIT_GROW,  /* the waits for it grow with the epoch */
} edit_kind;

struct edit {
    edit_kind kind;
    uint32_t task, other, counter, value;
    vrrl_graph_range range;
};

/* One repair is at most so many edits: past that it is the design that wants another look. */
enum { EDITS_MAX = 4096 };

/* One repair: all of it is made, or nothing. */
struct edits {
    struct edit *items;
    uint32_t count, room;
    bool cut;     /* it would take more than EDITS_MAX: it is none */
    bool partial; /* made from some of the pairs: it is none unless the others are gone, too */
    /* A wait that nobody serves goes: should a signal be missing, it still is. */
    bool hides;
};

/* A repair, and another way to the same end, which is tried where the first does not hold. */
struct vrrl_check_edits {
    struct edits first, instead;
};

/* Adds one, unless it is there or there are EDITS_MAX; of two EDIT_WAITs on one counter the greater
 * value stays. */
vrrl_code edits_add(struct edits *edits, const struct edit *edit, vrrl_error *err);
vrrl_code edits_add_all(struct edits *edits, const struct edits *more, vrrl_error *err);
void edits_free(struct edits *edits);
/* "5103 waits for counter 267 >= 1; and 2 more like it". */
void edits_say(const vrrl_graph *graph, const struct edits *edits, char *out, size_t size);

/* Copies of both, changed. The caller frees them. */
vrrl_code edits_apply(const struct edits *edits, const vrrl_graph *graph,
                      const vrrl_assignment *assignment, vrrl_graph **edited,
                      vrrl_assignment **reassigned, vrrl_error *err);

#endif
