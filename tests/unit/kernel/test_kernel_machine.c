/* Small kernels: what instructions leave in memory, and what is found where they are wrong. */
#include "kernel_test.h"

#include "kernel/machine.h"

#define HEAD                                                                                       \
    ".version 8.0\n.target sm_90\n.address_size 64\n"                                              \
    ".extern .func __assertfail(.param .b64 a, .param .b64 b, .param .b32 c, .param .b64 d, "      \
    ".param .b64 e);\n"
#define REGISTERS                                                                                  \
    ".reg .pred %p<9>;\n.reg .f32 %f<3>;\n.reg .b16 %rs<9>;\n.reg .b32 %r<40>;\n.reg .b64 "        \
    "%rd<20>;\n"
/* %rd1 is `out`, %r1 the lane, %r2 the thread of the block, %rd2 the place of its word in `out`. */
#define ENTRY                                                                                      \
    ".visible .entry k(.param .u64 out)\n{\n" REGISTERS                                            \
    ".shared .align 8 .b8 shared[512];\n.local .align 8 .b8 local[64];\n"                          \
    "ld.param.u64 %rd1, [out];\nmov.u32 %r1, %laneid;\nmov.u32 %r2, %tid.x;\n"                     \
    "mul.wide.u32 %rd2, %r2, 4;\nadd.s64 %rd2, %rd1, %rd2;\n"
#define OUT(value)   "st.global.u32 [%rd2], " value ";\n"
#define KERNEL(body) HEAD ENTRY body "ret;\n}\n"

#define ONE_WARP                                                                                   \
    "buffer out[64]\nlaunch k\nblock 32\nparameters out\nend\n"                                    \
    "observe out\n"
#define TWO_WARPS                                                                                  \
    "buffer out[64]\nlaunch k\nblock 64\nparameters out\nend\n"                                    \
    "observe out\n"

static void lanes_work_together(void **state)
{
    (void)state;
    static const struct kernel_row rows[] = {
        {"shfl down", KERNEL("shfl.sync.down.b32 %r3|%p1, %r1, 4, 31, -1;\n" OUT("%r3")),
         ONE_WARP "expect out[0] == 4\nexpect out[27] == 31\nexpect out[28] == 28\n",
         KERNEL_FINDS_NONE},
        {"shfl up", KERNEL("shfl.sync.up.b32 %r3|%p1, %r1, 1, 0, -1;\n" OUT("%r3")),
         ONE_WARP "expect out[0] == 0\nexpect out[31] == 30\n", KERNEL_FINDS_NONE},
        {"shfl bfly in halves", KERNEL("shfl.sync.bfly.b32 %r3, %r1, 1, 4127, -1;\n" OUT("%r3")),
         ONE_WARP "expect out[0] == 1\nexpect out[17] == 16\n", KERNEL_FINDS_NONE},
        {"shfl idx", KERNEL("shfl.sync.idx.b32 %r3, %r1, 7, 31, -1;\n" OUT("%r3")),
         ONE_WARP "expect out[31] == 7\n", KERNEL_FINDS_NONE},
        {"ballot",
         KERNEL("setp.lt.u32 %p1, %r1, 5;\nvote.sync.ballot.b32 %r3, %p1, -1;\n" OUT("%r3")),
         ONE_WARP "expect out[9] == 31\n", KERNEL_FINDS_NONE},
        {"all and any",
         KERNEL("setp.lt.u32 %p1, %r1, 5;\nvote.sync.all.pred %p2, %p1, -1;\n"
                "vote.sync.any.pred %p3, %p1, -1;\nselp.u32 %r3, 1, 0, %p2;\n"
                "selp.u32 %r4, 2, 0, %p3;\nadd.s32 %r3, %r3, %r4;\n" OUT("%r3")),
         ONE_WARP "expect out[3] == 2\n", KERNEL_FINDS_NONE},
        {"match", KERNEL("and.b32 %r3, %r1, 1;\nmatch.any.sync.b32 %r4, %r3, -1;\n" OUT("%r4")),
         ONE_WARP "expect out[0] == 0x55555555\nexpect out[1] == 0xAAAAAAAA\n", KERNEL_FINDS_NONE},
        {"redux", KERNEL("redux.sync.add.u32 %r3, %r1, -1;\n" OUT("%r3")),
         ONE_WARP "expect out[5] == 496\n", KERNEL_FINDS_NONE},
        {"two tiles of a warp, by one instruction",
         KERNEL("and.b32 %r3, %r1, 16;\nshl.b32 %r4, 65535, %r3;\n"
                "redux.sync.add.u32 %r5, %r1, %r4;\nsetp.eq.u32 %p1, %r1, 20;\n"
                "vote.sync.any.pred %p2, %p1, %r4;\nselp.u32 %r6, 1000, 0, %p2;\n"
                "add.u32 %r5, %r5, %r6;\n" OUT("%r5")),
         ONE_WARP "expect out[0] == 120\nexpect out[15] == 120\nexpect out[16] == 1376\n"
                  "expect out[31] == 1376\n",
         KERNEL_FINDS_NONE},
        {"redux max", KERNEL("redux.sync.max.s32 %r3, %r1, -1;\n" OUT("%r3")),
         ONE_WARP "expect out[5] == 31\n", KERNEL_FINDS_NONE},
        {"elect", KERNEL("elect.sync %r3|%p1, -1;\nselp.u32 %r4, 1, 0, %p1;\n" OUT("%r4")),
         ONE_WARP "expect out[0] == 1\nexpect out[1] == 0\n", KERNEL_FINDS_NONE},
        {"branches meet again",
         KERNEL("setp.lt.u32 %p1, %r1, 5;\n@%p1 bra LOW;\nmov.u32 %r3, 1;\nbra JOIN;\n"
                "LOW:\nmov.u32 %r3, 2;\nJOIN:\nactivemask.b32 %r4;\n"
                "add.s32 %r3, %r3, %r4;\n" OUT("%r3")),
         ONE_WARP "expect out[0] == 1\nexpect out[31] == 0\n", KERNEL_FINDS_NONE},
        {"a loop of other lengths",
         KERNEL("mov.u32 %r3, 0;\nLOOP:\nadd.s32 %r3, %r3, 1;\nsetp.lt.u32 %p1, %r3, %r1;\n"
                "@%p1 bra LOOP;\nactivemask.b32 %r4;\nadd.s32 %r3, %r3, %r4;\n" OUT("%r3")),
         ONE_WARP "expect out[9] == 8\nexpect out[31] == 30\n", KERNEL_FINDS_NONE},
        {"a lane waits for another of its warp",
         KERNEL(
             "setp.eq.u32 %p1, %r1, 3;\n@%p1 bra WRITE;\nWAIT:\n"
             "ld.acquire.gpu.u32 %r3, [%rd1+128];\nsetp.eq.u32 %p2, %r3, 0;\n@%p2 bra WAIT;\n"
             "bra END;\nWRITE:\nmov.u32 %r3, 1;\nst.release.gpu.u32 [%rd1+128], %r3;\nEND:\n" OUT(
                 "%r3")),
         ONE_WARP "expect out[0] == 1\n", KERNEL_FINDS_NONE},
        {"an indirect branch",
         KERNEL("and.b32 %r3, %r1, 1;\nT: .branchtargets A, B;\nbrx.idx %r3, T;\n"
                "A:\nmov.u32 %r4, 10;\nbra E;\nB:\nmov.u32 %r4, 20;\nE:\n" OUT("%r4")),
         ONE_WARP "expect out[0] == 10\nexpect out[31] == 20\n", KERNEL_FINDS_NONE},
    };
    HOLD(rows);
}

