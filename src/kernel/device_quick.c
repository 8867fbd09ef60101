#include "kernel/device_quick.h"

#include "base/bytes.h"
#include "kernel/device_memory.h"
#include "kernel/shadow.h"
#include "kernel/spin.h"

#include <string.h>

/* What all lanes of an instruction have in common. */
struct quick {
    uint64_t window, at,
        limit; /* addresses with these upper 32 bits; where byte 0 is; how many bytes */
    struct shadowed access;
    const uint32_t *clock;
    uint32_t number, tick;
    uint32_t bytes;
};

static uint64_t address(const struct alu_rows *rows, const struct ptx_instruction *in,
                        uint32_t lane)
{
    uint64_t offset = (uint64_t)in->memory.offset;
    if (in->source[0] == PTX_NO_OPERAND)
        return offset;
    return offset + (in->memory.narrow_address ? alu_row32(rows, in->source[0])[lane]
                                               : alu_row64(rows, in->source[0])[lane]);
}

/* False: the instruction is not of this kind. */
static bool prepare(const struct machine *m, uint32_t group, const struct alu_rows *rows,
                    const struct ptx_instruction *in, uint32_t mask, struct quick *q)
{
    const struct ptx_memory *o = &in->memory;
    const struct kernel *k = m->kernel;
    uint32_t block = group_block(m, group);
    q->bytes = ptx_type_bytes((enum ptx_type)o->type);
    if (o->order != PTX_ORDER_WEAK || o->count != 1 || q->bytes > 4)
        return false;
    q->window = address(rows, in, (uint32_t)__builtin_ctz(mask)) >> 32;
    bool shared = o->space == PTX_SPACE_SHARED ||
                  (o->space == PTX_SPACE_GENERIC && q->window == WINDOW_SHARED);
    if (shared) {
        q->at = k->shared_at + (uint64_t)block * k->shared_bytes;
        q->limit = machine_grid(m, block)->shared_bytes;
    } else if ((o->space == PTX_SPACE_GLOBAL || o->space == PTX_SPACE_GENERIC) &&
               q->window >= WINDOW_GLOBAL && q->window - WINDOW_GLOBAL < k->region_count) {
        q->at = k->regions[q->window - WINDOW_GLOBAL].at;
        q->limit = k->regions[q->window - WINDOW_GLOBAL].bytes;
    } else {
        return false;
    }
    q->access = (struct shadowed){
        .strand = group, .site = machine_site(m, group), .size = (uint8_t)q->bytes};
    q->clock = strand_clock(m, group);
    q->number = m->strands[group].number;
    q->tick = m->ticks[group / WARP_LANES];
    return true;
}

/* Sets the place of a lane's access; false: another window, outside, or not aligned. */
static inline bool place(struct machine *m, struct quick *q, uint64_t address, uint32_t lane)
{
    uint64_t offset = (uint32_t)address;
    if (address >> 32 != q->window || offset + q->bytes > q->limit || (offset & (q->bytes - 1)))
        return false;
    q->access.at = q->at + offset;
    q->access.lane = (uint8_t)lane;
    device_use(m, q->access.at);
    return true;
}

static inline uint32_t get(const struct machine *m, uint64_t at, uint32_t bytes)
{
    const uint8_t *from = m->bytes + at;
    return bytes == 4 ? load_le32(from) : bytes == 2 ? from[0] | (uint32_t)from[1] << 8 : from[0];
}

