#include "kernel/device_memory.h"

#include "kernel/atom.h"
#include "kernel/device_quick.h"
#include "kernel/finding.h"
#include "kernel/shadow.h"
#include "kernel/spin.h"

#include <string.h>

/* ---- Bytes ----------------------------------------------------------------------------------- */

uint64_t device_get(const struct machine *m, uint64_t at, uint32_t size)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < size; i++)
        value |= (uint64_t)m->bytes[at + i] << 8 * i;
    return value;
}

static void device_put(struct machine *m, uint64_t at, uint32_t size, uint64_t value)
{
    for (uint32_t i = 0; i < size; i++)
        m->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

/* The page is set back before the next run. */
void device_use_first(struct machine *m, uint64_t at)
{
    m->dirty[at >> PAGE_SHIFT] = 1;
    m->dirty_list[m->dirty_count++] = (uint32_t)(at >> PAGE_SHIFT);
}

void device_reset(struct machine *m)
{
    const struct kernel *k = m->kernel;
    size_t page = (size_t)1 << PAGE_SHIFT;
    shadow_clear(m);
    for (uint32_t i = 0; i < m->dirty_count; i++) {
        uint64_t at = (uint64_t)m->dirty_list[i] << PAGE_SHIFT;
        m->dirty[m->dirty_list[i]] = 0;
        if (at < k->global_bytes) {
            memcpy(m->bytes + at, k->initial + at, page);
            memcpy(m->known + at / 4, k->initial_known + at / 4, page / 4);
        } else {
            memset(m->bytes + at, 0, page);
            memset(m->known + at / 4, 0, page / 4);
        }
    }
    m->dirty_count = 0;
}

/* ---- Addresses ------------------------------------------------------------------------------- */

static uint64_t outside(struct machine *m, uint32_t group, uint32_t lane, uint64_t address)
{
    finding_outside(m, group, lane, address);
    return UINT64_MAX;
}

static uint64_t find_shared(struct machine *m, uint32_t group, uint32_t lane, uint64_t address,
                            uint32_t bytes)
{
    uint32_t block = group_block(m, group), rank = (uint32_t)address >> SHARED_RANK_SHIFT;
    uint32_t offset = (uint32_t)address & ((1u << SHARED_RANK_SHIFT) - 1);
    uint32_t limit = machine_grid(m, block)->shared_bytes;
    if (rank) {
        const struct block_place *own = machine_block(m, block);
        uint32_t other = 0, all = machine_together(m)->blocks;
        while (other < all && (machine_block(m, other)->cluster != own->cluster ||
                               machine_block(m, other)->rank != rank - 1))
            other++;
        if (other == all)
            return outside(m, group, lane, address);
        block = other;
        if (!m->blocks[block].live_warps) {
            finding_ended(m, group, lane, block, offset);
            return UINT64_MAX;
        }
    }
    if (offset > limit || bytes > limit - offset)
        return outside(m, group, lane, (uint64_t)WINDOW_SHARED << 32 | (uint32_t)address);
    return m->kernel->shared_at + (uint64_t)block * m->kernel->shared_bytes + offset;
}

static uint64_t find_local(struct machine *m, uint32_t group, uint32_t lane, uint64_t address,
                           uint32_t bytes)
{
    uint32_t offset = (uint32_t)address, limit = m->kernel->local_bytes;
    if (offset > limit || bytes > limit - offset)
        return outside(m, group, lane, (uint64_t)WINDOW_LOCAL << 32 | offset);
    uint64_t thread = (uint64_t)(group / WARP_LANES) * WARP_LANES + lane;
    return m->kernel->local_at + thread * limit + offset;
}

uint64_t device_find(struct machine *m, uint32_t group, uint32_t lane, uint8_t space,
                     uint64_t address, uint32_t bytes)
{
    uint64_t at, window = address >> 32;
    if (space == PTX_SPACE_SHARED || space == PTX_SPACE_SHARED_CLUSTER ||
        (space == PTX_SPACE_GENERIC && window == WINDOW_SHARED)) {
        at = find_shared(m, group, lane, address, bytes);
    } else if (space == PTX_SPACE_LOCAL || (space == PTX_SPACE_GENERIC && window == WINDOW_LOCAL)) {
        at = find_local(m, group, lane, address, bytes);
    } else {
        if (window < WINDOW_GLOBAL || window - WINDOW_GLOBAL >= m->kernel->region_count)
            return outside(m, group, lane, address);
        const struct region *r = &m->kernel->regions[window - WINDOW_GLOBAL];
        uint32_t offset = (uint32_t)address;
        if (offset > r->bytes || bytes > r->bytes - offset)
            return outside(m, group, lane, address);
        at = r->at + offset;
    }
    if (at != UINT64_MAX && (address & (bytes - 1))) {
        finding_memory(m, KERNEL_FINDS_MISALIGNED, group, lane, at);
        return UINT64_MAX;
    }
    return at;
}

uint64_t device_to_generic(uint8_t space, uint64_t address)
{
    if (space == PTX_SPACE_SHARED || space == PTX_SPACE_SHARED_CLUSTER)
        return (uint64_t)WINDOW_SHARED << 32 | (uint32_t)address;
    if (space == PTX_SPACE_LOCAL)
        return (uint64_t)WINDOW_LOCAL << 32 | (uint32_t)address;
    if (space == PTX_SPACE_PARAM)
        return (uint64_t)WINDOW_PARAM << 32 | (uint32_t)address;
    return address;
}

bool device_is_in(const struct machine *m, uint8_t space, uint64_t generic)
{
    uint64_t window = generic >> 32;
    bool is_region = window >= WINDOW_GLOBAL && window - WINDOW_GLOBAL < m->kernel->region_count;
    switch (space) {
    case PTX_SPACE_SHARED:
        return window == WINDOW_SHARED && !(generic >> SHARED_RANK_SHIFT & 0xFF);
    case PTX_SPACE_SHARED_CLUSTER:
        return window == WINDOW_SHARED;
    case PTX_SPACE_LOCAL:
        return window == WINDOW_LOCAL;
    case PTX_SPACE_PARAM:
        return window == WINDOW_PARAM;
    case PTX_SPACE_CONST:
        return is_region && m->kernel->regions[window - WINDOW_GLOBAL].is_constant;
    default:
        return is_region && !m->kernel->regions[window - WINDOW_GLOBAL].is_constant;
    }
}

/* ---- What is known --------------------------------------------------------------------------- */

static bool is_known(const struct machine *m, uint64_t at, uint32_t size)
{
    if (size <= 4) {
        uint32_t bits = ((1u << size) - 1) << (at & 3);
        return (m->known[at / 4] & bits) == bits;
    }
    for (uint32_t i = 0; i < size; i += 4)
        if (m->known[(at + i) / 4] != 0xF)
            return false;
    return true;
}

static void make_known(struct machine *m, uint64_t at, uint32_t size)
{
    if (size <= 4) {
        m->known[at / 4] |= (uint8_t)(((1u << size) - 1) << (at & 3));
        return;
    }
    for (uint32_t i = 0; i < size; i += 4)
        m->known[(at + i) / 4] = 0xF;
}

/* ---- One access ------------------------------------------------------------------------------ */

static bool acquires(uint8_t order)
{
    return order == PTX_ORDER_ACQUIRE || order == PTX_ORDER_ACQ_REL;
}
static bool releases(uint8_t order)
{
    return order == PTX_ORDER_RELEASE || order == PTX_ORDER_ACQ_REL;
}

static struct strong_access strong_of(const struct device_access *a)
{
    return (struct strong_access){.strand = a->strand,
                                  .at = a->at,
                                  .size = a->size,
                                  .scope = a->scope,
                                  .acquires = acquires(a->order),
                                  .releases = releases(a->order)};
}

static struct shadowed shadowed_of(const struct device_access *a, bool writes, bool observes)
{
    return (struct shadowed){.strand = a->strand,
                             .site = a->site,
                             .at = a->at,
                             .size = a->size,
                             .scope = a->order == PTX_ORDER_WEAK ? PTX_SCOPE_NONE : a->scope,
                             .lane = (uint8_t)(a->lane % WARP_LANES),
                             .writes = writes,
                             .is_atomic = a->is_atomic,
                             .is_of_many = a->is_of_many,
                             .observes = observes};
}

static uint32_t tick_of(const struct machine *m, uint32_t strand)
{
    return strand == machine_host(m) ? 0 : m->ticks[strand / WARP_LANES];
}

uint64_t device_read(struct machine *m, const struct device_access *a)
{
    device_use(m, a->at);
    if (!is_known(m, a->at, a->size) && a->strand != machine_host(m))
        finding_memory(m, KERNEL_FINDS_UNINITIALISED, a->strand, a->lane, a->at);
    if (a->at < m->kernel->local_at && !m->stops) {
        bool strong = a->order != PTX_ORDER_WEAK;
        struct strong_access s = strong_of(a);
        struct shadowed seen = shadowed_of(a, false, strong && strong_read(m, &s));
        if (strong && s.acquires && a->strand != machine_host(m))
            shadow_tick(m, a->strand / WARP_LANES);
        if (strong || !shadow_quick_read(m, &seen, strand_clock(m, a->strand),
                                         m->strands[a->strand].number, tick_of(m, a->strand)))
            shadow_slow(m, &seen);
        spin_reads(m, a->strand, a->lane, a->site, a->at, a->size, strong);
    }
    return device_get(m, a->at, a->size);
}

void device_write(struct machine *m, const struct device_access *a, uint64_t value)
{
    device_use(m, a->at);
    if (a->at >= m->kernel->local_at) {
        spin_writes_local(m, a->strand, a->at, device_get(m, a->at, a->size), value);
        device_put(m, a->at, a->size, value);
        make_known(m, a->at, a->size);
        return;
    }
    bool same = is_known(m, a->at, a->size) && device_get(m, a->at, a->size) == value;
    struct shadowed written = shadowed_of(a, true, false);
    bool strong = a->order != PTX_ORDER_WEAK;
    if (strong || !shadow_quick_write(m, &written, strand_clock(m, a->strand),
                                      m->strands[a->strand].number, tick_of(m, a->strand))) {
        struct strong_access s = strong_of(a);
        written.repeats = same && !strong;
        shadow_slow(m, &written);
        if (strong)
            strong_write(m, &s);
        else if (shadow_word_at(m, a->at)->message ||
                 shadow_word_at(m, a->at + a->size - 1)->message)
            weak_write(m, a->at, a->size);
    }
    device_put(m, a->at, a->size, value);
    make_known(m, a->at, a->size);
    if (!same)
        spin_writes(m, a->strand, a->at, a->size);
}

void device_copy(struct machine *m, const struct device_access *to, uint64_t from, uint32_t read,
                 uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes && !m->stops; i += 4) {
        struct device_access source = *to, target = *to;
        source.at = from + i;
        target.at = to->at + i;
        source.size = target.size = (uint8_t)(bytes - i < 4 ? bytes - i : 4);
        device_write(m, &target, i < read ? device_read(m, &source) : 0);
    }
}

