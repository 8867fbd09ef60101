/* How much the arrays of a program have room for; hidden from who only reads one. */
#ifndef VRRL_PROGRAM_PROGRAM_ROOMS_H
#define VRRL_PROGRAM_PROGRAM_ROOMS_H

#include <stdint.h>

struct vrrl_program_rooms {
    uint32_t text, words, slots, prologue, batches, epochs, regions, symbols, expectations,
        tenant_names;
};

#endif
