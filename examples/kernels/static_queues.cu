// Static queues with counters: each block is a worker with a queue of its own, fixed before the launch. A task
// waits until a counter has what it needs, works with all threads, and adds 1 to the counter of its own results.
struct task {
    unsigned waits;   // a counter
    unsigned needs;   // its value when what the task reads is there
    unsigned signals; // a counter
    unsigned in, out; // first words of tiles in `data`
};

static __device__ unsigned load_acquire(const unsigned *word)
{
    unsigned value;
    asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(word) : "memory");
    return value;
}

static __device__ void add_release(unsigned *word, unsigned value)
{
    asm volatile("red.release.gpu.global.add.u32 [%0], %1;" ::"l"(word), "r"(value) : "memory");
}

// `first` has where the queue of each block begins in `tasks`, and one more for the end of the last.
extern "C" __global__ void static_queues(const task *tasks, const unsigned *first, unsigned *counters,
                                         unsigned *data)
{
    for (unsigned at = first[blockIdx.x]; at < first[blockIdx.x + 1]; at++) {
        const task *t = &tasks[at];
        if (threadIdx.x == 0)
            while (load_acquire(&counters[t->waits]) < t->needs)
                __nanosleep(20);
        __syncthreads();
        data[t->out + threadIdx.x] = 3 * data[t->in + (threadIdx.x + 1) % blockDim.x] + at;
        __syncthreads();
        if (threadIdx.x == 0)
            add_release(&counters[t->signals], 1);
    }
}
