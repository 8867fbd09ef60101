/* Small changes of a graph, made on a copy. Private to the check. */
#ifndef VRRL_PROGRAMS_CHECK_EDIT_H
#define VRRL_PROGRAMS_CHECK_EDIT_H

#include "vrrl/graph.h"

typedef enum edit_kind {
    EDIT_WAIT,      /* `task` waits for `counter` >= `value`: added, or the wait's threshold set */
    EDIT_DROP_WAIT, /* `task` no longer waits for `counter` >= `value` */
    EDIT_TIE,       /* a new counter, which `other` signals and `task` waits for */
    EDIT_RANGE,     /* every write of `task` to the range's buffer is this range */
    EDIT_MOVE,      /* in its queue, `other` comes just before `task` */
    EDIT_SORT,      /* every queue in the order of a run in a pool */
    EDIT_RESIDENT,  /* `value` queues are resident */
} edit_kind;

struct edit {
    edit_kind kind;
    uint32_t task, other, counter, value;
    vrrl_graph_range range;
};

struct edits {
    struct edit *items;
    uint32_t count, room;
};

/* One repair is at most so many edits: past that it is the design that wants another look. */
enum { EDITS_MAX = 1024 };

/* Adds one, unless it is there or there are EDITS_MAX; of two EDIT_WAITs on one counter the greater
 * value stays. */
vrrl_code edits_add(struct edits *edits, const struct edit *edit, vrrl_error *err);
vrrl_code edits_add_all(struct edits *edits, const struct edits *more, vrrl_error *err);
void edits_free(struct edits *edits);

/* Copies of both, changed. The caller frees them. */
vrrl_code edits_apply(const struct edits *edits, const vrrl_graph *graph,
                      const vrrl_assignment *assignment, vrrl_graph **edited,
                      vrrl_assignment **reassigned, vrrl_error *err);

#endif