/* ---- Instructions ---------------------------------------------------------------------------- */

static uint64_t operand(const struct alu_rows *rows, uint16_t which, bool wide, uint32_t lane)
{
    if (which == PTX_NO_OPERAND)
        return 0;
    return wide ? alu_row64(rows, which)[lane] : alu_row32(rows, which)[lane];
}

/* What a value of a type is in a register that is wider. */
static uint64_t extended(const struct ptx_memory *a, uint64_t value)
{
    uint32_t bytes = ptx_type_bytes((enum ptx_type)a->type);
    if (ptx_type_sort((enum ptx_type)a->type) != PTX_SIGNED || bytes >= 8)
        return value;
    uint64_t sign = UINT64_C(1) << (8 * bytes - 1);
    uint64_t wide = (value ^ sign) - sign;
    return a->narrow ? wide & 0xFFFF : wide;
}

/* An order as the machine knows it: volatile and mmio are relaxed, of system scope. */
static void order_of(const struct ptx_memory *in, struct device_access *a)
{
    a->order = in->order;
    a->scope = in->scope;
    if (in->order == PTX_ORDER_VOLATILE || in->order == PTX_ORDER_MMIO) {
        a->order = PTX_ORDER_RELAXED;
        a->scope = PTX_SCOPE_SYS;
    } else if (in->order != PTX_ORDER_WEAK && in->scope == PTX_SCOPE_NONE) {
        a->scope = PTX_SCOPE_GPU;
    }
}

