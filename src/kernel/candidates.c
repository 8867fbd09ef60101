#include "kernel/candidates.h"

#include "base/array.h"

#include <stdlib.h>

/* What a change costs; of two in one candidate the sum, and COST_BOTH. A place that is further away costs more. */
enum {
    COST_ORDER = 10000,
    COST_SCOPE = 11000,
    COST_ORDER_AND_SCOPE = 12000,
    COST_FENCE = 20000,
    COST_FENCE_SC = 21000,
    COST_WARP_BARRIER = 30000,
    COST_BARRIER = 31000,
    COST_BOTH = 50000,
    COST_HIDES = 200000,
    FURTHEST = 900,
};

enum { CANDIDATES_MAX = 400, ANCHORS_MAX = 96 };

/* Gaps between instructions that have a barrier already, by function. */
struct anchors {
    uint32_t functions[ANCHORS_MAX], gaps[ANCHORS_MAX], count;
};

struct finder {
    const struct failing_run *run;
    struct candidates *found;
    struct anchors anchors;
    vrrl_error *err;
    vrrl_code code;
};

static const struct ptx_function *function_of(const struct finder *f, const struct kernel_side *s)
{
    return &f->run->kernel->module->functions[s->function];
}

static const struct ptx_instruction *instruction_of(const struct finder *f,
                                                    const struct kernel_side *s)
{
    return &function_of(f, s)->instructions[s->instruction];
}

static bool is_access(const struct ptx_instruction *in)
{
    return in->op == PTX_OP_LD || in->op == PTX_OP_ST || in->op == PTX_OP_ATOM ||
           in->op == PTX_OP_RED;
}

/* ---- What there is ------------------------------------------------------------------------------ */

static bool is_same_edit(const struct ptx_edit *a, const struct ptx_edit *b)
{
    return a->kind == b->kind && a->order == b->order && a->scope == b->scope &&
           a->behind == b->behind && a->alike == b->alike && a->function == b->function &&
           a->instruction == b->instruction;
}

static bool is_known(const struct candidates *c, const struct candidate *new)
{
    for (uint32_t i = 0; i < c->count; i++) {
        bool same = c->list[i].count == new->count;
        for (uint32_t j = 0; same && j < new->count; j++)
            same = is_same_edit(&c->list[i].edits[j], &new->edits[j]);
        if (same)
            return true;
    }
    return false;
}

static void offer(struct finder *f, const struct candidate *new)
{
    struct candidates *c = f->found;
    if (f->code != VRRL_OK || c->count >= CANDIDATES_MAX || is_known(c, new))
        return;
    f->code = array_reserve(&c->list, c->count, &c->room, 1, sizeof *c->list, f->err);
    if (f->code == VRRL_OK)
        c->list[c->count++] = *new;
}

/* The change alone, and where the source line has copies, in all of them. */
static void offer_one(struct finder *f, const struct candidate *new)
{
    struct candidate all = *new;
    offer(f, new);
    all.edits[0].alike = true;
    all.cost++;
    if (ptx_edit_instructions(f->run->kernel->module, &all.edits[0]) > 1)
        offer(f, &all);
}

static void offer_both(struct finder *f, const struct candidate *a, const struct candidate *b)
{
    struct candidate both = *a;
    if (a->count != 1 || b->count != 1)
        return;
    both.edits[both.count++] = b->edits[0];
    both.cost = COST_BOTH + a->cost + b->cost;
    offer(f, &both);
}

/* ---- Scopes and orders --------------------------------------------------------------------------- */

/* The narrowest scope that has the threads of two sides in it. */
static uint8_t scope_of_both(const struct kernel *kernel, const struct kernel_side *a,
                             const struct kernel_side *b)
{
    const struct launch *l = kernel->launch;
    if (a->host || b->host || l->launches[a->launch].device != l->launches[b->launch].device)
        return a->host && b->host ? PTX_SCOPE_CTA : PTX_SCOPE_SYS;
    return side_is_of_block(a, b) ? PTX_SCOPE_CTA : PTX_SCOPE_GPU;
}

