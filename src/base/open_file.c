#include "base/open_file.h"

#include "base/error.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int path_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0)
        return STDIN_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        size_t size = strlen(folders[i]);
        if (strncmp(path, folders[i], size) != 0)
            continue;
        const char *digits = path + size;
        size_t length = strlen(digits);
        if (length > 0 && length < 10 && strspn(digits, "0123456789") == length)
            return atoi(digits);
    }
    return -1;
}

const char *file_kind(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a folder";
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    case S_IFCHR:
    case S_IFBLK:
        return "a device";
    default:
        return "something else";
    }
}

static vrrl_code refuse(const char *path, mode_t mode, vrrl_error *err)
{
    return error_set(err, VRRL_IO,
                     S_ISDIR(mode) ? "Fix: name a regular file."
                                   : "Fix: name a regular file, or redirect it: `- <FILE`.",
                     "open %s: it is %s, not a regular file", path, file_kind(mode));
}

vrrl_code open_for_reading(const char *path, int *fd, vrrl_error *err)
{
    struct stat status;
    bool named = path_descriptor(path) < 0;
    if (named && stat(path, &status) != 0)
        return error_errno(err, "open", path, NULL);
    if (named && !S_ISREG(status.st_mode))
        return refuse(path, status.st_mode, err);
    /* O_NONBLOCK: a file may have become a FIFO since. */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (named ? O_NONBLOCK : 0));
    if (*fd < 0)
        return error_errno(err, "open", path, NULL);
    if (!named || (fstat(*fd, &status) == 0 && S_ISREG(status.st_mode)))
        return VRRL_OK;
    close(*fd);
    return refuse(path, status.st_mode, err);
}