static inline void put(struct machine *m, uint64_t at, uint32_t bytes, uint32_t value)
{
    uint8_t *to = m->bytes + at;
    for (uint32_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static inline uint8_t known_bits(const struct quick *q)
{
    return (uint8_t)(((1u << q->bytes) - 1) << (q->access.at & 3));
}

static uint64_t extended(const struct ptx_memory *o, uint32_t value)
{
    uint64_t wide = o->type == PTX_S8    ? (uint64_t)(int64_t)(int8_t)value
                    : o->type == PTX_S16 ? (uint64_t)(int64_t)(int16_t)value
                    : o->type == PTX_S32 ? (uint64_t)(int64_t)(int32_t)value
                                         : value;
    return o->narrow ? wide & 0xFFFF : wide;
}

/* ---- Rows of 32 words ------------------------------------------------------------------------- */

enum { ROW_BYTES = SHADOW_ROW_BYTES };

/* All lanes access whole words, lane i the i-th of a row; sets the place of lane 0. */
static bool is_row(struct machine *m, const struct alu_rows *rows, const struct ptx_instruction *in,
                   uint32_t mask, struct quick *q)
{
    uint64_t differs = 0;
    if (mask != UINT32_MAX || q->bytes != 4 || in->memory.width != PTX_32 ||
        in->source[0] == PTX_NO_OPERAND)
        return false;
    uint64_t first = address(rows, in, 0), offset = (uint32_t)first;
    if (offset + ROW_BYTES > q->limit || (q->at + offset) % ROW_BYTES)
        return false;
    if (in->memory.narrow_address)
        for (uint32_t lane = 0; lane < WARP_LANES; lane++)
            differs |= (uint32_t)(alu_row32(rows, in->source[0])[lane] -
                                  alu_row32(rows, in->source[0])[0] - 4 * lane);
    else
        for (uint32_t lane = 0; lane < WARP_LANES; lane++)
            differs |=
                alu_row64(rows, in->source[0])[lane] - alu_row64(rows, in->source[0])[0] - 4 * lane;
    q->access.at = q->at + offset;
    q->access.lane = 0;
    if (!differs)
        device_use(m, q->access.at);
    return !differs;
}

static bool all_known(const uint8_t *known)
{
    uint32_t all = 0xF;
    for (uint32_t i = 0; i < WARP_LANES; i++)
        all &= known[i];
    return all == 0xF;
}

static bool load_row(struct machine *m, const struct quick *q, uint32_t *target)
{
    if (!all_known(&m->known[q->access.at / 4]) ||
        !shadow_row_read(m, &q->access, q->clock, q->number, q->tick))
        return false;
    for (uint32_t lane = 0; lane < WARP_LANES; lane++)
        target[lane] = load_le32(m->bytes + q->access.at + 4 * lane);
    return true;
}

static bool store_row(struct machine *m, uint32_t group, const struct quick *q,
                      const uint32_t *source)
{
    uint8_t *bytes = m->bytes + q->access.at, *known = &m->known[q->access.at / 4];
    uint32_t differs[WARP_LANES];
    if (!shadow_row_write(m, &q->access, q->clock, q->number, q->tick))
        return false;
    for (uint32_t lane = 0; lane < WARP_LANES; lane++) {
        differs[lane] = (load_le32(bytes + 4 * lane) ^ source[lane]) | (known[lane] ^ 0xFu);
        store_le32(bytes + 4 * lane, source[lane]);
    }
    memset(known, 0xF, WARP_LANES);
    for (uint32_t lane = 0; lane < WARP_LANES && (m->parked || m->spin_of[group]); lane++)
        if (differs[lane])
            spin_writes(m, group, q->access.at + 4 * (uint64_t)lane, 4);
    return true;
}

/* ---- Loads and stores ------------------------------------------------------------------------- */

uint32_t device_quick_load(struct machine *m, uint32_t group, const struct alu_rows *rows,
                           const struct ptx_instruction *in, uint32_t mask)
{
    const struct ptx_memory *o = &in->memory;
    struct quick q;
    uint32_t done = 0;
    if (!prepare(m, group, rows, in, mask, &q))
        return 0;
    uint16_t target = machine_function(m, group)->operands[o->values];
    if (target == PTX_NO_OPERAND)
        return 0;
    if (is_row(m, rows, in, mask, &q) && load_row(m, &q, alu_row32(rows, target)))
        return mask;
    for (uint32_t left = mask; left; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        if (!place(m, &q, address(rows, in, lane), lane))
            continue;
        uint8_t bits = known_bits(&q);
        if ((m->known[q.access.at / 4] & bits) != bits ||
            !shadow_quick_read(m, &q.access, q.clock, q.number, q.tick))
            continue;
        uint64_t value = extended(o, get(m, q.access.at, q.bytes));
        if (o->width == PTX_64)
            alu_row64(rows, target)[lane] = value;
        else
            alu_row32(rows, target)[lane] = (uint32_t)value;
        done |= left & -left;
    }
    return done;
}

uint32_t device_quick_store(struct machine *m, uint32_t group, const struct alu_rows *rows,
                            const struct ptx_instruction *in, uint32_t mask)
{
    const struct ptx_memory *o = &in->memory;
    struct quick q;
    uint32_t done = 0;
    if (!prepare(m, group, rows, in, mask, &q))
        return 0;
    uint16_t source = machine_function(m, group)->operands[o->values];
    q.access.writes = true;
    bool row = is_row(m, rows, in, mask, &q);
    uint64_t row_at = q.access.at;
    if (row && store_row(m, group, &q, alu_row32(rows, source)))
        return mask;
    for (uint32_t left = mask; left; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        if (!place(m, &q, address(rows, in, lane), lane) ||
            !shadow_quick_write(m, &q.access, q.clock, q.number, q.tick))
            continue;
        uint8_t bits = known_bits(&q), *known = &m->known[q.access.at / 4];
        uint32_t value = o->width == PTX_64 ? (uint32_t)alu_row64(rows, source)[lane]
                                            : alu_row32(rows, source)[lane];
        value &= UINT32_MAX >> (32 - 8 * q.bytes);
        bool same = (*known & bits) == bits && get(m, q.access.at, q.bytes) == value;
        put(m, q.access.at, q.bytes, value);
        *known |= bits;
        done |= left & -left;
        if (!same)
            spin_writes(m, group, q.access.at, (uint8_t)q.bytes);
    }
    q.access.at = row_at;
    if (row && done == mask)
        shadow_join(m, &q.access);
    return done;
}
