/*
 * Litmus tests of the memory model of PTX, with the verdicts of ptx-litmus. Where the outcome that a row asks for is
 * forbidden, the data that it reads behind the flag is ordered; where it is allowed, it is a race. Programs whose
 * data is strong race never.
 */
#include "kernel_test.h"

enum { BLOCKS = 4, THREADS = 2 };

/* x, y and z are [%rd1], [%rd2], [%rd3]; a thread that sees another value than the row asks for ends. */
#define W(v)       "st.weak.global.u32 [" v "], 1;"
#define R(v)       "ld.weak.global.u32 %r9, [" v "];"
#define ST(o, v)   "st." o ".global.u32 [" v "], 1;"
#define ST2(o, v)  "st." o ".global.u32 [" v "], 2;"
#define LD(o, v)   "ld." o ".global.u32 %r1, [" v "]; setp.ne.u32 %p1, %r1, 1; @%p1 exit;"
#define LD2(o, v)  "ld." o ".global.u32 %r1, [" v "]; setp.ne.u32 %p1, %r1, 2; @%p1 exit;"
#define LOAD(o, v) "ld." o ".global.u32 %r2, [" v "];"
#define ADD(o, v)  "atom." o ".global.add.u32 %r1, [" v "], 1; setp.ne.u32 %p1, %r1, 1; @%p1 exit;"
#define ADDS(o, v) "atom." o ".global.add.u32 %r1, [" v "], 1;"
#define F(o)       "fence." o ";"
#define BAR        "barrier.sync 0;"
#define X          "%rd1"
#define Y          "%rd2"
#define Z          "%rd3"

