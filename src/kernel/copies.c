#include "kernel/copies.h"

#include "kernel/device_memory.h"

#include "base/array.h"

static struct device_access access_of(const struct async_copy *c, uint32_t group)
{
    return (struct device_access){
        .strand = group, .lane = c->lane, .site = c->site, .at = c->to, .order = PTX_ORDER_WEAK};
}

static void copy(struct machine *m, uint32_t group, const struct async_copy *c)
{
    struct device_access to = access_of(c, group);
    device_copy(m, &to, c->from, c->read, c->bytes);
}

static void issue_one(struct machine *m, uint32_t group, const struct alu_rows *rows,
                      const struct ptx_instruction *in, uint32_t lane)
{
    bool ignores = in->source[3] != PTX_NO_OPERAND && (alu_lanes(rows, in->source[3]) >> lane & 1);
    uint32_t read =
        in->source[2] == PTX_NO_OPERAND ? in->copy.bytes : alu_row32(rows, in->source[2])[lane];
    uint64_t to = alu_row64(rows, in->source[0])[lane];
    uint64_t from = alu_row64(rows, in->source[1])[lane] + (uint64_t)(int64_t)in->copy.from_offset;
    struct async_copy c = {.lane = lane,
                           .group_of_lane = group / WARP_LANES,
                           .bytes = in->copy.bytes,
                           .read = ignores ? 0 : read,
                           .site = machine_site(m, group)};
    c.batch = m->batches[group / WARP_LANES * WARP_LANES + lane];
    c.to = device_find(m, group, lane, PTX_SPACE_SHARED, to + (uint64_t)(int64_t)in->copy.to_offset,
                       c.bytes);
    if (c.read && !m->stops)
        c.from = device_find(m, group, lane, PTX_SPACE_GENERIC, from, c.bytes);
    if (m->stops)
        return;
    if (!m->copies_end_late) {
        copy(m, group, &c);
        return;
    }
    if (array_reserve(&m->copies, m->copy_count, &m->copy_room, 1, sizeof *m->copies, m->err) !=
        VRRL_OK) {
        m->code = VRRL_NO_MEMORY;
        m->stops = true;
        return;
    }
    m->copies[m->copy_count++] = c;
}

void copies_issue(struct machine *m, uint32_t group, const struct alu_rows *rows,
                  const struct ptx_instruction *in, uint32_t mask)
{
    for (; mask && !m->stops; mask &= mask - 1)
        issue_one(m, group, rows, in, (uint32_t)__builtin_ctz(mask));
}

void copies_commit(struct machine *m, uint32_t group, uint32_t mask)
{
    for (; mask; mask &= mask - 1)
        m->batches[group / WARP_LANES * WARP_LANES + (uint32_t)__builtin_ctz(mask)]++;
}

void copies_wait(struct machine *m, uint32_t group, uint32_t mask, uint32_t left)
{
    uint32_t kept = 0, warp = group / WARP_LANES;
    for (uint32_t i = 0; i < m->copy_count; i++) {
        const struct async_copy *c = &m->copies[i];
        bool mine = c->group_of_lane == warp && (mask >> c->lane & 1);
        bool ends =
            left == KERNEL_NONE || c->batch + left < m->batches[warp * WARP_LANES + c->lane];
        if (mine && ends && !m->stops)
            copy(m, group, c);
        else
            m->copies[kept++] = *c;
    }
    m->copy_count = kept;
}
