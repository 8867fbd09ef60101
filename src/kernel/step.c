#include "kernel/step.h"

#include "kernel/barrier.h"
#include "kernel/calls.h"
#include "kernel/causality.h"
#include "kernel/copies.h"
#include "kernel/device_memory.h"
#include "kernel/finding.h"
#include "kernel/group.h"
#include "kernel/mbarrier.h"
#include "kernel/shadow.h"
#include "kernel/special.h"
#include "kernel/spin.h"
#include "kernel/trace.h"
#include "kernel/warp.h"

/* What became of an instruction that is no arithmetic. */
enum went {
    WENT_ON,     /* to the next one */
    WENT_AWAY,   /* elsewhere: frames, lanes or the program counter are others */
    WENT_NOWHERE /* the group does not go on in this step */
};

/* ---- Control --------------------------------------------------------------------------------- */

/* Lanes that do not execute an instruction at which the others change course go on behind it. */
static void leave_behind(struct machine *m, uint32_t group, uint32_t mask)
{
    uint32_t others = m->groups[group].lanes & ~mask;
    if (others)
        machine_frame(m, group_split(m, group, others))->pc++;
}

static enum went jump(struct machine *m, uint32_t group, uint32_t target)
{
    struct frame *f = machine_frame(m, group);
    bool back = target <= f->pc;
    f->pc = target;
    if (!back)
        return WENT_AWAY;
    spin_notes_weak(m, group);
    return spin_looks(m, group) ? WENT_NOWHERE : WENT_AWAY;
}

static enum went branch(struct machine *m, uint32_t group, const struct ptx_instruction *in,
                        uint32_t mask)
{
    if (mask == m->groups[group].lanes)
        return jump(m, group, in->branch.target);
    uint32_t child = group_split(m, group, mask);
    machine_frame(m, child)->pc = in->branch.target;
    machine_frame(m, group)->pc++;
    return WENT_AWAY;
}

static enum went branch_by_index(struct machine *m, uint32_t group, const struct alu_rows *rows,
                                 const struct ptx_instruction *in, uint32_t mask)
{
    const struct ptx_function *f = machine_function(m, group);
    const uint32_t *index = alu_row32(rows, in->source[0]);
    leave_behind(m, group, mask);
    uint32_t lane = (uint32_t)__builtin_ctz(mask), others = 0, wanted = index[lane];
    if (wanted >= in->branch.count) {
        finding_at(m, KERNEL_FINDS_TRAP, group, lane, "index %u of a list of %u targets", wanted,
                   in->branch.count);
        return WENT_NOWHERE;
    }
    for (uint32_t left = mask; left; left &= left - 1)
        if (index[__builtin_ctz(left)] != wanted)
            others |= left & -left;
    if (others) /* they come here again, as a group of their own */
        group_split(m, group, others);
    return jump(m, group, f->targets[in->branch.targets + wanted]);
}

/* ---- Instructions that are no arithmetic ------------------------------------------------------ */

static void do_fence(struct machine *m, uint32_t group, const struct ptx_instruction *in)
{
    if (in->fence.order == PTX_ORDER_WEAK)
        return; /* of proxies alone */
    shadow_tick(m, group / WARP_LANES);
    fence(m, group, in->fence.order, in->fence.scope);
}

static enum went stop_at(struct machine *m, uint32_t group, const struct ptx_instruction *in)
{
    if (in->op == PTX_OP_TRAP)
        finding_at(m, KERNEL_FINDS_TRAP, group, KERNEL_NONE, "trap");
    else
        finding_at(m, KERNEL_FINDS_UNSUPPORTED, group, KERNEL_NONE, "%s",
                   m->kernel->module->unsupported[in->unsupported].text);
    return WENT_NOWHERE;
}

static enum went leave_function(struct machine *m, uint32_t group, uint32_t mask, bool exits)
{
    if (exits) {
        uint32_t all = m->groups[group].lanes;
        group_exit(m, group, mask);
        if (mask == all)
            return WENT_NOWHERE;
        machine_frame(m, group)->pc++;
        return WENT_AWAY;
    }
    leave_behind(m, group, mask);
    call_return(m, group);
    return m->groups[group].lanes ? WENT_AWAY : WENT_NOWHERE;
}

