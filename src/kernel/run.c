#include "kernel/run.h"

#include "base/array.h"
#include "kernel/causality.h"
#include "kernel/device_memory.h"
#include "kernel/finding.h"
#include "kernel/group.h"
#include "kernel/host.h"
#include "kernel/machine.h"
#include "kernel/spin.h"
#include "kernel/step.h"
#include "kernel/stuck.h"

#include <string.h>
#include <xxhash.h>

/* ---- Room ------------------------------------------------------------------------------------ */

/* What a device has room for is 2^32 parts; a block takes so many of them. */
static uint64_t parts_of(const struct machine *m, uint32_t block)
{
    return (UINT64_C(1) << 32) / machine_grid(m, block)->room;
}

static uint64_t parts_left(const struct machine *m, uint32_t device)
{
    uint64_t used = 0;
    for (uint32_t i = 0; i < machine_together(m)->blocks; i++)
        if (m->blocks[i].is_resident && m->blocks[i].live_warps &&
            machine_block(m, i)->device == device)
            used += parts_of(m, i);
    return (UINT64_C(1) << 32) - used;
}

static bool is_first_of_cluster(const struct machine *m, uint32_t block)
{
    return machine_block(m, block)->rank == 0;
}

static uint32_t cluster_blocks(const struct machine *m, uint32_t block)
{
    struct launch_size c = m->kernel->launch->launches[machine_block(m, block)->launch].cluster;
    return c.x * c.y * c.z;
}

/* A cluster gets room as one. */
static bool fits(const struct machine *m, uint32_t block)
{
    return parts_of(m, block) * cluster_blocks(m, block) <=
           parts_left(m, machine_block(m, block)->device);
}

static void make_resident(struct machine *m, uint32_t block)
{
    const struct block_place *first = machine_block(m, block);
    for (uint32_t i = 0; i < machine_together(m)->blocks; i++) {
        const struct block_place *b = machine_block(m, i);
        if (b->cluster != first->cluster || b->launch != first->launch)
            continue;
        m->blocks[i].is_resident = true;
        for (uint32_t w = 0; w < b->warps; w++)
            warp_begin(m, b->first_warp + w);
    }
}

static void note_point(struct machine *m, uint32_t count)
{
    struct kernel_points *points = m->options.points;
    struct kernel_point point = {.lanes = count};
    for (uint32_t i = 0; i < count; i++)
        if (m->choice[i].options > point.options)
            point.options = m->choice[i].options;
    vrrl_error ignored;
    if (array_room(points->list, points->count, points->room, 1, &ignored) == VRRL_OK)
        points->list[points->count++] = point;
    else
        points->exhausted = true;
}

static uint32_t ask(struct machine *m, uint32_t count, uint32_t *option)
{
    uint32_t at = 0;
    *option = 0;
    if (count > 1 || m->choice[0].options > 1) {
        m->choices++;
        if (m->options.points)
            note_point(m, count);
        m->by->choose(m->by->context, m->choice, count, &at, option);
    }
    return at;
}

/* Blocks that wait get the room that there is; which of them is a choice. */
static void give_room(struct machine *m)
{
    for (;;) {
        uint32_t count = 0, option;
        for (uint32_t i = 0; i < machine_together(m)->blocks; i++)
            if (!m->blocks[i].is_resident && is_first_of_cluster(m, i) && fits(m, i))
                m->choice[count++] = (struct chooser_lane){
                    .lane = machine_host(m) + 1 + i, .slot = machine_host(m) + 1 + i, .options = 1};
        if (count == 0)
            return;
        make_resident(m, m->choice[ask(m, count, &option)].lane - machine_host(m) - 1);
    }
}

/* All that there is has room at once: nothing is to be chosen. */
static bool all_fit(const struct machine *m)
{
    uint64_t used[LAUNCH_DEVICES_MAX] = {0};
    for (uint32_t i = 0; i < machine_together(m)->blocks; i++) {
        uint64_t *of = &used[machine_block(m, i)->device];
        *of += parts_of(m, i);
        if (*of > UINT64_C(1) << 32)
            return false;
    }
    return true;
}

/* ---- Who can go ------------------------------------------------------------------------------ */

/* Whoever could go for so many steps, and was not chosen, goes: strategies need not be fair. */
enum { PATIENCE_STEPS = 3000, PATIENCE_WITH_SPINS = 64 };

/* Fills the choice. *idle: whoever can go would only spin. */
static uint32_t list_ready(struct machine *m, bool *idle)
{
    uint32_t count = 0, oldest = 0;
    uint64_t since = UINT64_MAX;
    *idle = true;
    for (uint32_t w = 0; w < machine_together(m)->warps; w++)
        for (uint32_t left = m->used[w]; left; left &= left - 1) {
            uint32_t i = w * WARP_LANES + (uint32_t)__builtin_ctz(left);
            if (m->groups[i].state != GROUP_READY)
                continue;
            *idle = *idle && m->groups[i].idles;
            if (m->groups[i].ready_since < since) {
                since = m->groups[i].ready_since;
                oldest = i;
            }
            m->choice[count++] = (struct chooser_lane){.lane = i, .slot = i, .options = 1};
        }
    if (host_can_go(m)) {
        *idle = false;
        if (m->host_ready_since < since) {
            since = m->host_ready_since;
            oldest = machine_host(m);
        }
        m->choice[count++] =
            (struct chooser_lane){.lane = machine_host(m), .slot = machine_host(m), .options = 1};
    } else {
        m->host_ready_since = m->steps;
    }
    bool spins = m->options.no_park || m->options.no_judge;
    uint64_t patience = spins ? PATIENCE_WITH_SPINS : PATIENCE_STEPS;
    if (count < 2 || since + patience > m->steps)
        return count;
    m->choice[0] = (struct chooser_lane){.lane = oldest, .slot = oldest, .options = 1};
    return 1;
}

