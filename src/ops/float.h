/* User opcodes that compute on words holding f32 bits. Sums run in ascending order, fused. */
#ifndef OPS_FLOAT
#define OPS_FLOAT(X)                                                                               \
    X(AXPY, 0x40000003u, 0, 1, "~a @x @y #count", "y[i] = a * x[i] + y[i], fused")                 \
    X(DOT, 0x40000004u, 1, 1, "@x @y @sum #count",                                                 \
      "sum += x . y, accumulated atomically: its rounding depends on order")                       \
    X(MATVEC, 0x40000005u, 0, 1, "@matrix @x @y #rows #columns #stride add",                       \
      "y[r] = matrix[r * stride ...] . x; added to y[r] where add is not 0")                       \
    X(RMSNORM, 0x40000006u, 0, 1, "@x @weight @y #count ~epsilon",                                 \
      "y[i] = x[i] * weight[i] / sqrt(mean of x[i]^2 + epsilon)")                                  \
    X(SOFTMAX, 0x40000007u, 0, 1, "@x @y #count", "y[i] = exp(x[i] - max x) / their sum")
#endif

#if defined OP_PARAMS && !defined OPS_FLOAT_BODIES
#define OPS_FLOAT_BODIES

#include "ops/f32.h"

/* x[0] * y[0] + … added to `first`, by the body's loop of that number. */
OP_FN u32 op_f32_dot(OP_PARAMS, u32 loop, u32 first, u32 x, u32 y, u32 count)
{
    u32 i = LOOP_FIRST(loop);
    u32 sum = LOOP_CARRIED(loop, first);
    for (; i < count; i++) {
        LOOP_AT(loop, i, sum);
        u32 a = LOAD(x + i);
        u32 b = LOAD(y + i);
        sum = op_f32_fma(OP_PASS, a, b, sum);
    }
    LOOP_AT(loop, count, sum);
    return sum;
}

