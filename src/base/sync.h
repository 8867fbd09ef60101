/* What files ask of the disk: space, to be durable with their names, and a name that is not taken from
 * another file. */
#ifndef VRRL_BASE_SYNC_H
#define VRRL_BASE_SYNC_H

#include "base/error.h"

/* Backs the file's first `bytes` with space, so that no later store can meet a full disk; adds zeros
 * at the end of one that is too short. 0, or -1 with errno. */
int allocate_file(int fd, uint64_t bytes);

/* fsync and fdatasync, again where a signal came in between: 0, or -1 with errno. */
int sync_file(int fd);
int sync_data(int fd);

/* Names are data of their folder: makes those in `folder` durable. Nothing to do where the file
 * system cannot sync a folder (EINVAL), or where we may write to it and not read it (EACCES). */
vrrl_code sync_folder(const char *folder, vrrl_error *err);
/* The same for the folder that holds `path`. */
vrrl_code sync_name(const char *path, vrrl_error *err);

/* Renames a file or a folder without replacing anything: 0, or -1 with errno, EEXIST where `to` is
 * taken. On file systems that have no such rename a folder may replace an empty folder. */
int rename_new(const char *from, const char *to);

#endif
