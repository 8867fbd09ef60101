#include "ptx/lex.h"

#include "base/printable.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much of a token or a path an error shows; a number is converted through a copy. */
enum { TOKEN_SHOWN = 40, PATH_SHOWN = 160, NUMBER_MAX = 63 };

/* ---- Errors ---------------------------------------------------------------------------------- */

const char *ptx_token_text(const struct ptx_lexer *lexer, const struct ptx_token *token,
                           char out[PTX_TOKEN_TEXT_MAX])
{
    if (token->kind == PTX_TOKEN_END)
        return "the end of the file";
    int shown = token->length > TOKEN_SHOWN ? TOKEN_SHOWN : (int)token->length;
    snprintf(out, PTX_TOKEN_TEXT_MAX, "`%.*s%s`", shown, lexer->text + token->at,
             token->length > TOKEN_SHOWN ? "..." : "");
    make_ascii(out);
    make_printable(out, strlen(out), false);
    return out;
}

bool ptx_fail_at(struct ptx_lexer *lexer, const struct ptx_token *token, const char *fix,
                 const char *format, ...)
{
    if (lexer->failed != VRRL_OK)
        return false;
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t column = 1;
    while (column <= token->at && lexer->text[token->at - column] != '\n')
        column++;
    size_t length = strlen(lexer->name);
    const char *name = length > PATH_SHOWN ? lexer->name + length - PATH_SHOWN : lexer->name;
    lexer->failed =
        error_set(lexer->err, VRRL_PARSE, fix, "%s:%u:%zu: %s", name, token->line, column, text);
    return false;
}

bool ptx_expected(struct ptx_lexer *lexer, const char *what, const char *fix)
{
    char text[PTX_TOKEN_TEXT_MAX];
    return ptx_fail_at(lexer, &lexer->token, fix, "found %s, expected %s",
                       ptx_token_text(lexer, &lexer->token, text), what);
}

/* ---- Characters ------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool is_name_byte(char c)
{
    return is_name_start(c) || is_digit(c);
}

/* The byte `ahead` of the cursor; NUL past the end. */
static char peek(const struct ptx_lexer *lexer, size_t ahead)
{
    return ahead < lexer->size - lexer->at ? lexer->text[lexer->at + ahead] : '\0';
}

static void skip_line(struct ptx_lexer *lexer)
{
    const char *end = memchr(lexer->text + lexer->at, '\n', lexer->size - lexer->at);
    lexer->at = end ? (size_t)(end - lexer->text) : lexer->size;
}

static bool skip_comment(struct ptx_lexer *lexer)
{
    struct ptx_token here = {.kind = '/', .line = lexer->line, .at = lexer->at, .length = 2};
    const char *from = lexer->text + lexer->at + 2;
    const char *end = memmem(from, lexer->size - lexer->at - 2, "*/", 2);
    if (!end)
        return ptx_fail_at(lexer, &here, "Fix: end it by */.", "found a comment without an end");
    for (const char *c = from; c < end; c++)
        lexer->line += *c == '\n';
    lexer->at = (size_t)(end - lexer->text) + 2;
    return true;
}

/* White space, comments, and lines of a preprocessor (`#`) or of old debug data (`@@`). */
static bool skip_space(struct ptx_lexer *lexer)
{
    for (;;) {
        char c = peek(lexer, 0), next = peek(lexer, 1);
        if (c == '\n') {
            lexer->line++;
            lexer->at++;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
            lexer->at++;
        } else if ((c == '/' && next == '/') || c == '#' || (c == '@' && next == '@')) {
            skip_line(lexer);
        } else if (c == '/' && next == '*') {
            if (!skip_comment(lexer))
                return false;
        } else if (c == '\0' && lexer->at + 1 == lexer->size) {
            lexer->at++; /* what a driver is given ends in NUL */
        } else {
            return true;
        }
    }
}

/* ---- Tokens ---------------------------------------------------------------------------------- */

/* `length` bytes from the cursor on are a name so far; modifiers behind points belong to it. */
static size_t modifiers(const struct ptx_lexer *lexer, size_t length)
{
    bool dotted = peek(lexer, 0) == '.';
    for (;;) {
        while (is_name_byte(peek(lexer, length)))
            length++;
        char c = peek(lexer, length);
        if (c == '.' && is_name_byte(peek(lexer, length + 1))) {
            dotted = true;
            length++;
        } else if (dotted && c == ':' && peek(lexer, length + 1) == ':' &&
                   is_name_byte(peek(lexer, length + 2))) {
            length += 2;
        } else {
            return length;
        }
    }
}

