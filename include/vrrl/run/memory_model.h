/* SPDX-License-Identifier: MIT */
/* The memory models under which schedules are run. docs/memory-models.md says what each lets memory do. */
#ifndef VRRL_API_RUN_MEMORY_MODEL_H
#define VRRL_API_RUN_MEMORY_MODEL_H

#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* None comes before a model that is stronger: one whose runs are all among its own. */
typedef enum vrrl_memory_model {
    VRRL_MEMORY_SC,     /* one memory, one operation at a time */
    VRRL_MEMORY_TSO,    /* a FIFO store buffer for each thread, as x86 */
    VRRL_MEMORY_VIEW,   /* RC11 without non-atomic and seq_cst accesses */
    VRRL_MEMORY_MODELS, /* how many there are */
} vrrl_memory_model;

/* Their names in this order, as options, reports and schedule strings have them. */
#define VRRL_MEMORY_MODEL_NAMES "sc", "tso", "view"

/* "sc", "tso", "view"; "?" for what is none. */
VRRL_API const char *vrrl_memory_model_name(vrrl_memory_model model);
/* False, and *model is left alone, where no model has the name text[0 … size). */
VRRL_API bool vrrl_memory_model_named(const char *text, size_t size, vrrl_memory_model *model);

#ifdef __cplusplus
}
#endif
#endif
