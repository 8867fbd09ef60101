#include "ptx/lower_alu.h"

#include "ptx/lower.h"
#include "ptx/lower_cvt.h"
#include "ptx/opcode.h"

#include <stdio.h>
#include <string.h>

enum form { VALUE, SHIFT, LANES, SETP, CARRY_OUT, CARRY_IN, CARRY_BOTH };

/* What operands of rows are, as types of registers. */
enum operand_type {
    TYPE_none = PTX_NO_TYPE,
    TYPE_lanes = PTX_PRED,
    TYPE_lane = PTX_PRED,
    TYPE_carry = PTX_NO_TYPE, /* not of the text */
    TYPE_x16 = PTX_B16,
    TYPE_x32 = PTX_B32,
    TYPE_x64 = PTX_B64,
    TYPE_u16 = PTX_U16,
    TYPE_u32 = PTX_U32,
    TYPE_u64 = PTX_U64,
    TYPE_s16 = PTX_S16,
    TYPE_s32 = PTX_S32,
    TYPE_s64 = PTX_S64,
    TYPE_f32 = PTX_F32,
    TYPE_f64 = PTX_F64,
    TYPE_h16 = PTX_F16,
    TYPE_bh16 = PTX_BF16,
    TYPE_h16x2 = PTX_F16X2,
    TYPE_bh16x2 = PTX_BF16X2,
};

struct row {
    const char *spelling;
    uint8_t form;
    uint8_t types[5]; /* target and sources */
};

static const struct row rows[] = {
#define X(name, spelling, form, t, a, b, c, d, value)                                              \
    {spelling, form, {TYPE_##t, TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d}},
    PTX_ALU_TABLE(X)
#undef X
};

const char *ptx_alu_spelling(unsigned op)
{
    return op >= PTX_OP_MACHINE_END && op < PTX_OPS ? rows[op - PTX_OP_MACHINE_END].spelling : NULL;
}

static bool has(const char *text, size_t length, const char *modifier)
{
    size_t size = strlen(modifier);
    const char *at = memmem(text, length, modifier, size);
    return at && (at + size == text + length || at[size] == '.');
}

/* What a row's spelling leaves open. */
static struct ptx_alu modifiers_of(const char *text, size_t length)
{
    struct ptx_alu alu = {.rounding = PTX_ROUND_RN};
    alu.rounding = has(text, length, ".rz")   ? PTX_ROUND_RZ
                   : has(text, length, ".rm") ? PTX_ROUND_RM
                   : has(text, length, ".rp") ? PTX_ROUND_RP
                                              : PTX_ROUND_RN;
    alu.boolean = has(text, length, ".and")   ? PTX_BOOLEAN_AND
                  : has(text, length, ".or")  ? PTX_BOOLEAN_OR
                  : has(text, length, ".xor") ? PTX_BOOLEAN_XOR
                                              : PTX_BOOLEAN_NONE;
    alu.saturates = has(text, length, ".sat");
    alu.flushes = has(text, length, ".ftz");
    alu.relu = has(text, length, ".relu");
    alu.nan = has(text, length, ".NaN");
    alu.xorsign = has(text, length, ".xorsign");
    return alu;
}

bool ptx_alu_row_of(const char *text, size_t length, struct ptx_opcode *opcode)
{
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].spelling[0] || !ptx_pattern_is(rows[i].spelling, text, length))
            continue;
        opcode->form.op = (uint16_t)(PTX_OP_MACHINE_END + i);
        opcode->form.alu = modifiers_of(text, length);
        memcpy(opcode->types, rows[i].types, sizeof rows[i].types);
        return true;
    }
    return false;
}

/* ---- Lowering ---------------------------------------------------------------------------------- */

static const struct row *row_of(const struct ptx_opcode *opcode)
{
    return &rows[opcode->form.op - PTX_OP_MACHINE_END];
}

/* The target of a value that nobody wants. */
static bool value_target(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                         uint32_t *target)
{
    if (!ptx_target(p, o, type, PTX_FIT_EXACT, target))
        return false;
    if (*target == PTX_NONE && o->second == PTX_NONE)
        *target = draft_register(&p->draft, type);
    return *target != PTX_NONE || o->second != PTX_NONE || ptx_stop(p, VRRL_NO_MEMORY);
}

