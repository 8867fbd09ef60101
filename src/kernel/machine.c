/* A machine: made, set back for a run, hashed, freed. */
#include "kernel/machine.h"

#include "kernel/causality.h"
#include "kernel/device_memory.h"
#include "kernel/group.h"
#include "kernel/shadow.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Every array that has its size from the kernel: pointer, elements. */
#define MACHINE_ARRAYS(X)                                                                          \
    X(bytes, k->bytes + 16)                                                                        \
    X(known, k->bytes / 4 + 4)                                                                     \
    X(shadow, k->local_at / 4 + SHADOW_ROW_WORDS)                                                  \
    X(shadow_rows, k->local_at / SHADOW_ROW_BYTES + 1)                                             \
    X(dirty, (k->bytes >> PAGE_SHIFT) + 1)                                                         \
    X(dirty_list, (k->bytes >> PAGE_SHIFT) + 1)                                                    \
    X(strands, groups + 1)                                                                         \
    X(fence_block, k->most_blocks + 1u)                                                            \
    X(fence_cluster, k->most_blocks + 1u)                                                          \
    X(fence_device, LAUNCH_DEVICES_MAX)                                                            \
    X(groups, groups + 1)                                                                          \
    X(frames, (groups + 1) * DEPTH_MAX)                                                            \
    X(spin_of, groups + 2 + k->most_blocks)                                                        \
    X(rows32, (size_t)k->most_warps * k->rows32 + 1)                                               \
    X(rows64, (size_t)k->most_warps * k->rows64 + 1)                                               \
    X(lanes, (size_t)k->most_warps * k->lanes + 1)                                                 \
    X(frame_bytes, groups * k->frame_bytes + 16)                                                   \
    X(live_lanes, k->most_warps + 1u)                                                              \
    X(used, k->most_warps + 1u)                                                                    \
    X(ticks, k->most_warps + 1u)                                                                   \
    X(barrier_lanes, (size_t)k->most_warps *BARRIERS + 1)                                          \
    X(blocks, k->most_blocks + 1u)                                                                 \
    X(clusters, k->most_blocks + 1u)                                                               \
    X(cluster_phases, k->most_warps + 1u)                                                          \
    X(batches, groups + 1)                                                                         \
    X(choice, groups + k->most_blocks + 2)

void machine_destroy(struct machine *m)
{
    if (!m)
        return;
#define X(array, count) free(m->array);
    MACHINE_ARRAYS(X)
#undef X
    causality_free(m);
    free(m->more);
    free(m->spins);
    free(m->copies);
    free(m);
}

vrrl_code machine_create(const struct kernel *kernel, struct machine **machine, vrrl_error *err)
{
    const struct kernel *k = kernel;
    size_t groups = (size_t)k->most_warps * WARP_LANES;
    struct machine *m = calloc(1, sizeof *m);
    *machine = NULL;
    if (!m)
        return error_no_memory(err, sizeof *m);
    m->kernel = k;
    bool made = true;
#define X(array, count) made = (m->array = calloc(count, sizeof *m->array)) != NULL && made;
    MACHINE_ARRAYS(X)
#undef X
    if (!made) {
        machine_destroy(m);
        return error_no_memory(err, k->bytes);
    }
    for (uint64_t i = 0; i <= k->local_at / SHADOW_ROW_BYTES; i++)
        m->shadow_rows[i].is_one = true;
    memcpy(m->bytes, k->initial, k->global_bytes);
    memcpy(m->known, k->initial_known, k->global_bytes / 4);
    *machine = m;
    return VRRL_OK;
}

void machine_begin_run(struct machine *m)
{
    device_reset(m);
    m->time_ns = 1000000;
    m->instructions = m->steps = m->choices = m->schedule = m->states = 0;
    m->finding = (struct kernel_finding){.kind = KERNEL_FINDS_NONE};
    m->stops = false;
    m->code = VRRL_OK;
}

/* Shared and local memory is nobody's at first. */
static void forget_threads(struct machine *m)
{
    const struct kernel *k = m->kernel;
    size_t page = (size_t)1 << PAGE_SHIFT;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->dirty_count; i++) {
        uint64_t at = (uint64_t)m->dirty_list[i] << PAGE_SHIFT;
        if (at < k->global_bytes) {
            m->dirty_list[kept++] = m->dirty_list[i];
            continue;
        }
        m->dirty[m->dirty_list[i]] = 0;
        memset(m->bytes + at, 0, page);
        memset(m->known + at / 4, 0, page / 4);
    }
    m->dirty_count = kept;
}

/* Reserved shared memory is 0 as a block begins. */
static void zero_reserved(struct machine *m)
{
    const struct kernel *k = m->kernel;
    for (uint32_t i = 0; i < machine_together(m)->blocks; i++) {
        const struct grid *g = machine_grid(m, i);
        uint64_t at = k->shared_at + (uint64_t)i * k->shared_bytes + g->shared_bytes;
        for (uint64_t byte = at - g->reserved_bytes; byte < at; byte += 4) {
            device_use(m, byte);
            m->known[byte / 4] = 0xF;
        }
    }
}

