#include "tensor/mkd_expand.h"

#include "base/array.h"
#include "tensor/mkd_evaluate.h"
#include "tensor/mkd_parse.h"
#include "tensor/mkd_region.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct expander {
    struct mkd_frame frame;
    struct mkd_expansion *out;
    uint64_t steps;
    uint64_t
        waited[MKD_ROLES_MAX]; /* of the instruction: what parts of each role have waited for */
    uint32_t last_of[MKD_ROLES_MAX];
};

static struct mkd_part *last_part(const struct expander *x)
{
    return &x->out->parts[x->out->part_count - 1];
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static vrrl_code begin_part(struct expander *x, uint32_t role, uint64_t after)
{
    struct mkd_expansion *e = x->out;
    struct mkd_instruction *instruction = &e->instructions[e->instruction_count - 1];
    uint64_t bit = UINT64_C(1) << role;
    struct mkd_part part = {.instruction = e->instruction_count - 1,
                            .role = role,
                            .first_wait = e->wait_count,
                            .first_access = e->access_count,
                            .first_signal = e->signal_count,
                            .after = after & ~x->waited[role],
                            .first = !(instruction->roles & bit),
                            .last = true};
    if (e->part_count == VRRL_GRAPH_TASKS_MAX)
        return error_set(x->frame.err, VRRL_TOO_LARGE, "Fix: check fewer layers.",
                         "%s: more than %u parts", e->tensor_name, VRRL_GRAPH_TASKS_MAX);
    MK_TRY(array_room(e->parts, e->part_count, e->part_room, 1, x->frame.err));
    if (!part.first)
        e->parts[x->last_of[role]].last = false;
    x->last_of[role] = e->part_count;
    x->waited[role] |= after;
    instruction->awaited |= after;
    instruction->roles |= bit;
    instruction->part_count++;
    e->parts[e->part_count++] = part;
    return VRRL_OK;
}

/* A task passes its waits, then its accesses, and then it signals: what a part does in another order makes several
 * tasks, one behind the other in the queue. */
static vrrl_code go_on(struct expander *x, bool waits)
{
    const struct mkd_part *part = last_part(x);
    bool behind = part->signal_count > 0 || (waits && part->access_count > 0);
    return behind ? begin_part(x, part->role, 0) : VRRL_OK;
}

/* ---- Counters -------------------------------------------------------------------------------- */

static vrrl_code counter_of(struct expander *x, const struct mkd_statement *s, uint32_t *counter)
{
    struct mkd_expansion *e = x->out;
    uint64_t element;
    MK_TRY(mkd_element(&x->frame, s, &element));
    uint32_t fresh = e->counter_count;
    *counter = hash_table_item(&e->counter_table, (uint64_t)s->target << 41 | element, fresh);
    if (*counter == HASH_TABLE_NONE)
        return error_no_memory(x->frame.err, hash_table_bytes(&e->counter_table));
    if (*counter != fresh)
        return VRRL_OK;
    MK_TRY(array_room(e->counters, e->counter_count, e->counter_room, 1, x->frame.err));
    e->counters[e->counter_count++] = (struct mkd_counter){.array = s->target, .element = element};
    return VRRL_OK;
}

static vrrl_code count_at(const struct expander *x, const struct mkd_statement *s, uint32_t node,
                          const char *what, uint32_t *out)
{
    int64_t value;
    MK_TRY(mkd_evaluate(&x->frame, node, &value));
    if (value < 0 || value > UINT32_MAX)
        return mkd_fail_at(&x->frame, s->token, VRRL_PARSE,
                           "Fix: look at the operand that it is computed from.",
                           "%s is %lld, expected 0 to %u", what, (long long)value, UINT32_MAX);
    *out = (uint32_t)value;
    return VRRL_OK;
}

static vrrl_code wait(struct expander *x, const struct mkd_statement *s)
{
    struct mkd_expansion *e = x->out;
    struct mkd_wait row = {.equal = s->equal,
                           .relaxed = s->relaxed && !e->machine->assumes_acquire};
    MK_TRY(counter_of(x, s, &row.counter));
    MK_TRY(count_at(x, s, s->a, "the value that is waited for", &row.threshold));
    if (s->b != MKD_NONE)
        MK_TRY(count_at(x, s, s->b, "the growth", &row.growth));
    MK_TRY(go_on(x, true));
    MK_TRY(array_room(e->waits, e->wait_count, e->wait_room, 1, x->frame.err));
    e->waits[e->wait_count++] = row;
    e->counters[row.counter].waits++;
    last_part(x)->wait_count++;
    return VRRL_OK;
}

static vrrl_code signal(struct expander *x, const struct mkd_statement *s)
{
    struct mkd_expansion *e = x->out;
    struct mkd_signal row = {.relaxed = s->relaxed && !e->machine->assumes_release};
    MK_TRY(counter_of(x, s, &row.counter));
    MK_TRY(count_at(x, s, s->a, "the amount", &row.amount));
    MK_TRY(array_room(e->signals, e->signal_count, e->signal_room, 1, x->frame.err));
    e->signals[e->signal_count++] = row;
    e->counters[row.counter].signals++;
    e->counters[row.counter].signalled += row.amount;
    last_part(x)->signal_count++;
    return VRRL_OK;
}

static vrrl_code access_region(struct expander *x, const struct mkd_statement *s)
{
    struct mkd_expansion *e = x->out;
    struct mkd_access row = {.kind = s->access};
    bool empty;
    MK_TRY(mkd_region(&x->frame, s, &row.range, &empty));
    if (empty)
        return VRRL_OK;
    MK_TRY(go_on(x, false));
    MK_TRY(array_room(e->accesses, e->access_count, e->access_room, 1, x->frame.err));
    e->accesses[e->access_count++] = row;
    last_part(x)->access_count++;
    return VRRL_OK;
}

/* ---- Statements ------------------------------------------------------------------------------ */

static vrrl_code walk(struct expander *x, uint32_t first, uint32_t end);

static vrrl_code step(struct expander *x, const struct mkd_statement *s)
{
    if (++x->steps <= VRRL_MACHINE_STEPS_MAX)
        return VRRL_OK;
    return mkd_fail_at(&x->frame, s->token, VRRL_TOO_LARGE,
                       "Fix: look at the bounds of its loops, or check fewer layers.",
                       "the instructions make more than %u statements", VRRL_MACHINE_STEPS_MAX);
}

static vrrl_code repeat(struct expander *x, uint32_t at)
{
    const struct mkd_statement *s = &x->frame.machine->statements[at];
    int64_t from, to;
    MK_TRY(mkd_evaluate(&x->frame, s->a, &from));
    MK_TRY(mkd_evaluate(&x->frame, s->b, &to));
    for (; from < to; from++) {
        x->frame.locals[s->local] = from;
        MK_TRY(step(x, s));
        MK_TRY(walk(x, at + 1, s->end));
    }
    return VRRL_OK;
}

static vrrl_code one(struct expander *x, uint32_t at)
{
    const struct mkd_statement *s = &x->frame.machine->statements[at];
    int64_t value;
    MK_TRY(step(x, s));
    switch (s->kind) {
    case MKD_LET:
        return mkd_evaluate(&x->frame, s->a, &x->frame.locals[s->local]);
    case MKD_WHEN:
        MK_TRY(mkd_evaluate(&x->frame, s->a, &value));
        return value ? walk(x, at + 1, s->end) : VRRL_OK;
    case MKD_REPEAT:
        return repeat(x, at);
    case MKD_PART:
        MK_TRY(begin_part(x, s->role, s->after));
        return walk(x, at + 1, s->end);
    case MKD_WAITS:
        return wait(x, s);
    case MKD_SIGNALS:
        return signal(x, s);
    case MKD_ACCESSES:
        return access_region(x, s);
    }
    return VRRL_OK;
}

static vrrl_code walk(struct expander *x, uint32_t first, uint32_t end)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t at = first; code == VRRL_OK && at < end;
         at = x->frame.machine->statements[at].end)
        code = one(x, at);
    return code;
}

