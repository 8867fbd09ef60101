/* SPDX-License-Identifier: MIT */
/*
 * Programs: what a machine is given to run. Program files and task graphs both end as one of these.
 *
 * Vocabulary
 *   batch        slots that are published together; a program stores each once.
 *   epoch        one run of a batch, after a prologue of its own. Epochs that repeat are stored once,
 *                with how often.
 *   region       words that are observed at the end of each epoch, and how to compare them.
 *   symbol       a name for a range of words; slots have labels.
 *   expectation  an assertion on a word's value at the end of an epoch.
 *
 * A program is plain data in growing arrays; it belongs to the caller and to one thread at a time.
 * Text and argument words are kept in two pools, and referred to by offset, so that a program of a
 * million slots is a handful of allocations. Word addresses are arena indices.
 */
#ifndef VRRL_API_RUN_PROGRAM_H
#define VRRL_API_RUN_PROGRAM_H

#include "vrrl/log/error.h"
#include "vrrl/log/options.h"
#include "vrrl/run/backend.h"
#include "vrrl/run/ring.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Offset in the program's text pool; 0 is the empty text. */
typedef uint32_t vrrl_text;

typedef struct vrrl_slot {
    uint32_t opcode;
    uint32_t tenant;
    uint32_t queue; /* VRRL_NO_WORKER in a pool */
    uint32_t args;  /* offset of the first argument in the word pool */
    uint32_t arg_count;
    vrrl_text label;
    uint32_t line; /* in the program file, from 1; 0: it is from none, or that is not known */
} vrrl_slot;

typedef struct vrrl_batch {
    uint32_t first; /* in slots[] */
    uint32_t count;
} vrrl_batch;

/* Epochs in a row that are alike: the same batch after the same prologue, `times` times. */
typedef struct vrrl_epoch {
    uint32_t batch;
    uint32_t prologue_first; /* in prologue[] */
    uint32_t prologue_count;
    uint32_t first; /* the number of the first of them */
    uint32_t times; /* at least 1 */
} vrrl_epoch;

typedef enum vrrl_compare {
    VRRL_COMPARE_EXACT,
    VRRL_COMPARE_ULP,      /* f32 words, at most `tolerance` units in the last place apart */
    VRRL_COMPARE_REL_RMSE, /* f32 words, root mean square error over root mean square */
    VRRL_COMPARE_IGNORE,
    VRRL_COMPARE_ORDER_ONLY, /* differs with the order of correct runs: reported, never counted */
    VRRL_COMPARE_SCRATCH, /* as IGNORE; and what is read there must have been written: see check.h */
} vrrl_compare;

typedef struct vrrl_region {
    vrrl_text name;
    uint32_t first_word; /* observable words or user memory */
    uint32_t words;
    vrrl_compare compare;
    double tolerance;
} vrrl_region;

typedef struct vrrl_symbol {
    vrrl_text name;
    uint32_t first_word;
    uint32_t words;
    uint32_t segment_words; /* > 0: an array of segments of so many words, named NAME[k] */
} vrrl_symbol;

typedef struct vrrl_expectation {
    uint32_t epoch;  /* the first epoch at whose end it is looked at, */
    uint32_t epochs; /* of so many in a row; 0 is 1 */
    uint32_t word;
    uint32_t values;      /* offset in the word pool: any of these will do */
    uint32_t value_count; /* ≥ 1 */
    vrrl_text source;     /* "file:line" */
} vrrl_expectation;

/* An `expect` of the program that did not hold. */
typedef struct vrrl_expectation_failure {
    uint32_t expectation; /* index in the program */
    uint32_t epoch;       /* after which it did not */
    uint32_t found;
} vrrl_expectation_failure;

/* Names of tenants, where they have any. */
typedef struct vrrl_tenant_name {
    uint32_t tenant;
    vrrl_text name;
} vrrl_tenant_name;

typedef struct vrrl_program {
    size_t size; /* of this struct, in the library */
    vrrl_geometry geometry;
    vrrl_layout layout;
    vrrl_worker_model model;
    vrrl_text name;
    bool unfinished; /* of a recording whose process was killed: it has the epochs that had ended */
    bool bare_log;   /* of a log's records alone, see vrrl/run/bare_log.h */
    bool
        host_slots; /* its opcodes are a host's own, see vrrl/run/recorder.h: compared, never run here */

    uint32_t *initial;      /* user memory before epoch 0: geometry.user_words words */
    uint32_t *tenant_masks; /* geometry.tenants words, all ones to begin with; 0: may not run */
    uint32_t quotas[32];    /* the QUOTA control words; 0: no limit */

    char *text;
    uint32_t *words;
    vrrl_slot *slots;
    vrrl_slot *prologue;
    vrrl_batch *batches;
    vrrl_epoch *epochs;
    vrrl_region *regions;
    vrrl_symbol *symbols;
    vrrl_expectation *expectations;
    vrrl_tenant_name *tenant_names;
    uint32_t text_size, word_count, slot_count, prologue_count, batch_count,
        epoch_rows, /* in epochs[], which together are */
        epoch_count, region_count, symbol_count, expectation_count, tenant_name_count;
    struct vrrl_program_rooms *rooms; /* the library's own */

    /* Of a recording that does not begin with the run: its first epoch, those before which are empty and are
     * never run; the ring index of its first slot; and all of memory before that epoch, which counts
     * instead of `initial`. 0, 0, NULL of any other program. */
    uint32_t first_epoch;
    uint32_t first_index;
    uint32_t *memory;
} vrrl_program;