/* The scope that a handover needs for both accesses: what is handed over goes on from one to the other. */
static uint8_t needed_scope(const struct finder *f, const struct handover *h)
{
    const struct failing_run *r = f->run;
    const struct kernel_side *from = &r->trace->list[h->from].side,
                             *to = &r->trace->list[h->to].side;
    const uint8_t scopes[] = {
        scope_of_both(r->kernel, from, to),
        scope_of_both(r->kernel, &r->finding->sides[0], &r->finding->sides[1]),
        scope_of_both(r->kernel, &r->finding->sides[0], to),
        scope_of_both(r->kernel, from, &r->finding->sides[1]),
    };
    uint8_t most = PTX_SCOPE_CTA;
    for (size_t i = 0; i < sizeof scopes; i++)
        if (scopes[i] > most)
            most = scopes[i];
    return most;
}

/* volatile is relaxed, of the widest scope, and has no other order or scope: whatever takes its place has its own. */
static bool has_scope(uint8_t order)
{
    return order != PTX_ORDER_WEAK && order != PTX_ORDER_VOLATILE && order != PTX_ORDER_MMIO;
}

static uint8_t wider(const struct ptx_instruction *in, uint8_t scope)
{
    uint8_t own = in->memory.scope == PTX_SCOPE_NONE ? PTX_SCOPE_GPU : in->memory.scope;
    return has_scope(in->memory.order) && own > scope ? own : scope;
}

static uint8_t order_with(uint8_t order, bool acquires, bool releases)
{
    acquires |= order == PTX_ORDER_ACQUIRE || order == PTX_ORDER_ACQ_REL;
    releases |= order == PTX_ORDER_RELEASE || order == PTX_ORDER_ACQ_REL;
    return acquires && releases ? PTX_ORDER_ACQ_REL
           : acquires           ? PTX_ORDER_ACQUIRE
           : releases           ? PTX_ORDER_RELEASE
                                : PTX_ORDER_RELAXED;
}

/* The access with more order, or a wider scope; of no edits where it has them, or cannot have them. */
static struct candidate ordered(const struct finder *f, const struct kernel_side *side,
                                bool acquires, bool releases, uint8_t scope)
{
    struct candidate c = {.count = 0};
    if (side->host)
        return c;
    const struct ptx_instruction *in = instruction_of(f, side);
    bool can_acquire = in->op == PTX_OP_LD || in->op == PTX_OP_ATOM;
    bool can_release = in->op == PTX_OP_ST || in->op == PTX_OP_ATOM || in->op == PTX_OP_RED;
    if (!is_access(in) || in->memory.count != 1 || (acquires && !can_acquire) ||
        (releases && !can_release))
        return c;
    struct ptx_edit e = {.kind = PTX_EDIT_ORDER,
                         .order = order_with(in->memory.order, acquires, releases),
                         .scope = wider(in, scope),
                         .function = side->function,
                         .instruction = side->instruction};
    bool same_order = e.order == in->memory.order ||
                      (e.order == PTX_ORDER_RELAXED && in->memory.order != PTX_ORDER_WEAK);
    bool same_scope = !has_scope(in->memory.order) || e.scope == in->memory.scope ||
                      (in->memory.scope == PTX_SCOPE_NONE && e.scope == PTX_SCOPE_GPU);
    if (same_order && (same_scope || !has_scope(in->memory.order)))
        return c;
    c.edits[c.count++] = e;
    c.cost = same_scope ? COST_ORDER : same_order ? COST_SCOPE : COST_ORDER_AND_SCOPE;
    return c;
}

static struct candidate added(uint8_t kind, const struct kernel_side *side, bool behind,
                              uint8_t scope)
{
    struct candidate c = {.count = 0};
    if (side->host)
        return c;
    c.edits[c.count++] = (struct ptx_edit){.kind = kind,
                                           .order = kind == PTX_EDIT_FENCE ? PTX_ORDER_ACQ_REL : 0,
                                           .scope = kind == PTX_EDIT_FENCE ? scope : 0,
                                           .behind = behind,
                                           .function = side->function,
                                           .instruction = side->instruction};
    c.cost = kind == PTX_EDIT_FENCE          ? COST_FENCE
             : kind == PTX_EDIT_WARP_BARRIER ? COST_WARP_BARRIER
                                             : COST_BARRIER;
    return c;
}

