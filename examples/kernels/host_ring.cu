// A ring of 64-byte slots that the host feeds while the kernel runs: a worker claims a published slot, does what it
// says with all threads, and says that it is done; a word of the host ends the kernel.
enum { EMPTY, PUBLISHED, CLAIMED, DONE };

struct slot {
    unsigned status, opcode, in, out;
    unsigned argument[12];
};

static_assert(sizeof(slot) == 64, "a slot is 64 bytes");

// The slot that this worker got; `slots` where it is to end.
static __device__ unsigned claim(slot *ring, unsigned slots, const unsigned *shutdown)
{
    for (;;) {
        for (unsigned i = 0; i < slots; i++) {
            unsigned old;
            asm volatile("atom.acquire.sys.global.cas.b32 %0, [%1], %2, %3;"
                         : "=r"(old)
                         : "l"(&ring[i].status), "r"(PUBLISHED), "r"(CLAIMED)
                         : "memory");
            if (old == PUBLISHED)
                return i;
        }
        unsigned ends;
        asm volatile("ld.acquire.sys.global.u32 %0, [%1];" : "=r"(ends) : "l"(shutdown) : "memory");
        if (ends)
            return slots;
        __nanosleep(100);
    }
}

extern "C" __global__ void host_ring(slot *ring, unsigned slots, const unsigned *shutdown, unsigned *data)
{
    __shared__ unsigned claimed;
    for (;;) {
        if (threadIdx.x == 0)
            claimed = claim(ring, slots, shutdown);
        __syncthreads();
        unsigned at = claimed;
        if (at == slots)
            return;
        const slot *s = &ring[at];
        data[s->out + threadIdx.x] = data[s->in + threadIdx.x] * s->opcode + s->argument[0];
        __syncthreads();
        if (threadIdx.x == 0)
            asm volatile("st.release.sys.global.u32 [%0], %1;" ::"l"(&ring[at].status), "r"(DONE) : "memory");
    }
}
