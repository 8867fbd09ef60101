#include "ordinary.h"

KERNEL(add_words, unsigned)
{
    if (AT < n)
        out[AT] = a[AT] + b[AT];
}
KERNEL(subtract_words, unsigned)
{
    if (AT < n)
        out[AT] = a[AT] - b[AT];
}
KERNEL(multiply_words, unsigned)
{
    if (AT < n)
        out[AT] = a[AT] * b[AT];
}
KERNEL(multiply_add, unsigned)
{
    if (AT < n)
        out[AT] = a[AT] * b[AT] + AT;
}
KERNEL(divide_unsigned, unsigned)
{
    if (AT < n)
        out[AT] = a[AT] / (b[AT] | 1u);
}
KERNEL(remainder_unsigned, unsigned)
{
    if (AT < n)
        out[AT] = a[AT] % ((b[AT] & 0xFFFFu) | 1u);
}
KERNEL(divide_signed, int)
{
    if (AT < n)
        out[AT] = (a[AT] | 1) / ((b[AT] & 0xFFFF) | 3);
}
KERNEL(remainder_signed, int)
{
    if (AT < n)
        out[AT] = a[AT] % ((b[AT] & 0xFFFF) | 3);
}
KERNEL(divide_by_constant, unsigned)
{
    if (AT < n)
        out[AT] = a[AT] / 7u + b[AT] % 10u;
}
KERNEL(divide_signed_by_constant, int)
{
    if (AT < n)
        out[AT] = a[AT] / 9 - b[AT] % 8;
}
KERNEL(high_half, unsigned)
{
    if (AT < n)
        out[AT] = __umulhi(a[AT], b[AT]);
}
KERNEL(high_half_signed, int)
{
    if (AT < n)
        out[AT] = __mulhi(a[AT], b[AT]);
}
KERNEL(shifts, unsigned)
{
    if (AT < n)
        out[AT] = (a[AT] << (b[AT] & 31u)) ^ (b[AT] >> (a[AT] & 31u));
}
KERNEL(shift_signed, int)
{
    if (AT < n)
        out[AT] = a[AT] >> (b[AT] & 31);
}
KERNEL(logic, unsigned)
{
    if (AT < n)
        out[AT] = (a[AT] & ~b[AT]) | (b[AT] ^ 0x5A5A5A5Au);
}
KERNEL(logic_of_three, unsigned)
{
    if (AT < n)
        out[AT] = (a[AT] & b[AT]) | (~a[AT] & AT * 0x9E3779B9u);
}
KERNEL(rotate, unsigned)
{
    if (AT < n) {
        unsigned s = b[AT] & 31u;
        out[AT] = a[AT] << s | a[AT] >> ((32u - s) & 31u);
    }
}
KERNEL(funnel_left, unsigned)
{
    if (AT < n)
        out[AT] = __funnelshift_l(a[AT], b[AT], AT);
}
KERNEL(funnel_right, unsigned)
{
    if (AT < n)
        out[AT] = __funnelshift_r(a[AT], b[AT], AT);
}
KERNEL(count_bits, unsigned)
{
    if (AT < n)
        out[AT] = (unsigned)__popc(a[AT]) << 8 |
                  (unsigned)__popcll((unsigned long long)a[AT] << 32 | b[AT]);
}
KERNEL(leading_zeros, unsigned)
{
    if (AT < n)
        out[AT] = (unsigned)__clz((int)(a[AT] >> (b[AT] & 31u)));
}
KERNEL(leading_zeros_of_64, unsigned)
{
    if (AT < n)
        out[AT] =
            (unsigned)__clzll((long long)(((unsigned long long)a[AT] << 32 | b[AT]) >> (AT & 63u)));
}
KERNEL(first_bit, unsigned)
{
    if (AT < n)
        out[AT] = (unsigned)__ffs((int)(a[AT] << (b[AT] & 31u)));
}
KERNEL(reverse_bits, unsigned)
{
    if (AT < n)
        out[AT] = __brev(a[AT]) + b[AT];
}
KERNEL(permute_bytes, unsigned)
{
    if (AT < n)
        out[AT] = __byte_perm(a[AT], b[AT], (AT * 0x1357u) & 0x7777u);
}
KERNEL(swap_bytes, unsigned)
{
    if (AT < n)
        out[AT] = __byte_perm(a[AT], b[AT], 0x0123);
}
KERNEL(least_and_most, int)
{
    if (AT < n) {
        int x = a[AT], y = b[AT];
        int low = x < y ? x : y, high = x < y ? y : x;
        out[AT] = (int)((unsigned)low * 3u + (unsigned)high);
    }
}
KERNEL(least_unsigned, unsigned)
{
    if (AT < n)
        out[AT] = a[AT] < b[AT] ? a[AT] : b[AT];
}
KERNEL(magnitude, int)
{
    if (AT < n)
        out[AT] = (int)(MAGNITUDE(a[AT]) + MAGNITUDE(b[AT]));
}
KERNEL(distance, unsigned)
{
    if (AT < n)
        out[AT] = __sad((int)a[AT], (int)b[AT], AT);
}
KERNEL(mean, unsigned)
{
    if (AT < n)
        out[AT] = __uhadd(a[AT], b[AT]);
}
KERNEL(dot_of_bytes, int)
{
    if (AT < n)
        out[AT] = __dp4a(a[AT], b[AT], (int)AT);
}
KERNEL(bytes_apart, unsigned)
{
    if (AT < n) {
        unsigned x = a[AT];
        out[AT] = (x & 0xFFu) + (x >> 8 & 0xFFu) * 3u + (x >> 16 & 0xFFu) * 5u + (x >> 24) * 7u;
    }
}
KERNEL(sign_extend, int)
{
    if (AT < n)
        out[AT] = (int)(signed char)(a[AT] & 0xFF) * (int)(short)(b[AT] & 0xFFFF);
}
KERNEL(add_long, unsigned long long)
{
    if (AT < n)
        out[AT] = a[AT] + b[AT];
}
KERNEL(multiply_long, unsigned long long)
{
    if (AT < n)
        out[AT] = a[AT] * b[AT];
}
KERNEL(high_half_long, unsigned long long)
{
    if (AT < n)
        out[AT] = __umul64hi(a[AT], b[AT]);
}
KERNEL(divide_long, unsigned long long)
{
    if (AT < n)
        out[AT] = a[AT] / ((b[AT] >> 20) | 1u);
}
KERNEL(remainder_long, unsigned long long)
{
    if (AT < n)
        out[AT] = a[AT] % ((b[AT] >> 7) | 1u);
}
KERNEL(shift_long, unsigned long long)
{
    if (AT < n)
        out[AT] = a[AT] << (b[AT] & 63u) | a[AT] >> (AT & 63u);
}
KERNEL(wide_product, unsigned long long)
{
    if (AT < n)
        out[AT] = (a[AT] & 0xFFFFFFFFu) * (b[AT] & 0xFFFFFFFFu) + (a[AT] >> 32);
}
KERNEL(compare_long, unsigned long long)
{
    if (AT < n)
        out[AT] = (a[AT] < b[AT]) + 2ull * ((long long)a[AT] < (long long)b[AT]) +
                  4ull * (a[AT] == b[AT]);
}
KERNEL(hash_words, unsigned)
{
    if (AT < n) {
        unsigned h = a[AT];
        h ^= h >> 16;
        h *= 0x85EBCA6Bu;
        h ^= h >> 13;
        h *= 0xC2B2AE35u;
        out[AT] = (h ^ h >> 16) + b[AT];
    }
}
KERNEL(checksum, unsigned)
{
    if (AT < n) {
        unsigned crc = a[AT];
        for (int bit = 0; bit < 32; bit++)
            crc = crc >> 1 ^ (crc & 1u ? 0x82F63B78u : 0u);
        out[AT] = crc ^ b[AT];
    }
}
KERNEL(random_walk, unsigned)
{
    if (AT < n) {
        unsigned x = a[AT] | 1u;
        for (unsigned i = 0; i < (b[AT] & 63u); i++) {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
        }
        out[AT] = x;
    }
}
