/*
 * What blocks, warps and lanes of real kernels do together: idioms.cu makes each right, and with PLANTED each with one
 * error: an order, a fence, a barrier, a scope or a reset that lacks, or a count that is off by one.
 */
KERNEL(last_block)(const u *in, u *partial, u *count, u *out)
{
    __shared__ u s[64];
    __shared__ bool last;
    u t = threadIdx.x;
    s[t] = in[blockIdx.x * 64 + t];
    __syncthreads();
    for (u k = 32; k; k >>= 1) {
        if (t < k)
            s[t] += s[t + k];
        __syncthreads();
    }
    if (t == 0) {
        partial[blockIdx.x] = s[0];
#if !PLANTED
        __threadfence();
#endif
        last = atomicInc(count, gridDim.x - 1) == gridDim.x - 1;
    }
    __syncthreads();
    if (last && t == 0) {
        __threadfence();
        u sum = 0;
        for (u i = 0; i < gridDim.x; i++)
            sum += partial[i];
        *out = sum;
    }
}

KERNEL(ring)(u *slots, u *head, u *tail, u *out, u n)
{
    if (threadIdx.x)
        return;
    cuda::atomic_ref<u, cuda::thread_scope_device> h(*head), t(*tail);
    if (blockIdx.x == 0)
        for (u i = 0; i < n; i++) {
            while (i - t.load(cuda::memory_order_acquire) >= 2)
                ;
            slots[i % 2] = i * 10 + 1;
            h.store(i + 1, cuda::memory_order_release);
        }
    else
        for (u i = 0; i < n; i++) {
            while (h.load(cuda::memory_order_acquire) == i)
                ;
#if PLANTED
            t.store(i + 1, cuda::memory_order_release);
            out[i] = slots[i % 2];
#else
            out[i] = slots[i % 2];
            t.store(i + 1, cuda::memory_order_release);
#endif
        }
}

KERNEL(look_back)(const u *in, u *agg, u *incl, u *flag, u *ticket, u *out)
{
    __shared__ u tile, prefix;
    u t = threadIdx.x;
    if (t == 0)
        tile = atomicAdd(ticket, 1u);
    __syncthreads();
    u me = tile, v = in[me * 32 + t];
    for (u d = 1; d < 32; d <<= 1) {
        u o = __shfl_up_sync(~0u, v, d);
        if (t >= d)
            v += o;
    }
    if (t == 31) {
        u total = v;
        if (me == 0) {
            incl[0] = total;
            __threadfence();
            *(volatile u *)(flag) = 2;
            prefix = 0;
        } else {
            agg[me] = total;
#if !PLANTED
            __threadfence();
#endif
            *(volatile u *)(flag + me) = 1;
            u p = 0;
            for (int j = me - 1;;) {
                u f;
                do
                    f = *(volatile u *)(flag + j);
                while (f == 0);
                __threadfence();
                if (f == 2) {
                    p += incl[j];
                    break;
                }
                p += agg[j];
                j--;
            }
            incl[me] = p + total;
            __threadfence();
            *(volatile u *)(flag + me) = 2;
            prefix = p;
        }
    }
    __syncthreads();
    out[me * 32 + t] = v + prefix;
}

KERNEL(warp_agg)(const u *in, u *count, u *out)
{
    u t = blockIdx.x * blockDim.x + threadIdx.x;
    if (in[t] & 1) {
        cg::coalesced_group g = cg::coalesced_threads();
        u base = 0;
        if (g.thread_rank() == 0)
            base = atomicAdd(count, g.size() - PLANTED);
        base = g.shfl(base, 0);
        out[base + g.thread_rank()] = in[t];
    }
}

KERNEL(named)(const u *in, u *out, u n)
{
    __shared__ u buf[32];
    u w = threadIdx.x / 32, l = threadIdx.x % 32;
    if (w == 0)
        for (u i = 0; i < n; i++) {
#if !PLANTED
            asm volatile("bar.sync 1, 64;" ::: "memory");
#endif
            buf[l] = in[i * 32 + l];
            asm volatile("bar.arrive 2, 64;" ::: "memory");
        }
    else
        for (u i = 0; i < n; i++) {
#if !PLANTED
            asm volatile("bar.arrive 1, 64;" ::: "memory");
#endif
            asm volatile("bar.sync 2, 64;" ::: "memory");
            out[i * 32 + l] = buf[31 - l];
        }
}

