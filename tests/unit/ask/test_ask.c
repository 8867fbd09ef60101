/* What a command says, asked by one call: of texts, tensors and graphs in memory, of paths; and what is refused. */
#include "vrrl/analysis/ask.h"

#include "test.h"

#include <unistd.h>

static const char racy[] = "word data\nword seen in observable\nepoch\n"
                           "writer: STORE_U32 42, data\nreader: LOAD_U32 data, seen\nend\n";
static const char safe[] = "word data\nepoch\nwriter: STORE_U32 42, data\nend\n";
static char folder[] = "/tmp/vrrl-ask-XXXXXX";

static vrrl_topic *open_text(const char *text)
{
    const vrrl_topic_options options = {.size = sizeof options, .command = "'a b.mk' --steps 2"};
    vrrl_topic *topic;
    vrrl_error err;
    assert_int_equal(vrrl_topic_of_bytes(text, strlen(text), "a b.mk", &options, &topic, &err),
                     VRRL_OK);
    return topic;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in: %s", part, text);
}

/* ---- Programs -------------------------------------------------------------------------------- */

static void a_check_says_what_the_tool_says(void **state)
{
    vrrl_topic *topic = open_text(racy);
    vrrl_reply *reply;
    (void)state;
    assert_int_equal(vrrl_ask_check(topic, NULL, &reply, NULL), VRRL_OK);
    vrrl_topic_free(topic);
    assert_int_equal(vrrl_reply_verdict(reply), VRRL_ANSWER_RACE);
    assert_has(vrrl_reply_text(reply), "RACE  read before write");
    assert_has(vrrl_reply_text(reply), "vrrl replay 'a b.mk' --steps 2 --schedule v1:");
    assert_has(vrrl_reply_json(reply),
               "\"command\":\"check\",\"input\":\"a b.mk\",\"verdict\":\"race\","
               "\"exit\":1,\"result\":{");
    assert_has(vrrl_reply_json(reply), "\"findings\":[{");
    assert_null(vrrl_reply_picture(reply));
    assert_null(vrrl_reply_program(reply));
    vrrl_reply_free(reply);
}

static void a_search_is_said_in_text_and_json(void **state)
{
    const vrrl_explore_options few = {.size = sizeof few, .schedules = 100};
    vrrl_topic *topic = open_text(racy);
    vrrl_reply *reply;
    (void)state;
    assert_int_equal(vrrl_ask_explore(topic, &few, &reply, NULL), VRRL_OK);
    assert_int_equal(vrrl_reply_verdict(reply), VRRL_ANSWER_FAILS);
    assert_has(vrrl_reply_json(reply), "\"command\":\"explore\"");
    vrrl_reply_free(reply);
    assert_int_equal(vrrl_ask_explain(topic, NULL, &reply, NULL), VRRL_OK);
    assert_has(vrrl_reply_text(reply), "REPAIRS");
    assert_has(vrrl_reply_picture(reply), "<svg");
    vrrl_reply_free(reply);
    assert_int_equal(vrrl_ask_shrink(topic, NULL, &reply, NULL), VRRL_OK);
    assert_has(vrrl_reply_text(reply), "SHRUNK");
    assert_has(vrrl_reply_program(reply), "epoch");
    vrrl_reply_free(reply);
    vrrl_topic_free(topic);
}

