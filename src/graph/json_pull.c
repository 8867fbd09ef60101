#include "graph/json_pull.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

static const char incomplete[] = "Fix: see if the file is complete, and JSON in UTF-8.";

vrrl_code json_pull_fail(const struct json_pull *p, size_t at, const char *fix, const char *format,
                         ...)
{
    size_t line = 1, line_start = 0;
    char text[400];
    va_list arguments;
    for (size_t i = 0; i < at && i < p->size; i++) {
        if (p->bytes[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(p->err, VRRL_PARSE, fix, "%s: line %zu, column %zu (byte %zu): %s", p->file,
                     line, at - line_start + 1, at, text);
}

char json_pull_peek(struct json_pull *p)
{
    while (p->at < p->size) {
        char c = p->bytes[p->at];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return c;
        p->at++;
    }
    return '\0';
}

vrrl_code json_pull_open(struct json_pull *p, char bracket, const char *what)
{
    if (json_pull_peek(p) != bracket)
        return json_pull_fail(p, p->at, incomplete, "expected %s", what);
    p->at++;
    return VRRL_OK;
}

vrrl_code json_pull_next(struct json_pull *p, char bracket, bool *first, bool *more)
{
    char close = bracket == '{' ? '}' : ']', c = json_pull_peek(p);
    bool was_first = *first;
    *first = false;
    *more = c != close;
    if (!*more) {
        p->at++;
        return VRRL_OK;
    }
    if (was_first)
        return VRRL_OK;
    if (c != ',')
        return json_pull_fail(p, p->at, incomplete, "expected `,` or `%c`", close);
    p->at++;
    if (json_pull_peek(p) == close)
        return json_pull_fail(p, p->at, incomplete, "expected more behind `,`");
    return VRRL_OK;
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static bool is_hexadecimal(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind a backslash: how many characters belong to it; 0: it is none. */
static size_t escape_size(const struct json_pull *p, size_t at)
{
    if (at >= p->size || p->bytes[at] == '\0' || !strchr("\"\\/bfnrtu", p->bytes[at]))
        return 0;
    if (p->bytes[at] != 'u')
        return 1;
    for (size_t i = 1; i <= 4; i++)
        if (at + i >= p->size || !is_hexadecimal(p->bytes[at + i]))
            return 0;
    return 5;
}

vrrl_code json_pull_text(struct json_pull *p, const char *what, struct json_span *text)
{
    if (json_pull_peek(p) != '"')
        return json_pull_fail(p, p->at, "Fix: correct the field.", "expected %s, in quotes", what);
    size_t at = p->at + 1;
    while (at < p->size && p->bytes[at] != '"') {
        if ((unsigned char)p->bytes[at] < 0x20)
            return json_pull_fail(p, at, incomplete, "a control character in a text");
        if (p->bytes[at] == '\\') {
            size_t size = escape_size(p, at + 1);
            if (size == 0)
                return json_pull_fail(p, at, incomplete, "no escape that JSON has");
            at += size;
        }
        at++;
    }
    if (at >= p->size)
        return json_pull_fail(p, p->at, incomplete, "the file ends inside of a text");
    *text = (struct json_span){p->bytes + p->at + 1, at - p->at - 1};
    p->at = at + 1;
    return VRRL_OK;
}

vrrl_code json_pull_key(struct json_pull *p, struct json_span *key)
{
    vrrl_code code = json_pull_text(p, "a key", key);
    return code == VRRL_OK ? json_pull_open(p, ':', "`:` behind a key") : code;
}

bool json_span_is(const struct json_span *span, const char *word)
{
    size_t size = strlen(word);
    return span->size == size && memcmp(span->text, word, size) == 0;
}

vrrl_code json_pull_plain(struct json_pull *p, const struct json_span *text, size_t at, char *out,
                          size_t size)
{
    if (text->size == 0 || text->size >= size)
        return json_pull_fail(p, at, "Fix: shorten it, or give it one.",
                              "a name of %zu bytes; expected 1 to %zu", text->size, size - 1);
    for (size_t i = 0; i < text->size; i++)
        if (text->text[i] == '\\' || (unsigned char)text->text[i] == 0x7F ||
            ((unsigned char)text->text[i] == 0xC2 && (unsigned char)text->text[i + 1] < 0xA0))
            return json_pull_fail(p, at, "Fix: rename it; reports print it.",
                                  "a name with an escape or a control character");
    memcpy(out, text->text, text->size);
    out[text->size] = '\0';
    return VRRL_OK;
}

/* ---- Numbers and words ------------------------------------------------------------------------ */

static size_t digits_from(const struct json_pull *p, size_t at)
{
    while (at < p->size && p->bytes[at] >= '0' && p->bytes[at] <= '9')
        at++;
    return at;
}

static bool is_at(const struct json_pull *p, size_t at, const char *any)
{
    return at < p->size && p->bytes[at] != '\0' && strchr(any, p->bytes[at]);
}

/* Behind a number; `whole` tells whether it has neither fraction nor exponent. 0: there is none. */
static size_t number_end(const struct json_pull *p, bool *whole)
{
    size_t at = p->at + is_at(p, p->at, "-"), first = at;
    at = digits_from(p, at);
    *whole = true;
    if (at == first || (p->bytes[first] == '0' && at > first + 1))
        return 0;
    if (is_at(p, at, ".")) {
        *whole = false;
        first = ++at;
        if ((at = digits_from(p, at)) == first)
            return 0;
    }
    if (is_at(p, at, "eE")) {
        *whole = false;
        at++;
        at += is_at(p, at, "+-");
        first = at;
        if ((at = digits_from(p, at)) == first)
            return 0;
    }
    return at;
}

static bool read_digits(const char *text, size_t size, int64_t *number)
{
    bool negative = text[0] == '-';
    int64_t value = 0;
    for (size_t i = negative; i < size; i++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, text[i] - '0', &value))
            return false;
    if (!negative && value == INT64_MIN)
        return false;
    *number = negative ? value : -value;
    return true;
}

vrrl_code json_pull_number(struct json_pull *p, const char *what, int64_t least, int64_t most,
                           int64_t *number)
{
    bool whole;
    json_pull_peek(p);
    size_t end = number_end(p, &whole);
    bool fits = end > 0 && whole && read_digits(p->bytes + p->at, end - p->at, number);
    if (!fits || *number < least || *number > most)
        return json_pull_fail(p, p->at, "Fix: correct the field.",
                              "%s: expected a whole number from %lld to %lld", what,
                              (long long)least, (long long)most);
    p->at = end;
    return VRRL_OK;
}

static bool take_word(struct json_pull *p, const char *word)
{
    size_t size = strlen(word);
    if (p->size - p->at < size || memcmp(p->bytes + p->at, word, size) != 0)
        return false;
    p->at += size;
    return true;
}

bool json_pull_null(struct json_pull *p)
{
    return json_pull_peek(p) == 'n' && take_word(p, "null");
}

/* ---- Passing over ---------------------------------------------------------------------------- */

static vrrl_code skip_plain(struct json_pull *p)
{
    struct json_span text;
    bool whole;
    if (json_pull_peek(p) == '"')
        return json_pull_text(p, "a text", &text);
    if (take_word(p, "true") || take_word(p, "false") || take_word(p, "null"))
        return VRRL_OK;
    size_t end = number_end(p, &whole);
    if (end == 0)
        return json_pull_fail(p, p->at, incomplete, "expected a value");
    p->at = end;
    return VRRL_OK;
}

/* Brackets are kept, so that the depth of a file is no depth of calls. */
vrrl_code json_pull_skip(struct json_pull *p)
{
    char open[DEPTH_MAX];
    bool first = false;
    size_t depth = 0;
    do {
        char c = json_pull_peek(p);
        vrrl_code code = VRRL_OK;
        struct json_span key;
        bool more = true;
        if (c == '{' || c == '[') {
            if (depth == DEPTH_MAX)
                return json_pull_fail(p, p->at, incomplete, "nested deeper than %d", DEPTH_MAX);
            open[depth++] = c;
            p->at++;
            first = true;
        } else {
            code = skip_plain(p);
        }
        while (code == VRRL_OK && depth > 0) {
            code = json_pull_next(p, open[depth - 1], &first, &more);
            if (code == VRRL_OK && more && open[depth - 1] == '{')
                code = json_pull_key(p, &key);
            if (more)
                break;
            depth--;
        }
        if (code != VRRL_OK)
            return code;
    } while (depth > 0);
    return VRRL_OK;
}

vrrl_code json_pull_end(struct json_pull *p)
{
    if (json_pull_peek(p) == '\0' && p->at >= p->size)
        return VRRL_OK;
    return json_pull_fail(p, p->at, incomplete, "expected the end behind the last `}`");
}
