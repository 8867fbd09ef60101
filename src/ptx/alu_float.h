/* PTX: rows of floating-point numbers: ptx/alu_table.h says what they are. `m` has rounding, .ftz, .sat, .relu, .NaN
 * and .xorsign, as they are spelled. */
#ifndef VRRL_PTX_ALU_FLOAT_H
#define VRRL_PTX_ALU_FLOAT_H

#define PTX_ALU_ANY_ROUNDING "[.rn|.rz|.rm|.rp]"

#define PTX_ALU_F32_TABLE(X)                                                                       \
    X(ADD_F32, "add[.rn].f32", VALUE, f32, f32, f32, none, none, alu_nan_f32(a + b))               \
    X(SUB_F32, "sub[.rn].f32", VALUE, f32, f32, f32, none, none, alu_nan_f32(a - b))               \
    X(MUL_F32, "mul[.rn].f32", VALUE, f32, f32, f32, none, none, alu_nan_f32(a *b))                \
    X(FMA_F32, "{fma|mad}.rn.f32", VALUE, f32, f32, f32, f32, none, alu_fma_f32(a, b, c))          \
    X(DIV_F32, "div.{rn|full}.f32", VALUE, f32, f32, f32, none, none, alu_nan_f32(a / b))          \
    X(DIV_APPROX, "div.approx[.ftz].f32", VALUE, f32, f32, f32, none, none,                        \
      alu_div_approx(a, b, m))                                                                     \
    X(RCP_F32, "rcp.{rn|approx}.f32", VALUE, f32, f32, none, none, none, alu_nan_f32(1 / a))       \
    X(SQRT_F32, "sqrt.{rn|approx}.f32", VALUE, f32, f32, none, none, none, alu_sqrt_f32(a))        \
    X(ADD_F32_M, "add" PTX_ALU_ANY_ROUNDING "[.ftz][.sat].f32", VALUE, f32, f32, f32, none, none,  \
      alu_add_f32(a, b, m))                                                                        \
    X(SUB_F32_M, "sub" PTX_ALU_ANY_ROUNDING "[.ftz][.sat].f32", VALUE, f32, f32, f32, none, none,  \
      alu_add_f32(a, -b, m))                                                                       \
    X(MUL_F32_M, "mul" PTX_ALU_ANY_ROUNDING "[.ftz][.sat].f32", VALUE, f32, f32, f32, none, none,  \
      alu_mul_f32(a, b, m))                                                                        \
    X(FMA_F32_M, "{fma|mad}.{rn|rz|rm|rp}[.ftz][.sat].f32", VALUE, f32, f32, f32, f32, none,       \
      alu_fma_f32_by(a, b, c, m))                                                                  \
    X(DIV_F32_M, "div.{rn|rz|rm|rp|full}[.ftz].f32", VALUE, f32, f32, f32, none, none,             \
      alu_div_f32(a, b, m))                                                                        \
    X(RCP_F32_M, "rcp.{rn|rz|rm|rp|approx}[.ftz].f32", VALUE, f32, f32, none, none, none,          \
      alu_div_f32(1, a, m))                                                                        \
    X(SQRT_F32_M, "sqrt.{rn|rz|rm|rp|approx}[.ftz].f32", VALUE, f32, f32, none, none, none,        \
      alu_sqrt_f32_by(a, m))                                                                       \
    X(RSQRT_F32, "rsqrt.approx[.ftz].f32", VALUE, f32, f32, none, none, none,                      \
      alu_approx_f32(ALU_RSQRT, a, m))                                                             \
    X(EX2_F32, "ex2.approx[.ftz].f32", VALUE, f32, f32, none, none, none,                          \
      alu_approx_f32(ALU_EX2, a, m))                                                               \
    X(LG2_F32, "lg2.approx[.ftz].f32", VALUE, f32, f32, none, none, none,                          \
      alu_approx_f32(ALU_LG2, a, m))                                                               \
    X(SIN_F32, "sin.approx[.ftz].f32", VALUE, f32, f32, none, none, none,                          \
      alu_approx_f32(ALU_SIN, a, m))                                                               \
    X(COS_F32, "cos.approx[.ftz].f32", VALUE, f32, f32, none, none, none,                          \
      alu_approx_f32(ALU_COS, a, m))                                                               \
    X(TANH_F32, "tanh.approx.f32", VALUE, f32, f32, none, none, none,                              \
      alu_approx_f32(ALU_TANH, a, m))                                                              \
    X(ABS_F32, "abs[.ftz].f32", VALUE, x32, x32, none, none, none,                                 \
      alu_flush_bits(a & 0x7FFFFFFFu, m))                                                          \
    X(NEG_F32, "neg[.ftz].f32", VALUE, x32, x32, none, none, none,                                 \
      alu_flush_bits(a ^ 0x80000000u, m))                                                          \
    X(COPYSIGN_F32, "copysign.f32", VALUE, x32, x32, x32, none, none,                              \
      (a & 0x80000000u) | (b & 0x7FFFFFFFu))                                                       \
    X(MIN_F32, "min[.ftz][.NaN][.xorsign.abs].f32", VALUE, f32, f32, f32, none, none,              \
      alu_least_f32(a, b, m))                                                                      \
    X(MAX_F32, "max[.ftz][.NaN][.xorsign.abs].f32", VALUE, f32, f32, f32, none, none,              \
      alu_most_f32(a, b, m))                                                                       \
    X(TESTP_FINITE_F32, "testp.finite.f32", SETP, lanes, f32, none, none, none, a - a == 0)        \
    X(TESTP_INFINITE_F32, "testp.infinite.f32", SETP, lanes, f32, none, none, none,                \
      a == a && a - a != 0)                                                                        \
    X(TESTP_NUMBER_F32, "testp.number.f32", SETP, lanes, f32, none, none, none, a == a)            \
    X(TESTP_NAN_F32, "testp.notanumber.f32", SETP, lanes, f32, none, none, none, a != a)           \
    X(TESTP_NORMAL_F32, "testp.normal.f32", SETP, lanes, x32, none, none, none,                    \
      (a & 0x7F800000u) - 1 < 0x7F7FFFFFu)                                                         \
    X(TESTP_SUBNORMAL_F32, "testp.subnormal.f32", SETP, lanes, x32, none, none, none,              \
      (a & 0x7FFFFFFFu) - 1 < 0x7FFFFFu)

