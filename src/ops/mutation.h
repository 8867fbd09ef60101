/*
 * Mutations: bugs that are planted in what a scheduler runs, to see whether a search finds them. One
 * changes the operations of one kind in one opcode's body, or the steps of a worker around it; the
 * body's source stays the one that everything else runs.
 */
#ifndef VRRL_OPS_MUTATION_H
#define VRRL_OPS_MUTATION_H

#include "event/operation.h"

#include <stdbool.h>
#include <stdint.h>

/* What becomes of the operations of a body. */
typedef enum step_change {
    CHANGE_NONE,
    CHANGE_RELAX, /* they order nothing */
    CHANGE_OMIT,  /* they are left out; a compare-and-swap fails */
    CHANGE_TEAR,  /* a read-modify-write is a load and then a store */
} step_change;

/* What becomes of a worker's own steps: docs/ring-protocol.md. */
typedef enum worker_change {
    WORKER_AS_IS,
    WORKER_STATUS_RELAXED,  /* the store of STATUS orders nothing */
    WORKER_STATUS_EARLY,    /* it comes before the effects */
    WORKER_COUNTS_ATTEMPTS, /* an attempt that is requeued is counted, too */
    WORKER_EFFECTS_FIRST,   /* a slot that is requeued has had its effects */
} worker_change;

/* Zeroed: none. */
typedef struct step_mutation {
    uint32_t opcode;
    uint8_t kind; /* an operation_kind */
    uint8_t change;
    uint8_t worker;
} step_mutation;

/* "SIGNAL.add.relax", "TAKE.cas.omit", "ATOMIC_ADD.add.tear"; "status.relax", "status.early",
 * "counts.attempts", "effects.first". False for anything else. */
bool step_mutation_parse(const char *text, step_mutation *mutation);
/* The text of one; "" where it is none. */
enum { STEP_MUTATION_TEXT_MAX = 64 };
void step_mutation_text(const step_mutation *mutation, char text[STEP_MUTATION_TEXT_MAX]);

#endif
