/*
 * What makes one source both CUDA and C: a kernel of `threads` threads that do not synchronise is, on the host, a
 * function called once for each of them. The host's compiler is the truth that the PTX is compared with.
 *
 * KERNEL(name, type) begins a kernel with the parameters (a, b, out, n): two arrays that it reads, one that it
 * writes, n elements of `type` each. AT is the element of this thread.
 */
#ifndef ORDINARY_H
#define ORDINARY_H

#ifdef __CUDACC__
#include <math.h>

#define KERNEL(name, type)                                                                         \
    extern "C" __global__ void name(const type *a, const type *b, type *out, unsigned n)
#define DEVICE   __device__ static __noinline__
#define CONSTANT __constant__
#define AT       (blockIdx.x * blockDim.x + threadIdx.x)
#else
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

struct ordinary_size {
    unsigned x, y, z;
};
static struct ordinary_size blockIdx, threadIdx, blockDim = {64, 1, 1}, gridDim = {4, 1, 1};

#define KERNEL(name, type)                                                                         \
    static void name(const type *a, const type *b, type *out, unsigned n);                         \
    static void host_##name(const void *a, const void *b, void *out, unsigned n)                   \
    {                                                                                              \
        name((const type *)a, (const type *)b, (type *)out, n);                                    \
    }                                                                                              \
    static void name(const type *a, const type *b, type *out, unsigned n)
#define DEVICE   static
#define CONSTANT static const
#define AT       (blockIdx.x * blockDim.x + threadIdx.x)

/* What CUDA has as functions, by its documentation. */
static int __popc(unsigned x)
{
    return __builtin_popcount(x);
}
static int __popcll(unsigned long long x)
{
    return __builtin_popcountll(x);
}
static int __clz(int x)
{
    return x == 0 ? 32 : __builtin_clz((unsigned)x);
}
static int __clzll(long long x)
{
    return x == 0 ? 64 : __builtin_clzll((unsigned long long)x);
}
static int __ffs(int x)
{
    return __builtin_ffs(x);
}
static unsigned __brev(unsigned x)
{
    unsigned y = 0;
    for (int bit = 0; bit < 32; bit++)
        y |= (x >> bit & 1u) << (31 - bit);
    return y;
}
static unsigned __umulhi(unsigned x, unsigned y)
{
    return (unsigned)((unsigned long long)x * y >> 32);
}
static int __mulhi(int x, int y)
{
    return (int)((long long)x * y >> 32);
}
__extension__ typedef unsigned __int128 ordinary_wide;
static unsigned long long __umul64hi(unsigned long long x, unsigned long long y)
{
    return (unsigned long long)((ordinary_wide)x * y >> 64);
}
static unsigned __byte_perm(unsigned x, unsigned y, unsigned s)
{
    unsigned long long both = (unsigned long long)y << 32 | x;
    unsigned out = 0;
    for (int i = 0; i < 4; i++)
        out |= (unsigned)(both >> 8 * (s >> 4 * i & 7u) & 0xFFu) << 8 * i;
    return out;
}
static unsigned __funnelshift_l(unsigned lo, unsigned hi, unsigned shift)
{
    unsigned long long both = (unsigned long long)hi << 32 | lo;
    return (unsigned)(both << (shift & 31u) >> 32);
}
static unsigned __funnelshift_r(unsigned lo, unsigned hi, unsigned shift)
{
    unsigned long long both = (unsigned long long)hi << 32 | lo;
    return (unsigned)(both >> (shift & 31u));
}
static unsigned __sad(int x, int y, unsigned z)
{
    return z + (unsigned)(x > y ? (unsigned)x - (unsigned)y : (unsigned)y - (unsigned)x);
}
static unsigned __uhadd(unsigned x, unsigned y)
{
    return (unsigned)(((unsigned long long)x + y) >> 1);
}
static int __dp4a(int x, int y, int z)
{
    unsigned sum = (unsigned)z;
    for (int i = 0; i < 4; i++)
        sum += (unsigned)((int)(signed char)((unsigned)x >> 8 * i) *
                          (int)(signed char)((unsigned)y >> 8 * i));
    return (int)sum;
}
static unsigned __float_as_uint(float x)
{
    unsigned bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
static float __uint_as_float(unsigned bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
static long long __double_as_longlong(double x)
{
    long long bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Arithmetic rounded another way: the operands are volatile, so that it is done here and not by the compiler. */
#define ORDINARY_ROUNDED(name, type, mode, expression)                                             \
    static type name(type p, type q)                                                               \
    {                                                                                              \
        volatile type x = p, y = q, z;                                                             \
        fesetround(mode);                                                                          \
        z = expression;                                                                            \
        fesetround(FE_TONEAREST);                                                                  \
        return z;                                                                                  \
    }
ORDINARY_ROUNDED(__fadd_rz, float, FE_TOWARDZERO, x + y)
ORDINARY_ROUNDED(__fadd_ru, float, FE_UPWARD, x + y)
ORDINARY_ROUNDED(__fadd_rd, float, FE_DOWNWARD, x + y)
ORDINARY_ROUNDED(__fmul_rz, float, FE_TOWARDZERO, x *y)
ORDINARY_ROUNDED(__fmul_ru, float, FE_UPWARD, x *y)
ORDINARY_ROUNDED(__fmul_rd, float, FE_DOWNWARD, x *y)
ORDINARY_ROUNDED(__fdiv_rz, float, FE_TOWARDZERO, x / y)
ORDINARY_ROUNDED(__fdiv_ru, float, FE_UPWARD, x / y)
ORDINARY_ROUNDED(__dadd_rz, double, FE_TOWARDZERO, x + y)
ORDINARY_ROUNDED(__dadd_ru, double, FE_UPWARD, x + y)
ORDINARY_ROUNDED(__dmul_rd, double, FE_DOWNWARD, x *y)
ORDINARY_ROUNDED(__ddiv_ru, double, FE_UPWARD, x / y)
#endif

#define MAGNITUDE(x) ((x) < 0 ? 0u - (unsigned)(x) : (unsigned)(x))

#endif
