/* The opcode bodies in a kernel language: the macros of ops/subset.h for OpenCL C, and, so that the
 * same file can be read as C++ as CUDA's compiler would, for that. Only compiled, never run. */
#ifdef __OPENCL_C_VERSION__
#define WORDS volatile __global uint
#else
typedef unsigned uint;
#define WORDS volatile uint
#define __kernel
#define __global
static inline uint atomic_add(WORDS *p, uint v)
{
    return __atomic_fetch_add(p, v, __ATOMIC_RELAXED);
}
static inline uint atomic_xchg(WORDS *p, uint v)
{
    return __atomic_exchange_n(p, v, __ATOMIC_RELAXED);
}
static inline uint atomic_cmpxchg(WORDS *p, uint e, uint d)
{
    __atomic_compare_exchange_n(p, &e, d, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return e;
}
static inline float as_float(uint bits)
{
    return __builtin_bit_cast(float, bits);
}
static inline uint as_uint(float value)
{
    return __builtin_bit_cast(uint, value);
}
#define CLK_GLOBAL_MEM_FENCE __ATOMIC_SEQ_CST
#define mem_fence(order)     __atomic_thread_fence(order)
#define fma(x, y, z) __builtin_fmaf(x, y, z)
#endif
typedef uint u32;
#define OP_FN static inline
typedef struct machine {
    WORDS *a;
    uint total, obs, ring, rings, sw, user, userw, dbg, dbgn;
    uint ww, wv;
} machine;
#define OP_PARAMS             machine *env
#define OP_PASS               env
#define ARG_WORD(i)           (env->a[i])
#define LOAD_STATIC(i)        (env->a[i])
#define LOAD(i)               (env->a[i])
#define LOAD_ACQUIRE(i)       atomic_add(&env->a[i], 0)
#define STORE(i, v)           ((void)(env->a[i] = (v)))
#define STORE_RELEASE(i, v)   ((void)atomic_xchg(&env->a[i], (v)))
#define ADD(i, v)             atomic_add(&env->a[i], (v))
#define ADD_RELEASE(i, v)     atomic_add(&env->a[i], (v))
#define EXCHANGE(i, v)        atomic_xchg(&env->a[i], (v))
#define COMPARE_SWAP(i, x, d) atomic_cmpxchg(&env->a[i], (x), (d))
#define FENCE_ACQUIRE()       mem_fence(CLK_GLOBAL_MEM_FENCE)
#define FENCE_RELEASE()       mem_fence(CLK_GLOBAL_MEM_FENCE)
#define FENCE_SEQ_CST()       mem_fence(CLK_GLOBAL_MEM_FENCE)
#define F32_ADD(x, y)         as_uint(as_float(x) + as_float(y))
#define F32_MUL(x, y)         as_uint(as_float(x) * as_float(y))
#define F32_FMA(x, y, z)      as_uint(fma(as_float(x), as_float(y), as_float(z)))
#define RESULT(v)             ((void)(v))
#define BY_ORDER()            ((void)0)
#define REQUEUE_ON(w, v)      ((void)(env->ww = (w), env->wv = (v)))
#define REQUEUE_GOAL(w, v)    ((void)(w), (void)(v))
#define COUNT(i)              ((void)atomic_add(&env->a[i], 1))
#define ARENA_WORDS           (env->total)
#define OBSERVABLE_WORDS      (env->obs)
#define RING_BASE             (env->ring)
#define RING_SLOTS            (env->rings)
#define SLOT_WORDS            (env->sw)
#define USER_BASE             (env->user)
#define USER_WORDS            (env->userw)
#define DEBUG_BASE            (env->dbg)
#define DEBUG_RECORDS         (env->dbgn)
#include "ops/ops.h"
__kernel void go(__global uint *a, uint slot)
{
    machine x;
    x.a = a;
    x.total = 1;
    uint s = op_attempt(&x, slot);
    op_account(&x, slot);
    a[0] = s;
}
