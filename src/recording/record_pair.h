/*
 * Records of a recording with their companion's entries, by sequence number: record s, counted from 1, is in
 * place (s - 1) modulo the capacity, of which a later lap may have taken hold.
 */
#ifndef VRRL_RECORDING_RECORD_PAIR_H
#define VRRL_RECORDING_RECORD_PAIR_H

#include "recording/companion.h"
#include "vrrl/run/recording.h"

#include <limits.h>

struct record_pairs {
    int log;
    char log_path[PATH_MAX], companion_path[PATH_MAX];
    uint64_t capacity;
    struct companion_reader companion;
    vrrl_raw_record *block;
    uint64_t block_first;
    size_t block_count;
};

/* Opens both files of a folder; VRRL_CORRUPT where they are not of one capacity, or a header does not hold. */
vrrl_code record_pairs_open(struct record_pairs *pairs, const char *directory, vrrl_error *err);
void record_pairs_close(struct record_pairs *pairs);
/* Looks for record `sequence`. *record and *entry are filled whatever is in its place; the words of the entry
 * are good until the next call. Fails where the files cannot be read. */
vrrl_code record_pairs_get(struct record_pairs *pairs, uint64_t sequence, vrrl_record *record,
                           struct companion_entry *entry, vrrl_place *place, vrrl_error *err);

#endif
