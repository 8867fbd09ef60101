#include "kernel/block_spin.h"

#include "kernel/spin.h"

#include <string.h>
#include <xxhash.h>

/* ---- The state of a block ---------------------------------------------------------------------- */

static uint64_t mix(const void *bytes, size_t size, uint64_t hash)
{
    return XXH3_64bits_withSeed(bytes, size, hash);
}

/* What callers of the function at hand keep: they go on with it later. */
static uint64_t hash_callers(const struct machine *m, uint32_t group, uint64_t hash)
{
    const struct kernel *k = m->kernel;
    const struct group *g = &m->groups[group];
    const struct frame *f = machine_frame(m, group);
    for (uint32_t left = g->lanes; left && g->depth > 1; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        for (uint32_t row = 0; row < f->rows32; row++)
            hash = mix(&m->rows32[(size_t)g->warp * k->rows32 + row][lane], sizeof(uint32_t), hash);
        for (uint32_t row = 0; row < f->rows64; row++)
            hash = mix(&m->rows64[(size_t)g->warp * k->rows64 + row][lane], sizeof(uint64_t), hash);
    }
    for (uint32_t row = 0; row < f->lanes && g->depth > 1; row++) {
        uint32_t held = m->lanes[(size_t)g->warp * k->lanes + row] & g->lanes;
        hash = mix(&held, sizeof held, hash);
    }
    return hash;
}

static uint64_t hash_groups(const struct machine *m, uint32_t block, uint64_t hash)
{
    const struct block_place *at = machine_block(m, block);
    size_t frame_bytes = (size_t)WARP_LANES * m->kernel->frame_bytes;
    for (uint32_t w = at->first_warp; w < at->first_warp + at->warps; w++) {
        for (uint32_t left = m->used[w]; left; left &= left - 1) {
            uint32_t i = w * WARP_LANES + (uint32_t)__builtin_ctz(left);
            const uint64_t parts[] = {i, spin_hash(m, i)};
            hash = hash_callers(m, i, mix(parts, sizeof parts, hash));
        }
        if (frame_bytes)
            hash = mix(m->frame_bytes + w * frame_bytes, frame_bytes, hash);
    }
    return hash;
}

static uint64_t hash_of(const struct machine *m, uint32_t block)
{
    const struct kernel *k = m->kernel;
    const struct block *b = &m->blocks[block];
    uint64_t hash = hash_groups(m, block, b->local_hash);
    for (uint32_t i = 0; i < BARRIERS; i++) {
        const uint32_t parts[] = {b->barriers[i].arrived, b->barriers[i].expected};
        hash = mix(parts, sizeof parts, hash);
    }
    return mix(m->bytes + k->shared_at + (uint64_t)block * k->shared_bytes,
               machine_grid(m, block)->shared_bytes, hash);
}

/* ---- Whether it waits -------------------------------------------------------------------------- */

/* All of its lanes that have not ended have just left the barrier, and nothing of it goes on besides. */
static bool is_all(const struct machine *m, uint32_t block, uint32_t left)
{
    const struct block_place *at = machine_block(m, block);
    uint32_t live = 0;
    for (uint32_t w = at->first_warp; w < at->first_warp + at->warps; w++)
        live += (uint32_t)__builtin_popcount(m->live_lanes[w]);
    return live == left && m->copy_count == 0;
}

/* Other blocks may write its shared memory, or wait for it at a barrier that is not looked at here. */
static bool is_of_cluster(const struct machine *m, uint32_t block)
{
    const struct launch_size c =
        m->kernel->launch->launches[machine_block(m, block)->launch].cluster;
    return c.x * c.y * c.z > 1;
}

static void park(struct machine *m, uint32_t block, const struct spin *s, uint32_t since)
{
    const struct block_place *at = machine_block(m, block);
    for (uint32_t w = at->first_warp; w < at->first_warp + at->warps; w++)
        for (uint32_t left = m->used[w]; left; left &= left - 1)
            if (!spin_park_with(m, w * WARP_LANES + (uint32_t)__builtin_ctz(left), s, since))
                return;
}

void block_spin_looks(struct machine *m, uint32_t block, uint32_t left)
{
    uint32_t index = block_spin_index(m, block);
    if (m->options.no_judge || is_of_cluster(m, block) || !is_all(m, block, left))
        return;
    struct spin *s = spin_make(m, index);
    if (!s || !s->sees)
        return;
    const struct spin_visit visit = {.hash = hash_of(m, block), .reads = s->reads_done};
    s->sees = false;
    for (uint32_t i = s->visit_count; i-- > 0;)
        if (s->visits[i].hash == visit.hash) {
            const struct spin same = *s; /* groups get theirs, and the array may move */
            if (spin_words_are_as_read(m, s, s->visits[i].reads))
                park(m, block, &same, s->visits[i].reads);
            else
                spin_forget(s);
            return;
        }
    if (s->visit_count == SPIN_VISITS)
        memmove(s->visits, s->visits + 1, --s->visit_count * sizeof *s->visits);
    s->visits[s->visit_count++] = visit;
}
