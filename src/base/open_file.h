/* Opening what somebody named for reading, without waiting for whoever it leads to. */
#ifndef VRRL_BASE_OPEN_FILE_H
#define VRRL_BASE_OPEN_FILE_H

#include "vrrl/log/error.h"

#include <sys/types.h>

/* The descriptor that a path names: `-` and /dev/stdin, /dev/fd/N and /proc/self/fd/N, which the caller has
 * opened; -1 for all other paths. */
int path_descriptor(const char *path);
/* "a FIFO", for a file that is no regular one. */
const char *file_kind(mode_t mode);
/* Opens a regular file, or what a path other than `-` names of descriptors. All else is refused before it
 * is opened: a FIFO would wait for its other end, and of a device nobody knows. */
vrrl_code open_for_reading(const char *path, int *fd, vrrl_error *err);

#endif