static enum went do_call(struct machine *m, uint32_t group, const struct alu_rows *rows,
                         const struct ptx_instruction *in, uint32_t mask)
{
    leave_behind(m, group, mask);
    call_do(m, group, rows, in);
    return m->stops ? WENT_NOWHERE : WENT_AWAY;
}

static enum went do_barrier(struct machine *m, uint32_t group, const struct alu_rows *rows,
                            const struct ptx_instruction *in, uint32_t mask)
{
    if (in->op == PTX_OP_BARRIER_CLUSTER)
        return barrier_cluster(m, group, in, mask) ? WENT_AWAY : WENT_NOWHERE;
    if (!in->barrier.aligned)
        leave_behind(m, group, mask);
    return barrier_reach(m, group, rows, in, mask) ? WENT_AWAY : WENT_NOWHERE;
}

/* By the lanes of `mask`, of which there is one at least. */
static enum went do_other(struct machine *m, uint32_t group, const struct alu_rows *rows,
                          const struct ptx_instruction *in, uint32_t mask)
{
    switch (in->op) {
    case PTX_OP_LD:
        device_load(m, group, rows, in, mask);
        return WENT_ON;
    case PTX_OP_ST:
        device_store(m, group, rows, in, mask);
        return WENT_ON;
    case PTX_OP_ATOM:
    case PTX_OP_RED:
        device_atom(m, group, rows, in, mask);
        return WENT_ON;
    case PTX_OP_MBARRIER:
        mbarrier_do(m, group, rows, in, mask);
        return WENT_ON;
    case PTX_OP_BRA:
        return branch(m, group, in, mask);
    case PTX_OP_BRX:
        return branch_by_index(m, group, rows, in, mask);
    case PTX_OP_CALL:
    case PTX_OP_CALL_INDIRECT:
        return do_call(m, group, rows, in, mask);
    case PTX_OP_RET:
    case PTX_OP_EXIT:
        return leave_function(m, group, mask, in->op == PTX_OP_EXIT);
    case PTX_OP_TRAP:
    case PTX_OP_UNSUPPORTED:
        return stop_at(m, group, in);
    case PTX_OP_FENCE:
        do_fence(m, group, in);
        return WENT_ON;
    case PTX_OP_BAR:
    case PTX_OP_BARRIER_CLUSTER:
        return do_barrier(m, group, rows, in, mask);
    case PTX_OP_BAR_WARP:
    case PTX_OP_SHFL:
    case PTX_OP_VOTE:
    case PTX_OP_MATCH:
    case PTX_OP_REDUX:
    case PTX_OP_ELECT:
        return warp_together(m, group, rows, in, mask) ? WENT_ON : WENT_NOWHERE;
    case PTX_OP_ACTIVEMASK:
        for (uint32_t left = mask; left; left &= left - 1)
            alu_row32(rows, in->target[0])[__builtin_ctz(left)] = m->groups[group].lanes;
        return WENT_ON;
    case PTX_OP_SPECIAL:
        special_read(m, group, rows, in, mask);
        return WENT_ON;
    case PTX_OP_CP_ASYNC:
        copies_issue(m, group, rows, in, mask);
        return WENT_ON;
    case PTX_OP_CP_ASYNC_COMMIT:
        copies_commit(m, group, mask);
        return WENT_ON;
    case PTX_OP_CP_ASYNC_WAIT:
    case PTX_OP_CP_ASYNC_WAIT_ALL:
        copies_wait(m, group, mask, in->op == PTX_OP_CP_ASYNC_WAIT ? in->copy.bytes : KERNEL_NONE);
        return WENT_ON;
    case PTX_OP_NOP:
    case PTX_OP_NANOSLEEP:
    case PTX_OP_BRKPT:
        return WENT_ON;
    default:
        special_address(m, group, rows, in, mask);
        return WENT_ON;
    }
}

/* ---- Which of them synchronise ---------------------------------------------------------------- */

static bool is_private(uint8_t space)
{
    return space == PTX_SPACE_LOCAL || space == PTX_SPACE_PARAM || space == PTX_SPACE_CONST;
}

