#include "ops/footprint.h"

#include "ops/mix_layout.h"
#include "vrrl/opcode.h"

#include <stddef.h>

struct walk {
    bool declared; /* a MIX */
    const uint32_t *args;
    uint32_t arg_count;
    const struct footprint_memory *memory;
    footprint_visitor *visit;
    footprint_fence_visitor *visit_fence, *visit_fixed;
    void *context;
    bool acquires;      /* a fence behind the slot's waits, and before all else, does */
    bool half_acquires; /* one further on does */
    uint32_t fence;     /* release fences so far */
};

static uint32_t arg(const struct walk *w, uint32_t k)
{
    return k < w->arg_count ? w->args[k] : 0;
}

static struct slot_access access_of(const struct walk *w, enum access_kind kind, uint32_t first,
                                    uint32_t count)
{
    return (struct slot_access){.kind = kind,
                                .first = first,
                                .count = count,
                                .declared = w->declared,
                                .from = FOOTPRINT_NO_WORD,
                                .fence = w->fence};
}

static void tell(const struct walk *w, const struct slot_access *access)
{
    if (w->visit)
        w->visit(w->context, access);
}

static void touch(const struct walk *w, enum access_kind kind, uint32_t first, uint64_t count)
{
    if (count == 0 || count > UINT32_MAX - (uint64_t)first)
        return;
    const struct slot_access access = access_of(w, kind, first, (uint32_t)count);
    tell(w, &access);
}

/* One word, on whose value something depends. */
static void decide(const struct walk *w, enum access_kind kind, uint32_t word, bool ends)
{
    struct slot_access access = access_of(w, kind, word, 1);
    access.decides = true;
    access.ends = ends;
    if (word != UINT32_MAX)
        tell(w, &access);
}

/* An addition that keeps what it finds. */
static void draw(const struct walk *w, uint32_t word, uint32_t amount)
{
    struct slot_access access = access_of(w, ACCESS_SIGNAL, word, 1);
    access.value = amount;
    access.keeps = true;
    access.orders = access.by_fence = w->fence > 0;
    if (word != UINT32_MAX)
        tell(w, &access);
}

static void add_float(const struct walk *w, uint32_t word)
{
    struct slot_access access = access_of(w, ACCESS_UPDATE, word, 1);
    access.rounds = true;
    if (word != UINT32_MAX)
        tell(w, &access);
}

static void take(const struct walk *w, uint32_t word)
{
    struct slot_access access = access_of(w, ACCESS_UPDATE, word, 1);
    access.decides = access.takes = true;
    if (word != UINT32_MAX)
        tell(w, &access);
}

/* A swap of one word by which slots are ordered, and the most that it leaves in the place of less. */
static void swap(const struct walk *w, uint32_t word, uint32_t most)
{
    struct slot_access access = access_of(w, ACCESS_UPDATE, word, 1);
    access.decides = true;
    access.is_bounded = true;
    access.most = most;
    if (word != UINT32_MAX)
        tell(w, &access);
}

static void compare_swap(const struct walk *w, uint32_t word, uint32_t expected, uint32_t desired)
{
    struct slot_access access = access_of(w, ACCESS_UPDATE, word, 1);
    access.decides = true;
    access.is_bounded = access.is_compared = true;
    access.most = desired;
    access.value = expected;
    if (word != UINT32_MAX)
        tell(w, &access);
}

/* One word of `count`, which the word `from` tells. */
static void touch_at(const struct walk *w, enum access_kind kind, uint32_t first, uint32_t count,
                     uint32_t from)
{
    struct slot_access access = access_of(w, kind, first, count);
    access.from = from;
    if (count > 0 && count <= UINT32_MAX - first)
        tell(w, &access);
}

