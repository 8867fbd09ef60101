/* Writing a log: a shared mapping whose pages are made writable up front, so that an append is a
 * few stores. */
#include "vrrl/log/log.h"

#include "base/atomics.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/options.h"
#include "base/sync.h"
#include "log/durable.h"
#include "log/log_file.h"
#include "log/reader.h"
#include "log/toucher.h"
#include "log/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Opening --------------------------------------------------------------------------------- */

static vrrl_code lock_file(int fd, const char *path, vrrl_error *err)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK)
            return error_errno(err, "flock", path, NULL);
        return error_set(err, VRRL_BUSY,
                         "Fix: wait until the other writer has closed it, or write another log.",
                         "%s: another writer has this log open", path);
    }
    return VRRL_OK;
}

static vrrl_code allocate_disk(int fd, const char *path, uint64_t bytes, vrrl_error *err)
{
    return allocate_file(fd, bytes) == 0 ? VRRL_OK : error_errno(err, "allocate", path, NULL);
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Kernels before 5.14 need the pages touched: adding 0 changes nothing. Where the file has been cut a
 * newer one says so, and no signal comes. */
void log_make_writable(char *first, size_t bytes)
{
    if (madvise(first, bytes, MADV_POPULATE_WRITE) == 0 || errno != EINVAL)
        return;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t at = 0; at < bytes; at += page)
        add_relaxed((uint32_t *)(void *)(first + at), 0);
}

static vrrl_code map_file(struct vrrl_log *log, const struct log_header *header, vrrl_error *err)
{
    size_t bytes = (size_t)log_file_bytes(header->capacity);
    void *mapping = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, log->fd, 0);
    if (mapping == MAP_FAILED)
        return error_errno(err, "mmap", log->path, NULL);
    log->header = mapping;
    log->to = (vrrl_appender){.records = (uint8_t *)mapping + LOG_HEADER_BYTES,
                              .cursor = &log->header->next_slot,
                              .capacity = header->capacity,
                              .lap = 0 - header->next_slot % header->capacity,
                              .state = log_state_at_first()};
    return VRRL_OK;
}

/* Frees a handle, and a staged log with it. */
static void discard(struct vrrl_log *log)
{
    toucher_end(log);
    if (log->header)
        munmap(log->header, (size_t)log_file_bytes(log->to.capacity));
    if (log->staged)
        unlink(log->staged);
    if (log->fd >= 0)
        close(log->fd);
    pthread_mutex_destroy(&log->lock);
    free(log->staged);
    free(log->path);
    free(log);
}

static struct vrrl_log *new_handle(const char *path, vrrl_error *err)
{
    struct vrrl_log *log = calloc(1, sizeof *log);
    char *copy = strdup(path);
    if (!log || !copy) {
        free(log);
        free(copy);
        error_no_memory(err, sizeof *log + strlen(path));
        return NULL;
    }
    log->fd = -1;
    log->path = copy;
    pthread_mutex_init(&log->lock, NULL); /* of the default kind: never fails */
    return log;
}

/* The header's checks come before the file is touched; the lock before the header is read. */
static vrrl_code open_existing(struct vrrl_log *log, vrrl_error *err)
{
    struct log_header header = {0};
    vrrl_code code = log_file_open(log->path, O_RDWR, &log->fd, err);
    if (!code)
        code = lock_file(log->fd, log->path, err);
    if (!code)
        code = log_read_header(log->fd, log->path, &header, err);
    if (!code)
        code = allocate_disk(log->fd, log->path, log_file_bytes(header.capacity), err);
    return code ? code : map_file(log, &header, err);
}

static vrrl_code create_staged(struct vrrl_log *log, uint64_t capacity, vrrl_error *err)
{
    struct log_header header = {.capacity = capacity};
    uint8_t bytes[LOG_HEADER_BYTES];
    log_encode_header(&header, bytes);
    vrrl_code code = log_file_stage(log->path, &log->fd, &log->staged, err);
    if (!code)
        code = lock_file(log->fd, log->path, err);
    if (!code)
        code = allocate_disk(log->fd, log->path, log_file_bytes(capacity), err);
    if (!code)
        code = log_file_write(log->fd, log->path, bytes, sizeof bytes, 0, err);
    return code ? code : map_file(log, &header, err);
}

