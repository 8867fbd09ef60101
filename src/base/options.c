#include "base/options.h"

#include "base/error.h"

#include <string.h>

/* More than any options have: memory that nobody has set. */
enum { SIZE_MOST = 1 << 12 };

vrrl_code options_read(void *to, size_t size, const void *given, const char *type, vrrl_error *err)
{
    size_t given_size;
    memset(to, 0, size);
    memcpy(to, &size, sizeof size);
    if (!given)
        return VRRL_OK;
    memcpy(&given_size, given, sizeof given_size);
    if (given_size < sizeof given_size || given_size > SIZE_MOST)
        return error_set(err, VRRL_INVALID, "Fix: begin by VRRL_OPTIONS_INIT, or set `size`.",
                         "%s of size %zu", type, given_size);
    const char *bytes = given;
    for (size_t i = size; i < given_size; i++)
        if (bytes[i] != 0)
            return error_set(
                err, VRRL_UNSUPPORTED,
                "Fix: run with the library that the program was compiled for, or a newer one.",
                "%s sets what this version of the library does not know (byte %zu of %zu)", type, i,
                given_size);
    memcpy(to, given, given_size < size ? given_size : size);
    memcpy(to, &size, sizeof size);
    return VRRL_OK;
}
