/*
 * Snapshots: all memory before some of a recording's epochs, each in a file of its own, state-EPOCH.zst.
 * docs/format.md gives the bytes. For whoever records: vrrl's own recorder, and the recorder of other hosts.
 *
 * Vocabulary
 *   snapshot  memory before the prologue of an epoch, with the sequence number of the last record before it.
 *   interval  the epochs from one snapshot to the next. The pages that they changed are in a file that is
 *             made with the snapshot and goes with it, pages-EPOCH.zst.
 *   durable   the snapshot's file has its name, which it gets by a rename when it is whole, and, in a store that
 *             syncs, is on the disk.
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

/* Room for "state-4294967295.zst" and the like. */
enum { SNAPSHOT_NAME_BYTES = 24 };
void interval_file_name(char out[SNAPSHOT_NAME_BYTES], const char *prefix, uint32_t epoch);
void snapshot_name(char out[SNAPSHOT_NAME_BYTES], uint32_t epoch);
void snapshot_pages_name(char out[SNAPSHOT_NAME_BYTES], uint32_t epoch);
/* The most that the file of one has, of memory of so many words. */
uint64_t snapshot_bytes_most(uint32_t words);

struct snapshot_store;

/* For memory of `words` words, in the recording that is written in `directory`. No file is made yet. Not
 * `synced`: files are whole before they have their names, which the end of the process does not change, and
 * whoever wants them on the disk syncs them. */
vrrl_code snapshot_store_create(const char *directory, const uint8_t id[RECORDING_ID_BYTES],
                                uint32_t words, bool synced, struct snapshot_store **store,
                                vrrl_error *err);
/* Copies `memory`, as it is before the prologue of `epoch`, and has it written; `sequence` is that of the last
 * record before it, 0 before the first. Waits where the snapshot before is still being written. Epochs
 * count up. `pages`, which may be NULL, is the writer of the interval that ends here, at `pages_path`: it is
 * taken over, to be synced and closed by the thread, too. */
vrrl_code snapshot_store_take(struct snapshot_store *store, const uint32_t *memory, uint32_t epoch,
                              uint64_t sequence, struct frame_writer *pages, const char *pages_path,
                              vrrl_error *err);
/* Until all that were taken are durable. *bytes, where not NULL, is what the last one's file has. */
vrrl_code snapshot_store_wait(struct snapshot_store *store, uint64_t *bytes, vrrl_error *err);
/* Waits, and ends the store; its files stay. NULL is fine. */
vrrl_code snapshot_store_close(struct snapshot_store *store, vrrl_error *err);

/* Frees what a child of fork has of it: neither thread nor files are its own. NULL is fine. */
void snapshot_store_forget(struct snapshot_store *store);

/* The epochs of which a folder has a snapshot, in order; what else it holds is passed over. *epochs is the
 * caller's to free. VRRL_CORRUPT for more than SNAPSHOTS_MAX. */
enum { SNAPSHOTS_MAX = 1 << 20 };
/* The same of the files PREFIX-EPOCH.zst; snapshot_list is that of "state". */
vrrl_code interval_files_list(const char *directory, const char *prefix, uint32_t **epochs,
                              uint32_t *count, vrrl_error *err);
vrrl_code snapshot_list(const char *directory, uint32_t **epochs, uint32_t *count, vrrl_error *err);

/* Reads the snapshot of an epoch into `memory`, `words` words: the frame, the digest, the id, the size and the
 * epoch are checked, and no more is allocated than that size asks for. *found is false where the file ends before
 * its frame does: it was being written under an older version of vrrl, which had no rename. */
vrrl_code snapshot_read(const char *directory, uint32_t epoch, const uint8_t id[RECORDING_ID_BYTES],
                        uint32_t *memory, uint32_t words, uint64_t *sequence, bool *found,
                        vrrl_error *err);

#endif
