/* The time of a check grows with the graph, not faster, where it is of many chains that have nothing to do with each
 * other: the layers of several requests, say, which all could run at once. */
#include "growth_test.h"

#include "vrrl/analysis/check.h"

enum { LAYERS = 24, TILES = 8, COPIES = 32 };

/* A layer's tasks read all of the layer before, and a tile of the first, and write a tile each. */
static void add_layer(vrrl_graph *graph, uint32_t copy, uint32_t layer)
{
    vrrl_error err;
    uint32_t buffer = copy * (LAYERS + 1) + layer;
    for (uint32_t tile = 0; tile < TILES; tile++) {
        const vrrl_graph_task task = {.id = buffer * TILES + tile, .worker = VRRL_GRAPH_NONE};
        const vrrl_graph_wait wait = {
            .counter = buffer, .threshold = TILES, .order = VRRL_SYNC_ORDER_SYNC};
        const vrrl_graph_signal signal = {
            .counter = buffer + 1, .amount = 1, .order = VRRL_SYNC_ORDER_SYNC};
        const vrrl_graph_range all = {.buffer = buffer, .row_end = 1, .column_end = TILES},
                               first = {.buffer = copy * (LAYERS + 1) + 1,
                                        .row_end = 1,
                                        .column_first = tile,
                                        .column_end = tile + 1},
                               own = {.buffer = buffer + 1,
                                      .row_end = 1,
                                      .column_first = tile,
                                      .column_end = tile + 1};
        assert_int_equal(vrrl_graph_add_task(graph, &task, &err), VRRL_OK);
        if (layer > 0)
            assert_int_equal(vrrl_graph_add_wait(graph, &wait, &err), VRRL_OK);
        if (layer > 0)
            assert_int_equal(vrrl_graph_add_access(graph, &all, VRRL_ACCESS_READ, 1, &err),
                             VRRL_OK);
        if (layer > 1)
            assert_int_equal(vrrl_graph_add_access(graph, &first, VRRL_ACCESS_READ, 1, &err),
                             VRRL_OK);
        assert_int_equal(vrrl_graph_add_access(graph, &own, VRRL_ACCESS_WRITE, layer > 0, &err),
                         VRRL_OK);
        assert_int_equal(vrrl_graph_add_signal(graph, &signal, &err), VRRL_OK);
    }
}

static vrrl_graph *copies_of(uint32_t copies)
{
    vrrl_graph *graph;
    vrrl_error err;
    assert_int_equal(vrrl_graph_create("copies", &graph, &err), VRRL_OK);
    for (uint32_t i = 0; i < copies * (LAYERS + 1); i++) {
        const vrrl_graph_buffer buffer = {
            .id = i, .kind = VRRL_BUFFER_ACTIVATION, .rows = 1, .columns = TILES};
        const vrrl_graph_counter counter = {.id = i};
        assert_int_equal(vrrl_graph_add_buffer(graph, &buffer, &err), VRRL_OK);
        assert_int_equal(vrrl_graph_add_counter(graph, &counter, &err), VRRL_OK);
    }
    assert_int_equal(vrrl_graph_index(graph, &err), VRRL_OK);
    for (uint32_t copy = 0; copy < copies; copy++)
        for (uint32_t layer = 0; layer < LAYERS; layer++)
            add_layer(graph, copy, layer);
    assert_int_equal(vrrl_graph_finish(graph, &err), VRRL_OK);
    return graph;
}

static uint64_t cost(const void *context, uint32_t copies)
{
    (void)context;
    vrrl_graph *graph = copies_of(copies);
    const vrrl_check_options options = {.size = sizeof options, .verdict_only = true};
    vrrl_check_result *result;
    vrrl_error err;
    uint64_t start = processor_ns();
    assert_int_equal(vrrl_check(graph, &options, &result, &err), VRRL_OK);
    uint64_t took = processor_ns() - start;
    assert_int_equal(result->verdict, VRRL_CHECK_SAFE);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
    return took;
}

static void test_copies(void **state)
{
    (void)state;
    assert_grows_linearly(cost, NULL, COPIES, "copies of layers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_copies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
