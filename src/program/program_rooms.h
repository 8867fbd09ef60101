/* What of a program is hidden from who only reads one: how much its arrays have room for, and what its opcodes
 * are called where that is not what vrrl calls them. */
#ifndef VRRL_PROGRAM_PROGRAM_ROOMS_H
#define VRRL_PROGRAM_PROGRAM_ROOMS_H

#include "vrrl/run/program.h"

struct opcode_alias {
    uint32_t opcode;
    vrrl_text name;
};

struct vrrl_program_rooms {
    uint32_t text, words, slots, prologue, batches, epochs, regions, symbols, expectations,
        tenant_names, alias_room;
    struct opcode_alias *aliases;
    uint32_t alias_count;
    bool expectations_mixed; /* not by rising epochs */
};

#endif
