#include "ptx/lower_warp.h"

#include "ptx/lower.h"

#include <string.h>

/* Emits an instruction with the targets and sources that the others filled. */
struct operands {
    uint32_t target[2], source[PTX_SOURCES];
};

static const struct operands none = {{PTX_NONE, PTX_NONE},
                                     {PTX_NONE, PTX_NONE, PTX_NONE, PTX_NONE}};

static bool emit(struct ptx_parser *p, const struct ptx_instruction *form, const struct operands *o)
{
    struct draft_instruction *in = ptx_emit(p, form);
    if (!in)
        return false;
    memcpy(in->target, o->target, sizeof in->target);
    memcpy(in->source, o->source, sizeof in->source);
    return true;
}

static bool set(struct ptx_opcode *opcode, ptx_lower *lower, enum ptx_op op)
{
    opcode->lower = lower;
    opcode->form.op = (uint16_t)op;
    return true;
}

/* The operands behind the target, as sources at their places. */
static bool take(struct ptx_parser *p, struct operands *to, uint32_t operand, unsigned source,
                 enum ptx_type type)
{
    return ptx_source(p, &p->operands[operand], type, PTX_FIT_WIDTH, &to->source[source]);
}

static bool take_target(struct ptx_parser *p, struct operands *to, enum ptx_type type)
{
    const struct ptx_operand *o = &p->operands[0];
    to->target[1] = o->second;
    return ptx_target(p, o, type, PTX_FIT_WIDTH, &to->target[0]);
}

/* Which of `count` names a spelling has. */
static bool mode_of(struct ptx_modifiers *m, const char *const *names, unsigned count,
                    unsigned first, uint8_t *mode)
{
    for (unsigned i = 0; i < count; i++) {
        if (ptx_modifier(m, names[i])) {
            *mode = (uint8_t)(first + i);
            return true;
        }
    }
    return false;
}

/* ---- Within a warp ----------------------------------------------------------------------------- */

/* shfl d|p, a, b, c {, members} */
static bool lower_shfl(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    uint32_t count = 4 + (uint32_t)opcode->types[1];
    if (!ptx_operands(p, count, count) || !take(p, &o, 1, 0, PTX_B32) ||
        !take(p, &o, 2, 1, PTX_U32) || !take(p, &o, 3, 2, PTX_U32) ||
        (count == 5 && !take(p, &o, 4, 3, PTX_U32)))
        return false;
    return take_target(p, &o, PTX_B32) && emit(p, &opcode->form, &o);
}

static bool decode_shfl(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    static const char *const modes[] = {"up", "down", "bfly", "idx"};
    opcode->types[1] = ptx_modifier(m, "sync");
    return set(opcode, lower_shfl, PTX_OP_SHFL) && ptx_modifier_type(m) == PTX_B32 &&
           mode_of(m, modes, 4, PTX_SHFL_UP, &opcode->form.warp.mode);
}

/* vote d, a {, members} */
static bool lower_vote(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    uint32_t count = 2 + (uint32_t)opcode->types[1];
    if (!ptx_operands(p, count, count) || !take(p, &o, 1, 0, PTX_PRED) ||
        (count == 3 && !take(p, &o, 2, 3, PTX_U32)))
        return false;
    return take_target(p, &o, (enum ptx_type)opcode->types[0]) && emit(p, &opcode->form, &o);
}

static bool decode_vote(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    static const char *const modes[] = {"all", "any", "uni", "ballot"};
    bool known = mode_of(m, modes, 4, PTX_VOTE_ALL, &opcode->form.warp.mode);
    opcode->types[1] = ptx_modifier(m, "sync");
    opcode->types[0] = (uint8_t)ptx_modifier_type(m);
    return set(opcode, lower_vote, PTX_OP_VOTE) && known &&
           opcode->types[0] == (opcode->form.warp.mode == PTX_VOTE_BALLOT ? PTX_B32 : PTX_PRED);
}

/* match d|p, a, members; redux d, a, members */
static bool lower_members(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    enum ptx_type type = (enum ptx_type)opcode->form.warp.type;
    bool match = opcode->form.op == PTX_OP_MATCH;
    return ptx_operands(p, 3, 3) && take(p, &o, 1, 0, type) && take(p, &o, 2, 3, PTX_U32) &&
           take_target(p, &o, match ? PTX_B32 : type) && emit(p, &opcode->form, &o);
}

