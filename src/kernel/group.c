#include "kernel/group.h"

#include "kernel/barrier.h"
#include "kernel/causality.h"
#include "kernel/finding.h"
#include "kernel/spin.h"

#include <string.h>

static struct frame *frames_of(const struct machine *m, uint32_t group)
{
    return &m->frames[(size_t)group * DEPTH_MAX];
}

void warp_begin(struct machine *m, uint32_t warp)
{
    const struct kernel *k = m->kernel;
    const struct warp_place *w = machine_warp(m, warp);
    uint32_t group = warp * WARP_LANES;
    memset(m->rows32[(size_t)warp * k->rows32], 0, k->rows32 * sizeof *m->rows32);
    memset(m->rows64[(size_t)warp * k->rows64], 0, k->rows64 * sizeof *m->rows64);
    memset(&m->lanes[(size_t)warp * k->lanes], 0, k->lanes * sizeof *m->lanes);
    m->live_lanes[warp] = w->lanes;
    m->ticks[warp] = 0;
    m->groups[group] = (struct group){
        .lanes = w->lanes, .warp = warp, .state = GROUP_READY, .depth = 1, .ready_since = m->steps};
    const struct ptx_function *f = &k->module->functions[machine_grid(m, w->block)->function];
    frames_of(m, group)[0] = (struct frame){.function = machine_grid(m, w->block)->function,
                                            .call = KERNEL_NONE,
                                            .local_top = (f->local_bytes + 15) & ~15u};
    m->used[warp] = 1;
    strand_begin(m, group, KERNEL_NONE);
}

/* A place for a group of the warp: one whose strand's past the parent knows, where there is one. */
static uint32_t unused_group(const struct machine *m, uint32_t parent)
{
    uint32_t first = parent / WARP_LANES * WARP_LANES, found = KERNEL_NONE;
    for (uint32_t i = first; i < first + WARP_LANES; i++) {
        if (m->groups[i].lanes || m->groups[i].state == GROUP_EXITED)
            continue;
        if (strand_is_behind(m, i, parent))
            return i;
        found = i;
    }
    return found;
}

uint32_t group_split(struct machine *m, uint32_t group, uint32_t lanes)
{
    uint32_t child = unused_group(m, group);
    struct group *g = &m->groups[group];
    m->groups[child] = *g;
    m->groups[child].lanes = lanes;
    g->lanes &= ~lanes;
    g->moves = m->groups[child].moves = true;
    memcpy(frames_of(m, child), frames_of(m, group), g->depth * sizeof(struct frame));
    m->used[g->warp] |= 1u << child % WARP_LANES;
    spin_split(m, group, child);
    strand_begin(m, child, group);
    return child;
}

static bool are_at_one_place(const struct machine *m, uint32_t a, uint32_t b)
{
    return m->groups[a].depth == m->groups[b].depth &&
           memcmp(frames_of(m, a), frames_of(m, b), m->groups[a].depth * sizeof(struct frame)) == 0;
}

/* A group that waits where it is can be met: not one that has arrived at a barrier. */
static bool can_be_met(const struct group *g)
{
    return g->lanes &&
           (g->state == GROUP_READY || g->state == GROUP_MEETS || g->state == GROUP_PARKED);
}

/* Lanes are ordered by what all of them do together, not by where they are: those that came after others than the rest
 * of them stay apart, up to an operation for which they have to come together. */
static bool may_merge(const struct machine *m, uint32_t a, uint32_t b)
{
    const struct frame *f = machine_frame(m, a);
    const struct ptx_function *function = machine_function(m, a);
    if (strands_know_the_same(m, a, b) || f->pc >= function->instruction_count)
        return true;
    switch (function->instructions[f->pc].op) {
    case PTX_OP_BAR:
    case PTX_OP_BARRIER_CLUSTER:
    case PTX_OP_BAR_WARP:
    case PTX_OP_SHFL:
    case PTX_OP_VOTE:
    case PTX_OP_MATCH:
    case PTX_OP_REDUX:
    case PTX_OP_ELECT:
        return true;
    default:
        return false;
    }
}

uint32_t group_meet(struct machine *m, uint32_t group)
{
    uint32_t first = group / WARP_LANES * WARP_LANES;
    for (uint32_t i = first; i < first + WARP_LANES; i++) {
        if (i == group || !can_be_met(&m->groups[i]) || !are_at_one_place(m, i, group) ||
            !may_merge(m, i, group))
            continue;
        uint32_t into = i < group ? i : group, from = i < group ? group : i;
        if (m->groups[i].state == GROUP_PARKED || m->groups[i].idles)
            spin_wake(m, i);
        struct group *g = &m->groups[into];
        g->lanes |= m->groups[from].lanes;
        g->state = GROUP_READY;
        g->moves = true;
        m->used[g->warp] &= ~(1u << from % WARP_LANES);
        m->groups[from].lanes = 0;
        m->groups[from].state = GROUP_NONE;
        m->groups[from].moves = false;
        spin_merge(m, into, from);
        strand_merge(m, into, from);
        group = into;
    }
    return group;
}

void group_exit(struct machine *m, uint32_t group, uint32_t lanes)
{
    struct group *g = &m->groups[group];
    uint32_t warp = group / WARP_LANES, first = warp * WARP_LANES;
    g->lanes &= ~lanes;
    m->live_lanes[warp] &= ~lanes;
    if (!g->lanes) {
        g->state = GROUP_EXITED;
        g->moves = false;
        m->used[warp] &= ~(1u << group % WARP_LANES);
    }
    /* Who waits for lanes of the warp looks again. */
    for (uint32_t i = first; i < first + WARP_LANES; i++)
        if (m->groups[i].lanes && m->groups[i].state == GROUP_MEETS) {
            m->groups[i].state = GROUP_READY;
            m->groups[i].moves = true;
        }
    barrier_exit(m, warp, lanes);
}

bool group_call(struct machine *m, uint32_t group, uint32_t function, uint32_t call)
{
    struct group *g = &m->groups[group];
    const struct kernel *k = m->kernel;
    const struct frame *caller = machine_frame(m, group);
    const struct ptx_function *from = machine_function(m, group);
    const struct ptx_function *to = &k->module->functions[function];
    struct frame f = {.function = function,
                      .call = call,
                      .rows32 = caller->rows32 + from->rows[PTX_32],
                      .rows64 = caller->rows64 + from->rows[PTX_64],
                      .lanes = caller->lanes + from->rows[PTX_LANES],
                      .frame_at = caller->frame_at + ((from->frame_bytes + 15) & ~15u),
                      .local_at = caller->local_top,
                      .local_top = caller->local_top + ((to->local_bytes + 15) & ~15u)};
    if (g->depth == DEPTH_MAX || f.rows32 + to->rows[PTX_32] > k->rows32 ||
        f.rows64 + to->rows[PTX_64] > k->rows64 || f.lanes + to->rows[PTX_LANES] > k->lanes ||
        f.frame_at + to->frame_bytes > k->frame_bytes || f.local_top > k->local_bytes) {
        finding_at(m, KERNEL_FINDS_TRAP, group, KERNEL_NONE,
                   "the stack overflows: more than %d calls", DEPTH_MAX);
        return false;
    }
    frames_of(m, group)[g->depth++] = f;
    return true;
}

void group_return(struct machine *m, uint32_t group)
{
    struct group *g = &m->groups[group];
    if (g->depth == 1) {
        group_exit(m, group, g->lanes);
        return;
    }
    g->depth--;
    spin_returns(m, group, g->depth);
}
