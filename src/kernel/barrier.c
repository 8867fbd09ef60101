#include "kernel/barrier.h"

#include "kernel/block_spin.h"
#include "kernel/causality.h"
#include "kernel/finding.h"
#include "kernel/group.h"
#include "kernel/shadow.h"
#include "kernel/spin.h"

/* ---- The end of a phase ----------------------------------------------------------------------- */

static void put_result(struct machine *m, uint32_t group, const struct barrier *b)
{
    struct alu_rows rows;
    const struct ptx_instruction *in =
        &machine_function(m, group)->instructions[machine_frame(m, group)->pc];
    uint32_t lanes = m->groups[group].lanes;
    if (in->target[0] == PTX_NO_OPERAND)
        return;
    group_rows(m, group, &rows);
    if (in->barrier.kind == PTX_BARRIER_POPC) {
        for (; lanes; lanes &= lanes - 1)
            alu_row32(&rows, in->target[0])[__builtin_ctz(lanes)] = b->count;
        return;
    }
    uint32_t says = in->barrier.kind == PTX_BARRIER_AND ? b->all : b->any;
    uint32_t *to = &rows.lanes[0][in->target[0]];
    *to = (*to & ~lanes) | (says ? lanes : 0);
}

/* A group goes on behind the barrier at which it is. */
static void leave(struct machine *m, uint32_t group, const struct barrier *b)
{
    put_result(m, group, b);
    barrier_take(m, group, b->clock);
    shadow_tick(m, group / WARP_LANES);
    spin_passes(m, group);
    m->groups[group].state = GROUP_READY;
    m->groups[group].ready_since = m->steps;
    machine_frame(m, group)->pc++;
}

static void complete(struct machine *m, uint32_t block, uint32_t number)
{
    struct barrier *b = &m->blocks[block].barriers[number];
    const struct block_place *at = machine_block(m, block);
    uint32_t first = at->first_warp * WARP_LANES, left = 0;
    for (uint32_t i = first; i < first + at->warps * WARP_LANES; i++) {
        if (m->groups[i].lanes && m->groups[i].state == GROUP_BARRIER &&
            m->groups[i].barrier == number) {
            leave(m, i, b);
            left += (uint32_t)__builtin_popcount(m->groups[i].lanes);
        }
    }
    for (uint32_t w = 0; w < at->warps; w++)
        m->barrier_lanes[(at->first_warp + w) * BARRIERS + number] = 0;
    barrier_clear(m, &b->clock);
    *b = (struct barrier){.all = 1};
    block_spin_looks(m, block, left);
}

/* Whether all have come. */
static bool is_complete(const struct machine *m, uint32_t block, const struct barrier *b)
{
    uint32_t wanted = b->expected ? b->expected / WARP_LANES : m->blocks[block].live_warps;
    return b->arrived > 0 && b->arrived >= wanted;
}

/* All of a cluster have arrived: whoever waits goes on. */
static void complete_cluster(struct machine *m, uint32_t cluster)
{
    struct cluster *c = &m->clusters[cluster];
    barrier_clear(m, &c->done);
    c->done = c->clock;
    c->clock = c->arrived = 0;
    c->phase++;
    for (uint32_t i = 0; i < machine_together(m)->warps * WARP_LANES; i++) {
        struct group *g = &m->groups[i];
        if (!g->lanes || g->state != GROUP_CLUSTER ||
            machine_block(m, group_block(m, i))->cluster != cluster)
            continue;
        barrier_take(m, i, c->done);
        shadow_tick(m, g->warp);
        g->state = GROUP_READY;
        g->ready_since = m->steps;
        machine_frame(m, i)->pc++;
    }
}

bool barrier_cluster(struct machine *m, uint32_t group, const struct ptx_instruction *in,
                     uint32_t mask)
{
    uint32_t warp = group / WARP_LANES;
    struct cluster *c = &m->clusters[machine_block(m, group_block(m, group))->cluster];
    spin_passes(m, group);
    if (in->barrier.kind == PTX_BARRIER_ARRIVE) {
        if (in->barrier.order != PTX_ORDER_RELAXED)
            barrier_give(m, group, &c->clock);
        m->cluster_phases[warp] = c->phase + 1;
        c->arrived += (uint32_t)__builtin_popcount(mask);
        machine_frame(m, group)->pc++;
        if (c->arrived == c->live_lanes)
            complete_cluster(m, machine_block(m, group_block(m, group))->cluster);
        return true;
    }
    if (!m->cluster_phases[warp]) {
        finding_at(m, KERNEL_FINDS_BARRIER, group, KERNEL_NONE,
                   "barrier.cluster.wait without barrier.cluster.arrive before it");
        return false;
    }
    if (m->cluster_phases[warp] > c->phase) {
        m->groups[group].state = GROUP_CLUSTER;
        return false;
    }
    barrier_take(m, group, c->done);
    shadow_tick(m, warp);
    machine_frame(m, group)->pc++;
    return true;
}