static void memory_is_read_and_written(void **state)
{
    (void)state;
    static const struct kernel_row rows[] = {
        {"local memory",
         KERNEL("mov.u64 %rd3, local;\nst.local.u32 [%rd3+4], %r1;\n"
                "cvta.local.u64 %rd4, %rd3;\nld.u32 %r3, [%rd4+4];\n" OUT("%r3")),
         ONE_WARP "expect out[9] == 9\n", KERNEL_FINDS_NONE},
        {"a vector",
         KERNEL("shl.b32 %r3, %r2, 4;\nmov.u32 %r4, shared;\nadd.s32 %r4, %r4, %r3;\n"
                "st.shared.v4.u32 [%r4], {%r1, %r2, %r3, %r1};\n"
                "ld.shared.v2.u32 {%r5, %r6}, [%r4+8];\n" OUT("%r5")),
         ONE_WARP "expect out[9] == 144\n", KERNEL_FINDS_NONE},
        {"a signed byte",
         KERNEL("mov.u32 %r3, 200;\nmov.u32 %r4, shared;\nadd.s32 %r4, %r4, %r2;\n"
                "st.shared.u8 [%r4], %r3;\nld.shared.s8 %r5, [%r4];\n" OUT("%r5")),
         ONE_WARP "expect out[1] == -56\n", KERNEL_FINDS_NONE},
        {"a function",
         HEAD
         ".func (.param .b32 r) twice(.param .b32 a)\n{\n.reg .b32 %r<3>;\n"
         "ld.param.u32 %r1, [a];\nadd.s32 %r1, %r1, %r1;\nst.param.b32 [r], %r1;\nret;\n}\n" ENTRY
         "{\n.param .b32 a;\nst.param.b32 [a], %r1;\n.param .b32 r;\n"
         "call.uni (r), twice, (a);\nld.param.b32 %r3, [r];\n}\n" OUT("%r3") "ret;\n}\n",
         ONE_WARP "expect out[9] == 18\n", KERNEL_FINDS_NONE},
        {"additions of a warp",
         KERNEL("atom.global.add.u32 %r3, [%rd1+128], 2;\nst.global.u32 [%rd2], %r3;\n"),
         ONE_WARP "expect out[32] == 64\nexpect out[5] == 10\n", KERNEL_FINDS_NONE},
        {"inc, dec, min, max, exch, cas",
         KERNEL(
             "setp.ne.u32 %p1, %r1, 0;\n@%p1 ret;\natom.global.inc.u32 %r3, [%rd1+128], 1;\n"
             "atom.global.inc.u32 %r3, [%rd1+128], 1;\natom.global.dec.u32 %r3, [%rd1+132], 7;\n"
             "atom.global.max.s32 %r3, [%rd1+136], -3;\natom.global.min.u32 %r3, [%rd1+136], 9;\n"
             "atom.global.exch.b32 %r3, [%rd1+140], 5;\n"
             "atom.global.cas.b32 %r3, [%rd1+140], 5, 6;\n"
             "atom.global.cas.b32 %r3, [%rd1+140], 5, 7;\n" OUT("%r3")),
         ONE_WARP "expect out[32] == 0\nexpect out[33] == 7\nexpect out[34] == 0\n"
                  "expect out[35] == 6\nexpect out[0] == 6\n",
         KERNEL_FINDS_NONE},
        {"a barrier that counts",
         KERNEL("setp.lt.u32 %p1, %r2, 40;\nbarrier.cta.red.popc.u32 %r3, 0, %p1;\n" OUT("%r3")),
         TWO_WARPS "expect out[63] == 40\n", KERNEL_FINDS_NONE},
        {"arrive and sync",
         KERNEL("mov.u32 %r4, shared;\nsetp.lt.u32 %p1, %r2, 32;\n@%p1 bra MAKE;\n"
                "bar.sync 1, 64;\nld.shared.u32 %r3, [%r4];\n" OUT(
                    "%r3") "ret;\nMAKE:\n"
                           "setp.eq.u32 %p2, %r2, 0;\n@%p2 st.shared.u32 [%r4], 7;\nbar.arrive 1, "
                           "64;\n"),
         TWO_WARPS "expect out[63] == 7\n", KERNEL_FINDS_NONE},
        {"threads that ended count at a barrier",
         KERNEL("setp.lt.u32 %p1, %r2, 32;\n@%p1 ret;\nbar.sync 0;\n" OUT("%r2")),
         TWO_WARPS "expect out[63] == 63\n", KERNEL_FINDS_NONE},
        {"all threads of a block store one value", KERNEL("st.global.u32 [%rd1], 5;\n"),
         TWO_WARPS "expect out[0] == 5\n", KERNEL_FINDS_NONE},
        {"all lanes store one value", KERNEL("st.global.u32 [%rd1], 5;\n"),
         ONE_WARP "expect out[0] == 5\n", KERNEL_FINDS_NONE},
        {"bytes of a word that do not change",
         KERNEL("cvt.u64.u32 %rd3, %r2;\nadd.s64 %rd3, %rd1, %rd3;\nmov.u16 %rs1, 0;\n"
                "mov.u32 %r3, 0;\nAGAIN:\nst.global.u8 [%rd3], %rs1;\n"
                "add.u32 %r3, %r3, 1;\nsetp.lt.u32 %p1, %r3, 3;\n@%p1 bra AGAIN;\n"),
         TWO_WARPS, KERNEL_FINDS_NONE},
        {"all threads store one value, and read it before the others have",
         KERNEL("mov.u32 %r3, shared;\nst.shared.u32 [%r3], 5;\nld.shared.u32 %r4, [%r3];\n"
                "bar.sync 0;\n" OUT("%r4")),
         TWO_WARPS "expect out == 5\n", KERNEL_FINDS_NONE},
        {"halves of a word",
         KERNEL("mul.wide.u32 %rd3, %r2, 2;\nadd.s64 %rd3, %rd1, %rd3;\n"
                "cvt.u16.u32 %rs1, %r2;\nst.global.u16 [%rd3], %rs1;\n"),
         TWO_WARPS "expect out[1] == 0x30002\n", KERNEL_FINDS_NONE},
    };
    HOLD(rows);
}

