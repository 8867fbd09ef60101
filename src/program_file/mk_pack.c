#include "program_file/mk_pack.h"

#include "program/packed.h"
#include "program_file/mk_block.h"
#include "program_file/mk_operation.h"
#include "program_file/mk_slot.h"
#include "program_file/mk_tokens.h"

#include <string.h>

enum { PACK_OPERATIONS_MAX = 255, PACK_USER_OPCODE = 0x80, PACK_USER_OPCODES = 0x80 };

struct mk_pack {
    struct mk_token at;
    uint32_t count;
    uint32_t word_count;
    uint8_t opcodes[PACK_OPERATIONS_MAX];
    uint8_t offsets[PACK_OPERATIONS_MAX];
    uint32_t words[VRRL_SLOT_WORDS_MAX];
    bool had_effect;
};

static vrrl_code inner_opcode(struct mk_parser *p, const struct mk_operation *operation,
                              uint8_t *out)
{
    uint32_t opcode = operation->opcode;
    if (opcode <= VRRL_OPCODE_BATCH_FENCE) {
        *out = (uint8_t)opcode;
        return VRRL_OK;
    }
    if (opcode - VRRL_OPCODE_USER_FIRST < PACK_USER_OPCODES) {
        *out = (uint8_t)(PACK_USER_OPCODE + (opcode - VRRL_OPCODE_USER_FIRST));
        return VRRL_OK;
    }
    return mk_fail(p, &operation->at, "Fix: give it a slot of its own.",
                   "only opcodes 0 to 7 and user opcodes 0 to 127 can be packed");
}

vrrl_code mk_pack_operation(struct mk_parser *p, struct mk_pack *pack)
{
    struct mk_operation operation;
    uint8_t opcode = 0;
    MK_TRY(mk_operation(p, &operation));
    MK_TRY(inner_opcode(p, &operation, &opcode));
    bool waits = operation.row && operation.row->waits;
    if (waits && pack->had_effect)
        return mk_fail(p, &operation.at, "Fix: move it to the front of the slot.",
                       "a packed slot may wait only before its first effect");
    pack->had_effect = pack->had_effect || !operation.row || operation.row->effect;
    uint32_t words = packed_head_words(pack->count + 1) + pack->word_count + operation.count;
    if (words > mk_argument_room(p) || pack->count == PACK_OPERATIONS_MAX)
        return mk_fail(
            p, &operation.at, "Fix: pack fewer operations, or set a larger `slot_words`.",
            "the operations up to here take %u words, and a slot of %u words has room for %u",
            words, p->geometry.slot_words, mk_argument_room(p));
    pack->opcodes[pack->count] = opcode;
    pack->offsets[pack->count++] = (uint8_t)pack->word_count;
    memcpy(pack->words + pack->word_count, operation.words, operation.count * sizeof *pack->words);
    pack->word_count += operation.count;
    return VRRL_OK;
}

static uint32_t encode(const struct mk_pack *pack, uint32_t *out)
{
    uint8_t bytes[2 + 2 * PACK_OPERATIONS_MAX + 3] = {(uint8_t)pack->count,
                                                      (uint8_t)pack->word_count};
    for (uint32_t i = 0; i < pack->count; i++) {
        bytes[2 + 2 * i] = pack->opcodes[i];
        bytes[3 + 2 * i] = pack->offsets[i];
    }
    uint32_t head = packed_head_words(pack->count);
    for (uint32_t i = 0; i < head; i++)
        out[i] = bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 | (uint32_t)bytes[4 * i + 2] << 16 |
                 (uint32_t)bytes[4 * i + 3] << 24;
    memcpy(out + head, pack->words, pack->word_count * sizeof *out);
    return head + pack->word_count;
}

vrrl_code mk_pack_slot(struct mk_parser *p, const struct mk_token *at)
{
    const char *fix =
        "Fix: write `pack OPERATION then OPERATION ...`, or `pack` alone on its line, "
        "one operation a line, and `end`.";
    struct mk_pack pack = {.at = *at};
    struct mk_placement placement;
    bool one_line = !mk_after_operands(p);
    if (one_line) {
        do
            MK_TRY(mk_pack_operation(p, &pack));
        while (mk_accept_word(p, "then"));
    }
    MK_TRY(mk_read_placement(p, at, &placement));
    MK_TRY(mk_end_of_line(p, fix));
    char label[sizeof p->label]; /* the block's statements have their own */
    memcpy(label, p->label, sizeof label);
    if (!one_line)
        MK_TRY(mk_block(p, MK_PACK, at, &pack));
    memcpy(p->label, label, sizeof label);
    if (pack.count == 0)
        return mk_fail(p, at, fix, "a packed slot without operations");
    uint32_t words[VRRL_SLOT_WORDS_MAX];
    uint32_t count = encode(&pack, words);
    return mk_add_slot(p, at, VRRL_OPCODE_PACKED_SLOT, placement, words, count);
}
