#include "program_file/mk_task.h"

#include "base/array.h"
#include "ops/mix_layout.h"
#include "program_file/mk_block.h"
#include "program_file/mk_error.h"
#include "program_file/mk_expression.h"
#include "program_file/mk_guess.h"
#include "program_file/mk_range.h"
#include "program_file/mk_slot.h"
#include "program_file/mk_tokens.h"

#include <stdlib.h>
#include <string.h>

/* One of the four arrays of a descriptor. */
struct clause_list {
    uint32_t *words;
    uint32_t count, room; /* in words */
    uint32_t rows;
};

struct mk_task {
    struct clause_list waits, inputs, outputs, signals;
    bool identified;
    uint32_t identity[2]; /* low, high */
};

static vrrl_code add_row(struct mk_parser *p, struct clause_list *list, const uint32_t *words,
                         uint32_t count)
{
    MK_TRY(array_room(list->words, list->count, list->room, count, p->err));
    memcpy(list->words + list->count, words, count * sizeof *words);
    list->count += count;
    list->rows++;
    return VRRL_OK;
}

/* "counter >= 3 [relaxed]", "counter += 1 [relaxed]" */
static vrrl_code counter_row(struct mk_parser *p, struct clause_list *list, enum mk_kind mark,
                             const char *fix)
{
    struct mk_token at = *mk_peek(p);
    struct mk_value word;
    uint32_t row[3] = {0, 0, MIX_ACQUIRE};
    MK_TRY(mk_expression(p, &word));
    if (word.kind != MK_ADDRESS)
        return mk_fail(p, &at, fix, "expected the name of a counter, found a number");
    MK_TRY(mk_value_to_word(p, &at, word, &row[0]));
    MK_TRY(mk_expect_kind(p, mark, fix, NULL));
    MK_TRY(mk_word_value(p, &row[1]));
    if (mk_accept_word(p, "relaxed"))
        row[2] = MIX_RELAXED;
    return add_row(p, list, row, 3);
}

/* "x[0:4] to y[3]": from the first word of one to the last of the other. */
static vrrl_code up_to(struct mk_parser *p, struct mk_range *range)
{
    struct mk_range last;
    MK_TRY(mk_range(p, &last));
    uint64_t end = (uint64_t)last.first + last.words;
    if (last.segment_words != MIX_SEGMENT_WORDS || last.space != range->space ||
        end < (uint64_t)range->first + range->words || (end - range->first) % MIX_SEGMENT_WORDS)
        return mk_fail(p, &last.at, "Fix: write the first segment, `to`, and the last.",
                       "these are no segments behind `%.*s`", (int)range->at.length,
                       p->source.text + range->at.at);
    range->words = (uint32_t)(end - range->first);
    return VRRL_OK;
}

/* "x[0:4]": segments of a 64-bit value each. `access` 0: an input. */
static vrrl_code segment_row(struct mk_parser *p, struct clause_list *list, uint32_t access)
{
    struct mk_range range;
    MK_TRY(mk_range(p, &range));
    if (range.segment_words != MIX_SEGMENT_WORDS)
        return mk_fail(p, &range.at, "Fix: declare it as `words NAME[COUNT] of 2`.",
                       "expected whole segments of 2 words, found words of `%.*s`",
                       (int)range.at.length, p->source.text + range.at.at);
    if (mk_accept_word(p, "to"))
        MK_TRY(up_to(p, &range));
    uint32_t row[3] = {p->base[range.space] + range.first, range.words / MIX_SEGMENT_WORDS, access};
    return add_row(p, list, row, access ? MIX_OUTPUT_WORDS : MIX_INPUT_WORDS);
}

static const char *const waits_fix = "Fix: write `waits COUNTER >= VALUE [relaxed]`.";
static const char *const signals_fix = "Fix: write `signals COUNTER += AMOUNT [relaxed]`.";

/* "identity LOW, HIGH": what the task mixes in the place of its label's hash. */
static vrrl_code identity_clause(struct mk_parser *p, struct mk_task *task)
{
    struct mk_token at = *mk_peek(p);
    if (task->identified)
        return mk_fail(p, &at, "Fix: remove one of the two.", "a second `identity`");
    task->identified = true;
    MK_TRY(mk_word_value(p, &task->identity[0]));
    MK_TRY(mk_expect_kind(p, MK_COMMA, "Fix: write `identity LOW, HIGH`.", NULL));
    return mk_word_value(p, &task->identity[1]);
}

static vrrl_code clause_row(struct mk_parser *p, struct mk_task *task, char keyword)
{
    switch (keyword) {
    case 'i':
        return identity_clause(p, task);
    case 'w':
        return counter_row(p, &task->waits, MK_AT_LEAST, waits_fix);
    case 's':
        return counter_row(p, &task->signals, MK_ADD_TO, signals_fix);
    case 'r':
        return segment_row(p, &task->inputs, 0);
    case 'W':
        return segment_row(p, &task->outputs, MIX_ACCESS_WRITE);
    case 'a':
        return segment_row(p, &task->outputs, MIX_ACCESS_ACCUMULATE);
    default:
        return segment_row(p, &task->outputs, MIX_ACCESS_READ_WRITE);
    }
}

