#include "recording/snapshots.h"

#include "base/array.h"
#include "base/sync.h"
#include "log/durable.h"
#include "recording/json_files.h"
#include "recording/payloads.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct snapshot_store {
    char directory[PATH_MAX];
    uint8_t id[RECORDING_ID_BYTES];
    uint32_t words;
    bool synced;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;

    /* The thread's while `busy`, the owner's else. */
    uint32_t *copy;
    uint32_t epoch;
    uint64_t sequence;
    struct frame_writer pages; /* to be ended; of none the descriptor is -1 */
    char pages_path[PATH_MAX];
    uint64_t bytes; /* of the last file that was written */

    /* Under the lock. */
    bool busy, ending;
    vrrl_code code; /* of the thread; what failed first stays */
    vrrl_error error;
};

void interval_file_name(char out[SNAPSHOT_NAME_BYTES], const char *prefix, uint32_t epoch)
{
    snprintf(out, SNAPSHOT_NAME_BYTES, "%s-%u.zst", prefix, epoch);
}

void snapshot_name(char out[SNAPSHOT_NAME_BYTES], uint32_t epoch)
{
    interval_file_name(out, "state", epoch);
}

void snapshot_pages_name(char out[SNAPSHOT_NAME_BYTES], uint32_t epoch)
{
    interval_file_name(out, "pages", epoch);
}

uint64_t snapshot_bytes_most(uint32_t words)
{
    return frame_bytes_most(snapshot_payload_bytes(words));
}

/* ---- The thread ------------------------------------------------------------------------------ */

static vrrl_code write_frame(struct snapshot_store *s, const char *path, vrrl_error *err)
{
    struct byte_buffer payload = {0};
    struct frame_writer writer;
    vrrl_code code = frame_writer_create(&writer, path, err);
    if (code != VRRL_OK)
        return code;
    writer.mark = frame_mark_of(s->id);
    snapshot_encode(&payload, s->id, s->sequence, s->epoch, s->copy, s->words);
    code = frame_put(&writer, path, FRAME_SNAPSHOT, s->epoch, &payload, err);
    buffer_free(&payload);
    s->bytes = writer.bytes;
    if (code == VRRL_OK && s->synced)
        code = frame_writer_sync(&writer, path, err);
    frame_writer_discard(&writer);
    return code;
}

/* Whole and on the disk before it has its name; and the name, too, before anybody relies on it. */
static vrrl_code write_snapshot(struct snapshot_store *s, vrrl_error *err)
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
        return s->synced ? sync_folder(s->directory, err) : VRRL_OK;
    unlink(fresh);
    return code;
}

static vrrl_code end_pages(struct snapshot_store *s, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (s->pages.fd >= 0 && s->synced)
        code = frame_writer_sync(&s->pages, s->pages_path, err);
    frame_writer_discard(&s->pages);
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
        vrrl_code code = end_pages(s, &error);
        if (code == VRRL_OK)
            code = write_snapshot(s, &error);
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
                                uint32_t words, bool synced, struct snapshot_store **store,
                                vrrl_error *err)
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
    s->synced = synced;
    s->pages.fd = -1;
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

vrrl_code snapshot_store_wait(struct snapshot_store *s, uint64_t *bytes, vrrl_error *err)
{
    pthread_mutex_lock(&s->lock);
    vrrl_code code = wait_idle(s, err);
    if (bytes)
        *bytes = s->bytes;
    pthread_mutex_unlock(&s->lock);
    return code;
}

vrrl_code snapshot_store_take(struct snapshot_store *s, const uint32_t *memory, uint32_t epoch,
                              uint64_t sequence, struct frame_writer *pages, const char *pages_path,
                              vrrl_error *err)
{
    vrrl_code code = snapshot_store_wait(s, NULL, err);
    if (code != VRRL_OK)
        return code;
    if (pages) {
        s->pages = *pages;
        *pages = (struct frame_writer){.fd = -1};
        snprintf(s->pages_path, sizeof s->pages_path, "%s", pages_path);
    }
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

/* The lock may have been held: it is left as it is. */
void snapshot_store_forget(struct snapshot_store *s)
{
    if (!s)
        return;
    free(s->copy);
    free(s);
}

/* ---- The folder ------------------------------------------------------------------------------ */

/* "PREFIX-EPOCH.zst", as interval_file_name has it: no other way to write the number. */
static bool is_of_interval(const char *name, const char *prefix, uint32_t *epoch)
{
    char again[SNAPSHOT_NAME_BYTES];
    unsigned long long number;
    size_t length = strlen(prefix);
    if (strncmp(name, prefix, length) != 0 || sscanf(name + length, "-%10llu", &number) != 1 ||
        number > UINT32_MAX)
        return false;
    *epoch = (uint32_t)number;
    interval_file_name(again, prefix, *epoch);
    return strcmp(again, name) == 0;
}

static int by_epoch(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static vrrl_code list_names(DIR *folder, const char *path, const char *prefix, uint32_t **epochs,
                            uint32_t *count, vrrl_error *err)
{
    uint32_t room = 0, epoch;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!is_of_interval(entry->d_name, prefix, &epoch))
            continue;
        if (*count == SNAPSHOTS_MAX)
            return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                             "%s has more than %d files %s-EPOCH.zst", path, SNAPSHOTS_MAX, prefix);
        vrrl_code code = array_reserve(epochs, *count, &room, 1, sizeof **epochs, err);
        if (code != VRRL_OK)
            return code;
        (*epochs)[(*count)++] = epoch;
    }
    return VRRL_OK;
}

vrrl_code interval_files_list(const char *directory, const char *prefix, uint32_t **epochs,
                              uint32_t *count, vrrl_error *err)
{
    *epochs = NULL;
    *count = 0;
    DIR *folder = opendir(directory);
    if (!folder)
        return error_errno(err, "open", directory, "Fix: name a recording: a folder NAME.vrrd.");
    vrrl_code code = list_names(folder, directory, prefix, epochs, count, err);
    closedir(folder);
    if (code != VRRL_OK) {
        free(*epochs);
        *epochs = NULL;
        return code;
    }
    if (*count > 1)
        qsort(*epochs, *count, sizeof **epochs, by_epoch);
    return VRRL_OK;
}

vrrl_code snapshot_list(const char *directory, uint32_t **epochs, uint32_t *count, vrrl_error *err)
{
    return interval_files_list(directory, "state", epochs, count, err);
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
