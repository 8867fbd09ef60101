#include "program_file/mk_write_task.h"

#include "ops/mix_layout.h"
#include "program_file/mk_write_names.h"
#include "program_file/mk_write_slot.h"

#include <string.h>

/* The four arrays of a descriptor. */
struct descriptor {
    const uint32_t *head, *waits, *inputs, *outputs, *signals;
    uint64_t words;
};

static bool read_descriptor(const struct mk_writer *w, uint32_t at, struct descriptor *d)
{
    const vrrl_program *p = w->program;
    uint32_t base = p->layout.user_base, size = p->geometry.user_words;
    if (at < base || at - base > size || size - (at - base) < MIX_HEAD_WORDS)
        return false;
    d->head = p->initial + (at - base);
    d->words = MIX_HEAD_WORDS + (uint64_t)MIX_WAIT_WORDS * d->head[0] +
               (uint64_t)MIX_INPUT_WORDS * d->head[1] + (uint64_t)MIX_OUTPUT_WORDS * d->head[2] +
               (uint64_t)MIX_SIGNAL_WORDS * d->head[3];
    if (d->words > size - (at - base))
        return false;
    d->waits = d->head + MIX_HEAD_WORDS;
    d->inputs = d->waits + (size_t)MIX_WAIT_WORDS * d->head[0];
    d->outputs = d->inputs + (size_t)MIX_INPUT_WORDS * d->head[1];
    d->signals = d->outputs + (size_t)MIX_OUTPUT_WORDS * d->head[2];
    return true;
}

/* ---- Can they be? --------------------------------------------------------------------------- */

/* Counters are addresses, and numbers are not. */
static bool is_address(const struct mk_writer *w, uint32_t word)
{
    const vrrl_program *p = w->program;
    bool user = word >= p->layout.user_base && word - p->layout.user_base < p->geometry.user_words;
    bool observable =
        word >= VRRL_WORD_OBSERVABLE && word - VRRL_WORD_OBSERVABLE < p->geometry.observable_words;
    return user || observable || mk_write_owner(w, word);
}

static bool counters_are_fine(const struct mk_writer *w, const uint32_t *row, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, row += MIX_WAIT_WORDS)
        if (row[2] > MIX_ACQUIRE || !is_address(w, row[0]))
            return false;
    return true;
}

static bool descriptor_is_fine(const struct mk_writer *w, const struct descriptor *d)
{
    for (uint32_t i = 0; i < d->head[1]; i++)
        if (!mk_write_segments(w, d->inputs[2 * i], d->inputs[2 * i + 1], NULL))
            return false;
    for (uint32_t i = 0; i < d->head[2]; i++) {
        const uint32_t *row = d->outputs + (size_t)MIX_OUTPUT_WORDS * i;
        bool access = row[2] >= MIX_ACCESS_WRITE && row[2] <= MIX_ACCESS_READ_WRITE;
        if (!access || !mk_write_segments(w, row[0], row[1], NULL))
            return false;
    }
    return counters_are_fine(w, d->waits, d->head[0]) &&
           counters_are_fine(w, d->signals, d->head[3]);
}

static bool slot_is_fine(const struct mk_writer *w, const vrrl_slot *slot, uint32_t *next)
{
    struct descriptor d;
    bool labelled = slot->label != 0 && slot->arg_count == 1;
    if (!labelled || w->program->words[slot->args] != *next || !read_descriptor(w, *next, &d))
        return false;
    *next += (uint32_t)d.words;
    return descriptor_is_fine(w, &d);
}

/* Descriptors lie behind all names, in the order of the file, or they stay memory. */
static bool slots_are_fine(const struct mk_writer *w, uint32_t *next)
{
    const vrrl_program *p = w->program;
    for (uint32_t e = 0; e < p->epoch_rows; e++) {
        if (e > 0 && p->epochs[e].batch == p->epochs[e - 1].batch)
            continue;
        const vrrl_batch *batch = &p->batches[p->epochs[e].batch];
        for (uint32_t i = 0; i < batch->count; i++) {
            const vrrl_slot *slot = &p->slots[batch->first + i];
            if (slot->opcode == VRRL_OPCODE_MIX && !slot_is_fine(w, slot, next))
                return false;
        }
    }
    return true;
}

