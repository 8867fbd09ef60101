/* Programs run to their deadlock, and why they are stuck. */
#ifndef VRRL_TEST_STUCK_TEST_H
#define VRRL_TEST_STUCK_TEST_H

#include "program_text.h"

#include "vrrl/run/stuck.h"

struct stuck_capture {
    vrrl_waiter *waiters;
    uint32_t count, epoch;
};

static inline vrrl_code on_end(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    (void)err;
    struct stuck_capture *c = context;
    c->epoch = result->epoch;
    c->count = result->waiter_count;
    c->waiters = realloc(c->waiters, (c->count + 1) * sizeof *c->waiters);
    assert_non_null(c->waiters);
    if (c->count)
        memcpy(c->waiters, result->waiters, c->count * sizeof *c->waiters);
    return VRRL_OK;
}

static inline vrrl_verdict run(const vrrl_program *program, const char *driver, vrrl_stuck **stuck)
{
    struct stuck_capture c = {0};
    const vrrl_sink sink = {.context = &c, .end = on_end};
    vrrl_run_options options = {.size = sizeof options, .workers = 2, .timeout_ms = 20000};
    vrrl_verdict verdict;
    vrrl_error err = {0};
    assert_int_equal(vrrl_driver_find(driver, &options.driver, &err), VRRL_OK);
    assert_int_equal(vrrl_program_run(program, &options, &sink, NULL, &verdict, &err), VRRL_OK);
    assert_int_equal(vrrl_stuck_analyse(program, c.epoch, NULL, c.waiters, c.count, stuck, &err),
                     VRRL_OK);
    free(c.waiters);
    return verdict;
}

static inline void analyse(const vrrl_program *program, const char *driver, vrrl_verdict expected,
                           vrrl_stuck **stuck)
{
    assert_int_equal(run(program, driver, stuck), expected);
}

static inline vrrl_stuck *stuck_of(const vrrl_program *program, const char *driver)
{
    vrrl_stuck *stuck;
    run(program, driver, &stuck);
    return stuck;
}

/* The one root of a program's deadlock, on each backend. */
static inline vrrl_root only_root(const char *text, vrrl_verdict verdict, uint32_t waiters)
{
    static const char *const drivers[] = {"threads", "reference", "scheduled"};
    vrrl_root root = {0};
    for (size_t i = 0; i < 3; i++) {
        vrrl_program *program = program_of(text);
        vrrl_stuck *stuck;
        analyse(program, drivers[i], verdict, &stuck);
        assert_int_equal(stuck->root_count, 1);
        assert_int_equal(stuck->waiter_count, waiters);
        root = stuck->roots[0];
        vrrl_stuck_free(stuck);
        vrrl_program_free(program);
    }
    return root;
}

#endif
