/* A recording, of vrrl's own programs in either version or of a host, as a pack whose sums need not hold. Of the first
 * byte, bit 0 says that the companion's checksums are made to hold, bit 1 that snapshots and ends of epochs are there as
 * their payloads, which frames are made of. Whatever it is: it opens or is refused, and what opens can be looked
 * through, compared with itself, packed and replayed. */
#include "folder_input.h"
#include "frame_input.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "recording/companion.h"
#include "recording/payloads.h"
#include "recording/recording.h"
#include "vrrl/run/host_replay.h"
#include "vrrl/run/pack.h"
#include "vrrl/run/replay.h"

#include <sys/stat.h>

enum { COMPANION_HOLDS = 1, FRAMES_ARE_MADE = 2, TIMEOUT_MS = 200 };

/* ---- The folder ------------------------------------------------------------------------------ */

static void write_part(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

/* The digest of a snapshot is the one of its memory. */
static void seal_snapshot(struct byte_buffer *payload)
{
    enum { AT_DIGEST = RECORDING_ID_BYTES + 8 + 4 + 4 };
    size_t memory = AT_DIGEST + DIGEST_BYTES;
    if (payload->size >= memory)
        digest_blake3(payload->bytes + memory, payload->size - memory, payload->bytes + AT_DIGEST);
}

/* Four bytes say of which epoch the first payload is. */
static void write_frames(const char *path, bool snapshot, const uint8_t *data, size_t size)
{
    struct frame_writer writer;
    vrrl_error err = {.code = VRRL_OK};
    uint32_t epoch = size >= 4 ? load_le32(data) : 0;
    const uint8_t *at = size >= 4 ? data + 4 : data;
    size_t left = size >= 4 ? size - 4 : 0;
    CHECK(frame_writer_create(&writer, path, &err) == VRRL_OK);
    for (; left >= 2; epoch++) {
        struct byte_buffer payload = next_payload(&at, &left);
        if (snapshot)
            seal_snapshot(&payload);
        CHECK(frame_put(&writer, path, snapshot ? FRAME_SNAPSHOT : FRAME_EPOCH, epoch, &payload,
                        &err) == VRRL_OK);
        buffer_free(&payload);
    }
    CHECK(frame_writer_close(&writer, path, &err) == VRRL_OK);
}

/* Names that a pack may have, the first file of each. */
static void write_folder(const char *folder, const uint8_t *bytes, size_t size, uint8_t how)
{
    size_t at = 0, head_at = 0, begin, length;
    CHECK(mkdir(folder, 0700) == 0);
    for (; next_packed(bytes, size, &at, &begin, &length); head_at = at) {
        char path[128];
        uint8_t sealed[PACK_HEAD_BYTES];
        struct pack_head head = {.size = 0};
        memcpy(head.name, bytes + head_at, PACK_NAME_BYTES);
        pack_head_encode(sealed, &head);
        if (pack_head_decode(sealed, &head, "input", NULL) != VRRL_OK)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, head.name);
        bool snapshot = strncmp(head.name, "state-", 6) == 0;
        if (access(path, F_OK) == 0)
            continue;
        if (how & FRAMES_ARE_MADE && (snapshot || strncmp(head.name, "pages", 5) == 0))
            write_frames(path, snapshot, bytes + begin, length);
        else
            write_part(path, bytes + begin, length);
    }
}

/* ---- The companion --------------------------------------------------------------------------- */

static uint8_t *read_part(const char *folder, const char *name, size_t *size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    *size = 0;
    if (!file)
        return NULL;
    CHECK(fseek(file, 0, SEEK_END) == 0);
    *size = (size_t)ftell(file);
    uint8_t *bytes = malloc(*size + 1);
    rewind(file);
    CHECK(bytes && fread(bytes, 1, *size, file) == *size && fclose(file) == 0);
    return bytes;
}

/* What each entry says of itself and of its record is under a checksum that holds. */
static void seal_entries(uint8_t *companion, size_t size, const uint8_t *log, size_t log_size)
{
    uint8_t both[COMPANION_FIXED_BYTES + 4 * VRRL_SLOT_WORDS_MAX + VRRL_RECORD_BYTES];
    uint32_t width = load_le32(companion + COMPANION_AT_SLOT_WORDS) % (VRRL_SLOT_WORDS_MAX + 1);
    size_t entry = companion_entry_bytes(width);
    for (size_t i = 0; COMPANION_HEADER_BYTES + (i + 1) * entry <= size &&
                       32 + (i + 1) * VRRL_RECORD_BYTES <= log_size;
         i++) {
        uint8_t *at = companion + COMPANION_HEADER_BYTES + i * entry;
        memcpy(both, at, entry);
        memcpy(both + entry, log + 32 + i * VRRL_RECORD_BYTES, VRRL_RECORD_BYTES);
        store_le64(at, checksum_xxh3(both + 8, entry - 8 + VRRL_RECORD_BYTES));
    }
}

static void seal_companion(const char *folder)
{
    char path[128];
    size_t size, log_size;
    uint8_t *companion = read_part(folder, RECORDING_COMPANION, &size);
    uint8_t *log = read_part(folder, RECORDING_LOG, &log_size);
    if (companion && log && size >= COMPANION_HEADER_BYTES) {
        store_le64(companion + COMPANION_AT_CHECKSUM,
                   checksum_xxh3(companion, COMPANION_AT_CHECKSUM));
        seal_entries(companion, size, log, log_size);
        snprintf(path, sizeof path, "%s/" RECORDING_COMPANION, folder);
        write_part(path, companion, size);
    }
    free(companion);
    free(log);
}

