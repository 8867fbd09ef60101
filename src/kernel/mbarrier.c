#include "kernel/mbarrier.h"

#include "kernel/copies.h"
#include "kernel/device_memory.h"
#include "kernel/finding.h"

#define MADE   (UINT64_C(1) << 62)
#define PARITY (UINT64_C(1) << 63)

enum { BYTES_BITS = 21, BYTES_MAX = (1 << 20) - 1 };

/* ---- Objects ----------------------------------------------------------------------------------- */

struct object {
    uint32_t pending, expected; /* arrivals */
    int64_t bytes;
    uint64_t parity; /* PARITY, or 0 */
};

static struct object unpacked(uint64_t bits)
{
    int64_t bytes = (int64_t)(bits >> 40 & ((1u << BYTES_BITS) - 1));
    return (struct object){.pending = (uint32_t)bits & PTX_MBARRIER_COUNT_MAX,
                           .expected = mbarrier_wanted(bits),
                           .bytes = bytes > BYTES_MAX ? bytes - (1 << BYTES_BITS) : bytes,
                           .parity = bits & PARITY};
}

static uint64_t packed(const struct object *o)
{
    return o->pending | (uint64_t)o->expected << 20 |
           ((uint64_t)o->bytes & ((1u << BYTES_BITS) - 1)) << 40 | MADE | o->parity;
}

/* What is wrong with so many arrivals, or bytes; NULL. */
static const char *fault_of(const struct object *o, uint32_t arrivals, int64_t bytes,
                            bool may_complete)
{
    if (arrivals > o->pending)
        return "more arrivals at an mbarrier than its phase has left";
    if (o->bytes + bytes > BYTES_MAX || o->bytes + bytes < -BYTES_MAX)
        return "an mbarrier of more bytes than it can count";
    if (!may_complete && arrivals == o->pending)
        return "mbarrier.arrive.noComplete ends the phase";
    return NULL;
}

/* So many arrivals and bytes fewer, and, where all are there, the next phase. */
static void advance(struct object *o, uint32_t arrivals, int64_t bytes, bool drops)
{
    o->pending -= arrivals;
    o->bytes += bytes;
    o->expected -= drops ? arrivals : 0;
    if (o->pending || o->bytes)
        return;
    o->pending = o->expected;
    o->parity ^= PARITY;
}

/* ---- Operations -------------------------------------------------------------------------------- */

static void misuse(struct machine *m, const struct device_access *a, const char *what)
{
    finding_at(m, KERNEL_FINDS_BARRIER, a->strand, a->lane, "%s", what);
}

/* What an object holds; a finding where there is none. */
static uint64_t object_at(struct machine *m, const struct device_access *a)
{
    uint64_t bits = device_peek(m, a);
    if (!m->stops && !(bits & MADE))
        misuse(m, a, "an mbarrier that mbarrier.init did not make, or mbarrier.inval ended");
    return bits;
}

static void init(struct machine *m, const struct device_access *a, uint32_t count)
{
    const struct object o = {.pending = count, .expected = count};
    if (count == 0 || count > PTX_MBARRIER_COUNT_MAX)
        misuse(m, a, "an mbarrier of no arrivals, or of more than 1,048,575");
    else
        device_write(m, a, packed(&o));
}

/* Returns the state. */
static uint64_t arrive(struct machine *m, const struct device_access *a, enum ptx_mbarrier what,
                       uint32_t operand)
{
    uint64_t old = object_at(m, a);
    struct object o = unpacked(old);
    bool expects = what == PTX_MBARRIER_ARRIVE_EXPECT || what == PTX_MBARRIER_DROP_EXPECT ||
                   what == PTX_MBARRIER_EXPECT;
    bool drops = what == PTX_MBARRIER_DROP || what == PTX_MBARRIER_DROP_NO_COMPLETE ||
                 what == PTX_MBARRIER_DROP_EXPECT;
    bool may_complete =
        what != PTX_MBARRIER_ARRIVE_NO_COMPLETE && what != PTX_MBARRIER_DROP_NO_COMPLETE;
    uint32_t arrivals = what == PTX_MBARRIER_EXPECT || what == PTX_MBARRIER_COMPLETE ? 0
                        : expects || what == PTX_MBARRIER_COPIES                     ? 1
                        : what == PTX_MBARRIER_COPIES_COUNTED                        ? 0
                                                                                     : operand;
    int64_t bytes = expects                         ? (int64_t)operand
                    : what == PTX_MBARRIER_COMPLETE ? -(int64_t)operand
                                                    : 0;
    const char *fault = fault_of(&o, arrivals, bytes, may_complete);
    if (!m->stops && fault)
        misuse(m, a, fault);
    if (m->stops)
        return old;
    if (arrivals || bytes)
        advance(&o, arrivals, bytes, drops);
    device_update(m, a, packed(&o), true);
    return old;
}

