/*
 * Barriers that are objects of shared memory: phases, counts, states and parities of small kernels, what is found where
 * one is used wrongly, and a producer and a consumer as nvcc translates them (tests/data/kernels/spins/mbarrier.cu).
 */
#include "kernel_data.h"
#include "kernel_test.h"

#define HEAD ".version 8.0\n.target sm_90\n.address_size 64\n"
/* %rd1 is `out`, %r1 the thread, %rd2 the place of its word in `out`; `bar` and `word` are in shared memory. */
#define KERNEL(body)                                                                               \
    HEAD ".visible .entry k(.param .u64 out)\n{\n.reg .pred %p<9>;\n.reg .b32 %r<20>;\n"           \
         ".reg .b64 %rd<20>;\n.shared .align 8 .b64 bar;\n.shared .align 4 .b32 word[4];\n"        \
         "ld.param.u64 %rd1, [out];\nmov.u32 %r1, %tid.x;\nmul.wide.u32 %rd2, %r1, 4;\n"           \
         "add.s64 %rd2, %rd1, %rd2;\nsetp.eq.u32 %p1, %r1, 0;\nsetp.ge.u32 %p2, %r1, 32;\n" body   \
         "ret;\n}\n"
#define INIT(count) "@%p1 mbarrier.init.shared.b64 [bar], " count ";\nbar.sync 0;\n"
#define OUT(value)  "st.global.u32 [%rd2], " value ";\n"
#define ARRIVE      "mbarrier.arrive.shared.b64 %rd3, [bar];\n"
#define WAIT        "WAIT:\nmbarrier.try_wait.shared.b64 %p3, [bar], %rd3;\n@!%p3 bra WAIT;\n"
#define WAIT_PARITY(name, parity)                                                                  \
    name ":\nmbarrier.test_wait.parity.shared.b64 %p3, [bar], " parity ";\n@!%p3 bra " name ";\n"

#define ONE_THREAD "buffer out[64]\nlaunch k\nblock 1\nparameters out\nend\nobserve out\n"
#define TWO_WARPS  "buffer out[64]\nlaunch k\nblock 64\nparameters out\nend\nobserve out\n"

