// A scheduler, event counters and bounded queues: block 0 looks at which tasks are ready and puts each into the
// queue of a worker, where there is room; the other blocks are workers, which take tasks and trigger events.
enum { QUEUE = 2, STOP = 0xFFFFFFFF };

struct task {
    unsigned event;   // that it waits for
    unsigned needs;   // how often that has to have been triggered
    unsigned trigger; // the event that it triggers
    unsigned in, out; // first words of tiles in `data`
};

struct queue {
    unsigned tail; // tasks that were put in: the scheduler's
    unsigned head; // tasks that were taken out: the worker's
    unsigned entry[QUEUE];
};

static __device__ unsigned load_acquire(const unsigned *word)
{
    unsigned value;
    asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(word) : "memory");
    return value;
}

static __device__ void store_release(unsigned *word, unsigned value)
{
    asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"(word), "r"(value) : "memory");
}

static __device__ void put(queue *q, unsigned task)
{
    unsigned tail = q->tail;
    while (tail - load_acquire(&q->head) == QUEUE)
        __nanosleep(20);
    q->entry[tail % QUEUE] = task;
    store_release(&q->tail, tail + 1);
}

static __device__ void schedule(const task *tasks, unsigned count, const unsigned *events, queue *queues)
{
    unsigned workers = gridDim.x - 1;
    for (unsigned i = 0; i < count; i++) {
        while (load_acquire(&events[tasks[i].event]) < tasks[i].needs)
            __nanosleep(20);
        put(&queues[i % workers], i);
    }
    for (unsigned i = 0; i < workers; i++)
        put(&queues[i], STOP);
}

static __device__ void work(const task *tasks, unsigned *events, queue *q, unsigned *data)
{
    __shared__ unsigned next;
    for (unsigned head = 0;; head++) {
        if (threadIdx.x == 0) {
            while (load_acquire(&q->tail) == head)
                __nanosleep(20);
            next = q->entry[head % QUEUE];
            store_release(&q->head, head + 1);
        }
        __syncthreads();
        unsigned now = next;
        if (now == STOP)
            return;
        const task *t = &tasks[now];
        data[t->out + threadIdx.x] = 5 * data[t->in + (threadIdx.x + 1) % blockDim.x] + now;
        __syncthreads();
        if (threadIdx.x == 0)
            asm volatile("red.release.gpu.global.add.u32 [%0], 1;" ::"l"(&events[t->trigger]) : "memory");
    }
}

extern "C" __global__ void scheduler(const task *tasks, unsigned count, unsigned *events, queue *queues,
                                     unsigned *data)
{
    if (blockIdx.x > 0)
        work(tasks, events, &queues[blockIdx.x - 1], data);
    else if (threadIdx.x == 0)
        schedule(tasks, count, events, queues);
}
