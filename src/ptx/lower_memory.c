#include "ptx/lower_memory.h"

#include "ptx/lower.h"
#include "ptx/lower_mbarrier.h"

#include <stdio.h>
#include <string.h>

/* ---- Spellings --------------------------------------------------------------------------------- */

static const char *space_name(unsigned space)
{
    return ptx_space_name((enum ptx_space)space);
}

static const char *order_name(unsigned order)
{
    return ptx_order_name((enum ptx_order)order);
}

static const char *scope_name(unsigned scope)
{
    return ptx_scope_name((enum ptx_scope)scope);
}

static const char *atom_name(unsigned atom)
{
    return ptx_atom_name((enum ptx_atom)atom);
}

uint8_t ptx_space_of(struct ptx_modifiers *m)
{
    if (ptx_modifier(m, "shared::cta"))
        return PTX_SPACE_SHARED;
    if (ptx_modifier(m, "param::func") || ptx_modifier(m, "param::entry"))
        return PTX_SPACE_PARAM;
    return (uint8_t)ptx_modifier_of(m, space_name, PTX_SPACE_GLOBAL, PTX_SPACES, PTX_SPACE_GENERIC);
}

/* What tells caches, and means nothing here. */
static void cache_hints(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    static const char *const names[] = {"ca", "cg", "cs", "lu", "cv", "wb", "wt"};
    opcode->hint = ptx_modifier(m, "L2::cache_hint");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ptx_modifier(m, names[i]);
    for (unsigned i = 0; i < m->count; i++)
        if (m->length[i] > 4 &&
            (memcmp(m->text[i], "L1::", 4) == 0 || memcmp(m->text[i], "L2::", 4) == 0))
            m->taken[i] = true;
}

static uint8_t vector_of(struct ptx_modifiers *m)
{
    return ptx_modifier(m, "v2") ? 2 : ptx_modifier(m, "v4") ? 4 : ptx_modifier(m, "v8") ? 8 : 1;
}

/* Order, scope, space, hints, type: what loads, stores and atomics share. */
static bool access_of(struct ptx_modifiers *m, struct ptx_opcode *opcode, enum ptx_order order,
                      enum ptx_scope scope)
{
    struct ptx_memory *to = &opcode->form.memory;
    bool mmio = ptx_modifier(m, "mmio");
    to->order = (uint8_t)ptx_modifier_of(m, order_name, PTX_ORDER_WEAK, PTX_ORDERS, order);
    to->scope = (uint8_t)ptx_modifier_of(m, scope_name, PTX_SCOPE_CTA, PTX_SCOPES, scope);
    to->space = ptx_space_of(m);
    cache_hints(m, opcode);
    to->type = (uint8_t)ptx_modifier_type(m);
    to->count = 1;
    if (mmio)
        to->order = PTX_ORDER_MMIO;
    if (to->order == PTX_ORDER_VOLATILE || mmio)
        to->scope = PTX_SCOPE_SYS;
    opcode->types[0] = to->type;
    bool scoped = to->order != PTX_ORDER_WEAK;
    return to->type != PTX_NO_TYPE && to->type != PTX_PRED && ptx_type_bytes(to->type) <= 8 &&
           (!scoped || to->scope != PTX_SCOPE_NONE);
}

static ptx_lower lower_load, lower_store, lower_atom;

static bool decode_load(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->lower = lower_load;
    opcode->form.op = PTX_OP_LD;
    opcode->form.memory.is_const_cached = ptx_modifier(m, "nc");
    uint8_t count = vector_of(m);
    bool right = access_of(m, opcode, PTX_ORDER_WEAK, PTX_SCOPE_NONE);
    opcode->form.memory.count = count;
    return right;
}

static bool decode_ldu(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    bool right = decode_load(m, opcode);
    opcode->form.memory.is_const_cached = true;
    return right;
}

static bool decode_store(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    uint8_t count = vector_of(m);
    bool right = access_of(m, opcode, PTX_ORDER_WEAK, PTX_SCOPE_NONE);
    opcode->lower = lower_store;
    opcode->form.op = PTX_OP_ST;
    opcode->form.memory.count = count;
    return right;
}

