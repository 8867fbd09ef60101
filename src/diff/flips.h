/* Which two slots changed places: what explains a divergence, where the orders are known. */
#ifndef VRRL_DIFF_FLIPS_H
#define VRRL_DIFF_FLIPS_H

#include "diff/diff.h"

/* Finds the flips that explain why `result->slot` differs, or who wrote the first word that does. */
void diff_find_flips(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, vrrl_diff_result *result);

#endif
