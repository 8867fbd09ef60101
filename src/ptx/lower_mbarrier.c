#include "ptx/lower_mbarrier.h"

#include "ptx/lower.h"
#include "ptx/lower_memory.h"

/* ---- Operands ---------------------------------------------------------------------------------- */

static bool emit(struct ptx_parser *p, const struct ptx_opcode *opcode, uint32_t address,
                 uint32_t target, uint32_t source)
{
    struct draft_instruction *in = ptx_access_at(p, opcode, &p->operands[address]);
    if (!in)
        return false;
    in->target[0] = target;
    in->source[1] = source;
    return true;
}

/* init, expect_tx, complete_tx: [address], count; inval: [address] */
static bool lower_update(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    uint32_t source = PTX_NONE, count = opcode->form.memory.atom == PTX_MBARRIER_INVAL ? 1 : 2;
    return ptx_operands(p, count, count) &&
           (count == 1 || ptx_source(p, &p->operands[1], PTX_B32, PTX_FIT_WIDTH, &source)) &&
           emit(p, opcode, 0, PTX_NONE, source);
}

/* state, [address] {, count} */
static bool lower_arrive(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    uint32_t target, source;
    bool plain = opcode->form.memory.atom == PTX_MBARRIER_ARRIVE ||
                 opcode->form.memory.atom == PTX_MBARRIER_DROP;
    return ptx_operands(p, plain ? 2 : 3, 3) &&
           ptx_target(p, &p->operands[0], PTX_B64, PTX_FIT_WIDTH, &target) &&
           (p->operand_count == 3 ? ptx_source(p, &p->operands[2], PTX_B32, PTX_FIT_WIDTH, &source)
                                  : ptx_bits(p, PTX_32, 1, &source)) &&
           emit(p, opcode, 1, target, source);
}

/* predicate, [address], state or parity {, how long it may sleep} */
static bool lower_wait(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    uint32_t target, source;
    bool parity = opcode->form.memory.atom == PTX_MBARRIER_WAIT_PARITY;
    return ptx_operands(p, 3, 3 + (uint32_t)opcode->hint) &&
           ptx_target(p, &p->operands[0], PTX_PRED, PTX_FIT_WIDTH, &target) &&
           ptx_source(p, &p->operands[2], parity ? PTX_B32 : PTX_B64, PTX_FIT_WIDTH, &source) &&
           emit(p, opcode, 1, target, source);
}

/* count, state: how many arrivals the phase lacked, in the low bits of the state (kernel/mbarrier.h). */
static bool lower_pending(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    uint32_t target, state, mask, wide = draft_register(&p->draft, PTX_B64);
    (void)opcode;
    if (wide == PTX_NONE)
        return ptx_stop(p, VRRL_NO_MEMORY);
    if (!ptx_operands(p, 2, 2) ||
        !ptx_target(p, &p->operands[0], PTX_B32, PTX_FIT_WIDTH, &target) ||
        !ptx_source(p, &p->operands[1], PTX_B64, PTX_FIT_WIDTH, &state) ||
        !ptx_bits(p, PTX_64, PTX_MBARRIER_COUNT_MAX, &mask))
        return false;
    struct draft_instruction *in = ptx_emit_op(p, PTX_OP_AND_64);
    if (!in)
        return false;
    in->target[0] = wide;
    in->source[0] = state;
    in->source[1] = mask;
    in = ptx_emit_op(p, PTX_OP_CVT_U32_U64);
    if (!in)
        return false;
    in->target[0] = target;
    in->source[0] = wide;
    return true;
}

/* ---- Spellings --------------------------------------------------------------------------------- */

static const char *order_name(unsigned order)
{
    return ptx_order_name((enum ptx_order)order);
}

static const char *scope_name(unsigned scope)
{
    return ptx_scope_name((enum ptx_scope)scope);
}

/* What follows the operation: order, scope, space, type. The object is of a block, or of another of its cluster. */
static bool object_of(struct ptx_modifiers *m, struct ptx_memory *to, enum ptx_order order,
                      bool ordered)
{
    to->order = (uint8_t)order;
    to->scope = PTX_SCOPE_NONE;
    if (ordered) {
        to->order = (uint8_t)ptx_modifier_of(m, order_name, PTX_ORDER_RELAXED, PTX_ORDERS, order);
        to->scope =
            (uint8_t)ptx_modifier_of(m, scope_name, PTX_SCOPE_CTA, PTX_SCOPES, PTX_SCOPE_CTA);
    }
    to->space = ptx_space_of(m);
    to->type = PTX_B64;
    to->count = 1;
    bool is_shared = to->space == PTX_SPACE_SHARED || to->space == PTX_SPACE_SHARED_CLUSTER ||
                     to->space == PTX_SPACE_GENERIC;
    return is_shared && to->scope <= PTX_SCOPE_CLUSTER &&
           (to->order == order || to->order == PTX_ORDER_RELAXED);
}