static bool decode_atom(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    bool right = access_of(m, opcode, PTX_ORDER_RELAXED, PTX_SCOPE_GPU);
    ptx_modifier(m, "noftz");
    opcode->lower = lower_atom;
    opcode->form.op = PTX_OP_ATOM;
    opcode->form.memory.atom =
        (uint8_t)ptx_modifier_of(m, atom_name, PTX_ATOM_ADD, PTX_ATOMS, PTX_ATOM_NONE);
    return right && opcode->form.memory.atom != PTX_ATOM_NONE;
}

static bool decode_red(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    bool right = decode_atom(m, opcode);
    opcode->form.op = PTX_OP_RED;
    return right && opcode->form.memory.atom < PTX_ATOM_EXCH;
}

/* ---- Addresses --------------------------------------------------------------------------------- */

/* The row of an address, of 64 bits or of 32, and the offset that is added to it. */
static bool address_of(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_space space,
                       uint32_t *source, int64_t *offset)
{
    *offset = o->offset;
    if (o->kind != PTX_OPERAND_ADDRESS)
        return ptx_bad_operand(p, o, "an address in brackets");
    struct ptx_operand base = p->elements[o->first];
    bool is_variable = base.kind == PTX_OPERAND_NAME && base.name.meaning == PTX_MEANS_VARIABLE;
    if (!is_variable || space != PTX_SPACE_GENERIC)
        return base.kind == PTX_OPERAND_REGISTER && ptx_type_bytes((enum ptx_type)base.type) == 4
                   ? ptx_source(p, &base, PTX_B32, PTX_FIT_WIDTH, source)
                   : ptx_source(p, &base, PTX_B64, PTX_FIT_WIDTH, source);
    *source = draft_constant(
        &p->draft, PTX_64,
        (struct ptx_constant){(uint64_t)base.offset, base.name.index, PTX_SYMBOL_GENERIC});
    return *source == PTX_NONE ? ptx_stop(p, VRRL_TOO_LARGE)
                               : ptx_lower_use(p, base.name.index, true);
}

/* A variable is in the space of the access, or the access is generic. */
static bool check_space(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_space space)
{
    const struct ptx_operand *base = &p->elements[o->first];
    if (base->kind != PTX_OPERAND_NAME)
        return true;
    enum ptx_space is = base->name.meaning == PTX_MEANS_PARAM   ? PTX_SPACE_PARAM
                        : base->name.meaning == PTX_MEANS_LOCAL ? PTX_SPACE_LOCAL
                        : base->name.meaning == PTX_MEANS_VARIABLE
                            ? (enum ptx_space)p->module->variables[base->name.index].space
                            : PTX_SPACE_GENERIC;
    if (is == PTX_SPACE_GENERIC)
        return ptx_bad_operand(p, base, "a variable");
    bool generic = space == PTX_SPACE_GENERIC && is != PTX_SPACE_PARAM;
    bool cluster = space == PTX_SPACE_SHARED_CLUSTER && is == PTX_SPACE_SHARED;
    if (is == space || generic || cluster)
        return true;
    char what[64];
    snprintf(what, sizeof what, "a variable of the space .%s", ptx_space_name(space));
    return ptx_bad_operand(p, base, what);
}

struct draft_instruction *ptx_access_at(struct ptx_parser *p, const struct ptx_opcode *opcode,
                                        const struct ptx_operand *o)
{
    struct ptx_instruction form = opcode->form;
    struct ptx_memory *m = &form.memory;
    uint32_t source = PTX_NONE;
    if (o->kind != PTX_OPERAND_ADDRESS) {
        ptx_bad_operand(p, o, "an address in brackets");
        return NULL;
    }
    if (!check_space(p, o, (enum ptx_space)m->space))
        return NULL;
    const struct ptx_operand *base = &p->elements[o->first];
    bool named = base->kind == PTX_OPERAND_NAME &&
                 (base->name.meaning == PTX_MEANS_PARAM ||
                  (base->name.meaning == PTX_MEANS_LOCAL && m->space == PTX_SPACE_LOCAL));
    m->frame = named || m->space == PTX_SPACE_PARAM;
    if (named) {
        m->offset = o->offset + base->offset + base->name.offset;
    } else {
        if (!address_of(p, o, (enum ptx_space)m->space, &source, &m->offset))
            return NULL;
        m->narrow_address =
            base->kind == PTX_OPERAND_REGISTER && ptx_type_bytes((enum ptx_type)base->type) == 4;
    }
    struct draft_instruction *in = ptx_emit(p, &form);
    if (in)
        in->source[0] = source;
    return in;
}