void machine_begin_together(struct machine *m, uint32_t together)
{
    const struct kernel *k = m->kernel;
    size_t groups = (size_t)k->most_warps * WARP_LANES;
    shadow_clear(m);
    forget_threads(m);
    m->together = together;
    zero_reserved(m);
    causality_reset(m);
    memset(m->groups, 0, groups * sizeof *m->groups);
    memset(m->spin_of, 0, (groups + 1 + k->most_blocks) * sizeof *m->spin_of);
    memset(m->used, 0, k->most_warps * sizeof *m->used);
    memset(m->live_lanes, 0, k->most_warps * sizeof *m->live_lanes);
    memset(m->barrier_lanes, 0, (size_t)k->most_warps * BARRIERS * sizeof *m->barrier_lanes);
    memset(m->blocks, 0, k->most_blocks * sizeof *m->blocks);
    memset(m->clusters, 0, k->most_blocks * sizeof *m->clusters);
    memset(m->cluster_phases, 0, k->most_warps * sizeof *m->cluster_phases);
    memset(m->batches, 0, groups * sizeof *m->batches);
    m->spin_count = m->spins_of_blocks = m->copy_count = m->parked = 0;
    m->watched = 0;
    m->host_step = 0;
    m->host_ready_since = m->steps;
    for (uint32_t i = 0; i < machine_together(m)->blocks; i++)
        for (uint32_t j = 0; j < BARRIERS; j++)
            m->blocks[i].barriers[j].all = 1;
    for (uint32_t w = 0; w < machine_together(m)->warps; w++) {
        const struct block_place *b = machine_block(m, machine_warp(m, w)->block);
        m->blocks[machine_warp(m, w)->block].live_warps++;
        m->clusters[b->cluster].live_lanes +=
            (uint32_t)__builtin_popcount(machine_warp(m, w)->lanes);
    }
    strand_begin(m, machine_host(m), KERNEL_NONE);
}

const uint8_t *machine_buffer(const struct machine *machine, uint32_t buffer)
{
    return machine->bytes + machine->kernel->regions[buffer].at;
}

/* ---- Hashes ---------------------------------------------------------------------------------- */

static uint64_t hash_pages(const struct machine *m, uint64_t hash)
{
    size_t page = (size_t)1 << PAGE_SHIFT;
    for (uint64_t i = 0; i < m->kernel->bytes >> PAGE_SHIFT; i++)
        if (m->dirty[i])
            hash = XXH3_64bits_withSeed(m->bytes + (i << PAGE_SHIFT), page, hash ^ i);
    return hash;
}

uint64_t machine_hash(const struct machine *m)
{
    const struct kernel *k = m->kernel;
    uint64_t hash = hash_pages(m, m->time_ns);
    for (uint32_t w = 0; w < machine_together(m)->warps; w++) {
        hash = XXH3_64bits_withSeed(m->rows32[(size_t)w * k->rows32], k->rows32 * sizeof *m->rows32,
                                    hash);
        hash = XXH3_64bits_withSeed(m->rows64[(size_t)w * k->rows64], k->rows64 * sizeof *m->rows64,
                                    hash);
        hash = XXH3_64bits_withSeed(&m->lanes[(size_t)w * k->lanes], k->lanes * sizeof *m->lanes,
                                    hash);
        for (uint32_t left = m->used[w]; left; left &= left - 1) {
            uint32_t i = w * WARP_LANES + (uint32_t)__builtin_ctz(left);
            const uint32_t parts[] = {i, m->groups[i].lanes, m->groups[i].state};
            hash = XXH3_64bits_withSeed(parts, sizeof parts, hash);
            hash = XXH3_64bits_withSeed(&m->frames[(size_t)i * DEPTH_MAX],
                                        m->groups[i].depth * sizeof *m->frames, hash);
            hash = XXH3_64bits_withSeed(strand_clock(m, i), m->clocks.strands * sizeof(uint32_t),
                                        hash);
        }
    }
    return hash;
}

static uint64_t mix(const void *bytes, size_t size, uint64_t hash)
{
    return size ? XXH3_64bits_withSeed(bytes, size, hash) : hash;
}

