/*
 * What the reference backend's run of a program showed, epoch by epoch, and the arena after each.
 *
 * Arenas are kept as the words that each epoch changed; one is at hand at a time, and goes forward
 * and back from epoch to epoch. Of a long run a window of epochs is kept: it goes forward as the run goes on, and who
 * asks for what lies before it has the run made again from its beginning, which shows the same.
 */
#ifndef VRRL_SCHEDULE_REFERENCE_RUN_H
#define VRRL_SCHEDULE_REFERENCE_RUN_H

#include "host/observation.h"
#include "ops/stores.h"
#include "vrrl/run/program.h"

struct reference_epoch {
    struct observation seen; /* its arrays are its own; see reference_observation for its state */
    size_t first_change, end_change;
    uint64_t expectations_failed;
    vrrl_expectation_failure expectation;
};

struct reference_change {
    uint32_t word, before, after;
};

struct reference_run {
    const vrrl_program *program;
    const uint8_t *unseen;          /* words that are no results; NULL */
    struct reference_epoch *epochs; /* `kept` of them, from `first` on */
    uint32_t first, kept;
    uint32_t epoch_count; /* that were run: the last of them may not have completed */
    vrrl_verdict verdict; /* of the last of them */
    uint32_t failed; /* the first that got stuck or broke an expectation; VRRL_NO_INDEX: none has */
    struct reference_pass *pass; /* the run, where it may go on; NULL: not begun, or all is kept */
    uint32_t *initial;           /* the arena before the first epoch */
    struct reference_change *changes;
    size_t change_count, change_room;
    uint32_t *arena; /* after `at` epochs */
    uint32_t at;
    uint8_t *changed;            /* by line of the arena, of the epoch that runs */
    struct observed_state state; /* of the arena after `state_at` epochs */
    uint32_t state_at;
};

/* Runs it. `initial` is the arena before the first epoch. What goes into the words that `unseen` marks, which
 * is borrowed, is no result of slots; NULL: all is. VRRL_TOO_LARGE where it goes on past `until_ns` of the
 * steady clock; 0: never. An epoch takes as long as what it runs, however large the arena is. */
vrrl_code reference_run_create(struct reference_run *run, const vrrl_program *program,
                               const uint8_t *unseen, uint64_t until_ns, const uint32_t *initial,
                               vrrl_error *err);
/* What a slot of an epoch stored, as its result was folded from; appended. Runs it again. */
vrrl_code reference_stores(const struct reference_run *run, uint32_t epoch, uint32_t position,
                           op_stores *stores, vrrl_error *err);
void reference_run_free(struct reference_run *run);

/* The arena after so many epochs, of those that were run; until the next call. VRRL_NO_MEMORY. */
vrrl_code reference_arena(struct reference_run *run, uint32_t epochs, const uint32_t **arena,
                          vrrl_error *err);
/* What epoch `e` showed, with its state; until the next call. */
vrrl_code reference_observation(struct reference_run *run, uint32_t e,
                                const struct observation **seen, vrrl_error *err);
/* The first expectation that epoch `e` broke, of those that it was just asked for. */
const vrrl_expectation_failure *reference_expectation(const struct reference_run *run, uint32_t e);

#endif
