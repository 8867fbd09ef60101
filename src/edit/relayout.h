/*
 * Programs laid out anew: memory that nothing uses dropped, or more of it, every address moved along.
 *
 * Addresses are moved where the opcode table says that an operand is one, in descriptors, and in what
 * prologues, regions, expectations and names say. Words that hold addresses as data are not known to
 * do so: a program that computes addresses may be another one afterwards, and has to be tried.
 */
#ifndef VRRL_EDIT_RELAYOUT_H
#define VRRL_EDIT_RELAYOUT_H

#include "edit/edit.h"

struct relayout {
    bool keep_all;       /* all of user memory; else only names and words that slots use */
    uint32_t slot_words; /* at least; 0: what the slots need */
    uint32_t extra;      /* words of user memory behind all others, 0 to begin with */
};

/* Where words of user memory went, by their old offset there; VRRL_NO_INDEX: they are gone. The
 * caller frees it. */
struct word_map {
    uint32_t *to; /* arena index */
    uint32_t old_base, old_words;
    uint32_t old_total, new_total; /* of the arenas, for addresses beyond them */
};

/* The same slots, epochs and names in another layout. Descriptors come behind all names, in the order
 * in which a program file lays them out. VRRL_UNSUPPORTED: an opcode that the table does not have. */
vrrl_code program_relayout(const struct edited *from, const struct relayout *how,
                           struct edited *out, struct word_map *map, vrrl_error *err);
/* Where any word of the arena went. */
uint32_t word_map_at(const struct word_map *map, uint32_t word);

#endif
