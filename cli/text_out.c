#include "text_out.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

void text_open(struct text_out *out, int fd)
{
    out->fd = fd;
    out->error = 0;
    out->used = 0;
}

bool text_flush(struct text_out *out)
{
    size_t written = 0;
    while (!out->error && written < out->used) {
        ssize_t part = write(out->fd, out->bytes + written, out->used - written);
        if (part >= 0)
            written += (size_t)part;
        else if (errno != EINTR)
            out->error = errno;
    }
    out->used = 0;
    return !out->error;
}

#define DIGITS_MAX 20

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233"
                            "34353637383940414243444546474849505152535455565758596061626364656667"
                            "6869707172737475767778798081828384858687888990919293949596979899";

/* The digits end at `end`; returns where they begin. Two at a time: half the divisions. */
static char *digits_before(char *end, uint64_t value)
{
    while (value >= 100) {
        end -= 2;
        memcpy(end, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value < 10) {
        *--end = (char)('0' + value);
        return end;
    }
    end -= 2;
    memcpy(end, pairs + value * 2, 2);
    return end;
}

void text_u64(struct text_out *out, uint64_t value)
{
    char digits[DIGITS_MAX], *end = digits + DIGITS_MAX;
    char *start = digits_before(end, value);
    text_bytes(out, start, (size_t)(end - start));
}

static void spaces(struct text_out *out, size_t have, size_t width)
{
    for (; have < width; have++)
        text_char(out, ' ');
}

void text_u64_right(struct text_out *out, uint64_t value, size_t width)
{
    char digits[DIGITS_MAX], *end = digits + DIGITS_MAX;
    char *start = digits_before(end, value);
    spaces(out, (size_t)(end - start), width);
    text_bytes(out, start, (size_t)(end - start));
}

void text_string_left(struct text_out *out, const char *string, size_t width)
{
    text_string(out, string);
    spaces(out, strlen(string), width);
}

void text_string_right(struct text_out *out, const char *string, size_t width)
{
    spaces(out, strlen(string), width);
    text_string(out, string);
}

void text_json(struct text_out *out, const char *string)
{
    text_char(out, '"');
    for (; *string; string++) {
        if (*string == '"' || *string == '\\')
            text_char(out, '\\');
        text_char(out, *string);
    }
    text_char(out, '"');
}

void text_hex64(struct text_out *out, uint64_t value)
{
    char digits[18] = "0x";
    for (size_t i = 0; i < 16; i++)
        digits[2 + i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
    text_bytes(out, digits, sizeof digits);
}

/* `width` digits with leading zeros. */
static void zero_padded(struct text_out *out, uint64_t value, size_t width)
{
    char digits[DIGITS_MAX], *end = digits + DIGITS_MAX;
    memset(digits, '0', sizeof digits);
    digits_before(end, value);
    text_bytes(out, end - width, width);
}

void text_time(struct text_out *out, uint64_t timestamp_ns)
{
    time_t seconds = (time_t)(timestamp_ns / 1000000000u);
    struct tm parts;
    char text[64];
    gmtime_r(&seconds, &parts);
    size_t size = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S.", &parts);
    text_bytes(out, text, size);
    zero_padded(out, timestamp_ns % 1000000000u, 9);
}