uint64_t device_address(const struct alu_rows *rows, const struct ptx_instruction *in,
                        uint32_t lane)
{
    return operand(rows, in->source[0], !in->memory.narrow_address, lane) +
           (uint64_t)in->memory.offset;
}

/* Parameters: those of the launch, which all lanes share, or bytes of the lane's frames. */
static uint8_t *parameter(struct machine *m, uint32_t group, uint32_t lane, uint64_t offset,
                          uint32_t bytes, bool loads)
{
    const struct frame *f = machine_frame(m, group);
    struct grid *g = &m->kernel->grids[machine_block(m, group_block(m, group))->launch];
    if (m->groups[group].depth == 1 && loads && offset + bytes <= g->parameter_bytes)
        return g->parameters + offset;
    const struct kernel *k = m->kernel;
    uint64_t at = f->frame_at + offset;
    if (offset > k->frame_bytes || at + bytes > k->frame_bytes) {
        finding_outside(m, group, lane, (uint64_t)WINDOW_PARAM << 32 | (uint32_t)offset);
        return NULL;
    }
    uint64_t thread = (uint64_t)(group / WARP_LANES) * WARP_LANES + lane;
    return m->frame_bytes + thread * k->frame_bytes + at;
}

static void access_parameter(struct machine *m, uint32_t group, const struct alu_rows *rows,
                             const struct ptx_instruction *in, uint32_t mask, bool loads)
{
    const struct ptx_memory *a = &in->memory;
    const uint16_t *values = machine_function(m, group)->operands + a->values;
    uint32_t bytes = ptx_type_bytes((enum ptx_type)a->type);
    bool wide = a->width == PTX_64;
    for (uint32_t left = mask; left && !m->stops; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        uint64_t offset = device_address(rows, in, lane);
        for (uint32_t i = 0; i < a->count; i++) {
            uint8_t *at =
                parameter(m, group, lane, (uint32_t)offset + (uint64_t)i * bytes, bytes, loads);
            uint64_t value = 0;
            if (!at)
                return;
            if (!loads) {
                value = operand(rows, values[i], wide, lane);
                for (uint32_t j = 0; j < bytes; j++)
                    at[j] = (uint8_t)(value >> 8 * j);
                continue;
            }
            for (uint32_t j = 0; j < bytes; j++)
                value |= (uint64_t)at[j] << 8 * j;
            value = extended(a, value);
            if (values[i] == PTX_NO_OPERAND)
                continue;
            if (wide)
                alu_row64(rows, values[i])[lane] = value;
            else
                alu_row32(rows, values[i])[lane] = (uint32_t)value;
        }
    }
}

