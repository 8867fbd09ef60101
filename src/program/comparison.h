/* The rules of what counts as equal in a region, a row each: what program files and recordings call them. What a rule
 * says of words is in src/diff/. */
#ifndef VRRL_PROGRAM_COMPARISON_H
#define VRRL_PROGRAM_COMPARISON_H

#include "vrrl/run/program.h"

struct comparison_rule {
    const char *name; /* a word, or two with a hyphen */
    double most;      /* the largest tolerance; 0: it has none */
};

enum { COMPARISON_RULES = VRRL_COMPARE_SCRATCH + 1 };

/* By vrrl_compare. */
extern const struct comparison_rule comparison_rules[COMPARISON_RULES];

/* False where no rule is called so; NULL is no name. */
bool comparison_named(const char *name, vrrl_compare *rule);

#endif
