/* What the parts of a shrinker share. */
#ifndef VRRL_SHRINK_SHRINKER_H
#define VRRL_SHRINK_SHRINKER_H

#include "shrink/cause.h"
#include "vrrl/analysis/shrink.h"

struct shrinker {
    const vrrl_shrink_options *options;
    vrrl_shrink_result *result;
    struct failure_oracle oracle;
    struct cause cause;  /* that every candidate must keep */
    uint32_t step_limit; /* that the failure came with */
    /* The weakest model that does not show the failure; without one, that of the failure. */
    vrrl_memory_model spared;
    struct edited now;           /* the smallest that fails, */
    struct oracle_result caught; /* and how */
    /* While one list of parts is reduced. */
    struct edited base;
    struct program_part *parts;
    bool *keep;
    uint32_t count;
    bool any; /* something went in this round */
    const char *stage;
    uint64_t started_ns, shown_ns;
    uint64_t slot_runs_max; /* of all candidates; 0: any number */
    bool out_of_time;       /* or out of these */
    bool glances; /* candidates are large, and one that is taken follows the last run that failed */
    /* While single parts are left out for good. */
    bool proves;          /* candidates are searched to the end, not looked for in */
    bool proved;          /* none of them was left undecided */
    uint64_t states_left; /* that this may take */
};

#endif