/* An empty program in a pool; free it with vrrl_program_free. Error: VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_program_create(vrrl_program **program, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_program_free(vrrl_program *program);

/* Sets geometry and layout, and allocates `initial` and `tenant_masks`. Call it once. Errors: VRRL_INVALID,
 * VRRL_TOO_LARGE, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_program_set_geometry(vrrl_program *program, const vrrl_geometry *geometry,
                                             vrrl_error *err);

/* Building. Each appends; an epoch's slots are those added to its batch since it was begun. Errors of each:
 * VRRL_NO_MEMORY; VRRL_TOO_LARGE past 2^32 - 1 of a kind. */
VRRL_API vrrl_code vrrl_program_add_text(vrrl_program *program, const char *text, vrrl_text *at,
                                         vrrl_error *err);
VRRL_API vrrl_code vrrl_program_add_words(vrrl_program *program, const uint32_t *words,
                                          uint32_t count, uint32_t *at, vrrl_error *err);
VRRL_API vrrl_code vrrl_program_begin_batch(vrrl_program *program, uint32_t *batch,
                                            vrrl_error *err);
VRRL_API vrrl_code vrrl_program_add_slot(vrrl_program *program, const vrrl_slot *slot,
                                         vrrl_error *err);
VRRL_API vrrl_code vrrl_program_begin_epoch(vrrl_program *program, uint32_t batch, vrrl_error *err);
/* To the last epoch begun. Errors: VRRL_NO_MEMORY, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_program_add_prologue(vrrl_program *program, const vrrl_slot *slot,
                                             vrrl_error *err);
/* The last epoch begun, and what it expects, so many times more: epochs that are alike are stored once. Errors:
 * VRRL_INVALID, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_program_repeat_epoch(vrrl_program *program, uint32_t more, vrrl_error *err);
VRRL_API vrrl_code vrrl_program_add_region(vrrl_program *program, const vrrl_region *region,
                                           vrrl_error *err);
VRRL_API vrrl_code vrrl_program_add_symbol(vrrl_program *program, const vrrl_symbol *symbol,
                                           vrrl_error *err);
VRRL_API vrrl_code vrrl_program_add_expectation(vrrl_program *program,
                                                const vrrl_expectation *expectation,
                                                vrrl_error *err);
VRRL_API vrrl_code vrrl_program_add_tenant_name(vrrl_program *program, uint32_t tenant,
                                                const char *name, vrrl_error *err);

/* Text at an offset; never NULL. */
VRRL_API const char *vrrl_program_text(const vrrl_program *program, vrrl_text at);
/* The name of a word: "L0.an[3].hi", "done", else "word 1234". Writes at most `size` bytes. */
VRRL_API void vrrl_program_word_name(const vrrl_program *program, uint32_t word, char *out,
                                     size_t size);
/* The other way: the words that a name stands for. All of "y", one of "y[3]", a pair of "an[3]" where
 * names have .lo and .hi; words without a name are of "user" and "observable". False where none is
 * called so. */
VRRL_API bool vrrl_program_find_words(const vrrl_program *program, const char *name,
                                      uint32_t *first, uint32_t *count);
/* The symbol that holds a word, or NULL. */
VRRL_API const vrrl_symbol *vrrl_program_symbol_of(const vrrl_program *program, uint32_t word);
/* Digest of all that determines a run: geometry, model, initial memory, slots, epochs. 32 bytes. */
VRRL_API void vrrl_program_digest(const vrrl_program *program, uint8_t out[32]);

/* Whether its tasks are uninterpreted functions (MIX) rather than the real ones. */
VRRL_API bool vrrl_program_is_symbolic(const vrrl_program *program);

/* What a run of a program needs beside it. */
typedef struct vrrl_run_options {
    size_t size;               /* of this struct */
    const vrrl_driver *driver; /* NULL: the reference */
    uint32_t workers;          /* 0: 1 */
    vrrl_claim_order claim;
    uint64_t seed;
    const char *schedule; /* the schedule string that `prepare` makes it run, for the manifest; else
                             NULL */
    uint32_t timeout_ms;  /* an epoch; 0: no limit */
    uint64_t until_ns; /* of CLOCK_MONOTONIC: a run that goes on past it is cut: its epoch hangs, or
                             no other one begins; 0: never */
    const bool *stop;  /* looked at after each epoch: true ends the run; may be NULL */
    const bool
        *interrupt; /* looked at inside of epochs, too, as far as the backend comes back to the
                              host there: true cuts the run, as `until_ns` does. A signal handler or
                              another thread sets it; may be NULL */
    /* Called after each epoch, for progress; may be NULL. */
    void (*progress)(void *context, uint32_t epochs_done, uint32_t epochs);
    void *progress_context;
    /* Called once with the host, before its first epoch, by whoever steers its backend; may be NULL. */
    vrrl_code (*prepare)(void *context, vrrl_host *host, vrrl_error *err);
    void *prepare_context;
} vrrl_run_options;

/* Runs a program on a fresh machine and reports to `sink`. `started`, where not NULL, is called
 * once with the host, after initial memory is in place and before the first epoch. Returns VRRL_OK
 * whatever the verdict, which is in *verdict; a run ends at the first epoch that does not complete. */
VRRL_API vrrl_code vrrl_program_run(const vrrl_program *program, const vrrl_run_options *options,
                                    const vrrl_sink *sink,
                                    vrrl_code (*started)(void *context, vrrl_host *host,
                                                         vrrl_error *err),
                                    vrrl_verdict *verdict, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
