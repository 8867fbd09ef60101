/* Torn records: those of a log that are not what was appended. A record has no checksum of its own; the entry of
 * its companion has one, of both. */
#ifndef VRRL_RECORDING_TORN_RECORD_H
#define VRRL_RECORDING_TORN_RECORD_H

#include "recording/companion.h"

enum record_state {
    RECORD_WHOLE,
    RECORD_TORN,
    RECORD_UNCONFIRMED, /* its entry was never written, or is not all there: the log alone tells of it */
};

/* What the companion at `path` says of the record at `place` of its log; where it is whole, *sequence is its
 * entry's. */
enum record_state torn_record_check(struct companion_reader *companion, const char *path,
                                    uint64_t place, const vrrl_record *record, uint64_t *sequence);

#endif
