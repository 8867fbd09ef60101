/* Looks through a recording: every record, every snapshot, the end of every epoch. */
#include "base/error.h"
#include "recording/pack_format.h"
#include "recording/record_pair.h"
#include "recording/recording.h"
#include "recording/snapshots.h"
#include "recording/stream.h"

#include <stdio.h>
#include <stdlib.h>

const char *vrrl_place_name(vrrl_place place)
{
    static const char *const names[] = {
        [VRRL_PLACE_WHOLE] = "whole",
        [VRRL_PLACE_EMPTY] = "never written",
        [VRRL_PLACE_BEGUN] = "begun",
        [VRRL_PLACE_TORN] = "torn",
        [VRRL_PLACE_EARLIER] = "of a lap before",
        [VRRL_PLACE_LATER] = "behind a gap",
    };
    return (uint32_t)place < VRRL_PLACES ? names[place] : "?";
}

/* The record that belongs into a place, of those up to `last`; where none was made for it yet, the first. */
static uint64_t expected_in(uint64_t place, uint64_t capacity, uint64_t last)
{
    if (last < place + 1)
        return place + 1;
    return last - (last - place - 1) % capacity;
}

static vrrl_code count_places(const vrrl_recording *r, vrrl_recording_report *report,
                              vrrl_error *err)
{
    struct record_pairs pairs;
    vrrl_code code = record_pairs_open(&pairs, r->path, err);
    if (code != VRRL_OK)
        return code;
    vrrl_record record;
    struct companion_entry entry;
    vrrl_place place;
    for (uint64_t i = 0; code == VRRL_OK && i < pairs.capacity; i++) {
        uint64_t sequence = expected_in(i, pairs.capacity, report->records);
        code = record_pairs_get(&pairs, sequence, &record, &entry, &place, err);
        if (code == VRRL_OK)
            report->places[place]++;
    }
    report->capacity = pairs.capacity;
    if (code == VRRL_OK && !r->manifest.finished)
        code = record_pairs_get(&pairs, report->records + 1, &record, &entry, &report->next, err);
    record_pairs_close(&pairs);
    return code;
}

static vrrl_code read_epochs(const vrrl_recording *r, vrrl_error *err)
{
    struct recorded_stream *stream;
    const struct observation *next = NULL;
    vrrl_code code = recorded_stream_open(r, &stream, err);
    if (code != VRRL_OK)
        return code;
    do
        code = recorded_stream_next(stream, &next, err);
    while (code == VRRL_OK && next);
    recorded_stream_close(stream);
    return code;
}

static int by_epoch(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* In a finished recording the pages of each interval have the snapshot that they follow, and each snapshot its records. */
static vrrl_code check_intervals(const vrrl_recording *r, const uint32_t *epochs, uint32_t count,
                                 vrrl_error *err)
{
    char(*names)[PACK_NAME_BYTES];
    uint32_t files, epoch;
    if (!r->manifest.finished || count == 0)
        return VRRL_OK;
    if (epochs[0] < r->program->first_epoch)
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: the records after its snapshot of epoch %u are missing", r->path,
                         epochs[0]);
    vrrl_code code = pack_list(r->path, &names, &files, err);
    for (uint32_t i = 0; code == VRRL_OK && i < files; i++)
        if (sscanf(names[i], "pages-%u", &epoch) == 1 &&
            !bsearch(&epoch, epochs, count, sizeof *epochs, by_epoch))
            code = error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                             "%s/state-%u.zst is missing, and what follows it is there", r->path,
                             epoch);
    free(names);
    return code;
}

/* One that is behind the last epoch is of a run that was cut off there; one that is cut off, of a machine that was. */
static vrrl_code read_snapshots(const vrrl_recording *r, vrrl_recording_report *report,
                                vrrl_error *err)
{
    uint32_t words = r->program->layout.total_words, *epochs, count;
    uint32_t *memory = malloc(4 * (size_t)words);
    if (!memory)
        return error_no_memory(err, 4 * (uint64_t)words);
    vrrl_code code = snapshot_list(r->path, &epochs, &count, err);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++) {
        uint64_t sequence;
        bool found;
        code = snapshot_read(r->path, epochs[i], r->manifest.id, memory, words, &sequence, &found,
                             err);
        if (code == VRRL_OK && !found && r->manifest.finished)
            code = error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                             "%s/state-%u.zst is no whole snapshot", r->path, epochs[i]);
        report->snapshots += code == VRRL_OK && found;
    }
    if (code == VRRL_OK)
        code = check_intervals(r, epochs, count, err);
    free(epochs);
    free(memory);
    return code;
}

vrrl_code vrrl_recording_verify(const char *path, vrrl_recording_report *report, vrrl_error *err)
{
    vrrl_recording *r;
    *report = (vrrl_recording_report){.next = VRRL_PLACE_EMPTY};
    vrrl_code code = vrrl_recording_open(path, &r, err);
    if (code != VRRL_OK)
        return code;
    report->finished = r->manifest.finished;
    report->first_epoch = r->program->first_epoch;
    report->epochs = r->info.epochs;
    report->records = r->info.records;
    code = count_places(r, report, err);
    if (code == VRRL_OK)
        code = read_epochs(r, err);
    if (code == VRRL_OK)
        code = read_snapshots(r, report, err);
    vrrl_recording_close(r);
    return code;
}
