/* The system calls under a log: opening without surprises, reading at a place, new files that
 * appear whole. */
#ifndef VRRL_LOG_LOG_FILE_H
#define VRRL_LOG_LOG_FILE_H

#include "vrrl/log/log.h"

#include <stddef.h>
#include <stdint.h>

/* Opens an existing regular file with `flags` (O_RDONLY or O_RDWR), close-on-exec. Anything else
 * (a folder, a FIFO, a device) is refused without blocking. */
vrrl_code log_file_open(const char *path, int flags, int *fd, vrrl_error *err);

/* Size in bytes. */
vrrl_code log_file_size(int fd, const char *path, uint64_t *bytes, vrrl_error *err);

/* Reads up to `size` bytes at `offset`; *got is less only at the end of the file. */
vrrl_code log_file_read(int fd, const char *path, void *bytes, size_t size, uint64_t offset,
                        size_t *got, vrrl_error *err);

/* Reads up to `wanted` records from `index` on; *whole is how many are there in full. */
vrrl_code log_file_records(int fd, const char *path, uint64_t index, size_t wanted,
                           vrrl_raw_record *records, size_t *whole, vrrl_error *err);

/* Maps a whole log of `capacity` records for reading; `flags` beside MAP_SHARED. An error where the
 * file is shorter. */
vrrl_code log_file_map(int fd, const char *path, uint64_t capacity, int flags, void **mapping,
                       vrrl_error *err);

/* Writes all of `size` bytes at `offset`. */
vrrl_code log_file_write(int fd, const char *path, const void *bytes, size_t size, uint64_t offset,
                         vrrl_error *err);

/* The error of a file that ends after `found` bytes where `what` needs `expected`. */
vrrl_code log_file_short(const char *path, const char *what, uint64_t found, uint64_t expected,
                         vrrl_error *err);

/* A new file in the folder of `path`, under a name of its own until it is published. Opened for
 * reading and writing; the name is the caller's, to be freed. */
vrrl_code log_file_stage(const char *path, int *fd, char **staged, vrrl_error *err);

/* Makes the staged file durable and gives it its name; VRRL_EXISTS where that is taken. */
vrrl_code log_file_publish(int fd, const char *staged, const char *path, vrrl_error *err);

#endif
