// Waiting for words, in the ways that people write it.
#include <cooperative_groups.h>
#include <cuda/atomic>
#include <cuda/barrier>

__device__ volatile int flag;
__device__ unsigned lock;
__device__ cuda::barrier<cuda::thread_scope_device> *barrier_of_all;

__global__ void spin_volatile(int *data)
{
    while (flag == 0)
        ;
    __threadfence();
    data[1] = data[0];
}

__global__ void spin_lock(int *data)
{
    while (atomicCAS(&lock, 0u, 1u) != 0u)
        __nanosleep(100);
    __threadfence();
    data[0]++;
    __threadfence();
    atomicExch(&lock, 0u);
}

__global__ void spin_add(int *word)
{
    unsigned wait = 8;
    while (atomicAdd(word, 0) != 1) {
        __nanosleep(wait);
        if (wait < 256)
            wait *= 2;
    }
}

__global__ void wait_word(int *word)
{
    cuda::atomic_ref<int, cuda::thread_scope_device> ref(*word);
    ref.wait(0, cuda::memory_order_acquire);
}

__global__ void wait_barrier()
{
    barrier_of_all->arrive_and_wait();
}

__global__ void wait_grid(int *data)
{
    data[blockIdx.x] = 1;
    cooperative_groups::this_grid().sync();
    data[blockIdx.x + gridDim.x] = data[(blockIdx.x + 1) % gridDim.x];
}

// Two queues in turn: the position is stored into shared memory in each round.
__global__ void fetch(volatile unsigned *tails, unsigned *tasks, int *out)
{
    __shared__ unsigned position[2], task;
    if (threadIdx.x < 2)
        position[threadIdx.x] = 0;
    __syncthreads();
    for (unsigned queue = 0;; queue ^= 1) {
        if (threadIdx.x == 0) {
            unsigned at = position[queue], tail;
            asm volatile("ld.acquire.gpu.u32 %0, [%1];" : "=r"(tail) : "l"(&tails[queue]) : "memory");
            task = at < tail ? tasks[queue * 64 + at % 64] : 0xFFFFFFFFu;
            position[queue] = at < tail ? at + 1 : at;
        }
        __syncthreads();
        if (task == 0)
            break;
        if (task != 0xFFFFFFFFu && threadIdx.x == 0)
            asm volatile("red.release.gpu.global.add.s32 [%0], 1;" ::"l"(&out[task]) : "memory");
        __syncthreads();
    }
}

// A wait with a limit, in inline code with labels of its own, twice.
__device__ __forceinline__ void bounded(unsigned *word, unsigned goal)
{
    asm volatile("{\n"
                 ".reg .pred done;\n"
                 ".reg .u32 seen, turns;\n"
                 "mov.u32 turns, 0;\n"
                 "WAIT:\n"
                 "ld.acquire.sys.global.u32 seen, [%0];\n"
                 "setp.ge.u32 done, seen, %1;\n"
                 "@done bra DONE;\n"
                 "add.u32 turns, turns, 1;\n"
                 "setp.gt.u32 done, turns, 1000000;\n"
                 "@done trap;\n"
                 "bra WAIT;\n"
                 "DONE:\n"
                 "}"
                 :
                 : "l"(word), "r"(goal)
                 : "memory");
}

__global__ void wait_bounded(unsigned *word)
{
    bounded(word, 1);
    bounded(word + 1, 2);
}
