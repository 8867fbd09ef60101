#include "ptx/parse_body.h"

#include "base/array.h"
#include "ptx/instruction.h"
#include "ptx/lower.h"
#include "ptx/lower_control.h"
#include "ptx/parse_variable.h"
#include "ptx/place.h"
#include "ptx/signature.h"

#include <string.h>

/* ---- Registers --------------------------------------------------------------------------------- */

/* `%r<24>` at the token, which was taken. */
static bool range(struct ptx_parser *p, const struct ptx_token *token, enum ptx_type type)
{
    uint64_t count = p->lex.token.number;
    if (p->lex.token.kind != PTX_TOKEN_INTEGER || count > UINT32_MAX)
        return ptx_expected(&p->lex, "how many registers", "Fix: write `%r<24>`.");
    if (!ptx_next(&p->lex) || !ptx_need(&p->lex, '>'))
        return false;
    struct ptx_name *name = ptx_declare(p, token, PTX_MEANS_REGISTERS);
    if (!name)
        return false;
    name->type = (uint8_t)type;
    name->index = p->draft.range_count++;
    name->count = (uint32_t)count;
    return true;
}

static bool registers(struct ptx_parser *p, const struct ptx_token *token, enum ptx_type type,
                      uint32_t count)
{
    struct ptx_name *name =
        ptx_declare(p, token, count > 1 ? PTX_MEANS_VECTOR : PTX_MEANS_REGISTER);
    if (!name)
        return false;
    name->type = (uint8_t)type;
    name->index = p->draft.register_count;
    name->count = count;
    for (uint32_t i = 0; i < count; i++)
        if (draft_register(&p->draft, type) == PTX_NONE)
            return ptx_stop(p, VRRL_NO_MEMORY);
    return true;
}

/* Behind `.reg`. */
static bool register_declaration(struct ptx_parser *p)
{
    struct ptx_lexer *lexer = &p->lex;
    uint32_t vector = ptx_is(lexer, ".v2") ? 2 : ptx_is(lexer, ".v4") ? 4 : 1;
    if (vector > 1 && !ptx_next(lexer))
        return false;
    enum ptx_type type = ptx_type_here(lexer);
    if (type == PTX_NO_TYPE)
        return ptx_expected(lexer, "a type of a register",
                            "Fix: write .b32, .f64, .pred or the like.");
    if (!ptx_next(lexer))
        return false;
    do {
        struct ptx_token token = lexer->token;
        if (!ptx_take(lexer, PTX_TOKEN_WORD))
            return ptx_expected(lexer, "the name of a register", "Fix: name it.");
        if (ptx_take(lexer, '<') ? !range(p, &token, type) : !registers(p, &token, type, vector))
            return false;
    } while (ptx_take(lexer, ','));
    return ptx_need(lexer, ';');
}

/* ---- Labels ------------------------------------------------------------------------------------ */

static bool branch_targets(struct ptx_parser *p, const struct ptx_token *label)
{
    struct ptx_lexer *lexer = &p->lex;
    struct draft *d = &p->draft;
    uint32_t first = d->target_count;
    do {
        struct ptx_token token = lexer->token;
        if (!ptx_take(lexer, PTX_TOKEN_WORD))
            return ptx_expected(lexer, "a label", "Fix: list labels of this function.");
        vrrl_code code = array_room(d->targets, d->target_count, d->target_room, 1, lexer->err);
        if (code != VRRL_OK)
            return ptx_stop(p, code);
        d->targets[d->target_count] = PTX_NONE;
        if (!ptx_lower_jump(p, &token, PTX_NONE, d->target_count++))
            return false;
    } while (ptx_take(lexer, ','));
    struct ptx_name *name = ptx_declare(p, label, PTX_MEANS_TARGETS);
    if (!name)
        return false;
    name->index = first;
    name->count = d->target_count - first;
    return ptx_need(lexer, ';');
}

static bool call_targets(struct ptx_parser *p, const struct ptx_token *label)
{
    do {
        if (!ptx_take(&p->lex, PTX_TOKEN_WORD))
            return ptx_expected(&p->lex, "a function", "Fix: list functions.");
    } while (ptx_take(&p->lex, ','));
    return ptx_declare(p, label, PTX_MEANS_OPAQUE) && ptx_need(&p->lex, ';');
}

static bool call_prototype(struct ptx_parser *p, const struct ptx_token *label)
{
    struct ptx_token ignored;
    vrrl_code code =
        array_room(p->prototypes, p->prototype_count, p->prototype_room, 1, p->lex.err);
    if (code != VRRL_OK)
        return ptx_stop(p, code);
    struct ptx_signature *to = &p->prototypes[p->prototype_count++];
    *to = (struct ptx_signature){0};
    if (!ptx_signature_read(p, to, &ignored))
        return false;
    while (p->lex.token.kind == PTX_TOKEN_DIRECTIVE) /* .noreturn, .abi_preserve */
        if (!ptx_next(&p->lex) || (p->lex.token.kind == PTX_TOKEN_INTEGER && !ptx_next(&p->lex)))
            return false;
    struct ptx_name *name = ptx_declare(p, label, PTX_MEANS_PROTOTYPE);
    if (!name)
        return false;
    name->index = p->prototype_count - 1;
    return ptx_need(&p->lex, ';');
}

