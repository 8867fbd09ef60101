/* The string of a run of one worker that takes slots in their order, but for one that goes last. */
#ifndef VRRL_TEST_HELD_SCHEDULE_H
#define VRRL_TEST_HELD_SCHEDULE_H

#include "test.h"

#include "failure/failure.h"

/* Of one epoch of a pool, whose slots wait for nothing: each claim but the last is a choice. The caller frees it. */
static inline char *held_schedule(const vrrl_program *program, uint32_t slot)
{
    const struct run_target_options options = {
        .setup.grain = VRRL_GRAIN_OPERATION, .setup.model = VRRL_MEMORY_SC, .setup.workers = 1};
    const uint32_t choices = program->slot_count - 1;
    struct decision *list = calloc(choices, sizeof *list);
    char *text = NULL;
    vrrl_error err = {0};
    assert_non_null(list);
    for (uint32_t i = slot; i < choices; i++)
        list[i - slot] = decision_deviation(i, 0, 1);
    const struct decisions run = {.list = list, .count = choices - slot};
    if (failure_text(program, &options, &run, &text, &err) != VRRL_OK || !text)
        fail_msg("%s\n%s", err.text, err.fix);
    free(list);
    return text;
}

#endif
