/* Small changes of a graph, made on a copy. Private to the check. */
#ifndef VRRL_CHECK_EDIT_H
#define VRRL_CHECK_EDIT_H

#include "edit/repair.h"
#include "vrrl/analysis/check.h"

/* One repair is at most so many edits: past that it is the design that wants another look. */
enum { EDITS_MAX = 4096 };

/* One repair: all of it is made, or nothing. */
struct edits {
    vrrl_check_change *items;
    uint32_t count, room;
    bool cut;     /* it would take more than EDITS_MAX: it is none */
    bool partial; /* made from some of the pairs: it is none unless the others are gone, too */
    /* A wait that nobody serves goes: should a signal be missing, it still is. */
    bool hides;
    bool of_instructions; /* waits of parts, by task and counter */
};

/* A repair, and another way to the same end, which is tried where the first does not hold. */
struct vrrl_check_edits {
    struct edits first, instead;
};

/* Adds one, unless it is there or there are EDITS_MAX; of two EDIT_WAITs on one counter the greater
 * value stays. */
vrrl_code edits_add(struct edits *edits, const vrrl_check_change *edit, vrrl_error *err);
/* Adds one that is not there yet, however many there are. */
vrrl_code edits_append(struct edits *edits, const vrrl_check_change *edit, vrrl_error *err);
vrrl_code edits_add_all(struct edits *edits, const struct edits *more, vrrl_error *err);
void edits_free(struct edits *edits);
/* What a repair tells of them: the first, and how many more there are. There is one at least. */
void edits_tell(const struct edits *edits, vrrl_check_repair *repair);

/* Copies of both, changed. The caller frees them. */
vrrl_code edits_apply(const struct edits *edits, const vrrl_graph *graph,
                      const vrrl_assignment *assignment, vrrl_graph **edited,
                      vrrl_assignment **reassigned, vrrl_error *err);

#endif
