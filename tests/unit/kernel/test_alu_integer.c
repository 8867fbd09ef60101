/*
 * Integers and bits of the arithmetic of a warp, against what the ISA says of each, bit by bit and in 128 bits: code
 * that shares nothing with src/kernel/.
 */
#include "alu_specimen.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

struct operands {
    uint64_t a, b, c, d;
    unsigned width;
};

/* The low `bits` of a value, as a number with a sign. */
static wide with_sign(uint64_t value, unsigned bits)
{
    wide low = (wide)(value & (bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1));
    return low >> (bits - 1) & 1 ? low - ((wide)1 << bits) : low;
}

static int bit(uint64_t value, unsigned at)
{
    return (int)(value >> at & 1);
}

#define S(x) with_sign(o->x, o->width)
#define U(x) ((wide)o->x)
#define TRUTH(name, value)                                                                         \
    static wide name(const struct operands *o)                                                     \
    {                                                                                              \
        return (wide)(value);                                                                      \
    }

/* ---- Truths ------------------------------------------------------------------------------------ */

TRUTH(add, U(a) + U(b))
TRUTH(sub, U(a) - U(b))
TRUTH(mul_lo, (unsigned_wide)U(a) * (unsigned_wide)U(b))
TRUTH(mul_hi_u, (unsigned_wide)U(a) * (unsigned_wide)U(b) >> o->width)
TRUTH(mul_hi_s, S(a) * S(b) >> o->width)
TRUTH(mad_lo, (unsigned_wide)U(a) * (unsigned_wide)U(b) + (unsigned_wide)U(c))
TRUTH(mad_hi_u, ((unsigned_wide)U(a) * (unsigned_wide)U(b) >> o->width) + (unsigned_wide)U(c))
TRUTH(mad_hi_s, (S(a) * S(b) >> o->width) + U(c))
TRUTH(wide_u, U(a) * U(b))
TRUTH(wide_s, S(a) * S(b))
TRUTH(mad_wide_u, U(a) * U(b) + U(c))
TRUTH(mad_wide_s, S(a) * S(b) + U(c))
TRUTH(sad_u, U(c) + (U(a) < U(b) ? U(b) - U(a) : U(a) - U(b)))
TRUTH(sad_s, U(c) + (S(a) < S(b) ? S(b) - S(a) : S(a) - S(b)))
TRUTH(div_u, U(b) == 0 ? -1 : U(a) / U(b))
TRUTH(div_s, S(b) == 0 ? -1 : S(a) / S(b))
TRUTH(rem_u, U(b) == 0 ? -1 : U(a) % U(b))
TRUTH(rem_s, S(b) == 0 ? -1 : S(a) % S(b))
TRUTH(absolute, S(a) < 0 ? -S(a) : S(a))
TRUTH(neg, -S(a))
TRUTH(min_u, U(a) < U(b) ? U(a) : U(b))
TRUTH(min_s, S(a) < S(b) ? S(a) : S(b))
TRUTH(max_u, U(a) < U(b) ? U(b) : U(a))
TRUTH(max_s, S(a) < S(b) ? S(b) : S(a))
TRUTH(and, o->a & o->b)
TRUTH(or, o->a | o->b)
TRUTH(xor, o->a ^ o->b)
TRUTH(not, ~o->a)
TRUTH(cnot, o->a == 0)
TRUTH(shl, (uint32_t)o->b >= o->width ? 0 : U(a) << (uint32_t)o->b)
TRUTH(shr_u, (uint32_t)o->b >= o->width ? 0 : U(a) >> (uint32_t)o->b)
TRUTH(shr_s, S(a) >> ((uint32_t)o->b >= o->width ? o->width - 1 : (uint32_t)o->b))
TRUTH(selp, o->c ? o->a : o->b)
TRUTH(slct, with_sign(o->c, 32) >= 0 ? o->a : o->b)