/* ---- Handovers ----------------------------------------------------------------------------------- */

/* One that orders what its own thread did, and one that also orders it for others. */
static void offer_fences(struct finder *f, const struct kernel_side *side, bool behind,
                         uint8_t scope)
{
    struct candidate fence = added(PTX_EDIT_FENCE, side, behind, scope);
    if (!fence.count)
        return;
    offer_one(f, &fence);
    fence.edits[0].order = PTX_ORDER_SC;
    fence.cost = COST_FENCE_SC;
    offer_one(f, &fence);
}

static void offer_end(struct finder *f, const struct kernel_side *side, bool reads, uint8_t scope)
{
    const struct candidate ways[] = {ordered(f, side, false, false, scope),
                                     ordered(f, side, reads, !reads, scope),
                                     ordered(f, side, true, true, scope)};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (ways[i].count)
            offer_one(f, &ways[i]);
    offer_fences(f, side, reads, scope);
}

static void offer_handover(struct finder *f, const struct handover *h)
{
    const struct kernel_side *from = &f->run->trace->list[h->from].side;
    const struct kernel_side *to = &f->run->trace->list[h->to].side;
    uint8_t scope = needed_scope(f, h);
    struct candidate releases = ordered(f, from, false, true, scope);
    struct candidate acquires = ordered(f, to, true, false, scope);
    struct candidate before = added(PTX_EDIT_FENCE, from, false, scope);
    struct candidate behind = added(PTX_EDIT_FENCE, to, true, scope);
    struct candidate wide_from = ordered(f, from, false, false, scope);
    struct candidate wide_to = ordered(f, to, false, false, scope);
    offer_end(f, from, false, scope);
    offer_end(f, to, true, scope);
    offer_both(f, &releases, &acquires);
    offer_both(f, &wide_from, &wide_to);
    offer_both(f, &before, &behind);
    offer_both(f, &releases, &behind);
    offer_both(f, &before, &acquires);
}

/* A fence that is there, with a wider scope or as fence.sc. */
static void offer_fence(struct finder *f, const struct kernel_event *e)
{
    uint8_t scope =
        scope_of_both(f->run->kernel, &f->run->finding->sides[0], &f->run->finding->sides[1]);
    struct candidate c = {.count = 1,
                          .cost = COST_SCOPE,
                          .edits = {{.kind = PTX_EDIT_ORDER,
                                     .order = e->side.order,
                                     .scope = scope,
                                     .function = e->side.function,
                                     .instruction = e->side.instruction}}};
    if (e->side.order == PTX_ORDER_WEAK)
        return;
    if (scope > e->side.scope)
        offer_one(f, &c);
    if (e->side.order == PTX_ORDER_SC)
        return;
    c.edits[0].scope = scope > e->side.scope ? scope : e->side.scope;
    c.edits[0].order = PTX_ORDER_SC;
    c.cost = scope > e->side.scope ? COST_ORDER_AND_SCOPE : COST_ORDER;
    offer_one(f, &c);
}

/* Whether what is done before it or behind it makes a difference to other threads. */
static bool matters(const struct ptx_instruction *in)
{
    switch (in->op) {
    case PTX_OP_NOP:
    case PTX_OP_SPECIAL:
    case PTX_OP_LOCAL_ADDRESS:
    case PTX_OP_CVTA:
    case PTX_OP_ISSPACEP:
    case PTX_OP_MAPA:
    case PTX_OP_GETCTARANK:
    case PTX_OP_NANOSLEEP:
        return false;
    case PTX_OP_LD:
    case PTX_OP_ST:
        return in->memory.space != PTX_SPACE_PARAM && in->memory.space != PTX_SPACE_LOCAL &&
               in->memory.space != PTX_SPACE_CONST;
    default:
        return !ptx_op_is_alu(in->op);
    }
}

/* ---- The two accesses ---------------------------------------------------------------------------- */

