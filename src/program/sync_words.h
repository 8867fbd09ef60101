/* The words that the slots of an epoch are ordered by. */
#ifndef VRRL_PROGRAM_SYNC_WORDS_H
#define VRRL_PROGRAM_SYNC_WORDS_H

#include "program/epoch_touches.h"

/* A word that slots wait for, or release by adding to it: nobody need wait for that. */
struct waited {
    uint32_t word;
    bool is_waited, adds, stores, unclear, is_read;
    bool relaxed;        /* some slot adds to it, or stores, without a release */
    bool differs;        /* slots store different values */
    uint32_t value;      /* of the first store */
    uint64_t most_added; /* by all of them */
    uint32_t counter; /* the first of its own; a flag has one for each value that is waited for */
    uint32_t *goals;  /* of a flag: those values, in the order in which they are met */
    uint32_t goal_count, goal_room;
    uint32_t least, most; /* of a flag: levels that stores bring it to */
};

struct sync_words {
    struct waited *items; /* by word */
    uint32_t count, room;
};

/* `arena` is memory when the slots were published. Free it with sync_words_free, whatever came of it. */
vrrl_code sync_words_create(const struct epoch_touches *touches, const uint32_t *arena,
                            struct sync_words *words, vrrl_error *err);
void sync_words_free(struct sync_words *words);
/* NULL: it is none. */
struct waited *sync_words_at(const struct sync_words *words, uint32_t word);
/* How many of a flag's goals a value meets. */
uint32_t sync_words_level(const struct waited *flag, uint32_t value);
/* Counters and flags that nobody reads are no data; but stores of different values to a flag are. */
bool sync_words_is_data(const struct sync_words *words, const struct declared_event *access);

#endif
