#include "recording/torn_record.h"

enum record_state torn_record_check(struct companion_reader *companion, const char *path,
                                    uint64_t place, const vrrl_record *record, uint64_t *sequence)
{
    struct companion_entry entry;
    bool valid;
    vrrl_code code = companion_get(companion, path, place, record, &entry, &valid, NULL);
    if (code != VRRL_OK || entry.sequence == 0)
        return RECORD_UNCONFIRMED;
    *sequence = entry.sequence;
    return valid ? RECORD_WHOLE : RECORD_TORN;
}
