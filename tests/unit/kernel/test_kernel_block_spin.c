/*
 * Blocks that go round from barrier to barrier: one that only waits is a deadlock where its signal never comes, with its
 * word, and is woken where it comes; one that counts its rounds, wherever it keeps the count, is none and ends.
 */
#include "kernel_test.h"

/* Block 1 sends the signals; block 0 has 64 threads. %p1: thread 0. %rd1: words, %rd2: out. */
#define HEAD                                                                                       \
    ".version 8.0\n.target sm_90\n.address_size 64\n"                                              \
    ".func (.param .b32 r) look(.param .b64 at)\n{\n.reg .b32 %r<5>;\n.reg .b64 %rd<3>;\n"         \
    "ld.param.u64 %rd1, [at];\nld.acquire.gpu.global.u32 %r1, [%rd1];\nbar.sync 0;\n"              \
    "st.param.b32 [r], %r1;\nret;\n}\n"                                                            \
    ".visible .entry k(.param .u64 words, .param .u64 out, .param .u32 signals)\n{\n"              \
    ".reg .pred %p<9>;\n.reg .b32 %r<20>;\n.reg .b64 %rd<9>;\n"                                    \
    ".shared .align 4 .u32 flag, count;\n.local .align 4 .u32 kept;\n"                             \
    "ld.param.u64 %rd1, [words];\nld.param.u64 %rd2, [out];\nld.param.u32 %r9, [signals];\n"       \
    "mov.u32 %r1, %tid.x;\nmov.u32 %r2, %ctaid.x;\nsetp.eq.u32 %p1, %r1, 0;\n"                     \
    "mov.u32 %r3, 0;\nst.local.u32 [kept], %r3;\n@%p1 st.shared.u32 [count], %r3;\n"               \
    "setp.eq.u32 %p2, %r2, 1;\n@%p2 bra SEND;\n"
#define SIGNAL(value)                                                                              \
    "setp.lt.u32 %p7, %r9, " #value ";\n@%p7 ret;\nmov.u32 %r8, " #value ";\n"                     \
    "st.release.gpu.global.u32 [%rd1], %r8;\n"
#define TAIL                                                                                       \
    "LEAVE:\n@%p1 st.global.u32 [%rd2], %r3;\nret;\nSEND:\nsetp.ne.u32 %p7, %r1, 0;\n@%p7 "        \
    "ret;\n" SIGNAL(1) SIGNAL(2) "ret;\n}\n"
/* Thread 0 looks at the word, and tells the others by `flag`. */
#define LOOK                                                                                       \
    "@%p1 ld.acquire.gpu.global.u32 %r4, [%rd1];\n@%p1 st.shared.u32 [flag], %r4;\nbar.sync 0;\n"  \
    "ld.shared.u32 %r4, [flag];\nbar.sync 0;\n"
#define UNTIL(value)     "setp.lt.u32 %p3, %r4, " value ";\n@%p3 bra ROUND;\n"
#define LEAVES_AT(count) "setp.ge.u32 %p4, %r5, " count ";\n@%p4 bra LEAVE;\n"

