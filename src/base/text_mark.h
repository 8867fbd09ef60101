/* The mark that some editors put before UTF-8 text. */
#ifndef VRRL_BASE_TEXT_MARK_H
#define VRRL_BASE_TEXT_MARK_H

#include <stddef.h>
#include <string.h>

/* How many bytes of `text` are a byte order mark: 3, or 0. It is no part of the text. */
static inline size_t text_mark_size(const char *text, size_t size)
{
    return size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

#endif