void barrier_exit(struct machine *m, uint32_t warp, uint32_t lanes)
{
    uint32_t block = machine_warp(m, warp)->block, live = m->live_lanes[warp];
    struct cluster *c = &m->clusters[machine_block(m, block)->cluster];
    c->live_lanes -= (uint32_t)__builtin_popcount(lanes);
    if (!live)
        m->blocks[block].live_warps--;
    for (uint32_t i = 0; i < BARRIERS; i++) {
        struct barrier *b = &m->blocks[block].barriers[i];
        uint32_t arrived = m->barrier_lanes[warp * BARRIERS + i];
        /* The lanes of a warp that are left had arrived before. */
        if (live && (arrived & lanes) == 0 && (arrived & live) == live && (arrived & ~live) == 0) {
            m->barrier_lanes[warp * BARRIERS + i] = 0;
            b->arrived++;
        }
        if (b->arrived && is_complete(m, block, b))
            complete(m, block, i);
    }
    if (c->arrived && c->arrived == c->live_lanes)
        complete_cluster(m, machine_block(m, block)->cluster);
}

/* ---- Arriving -------------------------------------------------------------------------------- */

static bool misuse(struct machine *m, uint32_t group, const char *what)
{
    finding_at(m, KERNEL_FINDS_BARRIER, group, KERNEL_NONE, "%s", what);
    return false;
}

/* Lanes of the warp are elsewhere: they have to come, or end. Where they wait at another barrier, they never will. */
static bool wait_for_warp(struct machine *m, uint32_t group)
{
    uint32_t first = group / WARP_LANES * WARP_LANES;
    m->groups[group].state = GROUP_MEETS;
    for (uint32_t i = first; i < first + WARP_LANES; i++) {
        const struct group *g = &m->groups[i];
        if (!g->lanes || i == group)
            continue;
        const struct ptx_instruction *in =
            &machine_function(m, i)->instructions[machine_frame(m, i)->pc];
        if (g->state != GROUP_MEETS || in->op != PTX_OP_BAR)
            return false;
    }
    return misuse(m, group, "lanes of one warp wait at different barriers of all its lanes");
}

/* False, with a finding: not as others have used it. */
static bool expect(struct machine *m, uint32_t group, struct barrier *b, uint32_t expected)
{
    uint32_t threads = machine_grid(m, group_block(m, group))->threads;
    if (expected % WARP_LANES)
        return misuse(m, group, "a number of threads that is no multiple of 32");
    if (expected > (threads + 31) / 32 * 32)
        return misuse(m, group, "a barrier of more threads than the block has");
    if (b->arrived && b->expected != expected)
        return misuse(m, group, "a barrier that others use with another number of threads");
    b->expected = expected;
    return true;
}

static void vote(struct barrier *b, uint32_t yes, uint32_t mask)
{
    b->count += (uint32_t)__builtin_popcount(yes & mask);
    b->all &= (yes & mask) == mask;
    b->any |= (yes & mask) != 0;
}

/* The warp has come: all of it, or the lanes that were left to come. */
static bool has_come(struct machine *m, uint32_t warp, uint32_t number, uint32_t mask)
{
    uint32_t *lanes = &m->barrier_lanes[warp * BARRIERS + number];
    *lanes |= mask;
    if ((*lanes & m->live_lanes[warp]) != m->live_lanes[warp])
        return false;
    *lanes = 0;
    return true;
}

static bool arrive(struct machine *m, uint32_t group, const struct alu_rows *rows,
                   const struct ptx_instruction *in, uint32_t mask, uint32_t number)
{
    uint32_t block = group_block(m, group);
    struct barrier *b = &m->blocks[block].barriers[number];
    if (in->source[2] != PTX_NO_OPERAND)
        vote(b, alu_lanes(rows, in->source[2]), mask);
    barrier_give(m, group, &b->clock);
    spin_passes(m, group);
    b->site = machine_site(m, group);
    bool waits = in->barrier.kind != PTX_BARRIER_ARRIVE;
    if (waits) {
        m->groups[group].state = GROUP_BARRIER;
        m->groups[group].barrier = number;
    }
    if (has_come(m, group / WARP_LANES, number, mask))
        b->arrived++;
    if (!waits)
        machine_frame(m, group)->pc++;
    if (is_complete(m, block, b))
        complete(m, block, number);
    return m->groups[group].state == GROUP_READY;
}

bool barrier_reach(struct machine *m, uint32_t group, const struct alu_rows *rows,
                   const struct ptx_instruction *in, uint32_t mask)
{
    struct group *g = &m->groups[group];
    uint32_t lane = (uint32_t)__builtin_ctz(mask);
    uint32_t number = alu_row32(rows, in->source[0])[lane];
    uint32_t expected = in->source[1] == PTX_NO_OPERAND ? 0 : alu_row32(rows, in->source[1])[lane];
    if (number >= BARRIERS)
        return misuse(m, group, "there are 16 barriers");
    if (in->barrier.aligned) {
        if (g->lanes != m->live_lanes[g->warp])
            return wait_for_warp(m, group);
        if (mask != g->lanes)
            return misuse(m, group, "part of a warp executes a barrier of all its lanes");
    }
    struct barrier *b = &m->blocks[group_block(m, group)].barriers[number];
    return expect(m, group, b, expected) && arrive(m, group, rows, in, mask, number);
}
