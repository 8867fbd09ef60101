/*
 * Hunting a failure in a program that was edited: does the same failure still show, and by which
 * choices?
 *
 * The same failure: of the same kind, first at the same slot (by its origin, since positions shift),
 * or at the same word where no slot is the first. A failure that depends on the schedule is not taken
 * for one that does not: where not every schedule failed, some run must still not fail. What is judged
 * against the reference's values needs a reference that is as good as it was.
 */
#ifndef VRRL_FAILURE_HUNT_H
#define VRRL_FAILURE_HUNT_H

#include "edit/edit.h"
#include "schedule/limit.h"
#include "schedule/picks.h"

typedef struct quarry {
    vrrl_defect_kind kind;
    uint32_t slot;       /* origin; VRRL_NO_INDEX: none */
    uint32_t word;       /* VRRL_NO_INDEX: none */
    uint32_t found;      /* the value or status */
    vrrl_root_kind root; /* DEADLOCK: of what most wait for */
    vrrl_defect_kind reference;
    bool written; /* EXPECT: some slot writes the word */
} quarry;

typedef struct hunt {
    subject_options options;
    quarry quarry;
    bool any;           /* any failure will do; the quarry is not looked at */
    bool varies;        /* not every schedule may fail: one that does not must be seen, too */
    bool always;        /* every schedule must fail: none that does not may be seen */
    uint32_t schedules; /* tried for one program, at most */
    uint64_t seed;
    const struct edited *from; /* the program of `last` */
    picks last;                /* what failed last, as choices of `from` */
    uint64_t programs, runs;   /* tried so far, */
    uint64_t too_long;         /* of them: too long for their memory model, and show nothing */
    search_limit limit;        /* none is tried after it */
} hunt;

/* What was found. */
typedef struct hunt_catch {
    vrrl_defect_kind reference;
    vrrl_root_kind root;
    vrrl_run_outcome outcome;
    picks picks; /* the caller frees them */
    uint64_t runs;
    bool varies; /* a run that does not fail was seen */
} hunt_catch;

/* The quarry that was caught in an edited program. */
quarry quarry_of(const struct edited *edited, const hunt_catch *caught);
bool quarry_is(const quarry *quarry, const struct edited *edited, const hunt_catch *caught);
/* Whether a program's reference lets its failures be taken for the quarry: caught->reference. */
bool hunt_reference_is_as_good(const hunt *h, const hunt_catch *caught);
/* A machine that cannot be made, or a batch that is refused, fails in another way. */
bool hunt_is_other(vrrl_code code);
/* Of a run that ended in a deadlock: what most wait for. */
vrrl_code hunt_note_root(subject *of, hunt_catch *caught, vrrl_error *err);
/* Runs one schedule, and fills in what was caught but for `reference`. */
vrrl_code hunt_run(subject *subject, const chooser *by, hunt_catch *caught, vrrl_error *err);

/* Tries the schedules: the last that failed, as far as it still makes sense; slots in its order; and
 * strategies in turn. *found: one showed the quarry, and it is in *caught. A program that the host
 * refuses to run is not found to fail. */
vrrl_code hunt_in(hunt *h, const struct edited *edited, bool *found, hunt_catch *caught,
                  vrrl_error *err);

#endif
