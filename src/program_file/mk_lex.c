#include "program_file/mk_lex.h"

#include "base/array.h"
#include "base/printable.h"
#include "program_file/mk_error.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers are converted through a copy, since the text need not end in a NUL. */
enum { NUMBER_BYTES_MAX = 63 };

struct lexer {
    struct mk_source *source;
    uint32_t at;
    uint32_t line;
    locale_t c_locale; /* the decimal point is a point whatever the caller's locale says */
    vrrl_error *err;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_name_byte(char c)
{
    return is_letter(c) || is_digit(c) || c == '.';
}

/* The byte `ahead` of the cursor; NUL past the end. */
static char peek(const struct lexer *lexer, uint32_t ahead)
{
    const struct mk_source *source = lexer->source;
    return ahead < source->size - lexer->at ? source->text[lexer->at + ahead] : '\0';
}

static vrrl_code push(struct lexer *lexer, struct mk_token token)
{
    struct mk_source *source = lexer->source;
    vrrl_code code =
        array_room(source->tokens, source->token_count, source->token_room, 1, lexer->err);
    if (code != VRRL_OK)
        return code;
    token.at = lexer->at;
    token.line = lexer->line;
    source->tokens[source->token_count++] = token;
    lexer->at += token.length;
    return VRRL_OK;
}

__attribute__((format(printf, 4, 5))) static vrrl_code
fail(struct lexer *lexer, uint32_t length, const char *fix, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char text[160];
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct mk_token here = {.at = lexer->at, .length = length, .line = lexer->line};
    return mk_error_at(lexer->source, &here, VRRL_PARSE, fix, lexer->err, "%s", text);
}

static vrrl_code lex_name(struct lexer *lexer)
{
    uint32_t length = 0;
    while (is_name_byte(peek(lexer, length)))
        length++;
    return push(lexer, (struct mk_token){.kind = MK_NAME, .length = length});
}

/* Bytes of a number as the eye sees it: digits, letters, points, underscores, and the sign of an
 * exponent. Whether they make a number is judged afterwards, as a whole. */
static uint32_t number_length(const struct lexer *lexer, bool hex)
{
    uint32_t length = 0;
    for (;; length++) {
        char c = peek(lexer, length);
        bool exponent = !hex && length > 0 && (peek(lexer, length - 1) | 0x20) == 'e';
        if (!is_name_byte(c) && !((c == '+' || c == '-') && exponent))
            return length;
    }
}

static vrrl_code push_float(struct lexer *lexer, const char *digits, uint32_t length)
{
    char *end;
    struct mk_token token = {.kind = MK_FLOAT, .length = length};
    token.real = strtod_l(digits, &end, lexer->c_locale);
    if (*end != '\0')
        return fail(lexer, length, "Fix: write a number such as 12, 0x1F, 1.5 or 1e-5.",
                    "`%s` is not a number", digits);
    /* Rounded once, from the text: by way of a double it could be rounded twice. */
    float single = strtof_l(digits, &end, lexer->c_locale);
    if (single - single != 0.0f)
        return fail(lexer, length,
                    "Fix: write the bits in hexadecimal if infinity is meant: 0x7F800000.",
                    "`%s` does not fit in an f32", digits);
    memcpy(&token.number, &single, sizeof token.number);
    return push(lexer, token);
}

static vrrl_code push_integer(struct lexer *lexer, const char *digits, uint32_t length, bool hex)
{
    char *end;
    unsigned long long value = strtoull(hex ? digits + 2 : digits, &end, hex ? 16 : 10);
    if (*end != '\0' || (hex && digits[2] == '\0'))
        return fail(lexer, length, "Fix: write a number such as 12, 0x1F, 1.5 or 1e-5.",
                    "`%s` is not a number", digits);
    if (value > UINT32_MAX)
        return fail(lexer, length,
                    "Fix: words have 32 bits: write at most 4294967295 (0xFFFFFFFF).",
                    "`%s` does not fit in a word", digits);
    return push(lexer,
                (struct mk_token){.kind = MK_NUMBER, .length = length, .number = (uint32_t)value});
}

static vrrl_code lex_number(struct lexer *lexer)
{
    bool hex = peek(lexer, 0) == '0' && (peek(lexer, 1) | 0x20) == 'x';
    uint32_t length = number_length(lexer, hex);
    if (length > NUMBER_BYTES_MAX)
        return fail(lexer, length, "Fix: leave digits out.",
                    "a number of %u characters, expected at most %d", length, NUMBER_BYTES_MAX);
    char digits[NUMBER_BYTES_MAX + 1] = {0};
    uint32_t kept = 0;
    bool real = false;
    for (uint32_t i = 0; i < length; i++) {
        char c = peek(lexer, i);
        real = real || (!hex && (c == '.' || (c | 0x20) == 'e'));
        if (c != '_')
            digits[kept++] = c;
    }
    digits[kept] = '\0';
    return real ? push_float(lexer, digits, length) : push_integer(lexer, digits, length, hex);
}

/* How many bytes a text or a name has before its closing quote. Reports print both: no byte of them may speak to
 * a terminal. */
static vrrl_code length_to(struct lexer *lexer, char quote, const char *unclosed, const char *what,
                           uint32_t *length)
{
    for (*length = 1; peek(lexer, *length) != quote; ++*length) {
        const char next[] = {peek(lexer, *length), peek(lexer, *length + 1)};
        if (next[0] == '\n' || next[0] == '\0')
            return fail(lexer, *length, unclosed, "a %s without its closing %s", what,
                        quote == '"' ? "quote" : "backquote");
        if (is_control(next, sizeof next))
            return fail(lexer, *length, "Fix: remove it; reports print this.",
                        "a %s with a control character", what);
    }
    return VRRL_OK;
}

static vrrl_code lex_text(struct lexer *lexer)
{
    uint32_t length;
    vrrl_code code =
        length_to(lexer, '"', "Fix: end the text with a quote, on the same line.", "text", &length);
    return code == VRRL_OK ? push(lexer, (struct mk_token){.kind = MK_TEXT, .length = length + 1})
                           : code;
}

/* `any name`: the token is what stands between the quotes. */
static vrrl_code lex_quoted_name(struct lexer *lexer)
{
    uint32_t length;
    vrrl_code code = length_to(lexer, '`', "Fix: end the name with a backquote, on the same line.",
                               "name", &length);
    if (code != VRRL_OK)
        return code;
    if (length == 1)
        return fail(lexer, 2, "Fix: write a name between the backquotes.", "an empty name");
    uint32_t end = lexer->at + length + 1;
    lexer->at++;
    code = push(lexer, (struct mk_token){.kind = MK_NAME, .length = length - 1, .quoted = true});
    lexer->at = end;
    return code;
}

static const struct {
    char text[3];
    enum mk_kind kind;
} marks[] = {
    /* Longer ones first. */
    {"==", MK_EQUAL},      {">=", MK_AT_LEAST}, {"+=", MK_ADD_TO}, {"<=", MK_AT_MOST},
    {"!=", MK_NOT_EQUAL},  {"<", MK_LESS},      {">", MK_MORE},    {":", MK_COLON},
    {",", MK_COMMA},       {"(", MK_OPEN},      {")", MK_CLOSE},   {"[", MK_OPEN_INDEX},
    {"]", MK_CLOSE_INDEX}, {"+", MK_PLUS},      {"-", MK_MINUS},   {"*", MK_TIMES},
    {"/", MK_DIVIDE},      {"%", MK_REMAINDER}, {"=", MK_ASSIGN},
};

static vrrl_code lex_mark(struct lexer *lexer)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        uint32_t length = marks[i].text[1] ? 2 : 1;
        if (peek(lexer, 0) == marks[i].text[0] &&
            (length == 1 || peek(lexer, 1) == marks[i].text[1]))
            return push(lexer, (struct mk_token){.kind = marks[i].kind, .length = length});
    }
    unsigned char c = (unsigned char)peek(lexer, 0);
    const char *fix =
        "Fix: names are made of letters, digits, `_` and `.`, others stand in backquotes; "
        "comments begin with `#`.";
    if (c > ' ' && c < 0x7F)
        return fail(lexer, 1, fix, "unexpected character `%c`", c);
    return fail(lexer, 1, fix, "unexpected byte 0x%02X", c);
}

