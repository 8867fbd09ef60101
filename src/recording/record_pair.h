/*
 * Records of a recording with their companion's entries, by sequence number: record s, counted from 1, is in
 * place (s - 1) modulo the capacity, of which a later lap may have taken hold. A recording that keeps all has it
 * elsewhere then.
 */
#ifndef VRRL_RECORDING_RECORD_PAIR_H
#define VRRL_RECORDING_RECORD_PAIR_H

#include "recording/kept_records.h"
#include "vrrl/run/recording.h"

#include <limits.h>

struct record_pairs {
    int log;
    char log_path[PATH_MAX], companion_path[PATH_MAX];
    uint64_t capacity;
    struct companion_reader companion;
    struct kept_records kept;
    vrrl_raw_record raw; /* what was found last, as it is on disk */
    vrrl_raw_record *block;
    uint64_t block_first;
    size_t block_count;
};

/* Opens both files of a folder; VRRL_CORRUPT where they are not of one capacity, or a header does not hold. */
vrrl_code record_pairs_open(struct record_pairs *pairs, const char *directory, vrrl_error *err);
void record_pairs_close(struct record_pairs *pairs);
/* Looks for record `sequence` in the log. *record and *entry are filled whatever is in its place; the words of the entry
 * are good until the next call. Fails where the files cannot be read. */
vrrl_code record_pairs_get(struct record_pairs *pairs, uint64_t sequence, vrrl_record *record,
                           struct companion_entry *entry, vrrl_place *place, vrrl_error *err);
/* The same, and where the log does not have it, among those that were kept beside it. */
vrrl_code record_pairs_find(struct record_pairs *pairs, uint64_t sequence, vrrl_record *record,
                            struct companion_entry *entry, vrrl_place *place, vrrl_error *err);

#endif
