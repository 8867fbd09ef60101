#include "program_file/mk_operation.h"

#include "program_file/mk_block.h"
#include "program_file/mk_error.h"
#include "program_file/mk_expression.h"
#include "program_file/mk_guess.h"
#include "program_file/mk_slot.h"
#include "program_file/mk_tokens.h"

#include <stdio.h>
#include <string.h>

uint32_t mk_argument_room(const struct mk_parser *p)
{
    return p->geometry.slot_words - VRRL_SLOT_ARG0;
}

/* "value, word, count": the operands that an opcode wants, for a hint. */
static const char *operand_list(const vrrl_opcode *row, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "Fix: write `%s", row->name);
    vrrl_operand operand;
    for (uint32_t i = 0; used < size && vrrl_opcode_operand(row, i, &operand); i++)
        used += (size_t)snprintf(out + used, size - used, "%s %s", i ? "," : "", operand.name);
    if (used < size)
        snprintf(out + used, size - used, "`.");
    return out;
}

static vrrl_code fail_operands(struct mk_parser *p, const struct mk_token *at,
                               const vrrl_opcode *row, const char *text)
{
    char fix[200];
    return mk_fail(p, at, operand_list(row, fix, sizeof fix), "%s %s", row->name, text);
}

/* An address of an observable word becomes its index, which is what LOAD_U32 wants. */
static vrrl_code observable_index(struct mk_parser *p, const struct mk_token *at,
                                  struct mk_value value, uint32_t *out)
{
    if (value.kind == MK_ADDRESS && value.space != MK_OBSERVABLE)
        return mk_fail(p, at, "Fix: declare it `in observable`; MEMCPY copies within user memory.",
                       "LOAD_U32 writes an observable word, and these words lie elsewhere");
    if (value.kind == MK_ADDRESS)
        value.number -= p->base[MK_OBSERVABLE];
    return mk_value_to_word(p, at, value, out);
}

static bool is_hexadecimal(const struct mk_parser *p, const struct mk_token *at)
{
    return at->kind == MK_NUMBER && at->length > 2 && (p->source.text[at->at + 1] | 0x20) == 'x';
}

static vrrl_code check_kind(struct mk_parser *p, const struct mk_token *at,
                            const vrrl_operand *operand, const struct mk_value *value)
{
    bool real = operand->kind == VRRL_OPERAND_F32;
    if (real && value->kind != MK_F32 && !is_hexadecimal(p, at))
        return mk_fail(p, at, "Fix: write it with a point (2.0), or its bits in hexadecimal.",
                       "operand `%s` is an f32, found %s", operand->name,
                       value->kind == MK_ADDRESS ? "an address" : "an integer");
    if (operand->kind == VRRL_OPERAND_WORD && value->kind == MK_F32)
        return mk_fail(p, at, "Fix: name the word: NAME, NAME[i] or NAME + k.",
                       "operand `%s` is the address of a word, found an f32", operand->name);
    if (operand->kind == VRRL_OPERAND_COUNT && value->kind != MK_INTEGER)
        return mk_fail(p, at, "Fix: write a number.", "operand `%s` is a count, found %s",
                       operand->name, value->kind == MK_F32 ? "an f32" : "an address");
    return VRRL_OK;
}

static vrrl_code operand_value(struct mk_parser *p, const vrrl_opcode *row, uint32_t index,
                               uint32_t *out)
{
    struct mk_token at = *mk_peek(p);
    struct mk_value value;
    vrrl_operand operand;
    MK_TRY(mk_expression(p, &value));
    if (row && vrrl_opcode_operand(row, index, &operand)) {
        MK_TRY(check_kind(p, &at, &operand, &value));
        if (row->number == VRRL_OPCODE_LOAD_U32 && index == 1)
            return observable_index(p, &at, value, out);
    }
    return mk_value_to_word(p, &at, value, out);
}

/* Which operand "name=" means. */
static vrrl_code named_operand(struct mk_parser *p, const vrrl_opcode *row, uint32_t *index)
{
    struct mk_token name = mk_next(p);
    mk_next(p); /* "=" */
    vrrl_operand operand;
    for (*index = 0; vrrl_opcode_operand(row, *index, &operand); ++*index)
        if (mk_token_is(&p->source, &name, operand.name))
            return VRRL_OK;
    struct mk_guess guess = mk_guess_for(p, &name);
    for (uint32_t i = 0; vrrl_opcode_operand(row, i, &operand); i++)
        mk_guess_try(&guess, operand.name, strlen(operand.name));
    char fix[200], found[64], hint[MK_GUESS_BYTES_MAX + 32];
    mk_token_text(&p->source, &name, found, sizeof found);
    return mk_fail(p, &name, operand_list(row, fix, sizeof fix), "%s has no operand %s%s",
                   row->name, found, mk_guess_text(&guess, hint, sizeof hint));
}

/* A comma and another operand, or no more of them. */
static vrrl_code between_operands(struct mk_parser *p)
{
    bool comma = mk_accept(p, MK_COMMA);
    if (comma && mk_after_operands(p))
        return mk_unexpected(p, "an operand", "Fix: remove the comma, or write the operand.");
    if (!comma && !mk_after_operands(p))
        return mk_unexpected(p, "`,` or the end of the line",
                             "Fix: separate operands by commas; `on QUEUE` and `tenant NAME` may "
                             "follow.");
    return VRRL_OK;
}

