#include "recording/intervals.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/sync.h"
#include "recording/json_files.h"
#include "recording/kept_records.h"
#include "recording/recording.h"
#include "recording/snapshots.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct interval {
    uint32_t epoch;
    uint64_t sequence; /* of the last record before it */
    uint64_t state_bytes, pages_bytes;
};

struct intervals {
    char directory[PATH_MAX];
    struct intervals_limits limits;
    uint64_t state_most, frame_most; /* bytes of files: of a snapshot, of an epoch's end */
    uint64_t bytes_most;             /* of all intervals; UINT64_MAX: no limit */
    struct snapshot_store *store;
    struct interval *list; /* oldest first */
    uint32_t count, room;
    uint32_t oldest;           /* that needs the log: those before have their records beside them */
    struct frame_writer pages; /* of the last one */
    uint32_t mark;             /* of its frames */
    char pages_path[PATH_MAX];
    uint64_t taken_at_ns; /* steady */
};

/* ---- Bytes ----------------------------------------------------------------------------------- */

static uint64_t bytes_of(const struct intervals *v)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < v->count; i++)
        bytes += v->list[i].state_bytes + v->list[i].pages_bytes;
    return bytes;
}

uint64_t intervals_least_bytes(uint32_t memory_words, uint64_t payload_most)
{
    return 2 * (snapshot_bytes_most(memory_words) + frame_bytes_most(payload_most));
}

static vrrl_code check_bytes(struct intervals *v, uint32_t memory_words, vrrl_error *err)
{
    const struct intervals_limits *l = &v->limits;
    uint64_t least = l->other_bytes + intervals_least_bytes(memory_words, l->payload_most);
    v->bytes_most = l->max_bytes ? l->max_bytes - l->other_bytes : UINT64_MAX;
    if (l->max_bytes == 0 || l->max_bytes >= least)
        return VRRL_OK;
    error_set(err, VRRL_REFUSED, "",
              "a recording of at most %llu bytes: log, companion, manifest and symbols take %llu, "
              "and two snapshots with the end of an epoch each up to %llu",
              (unsigned long long)l->max_bytes, (unsigned long long)l->other_bytes,
              (unsigned long long)(least - l->other_bytes));
    error_fix(err, "Fix: allow at least %llu bytes, or ask for a log of fewer records.",
              (unsigned long long)least);
    return VRRL_REFUSED;
}

/* ---- Beginning and ending -------------------------------------------------------------------- */

vrrl_code intervals_create(const char *directory, const uint8_t id[RECORDING_ID_BYTES],
                           uint32_t memory_words, const struct intervals_limits *limits,
                           struct intervals **intervals, vrrl_error *err)
{
    *intervals = NULL;
    struct intervals *v = calloc(1, sizeof *v);
    if (!v)
        return error_no_memory(err, sizeof *v);
    memcpy(v->directory, directory, strnlen(directory, PATH_MAX - 1));
    v->limits = *limits;
    v->pages.fd = -1;
    v->mark = frame_mark_of(id);
    v->state_most = snapshot_bytes_most(memory_words);
    v->frame_most = frame_bytes_most(limits->payload_most);
    vrrl_code code = check_bytes(v, memory_words, err);
    if (code == VRRL_OK)
        code =
            snapshot_store_create(v->directory, id, memory_words, limits->durable, &v->store, err);
    if (code == VRRL_OK)
        *intervals = v;
    else
        free(v);
    return code;
}

static vrrl_code pages_path(const struct intervals *v, uint32_t epoch, char out[PATH_MAX],
                            vrrl_error *err)
{
    char name[SNAPSHOT_NAME_BYTES] = RECORDING_PAGES;
    if (!v->limits.single)
        snapshot_pages_name(name, epoch);
    return recording_file(out, v->directory, name, err);
}

static vrrl_code state_path(const struct intervals *v, uint32_t epoch, char out[PATH_MAX],
                            vrrl_error *err)
{
    char name[SNAPSHOT_NAME_BYTES];
    snapshot_name(name, epoch);
    return recording_file(out, v->directory, name, err);
}

