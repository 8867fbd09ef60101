/* PTX: rows that compare and select: ptx/alu_table.h says what they are. */
#ifndef VRRL_PTX_ALU_COMPARE_H
#define VRRL_PTX_ALU_COMPARE_H

#define PTX_ALU_SETP_EQUAL(X, W)                                                                   \
    X(SETP_EQ_##W, "setp.eq[.and|.or|.xor].{b" #W "|u" #W "|s" #W "}", SETP, lanes, x##W, x##W,    \
      lanes, none, a == b)                                                                         \
    X(SETP_NE_##W, "setp.ne[.and|.or|.xor].{b" #W "|u" #W "|s" #W "}", SETP, lanes, x##W, x##W,    \
      lanes, none, a != b)

#define PTX_ALU_SETP_ORDER(X, T, NAME, lt, le, gt, ge)                                             \
    X(SETP_LT_##NAME, "setp." lt "[.and|.or|.xor]." #T, SETP, lanes, T, T, lanes, none, a < b)     \
    X(SETP_LE_##NAME, "setp." le "[.and|.or|.xor]." #T, SETP, lanes, T, T, lanes, none, a <= b)    \
    X(SETP_GT_##NAME, "setp." gt "[.and|.or|.xor]." #T, SETP, lanes, T, T, lanes, none, a > b)     \
    X(SETP_GE_##NAME, "setp." ge "[.and|.or|.xor]." #T, SETP, lanes, T, T, lanes, none, a >= b)

/* `value` makes a number that C compares of an operand; the ordered comparisons are false with a NaN, those that
 * end in u are true. */
#define PTX_ALU_SETP_FLOAT(X, T, NAME, T_TEXT, value)                                              \
    X(SETP_EQ_##NAME, "setp.eq" T_TEXT, SETP, lanes, T, T, lanes, none, value(a) == value(b))      \
    X(SETP_NE_##NAME, "setp.ne" T_TEXT, SETP, lanes, T, T, lanes, none,                            \
      value(a) < value(b) || value(a) > value(b))                                                  \
    X(SETP_LT_##NAME, "setp.lt" T_TEXT, SETP, lanes, T, T, lanes, none, value(a) < value(b))       \
    X(SETP_LE_##NAME, "setp.le" T_TEXT, SETP, lanes, T, T, lanes, none, value(a) <= value(b))      \
    X(SETP_GT_##NAME, "setp.gt" T_TEXT, SETP, lanes, T, T, lanes, none, value(a) > value(b))       \
    X(SETP_GE_##NAME, "setp.ge" T_TEXT, SETP, lanes, T, T, lanes, none, value(a) >= value(b))      \
    X(SETP_EQU_##NAME, "setp.equ" T_TEXT, SETP, lanes, T, T, lanes, none,                          \
      !(value(a) < value(b) || value(a) > value(b)))                                               \
    X(SETP_NEU_##NAME, "setp.neu" T_TEXT, SETP, lanes, T, T, lanes, none, value(a) != value(b))    \
    X(SETP_LTU_##NAME, "setp.ltu" T_TEXT, SETP, lanes, T, T, lanes, none, !(value(a) >= value(b))) \
    X(SETP_LEU_##NAME, "setp.leu" T_TEXT, SETP, lanes, T, T, lanes, none, !(value(a) > value(b)))  \
    X(SETP_GTU_##NAME, "setp.gtu" T_TEXT, SETP, lanes, T, T, lanes, none, !(value(a) <= value(b))) \
    X(SETP_GEU_##NAME, "setp.geu" T_TEXT, SETP, lanes, T, T, lanes, none, !(value(a) < value(b)))  \
    X(SETP_NUM_##NAME, "setp.num" T_TEXT, SETP, lanes, T, T, lanes, none,                          \
      value(a) == value(a) && value(b) == value(b))                                                \
    X(SETP_NAN_##NAME, "setp.nan" T_TEXT, SETP, lanes, T, T, lanes, none,                          \
      value(a) != value(a) || value(b) != value(b))

#define PTX_ALU_COMPARE_TABLE(X)                                                                   \
    PTX_ALU_SETP_EQUAL(X, 16)                                                                      \
    PTX_ALU_SETP_EQUAL(X, 32)                                                                      \
    PTX_ALU_SETP_EQUAL(X, 64)                                                                      \
    PTX_ALU_SETP_ORDER(X, s16, S16, "lt", "le", "gt", "ge")                                        \
    PTX_ALU_SETP_ORDER(X, s32, S32, "lt", "le", "gt", "ge")                                        \
    PTX_ALU_SETP_ORDER(X, s64, S64, "lt", "le", "gt", "ge")                                        \
    PTX_ALU_SETP_ORDER(X, u16, U16, "{lt|lo}", "{le|ls}", "{gt|hi}", "{ge|hs}")                    \
    PTX_ALU_SETP_ORDER(X, u32, U32, "{lt|lo}", "{le|ls}", "{gt|hi}", "{ge|hs}")                    \
    PTX_ALU_SETP_ORDER(X, u64, U64, "{lt|lo}", "{le|ls}", "{gt|hi}", "{ge|hs}")                    \
    PTX_ALU_SETP_FLOAT(X, f32, F32, "[.and|.or|.xor].f32", alu_itself)                             \
    PTX_ALU_SETP_FLOAT(X, f32, F32_FTZ, "[.and|.or|.xor].ftz.f32", alu_flush)                      \
    PTX_ALU_SETP_FLOAT(X, f64, F64, "[.and|.or|.xor].f64", alu_itself)                             \
    PTX_ALU_SETP_FLOAT(X, h16, F16, "[.and|.or|.xor].f16", alu_of_f16)                             \
    PTX_ALU_SETP_FLOAT(X, h16, F16_FTZ, "[.and|.or|.xor].ftz.f16", alu_of_f16_flush)               \
    PTX_ALU_SETP_FLOAT(X, bh16, BF16, "[.and|.or|.xor].bf16", alu_of_bf16)                         \
    X(SELP_16, "selp.{b16|u16|s16|f16|bf16}", VALUE, x16, x16, x16, lane, none, c ? a : b)         \
    X(SELP_32, "selp.{b32|u32|s32|f32|f16x2}", VALUE, x32, x32, x32, lane, none, c ? a : b)        \
    X(SELP_64, "selp.{b64|u64|s64|f64}", VALUE, x64, x64, x64, lane, none, c ? a : b)              \
    X(SLCT_16_S32, "slct.{b16|u16|s16}.s32", VALUE, x16, x16, x16, s32, none, c >= 0 ? a : b)      \
    X(SLCT_32_S32, "slct.{b32|u32|s32|f32}.s32", VALUE, x32, x32, x32, s32, none, c >= 0 ? a : b)  \
    X(SLCT_64_S32, "slct.{b64|u64|s64|f64}.s32", VALUE, x64, x64, x64, s32, none, c >= 0 ? a : b)  \
    X(SLCT_16_F32, "slct[.ftz].{b16|u16|s16}.f32", VALUE, x16, x16, x16, f32, none,                \
      alu_flush_by(c, m) >= 0 ? a : b)                                                             \
    X(SLCT_32_F32, "slct[.ftz].{b32|u32|s32|f32}.f32", VALUE, x32, x32, x32, f32, none,            \
      alu_flush_by(c, m) >= 0 ? a : b)                                                             \
    X(SLCT_64_F32, "slct[.ftz].{b64|u64|s64|f64}.f32", VALUE, x64, x64, x64, f32, none,            \
      alu_flush_by(c, m) >= 0 ? a : b)

#endif
