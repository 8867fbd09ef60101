/*
 * The memory models, a row each. Who runs programs and explains failures asks what a model does, not
 * which it is; but sc, the strongest, has shorter ways, and races are watched under sc and view alone.
 *
 * Rows stand as their numbers do: none before one that is stronger. "From the strongest to the weakest"
 * is the order of the table; whether all runs of one model are among those of another is what
 * memory_model_has says, for two rows may be neither stronger nor weaker than each other.
 */
#ifndef VRRL_MEMORY_MEMORY_MODELS_H
#define VRRL_MEMORY_MEMORY_MODELS_H

#include "memory/memory.h"

struct memory_model {
    /* What a machine must do, where this is the weakest memory that a failure needs. */
    const char *needed;
    /* The next stronger one, whose runs are all among its own; itself: there is none. */
    vrrl_memory_model weakens;
    /* Stores wait in the buffer of their thread, and drain in steps of their own. */
    bool buffers_stores;
    /* A load may read an older store, where no release, acquire or fence forbids it. */
    bool orders;

    /* Behind the functions of memory.h that have these names. */
    uint32_t (*outcomes)(const struct memory *m, uint32_t thread, const struct operation *op);
    uint32_t (*peek)(const struct memory *m, uint32_t thread, const struct operation *op,
                     uint32_t outcome);
    uint32_t (*step)(struct memory *m, uint32_t thread, const struct operation *op,
                     uint32_t outcome);
    /* What it keeps besides the values. NULL where it keeps nothing. */
    void (*reset)(struct memory *m);
    /* Room for so many locations, where there was room for `old`. */
    bool (*widen)(struct memory *m, uint32_t old, uint32_t room);
    /* New locations, so that there are `count`. */
    bool (*locations)(struct memory *m, uint32_t count, const uint32_t *initial);
    bool (*fit)(struct memory *to,
                const struct memory *from); /* room for a copy; widths are the same */
    void (*copy)(struct memory *to, const struct memory *from);
    size_t (*bytes)(const struct memory *m);
    void (*forget)(struct memory *m, uint32_t thread);
    void (*encode_shared)(const struct memory *m, struct mem_bytes *bytes);
    void (*encode_thread)(const struct memory *m, uint32_t thread, struct mem_bytes *bytes);
};

extern const struct memory_model memory_models[VRRL_MEMORY_MODELS];

enum { MEMORY_MODELS_ALL = (1 << VRRL_MEMORY_MODELS) - 1 }; /* a bit for each */

/* Whether all runs of the other are among the model's: it is the model itself, or one that it weakens. */
bool memory_model_has(vrrl_memory_model model, vrrl_memory_model other);

#endif
