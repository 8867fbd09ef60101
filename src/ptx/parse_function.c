#include "ptx/parse_function.h"

#include "base/array.h"
#include "ptx/finish.h"
#include "ptx/parse_body.h"
#include "ptx/place.h"
#include "ptx/signature.h"

#include <stdlib.h>
#include <string.h>

/* The function that a name means so far, or a new one. */
static uint32_t function_of(struct ptx_parser *p, const struct ptx_token *token, bool is_entry)
{
    struct ptx_module *m = p->module;
    const char *text = p->lex.text + token->at;
    char shown[PTX_TOKEN_TEXT_MAX];
    struct ptx_name *known = ptx_names_find(&p->names, text, token->length);
    if (known && known->meaning == PTX_MEANS_FUNCTION) {
        if (m->functions[known->index].is_entry == is_entry)
            return known->index;
        ptx_fail_at(&p->lex, token, "Fix: give one of the two another name.",
                    "found %s as .entry and as .func", ptx_token_text(&p->lex, token, shown));
        return PTX_NONE;
    }
    vrrl_code code = array_room(m->functions, m->function_count, m->function_room, 1, p->lex.err);
    const char *kept = ptx_keep(p, text, token->length);
    if (code != VRRL_OK || !kept) {
        ptx_stop(p, code);
        return PTX_NONE;
    }
    struct ptx_name *name = ptx_declare(p, token, PTX_MEANS_FUNCTION);
    if (!name)
        return PTX_NONE;
    name->index = m->function_count;
    m->functions[m->function_count] =
        (struct ptx_function){.name = kept, .is_entry = is_entry, .place = PTX_NONE};
    return m->function_count++;
}

static bool same(const struct ptx_parameter *a, uint32_t a_count, const struct ptx_parameter *b,
                 uint32_t b_count)
{
    for (uint32_t i = 0; i < a_count && i < b_count; i++)
        if (a[i].offset != b[i].offset || a[i].bytes != b[i].bytes)
            return false;
    return a_count == b_count;
}

/* What is declared again has to be the same, since calls go by the first. */
static bool take_signature(struct ptx_parser *p, const struct ptx_token *token,
                           struct ptx_function *f, struct ptx_signature *s)
{
    bool known = f->place != PTX_NONE;
    if (known && (!same(f->parameters, f->parameter_count, s->parameters, s->parameter_count) ||
                  !same(f->results, f->result_count, s->results, s->result_count)))
        return ptx_fail_at(&p->lex, token, "Fix: declare it with the same parameters everywhere.",
                           "found a function that is declared above with other parameters");
    free(f->parameters);
    free(f->results);
    f->parameters = s->parameters;
    f->results = s->results;
    f->parameter_count = s->parameter_count;
    f->result_count = s->result_count;
    f->parameter_bytes = s->bytes;
    s->parameters = s->results = NULL;
    return true;
}

/* ---- Directives between head and body ------------------------------------------------------------ */

static bool sizes(struct ptx_parser *p, uint32_t to[3])
{
    for (unsigned i = 0; i < 3; i++)
        to[i] = 1;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t value;
        if (!ptx_integer_read(&p->lex, "a number of threads or blocks", 1, 1 << 20, &value))
            return false;
        to[i] = (uint32_t)value;
        if (!ptx_take(&p->lex, ','))
            break;
    }
    return p->lex.failed == VRRL_OK;
}

static bool number(struct ptx_parser *p, uint32_t *to)
{
    uint64_t value;
    if (!ptx_integer_read(&p->lex, "a number", 0, 1 << 20, &value))
        return false;
    *to = (uint32_t)value;
    return true;
}

static bool directive(struct ptx_parser *p, struct ptx_function *f)
{
    struct ptx_lexer *lexer = &p->lex;
    uint32_t ignored;
    if (ptx_take_text(lexer, ".maxntid"))
        return sizes(p, f->max_threads);
    if (ptx_take_text(lexer, ".reqntid"))
        return sizes(p, f->required_threads);
    if (ptx_take_text(lexer, ".reqnctapercluster"))
        return sizes(p, f->required_cluster);
    if (ptx_take_text(lexer, ".maxclusterrank"))
        return number(p, &f->max_cluster_rank);
    if (ptx_take_text(lexer, ".minnctapersm"))
        return number(p, &f->min_blocks);
    if (ptx_take_text(lexer, ".maxnctapersm"))
        return number(p, &ignored);
    if (ptx_take_text(lexer, ".maxnreg"))
        return number(p, &f->max_registers);
    if (ptx_take_text(lexer, ".abi_preserve") || ptx_take_text(lexer, ".abi_preserve_control"))
        return number(p, &ignored);
    if (ptx_is(lexer, ".explicitcluster"))
        f->explicit_cluster = true;
    else if (!ptx_is(lexer, ".noreturn") && !ptx_is(lexer, ".unique") &&
             !ptx_is(lexer, ".blocksareclusters"))
        return ptx_expected(
            lexer, "`{`, `;` or a directive of a function",
            "Fix: write .maxntid, .reqntid, .minnctapersm or the like, or its body.");
    return ptx_next(lexer);
}

static bool directives(struct ptx_parser *p, struct ptx_function *f)
{
    struct ptx_lexer *lexer = &p->lex;
    while (lexer->token.kind != '{' && lexer->token.kind != ';') {
        if (ptx_take_text(lexer, ".pragma")) {
            do {
                if (!ptx_take(lexer, PTX_TOKEN_TEXT))
                    return ptx_expected(lexer, "a text in quotes", "Fix: quote the pragma.");
            } while (ptx_take(lexer, ','));
            if (!ptx_need(lexer, ';'))
                return false;
        } else if (!directive(p, f)) {
            return false;
        }
    }
    return true;
}

/* ---- Functions --------------------------------------------------------------------------------- */

static bool function(struct ptx_parser *p, struct ptx_signature *s, bool is_entry, bool is_visible)
{
    struct ptx_token token;
    while (ptx_take_text(&p->lex, ".attribute"))
        if (!ptx_need(&p->lex, '(') || !ptx_skip_brackets(p))
            return false;
    if (!ptx_signature_read(p, s, &token))
        return false;
    uint32_t index = function_of(p, &token, is_entry);
    if (index == PTX_NONE)
        return false;
    struct ptx_function *f = &p->module->functions[index];
    p->function = index;
    ptx_names_open(&p->names);
    if (!take_signature(p, &token, f, s) || !ptx_signature_declare(p, s) || !directives(p, f))
        return false;
    f->is_visible |= is_visible;
    if (f->place == PTX_NONE || p->lex.token.kind == '{')
        f->place = ptx_place_here(p);
    if (f->place == PTX_NONE || ptx_take(&p->lex, ';'))
        return f->place != PTX_NONE && p->lex.failed == VRRL_OK;
    if (f->has_body)
        return ptx_fail_at(&p->lex, &token, "Fix: give one of the two another name.",
                           "found a second body of a function");
    f->has_body = true;
    return ptx_body_read(p) && ptx_finish(p);
}

bool ptx_function_read(struct ptx_parser *p, bool is_entry, bool is_visible)
{
    struct ptx_signature signature = {0};
    draft_clear(&p->draft);
    p->result_register_count = 0;
    bool right = function(p, &signature, is_entry, is_visible);
    ptx_signature_free(&signature);
    if (right)
        ptx_names_close(&p->names);
    return right;
}
