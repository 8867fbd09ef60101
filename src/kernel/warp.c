#include "kernel/warp.h"

#include "kernel/causality.h"
#include "kernel/finding.h"
#include "kernel/shadow.h"

#include <string.h>

static uint64_t source(const struct alu_rows *rows, uint16_t which, bool wide, uint32_t lane)
{
    return wide ? alu_row64(rows, which)[lane] : alu_row32(rows, which)[lane];
}

static void put_lanes(const struct alu_rows *rows, uint16_t target, uint32_t mask, uint32_t value)
{
    if (target != PTX_NO_OPERAND)
        rows->lanes[0][target] = (rows->lanes[0][target] & ~mask) | (value & mask);
}

static void put_row(const struct alu_rows *rows, uint16_t target, uint32_t mask, uint32_t value)
{
    if (target == PTX_NO_OPERAND)
        return;
    for (; mask; mask &= mask - 1)
        alu_row32(rows, target)[__builtin_ctz(mask)] = value;
}

/* ---- Each instruction ------------------------------------------------------------------------- */

/* The lane that a lane takes its value from, and whether it is in the segment. */
static uint32_t shuffled(uint8_t mode, uint32_t lane, uint32_t by, uint32_t clamp, bool *inside)
{
    uint32_t segment = clamp >> 8 & 31, limit = clamp & 31, from;
    uint32_t most = (lane & segment) | (limit & ~segment), least = lane & segment;
    by &= 31;
    switch (mode) {
    case PTX_SHFL_UP:
        from = lane - by;
        *inside = (int32_t)from >= (int32_t)most;
        break;
    case PTX_SHFL_DOWN:
        from = lane + by;
        *inside = from <= most;
        break;
    case PTX_SHFL_BFLY:
        from = lane ^ by;
        *inside = from <= most;
        break;
    default:
        from = least | (by & ~segment);
        *inside = from <= most;
    }
    return *inside ? from : lane;
}

static void shuffle(const struct alu_rows *rows, const struct ptx_instruction *in, uint32_t mask)
{
    uint32_t values[WARP_LANES], got[WARP_LANES] = {0}, insides = 0;
    memcpy(values, alu_row32(rows, in->source[0]), sizeof values);
    for (uint32_t left = mask; left; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        bool inside;
        uint32_t from = shuffled(in->warp.mode, lane, alu_row32(rows, in->source[1])[lane],
                                 alu_row32(rows, in->source[2])[lane], &inside);
        got[lane] = mask >> from & 1 ? values[from] : values[lane];
        insides |= (uint32_t)inside << lane;
    }
    for (uint32_t left = mask; left && in->target[0] != PTX_NO_OPERAND; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        alu_row32(rows, in->target[0])[lane] = got[lane];
    }
    put_lanes(rows, in->target[1], mask, insides);
}

static void vote(const struct alu_rows *rows, const struct ptx_instruction *in, uint32_t mask)
{
    uint32_t yes = alu_lanes(rows, in->source[0]) & mask;
    switch (in->warp.mode) {
    case PTX_VOTE_BALLOT:
        put_row(rows, in->target[0], mask, yes);
        break;
    case PTX_VOTE_ALL:
        put_lanes(rows, in->target[0], mask, yes == mask ? mask : 0);
        break;
    case PTX_VOTE_ANY:
        put_lanes(rows, in->target[0], mask, yes ? mask : 0);
        break;
    default:
        put_lanes(rows, in->target[0], mask, yes == mask || !yes ? mask : 0);
    }
}

static void match(const struct alu_rows *rows, const struct ptx_instruction *in, uint32_t mask)
{
    bool wide = ptx_type_bytes((enum ptx_type)in->warp.type) == 8;
    uint32_t masks[WARP_LANES] = {0};
    for (uint32_t left = mask; left; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        for (uint32_t others = mask; others; others &= others - 1) {
            uint32_t other = (uint32_t)__builtin_ctz(others);
            if (source(rows, in->source[0], wide, lane) == source(rows, in->source[0], wide, other))
                masks[lane] |= 1u << other;
        }
    }
    bool all = masks[__builtin_ctz(mask)] == mask;
    for (uint32_t left = mask; left && in->target[0] != PTX_NO_OPERAND; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        alu_row32(rows, in->target[0])[lane] = in->warp.mode == PTX_MATCH_ANY ? masks[lane]
                                               : all                          ? mask
                                                                              : 0;
    }
    put_lanes(rows, in->target[1], mask, all ? mask : 0);
}

static uint32_t reduced(uint8_t what, bool is_signed, uint32_t a, uint32_t b)
{
    bool less = is_signed ? (int32_t)b < (int32_t)a : b < a;
    switch (what) {
    case PTX_ATOM_ADD:
        return a + b;
    case PTX_ATOM_MIN:
        return less ? b : a;
    case PTX_ATOM_MAX:
        return less ? a : b;
    case PTX_ATOM_AND:
        return a & b;
    case PTX_ATOM_OR:
        return a | b;
    default:
        return a ^ b;
    }
}

static void reduce(const struct alu_rows *rows, const struct ptx_instruction *in, uint32_t mask)
{
    const uint32_t *values = alu_row32(rows, in->source[0]);
    uint32_t result = values[__builtin_ctz(mask)];
    for (uint32_t left = mask & (mask - 1); left; left &= left - 1)
        result =
            reduced(in->warp.mode, in->warp.type == PTX_S32, result, values[__builtin_ctz(left)]);
    put_row(rows, in->target[0], mask, result);
}

