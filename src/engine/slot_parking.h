/*
 * Slots that wait, by the word and the value that they wait for. Each word that was ever waited for
 * has a watch; each value of it that was wanted has a gate in it, by ascending value. The gates that
 * the word's value has reached are open, and nobody waits at them.
 */
#ifndef VRRL_ENGINE_SLOT_PARKING_H
#define VRRL_ENGINE_SLOT_PARKING_H

#include "base/hash_table.h"
#include "ops/watched.h"
#include "vrrl/log/error.h"

#include <stdbool.h>

struct slot_gate {
    uint32_t value; /* ≥ 1 */
    uint32_t first; /* position of the slot that was parked last; VRRL_NO_INDEX: nobody waits */
    uint32_t first_kept;
};

struct slot_watch {
    struct slot_gate *gates;
    uint32_t gate_count, gate_room;
    uint32_t word;
    uint32_t open;   /* the first so many gates are open */
    bool is_pending; /* the word was written since it was looked at */
};

struct slot_parking {
    struct slot_watch *watches;
    uint32_t watch_count, watch_room;
    struct hash_table by_word; /* its watch */
    uint32_t *pending;         /* watches that are pending; room for all */
    uint32_t pending_count, pending_room;
    uint32_t *next; /* by position: the slot that was parked before it at the same gate */
    uint32_t *next_kept;
    uint32_t slots;
    uint64_t filter[WATCHED_FILTER_WORDS]; /* of ops/watched.h */
};

vrrl_code slot_parking_init(struct slot_parking *p, uint32_t slots, vrrl_error *err);
void slot_parking_free(struct slot_parking *p);

/* Nobody waits. Then say for each watch what its word holds (slot_parking_sync). */
void slot_parking_clear(struct slot_parking *p);
void slot_parking_sync(struct slot_watch *watch, uint32_t value);
/* Keeps who waits for what, and goes back to it. */
void slot_parking_keep(struct slot_parking *p);
void slot_parking_restore(struct slot_parking *p);

/* Parks a slot until the word is at least `value`, which it is not. */
vrrl_code slot_parking_add(struct slot_parking *p, uint32_t position, uint32_t word, uint32_t value,
                           vrrl_error *err);
/* Takes a slot that waits from where slot_parking_add has put it. */
void slot_parking_remove(struct slot_parking *p, uint32_t position, uint32_t word, uint32_t value);
/* A word was written: its watch, if it has one, is pending. */
void slot_parking_wrote(struct slot_parking *p, uint32_t word);
/* Takes a pending watch from the list: its index, or VRRL_NO_INDEX. */
uint32_t slot_parking_next(struct slot_parking *p);
/* Opens the lowest gate that `value` has reached and is not open: the first of those who waited at
 * it, followed by p->next; VRRL_NO_INDEX where there is none left. */
bool slot_parking_open(struct slot_parking *p, uint32_t watch, uint32_t value, uint32_t *first);

#endif
