#include "tensor/mkd_evaluate.h"

#include "program_file/mk_error.h"
#include "tensor/mkd_arithmetic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void mkd_enter(struct mkd_frame *frame, const struct mkd_opcode *opcode, uint32_t worker,
               uint32_t entry, uint64_t word)
{
    frame->opcode = opcode;
    frame->worker = worker;
    frame->entry = entry;
    frame->word = word;
    for (uint32_t i = 0; i < opcode->operands; i++)
        frame->locals[i] = tensor_at(frame->tensor, word + 1 + i);
}

/* "qkv 3 0 12": the opcode and the operands that it names. */
static void write_instruction(const struct mkd_frame *frame, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%.40s", frame->opcode->name);
    const struct mkd_machine *m = frame->machine;
    for (uint32_t i = 0; i < frame->opcode->operands && used < size; i++)
        if (!mkd_is_unnamed(m, &m->operand_tokens[frame->opcode->first_operand + i]))
            used += (size_t)snprintf(out + used, size - used, " %lld",
                                     (long long)tensor_at(frame->tensor, frame->word + 1 + i));
}

vrrl_code mkd_fail_at(const struct mkd_frame *frame, uint32_t token, vrrl_code code,
                      const char *fix, const char *format, ...)
{
    char text[160], instruction[120];
    const char *name = frame->tensor_name;
    size_t length = strlen(name);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    write_instruction(frame, instruction, sizeof instruction);
    return mk_error_at(&frame->machine->source, &frame->machine->source.tokens[token], code, fix,
                       frame->err, "%s (%s, worker %u, entry %u: %s)", text,
                       length > 80 ? name + length - 80 : name, frame->worker, frame->entry,
                       instruction);
}

static vrrl_code word_at(const struct mkd_frame *frame, const struct mkd_node *node, int64_t *value)
{
    int64_t index;
    MK_TRY(mkd_evaluate(frame, node->a, &index));
    if (index < 0 || index >= frame->machine->words)
        return mkd_fail_at(
            frame, node->token, VRRL_PARSE, "Fix: look at the operand that it is computed from.",
            "word %lld of an instruction of %u words", (long long)index, frame->machine->words);
    *value = tensor_at(frame->tensor, frame->word + (uint64_t)index);
    return VRRL_OK;
}

static vrrl_code table_at(const struct mkd_frame *frame, const struct mkd_node *node,
                          int64_t *value)
{
    const struct tensor *table = &frame->machine->tables[node->value];
    uint64_t at = 0;
    for (uint32_t i = 0; i < node->b; i++) {
        int64_t index;
        MK_TRY(mkd_evaluate(frame, frame->machine->lists[node->a + i], &index));
        if (index < 0 || (uint64_t)index >= table->dims[i])
            return mkd_fail_at(frame, node->token, VRRL_PARSE,
                               "Fix: is it the table that belongs to this tensor?",
                               "index %lld of a table that has %llu there", (long long)index,
                               (unsigned long long)table->dims[i]);
        at = at * table->dims[i] + (uint64_t)index;
    }
    *value = tensor_at(table, at);
    return VRRL_OK;
}

/* What decides by its left side alone does not look at its right one. */
static bool is_settled(enum mkd_op op, int64_t left, int64_t *value)
{
    *value = left != 0;
    return (op == MKD_AND && left == 0) || (op == MKD_OR && left != 0);
}

static vrrl_code operation(const struct mkd_frame *frame, const struct mkd_node *node,
                           int64_t *value)
{
    int64_t a, b = 0;
    MK_TRY(mkd_evaluate(frame, node->a, &a));
    if (is_settled(node->op, a, value))
        return VRRL_OK;
    if (node->op != MKD_NEGATE)
        MK_TRY(mkd_evaluate(frame, node->b, &b));
    struct mk_wrong wrong = mkd_arithmetic(node->op, a, b, value);
    return wrong.text ? mkd_fail_at(frame, node->token, VRRL_PARSE, wrong.fix, "%s", wrong.text)
                      : VRRL_OK;
}

vrrl_code mkd_evaluate(const struct mkd_frame *frame, uint32_t index, int64_t *value)
{
    const struct mkd_node *node = &frame->machine->nodes[index];
    switch (node->op) {
    case MKD_CONSTANT:
        *value = node->value;
        return VRRL_OK;
    case MKD_LOCAL:
        *value = frame->locals[node->value];
        return VRRL_OK;
    case MKD_WORKER:
        *value = frame->worker;
        return VRRL_OK;
    case MKD_ENTRY:
        *value = frame->entry;
        return VRRL_OK;
    case MKD_WORD:
        return word_at(frame, node, value);
    case MKD_TABLE:
        return table_at(frame, node, value);
    default:
        return operation(frame, node, value);
    }
}
