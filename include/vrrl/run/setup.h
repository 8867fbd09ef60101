/* SPDX-License-Identifier: MIT */
/*
 * The setup of a run: on which machine a schedule is run, and how long it may take.
 *
 * Vocabulary
 *   grain       what one step is: a memory operation, or a whole slot (exact where the accesses of
 *               tasks are declared, as in a task graph).
 *   model       which values a load may return: docs/memory-models.md.
 *   workers     how many run at a time: of a pool, its workers; else how many queues are resident.
 *   in flight   the in-flight limit: how many slots may be claimed and not ended at a time. A slot
 *               that was put back is not claimed.
 *   step limit  an epoch that takes more steps than this is a livelock.
 *   seed        which schedules are drawn.
 *   field       each of these. A table has a row for each: how it is given to the tool, how it is
 *               printed, and how a schedule string has it.
 *
 * A field that is 0 has its default; a seed of 0 is VRRL_SEED_DEFAULT.
 */
#ifndef VRRL_API_RUN_SETUP_H
#define VRRL_API_RUN_SETUP_H

#include "vrrl/run/memory_model.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vrrl_grain {
    VRRL_GRAIN_AUTO,      /* SLOT for a symbolic program (a task graph), else OPERATION */
    VRRL_GRAIN_OPERATION, /* each memory operation is a step */
    VRRL_GRAIN_SLOT,      /* each slot is a step */
} vrrl_grain;

typedef struct vrrl_setup {
    vrrl_grain grain;
    vrrl_memory_model model;
    uint32_t workers;    /* 0: as many as the program says; of a pool, as many as it can use */
    uint32_t in_flight;  /* the limit; 0: any number. Whole slots know no other */
    uint32_t step_limit; /* 0: 1,000,000 */
    uint64_t seed;
} vrrl_setup;

/* How the tool is given a field. */
typedef struct vrrl_setup_field {
    const char *name;   /* "in_flight": in JSON, too */
    const char *option; /* "in-flight" of --in-flight; NULL: it has none */
    const char
        *formerly; /* its name one version ago, which is taken, with a warning; NULL: no other */
    char key;      /* 'w' of -w; 0: none */
    const char *argument; /* "N"; NULL: it takes none, and is 1 where it is given */
    const char *help;
    bool several; /* a campaign takes several values, and has fields of its own for them */
} vrrl_setup_field;

/* Fields are told by a number below this, in the order of the table. */
VRRL_API uint32_t vrrl_setup_fields(void);
VRRL_API const vrrl_setup_field *vrrl_setup_field_at(uint32_t field);
/* What a field is, as a number: enumerators count as such. */
VRRL_API uint64_t vrrl_setup_get(const vrrl_setup *setup, uint32_t field);
/* Sets a field by the argument of its option; `text` is not looked at where it takes none.
 * VRRL_INVALID, and a message that names the option, for what is no value of it. */
VRRL_API vrrl_code vrrl_setup_set(vrrl_setup *setup, uint32_t field, const char *text,
                                  vrrl_error *err);
VRRL_API bool vrrl_setup_same(const vrrl_setup *a, const vrrl_setup *b);

#ifdef __cplusplus
}
#endif
#endif
