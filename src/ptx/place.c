#include "ptx/place.h"

#include "base/array.h"

#include <string.h>

static uint64_t key_of(uint32_t file, uint32_t line, uint32_t column)
{
    return hash_table_of_pair(file, line) * 0xD6E8FEB86659FD93u + column;
}

/* Appends a place, and returns its index. */
static uint32_t append(struct ptx_parser *p, struct ptx_place place)
{
    struct ptx_module *m = p->module;
    vrrl_code code = array_room(m->places, m->place_count, m->place_room, 1, p->lex.err);
    if (code != VRRL_OK) {
        ptx_stop(p, code);
        return PTX_NONE;
    }
    m->places[m->place_count] = place;
    return m->place_count++;
}

uint32_t ptx_place_here(struct ptx_parser *p)
{
    const struct ptx_module *m = p->module;
    struct ptx_place place = {.ptx_line = p->lex.token.line,
                              .file = p->place_file,
                              .line = p->place_line,
                              .column = p->place_column,
                              .inlined_at = p->place_inlined};
    if (m->place_count && memcmp(&m->places[m->place_count - 1], &place, sizeof place) == 0)
        return m->place_count - 1;
    return append(p, place);
}

bool ptx_file_read(struct ptx_parser *p)
{
    struct ptx_lexer *lexer = &p->lex;
    struct ptx_module *m = p->module;
    uint64_t number, ignored;
    if (!ptx_integer_read(lexer, "the number of a file", 0, UINT32_MAX - 1, &number))
        return false;
    if (lexer->token.kind != PTX_TOKEN_TEXT)
        return ptx_expected(lexer, "a file name in quotes", "Fix: write `.file 1 \"kernel.cu\"`.");
    vrrl_code code = array_room(m->files, m->file_count, m->file_room, 1, lexer->err);
    const char *name = ptx_keep(p, ptx_token_start(lexer) + 1, lexer->token.length - 2);
    if (code != VRRL_OK || !name)
        return ptx_stop(p, code);
    m->files[m->file_count++] = (struct ptx_file){name, (uint32_t)number};
    if (!ptx_next(lexer))
        return false;
    while (ptx_take(lexer, ',')) /* its time and its size */
        if (!ptx_integer_read(lexer, "a number", 0, UINT64_MAX, &ignored))
            return false;
    return true;
}

static bool location(struct ptx_parser *p, struct ptx_place *place)
{
    uint64_t file, line, column;
    if (!ptx_integer_read(&p->lex, "the number of a file", 0, UINT32_MAX - 1, &file) ||
        !ptx_integer_read(&p->lex, "a line", 0, UINT32_MAX, &line) ||
        !ptx_integer_read(&p->lex, "a column", 0, UINT32_MAX, &column))
        return false;
    *place = (struct ptx_place){.ptx_line = p->lex.token.line,
                                .file = (uint32_t)file,
                                .line = (uint32_t)line,
                                .column = (uint32_t)column,
                                .inlined_at = PTX_NONE};
    return true;
}

/* The last `.loc` of a line and column, which says into what that was inlined itself; it may have none. */
static uint32_t place_of(struct ptx_parser *p, const struct ptx_place *place)
{
    uint32_t known = hash_table_find(&p->inlined, key_of(place->file, place->line, place->column));
    if (known != HASH_TABLE_NONE) {
        const struct ptx_place *it = &p->module->places[known];
        if (it->file == place->file && it->line == place->line && it->column == place->column)
            return known;
    }
    return append(p, *place);
}

/* `, function_name $L__info_string0+4, inlined_at 1 19 3` */
static bool inlined(struct ptx_parser *p, struct ptx_place *place)
{
    struct ptx_lexer *lexer = &p->lex;
    while (ptx_take(lexer, ',')) {
        uint64_t ignored;
        if (ptx_take_text(lexer, "function_name")) {
            if (!ptx_take(lexer, PTX_TOKEN_WORD))
                return ptx_expected(lexer, "a label",
                                    "Fix: name the label of the function's name.");
            if (ptx_take(lexer, '+') &&
                !ptx_integer_read(lexer, "an offset", 0, UINT32_MAX, &ignored))
                return false;
        } else if (ptx_take_text(lexer, "inlined_at")) {
            struct ptx_place at;
            if (!location(p, &at))
                return false;
            place->inlined_at = place_of(p, &at);
            if (place->inlined_at == PTX_NONE)
                return false;
        } else {
            return ptx_expected(lexer, "`function_name` or `inlined_at`",
                                "Fix: write `.loc FILE LINE COLUMN` alone.");
        }
    }
    return lexer->failed == VRRL_OK;
}

bool ptx_loc_read(struct ptx_parser *p)
{
    struct ptx_place place;
    if (!location(p, &place) || !inlined(p, &place))
        return false;
    uint32_t index = append(p, place);
    if (index == PTX_NONE)
        return false;
    /* The newest counts: a key that is there already gets another item. */
    if (hash_table_item(&p->inlined, key_of(place.file, place.line, place.column), index) ==
        HASH_TABLE_NONE)
        return ptx_stop(p, error_no_memory(p->lex.err, hash_table_bytes(&p->inlined)));
    hash_table_entry(&p->inlined, key_of(place.file, place.line, place.column))->item = index + 1;
    p->place_file = place.file;
    p->place_line = place.line;
    p->place_column = place.column;
    p->place_inlined = place.inlined_at;
    return true;
}

bool ptx_places_end(struct ptx_parser *p)
{
    struct ptx_module *m = p->module;
    struct hash_table numbers = {0};
    for (uint32_t i = 0; i < m->file_count; i++) {
        if (hash_table_item(&numbers, m->files[i].number, i) == HASH_TABLE_NONE) {
            hash_table_free(&numbers);
            return ptx_stop(p, error_no_memory(p->lex.err, hash_table_bytes(&numbers)));
        }
    }
    for (uint32_t i = 0; i < m->place_count; i++)
        if (m->places[i].file != PTX_NONE)
            m->places[i].file = hash_table_find(&numbers, m->places[i].file);
    hash_table_free(&numbers);
    return true;
}
