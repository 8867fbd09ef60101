// What device code looks like: structs by value, recursion, calls by address, tables of branches, variables of all
// spaces with initial values, printf and assert.
#include <cassert>
#include <cstdio>

struct point {
    int x;
    double y;
    char name[5];
};

__device__ int numbers[4] = {1, 2, 3, 4};
__device__ int *inside = numbers + 1;
__device__ int grid_of[2][3] = {{1, 2}, {4}};
__constant__ float scale = 1.5f;
extern __shared__ int dynamic[];
typedef int operation(int, int);

__device__ __noinline__ int add(int a, int b)
{
    return a + b;
}

__device__ __noinline__ int multiply(int a, int b)
{
    return a * b;
}

__device__ operation *operations[2] = {add, multiply};

__device__ __noinline__ int down(point p, int k)
{
    return k > 3 ? down(p, k - 1) + p.x : p.name[k];
}

__global__ void __launch_bounds__(256, 2) language(point p, int *out, unsigned n)
{
    __shared__ double values[32];
    int local[10];
    for (unsigned i = 0; i < n; i++)
        local[i % 10] = out[i];
    values[threadIdx.x] = p.y * local[n % 10];
    __syncthreads();
    dynamic[threadIdx.x] = down(p, (int)n) + inside[1] + grid_of[n & 1][n % 3];
    out[n] = operations[n & 1](out[0], dynamic[0]);
    assert(n != 7);
    printf("%d %f\n", (int)values[3], scale);
    switch (n) {
    case 0:
        out[0] = 1;
        break;
    case 1:
        out[1] = 5;
        break;
    case 2:
        out[2] = 4;
        break;
    case 3:
        out[7] = 3;
        break;
    case 4:
        out[8] = 1;
        break;
    case 5:
        out[1] = 9;
        break;
    }
}

__global__ void other(const int4 *__restrict__ from, int4 *to)
{
    to[blockIdx.x * blockDim.x + threadIdx.x] = from[threadIdx.x];
}
