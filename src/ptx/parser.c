#include "ptx/parser.h"

#include "ptx/chunk.h"

bool ptx_stop(struct ptx_parser *p, vrrl_code code)
{
    if (p->lex.failed == VRRL_OK)
        p->lex.failed = code == VRRL_OK ? VRRL_NO_MEMORY : code;
    return false;
}

const char *ptx_keep(struct ptx_parser *p, const char *text, size_t length)
{
    const char *kept = ptx_chunk_text(&p->module->chunks, text, length);
    if (!kept)
        ptx_stop(p, error_no_memory(p->lex.err, length));
    return kept;
}

struct ptx_name *ptx_declare(struct ptx_parser *p, const struct ptx_token *token,
                             enum ptx_meaning meaning)
{
    bool taken;
    struct ptx_name *name =
        ptx_names_declare(&p->names, p->lex.text + token->at, token->length, &taken);
    if (!name) {
        ptx_stop(p, error_no_memory(p->lex.err, sizeof *name));
        return NULL;
    }
    if (taken) {
        char text[PTX_TOKEN_TEXT_MAX];
        ptx_fail_at(&p->lex, token, "Fix: give one of the two another name.",
                    "found %s, which is declared in this scope already",
                    ptx_token_text(&p->lex, token, text));
        return NULL;
    }
    name->meaning = (uint8_t)meaning;
    return name;
}

bool ptx_skip_brackets(struct ptx_parser *p)
{
    for (unsigned depth = 1; depth > 0;) {
        int kind = p->lex.token.kind;
        if (kind == PTX_TOKEN_END)
            return ptx_expected(&p->lex, "a closing bracket", "Fix: close what was opened.");
        depth += kind == '(' || kind == '{' || kind == '[';
        depth -= kind == ')' || kind == '}' || kind == ']';
        if (!ptx_next(&p->lex))
            return false;
    }
    return true;
}
