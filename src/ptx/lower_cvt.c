#include "ptx/lower_cvt.h"

#include "ptx/lower.h"
#include "ptx/lower_alu.h"
#include "ptx/opcode.h"

#include <string.h>

static const char *rounding_name(unsigned rounding)
{
    static const char *const names[] = {
        [PTX_ROUND_NONE] = "",   [PTX_ROUND_RN] = "rn",   [PTX_ROUND_RZ] = "rz",
        [PTX_ROUND_RM] = "rm",   [PTX_ROUND_RP] = "rp",   [PTX_ROUND_RNA] = "rna",
        [PTX_ROUND_RNI] = "rni", [PTX_ROUND_RZI] = "rzi", [PTX_ROUND_RMI] = "rmi",
        [PTX_ROUND_RPI] = "rpi",
    };
    return names[rounding];
}

static bool lower(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    enum ptx_type to = (enum ptx_type)opcode->types[0], from = (enum ptx_type)opcode->types[1];
    struct ptx_instruction form = opcode->form;
    uint32_t sources[2] = {PTX_NONE, PTX_NONE}, target;
    uint32_t count = form.op == PTX_OP_CVT_PACK ? 2 : 1;
    if (!ptx_operands(p, count + 1, count + 1))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!ptx_source(p, &p->operands[i + 1], from, PTX_FIT_WIDER, &sources[i]))
            return false;
    if (!ptx_target(p, &p->operands[0], to, PTX_FIT_WIDER, &target))
        return false;
    if (target == PTX_NONE)
        return true;
    enum ptx_type reg = (enum ptx_type)p->operands[0].type;
    if (count == 1 && form.op < PTX_OP_CVT_32_32 && ptx_width_of(reg) != ptx_width_of(to))
        form.op = PTX_OP_CVT_32_32; /* a row of its own knows its own width alone */
    if (count == 1 && form.op >= PTX_OP_CVT_32_32) {
        bool wide = ptx_width_of(reg) == PTX_64, from_wide = ptx_width_of(from) == PTX_64;
        form.op = (uint16_t)(wide        ? from_wide ? PTX_OP_CVT_64_64 : PTX_OP_CVT_64_32
                             : from_wide ? PTX_OP_CVT_32_64
                                         : PTX_OP_CVT_32_32);
        form.alu.narrow = ptx_type_bytes(reg) < 4;
    }
    struct draft_instruction *in = ptx_emit(p, &form);
    if (!in)
        return false;
    in->target[0] = target;
    in->source[0] = sources[0];
    in->source[1] = sources[1];
    return true;
}

static bool is_scalar(enum ptx_type type)
{
    return type >= PTX_U8 && type <= PTX_F64;
}

/* Rounding that the conversion needs, where none is given: between integers and to wider formats it is none. */
static bool check_rounding(const struct ptx_alu *alu)
{
    bool from_float = ptx_type_sort((enum ptx_type)alu->from) == PTX_FLOATING;
    bool to_float = ptx_type_sort((enum ptx_type)alu->to) == PTX_FLOATING;
    bool integral = alu->rounding >= PTX_ROUND_RNI;
    if (from_float && !to_float)
        return integral;
    return from_float ? true : alu->rounding == PTX_ROUND_NONE ? !to_float : to_float && !integral;
}

bool ptx_cvt_decode(struct ptx_opcode *opcode)
{
    const char *text = opcode->text, *end = text + opcode->length;
    struct ptx_modifiers m;
    ptx_modifiers_split(&m, text + 3, end);
    if (m.count < 2)
        return false;
    struct ptx_modifiers last = {.count = 1}, before = {.count = 1};
    last.text[0] = m.text[m.count - 1];
    last.length[0] = m.length[m.count - 1];
    before.text[0] = m.text[m.count - 2];
    before.length[0] = m.length[m.count - 2];
    enum ptx_type from = ptx_modifier_type(&last), to = ptx_modifier_type(&before);
    m.count -= 2;
    bool pair = from == PTX_F32 && (to == PTX_F16X2 || to == PTX_BF16X2);
    if (!pair && (!is_scalar(from) || !is_scalar(to)))
        return false;
    struct ptx_alu alu = {.from = (uint8_t)from, .to = (uint8_t)to};
    alu.rounding = (uint8_t)ptx_modifier_of(&m, rounding_name, PTX_ROUND_RN, PTX_ROUND_RPI + 1,
                                            PTX_ROUND_NONE);
    alu.flushes = ptx_modifier(&m, "ftz");
    alu.saturates = ptx_modifier(&m, "sat");
    alu.relu = ptx_modifier(&m, "relu");
    alu.finite = ptx_modifier(&m, "satfinite");
    if (!ptx_modifiers_end(&m) || alu.rounding == PTX_ROUND_RNA || !check_rounding(&alu))
        return false;
    opcode->form.op = (uint16_t)(pair ? PTX_OP_CVT_PACK : PTX_OP_CVT_32_32);
    opcode->form.alu = alu;
    struct ptx_opcode row = {.text = text, .length = opcode->length};
    if (!pair && ptx_alu_row_of(text, opcode->length, &row))
        opcode->form.op = row.form.op;
    opcode->types[0] = (uint8_t)to;
    opcode->types[1] = (uint8_t)from;
    opcode->lower = lower;
    return true;
}
