/* What was imported, for the report. */
#include "tensor/mkd_summary.h"

#include "base/array.h"

#include <stdlib.h>

/* Counters that somebody uses, and nobody waits for, or signals. */
static void count_counters(const struct mkd_builder *b, vrrl_graph_import *import)
{
    import->first_never_awaited = import->first_never_signalled = VRRL_GRAPH_NONE;
    import->counters = b->e->counter_count;
    for (uint32_t i = 0; i < b->e->counter_count; i++) {
        const struct mkd_counter *row = &b->e->counters[i];
        uint32_t id = b->counter_ids[i];
        import->never_awaited += row->waits == 0;
        import->never_signalled += row->signals == 0;
        if (row->waits == 0 && id < import->first_never_awaited)
            import->first_never_awaited = id;
        if (row->signals == 0 && id < import->first_never_signalled)
            import->first_never_signalled = id;
    }
}

static vrrl_code count_opcodes(const struct mkd_builder *b, vrrl_graph_import *import)
{
    const struct mkd_machine *m = b->e->machine;
    uint32_t opcode_room = 0;
    MK_TRY(array_room(import->opcodes, 0, opcode_room, m->opcode_count, b->err));
    for (uint32_t i = 0; i < m->opcode_count; i++)
        import->opcodes[i] =
            (vrrl_graph_opcode){.name = b->opcode_names[i], .instructions = b->e->opcode_counts[i]};
    for (uint32_t i = 0; i < b->e->instruction_count; i++)
        import->opcodes[b->e->instructions[i].opcode].tasks += b->e->instructions[i].part_count;
    import->opcode_count = m->opcode_count;
    return VRRL_OK;
}

/* ---- Kinds of edges -------------------------------------------------------------------------- */

/* Whether a part signals, and waits for, a counter: (counter, opcode and role) of each, sorted. */
struct end {
    uint32_t counter, kind;
};

static int by_counter(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    if (x->counter != y->counter)
        return x->counter < y->counter ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static uint32_t sort_ends(struct end *ends, uint32_t count)
{
    uint32_t kept = 0;
    if (count > 0)
        qsort(ends, count, sizeof *ends, by_counter);
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || by_counter(&ends[kept - 1], &ends[i]) != 0)
            ends[kept++] = ends[i];
    return kept;
}

static vrrl_code pair_ends(const struct mkd_builder *b, const struct end *from, uint32_t from_count,
                           const struct end *to, uint32_t to_count, vrrl_graph_import *import)
{
    struct hash_table pairs = {.room = 0};
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0, k = 0; code == VRRL_OK && i < from_count; i++) {
        while (k < to_count && to[k].counter < from[i].counter)
            k++;
        for (uint32_t j = k; code == VRRL_OK && j < to_count && to[j].counter == from[i].counter;
             j++)
            if (hash_table_item(&pairs, hash_table_of_pair(from[i].kind, to[j].kind), 0) ==
                HASH_TABLE_NONE)
                code = error_no_memory(b->err, hash_table_bytes(&pairs));
    }
    import->edge_kinds = pairs.count;
    hash_table_free(&pairs);
    return code;
}

static vrrl_code count_edges(const struct mkd_builder *b, vrrl_graph_import *import)
{
    const struct mkd_expansion *e = b->e;
    struct end *from = malloc((e->signal_count + (size_t)1) * sizeof *from);
    struct end *to = malloc((e->wait_count + (size_t)1) * sizeof *to);
    uint32_t froms = 0, tos = 0;
    vrrl_code code = VRRL_OK;
    if (!from || !to)
        code = error_no_memory(b->err, (e->signal_count + (uint64_t)e->wait_count) * sizeof *to);
    for (uint32_t p = 0; code == VRRL_OK && p < e->part_count; p++) {
        const struct mkd_part *part = &e->parts[p];
        uint32_t opcode = e->instructions[part->instruction].opcode;
        for (uint32_t i = 0; i < part->signal_count; i++)
            from[froms++] = (struct end){e->signals[part->first_signal + i].counter, opcode};
        for (uint32_t i = 0; i < part->wait_count; i++)
            to[tos++] = (struct end){e->waits[part->first_wait + i].counter,
                                     opcode * MKD_ROLES_MAX + part->role};
    }
    if (code == VRRL_OK)
        code = pair_ends(b, from, sort_ends(from, froms), to, sort_ends(to, tos), import);
    free(from);
    free(to);
    return code;
}

/* ---- All of it ------------------------------------------------------------------------------- */

vrrl_code mkd_summarize(const struct mkd_builder *b)
{
    const struct mkd_machine *m = b->e->machine;
    vrrl_graph_import *import = calloc(1, sizeof *import);
    b->graph->import = import;
    if (!import)
        return error_no_memory(b->err, sizeof *import);
    import->workers = b->e->queues;
    import->entries = b->e->entries;
    import->instructions = b->e->instruction_count;
    import->empty = b->e->empty;
    import->roles = m->has_roles ? m->role_count : 0;
    import->in_flight = m->has_roles ? m->in_flight : 0;
    import->assumes_release = m->assumes_release;
    import->assumes_acquire = m->assumes_acquire;
    for (uint32_t i = 0; i < import->roles; i++)
        MK_TRY(vrrl_graph_add_text(b->graph, m->roles[i], &import->role_names[i], b->err));
    count_counters(b, import);
    MK_TRY(vrrl_graph_add_text(b->graph, m->title, &import->machine, b->err));
    MK_TRY(vrrl_graph_add_text(b->graph, m->source.name, &import->description, b->err));
    MK_TRY(count_opcodes(b, import));
    return count_edges(b, import);
}