/* ---- A host that does nothing ---------------------------------------------------------------- */

struct idle_host {
    const vrrl_program *program;
    uint32_t published[64], count; /* more are not told to have ended */
};

static vrrl_code idle_reset(void *context)
{
    (void)context;
    return VRRL_OK;
}

static vrrl_code idle_write(void *context, uint32_t region, uint32_t first, const uint32_t *words,
                            uint32_t count)
{
    const vrrl_program *program = ((struct idle_host *)context)->program;
    uint32_t sum = 0;
    CHECK(region < program->region_count && first <= program->regions[region].words &&
          count <= program->regions[region].words - first);
    for (uint32_t i = 0; i < count; i++)
        sum += words[i];
    (void)sum;
    return VRRL_OK;
}

static vrrl_code idle_publish(void *context, const vrrl_recorder_slot *slot)
{
    struct idle_host *host = context;
    CHECK(slot->index < host->program->geometry.ring_slots);
    if (host->count < 64)
        host->published[host->count++] = slot->index;
    return VRRL_OK;
}

static vrrl_code idle_wait(void *context, uint32_t index, vrrl_replay_epoch *epoch)
{
    struct idle_host *host = context;
    (void)index;
    for (uint32_t i = 0; i < host->count; i++) {
        const vrrl_recorder_completion end = {
            .index = host->published[i], .status = VRRL_STATUS_DONE, .worker = VRRL_NO_WORKER};
        vrrl_replay_ended(epoch, &end);
    }
    host->count = 0;
    return VRRL_OK;
}

static vrrl_code idle_read(void *context, uint32_t region, uint32_t *words)
{
    const vrrl_program *program = ((struct idle_host *)context)->program;
    memset(words, 0, 4 * (size_t)program->regions[region].words);
    return VRRL_OK;
}

static vrrl_code idle_digest(void *context, uint8_t *digest)
{
    (void)context;
    memset(digest, 1, DIGEST_BYTES);
    return VRRL_OK;
}

/* ---- What opens ------------------------------------------------------------------------------ */

static void replay(const vrrl_recording *recording)
{
    const vrrl_run_options options = {.size = sizeof options, .timeout_ms = TIMEOUT_MS};
    struct idle_host idle = {.program = vrrl_recording_program(recording)};
    const vrrl_replay_host host = {.size = sizeof host,
                                   .context = &idle,
                                   .reset = idle_reset,
                                   .write = idle_write,
                                   .publish = idle_publish,
                                   .wait = idle_wait,
                                   .read = idle_read,
                                   .digest = idle_digest};
    vrrl_diff_result *result = NULL;
    vrrl_error err = {.code = VRRL_OK};
    bool of_host = vrrl_recording_info_of(recording)->host_slots;
    vrrl_code code = of_host ? vrrl_replay_on_host(recording, &host, &result, &err)
                             : vrrl_replay(recording, &options, &result, &err);
    check_error(&err, code);
    if (code == VRRL_OK)
        vrrl_diff_result_free(result);
}

/* The same bytes are the same run. */
static void compare_with_itself(const vrrl_recording *recording)
{
    vrrl_diff_result *result;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_diff_recordings(recording, recording, &result, &err);
    check_error(&err, code);
    if (code == VRRL_OK) {
        CHECK(result->outcome != VRRL_OUTCOME_DIVERGED);
        vrrl_diff_result_free(result);
    }
}

static void explain_its_end(const vrrl_recording *recording)
{
    uint32_t epoch;
    vrrl_verdict verdict;
    vrrl_stuck *stuck;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, &err);
    check_error(&err, code);
    if (code == VRRL_OK)
        vrrl_stuck_free(stuck);
}

static void look_through(const char *folder, const vrrl_recording *recording)
{
    vrrl_recording_report report;
    vrrl_error err = {.code = VRRL_OK};
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    vrrl_code code = vrrl_recording_verify(folder, &report, &err);
    check_error(&err, code);
    CHECK(info->first_epoch <= info->epochs);
    if (code == VRRL_OK) {
        uint64_t places = 0;
        for (int i = 0; i < VRRL_PLACES; i++)
            places += report.places[i];
        CHECK(places == report.capacity && report.epochs == info->epochs);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[64], pack[96];
    vrrl_recording *recording;
    vrrl_error err = {.code = VRRL_OK};
    if (size < 1 + PACK_HEADER_BYTES)
        return 0;
    scratch_path(folder, "recording");
    snprintf(pack, sizeof pack, "%s.vrrlpack", folder);
    write_folder(folder, data + 1 + PACK_HEADER_BYTES, size - 1 - PACK_HEADER_BYTES, data[0]);
    if (data[0] & COMPANION_HOLDS)
        seal_companion(folder);
    vrrl_code code = vrrl_recording_open(folder, &recording, &err);
    check_error(&err, code);
    if (code == VRRL_OK) {
        look_through(folder, recording);
        compare_with_itself(recording);
        explain_its_end(recording);
        replay(recording);
        code = vrrl_pack_recording(folder, pack, NULL, &err);
        check_error(&err, code);
        CHECK(code != VRRL_OK || unlink(pack) == 0);
        vrrl_recording_close(recording);
    }
    remove_files(folder, false);
    CHECK(rmdir(folder) == 0);
    return 0;
}