/* ---- Values ------------------------------------------------------------------------------------ */

/* The operands of a value: the elements of a vector, or itself. */
static const struct ptx_operand *values(struct ptx_parser *p, const struct ptx_operand *o,
                                        uint32_t count)
{
    if (count == 1 && o->kind != PTX_OPERAND_VECTOR)
        return o;
    if (o->kind == PTX_OPERAND_VECTOR && o->count == count)
        return &p->elements[o->first];
    ptx_bad_operand(p, o, count == 1 ? "one register" : "a vector of as many registers as .v says");
    return NULL;
}

static bool lower_load(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct ptx_opcode load = *opcode;
    struct ptx_memory *m = &load.form.memory;
    if (!ptx_operands(p, 2 + opcode->hint, 2 + opcode->hint))
        return false;
    const struct ptx_operand *to = values(p, &p->operands[0], m->count);
    m->values = p->draft.operand_count;
    m->width = (uint8_t)ptx_width_of((enum ptx_type)m->type);
    bool first = true;
    for (uint32_t i = 0; to && i < m->count; i++) {
        uint32_t target;
        if (!ptx_target(p, &to[i], (enum ptx_type)m->type, PTX_FIT_WIDER, &target))
            return false;
        if (!draft_operand(&p->draft, target))
            return ptx_stop(p, VRRL_NO_MEMORY);
        if (target == PTX_NONE)
            continue;
        enum ptx_type reg = (enum ptx_type)to[i].type;
        if (!first && m->width != ptx_width_of(reg))
            return ptx_bad_operand(p, &to[i], "registers of one width");
        first = false;
        m->width = (uint8_t)ptx_width_of(reg);
        m->narrow = ptx_type_bytes(reg) < 4;
    }
    return to && ptx_access_at(p, &load, &p->operands[1]);
}

static bool lower_store(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct ptx_opcode store = *opcode;
    struct ptx_memory *m = &store.form.memory;
    uint32_t sources[8];
    if (!ptx_operands(p, 2 + opcode->hint, 2 + opcode->hint))
        return false;
    const struct ptx_operand *from = values(p, &p->operands[1], m->count);
    m->width = (uint8_t)ptx_width_of((enum ptx_type)m->type);
    for (uint32_t i = 0; from && i < m->count; i++)
        if (!ptx_source(p, &from[i], (enum ptx_type)m->type, PTX_FIT_WIDER, &sources[i]))
            return false;
    m->values = p->draft.operand_count;
    for (uint32_t i = 0; from && i < m->count; i++)
        if (!draft_operand(&p->draft, sources[i]))
            return ptx_stop(p, VRRL_NO_MEMORY);
    return from && ptx_access_at(p, &store, &p->operands[0]);
}

static bool lower_atom(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    enum ptx_type type = (enum ptx_type)opcode->types[0];
    bool returns = opcode->form.op == PTX_OP_ATOM, cas = opcode->form.memory.atom == PTX_ATOM_CAS;
    uint32_t at = returns, count = at + 2 + cas, target = PTX_NONE;
    uint32_t sources[2] = {PTX_NONE, PTX_NONE};
    if (!ptx_operands(p, count + opcode->hint, count + opcode->hint))
        return false;
    if (returns && !ptx_target(p, &p->operands[0], type, PTX_FIT_WIDTH, &target))
        return false;
    for (uint32_t i = 0; i < 1u + cas; i++)
        if (!ptx_source(p, &p->operands[at + 1 + i], type, PTX_FIT_WIDTH, &sources[i]))
            return false;
    struct ptx_opcode atom = *opcode;
    atom.form.memory.width = (uint8_t)ptx_width_of(type);
    struct draft_instruction *in = ptx_access_at(p, &atom, &p->operands[at]);
    if (!in)
        return false;
    in->target[0] = target;
    in->source[1] = sources[0];
    in->source[2] = sources[1];
    return true;
}