static const struct {
    const char *word;
    char keyword;
} clauses[] = {{"waits", 'w'},       {"reads", 'r'},   {"writes", 'W'},  {"updates", 'u'},
               {"accumulates", 'a'}, {"signals", 's'}, {"identity", 'i'}};
enum { CLAUSES = sizeof clauses / sizeof clauses[0] };

static vrrl_code unknown_clause(struct mk_parser *p)
{
    struct mk_guess guess = mk_guess_for(p, mk_peek(p));
    for (size_t i = 0; i < CLAUSES; i++)
        mk_guess_try(&guess, clauses[i].word, strlen(clauses[i].word));
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    mk_token_text(&p->source, mk_peek(p), found, sizeof found);
    return mk_fail(
        p, mk_peek(p),
        "Fix: write waits, reads, writes, updates, accumulates, signals, identity or `end`.",
        "%s is no clause of a task%s", found, mk_guess_text(&guess, hint, sizeof hint));
}

vrrl_code mk_task_clause(struct mk_parser *p, struct mk_task *task)
{
    char keyword = '\0';
    for (size_t i = 0; i < CLAUSES; i++)
        if (mk_at_word(p, clauses[i].word))
            keyword = clauses[i].keyword;
    if (keyword == '\0')
        return unknown_clause(p);
    mk_next(p);
    do
        MK_TRY(clause_row(p, task, keyword));
    while (mk_accept(p, MK_COMMA));
    return mk_end_of_line(p, "Fix: separate several by commas.");
}

/* A task is what its label says: two runs mix alike exactly where their labels are alike. */
static uint64_t identity_of(const char *label)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (const char *c = label; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return hash;
}

static uint32_t *put(uint32_t *out, const struct clause_list *list)
{
    if (list->count > 0)
        memcpy(out, list->words, list->count * sizeof *out);
    return out + list->count;
}

static void write_descriptor(const struct mk_task *task, const char *label, uint32_t *out)
{
    uint64_t identity = identity_of(label);
    if (task->identified)
        identity = task->identity[0] | (uint64_t)task->identity[1] << 32;
    uint32_t head[MIX_HEAD_WORDS] = {task->waits.rows,   task->inputs.rows,
                                     task->outputs.rows, task->signals.rows,
                                     (uint32_t)identity, (uint32_t)(identity >> 32)};
    memcpy(out, head, sizeof head);
    out = put(out + MIX_HEAD_WORDS, &task->waits);
    out = put(out, &task->inputs);
    out = put(out, &task->outputs);
    put(out, &task->signals);
}

static vrrl_code finish_task(struct mk_parser *p, const struct mk_token *at,
                             const struct mk_task *task, struct mk_placement placement)
{
    uint32_t words = MIX_HEAD_WORDS + task->waits.count + task->inputs.count + task->outputs.count +
                     task->signals.count;
    uint32_t offset = p->used[MK_USER] + p->descriptor_words;
    p->descriptor_words += words;
    if (p->used[MK_USER] + (uint64_t)p->descriptor_words > VRRL_FILE_ARENA_WORDS_MAX)
        return mk_limit(p, at, "Fix: use fewer tasks, or smaller memory.",
                        "names and tasks take more than %d words", VRRL_FILE_ARENA_WORDS_MAX);
    if (p->building)
        write_descriptor(task, p->label, p->program->initial + offset);
    uint32_t argument = p->base[MK_USER] + offset;
    return mk_add_slot(p, at, VRRL_OPCODE_MIX, placement, &argument, 1);
}

static vrrl_code read_task(struct mk_parser *p, const struct mk_token *at, struct mk_task *task)
{
    struct mk_placement placement;
    MK_TRY(mk_read_label(p));
    MK_TRY(mk_read_placement(p, at, &placement));
    MK_TRY(mk_end_of_line(
        p, "Fix: write `task NAME [on QUEUE] [tenant NAME]`, and its clauses below."));
    char label[sizeof p->label]; /* the block's statements have their own */
    memcpy(label, p->label, sizeof label);
    MK_TRY(mk_block(p, MK_TASK, at, task));
    memcpy(p->label, label, sizeof label);
    return finish_task(p, at, task, placement);
}

vrrl_code mk_task_slot(struct mk_parser *p, const struct mk_token *at)
{
    struct mk_task task = {0};
    vrrl_code code = read_task(p, at, &task);
    free(task.waits.words);
    free(task.inputs.words);
    free(task.outputs.words);
    free(task.signals.words);
    return code;
}
