/* Bytes as hexadecimal digits. */
#ifndef VRRL_BASE_HEX_H
#define VRRL_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Two digits a byte, and a NUL: `out` has room for 2 * count + 1. */
static inline void hex_text(char *out, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

#endif
