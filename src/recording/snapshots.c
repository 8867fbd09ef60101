#include "recording/snapshots.h"

#include "base/array.h"
#include "base/sync.h"
#include "log/durable.h"
#include "recording/json_files.h"
#include "recording/payloads.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for "state-4294967295.zst". */
enum { SNAPSHOT_NAME_BYTES = 24 };

struct snapshot_store {
    char directory[PATH_MAX];
    uint8_t id[RECORDING_ID_BYTES];
    uint32_t words;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;

    /* The thread's while `busy`, the owner's else. */
    uint32_t *copy;
    uint32_t epoch;
    uint64_t sequence;

    /* Under the lock. */
    bool busy, ending;
    vrrl_code code; /* of the thread; what failed first stays */
    vrrl_error error;
};

static void snapshot_name(char out[SNAPSHOT_NAME_BYTES], uint32_t epoch)
{
    snprintf(out, SNAPSHOT_NAME_BYTES, "state-%u.zst", epoch);
}

/* ---- The thread ------------------------------------------------------------------------------ */

static vrrl_code write_frame(const struct snapshot_store *s, const char *path, vrrl_error *err)
{
    struct byte_buffer payload = {0};
    struct frame_writer writer;
    vrrl_code code = frame_writer_create(&writer, path, err);
    if (code != VRRL_OK)
        return code;
    snapshot_encode(&payload, s->id, s->sequence, s->epoch, s->copy, s->words);
    code = frame_put(&writer, path, FRAME_SNAPSHOT, s->epoch, &payload, err);
    buffer_free(&payload);
    vrrl_code closed = frame_writer_close(&writer, path, code == VRRL_OK ? err : NULL);
    return code == VRRL_OK ? closed : code;
}

/* Whole and on the disk before it has its name; and the name, too, before anybody relies on it. */
static vrrl_code write_snapshot(const struct snapshot_store *s, vrrl_error *err)
{
    char name[SNAPSHOT_NAME_BYTES], fresh_name[SNAPSHOT_NAME_BYTES + sizeof ".new"];
    char path[PATH_MAX], fresh[PATH_MAX];
    snapshot_name(name, s->epoch);
    snprintf(fresh_name, sizeof fresh_name, "%s.new", name);
    vrrl_code code = recording_file(path, s->directory, name, err);
    if (code == VRRL_OK)
        code = recording_file(fresh, s->directory, fresh_name, err);
    if (code != VRRL_OK)
        return code;
    code = write_frame(s, fresh, err);
    if (code == VRRL_OK && rename(fresh, path) != 0)
        code = error_errno(err, "rename", fresh, NULL);
    if (code == VRRL_OK)
        return sync_folder(s->directory, err);
    unlink(fresh);
    return code;
}

static void *write_snapshots(void *argument)
{
    struct snapshot_store *s = argument;
    pthread_mutex_lock(&s->lock);
    while (s->busy || !s->ending) {
        if (!s->busy) {
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        pthread_mutex_unlock(&s->lock);
        vrrl_error error = {.code = VRRL_OK};
        vrrl_code code = write_snapshot(s, &error);
        pthread_mutex_lock(&s->lock);
        if (s->code == VRRL_OK && code != VRRL_OK) {
            s->code = code;
            s->error = error;
        }
        s->busy = false;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* ---- The owner ------------------------------------------------------------------------------- */

static void free_store(struct snapshot_store *s)
{
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    free(s->copy);
    free(s);
}

vrrl_code snapshot_store_create(const char *directory, const uint8_t id[RECORDING_ID_BYTES],
                                uint32_t words, struct snapshot_store **store, vrrl_error *err)
{
    *store = NULL;
    struct snapshot_store *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    snprintf(s->directory, sizeof s->directory, "%s", directory);
    memcpy(s->id, id, RECORDING_ID_BYTES);
    s->words = words;
    s->copy = malloc(4 * (size_t)words);
    vrrl_code code = s->copy ? log_start_thread(&s->thread, write_snapshots, s, directory, err)
                             : error_no_memory(err, 4 * (uint64_t)words);
    if (code == VRRL_OK)
        *store = s;
    else
        free_store(s);
    return code;
}

/* With the lock: until the thread is idle. */
static vrrl_code wait_idle(struct snapshot_store *s, vrrl_error *err)
{
    while (s->busy)
        pthread_cond_wait(&s->changed, &s->lock);
    if (s->code != VRRL_OK && err)
        *err = s->error;
    return s->code;
}

vrrl_code snapshot_store_wait(struct snapshot_store *s, vrrl_error *err)
{
    pthread_mutex_lock(&s->lock);
    vrrl_code code = wait_idle(s, err);
    pthread_mutex_unlock(&s->lock);
    return code;
}

vrrl_code snapshot_store_take(struct snapshot_store *s, const uint32_t *memory, uint32_t epoch,
                              uint64_t sequence, vrrl_error *err)
{
    vrrl_code code = snapshot_store_wait(s, err);
    if (code != VRRL_OK)
        return code;
    memcpy(s->copy, memory, 4 * (size_t)s->words);
    s->epoch = epoch;
    s->sequence = sequence;
    pthread_mutex_lock(&s->lock);
    s->busy = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return VRRL_OK;
}

vrrl_code snapshot_store_close(struct snapshot_store *s, vrrl_error *err)
{
    if (!s)
        return VRRL_OK;
    pthread_mutex_lock(&s->lock);
    s->ending = true;
    pthread_cond_broadcast(&s->changed);
    vrrl_code code = wait_idle(s, err);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    free_store(s);
    return code;
}

/* ---- Reading --------------------------------------------------------------------------------- */

vrrl_code snapshot_read(const char *directory, uint32_t epoch, const uint8_t id[RECORDING_ID_BYTES],
                        uint32_t *memory, uint32_t words, uint64_t *sequence, bool *found,
                        vrrl_error *err)
{
    char name[SNAPSHOT_NAME_BYTES], path[PATH_MAX];
    struct frame_reader reader;
    struct snapshot_head head = {.epoch = epoch};
    uint32_t frame_epoch = epoch;
    *found = false;
    snapshot_name(name, epoch);
    vrrl_code code = recording_file(path, directory, name, err);
    if (code == VRRL_OK)
        code = frame_reader_open(&reader, path, err);
    if (code != VRRL_OK)
        return code;
    code = frame_get(&reader, path, FRAME_SNAPSHOT, snapshot_payload_bytes(words), &frame_epoch,
                     found, err);
    if (code == VRRL_OK && *found)
        code = snapshot_decode(&reader.raw, id, &head, memory, words, path, err);
    if (code == VRRL_OK && (frame_epoch != epoch || head.epoch != epoch))
        code = frame_corrupt(path, "the snapshot is of another epoch than its name says", err);
    frame_reader_close(&reader);
    *sequence = head.sequence;
    return code;
}
