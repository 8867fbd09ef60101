/*
 * Which words an epoch may find other values in than the reference does: what slots of earlier epochs wrote
 * that raced, or whose order shows, and what is computed from that; and which epoch left a word as it is.
 * Private to the check.
 */
#ifndef VRRL_CHECK_BEGINS_H
#define VRRL_CHECK_BEGINS_H

#include "program/epoch_touches.h"
#include "vrrl/run/graph.h"

struct begins {
    uint8_t *open; /* by word */
    uint32_t *
        left_by; /* by word: 1 + the last epoch whose slots changed it, where no prologue has since */
    uint32_t words;
    bool any;
};

vrrl_code begins_create(uint32_t words, struct begins *begins, vrrl_error *err);
void begins_free(struct begins *begins);
/* Before an epoch: what its prologue stores. */
void begins_prologue(struct begins *begins, const vrrl_program *program, uint32_t epoch);
/* Whether the check of the epoch would be another from another memory that it may begin in. */
bool begins_decides(const struct begins *begins, const struct epoch_touches *touches);
/* After it. `exact`: what it writes depends on what it finds alone. */
void begins_after(struct begins *begins, const struct epoch_touches *touches, uint32_t epoch,
                  bool exact);
/* What earlier epochs have left in the words of the counters of this one's graph. */
void begins_tell_left(const struct begins *b, const uint32_t *arena, uint32_t epoch,
                      vrrl_graph *graph);

#endif
