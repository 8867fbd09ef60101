// Arithmetic of all types, with the rounding that intrinsics name.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

__global__ void integers(const int *a, const unsigned *b, long long *out)
{
    int x = a[0], y = a[1];
    unsigned u = b[0], v = b[1];
    long long l = (long long)x * y, m = out[0];
    unsigned long long k = (unsigned long long)m;
    out[1] = x / y + x % y + (long long)(u / v) + (u % v);
    out[2] = l / m + l % m;
    out[3] = __mulhi(x, y) + __umulhi(u, v) + __mul64hi(l, m) + (long long)__umul64hi(k, 3);
    out[4] = __popc(u) + __popcll(k) + __clz(x) + __clzll(l) + __ffs(x) + __ffsll(l);
    out[5] = (long long)__brev(u) + (long long)__brevll(k) + __byte_perm(u, v, 0x3715);
    out[6] = __funnelshift_l(u, v, y) + __funnelshift_r(u, v, y) + __funnelshift_lc(u, v, y);
    out[7] = abs(x) + min(x, y) + max(u, v) + __sad(x, y, u) + __usad(u, v, u);
    out[8] = __dp4a(x, y, 1) + __dp2a_lo(x, y, 2) + (x > y ? l : m);
    out[9] = (short)x * (short)y + (char)x + (unsigned char)u + (l >> 3) + (k >> y) + (x << 5);
    out[10] = __vadd2(u, v) + __vmaxs2(u, v) + __mul24(x, y) + __umul24(u, v);
}

__global__ void singles(const float *a, float *out, double *wide)
{
    float x = a[0], y = a[1], z = a[2];
    out[0] = __fadd_rz(x, y) + __fadd_rd(x, y) + __fadd_ru(x, y) - __fsub_rz(x, y);
    out[1] = __fmul_rz(x, y) * __fmul_ru(x, y) + __fmaf_rd(x, y, z) + __fmaf_rz(x, y, z);
    out[2] = __fdiv_rn(x, y) + __fdiv_rz(x, y) + __fdividef(x, y) + __frcp_ru(x) + __frcp_rn(y);
    out[3] = __fsqrt_rn(x) + __fsqrt_rd(y) + rsqrtf(x) + __saturatef(y);
    out[4] = __sinf(x) + __cosf(y) + __expf(z) + __log2f(x) + sinf(x) + exp2f(y) + tanhf(z);
    out[5] = fminf(x, y) + fmaxf(y, z) + fabsf(x) + copysignf(x, y) + floorf(x) + ceilf(y) + rintf(z);
    out[6] = (float)__float2int_rz(x) + (float)__float2uint_ru(y) + (float)__float2ll_rd(z);
    out[7] = __int2float_rz((int)x) + __ull2float_ru((unsigned long long)y) + powf(x, y) + fmodf(x, z);
    wide[0] = __dadd_rz(x, y) + __dmul_ru(x, y) + __fma_rd(x, y, z) + __ddiv_rz(x, y) + __drcp_rn(x);
    wide[1] = __dsqrt_rn(x) + __dsqrt_rz(y) + sin((double)z) + fmin((double)x, (double)y) + (double)(long long)x;
    out[8] = __double2float_rz(wide[2]) + (float)__double2int_rn(wide[3]) + (float)__double2uint_rz(wide[4]);
    out[9] = isfinite(x) ? isnan(y) : signbit(z);
}

__global__ void halves(const __half *a, const __nv_bfloat16 *b, __half2 *two, __nv_bfloat162 *pair, float *out)
{
    __half x = a[0], y = a[1];
    __nv_bfloat16 u = b[0], v = b[1];
    out[0] = __half2float(x + y * x) + __half2float(__hfma(x, y, x)) + __bfloat162float(u * v);
    out[1] = __half2float(__hmin(x, y)) + __bfloat162float(__hmax(u, v)) + __half2float(__habs(x));
    out[2] = x < y ? 1.0f : u == v ? 2.0f : 3.0f;
    two[1] = __hadd2(two[0], __floats2half2_rn(out[3], out[4]));
    two[2] = __hfma2(two[0], two[1], two[2]);
    pair[1] = __hmul2(pair[0], __floats2bfloat162_rn(out[5], out[6]));
    out[7] = (float)__half2int_rz(x) + (float)(short)__half2short_rd(y) + __half2float(__int2half_rn(7));
    out[8] = __half2float(__hdiv(x, y)) + __half2float(h2exp2(two[0]).x);
    out[9] = __half2float(__float2half_rz(out[0])) + __bfloat162float(__float2bfloat16_rn(out[1]));
}
