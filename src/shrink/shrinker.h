/* What the parts of a shrinker share. */
#ifndef VRRL_SHRINK_SHRINKER_H
#define VRRL_SHRINK_SHRINKER_H

#include "shrink/cause.h"
#include "vrrl/analysis/shrink.h"

struct shrinker {
    const vrrl_shrink_options *options;
    vrrl_shrink_result *result;
    failure_oracle oracle;
    struct cause cause;  /* that every candidate must keep */
    uint32_t step_limit; /* that the failure came with */
    /* The weakest model that does not show the failure; without one, that of the failure. */
    vrrl_memory_model spared;
    struct edited now;    /* the smallest that fails, */
    oracle_result caught; /* and how */
    /* While one list of parts is reduced. */
    struct edited base;
    struct program_part *parts;
    bool *keep;
    uint32_t count;
    bool any; /* something went in this round */
    const char *stage;
    uint64_t started_ns, shown_ns;
    bool out_of_time;
    bool glances; /* candidates are large, and one that is taken follows the last run that failed */
    /* While single parts are left out for good. */
    bool proves;          /* candidates are searched to the end, not looked for in */
    bool proved;          /* none of them was left undecided */
    uint64_t states_left; /* that this may take */
};

/* Takes a candidate where it fails in the same way; frees it where not. */
vrrl_code shrink_judge(struct shrinker *s, struct edited *candidate, bool *fails, vrrl_error *err);
/* The same without the parts of `base` that are not kept; `shrinker` is one. */
vrrl_code shrink_without(void *shrinker, const bool *keep, bool *fails, vrrl_error *err);
/* Shows how far it has come, and tells whether that is all; `shrinker` is one. */
bool shrink_is_over(void *shrinker);

/* shrink_slice.c: of a list of slots, a few that fail without the others: s->keep. */
vrrl_code shrink_to_slice(struct shrinker *s, vrrl_error *err);

/* shrink_schedule.c: the machine and the schedule: fewer workers, no cap or a lower one, and only those
 * choices that must deviate from the default. */
vrrl_code shrink_workers(struct shrinker *s, vrrl_error *err);
vrrl_code shrink_cap(struct shrinker *s, vrrl_error *err);
vrrl_code shrink_choices(struct shrinker *s, bool *minimal, vrrl_error *err);
/* Choices that deviate. */
uint32_t shrink_preemptions(const decisions *p);

#endif
