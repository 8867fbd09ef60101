/* What the parts of a recording share. */
#ifndef VRRL_RECORDING_RECORDING_H
#define VRRL_RECORDING_RECORDING_H

#include "base/buffer.h"
#include "host/observation.h"
#include "recording/companion.h"
#include "vrrl/run/recording.h"

#include <jansson.h>
#include <limits.h>

/* File names inside the directory. */
#define RECORDING_LOG       "slots.vrrl"
#define RECORDING_COMPANION "slots.vrrx"
#define RECORDING_SNAPSHOT  "state-0.zst"
#define RECORDING_PAGES     "pages.zst"
#define RECORDING_MANIFEST  "manifest.json"
#define RECORDING_SYMBOLS   "symbols.json"
#define RECORDING_NAMES     "host.names" /* of a host's recording, where it gave names */
#define RECORDING_PARTIAL   ".partial"

/* Members of a manifest that whoever made a part of a recording adds. */
#define RECORDING_MEMORY          "memory"
#define RECORDING_MEMORY_LEFT_OUT "left out"
#define RECORDING_TRIMMED         "trimmed"

/* What the manifest says beside what the program itself holds. */
struct manifest {
    uint32_t
        version; /* 2: the recording may have lost its beginning, and its pages are in a file an interval */
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

enum { RECORDING_WHOLE_VERSION = 1, RECORDING_WRAPS_VERSION = 2 };

struct recorded_epoch {
    uint32_t first_slot; /* in outcomes[]; as many as the program's batch, and the fence */
    uint32_t slot_count;
    uint64_t fence_digest; /* of the observed state, as the host's fence tells; 0: it does not */
};

struct vrrl_recording {
    char path[PATH_MAX];
    vrrl_recording_info info;
    struct manifest manifest;
    json_t *manifest_json;
    vrrl_program *program;
    struct slot_outcome *outcomes;
    struct recorded_epoch *epochs;
    uint32_t outcome_count, outcome_room;
    uint32_t kept_count, epoch_room; /* of epochs[]: from program->first_epoch on */
};

/* What is kept of an epoch; NULL: it is not there. */
static inline const struct recorded_epoch *recorded_epoch_of(const vrrl_recording *r,
                                                             uint32_t epoch)
{
    uint32_t first = r->program->first_epoch;
    return epoch >= first && epoch - first < r->kept_count ? &r->epochs[epoch - first] : NULL;
}

/* Observations of a recording, one epoch after the other. */
struct recorded_stream;

#endif