static vrrl_code table_operands(struct mk_parser *p, struct mk_operation *operation)
{
    const vrrl_opcode *row = operation->row;
    uint32_t wanted = vrrl_opcode_operand_count(row), given = 0, next = 0;
    bool names = false;
    operation->count = wanted;
    while (!mk_after_operands(p)) {
        struct mk_token at = *mk_peek(p);
        uint32_t index = next++;
        bool named = at.kind == MK_NAME && mk_peek_ahead(p, 1)->kind == MK_ASSIGN;
        if (named)
            MK_TRY(named_operand(p, row, &index));
        else if (names)
            return fail_operands(p, &at, row, "has an operand by position after one by name");
        if (index >= wanted)
            return fail_operands(p, &at, row, "has too many operands");
        if (given & 1u << index)
            return fail_operands(p, &at, row, "is given this operand twice");
        names = named;
        given |= 1u << index;
        MK_TRY(operand_value(p, row, index, &operation->words[index]));
        MK_TRY(between_operands(p));
    }
    if (given != (1u << wanted) - 1)
        return fail_operands(p, &operation->at, row, "lacks an operand");
    return VRRL_OK;
}

static vrrl_code user_opcode(struct mk_parser *p, uint32_t *opcode)
{
    const uint32_t most = VRRL_OPCODE_USER_LAST - VRRL_OPCODE_USER_FIRST;
    struct mk_token at = *mk_peek(p);
    struct mk_value value;
    /* No operators: the first operand stands right behind it, and may begin with a minus. */
    MK_TRY(mk_primary(p, &value));
    if (value.kind != MK_INTEGER || value.number < 0 || value.number > most)
        return mk_fail(p, &at, "Fix: write `user K OPERAND, ...` for opcode 0x40000000 + K.",
                       "expected the number of a user opcode, 0 to %u", most);
    *opcode = VRRL_OPCODE_USER_FIRST + (uint32_t)value.number;
    return VRRL_OK;
}

/* Any number at all: what nobody can run is refused when it is published. */
static vrrl_code raw_opcode(struct mk_parser *p, uint32_t *opcode)
{
    struct mk_token at = *mk_peek(p);
    struct mk_value value;
    MK_TRY(mk_primary(p, &value));
    if (value.kind != MK_INTEGER)
        return mk_fail(p, &at, "Fix: write `raw NUMBER WORD, ...`.", "expected an opcode's number");
    return mk_value_to_word(p, &at, value, opcode);
}

static vrrl_code plain_words(struct mk_parser *p, struct mk_operation *operation)
{
    while (!mk_after_operands(p)) {
        struct mk_token at = *mk_peek(p);
        if (operation->count == mk_argument_room(p))
            return mk_fail(p, &at, "Fix: set a larger `slot_words`, or pass less.",
                           "a slot of %u words has room for %u operands", p->geometry.slot_words,
                           mk_argument_room(p));
        MK_TRY(operand_value(p, NULL, 0, &operation->words[operation->count++]));
        MK_TRY(between_operands(p));
    }
    return VRRL_OK;
}

static vrrl_code unknown_opcode(struct mk_parser *p, const struct mk_token *at)
{
    struct mk_guess guess = mk_guess_for(p, at);
    const vrrl_opcode *row;
    for (uint32_t i = 0; (row = vrrl_opcode_at(i)); i++)
        mk_guess_try(&guess, row->name, strlen(row->name));
    mk_guess_statements(&guess);
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    mk_token_text(&p->source, at, found, sizeof found);
    return mk_fail(
        p, at,
        "Fix: write an opcode (docs/opcodes.md lists them), `user K`, or a statement that "
        "can stand here.",
        "%s is neither an opcode nor a statement%s", found,
        mk_guess_text(&guess, hint, sizeof hint));
}

static const vrrl_opcode *find_opcode(const struct mk_parser *p, const struct mk_token *at)
{
    const vrrl_opcode *row;
    for (uint32_t i = 0; (row = vrrl_opcode_at(i)); i++)
        if (mk_token_is(&p->source, at, row->name))
            return row;
    return NULL;
}

vrrl_code mk_operation(struct mk_parser *p, struct mk_operation *operation)
{
    memset(operation, 0, sizeof *operation);
    MK_TRY(mk_expect_kind(p, MK_NAME, "Fix: begin with an opcode or a statement.", &operation->at));
    if (mk_token_is(&p->source, &operation->at, "user")) {
        MK_TRY(user_opcode(p, &operation->opcode));
        return plain_words(p, operation);
    }
    if (mk_token_is(&p->source, &operation->at, "raw")) {
        MK_TRY(raw_opcode(p, &operation->opcode));
        return plain_words(p, operation);
    }
    operation->row = find_opcode(p, &operation->at);
    if (!operation->row)
        return unknown_opcode(p, &operation->at);
    operation->opcode = operation->row->number;
    if (operation->opcode == VRRL_OPCODE_PACKED_SLOT)
        return mk_fail(p, &operation->at, "Fix: write `pack OPERATION then OPERATION ...`.",
                       "packed slots are written with `pack`");
    return table_operands(p, operation);
}