static const struct {
    const char *name;
    bool races;
    struct {
        uint32_t device;
        const char *threads[THREADS];
    } blocks[BLOCKS];
} rows[] = {
    {"MP-gpu", false, {{0, {W(X) ST("release.gpu", Y)}}, {0, {LD("acquire.gpu", Y) R(X)}}}},
    {"MP-cta-same", false, {{0, {W(X) ST("release.cta", Y), LD("acquire.cta", Y) R(X)}}}},
    {"MP-cta-other", true, {{0, {W(X) ST("release.cta", Y)}}, {0, {LD("acquire.cta", Y) R(X)}}}},
    {"MP-one-side-narrow",
     true,
     {{0, {W(X) ST("release.gpu", Y)}}, {0, {LD("acquire.cta", Y) R(X)}}}},
    {"MP-two-gpus", true, {{0, {W(X) ST("release.gpu", Y)}}, {1, {LD("acquire.gpu", Y) R(X)}}}},
    {"MP-sys", false, {{0, {W(X) ST("release.sys", Y)}}, {1, {LD("acquire.sys", Y) R(X)}}}},
    {"MP-relaxed", true, {{0, {W(X) ST("relaxed.gpu", Y)}}, {0, {LD("relaxed.gpu", Y) R(X)}}}},
    {"MP-volatile-threadfence",
     false,
     {{0, {W(X) "membar.gl;" ST("volatile", Y)}}, {0, {LD("volatile", Y) "membar.gl;" R(X)}}}},
    {"MP-volatile-narrow-fence",
     true,
     {{0, {W(X) "membar.gl;" ST("volatile", Y)}}, {0, {LD("volatile", Y) "membar.cta;" R(X)}}}},
    {"MP-fences-acq_rel",
     false,
     {{0, {W(X) F("acq_rel.gpu") ST("relaxed.gpu", Y)}},
      {0, {LD("relaxed.gpu", Y) F("acq_rel.gpu") R(X)}}}},
    {"MP-fence-before-the-load",
     true,
     {{0, {W(X) F("acq_rel.gpu") ST("relaxed.gpu", Y)}},
      {0, {F("acq_rel.gpu") LD("relaxed.gpu", Y) R(X)}}}},
    {"MP-fence-behind-the-store",
     true,
     {{0, {W(X) ST("relaxed.gpu", Y) F("acq_rel.gpu")}},
      {0, {LD("relaxed.gpu", Y) F("acq_rel.gpu") R(X)}}}},
    {"MP-weak-flag",
     true,
     {{0, {W(X) F("acq_rel.gpu") W(Y)}}, {0, {LD("weak", Y) F("acq_rel.gpu") R(X)}}}},
    {"Release-then-other-thread",
     true,
     {{0, {W(Y) ST("release.gpu", X)}},
      {0, {LD("relaxed.gpu", X) ST2("relaxed.gpu", X)}},
      {0, {LD2("acquire.gpu", X) R(Y)}}}},
    {"Release-then-own-store",
     false,
     {{0, {W(Y) ST("release.gpu", X) ST2("relaxed.gpu", X)}}, {0, {LD2("acquire.gpu", X) R(Y)}}}},
    {"Release-then-atom",
     false,
     {{0, {W(Y) ST("release.gpu", X)}},
      {0, {ADD("relaxed.gpu", X)}},
      {0, {LD2("acquire.gpu", X) R(Y)}}}},
    {"Release-then-narrow-atom",
     true,
     {{0, {W(Y) ST("release.gpu", X)}},
      {0, {ADD("relaxed.cta", X)}},
      {0, {LD2("acquire.gpu", X) R(Y)}}}},
    {"SB-strong",
     false,
     {{0, {ST("relaxed.gpu", X) F("acq_rel.gpu") LOAD("relaxed.gpu", Y)}},
      {0, {ST("relaxed.gpu", Y) F("acq_rel.gpu") LOAD("relaxed.gpu", X)}}}},
    {"WAR-place-relaxed",
     true,
     {{0, {R(X) ST("relaxed.gpu", Y)}}, {0, {LD("relaxed.gpu", Y) W(X)}}}},
    {"WAR-place-release",
     false,
     {{0, {R(X) ST("release.gpu", Y)}}, {0, {LD("acquire.gpu", Y) W(X)}}}},
    {"CoRR-strong", false, {{0, {ST("relaxed.gpu", X)}}, {0, {LOAD("relaxed.gpu", X)}}}},
    {"CoRR-weak", true, {{0, {W(X)}}, {0, {R(X) R(X)}}}},
    {"WW-weak", true, {{0, {W(X)}}, {0, {W(X)}}}},
    {"IRIW-strong",
     false,
     {{0, {ST("relaxed.gpu", X)}},
      {0, {ST("relaxed.gpu", Y)}},
      {0, {LOAD("relaxed.gpu", X) F("sc.gpu") LOAD("relaxed.gpu", Y)}},
      {0, {LOAD("relaxed.gpu", Y) F("sc.cta") LOAD("relaxed.gpu", X)}}}},
    {"ISA2-two-scopes",
     false,
     {{0, {W(X) ST("release.cta", Y), LD("acquire.cta", Y) ST("release.gpu", Z)}},
      {0, {LD("acquire.gpu", Z) R(X)}}}},
    {"ISA2-narrow-second",
     true,
     {{0, {W(X) ST("release.gpu", Y)}},
      {0, {LD("acquire.gpu", Y) ST("release.cta", Z)}},
      {0, {LD("acquire.gpu", Z) R(X)}}}},
    {"WRC-observed-write",
     false,
     {{0, {ST("relaxed.gpu", X)}},
      {0, {LD("relaxed.gpu", X) F("acq_rel.gpu") ST("relaxed.gpu", Y)}},
      {0, {LD("acquire.gpu", Y) R(X)}}}},
    {"WRC-observed-narrowly",
     true,
     {{0, {ST("relaxed.cta", X)}},
      {0, {LD("relaxed.gpu", X) F("acq_rel.gpu") ST("relaxed.gpu", Y)}},
      {0, {LD("acquire.gpu", Y) R(X)}}}},
    {"Atom-scope-too-narrow", true, {{0, {ADDS("relaxed.cta", X)}}, {0, {ADDS("relaxed.cta", X)}}}},
    {"Atom-scope-right", false, {{0, {ADDS("relaxed.gpu", X)}}, {0, {ADDS("relaxed.gpu", X)}}}},
    {"Acquire-pattern-two-reads",
     false,
     {{0, {W(Y) ST("release.gpu", X)}},
      {0, {ST2("relaxed.gpu", X)}},
      {0, {LD("relaxed.gpu", X) "ld.acquire.gpu.global.u32 %r2, [%rd1];" R(Y)}}}},
    {"Bar-then-release",
     false,
     {{0, {W(X) BAR, BAR ST("release.gpu", Y)}}, {0, {LD("acquire.gpu", Y) R(X)}}}},
    {"Bar-then-relaxed",
     true,
     {{0, {W(X) BAR, BAR ST("relaxed.gpu", Y)}}, {0, {LD("acquire.gpu", Y) R(X)}}}},
    {"Threadfence-bar-atom",
     false,
     {{0, {W(X) "membar.gl;" BAR, BAR ADDS("relaxed.gpu", Y)}},
      {0, {LD("relaxed.gpu", Y) "membar.gl;" R(X)}}}},
    {"Wide-flag",
     true,
     {{0, {"mov.u64 %rd8, 1; st.relaxed.gpu.global.u64 [%rd2], %rd8;"}},
      {0, {LOAD("relaxed.gpu", Y)}}}},
    {"Own-words-of-one-line",
     false,
     {{0, {"mov.u16 %rs1, 1; st.weak.global.u16 [%rd1], %rs1;"}},
      {0, {"mov.u16 %rs1, 1; st.weak.global.u16 [%rd1+2], %rs1;"}}}},
};

