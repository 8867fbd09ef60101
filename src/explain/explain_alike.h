/* Repairs of all slots that are alike, as a line of a `repeat` makes them. */
#ifndef VRRL_EXPLAIN_EXPLAIN_ALIKE_H
#define VRRL_EXPLAIN_EXPLAIN_ALIKE_H

#include "explain/explain.h"

enum { ALIKE_MAX = 1024, GROUPS_MAX = 16 };

/* Slots "put[0]", "put[1]" of the epoch that fails, with the same operations. */
struct alike {
    uint32_t slots[ALIKE_MAX]; /* indices in slots[] */
    uint32_t count, rows;
    bool cut; /* there are more: no repair is made in a part of them */
    char stem[VRRL_DEFECT_NAME_MAX];
};

struct groups {
    struct alike list[GROUPS_MAX];
    uint32_t count, tries;
};

/* Finds the groups of slots that are alike. */
void repairs_groups(const struct explainer *x, struct groups *g);
/* A part of a repair of them. */
vrrl_repair_part repairs_group_part(const struct alike *a, vrrl_repair_form form);

/* Tries the repairs of the pair in all slots that are alike. */
vrrl_code repair_alike_slots(struct explainer *x, vrrl_error *err);

#endif