/* One word that slots are ordered by. `orders` by itself, or by a fence of its slot. */
static void sync_from(const struct walk *w, enum access_kind kind, uint32_t word, uint32_t value,
                      bool orders, uint32_t from)
{
    struct slot_access access = access_of(w, kind, word, 1);
    if (word == UINT32_MAX)
        return;
    access.value = value;
    access.from = from;
    access.orders = orders || (kind == ACCESS_WAIT ? w->acquires : w->fence > 0);
    access.by_fence = access.orders && !orders;
    access.half_acquires = kind == ACCESS_WAIT && !access.orders && w->half_acquires;
    access.is_value = kind == ACCESS_WRITE;
    tell(w, &access);
}

static void sync_on(const struct walk *w, enum access_kind kind, uint32_t word, uint32_t value,
                    bool orders)
{
    sync_from(w, kind, word, value, orders, FOOTPRINT_NO_WORD);
}

static void reads(const struct walk *w, uint32_t first, uint64_t count)
{
    touch(w, ACCESS_READ, first, count);
}

static void writes(const struct walk *w, uint32_t first, uint64_t count)
{
    touch(w, ACCESS_WRITE, first, count);
}

/* `count` words of user memory at arena index `at`; NULL where they are not all there. */
static const uint32_t *user_words(const struct walk *w, uint32_t at, uint64_t count)
{
    const struct footprint_memory *m = w->memory;
    if (at < m->base || at - m->base > m->count || count > m->count - (at - m->base))
        return NULL;
    return m->words + (at - m->base);
}

/* The output segments of a MIX read themselves too where they are read-write. */
static void mix_output(const struct walk *w, const uint32_t *row)
{
    uint64_t words = (uint64_t)row[1] * MIX_SEGMENT_WORDS;
    if (row[2] == MIX_ACCESS_READ_WRITE)
        reads(w, row[0], words);
    touch(w, row[2] == MIX_ACCESS_ACCUMULATE ? ACCESS_UPDATE : ACCESS_WRITE, row[0], words);
}

static void walk_mix(const struct walk *outer)
{
    struct walk own = *outer;
    const struct walk *w = &own;
    own.declared = true;
    const uint32_t *head = user_words(w, arg(w, 0), MIX_HEAD_WORDS);
    if (!head)
        return;
    uint64_t size = MIX_HEAD_WORDS + (uint64_t)head[0] * MIX_WAIT_WORDS +
                    (uint64_t)head[1] * MIX_INPUT_WORDS + (uint64_t)head[2] * MIX_OUTPUT_WORDS +
                    (uint64_t)head[3] * MIX_SIGNAL_WORDS;
    if (!user_words(w, arg(w, 0), size))
        return;
    if (w->visit_fixed)
        w->visit_fixed(w->context, arg(w, 0), (uint32_t)size);
    const uint32_t *row = head + MIX_HEAD_WORDS;
    for (uint32_t i = 0; i < head[0]; i++, row += MIX_WAIT_WORDS)
        sync_on(w, ACCESS_WAIT, row[0], row[1], row[2] == MIX_ACQUIRE);
    for (uint32_t i = 0; i < head[1]; i++, row += MIX_INPUT_WORDS)
        reads(w, row[0], (uint64_t)row[1] * MIX_SEGMENT_WORDS);
    for (uint32_t i = 0; i < head[2]; i++, row += MIX_OUTPUT_WORDS)
        mix_output(w, row);
    for (uint32_t i = 0; i < head[3]; i++, row += MIX_SIGNAL_WORDS)
        sync_on(w, ACCESS_SIGNAL, row[0], row[1], row[2] == MIX_RELEASE);
}

static void walk_matvec(const struct walk *w)
{
    uint32_t rows = arg(w, 3), columns = arg(w, 4), stride = arg(w, 5);
    if (rows > 0)
        reads(w, arg(w, 0), (uint64_t)(rows - 1) * stride + columns);
    reads(w, arg(w, 1), columns);
    if (arg(w, 6) != 0)
        reads(w, arg(w, 2), rows);
    writes(w, arg(w, 2), rows);
}

/* Byte k of the packed bytes, the lowest of each word first. */
static uint32_t packed_byte(const struct walk *w, uint32_t k)
{
    return arg(w, k / 4) >> (8 * (k % 4)) & 0xFF;
}

