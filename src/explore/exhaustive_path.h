/* Schedules of a search, epoch by epoch: those that begin alike have what they have in common once. */
#ifndef VRRL_EXPLORE_EXHAUSTIVE_PATH_H
#define VRRL_EXPLORE_EXHAUSTIVE_PATH_H

#include "explore/exhaustive_program.h"

/* What was chosen in an epoch, behind what led to its start. */
struct exhaust_path {
    const struct exhaust_path *before; /* NULL: it begins here */
    struct exhaust_path *made_before;
    uint32_t count, own; /* choices in all; of this epoch */
    struct exhaust_choice choices[];
};

/* All that were made. Begins as zeros; each lasts until exhaust_paths_free. */
struct exhaust_paths {
    struct exhaust_path *last;
};

/* NULL: memory lacks. */
const struct exhaust_path *exhaust_path_add(struct exhaust_paths *paths,
                                            const struct exhaust_path *before,
                                            const struct exhaust_choice *choices, uint32_t own,
                                            vrrl_error *err);
void exhaust_paths_free(struct exhaust_paths *paths);

/* All choices of a path in their order, as the caller's own; of NULL, a path without an epoch, none. */
vrrl_code exhaust_path_copy(const struct exhaust_path *path, struct exhaust_choice **choices,
                            uint32_t *count, vrrl_error *err);

#endif
