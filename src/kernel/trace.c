#include "kernel/trace.h"

#include "kernel/device_memory.h"
#include "kernel/finding.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_KEPT = 1 << 16 };

void kernel_trace_free(struct kernel_trace *t)
{
    free(t->list);
    *t = (struct kernel_trace){.list = NULL};
}

static void add(struct machine *m, const struct kernel_event *e)
{
    struct kernel_trace *t = m->trace;
    vrrl_error err;
    if (t->count == 2 * EVENTS_KEPT) { /* the older half goes */
        memmove(t->list, t->list + EVENTS_KEPT, EVENTS_KEPT * sizeof *t->list);
        t->count = t->open = EVENTS_KEPT;
    }
    if (array_reserve(&t->list, t->count, &t->room, 1, sizeof *t->list, &err) != VRRL_OK) {
        t->exhausted = true;
        return;
    }
    t->list[t->count] = *e;
    t->list[t->count].step = m->steps;
    t->list[t->count++].together = m->together;
}

static bool is_watched(const struct kernel_trace *t, uint64_t at, uint32_t size)
{
    return at < t->watched_end && t->watched < at + size;
}

static void add_access(struct machine *m, uint32_t group, const struct ptx_instruction *in,
                       uint32_t lane, uint64_t at)
{
    struct kernel_event e = {.side = side_of_group(m, group, lane), .at = at};
    e.kind = in->op == PTX_OP_LD   ? KERNEL_EVENT_READ
             : in->op == PTX_OP_ST ? KERNEL_EVENT_WRITE
                                   : KERNEL_EVENT_UPDATE;
    e.is_strong = in->memory.order != PTX_ORDER_WEAK;
    e.size = ptx_type_bytes((enum ptx_type)in->memory.type) * in->memory.count;
    if (e.size > 8) { /* of a vector what is watched, or its begin */
        if (is_watched(m->trace, at, e.size) && at < m->trace->watched)
            e.at += (m->trace->watched - at) & ~UINT64_C(3);
        e.size = 4;
    }
    e.where = where_of(m, e.at);
    e.before = device_get(m, e.at, e.size);
    add(m, &e);
}

/* Where an access of a lane would begin; UINT64_MAX: nowhere, or not in memory that others see. */
static uint64_t place_of(struct machine *m, uint32_t group, const struct alu_rows *rows,
                         const struct ptx_instruction *in, uint32_t lane)
{
    uint32_t bytes = ptx_type_bytes((enum ptx_type)in->memory.type) * in->memory.count;
    uint64_t address = device_address(rows, in, lane), at = UINT64_MAX;
    if (in->memory.space == PTX_SPACE_PARAM || in->memory.space == PTX_SPACE_LOCAL || m->stops)
        return at;
    m->stops = true; /* a machine that stops has its finding, and gets no other */
    at = device_find(m, group, lane, in->memory.space, address, bytes);
    m->stops = false;
    return at;
}

static void before_access(struct machine *m, uint32_t group, const struct alu_rows *rows,
                          const struct ptx_instruction *in, uint32_t mask)
{
    uint32_t size = ptx_type_bytes((enum ptx_type)in->memory.type) * in->memory.count;
    for (; mask; mask &= mask - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(mask);
        uint64_t at = place_of(m, group, rows, in, lane);
        if (at < m->kernel->local_at &&
            (in->memory.order != PTX_ORDER_WEAK || is_watched(m->trace, at, size)))
            add_access(m, group, in, lane, at);
    }
}

void trace_before(struct machine *m, uint32_t group, const struct alu_rows *rows,
                  const struct ptx_instruction *in, uint32_t mask)
{
    struct kernel_event e = {.at = UINT64_MAX};
    m->trace->open = m->trace->count;
    switch (in->op) {
    case PTX_OP_LD:
    case PTX_OP_ST:
    case PTX_OP_ATOM:
    case PTX_OP_RED:
        before_access(m, group, rows, in, mask);
        return;
    case PTX_OP_FENCE:
        e.kind = KERNEL_EVENT_FENCE;
        break;
    case PTX_OP_BAR:
    case PTX_OP_BARRIER_CLUSTER:
        e.kind = KERNEL_EVENT_BARRIER;
        break;
    case PTX_OP_BAR_WARP:
        e.kind = KERNEL_EVENT_WARP;
        break;
    default:
        return;
    }
    e.side = side_of_group(m, group, KERNEL_NONE);
    if (e.kind == KERNEL_EVENT_FENCE) {
        e.side.order = in->fence.order;
        e.side.scope = in->fence.scope;
    }
    add(m, &e);
}

void trace_behind(struct machine *m)
{
    struct kernel_trace *t = m->trace;
    for (; t->open < t->count; t->open++) {
        struct kernel_event *e = &t->list[t->open];
        if (e->at == UINT64_MAX)
            continue;
        e->after = device_get(m, e->at, e->size);
        const struct ptx_instruction *in =
            e->side.host
                ? NULL
                : &m->kernel->module->functions[e->side.function].instructions[e->side.instruction];
        bool is_cas = in && e->kind == KERNEL_EVENT_UPDATE && in->memory.atom == PTX_ATOM_CAS;
        if (is_cas && e->before == e->after)
            e->kind = KERNEL_EVENT_READ;
    }
}

void trace_host(struct machine *m, const struct launch_step *step, uint64_t at)
{
    struct kernel_event e = {.at = at, .size = 4, .is_strong = step->kind != LAUNCH_STORE};
    m->trace->open = m->trace->count;
    if (!e.is_strong && !is_watched(m->trace, at, 4))
        return;
    e.kind = step->kind == LAUNCH_WAIT ? KERNEL_EVENT_READ : KERNEL_EVENT_WRITE;
    e.side =
        side_of_site(m, machine_host(m), KERNEL_NONE, (uint32_t)(step - m->kernel->launch->steps));
    e.where = where_of(m, at);
    e.before = device_get(m, at, 4);
    add(m, &e);
}

uint64_t trace_address(const struct kernel *kernel, const struct kernel_where *where)
{
    if (where->space == PTX_SPACE_SHARED && where->buffer == KERNEL_NONE &&
        where->variable == KERNEL_NONE)
        return kernel->shared_at + (uint64_t)where->block * kernel->shared_bytes + where->byte;
    for (uint32_t i = 0; i < kernel->region_count; i++)
        if (kernel->regions[i].buffer == where->buffer &&
            kernel->regions[i].variable == where->variable)
            return kernel->regions[i].at + where->byte;
    return UINT64_MAX;
}