static bool carry(struct ptx_parser *p, struct draft_instruction *in, enum form form)
{
    struct draft *d = &p->draft;
    if (d->carry == PTX_NONE) {
        size_t at = (size_t)(in - d->instructions);
        d->carry = draft_register(d, PTX_PRED);
        in = &d->instructions[at];
    }
    if (d->carry == PTX_NONE)
        return ptx_stop(p, VRRL_NO_MEMORY);
    if (form != CARRY_IN)
        in->target[1] = d->carry;
    if (form != CARRY_OUT)
        in->source[3] = d->carry;
    return true;
}

static bool lower(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    const struct row *row = row_of(opcode);
    uint32_t sources[PTX_SOURCES] = {PTX_NONE, PTX_NONE, PTX_NONE, PTX_NONE}, target, count = 0;
    while (count < 4 && opcode->types[count + 1] != PTX_NO_TYPE)
        count++;
    if (row->form == SETP && row->types[3] == TYPE_lanes &&
        opcode->form.alu.boolean == PTX_BOOLEAN_NONE)
        count--;
    if (!ptx_operands(p, count + 1, count + 1))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!ptx_source(p, &p->operands[i + 1], (enum ptx_type)opcode->types[i + 1], PTX_FIT_EXACT,
                        &sources[i]))
            return false;
    const struct ptx_operand *to = &p->operands[0];
    if (to->second != PTX_NONE && row->form != SETP)
        return ptx_bad_operand(p, to, "one target");
    if (!value_target(p, to, (enum ptx_type)opcode->types[0], &target))
        return false;
    struct draft_instruction *in = ptx_emit(p, &opcode->form);
    if (!in)
        return false;
    in->target[0] = target;
    in->target[1] = to->second;
    memcpy(in->source, sources, sizeof sources);
    bool carries = row->form == CARRY_OUT || row->form == CARRY_IN || row->form == CARRY_BOTH;
    return !carries || carry(p, in, (enum form)row->form);
}

/* ---- mov --------------------------------------------------------------------------------------- */

/* One value of several: which row packs so many of a type. */
static enum ptx_op pack_op(enum ptx_type whole, uint32_t count)
{
    uint32_t bytes = ptx_type_bytes(whole);
    if (count == 2)
        return bytes == 8 ? PTX_OP_PACK_64 : bytes == 4 ? PTX_OP_PACK_32 : PTX_OP_PACK_16_8;
    return bytes == 8 ? PTX_OP_PACK_64_16 : PTX_OP_PACK_32_8;
}

static enum ptx_op part_op(enum ptx_type whole, uint32_t count)
{
    uint32_t bytes = ptx_type_bytes(whole);
    if (bytes == 8)
        return count == 2 ? PTX_OP_PART_32_64 : PTX_OP_PART_16_64;
    return bytes / count == 1 ? PTX_OP_PART_8 : PTX_OP_PART_16_32;
}

static enum ptx_type part_type(const struct ptx_parser *p, const struct ptx_operand *vector,
                               enum ptx_type whole)
{
    static const uint8_t types[] = {[1] = PTX_B8, [2] = PTX_B16, [4] = PTX_B32};
    (void)p;
    uint32_t bytes = vector->count ? ptx_type_bytes(whole) / vector->count : 0;
    bool right =
        (vector->count == 2 || vector->count == 4) && (bytes == 1 || bytes == 2 || bytes == 4);
    return right ? (enum ptx_type)types[bytes] : PTX_NO_TYPE;
}

static bool pack(struct ptx_parser *p, enum ptx_type whole)
{
    const struct ptx_operand *vector = &p->operands[1];
    enum ptx_type type = part_type(p, vector, whole);
    uint32_t target, sources[4];
    if (type == PTX_NO_TYPE)
        return ptx_bad_operand(p, vector, "two or four parts of the type");
    for (uint32_t i = 0; i < vector->count; i++)
        if (!ptx_source(p, &p->elements[vector->first + i], type,
                        type == PTX_B8 ? PTX_FIT_WIDER : PTX_FIT_WIDTH, &sources[i]))
            return false;
    if (!ptx_target(p, &p->operands[0], whole, PTX_FIT_WIDTH, &target))
        return false;
    struct draft_instruction *in = ptx_emit_op(p, pack_op(whole, vector->count));
    if (!in)
        return false;
    in->target[0] = target;
    memcpy(in->source, sources, vector->count * sizeof sources[0]);
    return true;
}

