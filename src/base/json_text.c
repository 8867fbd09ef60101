#include "base/json_text.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at `at`, or 0 where there is none: jansson itself is asked. */
static size_t sequence_bytes(const char *at)
{
    for (size_t size = 1; size <= 4; size++) {
        if (at[size - 1] == '\0')
            return 0;
        json_t *one = json_stringn(at, size);
        json_decref(one);
        if (one)
            return size;
    }
    return 0;
}

json_t *json_text(const char *bytes)
{
    json_t *whole = json_string(bytes);
    if (whole)
        return whole;
    char *text = malloc(3 * strlen(bytes) + 1), *end = text;
    if (!text)
        return NULL;
    for (const char *at = bytes; *at;) {
        size_t size = sequence_bytes(at);
        memcpy(end, size > 0 ? at : "\xEF\xBF\xBD", size > 0 ? size : 3);
        end += size > 0 ? size : 3;
        at += size > 0 ? size : 1;
    }
    whole = json_stringn(text, (size_t)(end - text));
    free(text);
    return whole;
}
