#include "ptx/module.h"

#include "ptx/chunk.h"
#include "ptx/parse_module.h"
#include "ptx/signature.h"

#include <stdlib.h>
#include <string.h>

static void parser_free(struct ptx_parser *p)
{
    ptx_names_free(&p->names);
    draft_free(&p->draft);
    free(p->opcodes);
    hash_table_free(&p->opcode_table);
    hash_table_free(&p->inlined);
    for (uint32_t i = 0; i < p->prototype_count; i++)
        ptx_signature_free(&p->prototypes[i]);
    free(p->prototypes);
    free(p->links);
    free(p);
}

vrrl_code ptx_module_read(const char *name, const char *text, size_t size,
                          struct ptx_module **module, vrrl_error *err)
{
    *module = NULL;
    struct ptx_parser *p = calloc(1, sizeof *p);
    struct ptx_module *m = calloc(1, sizeof *m);
    if (!p || !m) {
        free(p);
        free(m);
        return error_no_memory(err, sizeof *p);
    }
    p->module = m;
    p->lex = (struct ptx_lexer){.name = name, .text = text, .size = size, .line = 1, .err = err};
    p->draft.err = err;
    p->place_file = p->place_inlined = PTX_NONE;
    m->address_bytes = 8;
    m->name = ptx_keep(p, name, strlen(name));
    m->target = "";
    bool right = m->name && ptx_parse_module(p);
    vrrl_code code = right ? VRRL_OK : p->lex.failed;
    parser_free(p);
    if (right)
        *module = m;
    else
        ptx_module_free(m);
    return code;
}

static void function_free(struct ptx_function *f)
{
    free(f->parameters);
    free(f->results);
    for (unsigned i = 0; i < PTX_WIDTHS; i++)
        free(f->constants[i]);
    free(f->instructions);
    free(f->places);
    free(f->operands);
    free(f->targets);
    free(f->blocks);
    free(f->block_of);
    free(f->live_bits);
    free(f->shared);
}

void ptx_module_free(struct ptx_module *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->function_count; i++)
        function_free(&m->functions[i]);
    for (uint32_t i = 0; i < m->variable_count; i++) {
        free(m->variables[i].initial);
        free(m->variables[i].relocations);
    }
    for (uint32_t i = 0; i < m->call_count; i++) {
        free(m->calls[i].arguments);
        free(m->calls[i].results);
    }
    free(m->functions);
    free(m->variables);
    free(m->calls);
    free(m->places);
    free(m->files);
    free(m->unsupported);
    free(m->spelled);
    ptx_chunks_free(m->chunks);
    free(m);
}
