/* A description as a whole: what is declared, and the opcodes. */
#include "tensor/mkd_parse.h"

#include "base/array.h"
#include "base/text_mark.h"
#include "program_file/mk_error.h"
#include "program_file/mk_guess.h"
#include "tensor/mkd_expression.h"
#include "tensor/mkd_names.h"
#include "tensor/mkd_statement.h"

#include <stdlib.h>
#include <string.h>

enum { OPCODES_MAX = 65536, IN_FLIGHT_MAX = 1024, ARRAYS_MAX = 4096 };

static vrrl_code end_of_line(struct mkd_parser *p)
{
    return mk_end_of_line(&p->mk, "Fix: write one declaration a line.");
}

/* ---- Settings -------------------------------------------------------------------------------- */

static vrrl_code title(struct mkd_parser *p, const struct mk_token *at)
{
    struct mk_token text;
    MK_TRY(mk_expect_kind(&p->mk, MK_TEXT, "Fix: write machine \"NAME\".", &text));
    if (p->machine->title[0])
        return mk_fail(&p->mk, at, "Fix: remove one of the two.", "a second `machine`");
    uint32_t length = text.length - 2;
    length = length > VRRL_FILE_NAME_BYTES_MAX ? VRRL_FILE_NAME_BYTES_MAX : length;
    memcpy(p->machine->title, p->mk.source.text + text.at + 1, length);
    return end_of_line(p);
}

/* NULL: it is not set from outside. */
static const vrrl_machine_const *set_value(const struct mkd_parser *p, const struct mk_token *token)
{
    for (uint32_t i = p->options->const_count; i-- > 0;)
        if (mk_token_is(&p->mk.source, token, p->options->consts[i].name))
            return &p->options->consts[i];
    return NULL;
}

static vrrl_code constant(struct mkd_parser *p, const struct mk_token *at)
{
    const int64_t most = INT64_C(1) << 40;
    struct mk_token token;
    int64_t value;
    (void)at;
    MK_TRY(mkd_new_name(p, "the name of a constant", &token, NULL));
    MK_TRY(mk_expect_kind(&p->mk, MK_ASSIGN, "Fix: write `const NAME = VALUE`.", NULL));
    MK_TRY(mkd_constant(p, "the constant", -most, most, &value));
    const vrrl_machine_const *set = set_value(p, &token);
    MK_TRY(mkd_declare(p, &token, MKD_NAME_CONST, 0, set ? set->value : value));
    return end_of_line(p);
}

static vrrl_code instructions(struct mkd_parser *p, const struct mk_token *at)
{
    const char *fix = "Fix: write `instructions N words worker first`, or `entry first`.";
    int64_t words;
    if (p->machine->words)
        return mk_fail(&p->mk, at, "Fix: remove one of the two.", "a second `instructions`");
    MK_TRY(mkd_constant(p, "the number of words", 1, MKD_WORDS_MAX, &words));
    MK_TRY(mk_expect_word(&p->mk, "words", fix));
    p->machine->words = (uint32_t)words;
    p->machine->entry_first = mk_accept_word(&p->mk, "entry");
    if (!p->machine->entry_first)
        MK_TRY(mk_expect_word(&p->mk, "worker", fix));
    MK_TRY(mk_expect_word(&p->mk, "first", fix));
    return end_of_line(p);
}

static vrrl_code in_flight(struct mkd_parser *p, const struct mk_token *at)
{
    int64_t value;
    (void)at;
    MK_TRY(mk_expect_word(&p->mk, "flight", "Fix: write `in flight N`."));
    MK_TRY(mkd_constant(p, "how many entries are in flight", 1, IN_FLIGHT_MAX, &value));
    p->machine->in_flight = (uint32_t)value;
    return end_of_line(p);
}

static vrrl_code assume(struct mkd_parser *p, const struct mk_token *at)
{
    struct mkd_machine *m = p->machine;
    (void)at;
    do {
        if (mk_accept_word(&p->mk, "release"))
            m->assumes_release = true;
        else if (mk_accept_word(&p->mk, "acquire"))
            m->assumes_acquire = true;
        else
            return mk_unexpected(&p->mk, "`release` or `acquire`",
                                 "Fix: write `assume release acquire`.");
    } while (mk_peek(&p->mk)->kind == MK_NAME);
    return end_of_line(p);
}

