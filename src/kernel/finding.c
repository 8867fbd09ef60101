#include "kernel/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <xxhash.h>

const char *kernel_finding_name(enum kernel_finding_kind kind)
{
    static const char *const names[] = {
#define X(name, text) text,
        KERNEL_FINDING_TABLE(X)
#undef X
    };
    return names[kind];
}

static uint64_t side_key(const struct kernel_side *side)
{
    const uint32_t parts[] = {side->host, side->host ? 0 : side->function,
                              side->host ? side->place : side->instruction};
    return XXH3_64bits(parts, sizeof parts);
}

uint64_t finding_key(const struct kernel_finding *f)
{
    uint64_t a = f->side_count > 0 ? side_key(&f->sides[0]) : 0;
    uint64_t b = f->side_count > 1 ? side_key(&f->sides[1]) : 0;
    const uint64_t parts[] = {f->kind, f->side_count, f->where.buffer, f->where.variable,
                              f->line, a < b ? a : b, a < b ? b : a};
    return XXH3_64bits(parts, sizeof parts);
}

/* ---- Where and who --------------------------------------------------------------------------- */

struct kernel_where where_of(const struct machine *m, uint64_t at)
{
    const struct kernel *k = m->kernel;
    struct kernel_where where = {.buffer = KERNEL_NONE, .variable = KERNEL_NONE};
    if (at >= k->local_at) {
        where.space = PTX_SPACE_LOCAL;
        where.byte = k->local_bytes ? (at - k->local_at) % k->local_bytes : 0;
        return where;
    }
    if (at >= k->shared_at) {
        where.space = PTX_SPACE_SHARED;
        where.block = (uint32_t)((at - k->shared_at) / k->shared_bytes);
        where.byte = (at - k->shared_at) % k->shared_bytes;
        return where;
    }
    uint32_t low = 0, high = k->region_count;
    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;
        *(k->regions[middle].at <= at ? &low : &high) = middle;
    }
    where.buffer = k->regions[low].buffer;
    where.variable = k->regions[low].variable;
    where.space = k->regions[low].is_constant ? PTX_SPACE_CONST : PTX_SPACE_GLOBAL;
    where.byte = at - k->regions[low].at;
    where.of_grid = where.buffer == KERNEL_NONE && where.variable == KERNEL_NONE;
    return where;
}

static void tell_access(const struct ptx_instruction *in, struct kernel_side *side)
{
    bool is_object = in->op == PTX_OP_MBARRIER, weak = in->memory.order == PTX_ORDER_WEAK;
    bool waits = is_object && (in->memory.atom == PTX_MBARRIER_WAIT ||
                               in->memory.atom == PTX_MBARRIER_WAIT_PARITY);
    side->is_atomic =
        in->op == PTX_OP_ATOM || in->op == PTX_OP_RED || (is_object && !weak && !waits);
    side->writes = side->is_atomic || in->op == PTX_OP_ST || (is_object && weak);
    if (!side->writes && in->op != PTX_OP_LD && !waits)
        return;
    side->space = in->memory.space;
    side->order = in->memory.order;
    side->scope = in->memory.scope;
}

struct kernel_side side_of_site(const struct machine *m, uint32_t strand, uint32_t lane,
                                uint32_t site)
{
    struct kernel_side side = {.lane = lane, .place = KERNEL_NONE};
    if (strand == machine_host(m)) {
        side.host = true;
        side.place = m->kernel->launch->steps[site].line;
        side.writes = m->kernel->launch->steps[site].kind != LAUNCH_WAIT;
        side.order = side.writes ? PTX_ORDER_RELEASE : PTX_ORDER_ACQUIRE;
        if (m->kernel->launch->steps[site].kind == LAUNCH_STORE)
            side.order = PTX_ORDER_WEAK;
        side.scope = side.order == PTX_ORDER_WEAK ? PTX_SCOPE_NONE : PTX_SCOPE_SYS;
        return side;
    }
    const struct warp_place *w = machine_warp(m, strand / WARP_LANES);
    const struct block_place *b = machine_block(m, w->block);
    kernel_site(m->kernel, site, &side.function, &side.instruction);
    const struct ptx_function *f = &m->kernel->module->functions[side.function];
    side.launch = b->launch;
    side.block = b->index;
    side.warp = w->number;
    side.place = f->places[side.instruction];
    tell_access(&f->instructions[side.instruction], &side);
    return side;
}

struct kernel_side side_of_group(const struct machine *m, uint32_t group, uint32_t lane)
{
    return side_of_site(m, group, lane, machine_site(m, group));
}

/* ---- Findings -------------------------------------------------------------------------------- */

static struct kernel_finding *begin(struct machine *m, enum kernel_finding_kind kind)
{
    m->stops = true;
    m->finding = (struct kernel_finding){.kind = kind,
                                         .where = {.buffer = KERNEL_NONE, .variable = KERNEL_NONE}};
    return &m->finding;
}

void finding_race(struct machine *m, const struct shadow_access *old, bool old_writes,
                  const struct shadowed *now, uint32_t lacks)
{
    struct kernel_finding *f = begin(m, KERNEL_FINDS_RACE);
    f->sides[0] =
        side_of_site(m, m->strand_of_number[old->strand], old->detail & SHADOW_LANE, old->site);
    f->sides[1] = side_of_site(m, now->strand, now->lane, now->site);
    f->sides[0].writes = old_writes;
    f->sides[1].writes = now->writes;
    f->side_count = 2;
    f->lacks = lacks | KERNEL_LACKS_ORDER;
    f->where = where_of(m, now->at);
}

void finding_at(struct machine *m, enum kernel_finding_kind kind, uint32_t group, uint32_t lane,
                const char *format, ...)
{
    if (m->stops)
        return;
    struct kernel_finding *f = begin(m, kind);
    f->sides[0] = side_of_group(m, group, lane);
    f->side_count = 1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(f->text, sizeof f->text, format, arguments);
    va_end(arguments);
}

void finding_outside(struct machine *m, uint32_t group, uint32_t lane, uint64_t address)
{
    if (m->stops)
        return;
    finding_at(m, KERNEL_FINDS_OUTSIDE, group, lane, "%s", "");
    m->finding.where.address = address;
    uint64_t region = address >> 32;
    if (region >= WINDOW_GLOBAL && region - WINDOW_GLOBAL < m->kernel->region_count) {
        uint64_t at = m->kernel->regions[region - WINDOW_GLOBAL].at;
        m->finding.where = where_of(m, at);
        m->finding.where.byte = (uint32_t)address;
        m->finding.where.address = address;
    }
}

void finding_memory(struct machine *m, enum kernel_finding_kind kind, uint32_t group, uint32_t lane,
                    uint64_t at)
{
    if (m->stops)
        return;
    finding_at(m, kind, group, lane, "%s", "");
    m->finding.where = where_of(m, at);
}

void finding_ended(struct machine *m, uint32_t group, uint32_t lane, uint32_t block,
                   uint32_t offset)
{
    if (m->stops)
        return;
    finding_at(m, KERNEL_FINDS_OUTSIDE, group, lane,
               "block %u of the cluster has ended, and its shared memory with it",
               machine_block(m, block)->index);
    m->finding.where =
        where_of(m, m->kernel->shared_at + (uint64_t)block * m->kernel->shared_bytes + offset);
}