static wide saturated(wide value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : value;
}
TRUTH(add_sat, saturated(S(a) + S(b)))
TRUTH(sub_sat, saturated(S(a) - S(b)))
TRUTH(mad_hi_sat, saturated((S(a) * S(b) >> 32) + S(c)))
TRUTH(mul24_lo_u, (U(a) & 0xFFFFFF) * (U(b) & 0xFFFFFF))
TRUTH(mul24_lo_s, with_sign(o->a, 24) * with_sign(o->b, 24))
TRUTH(mul24_hi_u, (U(a) & 0xFFFFFF) * (U(b) & 0xFFFFFF) >> 16)
TRUTH(mul24_hi_s, with_sign(o->a, 24) * with_sign(o->b, 24) >> 16)
TRUTH(mad24_lo_s, with_sign(o->a, 24) * with_sign(o->b, 24) + U(c))

static wide popc(const struct operands *o)
{
    int count = 0;
    for (unsigned i = 0; i < o->width; i++)
        count += bit(o->a, i);
    return count;
}

static wide clz(const struct operands *o)
{
    unsigned count = 0;
    while (count < o->width && !bit(o->a, o->width - 1 - count))
        count++;
    return count;
}

static wide find(const struct operands *o, bool is_signed, bool shift)
{
    int sign = is_signed ? bit(o->a, o->width - 1) : 0;
    for (unsigned i = o->width; i-- > 0;)
        if (bit(o->a, i) != sign)
            return shift ? o->width - 1 - i : i;
    return -1;
}
TRUTH(bfind_u, find(o, false, false))
TRUTH(bfind_s, find(o, true, false))
TRUTH(bfind_shift_u, find(o, false, true))
TRUTH(bfind_shift_s, find(o, true, true))

static wide brev(const struct operands *o)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < o->width; i++)
        value |= (uint64_t)bit(o->a, i) << (o->width - 1 - i);
    return (wide)value;
}

static wide extract(const struct operands *o, bool is_signed)
{
    unsigned pos = o->b & 0xFF, len = o->c & 0xFF, msb = o->width - 1;
    int sbit = !is_signed || len == 0 ? 0 : bit(o->a, pos + len - 1 < msb ? pos + len - 1 : msb);
    uint64_t value = 0;
    for (unsigned i = 0; i <= msb; i++)
        value |= (uint64_t)(i < len && pos + i <= msb ? bit(o->a, pos + i) : sbit) << i;
    return (wide)value;
}
TRUTH(bfe_u, extract(o, false))
TRUTH(bfe_s, extract(o, true))

static wide bfi(const struct operands *o)
{
    unsigned pos = o->c & 0xFF, len = o->d & 0xFF, msb = o->width - 1;
    uint64_t value = o->b;
    for (unsigned i = 0; i < len && pos + i <= msb; i++)
        value = (value & ~(UINT64_C(1) << (pos + i))) | (uint64_t)bit(o->a, i) << (pos + i);
    return (wide)value;
}

static wide lop3(const struct operands *o)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 32; i++)
        value |=
            (uint64_t)bit(0xC5, (unsigned)(bit(o->a, i) << 2 | bit(o->b, i) << 1 | bit(o->c, i)))
            << i;
    return (wide)value;
}

static wide fns(const struct operands *o)
{
    int32_t n = (int32_t)o->c;
    uint32_t base = o->b & 31;
    if (n == 0)
        return bit(o->a, base) ? (wide)base : -1;
    int64_t count = (n < 0 ? -(int64_t)n : n) - 1, pos = base;
    for (; pos >= 0 && pos<32; pos += n> 0 ? 1 : -1)
        if (bit(o->a, (unsigned)pos) && count-- == 0)
            return pos;
    return -1;
}

static wide prmt(const struct operands *o)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned select = (unsigned)(o->c >> 4 * i) & 0xF, from = select & 7;
        uint64_t byte = (from < 4 ? o->a >> 8 * from : o->b >> 8 * (from - 4)) & 0xFF;
        if (select & 8)
            byte = byte > 127 ? 255 : 0;
        value |= byte << 8 * i;
    }
    return (wide)value;
}

