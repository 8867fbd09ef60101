/* Which values words may hold while the slots of a batch run: for the conditions, goals and places that go
 * by them. Private to epoch_touches. */
#ifndef VRRL_PROGRAM_WORD_VALUES_H
#define VRRL_PROGRAM_WORD_VALUES_H

#include "program/epoch_touches.h"

enum { WORD_WRITERS_MAX = 16 };

struct valued_word {
    uint32_t word;
    uint32_t writer_count;              /* of all that write it */
    uint32_t writers[WORD_WRITERS_MAX]; /* the first of them: touches */
};

struct word_values {
    const vrrl_program *program;
    const uint32_t *arena; /* memory when the slots were published */
    const struct epoch_touches *touches;
    struct valued_word *words; /* that a touch goes by, or is a copy of, ascending */
    uint32_t count, room;
};

vrrl_code word_values_create(const vrrl_program *program, const uint32_t *arena,
                             const struct epoch_touches *touches, struct word_values *values,
                             vrrl_error *err);
void word_values_free(struct word_values *values);

/* Whether a slot of the batch writes a word that a touch goes by. */
bool word_values_is_written(const struct word_values *values, uint32_t word);
/* Whether the word of a condition may hold what the condition asks for when its slot gets there. */
bool word_values_may_hold(const struct word_values *values, uint32_t condition);

#endif
