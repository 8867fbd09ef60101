#include "kernel/stuck.h"

#include "kernel/device_memory.h"
#include "kernel/finding.h"
#include "kernel/host.h"
#include "kernel/mbarrier.h"
#include "kernel/spin.h"

static void add(struct kernel_finding *f, const struct kernel_wait *wait)
{
    if (f->wait_count < KERNEL_WAITS_MAX)
        f->waits[f->wait_count++] = *wait;
    f->waiting++;
}

static void add_spin(struct machine *m, uint32_t group)
{
    const struct spin_read *word = spin_word(m, group);
    if (!word || word->group / WARP_LANES != group / WARP_LANES)
        return;
    struct kernel_wait wait = {.kind = KERNEL_WAITS_WORD,
                               .side = side_of_site(m, group, word->lane, word->site),
                               .where = where_of(m, word->at),
                               .seen = (uint32_t)device_get(m, word->at, 4)};
    const struct ptx_function *f = &m->kernel->module->functions[wait.side.function];
    if (f->instructions[wait.side.instruction].op == PTX_OP_MBARRIER) {
        uint64_t object = word->at & ~UINT64_C(7), bits = device_get(m, object, 8);
        wait.kind = KERNEL_WAITS_MBARRIER;
        wait.where = where_of(m, object);
        wait.arrived = mbarrier_arrived(bits);
        wait.wanted = mbarrier_wanted(bits);
    }
    add(&m->finding, &wait);
}

/* Whoever goes round with a thread of another warp. */
static void add_follower(struct machine *m, uint32_t group)
{
    const struct spin_read *word = spin_word(m, group);
    if (word && word->group / WARP_LANES != group / WARP_LANES)
        add(&m->finding, &(struct kernel_wait){.kind = KERNEL_WAITS_BLOCK,
                                               .side = side_of_group(m, group, KERNEL_NONE)});
}

static void add_host(struct machine *m)
{
    const struct launch_step *step = host_next(m);
    if (!step)
        return;
    uint64_t at = host_word(m, step);
    add(&m->finding,
        &(struct kernel_wait){.kind = KERNEL_WAITS_HOST,
                              .side = side_of_site(m, machine_host(m), KERNEL_NONE,
                                                   (uint32_t)(step - m->kernel->launch->steps)),
                              .where = where_of(m, at),
                              .seen = (uint32_t)device_get(m, at, 4),
                              .wanted = step->value});
}

/* Whoever waits for other threads. */
static void add_other(struct machine *m, uint32_t group)
{
    const struct group *g = &m->groups[group];
    uint32_t block = group_block(m, group);
    struct kernel_wait wait = {.side = side_of_group(m, group, KERNEL_NONE)};
    if (g->state == GROUP_BARRIER) {
        const struct barrier *b = &m->blocks[block].barriers[g->barrier];
        wait.kind = KERNEL_WAITS_BARRIER;
        wait.number = g->barrier;
        wait.arrived = b->arrived;
        wait.wanted = b->expected ? b->expected / WARP_LANES : m->blocks[block].live_warps;
    } else if (g->state == GROUP_CLUSTER) {
        wait.kind = KERNEL_WAITS_CLUSTER;
    } else {
        wait.kind = KERNEL_WAITS_WARP;
        wait.wanted = m->live_lanes[g->warp] & ~g->lanes;
    }
    add(&m->finding, &wait);
}

/* Who goes on, but reads: whether for ever is not known. */
static bool polls(const struct machine *m, uint32_t group)
{
    return m->groups[group].state == GROUP_READY && spin_word(m, group) != NULL;
}

static void each_group(struct machine *m, void (*what)(struct machine *, uint32_t), bool spins)
{
    for (uint32_t w = 0; w < machine_together(m)->warps; w++)
        for (uint32_t left = m->used[w]; left; left &= left - 1) {
            uint32_t i = w * WARP_LANES + (uint32_t)__builtin_ctz(left);
            const struct group *g = &m->groups[i];
            bool spinning = g->state == GROUP_PARKED || g->idles || polls(m, i);
            if (!spinning && g->state == GROUP_READY)
                continue;
            if (spinning == spins && m->blocks[group_block(m, i)].is_resident)
                what(m, i);
        }
}

void stuck_tell(struct machine *m)
{
    each_group(m, add_spin, true);
    each_group(m, add_other, false);
}

void stuck_find(struct machine *m)
{
    m->finding = (struct kernel_finding){.kind = KERNEL_FINDS_DEADLOCK,
                                         .where = {.buffer = KERNEL_NONE, .variable = KERNEL_NONE}};
    m->stops = true;
    each_group(m, add_spin, true);
    add_host(m);
    each_group(m, add_follower, true);
    each_group(m, add_other, false);
    uint32_t resident = 0, waiting = 0;
    for (uint32_t i = 0; i < machine_together(m)->blocks; i++) {
        resident += m->blocks[i].is_resident && m->blocks[i].live_warps;
        waiting += !m->blocks[i].is_resident;
    }
    m->finding.blocks = resident + waiting;
    m->finding.room_blocks = resident;
    if (m->finding.wait_count == 0)
        return;
    m->finding.sides[0] = m->finding.waits[0].side;
    m->finding.side_count = 1;
    m->finding.where = m->finding.waits[0].where;
    m->finding.found = m->finding.waits[0].seen;
}