#define PTX_ALU_F64_TABLE(X)                                                                       \
    X(ADD_F64, "add[.rn].f64", VALUE, f64, f64, f64, none, none, alu_nan_f64(a + b, a, b))         \
    X(SUB_F64, "sub[.rn].f64", VALUE, f64, f64, f64, none, none, alu_nan_f64(a - b, a, b))         \
    X(MUL_F64, "mul[.rn].f64", VALUE, f64, f64, f64, none, none, alu_nan_f64(a *b, a, b))          \
    X(FMA_F64, "{fma|mad}.rn.f64", VALUE, f64, f64, f64, f64, none, alu_fma_f64(a, b, c))          \
    X(DIV_F64, "div.rn.f64", VALUE, f64, f64, f64, none, none, alu_nan_f64(a / b, a, b))           \
    X(RCP_F64, "rcp.rn.f64", VALUE, f64, f64, none, none, none, alu_nan_f64(1 / a, a, a))          \
    X(SQRT_F64, "sqrt.rn.f64", VALUE, f64, f64, none, none, none, alu_sqrt_f64(a))                 \
    X(ADD_F64_M, "add.{rz|rm|rp}.f64", VALUE, f64, f64, f64, none, none,                           \
      alu_directed(ALU_ADD, a, b, 0, m))                                                           \
    X(SUB_F64_M, "sub.{rz|rm|rp}.f64", VALUE, f64, f64, f64, none, none,                           \
      alu_directed(ALU_SUB, a, b, 0, m))                                                           \
    X(MUL_F64_M, "mul.{rz|rm|rp}.f64", VALUE, f64, f64, f64, none, none,                           \
      alu_directed(ALU_MUL, a, b, 0, m))                                                           \
    X(FMA_F64_M, "{fma|mad}.{rz|rm|rp}.f64", VALUE, f64, f64, f64, f64, none,                      \
      alu_directed(ALU_FMA, a, b, c, m))                                                           \
    X(DIV_F64_M, "div.{rz|rm|rp}.f64", VALUE, f64, f64, f64, none, none,                           \
      alu_directed(ALU_DIV, a, b, 0, m))                                                           \
    X(RCP_F64_M, "rcp.{rz|rm|rp}.f64", VALUE, f64, f64, none, none, none,                          \
      alu_directed(ALU_DIV, 1, a, 0, m))                                                           \
    X(SQRT_F64_M, "sqrt.{rz|rm|rp}.f64", VALUE, f64, f64, none, none, none,                        \
      alu_directed(ALU_SQRT, a, 0, 0, m))                                                          \
    X(RCP_F64_APPROX, "rcp.approx.ftz.f64", VALUE, x64, x64, none, none, none, alu_rcp_gross(a))   \
    X(RSQRT_F64, "rsqrt.approx.f64", VALUE, f64, f64, none, none, none, alu_rsqrt_f64(a))          \
    X(RSQRT_F64_FTZ, "rsqrt.approx.ftz.f64", VALUE, x64, x64, none, none, none,                    \
      alu_rsqrt_gross(a))                                                                          \
    X(ABS_F64, "abs.f64", VALUE, x64, x64, none, none, none, a & ~(UINT64_C(1) << 63))             \
    X(NEG_F64, "neg.f64", VALUE, x64, x64, none, none, none, a ^ UINT64_C(1) << 63)                \
    X(COPYSIGN_F64, "copysign.f64", VALUE, x64, x64, x64, none, none,                              \
      (a & UINT64_C(1) << 63) | (b & ~(UINT64_C(1) << 63)))                                        \
    X(MIN_F64, "min.f64", VALUE, f64, f64, f64, none, none, alu_least_f64(a, b))                   \
    X(MAX_F64, "max.f64", VALUE, f64, f64, f64, none, none, alu_most_f64(a, b))                    \
    X(TESTP_FINITE_F64, "testp.finite.f64", SETP, lanes, f64, none, none, none, a - a == 0)        \
    X(TESTP_INFINITE_F64, "testp.infinite.f64", SETP, lanes, f64, none, none, none,                \
      a == a && a - a != 0)                                                                        \
    X(TESTP_NUMBER_F64, "testp.number.f64", SETP, lanes, f64, none, none, none, a == a)            \
    X(TESTP_NAN_F64, "testp.notanumber.f64", SETP, lanes, f64, none, none, none, a != a)           \
    X(TESTP_NORMAL_F64, "testp.normal.f64", SETP, lanes, x64, none, none, none,                    \
      (a >> 52 & 0x7FF) - 1 < 0x7FE)                                                               \
    X(TESTP_SUBNORMAL_F64, "testp.subnormal.f64", SETP, lanes, x64, none, none, none,              \
      (a & ~(UINT64_C(1) << 63)) - 1 < 0xFFFFFFFFFFFFFu)