/* What an instruction has besides operands, by its kind; bytes between the fields are nobody's. */
static uint64_t hash_rest(const struct ptx_instruction *in, uint64_t hash)
{
    uint64_t p[12] = {0};
    switch (in->op) {
    case PTX_OP_LD:
    case PTX_OP_ST:
    case PTX_OP_ATOM:
    case PTX_OP_RED:
    case PTX_OP_MBARRIER: {
        const struct ptx_memory *m = &in->memory;
        memcpy(p,
               (const uint64_t[]){(uint64_t)m->offset, m->values, m->space, m->type, m->count,
                                  m->order, m->scope, m->atom, m->width, m->frame, m->narrow,
                                  m->narrow_address},
               sizeof p);
        break;
    }
    case PTX_OP_BRA:
    case PTX_OP_BRX:
        p[0] = in->op == PTX_OP_BRA ? in->branch.target : in->branch.targets;
        p[1] = in->op == PTX_OP_BRX ? in->branch.count : 0;
        break;
    case PTX_OP_CALL:
    case PTX_OP_CALL_INDIRECT:
        p[0] = in->call.call;
        break;
    case PTX_OP_BAR:
    case PTX_OP_BARRIER_CLUSTER:
        p[0] = in->barrier.kind, p[1] = in->barrier.aligned, p[2] = in->barrier.order;
        break;
    case PTX_OP_FENCE:
        p[0] = in->fence.order, p[1] = in->fence.scope, p[2] = in->fence.proxy;
        break;
    case PTX_OP_SHFL:
    case PTX_OP_VOTE:
    case PTX_OP_MATCH:
    case PTX_OP_REDUX:
        p[0] = in->warp.mode, p[1] = in->warp.type;
        break;
    case PTX_OP_CP_ASYNC:
        p[1] = (uint64_t)in->copy.to_offset, p[2] = (uint64_t)in->copy.from_offset;
        p[0] = in->copy.bytes;
        break;
    case PTX_OP_CP_ASYNC_WAIT:
        p[0] = in->copy.bytes;
        break;
    case PTX_OP_SPECIAL:
        p[0] = in->special.special;
        break;
    case PTX_OP_CVTA:
    case PTX_OP_ISSPACEP:
        p[0] = in->special.space, p[1] = in->special.to;
        break;
    default:
        if (ptx_op_is_alu(in->op))
            p[0] = in->alu.boolean | (uint64_t)in->alu.from << 8 | (uint64_t)in->alu.to << 16 |
                   (uint64_t)in->alu.rounding << 24 | (uint64_t)in->alu.saturates << 32 |
                   (uint64_t)in->alu.flushes << 33;
    }
    return mix(p, sizeof p, hash);
}

/* By its name, and not by its number, which changes as vrrl learns others: strings of kernels stay good. */
static uint64_t hash_instruction(const struct ptx_instruction *in, uint64_t hash)
{
    const char *op = ptx_op_name(in->op);
    const uint16_t parts[] = {in->guard,     in->unless,    in->target[0], in->target[1],
                              in->source[0], in->source[1], in->source[2], in->source[3]};
    hash = mix(op, strlen(op), hash);
    return hash_rest(in, mix(parts, sizeof parts, hash));
}

/* All that says what a function does. */
static uint64_t hash_function(const struct ptx_function *f, uint64_t hash)
{
    for (uint32_t i = 0; i < f->instruction_count; i++)
        hash = hash_instruction(&f->instructions[i], hash);
    hash = mix(f->operands, f->operand_count * sizeof *f->operands, hash);
    hash = mix(f->targets, f->target_count * sizeof *f->targets, hash);
    for (int width = 0; width < PTX_WIDTHS; width++)
        for (uint32_t i = 0; i < f->constant_count[width]; i++) {
            const struct ptx_constant *c = &f->constants[width][i];
            const uint64_t parts[] = {c->value, c->index, c->symbol};
            hash = mix(parts, sizeof parts, hash);
        }
    return hash;
}

static uint64_t hash_launch(const struct launch *l, uint64_t hash)
{
    for (uint32_t i = 0; i < l->launch_count; i++) {
        const struct launch_grid *g = &l->launches[i];
        const uint32_t parts[] = {g->grid.x,    g->grid.y,       g->grid.z,    g->block.x,
                                  g->block.y,   g->block.z,      g->cluster.x, g->cluster.y,
                                  g->cluster.z, g->shared_bytes, g->device,    g->cooperative,
                                  g->group};
        hash = mix(parts, sizeof parts, hash);
    }
    for (uint32_t i = 0; i < l->step_count; i++) {
        const struct launch_step *s = &l->steps[i];
        const uint32_t parts[] = {s->kind, s->group, s->buffer, s->word, s->relation, s->value};
        hash = mix(parts, sizeof parts, hash);
    }
    for (uint32_t i = 0; i < l->stub_count; i++) {
        const struct launch_stub *s = &l->stubs[i];
        hash = mix(s->name, strlen(s->name), hash ^ s->each);
        for (uint32_t j = 0; j < s->touch_count; j++) {
            const uint32_t parts[] = {s->touches[j].writes, s->touches[j].argument,
                                      s->touches[j].words};
            hash = mix(parts, sizeof parts, hash);
        }
    }
    return mix(&l->room, sizeof l->room, hash);
}

uint64_t kernel_digest(const struct kernel *k)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < k->region_count; i++) {
        const struct region *r = &k->regions[i];
        hash = mix(k->initial + r->at, r->bytes, hash);
        hash = mix(k->initial_known + r->at / 4, (r->bytes + 3) / 4, hash);
    }
    for (uint32_t i = 0; i < k->module->function_count; i++)
        hash = hash_function(&k->module->functions[i], hash ^ i);
    for (uint32_t i = 0; i < k->launch->launch_count; i++)
        hash =
            mix(k->grids[i].parameters, k->grids[i].parameter_bytes, hash ^ k->grids[i].function);
    return hash_launch(k->launch, hash);
}