static bool unpack(struct ptx_parser *p, enum ptx_type whole)
{
    const struct ptx_operand *vector = &p->operands[0];
    enum ptx_type type = part_type(p, vector, whole);
    uint32_t source, target, shift;
    if (type == PTX_NO_TYPE)
        return ptx_bad_operand(p, vector, "two or four parts of the type");
    if (!ptx_source(p, &p->operands[1], whole, PTX_FIT_WIDTH, &source))
        return false;
    for (uint32_t i = 0; i < vector->count; i++) {
        const struct ptx_operand *o = &p->elements[vector->first + i];
        if (!ptx_target(p, o, type, type == PTX_B8 ? PTX_FIT_WIDER : PTX_FIT_WIDTH, &target))
            return false;
        if (target == PTX_NONE)
            continue;
        if (!ptx_bits(p, PTX_32, i * 8 * ptx_type_bytes(type), &shift))
            return false;
        struct draft_instruction *in = ptx_emit_op(p, part_op(whole, vector->count));
        if (!in)
            return false;
        in->target[0] = target;
        in->source[0] = source;
        in->source[1] = shift;
    }
    return true;
}

static bool lower_mov(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    enum ptx_type type = (enum ptx_type)opcode->types[0];
    uint32_t source, target;
    if (!ptx_operands(p, 2, 2))
        return false;
    if (p->operands[1].kind == PTX_OPERAND_VECTOR)
        return pack(p, type);
    if (p->operands[0].kind == PTX_OPERAND_VECTOR)
        return unpack(p, type);
    if (!ptx_source(p, &p->operands[1], type, PTX_FIT_WIDTH, &source) ||
        !ptx_target(p, &p->operands[0], type, PTX_FIT_WIDTH, &target))
        return false;
    if (target == PTX_NONE)
        return true;
    struct draft_instruction *in = ptx_emit(p, &opcode->form);
    if (!in)
        return false;
    in->target[0] = target;
    in->source[0] = source;
    return true;
}

/* ---- set --------------------------------------------------------------------------------------- */

static ptx_lower lower_set;

/* `set.lt.and.f32.s32 d, a, b, c` is `setp.lt.and.s32 p, a, b, c` and `selp.f32 d, 1.0, 0.0, p`. */
static bool decode_set(struct ptx_opcode *opcode)
{
    const char *text = opcode->text, *end = text + opcode->length;
    const char *type = memrchr(text, '.', opcode->length);
    const char *to = memrchr(text, '.', (size_t)(type - text));
    char setp[64];
    if (!to || opcode->length + 2 > sizeof setp)
        return false;
    bool is_float = ptx_pattern_is(".f32", to, (size_t)(type - to));
    if (!is_float && !ptx_pattern_is(".{u32|s32}", to, (size_t)(type - to)))
        return false;
    int length = snprintf(setp, sizeof setp, "setp%.*s%.*s", (int)(to - text - 3), text + 3,
                          (int)(end - type), type);
    if (!ptx_alu_row_of(setp, (size_t)length, opcode))
        return false;
    opcode->lower = lower_set;
    opcode->types[4] = is_float;
    return true;
}

static bool lower_set(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct ptx_operand target = p->operands[0];
    struct ptx_opcode compare = *opcode;
    uint32_t to, yes, no, truth = draft_register(&p->draft, PTX_PRED);
    if (truth == PTX_NONE)
        return ptx_stop(p, VRRL_NO_MEMORY);
    if (p->operand_count == 0)
        return ptx_operands(p, 3, 4);
    compare.types[4] = PTX_NO_TYPE;
    p->operands[0].kind = PTX_OPERAND_REGISTER;
    p->operands[0].type = PTX_PRED;
    p->operands[0].reg = truth;
    if (!lower(p, &compare) || !ptx_target(p, &target, PTX_B32, PTX_FIT_WIDTH, &to) ||
        !ptx_bits(p, PTX_32, opcode->types[4] ? 0x3F800000u : UINT32_MAX, &yes) ||
        !ptx_bits(p, PTX_32, 0, &no))
        return false;
    struct draft_instruction *in = to == PTX_NONE ? NULL : ptx_emit_op(p, PTX_OP_SELP_32);
    if (!in)
        return to == PTX_NONE;
    in->target[0] = to;
    in->source[0] = yes;
    in->source[1] = no;
    in->source[2] = truth;
    return true;
}

bool ptx_alu_decode(struct ptx_opcode *opcode)
{
    const char *text = opcode->text;
    if (opcode->length > 4 && memcmp(text, "set.", 4) == 0)
        return decode_set(opcode);
    if (opcode->length > 4 && memcmp(text, "cvt.", 4) == 0)
        return ptx_cvt_decode(opcode);
    if (!ptx_alu_row_of(text, opcode->length, opcode))
        return false;
    opcode->lower =
        memcmp(text, "mov.", 4) == 0 && opcode->types[0] != PTX_PRED ? lower_mov : lower;
    return true;
}