/* A load in a loop that does nothing else that matters waits for the word: it is meant to be read whenever. */
static bool is_polled(const struct finder *f, const struct kernel_side *side)
{
    const struct ptx_function *fn = function_of(f, side);
    if (side->writes || side->host)
        return false;
    for (uint32_t end = side->instruction; end < fn->instruction_count; end++) {
        const struct ptx_instruction *back = &fn->instructions[end];
        if (back->op != PTX_OP_BRA || back->branch.target > side->instruction)
            continue;
        bool else_matters = false;
        for (uint32_t i = back->branch.target; i < end; i++)
            else_matters =
                else_matters || (i != side->instruction && matters(&fn->instructions[i]) &&
                                 fn->instructions[i].op != PTX_OP_BRA);
        if (!else_matters)
            return true;
    }
    return false;
}

static bool is_weak(const struct finder *f, const struct kernel_side *side)
{
    return !side->host && is_access(instruction_of(f, side)) &&
           instruction_of(f, side)->memory.order == PTX_ORDER_WEAK;
}

/* Those that are strong, with the scope that they need. */
static void offer_scopes(struct finder *f, uint8_t scope)
{
    const struct kernel_side *sides = f->run->finding->sides;
    struct candidate wide[2] = {{.count = 0}};
    for (int i = 0; i < 2; i++) {
        if (!is_weak(f, &sides[i]))
            wide[i] = ordered(f, &sides[i], false, false, scope);
        if (wide[i].count)
            offer_one(f, &wide[i]);
    }
    offer_both(f, &wide[0], &wide[1]);
}

/* Both strong, by themselves or by what is changed; `with_order`: the write releases, and the read acquires. */
static void offer_strength(struct finder *f, bool with_order)
{
    const struct kernel_side *sides = f->run->finding->sides;
    uint8_t scope = scope_of_both(f->run->kernel, &sides[0], &sides[1]);
    struct candidate made = {.count = 0};
    if (!is_weak(f, &sides[0]) && !is_weak(f, &sides[1]))
        return;
    for (int i = 0; i < 2; i++) {
        bool writes = sides[i].writes;
        struct candidate one =
            ordered(f, &sides[i], with_order && !writes, with_order && writes, scope);
        if (!one.count && is_weak(f, &sides[i]))
            return;
        if (!one.count)
            continue;
        made.edits[made.count++] = one.edits[0];
        made.cost += one.cost + (made.count > 1 ? COST_BOTH : 0);
    }
    made.hides = !is_polled(f, &sides[0]) && !is_polled(f, &sides[1]);
    made.cost += made.hides ? COST_HIDES : 0;
    if (made.count == 1)
        offer_one(f, &made);
    else if (made.count)
        offer(f, &made);
}

/* ---- Barriers ------------------------------------------------------------------------------------ */

/* Nothing can come behind it. */
static bool leaves(const struct ptx_instruction *in)
{
    return in->op == PTX_OP_BRA || in->op == PTX_OP_BRX || in->op == PTX_OP_RET ||
           in->op == PTX_OP_EXIT || in->op == PTX_OP_TRAP;
}

/* Where nothing that matters is between two places they are one: the first instruction of it, in its block. */
static uint32_t gap_of(const struct ptx_function *fn, uint32_t at)
{
    uint32_t begin = fn->blocks[fn->block_of[at < fn->instruction_count ? at : at - 1]].first;
    while (at > begin && !matters(&fn->instructions[at - 1]))
        at--;
    return at;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    uint32_t by = a > b ? a - b : b - a;
    return by < FURTHEST ? by : FURTHEST;
}

/* A barrier beside an instruction, unless there is one in this gap. */
static void offer_barrier(struct finder *f, const struct kernel_side *beside, bool behind,
                          uint8_t kind, uint32_t from)
{
    struct anchors *a = &f->anchors;
    const struct ptx_function *fn = function_of(f, beside);
    uint32_t gap = gap_of(fn, beside->instruction + behind);
    for (uint32_t i = 0; i < a->count; i++)
        if (a->functions[i] == beside->function && a->gaps[i] == gap)
            return;
    if (a->count == ANCHORS_MAX)
        return;
    a->functions[a->count] = beside->function;
    a->gaps[a->count++] = gap;
    struct candidate c = added(kind, beside, behind, 0);
    c.cost += distance(beside->instruction, from);
    offer(f, &c);
}

