/* Tiles that overlap: where the odd one belongs. Private to the check. */
#ifndef VRRL_CHECK_TILES_H
#define VRRL_CHECK_TILES_H

#include "check/check.h"
#include "check/siblings.h"

/* Where all writers of a buffer but a few lie on a grid, and the free cells of the grid are as many
 * as the odd ones: the edit that puts the odd one of the pair into its cell. */
vrrl_code tiles_restore(const vrrl_graph *graph, const struct siblings *siblings,
                        const vrrl_check_pair *pair, vrrl_check_change *edit, bool *found,
                        vrrl_error *err);
/* How they lie: how many of them on the grid. */
vrrl_code tiles_grid(const vrrl_graph *graph, const struct siblings *siblings,
                     vrrl_odd_one_out *odd, vrrl_error *err);

#endif