static bool has_ended(const struct machine *m)
{
    for (uint32_t i = 0; i < machine_together(m)->blocks; i++)
        if (!m->blocks[i].is_resident || m->blocks[i].live_warps)
            return false;
    return host_next(m) == NULL;
}

/* Time moves where all wait, and somebody for nothing but time. */
static bool move_time(struct machine *m)
{
    bool moved = false;
    for (uint32_t w = 0; m->parked && w < machine_together(m)->warps; w++)
        for (uint32_t left = m->used[w]; left; left &= left - 1) {
            uint32_t i = w * WARP_LANES + (uint32_t)__builtin_ctz(left);
            bool spins = m->groups[i].state == GROUP_PARKED || m->groups[i].idles;
            if (!spins || spin_word(m, i))
                continue;
            spin_wake(m, i);
            moved = true;
        }
    if (moved)
        m->time_ns += m->time_ns / 2;
    return moved;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static void go(struct machine *m, uint32_t lane)
{
    m->steps++;
    m->schedule = XXH3_64bits_withSeed(&lane, sizeof lane, m->schedule);
    if (lane == machine_host(m)) {
        host_go(m);
        m->host_ready_since = m->steps;
    } else {
        step_group(m, lane);
    }
    for (uint32_t w = lane / WARP_LANES, left = lane == machine_host(m) ? 0 : m->used[w]; left;
         left &= left - 1)
        m->groups[w * WARP_LANES + (uint32_t)__builtin_ctz(left)].ready_since = m->steps;
    if (m->options.hashes) {
        const uint64_t both[] = {m->states, machine_hash(m)};
        m->states = XXH3_64bits(both, sizeof both);
    }
}

static void run_together(struct machine *m)
{
    bool over = !all_fit(m), idle;
    uint32_t option;
    if (m->kernel->has_async_copies) {
        m->choice[0] = (struct chooser_lane){.lane = 0, .slot = 0, .options = 2};
        ask(m, 1, &option);
        m->copies_end_late = option;
    }
    for (uint32_t i = 0; !over && i < machine_together(m)->blocks; i++)
        if (is_first_of_cluster(m, i))
            make_resident(m, i);
    while (!m->stops) {
        if (over)
            give_room(m);
        uint32_t count = list_ready(m, &idle);
        if (count == 0 || idle) {
            if (count == 0 && has_ended(m))
                return;
            if (!move_time(m))
                stuck_find(m);
            continue;
        }
        if (m->steps >= m->options.step_limit) {
            finding_at(m, KERNEL_FINDS_LIVELOCK,
                       m->choice[0].lane == machine_host(m) ? 0 : m->choice[0].lane, KERNEL_NONE,
                       "the run went on for %llu steps", (unsigned long long)m->steps);
            stuck_tell(m);
            return;
        }
        go(m, m->choice[ask(m, count, &option)].lane);
    }
}

/* ---- The end --------------------------------------------------------------------------------- */

static void hold_to_expectations(struct machine *m)
{
    const struct launch *l = m->kernel->launch;
    for (uint32_t i = 0; i < l->expectation_count && !m->stops; i++) {
        const struct launch_expectation *e = &l->expectations[i];
        for (uint32_t j = 0; j < e->words && !m->stops; j++) {
            uint64_t at = m->kernel->regions[e->buffer].at + 4 * (uint64_t)(e->word + j);
            uint32_t value = (uint32_t)device_get(m, at, 4);
            if (launch_holds(e->relation, value, e->value))
                continue;
            m->stops = true;
            m->finding = (struct kernel_finding){.kind = KERNEL_FINDS_EXPECTATION,
                                                 .where = where_of(m, at),
                                                 .found = value,
                                                 .expected = e->value,
                                                 .relation = e->relation,
                                                 .line = e->line};
        }
    }
}

static uint64_t outcome_of(const struct machine *m)
{
    const struct launch *l = m->kernel->launch;
    uint64_t hash = 0;
    for (uint32_t i = 0; i < l->observed_count; i++) {
        const struct region *r = &m->kernel->regions[l->observed[i]];
        hash = XXH3_64bits_withSeed(m->bytes + r->at, r->bytes, hash);
    }
    return hash;
}

vrrl_code kernel_run(struct machine *m, const struct chooser *by,
                     const struct kernel_options *options, struct kernel_result *result,
                     vrrl_error *err)
{
    struct decision_player sequential = {.list = NULL};
    struct chooser in_order = decision_play(&sequential, NULL, 0, NULL);
    m->options = *options;
    if (!m->options.instruction_limit)
        m->options.instruction_limit = 20000000;
    if (!m->options.step_limit)
        m->options.step_limit = 400000;
    m->by = by ? by : &in_order;
    m->err = err;
    machine_begin_run(m);
    for (uint32_t i = 0; i < m->kernel->launch->group_count && !m->stops; i++) {
        machine_begin_together(m, i);
        uint32_t lanes = machine_host(m) + 1 + m->kernel->most_blocks;
        if (m->by->begin)
            m->by->begin(m->by->context, i, lanes, lanes);
        if (!m->stops)
            run_together(m);
        if (m->by->end)
            m->by->end(m->by->context, i);
    }
    if (!m->stops)
        hold_to_expectations(m);
    *result = (struct kernel_result){.finding = m->finding,
                                     .instructions = m->instructions,
                                     .steps = m->steps,
                                     .choices = m->choices,
                                     .outcome = outcome_of(m),
                                     .schedule = m->schedule,
                                     .states = m->states};
    decision_player_free(&sequential);
    return m->code;
}