static bool is_parameter(const struct alu_rows *rows, const struct ptx_instruction *in,
                         uint32_t mask)
{
    if (in->memory.space == PTX_SPACE_PARAM)
        return true;
    uint32_t lane = (uint32_t)__builtin_ctz(mask);
    return in->memory.space == PTX_SPACE_GENERIC &&
           device_address(rows, in, lane) >> 32 == WINDOW_PARAM;
}

/* All lanes get what one does: from parameters of the launch, whose place no register says. */
static bool load_launch_parameter(struct machine *m, uint32_t group, const struct alu_rows *rows,
                                  const struct ptx_instruction *in, uint32_t mask)
{
    const struct ptx_memory *o = &in->memory;
    if (in->source[0] != PTX_NO_OPERAND || m->groups[group].depth != 1 || o->count != 1)
        return false;
    uint16_t target = machine_function(m, group)->operands[o->values];
    uint32_t lane = (uint32_t)__builtin_ctz(mask);
    access_parameter(m, group, rows, in, mask & -mask, true);
    if (m->stops || target == PTX_NO_OPERAND)
        return true;
    const struct grid *g = machine_grid(m, group_block(m, group));
    if ((uint64_t)o->offset + ptx_type_bytes((enum ptx_type)o->type) > g->parameter_bytes)
        return false;
    for (uint32_t left = mask & (mask - 1); left; left &= left - 1) {
        uint32_t other = (uint32_t)__builtin_ctz(left);
        if (o->width == PTX_64)
            alu_row64(rows, target)[other] = alu_row64(rows, target)[lane];
        else
            alu_row32(rows, target)[other] = alu_row32(rows, target)[lane];
    }
    return true;
}