OP_FN u32 op_check_AXPY(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 4 && op_readable(OP_PASS, ARG(1), ARG(3)) && op_writable(OP_PASS, ARG(2), ARG(3))
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(AXPY)

OP_FN u32 op_run_AXPY(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 a = ARG(0), x = ARG(1), y = ARG(2), count = ARG(3);
    for (u32 i = LOOP_FIRST(1); i < count; i++) {
        LOOP_AT(1, i, 0u);
        u32 xi = LOAD(x + i);
        u32 yi = LOAD(y + i);
        STORE(y + i, op_f32_fma(OP_PASS, a, xi, yi));
    }
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(AXPY)
{
    reads(w, arg(w, 1), arg(w, 3));
    reads(w, arg(w, 2), arg(w, 3));
    writes(w, arg(w, 2), arg(w, 3));
}
#endif

OP_FN u32 op_check_DOT(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 4 && op_readable(OP_PASS, ARG(0), ARG(3)) &&
                   op_readable(OP_PASS, ARG(1), ARG(3)) && op_writable(OP_PASS, ARG(2), 1)
               ? OP_GO
               : OP_FAULT;
}

/* It waits for nothing, but yields under contention: its row says that it may be requeued. */
OP_NEVER_WAITS(DOT)

enum { OP_DOT_TRIES = 64 };

OP_FN u32 op_run_DOT(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 partial = op_f32_dot(OP_PASS, 1, 0u, ARG(0), ARG(1), ARG(3)), sum = ARG(2);
    u32 old = LOAD(sum);
    for (u32 i = 0; i < OP_DOT_TRIES; i++) {
        u32 found = COMPARE_SWAP(sum, old, op_f32_add(OP_PASS, old, partial));
        if (found == old) {
            RESULT_AT(sum, partial);
            return OP_DONE;
        }
        old = found;
    }
    return OP_YIELD;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(DOT)
{
    reads(w, arg(w, 0), arg(w, 3));
    reads(w, arg(w, 1), arg(w, 3));
    add_float(w, arg(w, 2));
}
#endif

/* (rows - 1) * stride + columns words from the matrix, in a form that cannot overflow. */
OP_FN u32 op_check_MATVEC(OP_PARAMS, u32 args, u32 argc)
{
    if (argc < 7)
        return OP_FAULT;
    u32 matrix = ARG(0), rows = ARG(3), columns = ARG(4), stride = ARG(5);
    if (!op_readable(OP_PASS, matrix, columns) || columns > stride ||
        !op_readable(OP_PASS, ARG(1), columns) || !op_writable(OP_PASS, ARG(2), rows))
        return OP_FAULT;
    if (rows > 1u && stride > 0u && rows - 1u > (ARENA_WORDS - matrix - columns) / stride)
        return OP_FAULT;
    return OP_GO;
}

OP_NEVER_WAITS(MATVEC)

OP_FN u32 op_run_MATVEC(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 x = ARG(1), y = ARG(2), rows = ARG(3), columns = ARG(4);
    for (u32 r = LOOP_FIRST(1); r < rows; r++) {
        LOOP_AT(1, r, 0u);
        u32 row = ARG(0) + r * ARG(5), sum = 0;
        if (ARG(6) != 0u)
            sum = LOAD(y + r);
        STORE(y + r, op_f32_dot(OP_PASS, 2, sum, row, x, columns));
    }
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(MATVEC)
{
    uint32_t rows = arg(w, 3), columns = arg(w, 4), stride = arg(w, 5);
    uint64_t end = arg(w, 0) + (rows - (uint64_t)1) * stride + columns;
    if (rows == 0 || columns > stride || end > UINT32_MAX ||
        (rows > w->memory->count && rows > w->memory->base))
        return; /* there is nothing to do, or it would fault */
    if (columns == stride || rows == 1)
        reads(w, arg(w, 0), (uint64_t)rows * columns);
    else if (columns > 0)
        for (uint32_t r = 0; r < rows && w->visit; r++) /* not what is between rows */
            reads(w, arg(w, 0) + r * stride, columns);
    reads(w, arg(w, 1), columns);
    if (arg(w, 6) != 0)
        reads(w, arg(w, 2), rows);
    writes(w, arg(w, 2), rows);
}
#endif

OP_FN u32 op_check_RMSNORM(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 5 && op_readable(OP_PASS, ARG(0), ARG(3)) &&
                   op_readable(OP_PASS, ARG(1), ARG(3)) && op_writable(OP_PASS, ARG(2), ARG(3))
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(RMSNORM)

OP_FN u32 op_run_RMSNORM(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 x = ARG(0), weight = ARG(1), y = ARG(2), count = ARG(3);
    if (count == 0u)
        return OP_DONE;
    u32 squares = op_f32_dot(OP_PASS, 1, 0u, x, x, count);
    u32 share = op_f32_reciprocal(OP_PASS, op_f32_from_u32(count));
    u32 scale = op_f32_rsqrt(OP_PASS, op_f32_fma(OP_PASS, squares, share, ARG(4)));
    for (u32 i = LOOP_FIRST(2); i < count; i++) {
        LOOP_AT(2, i, 0u);
        u32 xi = LOAD(x + i);
        u32 wi = LOAD(weight + i);
        STORE(y + i, op_f32_mul(OP_PASS, op_f32_mul(OP_PASS, xi, scale), wi));
    }
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(RMSNORM)
{
    reads(w, arg(w, 0), arg(w, 3));
    reads(w, arg(w, 1), arg(w, 3));
    writes(w, arg(w, 2), arg(w, 3));
}
#endif

OP_FN u32 op_check_SOFTMAX(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 3 && op_readable(OP_PASS, ARG(0), ARG(2)) && op_writable(OP_PASS, ARG(1), ARG(2))
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(SOFTMAX)

/* By loop 1. */
OP_FN u32 op_softmax_most(OP_PARAMS, u32 x, u32 count)
{
    u32 i = LOOP_FIRST(1);
    u32 most = LOOP_CARRIED(1, 0xFF800000u);
    for (; i < count; i++) {
        LOOP_AT(1, i, most);
        u32 xi = LOAD(x + i);
        if (op_f32_key(xi) > op_f32_key(most))
            most = xi;
    }
    LOOP_AT(1, count, most);
    return most;
}

/* By loop 2. */
OP_FN u32 op_softmax_sum(OP_PARAMS, u32 x, u32 count, u32 most)
{
    u32 i = LOOP_FIRST(2);
    u32 sum = LOOP_CARRIED(2, 0u);
    for (; i < count; i++) {
        LOOP_AT(2, i, sum);
        u32 xi = LOAD(x + i);
        sum = op_f32_add(OP_PASS, sum, op_f32_exp(OP_PASS, op_f32_sub(OP_PASS, xi, most)));
    }
    LOOP_AT(2, count, sum);
    return sum;
}

/* Each exponential is computed twice rather than kept: y is written once, and may be x. */
OP_FN u32 op_run_SOFTMAX(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 x = ARG(0), y = ARG(1), count = ARG(2);
    u32 most = op_softmax_most(OP_PASS, x, count);
    u32 sum = op_softmax_sum(OP_PASS, x, count, most);
    u32 scale = op_f32_reciprocal(OP_PASS, sum);
    for (u32 i = LOOP_FIRST(3); i < count; i++) {
        LOOP_AT(3, i, 0u);
        u32 xi = LOAD(x + i);
        u32 share = op_f32_exp(OP_PASS, op_f32_sub(OP_PASS, xi, most));
        STORE(y + i, op_f32_mul(OP_PASS, share, scale));
    }
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(SOFTMAX)
{
    reads(w, arg(w, 0), arg(w, 2));
    writes(w, arg(w, 1), arg(w, 2));
}
#endif

#endif
