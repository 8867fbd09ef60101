/* A tail's insides, and a tail over any source: what its tests use. */
#ifndef VRRL_LOG_TAIL_H
#define VRRL_LOG_TAIL_H

#include "log/source.h"
#include "vrrl/log/tail.h"

enum { TAIL_BLOCK_RECORDS = 512 };

enum tail_seat { TAIL_OPENING, TAIL_LAPPED, TAIL_SEATED };

struct vrrl_tail {
    struct log_source source;
    uint64_t last; /* TAIL_OPENING: how many of the newest to begin with */
    enum tail_seat seat;
    bool gap_told;       /* since the last record was handed out */
    unsigned seat_tries; /* in a call, before it says NOTHING; at least 2 */
    uint64_t next;       /* the place that comes next */
    struct log_head anchor;
    const vrrl_raw_record *at, *end; /* of the block: not yet handed out */
    uint64_t pause_ns;
    uint64_t block_index;
    vrrl_raw_record block[TAIL_BLOCK_RECORDS];
};

/* Takes the source over, on failure too. */
vrrl_code log_tail_over(const struct log_source *source, uint64_t last, vrrl_tail **tail,
                        vrrl_error *err);

#endif