static void where_nothing_fails_there_is_nothing_to_do(void **state)
{
    vrrl_topic *topic = open_text(safe);
    vrrl_reply *reply;
    (void)state;
    assert_int_equal(vrrl_ask_explain(topic, NULL, &reply, NULL), VRRL_OK);
    assert_int_equal(vrrl_reply_verdict(reply), VRRL_ANSWER_NO_FAILURE);
    assert_has(vrrl_reply_text(reply), "NOTHING TO EXPLAIN");
    vrrl_reply_free(reply);
    assert_int_equal(vrrl_ask_shrink(topic, NULL, &reply, NULL), VRRL_OK);
    assert_has(vrrl_reply_text(reply), "NOTHING TO SHRINK");
    assert_has(vrrl_reply_json(reply), "\"result\":{\"nothing\":");
    vrrl_reply_free(reply);
    vrrl_topic_free(topic);
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static void a_run_is_recorded_replayed_and_compared(void **state)
{
    char path[128];
    vrrl_topic *topic = open_text(safe), *recording;
    vrrl_reply *reply;
    (void)state;
    snprintf(path, sizeof path, "%s/run.vrrd", folder);
    assert_int_equal(vrrl_ask_record(topic, path, NULL, NULL, &reply, NULL), VRRL_OK);
    assert_int_equal(vrrl_reply_verdict(reply), VRRL_ANSWER_DONE);
    assert_has(vrrl_reply_text(reply), "recorded ");
    vrrl_reply_free(reply);
    assert_int_equal(vrrl_topic_open(path, NULL, &recording, NULL), VRRL_OK);
    assert_int_equal(vrrl_ask_replay(recording, NULL, &reply, NULL), VRRL_OK);
    assert_int_equal(vrrl_reply_verdict(reply), VRRL_ANSWER_SAME);
    vrrl_reply_free(reply);
    assert_int_equal(vrrl_ask_diff(recording, recording, &reply, NULL), VRRL_OK);
    assert_has(vrrl_reply_text(reply), "SAME");
    vrrl_reply_free(reply);
    vrrl_topic_free(recording);
    vrrl_topic_free(topic);
}

static void what_is_no_recording_is_refused(void **state)
{
    vrrl_topic *topic = open_text(safe);
    const vrrl_ask_check_options as_run = {.size = sizeof as_run, .as_run = true};
    const vrrl_ask_check_options advise = {.size = sizeof advise, .advise = true};
    vrrl_reply *reply;
    vrrl_error err;
    (void)state;
    assert_int_equal(vrrl_ask_replay(topic, NULL, &reply, &err), VRRL_INVALID);
    assert_null(reply);
    assert_int_equal(vrrl_ask_diff(topic, topic, &reply, &err), VRRL_INVALID);
    assert_null(reply);
    assert_int_equal(vrrl_ask_check(topic, &as_run, &reply, &err), VRRL_INVALID);
    assert_null(reply);
    assert_int_equal(vrrl_ask_check(topic, &advise, &reply, &err), VRRL_INVALID);
    assert_null(reply);
    vrrl_topic_free(topic);
}

/* ---- Task graphs ----------------------------------------------------------------------------- */

static vrrl_graph *graph_of_a_write(void)
{
    vrrl_graph *graph;
    const vrrl_graph_buffer buffer = {.kind = VRRL_BUFFER_ACTIVATION, .rows = 1, .columns = 8};
    const vrrl_graph_task task = {.worker = VRRL_GRAPH_NONE};
    const vrrl_graph_range all = {.row_end = 1, .column_end = 8};
    assert_int_equal(vrrl_graph_create("mine", &graph, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_buffer(graph, &buffer, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_index(graph, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_task(graph, &task, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_access(graph, &all, VRRL_ACCESS_WRITE, 0, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_finish(graph, NULL), VRRL_OK);
    return graph;
}

static void a_graph_becomes_the_topics(void **state)
{
    vrrl_topic *topic;
    vrrl_reply *reply;
    const char *text;
    (void)state;
    assert_int_equal(vrrl_topic_of_graph(graph_of_a_write(), NULL, &topic, NULL), VRRL_OK);
    assert_int_equal(vrrl_ask_check(topic, NULL, &reply, NULL), VRRL_OK);
    assert_int_equal(vrrl_reply_verdict(reply), VRRL_ANSWER_SAFE);
    assert_has(vrrl_reply_json(reply), "\"input\":\"mine\"");
    vrrl_reply_free(reply);
    assert_int_equal(vrrl_topic_text(topic, &text, NULL), VRRL_OK);
    vrrl_topic *again = open_text(text);
    vrrl_topic_free(again);
    vrrl_topic_free(topic);
}

/* A counter that grows holds nobody back in the second step. */
static vrrl_graph *graph_that_grows(void)
{
    vrrl_graph *graph;
    const vrrl_graph_buffer buffer = {.kind = VRRL_BUFFER_ACTIVATION, .rows = 1, .columns = 1};
    const vrrl_graph_counter counter = {.grows = true};
    const vrrl_graph_range all = {.row_end = 1, .column_end = 1};
    const vrrl_graph_wait wait = {.threshold = 1, .order = VRRL_SYNC_ORDER_SYNC};
    const vrrl_graph_signal signal = {.amount = 1, .order = VRRL_SYNC_ORDER_SYNC};
    const vrrl_graph_task tasks[] = {{.worker = VRRL_GRAPH_NONE},
                                     {.id = 1, .identity = 1, .worker = VRRL_GRAPH_NONE}};
    assert_int_equal(vrrl_graph_create("grows", &graph, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_buffer(graph, &buffer, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_counter(graph, &counter, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_index(graph, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_task(graph, &tasks[0], NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_access(graph, &all, VRRL_ACCESS_WRITE, 0, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_signal(graph, &signal, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_task(graph, &tasks[1], NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_wait(graph, &wait, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_access(graph, &all, VRRL_ACCESS_READ, 1, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_finish(graph, NULL), VRRL_OK);
    return graph;
}

static vrrl_answer_verdict ask_steps(vrrl_topic *topic, uint32_t steps)
{
    const vrrl_ask_check_options options = {.size = sizeof options, .steps = steps};
    vrrl_reply *reply;
    assert_int_equal(vrrl_ask_check(topic, &options, &reply, NULL), VRRL_OK);
    vrrl_answer_verdict verdict = vrrl_reply_verdict(reply);
    if (verdict == VRRL_ANSWER_RACE)
        assert_has(vrrl_reply_text(reply), "--from-step 1 --schedule");
    vrrl_reply_free(reply);
    return verdict;
}

static void the_steps_of_a_check_are_taken_back(void **state)
{
    vrrl_topic *topic;
    (void)state;
    assert_int_equal(vrrl_topic_of_graph(graph_that_grows(), NULL, &topic, NULL), VRRL_OK);
    assert_int_equal(ask_steps(topic, 1), VRRL_ANSWER_SAFE);
    assert_int_equal(ask_steps(topic, 0), VRRL_ANSWER_RACE);
    assert_int_equal(ask_steps(topic, 1), VRRL_ANSWER_SAFE);
    vrrl_topic_free(topic);
}

/* ---- Tensors --------------------------------------------------------------------------------- */

/* Each instruction writes the element that the table has for its operand. */
static const char description[] =
    "machine \"two words\"\ninstructions 2 words worker first\ntable T\n"
    "buffer x[8]\nopcode 1 put k\n    writes x[T[k]]\nend\n";

static vrrl_code ask_tensor(const int32_t *table, vrrl_answer_verdict *verdict, vrrl_error *err)
{
    static const int32_t words[] = {1, 0, 1, 1};
    char path[128];
    const uint64_t dims[] = {2, 1, 2}, length[] = {2};
    const vrrl_tensor_view rows = {"t", table, length, 1, true};
    const vrrl_tensor_view tensor = {"schedule", words, dims, 3, true};
    const vrrl_machine_table given = {.name = "T", .view = &rows};
    vrrl_machine_options machine = {.size = sizeof machine, .tables = &given, .table_count = 1};
    vrrl_topic_options options = {.size = sizeof options, .machine = &machine};
    vrrl_topic *topic;
    vrrl_reply *reply;
    snprintf(path, sizeof path, "%s/m.mkd", folder);
    machine.description = path;
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(description, out);
    fclose(out);
    vrrl_code code = vrrl_topic_of_tensor(&tensor, &options, &topic, err);
    if (code != VRRL_OK)
        return code;
    assert_int_equal(vrrl_ask_check(topic, NULL, &reply, err), VRRL_OK);
    *verdict = vrrl_reply_verdict(reply);
    vrrl_reply_free(reply);
    vrrl_topic_free(topic);
    return code;
}

static void a_tensor_and_its_table_are_taken_where_they_lie(void **state)
{
    static const int32_t apart[] = {0, 1}, alike[] = {3, 3}, outside[] = {0, 8};
    vrrl_answer_verdict verdict;
    vrrl_error err;
    (void)state;
    assert_int_equal(ask_tensor(apart, &verdict, &err), VRRL_OK);
    assert_int_equal(verdict, VRRL_ANSWER_SAFE);
    assert_int_equal(ask_tensor(alike, &verdict, &err), VRRL_OK);
    assert_int_equal(verdict, VRRL_ANSWER_RACE);
    assert_int_equal(ask_tensor(outside, &verdict, &err), VRRL_PARSE);
}

static void a_shape_that_no_memory_has_is_refused(void **state)
{
    static const int32_t word = 1;
    const uint64_t dims[9] = {1u << 31, 1u << 31, 2, 1, 1, 1, 1, 1, 1};
    vrrl_tensor_view tensor = {"schedule", &word, dims, 3, true};
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/m.mkd", folder);
    const int32_t table[] = {0, 0};
    const uint64_t length[] = {2};
    const vrrl_tensor_view rows = {"t", table, length, 1, true};
    const vrrl_machine_table given = {.name = "T", .view = &rows};
    const vrrl_machine_options machine = {
        .size = sizeof machine, .description = path, .tables = &given, .table_count = 1};
    vrrl_graph *graph;
    vrrl_error err;
    assert_int_equal(vrrl_graph_of_tensor(&tensor, &machine, &graph, &err), VRRL_TOO_LARGE);
    tensor.rank = 9;
    assert_int_equal(vrrl_graph_of_tensor(&tensor, &machine, &graph, &err), VRRL_TOO_LARGE);
}

/* ---- What is refused ------------------------------------------------------------------------- */

static void what_cannot_be_read_is_an_error(void **state)
{
    const vrrl_assign_options assign = {.size = sizeof assign, .assign = "rr:2"};
    const vrrl_machine_options machine = {.size = sizeof machine, .description = "no-such.mkd"};
    const vrrl_topic_options both = {.size = sizeof both, .machine = &machine, .assign = &assign};
    vrrl_topic *topic;
    vrrl_error err;
    (void)state;
    assert_int_equal(vrrl_topic_of_bytes("epoch\n", 6, "a.mk", NULL, &topic, &err), VRRL_PARSE);
    assert_null(topic);
    assert_int_equal(vrrl_topic_of_bytes("{}", 2, "a.json", NULL, &topic, &err), VRRL_PARSE);
    assert_null(topic);
    assert_int_equal(vrrl_topic_open("/no/such", NULL, &topic, &err), VRRL_IO);
    assert_null(topic);
    assert_int_equal(vrrl_topic_open("a.npy", &both, &topic, &err), VRRL_INVALID);
    assert_null(topic);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_says_what_the_tool_says),
        cmocka_unit_test(a_search_is_said_in_text_and_json),
        cmocka_unit_test(where_nothing_fails_there_is_nothing_to_do),
        cmocka_unit_test(a_run_is_recorded_replayed_and_compared),
        cmocka_unit_test(what_is_no_recording_is_refused),
        cmocka_unit_test(a_graph_becomes_the_topics),
        cmocka_unit_test(the_steps_of_a_check_are_taken_back),
        cmocka_unit_test(a_tensor_and_its_table_are_taken_where_they_lie),
        cmocka_unit_test(a_shape_that_no_memory_has_is_refused),
        cmocka_unit_test(what_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
