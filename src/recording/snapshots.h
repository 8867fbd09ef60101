/*
 * Snapshots: all memory before some of a recording's epochs, each in a file of its own, state-EPOCH.zst.
 * docs/format.md gives the bytes. For whoever records: vrrl's own recorder, and the recorder of other hosts.
 *
 * Vocabulary
 *   snapshot  memory before the prologue of an epoch, with the sequence number of the last record before it.
 *   interval  the epochs from one snapshot to the next. The pages that they changed are in a file that is
 *             made with the snapshot and goes with it, pages-EPOCH.zst.
 *   durable   the snapshot's file is on the disk under its name, which it gets by a rename when it is whole.
 *   oldest    of those that are kept. A ring of N records may hold at most N records from it on, or what
 *             follows it could not be run again: drop it before, once another one is durable.
 *
 * A store has one owner, a thread that takes and drops snapshots; it waits for a copy of the memory and for
 * nothing else, as a thread of the store digests, compresses, writes and syncs. That thread takes no signals.
 * An error of it is told by the next call, and by all that follow: the snapshot is not there then.
 */
#ifndef VRRL_RECORDING_SNAPSHOTS_H
#define VRRL_RECORDING_SNAPSHOTS_H

#include "recording/companion.h"
#include "recording/frames.h"

struct snapshot_store;

/* For memory of `words` words, in the recording that is written in `directory`. No file is made yet. */
vrrl_code snapshot_store_create(const char *directory, const uint8_t id[RECORDING_ID_BYTES],
                                uint32_t words, struct snapshot_store **store, vrrl_error *err);
/* Copies `memory`, as it is before the prologue of `epoch`, and has it written; `sequence` is that of the last
 * record before it, 0 before the first. Waits where the snapshot before is still being written. Epochs
 * count up. */
vrrl_code snapshot_store_take(struct snapshot_store *store, const uint32_t *memory, uint32_t epoch,
                              uint64_t sequence, vrrl_error *err);
/* Until all that were taken are durable. */
vrrl_code snapshot_store_wait(struct snapshot_store *store, vrrl_error *err);
/* Waits, and ends the store; its files stay. NULL is fine. */
vrrl_code snapshot_store_close(struct snapshot_store *store, vrrl_error *err);

/* Reads the snapshot of an epoch into `memory`, `words` words: the frame, the digest, the id, the size and the
 * epoch are checked, and no more is allocated than that size asks for. *found is false where the file ends before
 * its frame does: it was being written under an older version of vrrl, which had no rename. */
vrrl_code snapshot_read(const char *directory, uint32_t epoch, const uint8_t id[RECORDING_ID_BYTES],
                        uint32_t *memory, uint32_t words, uint64_t *sequence, bool *found,
                        vrrl_error *err);

#endif