vrrl_code intervals_sync(struct intervals *v, vrrl_error *err)
{
    vrrl_code code = snapshot_store_wait(v->store, NULL, err);
    return code == VRRL_OK ? frame_writer_sync(&v->pages, v->pages_path, err) : code;
}

static vrrl_code sync_path(const char *path, vrrl_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, "open", path, NULL);
    vrrl_code code = sync_data(fd) == 0 ? VRRL_OK : error_errno(err, "fdatasync", path, NULL);
    close(fd);
    return code;
}

/* What was not synced as it was written. */
static vrrl_code sync_intervals(const struct intervals *v, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < v->count && !v->limits.durable; i++) {
        char path[PATH_MAX];
        code = state_path(v, v->list[i].epoch, path, err);
        if (code == VRRL_OK)
            code = sync_path(path, err);
        if (code == VRRL_OK)
            code = pages_path(v, v->list[i].epoch, path, err);
        if (code == VRRL_OK)
            code = sync_path(path, err);
        if (code == VRRL_OK && i < v->oldest)
            code = kept_records_path(path, v->directory, v->list[i].epoch, err);
        if (code == VRRL_OK && i < v->oldest)
            code = sync_path(path, err);
    }
    return code;
}

void intervals_forget(struct intervals *v)
{
    if (!v)
        return;
    frame_writer_discard(&v->pages);
    snapshot_store_forget(v->store);
    free(v->list);
    free(v);
}

vrrl_code intervals_close(struct intervals *v, bool keep, vrrl_error *err)
{
    if (!v)
        return VRRL_OK;
    vrrl_code code = frame_writer_close(&v->pages, v->pages_path, keep ? err : NULL);
    vrrl_code step = snapshot_store_close(v->store, keep && code == VRRL_OK ? err : NULL);
    code = code == VRRL_OK ? step : code;
    if (keep && code == VRRL_OK)
        code = sync_intervals(v, err);
    free(v->list);
    free(v);
    return code;
}

static vrrl_code create_pages(struct intervals *v, uint32_t epoch, vrrl_error *err)
{
    vrrl_code code = pages_path(v, epoch, v->pages_path, err);
    if (code == VRRL_OK)
        code = frame_writer_create(&v->pages, v->pages_path, err);
    v->pages.mark = v->mark;
    return code;
}

static vrrl_code begin_interval(struct intervals *v, uint32_t epoch, uint64_t sequence,
                                vrrl_error *err)
{
    vrrl_code code = array_room(v->list, v->count, v->room, 1, err);
    if (code == VRRL_OK)
        code = create_pages(v, epoch, err);
    if (code != VRRL_OK)
        return code;
    v->list[v->count++] =
        (struct interval){.epoch = epoch, .sequence = sequence, .state_bytes = v->state_most};
    v->taken_at_ns = clock_steady_ns();
    return VRRL_OK;
}

vrrl_code intervals_begin(struct intervals *v, const uint32_t *memory, vrrl_error *err)
{
    vrrl_code code = begin_interval(v, 0, 0, err);
    if (code == VRRL_OK)
        code = snapshot_store_take(v->store, memory, 0, 0, NULL, NULL, err);
    return code == VRRL_OK ? snapshot_store_wait(v->store, &v->list[0].state_bytes, err) : code;
}

uint32_t intervals_first(const struct intervals *v)
{
    return v->count > 0 ? v->list[0].epoch : 0;
}

uint64_t intervals_sequence(const struct intervals *v)
{
    return v->count > 0 ? v->list[v->oldest].sequence : 0;
}

/* ---- Epochs ---------------------------------------------------------------------------------- */

vrrl_code intervals_put(struct intervals *v, uint32_t epoch, const struct byte_buffer *payload,
                        vrrl_error *err)
{
    struct interval *last = &v->list[v->count - 1];
    if (v->bytes_most != UINT64_MAX)
        v->pages.limit = v->bytes_most - (bytes_of(v) - last->pages_bytes);
    vrrl_code code = frame_put(&v->pages, v->pages_path, FRAME_EPOCH, epoch, payload, err);
    last->pages_bytes = v->pages.bytes;
    return code;
}

