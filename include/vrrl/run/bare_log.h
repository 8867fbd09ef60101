/* SPDX-License-Identifier: MIT */
/*
 * Bare logs: a log from another producer, without a recording around it, run again as far as its
 * records tell.
 *
 * Vocabulary
 *   publish     a record without evidence, or one with evidence that ends no earlier publish.
 *   completion  a record with evidence whose slot, tenant, opcode, arguments and epoch are those of
 *               an earlier publish that nothing has ended yet.
 *   epoch       a run of publishes with equal EPOCH. It is cut where a ring slot is published again:
 *               what was there must have ended before.
 *   skipped     a publish that is not run: outside the ring, SHUTDOWN, an unknown opcode, a fence
 *               (the host publishes its own), a user opcode unless the pack is asked for.
 *
 * What a bare log does not say, no result of it claims: arguments past the fourth, the memory that
 * the run began with, the order inside an epoch, the values that slots wrote. A slot that lacks arguments
 * ends as it may: its status is not compared, and where one ran, a status that differs or a replay that gets
 * stuck tells nothing.
 */
#ifndef VRRL_API_RUN_BARE_LOG_H
#define VRRL_API_RUN_BARE_LOG_H

#include "vrrl/log/options.h"
#include "vrrl/run/program.h"
#include "vrrl/run/stuck.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_bare_options {
    size_t size;         /* of this struct */
    uint32_t ring_slots; /* a publish into a slot past these is skipped; 0: 65,536 */
    uint32_t user_words; /* user memory, 0: 1,048,576 */
    const char *image;   /* file of little-endian words that user memory begins with; NULL: zeros */
    bool user_pack;      /* run user opcodes as the pack that vrrl ships */
} vrrl_bare_options;

typedef struct vrrl_bare_counts {
    uint64_t records, publishes, completions;
    uint64_t failures; /* evidence that is not class 0 with status DONE */
    uint64_t run;      /* publishes that are run */
    uint64_t statuses; /* of those, with a terminal status on record */
    uint64_t outside_ring, shutdowns, fences, user_opcodes, unknown_opcodes; /* skipped */
    uint64_t short_packed; /* PACKED_SLOTs, run with four of their argument words */
    uint64_t short_others; /* others whose opcode takes more arguments than the four of a record */
    uint64_t mix_unseen;   /* MIX slots without an image: what they do stands in memory */
    uint64_t cut_epochs;   /* epochs that were cut where a slot was published again */
} vrrl_bare_counts;

typedef struct vrrl_bare_log vrrl_bare_log;

/* Reads a log and makes a program of it. On success *log is the caller's. Errors: VRRL_HEADER_MISMATCH,
 * VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_bare_log_open(const char *path, const vrrl_bare_options *options,
                                      vrrl_bare_log **log, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_bare_log_close(vrrl_bare_log *log);
VRRL_API const vrrl_bare_counts *vrrl_bare_log_counts(const vrrl_bare_log *log);
/* Which opcodes those publishes have that are not run for their opcode, the most frequent first; false past the
 * last. */
VRRL_API bool vrrl_bare_log_skipped_at(const vrrl_bare_log *log, uint32_t index, uint32_t *opcode,
                                       uint64_t *publishes);
/* What its records tell: user memory begins with zeros where no image is given, and the slots of an epoch
 * stand in no order. Belongs to the log. */
VRRL_API const vrrl_program *vrrl_bare_log_program(const vrrl_bare_log *log);

/* VRRL_UNSUPPORTED where the program is not all that ran, or nothing of it: publishes that are not run, but
 * for fences, and slots without all that they do. Other slots may have waited for those, so that nothing
 * may be said of the program's races, deadlocks and values. */
VRRL_API vrrl_code vrrl_bare_log_is_whole(const vrrl_bare_log *log, vrrl_error *err);

typedef struct vrrl_bare_result {
    size_t size; /* of this struct, in the library */
    vrrl_verdict verdict;
    bool cut;        /* as of vrrl_diff_result */
    uint32_t epochs; /* of the program, that were run to their ends */
    uint64_t slots;  /* that ended */
    uint64_t statuses_compared;
    uint64_t statuses_differing;
    uint32_t epoch, slot; /* the first that differs: epoch of the program, position in its batch */
    uint32_t log_epoch;   /* the EPOCH of its record */
    uint64_t record;      /* index of its record in the log */
    uint32_t recorded_status, replayed_status;
    vrrl_stuck *stuck; /* where the verdict is not COMPLETE; else NULL */
} vrrl_bare_result;

/* Runs the program on a fresh backend and compares the statuses that the log knows. On success *result is the
 * caller's. Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_NOT_FOUND, VRRL_REFUSED, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_bare_log_replay(const vrrl_bare_log *log, const vrrl_run_options *options,
                                        vrrl_bare_result **result, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_bare_result_free(vrrl_bare_result *result);

#ifdef __cplusplus
}
#endif
#endif