/* ---- Instructions ---------------------------------------------------------------------------- */

static vrrl_code not_described(const struct expander *x, uint32_t worker, uint32_t entry,
                               uint32_t number)
{
    return error_set(
        x->frame.err, VRRL_PARSE,
        "Fix: describe it, or pair the tensor with the description that belongs to it.",
        "%s: worker %u, entry %u has the opcode %d, which %s does not describe",
        x->out->tensor_name, worker, entry, (int)number, x->out->machine->source.name);
}

static vrrl_code expand_one(struct expander *x, uint32_t worker, uint32_t entry, uint64_t word)
{
    struct mkd_expansion *e = x->out;
    uint32_t number = mkd_word(e, word);
    const struct mkd_opcode *opcode = mkd_find_opcode(e->machine, number);
    if (!opcode)
        return not_described(x, worker, entry, number);
    uint32_t index = (uint32_t)(opcode - e->machine->opcodes);
    struct mkd_instruction row = {.opcode = index,
                                  .worker = worker,
                                  .entry = entry,
                                  .word = word,
                                  .first_part = e->part_count};
    MK_TRY(array_room(e->instructions, e->instruction_count, e->instruction_room, 1, x->frame.err));
    e->instructions[e->instruction_count++] = row;
    memset(x->waited, 0, e->machine->role_count * sizeof *x->waited);
    mkd_enter(&x->frame, opcode, worker, entry, word);
    if (opcode->is_part)
        MK_TRY(begin_part(x, 0, 0));
    MK_TRY(walk(x, opcode->first, opcode->end));
    if (e->part_count > row.first_part)
        e->opcode_counts[index]++;
    else
        e->instruction_count--; /* it does nothing that is seen */
    e->empty += e->part_count == row.first_part;
    return VRRL_OK;
}

