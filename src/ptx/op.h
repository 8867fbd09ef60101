/* PTX: what an instruction of the compact form is. */
#ifndef VRRL_PTX_OP_H
#define VRRL_PTX_OP_H

#include "ptx/alu_table.h"

/* What is no arithmetic: control, memory, what synchronises. X(name, what it is). */
#define PTX_MACHINE_TABLE(X)                                                                       \
    X(UNSUPPORTED, "an instruction that is not run: reaching it ends a run")                       \
    X(NOP, "prefetch, applypriority, discard, setmaxnreg, griddepcontrol, pmevent: nothing")       \
    X(BRA, "branch")                                                                               \
    X(BRX, "branch by an index")                                                                   \
    X(CALL, "call of a function by name")                                                          \
    X(CALL_INDIRECT, "call of a function by its address")                                          \
    X(RET, "return")                                                                               \
    X(EXIT, "the end of a thread")                                                                 \
    X(TRAP, "trap")                                                                                \
    X(BRKPT, "a breakpoint")                                                                       \
    X(NANOSLEEP, "nanosleep")                                                                      \
    X(LD, "load")                                                                                  \
    X(ST, "store")                                                                                 \
    X(ATOM, "read-modify-write, with its old value")                                               \
    X(RED, "read-modify-write, without")                                                           \
    X(CP_ASYNC, "copy from global to shared memory, which ends later")                             \
    X(CP_ASYNC_COMMIT, "the copies until here are a group")                                        \
    X(CP_ASYNC_WAIT, "wait until only that many groups are left")                                  \
    X(CP_ASYNC_WAIT_ALL, "wait for all copies")                                                    \
    X(MBARRIER, "mbarrier")                                                                        \
    X(FENCE, "fence, membar")                                                                      \
    X(BAR, "bar, barrier")                                                                         \
    X(BARRIER_CLUSTER, "barrier.cluster")                                                          \
    X(BAR_WARP, "bar.warp.sync: source[0] names the members")                                      \
    X(SHFL, "shfl")                                                                                \
    X(VOTE, "vote")                                                                                \
    X(MATCH, "match")                                                                              \
    X(REDUX, "redux")                                                                              \
    X(ACTIVEMASK, "activemask")                                                                    \
    X(ELECT, "elect")                                                                              \
    X(SPECIAL, "a special register")                                                               \
    X(LOCAL_ADDRESS, "target[0] = source[0] + where the frame's local bytes begin")                \
    X(CVTA, "an address to or from a generic one")                                                 \
    X(ISSPACEP, "is a generic address in that space")                                              \
    X(MAPA, "source[0], an address of shared memory, in block source[1] of the cluster")           \
    X(GETCTARANK, "the block of the cluster that an address is of")

enum ptx_op {
#define X(name, what) PTX_OP_##name,
    PTX_MACHINE_TABLE(X)
#undef X
        PTX_OP_MACHINE_END,
    PTX_OP_ALU_BEFORE = PTX_OP_MACHINE_END - 1,
#define X(name, ...) PTX_OP_##name,
    PTX_ALU_TABLE(X)
#undef X
        PTX_OPS
};

/* Its name in the tables, which stays what it is as they grow: "AND_64". */
const char *ptx_op_name(unsigned op);

/* The arithmetic of src/kernel/alu.h does it; else it is the machine's. */
static inline int ptx_op_is_alu(unsigned op)
{
    return op >= PTX_OP_MACHINE_END;
}

#endif
