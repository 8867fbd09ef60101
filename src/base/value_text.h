/* How the value of a word is written, in every text: small numbers as such, hashes in hexadecimal. */
#ifndef VRRL_BASE_VALUE_TEXT_H
#define VRRL_BASE_VALUE_TEXT_H

#include <stdint.h>
#include <stdio.h>

enum { VALUE_TEXT_MAX = 16, VALUE_DECIMAL_BELOW = 1000000 };

static inline const char *value_text(uint32_t value, char text[VALUE_TEXT_MAX])
{
    snprintf(text, VALUE_TEXT_MAX, value < VALUE_DECIMAL_BELOW ? "%u" : "0x%08x", value);
    return text;
}

#endif
