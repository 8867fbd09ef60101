/*
 * Looking for a failure in a program that was edited: does the same failure still show, and by which
 * choices?
 *
 * The same failure: of the same kind, first at the same slot (by its origin, since positions shift),
 * or at the same word where no slot is the first. A failure that depends on the schedule is not taken
 * for one that does not: where not every schedule failed, some run must still not fail. What is judged
 * against the reference's values needs a reference that is as good as it was.
 */
#ifndef VRRL_FAILURE_FAILURE_ORACLE_H
#define VRRL_FAILURE_FAILURE_ORACLE_H

#include "edit/edit.h"
#include "event/decision.h"
#include "schedule/limit.h"
#include "schedule/run_target.h"

struct failure_signature {
    vrrl_defect_kind kind;
    uint32_t slot;       /* origin; VRRL_NO_INDEX: none */
    uint32_t word;       /* VRRL_NO_INDEX: none */
    uint32_t found;      /* the value or status */
    vrrl_root_kind root; /* DEADLOCK: of what most wait for */
    vrrl_defect_kind reference;
    bool written; /* EXPECT: some slot writes the word */
};

struct failure_oracle {
    struct run_target_options options;
    struct failure_signature signature;
    bool any;    /* any failure will do; the failure signature is not looked at */
    bool varies; /* not every schedule may fail: one that does not must be seen, too */
    bool always; /* every schedule must fail: none that does not may be seen */
    bool
        alike; /* and each of the first that are tried in this very way, or it is another failure */
    uint32_t schedules; /* tried for one program, at most */
    uint64_t seed;
    const struct edited *from; /* the program of `last` */
    struct decisions last;     /* what failed last, as choices of `from` */
    uint64_t found_after;      /* runs of the cell that showed it, until it did */
    uint64_t programs, runs;   /* tried so far, */
    uint64_t too_long;         /* of them: too long for their memory model, and show nothing; */
    vrrl_error why;            /* the first of those: which of its limits was met */
    bool *ran; /* while cells are explored, by cell: a schedule of it came to its end; else NULL */
    uint64_t slot_runs;        /* slots of all those, and of the references' runs */
    struct search_limit limit; /* none is tried after it */
};

/* What was found. */
struct oracle_result {
    vrrl_defect_kind reference;
    vrrl_root_kind root;
    vrrl_run_outcome outcome;
    struct decisions decisions; /* the caller frees them */
    uint64_t runs;
    bool varies; /* a run that does not fail was seen */
    bool others; /* `alike` was asked for, and one that is not the failure signature's was */
};

/* The failure signature that was caught in an edited program. */
struct failure_signature signature_of(const struct edited *edited,
                                      const struct oracle_result *caught);
bool signature_is(const struct failure_signature *signature, const struct edited *edited,
                  const struct oracle_result *caught);
/* Whether a program's reference lets its failures be taken for the failure signature: caught->reference. */
bool oracle_reference_is_as_good(const struct failure_oracle *h,
                                 const struct oracle_result *caught);
/* A machine that cannot be made, or a batch that is refused, fails in another way. */
bool oracle_is_other(vrrl_code code);
/* Of a run that ended in a deadlock: what most wait for. */
vrrl_code oracle_note_root(struct run_target *of, struct oracle_result *caught, vrrl_error *err);
/* Runs one schedule, and fills in what was caught but for `reference`. */
vrrl_code oracle_run(struct run_target *target, const struct chooser *by,
                     struct oracle_result *caught, vrrl_error *err);

/* Tries the schedules: the last that failed, as far as it still makes sense; slots in its order; and
 * strategies in turn. *found: one showed the failure signature, and it is in *caught. A program that the host
 * refuses to run is not found to fail. */
vrrl_code oracle_in(struct failure_oracle *h, const struct edited *edited, bool *found,
                    struct oracle_result *caught, vrrl_error *err);

#endif
