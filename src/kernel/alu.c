#include "kernel/alu.h"

#include "kernel/alu_approx.h"
#include "kernel/alu_bits.h"
#include "kernel/alu_convert.h"
#include "kernel/alu_directed.h"
#include "kernel/alu_float.h"
#include "kernel/alu_half.h"

/* A target may be a source as well, lane by lane; no lane looks at another. clang finds that out as it runs, and warns of
 * loops that it was asked to vectorise and cannot. */
#ifdef __clang__
#define LANES_ARE_APART
#else
#define LANES_ARE_APART _Pragma("GCC ivdep")
#endif

/* ---- Operands: for each type of the table its C type, where a row is, how a lane is read ----------- */

#define ALU_TYPES(X)                                                                               \
    X(x16, uint16_t, uint32_t, (uint16_t)bits, (uint16_t)value)                                    \
    X(u16, uint16_t, uint32_t, (uint16_t)bits, (uint16_t)value)                                    \
    X(s16, int16_t, uint32_t, (int16_t)bits, (uint16_t)value)                                      \
    X(h16, uint16_t, uint32_t, (uint16_t)bits, value)                                              \
    X(bh16, uint16_t, uint32_t, (uint16_t)bits, value)                                             \
    X(x32, uint32_t, uint32_t, bits, value)                                                        \
    X(u32, uint32_t, uint32_t, bits, value)                                                        \
    X(s32, int32_t, uint32_t, (int32_t)bits, (uint32_t)value)                                      \
    X(h16x2, uint32_t, uint32_t, bits, value)                                                      \
    X(bh16x2, uint32_t, uint32_t, bits, value)                                                     \
    X(f32, float, uint32_t, alu_f32(bits), alu_bits32(value))                                      \
    X(x64, uint64_t, uint64_t, bits, value)                                                        \
    X(u64, uint64_t, uint64_t, bits, value)                                                        \
    X(s64, int64_t, uint64_t, (int64_t)bits, (uint64_t)value)                                      \
    X(f64, double, uint64_t, alu_f64(bits), alu_bits64(value))

/* value_TYPE: what C calls it. get_TYPE, put_TYPE: a lane of a row. */
#define X(name, type, word, from, to)                                                              \
    typedef type value_##name;                                                                     \
    static inline type get_##name(const word *row, unsigned lane)                                  \
    {                                                                                              \
        word bits = row[lane];                                                                     \
        return from;                                                                               \
    }                                                                                              \
    static inline void put_##name(word *row, unsigned lane, type value)                            \
    {                                                                                              \
        row[lane] = to;                                                                            \
    }
ALU_TYPES(X)
#undef X

/* The bit of a lane, as a row: what looks at it is done for many lanes at a time. */
static const uint32_t lane_bits[WARP_LANES] = {
    1u << 0,  1u << 1,  1u << 2,  1u << 3,  1u << 4,  1u << 5,  1u << 6,  1u << 7,
    1u << 8,  1u << 9,  1u << 10, 1u << 11, 1u << 12, 1u << 13, 1u << 14, 1u << 15,
    1u << 16, 1u << 17, 1u << 18, 1u << 19, 1u << 20, 1u << 21, 1u << 22, 1u << 23,
    1u << 24, 1u << 25, 1u << 26, 1u << 27, 1u << 28, 1u << 29, 1u << 30, 1u << 31,
};

/* A predicate as one operand of others: 0 or not. */
typedef uint32_t value_lane;
static inline uint32_t get_lane(uint32_t lanes, unsigned lane)
{
    return lanes & lane_bits[lane];
}

/* None. */
typedef int value_none;
static inline int get_none(int row, unsigned lane)
{
    (void)lane;
    return row;
}

/* A carry: 0 or 1. */
typedef uint32_t value_carry;
static inline uint32_t get_carry(uint32_t lanes, unsigned lane)
{
    return lanes >> lane & 1;
}

/* row_TYPE: how a row is held. at_TYPE: where it is. */
#define ROWS_32(T)                                                                                 \
    typedef uint32_t *row_##T;                                                                     \
    static inline uint32_t *at_##T(const struct alu_rows *rows, uint16_t operand)                  \
    {                                                                                              \
        return alu_row32(rows, operand);                                                           \
    }
