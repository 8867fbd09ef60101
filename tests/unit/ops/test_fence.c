/* The host's fence. SHUTDOWN that leaves no work is a clean end: the host ends its own fence,
 * always the same way. */
#include "vrrl/run/opcode.h"
#include "vrrl/run/program_file.h"

#include "test.h"

/* What a run came to. */
struct ending {
    vrrl_host *host;
    uint32_t done_count;
    uint32_t fence_status;
    uint32_t fence_metric;
};

static vrrl_code on_started(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct ending *)context)->host = host;
    return VRRL_OK;
}

static vrrl_code on_end(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    (void)err;
    struct ending *ending = context;
    const uint32_t *arena = vrrl_host_arena(ending->host);
    const vrrl_layout *layout = vrrl_host_layout(ending->host);
    uint32_t fence = result->indices[result->slot_count - 1];
    ending->done_count = arena[VRRL_WORD_DONE_COUNT];
    ending->fence_metric = arena[VRRL_WORD_METRICS + VRRL_OPCODE_BATCH_FENCE];
    ending->fence_status = arena[layout->ring_base + fence * VRRL_SLOT_WORDS_MIN];
    return VRRL_OK;
}

static vrrl_verdict run(const char *text, const char *backend, uint64_t seed, struct ending *ending)
{
    vrrl_error err;
    vrrl_program *program;
    vrrl_verdict verdict;
    vrrl_run_options options = {.size = sizeof options,
                                .workers = 2,
                                .claim = VRRL_CLAIM_RANDOM,
                                .seed = seed,
                                .timeout_ms = 10000};
    const vrrl_sink sink = {.context = ending, .end = on_end};
    if (vrrl_program_parse(text, strlen(text), "test", &program, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(vrrl_driver_find(backend, &options.driver, &err), VRRL_OK);
    if (vrrl_program_run(program, &options, &sink, on_started, &verdict, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    vrrl_program_free(program);
    return verdict;
}

static const char last_act[] = "word go\n"
                               "epoch\n"
                               "    pack STORE_U32 7, observable then SIGNAL go, 1\n"
                               "end\n"
                               "epoch\n"
                               "    SHUTDOWN\n"
                               "end\n";

static void a_shutdown_that_leaves_no_work_is_clean(void **state)
{
    (void)state;
    static const char *const backends[] = {"reference", "threads", "scheduled"};
    for (size_t b = 0; b < 3; b++) {
        for (uint64_t seed = 0; seed < 300; seed++) {
            struct ending ending = {0};
            assert_int_equal(run(last_act, backends[b], seed, &ending), VRRL_VERDICT_COMPLETE);
            assert_int_equal(ending.fence_status, VRRL_STATUS_DONE);
            assert_int_equal(ending.done_count, 4);
            assert_int_equal(ending.fence_metric, 2);
        }
    }
}

static void a_shutdown_that_leaves_work_is_not(void **state)
{
    (void)state;
    static const char text[] = "word never\nepoch\n    SHUTDOWN\n    WAIT_GE never, 1\nend\n";
    struct ending ending = {0};
    assert_int_equal(run(text, "reference", 1, &ending), VRRL_VERDICT_SHUTDOWN);
    for (uint64_t seed = 0; seed < 50; seed++)
        assert_int_equal(run(text, "threads", seed, &ending), VRRL_VERDICT_SHUTDOWN);
}

static void nothing_runs_after_a_shutdown(void **state)
{
    (void)state;
    static const char text[] = "epoch\n    SHUTDOWN\nend\nepoch\n    NOP\nend\n";
    static const char *const backends[] = {"reference", "threads", "scheduled"};
    for (size_t b = 0; b < 3; b++) {
        struct ending ending = {0};
        assert_int_equal(run(text, backends[b], 1, &ending), VRRL_VERDICT_SHUTDOWN);
        assert_int_equal(ending.done_count, 2); /* SHUTDOWN and its fence */
    }
}

static void a_fence_is_of_a_tenant_that_may_run(void **state)
{
    (void)state;
    static const char text[] = "tenants 3\ntenant a = 0 mask 0\ntenant b = 1 mask 0\n"
                               "epoch\n    NOP tenant 2\nend\n";
    struct ending ending = {0};
    assert_int_equal(run(text, "reference", 1, &ending), VRRL_VERDICT_COMPLETE);
    assert_int_equal(ending.fence_status, VRRL_STATUS_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shutdown_that_leaves_no_work_is_clean),
        cmocka_unit_test(a_shutdown_that_leaves_work_is_not),
        cmocka_unit_test(nothing_runs_after_a_shutdown),
        cmocka_unit_test(a_fence_is_of_a_tenant_that_may_run),
    };
    return cmocka_run_group_tests_name("fence", tests, NULL, NULL);
}