static void what_is_wrong_is_found(void **state)
{
    (void)state;
    static const struct kernel_row rows[] = {
        {"outside", KERNEL("st.global.u32 [%rd1+256], %r1;\n"), ONE_WARP, KERNEL_FINDS_OUTSIDE},
        {"before", KERNEL("st.global.u32 [%rd1+-4], %r1;\n"), ONE_WARP, KERNEL_FINDS_OUTSIDE},
        {"null", KERNEL("mov.u64 %rd3, 0;\nld.global.u32 %r3, [%rd3];\n" OUT("%r3")), ONE_WARP,
         KERNEL_FINDS_OUTSIDE},
        {"behind shared memory",
         KERNEL("mov.u32 %r3, shared;\nld.shared.u32 %r4, [%r3+512];\n" OUT("%r4")), ONE_WARP,
         KERNEL_FINDS_OUTSIDE},
        {"misaligned", KERNEL("ld.global.u32 %r3, [%rd1+2];\n" OUT("%r3")), ONE_WARP,
         KERNEL_FINDS_MISALIGNED},
        {"uninitialised shared memory",
         KERNEL("mov.u32 %r3, shared;\nld.shared.u32 %r4, [%r3];\n" OUT("%r4")), ONE_WARP,
         KERNEL_FINDS_UNINITIALISED},
        {"uninitialised local memory",
         KERNEL("mov.u64 %rd3, local;\nld.local.u32 %r4, [%rd3];\n" OUT("%r4")), ONE_WARP,
         KERNEL_FINDS_UNINITIALISED},
        {"an uninitialised buffer", KERNEL("ld.global.u32 %r3, [%rd1];\n" OUT("%r3")),
         "buffer out[64] uninitialised\nlaunch k\nblock 32\nparameters out\nend\n",
         KERNEL_FINDS_UNINITIALISED},
        {"trap", KERNEL("setp.eq.u32 %p1, %r1, 3;\n@%p1 trap;\n"), ONE_WARP, KERNEL_FINDS_TRAP},
        {"lanes store two values", KERNEL("st.global.u32 [%rd1], %r1;\n"), ONE_WARP,
         KERNEL_FINDS_RACE},
        {"plain loads poll what nobody writes",
         KERNEL("AGAIN:\nld.global.u32 %r3, [%rd1];\nsetp.eq.u32 %p1, %r3, 0;\n@%p1 bra AGAIN;\n"),
         ONE_WARP, KERNEL_FINDS_DEADLOCK},
        {"plain loads poll what another block writes",
         KERNEL("mov.u32 %r4, %ctaid.x;\nsetp.ne.u32 %p2, %r4, 0;\n@%p2 bra W;\nAGAIN:\n"
                "ld.global.u32 %r3, [%rd1];\nsetp.eq.u32 %p1, %r3, 0;\n@%p1 bra AGAIN;\nret;\n"
                "W:\nst.release.gpu.global.u32 [%rd1], 1;\n"),
         "buffer out[64]\nlaunch k\ngrid 2\nparameters out\nend\n", KERNEL_FINDS_RACE},
        {"each lane waits for four words",
         KERNEL("mul.wide.u32 %rd3, %r2, 16;\nadd.s64 %rd3, %rd1, %rd3;\nAGAIN:\n"
                "ld.relaxed.gpu.global.u64 %rd4, [%rd3];\n"
                "ld.relaxed.gpu.global.u64 %rd5, [%rd3+8];\nor.b64 %rd4, %rd4, %rd5;\n"
                "setp.eq.u64 %p1, %rd4, 0;\nvote.sync.any.pred %p2, %p1, -1;\n@%p2 bra AGAIN;\n"),
         "buffer out[128]\nlaunch k\nblock 32\nparameters out\nend\n", KERNEL_FINDS_DEADLOCK},
        {"a lane is named by one that it does not name",
         KERNEL("setp.eq.u32 %p1, %r1, 0;\nselp.b32 %r3, -1, -2, %p1;\n"
                "redux.sync.add.u32 %r5, %r1, %r3;\n" OUT("%r5")),
         ONE_WARP, KERNEL_FINDS_BARRIER},
        {"two warps store one value, by two instructions",
         KERNEL("setp.lt.u32 %p1, %r2, 32;\n@%p1 bra A;\nst.global.u32 [%rd1], 5;\nret;\nA:\n"
                "st.global.u32 [%rd1], 5;\n"),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"two warps store one value, and a lane that did not reads it behind one of them",
         KERNEL("setp.eq.u32 %p1, %r1, 0;\n@%p1 st.global.u32 [%rd1+128], 5;\n"
                "bar.warp.sync -1;\nsetp.eq.u32 %p2, %r2, 33;\n"
                "@%p2 ld.global.u32 %r3, [%rd1+128];\n"),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"one value is stored again, and read meanwhile",
         KERNEL("shr.u32 %r3, %r2, 5;\nmov.u32 %r4, 0;\nAGAIN:\nsetp.eq.u32 %p1, %r3, %r4;\n"
                "setp.eq.and.u32 %p1, %r1, 0, %p1;\n@%p1 st.global.u32 [%rd1], 5;\n"
                "add.u32 %r4, %r4, 1;\nsetp.eq.u32 %p2, %r4, 1;\n@%p2 bar.sync 0;\n"
                "@%p2 bra AGAIN;\nsetp.eq.u32 %p3, %r2, 1;\n@%p3 ld.global.u32 %r5, [%rd1];\n"),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"rows of words, written by one warp and read by the other",
         KERNEL("setp.lt.u32 %p1, %r2, 32;\n@%p1 bra A;\nld.global.u32 %r3, [%rd2+-128];\nret;\n"
                "A:\nst.global.u32 [%rd2], %r2;\n"),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"rows of words, written and then read by another lane",
         KERNEL("st.global.u32 [%rd2], %r1;\nsetp.eq.u32 %p1, %r2, 3;\n"
                "@%p1 ld.global.u32 %r3, [%rd2+4];\n"),
         ONE_WARP, KERNEL_FINDS_RACE},
        {"rows of words, read and then written by another lane",
         KERNEL("ld.global.u32 %r3, [%rd2];\nsetp.eq.u32 %p1, %r2, 3;\n"
                "@%p1 st.global.u32 [%rd2+4], 9;\n"),
         ONE_WARP, KERNEL_FINDS_RACE},
        {"a row of words, of which a lane wrote one before",
         KERNEL("setp.eq.u32 %p1, %r2, 3;\n@%p1 st.global.u32 [%rd2+4], 9;\n"
                "ld.global.u32 %r3, [%rd2];\n"),
         ONE_WARP, KERNEL_FINDS_RACE},
        {"a row of words that is read, of which the other warp writes one",
         KERNEL("setp.lt.u32 %p1, %r2, 32;\n@%p1 bra A;\nsetp.eq.u32 %p2, %r1, 7;\n"
                "@%p2 st.global.u32 [%rd2+-128], 1;\nret;\nA:\nld.global.u32 %r3, [%rd2];\n"),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"a row of words that is not known as a whole",
         KERNEL("mov.u32 %r4, shared;\nshl.b32 %r5, %r2, 2;\nadd.u32 %r4, %r4, %r5;\n"
                "setp.ne.u32 %p1, %r2, 9;\n@%p1 st.shared.u32 [%r4], 1;\n"
                "ld.shared.u32 %r3, [%r4];\n" OUT("%r3")),
         ONE_WARP, KERNEL_FINDS_UNINITIALISED},
        {"two blocks store one value", KERNEL("st.global.u32 [%rd1], 5;\n"),
         "buffer out[64]\nlaunch k\ngrid 2\nblock 32\nparameters out\nend\n", KERNEL_FINDS_RACE},
        {"no barrier of the warp",
         KERNEL("mov.u32 %r3, shared;\nsetp.eq.u32 %p1, %r1, 0;\n@%p1 st.shared.u32 [%r3], 7;\n"
                "ld.shared.u32 %r4, [%r3];\n" OUT("%r4")),
         ONE_WARP, KERNEL_FINDS_RACE},
        {"a barrier of the warp",
         KERNEL("mov.u32 %r3, shared;\nsetp.eq.u32 %p1, %r1, 0;\n@%p1 st.shared.u32 [%r3], 7;\n"
                "bar.warp.sync -1;\nld.shared.u32 %r4, [%r3];\n" OUT("%r4")),
         ONE_WARP "expect out[9] == 7\n", KERNEL_FINDS_NONE},
        {"no barrier of the block",
         KERNEL("mov.u32 %r3, shared;\nsetp.eq.u32 %p1, %r2, 0;\n@%p1 st.shared.u32 [%r3], 7;\n"
                "bar.warp.sync -1;\nld.shared.u32 %r4, [%r3];\n" OUT("%r4")),
         TWO_WARPS, KERNEL_FINDS_RACE},
        {"half of a warp at a barrier",
         KERNEL("setp.lt.u32 %p1, %r1, 16;\n@%p1 bra A;\nbar.sync 0;\nret;\nA:\nbar.sync 1;\n"),
         ONE_WARP, KERNEL_FINDS_BARRIER},
        {"a barrier by part of a warp", KERNEL("setp.lt.u32 %p1, %r1, 16;\n@%p1 bar.sync 0;\n"),
         ONE_WARP, KERNEL_FINDS_BARRIER},
        {"a barrier of 48 threads", KERNEL("bar.sync 0, 48;\n"), TWO_WARPS, KERNEL_FINDS_BARRIER},
        {"a barrier of too many threads", KERNEL("bar.sync 0, 96;\n"), TWO_WARPS,
         KERNEL_FINDS_BARRIER},
        {"a warp that does not come",
         KERNEL("setp.lt.u32 %p1, %r2, 32;\n@%p1 bra A;\nbar.sync 0, 64;\nA:\n"), TWO_WARPS,
         KERNEL_FINDS_DEADLOCK},
        {"a mask that names a lane elsewhere",
         KERNEL("setp.lt.u32 %p1, %r1, 16;\n@%p1 shfl.sync.idx.b32 %r3, %r1, 0, 31, -1;\n"),
         ONE_WARP, KERNEL_FINDS_BARRIER},
        {"a mask that leaves out who executes it",
         KERNEL("shfl.sync.idx.b32 %r3, %r1, 0, 31, 65535;\n"), ONE_WARP, KERNEL_FINDS_BARRIER},
        {"an expectation", KERNEL(OUT("%r1")), ONE_WARP "expect out[3] == 4\n",
         KERNEL_FINDS_EXPECTATION},
        {"an order that shows",
         KERNEL("setp.ne.u32 %p1, %r1, 0;\n@%p1 ret;\n"
                "atom.relaxed.gpu.exch.b32 %r3, [%rd1], %r2;\n"),
         TWO_WARPS, KERNEL_FINDS_VALUE},
        {"a loop without an end",
         KERNEL("A:\nadd.s32 %r3, %r3, 1;\nst.global.u32 [%rd2], %r3;\n"
                "bra A;\n"),
         ONE_WARP, KERNEL_FINDS_LIVELOCK},
        {"a minimum of floats",
         KERNEL("mov.f32 %f1, 0f3F800000;\nredux.sync.min.f32 %f2, %f1, -1;\nst.global.f32 [%rd2], "
                "%f2;\n"),
         ONE_WARP, KERNEL_FINDS_UNSUPPORTED},
        {"an instruction that is not run",
         KERNEL("mov.u64 %rd3, shared;\ntex.2d.v4.f32.f32 {%f1, %f1, %f1, %f1}, [%rd3, {%f1, "
                "%f1}];\n"),
         ONE_WARP, KERNEL_FINDS_UNSUPPORTED},
    };
    HOLD(rows);
}

