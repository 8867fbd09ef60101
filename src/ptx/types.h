/*
 * PTX: the words of the language that the compact form keeps: types, state spaces, memory orders, scopes, atomic
 * operations, special registers. Each list is a table, so that what is parsed, printed and documented is one thing.
 */
#ifndef VRRL_PTX_TYPES_H
#define VRRL_PTX_TYPES_H

#include <stdint.h>

/* X(name, spelling, bytes, what its bits are) */
#define PTX_TYPE_TABLE(X)                                                                          \
    X(NO_TYPE, "", 0, UNTYPED)                                                                     \
    X(PRED, "pred", 0, UNTYPED)                                                                    \
    X(B8, "b8", 1, UNTYPED)                                                                        \
    X(B16, "b16", 2, UNTYPED)                                                                      \
    X(B32, "b32", 4, UNTYPED)                                                                      \
    X(B64, "b64", 8, UNTYPED)                                                                      \
    X(B128, "b128", 16, UNTYPED)                                                                   \
    X(U8, "u8", 1, UNSIGNED)                                                                       \
    X(U16, "u16", 2, UNSIGNED)                                                                     \
    X(U32, "u32", 4, UNSIGNED)                                                                     \
    X(U64, "u64", 8, UNSIGNED)                                                                     \
    X(S8, "s8", 1, SIGNED)                                                                         \
    X(S16, "s16", 2, SIGNED)                                                                       \
    X(S32, "s32", 4, SIGNED)                                                                       \
    X(S64, "s64", 8, SIGNED)                                                                       \
    X(F16, "f16", 2, FLOATING)                                                                     \
    X(BF16, "bf16", 2, FLOATING)                                                                   \
    X(F32, "f32", 4, FLOATING)                                                                     \
    X(F64, "f64", 8, FLOATING)                                                                     \
    X(F16X2, "f16x2", 4, FLOATING)                                                                 \
    X(BF16X2, "bf16x2", 4, FLOATING)

enum ptx_type {
#define X(name, text, bytes, sort) PTX_##name,
    PTX_TYPE_TABLE(X)
#undef X
        PTX_TYPES
};

enum ptx_type_sort { PTX_UNTYPED, PTX_UNSIGNED, PTX_SIGNED, PTX_FLOATING };

/* X(name, spelling) */
#define PTX_SPACE_TABLE(X)                                                                         \
    X(GENERIC, "")                                                                                 \
    X(GLOBAL, "global")                                                                            \
    X(CONST, "const")                                                                              \
    X(SHARED, "shared") /* of the own block: .shared, .shared::cta */                              \
    X(SHARED_CLUSTER, "shared::cluster")                                                           \
    X(LOCAL, "local")                                                                              \
    X(PARAM, "param")

enum ptx_space {
#define X(name, text) PTX_SPACE_##name,
    PTX_SPACE_TABLE(X)
#undef X
        PTX_SPACES
};

/* How an access of memory, or a fence, orders. `.volatile` is kept apart for reports; it is relaxed.sys. */
#define PTX_ORDER_TABLE(X)                                                                         \
    X(WEAK, "weak")                                                                                \
    X(RELAXED, "relaxed")                                                                          \
    X(ACQUIRE, "acquire")                                                                          \
    X(RELEASE, "release")                                                                          \
    X(ACQ_REL, "acq_rel")                                                                          \
    X(SC, "sc")                                                                                    \
    X(VOLATILE, "volatile")                                                                        \
    X(MMIO, "mmio") /* relaxed.sys, too */

enum ptx_order {
#define X(name, text) PTX_ORDER_##name,
    PTX_ORDER_TABLE(X)
#undef X
        PTX_ORDERS
};

/* From the narrowest to the widest. A weak access has none. */
#define PTX_SCOPE_TABLE(X)                                                                         \
    X(NONE, "")                                                                                    \
    X(CTA, "cta")                                                                                  \
    X(CLUSTER, "cluster")                                                                          \
    X(GPU, "gpu")                                                                                  \
    X(SYS, "sys")

enum ptx_scope {
#define X(name, text) PTX_SCOPE_##name,
    PTX_SCOPE_TABLE(X)
#undef X
        PTX_SCOPES
};