#define ROWS_64(T)                                                                                 \
    typedef uint64_t *row_##T;                                                                     \
    static inline uint64_t *at_##T(const struct alu_rows *rows, uint16_t operand)                  \
    {                                                                                              \
        return alu_row64(rows, operand);                                                           \
    }
ROWS_32(x16)
ROWS_32(u16)
ROWS_32(s16)
ROWS_32(h16)
ROWS_32(bh16)
ROWS_32(x32)
ROWS_32(u32)
ROWS_32(s32)
ROWS_32(h16x2)
ROWS_32(bh16x2)
ROWS_32(f32)
ROWS_64(x64)
ROWS_64(u64)
ROWS_64(s64)
ROWS_64(f64)

typedef uint32_t row_lane;
#define at_lane alu_lanes
typedef uint32_t row_carry;
#define at_carry alu_lanes
typedef int row_none;
static inline int at_none(const struct alu_rows *rows, uint16_t operand)
{
    (void)rows;
    (void)operand;
    return 0;
}

/* ---- Forms ------------------------------------------------------------------------------------- */

/* The sources of a row of the table, and what its value is in one lane. */
#define SOURCES(a_, b_, c_, d_)                                                                    \
    const struct ptx_alu *m = &in->alu;                                                            \
    row_##a_ from_a = at_##a_(rows, in->source[0]);                                                \
    row_##b_ from_b = at_##b_(rows, in->source[1]);                                                \
    row_##c_ from_c = at_##c_(rows, in->source[2]);                                                \
    row_##d_ from_d = at_##d_(rows, in->source[3]);                                                \
    (void)m

#define OPERANDS(a_, b_, c_, d_)                                                                   \
    value_##a_ a = get_##a_(from_a, lane);                                                         \
    value_##b_ b = get_##b_(from_b, lane);                                                         \
    value_##c_ c = get_##c_(from_c, lane);                                                         \
    value_##d_ d = get_##d_(from_d, lane);                                                         \
    (void)a, (void)b, (void)c, (void)d

#define FUNCTION(name)                                                                             \
    static void do_##name(const struct alu_rows *rows, const struct ptx_instruction *in,           \
                          uint32_t mask)

/* Does `body` for each lane of the mask; all lanes at once where it is full. */
#define EACH_LANE(body)                                                                            \
    if (mask == UINT32_MAX) {                                                                      \
        LANES_ARE_APART                                                                            \
        for (unsigned lane = 0; lane < WARP_LANES; lane++) {                                       \
            body;                                                                                  \
        }                                                                                          \
    } else {                                                                                       \
        for (uint32_t left = mask; left; left &= left - 1) {                                       \
            unsigned lane = (unsigned)__builtin_ctz(left);                                         \
            body;                                                                                  \
        }                                                                                          \
    }