static vrrl_code roles(struct mkd_parser *p, const struct mk_token *at)
{
    struct mkd_machine *m = p->machine;
    struct mk_token token;
    if (m->role_count > 0)
        return mk_fail(&p->mk, at, "Fix: write one `roles`, above all opcodes.",
                       m->has_roles ? "a second `roles`" : "`roles` behind parts");
    m->has_roles = true;
    do {
        if (m->role_count == MKD_ROLES_MAX)
            return mk_limit(&p->mk, at, "Fix: use fewer.", "more than %d roles", MKD_ROLES_MAX);
        MK_TRY(mkd_new_name(p, "a role", &token, m->roles[m->role_count]));
        MK_TRY(mkd_declare(p, &token, MKD_NAME_ROLE, m->role_count, 0));
        m->role_count++;
    } while (mk_peek(&p->mk)->kind == MK_NAME);
    return end_of_line(p);
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

static vrrl_code lengths(struct mkd_parser *p, struct mkd_array *array)
{
    const struct mk_token at = *mk_peek(&p->mk);
    uint64_t count = 1;
    while (mk_accept(&p->mk, MK_OPEN_INDEX)) {
        int64_t length;
        if (array->rank == TENSOR_DIMS_MAX)
            return mk_limit(&p->mk, &at, "Fix: fold some of them.", "more than %d dimensions",
                            TENSOR_DIMS_MAX);
        MK_TRY(mkd_constant(p, "a length", 1, INT64_C(1) << 40, &length));
        MK_TRY(mk_expect_kind(&p->mk, MK_CLOSE_INDEX, "Fix: close the bracket.", NULL));
        if ((uint64_t)length > (UINT64_C(1) << 40) / count)
            return mk_limit(&p->mk, &at, "Fix: correct the lengths.", "more than 2^40 elements");
        count *= (uint64_t)length;
        array->dims[array->rank++] = (uint64_t)length;
    }
    return VRRL_OK;
}

static vrrl_code counters(struct mkd_parser *p, const struct mk_token *at)
{
    struct mkd_machine *m = p->machine;
    struct mkd_array array = {.rank = 0};
    struct mk_token token;
    MK_TRY(mkd_new_name(p, "the name of the counters", &token, array.name));
    MK_TRY(lengths(p, &array));
    array.grows = mk_accept_word(&p->mk, "grows");
    if (m->counter_count == ARRAYS_MAX)
        return mk_limit(&p->mk, at, "Fix: use arrays.", "more than %d arrays of counters",
                        ARRAYS_MAX);
    MK_TRY(mkd_declare(p, &token, MKD_NAME_COUNTERS, m->counter_count, 0));
    MK_TRY(array_room(m->counters, m->counter_count, m->counter_room, 1, p->mk.err));
    m->counters[m->counter_count++] = array;
    return end_of_line(p);
}

static vrrl_code buffer(struct mkd_parser *p, const struct mk_token *at)
{
    static const struct {
        const char *word;
        vrrl_buffer_kind kind;
    } kinds[] = {{"kv", VRRL_BUFFER_KV_CACHE},
                 {"weight", VRRL_BUFFER_WEIGHT},
                 {"input", VRRL_BUFFER_IO_INPUT},
                 {"output", VRRL_BUFFER_IO_OUTPUT}};
    struct mkd_machine *m = p->machine;
    struct mkd_array array = {.kind = VRRL_BUFFER_ACTIVATION};
    struct mk_token token;
    MK_TRY(mkd_new_name(p, "the name of the buffer", &token, array.name));
    MK_TRY(lengths(p, &array));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (mk_accept_word(&p->mk, kinds[i].word)) {
            array.kind = kinds[i].kind;
            break;
        }
    if (m->buffer_count == ARRAYS_MAX)
        return mk_limit(&p->mk, at, "Fix: use more dimensions.", "more than %d buffers",
                        ARRAYS_MAX);
    MK_TRY(mkd_declare(p, &token, MKD_NAME_BUFFER, m->buffer_count, 0));
    MK_TRY(array_room(m->buffers, m->buffer_count, m->buffer_room, 1, p->mk.err));
    m->buffers[m->buffer_count++] = array;
    return end_of_line(p);
}

static vrrl_code table(struct mkd_parser *p, const struct mk_token *at)
{
    struct mkd_machine *m = p->machine;
    struct mk_token token;
    const vrrl_machine_table *given = NULL;
    (void)at;
    MK_TRY(mkd_new_name(p, "the name of the table", &token, NULL));
    for (uint32_t i = 0; i < p->options->table_count; i++)
        if (mk_token_is(&p->mk.source, &token, p->options->tables[i].name))
            given = &p->options->tables[i];
    if (!given)
        return mk_fail(&p->mk, &token, "Fix: give --table NAME=TENSOR.",
                       "the table `%.*s` has no tensor", (int)token.length,
                       p->mk.source.text + token.at);
    MK_TRY(mkd_declare(p, &token, MKD_NAME_TABLE, m->table_count, 0));
    MK_TRY(array_room(m->tables, m->table_count, m->table_room, 1, p->mk.err));
    m->tables[m->table_count] = (struct tensor){0};
    struct tensor *tensor = &m->tables[m->table_count];
    MK_TRY(given->view ? tensor_of_view(given->view, tensor, p->mk.err)
                       : tensor_load(given->path, tensor, p->mk.err));
    m->table_count++;
    return end_of_line(p);
}

/* ---- Order ----------------------------------------------------------------------------------- */

/* Its expressions are read at the end, once for each opcode, since they mean other operands in each. */
static vrrl_code order(struct mkd_parser *p, const struct mk_token *at)
{
    if (p->order_at)
        return mk_fail(&p->mk, at, "Fix: write all of it on one line.", "a second `order`");
    p->order_at = p->mk.at;
    while (mk_peek(&p->mk)->kind != MK_NEWLINE && mk_peek(&p->mk)->kind != MK_END)
        mk_next(&p->mk);
    return end_of_line(p);
}

static void name_operands(struct mkd_parser *p, const struct mkd_opcode *opcode)
{
    p->local_count = 0;
    for (uint32_t i = 0; i < opcode->operands; i++)
        p->locals[p->local_count++] = p->machine->operand_tokens[opcode->first_operand + i];
}

static vrrl_code order_of_opcode(struct mkd_parser *p, uint32_t opcode)
{
    struct mkd_machine *m = p->machine;
    uint32_t keys[MKD_ORDER_MAX], count = 0;
    p->mk.at = p->order_at;
    p->opcode = opcode;
    name_operands(p, &m->opcodes[opcode]);
    do {
        if (count == MKD_ORDER_MAX)
            return mk_limit(&p->mk, mk_peek(&p->mk), "Fix: use fewer.",
                            "more than %d expressions in an order", MKD_ORDER_MAX);
        MK_TRY(mkd_expression(p, &keys[count++]));
    } while (mk_accept(&p->mk, MK_COMMA));
    MK_TRY(end_of_line(p));
    m->order_count = count;
    uint32_t there = opcode * count, room = m->order_room;
    vrrl_code code = array_room(m->order, there, room, count, p->mk.err);
    m->order_room = room;
    if (code == VRRL_OK)
        memcpy(m->order + there, keys, count * sizeof *keys);
    return code;
}

static vrrl_code read_order(struct mkd_parser *p)
{
    vrrl_code code = VRRL_OK;
    p->in_opcode = p->in_order = true;
    for (uint32_t i = 0; p->order_at && code == VRRL_OK && i < p->machine->opcode_count; i++)
        code = order_of_opcode(p, i);
    return code;
}

/* ---- Opcodes --------------------------------------------------------------------------------- */

static vrrl_code read_operands(struct mkd_parser *p, struct mkd_opcode *opcode)
{
    struct mkd_machine *m = p->machine;
    p->local_count = p->most_locals = 0;
    opcode->first_operand = m->operand_count;
    while (mk_peek(&p->mk)->kind == MK_NAME) {
        const struct mk_token token = *mk_peek(&p->mk);
        uint32_t local;
        if (opcode->operands + 1 >= m->words)
            return mk_fail(&p->mk, &token, "Fix: correct the number of words of `instructions`.",
                           "more operands than an instruction has words (%u)", m->words);
        if (!mk_token_is(&p->mk.source, &token, "_") && mkd_find_local(p, &token, &local))
            return mk_fail(&p->mk, &token, "Fix: choose another name.",
                           "an operand of this name is there already");
        MK_TRY(mkd_new_local(p, &local));
        MK_TRY(array_room(m->operand_tokens, m->operand_count, m->operand_room, 1, p->mk.err));
        m->operand_tokens[m->operand_count++] = token;
        opcode->operands++;
    }
    return end_of_line(p);
}

static vrrl_code check_number(struct mkd_parser *p, const struct mk_token *at, int64_t number)
{
    const struct mkd_opcode *old = mkd_find_opcode(p->machine, (uint32_t)number);
    if (!p->machine->words)
        return mk_fail(&p->mk, at, "Fix: write `instructions N words worker first` above it.",
                       "an opcode before `instructions`");
    if (p->machine->opcode_count == OPCODES_MAX)
        return mk_limit(&p->mk, at, "Fix: use fewer.", "more than %d opcodes", OPCODES_MAX);
    if (!old)
        return VRRL_OK;
    return mk_fail(&p->mk, at, "Fix: give each its own number.",
                   "opcode %lld is described on line %u already, as %.60s", (long long)number,
                   old->token.line, old->name);
}

static vrrl_code opcode(struct mkd_parser *p, const struct mk_token *at)
{
    struct mkd_machine *m = p->machine;
    struct mkd_opcode row = {.first = m->statement_count};
    int64_t number;
    MK_TRY(mkd_constant(p, "the opcode", INT32_MIN, UINT32_MAX, &number));
    MK_TRY(check_number(p, at, number));
    MK_TRY(mkd_new_name(p, "the name of the opcode", &row.token, row.name));
    MK_TRY(mkd_declare(p, &row.token, MKD_NAME_OPCODE, m->opcode_count, 0));
    row.number = (uint32_t)number;
    MK_TRY(read_operands(p, &row));
    MK_TRY(array_room(m->opcodes, m->opcode_count, m->opcode_room, 1, p->mk.err));
    p->opcode = m->opcode_count++;
    m->opcodes[p->opcode] = row;
    if (hash_table_item(&m->by_number, row.number, p->opcode) == HASH_TABLE_NONE)
        return error_no_memory(p->mk.err, hash_table_bytes(&m->by_number));
    p->part = MKD_NONE;
    p->in_opcode = true;
    MK_TRY(mkd_body(p, 0));
    p->in_opcode = false;
    m->opcodes[p->opcode].end = m->statement_count;
    m->opcodes[p->opcode].locals = p->most_locals;
    return VRRL_OK;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    vrrl_code (*read)(struct mkd_parser *p, const struct mk_token *at);
} declarations[] = {
    {"machine", title}, {"const", constant}, {"instructions", instructions},
    {"table", table},   {"order", order},    {"counters", counters},
    {"buffer", buffer}, {"roles", roles},    {"in", in_flight},
    {"assume", assume}, {"opcode", opcode},
};
enum { DECLARATIONS = sizeof declarations / sizeof *declarations };

static vrrl_code unknown_declaration(struct mkd_parser *p)
{
    struct mk_guess guess = mk_guess_for(&p->mk, mk_peek(&p->mk));
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    for (size_t i = 0; i < DECLARATIONS; i++)
        mk_guess_try(&guess, declarations[i].word, strlen(declarations[i].word));
    mk_token_text(&p->mk.source, mk_peek(&p->mk), found, sizeof found);
    return mk_fail(&p->mk, mk_peek(&p->mk),
                   "Fix: see docs/instruction-tensors.md for the language.",
                   "expected a declaration of a machine, found %s%s", found,
                   mk_guess_text(&guess, hint, sizeof hint));
}

static vrrl_code declaration(struct mkd_parser *p)
{
    for (size_t i = 0; i < DECLARATIONS; i++) {
        const struct mk_token at = *mk_peek(&p->mk);
        if (mk_accept_word(&p->mk, declarations[i].word))
            return declarations[i].read(p, &at);
    }
    return unknown_declaration(p);
}

/* What is set from outside has to be there, or it is misspelt. */
static vrrl_code check_options(const struct mkd_parser *p)
{
    const struct mkd_machine *m = p->machine;
    const struct {
        enum mkd_name_kind kind;
        uint32_t count;
        const char *what;
    } kinds[] = {{MKD_NAME_CONST, p->options->const_count, "--set"},
                 {MKD_NAME_TABLE, p->options->table_count, "--table"}};
    for (size_t k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < kinds[k].count; i++) {
            const char *name = k ? p->options->tables[i].name : p->options->consts[i].name;
            bool found = false;
            for (uint32_t n = 0; n < m->name_count; n++)
                found |= m->names[n].kind == kinds[k].kind &&
                         mk_token_is(&m->source, &m->names[n].token, name);
            if (!found)
                return error_set(p->mk.err, VRRL_INVALID, "Fix: use a name that it declares.",
                                 "%s %.60s: %s declares no %s of this name", kinds[k].what, name,
                                 m->source.name, k ? "table" : "const");
        }
    }
    return VRRL_OK;
}

