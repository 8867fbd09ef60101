/* Text of any bytes as a JSON string. */
#ifndef VRRL_BASE_JSON_TEXT_H
#define VRRL_BASE_JSON_TEXT_H

#include <jansson.h>

/* Paths and names need not be UTF-8, and jansson refuses what is not: each byte that is no part of
 * UTF-8 becomes U+FFFD. NULL only without memory. */
json_t *json_text(const char *bytes);

/* The same, or null of JSON where there is no text. */
static inline json_t *json_text_or_null(const char *bytes)
{
    return bytes ? json_text(bytes) : json_null();
}

#endif
