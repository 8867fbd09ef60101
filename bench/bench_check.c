/* The exact check on a synthetic graph of llama's form, against what one would write first: a
 * reachability search from every task that writes. Usage: bench_check [TASKS]. */
#include "base/clock.h"
#include "vrrl/analysis/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { TILES = 64 };

struct maker {
    vrrl_graph *graph;
    vrrl_graph_text op;
    uint32_t task, last_counter, last_buffer;
};

static void must(vrrl_code code, const vrrl_error *error)
{
    if (code == VRRL_OK)
        return;
    fprintf(stderr, "bench_check: %s\n", error->text);
    exit(2);
}

/* A stage of `tiles` tasks: each reads the whole buffer of the stage before, writes its columns of
 * the next, waits for all of the stage before, and signals its own counter. */
static void add_stage(struct maker *m, uint32_t stage, uint32_t tiles)
{
    vrrl_error error;
    for (uint32_t i = 0; i < tiles; i++) {
        char label[48];
        snprintf(label, sizeof label, "stage%u[t%u]", stage, i);
        vrrl_graph_task task = {.id = m->task++, .op = m->op, .worker = VRRL_GRAPH_NONE};
        must(vrrl_graph_add_text(m->graph, label, &task.label, &error), &error);
        must(vrrl_graph_add_task(m->graph, &task, &error), &error);
        vrrl_graph_range in = {.buffer = stage, .row_end = 1, .column_end = TILES};
        vrrl_graph_range out = {.buffer = stage + 1,
                                .row_end = 1,
                                .column_first = i * (TILES / tiles),
                                .column_end = (i + 1) * (TILES / tiles)};
        if (stage > 0) {
            uint32_t threshold =
                stage % 8 == 1 ? 1 : TILES; /* the stage before: one task or many */
            vrrl_graph_wait wait = {
                .counter = stage - 1, .threshold = threshold, .order = VRRL_SYNC_ORDER_SYNC};
            must(vrrl_graph_add_wait(m->graph, &wait, &error), &error);
        }
        must(vrrl_graph_add_access(m->graph, &in, VRRL_ACCESS_READ, stage > 0, &error), &error);
        must(vrrl_graph_add_access(m->graph, &out, VRRL_ACCESS_WRITE, stage > 0, &error), &error);
        vrrl_graph_signal signal = {.counter = stage, .amount = 1, .order = VRRL_SYNC_ORDER_SYNC};
        must(vrrl_graph_add_signal(m->graph, &signal, &error), &error);
    }
}

/* Every eighth stage is one task, as a norm is; the others are tiles. */
static uint32_t tiles_of(uint32_t stage)
{
    return stage % 8 == 0 ? 1 : TILES;
}

static vrrl_graph *make_graph(uint32_t tasks)
{
    struct maker m = {0};
    vrrl_error error;
    uint32_t stages = 0, total = 0;
    must(vrrl_graph_create("synthetic", &m.graph, &error), &error);
    must(vrrl_graph_add_text(m.graph, "GEMV_TILE", &m.op, &error), &error);
    for (; total < tasks; stages++)
        total += tiles_of(stages);
    for (uint32_t b = 0; b <= stages; b++) {
        vrrl_graph_buffer buffer = {
            .id = b, .kind = VRRL_BUFFER_ACTIVATION, .rows = 1, .columns = TILES};
        must(vrrl_graph_add_buffer(m.graph, &buffer, &error), &error);
    }
    for (uint32_t c = 0; c < stages; c++) {
        vrrl_graph_counter counter = {.id = c};
        must(vrrl_graph_add_counter(m.graph, &counter, &error), &error);
    }
    must(vrrl_graph_index(m.graph, &error), &error);
    for (uint32_t stage = 0; stage < stages; stage++)
        add_stage(&m, stage, tiles_of(stage));
    must(vrrl_graph_finish(m.graph, &error), &error);
    return m.graph;
}

static double seconds_since(uint64_t start)
{
    return (double)(clock_steady_ns() - start) / 1e9;
}

static double peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

/* ---- The plain way: from each task that writes, who comes after it? -------------------------- */