static vrrl_code expand_all(struct expander *x)
{
    struct mkd_expansion *e = x->out;
    for (uint32_t worker = 0; worker < e->workers; worker++) {
        uint32_t before = e->part_count;
        for (uint32_t entry = 0; entry < e->entries; entry++) {
            uint64_t at = e->machine->entry_first ? (uint64_t)entry * e->workers + worker
                                                  : (uint64_t)worker * e->entries + entry;
            MK_TRY(expand_one(x, worker, entry, at * e->machine->words));
        }
        e->queues += e->part_count > before;
    }
    if (e->part_count > 0)
        return VRRL_OK;
    return error_set(x->frame.err, VRRL_PARSE, "Fix: is it the tensor that the kernel runs?",
                     "%s: no instruction does anything, by %s", e->tensor_name,
                     e->machine->source.name);
}

/* [worker][entry][words] or [entry][worker][words]. */
static vrrl_code check_shape(struct mkd_expansion *e, vrrl_error *err)
{
    const uint64_t *dims = e->tensor->dims;
    bool fits = e->tensor->rank == 3 && dims[2] == e->machine->words;
    if (!fits || dims[0] > VRRL_GRAPH_TASKS_MAX || dims[1] > VRRL_GRAPH_TASKS_MAX) {
        char shape[160] = "";
        for (uint32_t i = 0; i < e->tensor->rank; i++)
            snprintf(shape + strlen(shape), sizeof shape - strlen(shape), "%s%llu", i ? ", " : "",
                     (unsigned long long)dims[i]);
        return error_set(
            err, VRRL_PARSE, "Fix: pair the tensor with the description that belongs to it.",
            "%s has the shape (%s); %s expects (%s, %u)", e->tensor_name, shape,
            e->machine->source.name,
            e->machine->entry_first ? "entries, workers" : "workers, entries", e->machine->words);
    }
    if (dims[0] * dims[1] > VRRL_MACHINE_STEPS_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: check fewer layers.",
                         "%s: more than %u instructions", e->tensor_name, VRRL_MACHINE_STEPS_MAX);
    e->workers = (uint32_t)dims[e->machine->entry_first ? 1 : 0];
    e->entries = (uint32_t)dims[e->machine->entry_first ? 0 : 1];
    return VRRL_OK;
}

vrrl_code mkd_expand(const struct mkd_machine *machine, const struct tensor *tensor,
                     const char *tensor_name, struct mkd_expansion *expansion, vrrl_error *err)
{
    *expansion =
        (struct mkd_expansion){.machine = machine, .tensor = tensor, .tensor_name = tensor_name};
    vrrl_code code = check_shape(expansion, err);
    struct expander *x = calloc(1, sizeof *x);
    expansion->opcode_counts = calloc(machine->opcode_count, sizeof *expansion->opcode_counts);
    if (!x || !expansion->opcode_counts)
        code = error_no_memory(err, sizeof *x + machine->opcode_count * sizeof(uint32_t));
    if (code == VRRL_OK) {
        x->out = expansion;
        x->frame.machine = machine;
        x->frame.tensor = tensor;
        x->frame.tensor_name = tensor_name;
        x->frame.err = err;
        code = expand_all(x);
    }
    free(x);
    return code;
}

void mkd_expansion_free(struct mkd_expansion *e)
{
    free(e->opcode_counts);
    free(e->instructions);
    free(e->parts);
    free(e->waits);
    free(e->signals);
    free(e->accesses);
    free(e->counters);
    hash_table_free(&e->counter_table);
}