/* Whether all lanes of `mask` have one address, of memory that is not each lane's own. */
static bool is_uniform(const struct alu_rows *rows, const struct ptx_instruction *in, uint32_t mask)
{
    uint64_t first = device_address(rows, in, (uint32_t)__builtin_ctz(mask));
    if (in->memory.space == PTX_SPACE_LOCAL || first >> 32 == WINDOW_LOCAL ||
        in->memory.order != PTX_ORDER_WEAK)
        return false;
    for (uint32_t left = mask & (mask - 1); left; left &= left - 1)
        if (device_address(rows, in, (uint32_t)__builtin_ctz(left)) != first)
            return false;
    return (mask & (mask - 1)) != 0;
}

static void put_loaded(const struct alu_rows *rows, const struct ptx_memory *o, uint16_t target,
                       uint32_t lanes, uint64_t value)
{
    for (; lanes && target != PTX_NO_OPERAND; lanes &= lanes - 1) {
        if (o->width == PTX_64)
            alu_row64(rows, target)[__builtin_ctz(lanes)] = value;
        else
            alu_row32(rows, target)[__builtin_ctz(lanes)] = (uint32_t)value;
    }
}

void device_load(struct machine *m, uint32_t group, const struct alu_rows *rows,
                 const struct ptx_instruction *in, uint32_t mask)
{
    const struct ptx_memory *o = &in->memory;
    const uint16_t *values = machine_function(m, group)->operands + o->values;
    uint32_t bytes = ptx_type_bytes((enum ptx_type)o->type);
    if (is_parameter(rows, in, mask)) {
        if (!load_launch_parameter(m, group, rows, in, mask))
            access_parameter(m, group, rows, in, mask, true);
        return;
    }
    struct device_access a = {
        .strand = group, .site = machine_site(m, group), .size = (uint8_t)bytes};
    order_of(o, &a);
    a.is_of_many = is_uniform(rows, in, mask);
    if (!a.is_of_many && !m->notes_weak)
        mask &= ~device_quick_load(m, group, rows, in, mask);
    for (uint32_t left = mask; left && !m->stops; left &= left - 1) {
        a.lane = (uint32_t)__builtin_ctz(left);
        uint32_t lanes = a.is_of_many ? mask : left & -left;
        uint64_t at = device_find(m, group, a.lane, o->space, device_address(rows, in, a.lane),
                                  bytes * o->count);
        for (uint32_t i = 0; i < o->count && !m->stops; i++) {
            a.at = at + (uint64_t)i * bytes;
            put_loaded(rows, o, values[i], lanes, extended(o, device_read(m, &a)));
        }
        if (a.is_of_many)
            return;
    }
}

