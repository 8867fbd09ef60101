/* Names that may come from anywhere: nothing in them may speak to a terminal. */
#ifndef VRRL_BASE_PRINTABLE_H
#define VRRL_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Whether `text`, of `size` bytes, begins with a control character; those of U+0080 to U+009F have two bytes. */
static inline bool is_control(const char *text, size_t size)
{
    unsigned char c = (unsigned char)text[0], next = size > 1 ? (unsigned char)text[1] : 0;
    return c < 0x20 || c == 0x7F || (c == 0xC2 && next >= 0x80 && next < 0xA0);
}

/* Control characters, those of two bytes in UTF-8 (U+0080 to U+009F), too, become '?'. NUL stays, and
 * with `lines` newlines do. `text` has a NUL behind its `size` bytes. */
static inline void make_printable(char *text, size_t size, bool lines)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i], next = (unsigned char)text[i + 1];
        bool c0 = (c < 0x20 && c != 0 && !(lines && c == '\n')) || c == 0x7F;
        bool c1 = c == 0xC2 && next >= 0x80 && next < 0xA0;
        if (c0 || c1)
            text[i] = '?';
        if (c1)
            text[i + 1] = '?';
    }
}

/* What a file says, in an error: a character beyond ASCII, or half of one, is '?'. */
static inline void make_ascii(char *text)
{
    char *to = text;
    bool inside = false; /* of a character of several bytes */
    for (const char *from = text; *from; from++) {
        unsigned char c = (unsigned char)*from;
        bool more = (c & 0xC0) == 0x80;
        if (!more || !inside)
            *to++ = c < 0x80 ? (char)c : '?';
        inside = c >= 0x80;
    }
    *to = '\0';
}

/* Prints a name, what it has more than 4095 bytes left out. */
static inline void print_name(FILE *out, const char *name)
{
    char text[4096];
    snprintf(text, sizeof text, "%s", name);
    make_printable(text, strlen(text), false);
    fputs(text, out);
}

#endif
