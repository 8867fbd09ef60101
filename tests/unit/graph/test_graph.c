/* Import, segments and lowering of task graphs. */
#include "options.h"
#include "vrrl/run/graph.h"
#include "vrrl/run/opcode.h"

#include "ops/mix_layout.h"

#include "graphs.h"
#include "program/batch_view.h"

static void the_toy_graph_is_read_in_full(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("toy-2l.json");
    assert_int_equal(graph->task_count, 66);
    assert_int_equal(graph->buffer_count, 65);
    assert_int_equal(graph->counter_count, 41);
    assert_string_equal(vrrl_graph_label(graph, 18), "L0.gate_proj[t1]");
    const vrrl_graph_task *task = &graph->tasks[25];
    assert_int_equal(task->wait_count, 2);
    assert_int_equal(graph->waits[task->first_wait].threshold, 4);
    /* Four tiles write L0.gate; it is cut into four. */
    const vrrl_graph_buffer *gate = &graph->buffers[25];
    assert_int_equal(gate->column_pieces, 4);
    assert_int_equal(gate->row_pieces, 1);
    char name[64];
    vrrl_graph_segment_name(graph, 25, 1, name, sizeof name);
    assert_string_equal(name, "L0.gate[32:64]");
    vrrl_graph_free(graph);
}

static void compressed_and_plain_are_the_same(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("llama-3.2-1b.json.zst");
    assert_int_equal(graph->task_count, 5890);
    assert_string_equal(vrrl_graph_label(graph, 5103), "L14.q_proj[t5]");
    vrrl_graph_free(graph);
}

/* What the IR's own reader may find missing: a label, waits, params, an init; rows of a tile. */
static void what_may_be_left_out_is_assumed(void **state)
{
    (void)state;
    static const char text[] =
        "{\"ir_version\":\"0.2\",\"buffers\":["
        "{\"id\":0,\"name\":\"a\",\"kind\":\"ACTIVATION\",\"shape\":[4,8]}],"
        "\"counters\":[{\"id\":0}],\"tasks\":["
        "{\"id\":0,\"op\":\"ADD\",\"inputs\":[],\"outputs\":[0],\"out_counter\":0},"
        "{\"id\":1,\"op\":\"GEMM_TILE\",\"label\":\"\",\"inputs\":[],\"outputs\":[0],"
        "\"out_counter\":0,\"params\":{\"n_off\":2,\"N_tile\":3,\"M_tile\":1}}]}";
    vrrl_graph *graph = NULL;
    vrrl_error error = {0};
    if (vrrl_graph_parse(text, sizeof text - 1, "short.json", &graph, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    assert_string_equal(vrrl_graph_label(graph, 0), "ADD");
    assert_string_equal(vrrl_graph_label(graph, 1), "GEMM_TILE");
    assert_int_equal(graph->tasks[0].wait_count, 0);
    assert_int_equal(graph->counters[0].init, 0);
    char name[64];
    const vrrl_graph_access *tile = &graph->accesses[graph->tasks[1].first_access];
    vrrl_graph_range_name(graph, &graph->ranges[tile->range], name, sizeof name);
    assert_string_equal(name, "a[2:5]"); /* all rows */
    vrrl_graph_free(graph);
}

/* Indices that are not there, each in a graph without any buffer, counter or task. */
static void what_is_not_there_is_refused(void **state)
{
    const vrrl_graph_range range = {.buffer = 7, .row_end = 1, .column_end = 1};
    const vrrl_graph_buffer buffer = {.rows = 1, .columns = 1};
    const vrrl_graph_counter counter = {.id = 0};
    const vrrl_graph_wait wait = {.counter = 0, .threshold = 1};
    const vrrl_graph_signal signal = {.counter = 0, .amount = 1};
    vrrl_graph_range first = range;
    vrrl_graph *graph;
    vrrl_error error;
    (void)state;
    first.buffer = 0;
    assert_int_equal(vrrl_graph_create("g", &graph, &error), VRRL_OK);
    assert_int_equal(vrrl_graph_add_access(graph, &range, VRRL_ACCESS_READ, 0, &error),
                     VRRL_INVALID);
    assert_int_equal(vrrl_graph_add_wait(graph, &wait, &error), VRRL_INVALID);
    assert_int_equal(vrrl_graph_add_signal(graph, &signal, &error), VRRL_INVALID);
    assert_int_equal(vrrl_graph_add_buffer(graph, &buffer, &error), VRRL_OK);
    assert_int_equal(vrrl_graph_add_counter(graph, &counter, &error), VRRL_OK);
    assert_int_equal(vrrl_graph_index(graph, &error), VRRL_OK);
    assert_int_equal(vrrl_graph_add_access(graph, &first, VRRL_ACCESS_READ, 0, &error),
                     VRRL_INVALID);
    assert_string_equal(error.text, "there is no task yet");
    assert_int_equal(vrrl_graph_add_wait(graph, &wait, &error), VRRL_INVALID);
    assert_int_equal(vrrl_graph_add_signal(graph, &signal, &error), VRRL_INVALID);
    vrrl_graph_free(graph);
}

static void shared_pages_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *pages;
        uint32_t shared;
    } rows[] = {
        {"null", 0},
        {"{}", 0},
        {"{\"buffer_to_page\":{\"0\":7,\"1\":9}}", 0},
        {"{\"buffer_to_page\":{\"0\":7,\"1\":9,\"2\":7,\"3\":7,\"4\":8,\"5\":8}}", 2},
        {"{\"buffer_to_page\":{\"0\":1,\"1\":\"1\",\"2\":null}}", 0},
        {"[1,1]", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];
        vrrl_graph *graph = NULL;
        vrrl_error error = {0};
        int size = snprintf(text, sizeof text,
                            "{\"ir_version\":\"0.2\",\"buffers\":[],\"counters\":[{\"id\":0}],"
                            "\"pages\":%s,\"tasks\":[{\"id\":0,\"op\":\"NOP\",\"inputs\":[],"
                            "\"outputs\":[],\"out_counter\":0}]}",
                            rows[i].pages);
        if (vrrl_graph_parse(text, (size_t)size, "pages.json", &graph, &error) != VRRL_OK)
            fail_msg("%s", error.text);
        assert_int_equal(graph->shared_pages, rows[i].shared);
        vrrl_graph_free(graph);
    }
}

