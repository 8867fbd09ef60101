/* What was under way when a log's writer stopped: publishes that nothing shows to have ended. */
#include "vrrl/log/snapshot.h"

#include "base/error.h"
#include "log/open_publishes.h"

#include <stdlib.h>

/* What a record is: no publish, one without an end, one that has ended. */
enum state { END, OPEN, ENDED };

/* A process that was killed between a record and the cursor leaves records behind the cursor, where the
 * oldest are expected. They are there if the log has not wrapped: then nothing stands between them and the
 * end of the file. They come last. */
static size_t oldest_of(const vrrl_snapshot *snapshot, size_t count)
{
    size_t run = 1;
    while (run < count &&
           vrrl_snapshot_index(snapshot, run) == vrrl_snapshot_index(snapshot, run - 1) + 1)
        run++;
    bool at_end = run == count ||
                  vrrl_snapshot_index(snapshot, run - 1) + 1 == vrrl_snapshot_capacity(snapshot);
    bool behind = !at_end && vrrl_snapshot_index(snapshot, run) < vrrl_snapshot_index(snapshot, 0);
    return behind ? run : 0;
}

/* What a walk over the records knows. */
struct walk {
    uint8_t *states; /* by position */
    struct open_publishes open;
};

static vrrl_code take_record(struct walk *walk, const vrrl_raw_record *raw, uint32_t position,
                             uint64_t *ends, vrrl_error *err)
{
    vrrl_record record;
    uint32_t ended;
    vrrl_raw_decode(raw, &record);
    if (vrrl_record_has_evidence(&record)) {
        ++*ends;
        if (open_publishes_take(&walk->open, &record, &ended))
            walk->states[ended] = ENDED;
        return VRRL_OK;
    }
    walk->states[position] = OPEN;
    vrrl_code code = open_publishes_add(&walk->open, &record, position, &ended, err);
    if (code == VRRL_OK && ended != OPEN_PUBLISHES_NONE)
        walk->states[ended] = ENDED;
    return code;
}

vrrl_code vrrl_snapshot_in_flight(const vrrl_snapshot *snapshot, size_t **positions, size_t *found,
                                  uint64_t *ends, vrrl_error *err)
{
    size_t count;
    const vrrl_raw_record *records = vrrl_snapshot_records(snapshot, &count);
    size_t oldest = count ? oldest_of(snapshot, count) : 0;
    struct walk walk = {.states = calloc(count + 1, sizeof *walk.states)};
    size_t *list = malloc((count + 1) * sizeof *list);
    bool room = walk.states && list;
    vrrl_code code = room ? VRRL_OK : (vrrl_code)error_no_memory(err, count * sizeof *list);
    *positions = NULL;
    *found = 0;
    *ends = 0;
    for (size_t i = 0; code == VRRL_OK && i < count; i++) {
        size_t at = (oldest + i) % count;
        code = take_record(&walk, &records[at], (uint32_t)at, ends, err);
    }
    for (size_t i = 0; code == VRRL_OK && i < count; i++)
        if (walk.states[(oldest + i) % count] == OPEN)
            list[(*found)++] = (oldest + i) % count;
    free(walk.states);
    open_publishes_free(&walk.open);
    if (code == VRRL_OK)
        *positions = list;
    else
        free(list);
    return code;
}