/* One thread is all who arrive: what a phase, a state and a parity are. */
static void phases_end_when_all_have_arrived(void **state)
{
    (void)state;
    static const struct kernel_row rows[] = {
        {"a phase has not ended before its arrivals",
         KERNEL(INIT("2") ARRIVE "mbarrier.test_wait.shared.b64 %p3, [bar], %rd3;\n"
                                 "selp.u32 %r3, 1, 0, %p3;\n" OUT("%r3")),
         ONE_THREAD "expect out[0] == 0\n", KERNEL_FINDS_NONE},
        {"and has, with them",
         KERNEL(INIT("2") ARRIVE ARRIVE "mbarrier.test_wait.shared.b64 %p3, [bar], %rd3;\n"
                                        "selp.u32 %r3, 1, 0, %p3;\n" OUT("%r3")),
         ONE_THREAD "expect out[0] == 1\n", KERNEL_FINDS_NONE},
        {"the phase before has parity 1 at first",
         KERNEL(INIT("1") "mbarrier.test_wait.parity.shared.b64 %p3, [bar], 1;\n"
                          "mbarrier.test_wait.parity.shared.b64 %p4, [bar], 0;\n"
                          "selp.u32 %r3, 1, 0, %p3;\nselp.u32 %r4, 2, 0, %p4;\n"
                          "or.b32 %r3, %r3, %r4;\n" OUT("%r3")),
         ONE_THREAD "expect out[0] == 1\n", KERNEL_FINDS_NONE},
        {"and the first phase 0",
         KERNEL(INIT("1") ARRIVE "mbarrier.test_wait.parity.shared.b64 %p3, [bar], 1;\n"
                                 "mbarrier.test_wait.parity.shared.b64 %p4, [bar], 0;\n"
                                 "selp.u32 %r3, 1, 0, %p3;\nselp.u32 %r4, 2, 0, %p4;\n"
                                 "or.b32 %r3, %r3, %r4;\n" OUT("%r3")),
         ONE_THREAD "expect out[0] == 2\n", KERNEL_FINDS_NONE},
        {"several arrivals at once, and what is pending",
         KERNEL(INIT("9") "mbarrier.arrive.release.cta.shared::cta.b64 %rd3, [bar], 4;\n" ARRIVE
                          "mbarrier.pending_count.b64 %r3, %rd3;\n" OUT("%r3")),
         ONE_THREAD "expect out[0] == 5\n", KERNEL_FINDS_NONE},
        {"who drops out does not arrive again",
         KERNEL(INIT("2") "mbarrier.arrive_drop.shared.b64 %rd3, [bar];\n" ARRIVE ARRIVE
                          "mbarrier.test_wait.shared.b64 %p3, [bar], %rd3;\n"
                          "selp.u32 %r3, 1, 0, %p3;\n" OUT("%r3")),
         ONE_THREAD "expect out[0] == 1\n", KERNEL_FINDS_NONE},
        {"bytes are waited for, too",
         KERNEL(INIT("1") "mbarrier.arrive.expect_tx.shared.b64 %rd3, [bar], 64;\n"
                          "mbarrier.test_wait.shared.b64 %p3, [bar], %rd3;\n"
                          "mbarrier.complete_tx.relaxed.cta.shared.b64 [bar], 64;\n"
                          "mbarrier.test_wait.shared.b64 %p4, [bar], %rd3;\n"
                          "selp.u32 %r3, 1, 0, %p3;\nselp.u32 %r4, 2, 0, %p4;\n"
                          "or.b32 %r3, %r3, %r4;\n" OUT("%r3")),
         ONE_THREAD "expect out[0] == 2\n", KERNEL_FINDS_NONE},
        {"bytes may come before they are expected",
         KERNEL(INIT("1") "mbarrier.complete_tx.relaxed.cta.shared.b64 [bar], 64;\n"
                          "mbarrier.arrive.expect_tx.shared.b64 %rd3, [bar], 64;\n"
                          "mbarrier.test_wait.shared.b64 %p3, [bar], %rd3;\n"
                          "selp.u32 %r3, 1, 0, %p3;\n" OUT("%r3")),
         ONE_THREAD "expect out[0] == 1\n", KERNEL_FINDS_NONE},
        {"copies arrive",
         KERNEL(INIT("1") "cp.async.ca.shared.global [word], [%rd1], 4;\n"
                          "cp.async.mbarrier.arrive.noinc.shared.b64 [bar];\n" WAIT_PARITY(
                              "A", "0") "ld.shared.u32 %r3, [word];\n" OUT("%r3")),
         "buffer out[64] = 7\nlaunch k\nblock 1\nparameters out\nend\nexpect out[0] == 7\n",
         KERNEL_FINDS_NONE},
        {"copies that are counted arrive for themselves",
         KERNEL(INIT("1") "cp.async.ca.shared.global [word], [%rd1], 4;\n"
                          "cp.async.mbarrier.arrive.shared.b64 [bar];\n" ARRIVE WAIT
                          "ld.shared.u32 %r3, [word];\n" OUT("%r3")),
         "buffer out[64] = 7\nlaunch k\nblock 1\nparameters out\nend\nexpect out[0] == 7\n",
         KERNEL_FINDS_NONE},
    };
    HOLD(rows);
}

/* Thread 0 stores, those of the other warp read. */
#define STORE "@%p1 st.shared.u32 [word], 42;\n"
#define READ  "@%p2 ld.shared.u32 %r3, [word];\n@%p2 st.global.u32 [%rd2], %r3;\n"

