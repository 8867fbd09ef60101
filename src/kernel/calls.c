#include "kernel/calls.h"

#include "kernel/device_memory.h"
#include "kernel/finding.h"
#include "kernel/group.h"

#include <string.h>

static uint8_t *frame_bytes(const struct machine *m, uint32_t group, uint32_t lane, uint32_t at)
{
    uint64_t thread = (uint64_t)(group / WARP_LANES) * WARP_LANES + lane;
    return m->frame_bytes + thread * m->kernel->frame_bytes + at;
}

static void transfer(struct machine *m, uint32_t group, const struct ptx_transfer *list,
                     uint32_t count, uint32_t from, uint32_t to)
{
    for (uint32_t left = m->groups[group].lanes; left; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        for (uint32_t i = 0; i < count; i++)
            memcpy(frame_bytes(m, group, lane, to + list[i].to),
                   frame_bytes(m, group, lane, from + list[i].from), list[i].bytes);
    }
}

/* ---- What is not of the module ---------------------------------------------------------------- */

/* The bytes of an argument of a call, as a number. */
static uint64_t argument(const struct machine *m, uint32_t group, uint32_t lane,
                         const struct ptx_call *call, uint32_t which)
{
    uint64_t value = 0;
    const struct ptx_transfer *a = &call->arguments[which];
    if (which < call->argument_count)
        memcpy(&value, frame_bytes(m, group, lane, machine_frame(m, group)->frame_at + a->from),
               a->bytes < 8 ? a->bytes : 8);
    return value;
}

static void clear_results(struct machine *m, uint32_t group, const struct ptx_call *call)
{
    for (uint32_t left = m->groups[group].lanes; left; left &= left - 1)
        for (uint32_t i = 0; i < call->result_count; i++)
            memset(frame_bytes(m, group, (uint32_t)__builtin_ctz(left),
                               machine_frame(m, group)->frame_at + call->results[i].to),
                   0, call->results[i].bytes);
}

/* A text of global memory, as far as it fits. */
static void copy_text(const struct machine *m, uint64_t address, char *out, size_t size)
{
    uint64_t region = (address >> 32) - WINDOW_GLOBAL;
    uint32_t offset = (uint32_t)address;
    size_t length = 0;
    while (region < m->kernel->region_count && length + 1 < size &&
           offset + length < m->kernel->regions[region].bytes) {
        char c = (char)m->bytes[m->kernel->regions[region].at + offset + length];
        if (!c)
            break;
        out[length++] = c >= ' ' && c <= '~' ? c : '?';
    }
    out[length] = '\0';
}

/* __assertfail(message, file, line, function, character size) */
static void assertion(struct machine *m, uint32_t group, const struct ptx_call *call)
{
    char message[128], file[80];
    uint32_t lane = (uint32_t)__builtin_ctz(m->groups[group].lanes);
    copy_text(m, argument(m, group, lane, call, 0), message, sizeof message);
    copy_text(m, argument(m, group, lane, call, 1), file, sizeof file);
    finding_at(m, KERNEL_FINDS_ASSERT, group, lane, "%s, %s:%u", message, file,
               (uint32_t)argument(m, group, lane, call, 2));
}

static void run_outside(struct machine *m, uint32_t group, const char *name,
                        const struct ptx_call *call)
{
    if (strcmp(name, "__assertfail") == 0)
        assertion(m, group, call);
    else if (strcmp(name, "vprintf") != 0)
        finding_at(m, KERNEL_FINDS_UNSUPPORTED, group, KERNEL_NONE,
                   "a call of %s, which has no body", name);
    clear_results(m, group, call);
}

/* ---- Stubs ----------------------------------------------------------------------------------- */