#define ASSERT_PTX                                                                                 \
    HEAD ".global .align 1 .b8 text[6] = {120, 32, 62, 32, 48, 0};\n" ENTRY                        \
         "setp.ne.u32 %p1, %r1, 5;\n@%p1 bra FINE;\n{\nmov.u64 %rd3, text;\n"                      \
         "cvta.global.u64 %rd3, %rd3;\n.param .b64 a;\n.param .b64 b;\n.param .b32 c;\n"           \
         ".param .b64 d;\n.param .b64 e;\nst.param.b64 [a], %rd3;\nst.param.b64 [b], %rd3;\n"      \
         "st.param.b32 [c], 7;\nst.param.b64 [d], %rd3;\nst.param.b64 [e], 1;\n"                   \
         "call.uni __assertfail, (a, b, c, d, e);\n}\nFINE:\nret;\n}\n"

static void what_a_runtime_has_is_there(void **state)
{
    (void)state;
    static const char body[] =
        HEAD ".func work(.param .b64 a, .param .b64 b)\n{\ntrap;\n}\n" ENTRY
             "{\n.param .b64 a;\nst.param.b64 [a], %rd1;\n.param .b64 b;\n"
             "add.s64 %rd3, %rd1, 128;\nst.param.b64 [b], %rd3;\ncall.uni work, (a, b);\n}\n"
             "ret;\n}\n";
    static const char indirect[] = HEAD
        ".func (.param .b32 r) one(.param .b32 a)\n{\n.reg .b32 %r<3>;\n"
        "ld.param.u32 %r1, [a];\nadd.s32 %r1, %r1, 100;\nst.param.b32 [r], %r1;\nret;\n}\n"
        ".func (.param .b32 r) two(.param .b32 a)\n{\n.reg .b32 %r<3>;\n"
        "ld.param.u32 %r1, [a];\nadd.s32 %r1, %r1, 200;\nst.param.b32 [r], %r1;\nret;\n}\n" ENTRY
        "mov.u64 %rd3, one;\nmov.u64 %rd4, two;\nand.b32 %r3, %r1, 1;\n"
        "setp.eq.u32 %p1, %r3, 0;\nselp.b64 %rd5, %rd3, %rd4, %p1;\n"
        "{\n.param .b32 a;\nst.param.b32 [a], %r1;\n.param .b32 r;\n"
        "P: .callprototype (.param .b32 _) _ (.param .b32 _);\n"
        "call (r), %rd5, (a), P;\nld.param.b32 %r4, [r];\n}\n" OUT("%r4") "ret;\n}\n";
    static const char mismatched[] =
        HEAD ".func (.param .b32 r) one(.param .b32 a)\n{\n.reg .b32 %r<3>;\n"
             "ld.param.u32 %r1, [a];\nst.param.b32 [r], %r1;\nret;\n}\n" ENTRY
             "mov.u64 %rd3, one;\n{\n.param .b64 a;\nst.param.b64 [a], %rd3;\n.param .b64 r;\n"
             "P: .callprototype (.param .b64 _) _ (.param .b64 _);\n"
             "call (r), %rd3, (a), P;\n}\nret;\n}\n";
    static const char copies[] = KERNEL(
        "setp.lt.u32 %p1, %r2, 32;\n@!%p1 ret;\nmul.wide.u32 %rd3, %r2, 4;\nmov.u32 %r3, shared;\n"
        "shl.b32 %r4, %r2, 2;\nadd.s32 %r3, %r3, %r4;\n"
        "cp.async.ca.shared.global [%r3], [%rd2], 4;\ncp.async.commit_group;\n"
        "cp.async.wait_group 0;\nld.shared.u32 %r5, [%r3];\nadd.s32 %r5, %r5, 1;\n" OUT("%r5"));
    static const char early[] =
        KERNEL("mov.u32 %r3, shared;\nshl.b32 %r4, %r2, 2;\nadd.s32 %r3, %r3, %r4;\n"
               "cp.async.ca.shared.global [%r3], [%rd2], 4;\ncp.async.commit_group;\n"
               "ld.shared.u32 %r5, [%r3];\n" OUT("%r5"));
    static const char cluster[] = KERNEL(
        "mov.u32 %r3, shared;\nmov.u32 %r4, %cluster_ctarank;\nst.shared.u32 [%r3], %r4;\n"
        "barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;\nxor.b32 %r5, %r4, 1;\n"
        "mapa.shared::cluster.u32 %r6, %r3, %r5;\nld.shared::cluster.u32 %r7, [%r6];\n"
        "mov.u32 %r8, %ctaid.x;\nmul.wide.u32 %rd3, %r8, 4;\nadd.s64 %rd3, %rd1, %rd3;\n"
        "st.global.u32 [%rd3], "
        "%r7;\nbarrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;\n");
    static const char ends_early[] = KERNEL(
        "mov.u32 %r3, shared;\nmov.u32 %r4, %cluster_ctarank;\nst.shared.u32 [%r3], %r4;\n"
        "barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;\nxor.b32 %r5, %r4, 1;\n"
        "mapa.shared::cluster.u32 %r6, %r3, %r5;\nld.shared::cluster.u32 %r7, [%r6];\n");
    static const char no_cluster_barrier[] =
        KERNEL("mov.u32 %r3, shared;\nmov.u32 %r4, %cluster_ctarank;\nst.shared.u32 [%r3], %r4;\n"
               "xor.b32 %r5, %r4, 1;\nmapa.shared::cluster.u32 %r6, %r3, %r5;\n"
               "ld.shared::cluster.u32 %r7, [%r6];\n" OUT("%r7"));
    static const struct kernel_row rows[] = {
        {"an assertion", ASSERT_PTX, ONE_WARP, KERNEL_FINDS_ASSERT},
        {"a stub that is skipped", body, ONE_WARP "stub work skip\n", KERNEL_FINDS_NONE},
        {"without the stub", body, ONE_WARP, KERNEL_FINDS_TRAP},
        {"a stub that writes", body,
         ONE_WARP "stub work reads 0[32], writes 1[32]\n"
                  "expect out[33] == 0x9E3779B9\nexpect out[0] == 0\n",
         KERNEL_FINDS_NONE},
        {"a stub that races", body,
         "buffer out[64]\nlaunch k\ngrid 2\nblock 32\nparameters out\nend\nstub work each writes "
         "1[32]\n",
         KERNEL_FINDS_RACE},
        {"a stub that goes outside", body, ONE_WARP "stub work writes 1[33]\n",
         KERNEL_FINDS_OUTSIDE},
        {"calls by address", indirect, ONE_WARP "expect out[4] == 104\nexpect out[5] == 205\n",
         KERNEL_FINDS_NONE},
        {"a call by address of what has other parameters", mismatched, ONE_WARP, KERNEL_FINDS_TRAP},
        {"copies that are waited for", copies,
         "buffer out[64] = count\nlaunch k\nblock 32\nparameters out\nend\nobserve out\n"
         "expect out[9] == 10\n",
         KERNEL_FINDS_NONE},
        {"copies that are not", early, ONE_WARP, KERNEL_FINDS_UNINITIALISED},
        {"a cluster", cluster,
         "buffer out[64]\nlaunch k\ngrid 4\ncluster 2\nparameters out\nend\n"
         "expect out[0] == 1\nexpect out[1] == 0\nexpect out[3] == 0\n",
         KERNEL_FINDS_NONE},
        {"a cluster of which one block ends before the other has read", ends_early,
         "buffer out[64]\nlaunch k\ngrid 2\ncluster 2\nparameters out\nend\n",
         KERNEL_FINDS_OUTSIDE},
        {"a cluster without its barrier", no_cluster_barrier,
         "buffer out[64]\nlaunch k\ngrid 2\ncluster 2\nparameters out\nend\n",
         KERNEL_FINDS_UNINITIALISED},
        {"a struct as a parameter",
         HEAD ".entry k(.param .align 8 .b8 p[24])\n{\n.reg .b32 %r<4>;\n.reg .b64 %rd<3>;\n"
              "ld.param.u64 %rd1, [p+8];\nld.param.u32 %r1, [p];\nld.param.u32 %r2, [p+20];\n"
              "add.s32 %r1, %r1, %r2;\nst.global.u32 [%rd1], %r1;\nret;\n}\n",
         "buffer out[2]\nlaunch k\nparameters 7, 0, out[1], 1, 30\nend\nexpect out[1] == 37\n",
         KERNEL_FINDS_NONE},
        {"shared memory that is reserved for the system, which is 0",
         KERNEL("mov.u32 %r3, %reserved_smem_offset_1;\nld.shared.u32 %r4, [%r3+284];\n"
                "mov.u32 %r5, %total_smem_size;\nadd.u32 %r4, %r4, %r5;\n" OUT("%r4")),
         ONE_WARP "expect out[0] == 0\n", KERNEL_FINDS_NONE},
        {"and what is behind it",
         KERNEL("mov.u32 %r3, %reserved_smem_offset_end;\nld.shared.u32 %r4, [%r3];\n"), ONE_WARP,
         KERNEL_FINDS_OUTSIDE},
        {"launches one after the other",
         KERNEL("ld.global.u32 %r3, [%rd1];\nadd.s32 %r3, %r3, 1;\n"
                "bar.warp.sync -1;\nst.global.u32 [%rd1], %r3;\n"),
         "buffer out[64]\nlaunch k\nblock 32\nparameters out\nend\nlaunch k\nblock 32\n"
         "parameters out\nend\nexpect out[0] == 2\n",
         KERNEL_FINDS_NONE},
        {"launches at the same time", KERNEL("st.global.u32 [%rd1], 1;\n"),
         "buffer out[64]\ntogether\nlaunch k\nparameters out\nend\nlaunch k\nparameters "
         "out\nend\nend\n",
         KERNEL_FINDS_RACE},
        {"a pointer in memory", KERNEL("ld.global.u64 %rd3, [%rd1+8];\nst.global.u32 [%rd3], 9;\n"),
         "buffer other[4]\nbuffer out[64] = 0, 0, other[2]\nlaunch k\nparameters out\nend\n"
         "expect other[2] == 9\n",
         KERNEL_FINDS_NONE},
    };
    HOLD(rows);
}

