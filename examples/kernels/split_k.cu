// Split K: the blocks of a tile each sum a part of it; the one that draws the last ticket adds the parts up, and
// sets the ticket back for the next launch.
extern "C" __global__ void split_k(const unsigned *in, unsigned *parts, unsigned *tickets, unsigned *out)
{
    __shared__ unsigned is_last;
    unsigned tile = blockIdx.x, part = blockIdx.y, width = blockDim.x, count = gridDim.y;
    unsigned at = (tile * count + part) * width + threadIdx.x;
    parts[at] = in[at] * (part + 1);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0)
        is_last = atomicAdd(&tickets[tile], 1) == count - 1;
    __syncthreads();
    if (!is_last)
        return;
    __threadfence();
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += parts[(tile * count + i) * width + threadIdx.x];
    out[tile * width + threadIdx.x] = sum;
    if (threadIdx.x == 0)
        tickets[tile] = 0;
}
