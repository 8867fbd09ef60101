/* Files of text that a person wrote. */
#ifndef VRRL_PROGRAM_FILE_MK_FILE_H
#define VRRL_PROGRAM_FILE_MK_FILE_H

#include "vrrl/log/error.h"

#include <stddef.h>

/* All of a file, or the first VRRL_FILE_BYTES_MAX + 1 bytes of it. Free *bytes whatever it returns. */
vrrl_code mk_read_file(const char *path, char **bytes, size_t *size, vrrl_error *err);

#endif