/* In the gaps between what matters, from the access on to both sides. */
static void offer_barriers(struct finder *f, const struct kernel_side *side, uint8_t kind)
{
    if (side->host)
        return;
    const struct ptx_function *fn = function_of(f, side);
    for (uint32_t step = 0; step < fn->instruction_count; step++)
        for (int up = 0; up < 2; up++) {
            struct kernel_side beside = *side;
            beside.instruction = up ? side->instruction - step : side->instruction + step;
            if (beside.instruction >= fn->instruction_count ||
                !matters(&fn->instructions[beside.instruction]))
                continue;
            beside.place = fn->places[beside.instruction];
            offer_barrier(f, &beside, false, kind, side->instruction);
            if (!leaves(&fn->instructions[beside.instruction]))
                offer_barrier(f, &beside, true, kind, side->instruction);
        }
}

static void offer_warp_barriers(struct finder *f)
{
    const struct failing_run *r = f->run;
    const struct kernel_side *sides = r->finding->sides;
    if (r->finding->side_count == 2 && side_is_of_warp(&sides[0], &sides[1])) {
        offer_barriers(f, &sides[1], PTX_EDIT_WARP_BARRIER);
        offer_barriers(f, &sides[0], PTX_EDIT_WARP_BARRIER);
        return;
    }
    for (uint32_t i = 0; i < r->handovers->count; i++) {
        struct candidate before = added(PTX_EDIT_WARP_BARRIER,
                                        &r->trace->list[r->handovers->list[i].from].side, false, 0);
        struct candidate behind =
            added(PTX_EDIT_WARP_BARRIER, &r->trace->list[r->handovers->list[i].to].side, true, 0);
        if (before.count)
            offer(f, &before);
        if (behind.count)
            offer(f, &behind);
    }
}

/* ---- All of them ---------------------------------------------------------------------------------- */

static int by_cost(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    if (x->edits[0].function != y->edits[0].function)
        return x->edits[0].function < y->edits[0].function ? -1 : 1;
    return x->edits[0].instruction < y->edits[0].instruction   ? -1
           : x->edits[0].instruction > y->edits[0].instruction ? 1
                                                               : 0;
}

static void offer_orders(struct finder *f)
{
    const struct failing_run *r = f->run;
    const struct kernel_side *sides = r->finding->sides;
    uint8_t scope = scope_of_both(r->kernel, &sides[0], &sides[1]);
    for (uint32_t i = 0; i < r->handovers->count; i++)
        offer_handover(f, &r->handovers->list[i]);
    for (uint32_t i = r->first; i <= r->last && i < r->trace->count; i++)
        if (r->trace->list[i].kind == KERNEL_EVENT_FENCE)
            offer_fence(f, &r->trace->list[i]);
    for (int i = 0; i < 2; i++)
        offer_fences(f, &sides[i], i == 0, scope);
    offer_scopes(f, scope);
    offer_strength(f, false);
    offer_strength(f, true);
}

vrrl_code candidates_find(const struct failing_run *run, struct candidates *found, vrrl_error *err)
{
    struct finder f = {.run = run, .found = found, .err = err};
    *found = (struct candidates){.list = NULL};
    if (run->finding->kind == KERNEL_FINDS_RACE) {
        offer_orders(&f);
        offer_warp_barriers(&f);
    }
    f.anchors.count = 0;
    for (uint32_t i = run->finding->side_count; i-- > 0;)
        offer_barriers(&f, &run->finding->sides[i], PTX_EDIT_BARRIER);
    if (f.code == VRRL_OK && found->count)
        qsort(found->list, found->count, sizeof *found->list, by_cost);
    return f.code;
}

void candidates_free(struct candidates *c)
{
    free(c->list);
    *c = (struct candidates){.list = NULL};
}