static void touch(struct machine *m, uint32_t group, uint32_t lane, const struct launch_stub *stub,
                  const struct launch_touch *t, const struct ptx_call *call)
{
    const struct warp_place *w = machine_warp(m, group / WARP_LANES);
    uint32_t threads = stub->each ? 1 : machine_grid(m, w->block)->threads;
    uint64_t to = argument(m, group, lane, call, t->argument);
    struct device_access a = {.strand = group,
                              .lane = lane,
                              .site = machine_site(m, group),
                              .size = 4,
                              .order = PTX_ORDER_WEAK};
    for (uint32_t i = stub->each ? 0 : w->first_thread + lane; i < t->words && !m->stops;
         i += threads) {
        a.at = device_find(m, group, lane, PTX_SPACE_GENERIC, to + 4 * (uint64_t)i, 4);
        if (m->stops)
            return;
        uint64_t old = t->writes ? i * 0x9E3779B9u : device_read(m, &a);
        if (t->writes)
            device_write(m, &a, (uint32_t)old);
    }
}

static void run_stub(struct machine *m, uint32_t group, const struct launch_stub *stub,
                     const struct ptx_call *call)
{
    for (uint32_t i = 0; i < stub->touch_count; i++)
        for (uint32_t left = m->groups[group].lanes; left && !m->stops; left &= left - 1)
            touch(m, group, (uint32_t)__builtin_ctz(left), stub, &stub->touches[i], call);
    clear_results(m, group, call);
}

/* ---- Calls ----------------------------------------------------------------------------------- */

/* The function that the first lane calls; lanes that call another one become a group of their own. */
static uint32_t function_of(struct machine *m, uint32_t group, const struct alu_rows *rows,
                            const struct ptx_instruction *in)
{
    const uint64_t *addresses = alu_row64(rows, in->source[0]);
    uint32_t lanes = m->groups[group].lanes, lane = (uint32_t)__builtin_ctz(lanes), others = 0;
    for (uint32_t left = lanes; left; left &= left - 1)
        if (addresses[__builtin_ctz(left)] != addresses[lane])
            others |= left & -left;
    if (others)
        group_split(m, group, others);
    uint64_t address = addresses[lane];
    if (address >> 32 == WINDOW_FUNCTION && (uint32_t)address < m->kernel->module->function_count)
        return (uint32_t)address;
    finding_outside(m, group, lane, address);
    return KERNEL_NONE;
}

void call_do(struct machine *m, uint32_t group, const struct alu_rows *rows,
             const struct ptx_instruction *in)
{
    const struct ptx_call *call = &m->kernel->module->calls[in->call.call];
    uint32_t function = in->op == PTX_OP_CALL ? call->function : function_of(m, group, rows, in);
    if (m->stops)
        return;
    const struct ptx_function *f = &m->kernel->module->functions[function];
    uint32_t stub = m->kernel->stub_of[function];
    if (stub != KERNEL_NONE || !f->has_body) {
        if (stub != KERNEL_NONE)
            run_stub(m, group, &m->kernel->launch->stubs[stub], call);
        else
            run_outside(m, group, f->name, call);
        if (!m->stops)
            machine_frame(m, group)->pc++;
        return;
    }
    if (f->is_entry || call->parameter_bytes != f->parameter_bytes) {
        finding_at(m, KERNEL_FINDS_TRAP, group, KERNEL_NONE,
                   f->is_entry ? "a call of %s, which is an entry"
                               : "a call of %s with other parameters than it has",
                   f->name);
        return;
    }
    uint32_t from = machine_frame(m, group)->frame_at;
    if (group_call(m, group, function, in->call.call))
        transfer(m, group, call->arguments, call->argument_count, from,
                 machine_frame(m, group)->frame_at);
}

void call_return(struct machine *m, uint32_t group)
{
    struct frame callee = *machine_frame(m, group);
    group_return(m, group);
    if (!m->groups[group].lanes || callee.call == KERNEL_NONE)
        return;
    const struct ptx_call *call = &m->kernel->module->calls[callee.call];
    transfer(m, group, call->results, call->result_count, callee.frame_at,
             machine_frame(m, group)->frame_at);
    machine_frame(m, group)->pc++;
}