static bool name_token(struct ptx_lexer *lexer, struct ptx_token *token)
{
    token->kind = PTX_TOKEN_WORD;
    token->length = modifiers(lexer, 1);
    return true;
}

static bool directive_token(struct ptx_lexer *lexer, struct ptx_token *token)
{
    token->kind = PTX_TOKEN_DIRECTIVE;
    size_t length = 1;
    while (is_name_byte(peek(lexer, length)) ||
           (peek(lexer, length) == ':' && peek(lexer, length + 1) == ':' &&
            is_name_byte(peek(lexer, length + 2)) && (length += 1)))
        length++;
    token->length = length;
    return true;
}

static bool bad_number(struct ptx_lexer *lexer, struct ptx_token *token, const char *why)
{
    char text[PTX_TOKEN_TEXT_MAX];
    token->kind = PTX_TOKEN_INTEGER;
    return ptx_fail_at(
        lexer, token,
        "Fix: write it as 1, 0x1F, 0b101, 017, 1.5, 0f3F800000 or 0d3FF0000000000000.",
        "found %s, expected a number%s", ptx_token_text(lexer, token, text), why);
}

/* 0fXXXXXXXX and 0dXXXXXXXXXXXXXXXX: bits. */
static bool bits_token(struct ptx_lexer *lexer, struct ptx_token *token, size_t digits)
{
    uint64_t bits = 0;
    for (size_t i = 2; i < token->length; i++) {
        char c = lexer->text[token->at + i];
        unsigned digit = is_digit(c)            ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit > 15)
            return bad_number(lexer, token, " in hexadecimal digits");
        bits = bits << 4 | digit;
    }
    if (token->length != digits + 2)
        return bad_number(lexer, token, digits == 8 ? " of 8 digits" : " of 16 digits");
    token->kind = PTX_TOKEN_REAL;
    token->number = bits;
    token->is_single = digits == 8;
    return true;
}