/* Whether the phase has ended: that of a state, or that with a parity. */
static bool wait(struct machine *m, struct device_access *a, uint64_t phase)
{
    bool ended = (object_at(m, a) & PARITY) != phase;
    if (!ended)
        a->order = PTX_ORDER_RELAXED;
    if (!m->stops)
        device_read(m, a);
    return ended;
}

/* ---- Instructions ------------------------------------------------------------------------------ */

static uint32_t number(const struct alu_rows *rows, const struct ptx_instruction *in, uint32_t lane)
{
    return in->source[1] == PTX_NO_OPERAND ? 0 : alu_row32(rows, in->source[1])[lane];
}

static uint64_t phase_of(const struct alu_rows *rows, const struct ptx_instruction *in,
                         uint32_t lane)
{
    if (in->memory.atom == PTX_MBARRIER_WAIT)
        return alu_row64(rows, in->source[1])[lane] & PARITY;
    return number(rows, in, lane) & 1 ? PARITY : 0;
}

static void do_lane(struct machine *m, const struct alu_rows *rows,
                    const struct ptx_instruction *in, struct device_access *a)
{
    enum ptx_mbarrier what = (enum ptx_mbarrier)in->memory.atom;
    uint16_t target = in->target[0];
    if (what == PTX_MBARRIER_INIT) {
        init(m, a, number(rows, in, a->lane));
    } else if (what == PTX_MBARRIER_INVAL) {
        object_at(m, a);
        if (!m->stops)
            device_write(m, a, 0);
    } else if (what == PTX_MBARRIER_WAIT || what == PTX_MBARRIER_WAIT_PARITY) {
        bool ended = wait(m, a, phase_of(rows, in, a->lane));
        if (target != PTX_NO_OPERAND)
            rows->lanes[0][target] = (rows->lanes[0][target] & ~(1u << a->lane)) | (uint32_t)ended
                                                                                       << a->lane;
    } else {
        uint64_t state = arrive(m, a, what, number(rows, in, a->lane));
        if (target != PTX_NO_OPERAND)
            alu_row64(rows, target)[a->lane] = state;
    }
}

void mbarrier_do(struct machine *m, uint32_t group, const struct alu_rows *rows,
                 const struct ptx_instruction *in, uint32_t mask)
{
    const struct ptx_memory *o = &in->memory;
    bool plain = o->order == PTX_ORDER_WEAK;
    if (o->atom == PTX_MBARRIER_COPIES || o->atom == PTX_MBARRIER_COPIES_COUNTED)
        copies_wait(m, group, mask, KERNEL_NONE);
    for (; mask && !m->stops; mask &= mask - 1) {
        struct device_access a = {.strand = group,
                                  .lane = (uint32_t)__builtin_ctz(mask),
                                  .site = machine_site(m, group),
                                  .size = 8,
                                  .order = o->order,
                                  .scope = o->scope,
                                  .is_atomic = !plain};
        a.at = device_find(m, group, a.lane, o->space, device_address(rows, in, a.lane), a.size);
        if (!m->stops && (a.at < m->kernel->shared_at || a.at >= m->kernel->local_at))
            misuse(m, &a, "an mbarrier that is not in shared memory");
        if (!m->stops)
            do_lane(m, rows, in, &a);
    }
}
