/* PTX: rows of integers and bits: ptx/alu_table.h says what they are. */
#ifndef VRRL_PTX_ALU_INTEGER_H
#define VRRL_PTX_ALU_INTEGER_H

/* ---- Values as they are ------------------------------------------------------------------------ */

#define PTX_ALU_MOVE_TABLE(X)                                                                      \
    X(MOV_16, "mov.{b16|u16|s16|f16|bf16}", VALUE, x16, x16, none, none, none, a)                  \
    X(MOV_32, "mov.{b32|u32|s32|f32|f16x2}", VALUE, x32, x32, none, none, none, a)                 \
    X(MOV_64, "mov.{b64|u64|s64|f64}", VALUE, x64, x64, none, none, none, a)                       \
    X(MOV_PRED, "mov.pred", LANES, lanes, lanes, none, none, none, a)                              \
    X(CVT_U32_U64, "cvt.u32.u64", VALUE, x32, x64, none, none, none, (uint32_t)a)                  \
    X(CVT_U64_U32, "cvt.{u64|s64}.u32", VALUE, x64, u32, none, none, none, a)                      \
    X(CVT_S64_S32, "cvt.{u64|s64}.s32", VALUE, s64, s32, none, none, none, a)                      \
    X(CVT_U16_U32, "cvt.u16.u32", VALUE, x16, x32, none, none, none, (uint16_t)a)                  \
    X(CVT_U32_U16, "cvt.{u32|s32}.u16", VALUE, x32, u16, none, none, none, a)                      \
    X(CVT_S32_S16, "cvt.{u32|s32}.s16", VALUE, s32, s16, none, none, none, a)                      \
    X(PACK_32, "", VALUE, x32, x16, x16, none, none, a | (uint32_t)b << 16)                        \
    X(PACK_64, "", VALUE, x64, x32, x32, none, none, a | (uint64_t)b << 32)                        \
    X(PACK_64_16, "", VALUE, x64, x16, x16, x16, x16,                                              \
      a | (uint64_t)b << 16 | (uint64_t)c << 32 | (uint64_t)d << 48)                               \
    X(PACK_32_8, "", VALUE, x32, x16, x16, x16, x16,                                               \
      (a & 255u) | (b & 255u) << 8 | (c & 255u) << 16 | (d & 255u) << 24)                          \
    X(PACK_16_8, "", VALUE, x16, x16, x16, none, none, (a & 255u) | (b & 255u) << 8)               \
    X(PART_16_32, "", VALUE, x16, x32, u32, none, none, (uint16_t)(a >> b))                        \
    X(PART_16_64, "", VALUE, x16, x64, u32, none, none, (uint16_t)(a >> b))                        \
    X(PART_32_64, "", VALUE, x32, x64, u32, none, none, (uint32_t)(a >> b))                        \
    X(PART_8, "", VALUE, x16, x32, u32, none, none, (uint16_t)(a >> b & 255u))

/* ---- Integers ---------------------------------------------------------------------------------- */