/* An entry for each block, with a warp for each of its threads. */
static void write_entry(FILE *out, size_t row, uint32_t block)
{
    fprintf(out,
            ".visible .entry b%u(.param .u64 p0, .param .u64 p1, .param .u64 p2)\n{\n"
            ".reg .pred %%p<9>;\n.reg .b16 %%rs<9>;\n.reg .b32 %%r<12>;\n.reg .b64 %%rd<9>;\n"
            "ld.param.u64 %%rd1, [p0];\nld.param.u64 %%rd2, [p1];\nld.param.u64 %%rd3, [p2];\n"
            "mov.u32 %%r10, %%tid.x;\nand.b32 %%r11, %%r10, 31;\n"
            "setp.ne.u32 %%p2, %%r11, 0;\nshr.u32 %%r10, %%r10, 5;\n"
            "setp.eq.u32 %%p3, %%r10, 1;\n@%%p3 bra SECOND;\n",
            block);
    for (uint32_t t = 0; t < THREADS; t++) {
        const char *code = rows[row].blocks[block].threads[t];
        fprintf(out, "%s%s\nret;\n", t ? "SECOND:\n" : "", code ? code : "");
    }
    fputs("}\n", out);
}

static void each_row_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *ptx, *launch;
        size_t size;
        FILE *p = open_memstream(&ptx, &size), *l = open_memstream(&launch, &size);
        fputs(".version 8.0\n.target sm_90\n.address_size 64\n", p);
        fputs("devices 2\nbuffer x[1]\nbuffer y[2]\nbuffer z[1]\ntogether\n", l);
        for (uint32_t b = 0; b < BLOCKS && rows[i].blocks[b].threads[0]; b++) {
            write_entry(p, i, b);
            fprintf(l, "launch b%u\nblock %u\ndevice %u\nparameters x, y, z\nend\n", b,
                    rows[i].blocks[b].threads[1] ? 33u : 1u, rows[i].blocks[b].device);
        }
        fputs("end\n", l);
        fclose(p);
        fclose(l);
        enum kernel_finding_kind found = kernel_finds(ptx, launch, 300, NULL);
        if (found != (rows[i].races ? KERNEL_FINDS_RACE : KERNEL_FINDS_NONE))
            fail_msg("%s: %s", rows[i].name, kernel_finding_name(found));
        free(ptx);
        free(launch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row_has_its_verdict)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