bool intervals_due(const struct intervals *v, uint32_t epoch, uint64_t sequence,
                   uint32_t ends_to_come)
{
    const struct intervals_limits *l = &v->limits;
    const struct interval *last = &v->list[v->count - 1];
    if (l->single || epoch == last->epoch)
        return false;
    return sequence - last->sequence >= l->capacity / (l->ahead ? 4 : 2) ||
           (l->epochs && epoch - last->epoch >= l->epochs) ||
           last->state_bytes + last->pages_bytes + ends_to_come * v->frame_most >
               v->bytes_most / 2 ||
           (l->nanoseconds && clock_steady_ns() - v->taken_at_ns >= l->nanoseconds);
}

/* The snapshot goes first: without it the pages are passed over. */
static vrrl_code remove_files(const struct intervals *v, uint32_t epoch, vrrl_error *err)
{
    char path[PATH_MAX];
    vrrl_code code = state_path(v, epoch, path, err);
    if (code == VRRL_OK && unlink(path) != 0)
        code = error_errno(err, "unlink", path, NULL);
    if (code == VRRL_OK)
        code = pages_path(v, epoch, path, err);
    if (code == VRRL_OK && unlink(path) != 0)
        code = error_errno(err, "unlink", path, NULL);
    return code;
}

static vrrl_code keep_oldest(struct intervals *v, vrrl_error *err)
{
    const struct interval *own = &v->list[v->oldest];
    vrrl_code code = v->limits.keep_records(v->limits.context, own->epoch, own->sequence + 1,
                                            own[1].sequence, err);
    v->oldest += code == VRRL_OK;
    return code;
}

/* The next one is durable before this one goes. */
static vrrl_code drop_oldest(struct intervals *v, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (v->limits.keep_records)
        return keep_oldest(v, err);
    if (v->count == 2)
        code = snapshot_store_wait(v->store, &v->list[1].state_bytes, err);
    if (code == VRRL_OK)
        code = remove_files(v, v->list[0].epoch, err);
    if (code == VRRL_OK)
        memmove(v->list, v->list + 1, --v->count * sizeof *v->list);
    return code;
}

/* Whether an epoch has ended in what is left without the oldest. */
static bool can_drop(const struct intervals *v)
{
    uint32_t count = v->count - v->oldest;
    return count > 2 || (count == 2 && v->list[v->count - 1].pages_bytes > 0);
}

static vrrl_code leave_bytes(struct intervals *v, uint64_t bytes, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    while (code == VRRL_OK && can_drop(v) && bytes_of(v) > v->bytes_most - bytes)
        code = drop_oldest(v, err);
    return code;
}

vrrl_code intervals_take(struct intervals *v, const uint32_t *memory, uint32_t epoch,
                         uint64_t sequence, vrrl_error *err)
{
    struct frame_writer ended;
    char ended_path[PATH_MAX];
    vrrl_code code = snapshot_store_wait(v->store, &v->list[v->count - 1].state_bytes, err);
    if (code == VRRL_OK)
        code = leave_bytes(v, v->state_most + v->frame_most, err);
    if (code != VRRL_OK)
        return code;
    ended = v->pages;
    v->pages = (struct frame_writer){.fd = -1};
    memcpy(ended_path, v->pages_path, sizeof ended_path);
    code = begin_interval(v, epoch, sequence, err);
    if (code == VRRL_OK)
        code = snapshot_store_take(v->store, memory, epoch, sequence, &ended, ended_path, err);
    if (ended.fd >= 0)
        frame_writer_discard(&ended);
    return code;
}

vrrl_code intervals_make_room(struct intervals *v, uint64_t sequence, vrrl_error *err)
{
    const struct intervals_limits *l = &v->limits;
    uint64_t next = sequence + (l->ahead ? 2 : 1) * intervals_epoch_records(l->capacity);
    vrrl_code code = VRRL_OK;
    if (l->single)
        return VRRL_OK;
    while (code == VRRL_OK && can_drop(v) && next - intervals_sequence(v) > l->capacity)
        code = drop_oldest(v, err);
    return code == VRRL_OK ? leave_bytes(v, v->frame_most, err) : code;
}
