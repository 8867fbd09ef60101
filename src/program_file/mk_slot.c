#include "program_file/mk_slot.h"

#include "program_file/mk_expression.h"
#include "program_file/mk_operation.h"
#include "program_file/mk_tokens.h"

#include <stdio.h>
#include <string.h>

bool mk_after_operands(const struct mk_parser *p)
{
    enum mk_kind kind = mk_peek(p)->kind;
    return kind == MK_NEWLINE || kind == MK_END || mk_at_word(p, "on") || mk_at_word(p, "tenant") ||
           mk_at_word(p, "then");
}

static vrrl_code check_queue(struct mk_parser *p, const struct mk_token *slot, uint32_t queue)
{
    bool pool = p->model.kind == VRRL_MODEL_POOL;
    if (!pool && queue == VRRL_NO_WORKER)
        return mk_fail(p, slot,
                       "Fix: end the line with `on QUEUE`, or put it into a `queue` block.",
                       "this slot has no queue, and the workers have");
    return VRRL_OK;
}

vrrl_code mk_queue_number(struct mk_parser *p, const struct mk_token *at, uint32_t *queue)
{
    if (p->model.kind == VRRL_MODEL_POOL)
        return mk_fail(
            p, at, "Fix: remove it, or write `workers serial N` or `workers pipelined N depth D`.",
            "the workers are a pool, which has no queues");
    return mk_count(p, "a queue", 0, p->model.queues - 1, queue);
}

vrrl_code mk_read_placement(struct mk_parser *p, const struct mk_token *slot,
                            struct mk_placement *placement)
{
    *placement = (struct mk_placement){.queue = p->queue};
    bool queue = false, tenant = false;
    for (;;) {
        struct mk_token at = *mk_peek(p);
        bool *seen = mk_at_word(p, "on") ? &queue : mk_at_word(p, "tenant") ? &tenant : NULL;
        if (!seen)
            return check_queue(p, slot, placement->queue);
        if (*seen)
            return mk_fail(p, &at, "Fix: remove one of the two.", "a second `%s`",
                           seen == &queue ? "on" : "tenant");
        *seen = true;
        mk_next(p);
        if (seen == &queue)
            MK_TRY(mk_queue_number(p, &at, &placement->queue));
        else
            MK_TRY(mk_count(p, "a tenant", 0, UINT32_MAX, &placement->tenant));
    }
}

static vrrl_code append_label(struct mk_parser *p, const struct mk_token *at, const char *text,
                              size_t length)
{
    size_t used = strlen(p->label);
    if (used + length > VRRL_FILE_NAME_BYTES_MAX)
        return mk_fail(p, at, "Fix: shorten it.", "a label of more than %d bytes",
                       VRRL_FILE_NAME_BYTES_MAX);
    memcpy(p->label + used, text, length);
    p->label[used + length] = '\0';
    return VRRL_OK;
}

vrrl_code mk_read_label(struct mk_parser *p)
{
    struct mk_token name;
    MK_TRY(mk_expect_kind(p, MK_NAME, "Fix: give it a name.", &name));
    p->label[0] = '\0';
    MK_TRY(append_label(p, &name, p->source.text + name.at, name.length));
    while (mk_accept(p, MK_OPEN_INDEX)) {
        uint32_t index;
        MK_TRY(mk_count(p, "a label's index", 0, UINT32_MAX, &index));
        MK_TRY(mk_expect_kind(p, MK_CLOSE_INDEX, "Fix: close the index with `]`.", NULL));
        char text[16];
        int length = snprintf(text, sizeof text, "[%u]", index);
        MK_TRY(append_label(p, &name, text, (size_t)length));
    }
    return VRRL_OK;
}

/* Counts a slot against the limits, before anything is allocated for it. */
static vrrl_code count_slot(struct mk_parser *p, const struct mk_token *at, uint32_t *slots,
                            uint32_t words)
{
    if (++*slots > VRRL_FILE_SLOTS_MAX)
        return mk_limit(p, at, "Fix: repeat epochs with `epoch times N`, which stores them once.",
                        "more than %d slots", VRRL_FILE_SLOTS_MAX);
    p->argument_words += words;
    if (p->argument_words > VRRL_FILE_WORDS_MAX)
        return mk_limit(p, at, "Fix: use fewer or smaller slots.", "more than %d argument words",
                        VRRL_FILE_WORDS_MAX);
    p->label_bytes += (uint32_t)strlen(p->label);
    if (p->label_bytes > VRRL_FILE_LABEL_BYTES_MAX)
        return mk_limit(p, at, "Fix: shorten the labels.", "labels of more than %d bytes",
                        VRRL_FILE_LABEL_BYTES_MAX);
    return VRRL_OK;
}

static vrrl_code make_slot(struct mk_parser *p, vrrl_slot *slot, const uint32_t *words)
{
    MK_TRY(vrrl_program_add_text(p->program, p->label, &slot->label, p->err));
    return vrrl_program_add_words(p->program, words, slot->arg_count, &slot->args, p->err);
}

vrrl_code mk_add_slot(struct mk_parser *p, const struct mk_token *at, uint32_t opcode,
                      struct mk_placement placement, const uint32_t *words, uint32_t count)
{
    if (p->again)
        return mk_fail(p, at, "Fix: write `epoch`, or remove the slot.",
                       "`epoch again` runs the slots of the epoch above, and has none of its own");
    p->batch_slots++;
    p->batch_debug_records += opcode == VRRL_OPCODE_PRINTF;
    MK_TRY(count_slot(p, at, &p->slots, count));
    if (!p->building)
        return VRRL_OK;
    vrrl_slot slot = {.opcode = opcode,
                      .tenant = placement.tenant,
                      .queue = placement.queue,
                      .arg_count = count,
                      .line = at->line};
    MK_TRY(make_slot(p, &slot, words));
    return vrrl_program_add_slot(p->program, &slot, p->err);
}

vrrl_code mk_slot(struct mk_parser *p)
{
    struct mk_operation operation;
    struct mk_placement placement;
    MK_TRY(mk_operation(p, &operation));
    MK_TRY(mk_read_placement(p, &operation.at, &placement));
    MK_TRY(mk_end_of_line(p, "Fix: remove it; `then` stands in packed slots."));
    return mk_add_slot(p, &operation.at, operation.opcode, placement, operation.words,
                       operation.count);
}

vrrl_code mk_prologue_slot(struct mk_parser *p)
{
    struct mk_operation operation;
    MK_TRY(mk_operation(p, &operation));
    if (operation.opcode != VRRL_OPCODE_STORE_U32 && operation.opcode != VRRL_OPCODE_MEMCPY)
        return mk_fail(p, &operation.at, "Fix: move it behind the prologue's `end`.",
                       "a prologue holds STORE_U32 and MEMCPY only, which the host runs itself");
    MK_TRY(mk_end_of_line(p, "Fix: the host runs it: it has no queue and no tenant."));
    MK_TRY(count_slot(p, &operation.at, &p->prologue_slots, operation.count));
    if (!p->building)
        return VRRL_OK;
    vrrl_slot slot = {
        .opcode = operation.opcode, .queue = VRRL_NO_WORKER, .arg_count = operation.count};
    MK_TRY(make_slot(p, &slot, operation.words));
    return vrrl_program_add_prologue(p->program, &slot, p->err);
}
