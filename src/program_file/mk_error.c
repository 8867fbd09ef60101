#include "program_file/mk_error.h"

#include "base/printable.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How much of a long line, path or token an error shows. */
enum { EXCERPT_COLUMNS = 96, EXCERPT_BEFORE = 60, PATH_BYTES = 160, TOKEN_BYTES = 40 };

const char *mk_kind_text(enum mk_kind kind)
{
    static const char *const texts[] = {
#define X(name, text) [MK_##name] = text,
        MK_TOKEN_TABLE(X)
#undef X
    };
    return texts[kind];
}

const char *mk_token_text(const struct mk_source *source, const struct mk_token *token, char *out,
                          size_t size)
{
    if (token->kind == MK_END || token->kind == MK_NEWLINE) {
        snprintf(out, size, "%s", mk_kind_text(token->kind));
        return out;
    }
    int shown = token->length > TOKEN_BYTES ? TOKEN_BYTES : (int)token->length;
    snprintf(out, size, "`%.*s%s`", shown, source->text + token->at,
             token->length > TOKEN_BYTES ? "..." : "");
    return out;
}

bool mk_token_is(const struct mk_source *source, const struct mk_token *token, const char *word)
{
    /* The first byte settles most of them, and every line is asked about every keyword. */
    return token->kind == MK_NAME && !token->quoted && source->text[token->at] == word[0] &&
           strlen(word) == token->length &&
           memcmp(source->text + token->at, word, token->length) == 0;
}

/* A line of the text, and where a token begins in it. */
struct line {
    uint32_t first, length;
    uint32_t offset;
};

static struct line line_of(const struct mk_source *source, uint32_t at)
{
    struct line line = {.first = at, .length = 0};
    while (line.first > 0 && source->text[line.first - 1] != '\n')
        line.first--;
    while (line.first + line.length < source->size &&
           source->text[line.first + line.length] != '\n')
        line.length++;
    line.offset = at - line.first;
    return line;
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The part of the line around the token, cleaned for a terminal, and a line with a caret under the
 * token. Both fit, whatever the line's length. */
static void draw_excerpt(const struct mk_source *source, const struct mk_token *token, char *out,
                         size_t size)
{
    struct line line = line_of(source, token->at);
    uint32_t from = line.offset > EXCERPT_BEFORE ? line.offset - EXCERPT_BEFORE : 0;
    while (from > 0 && from < line.offset && continues_character(source->text[line.first + from]))
        from++;
    char shown[EXCERPT_COLUMNS + 1], caret[EXCERPT_COLUMNS + 1];
    uint32_t bytes = 0, carets = 0;
    for (uint32_t i = from; i < line.length; i++) {
        char c = source->text[line.first + i];
        if (bytes == EXCERPT_COLUMNS)
            break;
        if (c == '\r')
            continue;
        if (continues_character(c)) /* the '?' of its first byte stands for it */
            continue;
        shown[bytes++] = c == '\t' ? ' ' : c < ' ' || c > '~' ? '?' : c;
        if (i < line.offset && !continues_character(c))
            caret[carets++] = ' ';
    }
    shown[bytes] = '\0';
    uint32_t room = EXCERPT_COLUMNS - carets;
    uint32_t marks = token->length < 1 ? 1 : token->length > room ? room : token->length;
    for (uint32_t i = 0; i < marks; i++)
        caret[carets++] = i == 0 ? '^' : '~';
    caret[carets] = '\0';
    snprintf(out, size, "\n%6u | %s\n       | %s", token->line, shown, caret);
}

vrrl_code mk_error_at(const struct mk_source *source, const struct mk_token *token, vrrl_code code,
                      const char *fix, vrrl_error *err, const char *format, ...)
{
    char text[320], excerpt[3 * EXCERPT_COLUMNS];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    make_ascii(text);
    draw_excerpt(source, token, excerpt, sizeof excerpt);
    /* The end of a long path says more than its beginning. */
    size_t length = strlen(source->name);
    const char *name = length > PATH_BYTES ? source->name + length - PATH_BYTES : source->name;
    return error_set(err, code, fix, "%s:%u:%u: %s%s", name, token->line,
                     line_of(source, token->at).offset + 1, text, excerpt);
}
