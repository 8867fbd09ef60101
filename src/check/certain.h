/* Which pairs that memory does not order are races for certain. Private to the check. */
#ifndef VRRL_CHECK_CERTAIN_H
#define VRRL_CHECK_CERTAIN_H

#include "check/check.h"

/* Takes out of outcome->races, which must have been kept, the pairs that `values` excuses, and counts those
 * of the others that an execution may order after all, or may excuse, in outcome->unsure.
 *
 * What memory does not order, time may: a queue that gets on late, a relaxed signal. Then which signals come
 * first may be forced, and with it an order of memory. A pair is certain if it can come in either order even
 * where all of that counts as an order; or if no path of synchronisation leads from one to the other. */
vrrl_code pairs_judge(struct outcome *outcome, const struct pair_values *values, vrrl_error *err);

/* The words that two accesses share; false where it is not known. */
bool pair_words(const vrrl_graph *graph, const vrrl_check_pair *pair, uint64_t *first,
                uint64_t *end);

#endif
