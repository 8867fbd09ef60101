#include "vrrl/run/opcode.h"

#include "base/error.h"
#include "ops/c_types.h"
#include "ops/class.h"
#include "ops/table.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const vrrl_opcode table[] = {
#define X(op, number, waits, effect, operands, doc) {number, #op, operands, doc, waits, effect},
    OPS_TABLE(X)
#undef X
};

enum {
#define X(op, number, waits, effect, operands, doc) ROW_##op,
    OPS_TABLE(X)
#undef X
        ROWS
};

const vrrl_opcode *vrrl_opcode_at(uint32_t index)
{
    return index < ROWS ? &table[index] : NULL;
}

const vrrl_opcode *vrrl_opcode_find(uint32_t number)
{
    /* A switch: the host asks for each slot that it publishes. */
    switch (number) {
#define X(op, number, waits, effect, operands, doc)                                                \
    case number:                                                                                   \
        return &table[ROW_##op];
        OPS_TABLE(X)
#undef X
    default:
        return NULL;
    }
}

vrrl_code vrrl_opcode_find_by_name(const char *name, const vrrl_opcode **opcode, vrrl_error *err)
{
    char names[VRRL_ERROR_FIX_MAX] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        if (strcasecmp(table[i].name, name) == 0) {
            *opcode = &table[i];
            return VRRL_OK;
        }
        if (used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, " %s", table[i].name);
    }
    error_set(err, VRRL_NOT_FOUND, "", "no opcode is called '%s'", name);
    error_fix(err, "Fix: use one of%s.", names);
    return VRRL_NOT_FOUND;
}

const char *vrrl_opcode_name(uint32_t number)
{
    const vrrl_opcode *opcode = vrrl_opcode_find(number);
    return opcode ? opcode->name : "?";
}

uint32_t vrrl_opcode_class(uint32_t number)
{
    return op_class(number);
}

uint32_t vrrl_opcode_operand_count(const vrrl_opcode *opcode)
{
    uint32_t count = *opcode->operands ? 1 : 0;
    for (const char *at = opcode->operands; *at; at++)
        count += *at == ' ';
    return count;
}

static vrrl_operand_kind kind_of(char mark)
{
    switch (mark) {
    case '@':
        return VRRL_OPERAND_WORD;
    case '#':
        return VRRL_OPERAND_COUNT;
    case '~':
        return VRRL_OPERAND_F32;
    case '*':
        return VRRL_OPERAND_BYTES;
    default:
        return VRRL_OPERAND_VALUE;
    }
}

bool vrrl_opcode_operand(const vrrl_opcode *opcode, uint32_t index, vrrl_operand *operand)
{
    const char *at = opcode->operands;
    for (; index > 0 && at; index--) {
        at = strchr(at, ' ');
        if (at)
            at++;
    }
    if (!at || !*at)
        return false;
    operand->kind = kind_of(*at);
    if (operand->kind != VRRL_OPERAND_VALUE)
        at++;
    snprintf(operand->name, sizeof operand->name, "%.*s", (int)strcspn(at, " "), at);
    return true;
}
