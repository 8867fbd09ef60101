#include "check/begins.h"

#include "base/error.h"
#include "program/batch_view.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

vrrl_code begins_create(uint32_t words, struct begins *begins, vrrl_error *err)
{
    *begins = (struct begins){.open = calloc(words + (size_t)1, 1),
                              .left_by = calloc(words + (size_t)1, sizeof *begins->left_by),
                              .words = words};
    return begins->open && begins->left_by ? VRRL_OK : error_no_memory(err, words);
}

void begins_free(struct begins *begins)
{
    free(begins->open);
    free(begins->left_by);
    *begins = (struct begins){.open = NULL};
}

static bool is_open(const struct begins *b, uint32_t first, uint64_t count)
{
    uint64_t end = first + count < b->words ? first + count : b->words;
    bool open = false;
    for (uint64_t i = first; i < end && !open; i++)
        open = b->open[i];
    return open;
}

static void set_open(struct begins *b, uint32_t first, uint64_t count, bool open)
{
    uint64_t end = first + count < b->words ? first + count : b->words;
    for (uint64_t i = first; i < end; i++)
        b->open[i] = open;
    b->any |= open && first < end;
}

static void set_left(struct begins *b, uint32_t first, uint64_t count, uint32_t left_by)
{
    uint64_t end = first + count < b->words ? first + count : b->words;
    for (uint64_t i = first; i < end; i++)
        b->left_by[i] = left_by;
}

/* Those of the host: stores of constants and copies, as they come. */
void begins_prologue(struct begins *b, const vrrl_program *program, uint32_t epoch)
{
    const vrrl_epoch *e = epoch_row(program, epoch);
    for (uint32_t i = 0; i < e->prologue_count; i++) {
        const vrrl_slot *slot = &program->prologue[e->prologue_first + i];
        const uint32_t *args = program->words + slot->args;
        if (slot->opcode == VRRL_OPCODE_STORE_U32 && slot->arg_count >= 2) {
            set_open(b, args[1], 1, false);
            set_left(b, args[1], 1, 0);
        } else if (slot->opcode == VRRL_OPCODE_MEMCPY && slot->arg_count >= 3) {
            for (uint32_t k = 0; k < args[2] && args[0] + (uint64_t)k < b->words; k++)
                set_open(b, args[1] + k, 1, b->open[args[0] + k]);
            set_left(b, args[1], args[2], 0);
        }
    }
}

void begins_tell_left(const struct begins *b, const uint32_t *arena, uint32_t epoch,
                      vrrl_graph *graph)
{
    for (uint32_t i = 0; i < graph->counter_count; i++) {
        vrrl_graph_counter *c = &graph->counters[i];
        uint32_t word = c->word_after - 1;
        if (c->word_after == 0 || word >= b->words || b->left_by[word] == 0)
            continue;
        c->left_by = b->left_by[word];
        c->left_to = epoch;
        c->left_value = arena[word];
    }
}

/* Waits, conditions, places, and what a store of a constant is held against. */
bool begins_decides(const struct begins *b, const struct epoch_touches *t)
{
    bool decides = false;
    for (uint32_t i = 0; b->any && i < t->count && !decides; i++) {
        const struct declared_event *a = &t->items[i].access;
        bool goes_by = a->waits || a->decides || a->is_value;
        decides = (goes_by && is_open(b, a->word, a->count)) ||
                  (a->from != DECLARED_NO_WORD && is_open(b, a->from, 1));
    }
    for (uint32_t i = 0; b->any && i < t->fixed_count && !decides; i++)
        decides = is_open(b, t->fixed[i].first, t->fixed[i].count);
    return decides;
}

void begins_after(struct begins *b, const struct epoch_touches *t, uint32_t epoch, bool exact)
{
    bool reads = false;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        if (declared_writes(a))
            set_left(b, a->word, a->count, epoch + 1);
    }
    for (uint32_t i = 0; b->any && i < t->count && !reads; i++) {
        const struct declared_event *a = &t->items[i].access;
        reads = declared_reads(a) && is_open(b, a->word, a->count);
    }
    for (uint32_t i = 0; (!exact || reads) && i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        bool writes = a->kind == OPERATION_STORE || declared_updates(a);
        /* What every slot adds in any case is the same in the end. */
        if (writes || (a->signals && !exact))
            set_open(b, a->word, a->count, true);
    }
}
