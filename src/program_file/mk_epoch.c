#include "program_file/mk_epoch.h"

#include "program_file/mk_block.h"
#include "program_file/mk_expression.h"
#include "program_file/mk_range.h"
#include "program_file/mk_slot.h"
#include "program_file/mk_tokens.h"

#include <stdio.h>
#include <string.h>

static const char *const epoch_fix =
    "Fix: write `epoch`, `epoch times N` or `epoch again` alone on its line.";

static vrrl_code begin_epoch(struct mk_parser *p, const struct mk_token *at, uint32_t batch,
                             uint32_t times)
{
    if (++p->epochs > VRRL_FILE_EPOCHS_MAX)
        return mk_limit(p, at, "Fix: write `epoch times N`.", "more than %d epochs",
                        VRRL_FILE_EPOCHS_MAX);
    if (times > VRRL_FILE_TIMES_MAX - p->epoch_runs)
        return mk_limit(p, at, "Fix: repeat fewer times.", "more than %d runs of epochs",
                        VRRL_FILE_TIMES_MAX);
    p->epoch_runs++;
    return p->building ? vrrl_program_begin_epoch(p->program, batch, p->err) : VRRL_OK;
}

static vrrl_code end_epoch(struct mk_parser *p, uint32_t times)
{
    p->debug_records += (uint64_t)p->batch_debug_records * times;
    if (p->batch_slots > p->largest_batch || p->largest_at.line == 0) {
        p->largest_batch = p->batch_slots;
        p->largest_at = p->epoch_at;
    }
    p->epoch_runs += times - 1;
    return p->building ? vrrl_program_repeat_epoch(p->program, times - 1, p->err) : VRRL_OK;
}

/* The batch of the epoch above, with a prologue and expectations of its own. */
static vrrl_code again(struct mk_parser *p, const struct mk_token *at)
{
    if (p->epochs == 0)
        return mk_fail(p, at, "Fix: write `epoch` and its slots first.",
                       "there is no epoch yet whose slots could run again");
    MK_TRY(begin_epoch(p, at, p->building ? p->program->batch_count - 1 : 0, 1));
    MK_TRY(mk_block(p, MK_EPOCH, at, NULL));
    return end_epoch(p, 1);
}

vrrl_code mk_epoch(struct mk_parser *p, const struct mk_token *at)
{
    uint32_t times = 1, batch = 0;
    p->again = mk_accept_word(p, "again");
    if (!p->again && mk_accept_word(p, "times"))
        MK_TRY(mk_count(p, "the number of epochs", 1, VRRL_FILE_TIMES_MAX, &times));
    MK_TRY(mk_end_of_line(p, epoch_fix));
    if (p->again)
        return again(p, at);
    p->epoch_at = *at;
    p->batch_slots = p->batch_debug_records = 0;
    if (p->building)
        MK_TRY(vrrl_program_begin_batch(p->program, &batch, p->err));
    MK_TRY(begin_epoch(p, at, batch, times));
    MK_TRY(mk_block(p, MK_EPOCH, at, NULL));
    return end_epoch(p, times);
}

vrrl_code mk_prologue(struct mk_parser *p, const struct mk_token *at)
{
    MK_TRY(mk_end_of_line(p, "Fix: write `prologue` alone on its line."));
    if (p->batch_slots > 0 && !p->again)
        return mk_fail(p, at, "Fix: move it to the top of the epoch.",
                       "a prologue runs before the epoch's slots, and stands before them");
    return mk_block(p, MK_PROLOGUE, at, NULL);
}

vrrl_code mk_queue(struct mk_parser *p, const struct mk_token *at)
{
    uint32_t outer = p->queue, queue;
    MK_TRY(mk_queue_number(p, at, &queue));
    MK_TRY(mk_end_of_line(p, "Fix: write `queue N` alone on its line."));
    p->queue = queue;
    MK_TRY(mk_block(p, MK_EPOCH, at, NULL));
    p->queue = outer;
    return VRRL_OK;
}

static const char *const expect_fix =
    "Fix: write `expect NAME == VALUE, VALUE ...` or `expect NAME any of VALUE, VALUE ...`.";

/* "file:line", once for each line in a row. */
static vrrl_code source_text(struct mk_parser *p, uint32_t line, vrrl_text *out)
{
    if (p->expect_line != line) {
        char text[160];
        const char *slash = strrchr(p->source.name, '/');
        snprintf(text, sizeof text, "%.128s:%u", slash ? slash + 1 : p->source.name, line);
        MK_TRY(vrrl_program_add_text(p->program, text, &p->expect_text, p->err));
        p->expect_line = line;
    }
    *out = p->expect_text;
    return VRRL_OK;
}

static vrrl_code add_expectation(struct mk_parser *p, const struct mk_token *at, uint32_t word,
                                 const uint32_t *values, uint32_t count)
{
    if (++p->expectations > VRRL_FILE_EXPECTATIONS_MAX)
        return mk_limit(p, at, "Fix: expect fewer words.", "more than %d expected words",
                        VRRL_FILE_EXPECTATIONS_MAX);
    if (!p->building)
        return VRRL_OK;
    vrrl_expectation row = {.epoch = p->epoch_runs - 1, .word = word, .value_count = count};
    MK_TRY(vrrl_program_add_words(p->program, values, count, &row.values, p->err));
    MK_TRY(source_text(p, at->line, &row.source));
    return vrrl_program_add_expectation(p->program, &row, p->err);
}

static vrrl_code expect_list(struct mk_parser *p, const struct mk_token *at,
                             const struct mk_range *range)
{
    uint32_t count = 0;
    do {
        struct mk_token value_at = *mk_peek(p);
        uint32_t value;
        MK_TRY(mk_word_value(p, &value));
        if (count == range->room)
            return mk_fail(p, &value_at, "Fix: remove values.",
                           "value %u of %u: there is no such word in `%.*s`", count + 1,
                           range->room, (int)range->at.length, p->source.text + range->at.at);
        uint32_t word = p->base[range->space] + range->first + count++;
        MK_TRY(add_expectation(p, at, word, &value, 1));
    } while (mk_accept(p, MK_COMMA));
    return VRRL_OK;
}

enum { ALTERNATIVES_MAX = 64 };

static vrrl_code expect_any(struct mk_parser *p, const struct mk_token *at,
                            const struct mk_range *range)
{
    uint32_t values[ALTERNATIVES_MAX], count = 0;
    MK_TRY(mk_expect_word(p, "of", expect_fix));
    do {
        struct mk_token value_at = *mk_peek(p);
        if (count == ALTERNATIVES_MAX)
            return mk_fail(p, &value_at, "Fix: write fewer.", "more than %d alternatives",
                           ALTERNATIVES_MAX);
        MK_TRY(mk_word_value(p, &values[count++]));
    } while (mk_accept(p, MK_COMMA));
    return add_expectation(p, at, p->base[range->space] + range->first, values, count);
}

vrrl_code mk_expectation(struct mk_parser *p, const struct mk_token *at)
{
    struct mk_range range;
    MK_TRY(mk_range(p, &range));
    MK_TRY(mk_inside_memory(p, &range));
    if (mk_accept(p, MK_EQUAL))
        MK_TRY(expect_list(p, at, &range));
    else if (mk_accept_word(p, "any"))
        MK_TRY(expect_any(p, at, &range));
    else
        return mk_unexpected(p, "`==` or `any of`", expect_fix);
    return mk_end_of_line(p, expect_fix);
}