static bool decode_match(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    static const char *const modes[] = {"any", "all"};
    bool known = mode_of(m, modes, 2, PTX_MATCH_ANY, &opcode->form.warp.mode);
    enum ptx_type type = ptx_modifier_type(m);
    opcode->form.warp.type = (uint8_t)type;
    return set(opcode, lower_members, PTX_OP_MATCH) && known && ptx_modifier(m, "sync") &&
           (type == PTX_B32 || type == PTX_B64);
}

static bool decode_redux(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    static const struct {
        const char *name;
        enum ptx_atom atom;
    } atoms[] = {{"add", PTX_ATOM_ADD}, {"min", PTX_ATOM_MIN}, {"max", PTX_ATOM_MAX},
                 {"and", PTX_ATOM_AND}, {"or", PTX_ATOM_OR},   {"xor", PTX_ATOM_XOR}};
    struct ptx_warp *to = &opcode->form.warp;
    for (size_t i = 0; i < sizeof atoms / sizeof atoms[0]; i++)
        if (ptx_modifier(m, atoms[i].name))
            to->mode = (uint8_t)atoms[i].atom;
    to->absolute = ptx_modifier(m, "abs");
    to->nan = ptx_modifier(m, "NaN");
    to->type = (uint8_t)ptx_modifier_type(m);
    bool bits = to->mode >= PTX_ATOM_AND, is_float = to->type == PTX_F32;
    bool right = is_float ? to->mode == PTX_ATOM_MIN || to->mode == PTX_ATOM_MAX
                 : bits   ? to->type == PTX_B32
                          : to->type == PTX_U32 || to->type == PTX_S32;
    return set(opcode, lower_members, PTX_OP_REDUX) && ptx_modifier(m, "sync") &&
           to->mode != PTX_ATOM_NONE && right && (is_float || (!to->absolute && !to->nan));
}

static bool lower_activemask(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    return ptx_operands(p, 1, 1) && take_target(p, &o, PTX_B32) && emit(p, &opcode->form, &o);
}

static bool decode_activemask(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    return set(opcode, lower_activemask, PTX_OP_ACTIVEMASK) && ptx_modifier_type(m) == PTX_B32;
}

static bool lower_elect(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    return ptx_operands(p, 2, 2) && take(p, &o, 1, 3, PTX_U32) && take_target(p, &o, PTX_B32) &&
           emit(p, &opcode->form, &o);
}

static bool decode_elect(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    return set(opcode, lower_elect, PTX_OP_ELECT) && ptx_modifier(m, "sync");
}

/* ---- Barriers ---------------------------------------------------------------------------------- */

static bool lower_bar_warp(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    return ptx_operands(p, 1, 1) && take(p, &o, 0, 0, PTX_U32) && emit(p, &opcode->form, &o);
}

/* sync a {, b}; arrive a, b; red d, a {, b}, c */
static bool lower_bar(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    uint8_t kind = opcode->form.barrier.kind;
    bool reduces = kind >= PTX_BARRIER_POPC, arrives = kind == PTX_BARRIER_ARRIVE;
    uint32_t at = reduces, least = reduces ? 3 : arrives ? 2 : 1;
    if (!ptx_operands(p, least, least + !arrives) || !take(p, &o, at, 0, PTX_U32))
        return false;
    bool counted = arrives || p->operand_count == least + 1;
    if (counted && !take(p, &o, at + 1, 1, PTX_U32))
        return false;
    if (reduces && !take(p, &o, p->operand_count - 1, 2, PTX_PRED))
        return false;
    if (reduces && !take_target(p, &o, (enum ptx_type)opcode->types[0]))
        return false;
    return emit(p, &opcode->form, &o);
}

static bool lower_bare(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    return ptx_operands(p, 0, 0) && ptx_emit(p, &opcode->form);
}

/* barrier.cluster.arrive {.release, .relaxed}, .wait {.acquire} */
static bool decode_cluster(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    struct ptx_barrier *to = &opcode->form.barrier;
    set(opcode, lower_bare, PTX_OP_BARRIER_CLUSTER);
    to->aligned = ptx_modifier(m, "aligned");
    if (ptx_modifier(m, "arrive")) {
        to->kind = PTX_BARRIER_ARRIVE;
        to->order = ptx_modifier(m, "relaxed") ? PTX_ORDER_RELAXED : PTX_ORDER_RELEASE;
        ptx_modifier(m, "release");
        return true;
    }
    to->kind = PTX_BARRIER_WAIT;
    to->order = PTX_ORDER_ACQUIRE;
    ptx_modifier(m, "acquire");
    return ptx_modifier(m, "wait");
}