/* What `atom`, `red` and `redux` do. */
#define PTX_ATOM_TABLE(X)                                                                          \
    X(NONE, "")                                                                                    \
    X(ADD, "add")                                                                                  \
    X(INC, "inc")                                                                                  \
    X(DEC, "dec")                                                                                  \
    X(MIN, "min")                                                                                  \
    X(MAX, "max")                                                                                  \
    X(AND, "and")                                                                                  \
    X(OR, "or")                                                                                    \
    X(XOR, "xor")                                                                                  \
    X(EXCH, "exch")                                                                                \
    X(CAS, "cas")

enum ptx_atom {
#define X(name, text) PTX_ATOM_##name,
    PTX_ATOM_TABLE(X)
#undef X
        PTX_ATOMS
};

/* What `mbarrier` does to its object. */
#define PTX_MBARRIER_TABLE(X)                                                                      \
    X(INIT, "init")                                                                                \
    X(INVAL, "inval")                                                                              \
    X(ARRIVE, "arrive")                                                                            \
    X(ARRIVE_NO_COMPLETE, "arrive.noComplete") /* which is not the last of its phase */            \
    X(DROP, "arrive_drop")                                                                         \
    X(DROP_NO_COMPLETE, "arrive_drop.noComplete")                                                  \
    X(ARRIVE_EXPECT, "arrive.expect_tx")                                                           \
    X(DROP_EXPECT, "arrive_drop.expect_tx")                                                        \
    X(EXPECT, "expect_tx")                                                                         \
    X(COMPLETE, "complete_tx")                                                                     \
    X(COPIES, "cp.async.mbarrier.arrive.noinc")   /* once the thread's copies have ended */        \
    X(COPIES_COUNTED, "cp.async.mbarrier.arrive") /* the same, of one arrival more */              \
    X(WAIT, "test_wait")                          /* try_wait, too: for the phase of a state */    \
    X(WAIT_PARITY, "test_wait.parity")            /* for the phase with that parity */

enum ptx_mbarrier {
#define X(name, text) PTX_MBARRIER_##name,
    PTX_MBARRIER_TABLE(X)
#undef X
        PTX_MBARRIERS
};

/* Arrivals of a phase, and what its low bits in a state tell of it: how many are to come. */
#define PTX_MBARRIER_COUNT_MAX ((1u << 20) - 1)