#define WAIT_FOR(address)                                                                          \
    "WAIT:\nld.acquire.gpu.u32 %r9, [" address "];\nsetp.eq.u32 %p9, %r9, 0;\n@%p9 bra WAIT;\n"
#define BLOCKS                                                                                     \
    HEAD ".visible .entry k(.param .u64 out)\n{\n.reg .pred %p<10>;\n.reg .b32 %r<20>;\n"          \
         ".reg .b64 %rd<9>;\nld.param.u64 %rd1, [out];\nmov.u32 %r1, %ctaid.x;\n"                  \
         "mul.wide.u32 %rd2, %r1, 4;\nadd.s64 %rd2, %rd1, %rd2;\n"

#define CHAIN(scope)                                                                               \
    BLOCKS "WAIT:\nld.acquire." scope                                                              \
           ".u32 %r9, [%rd2];\nsetp.eq.u32 %p9, %r9, 0;\n@%p9 bra WAIT;\n"                         \
           "st.release." scope ".u32 [%rd2+4], 1;\nret;\n}\n"
static const char chain[] = CHAIN("gpu"), wide_chain[] = CHAIN("sys");

static void blocks_get_room_in_any_order(void **state)
{
    (void)state;
    static const struct kernel_row rows[] = {
        {"all of them", chain, "buffer out[9] = 1\nlaunch k\ngrid 4\nparameters out\nend\n",
         KERNEL_FINDS_NONE},
        {"two at a time", chain,
         "multiprocessors 2, blocks 1\nbuffer out[9] = 1\nlaunch k\ngrid 4\nparameters out\nend\n",
         KERNEL_FINDS_DEADLOCK},
        {"nobody begins", chain, "buffer out[9]\nlaunch k\ngrid 4\nparameters out\nend\n",
         KERNEL_FINDS_DEADLOCK},
        {"the host is in no device", chain,
         "buffer out[9]\ntogether\nlaunch k\ngrid 4\nparameters out\nend\nhost\n"
         "release out[0] = 1\nend\nend\n",
         KERNEL_FINDS_RACE},
        {"the host begins", wide_chain,
         "buffer out[9]\ntogether\nlaunch k\ngrid 4\nparameters out\nend\nhost\n"
         "release out[0] = 1\nwait out[4] == 1\nend\nend\n",
         KERNEL_FINDS_NONE},
        {"the host waits for nothing", wide_chain,
         "buffer out[9] = 1\ntogether\nlaunch k\ngrid 4\nparameters out\nend\nhost\n"
         "wait out[8] == 1\nend\nend\n",
         KERNEL_FINDS_DEADLOCK},
    };
    HOLD(rows);
}

