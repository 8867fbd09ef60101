// What lanes, warps and blocks do together, memory orders and scopes, copies in the background.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <cuda/atomic>
#include <cuda_pipeline.h>

namespace cg = cooperative_groups;

__global__ void lanes(int *data)
{
    unsigned mask = __activemask();
    int x = data[threadIdx.x];
    x += __shfl_down_sync(0xFFFFFFFFu, x, 16) + __shfl_xor_sync(0xFFFFFFFFu, x, 1) + __shfl_up_sync(mask, x, 2, 8);
    if (__any_sync(mask, x > 3) && !__all_sync(mask, x < 9))
        data[1] = __popc(__ballot_sync(mask, x == 2));
    data[2] = (int)__match_any_sync(mask, x) + (int)__reduce_add_sync(mask, (unsigned)x) + __reduce_max_sync(mask, x);
    int same;
    data[3] = (int)__match_all_sync(mask, x, &same) + same;
    __syncwarp(mask);
    data[4] = __syncthreads_count(x) + __syncthreads_and(x) + __syncthreads_or(x);
    asm volatile("barrier.sync 1, 64;" ::: "memory");
    asm volatile("bar.arrive 2, 96;" ::: "memory");
    auto tile = cg::tiled_partition<8>(cg::this_thread_block());
    data[5] = cg::reduce(tile, x, cg::plus<int>());
}

__global__ void orders(int *a, unsigned long long *b, float *f, double *d)
{
    cuda::atomic_ref<int, cuda::thread_scope_device> gpu(a[0]);
    cuda::atomic_ref<int, cuda::thread_scope_system> sys(a[1]);
    cuda::atomic_ref<int, cuda::thread_scope_block> cta(a[2]);
    gpu.store(1, cuda::memory_order_release);
    sys.store(2);
    cta.store(3, cuda::memory_order_relaxed);
    a[3] = gpu.load(cuda::memory_order_acquire) + sys.load() + cta.load(cuda::memory_order_relaxed);
    gpu.fetch_add(1, cuda::memory_order_acq_rel);
    int seen = 4;
    sys.compare_exchange_strong(seen, 5, cuda::memory_order_acquire);
    cta.exchange(6, cuda::memory_order_release);
    atomicAdd(b, 1ull);
    atomicMax(b, 7ull);
    atomicAdd(f, 1.0f);
    atomicAdd(d, 1.0);
    atomicInc((unsigned *)a + 5, 7u);
    atomicAdd_system(a + 6, 1);
    atomicAnd_block(a + 7, 3);
    atomicCAS(b + 1, 1ull, 2ull);
    __threadfence_block();
    __threadfence();
    __threadfence_system();
    asm volatile("fence.acq_rel.cluster;" ::: "memory");
    cuda::atomic_thread_fence(cuda::memory_order_seq_cst, cuda::thread_scope_device);
}

__global__ void copies(const int4 *from, int4 *to, int n)
{
    __shared__ int4 stage[2][128];
    for (int i = 0; i < n; i++) {
        __pipeline_memcpy_async(&stage[i & 1][threadIdx.x], &from[i * 128 + threadIdx.x], 16);
        __pipeline_commit();
        __pipeline_wait_prior(i > 0);
        __syncthreads();
        to[i * 128 + threadIdx.x] = stage[i & 1][127 - threadIdx.x];
    }
    if (__isShared(&stage[0][0]) && __isGlobal(to))
        to[0].x = (int)__cvta_generic_to_shared(&stage[1][0]);
}

__global__ void __cluster_dims__(2, 1, 1) clusters(int *out)
{
    __shared__ int word;
    cg::cluster_group cluster = cg::this_cluster();
    word = (int)threadIdx.x;
    cluster.sync();
    out[blockIdx.x] = *cluster.map_shared_rank(&word, cluster.block_rank() ^ 1) + (int)clock64();
    cluster.sync();
}
