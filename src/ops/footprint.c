#include "ops/footprint.h"

#include "ops/mix_layout.h"
#include "vrrl/run/opcode.h"

#include <stddef.h>

/* What an operation in a packed slot is for those that come after it. */
struct inner_role {
    bool acquires, releases; /* a fence */
    bool ends;               /* a condition */
};

struct walk {
    bool declared; /* a MIX */
    const uint32_t *args;
    uint32_t arg_count;
    const struct footprint_memory *memory;
    footprint_visitor *visit;
    footprint_fence_visitor *visit_fence, *visit_fixed;
    void *context;
    bool acquires;           /* a fence behind the slot's waits, and before all else, does */
    bool half_acquires;      /* one further on does */
    uint32_t fence;          /* release fences so far */
    struct inner_role *role; /* is told here; NULL: nobody asks */
    bool may;                /* behind a condition */
};

static uint32_t arg(const struct walk *w, uint32_t k)
{
    return k < w->arg_count ? w->args[k] : 0;
}

static struct declared_event declare(const struct walk *w, enum operation_kind kind, uint32_t word,
                                     uint32_t count)
{
    return (struct declared_event){.kind = (uint8_t)kind,
                                   .word = word,
                                   .count = count,
                                   .declared = w->declared,
                                   .from = DECLARED_NO_WORD,
                                   .copied = DECLARED_NO_WORD,
                                   .expected = DECLARED_NO_WORD,
                                   .drawn = DECLARED_NO_WORD,
                                   .fence = w->fence,
                                   .may = w->may};
}

static void tell(const struct walk *w, const struct declared_event *access)
{
    if (w->visit)
        w->visit(w->context, access);
}

static void touch(const struct walk *w, enum operation_kind kind, uint32_t first, uint64_t count)
{
    if (count == 0 || count > UINT32_MAX - (uint64_t)first)
        return;
    const struct declared_event access = declare(w, kind, first, (uint32_t)count);
    tell(w, &access);
}

/* A load of one word, on whose value something depends. */
static void decide(const struct walk *w, uint32_t word)
{
    struct declared_event access = declare(w, OPERATION_LOAD, word, 1);
    access.decides = true;
    if (word != UINT32_MAX)
        tell(w, &access);
}

/* Unless the word holds the value, nothing in the slot comes behind it. */
static void decide_end(const struct walk *w, uint32_t word, uint32_t value)
{
    struct declared_event access = declare(w, OPERATION_LOAD, word, 1);
    access.decides = access.ends = true;
    access.value = value;
    if (w->role)
        w->role->ends = true;
    if (word != UINT32_MAX)
        tell(w, &access);
}

/* An addition that keeps what it finds in another word. */
static void draw(const struct walk *w, uint32_t word, uint32_t amount, uint32_t to)
{
    struct declared_event access = declare(w, OPERATION_ADD, word, 1);
    access.value = amount;
    access.signals = access.keeps = true;
    access.by_fence = w->fence > 0;
    access.order = access.by_fence ? ORDER_RELEASE : ORDER_RELAXED;
    if (word != UINT32_MAX)
        tell(w, &access);
    struct declared_event kept = declare(w, OPERATION_STORE, to, 1);
    kept.drawn = word;
    if (to != UINT32_MAX)
        tell(w, &kept);
}

static void add_float(const struct walk *w, uint32_t word)
{
    struct declared_event access = declare(w, OPERATION_ADD, word, 1);
    access.rounds = true;
    if (word != UINT32_MAX)
        tell(w, &access);
}

static void take(const struct walk *w, uint32_t word)
{
    struct declared_event access = declare(w, OPERATION_CAS, word, 1);
    access.decides = access.takes = true;
    if (word != UINT32_MAX)
        tell(w, &access);
}

/* A swap of one word by which slots are ordered, and the most that it leaves in the place of less. */
static void swap(const struct walk *w, uint32_t word, uint32_t most)
{
    struct declared_event access = declare(w, OPERATION_EXCHANGE, word, 1);
    access.decides = true;
    access.is_bounded = true;
    access.most = most;
    if (word != UINT32_MAX)
        tell(w, &access);
}

static void compare_swap(const struct walk *w, uint32_t word, uint32_t expected, uint32_t desired)
{
    struct declared_event access = declare(w, OPERATION_CAS, word, 1);
    access.decides = true;
    access.is_bounded = access.is_compared = access.may = true;
    access.most = desired;
    access.value = expected;
    if (word != UINT32_MAX)
        tell(w, &access);
}

/* A swap by what other words hold. */
static void swap_by_words(const struct walk *w, uint32_t word, uint32_t expected, uint32_t desired)
{
    struct declared_event access = declare(w, OPERATION_CAS, word, 1);
    access.decides = true;
    access.may = true; /* it may fail */
    access.expected = expected;
    access.copied = desired;
    if (word != UINT32_MAX)
        tell(w, &access);
}

