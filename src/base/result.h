/* What public functions hand out: a struct that begins with its size, in the library's own memory. */
#ifndef VRRL_BASE_RESULT_H
#define VRRL_BASE_RESULT_H

#include "vrrl/log/error.h"

#include <stddef.h>

/* Zeros, but for the size, which is the first member; to be given to free(). NULL where memory lacks. */
void *result_create(size_t size, vrrl_error *err);

#endif
