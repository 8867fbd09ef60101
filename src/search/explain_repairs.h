/* Repairs of an explanation: what those who propose them share with what tries them. */
#ifndef VRRL_SEARCH_EXPLAIN_REPAIRS_H
#define VRRL_SEARCH_EXPLAIN_REPAIRS_H

#include "programs/repair.h"
#include "search/explain.h"

/* Tries a repaired program, and takes the repair down under the text. While x->quiet, one that does not
 * remove the failure, or shows another, is only counted. */
__attribute__((format(printf, 5, 6))) vrrl_code
repairs_judge(struct explainer *x, const struct edited *repaired, vrrl_repair_kind kind,
              vrrl_error *err, const char *format, ...);
/* No time, or no room, for more. */
bool repairs_over(struct explainer *x);
/* Whether one, other than a boundary of epochs, removes the failure and shows no other. */
bool repairs_found(const struct explainer *x);
/* A copy to be repaired and freed, where *can: a program with opcodes that the table does not have is
 * left as it is. */
vrrl_code repairs_begin(const struct explainer *x, struct repair *r, bool *can, vrrl_error *err);
/* Index in slots[] of a position in the epoch that fails. */
uint32_t repairs_slot(const struct explainer *x, uint32_t position);
/* The slots of a program that are one line of its file: that at a position of the epoch that fails, and
 * in each other batch the first of the same name. As indices in slots[]; the first is the one. */
enum { TWINS_MAX = 64 };
struct twins {
    uint32_t slots[TWINS_MAX], count;
};
struct twins repairs_twins(const struct explainer *x, uint32_t position);

/* explain_waits.c: one slot signals a flag that another waits for, by position; and their twins. */
bool repairs_handshake(const struct explainer *x, struct repair *r, uint32_t first, uint32_t second,
                       uint32_t flag);
/* The second of the pair waits for the first. */
vrrl_code repair_by_waits(struct explainer *x, vrrl_error *err);
/* explain_orders.c: releases, acquires and fences of the two. Under sc they change nothing, and under
 * tso only a seq_cst fence does: what changes nothing is not tried. */
vrrl_code repair_by_orders(struct explainer *x, vrrl_error *err);
/* explain_alike.c: the same in all slots that are alike, as a line of a `repeat` makes them. */
vrrl_code repair_alike_slots(struct explainer *x, vrrl_error *err);
/* explain_deadlock.c: thresholds, signals, the order of a queue, residents. */
vrrl_code repair_deadlock(struct explainer *x, vrrl_error *err);

#endif
