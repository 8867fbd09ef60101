#include "ordinary.h"

CONSTANT unsigned primes[16] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53};

struct pair {
    unsigned left;
    unsigned char tag;
    unsigned short right;
    unsigned long long both;
};

DEVICE unsigned step_of(unsigned x)
{
    return x & 1u ? 3u * x + 1u : x / 2u;
}
DEVICE unsigned depth_of(unsigned x, unsigned depth)
{
    return x < 2u || depth == 0u ? x : depth_of(x / 2u, depth - 1u) + depth_of(x / 3u, depth - 1u);
}
DEVICE unsigned add_one(unsigned x)
{
    return x + 1u;
}
DEVICE unsigned times_three(unsigned x)
{
    return x * 3u;
}
DEVICE unsigned flip(unsigned x)
{
    return ~x;
}
DEVICE struct pair swap_pair(struct pair p)
{
    struct pair q;
    q.left = p.right;
    q.tag = (unsigned char)(p.tag + 1);
    q.right = (unsigned short)p.left;
    q.both = p.both * p.left;
    return q;
}
DEVICE void two_results(unsigned x, unsigned *low, unsigned *high)
{
    *low = x & 0xFFFFu;
    *high = x >> 16;
}

KERNEL(diverge, unsigned)
{
    if (AT < n) {
        unsigned x = a[AT];
        if (x & 1u) {
            if (x & 2u)
                x = x * 5u;
            else
                x = x + b[AT];
        } else if (x & 4u)
            x = x ^ b[AT];
        out[AT] = x;
    }
}
KERNEL(loops_of_different_length, unsigned)
{
    if (AT < n) {
        unsigned sum = 0;
        for (unsigned i = 0; i < (a[AT] & 31u); i++)
            sum = sum * 31u + b[(AT + i) % n];
        out[AT] = sum;
    }
}
KERNEL(leave_early, unsigned)
{
    if (AT >= n)
        return;
    if (a[AT] & 8u)
        return;
    if (b[AT] & 8u) {
        out[AT] = 1u;
        return;
    }
    out[AT] = a[AT] + b[AT];
}
KERNEL(nested_loops, unsigned)
{
    if (AT < n) {
        unsigned sum = 0;
        for (unsigned i = 0; i < (a[AT] & 7u); i++)
            for (unsigned j = i; j < (b[AT] & 7u); j++) {
                if ((i ^ j) & 1u)
                    continue;
                sum += i * 8u + j;
                if (sum > 60u)
                    break;
            }
        out[AT] = sum;
    }
}
KERNEL(choose_by_switch, unsigned)
{
    if (AT < n) {
        unsigned x = b[AT];
        switch (a[AT] % 9u) {
        case 0:
            x += 17u;
            break;
        case 1:
            x *= 19u;
            break;
        case 2:
            x ^= 23u; /* falls through */
        case 3:
            x -= 29u;
            break;
        case 4:
            x = x << 3;
            break;
        case 5:
            x = x / 31u;
            break;
        case 6:
            x = ~x;
            break;
        case 7:
            x = x % 37u;
            break;
        default:
            x = 41u;
        }
        out[AT] = x;
    }
}
KERNEL(collatz, unsigned)
{
    if (AT < n) {
        unsigned x = (a[AT] & 0xFFu) + 1u, count = 0;
        while (x != 1u && count < 200u) {
            x = step_of(x);
            count++;
        }
        out[AT] = count + b[AT];
    }
}
KERNEL(recursion, unsigned)
{
    if (AT < n)
        out[AT] = depth_of(a[AT] & 0xFFFu, b[AT] & 7u);
}
KERNEL(call_by_pointer, unsigned)
{
    if (AT < n) {
        unsigned (*which[3])(unsigned) = {add_one, times_three, flip};
        unsigned x = a[AT];
        for (unsigned i = 0; i < 4u; i++)
            x = which[(b[AT] >> 2u * i) % 3u](x);
        out[AT] = x;
    }
}
KERNEL(structs, unsigned)
{
    if (AT < n) {
        struct pair p;
        p.left = a[AT];
        p.tag = (unsigned char)b[AT];
        p.right = (unsigned short)(b[AT] >> 8);
        p.both = 1ull << (AT & 63u);
        p = swap_pair(swap_pair(p));
        out[AT] = p.left + p.tag + p.right + (unsigned)(p.both >> 32) + (unsigned)p.both;
    }
}
KERNEL(results_by_address, unsigned)
{
    if (AT < n) {
        unsigned low, high;
        two_results(a[AT], &low, &high);
        out[AT] = low * high + b[AT];
    }
}
KERNEL(local_array, unsigned)
{
    if (AT < n) {
        unsigned stack[24];
        for (unsigned i = 0; i < 24u; i++)
            stack[i] = a[(AT + i) % n];
        for (unsigned i = 0; i < 24u; i++) {
            unsigned j = b[(AT + i) % n] % 24u, t = stack[i];
            stack[i] = stack[j];
            stack[j] = t;
        }
        unsigned h = 0;
        for (unsigned i = 0; i < 24u; i++)
            h = h * 33u + stack[i];
        out[AT] = h;
    }
}
KERNEL(sort_in_place, unsigned)
{
    if (AT < n) {
        unsigned x[8];
        for (unsigned i = 0; i < 8u; i++)
            x[i] = a[(AT * 8u + i) % n];
        for (unsigned i = 1; i < 8u; i++)
            for (unsigned j = i; j > 0u && x[j - 1u] > x[j]; j--) {
                unsigned t = x[j];
                x[j] = x[j - 1u];
                x[j - 1u] = t;
            }
        out[AT] = x[b[AT] & 7u];
    }
}
KERNEL(constants, unsigned)
{
    if (AT < n)
        out[AT] = primes[a[AT] & 15u] * b[AT] + primes[AT & 15u];
}
KERNEL(bytes_of_memory, unsigned)
{
    if (AT < n) {
        const unsigned char *bytes = (const unsigned char *)a;
        const signed char *signs = (const signed char *)b;
        out[AT] = bytes[(AT * 7u) % (4u * n)] + (unsigned)(int)signs[(AT * 5u) % (4u * n)];
    }
}
KERNEL(shorts_of_memory, unsigned)
{
    if (AT < n) {
        const unsigned short *x = (const unsigned short *)a;
        const short *y = (const short *)b;
        out[AT] = x[(AT * 3u) % (2u * n)] - (unsigned)(int)y[(AT * 9u) % (2u * n)];
    }
}
KERNEL(store_bytes, unsigned)
{
    if (AT < n) {
        unsigned char *bytes = (unsigned char *)(out + AT);
        for (unsigned i = 0; i < 4u; i++)
            bytes[i] = (unsigned char)(a[AT] >> 8u * (3u - i) ^ b[AT]);
    }
}
KERNEL(store_shorts, unsigned)
{
    if (AT < n) {
        unsigned short *x = (unsigned short *)(out + AT);
        x[0] = (unsigned short)(a[AT] >> 16);
        x[1] = (unsigned short)b[AT];
    }
}
KERNEL(gather, unsigned)
{
    if (AT < n)
        out[AT] = a[b[AT] % n] + a[a[AT] % n];
}
KERNEL(search, unsigned)
{
    if (AT < n) {
        unsigned low = 0, high = n;
        while (low < high) {
            unsigned middle = (low + high) / 2u;
            if (a[middle] < b[AT])
                low = middle + 1u;
            else
                high = middle;
        }
        out[AT] = low;
    }
}
KERNEL(indexes, unsigned)
{
    if (AT < n)
        out[AT] = threadIdx.x + 1000u * blockIdx.x + 100000u * blockDim.x + 7u * gridDim.x + a[AT] -
                  b[AT];
}
KERNEL(common_divisor, unsigned)
{
    if (AT < n) {
        unsigned x = a[AT] | 1u, y = b[AT] & 0xFFFFu;
        while (y != 0u) {
            unsigned t = x % y;
            x = y;
            y = t;
        }
        out[AT] = x;
    }
}
KERNEL(power_modulo, unsigned)
{
    if (AT < n) {
        unsigned long long x = a[AT] % 65537u, result = 1;
        for (unsigned e = b[AT] & 0xFFFFu; e != 0u; e >>= 1) {
            if (e & 1u)
                result = result * x % 65537u;
            x = x * x % 65537u;
        }
        out[AT] = (unsigned)result;
    }
}