static uint32_t packed_opcode(const struct walk *w, uint32_t k)
{
    uint32_t inner = packed_byte(w, 2 + 2 * k);
    return inner < 0x80 ? inner : VRRL_OPCODE_USER_FIRST + (inner - 0x80);
}

static bool is_fence(uint32_t opcode, uint32_t wanted)
{
    return opcode == wanted || opcode == VRRL_OPCODE_FENCE_SEQ_CST;
}

/* Whether the slot's first acquire fence stands behind its waits and before all else, or further on. */
static void find_acquire_fence(struct walk *w, uint32_t count)
{
    bool behind = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t opcode = packed_opcode(w, i);
        const vrrl_opcode *row = vrrl_opcode_find(opcode);
        bool fence = is_fence(opcode, VRRL_OPCODE_FENCE_ACQUIRE);
        w->acquires |= fence && !behind;
        w->half_acquires |= fence && behind;
        behind |= !fence && (!row || row->effect);
    }
}

static void walk_slot(const struct walk *w, uint32_t opcode);

static void walk_packed(const struct walk *w)
{
    uint32_t count = packed_byte(w, 0), words = packed_byte(w, 1);
    uint32_t first_word = (2 + 2 * count + 3) / 4; /* whole words after the pairs */
    if (first_word > w->arg_count)
        return;
    if (words > w->arg_count - first_word)
        words = w->arg_count - first_word;
    struct walk inner = *w;
    find_acquire_fence(&inner, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t opcode = packed_opcode(w, i), offset = packed_byte(w, 3 + 2 * i);
        if (offset > words)
            continue;
        inner.args = w->args + first_word + offset;
        inner.arg_count = words - offset;
        inner.fence += is_fence(opcode, VRRL_OPCODE_FENCE_RELEASE);
        walk_slot(&inner, opcode);
    }
}

/* Operands are those of the opcode table's rows. */
static void walk_float(const struct walk *w, uint32_t opcode)
{
    switch (opcode) {
    case VRRL_OPCODE_AXPY:
        reads(w, arg(w, 1), arg(w, 3));
        reads(w, arg(w, 2), arg(w, 3));
        writes(w, arg(w, 2), arg(w, 3));
        break;
    case VRRL_OPCODE_DOT:
        reads(w, arg(w, 0), arg(w, 3));
        reads(w, arg(w, 1), arg(w, 3));
        add_float(w, arg(w, 2));
        break;
    case VRRL_OPCODE_MATVEC:
        walk_matvec(w);
        break;
    case VRRL_OPCODE_RMSNORM:
        reads(w, arg(w, 0), arg(w, 3));
        reads(w, arg(w, 1), arg(w, 3));
        writes(w, arg(w, 2), arg(w, 3));
        break;
    case VRRL_OPCODE_SOFTMAX:
        reads(w, arg(w, 0), arg(w, 2));
        writes(w, arg(w, 1), arg(w, 2));
        break;
    }
}

/* Of the protocol opcodes: what they wait for. */
static void walk_waits(const struct walk *w, uint32_t opcode)
{
    switch (opcode) {
    case VRRL_OPCODE_WAIT_RELAXED:
        sync_on(w, ACCESS_WAIT, arg(w, 0), arg(w, 1), false);
        break;
    case VRRL_OPCODE_WAIT_WORD:
        reads(w, arg(w, 1), 1);
        sync_from(w, ACCESS_WAIT, arg(w, 0), arg(w, 2), true, arg(w, 1));
        break;
    case VRRL_OPCODE_TAKE:
        sync_on(w, ACCESS_WAIT, arg(w, 0), 1, true);
        take(w, arg(w, 0));
        break;
    case VRRL_OPCODE_BATCH_FENCE:
        if (w->visit_fence && w->arg_count >= 3)
            w->visit_fence(w->context, arg(w, 0), arg(w, 1));
        break;
    }
}

