/* Packed slots, taken apart and put together: what mk_pack.c describes, for tools that edit them. */
#ifndef VRRL_PROGRAM_PACKED_H
#define VRRL_PROGRAM_PACKED_H

#include "vrrl/run/ring.h"

enum { PACKED_OPERATIONS_MAX = 255 };

struct packed_slot {
    uint32_t count;
    uint32_t opcodes[PACKED_OPERATIONS_MAX];
    uint32_t first[PACKED_OPERATIONS_MAX + 1]; /* of its words; the last: their end */
    uint32_t words[VRRL_SLOT_WORDS_MAX];
};

/* Takes argument words apart; false where they are not what `packed_write` makes of operations, each
 * with the words that its opcode's row has operands. */
bool packed_read(const uint32_t *args, uint32_t count, struct packed_slot *packed);
/* How many words come before the operands: counts, and an opcode and a place of each operation. */
uint32_t packed_head_words(uint32_t operations);
/* How many argument words a slot takes whose first is this. */
uint32_t packed_words_needed(uint32_t first);
/* Removes operation `at`. */
void packed_remove(struct packed_slot *packed, uint32_t at);
/* Inserts an operation before `at`; false: there is no room for its words at all. */
bool packed_insert(struct packed_slot *packed, uint32_t at, uint32_t opcode, const uint32_t *words,
                   uint32_t count);
/* Argument words that it takes. */
uint32_t packed_size(const struct packed_slot *packed);
/* Writes packed_size words; returns how many. */
uint32_t packed_write(const struct packed_slot *packed, uint32_t *args);
/* Whether an opcode can stand in a packed slot. */
bool packed_can_hold(uint32_t opcode);

#endif
