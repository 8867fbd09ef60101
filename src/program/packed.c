#include "program/packed.h"

#include "vrrl/run/opcode.h"

#include <string.h>

enum { USER = 0x80, USER_OPCODES = 0x80 };

static uint32_t byte_of(const uint32_t *words, uint32_t k)
{
    return words[k / 4] >> (8 * (k % 4)) & 0xFF;
}

uint32_t packed_head_words(uint32_t operations)
{
    return (2 + 2 * operations + 3) / 4;
}

uint32_t packed_words_needed(uint32_t first)
{
    return packed_head_words(byte_of(&first, 0)) + byte_of(&first, 1);
}

bool packed_can_hold(uint32_t opcode)
{
    return opcode <= VRRL_OPCODE_BATCH_FENCE || opcode - VRRL_OPCODE_USER_FIRST < USER_OPCODES;
}

/* Each as long as its row says, and none that waits behind an effect. */
static bool rows_fit(const struct packed_slot *p)
{
    bool had_effect = false;
    for (uint32_t i = 0; i < p->count; i++) {
        const vrrl_opcode *row = vrrl_opcode_find(p->opcodes[i]);
        if (p->first[i + 1] < p->first[i] || !packed_can_hold(p->opcodes[i]))
            return false;
        uint32_t words = p->first[i + 1] - p->first[i];
        bool fits = row ? words == vrrl_opcode_operand_count(row) : p->opcodes[i] >= USER;
        if (!fits || (row && row->waits && had_effect))
            return false;
        had_effect = had_effect || !row || row->effect;
    }
    return true;
}

bool packed_read(const uint32_t *args, uint32_t count, struct packed_slot *packed)
{
    if (count == 0 || count > VRRL_SLOT_WORDS_MAX)
        return false;
    uint32_t operations = byte_of(args, 0), words = byte_of(args, 1),
             head = packed_head_words(operations);
    if (operations == 0 || head + words != count)
        return false;
    for (uint32_t k = 2 + 2 * operations; k < 4 * head; k++)
        if (byte_of(args, k) != 0)
            return false;
    packed->count = operations;
    for (uint32_t i = 0; i < operations; i++) {
        uint32_t opcode = byte_of(args, 2 + 2 * i);
        packed->opcodes[i] = opcode < USER ? opcode : VRRL_OPCODE_USER_FIRST + opcode - USER;
        packed->first[i] = byte_of(args, 3 + 2 * i);
    }
    packed->first[operations] = words;
    memcpy(packed->words, args + head, words * sizeof *args);
    return packed->first[0] == 0 && rows_fit(packed);
}

void packed_remove(struct packed_slot *packed, uint32_t at)
{
    uint32_t first = packed->first[at], end = packed->first[at + 1],
             total = packed->first[packed->count];
    memmove(packed->words + first, packed->words + end, (total - end) * sizeof *packed->words);
    for (uint32_t i = at; i < packed->count; i++) {
        if (i + 1 < packed->count)
            packed->opcodes[i] = packed->opcodes[i + 1];
        packed->first[i] = packed->first[i + 1] - (end - first);
    }
    packed->count--;
}

bool packed_insert(struct packed_slot *packed, uint32_t at, uint32_t opcode, const uint32_t *words,
                   uint32_t count)
{
    uint32_t total = packed->first[packed->count], first = packed->first[at];
    if (packed->count == PACKED_OPERATIONS_MAX || total + count > VRRL_SLOT_WORDS_MAX)
        return false;
    memmove(packed->words + first + count, packed->words + first,
            (total - first) * sizeof *packed->words);
    if (count > 0)
        memcpy(packed->words + first, words, count * sizeof *words);
    for (uint32_t i = packed->count; i-- > at;)
        packed->opcodes[i + 1] = packed->opcodes[i];
    for (uint32_t i = packed->count + 1; i-- > at;)
        packed->first[i + 1] = packed->first[i] + count;
    packed->opcodes[at] = opcode;
    packed->first[at] = first;
    packed->count++;
    return true;
}

uint32_t packed_size(const struct packed_slot *packed)
{
    return packed_head_words(packed->count) + packed->first[packed->count];
}

static uint32_t inner_byte(uint32_t opcode)
{
    return opcode < USER ? opcode : USER + (opcode - VRRL_OPCODE_USER_FIRST);
}

uint32_t packed_write(const struct packed_slot *packed, uint32_t *args)
{
    uint32_t head = packed_head_words(packed->count), words = packed->first[packed->count];
    memset(args, 0, head * sizeof *args);
    args[0] = packed->count | words << 8;
    for (uint32_t i = 0; i < packed->count; i++) {
        uint32_t opcode_byte = 2 + 2 * i, first_byte = 3 + 2 * i;
        args[opcode_byte / 4] |= inner_byte(packed->opcodes[i]) << (8 * (opcode_byte % 4));
        args[first_byte / 4] |= packed->first[i] << (8 * (first_byte % 4));
    }
    memcpy(args + head, packed->words, words * sizeof *args);
    return head + words;
}