/* What the words from `from` on hold. */
static void copies(const struct walk *w, uint32_t from, uint32_t first, uint32_t count)
{
    struct declared_event access = declare(w, OPERATION_STORE, first, count);
    access.copied = from;
    if (count > 0 && count <= UINT32_MAX - first)
        tell(w, &access);
}

/* One word of `count`, which the word `from` tells. */
static void touch_at(const struct walk *w, enum operation_kind kind, uint32_t first, uint32_t count,
                     uint32_t from)
{
    struct declared_event access = declare(w, kind, first, count);
    access.from = from;
    access.may = true;
    if (count > 0 && count <= UINT32_MAX - first)
        tell(w, &access);
}

/* One word that slots are ordered by: a load waits until it is at least `value`, an addition of `value` signals,
 * and a store leaves `value`. `orders` by itself, or by a fence of its slot. */
static void sync_from(const struct walk *w, enum operation_kind kind, uint32_t word, uint32_t value,
                      bool orders, uint32_t from)
{
    struct declared_event access = declare(w, kind, word, 1);
    if (word == UINT32_MAX)
        return;
    access.waits = kind == OPERATION_LOAD;
    access.signals = kind == OPERATION_ADD;
    access.is_value = kind == OPERATION_STORE;
    access.value = value;
    access.from = from;
    access.by_fence = !orders && (access.waits ? w->acquires : w->fence > 0);
    if (orders || access.by_fence)
        access.order = access.waits ? ORDER_ACQUIRE : ORDER_RELEASE;
    access.half_acquires = access.waits && !declared_orders(&access) && w->half_acquires;
    tell(w, &access);
}

static void sync_on(const struct walk *w, enum operation_kind kind, uint32_t word, uint32_t value,
                    bool orders)
{
    sync_from(w, kind, word, value, orders, DECLARED_NO_WORD);
}

static void reads(const struct walk *w, uint32_t first, uint64_t count)
{
    touch(w, OPERATION_LOAD, first, count);
}

static void writes(const struct walk *w, uint32_t first, uint64_t count)
{
    touch(w, OPERATION_STORE, first, count);
}

/* `count` words of user memory at arena index `at`; NULL where they are not all there. */
static const uint32_t *user_words(const struct walk *w, uint32_t at, uint64_t count)
{
    const struct footprint_memory *m = w->memory;
    if (at < m->base || at - m->base > m->count || count > m->count - (at - m->base))
        return NULL;
    return m->words + (at - m->base);
}

/* A fence. */
static void fences(const struct walk *w, bool acquires, bool releases)
{
    if (w->role)
        *w->role = (struct inner_role){.acquires = acquires, .releases = releases};
}

/* A slot that waits for ring slots to end. */
static void waits_for_slots(const struct walk *w, uint32_t first, uint32_t count)
{
    if (w->visit_fence && w->arg_count >= 3)
        w->visit_fence(w->context, first, count);
}

/* ---- What each opcode touches, which stands behind its body ----------------------------------- */

#define OP_FOOTPRINT(NAME) static void footprint_##NAME(const struct walk *w)
#define OP_TOUCHES_NOTHING(NAME)                                                                   \
    OP_FOOTPRINT(NAME)                                                                             \
    {                                                                                              \
        (void)w;                                                                                   \
    }

#include "ops/plain.h"
#include "ops/table.h"

/* A row without its footprint does not compile. */
static void walk_slot(const struct walk *w, uint32_t opcode)
{
    switch (opcode) {
#define X(op, number, waits, effect, operands, doc)                                                \
    case number:                                                                                   \
        footprint_##op(w);                                                                         \
        break;
        OPS_TABLE(X)
#undef X
    }
}

void footprint_of(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                  const struct footprint_memory *memory, footprint_visitor *visit, void *context)
{
    const struct walk w = {
        .args = args, .arg_count = arg_count, .memory = memory, .visit = visit, .context = context};
    walk_slot(&w, opcode);
}

bool footprint_is_fence(uint32_t opcode)
{
    static const struct footprint_memory nothing = {.words = NULL};
    struct inner_role role = {.acquires = false};
    const struct walk w = {.memory = &nothing, .role = &role};
    walk_slot(&w, opcode);
    return role.acquires || role.releases;
}

void footprint_fences(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                      footprint_fence_visitor *visit_fence, void *context)
{
    static const struct footprint_memory nothing = {.words = NULL};
    const struct walk w = {.args = args,
                           .arg_count = arg_count,
                           .memory = &nothing,
                           .visit_fence = visit_fence,
                           .context = context};
    walk_slot(&w, opcode);
}

void footprint_fixed(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                     const struct footprint_memory *memory, footprint_fence_visitor *visit,
                     void *context)
{
    const struct walk w = {.args = args,
                           .arg_count = arg_count,
                           .memory = memory,
                           .visit_fixed = visit,
                           .context = context};
    walk_slot(&w, opcode);
}
