/* Subjects for tests: made from text or a file, run under random choosers. */
#ifndef VRRL_SUBJECT_TEST_H
#define VRRL_SUBJECT_TEST_H

#include "graphs.h"
#include "program_text.h"

#include "base/random.h"
#include "schedule/run_target.h"

static inline struct run_target *run_target_with(const vrrl_program *program,
                                                 const struct run_target_options *given)
{
    const struct run_target_options options = *given;
    struct run_target *s = NULL;
    vrrl_error err = {0};
    if (run_target_create(program, &options, &s, &err))
        fail_msg("%s\n%s", err.text, err.fix);
    return s;
}

static inline struct run_target *run_target_of(const vrrl_program *program, vrrl_memory_model model,
                                               uint32_t workers)
{
    return run_target_with(program,
                           &(struct run_target_options){.setup.grain = VRRL_GRAIN_OPERATION,
                                                        .setup.model = model,
                                                        .setup.workers = workers});
}

static inline struct run_target *slot_target_of(const vrrl_program *program)
{
    return run_target_with(program, &(struct run_target_options){.setup.grain = VRRL_GRAIN_SLOT});
}

static inline vrrl_run_outcome run_with(struct run_target *s, const struct chooser *with)
{
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    if (run_target_run(s, with, &outcome, &err))
        fail_msg("%s\n%s", err.text, err.fix);
    return outcome;
}

static inline void choose_at_random(void *context, const struct chooser_lane *lanes, uint32_t count,
                                    uint32_t *at, uint32_t *option)
{
    if (count > 1)
        *at = random_below(context, count);
    if (lanes[*at].options > 1)
        *option = random_below(context, lanes[*at].options);
}

static inline vrrl_run_outcome run_at_random(struct run_target *s, uint64_t seed)
{
    const struct chooser with = {.context = &seed, .choose = choose_at_random};
    return run_with(s, &with);
}

#endif
