/* Random task graphs of a few tasks. */
#ifndef VRRL_TEST_RANDOM_GRAPH_H
#define VRRL_TEST_RANDOM_GRAPH_H

#include "base/random.h"
#include "vrrl/run/graph.h"

#include "test.h"

enum { COUNTERS = 3, BUFFERS = 2, ROWS = 2, COLUMNS = 4 };

struct shape {
    uint32_t tasks;
    bool relaxed, parts;
    bool visible; /* each task writes a word of its own, which tells what it has read */
};

/* In `queues` queues; 0: a pool. The caller frees it. */
static inline vrrl_graph *random_graph(uint64_t *seed, const struct shape *shape, uint32_t queues)
{
    vrrl_graph *graph;
    assert_int_equal(vrrl_graph_create("random", &graph, NULL), VRRL_OK);
    vrrl_graph_text name;
    vrrl_graph_add_text(graph, "t", &name, NULL);
    for (uint32_t b = 0; b < BUFFERS; b++)
        vrrl_graph_add_buffer(graph,
                              &(vrrl_graph_buffer){.id = b,
                                                   .name = name,
                                                   .kind = VRRL_BUFFER_KV_CACHE,
                                                   .rows = ROWS,
                                                   .columns = COLUMNS},
                              NULL);
    if (shape->visible)
        vrrl_graph_add_buffer(graph,
                              &(vrrl_graph_buffer){.id = BUFFERS,
                                                   .name = name,
                                                   .kind = VRRL_BUFFER_KV_CACHE,
                                                   .rows = 1,
                                                   .columns = shape->tasks},
                              NULL);
    for (uint32_t c = 0; c < COUNTERS; c++)
        vrrl_graph_add_counter(
            graph, &(vrrl_graph_counter){.id = c, .init = random_below(seed, 4) == 0}, NULL);
    vrrl_graph_index(graph, NULL);
    for (uint32_t t = 0; t < shape->tasks; t++) {
        vrrl_graph_task task = {.id = t, .op = name, .label = name, .worker = VRRL_GRAPH_NONE};
        if (queues)
            task.worker = random_below(seed, queues);
        vrrl_graph_add_task(graph, &task, NULL);
        uint32_t waits = random_below(seed, 3);
        for (uint32_t i = 0; i < waits; i++) {
            vrrl_graph_wait wait = {.counter = random_below(seed, COUNTERS),
                                    .threshold = random_below(seed, 6) / 2,
                                    .order = !shape->relaxed || random_below(seed, 3)};
            vrrl_graph_add_wait(graph, &wait, NULL);
        }
        for (uint32_t i = 0, accesses = 1 + random_below(seed, 2); i < accesses; i++) {
            uint32_t row = random_below(seed, ROWS), column = random_below(seed, COLUMNS);
            vrrl_graph_range range = {.buffer = random_below(seed, BUFFERS),
                                      .row_first = row,
                                      .row_end = row + 1 + random_below(seed, ROWS - row),
                                      .column_first = column,
                                      .column_end =
                                          column + 1 + random_below(seed, COLUMNS - column)};
            uint32_t after = shape->parts ? random_below(seed, waits + 1) : waits;
            vrrl_graph_add_access(graph, &range, (vrrl_access_kind)random_below(seed, 4), after,
                                  NULL);
        }
        const vrrl_graph_range own = {
            .buffer = BUFFERS, .row_end = 1, .column_first = t, .column_end = t + 1};
        if (shape->visible)
            vrrl_graph_add_access(graph, &own, VRRL_ACCESS_WRITE, waits, NULL);
        for (uint32_t i = 0, signals = random_below(seed, 3); i < signals; i++) {
            vrrl_graph_signal signal = {.counter = random_below(seed, COUNTERS),
                                        .amount = 1 + (random_below(seed, 4) == 0),
                                        .order = !shape->relaxed || random_below(seed, 3)};
            vrrl_graph_add_signal(graph, &signal, NULL);
        }
    }
    assert_int_equal(vrrl_graph_finish(graph, NULL), VRRL_OK);
    return graph;
}

#endif