#define DO_VALUE(name, t, a_, b_, c_, d_, value)                                                   \
    FUNCTION(name)                                                                                 \
    {                                                                                              \
        SOURCES(a_, b_, c_, d_);                                                                   \
        row_##t to = at_##t(rows, in->target[0]);                                                  \
        EACH_LANE(OPERANDS(a_, b_, c_, d_); put_##t(to, lane, (value_##t)(value)))                 \
    }

/* By how much b is a constant as a rule, the same in all lanes: machines shift many by one number at once. */
#define DO_SHIFT(name, t, a_, b_, c_, d_, value)                                                   \
    DO_VALUE(name##_by_lanes, t, a_, b_, c_, d_, value)                                            \
    FUNCTION(name)                                                                                 \
    {                                                                                              \
        if (!(in->source[1] & PTX_CONSTANT) || mask != UINT32_MAX) {                               \
            do_##name##_by_lanes(rows, in, mask);                                                  \
            return;                                                                                \
        }                                                                                          \
        row_##a_ from_a = at_##a_(rows, in->source[0]);                                            \
        value_##b_ b = get_##b_(at_##b_(rows, in->source[1]), 0);                                  \
        row_##t to = at_##t(rows, in->target[0]);                                                  \
        LANES_ARE_APART                                                                            \
        for (unsigned lane = 0; lane < WARP_LANES; lane++) {                                       \
            value_##a_ a = get_##a_(from_a, lane);                                                 \
            put_##t(to, lane, (value_##t)(value));                                                 \
        }                                                                                          \
    }

static inline void put_lanes(const struct alu_rows *rows, uint16_t target, uint32_t value,
                             uint32_t mask)
{
    uint32_t *to = &rows->lanes[0][target];
    *to = (*to & ~mask) | (value & mask);
}

/* Predicates, all lanes of one in 32 bits. */
#define DO_LANES(name, t, a_, b_, c_, d_, value)                                                   \
    FUNCTION(name)                                                                                 \
    {                                                                                              \
        uint32_t a = alu_lanes(rows, in->source[0]);                                               \
        uint32_t b = in->source[1] == PTX_NO_OPERAND ? 0 : alu_lanes(rows, in->source[1]);         \
        (void)b;                                                                                   \
        put_lanes(rows, in->target[0], value, mask);                                               \
    }

/* `p|q`: what was compared, and not that, each joined with a third predicate. */
static void put_compared(const struct alu_rows *rows, const struct ptx_instruction *in,
                         uint32_t value, uint32_t mask)
{
    uint32_t other = ~value;
    if (in->alu.boolean != PTX_BOOLEAN_NONE) {
        uint32_t with = alu_lanes(rows, in->source[2]);
        bool is_and = in->alu.boolean == PTX_BOOLEAN_AND, is_or = in->alu.boolean == PTX_BOOLEAN_OR;
        value = is_and ? value & with : is_or ? value | with : value ^ with;
        other = is_and ? other & with : is_or ? other | with : other ^ with;
    }
    if (in->target[0] != PTX_NO_OPERAND)
        put_lanes(rows, in->target[0], value, mask);
    if (in->target[1] != PTX_NO_OPERAND)
        put_lanes(rows, in->target[1], other, mask);
}

#define DO_SETP(name, t, a_, b_, c_, d_, value)                                                    \
    FUNCTION(name)                                                                                 \
    {                                                                                              \
        SOURCES(a_, b_, none, none);                                                               \
        uint32_t compared = 0;                                                                     \
        EACH_LANE(OPERANDS(a_, b_, none, none); compared |= (value) ? lane_bits[lane] : 0)         \
        put_compared(rows, in, compared, mask);                                                    \
    }

/* The bit above the target's is the carry that goes out. */
#define DO_CARRY(name, t, a_, b_, c_, d_, value, out)                                              \
    FUNCTION(name)                                                                                 \
    {                                                                                              \
        SOURCES(a_, b_, c_, d_);                                                                   \
        row_##t to = at_##t(rows, in->target[0]);                                                  \
        uint32_t carries = 0;                                                                      \
        for (uint32_t left = mask; left; left &= left - 1) {                                       \
            unsigned lane = (unsigned)__builtin_ctz(left);                                         \
            OPERANDS(a_, b_, c_, d_);                                                              \
            alu_u128 wide = (alu_u128)(value);                                                     \
            put_##t(to, lane, (value_##t)wide);                                                    \
            carries |= (uint32_t)(wide >> 8 * sizeof(value_##t) & 1) << lane;                      \
        }                                                                                          \
        if (out)                                                                                   \
            put_lanes(rows, in->target[1], carries, mask);                                         \
    }
#define DO_CARRY_OUT(name, t, a_, b_, c_, d_, value)  DO_CARRY(name, t, a_, b_, c_, d_, value, true)
#define DO_CARRY_IN(name, t, a_, b_, c_, d_, value)   DO_CARRY(name, t, a_, b_, c_, d_, value, false)
#define DO_CARRY_BOTH(name, t, a_, b_, c_, d_, value) DO_CARRY(name, t, a_, b_, c_, d_, value, true)

/* ---- Instructions ------------------------------------------------------------------------------ */

#define X(name, spelling, form, t, a, b, c, d, value) DO_##form(name, t, a, b, c, d, value)
PTX_ALU_TABLE(X)
#undef X

alu_function *const alu_functions[PTX_OPS] = {
#define X(name, ...) [PTX_OP_##name] = do_##name,
    PTX_ALU_TABLE(X)
#undef X
};
