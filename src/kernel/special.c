#include "kernel/special.h"

#include "kernel/device_memory.h"
#include "kernel/spin.h"

/* ---- Special registers ------------------------------------------------------------------------ */

static uint32_t side_of(struct launch_size of, uint32_t side)
{
    return side == 0 ? of.x : side == 1 ? of.y : of.z;
}

static struct launch_size quotient(struct launch_size a, struct launch_size b)
{
    return (struct launch_size){a.x / b.x, a.y / b.y, a.z / b.z};
}
static struct launch_size remainder_of(struct launch_size a, struct launch_size b)
{
    return (struct launch_size){a.x % b.x, a.y % b.y, a.z % b.z};
}

static uint32_t thread_side(const struct machine *m, uint32_t group, uint32_t lane, uint32_t side)
{
    const struct warp_place *w = machine_warp(m, group / WARP_LANES);
    struct launch_size of = m->kernel->launch->launches[machine_block(m, w->block)->launch].block;
    uint32_t thread = w->first_thread + lane;
    return side == 0 ? thread % of.x : side == 1 ? thread / of.x % of.y : thread / of.x / of.y;
}

/* Which multiprocessor a block is on: they are filled in turn. */
static uint32_t multiprocessor(const struct machine *m, const struct block_place *b)
{
    return b->index % m->kernel->launch->room.multiprocessors;
}

/* %envreg1 and %envreg2 are what grid.sync() looks at: the address of a word that all blocks of a cooperative launch
 * share. There is none of the driver's here: it lies behind the regions, and every launch has its own. */
static uint32_t environment(const struct machine *m, const struct block_place *b, uint32_t which)
{
    bool cooperative = m->kernel->launch->launches[b->launch].cooperative;
    uint64_t address = m->kernel->grids[b->launch].workspace;
    if (!cooperative || which < 1 || which > 2)
        return 0;
    return which == 1 ? (uint32_t)(address >> 32) : (uint32_t)address;
}

/* Of a register whose value all lanes share. */
static uint64_t shared_value(struct machine *m, uint32_t group, uint32_t which)
{
    uint32_t warp = group / WARP_LANES;
    const struct block_place *b = machine_block(m, machine_warp(m, warp)->block);
    const struct launch_grid *l = &m->kernel->launch->launches[b->launch];
    const struct grid *g = &m->kernel->grids[b->launch];
    struct launch_size c = l->cluster;
    if (which >= PTX_SPECIAL_ENVREG0)
        return environment(m, b, which - PTX_SPECIAL_ENVREG0);
    if (which >= PTX_SPECIAL_NTID_X && which <= PTX_SPECIAL_NTID_Z)
        return side_of(l->block, which - PTX_SPECIAL_NTID_X);
    if (which >= PTX_SPECIAL_CTAID_X && which <= PTX_SPECIAL_CTAID_Z)
        return side_of(b->at, which - PTX_SPECIAL_CTAID_X);
    if (which >= PTX_SPECIAL_NCTAID_X && which <= PTX_SPECIAL_NCTAID_Z)
        return side_of(l->grid, which - PTX_SPECIAL_NCTAID_X);
    if (which >= PTX_SPECIAL_CLUSTERID_X && which <= PTX_SPECIAL_CLUSTERID_Z)
        return side_of(quotient(b->at, c), which - PTX_SPECIAL_CLUSTERID_X);
    if (which >= PTX_SPECIAL_NCLUSTERID_X && which <= PTX_SPECIAL_NCLUSTERID_Z)
        return side_of(quotient(l->grid, c), which - PTX_SPECIAL_NCLUSTERID_X);
    if (which >= PTX_SPECIAL_CLUSTER_CTAID_X && which <= PTX_SPECIAL_CLUSTER_CTAID_Z)
        return side_of(remainder_of(b->at, c), which - PTX_SPECIAL_CLUSTER_CTAID_X);
    if (which >= PTX_SPECIAL_CLUSTER_NCTAID_X && which <= PTX_SPECIAL_CLUSTER_NCTAID_Z)
        return side_of(c, which - PTX_SPECIAL_CLUSTER_NCTAID_X);
    switch (which) {
    case PTX_SPECIAL_WARPID:
        return machine_warp(m, warp)->number;
    case PTX_SPECIAL_NWARPID:
        return m->kernel->launch->room.threads / WARP_LANES;
    case PTX_SPECIAL_SMID:
        return multiprocessor(m, b);
    case PTX_SPECIAL_NSMID:
        return m->kernel->launch->room.multiprocessors;
    case PTX_SPECIAL_GRIDID:
        return b->launch + 1u;
    case PTX_SPECIAL_IS_EXPLICIT_CLUSTER:
        return c.x * c.y * c.z > 1;
    case PTX_SPECIAL_CLUSTER_CTARANK:
        return b->rank;
    case PTX_SPECIAL_CLUSTER_NCTARANK:
        return c.x * c.y * c.z;
    case PTX_SPECIAL_TOTAL_SMEM_SIZE:
    case PTX_SPECIAL_AGGR_SMEM_SIZE:
        return g->shared_bytes - g->reserved_bytes;
    case PTX_SPECIAL_RESERVED_CAP:
        return g->reserved_bytes;
    case PTX_SPECIAL_RESERVED_END:
        return g->shared_bytes;
    case PTX_SPECIAL_RESERVED_BEGIN:
    case PTX_SPECIAL_RESERVED_0:
    case PTX_SPECIAL_RESERVED_1:
        return g->shared_bytes - g->reserved_bytes;
    case PTX_SPECIAL_DYNAMIC_SMEM_SIZE:
        return l->shared_bytes;
    case PTX_SPECIAL_CLOCK_HI:
    case PTX_SPECIAL_GLOBALTIMER_HI:
        return m->time_ns >> 32;
    case PTX_SPECIAL_CLOCK:
    case PTX_SPECIAL_CLOCK64:
    case PTX_SPECIAL_GLOBALTIMER:
    case PTX_SPECIAL_GLOBALTIMER_LO:
        return m->time_ns;
    default:
        return 0;
    }
}

