/* Names files: one statement a line, in the tokens of program files. */
#include "program_file/names_parse.h"

#include "base/array.h"
#include "base/text_mark.h"
#include "program_file/mk_error.h"
#include "program_file/mk_guess.h"
#include "program_file/mk_tokens.h"

#include <stdlib.h>
#include <string.h>

struct parser {
    struct mk_parser mk;
    struct vrrl_names *names;
};

static const struct names_format formats[] = {
#define X(name, bytes, sort) {name, bytes, NAMES_##sort},
    NAMES_FORMAT_TABLE(X)
#undef X
};
enum { FORMATS = sizeof formats / sizeof *formats, FORMAT_PLAIN = 2 /* u32 */ };

static const char opcode_fix[] = "Fix: write `opcode NUMBER NAME OPERAND FORMAT, ...`, for example "
                                 "`opcode 0x2a ATTENTION layer u16`.";
static const char words_fix[] =
    "Fix: write `word NAME at FIRST`, or `words NAME[COUNT] [of WORDS] at FIRST`.";

/* ---- Rows ------------------------------------------------------------------------------------ */

/* A name that fits, and that every terminal can show. */
static vrrl_code take_name(struct parser *p, const char *what, const char *fix,
                           char name[VRRL_NAMES_BYTES_MAX + 1], struct mk_token *token)
{
    if (mk_peek(&p->mk)->kind != MK_NAME)
        return mk_unexpected(&p->mk, what, fix);
    *token = mk_next(&p->mk);
    if (token->length > VRRL_NAMES_BYTES_MAX)
        return mk_limit(&p->mk, token, "Fix: shorten it.",
                        "a name of %u characters, expected at most %d", token->length,
                        VRRL_NAMES_BYTES_MAX);
    memcpy(name, p->mk.source.text + token->at, token->length);
    name[token->length] = '\0';
    for (uint32_t i = 0; i < token->length; i++)
        if (name[i] < ' ' || name[i] > '~')
            return mk_fail(&p->mk, token, "Fix: use letters of ASCII.",
                           "a name with the byte 0x%02X", (unsigned char)name[i]);
    return VRRL_OK;
}

/* Puts a row into its list, where nothing of its name, nor of its number, is yet. */
static vrrl_code add_row(struct parser *p, enum names_kind kind, const struct names_row *row,
                         const struct mk_token *number_at, const struct mk_token *name_at)
{
    static const char *const whats[] = {"opcode", "tenant", "word"};
    struct names_list *list = &p->names->lists[kind];
    uint32_t most = kind == NAMES_OPCODES ? VRRL_NAMES_OPCODES_MAX : VRRL_FILE_NAMES_MAX;
    const struct names_row *old = names_find_name(list, row->name, strlen(row->name));
    if (old)
        return mk_fail(&p->mk, name_at, "Fix: choose another name, or remove one of the two.",
                       "`%s` is the name of %s %u on line %u already", row->name, whats[kind],
                       old->number, old->line);
    old = kind == NAMES_WORDS ? NULL : names_find(list, row->number);
    if (old)
        return mk_fail(&p->mk, number_at, "Fix: give each its own number.",
                       "%s %u is called `%s` on line %u already", whats[kind], row->number,
                       old->name, old->line);
    if (list->count == most)
        return mk_limit(&p->mk, name_at, "Fix: use fewer.", "more than %u lines `%s`", most,
                        whats[kind]);
    MK_TRY(array_room(list->rows, list->count, list->room, 1, p->mk.err));
    list->rows[list->count] = *row;
    list->rows[list->count].line = name_at->line;
    uint64_t key = names_key(row->name, strlen(row->name));
    while (hash_table_find(&list->by_name, key) != HASH_TABLE_NONE)
        key++;
    if (hash_table_item(&list->by_name, key, list->count) == HASH_TABLE_NONE)
        return error_no_memory(p->mk.err, hash_table_bytes(&list->by_name));
    if (kind != NAMES_WORDS &&
        hash_table_item(&list->by_number, row->number, list->count) == HASH_TABLE_NONE)
        return error_no_memory(p->mk.err, hash_table_bytes(&list->by_number));
    list->count++;
    return VRRL_OK;
}

/* ---- Operands -------------------------------------------------------------------------------- */

static vrrl_code unknown_format(struct parser *p)
{
    struct mk_guess guess = mk_guess_for(&p->mk, mk_peek(&p->mk));
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    for (size_t i = 0; i < FORMATS; i++)
        mk_guess_try(&guess, formats[i].name, strlen(formats[i].name));
    mk_token_text(&p->mk.source, mk_peek(&p->mk), found, sizeof found);
    return mk_fail(
        &p->mk, mk_peek(&p->mk),
        "Fix: write u8 to u64, i8 to i64, hex8 to hex64, f32, f64, pointer or word; a comma "
        "stands between operands.",
        "expected a format, found %s%s", found, mk_guess_text(&guess, hint, sizeof hint));
}