/* The symbol that the parser adds by itself, or the symbol count. */
static uint32_t descriptor_symbol(const vrrl_program *p)
{
    for (uint32_t i = 0; i < p->symbol_count; i++)
        if (strcmp(vrrl_program_text(p, p->symbols[i].name), "task_descriptors") == 0)
            return i;
    return p->symbol_count;
}

static uint32_t names_end(const vrrl_program *p, uint32_t left_out)
{
    uint32_t end = p->layout.user_base;
    for (uint32_t i = 0; i < p->symbol_count; i++) {
        const vrrl_symbol *s = &p->symbols[i];
        uint32_t room = p->layout.user_base + p->geometry.user_words - end;
        bool user = i != left_out && s->first_word >= p->layout.user_base &&
                    s->first_word <= end + room && s->words <= end + room - s->first_word;
        if (user && s->first_word + s->words > end)
            end = s->first_word + s->words;
    }
    return end;
}

void mk_write_plan_tasks(struct mk_writer *w)
{
    const vrrl_program *p = w->program;
    uint32_t symbol = descriptor_symbol(p);
    uint32_t first = names_end(p, symbol), end = first;
    if (!vrrl_program_is_symbolic(p) || !slots_are_fine(w, &end))
        return;
    const vrrl_symbol *own = symbol < p->symbol_count ? &p->symbols[symbol] : NULL;
    if (own && (own->first_word != first || own->words != end - first || end == first))
        return;
    w->tasks = true;
    w->descriptors = first;
    w->descriptor_words = end - first;
    w->declaring = symbol;
}

/* ---- One of them ---------------------------------------------------------------------------- */

static void write_counters(const struct mk_writer *w, const char *clause, const char *mark,
                           const uint32_t *row, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, row += MIX_WAIT_WORDS) {
        fprintf(w->out, "        %s ", clause);
        mk_write_address(w, row[0]);
        fprintf(w->out, " %s ", mark);
        mk_write_value(w, row[1]);
        fprintf(w->out, "%s\n", row[2] ? "" : " relaxed");
    }
}

static const char *clause_of(uint32_t access)
{
    return access == MIX_ACCESS_WRITE        ? "writes"
           : access == MIX_ACCESS_ACCUMULATE ? "accumulates"
                                             : "updates";
}

static void write_access(const struct mk_writer *w, const char *clause, const uint32_t *row)
{
    fprintf(w->out, "        %s ", clause);
    mk_write_segments(w, row[0], row[1], w->out);
    fprintf(w->out, "\n");
}

/* As the parser makes it from a label. */
static uint64_t identity_of(const char *label)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *c = label; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return hash;
}

void mk_write_task(const struct mk_writer *w, const vrrl_slot *slot)
{
    struct descriptor d;
    const char *label = vrrl_program_text(w->program, slot->label);
    char name[VRRL_FILE_NAME_BYTES_MAX + 3];
    fprintf(w->out, "    task %s", mk_write_label(label, name, sizeof name));
    mk_write_placement(w, slot);
    fprintf(w->out, "\n");
    if (read_descriptor(w, w->program->words[slot->args], &d)) {
        if (identity_of(label) != (d.head[4] | (uint64_t)d.head[5] << 32))
            fprintf(w->out, "        identity 0x%08X, 0x%08X\n", d.head[4], d.head[5]);
        write_counters(w, "waits", ">=", d.waits, d.head[0]);
        for (uint32_t i = 0; i < d.head[1]; i++)
            write_access(w, "reads", d.inputs + (size_t)MIX_INPUT_WORDS * i);
        for (uint32_t i = 0; i < d.head[2]; i++)
            write_access(w, clause_of(d.outputs[MIX_OUTPUT_WORDS * i + 2]),
                         d.outputs + (size_t)MIX_OUTPUT_WORDS * i);
        write_counters(w, "signals", "+=", d.signals, d.head[3]);
    }
    fprintf(w->out, "    end\n");
}
