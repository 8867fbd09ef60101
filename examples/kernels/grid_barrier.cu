// Persistent tiles with a grid barrier: a few resident blocks go over all tiles of one phase, wait for each other,
// and read in the next phase what their neighbours wrote.
struct barrier {
    unsigned arrived, phase;
};

// All blocks of the grid have to be resident, or those that wait never see the others arrive.
static __device__ void grid_barrier(barrier *b)
{
    __syncthreads();
    if (threadIdx.x == 0) {
        unsigned phase, before;
        asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(phase) : "l"(&b->phase) : "memory");
        asm volatile("atom.acq_rel.gpu.global.add.u32 %0, [%1], 1;"
                     : "=r"(before)
                     : "l"(&b->arrived)
                     : "memory");
        if (before == gridDim.x - 1) {
            asm volatile("st.relaxed.gpu.global.u32 [%0], 0;" ::"l"(&b->arrived) : "memory");
            asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"(&b->phase), "r"(phase + 1) : "memory");
        } else {
            unsigned now;
            do
                asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(now) : "l"(&b->phase) : "memory");
            while (now == phase);
        }
    }
    __syncthreads();
}

// Two buffers, `a` and `b`, of `tiles` tiles of one block each.
extern "C" __global__ void persistent_tiles(unsigned *a, unsigned *b, barrier *all, unsigned tiles,
                                            unsigned phases)
{
    for (unsigned phase = 0; phase < phases; phase++) {
        const unsigned *from = phase % 2 ? b : a;
        unsigned *to = phase % 2 ? a : b;
        for (unsigned tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
            unsigned left = (tile + tiles - 1) % tiles * blockDim.x + threadIdx.x;
            unsigned here = tile * blockDim.x + threadIdx.x;
            to[here] = from[left] + 2 * from[here];
        }
        grid_barrier(all);
    }
}
