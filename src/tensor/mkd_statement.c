/* The statements of an opcode. */
#include "tensor/mkd_statement.h"

#include "base/array.h"
#include "base/plural.h"
#include "program_file/mk_error.h"
#include "program_file/mk_guess.h"
#include "tensor/mkd_expression.h"
#include "tensor/mkd_names.h"

#include <string.h>

static vrrl_code mkd_add_statement(struct mkd_parser *p, const struct mkd_statement *statement)
{
    struct mkd_machine *m = p->machine;
    MK_TRY(array_room(m->statements, m->statement_count, m->statement_room, 1, p->mk.err));
    m->statements[m->statement_count++] = *statement;
    m->statements[m->statement_count - 1].end = m->statement_count;
    return VRRL_OK;
}

static vrrl_code end_of_line(struct mkd_parser *p)
{
    return mk_end_of_line(&p->mk, "Fix: write one statement a line.");
}

static struct mkd_statement statement_at(const struct mkd_parser *p, enum mkd_kind kind)
{
    return (struct mkd_statement){
        .kind = kind, .token = p->mk.at - 1, .a = MKD_NONE, .b = MKD_NONE, .target = MKD_NONE};
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

/* The block of a statement that has been added; what it names, it takes along. */
static vrrl_code block(struct mkd_parser *p, const struct mkd_statement *statement, uint32_t locals,
                       uint32_t depth)
{
    uint32_t at = p->machine->statement_count;
    MK_TRY(end_of_line(p));
    MK_TRY(mkd_add_statement(p, statement));
    MK_TRY(mkd_body(p, depth + 1));
    p->machine->statements[at].end = p->machine->statement_count;
    p->local_count = locals;
    return VRRL_OK;
}

static vrrl_code let(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    struct mkd_statement row = statement_at(p, MKD_LET);
    (void)at;
    (void)depth;
    /* Its value is read before its name is there: `let b = b + 1` means the one outside. */
    struct mk_token name = *mk_peek(&p->mk);
    if (name.kind != MK_NAME)
        return mk_unexpected(&p->mk, "a name", "Fix: write `let NAME = VALUE`.");
    uint32_t name_at = p->mk.at;
    mk_next(&p->mk);
    MK_TRY(mk_expect_kind(&p->mk, MK_ASSIGN, "Fix: write `let NAME = VALUE`.", NULL));
    MK_TRY(mkd_expression(p, &row.a));
    uint32_t behind = p->mk.at;
    p->mk.at = name_at;
    MK_TRY(mkd_new_local(p, &row.local));
    p->mk.at = behind;
    MK_TRY(end_of_line(p));
    return mkd_add_statement(p, &row);
}

static vrrl_code when(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    struct mkd_statement row = statement_at(p, MKD_WHEN);
    (void)at;
    MK_TRY(mkd_expression(p, &row.a));
    return block(p, &row, p->local_count, depth);
}

static vrrl_code repeat(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    const char *fix = "Fix: write `repeat NAME from FIRST to END`; END is not among them.";
    struct mkd_statement row = statement_at(p, MKD_REPEAT);
    uint32_t locals = p->local_count;
    (void)at;
    uint32_t name_at = p->mk.at;
    mk_next(&p->mk);
    MK_TRY(mk_expect_word(&p->mk, "from", fix));
    MK_TRY(mkd_expression(p, &row.a));
    MK_TRY(mk_expect_word(&p->mk, "to", fix));
    MK_TRY(mkd_expression(p, &row.b));
    uint32_t behind = p->mk.at;
    p->mk.at = name_at;
    MK_TRY(mkd_new_local(p, &row.local));
    p->mk.at = behind;
    return block(p, &row, locals, depth);
}

/* ---- Parts ----------------------------------------------------------------------------------- */

/* Where no roles are declared, parts are named at will. */
static vrrl_code role_at(struct mkd_parser *p, uint32_t *role)
{
    struct mkd_machine *m = p->machine;
    struct mk_token token;
    char name[VRRL_FILE_NAME_BYTES_MAX + 1];
    MK_TRY(mkd_new_name(p, "a role", &token, name));
    for (*role = 0; *role < m->role_count; ++*role)
        if (strcmp(m->roles[*role], name) == 0)
            return VRRL_OK;
    if (m->has_roles)
        return mkd_unknown(p, &token, "a role");
    if (m->role_count == MKD_ROLES_MAX)
        return mk_limit(&p->mk, &token, "Fix: use fewer names for parts.", "more than %d roles",
                        MKD_ROLES_MAX);
    strcpy(m->roles[m->role_count++], name);
    return VRRL_OK;
}

static vrrl_code part(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    struct mkd_statement row = statement_at(p, MKD_PART);
    uint32_t role;
    if (p->part != MKD_NONE)
        return mk_fail(&p->mk, at, "Fix: end the part above it first, or leave `part` out.",
                       "a part inside another, or beside statements that stand in none");
    MK_TRY(role_at(p, &row.role));
    while (mk_accept_word(&p->mk, "after") || (row.after && mk_peek(&p->mk)->kind == MK_NAME)) {
        const struct mk_token name = *mk_peek(&p->mk);
        MK_TRY(role_at(p, &role));
        if (role == row.role)
            return mk_fail(&p->mk, &name, "Fix: leave it out.",
                           "parts of one role come one after the other anyway");
        row.after |= UINT64_C(1) << role;
    }
    p->part = p->machine->statement_count;
    MK_TRY(block(p, &row, p->local_count, depth));
    p->part = MKD_NONE;
    return VRRL_OK;
}

/* What stands in no part makes all of its opcode one. */
static vrrl_code in_some_part(struct mkd_parser *p, const struct mk_token *at)
{
    struct mkd_opcode *opcode = &p->machine->opcodes[p->opcode];
    if (p->part != MKD_NONE)
        return VRRL_OK;
    bool parts = false;
    for (uint32_t i = opcode->first; i < p->machine->statement_count; i++)
        parts |= p->machine->statements[i].kind == MKD_PART;
    if (p->machine->has_roles || parts)
        return mk_fail(&p->mk, at, "Fix: put it between `part ROLE` and `end`.",
                       "a statement of a part, outside of parts");
    opcode->is_part = true;
    p->part = opcode->first; /* no part may follow */
    return VRRL_OK;
}

/* ---- What a part does ------------------------------------------------------------------------ */

/* [i][j]…; [i : j] only of buffers, which may have fewer of them than dimensions. */
static vrrl_code indices(struct mkd_parser *p, const struct mk_token *at,
                         const struct mkd_array *array, bool buffer, struct mkd_statement *row)
{
    struct mkd_machine *m = p->machine;
    struct mkd_index list[TENSOR_DIMS_MAX];
    uint32_t count = 0, rank = array->rank;
    while (mk_accept(&p->mk, MK_OPEN_INDEX)) {
        if (count == rank)
            return mk_fail(&p->mk, at, "Fix: leave the last one out.",
                           "more indices than %s has dimensions (%u)", array->name, rank);
        struct mkd_index *index = &list[count++];
        index->b = MKD_NONE;
        MK_TRY(mkd_expression(p, &index->a));
        if (buffer && mk_accept(&p->mk, MK_COLON))
            MK_TRY(mkd_expression(p, &index->b));
        MK_TRY(mk_expect_kind(&p->mk, MK_CLOSE_INDEX, "Fix: close the bracket.", NULL));
    }
    if (!buffer && count != rank)
        return mk_fail(&p->mk, at, "Fix: write one index a dimension.",
                       "%u ind%s, and %s has %u dimension%s", count, count == 1 ? "ex" : "ices",
                       array->name, rank, plural(rank));
    row->first_index = m->index_count;
    row->index_count = count;
    MK_TRY(array_room(m->indices, m->index_count, m->index_room, TENSOR_DIMS_MAX, p->mk.err));
    memcpy(m->indices + m->index_count, list, count * sizeof *list);
    m->index_count += count;
    return VRRL_OK;
}

static vrrl_code target(struct mkd_parser *p, enum mkd_name_kind kind, const char *what,
                        struct mkd_statement *row)
{
    const struct mk_token at = *mk_peek(&p->mk);
    if (at.kind != MK_NAME)
        return mk_unexpected(&p->mk, what, "Fix: write its name, and indices behind it.");
    const struct mkd_name *name = mkd_find_name(p, &at);
    mk_next(&p->mk);
    if (!name)
        return mkd_unknown(p, &at, what);
    if (name->kind != kind)
        return mk_fail(&p->mk, &at, "Fix: `counters` declares counters, `buffer` a buffer.",
                       "expected %s, and `%.*s` is none", what, (int)at.length,
                       p->mk.source.text + at.at);
    const struct mkd_machine *m = p->machine;
    bool buffer = kind == MKD_NAME_BUFFER;
    row->target = name->index;
    return indices(p, &at, buffer ? &m->buffers[name->index] : &m->counters[name->index], buffer,
                   row);
}

static vrrl_code waits(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    struct mkd_statement row = statement_at(p, MKD_WAITS);
    (void)depth;
    MK_TRY(in_some_part(p, at));
    MK_TRY(target(p, MKD_NAME_COUNTERS, "a counter", &row));
    row.equal = mk_accept(&p->mk, MK_EQUAL);
    if (!row.equal)
        MK_TRY(mk_expect_kind(&p->mk, MK_AT_LEAST, "Fix: write `waits COUNTER >= VALUE`.", NULL));
    MK_TRY(mkd_expression(p, &row.a));
    for (bool more = true; more;) {
        if (!row.relaxed && mk_accept_word(&p->mk, "relaxed"))
            row.relaxed = true;
        else if (row.b == MKD_NONE && mk_accept_word(&p->mk, "growth"))
            MK_TRY(mkd_expression(p, &row.b));
        else
            more = false;
    }
    MK_TRY(end_of_line(p));
    return mkd_add_statement(p, &row);
}

static vrrl_code signals(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    struct mkd_statement row = statement_at(p, MKD_SIGNALS);
    (void)depth;
    MK_TRY(in_some_part(p, at));
    MK_TRY(target(p, MKD_NAME_COUNTERS, "a counter", &row));
    MK_TRY(mk_expect_kind(&p->mk, MK_ADD_TO, "Fix: write `signals COUNTER += AMOUNT`.", NULL));
    MK_TRY(mkd_expression(p, &row.a));
    row.relaxed = mk_accept_word(&p->mk, "relaxed");
    MK_TRY(end_of_line(p));
    return mkd_add_statement(p, &row);
}

static vrrl_code accesses(struct mkd_parser *p, const struct mk_token *at, vrrl_access_kind kind)
{
    struct mkd_statement row = statement_at(p, MKD_ACCESSES);
    row.access = kind;
    MK_TRY(in_some_part(p, at));
    MK_TRY(target(p, MKD_NAME_BUFFER, "a buffer", &row));
    if (kind != VRRL_ACCESS_READ && vrrl_buffer_is_read_only(p->machine->buffers[row.target].kind))
        return mk_fail(&p->mk, at, "Fix: leave `weight` or `input` out where it is declared.",
                       "%s is read-only", p->machine->buffers[row.target].name);
    MK_TRY(end_of_line(p));
    return mkd_add_statement(p, &row);
}

static vrrl_code reads(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    (void)depth;
    return accesses(p, at, VRRL_ACCESS_READ);
}

static vrrl_code writes(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    (void)depth;
    return accesses(p, at, VRRL_ACCESS_WRITE);
}

static vrrl_code accumulates(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    (void)depth;
    return accesses(p, at, VRRL_ACCESS_ACCUMULATE);
}

static vrrl_code updates(struct mkd_parser *p, const struct mk_token *at, uint32_t depth)
{
    (void)depth;
    return accesses(p, at, VRRL_ACCESS_READ_WRITE);
}

/* ---- Which it is ----------------------------------------------------------------------------- */

static const struct {
    const char *word;
    vrrl_code (*read)(struct mkd_parser *p, const struct mk_token *at, uint32_t depth);
} statements[] = {
    {"let", let},         {"when", when},       {"repeat", repeat}, {"part", part},
    {"waits", waits},     {"reads", reads},     {"writes", writes}, {"accumulates", accumulates},
    {"updates", updates}, {"signals", signals},
};
enum { STATEMENTS = sizeof statements / sizeof *statements };

static vrrl_code unknown_statement(struct mkd_parser *p)
{
    struct mk_guess guess = mk_guess_for(&p->mk, mk_peek(&p->mk));
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    for (size_t i = 0; i < STATEMENTS; i++)
        mk_guess_try(&guess, statements[i].word, strlen(statements[i].word));
    mk_token_text(&p->mk.source, mk_peek(&p->mk), found, sizeof found);
    return mk_fail(&p->mk, mk_peek(&p->mk),
                   "Fix: a part waits, reads, writes, accumulates, updates and signals; close "
                   "blocks by `end`.",
                   "expected a statement of an opcode, found %s%s", found,
                   mk_guess_text(&guess, hint, sizeof hint));
}

static vrrl_code one(struct mkd_parser *p, uint32_t depth)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        const struct mk_token at = *mk_peek(&p->mk);
        if (!mk_accept_word(&p->mk, statements[i].word))
            continue;
        return statements[i].read(p, &at, depth);
    }
    return unknown_statement(p);
}

vrrl_code mkd_body(struct mkd_parser *p, uint32_t depth)
{
    if (depth > VRRL_FILE_DEPTH_MAX)
        return mk_limit(&p->mk, mk_peek(&p->mk), "Fix: use fewer blocks.",
                        "blocks nested more than %d deep", VRRL_FILE_DEPTH_MAX);
    for (;;) {
        while (mk_accept(&p->mk, MK_NEWLINE))
            continue;
        if (mk_accept_word(&p->mk, "end"))
            return end_of_line(p);
        MK_TRY(one(p, depth));
    }
}