/* Halves: one, T of the format NAME, or two in 32 bits, T2 with `_x2`. */
#define PTX_ALU_HALF_ROWS(X, T, NAME, text)                                                        \
    X(ADD_##NAME, "add[.rn][.ftz][.sat]." text, VALUE, T, T, T, none, none, alu_add_##T(a, b, m))  \
    X(SUB_##NAME, "sub[.rn][.ftz][.sat]." text, VALUE, T, T, T, none, none, alu_sub_##T(a, b, m))  \
    X(MUL_##NAME, "mul[.rn][.ftz][.sat]." text, VALUE, T, T, T, none, none, alu_mul_##T(a, b, m))  \
    X(FMA_##NAME, "fma.rn[.ftz][.sat][.relu]." text, VALUE, T, T, T, T, none,                      \
      alu_fma_##T(a, b, c, m))                                                                     \
    X(ABS_##NAME, "abs[.ftz]." text, VALUE, T, T, none, none, none, alu_abs_##T(a, m))             \
    X(NEG_##NAME, "neg[.ftz]." text, VALUE, T, T, none, none, none, alu_neg_##T(a, m))             \
    X(MIN_##NAME, "min[.ftz][.NaN][.xorsign.abs]." text, VALUE, T, T, T, none, none,               \
      alu_least_##T(a, b, m))                                                                      \
    X(MAX_##NAME, "max[.ftz][.NaN][.xorsign.abs]." text, VALUE, T, T, T, none, none,               \
      alu_most_##T(a, b, m))                                                                       \
    X(EX2_##NAME, "ex2.approx[.ftz]." text, VALUE, T, T, none, none, none, alu_ex2_##T(a, m))      \
    X(TANH_##NAME, "tanh.approx." text, VALUE, T, T, none, none, none, alu_tanh_##T(a, m))

#define PTX_ALU_CVT_ROWS(X)                                                                        \
    X(CVT_F32_S32, "cvt.rn.f32.s32", VALUE, f32, s32, none, none, none, (float)a)                  \
    X(CVT_F32_U32, "cvt.rn.f32.u32", VALUE, f32, u32, none, none, none, (float)a)                  \
    X(CVT_F64_S32, "cvt.rn.f64.s32", VALUE, f64, s32, none, none, none, (double)a)                 \
    X(CVT_F64_U32, "cvt.rn.f64.u32", VALUE, f64, u32, none, none, none, (double)a)                 \
    X(CVT_F32_F64, "cvt.rn.f32.f64", VALUE, f32, f64, none, none, none, alu_nan_f32((float)a))

/* What `cvt` says of its types and modifiers is in `m`, for all that ptx/alu_integer.h has no row of. */
#define PTX_ALU_CVT_TABLE(X)                                                                       \
    X(CVT_32_32, "", VALUE, x32, x32, none, none, none, (uint32_t)alu_convert(a, m))               \
    X(CVT_32_64, "", VALUE, x32, x64, none, none, none, (uint32_t)alu_convert(a, m))               \
    X(CVT_64_32, "", VALUE, x64, x32, none, none, none, alu_convert(a, m))                         \
    X(CVT_64_64, "", VALUE, x64, x64, none, none, none, alu_convert(a, m))                         \
    X(CVT_PACK, "", VALUE, x32, f32, f32, none, none, alu_convert_pair(a, b, m))

#define PTX_ALU_FLOAT_TABLE(X)                                                                     \
    PTX_ALU_F32_TABLE(X)                                                                           \
    PTX_ALU_F64_TABLE(X)                                                                           \
    PTX_ALU_HALF_ROWS(X, h16, F16, "f16")                                                          \
    PTX_ALU_HALF_ROWS(X, bh16, BF16, "bf16")                                                       \
    PTX_ALU_HALF_ROWS(X, h16x2, F16X2, "f16x2")                                                    \
    PTX_ALU_HALF_ROWS(X, bh16x2, BF16X2, "bf16x2")                                                 \
    PTX_ALU_CVT_ROWS(X)                                                                            \
    PTX_ALU_CVT_TABLE(X)

#endif
