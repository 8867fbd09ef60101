/* The two slots of an explanation: which they are, by how the failing run differs from the reference, and which
 * should come first. */
#ifndef VRRL_EXPLAIN_EXPLAIN_PAIR_H
#define VRRL_EXPLAIN_EXPLAIN_PAIR_H

#include "explain/explain.h"

/* Fills in the two slots of the explanation. */
void explain_pair(struct explainer *x, const vrrl_diff_result *diff);
/* Whether a position of the epoch that fails is that of a slot. */
bool explain_is_slot(const struct explainer *x, uint32_t position);
/* Fills in names, verbs and what both touch, of result->first and second. */
void explain_name_pair(const struct explainer *x);
/* Whether two slots of a program touch the same data, and one of them writes it. */
bool explain_conflict(const vrrl_program *program, const vrrl_slot *a, const vrrl_slot *b);
/* Whether nothing tells which of the pair should come first: they are alike but for their index, the
 * second does not wait for the first, and the failing run breaks no expectation.
 * `arena` is that at its end. */
vrrl_code explain_direction(struct explainer *x, const uint32_t *arena, vrrl_error *err);
/* Whether `first` ended before `second` was claimed. */
bool explain_good_order(const struct explainer *x, const struct shown_run *run);

#endif
