/* What the threads of a shared log have in common; src/log/shared.c says how it is used. */
#ifndef VRRL_LOG_SHARED_H
#define VRRL_LOG_SHARED_H

#include "log/writer.h"
#include "vrrl/log/shared_log.h"

enum { LINE_BYTES = 64 };

struct vrrl_shared_log {
    vrrl_log *log;
    uint64_t base;   /* the place of ticket 0 */
    uint64_t mask;   /* capacity - 1 where that is a power of two, else 0 */
    uint64_t window; /* claimed and not committed, at most */
    uint64_t *done;  /* by place: 1 + the last ticket there that was not appended alone; 0: none */
    char pad0[LINE_BYTES];
    uint32_t claiming; /* a spin lock over the next two */
    uint64_t next;     /* tickets claimed */
    uint64_t last_timestamp_ns;
    char pad1[LINE_BYTES];
    uint32_t committing; /* by one thread at a time */
    uint64_t committed;
};

#endif
