/*
 * Ways to wait that real kernels have, as nvcc translates them. Block 0 waits, the last block signals where `signal`
 * is not 0; the one who waited then reads what was written before. Without the signal each is a deadlock, one with a
 * limit of time, too, as that is judged before time goes on; only `live_counter` is none, which goes on for ever.
 *
 * words: [0] flag, [1] lock, [2] count, [3] data, [4] result, [8..] queues.
 */
#include <cooperative_groups.h>
#include <cuda/atomic>
#include <cuda/barrier>

namespace cg = cooperative_groups;

static __device__ void signal_flag(unsigned *words, unsigned signal)
{
    words[3] = 42u;
    __threadfence();
    if (signal)
        atomicExch(words, 1u);
}

#define SPIN(name)                                                                                          \
    extern "C" __global__ void name(unsigned *words, unsigned signal)                                       \
    {                                                                                                       \
        if (threadIdx.x != 0)                                                                               \
            return;                                                                                         \
        if (blockIdx.x != 0) {                                                                              \
            signal_flag(words, signal);                                                                     \
            return;                                                                                         \
        }
#define THEN_READ                                                                                           \
    __threadfence();                                                                                        \
    words[4] = words[3];                                                                                    \
    }

SPIN(on_volatile)
    while (*(volatile unsigned *)words == 0u)
        ;
THEN_READ

SPIN(on_acquire)
    unsigned seen;
    do
        asm volatile("ld.acquire.gpu.u32 %0, [%1];" : "=r"(seen) : "l"(words) : "memory");
    while (seen == 0u);
THEN_READ

SPIN(on_add_zero)
    while (atomicAdd(words, 0u) == 0u)
        ;
THEN_READ

SPIN(on_failing_swap)
    while (atomicCAS(words, 1u, 2u) != 1u)
        ;
THEN_READ

SPIN(with_doubled_sleep)
    unsigned ns = 8;
    while (*(volatile unsigned *)words == 0u) {
        __nanosleep(ns);
        if (ns < 256u)
            ns *= 2u;
    }
THEN_READ

SPIN(with_growing_sleep)
    unsigned ns = 20;
    while (*(volatile unsigned *)words == 0u) {
        __nanosleep(ns);
        ns += 20u;
    }
THEN_READ

SPIN(on_atomic_ref)
    cuda::atomic_ref<unsigned, cuda::thread_scope_device> flag(*words);
    flag.wait(0u, cuda::memory_order_acquire);
THEN_READ

/* The fetch loop of a dispatcher: it stores the position that did not change, and turns round over two queues. */
SPIN(round_robin)
    __shared__ volatile unsigned position[2];
    position[0] = 0u;
    position[1] = 0u;
    unsigned turn = 0u;
    for (;;) {
        unsigned last = turn == 0u ? *(volatile unsigned *)words : *(volatile unsigned *)(words + 8);
        position[turn] = position[turn];
        if (last != position[turn])
            break;
        turn ^= 1u;
    }
THEN_READ

/* It waits on a flag of its own, and the other adds to it: a lock that is taken round and round. */
extern "C" __global__ void with_lock(unsigned *words, unsigned signal)
{
    if (threadIdx.x != 0)
        return;
    while (atomicCAS(words + 1, 0u, 1u) != 0u)
        ;
    __threadfence();
    words[2] = words[2] + 1u;
    __threadfence();
    if (signal)
        atomicExch(words + 1, 0u);
}

/* A barrier of the library in global memory: one of shared memory is an mbarrier. */
extern "C" __global__ void with_barrier(unsigned *words, unsigned signal, cuda::barrier<cuda::thread_scope_device> *barrier)
{
    if (threadIdx.x != 0)
        return;
    if (blockIdx.x == 0) {
        barrier->arrive_and_wait();
        words[4] = words[3];
    } else {
        words[3] = 42u;
        if (signal)
            (void)barrier->arrive();
    }
}

/* Makes it: two come. */
extern "C" __global__ void make_barrier(cuda::barrier<cuda::thread_scope_device> *barrier)
{
    if (threadIdx.x == 0 && blockIdx.x == 0)
        init(barrier, 2);
}

extern "C" __global__ void over_the_grid(unsigned *words, unsigned signal)
{
    if (threadIdx.x == 0 && blockIdx.x != 0)
        words[3] = 42u;
    if (signal || blockIdx.x == 0)
        cg::this_grid().sync();
    if (threadIdx.x == 0 && blockIdx.x == 0)
        words[4] = words[3];
}

extern "C" __global__ void times_out(unsigned *words, unsigned signal)
{
    if (threadIdx.x != 0)
        return;
    if (blockIdx.x != 0) {
        signal_flag(words, signal);
        return;
    }
    long long begin = clock64();
    while (*(volatile unsigned *)words == 0u)
        if (clock64() - begin > 1000000)
            asm volatile("trap;");
    THEN_READ

SPIN(live_counter)
    unsigned turns = 0u;
    while (*(volatile unsigned *)words == 0u)
        words[8] = turns++;
THEN_READ
