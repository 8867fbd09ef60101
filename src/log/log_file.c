#include "log/log_file.h"

#include "base/error.h"
#include "base/open_file.h"
#include "base/sync.h"
#include "log/record_format.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static vrrl_code refuse_kind(const char *path, mode_t mode, vrrl_error *err)
{
    error_set(err, VRRL_IO, "Fix: name a regular file.", "open %s: it is %s, not a regular file",
              path, file_kind(mode));
    if (err)
        err->sys_errno = S_ISDIR(mode) ? EISDIR : EINVAL;
    return VRRL_IO;
}

vrrl_code log_file_open(const char *path, int flags, int *fd, vrrl_error *err)
{
    /* O_NONBLOCK: the open of a FIFO would wait for its other end. It means nothing to a file. */
    int opened = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (opened < 0) {
        int reason = errno;
        if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
            return refuse_kind(path, status.st_mode, err);
        errno = reason;
        return error_errno(err, "open", path, NULL);
    }
    vrrl_code code = VRRL_OK;
    if (fstat(opened, &status) != 0)
        code = error_errno(err, "fstat", path, NULL);
    else if (!S_ISREG(status.st_mode))
        code = refuse_kind(path, status.st_mode, err);
    if (code)
        close(opened);
    else
        *fd = opened;
    return code;
}

vrrl_code log_file_size(int fd, const char *path, uint64_t *bytes, vrrl_error *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return error_errno(err, "fstat", path, NULL);
    *bytes = (uint64_t)status.st_size;
    return VRRL_OK;
}

vrrl_code log_file_read(int fd, const char *path, void *bytes, size_t size, uint64_t offset,
                        size_t *got, vrrl_error *err)
{
    *got = 0;
    while (*got < size) {
        ssize_t part = pread(fd, (char *)bytes + *got, size - *got, (off_t)(offset + *got));
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return error_errno(err, "read", path, NULL);
        if (part == 0)
            break;
        *got += (size_t)part;
    }
    return VRRL_OK;
}

vrrl_code log_file_records(int fd, const char *path, uint64_t index, size_t wanted,
                           vrrl_raw_record *records, size_t *whole, vrrl_error *err)
{
    size_t got;
    vrrl_code code = log_file_read(fd, path, records, wanted * sizeof *records,
                                   log_record_offset(index), &got, err);
    *whole = got / sizeof *records;
    return code;
}

vrrl_code log_file_map(int fd, const char *path, uint64_t capacity, int flags, void **mapping,
                       vrrl_error *err)
{
    uint64_t bytes = 0, wanted = log_file_bytes(capacity);
    vrrl_code code = log_file_size(fd, path, &bytes, err);
    if (code)
        return code;
    if (bytes < wanted) {
        char what[64];
        snprintf(what, sizeof what, "its capacity of %" PRIu64 " records", capacity);
        return log_file_short(path, what, bytes, wanted, err);
    }
    void *mapped = mmap(NULL, (size_t)wanted, PROT_READ, MAP_SHARED | flags, fd, 0);
    if (mapped == MAP_FAILED)
        return error_errno(err, "mmap", path, NULL);
    *mapping = mapped;
    return VRRL_OK;
}

vrrl_code log_file_write(int fd, const char *path, const void *bytes, size_t size, uint64_t offset,
                         vrrl_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t part = pwrite(fd, (const char *)bytes + done, size - done, (off_t)(offset + done));
        if (part < 0 && errno != EINTR)
            return error_errno(err, "write", path, NULL);
        done += part > 0 ? (size_t)part : 0;
    }
    return VRRL_OK;
}

vrrl_code log_file_short(const char *path, const char *what, uint64_t found, uint64_t expected,
                         vrrl_error *err)
{
    error_set(err, VRRL_IO,
              "Fix: restore the whole file from a copy, or save what is there with `vrrl repair`.",
              "read %s: the file ends after %" PRIu64 " bytes, %s needs %" PRIu64, path, found,
              what, expected);
    if (err) {
        err->found = found;
        err->expected = expected;
    }
    return VRRL_IO;
}

enum { STAGED_EXTRA = sizeof "..0123456789abcdef.new" - 1 };

/* So much of a name, whole characters of UTF-8, that what is put around it leaves a name. */
static int staged_length(const char *name)
{
    size_t length = strlen(name);
    if (length <= NAME_MAX - STAGED_EXTRA)
        return (int)length;
    for (length = NAME_MAX - STAGED_EXTRA; length > 0 && (name[length] & 0xC0) == 0x80;)
        length--;
    return (int)length;
}

/* "FOLDER/.NAME.RANDOM.new": hidden, and in the same folder, so that a rename can publish it. */
static char *staged_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number)
        number = (uint64_t)getpid();
    char *staged = NULL;
    if (asprintf(&staged, "%.*s.%.*s.%016" PRIx64 ".new", (int)(name - path), path,
                 staged_length(name), name, number) < 0)
        return NULL;
    return staged;
}

vrrl_code log_file_stage(const char *path, int *fd, char **staged, vrrl_error *err)
{
    char *name = staged_name(path);
    if (!name)
        return error_no_memory(err, strlen(path));
    int opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (opened < 0) {
        vrrl_code code = error_errno(err, "create", name, NULL);
        free(name);
        return code;
    }
    *fd = opened;
    *staged = name;
    return VRRL_OK;
}

vrrl_code log_file_publish(int fd, const char *staged, const char *path, vrrl_error *err)
{
    if (sync_file(fd) != 0)
        return error_errno(err, "fsync", staged, NULL);
    if (rename_new(staged, path) == 0)
        return sync_name(path, err);
    if (errno != EEXIST)
        return error_errno(err, "rename", path, NULL);
    return error_set(err, VRRL_EXISTS, "Fix: choose another name, or move the old file away.",
                     "%s: there is a file of this name already", path);
}