static bool decode_block(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    static const char *const reductions[] = {"popc", "and", "or"};
    struct ptx_barrier *to = &opcode->form.barrier;
    set(opcode, lower_bar, PTX_OP_BAR);
    ptx_modifier(m, "cta");
    if (ptx_modifier(m, "sync")) {
        to->kind = PTX_BARRIER_SYNC;
        return true;
    }
    if (ptx_modifier(m, "arrive")) {
        to->kind = PTX_BARRIER_ARRIVE;
        return true;
    }
    if (!ptx_modifier(m, "red") || !mode_of(m, reductions, 3, PTX_BARRIER_POPC, &to->kind))
        return false;
    opcode->types[0] = (uint8_t)ptx_modifier_type(m);
    return opcode->types[0] == (to->kind == PTX_BARRIER_POPC ? PTX_U32 : PTX_PRED);
}

static bool decode_bar(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->form.barrier.aligned = true;
    if (ptx_modifier(m, "warp"))
        return set(opcode, lower_bar_warp, PTX_OP_BAR_WARP) && ptx_modifier(m, "sync");
    return decode_block(m, opcode);
}

static bool decode_barrier(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    if (ptx_modifier(m, "cluster"))
        return decode_cluster(m, opcode);
    opcode->form.barrier.aligned = ptx_modifier(m, "aligned");
    return decode_block(m, opcode);
}

/* ---- Fences ------------------------------------------------------------------------------------ */

static const char *scope_name(unsigned scope)
{
    return ptx_scope_name((enum ptx_scope)scope);
}

static const char *order_name(unsigned order)
{
    return ptx_order_name((enum ptx_order)order);
}

static bool decode_proxy(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    static const char *const spaces[] = {"global", "shared", "shared::cta", "shared::cluster"};
    struct ptx_fence *to = &opcode->form.fence;
    to->order = PTX_ORDER_WEAK;
    to->proxy = ptx_modifier(m, "alias")   ? PTX_PROXY_ALIAS
                : ptx_modifier(m, "async") ? PTX_PROXY_ASYNC
                                           : PTX_PROXY_NONE;
    for (size_t i = 0; to->proxy == PTX_PROXY_ASYNC && i < 4; i++)
        ptx_modifier(m, spaces[i]);
    return to->proxy != PTX_PROXY_NONE;
}

static bool decode_fence(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    struct ptx_fence *to = &opcode->form.fence;
    set(opcode, lower_bare, PTX_OP_FENCE);
    if (ptx_modifier(m, "proxy"))
        return decode_proxy(m, opcode);
    to->order = (uint8_t)ptx_modifier_of(m, order_name, PTX_ORDER_ACQUIRE, PTX_ORDER_VOLATILE,
                                         PTX_ORDER_ACQ_REL);
    to->scope = (uint8_t)ptx_modifier_of(m, scope_name, PTX_SCOPE_CTA, PTX_SCOPES, PTX_SCOPE_NONE);
    return to->scope != PTX_SCOPE_NONE;
}

static bool decode_membar(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    struct ptx_fence *to = &opcode->form.fence;
    set(opcode, lower_bare, PTX_OP_FENCE);
    to->membar = true;
    if (ptx_modifier(m, "proxy"))
        return decode_proxy(m, opcode);
    to->order = PTX_ORDER_SC;
    to->scope = ptx_modifier(m, "gl") ? PTX_SCOPE_GPU
                                      : (uint8_t)ptx_modifier_of(m, scope_name, PTX_SCOPE_CTA,
                                                                 PTX_SCOPES, PTX_SCOPE_NONE);
    return to->scope == PTX_SCOPE_CTA || to->scope == PTX_SCOPE_GPU || to->scope == PTX_SCOPE_SYS;
}

/* ---- Addresses --------------------------------------------------------------------------------- */

static const char *space_name(unsigned space)
{
    return ptx_space_name((enum ptx_space)space);
}