static void who_waits_comes_after_who_arrived(void **state)
{
    (void)state;
    static const struct kernel_row rows[] = {
        {"all arrive and wait", KERNEL(INIT("64") STORE ARRIVE WAIT READ),
         TWO_WARPS "expect out[40] == 42\n", KERNEL_FINDS_NONE},
        {"by parity, twice",
         KERNEL(INIT("64") ARRIVE WAIT_PARITY("A", "0") STORE ARRIVE WAIT_PARITY("B", "1") READ),
         TWO_WARPS "expect out[40] == 42\n", KERNEL_FINDS_NONE},
        {"nobody waits", KERNEL(INIT("64") "@%p1 st.shared.u32 [word], 42;\n" ARRIVE READ),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"a wait whose answer nobody looks at",
         KERNEL(INIT("64") "@%p1 st.shared.u32 [word], 41;\nbar.sync 0;\n" STORE ARRIVE
                           "mbarrier.test_wait.shared.b64 %p3, [bar], %rd3;\n" READ),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"the store comes behind the arrival",
         KERNEL(INIT("64") "@%p1 st.shared.u32 [word], 41;\nbar.sync 0;\n" ARRIVE STORE WAIT READ),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"relaxed arrivals order nothing",
         KERNEL(INIT("64") "@%p1 st.shared.u32 [word], 41;\nbar.sync 0;\n" STORE
                           "mbarrier.arrive.relaxed.cta.shared.b64 %rd3, [bar], 1;\n" WAIT READ),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"a relaxed wait orders nothing",
         KERNEL(INIT("64") "@%p1 st.shared.u32 [word], 41;\nbar.sync 0;\n" STORE ARRIVE
                           "A:\nmbarrier.try_wait.relaxed.cta.shared.b64 %p3, [bar], %rd3;\n"
                           "@!%p3 bra A;\n" READ),
         TWO_WARPS, KERNEL_FINDS_RACE},
    };
    HOLD(rows);
}

static void what_is_wrong_is_found(void **state)
{
    (void)state;
    static const struct kernel_row rows[] = {
        {"an arrival too few", KERNEL(INIT("65") ARRIVE WAIT), TWO_WARPS, KERNEL_FINDS_DEADLOCK},
        {"an arrival too many", KERNEL(INIT("1") "mbarrier.arrive.shared.b64 %rd3, [bar], 2;\n"),
         ONE_THREAD, KERNEL_FINDS_BARRIER},
        {"bytes that never come",
         KERNEL(INIT("1") "mbarrier.arrive.expect_tx.shared.b64 %rd3, [bar], 64;\n" WAIT),
         ONE_THREAD, KERNEL_FINDS_DEADLOCK},
        {"an object that is not made", KERNEL("st.shared.u64 [bar], 7;\n" ARRIVE), ONE_THREAD,
         KERNEL_FINDS_BARRIER},
        {"memory that is not initialised", KERNEL(ARRIVE), ONE_THREAD, KERNEL_FINDS_UNINITIALISED},
        {"an object that was ended", KERNEL(INIT("1") "mbarrier.inval.shared.b64 [bar];\n" ARRIVE),
         ONE_THREAD, KERNEL_FINDS_BARRIER},
        {"an object that is ended while others use it",
         KERNEL(INIT("64") ARRIVE WAIT "@%p1 mbarrier.inval.shared.b64 [bar];\n"), TWO_WARPS,
         KERNEL_FINDS_RACE},
        {"no arrivals", KERNEL("mbarrier.init.shared.b64 [bar], 0;\n"), ONE_THREAD,
         KERNEL_FINDS_BARRIER},
        {"more than can be counted", KERNEL("mbarrier.init.shared.b64 [bar], 1048576;\n"),
         ONE_THREAD, KERNEL_FINDS_BARRIER},
        {"the last of a phase, which must not be",
         KERNEL(INIT("1") "mbarrier.arrive.noComplete.shared.b64 %rd3, [bar], 1;\n"), ONE_THREAD,
         KERNEL_FINDS_BARRIER},
        {"made without a barrier behind it",
         KERNEL("@%p1 mbarrier.init.shared.b64 [bar], 33;\n@%p2 " ARRIVE), TWO_WARPS,
         KERNEL_FINDS_RACE},
        {"in global memory", KERNEL("mbarrier.init.b64 [%rd1], 1;\n"), ONE_THREAD,
         KERNEL_FINDS_BARRIER},
        {"not aligned",
         KERNEL(
             "st.shared.u32 [word], 1;\nmov.u32 %r3, bar;\nmbarrier.init.shared.b64 [%r3+4], 1;\n"),
         ONE_THREAD, KERNEL_FINDS_MISALIGNED},
        {"a bulk copy",
         KERNEL(INIT("1") "mov.u32 %r3, word;\nmov.u32 %r4, bar;\n"
                          "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
                          "[%r3], [%rd1], 16, [%r4];\n"),
         ONE_THREAD, KERNEL_FINDS_UNSUPPORTED},
    };
    HOLD(rows);
}