static bool real_token(struct ptx_lexer *lexer, struct ptx_token *token)
{
    char text[NUMBER_MAX + 1], *end = NULL;
    if (token->length > NUMBER_MAX)
        return bad_number(lexer, token, " of at most 63 characters");
    memcpy(text, lexer->text + token->at, token->length);
    text[token->length] = '\0';
    /* The decimal point is a point whatever the caller's locale says. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double value = c_locale ? strtod_l(text, &end, c_locale) : 0;
    if (c_locale)
        freelocale(c_locale);
    if (!end || *end != '\0')
        return bad_number(lexer, token, "");
    token->kind = PTX_TOKEN_REAL;
    memcpy(&token->number, &value, sizeof value);
    return true;
}

static bool integer_token(struct ptx_lexer *lexer, struct ptx_token *token)
{
    const char *text = lexer->text + token->at;
    size_t length = token->length, at = 0;
    unsigned base = 10;
    if (text[length - 1] == 'U') {
        token->is_unsigned = true;
        length--;
    }
    if (length > 1 && text[0] == '0') {
        char c = text[1];
        base = c == 'x' || c == 'X' ? 16 : c == 'b' || c == 'B' ? 2 : 8;
        at = base == 8 ? 1 : 2;
    }
    if (at >= length)
        return bad_number(lexer, token, "");
    uint64_t value = 0;
    for (; at < length; at++) {
        char c = text[at];
        unsigned digit = is_digit(c)            ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 99;
        if (digit >= base)
            return bad_number(lexer, token, "");
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            return bad_number(lexer, token, " of 64 bits");
    }
    token->kind = PTX_TOKEN_INTEGER;
    token->number = value;
    token->is_unsigned |= value > INT64_MAX;
    return true;
}

static bool number_token(struct ptx_lexer *lexer, struct ptx_token *token)
{
    char second = peek(lexer, 1);
    bool zero = peek(lexer, 0) == '0';
    bool hex = zero && (second == 'x' || second == 'X'), real = false;
    size_t length = 1;
    for (;; length++) {
        char c = peek(lexer, length), before = peek(lexer, length - 1);
        bool sign = (c == '+' || c == '-') && !hex && (before == 'e' || before == 'E') && real;
        if (c == '.' || ((c == 'e' || c == 'E') && !zero && !hex) || (c == 'e' && real))
            real = true;
        else if (!is_name_byte(c) && !sign)
            break;
    }
    token->length = length;
    if (zero && (second == 'f' || second == 'F'))
        return bits_token(lexer, token, 8);
    if (zero && (second == 'd' || second == 'D'))
        return bits_token(lexer, token, 16);
    return real ? real_token(lexer, token) : integer_token(lexer, token);
}

static bool text_token(struct ptx_lexer *lexer, struct ptx_token *token)
{
    token->kind = PTX_TOKEN_TEXT;
    size_t length = 1;
    while (lexer->at + length < lexer->size && peek(lexer, length) != '"' &&
           peek(lexer, length) != '\n')
        length += peek(lexer, length) == '\\' && peek(lexer, length + 1) != '\n' ? 2 : 1;
    if (lexer->at + length >= lexer->size || peek(lexer, length) != '"')
        return ptx_fail_at(lexer, token, "Fix: end it by \" on its line.",
                           "found a text without an end");
    token->length = length + 1;
    return true;
}

static bool sign_token(struct ptx_lexer *lexer, struct ptx_token *token)
{
    static const struct {
        char text[3];
        int kind;
    } pairs[] = {{"<<", PTX_TOKEN_SHIFT_LEFT}, {">>", PTX_TOKEN_SHIFT_RIGHT},
                 {"==", PTX_TOKEN_EQUAL},      {"!=", PTX_TOKEN_NOT_EQUAL},
                 {"<=", PTX_TOKEN_AT_MOST},    {">=", PTX_TOKEN_AT_LEAST},
                 {"&&", PTX_TOKEN_BOTH},       {"||", PTX_TOKEN_EITHER}};
    char c = peek(lexer, 0), next = peek(lexer, 1);
    token->kind = (unsigned char)c;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (c == pairs[i].text[0] && next == pairs[i].text[1]) {
            token->kind = pairs[i].kind;
            token->length = 2;
            return true;
        }
    }
    if (c && strchr("(){}[],;:|!@+-*/%=<>&^~?.", c))
        return true;
    return ptx_fail_at(lexer, token, "Fix: remove it; PTX is plain ASCII text.",
                       "found a character (0x%02X) that PTX does not have", (unsigned char)c);
}

bool ptx_next(struct ptx_lexer *lexer)
{
    if (lexer->failed != VRRL_OK || !skip_space(lexer))
        return false;
    struct ptx_token *token = &lexer->token;
    *token = (struct ptx_token){.line = lexer->line, .at = lexer->at, .length = 1};
    char c = peek(lexer, 0);
    bool right;
    if (lexer->at == lexer->size) {
        *token = (struct ptx_token){.kind = PTX_TOKEN_END, .line = lexer->line, .at = lexer->at};
        return true;
    }
    if (is_name_start(c) || (c == '%' && is_name_start(peek(lexer, 1))))
        right = name_token(lexer, token);
    else if (c == '.' && is_name_byte(peek(lexer, 1)))
        right = directive_token(lexer, token);
    else if (is_digit(c))
        right = number_token(lexer, token);
    else
        right = c == '"' ? text_token(lexer, token) : sign_token(lexer, token);
    lexer->at += token->length;
    return right;
}

bool ptx_is(const struct ptx_lexer *lexer, const char *text)
{
    const struct ptx_token *token = &lexer->token;
    return token->length == strlen(text) &&
           memcmp(lexer->text + token->at, text, token->length) == 0;
}

bool ptx_take(struct ptx_lexer *lexer, int kind)
{
    return lexer->token.kind == kind && ptx_next(lexer);
}

bool ptx_take_text(struct ptx_lexer *lexer, const char *text)
{
    return ptx_is(lexer, text) && ptx_next(lexer);
}

bool ptx_need(struct ptx_lexer *lexer, char c)
{
    char what[] = {'`', c, '`', '\0'};
    if (lexer->token.kind != (unsigned char)c)
        return ptx_expected(lexer, what, "Fix: see the line; PTX as nvcc writes it has it there.");
    return ptx_next(lexer);
}
