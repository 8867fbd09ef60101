#include "ptx/parse_variable.h"

#include "base/array.h"
#include "ptx/initial.h"
#include "ptx/place.h"

#include <string.h>

/* More than any machine has; sums of such sizes fit in 64 bits. */
#define VARIABLE_BYTES_MAX (UINT64_C(1) << 44)

enum ptx_type ptx_type_here(const struct ptx_lexer *lexer)
{
    if (lexer->token.kind != PTX_TOKEN_DIRECTIVE)
        return PTX_NO_TYPE;
    const char *text = ptx_token_start(lexer) + 1;
    size_t length = lexer->token.length - 1;
    for (unsigned i = PTX_PRED; i < PTX_TYPES; i++) {
        const char *name = ptx_type_name((enum ptx_type)i);
        if (strlen(name) == length && memcmp(name, text, length) == 0)
            return (enum ptx_type)i;
    }
    return PTX_NO_TYPE;
}

bool ptx_space_here(struct ptx_parser *p, enum ptx_space *space)
{
    static const struct {
        const char *text;
        enum ptx_space space;
    } spaces[] = {{".global", PTX_SPACE_GLOBAL}, {".const", PTX_SPACE_CONST},
                  {".shared", PTX_SPACE_SHARED}, {".shared::cta", PTX_SPACE_SHARED},
                  {".local", PTX_SPACE_LOCAL},   {".param", PTX_SPACE_PARAM}};
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        if (ptx_is(&p->lex, spaces[i].text)) {
            *space = spaces[i].space;
            return ptx_next(&p->lex);
        }
    }
    return false;
}

/* ---- A type and a name ------------------------------------------------------------------------- */

static bool alignment(struct ptx_parser *p, uint32_t *align)
{
    struct ptx_token token = p->lex.token;
    uint64_t value;
    if (!ptx_integer_read(&p->lex, "an alignment", 1, 1 << 20, &value))
        return false;
    if (value & (value - 1))
        return ptx_fail_at(&p->lex, &token, "Fix: align to 1, 2, 4, 8, ….",
                           "found an alignment of %llu, expected a power of two",
                           (unsigned long long)value);
    *align = (uint32_t)value;
    return true;
}

/* `.v2`, `.v4`, `.v8`: how many; 1. */
static uint32_t vector_here(struct ptx_parser *p)
{
    const char *text = ptx_token_start(&p->lex);
    bool is_vector = p->lex.token.kind == PTX_TOKEN_DIRECTIVE && p->lex.token.length == 3 &&
                     text[1] == 'v' && strchr("248", text[2]);
    uint32_t count = is_vector ? (uint32_t)(text[2] - '0') : 1;
    return is_vector && ptx_next(&p->lex) ? count : 1;
}

static bool is_opaque_type(const struct ptx_lexer *lexer)
{
    return ptx_is(lexer, ".texref") || ptx_is(lexer, ".samplerref") || ptx_is(lexer, ".surfref");
}

/* What may stand before the type, and behind it: `.ptr .global .align 16`. */
static bool attribute(struct ptx_parser *p, struct ptx_declared *to)
{
    struct ptx_lexer *lexer = &p->lex;
    if (ptx_take_text(lexer, ".align"))
        return alignment(p, &to->align);
    if (ptx_take_text(lexer, ".attribute"))
        return ptx_need(lexer, '(') && ptx_skip_brackets(p);
    if (ptx_is(lexer, ".ptr"))
        to->is_pointer = true;
    return ptx_next(lexer);
}

static bool is_attribute(const struct ptx_lexer *lexer, bool behind)
{
    return ptx_is(lexer, ".align") || ptx_is(lexer, ".attribute") || ptx_is(lexer, ".ptr") ||
           (behind &&
            (ptx_is(lexer, ".global") || ptx_is(lexer, ".const") || ptx_is(lexer, ".shared") ||
             ptx_is(lexer, ".local") || ptx_is(lexer, ".generic")));
}

bool ptx_declared_type(struct ptx_parser *p, struct ptx_declared *to)
{
    struct ptx_lexer *lexer = &p->lex;
    *to = (struct ptx_declared){.align = 0};
    while (is_attribute(lexer, false))
        if (!attribute(p, to))
            return false;
    uint32_t vector = vector_here(p);
    to->is_opaque = is_opaque_type(lexer);
    enum ptx_type type = to->is_opaque ? PTX_B64 : ptx_type_here(lexer);
    if (type == PTX_NO_TYPE || type == PTX_PRED)
        return ptx_expected(lexer, "a type of a variable",
                            "Fix: write .b8, .u32, .f64 or the like.");
    if (!ptx_next(lexer))
        return false;
    while (is_attribute(lexer, true))
        if (!attribute(p, to))
            return false;
    to->type = (uint8_t)type;
    to->row_bytes = (uint64_t)vector * ptx_type_bytes(type);
    if (to->align == 0 || to->is_pointer)
        to->align = (uint32_t)to->row_bytes;
    return true;
}

