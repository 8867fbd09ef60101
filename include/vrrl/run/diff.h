/* SPDX-License-Identifier: MIT */
/*
 * Diff: where two runs of one program part, and what that says.
 *
 * Vocabulary
 *   side A      the recording (or the first of two); side B the replay (or the second).
 *   divergence  the first difference that counts: the first epoch that has one, and in it the first
 *               slot, in the order in which side B ended them, whose result differs. That order
 *               respects happens-before: of the slots that differ in what is compared, none had written
 *               what this one reads, as far as is known.
 *   flip        two slots that touch the same words and ran in one order on side A and in the other
 *               on side B: what made them differ, where the orders are known.
 *   tolerated   differs within the tolerance that the program declares for its region.
 */
#ifndef VRRL_API_RUN_DIFF_H
#define VRRL_API_RUN_DIFF_H

#include "vrrl/run/recording.h"
#include "vrrl/run/stuck.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vrrl_outcome {
    VRRL_OUTCOME_SAME,
    VRRL_OUTCOME_DIVERGED,
    VRRL_OUTCOME_STUCK, /* side B, or both, ended in a deadlock, a hang or a shutdown with work left */
    VRRL_OUTCOME_UNTOLD, /* of bare logs: what the log leaves out decides, or nothing could be compared; of a
                    replay: it was cut before it met a difference */
} vrrl_outcome;

typedef enum vrrl_difference {
    VRRL_DIFFERENCE_NONE,
    VRRL_DIFFERENCE_PUBLISHED, /* not the same slots: the runs are of different programs */
    VRRL_DIFFERENCE_STATUS,    /* a slot ended in another status */
    VRRL_DIFFERENCE_VALUE,     /* a slot wrote other values */
    VRRL_DIFFERENCE_MEMORY,    /* no slot did, but a word differs at the end of the epoch */
    VRRL_DIFFERENCE_DEBUG_LOG, /* the debug logs differ as multisets */
    VRRL_DIFFERENCE_VERDICT,   /* one run ended, the other did not */
} vrrl_difference;

enum { VRRL_NAME_MAX = 160, VRRL_FLIPS_MAX = 4, VRRL_WORDS_MAX = 4 };

typedef struct vrrl_flip {
    uint32_t slot, other; /* positions in the batch */
    char slot_name[VRRL_NAME_MAX];
    char other_name[VRRL_NAME_MAX];
    uint32_t word; /* the first word that both touch */
    char word_name[VRRL_NAME_MAX];
    /* false: `slot` touches what `other` writes, and was claimed before that had ended on one side
     * and after it on the other. true: both write it, and ended in another order on each side: what
     * the divergent slot read, or memory holds, is from the one or from the other. */
    bool both_write;
    bool may;        /* one of them touches the word, or writes it, in some runs only */
    bool early_in_a; /* `slot` was claimed early, or ended first, on side A; false: on side B */
} vrrl_flip;

typedef struct vrrl_word_difference {
    uint32_t word;
    char name[VRRL_NAME_MAX];
    uint32_t value_a, value_b;
    bool known; /* false: the recording kept only a digest of the page; values are not known */
} vrrl_word_difference;

typedef struct vrrl_diff_result {
    size_t size; /* of this struct, in the library */
    vrrl_outcome outcome;
    vrrl_difference difference;
    vrrl_verdict verdict_a, verdict_b; /* of the last epoch that was compared */
    bool cut; /* `until_ns` or `interrupt` of a replay's options ended it before its end */
    uint32_t epochs_compared;
    uint64_t slots_compared;

    /* The divergence. */
    uint32_t epoch;
    uint32_t slot; /* position in the batch; VRRL_NO_INDEX: none */
    char slot_name[VRRL_NAME_MAX];
    uint32_t opcode;
    uint32_t ring_index;
    uint32_t status_a, status_b;
    uint64_t result_a, result_b;
    uint64_t
        slots_differing; /* in what is compared, in that epoch, what follows from the first included; */
    bool is_first; /* none of the others had written what `slot` reads. Else that is not known */
    uint64_t words_differing; /* likewise, at its end */
    vrrl_word_difference
        words[VRRL_WORDS_MAX]; /* those that the slot writes, else the first ones */
    uint32_t word_count;
    vrrl_flip flips[VRRL_FLIPS_MAX];
    uint32_t flip_count;

    /* Reported, never counted. */
    uint64_t order_only_slots; /* old values that atomics returned */
    uint64_t order_only_words; /* of regions declared so */
    uint64_t tolerated_words;
    double largest_ulp;
    double largest_relrmse;
    uint64_t debug_records_lost; /* no room in the debug log: it was compared by number alone */
    uint64_t pages_not_kept;     /* compared by digest: the recording had dropped their values */

    /* VRRL_OUTCOME_STUCK: why, of side B (of side A where only that is stuck); else NULL. */
    vrrl_stuck *stuck;

    uint64_t
        results_untold; /* of a host: slots of which neither side told a result: compared by status alone */
} vrrl_diff_result;

/* Compares two recordings of the same program. On success *result is the caller's. Errors: VRRL_CORRUPT, VRRL_IO,
 * VRRL_NO_MEMORY, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_diff_recordings(const vrrl_recording *a, const vrrl_recording *b,
                                        vrrl_diff_result **result, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_diff_result_free(vrrl_diff_result *result);

/* "same", "diverged", "stuck"; "value", "status" … */
VRRL_API const char *vrrl_outcome_name(vrrl_outcome outcome);
VRRL_API const char *vrrl_difference_name(vrrl_difference difference);

#ifdef __cplusplus
}
#endif
#endif
