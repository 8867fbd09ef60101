/* Options of public functions, as a caller of another version may give them: vrrl/log/options.h. */
#ifndef VRRL_BASE_OPTIONS_H
#define VRRL_BASE_OPTIONS_H

#include "vrrl/log/error.h"
#include "vrrl/log/options.h"

#include <stddef.h>
#include <stdint.h>

/* Fills *to, of `size` bytes, whose type is called `type`: with defaults, and where `given` is not NULL with
 * what it says. VRRL_INVALID where its size is none; VRRL_UNSUPPORTED where it sets what this library does
 * not know. */
vrrl_code options_read(void *to, size_t size, const void *given, const char *type, vrrl_error *err);

/* The seed that a caller means: 0 stands for the default. */
static inline uint64_t seed_of_option(uint64_t seed)
{
    return seed != 0 ? seed : VRRL_SEED_DEFAULT;
}

#define OPTIONS_READ(type, to, given, err) options_read((to), sizeof(type), (given), #type, (err))

#endif
