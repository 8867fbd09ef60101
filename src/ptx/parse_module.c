#include "ptx/parse_module.h"

#include "ptx/link.h"
#include "ptx/parse_function.h"
#include "ptx/parse_variable.h"
#include "ptx/place.h"

#include <stdlib.h>
#include <string.h>

/* ---- The head of a module ---------------------------------------------------------------------- */

static bool version(struct ptx_parser *p)
{
    struct ptx_token *token = &p->lex.token;
    const char *text = ptx_token_start(&p->lex);
    const char *point = memchr(text, '.', token->length);
    if (token->kind != PTX_TOKEN_REAL || !point || token->length > 8)
        return ptx_expected(&p->lex, "the version of PTX", "Fix: write it as `.version 9.0`.");
    p->module->version_major = (uint32_t)strtoul(text, NULL, 10);
    p->module->version_minor = (uint32_t)strtoul(point + 1, NULL, 10);
    return ptx_next(&p->lex);
}

static bool target(struct ptx_parser *p)
{
    if (p->lex.token.kind != PTX_TOKEN_WORD)
        return ptx_expected(&p->lex, "a target", "Fix: write it as `.target sm_90`.");
    p->module->target = ptx_keep(p, ptx_token_start(&p->lex), p->lex.token.length);
    if (!p->module->target || !ptx_next(&p->lex))
        return false;
    while (ptx_take(&p->lex, ','))
        if (!ptx_take(&p->lex, PTX_TOKEN_WORD))
            return ptx_expected(&p->lex, "a mode of the target", "Fix: write `debug` or the like.");
    return true;
}

static bool address_size(struct ptx_parser *p)
{
    struct ptx_token token = p->lex.token;
    uint64_t bits;
    if (!ptx_integer_read(&p->lex, "an address size", 32, 64, &bits))
        return false;
    if (bits != 64)
        return ptx_fail_at(&p->lex, &token,
                           "Fix: compile for 64 bits; sm_90 and later have no others.",
                           "found addresses of %llu bits, expected 64", (unsigned long long)bits);
    return true;
}

/* `.section NAME { … }`: debug data. */
static bool section(struct ptx_parser *p)
{
    while (p->lex.token.kind == PTX_TOKEN_DIRECTIVE || p->lex.token.kind == PTX_TOKEN_WORD)
        if (!ptx_next(&p->lex))
            return false;
    return ptx_need(&p->lex, '{') && ptx_skip_brackets(p);
}

static bool pragma(struct ptx_parser *p)
{
    do {
        if (!ptx_take(&p->lex, PTX_TOKEN_TEXT))
            return ptx_expected(&p->lex, "a text in quotes", "Fix: write `.pragma \"nounroll\";`.");
    } while (ptx_take(&p->lex, ','));
    return ptx_need(&p->lex, ';');
}

/* `.alias f, g;`: f is g. */
static bool alias(struct ptx_parser *p)
{
    struct ptx_lexer *lexer = &p->lex;
    struct ptx_name *name[2] = {NULL, NULL};
    for (unsigned i = 0; i < 2; i++) {
        name[i] = lexer->token.kind == PTX_TOKEN_WORD
                      ? ptx_names_find(&p->names, ptx_token_start(lexer), lexer->token.length)
                      : NULL;
        if (!name[i] || name[i]->meaning != PTX_MEANS_FUNCTION)
            return ptx_expected(lexer, "a declared function", "Fix: declare both above.");
        if (!ptx_next(lexer) || !(i ? ptx_need(lexer, ';') : ptx_need(lexer, ',')))
            return false;
    }
    name[0]->index = name[1]->index;
    return true;
}

/* ---- Declarations ------------------------------------------------------------------------------ */

struct linkage {
    bool is_extern, is_visible;
};

static bool take_linkage(struct ptx_parser *p, struct linkage *linkage)
{
    struct ptx_lexer *lexer = &p->lex;
    bool visible = ptx_is(lexer, ".visible") || ptx_is(lexer, ".weak") || ptx_is(lexer, ".common");
    if (!visible && !ptx_is(lexer, ".extern"))
        return false;
    linkage->is_extern |= !visible;
    linkage->is_visible |= visible;
    return ptx_next(lexer);
}

static bool declaration(struct ptx_parser *p)
{
    struct linkage linkage = {false, false};
    while (take_linkage(p, &linkage))
        ;
    enum ptx_space space;
    if (p->lex.failed != VRRL_OK)
        return false;
    if (ptx_take_text(&p->lex, ".entry"))
        return ptx_function_read(p, true, linkage.is_visible);
    if (ptx_take_text(&p->lex, ".func"))
        return ptx_function_read(p, false, linkage.is_visible);
    if (ptx_space_here(p, &space))
        return ptx_variables(p, space, linkage.is_extern, false);
    if (ptx_take_text(&p->lex, ".tex"))
        return ptx_variables(p, PTX_SPACE_GLOBAL, linkage.is_extern, false);
    return ptx_expected(
        &p->lex, "a directive of a module",
        "Fix: see that the text is PTX as a compiler writes it: .entry, .func, .global, …");
}

static bool item(struct ptx_parser *p)
{
    struct ptx_lexer *lexer = &p->lex;
    if (ptx_take_text(lexer, ".version"))
        return version(p);
    if (ptx_take_text(lexer, ".target"))
        return target(p);
    if (ptx_take_text(lexer, ".address_size"))
        return address_size(p);
    if (ptx_take_text(lexer, ".file"))
        return ptx_file_read(p);
    if (ptx_take_text(lexer, ".loc"))
        return ptx_loc_read(p);
    if (ptx_take_text(lexer, ".section"))
        return section(p);
    if (ptx_take_text(lexer, ".pragma"))
        return pragma(p);
    if (ptx_take_text(lexer, ".alias"))
        return alias(p);
    return lexer->failed == VRRL_OK && declaration(p);
}

bool ptx_parse_module(struct ptx_parser *p)
{
    if (!ptx_next(&p->lex))
        return false;
    if (!ptx_is(&p->lex, ".version"))
        return ptx_expected(&p->lex, "`.version`", "Fix: give PTX as text: `nvcc -ptx` writes it.");
    while (p->lex.token.kind != PTX_TOKEN_END)
        if (!item(p))
            return false;
    return ptx_link(p);
}