bool ptx_declared_name(struct ptx_parser *p, struct ptx_declared *to)
{
    struct ptx_lexer *lexer = &p->lex;
    to->token = lexer->token;
    uint64_t sizes[8] = {0};
    to->dimensions = 0;
    to->is_open = to->is_array = false;
    if (lexer->token.kind != PTX_TOKEN_WORD)
        return ptx_expected(lexer, "a name", "Fix: name what is declared.");
    if (!ptx_next(lexer))
        return false;
    while (ptx_take(lexer, '[')) {
        if (to->dimensions == 8)
            return ptx_expected(lexer, "at most 8 dimensions", "Fix: declare it with fewer.");
        uint64_t *size = &sizes[to->dimensions++];
        to->is_array = true;
        if (to->dimensions == 1 && lexer->token.kind == ']')
            to->is_open = true;
        else if (!ptx_integer_read(lexer, "a size", 0, VARIABLE_BYTES_MAX, size))
            return false;
        if (!ptx_need(lexer, ']'))
            return false;
    }
    uint64_t elements = 1;
    for (unsigned i = to->dimensions; i-- > 0;) {
        to->rows[i] = elements;
        if (__builtin_mul_overflow(elements, i == 0 && to->is_open ? 0 : sizes[i], &elements))
            elements = VARIABLE_BYTES_MAX;
    }
    if (__builtin_mul_overflow(elements, to->row_bytes, &to->bytes) ||
        to->bytes > VARIABLE_BYTES_MAX)
        return ptx_fail_at(lexer, &to->token, "Fix: declare a smaller one.",
                           "found a variable of more than 2^44 bytes");
    return true;
}

/* ---- Variables --------------------------------------------------------------------------------- */

/* One in a frame: of space .local or .param. */
static bool frame_variable(struct ptx_parser *p, enum ptx_space space, const struct ptx_declared *d)
{
    bool is_local = space == PTX_SPACE_LOCAL;
    uint64_t top = is_local ? p->draft.local_bytes : p->draft.frame_bytes;
    uint64_t at = (top + d->align - 1) & ~(uint64_t)(d->align - 1);
    if (at + d->bytes > (is_local ? UINT32_C(1) << 30 : UINT32_C(1) << 20))
        return ptx_fail_at(&p->lex, &d->token, "Fix: declare smaller ones.",
                           "found variables of more than %s in the space %s of a function",
                           is_local ? "1 GiB" : "1 MiB", ptx_space_name(space));
    struct ptx_name *name = ptx_declare(p, &d->token, is_local ? PTX_MEANS_LOCAL : PTX_MEANS_PARAM);
    if (!name)
        return false;
    name->type = d->type;
    name->offset = (uint32_t)at;
    name->bytes = (uint32_t)d->bytes;
    if (is_local)
        p->draft.local_bytes = at + d->bytes;
    else
        p->draft.frame_bytes = (uint32_t)(at + d->bytes);
    if (is_local && d->align > p->draft.local_align)
        p->draft.local_align = d->align;
    return true;
}

/* A variable of the module, which may be declared again: as extern, or as it was. */
static struct ptx_variable *module_variable(struct ptx_parser *p, const struct ptx_declared *d,
                                            enum ptx_space space, bool is_extern, bool in_function)
{
    struct ptx_module *m = p->module;
    struct ptx_name *known =
        in_function ? NULL : ptx_names_find(&p->names, p->lex.text + d->token.at, d->token.length);
    if (known && known->meaning == PTX_MEANS_VARIABLE) {
        struct ptx_variable *v = &m->variables[known->index];
        if (v->space == space && (v->is_extern || is_extern))
            return v;
    }
    vrrl_code code = array_room(m->variables, m->variable_count, m->variable_room, 1, p->lex.err);
    const char *text = ptx_keep(p, p->lex.text + d->token.at, d->token.length);
    if (code != VRRL_OK || !text) {
        ptx_stop(p, code);
        return NULL;
    }
    struct ptx_name *name =
        ptx_declare(p, &d->token, d->is_opaque ? PTX_MEANS_OPAQUE : PTX_MEANS_VARIABLE);
    if (!name)
        return NULL;
    name->index = m->variable_count;
    struct ptx_variable *v = &m->variables[m->variable_count++];
    *v = (struct ptx_variable){
        .name = text, .space = (uint8_t)space, .align = 1, .is_extern = true, .place = PTX_NONE};
    return v;
}

static bool variable(struct ptx_parser *p, const struct ptx_declared *d, enum ptx_space space,
                     bool is_extern, bool in_function)
{
    if (space == PTX_SPACE_LOCAL || space == PTX_SPACE_PARAM) {
        if (!in_function)
            return ptx_fail_at(&p->lex, &d->token, "Fix: declare it in the function.",
                               "found a variable of the space %s outside of a function",
                               ptx_space_name(space));
        return frame_variable(p, space, d);
    }
    struct ptx_variable *v = module_variable(p, d, space, is_extern, in_function);
    if (!v)
        return false;
    bool redeclared = is_extern && !v->is_extern;
    if (redeclared)
        return true;
    v->bytes = d->bytes;
    v->align = d->align > v->align ? d->align : v->align;
    v->is_extern = is_extern;
    v->place = ptx_place_here(p);
    if (v->place == PTX_NONE)
        return false;
    if (!ptx_take(&p->lex, '='))
        return true;
    if (space == PTX_SPACE_SHARED || is_extern)
        return ptx_expected(&p->lex, "no initial value of shared or extern memory",
                            "Fix: only .global and .const have some.");
    return ptx_initial_read(p, d, (uint32_t)(v - p->module->variables));
}

bool ptx_variables(struct ptx_parser *p, enum ptx_space space, bool is_extern, bool in_function)
{
    struct ptx_declared d;
    if (!ptx_declared_type(p, &d))
        return false;
    do {
        if (!ptx_declared_name(p, &d) || !variable(p, &d, space, is_extern, in_function))
            return false;
    } while (ptx_take(&p->lex, ','));
    return ptx_need(&p->lex, ';');
}
