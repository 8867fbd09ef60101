/* Publishes of a log that no record has ended so far. */
#ifndef VRRL_LOG_OPEN_PUBLISHES_H
#define VRRL_LOG_OPEN_PUBLISHES_H

#include "base/hash_table.h"
#include "vrrl/log/log.h"

struct open_line;
struct open_publish;

/* Begins as zeros. */
struct open_publishes {
    struct hash_table by_hash; /* lines by what a publish and its end have in common */
    struct open_line *lines;
    struct open_publish *entries;
    struct hash_table places; /* of the ring, numbered as they come */
    uint32_t *last;           /* entry that was published into each of them last */
    uint32_t line_count, line_room, count, room, place_count, place_room;
};

#define OPEN_PUBLISHES_NONE 0xFFFFFFFFu

void open_publishes_free(struct open_publishes *open);
/* `tag` is the caller's own. Who publishes into a place of the ring again knows that what was there has ended:
 * *ended is the tag of that, or OPEN_PUBLISHES_NONE; the log may tell its end later all the same. */
vrrl_code open_publishes_add(struct open_publishes *open, const vrrl_record *publish, uint32_t tag,
                             uint32_t *ended, vrrl_error *err);
/* Takes out one that `end` ends: its slot, tenant, opcode, arguments and epoch are the same. It is the one that
 * its place still has; else the oldest. False where there is none. */
bool open_publishes_take(struct open_publishes *open, const vrrl_record *end, uint32_t *tag);

#endif