/* Nothing stands behind an operand that has no format. */
static vrrl_code take_format(struct parser *p, const struct names_format **format)
{
    *format = &formats[FORMAT_PLAIN];
    if (mk_peek(&p->mk)->kind != MK_NAME)
        return VRRL_OK;
    for (size_t i = 0; i < FORMATS; i++)
        if (mk_accept_word(&p->mk, formats[i].name)) {
            *format = &formats[i];
            return VRRL_OK;
        }
    return unknown_format(p);
}

/* It begins where the one before ends; a word or more begins at a word. */
static vrrl_code place(struct parser *p, const struct names_operand *operand,
                       const struct mk_token *at)
{
    uint32_t step = operand->format->bytes > 4 ? 4 : operand->format->bytes;
    if (operand->first_byte % step == 0)
        return VRRL_OK;
    return mk_fail(&p->mk, at,
                   "Fix: name the bytes before it, or pass over them with `_ u8` or `_ u16`.",
                   "`%s` begins at byte %u of the arguments, expected a multiple of %u",
                   operand->name[0] ? operand->name : "_", operand->first_byte, step);
}

static vrrl_code add_operand(struct parser *p, struct names_row *row, uint32_t *byte)
{
    struct vrrl_names *names = p->names;
    struct names_operand operand = {.first_byte = *byte};
    struct mk_token at;
    MK_TRY(take_name(p, "the name of an operand", opcode_fix, operand.name, &at));
    MK_TRY(take_format(p, &operand.format));
    if (mk_token_is(&p->mk.source, &at, "_"))
        operand.name[0] = '\0';
    for (uint32_t i = 0; operand.name[0] && i < row->operand_count; i++)
        if (strcmp(names->operands[row->first_operand + i].name, operand.name) == 0)
            return mk_fail(&p->mk, &at, "Fix: choose another name.",
                           "an operand `%s` of this opcode is there already", operand.name);
    if (row->operand_count == VRRL_NAMES_OPERANDS_MAX)
        return mk_limit(&p->mk, &at, "Fix: leave out the last ones.", "more than %d operands",
                        VRRL_NAMES_OPERANDS_MAX);
    MK_TRY(place(p, &operand, &at));
    MK_TRY(array_room(names->operands, names->operand_count, names->operand_room, 1, p->mk.err));
    names->operands[names->operand_count++] = operand;
    row->operand_count++;
    *byte += operand.format->bytes;
    return VRRL_OK;
}

/* ---- Statements ------------------------------------------------------------------------------ */

/* "0x2a", "42" or, as a dump prints the numbers of user opcodes, "USER+7". */
static vrrl_code take_opcode(struct parser *p, uint32_t *number)
{
    struct mk_token token;
    bool user = mk_accept_word(&p->mk, "USER");
    if (user)
        MK_TRY(mk_expect_kind(&p->mk, MK_PLUS, "Fix: write USER+7.", NULL));
    MK_TRY(mk_expect_kind(&p->mk, MK_NUMBER, opcode_fix, &token));
    if (user && token.number > VRRL_OPCODE_USER_LAST - VRRL_OPCODE_USER_FIRST)
        return mk_fail(&p->mk, &token, "Fix: correct it.", "USER+%u, expected at most USER+%u",
                       token.number, VRRL_OPCODE_USER_LAST - VRRL_OPCODE_USER_FIRST);
    *number = token.number + (user ? VRRL_OPCODE_USER_FIRST : 0);
    return VRRL_OK;
}

static vrrl_code opcode(struct parser *p)
{
    struct names_row row = {.first_operand = p->names->operand_count};
    struct mk_token number_at = *mk_peek(&p->mk), name_at;
    uint32_t byte = 0;
    MK_TRY(take_opcode(p, &row.number));
    MK_TRY(take_name(p, "the name of the opcode", opcode_fix, row.name, &name_at));
    if (mk_peek(&p->mk)->kind == MK_NAME) {
        do
            MK_TRY(add_operand(p, &row, &byte));
        while (mk_accept(&p->mk, MK_COMMA));
    }
    MK_TRY(mk_end_of_line(&p->mk, "Fix: write a comma between operands."));
    return add_row(p, NAMES_OPCODES, &row, &number_at, &name_at);
}

static vrrl_code tenant(struct parser *p)
{
    static const char fix[] = "Fix: write `tenant NUMBER NAME`.";
    struct names_row row = {.line = 0};
    struct mk_token number, name_at;
    MK_TRY(mk_expect_kind(&p->mk, MK_NUMBER, fix, &number));
    MK_TRY(take_name(p, "the name of the tenant", fix, row.name, &name_at));
    MK_TRY(mk_end_of_line(&p->mk, fix));
    row.number = number.number;
    return add_row(p, NAMES_TENANTS, &row, &number, &name_at);
}

