/* What slots tell of an epoch, put together with what runs of it have shown. */
#ifndef VRRL_VERDICT_JOIN_SHOWN_H
#define VRRL_VERDICT_JOIN_SHOWN_H

#include "verdict/race_search.h"
#include "vrrl/analysis/check.h"

struct join {
    const vrrl_program *program;
    vrrl_program_check *check;
    struct race_search_result *found; /* executions that were searched; NULL: none were */
    bool *listed; /* of found->pairs: those that the check of their epoch tells of */
};

/* Each two slots that the watched run or found->pairs show to race, and of which the slots of their epoch
 * tell, become a race of its check: certain, and with a repair. Where all executions were searched its pairs
 * are those that they show, and the check of the epoch is exact. */
vrrl_code join_shown(const struct join *j, vrrl_error *err);
/* Which races of the watched run have another entry. */
void join_mark_told(vrrl_program_check *check);

/* Whether two slots race there, in either order. */
bool join_is_pair(const uint32_t slots[2], uint32_t a, uint32_t b);

#endif
