/*
 * Defects by what meets in them: a race of one kind of slot with another shows at each of their
 * pairs, and whoever ends first names it. A reader wants it once.
 */
#ifndef VRRL_REPORT_EXPLORE_GROUPS_H
#define VRRL_REPORT_EXPLORE_GROUPS_H

#include "vrrl/analysis/explore.h"

/* Defects of one kind whose slots have the same two labels, in any order and without indices. */
struct explore_group {
    const vrrl_defect *shown; /* the one with the shortest schedule string */
    uint32_t defects;
    uint64_t failures, found_after;      /* of all of them: the sum, the first */
    vrrl_memory_model weakest;           /* that any of them was shown under, and */
    bool weakest_proved;                 /* whether it needs that */
    char stems[2][VRRL_DEFECT_NAME_MAX]; /* the second is "" where none has another slot */
};

/* In the order in which each was found first. The caller frees *groups. `group_of`, where not NULL,
 * has room for a number a defect. VRRL_NO_MEMORY, with a count of 0, where memory lacks. */
vrrl_code explore_groups_make(const vrrl_program *program, const vrrl_explore_result *r,
                              struct explore_group **groups, uint32_t *count, uint32_t *group_of);

#endif