/* A number of words, at least one. */
static vrrl_code take_count(struct parser *p, const char *what, uint32_t *count)
{
    struct mk_token token;
    MK_TRY(mk_expect_kind(&p->mk, MK_NUMBER, words_fix, &token));
    if (token.number == 0)
        return mk_fail(&p->mk, &token, "Fix: write at least 1.", "%s is 0", what);
    *count = token.number;
    return VRRL_OK;
}

static vrrl_code words(struct parser *p, bool many)
{
    struct names_row row = {.line = 0};
    struct mk_token first, name_at;
    uint32_t count = 1, element = 1;
    row.token = p->mk.at;
    MK_TRY(take_name(p, "the name of words", words_fix, row.name, &name_at));
    if (many) {
        MK_TRY(mk_expect_kind(&p->mk, MK_OPEN_INDEX, words_fix, NULL));
        MK_TRY(take_count(p, "the number of elements", &count));
        MK_TRY(mk_expect_kind(&p->mk, MK_CLOSE_INDEX, words_fix, NULL));
    }
    if (many && mk_accept_word(&p->mk, "of"))
        MK_TRY(take_count(p, "the size of an element", &element));
    MK_TRY(mk_expect_word(&p->mk, "at", words_fix));
    MK_TRY(mk_expect_kind(&p->mk, MK_NUMBER, words_fix, &first));
    MK_TRY(mk_end_of_line(&p->mk, words_fix));
    row.number = first.number;
    if ((uint64_t)count * element > UINT32_MAX - row.number)
        return mk_fail(&p->mk, &first, "Fix: correct the number of words, or where they begin.",
                       "`%s` ends behind word %u, the last that there can be", row.name,
                       UINT32_MAX - 1);
    row.words = count * element;
    row.segment_words = element > 1 ? element : 0;
    return add_row(p, NAMES_WORDS, &row, &first, &name_at);
}

static vrrl_code unknown_statement(struct parser *p)
{
    static const char *const known[] = {"opcode", "tenant", "word", "words"};
    struct mk_guess guess = mk_guess_for(&p->mk, mk_peek(&p->mk));
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        mk_guess_try(&guess, known[i], strlen(known[i]));
    mk_token_text(&p->mk.source, mk_peek(&p->mk), found, sizeof found);
    return mk_fail(&p->mk, mk_peek(&p->mk),
                   "Fix: begin each line with `opcode`, `tenant`, `word` or "
                   "`words`; docs/names.md has the language.",
                   "expected a line of a names file, found %s%s", found,
                   mk_guess_text(&guess, hint, sizeof hint));
}

static vrrl_code statement(struct parser *p)
{
    if (mk_accept_word(&p->mk, "opcode"))
        return opcode(p);
    if (mk_accept_word(&p->mk, "tenant"))
        return tenant(p);
    if (mk_accept_word(&p->mk, "word"))
        return words(p, false);
    return mk_accept_word(&p->mk, "words") ? words(p, true) : unknown_statement(p);
}

static int by_first_word(const void *a, const void *b)
{
    const struct names_row *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Of two names for one word neither is the word's. Complains at the later line. */
static vrrl_code sort_words(struct parser *p)
{
    struct names_list *list = &p->names->lists[NAMES_WORDS];
    if (list->count > 0)
        qsort(list->rows, list->count, sizeof *list->rows, by_first_word);
    for (uint32_t i = 1; i < list->count; i++) {
        const struct names_row *a = &list->rows[i - 1], *b = &list->rows[i];
        if (b->number - a->number >= a->words)
            continue;
        const struct names_row *late = a->token > b->token ? a : b, *early = late == a ? b : a;
        return mk_fail(&p->mk, &p->mk.source.tokens[late->token],
                       "Fix: name each word once; an array names all of its words.",
                       "words of `%s` are part of `%s` already (line %u)", late->name, early->name,
                       early->line);
    }
    return VRRL_OK;
}

static vrrl_code parse(struct parser *p)
{
    const struct mk_token *end;
    MK_TRY(mk_lex(&p->mk.source, p->mk.err));
    do {
        while (mk_accept(&p->mk, MK_NEWLINE))
            continue;
        end = mk_peek(&p->mk);
        if (end->kind != MK_END)
            MK_TRY(statement(p));
    } while (end->kind != MK_END);
    for (int kind = 0; kind < NAMES_KINDS; kind++)
        if (p->names->lists[kind].count > 0)
            return sort_words(p);
    return mk_fail(&p->mk, end, "Fix: write a line such as `opcode 0x2a ATTENTION layer, head`.",
                   "the file names nothing");
}

vrrl_code names_parse(const char *text, uint32_t size, const char *name, vrrl_names *names,
                      vrrl_error *err)
{
    size_t mark = text_mark_size(text, size);
    struct parser *p = calloc(1, sizeof *p);
    if (!p)
        return error_no_memory(err, sizeof *p);
    p->mk.source =
        (struct mk_source){.name = name, .text = text + mark, .size = size - (uint32_t)mark};
    p->mk.err = err;
    p->names = names;
    vrrl_code code = parse(p);
    mk_source_free(&p->mk.source);
    free(p);
    return code;
}
