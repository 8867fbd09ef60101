/* What a description takes for granted inside a worker, made explicit: order between the parts of an instruction,
 * entries in flight, and the value that goes from the parts that read to those that write. */
#include "tensor/mkd_inside.h"

#include <stdio.h>

static uint64_t bit_of(uint32_t role)
{
    return UINT64_C(1) << role;
}

/* Its name is for traces of runs alone: no report of the check tells of it. */
static vrrl_code add_counter(const struct mkd_builder *b, uint32_t instruction, const char *what)
{
    const struct mkd_instruction *row = &b->e->instructions[instruction];
    vrrl_graph_counter counter = {.id = b->graph->counter_count, .internal = true, .named = true};
    char name[120];
    snprintf(name, sizeof name, "worker %u, entry %u: %.60s ended", row->worker, row->entry, what);
    MK_TRY(vrrl_graph_add_text(b->graph, name, &counter.note, b->err));
    return vrrl_graph_add_counter(b->graph, &counter, b->err);
}

static bool limits_entries(const struct mkd_builder *b)
{
    return b->e->machine->has_roles && b->e->machine->in_flight > 0;
}

vrrl_code mkd_add_internal_counters(struct mkd_builder *b)
{
    const struct mkd_machine *m = b->e->machine;
    for (uint32_t i = 0; i < b->e->instruction_count; i++) {
        const struct mkd_instruction *row = &b->e->instructions[i];
        b->done_ids[i] = b->graph->counter_count;
        for (uint32_t role = 0; role < m->role_count; role++)
            if (row->awaited & row->roles & bit_of(role))
                MK_TRY(add_counter(b, i, m->roles[role]));
        b->ended_ids[i] = b->graph->counter_count;
        if (limits_entries(b))
            MK_TRY(add_counter(b, i, "all"));
    }
    return VRRL_OK;
}

static vrrl_code add_wait(const struct mkd_builder *b, uint32_t counter, uint32_t threshold,
                          uint32_t *count)
{
    const vrrl_graph_wait wait = {.counter = counter,
                                  .threshold = threshold,
                                  .order = VRRL_SYNC_ORDER_SYNC,
                                  .scope = VRRL_SYNC_SCOPE_GROUP};
    ++*count;
    return vrrl_graph_add_wait(b->graph, &wait, b->err);
}

/* Entry i goes on when entry i - F has ended, and with it all before that: a worker takes its entries in order. What
 * the entry at k <= i - F waits for itself is through by then, so those behind k - F are left; and of them those
 * alone that have a part of a role that no later one of them has. */
static vrrl_code wait_for_entries(const struct mkd_builder *b, uint32_t instruction,
                                  uint32_t *count)
{
    const struct mkd_instruction *rows = b->e->instructions, *row = &rows[instruction];
    uint32_t window = b->e->machine->in_flight, newest = UINT32_MAX;
    uint64_t covered = 0;
    for (uint32_t i = instruction; i-- > 0 && rows[i].worker == row->worker;) {
        if (rows[i].entry + (uint64_t)window > row->entry)
            continue;
        if (newest == UINT32_MAX)
            newest = rows[i].entry;
        if (rows[i].entry + (uint64_t)window <= newest)
            break;
        if ((rows[i].roles & ~covered) == 0)
            continue;
        covered |= rows[i].roles;
        MK_TRY(add_wait(b, b->ended_ids[i], mkd_count_bits(rows[i].roles), count));
    }
    return VRRL_OK;
}

vrrl_code mkd_add_internal_waits(const struct mkd_builder *b, uint32_t part, uint32_t *count)
{
    const struct mkd_part *p = &b->e->parts[part];
    const struct mkd_instruction *row = &b->e->instructions[p->instruction];
    uint64_t done = row->awaited & row->roles, after = p->after & row->roles;
    *count = 0;
    if (limits_entries(b) && p->first)
        MK_TRY(wait_for_entries(b, p->instruction, count));
    for (uint32_t role = 0; role < b->e->machine->role_count; role++)
        if (after & bit_of(role))
            MK_TRY(add_wait(b, b->done_ids[p->instruction] + mkd_place_in(done, role), 1, count));
    return VRRL_OK;
}

static vrrl_code add_signal(const struct mkd_builder *b, uint32_t counter)
{
    const vrrl_graph_signal signal = {.counter = counter,
                                      .amount = 1,
                                      .order = VRRL_SYNC_ORDER_SYNC,
                                      .scope = VRRL_SYNC_SCOPE_GROUP};
    return vrrl_graph_add_signal(b->graph, &signal, b->err);
}