struct plain {
    const vrrl_graph *graph;
    uint32_t *first_waiter, *waiters; /* of each counter */
    uint32_t *seen, *stack;
};

static void make_plain(struct plain *p, const vrrl_graph *graph)
{
    *p = (struct plain){.graph = graph};
    p->first_waiter = calloc(graph->counter_count + 2, sizeof(uint32_t));
    p->waiters = calloc(graph->wait_count + 1, sizeof(uint32_t));
    p->seen = calloc(graph->task_count, sizeof(uint32_t));
    p->stack = calloc(graph->task_count, sizeof(uint32_t));
    if (!p->first_waiter || !p->waiters || !p->seen || !p->stack)
        exit(2);
    for (uint32_t i = 0; i < graph->wait_count; i++)
        p->first_waiter[graph->waits[i].counter + 2]++;
    for (uint32_t c = 0; c < graph->counter_count; c++)
        p->first_waiter[c + 2] += p->first_waiter[c + 1];
    for (uint32_t t = 0; t < graph->task_count; t++)
        for (uint32_t i = 0; i < graph->tasks[t].wait_count; i++)
            p->waiters[p->first_waiter[graph->waits[graph->tasks[t].first_wait + i].counter +
                                       1]++] = t;
}

/* Marks all that come after `source`; every wait of this graph is for every signal. */
static uint32_t reach(struct plain *p, uint32_t source)
{
    uint32_t count = 0, depth = 0;
    p->stack[depth++] = source;
    while (depth > 0) {
        const vrrl_graph_task *task = &p->graph->tasks[p->stack[--depth]];
        uint32_t c = p->graph->signals[task->first_signal].counter;
        for (uint32_t i = p->first_waiter[c]; i < p->first_waiter[c + 1]; i++) {
            uint32_t next = p->waiters[i];
            if (p->seen[next] == source + 1)
                continue;
            p->seen[next] = source + 1;
            p->stack[depth++] = next;
            count++;
        }
    }
    return count;
}

static void run_plain(const vrrl_graph *graph)
{
    struct plain p;
    make_plain(&p, graph);
    uint64_t start = clock_steady_ns(), reached = 0;
    uint32_t sources = 0;
    double limit = 10;
    while (sources < graph->task_count && seconds_since(start) < limit)
        reached += reach(&p, sources++);
    double spent = seconds_since(start);
    printf("  a search from each writer: %8.3f s for %u of %u sources, so %.1f s (%llu reached)\n",
           spent, sources, graph->task_count, spent * graph->task_count / sources,
           (unsigned long long)reached);
    free(p.first_waiter);
    free(p.waiters);
    free(p.seen);
    free(p.stack);
}

static void run(uint32_t tasks)
{
    vrrl_error error;
    uint64_t start = clock_steady_ns();
    vrrl_graph *graph = make_graph(tasks);
    printf("%u tasks, %u counters, %u segments\n", graph->task_count, graph->counter_count,
           graph->segment_count);
    printf("  build:                     %8.3f s\n", seconds_since(start));
    for (int racy = 0; racy < 2; racy++) {
        vrrl_check_result *result;
        if (racy) /* one wait lets a single signal of its stage go */
            graph->waits[graph->wait_count / 2].threshold--;
        start = clock_steady_ns();
        must(vrrl_check(graph, &(vrrl_check_options){.size = sizeof(vrrl_check_options)}, &result,
                        &error),
             &error);
        printf("  check: %-8s            %8.3f s, with explanation, repair and witness\n",
               vrrl_check_verdict_name(result->verdict), seconds_since(start));
        printf("         %-8s            %8.3f s, verdict alone; %llu pairs\n", "",
               (double)result->elapsed_ns / 1e9, (unsigned long long)result->pairs);
        vrrl_check_result_free(result);
    }
    printf("  peak memory:               %8.0f MiB\n", peak_mib());
    run_plain(graph);
    vrrl_graph_free(graph);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        run((uint32_t)strtoul(argv[1], NULL, 10));
        return 0;
    }
    run(5890);
    run(100000);
    return 0;
}
