/* Repairs by waits: the second of the pair waits for the first. */
#ifndef VRRL_EXPLAIN_EXPLAIN_WAITS_H
#define VRRL_EXPLAIN_EXPLAIN_WAITS_H

#include "edit/repair.h"
#include "explain/explain.h"

/* Makes, in a copy, one slot signal a flag that another waits for, by position; and so their twins. */
bool repairs_handshake(const struct explainer *x, struct repair *r, uint32_t first, uint32_t second,
                       uint32_t flag);
/* Whether a new order between the pair leaves their failure's cause where it is. */
vrrl_code repairs_order_hides(const struct explainer *x, bool *hides, vrrl_error *err);
/* Tries that the second of the pair waits for the first. */
vrrl_code repair_by_waits(struct explainer *x, vrrl_error *err);

#endif
