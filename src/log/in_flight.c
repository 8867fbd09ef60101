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
    hash_table slots; /* places of the ring, numbered as they come */
    uint32_t *last;   /* who was published into each of them last */
    uint32_t slot_count;
};

/* Who publishes into a place of the ring again knows that what was there has ended. */
static vrrl_code take_place(struct walk *walk, uint32_t slot, uint32_t position, vrrl_error *err)
{
    uint32_t place = hash_table_item(&walk->slots, slot, walk->slot_count);
    if (place == HASH_TABLE_NONE)
        return error_no_memory(err, hash_table_bytes(&walk->slots));
    if (place < walk->slot_count)
        walk->states[walk->last[place]] = ENDED;
    else
        walk->slot_count++;
    walk->last[place] = position;
    return VRRL_OK;
}

static vrrl_code take_record(struct walk *walk, const vrrl_raw_record *raw, uint32_t position,
                             uint64_t *ends, vrrl_error *err)
{
    vrrl_record record;
    uint32_t ended;
    vrrl_raw_decode(raw, &record);
    if (vrrl_record_has_evidence(&record)) {
        ++*ends;
        while (open_publishes_take(&walk->open, &record, &ended)) {
            bool was_open = walk->states[ended] == OPEN; /* else its place was taken since */
            walk->states[ended] = ENDED;
            if (was_open)
                break;
        }
        return VRRL_OK;
    }
    walk->states[position] = OPEN;
    vrrl_code code = open_publishes_add(&walk->open, &record, position, err);
    return code == VRRL_OK ? take_place(walk, record.slot_idx, position, err) : code;
}

vrrl_code vrrl_snapshot_in_flight(const vrrl_snapshot *snapshot, size_t **positions, size_t *found,
                                  uint64_t *ends, vrrl_error *err)
{
    size_t count;
    const vrrl_raw_record *records = vrrl_snapshot_records(snapshot, &count);
    size_t oldest = count ? oldest_of(snapshot, count) : 0;
    struct walk walk = {.states = calloc(count + 1, sizeof *walk.states),
                        .last = calloc(count + 1, sizeof *walk.last)};
    size_t *list = malloc((count + 1) * sizeof *list);
    bool room = walk.states && walk.last && list;
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
    free(walk.last);
    open_publishes_free(&walk.open);
    hash_table_free(&walk.slots);
    if (code == VRRL_OK)
        *positions = list;
    else
        free(list);
    return code;
}