bool ptx_lower_param(struct ptx_parser *p, uint32_t reg, uint32_t offset, bool store)
{
    enum ptx_type type = (enum ptx_type)p->draft.registers[reg].type;
    struct ptx_instruction form = {.op = store ? PTX_OP_ST : PTX_OP_LD};
    form.memory = (struct ptx_memory){.offset = offset,
                                      .values = p->draft.operand_count,
                                      .space = PTX_SPACE_PARAM,
                                      .type = (uint8_t)type,
                                      .count = 1,
                                      .width = (uint8_t)ptx_width_of(type),
                                      .frame = true,
                                      .narrow = ptx_type_bytes(type) < 4};
    return draft_operand(&p->draft, reg) ? ptx_emit(p, &form) != NULL : ptx_stop(p, VRRL_NO_MEMORY);
}

/* ---- Copies and what only caches see ----------------------------------------------------------- */

static bool lower_nothing(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    return ptx_emit(p, &opcode->form) != NULL;
}

/* prefetch, applypriority, discard: an address, which is not accessed. */
static bool decode_cache(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    for (unsigned i = 0; i < m->count; i++)
        m->taken[i] = memcmp(m->text[i], "tensormap", m->length[i] < 9 ? m->length[i] : 9) != 0;
    opcode->lower = lower_nothing;
    opcode->form.op = PTX_OP_NOP;
    return true;
}

/* A policy is what caches are told: a number that nothing here looks at. */
static bool lower_policy(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    uint32_t target, source;
    if (p->operand_count < 1)
        return ptx_operands(p, 1, 4);
    if (!ptx_target(p, &p->operands[0], PTX_B64, PTX_FIT_WIDTH, &target) ||
        !ptx_bits(p, PTX_64, 0, &source))
        return false;
    struct draft_instruction *in = ptx_emit(p, &opcode->form);
    if (!in)
        return false;
    in->target[0] = target;
    in->source[0] = source;
    return true;
}

static bool decode_policy(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    for (unsigned i = 0; i < m->count; i++)
        m->taken[i] = true;
    opcode->lower = lower_policy;
    opcode->form.op = PTX_OP_MOV_64;
    return true;
}

/* cp.async [to], [from], bytes {, source bytes or predicate} */
static bool lower_copy(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct ptx_instruction form = opcode->form;
    uint32_t sources[PTX_SOURCES] = {PTX_NONE, PTX_NONE, PTX_NONE, PTX_NONE};
    int64_t offsets[2];
    uint32_t most = 4 + (uint32_t)opcode->hint;
    if (!ptx_operands(p, 3 + (uint32_t)opcode->hint, most))
        return false;
    for (uint32_t i = 0; i < 2; i++) {
        const struct ptx_operand *o = &p->operands[i];
        if (!address_of(p, o, i ? PTX_SPACE_GLOBAL : PTX_SPACE_SHARED, &sources[i], &offsets[i]))
            return false;
        bool narrow = p->elements[o->first].kind == PTX_OPERAND_REGISTER &&
                      ptx_type_bytes((enum ptx_type)p->elements[o->first].type) == 4;
        struct draft_instruction *in = narrow ? ptx_emit_op(p, PTX_OP_CVT_U64_U32) : NULL;
        uint32_t wide = in ? draft_register(&p->draft, PTX_B64) : PTX_NONE;
        if (narrow && wide == PTX_NONE)
            return ptx_stop(p, VRRL_NO_MEMORY);
        if (narrow) {
            in->source[0] = sources[i];
            in->target[0] = sources[i] = wide;
        }
    }
    const struct ptx_operand *size = &p->operands[2];
    if (size->kind != PTX_OPERAND_NUMBER ||
        (size->number.bits != 4 && size->number.bits != 8 && size->number.bits != 16))
        return ptx_bad_operand(p, size, "4, 8 or 16 bytes");
    if (p->operand_count == most) {
        const struct ptx_operand *o = &p->operands[3];
        bool ignores = o->kind == PTX_OPERAND_REGISTER && o->type == PTX_PRED;
        if (!ptx_source(p, o, ignores ? PTX_PRED : PTX_B32, PTX_FIT_WIDTH,
                        &sources[ignores ? 3 : 2]))
            return false;
    }
    form.copy =
        (struct ptx_copy){(int32_t)offsets[0], (int32_t)offsets[1], (uint32_t)size->number.bits};
    struct draft_instruction *in = ptx_emit(p, &form);
    if (!in)
        return false;
    memcpy(in->source, sources, sizeof sources);
    return offsets[0] == (int32_t)offsets[0] && offsets[1] == (int32_t)offsets[1]
               ? true
               : ptx_bad_operand(p, &p->operands[0], "offsets of 32 bits");
}