/* ---- As nvcc translates them ------------------------------------------------------------------- */

static void finds(const struct ptx_module *module, int fault, struct campaign_result *r)
{
    char text[256];
    struct launch *launch = NULL;
    struct kernel *kernel = NULL;
    vrrl_error err = {0};
    const struct campaign_options options = {
        .strategy = VRRL_STRATEGY_MIX, .schedules = 500, .seed = 1};
    snprintf(text, sizeof text,
             "buffer data[96] = count\nbuffer sums[32]\nlaunch hands_over\nblock 64\n"
             "parameters data, sums, 3, %d\nend\nobserve sums\nexpect sums[1] == 99\n",
             fault);
    if (launch_parse(text, strlen(text), "hands_over", &launch, &err) != VRRL_OK ||
        kernel_open(module, launch, &kernel, &err) != VRRL_OK ||
        kernel_campaign(kernel, &options, r, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    kernel_close(kernel);
    launch_free(launch);
}

static const struct kernel_finding *first_of(const struct campaign_result *r,
                                             enum kernel_finding_kind kind)
{
    for (uint32_t i = 0; i < r->defect_count; i++)
        if (r->defects[i].finding.kind == kind)
            return &r->defects[i].finding;
    fail_msg("no %s", kernel_finding_name(kind));
    return NULL;
}

static void a_producer_and_a_consumer(void **state)
{
    (void)state;
    struct ptx_module *module = kernel_data_module("spins/mbarrier.ptx");
    struct campaign_result *r = malloc(sizeof *r);
    finds(module, 0, r);
    assert_int_equal(r->defect_count, 0);
    campaign_result_free(r);
    for (int fault = 1; fault <= 2; fault++) {
        finds(module, fault, r);
        first_of(r, KERNEL_FINDS_RACE);
        campaign_result_free(r);
    }
    finds(module, 3, r);
    const struct kernel_finding *f = first_of(r, KERNEL_FINDS_DEADLOCK);
    assert_int_equal(f->waits[0].kind, KERNEL_WAITS_MBARRIER);
    assert_int_equal(f->waits[0].arrived, 32);
    assert_int_equal(f->waits[0].wanted, 64);
    assert_int_equal(f->waits[0].where.space, PTX_SPACE_SHARED);
    campaign_result_free(r);
    finds(module, 4, r);
    f = first_of(r, KERNEL_FINDS_RACE);
    assert_true(f->sides[0].writes && f->sides[1].is_atomic);
    campaign_result_free(r);
    free(r);
    ptx_module_free(module);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases_end_when_all_have_arrived),
        cmocka_unit_test(who_waits_comes_after_who_arrived),
        cmocka_unit_test(what_is_wrong_is_found),
        cmocka_unit_test(a_producer_and_a_consumer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