KERNEL(cp_async)(const u *in, u *out, u n)
{
    __shared__ __align__(16) u buf[2][64];
    u t = threadIdx.x;
    __pipeline_memcpy_async(&buf[0][t], in + t, 4);
    __pipeline_commit();
    for (u i = 0; i < n; i++) {
        if (i + 1 < n)
            __pipeline_memcpy_async(&buf[(i + 1) & 1][t], in + (i + 1) * 64 + t, 4);
        __pipeline_commit();
        __pipeline_wait_prior(1 + PLANTED);
        __syncthreads();
        out[i * 64 + t] = buf[i & 1][63 - t];
        __syncthreads();
    }
}

KERNEL(lock)(u *l, u *data)
{
    if (threadIdx.x)
        return;
    cuda::atomic_ref<u, cuda::thread_scope_device> a(*l);
    u e = 0;
    while (!a.compare_exchange_weak(e, 1, cuda::memory_order_acquire, cuda::memory_order_relaxed))
        e = 0;
    data[0] = data[0] + 1;
    a.store(0, PLANTED ? cuda::memory_order_relaxed : cuda::memory_order_release);
}

KERNEL(ticket_lock)(u *next, u *serving, u *data)
{
    if (threadIdx.x)
        return;
    u mine = atomicAdd(next, 1u);
    while (*(volatile u *)serving != mine)
        ;
    __threadfence();
    data[0] = data[0] + 1;
#if !PLANTED
    __threadfence();
#endif
    *(volatile u *)serving = mine + 1;
}

KERNEL(syncthreads)(const u *in, u *out)
{
    __shared__ u s[64];
    u t = threadIdx.x;
    s[t] = in[t];
    __syncthreads();
    for (u k = 32; k; k >>= 1) {
        if (t < k)
            s[t] += s[t + k];
#if PLANTED
        if (k != 32)
            __syncthreads();
#else
        __syncthreads();
#endif
    }
    if (t == 0)
        *out = s[0];
}

KERNEL(grid_phases)(u *a, u *b)
{
    u t = blockIdx.x * blockDim.x + threadIdx.x, n = gridDim.x * blockDim.x;
    a[t] = t * 3;
#if !PLANTED
    cg::this_grid().sync();
#else
    __syncthreads();
#endif
    b[t] = a[n - 1 - t];
}

KERNEL(dynamic_tile)(const u *in, u *out, u *ticket, u n)
{
    __shared__ u tile;
    for (;;) {
        if (threadIdx.x == 0)
            tile = atomicAdd(ticket, 1u);
        __syncthreads();
        u m = tile;
#if !PLANTED
        __syncthreads();
#endif
        if (m >= n)
            return;
        out[m * 64 + threadIdx.x] = in[m * 64 + threadIdx.x] + 1;
    }
}

KERNEL(cluster_kernel)(u *out)
{
    __shared__ u s[32];
    cg::cluster_group c = cg::this_cluster();
    s[threadIdx.x] = blockIdx.x * 100 + threadIdx.x;
    c.sync();
    u *o = c.map_shared_rank(s, c.block_rank() ^ 1);
    out[blockIdx.x * 32 + threadIdx.x] = o[31 - threadIdx.x];
#if !PLANTED
    c.sync();
#endif
}

KERNEL(lanes_flag)(u *flags, u *data)
{
    u t = threadIdx.x;
    if (t > 0)
        while (*(volatile u *)(flags + t - 1) == 0)
            ;
    __threadfence();
    data[t] = (t ? data[t - 1] : 0) + 1;
#if !PLANTED
    __threadfence();
#endif
    *(volatile u *)(flags + t) = 1;
}

KERNEL(semaphore)(cuda::counting_semaphore<cuda::thread_scope_device, 1> *s, u *data)
{
    if (threadIdx.x)
        return;
    s->acquire();
    data[0] = data[0] + 1;
#if !PLANTED
    s->release();
#endif
}

