/* Compares two observations of one epoch. */
#ifndef VRRL_DIFF_DIFF_H
#define VRRL_DIFF_DIFF_H

#include "host/observation.h"
#include "vrrl/diff.h"

/* Compares epoch by epoch into `result`, which begins as zeros. Returns VRRL_OK whatever it finds;
 * after a divergence (result->difference) there is nothing more to compare. */
vrrl_code diff_epoch(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, vrrl_diff_result *result, vrrl_error *err);

/* Sets the outcome, once the last epoch was compared. */
void diff_finish(vrrl_diff_result *result);

/* Finds the flips that explain why `result->slot` differs, or who wrote the first word that does. */
void diff_find_flips(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, vrrl_diff_result *result);

/* Compares the observed words under the program's rules: counts, and the first of those that count
 * in result->words, those that `prefer` writes before others (VRRL_NO_INDEX: none). */
vrrl_code diff_words(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, uint32_t prefer, vrrl_diff_result *result,
                     vrrl_error *err);

/* The divergent slot: the first, in an order that respects happens-before, of those whose status or
 * result differs and is not excused; VRRL_NO_INDEX: none. Counts slots into `result`. */
vrrl_code diff_slots(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, uint32_t *slot, vrrl_diff_result *result,
                     vrrl_error *err);

#endif