static wide funnel(const struct operands *o, bool left, bool clamp)
{
    unsigned by = (uint32_t)o->c > 31 ? clamp ? 32 : o->c & 31 : (uint32_t)o->c;
    unsigned_wide both = (unsigned_wide)o->b << 32 | (uint32_t)o->a;
    return (wide)(left ? both << by >> 32 : both >> by);
}
TRUTH(shf_l_wrap, funnel(o, true, false))
TRUTH(shf_l_clamp, funnel(o, true, true))
TRUTH(shf_r_wrap, funnel(o, false, false))
TRUTH(shf_r_clamp, funnel(o, false, true))

static wide bmsk(const struct operands *o)
{
    uint64_t value = 0;
    for (uint64_t i = (uint32_t)o->a; i < 32 && i < (uint64_t)(uint32_t)o->a + (uint32_t)o->b; i++)
        value |= UINT64_C(1) << i;
    return (wide)value;
}
TRUTH(szext_s, (uint32_t)o->b >= 32 ? U(a) : o->b == 0 ? 0 : with_sign(o->a, (unsigned)o->b))

static wide dot(const struct operands *o, unsigned a_bits, unsigned count, unsigned first, bool a_s,
                bool b_s)
{
    wide sum = U(c);
    for (unsigned i = 0; i < count; i++) {
        uint64_t a = o->a >> a_bits * i & ((1u << a_bits) - 1), b = o->b >> 8 * (i + first) & 0xFF;
        sum += (a_s ? with_sign(a, a_bits) : (wide)a) * (b_s ? with_sign(b, 8) : (wide)b);
    }
    return sum;
}
TRUTH(dp4a_us, dot(o, 8, 4, 0, false, true))
TRUTH(dp4a_ss, dot(o, 8, 4, 0, true, true))
TRUTH(dp4a_uu, dot(o, 8, 4, 0, false, false))
TRUTH(dp2a_lo_su, dot(o, 16, 2, 0, true, false))
TRUTH(dp2a_hi_ss, dot(o, 16, 2, 2, true, true))

/* ---- Rows -------------------------------------------------------------------------------------- */

struct row {
    const char *text;
    unsigned width, target; /* bits of the sources, and of the target */
    wide (*truth)(const struct operands *o);
    unsigned sizes[4]; /* of the sources, where they are others; 0: not there */
};