static bool lower_wait_group(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct ptx_instruction form = opcode->form;
    if (!ptx_operands(p, 1, 1))
        return false;
    const struct ptx_operand *o = &p->operands[0];
    if (o->kind != PTX_OPERAND_NUMBER || o->number.bits > UINT32_MAX)
        return ptx_bad_operand(p, o, "a number of groups");
    form.copy.bytes = (uint32_t)o->number.bits;
    return ptx_emit(p, &form) != NULL;
}

static bool decode_cp(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    if (!ptx_modifier(m, "async"))
        return false;
    if (ptx_modifier(m, "mbarrier"))
        return ptx_decode_copies_arrive(m, opcode);
    opcode->lower = lower_nothing;
    opcode->form.op = PTX_OP_CP_ASYNC_COMMIT;
    if (ptx_modifier(m, "commit_group"))
        return true;
    opcode->form.op = PTX_OP_CP_ASYNC_WAIT_ALL;
    if (ptx_modifier(m, "wait_all"))
        return true;
    opcode->lower = lower_wait_group;
    opcode->form.op = PTX_OP_CP_ASYNC_WAIT;
    if (ptx_modifier(m, "wait_group"))
        return true;
    opcode->lower = lower_copy;
    opcode->form.op = PTX_OP_CP_ASYNC;
    bool shared = ptx_modifier(m, "shared") || ptx_modifier(m, "shared::cta");
    bool global = ptx_modifier(m, "global");
    cache_hints(m, opcode);
    return shared && global;
}

const struct ptx_family ptx_memory_families[] = {
    {"ld",
     "ld[.weak|.volatile|.relaxed.SCOPE|.acquire.SCOPE|.mmio.relaxed.sys][.SPACE][CACHE][.nc][.v2|."
     "v4|.v8].TYPE",
     decode_load},
    {"ldu", "ldu[.global][.v2|.v4].TYPE", decode_ldu},
    {"st",
     "st[.weak|.volatile|.relaxed.SCOPE|.release.SCOPE|.mmio.relaxed.sys][.SPACE][CACHE][.v2|.v4|."
     "v8].TYPE",
     decode_store},
    {"atom",
     "atom[.relaxed|.acquire|.release|.acq_rel][.SCOPE][.SPACE].{add|inc|dec|min|max|and|or|xor|"
     "exch|cas}[.noftz].TYPE",
     decode_atom},
    {"red", "red[.relaxed|.release][.SCOPE][.SPACE].{add|inc|dec|min|max|and|or|xor}[.noftz].TYPE",
     decode_red},
    {"cp",
     "cp.async{.ca|.cg}.shared.global, cp.async.{commit_group|wait_group|wait_all}, "
     "cp.async.mbarrier.arrive[.noinc][.SPACE].b64",
     decode_cp},
    {"prefetch", "prefetch[.SPACE].LEVEL", decode_cache},
    {"prefetchu", "prefetchu.L1", decode_cache},
    {"applypriority", "applypriority.global.LEVEL", decode_cache},
    {"discard", "discard.global.LEVEL", decode_cache},
    {"createpolicy", "createpolicy.KIND.b64", decode_policy},
    {NULL, NULL, NULL},
};
