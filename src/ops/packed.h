/* PACKED_SLOT: several inner operations in one slot. */
#ifndef OPS_PACKED
#define OPS_PACKED(X) X(PACKED_SLOT, 0x80000001u, 1, 1, "*packed", "inner operations, in order")
#endif

#if defined OP_PARAMS && !defined OPS_PACKED_BODIES
#define OPS_PACKED_BODIES

/*
 * Bytes, the lowest of each word first: count, argument words, then (opcode, argument offset) for
 * each inner operation; the argument words begin at the next word. An inner operation has the words
 * from its offset to the last as arguments.
 *
 * It may wait only in its leading operations: one that may be requeued must not stand after one
 * that has an effect, for a slot is run again from its first operation. Such a slot FAULTs whether
 * or not it would have waited, so that its fate does not depend on the schedule.
 */
#define PACKED_BYTE(k)   (ARG((k) >> 2) >> (8u * ((k)&3u)) & 255u)
#define PACKED_COUNT()   PACKED_BYTE(0u)
#define PACKED_WORDS()   PACKED_BYTE(1u)
#define PACKED_OPCODE(k) PACKED_BYTE(2u + 2u * (k))
#define PACKED_OFFSET(k) PACKED_BYTE(3u + 2u * (k))
#define PACKED_HEAD(n)   ((2u + 2u * (n) + 3u) >> 2)

OP_FN u32 op_packed_number(u32 byte)
{
    return byte < 0x80u ? byte : 0x40000000u + (byte & 127u);
}

OP_FN u32 op_check_PACKED_SLOT(OP_PARAMS, u32 args, u32 argc)
{
    if (argc < 1)
        return OP_FAULT;
    u32 count = PACKED_COUNT(), words = PACKED_WORDS(), head = PACKED_HEAD(count);
    if (head > argc || words > argc - head)
        return OP_FAULT;
    u32 affected = 0;
    for (u32 k = 0; k < count; k++) {
        u32 number = op_packed_number(PACKED_OPCODE(k)), offset = PACKED_OFFSET(k);
        if (offset > words || (affected && op_inner_waits(number)))
            return OP_FAULT;
        if (op_inner_check(OP_PASS, number, args + head + offset, words - offset) != OP_GO)
            return OP_FAULT;
        affected |= op_inner_effect(number);
    }
    return OP_GO;
}

OP_FN u32 op_ready_PACKED_SLOT(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 count = PACKED_COUNT(), words = PACKED_WORDS(), head = PACKED_HEAD(count);
    for (u32 k = 0; k < count; k++) {
        u32 number = op_packed_number(PACKED_OPCODE(k)), offset = PACKED_OFFSET(k);
        u32 status = op_inner_ready(OP_PASS, number, args + head + offset, words - offset);
        if (status != OP_GO)
            return status;
        if (op_inner_effect(number))
            break;
    }
    return OP_GO;
}

OP_FN u32 op_run_PACKED_SLOT(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 count = PACKED_COUNT(), words = PACKED_WORDS(), head = PACKED_HEAD(count);
    for (u32 k = LOOP_FIRST(0); k < count; k++) {
        LOOP_AT(0, k, 0u);
        u32 number = op_packed_number(PACKED_OPCODE(k)), offset = PACKED_OFFSET(k);
        u32 status = op_inner_run(OP_PASS, number, args + head + offset, words - offset);
        if (status == OP_GO)
            return OP_DONE; /* the rest is left out */
        if (status != OP_DONE)
            return status;
    }
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
static void walk_slot(const struct walk *w, uint32_t opcode);

/* Byte k of the packed bytes, the lowest of each word first. */
static uint32_t packed_byte(const struct walk *w, uint32_t k)
{
    return arg(w, k / 4) >> (8 * (k % 4)) & 0xFF;
}

static uint32_t packed_opcode(const struct walk *w, uint32_t k)
{
    return op_packed_number(packed_byte(w, 2 + 2 * k));
}

static struct inner_role role_of(const struct walk *w, uint32_t opcode)
{
    struct inner_role role = {.ends = false};
    const struct walk alone = {.memory = w->memory, .role = &role};
    walk_slot(&alone, opcode);
    return role;
}

/* Whether the slot's first acquire fence stands behind its waits and before all else, or further on. */
static void find_acquire_fence(struct walk *w, uint32_t count)
{
    bool behind = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t opcode = packed_opcode(w, i);
        const vrrl_opcode *row = vrrl_opcode_find(opcode);
        bool fence = role_of(w, opcode).acquires;
        w->acquires |= fence && !behind;
        w->half_acquires |= fence && behind;
        behind |= !fence && (!row || row->effect);
    }
}

OP_FOOTPRINT(PACKED_SLOT)
{
    uint32_t count = packed_byte(w, 0), words = packed_byte(w, 1);
    uint32_t first_word = PACKED_HEAD(count);
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
        struct inner_role role = role_of(w, opcode);
        inner.fence += role.releases;
        walk_slot(&inner, opcode);
        inner.may |= role.ends;
    }
}
#endif

#endif
