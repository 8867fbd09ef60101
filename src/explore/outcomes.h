/*
 * Outcomes: the distinct values that some words end up with, each with a number, in the order in
 * which they were met.
 */
#ifndef VRRL_EXPLORE_OUTCOMES_H
#define VRRL_EXPLORE_OUTCOMES_H

#include "base/hash_table.h"
#include "vrrl/analysis/explore.h"

/* One: the values, and what stopped the run before the program's end. */
struct outcome_key {
    uint32_t stopped; /* vrrl_defect_kind */
    uint32_t values[VRRL_OUTCOME_WORDS_MAX];
};

/* Begins as zeros but for the width. */
struct outcome_set {
    uint32_t width; /* words of each; 0: none is asked for */
    uint32_t count, room;
    uint32_t *keys; /* 1 + width words each */
    struct hash_table by_hash;
};

void outcome_set_free(struct outcome_set *set);
/* The number of an outcome, and whether it is new. VRRL_NO_INDEX, and not new: there is no room, for
 * it would be one more than VRRL_OUTCOMES_MAX. */
vrrl_code outcome_set_add(struct outcome_set *set, const struct outcome_key *key, uint32_t *number,
                          bool *is_new, vrrl_error *err);
struct outcome_key outcome_set_at(const struct outcome_set *set, uint32_t number);

#endif