/* A point at which another could go first, and it would matter. */
static bool is_visible(const struct machine *m, const struct ptx_instruction *in)
{
    switch (in->op) {
    case PTX_OP_LD:
    case PTX_OP_ST:
    case PTX_OP_MBARRIER:
        return !is_private(in->memory.space) &&
               (in->memory.order != PTX_ORDER_WEAK || m->options.all_visible);
    case PTX_OP_ATOM:
    case PTX_OP_RED:
        return true;
    case PTX_OP_FENCE:
        return in->fence.order == PTX_ORDER_SC;
    default:
        return false;
    }
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* The lowest program counter above the group's own at which another of its warp is, in the same function. */
static uint32_t next_meeting(const struct machine *m, uint32_t group)
{
    uint32_t first = group / WARP_LANES * WARP_LANES, nearest = UINT32_MAX;
    const struct frame *own = machine_frame(m, group);
    if (m->groups[group].lanes == m->live_lanes[m->groups[group].warp])
        return nearest;
    for (uint32_t left = m->used[group / WARP_LANES]; left; left &= left - 1) {
        uint32_t i = first + (uint32_t)__builtin_ctz(left);
        if (i == group || m->groups[i].depth != m->groups[group].depth)
            continue;
        const struct frame *other = machine_frame(m, i);
        if (other->function == own->function && other->pc > own->pc && other->pc < nearest)
            nearest = other->pc;
    }
    return nearest;
}

/* Runs a group until it goes elsewhere, stops, or may meet another. *first: it does its operation, whatever it is. */
static void run(struct machine *m, uint32_t group, bool *first)
{
    struct group *g = &m->groups[group];
    struct frame *f = machine_frame(m, group);
    const struct ptx_function *function = machine_function(m, group);
    struct alu_rows rows;
    group_rows(m, group, &rows);
    uint32_t meeting = next_meeting(m, group);
    uint64_t limit = m->options.instruction_limit;
    while (f->pc < function->instruction_count) {
        const struct ptx_instruction *in = &function->instructions[f->pc];
        uint32_t mask = g->lanes;
        if (in->guard != PTX_NO_OPERAND)
            mask &= alu_lanes(&rows, in->guard) ^ (in->unless ? UINT32_MAX : 0);
        if (++m->instructions > limit) {
            finding_at(m, KERNEL_FINDS_LIVELOCK, group, KERNEL_NONE,
                       "it went on for %llu instructions", (unsigned long long)limit);
            return;
        }
        bool chosen = *first;
        *first = false;
        if (ptx_op_is_alu(in->op)) {
            if (mask)
                alu_functions[in->op](&rows, in, mask);
        } else if (mask) {
            if (!chosen && is_visible(m, in)) {
                m->instructions--;
                g->moves = false;
                return;
            }
            if (m->trace)
                trace_before(m, group, &rows, in, mask);
            enum went went = do_other(m, group, &rows, in, mask);
            if (m->trace)
                trace_behind(m);
            if (m->stops)
                return;
            if (went == WENT_NOWHERE)
                g->moves = false;
            if (went != WENT_ON)
                return;
        }
        if (++f->pc == meeting)
            return;
    }
    call_return(m, group);
    g->moves = g->moves && g->lanes;
}

/* Of the groups of a warp that move, the one that is deepest in calls, and of those the one that is first in the
 * text: the others can still meet it. */
static uint32_t next_mover(const struct machine *m, uint32_t warp)
{
    uint32_t found = KERNEL_NONE;
    for (uint32_t left = m->used[warp]; left; left &= left - 1) {
        uint32_t i = warp * WARP_LANES + (uint32_t)__builtin_ctz(left);
        const struct group *g = &m->groups[i];
        if (!g->moves)
            continue;
        if (found == KERNEL_NONE || g->depth > m->groups[found].depth ||
            (g->depth == m->groups[found].depth &&
             machine_frame(m, i)->pc < machine_frame(m, found)->pc))
            found = i;
    }
    return found;
}

void step_group(struct machine *m, uint32_t group)
{
    bool first = true;
    uint32_t warp = group / WARP_LANES;
    m->groups[group].moves = true;
    m->step_began = m->instructions;
    m->notes_weak = false;
    while (group != KERNEL_NONE && !m->stops) {
        run(m, group, &first);
        if (m->stops)
            break;
        if (m->groups[group].lanes && m->groups[group].lanes != m->live_lanes[warp])
            group_meet(m, group);
        group = m->groups[group].lanes && m->groups[group].moves &&
                        m->groups[group].lanes == m->live_lanes[warp]
                    ? group
                    : next_mover(m, warp);
    }
}