void device_store(struct machine *m, uint32_t group, const struct alu_rows *rows,
                  const struct ptx_instruction *in, uint32_t mask)
{
    const struct ptx_memory *o = &in->memory;
    const uint16_t *values = machine_function(m, group)->operands + o->values;
    uint32_t bytes = ptx_type_bytes((enum ptx_type)o->type);
    if (is_parameter(rows, in, mask)) {
        access_parameter(m, group, rows, in, mask, false);
        return;
    }
    mask &= ~device_quick_store(m, group, rows, in, mask);
    struct device_access a = {
        .strand = group, .site = machine_site(m, group), .size = (uint8_t)bytes};
    order_of(o, &a);
    for (uint32_t left = mask; left && !m->stops; left &= left - 1) {
        a.lane = (uint32_t)__builtin_ctz(left);
        uint64_t at = device_find(m, group, a.lane, o->space, device_address(rows, in, a.lane),
                                  bytes * o->count);
        for (uint32_t i = 0; i < o->count && !m->stops; i++) {
            a.at = at + (uint64_t)i * bytes;
            uint64_t value = operand(rows, values[i], o->width == PTX_64, a.lane);
            device_write(m, &a, bytes < 8 ? value & ((UINT64_C(1) << 8 * bytes) - 1) : value);
        }
    }
}

/* ---- Read-modify-writes ----------------------------------------------------------------------- */

uint64_t device_peek(struct machine *m, const struct device_access *a)
{
    device_use(m, a->at);
    if (!is_known(m, a->at, a->size))
        finding_memory(m, KERNEL_FINDS_UNINITIALISED, a->strand, a->lane, a->at);
    return device_get(m, a->at, a->size);
}

void device_update(struct machine *m, const struct device_access *a, uint64_t new, bool writes)
{
    uint64_t old = device_get(m, a->at, a->size);
    if (a->at >= m->kernel->local_at) {
        spin_writes_local(m, a->strand, a->at, old, new);
        device_put(m, a->at, a->size, new);
        return;
    }
    struct strong_access s = strong_of(a);
    bool observes = writes ? strong_update(m, &s) : strong_read(m, &s);
    struct shadowed seen = shadowed_of(a, writes, observes);
    shadow_slow(m, &seen);
    if (s.acquires)
        shadow_tick(m, a->strand / WARP_LANES);
    spin_reads(m, a->strand, a->lane, a->site, a->at, a->size, true);
    device_put(m, a->at, a->size, new);
    if (new != old)
        spin_writes(m, a->strand, a->at, a->size);
}

/* A failed CAS is a strong read. */
static uint64_t update(struct machine *m, struct device_access *a, const struct ptx_memory *o,
                       uint64_t b, uint64_t c)
{
    uint64_t old = device_peek(m, a), new = old;
    bool shared = a->at >= m->kernel->shared_at;
    bool writes =
        atom_value((enum ptx_atom)o->atom, (enum ptx_type)o->type, shared, old, b, c, &new);
    if (!m->stops)
        device_update(m, a, new, writes);
    return old;
}

void device_atom(struct machine *m, uint32_t group, const struct alu_rows *rows,
                 const struct ptx_instruction *in, uint32_t mask)
{
    const struct ptx_memory *o = &in->memory;
    uint32_t bytes = ptx_type_bytes((enum ptx_type)o->type);
    bool wide = bytes == 8;
    struct device_access a = {
        .strand = group, .site = machine_site(m, group), .size = (uint8_t)bytes, .is_atomic = true};
    order_of(o, &a);
    if (bytes > 8 || o->count > 1) {
        finding_at(m, KERNEL_FINDS_UNSUPPORTED, group, KERNEL_NONE,
                   "an atomic operation of more than 8 bytes");
        return;
    }
    for (uint32_t left = mask; left && !m->stops; left &= left - 1) {
        a.lane = (uint32_t)__builtin_ctz(left);
        a.at = device_find(m, group, a.lane, o->space, device_address(rows, in, a.lane), bytes);
        if (m->stops)
            return;
        uint64_t old = update(m, &a, o, operand(rows, in->source[1], wide, a.lane),
                              operand(rows, in->source[2], wide, a.lane));
        if (in->target[0] == PTX_NO_OPERAND)
            continue;
        if (wide)
            alu_row64(rows, in->target[0])[a.lane] = old;
        else
            alu_row32(rows, in->target[0])[a.lane] = (uint32_t)old;
    }
}