vrrl_code vrrl_log_publish(vrrl_log *log, vrrl_error *err)
{
    if (!log->staged)
        return VRRL_OK;
    vrrl_code code = log_file_publish(log->fd, log->staged, log->path, err);
    if (!code) {
        free(log->staged);
        log->staged = NULL;
    }
    return code;
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

vrrl_code vrrl_log_create(const char *path, uint64_t capacity, vrrl_log **out, vrrl_error *err)
{
    *out = NULL;
    vrrl_code code = log_check_capacity(capacity, path, err);
    if (code)
        return code;
    if (is_there(path))
        return error_set(err, VRRL_EXISTS, "Fix: choose another name, or move the old file away.",
                         "%s: there is a file of this name already", path);
    struct vrrl_log *log = new_handle(path, err);
    if (!log)
        return VRRL_NO_MEMORY;
    code = create_staged(log, capacity, err);
    if (code)
        discard(log);
    else
        *out = log;
    return code;
}

/* The next writer takes over what is in the file: that must not vanish under it. */
static vrrl_code start_level(struct vrrl_log *log, const vrrl_log_options *options, vrrl_error *err)
{
    /* Not before: the sync of a new log makes its pages read-only again. */
    log_make_writable((char *)log->header, (size_t)log_file_bytes(log->to.capacity));
    if (!options)
        return VRRL_OK;
    vrrl_code code = toucher_start(log, options->touch_ahead_pages, err);
    return code ? code : durable_start(log, options, err);
}

static vrrl_code open_once(const char *path, uint64_t capacity, const vrrl_log_options *options,
                           vrrl_log **out, vrrl_error *err)
{
    struct vrrl_log *log;
    vrrl_code code;
    if (!is_there(path)) {
        code = vrrl_log_create(path, capacity, &log, err);
        if (!code)
            code = vrrl_log_publish(log, err);
    } else {
        log = new_handle(path, err);
        code = log ? open_existing(log, err) : VRRL_NO_MEMORY;
    }
    if (!code)
        code = start_level(log, options, err);
    if (!code)
        *out = log;
    else if (log)
        discard(log);
    return code;
}

vrrl_code vrrl_log_open_with(const char *path, uint64_t capacity, const vrrl_log_options *options,
                             vrrl_log **log, vrrl_error *err)
{
    *log = NULL;
    vrrl_log_options own;
    vrrl_code code = log_check_capacity(capacity, path, err);
    if (!code)
        code = OPTIONS_READ(vrrl_log_options, &own, options, err);
    if (!code)
        code = durable_check_options(path, &own, err);
    if (code)
        return code;
    vrrl_error first;
    code = open_once(path, capacity, &own, log, &first);
    /* Somebody made the file in the meantime: it is an existing one now. */
    if (code == VRRL_EXISTS)
        return open_once(path, capacity, &own, log, err);
    if (code && err)
        *err = first;
    return code;
}

vrrl_code vrrl_log_open(const char *path, uint64_t capacity, vrrl_log **log, vrrl_error *err)
{
    return vrrl_log_open_with(path, capacity, NULL, log, err);
}

/* ---- Appending ------------------------------------------------------------------------------- */

_Static_assert(offsetof(struct vrrl_log, to) == 0, "a log's appender is its first member");

vrrl_appender *vrrl_log_appender(vrrl_log *log)
{
    return &log->to;
}

/* A failure is kept in the handle. Commits where too much would be in doubt. */
vrrl_code vrrl_append_ended(vrrl_appender *to)
{
    struct vrrl_log *log = (struct vrrl_log *)to;
    vrrl_code code = durable_failure(log, NULL);
    if (!code && log->level == VRRL_DURABILITY_ORDERED &&
        to->appended - load_relaxed(&log->durable) >= log->batch_records)
        code = vrrl_log_sync(log, NULL);
    return code;
}

/* The stores are those of vrrl_append; then the next lap begins, and a truncation is looked for. */
vrrl_code vrrl_append_wrapped(vrrl_appender *to)
{
    store_release(to->cursor, le64(0));
    store_release(&to->appended, to->appended + 1);
    store_release(&to->lap, to->appended); /* after `appended`: pairs with log_position */
    durable_check_size((struct vrrl_log *)to, NULL);
    return vrrl_append_ended(to);
}

vrrl_code vrrl_log_append(vrrl_log *log, const vrrl_record *record)
{
    return vrrl_append(&log->to, record);
}

/* In an ordered log the file's cursor is moved by the next commit. */
static void move_cursor(struct vrrl_log *log, uint64_t index)
{
    pthread_mutex_lock(&log->lock);
    store_release(&log->to.lap, log->to.appended - index);
    store_release(log->to.cursor, le64(index));
    pthread_mutex_unlock(&log->lock);
}

vrrl_code vrrl_log_seek(vrrl_log *log, uint64_t index, vrrl_error *err)
{
    vrrl_code code = durable_failure(log, err);
    if (code)
        return code;
    if (index < log->to.capacity) {
        move_cursor(log, index);
        return VRRL_OK;
    }
    error_set(err, VRRL_INVALID, "Fix: take the index modulo the capacity.",
              "%s: no record %" PRIu64 " in a log of %" PRIu64, log->path, index, log->to.capacity);
    if (err) {
        err->found = index;
        err->expected = log->to.capacity - 1;
    }
    return VRRL_INVALID;
}

vrrl_code vrrl_log_close(vrrl_log *log, vrrl_error *err)
{
    if (!log)
        return VRRL_OK;
    vrrl_code code = durable_end(log, err);
    discard(log);
    return code;
}

vrrl_code vrrl_log_reader(const vrrl_log *log, unsigned flags, vrrl_reader **reader,
                          vrrl_error *err)
{
    *reader = NULL;
    return log_reader_over(log->fd, false, log->path, flags, reader, err);
}

uint64_t vrrl_log_capacity(const vrrl_log *log)
{
    return log->to.capacity;
}
uint64_t vrrl_log_cursor(const vrrl_log *log)
{
    uint64_t appended;
    return log_position(log, &appended);
}
const char *vrrl_log_path(const vrrl_log *log)
{
    return log->path;
}