/* And what they read and write. One at an index may touch any word of its range. */
static void walk_protocol(const struct walk *w, uint32_t opcode)
{
    switch (opcode) {
    case VRRL_OPCODE_LOAD_ACQUIRE:
        decide(w, ACCESS_READ, arg(w, 0), false);
        writes(w, arg(w, 1), 1);
        break;
    case VRRL_OPCODE_STORE_RELEASE:
        sync_on(w, ACCESS_WRITE, arg(w, 1), arg(w, 0), true);
        break;
    case VRRL_OPCODE_FETCH_ADD:
        draw(w, arg(w, 1), arg(w, 0));
        writes(w, arg(w, 2), 1);
        break;
    case VRRL_OPCODE_EXCHANGE:
        swap(w, arg(w, 1), arg(w, 0));
        writes(w, arg(w, 2), 1);
        break;
    case VRRL_OPCODE_TRY_SWAP:
        reads(w, arg(w, 1), 1);
        reads(w, arg(w, 2), 1);
        decide(w, ACCESS_UPDATE, arg(w, 0), false);
        writes(w, arg(w, 3), 1);
        break;
    case VRRL_OPCODE_LOAD_AT:
        reads(w, arg(w, 2), 1);
        touch_at(w, ACCESS_READ, arg(w, 0), arg(w, 1), arg(w, 2));
        writes(w, arg(w, 3), 1);
        break;
    case VRRL_OPCODE_STORE_AT:
        reads(w, arg(w, 2), 1);
        reads(w, arg(w, 3), 1);
        touch_at(w, ACCESS_WRITE, arg(w, 0), arg(w, 1), arg(w, 2));
        break;
    case VRRL_OPCODE_IF_EQ:
        decide(w, ACCESS_READ, arg(w, 0), true);
        break;
    }
}

static void walk_slot(const struct walk *w, uint32_t opcode)
{
    switch (opcode) {
    case VRRL_OPCODE_STORE_U32:
        sync_on(w, ACCESS_WRITE, arg(w, 1), arg(w, 0), false);
        break;
    case VRRL_OPCODE_ATOMIC_ADD:
        sync_on(w, ACCESS_SIGNAL, arg(w, 1), arg(w, 0), false);
        break;
    case VRRL_OPCODE_LOAD_U32:
        reads(w, arg(w, 0), 1);
        if (arg(w, 1) < UINT32_MAX - VRRL_WORD_OBSERVABLE)
            writes(w, VRRL_WORD_OBSERVABLE + arg(w, 1), 1);
        break;
    case VRRL_OPCODE_COMPARE_SWAP:
        compare_swap(w, arg(w, 0), arg(w, 1), arg(w, 2));
        break;
    case VRRL_OPCODE_MEMCPY:
        reads(w, arg(w, 0), arg(w, 2));
        writes(w, arg(w, 1), arg(w, 2));
        break;
    case VRRL_OPCODE_DFA_STEP:
        touch(w, ACCESS_READ, arg(w, 2) + arg(w, 0) * 256 + arg(w, 1), 1);
        writes(w, arg(w, 3), 1);
        break;
    case VRRL_OPCODE_WAIT_GE:
        sync_on(w, ACCESS_WAIT, arg(w, 0), arg(w, 1), true);
        break;
    case VRRL_OPCODE_SIGNAL:
        sync_on(w, ACCESS_SIGNAL, arg(w, 0), arg(w, 1), true);
        break;
    case VRRL_OPCODE_MIX:
        walk_mix(w);
        break;
    case VRRL_OPCODE_PACKED_SLOT:
        walk_packed(w);
        break;
    default:
        walk_float(w, opcode);
        walk_waits(w, opcode);
        walk_protocol(w, opcode);
    }
}

void footprint_of(uint32_t opcode, const uint32_t *args, uint32_t arg_count,
                  const struct footprint_memory *memory, footprint_visitor *visit, void *context)
{
    const struct walk w = {
        .args = args, .arg_count = arg_count, .memory = memory, .visit = visit, .context = context};
    walk_slot(&w, opcode);
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