static const uint32_t *descriptor(const vrrl_program *program, uint32_t slot)
{
    uint32_t word = program->words[program->slots[slot].args];
    return program->initial + (word - program->layout.user_base);
}

static void a_slot_is_a_task(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("toy-2l.json");
    vrrl_program *program =
        lower_graph(graph, &(vrrl_lower_options){.size = sizeof(vrrl_lower_options), .steps = 3});
    assert_int_equal(program->geometry.ring_slots, 67);
    assert_int_equal(program->model.kind, VRRL_MODEL_POOL);
    assert_int_equal(program->slot_count, 66);
    assert_int_equal(program->epoch_count, 3);
    assert_int_equal(program->batch_count, 1);
    assert_int_equal(program->slots[25].opcode, VRRL_OPCODE_MIX);
    assert_string_equal(vrrl_program_text(program, program->slots[25].label), "L0.swiglu");
    const uint32_t *words = descriptor(program, 25);
    assert_int_equal(words[0], 2); /* waits */
    assert_int_equal(words[1], 2); /* inputs, whole */
    assert_int_equal(words[2], 1);
    assert_int_equal(words[3], 1);
    char name[64];
    vrrl_program_word_name(program, words[MIX_HEAD_WORDS], name, sizeof name);
    assert_string_equal(name, "counter 15 (L0.gate_proj (4 tiles))");
    assert_int_equal(words[MIX_HEAD_WORDS + 1], 4);
    const uint32_t *input = words + MIX_HEAD_WORDS + 2 * MIX_WAIT_WORDS;
    assert_int_equal(input[1], 4); /* segments */
    vrrl_program_word_name(program, input[0] + 3, name, sizeof name);
    assert_string_equal(name, "L0.gate[32:64].hi");
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

/* Of an epoch's prologue, the value stored last into a word; 0 where none is. */
static uint32_t stored(const vrrl_program *program, uint32_t epoch, uint32_t word)
{
    const vrrl_epoch *e = epoch_row(program, epoch);
    uint32_t value = 0;
    for (uint32_t i = 0; i < e->prologue_count; i++) {
        const vrrl_slot *slot = &program->prologue[e->prologue_first + i];
        if (slot->opcode == VRRL_OPCODE_STORE_U32 && program->words[slot->args + 1] == word)
            value = program->words[slot->args];
    }
    return value;
}

static void each_step_has_inputs_of_its_own(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("toy-2l.json");
    vrrl_program *program =
        lower_graph(graph, &(vrrl_lower_options){.size = sizeof(vrrl_lower_options), .steps = 2});
    /* Task 0 reads token_id: its first input. */
    uint32_t word = descriptor(program, 0)[MIX_HEAD_WORDS];
    char name[64];
    vrrl_program_word_name(program, word, name, sizeof name);
    assert_string_equal(name, "token_id[0:1].lo");
    assert_int_not_equal(stored(program, 0, word), 0);
    assert_int_not_equal(stored(program, 0, word), stored(program, 1, word));
    /* The counters go back by one copy. */
    const vrrl_slot *reset = &program->prologue[epoch_row(program, 1)->prologue_first];
    assert_int_equal(reset->opcode, VRRL_OPCODE_MEMCPY);
    assert_int_equal(program->words[reset->args + 2], 41);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

/* One task that adds `amount` to a counter that grows, and one that waits for it. */
static vrrl_graph *growing_graph(uint32_t amount)
{
    char text[512];
    vrrl_graph *graph = NULL;
    vrrl_error error = {0};
    snprintf(text, sizeof text,
             "{\"ir_version\":\"0.2\",\"buffers\":[],\"counters\":[{\"id\":0,\"init\":5,\"grows\":"
             "true}],"
             "\"tasks\":[{\"id\":0,\"op\":\"A\",\"accesses\":[],\"signals\":[{\"counter\":0,"
             "\"amount\":%u}]},"
             "{\"id\":1,\"op\":\"B\",\"accesses\":[],\"signals\":[],\"waits\":[{\"counter\":0,"
             "\"threshold\":7,\"growth\":%u}]}]}",
             amount, amount);
    if (vrrl_graph_parse(text, strlen(text), "grows.json", &graph, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    return graph;
}

static void a_counter_that_grows_goes_on(void **state)
{
    (void)state;
    vrrl_graph *graph = growing_graph(2);
    vrrl_program *program =
        lower_graph(graph, &(vrrl_lower_options){.size = sizeof(vrrl_lower_options), .steps = 3});
    const uint32_t *words = descriptor(program, 1);
    uint32_t threshold =
        (uint32_t)(words + MIX_HEAD_WORDS + 1 - program->initial) + program->layout.user_base;
    for (uint32_t step = 0; step < 3; step++) {
        assert_int_equal(stored(program, step, threshold), 7 + 2 * step);
        assert_int_equal(stored(program, step, words[MIX_HEAD_WORDS]), 0); /* it is not reset */
        const vrrl_epoch *epoch = &program->epochs[step];
        for (uint32_t i = 0; i < epoch->prologue_count; i++)
            assert_int_not_equal(program->prologue[epoch->prologue_first + i].opcode,
                                 VRRL_OPCODE_MEMCPY);
    }
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

/* 5 + 65536 * 65535 fits a word, and one step more does not. */
static void a_counter_that_grows_does_not_wrap(void **state)
{
    (void)state;
    vrrl_graph *graph = growing_graph(65536);
    vrrl_lower_options options = {.size = sizeof options, .steps = 65535};
    vrrl_program *program = lower_graph(graph, &options);
    vrrl_program_free(program);
    vrrl_error error = {0};
    options.steps++;
    assert_int_equal(vrrl_graph_lower(graph, &options, &program, &error), VRRL_TOO_LARGE);
    assert_string_equal(error.text, "grows.json: counter 0 grows past 2^32 - 1 in 65536 steps");
    vrrl_graph_free(graph);
}

static void round_robin_makes_serial_queues(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("toy-2l.json");
    vrrl_assign_options queues = OPTIONS(vrrl_assign_options, .assign = "rr:7", .resident = 3);
    const vrrl_lower_options options = {.size = sizeof options, .assign = &queues};
    vrrl_program *program = lower_graph(graph, &options);
    assert_int_equal(program->model.kind, VRRL_MODEL_SERIAL);
    assert_int_equal(program->model.queues, 7);
    assert_int_equal(program->model.resident, 3);
    assert_int_equal(program->slots[9].queue, 2);
    vrrl_program_free(program);
    queues.pipelined = 4;
    program = lower_graph(graph, &options);
    assert_int_equal(program->model.kind, VRRL_MODEL_PIPELINED);
    assert_int_equal(program->model.depth, 4);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_toy_graph_is_read_in_full),
        cmocka_unit_test(compressed_and_plain_are_the_same),
        cmocka_unit_test(what_may_be_left_out_is_assumed),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(shared_pages_are_counted),
        cmocka_unit_test(a_slot_is_a_task),
        cmocka_unit_test(each_step_has_inputs_of_its_own),
        cmocka_unit_test(a_counter_that_grows_goes_on),
        cmocka_unit_test(a_counter_that_grows_does_not_wrap),
        cmocka_unit_test(round_robin_makes_serial_queues),
    };
    return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