KERNEL(semaphore_make)(cuda::counting_semaphore<cuda::thread_scope_device, 1> *s)
{
    new (s) cuda::counting_semaphore<cuda::thread_scope_device, 1>(1);
}

KERNEL(latch)(cuda::latch<cuda::thread_scope_device> *l, u *data)
{
    if (threadIdx.x)
        return;
    data[blockIdx.x] = blockIdx.x + 1;
    if (PLANTED && blockIdx.x == 1)
        return;
    l->arrive_and_wait();
    data[8 + blockIdx.x] = data[(blockIdx.x + 1) % gridDim.x];
}

KERNEL(latch_make)(cuda::latch<cuda::thread_scope_device> *l, u n)
{
    new (l) cuda::latch<cuda::thread_scope_device>(n);
}

KERNEL(queue_push)(u *q, u *n, u cap)
{
    u i = atomicAdd(n, 1u);
    if (PLANTED || i < cap)
        q[i] = threadIdx.x + blockIdx.x * 32;
}

KERNEL(halves)(unsigned long long *flag, u *data, u *out)
{
    if (threadIdx.x)
        return;
    if (blockIdx.x == 0) {
        data[0] = 5;
        __threadfence();
        *(volatile unsigned long long *)flag = 1;
    } else {
#if PLANTED
        while (*(volatile u *)flag == 0)
            ;
#else
        while (*(volatile unsigned long long *)flag == 0)
            ;
#endif
        __threadfence();
        out[0] = data[0];
    }
}

KERNEL(any_bad)(const u *in, u *bad)
{
    if (in[threadIdx.x + blockIdx.x * 64] > 5) {
#if PLANTED
        *bad = threadIdx.x;
#else
        atomicExch(bad, 1u);
#endif
    }
}

KERNEL(rounds)(u *count, u *gen, u *data, u n)
{
    for (u r = 0; r < n; r++) {
        data[r * gridDim.x * 32 + blockIdx.x * 32 + threadIdx.x] = r;
        __syncthreads();
        if (threadIdx.x == 0) {
            __threadfence();
            u g = *(volatile u *)gen;
            if (atomicAdd(count, 1u) == gridDim.x - 1) {
#if !PLANTED
                *(volatile u *)count = 0;
#endif
                __threadfence();
                *(volatile u *)gen = g + 1;
            } else
                while (*(volatile u *)gen == g)
                    __nanosleep(20);
            __threadfence();
        }
        __syncthreads();
    }
}

KERNEL(shared_holes)(u *out)
{
    __shared__ u s[64];
    if (threadIdx.x < 64 - PLANTED)
        s[threadIdx.x] = threadIdx.x;
    __syncthreads();
    out[threadIdx.x] = s[63 - threadIdx.x];
}

KERNEL(narrow)(u *flag, u *data, u *out)
{
    if (threadIdx.x)
        return;
    if (blockIdx.x == 0) {
        data[0] = 5;
#if PLANTED
        cuda::atomic_ref<u, cuda::thread_scope_block> f(*flag);
#else
        cuda::atomic_ref<u, cuda::thread_scope_device> f(*flag);
#endif
        f.store(1, cuda::memory_order_release);
    } else {
        cuda::atomic_ref<u, cuda::thread_scope_device> f(*flag);
        while (!f.load(cuda::memory_order_acquire))
            ;
        out[0] = data[0];
    }
}

KERNEL(warp_flag)(u *out)
{
    __shared__ volatile u flag;
    __shared__ u data[32];
    if (threadIdx.x == 0)
        flag = 0;
    __syncthreads();
    u w = threadIdx.x / 32, l = threadIdx.x % 32;
    if (w == 0) {
        data[l] = l + 1;
        __syncwarp();
        if (l == 0) {
#if !PLANTED
            __threadfence_block();
#endif
            flag = 1;
        }
    } else {
        while (flag == 0)
            ;
        __threadfence_block();
        out[l] = data[31 - l];
    }
}

KERNEL(or_poll)(u *flag, u *data, u *out)
{
    if (threadIdx.x)
        return;
    if (blockIdx.x == 0) {
        while (atomicOr(flag, 0) == 0)
            ;
        __threadfence();
        out[0] = data[0];
    } else {
        data[0] = 5;
#if !PLANTED
        __threadfence();
#endif
        atomicExch(flag, 1);
    }
}

