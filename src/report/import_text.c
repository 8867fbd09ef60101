/* What was imported, for people. */
#include "report/import_text.h"

#include "base/plural.h"

static void write_unused(FILE *out, const vrrl_graph *graph, uint32_t count, uint32_t first,
                         const char *what)
{
    char name[200];
    if (count == 0)
        return;
    vrrl_graph_counter_name(graph, first, name, sizeof name);
    fprintf(out, "; %u never %s, %s%s", count, what, count > 1 ? "the first is " : "", name);
}

static void write_opcodes(FILE *out, const vrrl_graph *graph, const vrrl_graph_import *import)
{
    const char *before = "  instructions: ";
    for (uint32_t i = 0; i < import->opcode_count; i++) {
        const vrrl_graph_opcode *opcode = &import->opcodes[i];
        if (opcode->instructions == 0)
            continue;
        fprintf(out, "%s%u %s", before, opcode->instructions,
                vrrl_graph_text_at(graph, opcode->name));
        if (opcode->tasks > opcode->instructions)
            fprintf(out, " (%u parts)", opcode->tasks);
        before = ", ";
    }
    fputc('\n', out);
}

static void write_queues(FILE *out, const vrrl_graph *graph, const vrrl_graph_import *import)
{
    fprintf(out, "  %u worker%s with %u entr%s each (%u empty)", import->workers,
            plural(import->workers), import->entries, import->entries == 1 ? "y" : "ies",
            import->empty);
    if (import->roles == 0)
        fputs(", one queue a worker", out);
    for (uint32_t i = 0; i < import->roles; i++)
        fprintf(out, "%s%s",
                i ? ", " : "; roles: ", vrrl_graph_text_at(graph, import->role_names[i]));
    if (import->in_flight > 0)
        fprintf(out, "; %u in flight", import->in_flight);
    fputc('\n', out);
}

void import_write_text(FILE *out, const vrrl_graph *graph)
{
    const vrrl_graph_import *import = graph->import;
    if (!import)
        return;
    fprintf(out, "IMPORTED  %u instruction%s, %u part%s", import->instructions,
            plural(import->instructions), graph->task_count, plural(graph->task_count));
    const char *machine = vrrl_graph_text_at(graph, import->machine);
    fprintf(out, machine[0] ? ": %s\n" : "%s\n", machine);
    write_queues(out, graph, import);
    write_opcodes(out, graph, import);
    fprintf(out, "  counters: %u", import->counters);
    write_unused(out, graph, import->never_awaited, import->first_never_awaited, "waited for");
    write_unused(out, graph, import->never_signalled, import->first_never_signalled, "signalled");
    fputc('\n', out);
}

void import_write_assumptions(FILE *out, const vrrl_graph *graph)
{
    const vrrl_graph_import *import = graph->import;
    bool both = import && import->assumes_release && import->assumes_acquire;
    if (!import || !(import->assumes_release || import->assumes_acquire))
        return;
    fprintf(
        out,
        "  assumed by the description: %s, whatever the code has; %u kind%s of edge rest%s on it\n",
        both                      ? "signals release and waits acquire"
        : import->assumes_release ? "signals release"
                                  : "waits acquire",
        import->edge_kinds, plural(import->edge_kinds), import->edge_kinds == 1 ? "s" : "");
}