/* X(name, spelling, bytes, of one value for each: lane, warp, block, cluster, launch, time) */
#define PTX_SPECIAL_TABLE(X)                                                                       \
    X(TID_X, "%tid.x", 4, LANE)                                                                    \
    X(TID_Y, "%tid.y", 4, LANE)                                                                    \
    X(TID_Z, "%tid.z", 4, LANE)                                                                    \
    X(NTID_X, "%ntid.x", 4, LAUNCH)                                                                \
    X(NTID_Y, "%ntid.y", 4, LAUNCH)                                                                \
    X(NTID_Z, "%ntid.z", 4, LAUNCH)                                                                \
    X(LANEID, "%laneid", 4, LANE)                                                                  \
    X(WARPID, "%warpid", 4, WARP)                                                                  \
    X(NWARPID, "%nwarpid", 4, LAUNCH)                                                              \
    X(CTAID_X, "%ctaid.x", 4, BLOCK)                                                               \
    X(CTAID_Y, "%ctaid.y", 4, BLOCK)                                                               \
    X(CTAID_Z, "%ctaid.z", 4, BLOCK)                                                               \
    X(NCTAID_X, "%nctaid.x", 4, LAUNCH)                                                            \
    X(NCTAID_Y, "%nctaid.y", 4, LAUNCH)                                                            \
    X(NCTAID_Z, "%nctaid.z", 4, LAUNCH)                                                            \
    X(SMID, "%smid", 4, BLOCK)                                                                     \
    X(NSMID, "%nsmid", 4, LAUNCH)                                                                  \
    X(GRIDID, "%gridid", 8, LAUNCH)                                                                \
    X(IS_EXPLICIT_CLUSTER, "%is_explicit_cluster", 0, LAUNCH) /* a predicate */                    \
    X(CLUSTERID_X, "%clusterid.x", 4, CLUSTER)                                                     \
    X(CLUSTERID_Y, "%clusterid.y", 4, CLUSTER)                                                     \
    X(CLUSTERID_Z, "%clusterid.z", 4, CLUSTER)                                                     \
    X(NCLUSTERID_X, "%nclusterid.x", 4, LAUNCH)                                                    \
    X(NCLUSTERID_Y, "%nclusterid.y", 4, LAUNCH)                                                    \
    X(NCLUSTERID_Z, "%nclusterid.z", 4, LAUNCH)                                                    \
    X(CLUSTER_CTAID_X, "%cluster_ctaid.x", 4, BLOCK)                                               \
    X(CLUSTER_CTAID_Y, "%cluster_ctaid.y", 4, BLOCK)                                               \
    X(CLUSTER_CTAID_Z, "%cluster_ctaid.z", 4, BLOCK)                                               \
    X(CLUSTER_NCTAID_X, "%cluster_nctaid.x", 4, LAUNCH)                                            \
    X(CLUSTER_NCTAID_Y, "%cluster_nctaid.y", 4, LAUNCH)                                            \
    X(CLUSTER_NCTAID_Z, "%cluster_nctaid.z", 4, LAUNCH)                                            \
    X(CLUSTER_CTARANK, "%cluster_ctarank", 4, BLOCK)                                               \
    X(CLUSTER_NCTARANK, "%cluster_nctarank", 4, LAUNCH)                                            \
    X(LANEMASK_EQ, "%lanemask_eq", 4, LANE)                                                        \
    X(LANEMASK_LE, "%lanemask_le", 4, LANE)                                                        \
    X(LANEMASK_LT, "%lanemask_lt", 4, LANE)                                                        \
    X(LANEMASK_GE, "%lanemask_ge", 4, LANE)                                                        \
    X(LANEMASK_GT, "%lanemask_gt", 4, LANE)                                                        \
    X(CLOCK, "%clock", 4, TIME)                                                                    \
    X(CLOCK_HI, "%clock_hi", 4, TIME)                                                              \
    X(CLOCK64, "%clock64", 8, TIME)                                                                \
    X(GLOBALTIMER, "%globaltimer", 8, TIME)                                                        \
    X(GLOBALTIMER_LO, "%globaltimer_lo", 4, TIME)                                                  \
    X(GLOBALTIMER_HI, "%globaltimer_hi", 4, TIME)                                                  \
    X(TOTAL_SMEM_SIZE, "%total_smem_size", 4, LAUNCH)                                              \
    X(DYNAMIC_SMEM_SIZE, "%dynamic_smem_size", 4, LAUNCH)                                          \
    X(AGGR_SMEM_SIZE, "%aggr_smem_size", 4, LAUNCH)                                                \
    X(RESERVED_BEGIN, "%reserved_smem_offset_begin", 4, LAUNCH)                                    \
    X(RESERVED_END, "%reserved_smem_offset_end", 4, LAUNCH)                                        \
    X(RESERVED_CAP, "%reserved_smem_offset_cap", 4, LAUNCH)                                        \
    X(RESERVED_0, "%reserved_smem_offset_0", 4, LAUNCH)                                            \
    X(RESERVED_1, "%reserved_smem_offset_1", 4, LAUNCH)                                            \
    X(CURRENT_GRAPH_EXEC, "%current_graph_exec", 8, LAUNCH)

enum ptx_special {
#define X(name, text, bytes, of) PTX_SPECIAL_##name,
    PTX_SPECIAL_TABLE(X)
#undef X
        PTX_SPECIAL_ENVREG0, /* and the 31 behind it: %envreg0 to %envreg31, of 4 bytes, of a launch */
    PTX_SPECIALS = PTX_SPECIAL_ENVREG0 + 32
};

/* The spellings of the tables. */
const char *ptx_type_name(enum ptx_type type);
uint32_t ptx_type_bytes(enum ptx_type type);
enum ptx_type_sort ptx_type_sort(enum ptx_type type);
const char *ptx_space_name(enum ptx_space space);
const char *ptx_order_name(enum ptx_order order);
const char *ptx_scope_name(enum ptx_scope scope);
const char *ptx_atom_name(enum ptx_atom atom);
const char *ptx_mbarrier_name(enum ptx_mbarrier what);

#endif