#define ALL(W, h)                                                                                  \
    {"add.u" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, add, {W, W}},                              \
        {"sub.s" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, sub, {W, W}},                          \
        {"mul.lo.u" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, mul_lo, {W, W}},                    \
        {"mul.hi.u" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, mul_hi_u, {W, W}},                  \
        {"mul.hi.s" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, mul_hi_s, {W, W}},                  \
        {"mad.lo.s" #W " %" #h "0, %" #h "1, %" #h "2, %" #h "3;", W, W, mad_lo, {W, W, W}},       \
        {"mad.hi.u" #W " %" #h "0, %" #h "1, %" #h "2, %" #h "3;", W, W, mad_hi_u, {W, W, W}},     \
        {"mad.hi.s" #W " %" #h "0, %" #h "1, %" #h "2, %" #h "3;", W, W, mad_hi_s, {W, W, W}},     \
        {"sad.u" #W " %" #h "0, %" #h "1, %" #h "2, %" #h "3;", W, W, sad_u, {W, W, W}},           \
        {"sad.s" #W " %" #h "0, %" #h "1, %" #h "2, %" #h "3;", W, W, sad_s, {W, W, W}},           \
        {"div.u" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, div_u, {W, W}},                        \
        {"div.s" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, div_s, {W, W}},                        \
        {"rem.u" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, rem_u, {W, W}},                        \
        {"rem.s" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, rem_s, {W, W}},                        \
        {"abs.s" #W " %" #h "0, %" #h "1;", W, W, absolute, {W}},                                  \
        {"neg.s" #W " %" #h "0, %" #h "1;", W, W, neg, {W}},                                       \
        {"min.u" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, min_u, {W, W}},                        \
        {"min.s" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, min_s, {W, W}},                        \
        {"max.u" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, max_u, {W, W}},                        \
        {"max.s" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, max_s, {W, W}},                        \
        {"and.b" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, and, {W, W}},                          \
        {"or.b" #W " %" #h "0, %" #h "1, %" #h "2;", W, W, or, {W, W}},                            \
        {"xor.b" #W " %" #h "0, %" #h "1, %" #h "2;",                                              \
         W,                                                                                        \
         W,                                                                                        \
         xor,                                                                                      \
         {                                                                                         \
             W, W}},                                                                               \
        {"not.b" #W " %" #h "0, %" #h "1;", W, W, not, {W}},                                       \
        {"cnot.b" #W " %" #h "0, %" #h "1;", W, W, cnot, {W}},                                     \
        {"shl.b" #W " %" #h "0, %" #h "1, %r2;", W, W, shl, {W, 32}},                              \
        {"shr.u" #W " %" #h "0, %" #h "1, %r2;", W, W, shr_u, {W, 32}},                            \
        {"shr.s" #W " %" #h "0, %" #h "1, %r2;", W, W, shr_s, {W, 32}},                            \
        {"selp.b" #W " %" #h "0, %" #h "1, %" #h "2, %p1;", W, W, selp, {W, W, 1}},                \
    {                                                                                              \
        "slct.b" #W ".s32 %" #h "0, %" #h "1, %" #h "2, %r3;", W, W, slct,                         \
        {                                                                                          \
            W, W, 32                                                                               \
        }                                                                                          \
    }

#define FIELDS(W, h)                                                                               \
    {"popc.b" #W " %r0, %" #h "1;", W, 32, popc, {W}},                                             \
        {"clz.b" #W " %r0, %" #h "1;", W, 32, clz, {W}},                                           \
        {"bfind.u" #W " %r0, %" #h "1;", W, 32, bfind_u, {W}},                                     \
        {"bfind.s" #W " %r0, %" #h "1;", W, 32, bfind_s, {W}},                                     \
        {"bfind.shiftamt.u" #W " %r0, %" #h "1;", W, 32, bfind_shift_u, {W}},                      \
        {"bfind.shiftamt.s" #W " %r0, %" #h "1;", W, 32, bfind_shift_s, {W}},                      \
        {"brev.b" #W " %" #h "0, %" #h "1;", W, W, brev, {W}},                                     \
        {"bfe.u" #W " %" #h "0, %" #h "1, %r2, %r3;", W, W, bfe_u, {W, 32, 32}},                   \
        {"bfe.s" #W " %" #h "0, %" #h "1, %r2, %r3;", W, W, bfe_s, {W, 32, 32}},                   \
    {                                                                                              \
        "bfi.b" #W " %" #h "0, %" #h "1, %" #h "2, %r3, %r4;", W, W, bfi,                          \
        {                                                                                          \
            W, W, 32, 32                                                                           \
        }                                                                                          \
    }

static const struct row rows[] = {
    ALL(16, h),
    ALL(32, r),
    ALL(64, d),
    FIELDS(32, r),
    FIELDS(64, d),
    {"mul.wide.u16 %r0, %h1, %h2;", 16, 32, wide_u, {16, 16}},
    {"mul.wide.s16 %r0, %h1, %h2;", 16, 32, wide_s, {16, 16}},
    {"mul.wide.u32 %d0, %r1, %r2;", 32, 64, wide_u, {32, 32}},
    {"mul.wide.s32 %d0, %r1, %r2;", 32, 64, wide_s, {32, 32}},
    {"mad.wide.u16 %r0, %h1, %h2, %r3;", 16, 32, mad_wide_u, {16, 16, 32}},
    {"mad.wide.s16 %r0, %h1, %h2, %r3;", 16, 32, mad_wide_s, {16, 16, 32}},
    {"mad.wide.u32 %d0, %r1, %r2, %d3;", 32, 64, mad_wide_u, {32, 32, 64}},
    {"mad.wide.s32 %d0, %r1, %r2, %d3;", 32, 64, mad_wide_s, {32, 32, 64}},
    {"add.sat.s32 %r0, %r1, %r2;", 32, 32, add_sat, {32, 32}},
    {"sub.sat.s32 %r0, %r1, %r2;", 32, 32, sub_sat, {32, 32}},
    {"mad.hi.sat.s32 %r0, %r1, %r2, %r3;", 32, 32, mad_hi_sat, {32, 32, 32}},
    {"mul24.lo.u32 %r0, %r1, %r2;", 32, 32, mul24_lo_u, {32, 32}},
    {"mul24.lo.s32 %r0, %r1, %r2;", 32, 32, mul24_lo_s, {32, 32}},
    {"mul24.hi.u32 %r0, %r1, %r2;", 32, 32, mul24_hi_u, {32, 32}},
    {"mul24.hi.s32 %r0, %r1, %r2;", 32, 32, mul24_hi_s, {32, 32}},
    {"mad24.lo.s32 %r0, %r1, %r2, %r3;", 32, 32, mad24_lo_s, {32, 32, 32}},
    {"lop3.b32 %r0, %r1, %r2, %r3, 0xC5;", 32, 32, lop3, {32, 32, 32}},
    {"fns.b32 %r0, %r1, %r2, %r3;", 32, 32, fns, {32, 32, 32}},
    {"prmt.b32 %r0, %r1, %r2, %r3;", 32, 32, prmt, {32, 32, 32}},
    {"shf.l.wrap.b32 %r0, %r1, %r2, %r3;", 32, 32, shf_l_wrap, {32, 32, 32}},
    {"shf.l.clamp.b32 %r0, %r1, %r2, %r3;", 32, 32, shf_l_clamp, {32, 32, 32}},
    {"shf.r.wrap.b32 %r0, %r1, %r2, %r3;", 32, 32, shf_r_wrap, {32, 32, 32}},
    {"shf.r.clamp.b32 %r0, %r1, %r2, %r3;", 32, 32, shf_r_clamp, {32, 32, 32}},
    {"bmsk.clamp.b32 %r0, %r1, %r2;", 32, 32, bmsk, {32, 32}},
    {"szext.clamp.s32 %r0, %r1, %r2;", 32, 32, szext_s, {32, 32}},
    {"dp4a.u32.s32 %r0, %r1, %r2, %r3;", 32, 32, dp4a_us, {32, 32, 32}},
    {"dp4a.s32.s32 %r0, %r1, %r2, %r3;", 32, 32, dp4a_ss, {32, 32, 32}},
    {"dp4a.u32.u32 %r0, %r1, %r2, %r3;", 32, 32, dp4a_uu, {32, 32, 32}},
    {"dp2a.lo.s32.u32 %r0, %r1, %r2, %r3;", 32, 32, dp2a_lo_su, {32, 32, 32}},
    {"dp2a.hi.s32.s32 %r0, %r1, %r2, %r3;", 32, 32, dp2a_hi_ss, {32, 32, 32}},
};

/* Values at the ends of what types hold, small ones, and any. */
static uint64_t drawn(uint64_t *state, unsigned bits)
{
    static const uint64_t ends[] = {
        0,          1,          2,      UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN,
        0x80000000, 0x7FFFFFFF, 0x8000, 0x7FFF,     31,        32,
        33,         63,         64,     16,         0xFFFFFFFF};
    uint64_t choice = random_bits(state), value = random_bits(state);
    if (choice % 4 == 0)
        value = ends[choice / 4 % (sizeof ends / sizeof ends[0])];
    else if (choice % 4 == 1)
        value &= 0xFF;
    return bits == 64 ? value : value & ((UINT64_C(1) << bits) - 1);
}

static void test_rows(void **state)
{
    static struct specimen s;
    uint64_t random = 15;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        specimen_open(&s, row->text);
        for (unsigned turn = 0; turn < 200; turn++) {
            struct operands o[WARP_LANES];
            for (unsigned lane = 0; lane < WARP_LANES; lane++) {
                uint64_t *value[4] = {&o[lane].a, &o[lane].b, &o[lane].c, &o[lane].d};
                for (unsigned k = 0; k < 4; k++) {
                    *value[k] = row->sizes[k] ? drawn(&random, row->sizes[k]) : 0;
                    if (row->truth == fns && k == 1)
                        *value[k] &= 31; /* others have no value */
                    if (row->sizes[k])
                        specimen_put(&s, k, row->sizes[k], lane, *value[k]);
                }
                o[lane].width = row->width;
            }
            specimen_run(&s, turn % 2 ? UINT32_MAX : (uint32_t)random_bits(&random) | 1u << 31);
            /* Lanes that were left out have another turn. */
            specimen_run(&s, UINT32_MAX);
            for (unsigned lane = 0; lane < WARP_LANES; lane++) {
                uint64_t found = specimen_get(&s, 0, row->target, lane);
                uint64_t wanted = (uint64_t)row->truth(&o[lane]);
                if (row->target < 64)
                    wanted &= (UINT64_C(1) << row->target) - 1;
                if (found != wanted)
                    fail_msg("%s of %llx, %llx, %llx, %llx: found %llx, wanted %llx", row->text,
                             (unsigned long long)o[lane].a, (unsigned long long)o[lane].b,
                             (unsigned long long)o[lane].c, (unsigned long long)o[lane].d,
                             (unsigned long long)found, (unsigned long long)wanted);
            }
        }
        specimen_close(&s);
    }
    (void)state;
}

/* Shifts by a constant, which have a way of their own. */
static void test_constant_shifts(void **state)
{
    static const struct {
        const char *name, *reg;
        unsigned width;
        wide (*truth)(const struct operands *o);
    } shifts[] = {
        {"shl.b16", "h", 16, shl},   {"shl.b32", "r", 32, shl},   {"shl.b64", "d", 64, shl},
        {"shr.u16", "h", 16, shr_u}, {"shr.u32", "r", 32, shr_u}, {"shr.u64", "d", 64, shr_u},
        {"shr.s16", "h", 16, shr_s}, {"shr.s32", "r", 32, shr_s}, {"shr.s64", "d", 64, shr_s}};
    static struct specimen s;
    uint64_t random = 5;
    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        unsigned width = shifts[i].width;
        for (unsigned by = 0; by < width + 3; by++) {
            char text[64];
            snprintf(text, sizeof text, "%s %%%s0, %%%s1, %u;", shifts[i].name, shifts[i].reg,
                     shifts[i].reg, by);
            specimen_open(&s, text);
            struct operands o[WARP_LANES];
            for (unsigned lane = 0; lane < WARP_LANES; lane++) {
                o[lane] = (struct operands){.a = drawn(&random, width), .b = by, .width = width};
                specimen_put(&s, 0, width, lane, o[lane].a);
            }
            specimen_run(&s, UINT32_MAX);
            for (unsigned lane = 0; lane < WARP_LANES; lane++) {
                uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
                assert_int_equal(specimen_get(&s, 0, width, lane),
                                 (uint64_t)shifts[i].truth(&o[lane]) & mask);
            }
            specimen_close(&s);
        }
    }
    (void)state;
}

/* ---- Carries ----------------------------------------------------------------------------------- */

/* 128 bits, in four words by add.cc and addc. */
static void test_carries(void **state)
{
    static struct specimen s;
    uint64_t random = 3;
    for (unsigned minus = 0; minus < 2; minus++) {
        specimen_open(
            &s,
            minus
                ? "sub.cc.u32 %r0, %r1, %r2;\nsubc.cc.u32 %r3, %r4, %r5;\nsubc.u32 %r6, %r7, %r8;"
                : "add.cc.u32 %r0, %r1, %r2;\naddc.cc.u32 %r3, %r4, %r5;\naddc.u32 %r6, %r7, %r8;");
        const struct ptx_instruction *in = s.function->instructions;
        for (unsigned turn = 0; turn < 1000; turn++) {
            uint32_t a[3], b[3];
            for (unsigned k = 0; k < 3; k++) {
                a[k] = s.rows32[in[k].source[0]][7] = (uint32_t)drawn(&random, 32);
                b[k] = s.rows32[in[k].source[1]][7] = (uint32_t)drawn(&random, 32);
            }
            uint32_t found[3];
            const struct alu_rows all = {
                {s.rows32, s.constants32}, {s.rows64, s.constants64}, {s.lanes, s.constant_lanes}};
            for (unsigned k = 0; k < 3; k++) {
                alu_functions[in[k].op](&all, &in[k], 1u << 7);
                found[k] = s.rows32[in[k].target[0]][7];
            }
            unsigned_wide x = (unsigned_wide)a[2] << 64 | (unsigned_wide)a[1] << 32 | a[0];
            unsigned_wide y = (unsigned_wide)b[2] << 64 | (unsigned_wide)b[1] << 32 | b[0];
            unsigned_wide wanted = minus ? x - y : x + y;
            for (unsigned k = 0; k < 3; k++)
                assert_int_equal(found[k], (uint32_t)(wanted >> 32 * k));
        }
        specimen_close(&s);
    }
    (void)state;
}

/* ---- Lanes ------------------------------------------------------------------------------------- */

/* Lanes outside of the mask keep what they have, and a target may be its own source. */
static void test_masks(void **state)
{
    static struct specimen s;
    specimen_open(&s, "add.u32 %r1, %r1, %r2;");
    assert_int_equal(s.function->instructions[0].target[0], s.function->instructions[0].source[0]);
    for (unsigned lane = 0; lane < WARP_LANES; lane++) {
        specimen_put(&s, 0, 32, lane, lane);
        specimen_put(&s, 1, 32, lane, 100);
    }
    specimen_run(&s, 0x0F0F0F0Fu);
    specimen_run(&s, UINT32_MAX);
    for (unsigned lane = 0; lane < WARP_LANES; lane++)
        assert_int_equal(specimen_get(&s, 0, 32, lane), lane + 100 + (lane % 8 < 4 ? 100 : 0));
    specimen_close(&s);
    (void)state;
}

/* p|q of a comparison and a third predicate, in all lanes at once. */
static void test_setp(void **state)
{
    static struct specimen s;
    static const char *const names[] = {"", ".and", ".or", ".xor"};
    for (unsigned k = 0; k < 4; k++) {
        char text[96];
        snprintf(text, sizeof text, "setp.lt%s.s32 %%p0|%%p1, %%r1, %%r2%s;", names[k],
                 k ? ", %p2" : "");
        specimen_open(&s, text);
        const struct ptx_instruction *in = &s.function->instructions[0];
        s.lanes[in->target[0]] = s.lanes[in->target[1]] = 0xAAAAAAAAu;
        if (k)
            s.lanes[in->source[2]] = 0x33333333u;
        for (unsigned lane = 0; lane < WARP_LANES; lane++) {
            specimen_put(&s, 0, 32, lane, lane % 3 - 1);
            specimen_put(&s, 1, 32, lane, 0);
        }
        uint32_t mask = 0x0FFFFFF0u, third = 0x33333333u;
        specimen_run(&s, mask);
        for (unsigned lane = 0; lane < WARP_LANES; lane++) {
            bool less = lane % 3 == 0, with = third >> lane & 1, old = 0xAAAAAAAAu >> lane & 1;
            bool p = k == 1 ? less && with : k == 2 ? less || with : k == 3 ? less != with : less;
            bool q = k == 1   ? !less && with
                     : k == 2 ? !less || with
                     : k == 3 ? !less != with
                              : !less;
            bool in_mask = mask >> lane & 1;
            assert_int_equal(specimen_get(&s, 0, 1, lane), in_mask ? p : old);
            assert_int_equal(specimen_get(&s, 1, 1, lane), in_mask ? q : old);
        }
        specimen_close(&s);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),    cmocka_unit_test(test_constant_shifts),
        cmocka_unit_test(test_carries), cmocka_unit_test(test_masks),
        cmocka_unit_test(test_setp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
