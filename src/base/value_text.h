/* How the value of a word is written, in every text: small numbers as such, hashes in hexadecimal. */
#ifndef VRRL_BASE_VALUE_TEXT_H
#define VRRL_BASE_VALUE_TEXT_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

enum { VALUE_TEXT_MAX = 20, VALUE_DECIMAL_BELOW = 1000000 };

/* Of a word, or a sum of two that it is compared with. */
static inline const char *value_text(uint64_t value, char text[VALUE_TEXT_MAX])
{
    snprintf(text, VALUE_TEXT_MAX, value < VALUE_DECIMAL_BELOW ? "%" PRIu64 : "0x%08" PRIx64,
             value);
    return text;
}

#endif
