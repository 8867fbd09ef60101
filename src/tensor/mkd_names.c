/* Names of a description. */
#include "tensor/mkd_names.h"

#include "base/array.h"
#include "program_file/mk_error.h"
#include "program_file/mk_guess.h"

#include <string.h>

static bool same(const struct mkd_parser *p, const struct mk_token *a, const struct mk_token *b)
{
    const char *text = p->mk.source.text;
    return a->length == b->length && memcmp(text + a->at, text + b->at, a->length) == 0;
}

const struct mkd_name *mkd_find_name(const struct mkd_parser *p, const struct mk_token *token)
{
    for (uint32_t i = 0; i < p->machine->name_count; i++)
        if (same(p, &p->machine->names[i].token, token))
            return &p->machine->names[i];
    return NULL;
}

/* The innermost of that name. */
bool mkd_find_local(const struct mkd_parser *p, const struct mk_token *token, uint32_t *local)
{
    for (*local = p->local_count; (*local)-- > 0;)
        if (same(p, &p->locals[*local], token))
            return true;
    return false;
}

vrrl_code mkd_new_name(struct mkd_parser *p, const char *what, struct mk_token *token, char *text)
{
    if (mk_peek(&p->mk)->kind != MK_NAME)
        return mk_unexpected(&p->mk, what, "Fix: write a name of letters, digits and `_`.");
    *token = mk_next(&p->mk);
    if (token->length > VRRL_FILE_NAME_BYTES_MAX)
        return mk_fail(&p->mk, token, "Fix: shorten it.",
                       "a name of %u characters, expected at most %d", token->length,
                       VRRL_FILE_NAME_BYTES_MAX);
    if (mk_token_is(&p->mk.source, token, "and") || mk_token_is(&p->mk.source, token, "or"))
        return mk_fail(&p->mk, token, "Fix: choose another name.",
                       "a word of the language cannot be a name");
    if (text) {
        memcpy(text, p->mk.source.text + token->at, token->length);
        text[token->length] = '\0';
    }
    return VRRL_OK;
}

vrrl_code mkd_declare(struct mkd_parser *p, const struct mk_token *token, enum mkd_name_kind kind,
                      uint32_t index, int64_t value)
{
    struct mkd_machine *m = p->machine;
    const struct mkd_name *old = mkd_find_name(p, token);
    if (old)
        return mk_fail(&p->mk, token, "Fix: choose another name, or remove one of the two.",
                       "`%.*s` is declared on line %u already", (int)token->length,
                       p->mk.source.text + token->at, old->token.line);
    if (m->name_count == VRRL_FILE_NAMES_MAX)
        return mk_limit(&p->mk, token, "Fix: use arrays.", "more than %d names",
                        VRRL_FILE_NAMES_MAX);
    MK_TRY(array_room(m->names, m->name_count, m->name_room, 1, p->mk.err));
    m->names[m->name_count++] = (struct mkd_name){*token, kind, index, value};
    return VRRL_OK;
}

vrrl_code mkd_new_local(struct mkd_parser *p, uint32_t *local)
{
    struct mk_token token;
    MK_TRY(mkd_new_name(p, "a name", &token, NULL));
    if (p->local_count == MKD_LOCALS_MAX)
        return mk_limit(&p->mk, &token, "Fix: write w[N] for a word without a name.",
                        "more than %d operands and names in an opcode", MKD_LOCALS_MAX);
    *local = p->local_count;
    p->locals[p->local_count++] = token;
    if (p->local_count > p->most_locals)
        p->most_locals = p->local_count;
    return VRRL_OK;
}

vrrl_code mkd_unknown(struct mkd_parser *p, const struct mk_token *token, const char *what)
{
    const char *text = p->mk.source.text;
    struct mk_guess guess = mk_guess_for(&p->mk, token);
    for (uint32_t i = 0; i < p->machine->name_count; i++)
        mk_guess_try(&guess, text + p->machine->names[i].token.at,
                     p->machine->names[i].token.length);
    for (uint32_t i = 0; i < p->local_count; i++)
        mk_guess_try(&guess, text + p->locals[i].at, p->locals[i].length);
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    mk_token_text(&p->mk.source, token, found, sizeof found);
    return mk_fail(&p->mk, token, "Fix: declare it above this line, or name it as an operand.",
                   "expected %s, and there is no name %s%s", what, found,
                   mk_guess_text(&guess, hint, sizeof hint));
}
