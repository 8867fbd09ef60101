/* Launch files: names, numbers, values, words of buffers. */
#include "launch/launch_values.h"

#include "base/array.h"
#include "base/printable.h"
#include "program_file/mk_error.h"
#include "program_file/mk_guess.h"

#include <stdlib.h>
#include <string.h>

vrrl_code launch_take_text(struct launch_parser *p, const struct mk_token *token, char **out)
{
    if (token->length > LAUNCH_NAME_BYTES_MAX)
        return mk_limit(&p->mk, token, "Fix: shorten it.",
                        "a text of %u bytes, expected at most %d", token->length,
                        LAUNCH_NAME_BYTES_MAX);
    const char *text = p->mk.source.text + token->at;
    bool quotes = token->kind == MK_TEXT;
    size_t length = quotes ? token->length - 2 : token->length;
    *out = malloc(length + 1);
    if (!*out)
        return error_no_memory(p->mk.err, length + 1);
    memcpy(*out, text + quotes, length);
    (*out)[length] = '\0';
    return VRRL_OK;
}

vrrl_code launch_take_name(struct launch_parser *p, const char *what, const char *fix,
                           struct mk_token *token)
{
    if (mk_peek(&p->mk)->kind != MK_NAME)
        return mk_unexpected(&p->mk, what, fix);
    *token = mk_next(&p->mk);
    return VRRL_OK;
}

vrrl_code launch_take_number(struct launch_parser *p, const char *what, const char *fix,
                             uint32_t least, uint32_t most, uint32_t *number)
{
    struct mk_token token;
    MK_TRY(mk_expect_kind(&p->mk, MK_NUMBER, fix, &token));
    if (token.number < least || token.number > most)
        return mk_fail(&p->mk, &token, fix, "%s is %u, expected %u to %u", what, token.number,
                       least, most);
    *number = token.number;
    return VRRL_OK;
}

static vrrl_code unknown_buffer(struct launch_parser *p, const struct mk_token *token)
{
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    struct mk_guess guess = mk_guess_for(&p->mk, token);
    for (uint32_t i = 0; i < p->launch->buffer_count; i++)
        mk_guess_try(&guess, p->launch->buffers[i].name, strlen(p->launch->buffers[i].name));
    mk_token_text(&p->mk.source, token, found, sizeof found);
    return mk_fail(&p->mk, token, "Fix: declare it above: `buffer NAME[WORDS]`.",
                   "no buffer is called %s%s", found, mk_guess_text(&guess, hint, sizeof hint));
}

vrrl_code launch_take_word(struct launch_parser *p, const char *fix, uint32_t *buffer,
                           uint32_t *word, bool *indexed)
{
    struct mk_token token, index;
    MK_TRY(launch_take_name(p, "a buffer", fix, &token));
    *buffer = launch_find_buffer(p->launch, p->mk.source.text + token.at, token.length);
    *word = 0;
    if (*buffer == LAUNCH_NONE)
        return unknown_buffer(p, &token);
    *indexed = mk_accept(&p->mk, MK_OPEN_INDEX);
    if (!*indexed)
        return VRRL_OK;
    MK_TRY(mk_expect_kind(&p->mk, MK_NUMBER, fix, &index));
    if (index.number >= p->launch->buffers[*buffer].words)
        return mk_fail(&p->mk, &index, "Fix: name a word of the buffer, from 0.",
                       "word %u of a buffer of %u words", index.number,
                       p->launch->buffers[*buffer].words);
    *word = index.number;
    return mk_expect_kind(&p->mk, MK_CLOSE_INDEX, fix, NULL);
}

static vrrl_code take_value(struct launch_parser *p, const char *fix, struct launch_value *value)
{
    bool negative = mk_accept(&p->mk, MK_MINUS), indexed;
    const struct mk_token *token = mk_peek(&p->mk);
    value->line = token->line;
    if (token->kind == MK_NUMBER) {
        if (negative && token->number > 0x80000000u)
            return mk_fail(&p->mk, token, "Fix: write at least -2147483648.",
                           "-%u does not fit in a word", token->number);
        value->number = negative ? -(int64_t)token->number : (int64_t)token->number;
        mk_next(&p->mk);
        return VRRL_OK;
    }
    if (token->kind == MK_FLOAT) {
        value->kind = LAUNCH_REAL;
        value->real = negative ? -token->real : token->real;
        value->single = token->number ^ (negative ? 0x80000000u : 0);
        mk_next(&p->mk);
        return VRRL_OK;
    }
    if (negative || token->kind != MK_NAME)
        return mk_unexpected(&p->mk, "a number or a buffer", fix);
    value->kind = LAUNCH_ADDRESS;
    return launch_take_word(p, fix, &value->buffer, &value->word, &indexed);
}

vrrl_code launch_take_value(struct launch_parser *p, const char *fix)
{
    struct launch *l = p->launch;
    struct launch_value value = {.kind = LAUNCH_INTEGER};
    struct mk_token at = *mk_peek(&p->mk);
    MK_TRY(take_value(p, fix, &value));
    if (l->value_count == LAUNCH_VALUES_MAX)
        return mk_limit(&p->mk, &at, "Fix: read long buffers from a file.", "more than %d values",
                        LAUNCH_VALUES_MAX);
    MK_TRY(array_room(l->values, l->value_count, l->value_room, 1, p->mk.err));
    l->values[l->value_count++] = value;
    return VRRL_OK;
}

vrrl_code launch_take_relation(struct launch_parser *p, const char *fix,
                               enum launch_relation *relation)
{
    static const enum mk_kind kinds[] = {MK_EQUAL,   MK_NOT_EQUAL, MK_AT_LEAST,
                                         MK_AT_MOST, MK_MORE,      MK_LESS};
    for (uint32_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (mk_accept(&p->mk, kinds[i])) {
            *relation = (enum launch_relation)i;
            return VRRL_OK;
        }
    return mk_unexpected(&p->mk, "`==`, `!=`, `>=`, `<=`, `>` or `<`", fix);
}

vrrl_code launch_take_bits(struct launch_parser *p, const char *fix, uint32_t *bits)
{
    struct launch_value value = {.kind = LAUNCH_INTEGER};
    struct mk_token at = *mk_peek(&p->mk);
    MK_TRY(take_value(p, fix, &value));
    if (value.kind == LAUNCH_ADDRESS)
        return mk_fail(&p->mk, &at, fix, "an address, expected a number");
    *bits = value.kind == LAUNCH_REAL ? value.single : (uint32_t)value.number;
    return VRRL_OK;
}