KERNEL(peterson)(u *want, u *turn, u *data)
{
    if (threadIdx.x)
        return;
    u me = blockIdx.x, other = 1 - me;
    volatile u *w = want, *t = turn;
    w[me] = 1;
    __threadfence();
    *t = other;
    __threadfence();
    while (w[other] && *t == other)
        ;
    __threadfence();
    data[0] = data[0] + 1;
#if !PLANTED
    __threadfence();
#endif
    w[me] = 0;
}

KERNEL(tiles16)(const u *in, u *out)
{
    __shared__ u s[32];
    auto t = cg::tiled_partition<16>(cg::this_thread_block());
    s[threadIdx.x] = in[threadIdx.x];
    t.sync();
    u v = s[(threadIdx.x & ~15u) | (15 - t.thread_rank())];
#if PLANTED
    v += s[31 - threadIdx.x];
#endif
    out[threadIdx.x] = v + cg::reduce(t, v, cg::plus<u>());
}

KERNEL(bar_shared)(const u *in, u *out, u n)
{
    __shared__ cuda::barrier<cuda::thread_scope_block> full, empty;
    __shared__ u buf[32];
    if (threadIdx.x == 0) {
        init(&full, 64);
        init(&empty, 64);
    }
    __syncthreads();
    u w = threadIdx.x / 32, l = threadIdx.x % 32;
    for (u i = 0; i < n; i++) {
        if (w == 0) {
            if (!PLANTED || i == 0)
                empty.arrive_and_wait();
            buf[l] = in[i * 32 + l];
            (void)full.arrive();
        } else {
            if (!PLANTED || i == 0)
                (void)empty.arrive();
            full.arrive_and_wait();
            out[i * 32 + l] = buf[31 - l];
        }
    }
}

KERNEL(red_count)(u *count, u *data, u *out)
{
    data[blockIdx.x * 32 + threadIdx.x] = threadIdx.x;
    __syncthreads();
    if (threadIdx.x == 0) {
#if !PLANTED
        __threadfence();
#endif
        atomicAdd(count, 1u);
    }
    if (blockIdx.x == 0) {
        if (threadIdx.x == 0) {
            while (*(volatile u *)count < gridDim.x)
                ;
            __threadfence();
        }
        __syncthreads();
        u s = 0;
        for (u b = 0; b < gridDim.x; b++)
            s += data[b * 32 + threadIdx.x];
        out[threadIdx.x] = s;
    }
}

KERNEL(host_feed)(u *in, u *flag, u *out)
{
    if (threadIdx.x)
        return;
    while (*(volatile u *)flag == 0)
        ;
#if !PLANTED
    __threadfence_system();
#endif
    out[0] = in[0] + in[1];
}

KERNEL(mcs)(u *tail, u *nexts, u *locked, u *data)
{
    if (threadIdx.x)
        return;
    u me = blockIdx.x + 1;
    volatile u *n = nexts, *l = locked;
    n[me] = 0;
    l[me] = 1;
    __threadfence();
    u prev = atomicExch(tail, me);
    if (prev) {
        n[prev] = me;
        while (l[me])
            ;
    }
    __threadfence();
    data[0] = data[0] + 1;
    __threadfence();
    if (n[me] == 0) {
        if (atomicCAS(tail, me, 0u) == me)
            return;
#if PLANTED
        return;
#endif
        while (n[me] == 0)
            ;
    }
    l[n[me]] = 0;
}

KERNEL(div_spin)(u *lock, u *data)
{
    bool done = false;
    while (!done) {
        if (atomicCAS(lock, 0u, 1u) == 0u) {
            __threadfence();
            data[0] = data[0] + 1;
#if !PLANTED
            __threadfence();
#endif
            atomicExch(lock, 0u);
            done = true;
        }
    }
}

KERNEL(timeout_trap)(u *flag, u *out)
{
    if (threadIdx.x)
        return;
    if (blockIdx.x) {
        if (!PLANTED) {
            atomicExch(flag, 1u);
        }
        return;
    }
    long long t0 = clock64();
    while (*(volatile u *)flag == 0)
        if (clock64() - t0 > 1000000)
            __trap();
    out[0] = 1;
}
