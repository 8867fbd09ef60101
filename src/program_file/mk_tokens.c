/* The cursor of the parser, and errors at it. */
#include "program_file/mk_tokens.h"

#include "program_file/mk_error.h"

#include <stdarg.h>
#include <stdio.h>

enum { WORK_PER_TOKEN = 4 };

const struct mk_token *mk_peek_ahead(const struct mk_parser *p, uint32_t ahead)
{
    uint32_t last = p->source.token_count - 1;
    return &p->source.tokens[ahead < last - p->at ? p->at + ahead : last];
}

const struct mk_token *mk_peek(const struct mk_parser *p)
{
    return &p->source.tokens[p->at];
}

struct mk_token mk_next(struct mk_parser *p)
{
    struct mk_token token = *mk_peek(p);
    if (token.kind != MK_END)
        p->at++;
    p->work += WORK_PER_TOKEN; /* mk_work judges it, at every statement */
    return token;
}

bool mk_at_word(const struct mk_parser *p, const char *word)
{
    return mk_token_is(&p->source, mk_peek(p), word);
}

bool mk_accept(struct mk_parser *p, enum mk_kind kind)
{
    if (mk_peek(p)->kind != kind)
        return false;
    mk_next(p);
    return true;
}

bool mk_accept_word(struct mk_parser *p, const char *word)
{
    if (!mk_at_word(p, word))
        return false;
    mk_next(p);
    return true;
}

vrrl_code mk_expect_kind(struct mk_parser *p, enum mk_kind kind, const char *fix,
                         struct mk_token *out)
{
    if (mk_peek(p)->kind != kind)
        return mk_unexpected(p, mk_kind_text(kind), fix);
    struct mk_token token = mk_next(p);
    if (out)
        *out = token;
    return VRRL_OK;
}

vrrl_code mk_expect_word(struct mk_parser *p, const char *word, const char *fix)
{
    char what[32];
    snprintf(what, sizeof what, "`%s`", word);
    return mk_accept_word(p, word) ? VRRL_OK : mk_unexpected(p, what, fix);
}

vrrl_code mk_end_of_line(struct mk_parser *p, const char *fix)
{
    if (mk_peek(p)->kind == MK_END)
        return VRRL_OK;
    return mk_expect_kind(p, MK_NEWLINE, fix, NULL);
}

vrrl_code mk_work(struct mk_parser *p, uint64_t steps, const struct mk_token *at)
{
    if (steps > VRRL_FILE_WORK_MAX || p->work + steps > VRRL_FILE_WORK_MAX)
        return mk_limit(p, at, "Fix: repeat fewer times, or write less at a time.",
                        "the file expands to more than %d steps", VRRL_FILE_WORK_MAX);
    p->work += steps;
    return VRRL_OK;
}

/* " (i = 3, j = 0)": which round of the loops it was. */
static void describe_round(const struct mk_parser *p, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < p->loop_count && used < size; i++) {
        const struct mk_loop_variable *loop = &p->loops[i];
        int length = loop->name.length > 16 ? 16 : (int)loop->name.length;
        used += (size_t)snprintf(out + used, size - used, "%s%.*s = %lld", used ? ", " : " (with ",
                                 length, p->source.text + loop->name.at, (long long)loop->value);
    }
    if (used > 0 && used < size)
        snprintf(out + used, size - used, ")");
}

static vrrl_code fail_with(struct mk_parser *p, const struct mk_token *at, vrrl_code code,
                           const char *fix, const char *format, va_list arguments)
{
    char text[240], round[80];
    vsnprintf(text, sizeof text, format, arguments);
    describe_round(p, round, sizeof round);
    return mk_error_at(&p->source, at, code, fix, p->err, "%s%s", text, round);
}

vrrl_code mk_fail(struct mk_parser *p, const struct mk_token *at, const char *fix,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vrrl_code code = fail_with(p, at, VRRL_PARSE, fix, format, arguments);
    va_end(arguments);
    return code;
}

vrrl_code mk_limit(struct mk_parser *p, const struct mk_token *at, const char *fix,
                   const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vrrl_code code = fail_with(p, at, VRRL_TOO_LARGE, fix, format, arguments);
    va_end(arguments);
    return code;
}

vrrl_code mk_unexpected(struct mk_parser *p, const char *what, const char *fix)
{
    char found[64];
    mk_token_text(&p->source, mk_peek(p), found, sizeof found);
    return mk_fail(p, mk_peek(p), fix, "expected %s, found %s", what, found);
}
