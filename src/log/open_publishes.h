/* Publishes of a log that no record has ended so far. */
#ifndef VRRL_LOG_OPEN_PUBLISHES_H
#define VRRL_LOG_OPEN_PUBLISHES_H

#include "base/hash_table.h"
#include "vrrl/log/log.h"

struct open_line;
struct open_publish;

/* Begins as zeros. */
struct open_publishes {
    hash_table by_hash; /* lines by what a publish and its end have in common */
    struct open_line *lines;
    struct open_publish *entries;
    uint32_t line_count, line_room, count, room;
};

void open_publishes_free(struct open_publishes *open);
/* `tag` is the caller's own. */
vrrl_code open_publishes_add(struct open_publishes *open, const vrrl_record *publish, uint32_t tag,
                             vrrl_error *err);
/* Takes out the oldest that `end` ends: its slot, tenant, opcode, arguments and epoch are the same. False
 * where there is none. */
bool open_publishes_take(struct open_publishes *open, const vrrl_record *end, uint32_t *tag);

#endif
