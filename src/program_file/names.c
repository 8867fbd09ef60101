/* Names: asked for, and given to a program. */
#include "program_file/names.h"

#include "base/error.h"
#include "program/program_names.h"
#include "program_file/mk_file.h"
#include "program_file/names_parse.h"
#include "vrrl/run/program_file.h"

#include <stdlib.h>
#include <string.h>

vrrl_code vrrl_names_parse(const char *text, size_t size, const char *name, vrrl_names **out,
                           vrrl_error *err)
{
    *out = NULL;
    if (size > VRRL_FILE_BYTES_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: is it the names file?",
                         "%s: more than %d bytes of names", name, VRRL_FILE_BYTES_MAX);
    vrrl_names *names = calloc(1, sizeof *names);
    if (!names)
        return error_no_memory(err, sizeof *names);
    vrrl_code code = names_parse(text, (uint32_t)size, name, names, err);
    if (code == VRRL_OK)
        *out = names;
    else
        vrrl_names_free(names);
    return code;
}

vrrl_code vrrl_names_load(const char *path, vrrl_names **names, vrrl_error *err)
{
    char *text;
    size_t size;
    *names = NULL;
    vrrl_code code = mk_read_file(path, &text, &size, err);
    if (code == VRRL_OK)
        code = vrrl_names_parse(text, size, path, names, err);
    free(text);
    return code;
}

void vrrl_names_free(vrrl_names *names)
{
    if (!names)
        return;
    for (int kind = 0; kind < NAMES_KINDS; kind++) {
        free(names->lists[kind].rows);
        hash_table_free(&names->lists[kind].by_number);
        hash_table_free(&names->lists[kind].by_name);
    }
    free(names->operands);
    free(names);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

uint64_t names_key(const char *name, size_t length)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
    return hash;
}

const struct names_row *names_find(const struct names_list *list, uint32_t number)
{
    uint32_t at = hash_table_find(&list->by_number, number);
    return at == HASH_TABLE_NONE ? NULL : &list->rows[at];
}

const struct names_row *names_find_name(const struct names_list *list, const char *name,
                                        size_t length)
{
    uint64_t key = names_key(name, length);
    for (uint32_t at; (at = hash_table_find(&list->by_name, key)) != HASH_TABLE_NONE; key++)
        if (strlen(list->rows[at].name) == length && memcmp(list->rows[at].name, name, length) == 0)
            return &list->rows[at];
    return NULL;
}

static const char *name_of(const vrrl_names *names, enum names_kind kind, uint32_t number)
{
    const struct names_row *row = names_find(&names->lists[kind], number);
    return row ? row->name : NULL;
}

static bool number_of(const vrrl_names *names, enum names_kind kind, const char *name,
                      uint32_t *number)
{
    const struct names_row *row = names_find_name(&names->lists[kind], name, strlen(name));
    if (row)
        *number = row->number;
    return row != NULL;
}

const char *vrrl_names_opcode(const vrrl_names *names, uint32_t number)
{
    return name_of(names, NAMES_OPCODES, number);
}

const char *vrrl_names_tenant(const vrrl_names *names, uint32_t tenant)
{
    return name_of(names, NAMES_TENANTS, tenant);
}

bool vrrl_names_find_opcode(const vrrl_names *names, const char *name, uint32_t *number)
{
    return number_of(names, NAMES_OPCODES, name, number);
}

bool vrrl_names_find_tenant(const vrrl_names *names, const char *name, uint32_t *tenant)
{
    return number_of(names, NAMES_TENANTS, name, tenant);
}

/* ---- A program's names ----------------------------------------------------------------------- */

static vrrl_code call_words(const struct names_list *words, vrrl_program *program, vrrl_error *err)
{
    uint32_t first = program->symbol_count, total = program->layout.total_words;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < words->count; i++) {
        const struct names_row *row = &words->rows[i];
        vrrl_symbol symbol = {
            .first_word = row->number, .words = row->words, .segment_words = row->segment_words};
        if (row->number >= total || row->words > total - row->number)
            continue;
        code = vrrl_program_add_text(program, row->name, &symbol.name, err);
        if (code == VRRL_OK)
            code = vrrl_program_add_symbol(program, &symbol, err);
    }
    return code == VRRL_OK ? program_symbols_first(program, first, err) : code;
}

vrrl_code names_call_opcodes(vrrl_program *program, const vrrl_names *names, vrrl_error *err)
{
    const struct names_list *opcodes = &names->lists[NAMES_OPCODES];
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < opcodes->count; i++)
        code = program_call_opcode(program, opcodes->rows[i].number, opcodes->rows[i].name, err);
    return code;
}

vrrl_code vrrl_names_apply(vrrl_program *program, const vrrl_names *names, vrrl_error *err)
{
    vrrl_code code = names_call_opcodes(program, names, err);
    return code == VRRL_OK ? call_words(&names->lists[NAMES_WORDS], program, err) : code;
}