static uint32_t lane_value(const struct machine *m, uint32_t group, uint32_t lane, uint32_t which)
{
    uint32_t bit = 1u << lane;
    switch (which) {
    case PTX_SPECIAL_LANEID:
        return lane;
    case PTX_SPECIAL_LANEMASK_EQ:
        return bit;
    case PTX_SPECIAL_LANEMASK_LE:
        return bit | (bit - 1);
    case PTX_SPECIAL_LANEMASK_LT:
        return bit - 1;
    case PTX_SPECIAL_LANEMASK_GE:
        return ~(bit - 1);
    case PTX_SPECIAL_LANEMASK_GT:
        return ~(bit | (bit - 1));
    default:
        return thread_side(m, group, lane, which - PTX_SPECIAL_TID_X);
    }
}

static bool is_of_lane(uint32_t which)
{
    return which <= PTX_SPECIAL_TID_Z || which == PTX_SPECIAL_LANEID ||
           (which >= PTX_SPECIAL_LANEMASK_EQ && which <= PTX_SPECIAL_LANEMASK_GT);
}

static void put(const struct alu_rows *rows, uint16_t target, bool wide, uint32_t lane,
                uint64_t value)
{
    if (target == PTX_NO_OPERAND)
        return;
    if (wide)
        alu_row64(rows, target)[lane] = value;
    else
        alu_row32(rows, target)[lane] = (uint32_t)value;
}

void special_read(struct machine *m, uint32_t group, const struct alu_rows *rows,
                  const struct ptx_instruction *in, uint32_t mask)
{
    uint32_t which = in->special.special;
    uint64_t value = is_of_lane(which) ? 0 : shared_value(m, group, which);
    if (which >= PTX_SPECIAL_CLOCK && which <= PTX_SPECIAL_GLOBALTIMER_HI)
        spin_reads_time(m, group);
    if (which == PTX_SPECIAL_IS_EXPLICIT_CLUSTER) {
        uint32_t *to = &rows->lanes[0][in->target[0]];
        *to = (*to & ~mask) | (value ? mask : 0);
        return;
    }
    for (; mask; mask &= mask - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(mask);
        if (is_of_lane(which))
            value = lane_value(m, group, lane, which);
        put(rows, in->target[0], in->special.wide, lane, value);
    }
}

/* ---- Addresses ------------------------------------------------------------------------------- */

static uint64_t get(const struct alu_rows *rows, uint16_t source, bool wide, uint32_t lane)
{
    if (source == PTX_NO_OPERAND)
        return 0;
    return wide ? alu_row64(rows, source)[lane] : alu_row32(rows, source)[lane];
}

/* In shared memory of a cluster an address has the rank + 1 of its block above it, or 0. */
static uint32_t rank_of(const struct machine *m, uint32_t group, uint64_t address)
{
    uint32_t rank = (uint32_t)address >> SHARED_RANK_SHIFT;
    return rank ? rank - 1 : machine_block(m, group_block(m, group))->rank;
}

static uint64_t address_value(struct machine *m, uint32_t group, const struct alu_rows *rows,
                              const struct ptx_instruction *in, uint32_t lane)
{
    bool wide = in->special.wide;
    uint64_t a = get(rows, in->source[0], wide, lane);
    switch (in->op) {
    case PTX_OP_CVTA:
        if (!in->special.to)
            return device_to_generic(in->special.space, a);
        return in->special.space == PTX_SPACE_GLOBAL || in->special.space == PTX_SPACE_CONST
                   ? a
                   : (uint32_t)a;
    case PTX_OP_MAPA: {
        uint64_t rank = alu_row32(rows, in->source[1])[lane] + 1u;
        return (a & ~(UINT64_C(0xFF) << SHARED_RANK_SHIFT)) | rank << SHARED_RANK_SHIFT;
    }
    case PTX_OP_GETCTARANK:
        return rank_of(m, group, a);
    default: /* LOCAL_ADDRESS */
        return a + machine_frame(m, group)->local_at;
    }
}

void special_address(struct machine *m, uint32_t group, const struct alu_rows *rows,
                     const struct ptx_instruction *in, uint32_t mask)
{
    bool wide = in->special.wide && in->op != PTX_OP_GETCTARANK;
    if (in->op == PTX_OP_ISSPACEP) {
        for (uint32_t left = mask; left; left &= left - 1) {
            uint32_t lane = (uint32_t)__builtin_ctz(left);
            uint64_t a = get(rows, in->source[0], in->special.wide, lane);
            uint32_t *to = &rows->lanes[0][in->target[0]];
            *to = (*to & ~(1u << lane)) | (uint32_t)device_is_in(m, in->special.space, a) << lane;
        }
        return;
    }
    for (uint32_t left = mask; left; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        put(rows, in->target[0], wide, lane, address_value(m, group, rows, in, lane));
    }
}
