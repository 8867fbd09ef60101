/* Repairs by memory orders: releases, acquires and fences of the pair. */
#ifndef VRRL_EXPLAIN_EXPLAIN_ORDERS_H
#define VRRL_EXPLAIN_EXPLAIN_ORDERS_H

#include "explain/explain.h"

/* Under sc they change nothing, and under tso only a seq_cst fence does: what changes nothing is not tried. */
vrrl_code repair_by_orders(struct explainer *x, vrrl_error *err);

#endif
