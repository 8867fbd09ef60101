/* A producer and a consumer, a warp each, that hand 32 words over by two barriers of the library in shared memory,
 * which are objects of the hardware (mbarrier). Which part of it is left out is a parameter. */
#include <cuda/barrier>

using block_barrier = cuda::barrier<cuda::thread_scope_block>;

enum { RIGHT, CONSUMER_DOES_NOT_WAIT, PRODUCER_DOES_NOT_WAIT, CONSUMER_DOES_NOT_ARRIVE, NOT_MADE_BEFORE };

extern "C" __global__ void hands_over(const unsigned *data, unsigned *sums, unsigned rounds, unsigned fault)
{
#pragma nv_diag_suppress static_var_with_dynamic_init
    __shared__ block_barrier full, empty;
    __shared__ unsigned words[32];
    unsigned lane = threadIdx.x % 32u;
    if (threadIdx.x == 0) {
        init(&full, 64);
        init(&empty, 64);
    }
    if (fault != NOT_MADE_BEFORE)
        __syncthreads();
    if (threadIdx.x < 32u) {
        for (unsigned i = 0; i < rounds; i++) {
            words[lane] = data[i * 32u + lane];
            (void)full.arrive();
            if (fault != PRODUCER_DOES_NOT_WAIT)
                empty.arrive_and_wait();
            else
                (void)empty.arrive();
        }
    } else {
        unsigned sum = 0;
        for (unsigned i = 0; i < rounds; i++) {
            if (fault != CONSUMER_DOES_NOT_WAIT)
                full.arrive_and_wait();
            else
                (void)full.arrive();
            sum += words[lane];
            if (fault != CONSUMER_DOES_NOT_ARRIVE)
                (void)empty.arrive();
        }
        sums[lane] = sum;
    }
}