/* Lane 0 acquires what the others read, who meet it behind that: the sequential run is enough to show it. */
static void lanes_that_meet_are_not_ordered(void **state)
{
    (void)state;
    static const char before[] =
        HEAD ENTRY "mov.u32 %r3, %ctaid.x;\nsetp.ne.u32 %p2, %r2, 0;\nsetp.eq.u32 %p1, %r3, 1;\n"
                   "@%p1 bra WAIT;\n@%p2 ret;\nst.global.u32 [%rd1+132], 7;\n"
                   "st.release.gpu.global.u32 [%rd1+128], 1;\nret;\nWAIT:\n@%p2 bra ON;\nROUND:\n"
                   "ld.acquire.gpu.global.u32 %r4, [%rd1+128];\nsetp.eq.u32 %p3, %r4, 0;\n"
                   "@%p3 bra ROUND;\nON:\n";
    static const char launch[] =
        "buffer out[64]\nlaunch k\ngrid 2\nblock 32\nparameters out\nend\n";
    static const char behind[] = "atom.relaxed.gpu.global.add.u32 %r5, [%rd1+136], 1;\n"
                                 "ld.global.u32 %r6, [%rd1+132];\nret;\n}\n";
    const struct kernel_row rows[] = {{.ptx = "", .finds = KERNEL_FINDS_RACE},
                                      {.ptx = "bar.warp.sync -1;\n", .finds = KERNEL_FINDS_NONE},
                                      {.ptx = "bar.sync 0;\n", .finds = KERNEL_FINDS_NONE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char ptx[4096];
        snprintf(ptx, sizeof ptx, "%s%s%s", before, rows[i].ptx, behind);
        assert_int_equal(kernel_finds(ptx, launch, i ? 200 : 1, NULL), rows[i].finds);
    }
}

static void a_deadlock_has_its_word_and_line(void **state)
{
    (void)state;
    struct kernel_texts t;
    struct campaign_result *r = malloc(sizeof *r);
    kernel_texts_open(&t, chain, "buffer out[9]\nlaunch k\ngrid 4\nparameters out\nend\n");
    kernel_explores(&t, 10, NULL, r);
    const struct kernel_finding *f = &r->defects[0].finding;
    assert_int_equal(f->kind, KERNEL_FINDS_DEADLOCK);
    assert_int_equal(f->waits[0].kind, KERNEL_WAITS_WORD);
    assert_int_equal(f->waits[0].where.buffer, 0);
    assert_int_equal(f->waits[0].where.byte, 4 * f->waits[0].side.block);
    assert_int_equal(f->waits[0].seen, 0);
    assert_int_equal(t.module->functions[f->waits[0].side.function]
                         .instructions[f->waits[0].side.instruction]
                         .op,
                     PTX_OP_LD);
    campaign_result_free(r);
    free(r);
    kernel_texts_close(&t);
}

/* Every defect comes back by its string, and no other string is taken. */
static void a_schedule_shows_its_defect_again(void **state)
{
    (void)state;
    static const char racy[] = BLOCKS "setp.eq.u32 %p1, %r1, 0;\n@%p1 bra A;\n" WAIT_FOR(
        "%rd1") "ld.u32 %r3, [%rd1+4];\nret;\nA:\nst.relaxed.gpu.u32 [%rd1], 1;\nst.u32 [%rd1+4], "
                "1;\nret;\n}\n";
    struct kernel_texts t;
    struct campaign_result *r = malloc(sizeof *r), *again = malloc(sizeof *again);
    kernel_texts_open(&t, racy, "buffer out[9]\nlaunch k\ngrid 3\nparameters out\nend\n");
    kernel_explores(&t, 100, NULL, r);
    assert_true(r->defect_count > 0);
    for (uint32_t i = 0; i < r->defect_count; i++) {
        struct kernel_schedule s;
        vrrl_error err;
        assert_int_equal(kernel_schedule_read(t.kernel, r->defects[i].schedule, &s, &err), VRRL_OK);
        assert_int_equal(kernel_campaign_of_one(t.kernel, &s, again, &err), VRRL_OK);
        assert_int_equal(again->defect_count, 1);
        assert_memory_equal(&again->defects[0].finding.sides, &r->defects[i].finding.sides,
                            sizeof r->defects[i].finding.sides);
        assert_string_equal(again->defects[0].schedule, r->defects[i].schedule);
        campaign_result_free(again);
        kernel_schedule_free(&s);
        for (size_t at = 0; r->defects[i].schedule[at]; at++) {
            char *text = strdup(r->defects[i].schedule);
            text[at] ^= 1;
            assert_int_not_equal(kernel_schedule_read(t.kernel, text, &s, &err), VRRL_OK);
            kernel_schedule_free(&s);
            free(text);
        }
    }
    campaign_result_free(r);
    free(r);
    free(again);
    kernel_texts_close(&t);
}

/* A schedule of one kernel is none of another, however little they differ. */
static void a_string_is_of_one_kernel(void **state)
{
    (void)state;
    static const char one[] = KERNEL("setp.eq.u32 %p1, %r1, 3;\n@%p1 st.global.u32 [%rd2], 5;\n");
    static const char other[] = KERNEL("setp.eq.u32 %p1, %r1, 4;\n@%p1 st.global.u32 [%rd2], 5;\n");
    static const char third[] = KERNEL("setp.eq.u32 %p1, %r1, 3;\n@%p1 st.global.u32 [%rd2], 6;\n");
    static const struct {
        const char *ptx, *launch;
    } rows[] = {
        {one, ONE_WARP},
        {other, ONE_WARP},
        {third, ONE_WARP},
        {one, TWO_WARPS},
        {one, ONE_WARP "host\nstore out[3] = 1\nend\n"},
        {one, "buffer out[64] = 1\nlaunch k\nblock 32\nparameters out\nend\n"},
        {one, "buffer out[64]\nlaunch k\nblock 32\nparameters out[4]\nend\n"},
        {one, "multiprocessors 2\n" ONE_WARP},
    };
    uint64_t digests[sizeof rows / sizeof *rows];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kernel_texts t;
        kernel_texts_open(&t, rows[i].ptx, rows[i].launch);
        digests[i] = kernel_digest(t.kernel);
        for (size_t j = 0; j < i; j++)
            assert_true(digests[i] != digests[j]);
        kernel_texts_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_work_together),
        cmocka_unit_test(memory_is_read_and_written),
        cmocka_unit_test(what_is_wrong_is_found),
        cmocka_unit_test(what_a_runtime_has_is_there),
        cmocka_unit_test(blocks_get_room_in_any_order),
        cmocka_unit_test(lanes_that_meet_are_not_ordered),
        cmocka_unit_test(a_deadlock_has_its_word_and_line),
        cmocka_unit_test(a_schedule_shows_its_defect_again),
        cmocka_unit_test(a_string_is_of_one_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
