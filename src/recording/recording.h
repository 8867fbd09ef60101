/* What the parts of a recording share. */
#ifndef VRRL_RECORDING_RECORDING_H
#define VRRL_RECORDING_RECORDING_H

#include "base/buffer.h"
#include "host/observation.h"
#include "recording/companion.h"
#include "vrrl/recording.h"

#include <jansson.h>
#include <limits.h>

/* File names inside the directory. */
#define RECORDING_LOG       "slots.vrrl"
#define RECORDING_COMPANION "slots.vrrx"
#define RECORDING_SNAPSHOT  "state-0.zst"
#define RECORDING_PAGES     "pages.zst"
#define RECORDING_MANIFEST  "manifest.json"
#define RECORDING_SYMBOLS   "symbols.json"
#define RECORDING_PARTIAL   ".partial"

/* "DIRECTORY/NAME"; VRRL_TOO_LARGE where it does not fit. */
vrrl_code recording_file(char out[PATH_MAX], const char *directory, const char *name,
                         vrrl_error *err);

/* What the manifest says beside what the program itself holds. */
struct manifest {
    uint8_t id[RECORDING_ID_BYTES];
    bool finished;
    uint8_t program_digest[DIGEST_BYTES];
    const char *backend;
    uint32_t workers;
    vrrl_claim_order claim;
    uint64_t seed;
    const char *schedule; /* NULL: none */
    uint32_t timeout_ms;
    uint64_t log_capacity;
    vrrl_verdict verdict;
    uint32_t epochs; /* that ended, whatever their verdict */
    uint64_t records;
    uint8_t recorded_digest[DIGEST_BYTES]; /* of the program's epochs that are recorded */
};

/* Replaces the manifest as a whole: a reader sees the old or the new one. */
vrrl_code manifest_write(const char *directory, const struct manifest *manifest,
                         const vrrl_program *program, vrrl_error *err);
/* Fills a manifest and a fresh program's geometry, model, name, regions and expectations. *json
 * holds the texts; give it to json_decref. */
vrrl_code manifest_read(const char *directory, struct manifest *manifest, vrrl_program *program,
                        json_t **json, const char **tool_version, vrrl_error *err);

vrrl_code symbols_write(const char *directory, const vrrl_program *program, vrrl_error *err);
/* Names into the program; *json holds the labels of slots, for symbols_label. */
vrrl_code symbols_read(const char *directory, vrrl_program *program, json_t **json,
                       vrrl_error *err);
/* The label of slot `slot` of epoch `epoch`; "" where there is none. */
const char *symbols_label(const json_t *json, uint32_t epoch, uint32_t slot);

/* Writes a JSON file whole, by rename. Takes the reference. */
vrrl_code recording_write_json(const char *directory, const char *name, json_t *json,
                               vrrl_error *err);
vrrl_code recording_read_json(const char *directory, const char *name, json_t **json,
                              vrrl_error *err);

/* ---- Payloads of frames ---------------------------------------------------------------------- */

/* The arena before epoch 0. */
void snapshot_encode(struct byte_buffer *out, const uint8_t id[RECORDING_ID_BYTES],
                     uint64_t sequence, uint32_t epoch, const uint32_t *arena, uint32_t words);
/* Into `arena`, `words` words; checks id, size and digest. */
vrrl_code snapshot_decode(const struct byte_buffer *payload, const uint8_t id[RECORDING_ID_BYTES],
                          uint32_t *arena, uint32_t words, const char *path, vrrl_error *err);
uint64_t snapshot_payload_bytes(uint32_t words);

/* An epoch's end: verdict, changed pages (their digests alone above `page_limit` bytes), the debug
 * log, the slots that did not end. */
void epoch_encode(struct byte_buffer *out, const struct observation *observation,
                  uint64_t page_limit);
/* Into the observer's observation; its slots are left alone. */
vrrl_code epoch_decode(const struct byte_buffer *payload, const vrrl_geometry *geometry,
                       struct observer *observer, const char *path, vrrl_error *err);
uint64_t epoch_payload_limit(const struct observed_state *state, const vrrl_geometry *geometry);

/* ---- The recorded stream --------------------------------------------------------------------- */

struct recorded_epoch {
    uint32_t first_slot; /* in outcomes[]; as many as the program's batch, and the fence */
    uint32_t slot_count;
};

struct vrrl_recording {
    char path[PATH_MAX];
    vrrl_recording_info info;
    struct manifest manifest;
    json_t *manifest_json;
    vrrl_program *program;
    struct slot_outcome *outcomes;
    struct recorded_epoch *epochs;
    uint32_t outcome_count, outcome_room, epoch_count, epoch_room;
};

/* Fills program, outcomes and epochs, and info.records, from the log and the companion; labels are the
 * symbols'. An epoch that has begun is listed: whether it ended, the pages say. */
vrrl_code recording_read_log(vrrl_recording *recording, json_t *symbols, vrrl_error *err);

/* Observations of a recording, one epoch after the other. */
struct recorded_stream;
vrrl_code recorded_stream_open(const vrrl_recording *recording, struct recorded_stream **stream,
                               vrrl_error *err);
void recorded_stream_close(struct recorded_stream *stream);
/* The next epoch's observation, valid until the next call; NULL after the last. */
vrrl_code recorded_stream_next(struct recorded_stream *stream,
                               const struct observation **observation, vrrl_error *err);

#endif