static uint8_t space_of(struct ptx_modifiers *m)
{
    if (ptx_modifier(m, "shared::cta"))
        return PTX_SPACE_SHARED;
    if (ptx_modifier(m, "param::entry"))
        return PTX_SPACE_PARAM;
    return (uint8_t)ptx_modifier_of(m, space_name, PTX_SPACE_GLOBAL, PTX_SPACES, PTX_SPACE_GENERIC);
}

/* d, a, both of one type, or d a predicate */
static bool lower_address(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    enum ptx_type type = (enum ptx_type)opcode->types[1];
    return ptx_operands(p, 2, 2) && take(p, &o, 1, 0, type) &&
           take_target(p, &o, (enum ptx_type)opcode->types[0]) && emit(p, &opcode->form, &o);
}

static bool decode_cvta(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    struct ptx_special_at *to = &opcode->form.special;
    to->to = ptx_modifier(m, "to");
    to->space = space_of(m);
    to->wide = true;
    opcode->types[0] = opcode->types[1] = (uint8_t)ptx_modifier_type(m);
    return set(opcode, lower_address, PTX_OP_CVTA) && to->space != PTX_SPACE_GENERIC &&
           opcode->types[0] == PTX_U64;
}

static bool decode_isspacep(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->form.special.space = space_of(m);
    opcode->form.special.wide = true;
    opcode->types[0] = PTX_PRED;
    opcode->types[1] = PTX_B64;
    return set(opcode, lower_address, PTX_OP_ISSPACEP) &&
           opcode->form.special.space != PTX_SPACE_GENERIC;
}

/* mapa{.shared::cluster}.type d, a, block */
static bool lower_mapa(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct operands o = none;
    enum ptx_type type = (enum ptx_type)opcode->types[0];
    return ptx_operands(p, 3, 3) && take(p, &o, 1, 0, type) && take(p, &o, 2, 1, PTX_U32) &&
           take_target(p, &o, type) && emit(p, &opcode->form, &o);
}

static bool decode_mapa(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->form.special.space = space_of(m);
    opcode->types[0] = (uint8_t)ptx_modifier_type(m);
    opcode->form.special.wide = opcode->types[0] == PTX_U64;
    return set(opcode, lower_mapa, PTX_OP_MAPA) &&
           (opcode->types[0] == PTX_U64 || opcode->types[0] == PTX_U32);
}

static bool decode_getctarank(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->form.special.space = space_of(m);
    opcode->types[0] = PTX_B32;
    opcode->types[1] = (uint8_t)ptx_modifier_type(m);
    opcode->form.special.wide = opcode->types[1] == PTX_U64;
    return set(opcode, lower_address, PTX_OP_GETCTARANK) &&
           (opcode->types[1] == PTX_U64 || opcode->types[1] == PTX_U32);
}

const struct ptx_family ptx_warp_families[] = {
    {"shfl", "shfl[.sync].{up|down|bfly|idx}.b32", decode_shfl},
    {"vote", "vote[.sync].{all|any|uni}.pred, vote[.sync].ballot.b32", decode_vote},
    {"match", "match.{any|all}.sync.{b32|b64}", decode_match},
    {"redux",
     "redux.sync.{add|min|max}.{u32|s32}, redux.sync.{and|or|xor}.b32, "
     "redux.sync.{min|max}[.abs][.NaN].f32",
     decode_redux},
    {"activemask", "activemask.b32", decode_activemask},
    {"elect", "elect.sync", decode_elect},
    {"bar", "bar[.cta].{sync|arrive|red.popc.u32|red.and.pred|red.or.pred}, bar.warp.sync",
     decode_bar},
    {"barrier",
     "barrier[.cta].{sync|arrive|red.popc.u32|red.and.pred|red.or.pred}[.aligned], "
     "barrier.cluster.{arrive[.release|.relaxed]|wait[.acquire]}[.aligned]",
     decode_barrier},
    {"fence", "fence[.sc|.acq_rel|.acquire|.release].SCOPE, fence.proxy.{alias|async[.SPACE]}",
     decode_fence},
    {"membar", "membar.{cta|gl|sys}, membar.proxy.alias", decode_membar},
    {"cvta", "cvta[.to].SPACE.u64", decode_cvta},
    {"isspacep", "isspacep.SPACE", decode_isspacep},
    {"mapa", "mapa[.shared::cluster].{u32|u64}", decode_mapa},
    {"getctarank", "getctarank[.shared::cluster].{u32|u64}", decode_getctarank},

    {NULL, NULL, NULL},
};
