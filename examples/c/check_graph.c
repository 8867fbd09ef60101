/* A compiler of megakernels that checks the task graph that it has made, before it is run: here two tasks, first
 * without and then with the wait that orders them. The report goes to a function of its own.
 *
 *     cc check_graph.c $(pkg-config --cflags --libs vrrl) -o check_graph && ./check_graph
 */
#include <vrrl/analysis/judge.h>
#include <vrrl/run/stream.h>

#include <stdio.h>
#include <string.h>

enum { TILE = 1, DONE = 1, WRITER = 1, READER = 2 };

static int fail(const vrrl_error *err)
{
    fprintf(stderr, "%s: %s\n%s\n", vrrl_code_name(err->code), err->text, err->fix);
    return 2;
}

/* Buffers and counters come first, then the index of their ids, then tasks. */
static vrrl_code add_memory(vrrl_graph *graph, vrrl_error *err)
{
    vrrl_graph_buffer buffer;
    vrrl_graph_counter counter;
    memset(&buffer, 0, sizeof buffer);
    memset(&counter, 0, sizeof counter);
    buffer.id = TILE;
    buffer.kind = VRRL_BUFFER_IO_OUTPUT;
    buffer.rows = 1;
    buffer.columns = 64;
    counter.id = DONE;
    vrrl_code code = vrrl_graph_add_text(graph, "tile", &buffer.name, err);
    if (code == VRRL_OK)
        code = vrrl_graph_add_buffer(graph, &buffer, err);
    if (code == VRRL_OK)
        code = vrrl_graph_add_counter(graph, &counter, err);
    return code == VRRL_OK ? vrrl_graph_index(graph, err) : code;
}

/* A task; its waits, accesses and signals are those that follow. */
static vrrl_code add_task(vrrl_graph *graph, uint32_t id, const char *label, vrrl_error *err)
{
    vrrl_graph_task task;
    memset(&task, 0, sizeof task);
    task.id = id;
    task.worker = VRRL_GRAPH_NONE;
    vrrl_code code = vrrl_graph_add_text(graph, label, &task.label, err);
    if (code == VRRL_OK)
        code = vrrl_graph_add_text(graph, "copy", &task.op, err);
    return code == VRRL_OK ? vrrl_graph_add_task(graph, &task, err) : code;
}

static vrrl_code add_tasks(vrrl_graph *graph, bool waits, vrrl_error *err)
{
    vrrl_graph_range tile;
    vrrl_graph_signal signal;
    vrrl_graph_wait wait;
    memset(&tile, 0, sizeof tile);
    memset(&signal, 0, sizeof signal);
    memset(&wait, 0, sizeof wait);
    tile.buffer = vrrl_graph_find_buffer(graph, TILE);
    tile.row_end = 1;
    tile.column_end = 64;
    signal.counter = wait.counter = vrrl_graph_find_counter(graph, DONE);
    signal.amount = wait.threshold = 1;
    signal.order = wait.order = VRRL_SYNC_ORDER_SYNC;
    signal.scope = wait.scope = VRRL_SYNC_SCOPE_DEVICE;
    vrrl_code code = add_task(graph, WRITER, "writer", err);
    if (code == VRRL_OK)
        code = vrrl_graph_add_access(graph, &tile, VRRL_ACCESS_WRITE, 0, err);
    if (code == VRRL_OK)
        code = vrrl_graph_add_signal(graph, &signal, err);
    if (code == VRRL_OK)
        code = add_task(graph, READER, "reader", err);
    if (code == VRRL_OK && waits)
        code = vrrl_graph_add_wait(graph, &wait, err);
    if (code == VRRL_OK)
        code = vrrl_graph_add_access(graph, &tile, VRRL_ACCESS_READ, waits ? 1 : 0, err);
    return code == VRRL_OK ? vrrl_graph_finish(graph, err) : code;
}

static bool to_our_log(void *context, const char *bytes, size_t size)
{
    (void)context;
    return fwrite(bytes, 1, size, stdout) == size;
}

/* The report, as `vrrl check` prints it, by a function of this program's. */
static vrrl_code write_report(const vrrl_judgement *judgement, vrrl_error *err)
{
    FILE *out;
    vrrl_code code = vrrl_stream_open(to_our_log, NULL, &out, err);
    if (code != VRRL_OK)
        return code;
    vrrl_judgement_write_text(judgement, out);
    fclose(out);
    return VRRL_OK;
}

/* The same as data: who races, and what mends it. */
static void print_races(const vrrl_judgement *judgement)
{
    const vrrl_check_result *check = judgement->graph_check;
    char text[VRRL_CHECK_TEXT_MAX];
    for (uint32_t i = 0; i < check->race_count; i++) {
        const vrrl_check_race *race = &check->races[i];
        printf("race of %s and %s: %s\n",
               vrrl_graph_label(judgement->graph, race->pair.tasks[race->early]),
               vrrl_graph_label(judgement->graph, race->pair.tasks[race->late]),
               vrrl_check_repair_text(judgement->graph, &race->repair, text));
    }
}

static vrrl_code check(const vrrl_graph *graph, vrrl_error *err)
{
    vrrl_judgement *judgement;
    vrrl_code code = vrrl_judge_graph(graph, NULL, &judgement, err);
    if (code != VRRL_OK)
        return code;
    printf("verdict: %s, %u findings\n", vrrl_check_verdict_name(judgement->verdict),
           judgement->findings->count);
    print_races(judgement);
    judgement->graph_check->elapsed_ns = 0; /* the one thing that is not the same each time */
    code = write_report(judgement, err);
    vrrl_judgement_free(judgement);
    return code;
}

static vrrl_code check_pair(bool waits, vrrl_error *err)
{
    vrrl_graph *graph;
    vrrl_code code = vrrl_graph_create(waits ? "with the wait" : "without the wait", &graph, err);
    if (code != VRRL_OK)
        return code;
    code = add_memory(graph, err);
    if (code == VRRL_OK)
        code = add_tasks(graph, waits, err);
    if (code == VRRL_OK)
        code = check(graph, err);
    vrrl_graph_free(graph);
    return code;
}

int main(void)
{
    vrrl_error err;
    if (check_pair(false, &err) != VRRL_OK || check_pair(true, &err) != VRRL_OK)
        return fail(&err);
    return 0;
}