/* The last part of a role speaks for all of them: they are in one queue. */
vrrl_code mkd_add_internal_signals(const struct mkd_builder *b, uint32_t part)
{
    const struct mkd_part *p = &b->e->parts[part];
    const struct mkd_instruction *row = &b->e->instructions[p->instruction];
    uint64_t done = row->awaited & row->roles;
    if (!p->last)
        return VRRL_OK;
    if (done & bit_of(p->role))
        MK_TRY(add_signal(b, b->done_ids[p->instruction] + mkd_place_in(done, p->role)));
    return limits_entries(b) ? add_signal(b, b->ended_ids[p->instruction]) : VRRL_OK;
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* The roles of an instruction that read something which other parts may write on. */
static uint64_t giving_roles(const struct mkd_builder *b, uint32_t instruction)
{
    const struct mkd_instruction *row = &b->e->instructions[instruction];
    uint64_t reading = 0, writing = 0;
    for (uint32_t p = row->first_part; p < row->first_part + row->part_count; p++) {
        const struct mkd_part *part = &b->e->parts[p];
        for (uint32_t i = 0; i < part->access_count; i++) {
            vrrl_access_kind kind = b->e->accesses[part->first_access + i].kind;
            if (kind == VRRL_ACCESS_READ || kind == VRRL_ACCESS_READ_WRITE)
                reading |= bit_of(part->role);
            if (kind != VRRL_ACCESS_READ)
                writing |= bit_of(part->role);
        }
    }
    return writing ? reading & (row->awaited | writing) : 0;
}

vrrl_code mkd_add_private_buffers(struct mkd_builder *b)
{
    for (uint32_t i = 0; i < b->e->instruction_count; i++) {
        uint64_t giving = b->e->instructions[i].part_count > 1 ? giving_roles(b, i) : 0;
        b->private_ids[i] = b->graph->buffer_count;
        for (uint32_t k = mkd_count_bits(giving); k > 0; k--) {
            const vrrl_graph_buffer buffer = {.id = b->graph->buffer_count,
                                              .kind = VRRL_BUFFER_ACTIVATION,
                                              .rows = 1,
                                              .columns = 1,
                                              .internal = true};
            MK_TRY(vrrl_graph_add_buffer(b->graph, &buffer, b->err));
        }
    }
    return VRRL_OK;
}

/* Roles all of whose parts come before this one: those that it or an earlier one of its role has waited for, and
 * those that these have waited for. */
static uint64_t roles_before(const struct mkd_builder *b, uint32_t part)
{
    const struct mkd_part *p = &b->e->parts[part];
    const struct mkd_instruction *row = &b->e->instructions[p->instruction];
    uint64_t before = 0, known = 0;
    for (uint32_t i = row->first_part; i <= part; i++)
        if (b->e->parts[i].role == p->role)
            before |= b->e->parts[i].after;
    while (before != known) {
        known = before;
        for (uint32_t i = row->first_part; i < row->first_part + row->part_count; i++)
            if (known & bit_of(b->e->parts[i].role))
                before |= b->e->parts[i].after;
    }
    return before;
}

static vrrl_code add_private(const struct mkd_builder *b, uint32_t buffer, vrrl_access_kind kind,
                             uint32_t waits)
{
    const vrrl_graph_range range = {.buffer = buffer, .row_end = 1, .column_end = 1};
    return vrrl_graph_add_access(b->graph, &range, kind, waits, b->err);
}

vrrl_code mkd_add_private_accesses(const struct mkd_builder *b, uint32_t part, uint32_t waits)
{
    const struct mkd_part *p = &b->e->parts[part];
    const struct mkd_instruction *row = &b->e->instructions[p->instruction];
    uint64_t giving = row->part_count > 1 ? giving_roles(b, p->instruction) : 0, taken = 0;
    bool reads = false, writes = false;
    for (uint32_t i = 0; giving && i < p->access_count; i++) {
        vrrl_access_kind kind = b->e->accesses[p->first_access + i].kind;
        reads |= kind == VRRL_ACCESS_READ || kind == VRRL_ACCESS_READ_WRITE;
        writes |= kind != VRRL_ACCESS_READ;
    }
    if (writes) /* what earlier parts of its own role have read, too */
        taken = giving & (roles_before(b, part) | bit_of(p->role));
    for (uint32_t role = 0; role < b->e->machine->role_count; role++)
        if (taken & bit_of(role))
            MK_TRY(add_private(b, b->private_ids[p->instruction] + mkd_place_in(giving, role),
                               VRRL_ACCESS_READ, waits));
    if (!reads || !(giving & bit_of(p->role)))
        return VRRL_OK;
    return add_private(b, b->private_ids[p->instruction] + mkd_place_in(giving, p->role),
                       VRRL_ACCESS_ACCUMULATE, waits);
}
