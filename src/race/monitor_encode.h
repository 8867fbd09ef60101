/* The race monitor as bytes, for a search: what decides about races to come, and nothing else. */
#ifndef VRRL_RACE_MONITOR_ENCODE_H
#define VRRL_RACE_MONITOR_ENCODE_H

#include "race/monitor.h"

/* What slots, of at most 64, may do to a location: bits by slot. */
struct race_touch {
    uint64_t loads;   /* plain ones */
    uint64_t stores;  /* plain ones */
    uint64_t updates; /* what a task accumulates */
    uint64_t writes;  /* in any way */
};

/* Who may still meet what is kept. */
struct race_scope {
    const struct race_touch *touches; /* by location */
    const uint64_t *party_slots;      /* by party */
    const uint32_t
        *party_rows; /* by party: the row of its view, or an empty one where it has none */
    uint64_t live;   /* slots that have not ended */
    bool declared;   /* `touches` have all that slots do */
};

/* Forgets what nobody can meet any more. */
void race_forget(struct race_monitor *m, const struct race_scope *scope);

/* Where an encoding goes. */
struct race_sink {
    void (*add)(void *context, const void *data, size_t size);
    void *context;
};

/* What decides about races to come; `least` by location: the rank from which others count. */
void race_encode(const struct race_monitor *m, const struct race_scope *scope, const int16_t *least,
                 uint32_t locations, const struct race_sink *sink);
/* Of two rows that are joined: which accesses happen before what follows from them. */
void race_encode_row(const struct race_monitor *m, uint32_t row, uint32_t other,
                     const struct race_sink *sink);

#endif