static bool skip_blank(struct lexer *lexer)
{
    uint32_t before = lexer->at;
    while (lexer->at < lexer->source->size && strchr(" \t\r", peek(lexer, 0)) && peek(lexer, 0))
        lexer->at++;
    if (peek(lexer, 0) == '#')
        while (lexer->at < lexer->source->size && peek(lexer, 0) != '\n')
            lexer->at++;
    return lexer->at != before;
}

static vrrl_code lex_one(struct lexer *lexer)
{
    char c = peek(lexer, 0);
    if (c == '\n') {
        vrrl_code code = push(lexer, (struct mk_token){.kind = MK_NEWLINE, .length = 1});
        lexer->line++;
        return code;
    }
    if (is_letter(c))
        return lex_name(lexer);
    if (is_digit(c))
        return lex_number(lexer);
    if (c == '`')
        return lex_quoted_name(lexer);
    return c == '"' ? lex_text(lexer) : lex_mark(lexer);
}

vrrl_code mk_lex(struct mk_source *source, vrrl_error *err)
{
    struct lexer lexer = {.source = source, .line = 1, .err = err};
    lexer.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!lexer.c_locale)
        return error_no_memory(err, 0);
    vrrl_code code = VRRL_OK;
    while (code == VRRL_OK && lexer.at < source->size)
        if (!skip_blank(&lexer))
            code = lex_one(&lexer);
    if (code == VRRL_OK)
        code = push(&lexer, (struct mk_token){.kind = MK_END});
    freelocale(lexer.c_locale);
    return code;
}

void mk_source_free(struct mk_source *source)
{
    free(source->tokens);
    source->tokens = NULL;
}