/* Behind `LABEL:`. */
static bool label(struct ptx_parser *p, const struct ptx_token *token)
{
    if (ptx_take_text(&p->lex, ".branchtargets"))
        return branch_targets(p, token);
    if (ptx_take_text(&p->lex, ".calltargets"))
        return call_targets(p, token);
    if (ptx_take_text(&p->lex, ".callprototype"))
        return call_prototype(p, token);
    struct ptx_name *name = ptx_declare(p, token, PTX_MEANS_LABEL);
    if (!name)
        return false;
    name->index = p->draft.instruction_count;
    return true;
}

/* Labels of the scope that ends are known: jumps to them are made, others are left to the scope around. */
static bool jumps_of_scope(struct ptx_parser *p, uint32_t first, bool outermost)
{
    struct draft *d = &p->draft;
    uint32_t left = first;
    for (uint32_t i = first; i < d->jump_count; i++) {
        struct draft_jump jump = d->jumps[i];
        const struct ptx_name *name =
            ptx_names_find(&p->names, p->lex.text + jump.token.at, jump.token.length);
        bool here = name && name->meaning == PTX_MEANS_LABEL && name->depth == p->names.depth;
        if (here && jump.instruction == PTX_NONE)
            d->targets[jump.target] = name->index;
        else if (here)
            d->instructions[jump.instruction].form.branch.target = name->index;
        else if (outermost)
            return ptx_lower_unknown(p, &jump.token, "a label of this function");
        else
            d->jumps[left++] = jump;
    }
    d->jump_count = left;
    return true;
}

/* ---- Statements -------------------------------------------------------------------------------- */

/* A word begins an instruction, or a label that ends in `:`. */
static bool word(struct ptx_parser *p)
{
    struct ptx_token token = p->lex.token;
    if (!ptx_next(&p->lex))
        return false;
    if (ptx_take(&p->lex, ':'))
        return label(p, &token);
    return p->lex.failed == VRRL_OK && ptx_instruction_read(p, &token);
}

static bool directive(struct ptx_parser *p)
{
    struct ptx_lexer *lexer = &p->lex;
    enum ptx_space space;
    if (ptx_take_text(lexer, ".reg"))
        return register_declaration(p);
    if (ptx_take_text(lexer, ".loc"))
        return ptx_loc_read(p);
    if (ptx_take_text(lexer, ".file"))
        return ptx_file_read(p);
    if (ptx_space_here(p, &space))
        return ptx_variables(p, space, false, true);
    if (ptx_take_text(lexer, ".extern"))
        return ptx_space_here(p, &space)
                   ? ptx_variables(p, space, true, true)
                   : ptx_expected(lexer, "a state space", "Fix: write .shared.");
    if (ptx_is(lexer, ".pragma") || ptx_is(lexer, ".alias")) {
        while (lexer->token.kind != ';' && lexer->token.kind != PTX_TOKEN_END)
            if (!ptx_next(lexer))
                return false;
        return ptx_need(lexer, ';');
    }
    return ptx_expected(lexer, "an instruction, a label or a declaration",
                        "Fix: declare registers by .reg, variables by their state space.");
}

static bool statement(struct ptx_parser *p)
{
    switch (p->lex.token.kind) {
    case ';':
        return ptx_next(&p->lex);
    case '@':
        return ptx_guarded_read(p);
    case PTX_TOKEN_WORD:
        return word(p);
    case PTX_TOKEN_DIRECTIVE:
        return directive(p);
    default:
        return ptx_expected(&p->lex, "an instruction, a label, a declaration or `}`",
                            "Fix: see the line above, too: it may lack its `;`.");
    }
}

bool ptx_body_read(struct ptx_parser *p)
{
    uint32_t jumps[PTX_SCOPES_MAX], depth = 0;
    struct ptx_lexer *lexer = &p->lex;
    for (;;) {
        if (lexer->token.kind == '{') {
            if (depth == PTX_SCOPES_MAX)
                return ptx_expected(lexer, "scopes at most 64 deep", "Fix: close some.");
            jumps[depth++] = p->draft.jump_count;
            ptx_names_open(&p->names);
            if (!ptx_next(lexer))
                return false;
        } else if (lexer->token.kind == '}') {
            depth--;
            if (!jumps_of_scope(p, jumps[depth], depth == 0))
                return false;
            ptx_names_close(&p->names);
            if (depth == 0)
                return ptx_lower_end(p) && ptx_next(lexer);
            if (!ptx_next(lexer))
                return false;
        } else if (!statement(p)) {
            return false;
        }
    }
}
