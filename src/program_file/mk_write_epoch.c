#include "program_file/mk_write_epoch.h"

#include "program/expect.h"
#include "program_file/mk_write_names.h"
#include "program_file/mk_write_slot.h"

#include <string.h>

static bool same_words(const vrrl_program *p, const vrrl_slot *a, const vrrl_slot *b)
{
    if (a->opcode != b->opcode || a->arg_count != b->arg_count || a->label != b->label)
        return false;
    return a->arg_count == 0 ||
           memcmp(p->words + a->args, p->words + b->args, 4 * (size_t)a->arg_count) == 0;
}

static bool same_prologue(const vrrl_program *p, const vrrl_epoch *a, const vrrl_epoch *b)
{
    if (a->prologue_count != b->prologue_count)
        return false;
    for (uint32_t i = 0; i < a->prologue_count; i++)
        if (!same_words(p, &p->prologue[a->prologue_first + i],
                        &p->prologue[b->prologue_first + i]))
            return false;
    return true;
}

/* The next expectation of an epoch at or behind `from`, or the count. */
static uint32_t next_expectation(const vrrl_program *p, uint32_t epoch, uint32_t from)
{
    while (from < p->expectation_count && !expectation_is_of(&p->expectations[from], epoch))
        from++;
    return from;
}

static bool same_expectation(const vrrl_program *p, const vrrl_expectation *a,
                             const vrrl_expectation *b)
{
    return a->word == b->word && a->value_count == b->value_count &&
           memcmp(p->words + a->values, p->words + b->values, 4 * (size_t)a->value_count) == 0;
}

static bool same_expectations(const vrrl_program *p, uint32_t a, uint32_t b)
{
    uint32_t i = next_expectation(p, a, 0), j = next_expectation(p, b, 0);
    while (i < p->expectation_count && j < p->expectation_count) {
        if (!same_expectation(p, &p->expectations[i], &p->expectations[j]))
            return false;
        i = next_expectation(p, a, i + 1);
        j = next_expectation(p, b, j + 1);
    }
    return i == j;
}

/* Behind the rows from this one on whose epochs are the same in everything. */
static uint32_t end_of_same(const vrrl_program *p, uint32_t row)
{
    const vrrl_epoch *first = &p->epochs[row];
    uint32_t end = row + 1;
    while (end < p->epoch_rows && p->epochs[end].batch == first->batch &&
           same_prologue(p, first, &p->epochs[end]) &&
           same_expectations(p, first->first, p->epochs[end].first))
        end++;
    return end;
}

static void write_prologue(const struct mk_writer *w, const vrrl_epoch *epoch)
{
    if (epoch->prologue_count == 0)
        return;
    fprintf(w->out, "    prologue\n");
    for (uint32_t i = 0; i < epoch->prologue_count; i++) {
        fprintf(w->out, "    ");
        mk_write_slot(w, &w->program->prologue[epoch->prologue_first + i]);
    }
    fprintf(w->out, "    end\n");
}

/* Single values of words in a row stand on one line. */
static bool goes_on(const struct mk_writer *w, const vrrl_expectation *a, const vrrl_expectation *b)
{
    const vrrl_symbol *owner = mk_write_owner(w, a->word);
    return b->epoch == a->epoch && b->epochs == a->epochs && b->value_count == 1 &&
           a->value_count == 1 && b->word == a->word + 1 && owner &&
           owner == mk_write_owner(w, b->word);
}

static void write_expectations(const struct mk_writer *w, uint32_t epoch)
{
    enum { ON_ONE_LINE = 8 };
    const vrrl_program *p = w->program;
    uint32_t end = p->expectation_count, on_line;
    for (uint32_t i = next_expectation(p, epoch, 0); i < end; i = next_expectation(p, epoch, i)) {
        const vrrl_expectation *row = &p->expectations[i];
        fprintf(w->out, "    expect ");
        mk_write_address(w, row->word);
        fprintf(w->out, row->value_count == 1 ? " == " : " any of ");
        for (uint32_t k = 0; k < row->value_count; k++) {
            fprintf(w->out, k ? ", " : "");
            mk_write_value(w, p->words[row->values + k]);
        }
        for (i++, on_line = 1;
             i < end && on_line < ON_ONE_LINE && goes_on(w, row, &p->expectations[i]);
             row = &p->expectations[i++], on_line++) {
            fprintf(w->out, ", ");
            mk_write_value(w, p->words[p->expectations[i].values]);
        }
        fprintf(w->out, "\n");
    }
}

static void write_batch(const struct mk_writer *w, const vrrl_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++)
        mk_write_slot(w, &w->program->slots[batch->first + i]);
}

static void write_epoch(const struct mk_writer *w, const vrrl_epoch *epoch, bool again,
                        uint32_t times)
{
    fprintf(w->out, "\nepoch%s", again ? " again" : "");
    if (times > 1)
        fprintf(w->out, " times %u", times);
    fprintf(w->out, "\n");
    write_prologue(w, epoch);
    if (!again)
        write_batch(w, &w->program->batches[epoch->batch]);
    write_expectations(w, epoch->first);
    fprintf(w->out, "end\n");
}

/* `epoch again` stands for one run. */
void mk_write_epochs(const struct mk_writer *w)
{
    const vrrl_program *p = w->program;
    for (uint32_t i = 0, end; i < p->epoch_rows; i = end) {
        const vrrl_epoch *epoch = &p->epochs[i];
        bool again = i > 0 && epoch[-1].batch == epoch->batch;
        end = again ? i + 1 : end_of_same(p, i);
        uint32_t behind = p->epochs[end - 1].first + p->epochs[end - 1].times;
        for (uint32_t k = 0; k < (again ? epoch->times : 1); k++)
            write_epoch(w, epoch, again, again ? 1 : behind - epoch->first);
    }
}