static const struct {
    const char *name, *ptx;
    enum kernel_finding_kind without;
} rows[] = {
    {"a flag in shared memory", HEAD "ROUND:\n" LOOK UNTIL("1") TAIL, KERNEL_FINDS_DEADLOCK},
    {"two signals", HEAD "ROUND:\n" LOOK UNTIL("2") TAIL, KERNEL_FINDS_DEADLOCK},
    {"a vote of all",
     HEAD "ROUND:\nmov.u32 %r4, 0;\n@%p1 ld.acquire.gpu.global.u32 %r4, [%rd1];\n"
          "setp.ne.u32 %p5, %r4, 0;\nbar.red.or.pred %p6, 0, %p5;\n@!%p6 bra ROUND;\n" TAIL,
     KERNEL_FINDS_DEADLOCK},
    {"a place of two in shared memory",
     HEAD "ROUND:\n" LOOK "@!%p1 bra ON;\nld.shared.u32 %r5, [count];\nxor.b32 %r5, %r5, 1;\n"
          "st.shared.u32 [count], %r5;\nON:\n" UNTIL("1") TAIL,
     KERNEL_FINDS_DEADLOCK},
    {"in a function",
     HEAD
     "ROUND:\n{\n.param .b64 a;\n.param .b32 b;\nst.param.b64 [a], %rd1;\n"
     "call.uni (b), look, (a);\nld.param.b32 %r4, [b];\n}\nbar.red.or.pred %p6, 0, %p1;\n" UNTIL(
         "1") TAIL,
     KERNEL_FINDS_DEADLOCK},
    {"rounds that are counted for ever",
     HEAD "ROUND:\n" LOOK "add.u32 %r3, %r3, 1;\n" UNTIL("1") TAIL, KERNEL_FINDS_LIVELOCK},
    {"rounds that a register counts",
     HEAD "mov.u32 %r5, 0;\nROUND:\n" LOOK "add.u32 %r5, %r5, 1;\n" LEAVES_AT("70") UNTIL("1") TAIL,
     KERNEL_FINDS_NONE},
    {"rounds that local memory counts",
     HEAD "ROUND:\n" LOOK "ld.local.u32 %r5, [kept];\nadd.u32 %r5, %r5, 1;\n"
          "st.local.u32 [kept], %r5;\n" LEAVES_AT("70") UNTIL("1") TAIL,
     KERNEL_FINDS_NONE},
    {"rounds that local memory counts, without barriers",
     HEAD "ROUND:\nld.acquire.gpu.global.u32 %r4, [%rd1];\nld.local.u32 %r5, [kept];\n"
          "add.u32 %r5, %r5, 1;\nst.local.u32 [kept], %r5;\n" LEAVES_AT("70") UNTIL("1") TAIL,
     KERNEL_FINDS_NONE},
    {"rounds that shared memory counts",
     HEAD "ROUND:\n" LOOK "@!%p1 bra ON;\nld.shared.u32 %r5, [count];\nadd.u32 %r5, %r5, 1;\n"
          "st.shared.u32 [count], %r5;\nON:\nbar.sync 0;\nld.shared.u32 %r5, [count];\n"
          "bar.sync 0;\n" LEAVES_AT("70") UNTIL("1") TAIL,
     KERNEL_FINDS_NONE},
    {"rounds that global memory counts",
     HEAD "ROUND:\n" LOOK "@!%p1 bra ON;\nld.global.u32 %r5, [%rd2];\nadd.u32 %r5, %r5, 1;\n"
          "st.global.u32 [%rd2], %r5;\nON:\nbar.sync 0;\nld.global.u32 %r5, [%rd2];\n"
          "bar.sync 0;\n" LEAVES_AT("70") UNTIL("1") TAIL,
     KERNEL_FINDS_NONE},
    {"rounds that a caller counts",
     HEAD "mov.u32 %r5, 0;\nROUND:\n{\n.param .b64 a;\n.param .b32 b;\nst.param.b64 [a], %rd1;\n"
          "call.uni (b), look, (a);\nld.param.b32 %r4, [b];\n}\nadd.u32 %r5, %r5, 1;\n" LEAVES_AT(
              "70") "bar.red.or.pred %p6, 0, %p1;\n" UNTIL("1") TAIL,
     KERNEL_FINDS_NONE},
};

static void hold(size_t i, uint32_t signals, bool no_park, enum kernel_finding_kind expected)
{
    const struct kernel_options run = {.instruction_limit = 200000, .no_park = no_park};
    struct kernel_texts t;
    struct campaign_result *result = malloc(sizeof *result);
    char launch[256];
    snprintf(
        launch, sizeof launch,
        "buffer words[1]\nbuffer out[1]\nlaunch k\ngrid 2\nblock 64\nparameters words, out, %u\n"
        "end\n",
        signals);
    kernel_texts_open(&t, rows[i].ptx, launch);
    kernel_explores(&t, 60, &run, result);
    const struct kernel_finding *f = &result->defects[0].finding;
    enum kernel_finding_kind kind = result->defect_count ? f->kind : KERNEL_FINDS_NONE;
    if (kind != expected)
        fail_msg("%s, %u signals%s: %s %s, expected %s", rows[i].name, signals,
                 no_park ? ", without parking" : "", kernel_finding_name(kind),
                 result->defect_count ? f->text : "", kernel_finding_name(expected));
    if (expected == KERNEL_FINDS_DEADLOCK) {
        assert_int_equal(f->waits[0].kind, KERNEL_WAITS_WORD);
        assert_int_equal(f->where.buffer, 0);
        assert_int_equal(f->waits[0].side.block, 0);
        if (i == 0) /* of others, both warps read it */
            assert_int_equal(f->waits[0].side.warp, 0);
        assert_int_equal(f->waiting, 2);
    }
    campaign_result_free(result);
    free(result);
    kernel_texts_close(&t);
}

static void a_block_that_waits_is_woken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].without == KERNEL_FINDS_LIVELOCK)
            continue;
        hold(i, 2, false, KERNEL_FINDS_NONE);
        hold(i, 2, true, KERNEL_FINDS_NONE);
    }
}

static void without_its_signal_it_is_a_deadlock(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hold(i, 0, false, rows[i].without);
        hold(i, 0, true, rows[i].without);
    }
    hold(1, 1, false, KERNEL_FINDS_DEADLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_that_waits_is_woken),
        cmocka_unit_test(without_its_signal_it_is_a_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