#define PTX_ALU_INTEGER_ROWS(X, W)                                                                 \
    X(ADD_##W, "add.{u" #W "|s" #W "}", VALUE, u##W, u##W, u##W, none, none, a + b)                \
    X(SUB_##W, "sub.{u" #W "|s" #W "}", VALUE, u##W, u##W, u##W, none, none, a - b)                \
    X(MUL_LO_##W, "mul.lo.{u" #W "|s" #W "}", VALUE, u##W, u##W, u##W, none, none, (uint64_t)a *b) \
    X(MUL_HI_U##W, "mul.hi.u" #W, VALUE, u##W, u##W, u##W, none, none, alu_mul_hi_u##W(a, b))      \
    X(MUL_HI_S##W, "mul.hi.s" #W, VALUE, s##W, s##W, s##W, none, none, alu_mul_hi_s##W(a, b))      \
    X(MAD_LO_##W, "mad.lo.{u" #W "|s" #W "}", VALUE, u##W, u##W, u##W, u##W, none,                 \
      (uint64_t)a *b + c)                                                                          \
    X(MAD_HI_U##W, "mad.hi.u" #W, VALUE, u##W, u##W, u##W, u##W, none,                             \
      (uint64_t)alu_mul_hi_u##W(a, b) + c)                                                         \
    X(MAD_HI_S##W, "mad.hi.s" #W, VALUE, u##W, s##W, s##W, u##W, none,                             \
      (uint64_t)alu_mul_hi_s##W(a, b) + c)                                                         \
    X(SAD_U##W, "sad.u" #W, VALUE, u##W, u##W, u##W, u##W, none,                                   \
      (uint64_t)c + (a > b ? (uint64_t)a - b : (uint64_t)b - a))                                   \
    X(SAD_S##W, "sad.s" #W, VALUE, u##W, s##W, s##W, u##W, none,                                   \
      (uint64_t)c + (a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a))               \
    X(DIV_U##W, "div.u" #W, VALUE, u##W, u##W, u##W, none, none, alu_div_u64(a, b))                \
    X(DIV_S##W, "div.s" #W, VALUE, s##W, s##W, s##W, none, none, alu_div_s64(a, b))                \
    X(REM_U##W, "rem.u" #W, VALUE, u##W, u##W, u##W, none, none, alu_rem_u64(a, b))                \
    X(REM_S##W, "rem.s" #W, VALUE, s##W, s##W, s##W, none, none, alu_rem_s64(a, b))                \
    X(ABS_S##W, "abs.s" #W, VALUE, u##W, s##W, none, none, none,                                   \
      a < 0 ? 0 - (uint64_t)a : (uint64_t)a)                                                       \
    X(NEG_S##W, "neg.s" #W, VALUE, u##W, u##W, none, none, none, 0 - (uint64_t)a)                  \
    X(MIN_U##W, "min.u" #W, VALUE, u##W, u##W, u##W, none, none, a < b ? a : b)                    \
    X(MIN_S##W, "min.s" #W, VALUE, s##W, s##W, s##W, none, none, a < b ? a : b)                    \
    X(MAX_U##W, "max.u" #W, VALUE, u##W, u##W, u##W, none, none, a > b ? a : b)                    \
    X(MAX_S##W, "max.s" #W, VALUE, s##W, s##W, s##W, none, none, a > b ? a : b)

#define PTX_ALU_INTEGER_TABLE(X)                                                                   \
    PTX_ALU_INTEGER_ROWS(X, 16)                                                                    \
    PTX_ALU_INTEGER_ROWS(X, 32)                                                                    \
    PTX_ALU_INTEGER_ROWS(X, 64)                                                                    \
    X(ADD_SAT, "add.sat.s32", VALUE, s32, s32, s32, none, none, alu_sat_s32((int64_t)a + b))       \
    X(SUB_SAT, "sub.sat.s32", VALUE, s32, s32, s32, none, none, alu_sat_s32((int64_t)a - b))       \
    X(MAD_HI_SAT, "mad.hi.sat.s32", VALUE, s32, s32, s32, s32, none,                               \
      alu_sat_s32((int64_t)alu_mul_hi_s32(a, b) + c))                                              \
    X(MUL_WIDE_U16, "mul.wide.u16", VALUE, u32, u16, u16, none, none, (uint32_t)a *b)              \
    X(MUL_WIDE_S16, "mul.wide.s16", VALUE, s32, s16, s16, none, none, (int32_t)a *b)               \
    X(MUL_WIDE_U32, "mul.wide.u32", VALUE, u64, u32, u32, none, none, (uint64_t)a *b)              \
    X(MUL_WIDE_S32, "mul.wide.s32", VALUE, s64, s32, s32, none, none, (int64_t)a *b)               \
    X(MAD_WIDE_U16, "mad.wide.u16", VALUE, u32, u16, u16, u32, none, (uint32_t)a *b + c)           \
    X(MAD_WIDE_S16, "mad.wide.s16", VALUE, u32, s16, s16, u32, none,                               \
      (uint32_t)((int32_t)a * b) + c)                                                              \
    X(MAD_WIDE_U32, "mad.wide.u32", VALUE, u64, u32, u32, u64, none, (uint64_t)a *b + c)           \
    X(MAD_WIDE_S32, "mad.wide.s32", VALUE, u64, s32, s32, u64, none,                               \
      (uint64_t)((int64_t)a * b) + c)                                                              \
    X(MUL24_LO_U, "mul24.lo.u32", VALUE, u32, u32, u32, none, none, alu_mul24_u32(a, b))           \
    X(MUL24_LO_S, "mul24.lo.s32", VALUE, u32, u32, u32, none, none, alu_mul24_s32(a, b))           \
    X(MUL24_HI_U, "mul24.hi.u32", VALUE, u32, u32, u32, none, none, alu_mul24_hi_u32(a, b))        \
    X(MUL24_HI_S, "mul24.hi.s32", VALUE, u32, u32, u32, none, none, alu_mul24_hi_s32(a, b))        \
    X(MAD24_LO_U, "mad24.lo.u32", VALUE, u32, u32, u32, u32, none, alu_mul24_u32(a, b) + c)        \
    X(MAD24_LO_S, "mad24.lo.s32", VALUE, u32, u32, u32, u32, none, alu_mul24_s32(a, b) + c)        \
    X(MAD24_HI_U, "mad24.hi.u32", VALUE, u32, u32, u32, u32, none,                                 \
      (uint64_t)alu_mul24_hi_u32(a, b) + c)                                                        \
    X(MAD24_HI_S, "mad24.hi.s32", VALUE, u32, u32, u32, u32, none,                                 \
      (uint64_t)alu_mul24_hi_s32(a, b) + c)                                                        \
    X(MIN_RELU, "min.s32.relu", VALUE, s32, s32, s32, none, none, alu_relu(a < b ? a : b))         \
    X(MAX_RELU, "max.s32.relu", VALUE, s32, s32, s32, none, none, alu_relu(a > b ? a : b))         \
    X(ADD_16X2, "add.{u16x2|s16x2}", VALUE, u32, u32, u32, none, none,                             \
      ((a + b) & 0xFFFFu) | ((a & 0xFFFF0000u) + (b & 0xFFFF0000u)))                               \
    X(MIN_U16X2, "min.u16x2", VALUE, u32, u32, u32, none, none, alu_min_u16x2(a, b))               \
    X(MIN_S16X2, "min.s16x2", VALUE, u32, u32, u32, none, none, alu_min_s16x2(a, b))               \
    X(MAX_U16X2, "max.u16x2", VALUE, u32, u32, u32, none, none, alu_max_u16x2(a, b))               \
    X(MAX_S16X2, "max.s16x2", VALUE, u32, u32, u32, none, none, alu_max_s16x2(a, b))               \
    X(DP4A_UU, "dp4a.u32.u32", VALUE, u32, u32, u32, u32, none, alu_dp4a(a, b, c, false, false))   \
    X(DP4A_US, "dp4a.u32.s32", VALUE, u32, u32, u32, u32, none, alu_dp4a(a, b, c, false, true))    \
    X(DP4A_SU, "dp4a.s32.u32", VALUE, u32, u32, u32, u32, none, alu_dp4a(a, b, c, true, false))    \
    X(DP4A_SS, "dp4a.s32.s32", VALUE, u32, u32, u32, u32, none, alu_dp4a(a, b, c, true, true))     \
    X(DP2A_LO_UU, "dp2a.lo.u32.u32", VALUE, u32, u32, u32, u32, none,                              \
      alu_dp2a(a, b, c, false, false))                                                             \
    X(DP2A_LO_US, "dp2a.lo.u32.s32", VALUE, u32, u32, u32, u32, none,                              \
      alu_dp2a(a, b, c, false, true))                                                              \
    X(DP2A_LO_SU, "dp2a.lo.s32.u32", VALUE, u32, u32, u32, u32, none,                              \
      alu_dp2a(a, b, c, true, false))                                                              \
    X(DP2A_LO_SS, "dp2a.lo.s32.s32", VALUE, u32, u32, u32, u32, none,                              \
      alu_dp2a(a, b, c, true, true))                                                               \
    X(DP2A_HI_UU, "dp2a.hi.u32.u32", VALUE, u32, u32, u32, u32, none,                              \
      alu_dp2a(a, b >> 16, c, false, false))                                                       \
    X(DP2A_HI_US, "dp2a.hi.u32.s32", VALUE, u32, u32, u32, u32, none,                              \
      alu_dp2a(a, b >> 16, c, false, true))                                                        \
    X(DP2A_HI_SU, "dp2a.hi.s32.u32", VALUE, u32, u32, u32, u32, none,                              \
      alu_dp2a(a, b >> 16, c, true, false))                                                        \
    X(DP2A_HI_SS, "dp2a.hi.s32.s32", VALUE, u32, u32, u32, u32, none,                              \
      alu_dp2a(a, b >> 16, c, true, true))

/* ---- Carries ----------------------------------------------------------------------------------- */

/* d is the carry that comes in, 0 or 1; what goes out is bit 32 or 64 of the value, which is of type `wide`. */
#define PTX_ALU_CARRY_ROWS(X, W, wide)                                                             \
    X(ADD_CC_##W, "add.cc.{u" #W "|s" #W "}", CARRY_OUT, u##W, u##W, u##W, none, none,             \
      (wide)a + b)                                                                                 \
    X(ADDC_CC_##W, "addc.cc.{u" #W "|s" #W "}", CARRY_BOTH, u##W, u##W, u##W, none, carry,         \
      (wide)a + b + d)                                                                             \
    X(ADDC_##W, "addc.{u" #W "|s" #W "}", CARRY_IN, u##W, u##W, u##W, none, carry,                 \
      (wide)a + b + d)                                                                             \
    X(SUB_CC_##W, "sub.cc.{u" #W "|s" #W "}", CARRY_OUT, u##W, u##W, u##W, none, none,             \
      (wide)a - b)                                                                                 \
    X(SUBC_CC_##W, "subc.cc.{u" #W "|s" #W "}", CARRY_BOTH, u##W, u##W, u##W, none, carry,         \
      (wide)a - b - d)                                                                             \
    X(SUBC_##W, "subc.{u" #W "|s" #W "}", CARRY_IN, u##W, u##W, u##W, none, carry,                 \
      (wide)a - b - d)                                                                             \
    X(MAD_LO_CC_##W, "mad.lo.cc.{u" #W "|s" #W "}", CARRY_OUT, u##W, u##W, u##W, u##W, none,       \
      (wide)(uint##W##_t)(a * b) + c)                                                              \
    X(MADC_LO_CC_##W, "madc.lo.cc.{u" #W "|s" #W "}", CARRY_BOTH, u##W, u##W, u##W, u##W, carry,   \
      (wide)(uint##W##_t)(a * b) + c + d)                                                          \
    X(MADC_LO_##W, "madc.lo.{u" #W "|s" #W "}", CARRY_IN, u##W, u##W, u##W, u##W, carry,           \
      (wide)(uint##W##_t)(a * b) + c + d)                                                          \
    X(MAD_HI_CC_U##W, "mad.hi.cc.u" #W, CARRY_OUT, u##W, u##W, u##W, u##W, none,                   \
      (wide)alu_mul_hi_u##W(a, b) + c)                                                             \
    X(MADC_HI_CC_U##W, "madc.hi.cc.u" #W, CARRY_BOTH, u##W, u##W, u##W, u##W, carry,               \
      (wide)alu_mul_hi_u##W(a, b) + c + d)                                                         \
    X(MADC_HI_U##W, "madc.hi.u" #W, CARRY_IN, u##W, u##W, u##W, u##W, carry,                       \
      (wide)alu_mul_hi_u##W(a, b) + c + d)                                                         \
    X(MAD_HI_CC_S##W, "mad.hi.cc.s" #W, CARRY_OUT, u##W, s##W, s##W, u##W, none,                   \
      (wide)(uint##W##_t)alu_mul_hi_s##W(a, b) + c)                                                \
    X(MADC_HI_CC_S##W, "madc.hi.cc.s" #W, CARRY_BOTH, u##W, s##W, s##W, u##W, carry,               \
      (wide)(uint##W##_t)alu_mul_hi_s##W(a, b) + c + d)                                            \
    X(MADC_HI_S##W, "madc.hi.s" #W, CARRY_IN, u##W, s##W, s##W, u##W, carry,                       \
      (wide)(uint##W##_t)alu_mul_hi_s##W(a, b) + c + d)

#define PTX_ALU_CARRY_TABLE(X)                                                                     \
    PTX_ALU_CARRY_ROWS(X, 32, uint64_t)                                                            \
    PTX_ALU_CARRY_ROWS(X, 64, alu_u128)

/* ---- Bits -------------------------------------------------------------------------------------- */

#define PTX_ALU_LOGIC_ROWS(X, W)                                                                   \
    X(AND_##W, "and.b" #W, VALUE, x##W, x##W, x##W, none, none, a &b)                              \
    X(OR_##W, "or.b" #W, VALUE, x##W, x##W, x##W, none, none, a | b)                               \
    X(XOR_##W, "xor.b" #W, VALUE, x##W, x##W, x##W, none, none, a ^ b)                             \
    X(NOT_##W, "not.b" #W, VALUE, x##W, x##W, none, none, none, ~a)                                \
    X(CNOT_##W, "cnot.b" #W, VALUE, x##W, x##W, none, none, none, a == 0)                          \
    X(SHL_##W, "shl.b" #W, SHIFT, x##W, x##W, u32, none, none,                                     \
      b < W ? (uint##W##_t)(a << (b & (W - 1))) : 0)                                               \
    X(SHR_U##W, "shr.{u" #W "|b" #W "}", SHIFT, x##W, x##W, u32, none, none,                       \
      b < W ? a >> (b & (W - 1)) : 0)                                                              \
    X(SHR_S##W, "shr.s" #W, SHIFT, s##W, s##W, u32, none, none, a >> (b < W ? b & (W - 1) : W - 1))

#define PTX_ALU_FIELD_ROWS(X, W)                                                                   \
    X(POPC_##W, "popc.b" #W, VALUE, u32, x##W, none, none, none,                                   \
      (uint32_t)__builtin_popcountll(a))                                                           \
    X(CLZ_##W, "clz.b" #W, VALUE, u32, x##W, none, none, none, alu_clz(a, W))                      \
    X(BFIND_U##W, "bfind.u" #W, VALUE, u32, u##W, none, none, none, alu_bfind(a, W, false))        \
    X(BFIND_S##W, "bfind.s" #W, VALUE, u32, s##W, none, none, none,                                \
      alu_bfind((uint##W##_t)(a < 0 ? ~a : a), W, false))                                          \
    X(BFIND_SHIFT_U##W, "bfind.shiftamt.u" #W, VALUE, u32, u##W, none, none, none,                 \
      alu_bfind(a, W, true))                                                                       \
    X(BFIND_SHIFT_S##W, "bfind.shiftamt.s" #W, VALUE, u32, s##W, none, none, none,                 \
      alu_bfind((uint##W##_t)(a < 0 ? ~a : a), W, true))                                           \
    X(BREV_##W, "brev.b" #W, VALUE, x##W, x##W, none, none, none, alu_brev(a) >> (64 - W))         \
    X(BFE_U##W, "bfe.u" #W, VALUE, u##W, u##W, u32, u32, none, alu_bfe(a, b, c, W, false))         \
    X(BFE_S##W, "bfe.s" #W, VALUE, u##W, u##W, u32, u32, none, alu_bfe(a, b, c, W, true))          \
    X(BFI_##W, "bfi.b" #W, VALUE, x##W, x##W, x##W, u32, u32, alu_bfi(a, b, c, d, W))

#define PTX_ALU_BIT_TABLE(X)                                                                       \
    PTX_ALU_LOGIC_ROWS(X, 16)                                                                      \
    PTX_ALU_LOGIC_ROWS(X, 32)                                                                      \
    PTX_ALU_LOGIC_ROWS(X, 64)                                                                      \
    PTX_ALU_FIELD_ROWS(X, 32)                                                                      \
    PTX_ALU_FIELD_ROWS(X, 64)                                                                      \
    X(AND_PRED, "and.pred", LANES, lanes, lanes, lanes, none, none, a &b)                          \
    X(OR_PRED, "or.pred", LANES, lanes, lanes, lanes, none, none, a | b)                           \
    X(XOR_PRED, "xor.pred", LANES, lanes, lanes, lanes, none, none, a ^ b)                         \
    X(NOT_PRED, "not.pred", LANES, lanes, lanes, none, none, none, ~a)                             \
    X(LOP3, "lop3.b32", VALUE, x32, x32, x32, x32, u32, alu_lop3(a, b, c, d))                      \
    X(FNS, "fns.b32", VALUE, x32, x32, u32, s32, none, alu_fns(a, b, c))                           \
    X(BMSK_CLAMP, "bmsk.clamp.b32", VALUE, x32, u32, u32, none, none, alu_bmsk_clamp(a, b))        \
    X(BMSK_WRAP, "bmsk.wrap.b32", VALUE, x32, u32, u32, none, none,                                \
      alu_bmsk_clamp(a & 31, b & 31))                                                              \
    X(SZEXT_CLAMP_U, "szext.clamp.u32", VALUE, u32, u32, u32, none, none,                          \
      alu_bfe(a, 0, b < 32 ? b : 32, 32, false))                                                   \
    X(SZEXT_CLAMP_S, "szext.clamp.s32", VALUE, u32, u32, u32, none, none,                          \
      alu_bfe(a, 0, b < 32 ? b : 32, 32, true))                                                    \
    X(SZEXT_WRAP_U, "szext.wrap.u32", VALUE, u32, u32, u32, none, none,                            \
      alu_bfe(a, 0, b & 31, 32, false))                                                            \
    X(SZEXT_WRAP_S, "szext.wrap.s32", VALUE, u32, u32, u32, none, none,                            \
      alu_bfe(a, 0, b & 31, 32, true))                                                             \
    X(PRMT, "prmt.b32", VALUE, x32, x32, x32, x32, none, alu_prmt(a, b, c))                        \
    X(PRMT_F4E, "prmt.b32.f4e", VALUE, x32, x32, x32, x32, none, alu_prmt(a, b, alu_f4e(c)))       \
    X(PRMT_B4E, "prmt.b32.b4e", VALUE, x32, x32, x32, x32, none, alu_prmt(a, b, alu_b4e(c)))       \
    X(PRMT_RC8, "prmt.b32.rc8", VALUE, x32, x32, x32, x32, none, alu_prmt(a, b, (c & 3) * 0x1111)) \
    X(PRMT_ECL, "prmt.b32.ecl", VALUE, x32, x32, x32, x32, none, alu_prmt(a, b, alu_ecl(c)))       \
    X(PRMT_ECR, "prmt.b32.ecr", VALUE, x32, x32, x32, x32, none, alu_prmt(a, b, alu_ecr(c)))       \
    X(PRMT_RC16, "prmt.b32.rc16", VALUE, x32, x32, x32, x32, none,                                 \
      alu_prmt(a, b, c & 1 ? 0x3232 : 0x1010))                                                     \
    X(SHF_L_CLAMP, "shf.l.clamp.b32", VALUE, x32, x32, x32, u32, none,                             \
      alu_shf_l(a, b, c < 32 ? c : 32))                                                            \
    X(SHF_L_WRAP, "shf.l.wrap.b32", VALUE, x32, x32, x32, u32, none, alu_shf_l(a, b, c & 31))      \
    X(SHF_R_CLAMP, "shf.r.clamp.b32", VALUE, x32, x32, x32, u32, none,                             \
      alu_shf_r(a, b, c < 32 ? c : 32))                                                            \
    X(SHF_R_WRAP, "shf.r.wrap.b32", VALUE, x32, x32, x32, u32, none, alu_shf_r(a, b, c & 31))

#endif
