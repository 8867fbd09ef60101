/* What was imported, for people. */
#include "report/import_text.h"

#include "base/plural.h"

#include <inttypes.h>

static void write_unused(FILE *out, const vrrl_graph *graph, uint32_t count, uint32_t first,
                         const char *what)
{
    char name[200];
    if (count == 0)
        return;
    vrrl_graph_counter_name(graph, first, name, sizeof name);
    fprintf(out, "; %u never %s, %s%s", count, what, count > 1 ? "the first is " : "", name);
}

static void write_opcodes(FILE *out, const vrrl_graph *graph, const vrrl_graph_import *import,
                          const char *before)
{
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

/* ---- Graphs of other tools -------------------------------------------------------------------- */

static void write_corrections(FILE *out, const vrrl_graph *graph, const vrrl_graph_import *import)
{
    for (uint32_t i = 0; i < import->correction_count; i++) {
        const vrrl_graph_correction *c = &import->corrections[i];
        fprintf(out, "  corrected%s: %s: %s, %u task%s: %s\n", c->built_in ? "" : " by your rules",
                vrrl_graph_text_at(graph, c->type), vrrl_graph_text_at(graph, c->what), c->tasks,
                plural(c->tasks), vrrl_graph_text_at(graph, c->reason));
    }
}

/* Of MegaTriton. */
static void write_work_queues(FILE *out, const vrrl_graph_import *import)
{
    if (import->workers == 1)
        fputs("  1 queue, from which workers claim tasks in order\n", out);
    else
        fprintf(out, "  %u queues of up to %u task%s, one a worker\n", import->workers,
                import->entries, plural(import->entries));
    fprintf(out, "  ranges of flags that are waited for: %u\n", import->counters);
    if (import->unplaced > 0)
        fprintf(out,
                "  %u task%s somewhere in a buffer, and the footprints do not tell where: taken "
                "to be apart from what others write so\n",
                import->unplaced, import->unplaced == 1 ? " writes" : "s write");
}

static void write_events(FILE *out, const vrrl_graph_import *import)
{
    fprintf(out, "  events: %u; ", import->counters);
    if (import->odd_events > 0)
        fprintf(out, "%u time%s they say what tasks do not do, see the warnings\n",
                import->odd_events, plural(import->odd_events));
    else
        fputs("each is triggered and waited for as it says\n", out);
}

static void write_graph(FILE *out, const vrrl_graph *graph, const vrrl_graph_import *import)
{
    char name[240];
    fprintf(out, "IMPORTED  %u task%s: %s\n", graph->task_count, plural(graph->task_count),
            vrrl_graph_text_at(graph, import->machine));
    write_opcodes(out, graph, import, "  tasks: ");
    if (import->of_queues)
        write_work_queues(out, import);
    else
        write_events(out, import);
    if (import->undescribed > 0)
        fprintf(out,
                "  no rule knows the type of %u task%s: taken to read inputs and write "
                "outputs\n",
                import->undescribed, plural(import->undescribed));
    write_corrections(out, graph, import);
    if (import->thresholds_fixed)
        fputs("  corrected by your rules: thresholds stay as they are from step to step\n", out);
    if (import->remote_tasks == 0)
        return;
    vrrl_graph_task_name(graph, import->first_remote, name, sizeof name);
    fprintf(out, "  %u task%s to do with other GPUs, whose tasks are not here; the first is %s\n",
            import->remote_tasks, import->remote_tasks == 1 ? " has" : "s have", name);
}

/* Whether it can hang by who gets which task. */
void import_write_dispatch(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result)
{
    const vrrl_check_dispatch *d = &result->dispatch;
    char name[240];
    if (d->kind == VRRL_CHECK_DISPATCH_NONE)
        return;
    fprintf(out,
            "  dispatch to %u workers by %u schedulers, each worker in the order of the file: ",
            graph->import->workers_owned, graph->import->schedulers);
    if (d->kind == VRRL_CHECK_DISPATCH_ALWAYS) {
        fputs("no task needs a later one, so none hangs\n", out);
        return;
    }
    if (d->kind == VRRL_CHECK_DISPATCH_ONE) {
        fputs("none gets two tasks, so none hangs\n", out);
        return;
    }
    vrrl_graph_task_name(graph, d->task, name, sizeof name);
    if (d->kind == VRRL_CHECK_DISPATCH_FIRST)
        fprintf(out, "%s needs a later task; the first iteration does not hang, others may\n",
                name);
    else
        fprintf(out,
                "%s needs a later task; a pool does not hang, and has %" PRIu64
                " unordered pair%s\n",
                name, d->pool_pairs, plural(d->pool_pairs));
}

/* Of steps that differ. */
void import_write_steps(FILE *out, const vrrl_check_result *result)
{
    if (result->step > 0 && result->verdict != VRRL_CHECK_SAFE)
        fprintf(out, "  step %u, counted from 0; those before it are safe\n", result->step);
    else if (result->steps > 0)
        fprintf(out, "  steps: %u checked; %s\n", result->steps,
                result->steps_alike ? "each later one is as the last" : "later ones differ");
}

void import_write_text(FILE *out, const vrrl_graph *graph)
{
    const vrrl_graph_import *import = graph->import;
    if (import && import->of_tasks)
        write_graph(out, graph, import);
    if (!import || import->of_tasks)
        return;
    fprintf(out, "IMPORTED  %u instruction%s, %u part%s", import->instructions,
            plural(import->instructions), graph->task_count, plural(graph->task_count));
    const char *machine = vrrl_graph_text_at(graph, import->machine);
    fprintf(out, machine[0] ? ": %s\n" : "%s\n", machine);
    write_queues(out, graph, import);
    write_opcodes(out, graph, import, "  instructions: ");
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
