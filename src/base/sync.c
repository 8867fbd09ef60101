#include "base/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int allocate_file(int fd, uint64_t bytes)
{
    int failed;
    do
        failed = posix_fallocate(fd, 0, (off_t)bytes);
    while (failed == EINTR);
    errno = failed;
    return failed ? -1 : 0;
}

int sync_file(int fd)
{
    int result;
    do
        result = fsync(fd);
    while (result != 0 && errno == EINTR);
    return result;
}

int sync_data(int fd)
{
    int result;
    do
        result = fdatasync(fd);
    while (result != 0 && errno == EINTR);
    return result;
}

vrrl_code sync_folder(const char *folder, vrrl_error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES ? VRRL_OK : error_errno(err, "open", folder, NULL);
    vrrl_code code = VRRL_OK;
    if (sync_file(fd) != 0 && errno != EINVAL)
        code = error_errno(err, "fsync", folder, NULL);
    close(fd);
    return code;
}

vrrl_code sync_name(const char *path, vrrl_error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    if (!folder)
        return error_no_memory(err, strlen(path));
    vrrl_code code = sync_folder(folder, err);
    free(folder);
    return code;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (is_folder(from)) /* it has no links; what has content is not replaced */
        return rename(from, to);
    if (link(from, to) != 0)
        return -1;
    unlink(from);
    return 0;
}