/* ---- Who takes part --------------------------------------------------------------------------- */

/* All lanes that are named and have not ended are here. False: some are elsewhere, or there is a finding. */
static bool all_are_here(struct machine *m, uint32_t group, const struct alu_rows *rows,
                         const struct ptx_instruction *in, uint32_t mask)
{
    struct group *g = &m->groups[group];
    uint16_t named_by = in->op == PTX_OP_BAR_WARP ? in->source[0] : in->source[3];
    if (named_by == PTX_NO_OPERAND)
        return true;
    const uint32_t *members = alu_row32(rows, named_by);
    uint32_t named = 0;
    for (uint32_t left = mask; left; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        if (!(members[lane] >> lane & 1)) {
            finding_at(m, KERNEL_FINDS_BARRIER, group, lane,
                       "a lane that its own mask, 0x%08x, does not name", members[lane]);
            return false;
        }
        named |= members[lane];
    }
    uint32_t missing = named & m->live_lanes[g->warp] & ~mask;
    if (!missing)
        return true;
    if (missing & g->lanes) {
        finding_at(m, KERNEL_FINDS_BARRIER, group, (uint32_t)__builtin_ctz(missing & g->lanes),
                   "the mask 0x%08x names a lane that does not execute it", named);
        return false;
    }
    g->state = GROUP_MEETS;
    return false;
}

/* bar.warp.sync: groups of the warp at different ones meet, where each names all of them. */
static bool meet_elsewhere(struct machine *m, uint32_t group, uint32_t mask)
{
    uint32_t first = group / WARP_LANES * WARP_LANES, others[WARP_LANES], count = 0, here = mask;
    for (uint32_t i = first; i < first + WARP_LANES; i++) {
        struct group *g = &m->groups[i];
        if (i == group || !g->lanes || g->state != GROUP_MEETS)
            continue;
        const struct ptx_instruction *in =
            &machine_function(m, i)->instructions[machine_frame(m, i)->pc];
        if (in->op == PTX_OP_BAR_WARP) {
            here |= g->lanes;
            others[count++] = i;
        }
    }
    if (here != m->live_lanes[m->groups[group].warp])
        return false;
    uint32_t clock = 0;
    others[count++] = group;
    for (uint32_t i = 0; i < count; i++)
        barrier_give(m, others[i], &clock);
    for (uint32_t i = 0; i < count; i++) {
        barrier_take(m, others[i], clock);
        m->groups[others[i]].state = GROUP_READY;
        if (others[i] == group)
            continue;
        m->groups[others[i]].moves = true;
        machine_frame(m, others[i])->pc++;
    }
    barrier_clear(m, &clock);
    return true;
}

/* Lanes that execute it at once, of which each names all. */
static void do_together(struct machine *m, uint32_t group, const struct alu_rows *rows,
                        const struct ptx_instruction *in, uint32_t mask)
{
    switch (in->op) {
    case PTX_OP_SHFL:
        shuffle(rows, in, mask);
        break;
    case PTX_OP_VOTE:
        vote(rows, in, mask);
        break;
    case PTX_OP_MATCH:
        match(rows, in, mask);
        break;
    case PTX_OP_REDUX:
        if (in->warp.type == PTX_F32)
            finding_at(m, KERNEL_FINDS_UNSUPPORTED, group, KERNEL_NONE, "redux of f32");
        else
            reduce(rows, in, mask);
        break;
    default: /* ELECT */
        put_row(rows, in->target[0], mask, (uint32_t)__builtin_ctz(mask));
        put_lanes(rows, in->target[1], mask, mask & -mask);
    }
}

/* The lanes that name the same ones as the first of them: tiles of a warp execute one instruction each on its own.
 * 0, with a finding: it names one that names others. */
static uint32_t first_part(struct machine *m, uint32_t group, const struct alu_rows *rows,
                           const struct ptx_instruction *in, uint32_t mask)
{
    if (in->source[3] == PTX_NO_OPERAND)
        return mask;
    const uint32_t *members = alu_row32(rows, in->source[3]);
    uint32_t first = members[__builtin_ctz(mask)], part = 0;
    for (uint32_t left = mask; left; left &= left - 1)
        if (members[__builtin_ctz(left)] == first)
            part |= left & -left;
    if ((first & mask & ~part) == 0)
        return part;
    finding_at(m, KERNEL_FINDS_BARRIER, group, (uint32_t)__builtin_ctz(first & mask & ~part),
               "a lane that the mask 0x%08x names, and whose own mask is another", first);
    return 0;
}

bool warp_together(struct machine *m, uint32_t group, const struct alu_rows *rows,
                   const struct ptx_instruction *in, uint32_t mask)
{
    if (!all_are_here(m, group, rows, in, mask) &&
        (m->stops || in->op != PTX_OP_BAR_WARP || !meet_elsewhere(m, group, mask)))
        return false;
    if (in->op == PTX_OP_BAR_WARP) {
        shadow_tick(m, m->groups[group].warp);
        return true;
    }
    for (uint32_t left = mask; left && !m->stops;) {
        uint32_t part = first_part(m, group, rows, in, left);
        if (part)
            do_together(m, group, rows, in, part);
        left &= ~part;
    }
    return true;
}
