/* Repairs that move operations: fences and others in another place of their slot, conditions, second looks. */
#ifndef VRRL_EXPLAIN_EXPLAIN_MOVES_H
#define VRRL_EXPLAIN_EXPLAIN_MOVES_H

#include "explain/explain.h"

vrrl_code repair_moves(struct explainer *x, vrrl_error *err);

#endif