static vrrl_code read_all(struct mkd_parser *p)
{
    vrrl_code code = mk_lex(&p->mk.source, p->mk.err);
    p->machine->source = p->mk.source;
    while (code == VRRL_OK) {
        while (mk_accept(&p->mk, MK_NEWLINE))
            continue;
        if (mk_peek(&p->mk)->kind == MK_END)
            break;
        code = declaration(p);
    }
    if (code != VRRL_OK)
        return code;
    if (p->machine->opcode_count == 0)
        return mk_fail(&p->mk, mk_peek(&p->mk), "Fix: describe each by `opcode N NAME … end`.",
                       "no opcode is described");
    code = check_options(p);
    return code == VRRL_OK ? read_order(p) : code;
}

vrrl_code mkd_parse(const char *name, const char *text, size_t size,
                    const vrrl_machine_options *options, struct mkd_machine **machine,
                    vrrl_error *err)
{
    size_t mark = text_mark_size(text, size);
    if (size > VRRL_FILE_BYTES_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: is it the description?",
                         "%s: more than %d bytes", name, VRRL_FILE_BYTES_MAX);
    struct mkd_parser *p = calloc(1, sizeof *p);
    struct mkd_machine *m = calloc(1, sizeof *m);
    vrrl_code code = VRRL_OK;
    if (!p || !m)
        code = error_no_memory(err, sizeof *p + sizeof *m);
    if (code == VRRL_OK) {
        p->mk.source =
            (struct mk_source){.name = name, .text = text + mark, .size = (uint32_t)(size - mark)};
        p->mk.err = err;
        p->machine = m;
        p->options = options;
        code = read_all(p);
    }
    if (code == VRRL_OK)
        *machine = m;
    else
        mkd_free(m);
    free(p);
    return code;
}

void mkd_free(struct mkd_machine *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->table_count; i++)
        tensor_free(&m->tables[i]);
    mk_source_free(&m->source);
    free(m->nodes);
    free(m->lists);
    free(m->indices);
    free(m->statements);
    free(m->names);
    free(m->counters);
    free(m->buffers);
    free(m->tables);
    free(m->opcodes);
    free(m->operand_tokens);
    free(m->order);
    hash_table_free(&m->by_number);
    free(m);
}

const struct mkd_opcode *mkd_find_opcode(const struct mkd_machine *machine, uint32_t number)
{
    uint32_t index = hash_table_find(&machine->by_number, number);
    return index == HASH_TABLE_NONE ? NULL : &machine->opcodes[index];
}
