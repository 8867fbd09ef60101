/* What the writer and the verifier share with the reader. */
#ifndef VRRL_LOG_READER_H
#define VRRL_LOG_READER_H

#include "format/log_format.h"
#include "vrrl/log.h"

/* Reads and checks the header of an open file. */
vrrl_code log_read_header(int fd, const char *path, struct log_header *header, vrrl_error *err);

/* A reader over an open file, which it closes in the end (and on failure) where it owns it. */
vrrl_code log_reader_over(int fd, bool owns_fd, const char *path, unsigned flags,
                          vrrl_reader **reader, vrrl_error *err);

#endif