static bool decode_arrive(struct ptx_modifiers *m, struct ptx_opcode *opcode, bool drops)
{
    opcode->lower = lower_arrive;
    uint8_t *what = &opcode->form.memory.atom;
    *what = drops ? PTX_MBARRIER_DROP : PTX_MBARRIER_ARRIVE;
    if (ptx_modifier(m, "noComplete"))
        *what = drops ? PTX_MBARRIER_DROP_NO_COMPLETE : PTX_MBARRIER_ARRIVE_NO_COMPLETE;
    else if (ptx_modifier(m, "expect_tx"))
        *what = drops ? PTX_MBARRIER_DROP_EXPECT : PTX_MBARRIER_ARRIVE_EXPECT;
    return object_of(m, &opcode->form.memory, PTX_ORDER_RELEASE, true);
}

static bool decode_wait(struct ptx_modifiers *m, struct ptx_opcode *opcode, bool tries)
{
    opcode->lower = lower_wait;
    opcode->hint = tries;
    opcode->form.memory.atom =
        ptx_modifier(m, "parity") ? PTX_MBARRIER_WAIT_PARITY : PTX_MBARRIER_WAIT;
    return object_of(m, &opcode->form.memory, PTX_ORDER_ACQUIRE, true);
}

static bool decode_update(struct ptx_modifiers *m, struct ptx_opcode *opcode,
                          enum ptx_mbarrier what)
{
    bool plain = what == PTX_MBARRIER_INIT || what == PTX_MBARRIER_INVAL;
    opcode->lower = lower_update;
    opcode->form.memory.atom = (uint8_t)what;
    return object_of(m, &opcode->form.memory, plain ? PTX_ORDER_WEAK : PTX_ORDER_RELAXED, !plain);
}

static bool decode_mbarrier(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->form.op = PTX_OP_MBARRIER;
    opcode->types[0] = PTX_B64;
    if (ptx_modifier_type(m) != PTX_B64)
        return false;
    if (ptx_modifier(m, "arrive"))
        return decode_arrive(m, opcode, false);
    if (ptx_modifier(m, "arrive_drop"))
        return decode_arrive(m, opcode, true);
    if (ptx_modifier(m, "test_wait"))
        return decode_wait(m, opcode, false);
    if (ptx_modifier(m, "try_wait"))
        return decode_wait(m, opcode, true);
    if (ptx_modifier(m, "init"))
        return decode_update(m, opcode, PTX_MBARRIER_INIT);
    if (ptx_modifier(m, "inval"))
        return decode_update(m, opcode, PTX_MBARRIER_INVAL);
    if (ptx_modifier(m, "expect_tx"))
        return decode_update(m, opcode, PTX_MBARRIER_EXPECT);
    if (ptx_modifier(m, "complete_tx"))
        return decode_update(m, opcode, PTX_MBARRIER_COMPLETE);
    opcode->lower = lower_pending;
    return ptx_modifier(m, "pending_count");
}

/* [address] */
static bool lower_copies(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    return ptx_operands(p, 1, 1) && emit(p, opcode, 0, PTX_NONE, PTX_NONE);
}

bool ptx_decode_copies_arrive(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->lower = lower_copies;
    opcode->form.op = PTX_OP_MBARRIER;
    opcode->form.memory.atom =
        ptx_modifier(m, "noinc") ? PTX_MBARRIER_COPIES : PTX_MBARRIER_COPIES_COUNTED;
    return ptx_modifier(m, "arrive") && ptx_modifier_type(m) == PTX_B64 &&
           object_of(m, &opcode->form.memory, PTX_ORDER_RELEASE, true);
}

const struct ptx_family ptx_mbarrier_families[] = {
    {"mbarrier",
     "mbarrier.{init|inval|expect_tx|complete_tx|arrive|arrive_drop}"
     "[.noComplete|.expect_tx][.ORDER.SCOPE][.SPACE].b64, "
     "mbarrier.{test_wait|try_wait}[.parity][.ORDER.SCOPE][.SPACE].b64, mbarrier.pending_count.b64",
     decode_mbarrier},
    {NULL, NULL, NULL},
};
