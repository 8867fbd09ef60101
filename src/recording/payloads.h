/* Payloads of frames: the snapshot and the ends of epochs. docs/format.md gives the bytes. */
#ifndef VRRL_RECORDING_PAYLOADS_H
#define VRRL_RECORDING_PAYLOADS_H

#include "recording/recording.h"

/* What a snapshot says of itself. */
struct snapshot_head {
    uint32_t epoch;    /* that its memory is before */
    uint64_t sequence; /* of the last record before it */
};

/* The arena before an epoch. */
void snapshot_encode(struct byte_buffer *out, const uint8_t id[RECORDING_ID_BYTES],
                     uint64_t sequence, uint32_t epoch, const uint32_t *arena, uint32_t words);
/* Into `arena`, `words` words; checks id, size and digest. */
vrrl_code snapshot_decode(const struct byte_buffer *payload, const uint8_t id[RECORDING_ID_BYTES],
                          struct snapshot_head *head, uint32_t *arena, uint32_t words,
                          const char *path, vrrl_error *err);
uint64_t snapshot_payload_bytes(uint32_t words);

/* An epoch's end: verdict, changed pages (their digests alone above `page_limit` bytes), the debug
 * log, the slots that did not end. */
void epoch_encode(struct byte_buffer *out, const struct observation *observation,
                  uint64_t page_limit);
/* Into the observer's observation; its slots are left alone. */
vrrl_code epoch_decode(const struct byte_buffer *payload, const vrrl_geometry *geometry,
                       struct observer *observer, const char *path, vrrl_error *err);
uint64_t epoch_payload_limit(const struct observed_state *state, const vrrl_geometry *geometry);
/* The same of what is encoded with that limit of pages. */
uint64_t epoch_payload_most(const struct observed_state *state, const vrrl_geometry *geometry,
                            uint64_t page_limit);

#endif
