#include "ptx/signature.h"

#include "base/array.h"
#include "ptx/lower_memory.h"
#include "ptx/parse_variable.h"

#include <stdlib.h>

/* A launch gives at most 32,764 bytes; a frame may hold no more than this. */
enum { SIGNATURE_BYTES_MAX = 65536 };

struct reading {
    struct ptx_parser *p;
    struct ptx_signature *to;
    bool is_result;
};

static bool parameter(struct reading *r)
{
    struct ptx_parser *p = r->p;
    struct ptx_declared d;
    bool is_register = ptx_take_text(&p->lex, ".reg");
    if (!is_register && !ptx_take_text(&p->lex, ".param"))
        return ptx_expected(&p->lex, "`.param`", "Fix: write each as `.param .u64 name`.");
    if (!ptx_declared_type(p, &d) || !ptx_declared_name(p, &d))
        return false;
    struct ptx_signature *to = r->to;
    uint64_t at = ((uint64_t)to->bytes + d.align - 1) & ~(uint64_t)(d.align - 1);
    if (at + d.bytes > SIGNATURE_BYTES_MAX)
        return ptx_fail_at(&p->lex, &d.token, "Fix: pass a pointer.",
                           "found parameters of more than %d bytes", SIGNATURE_BYTES_MAX);
    struct ptx_parameter made = {.offset = (uint32_t)at,
                                 .bytes = (uint32_t)d.bytes,
                                 .align = d.align,
                                 .type = d.type,
                                 .is_array = d.is_array,
                                 .is_pointer = d.is_pointer};
    made.name = ptx_keep(p, p->lex.text + d.token.at, d.token.length);
    vrrl_code code = array_room(to->read, to->read_count, to->read_room, 1, p->lex.err);
    if (code == VRRL_OK)
        code = r->is_result
                   ? array_room(to->results, to->result_count, to->result_room, 1, p->lex.err)
                   : array_room(to->parameters, to->parameter_count, to->parameter_room, 1,
                                p->lex.err);
    if (!made.name || code != VRRL_OK)
        return ptx_stop(p, code);
    if (r->is_result)
        to->results[to->result_count++] = made;
    else
        to->parameters[to->parameter_count++] = made;
    to->bytes = made.offset + made.bytes;
    to->read[to->read_count++] =
        (struct ptx_parameter_read){d.token, made, is_register, r->is_result};
    return true;
}

/* Behind the `(`. */
static bool list(struct reading *r)
{
    struct ptx_lexer *lexer = &r->p->lex;
    if (ptx_take(lexer, ')'))
        return true;
    do {
        if (!parameter(r))
            return false;
    } while (ptx_take(lexer, ','));
    return ptx_need(lexer, ')');
}

bool ptx_signature_read(struct ptx_parser *p, struct ptx_signature *to, struct ptx_token *name)
{
    struct reading r = {p, to, true};
    if (ptx_take(&p->lex, '(') && !list(&r))
        return false;
    *name = p->lex.token;
    if (name->kind != PTX_TOKEN_WORD)
        return ptx_expected(&p->lex, "the name of a function", "Fix: name it.");
    r.is_result = false;
    return ptx_next(&p->lex) && (!ptx_take(&p->lex, '(') || list(&r)) && p->lex.failed == VRRL_OK;
}

/* A register that is a parameter has bytes in the frame like others: the body begins by loading it, and a return
 * stores a result. */
static bool register_parameter(struct ptx_parser *p, const struct ptx_parameter_read *it,
                               struct ptx_name *name)
{
    uint32_t reg = draft_register(&p->draft, (enum ptx_type)it->parameter.type);
    if (reg == PTX_NONE)
        return ptx_stop(p, VRRL_NO_MEMORY);
    name->index = reg;
    if (!it->is_result)
        return ptx_lower_param(p, reg, it->parameter.offset, false);
    if (p->result_register_count == PTX_RESULT_REGISTERS_MAX)
        return ptx_fail_at(&p->lex, &it->token, "Fix: give back a .param array.",
                           "found more than %d registers as results", PTX_RESULT_REGISTERS_MAX);
    p->result_registers[p->result_register_count++] =
        (struct ptx_result_register){reg, it->parameter.offset};
    return true;
}

bool ptx_signature_declare(struct ptx_parser *p, const struct ptx_signature *signature)
{
    p->draft.frame_bytes = signature->bytes;
    for (uint32_t i = 0; i < signature->read_count; i++) {
        const struct ptx_parameter_read *it = &signature->read[i];
        struct ptx_name *name =
            ptx_declare(p, &it->token, it->is_register ? PTX_MEANS_REGISTER : PTX_MEANS_PARAM);
        if (!name)
            return false;
        name->type = it->parameter.type;
        name->offset = it->parameter.offset;
        name->bytes = it->parameter.bytes;
        if (it->is_register && !register_parameter(p, it, name))
            return false;
    }
    return true;
}

void ptx_signature_free(struct ptx_signature *signature)
{
    free(signature->parameters);
    free(signature->results);
    free(signature->read);
}
