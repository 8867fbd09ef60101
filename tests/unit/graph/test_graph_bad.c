/* Malformed graphs: each message names file, object and field, and says what to do. Then random
 * damage: whatever comes, a graph or an error. */
#include "vrrl/analysis/check.h"

#include "base/random.h"

#include "graphs.h"

#include <fcntl.h>

#define BUFFER(id, name, kind, shape)                                                              \
    "{\"id\":" id ",\"name\":\"" name "\",\"kind\":\"" kind "\",\"shape\":" shape "}"
#define TASK(id, op, in, out, waits, counter, params, sm)                                          \
    "{\"id\":" id ",\"op\":\"" op "\",\"inputs\":" in ",\"outputs\":" out ",\"waits\":" waits      \
    ",\"out_counter\":" counter ",\"params\":" params ",\"sm\":" sm ",\"label\":\"T" id "\"}"
#define GRAPH(buffers, counters, tasks)                                                            \
    "{\"ir_version\":\"0.2.0\",\"buffers\":[" buffers "],\"counters\":[" counters                  \
    "],\"tasks\":[" tasks "],\"target\":{\"num_sms\":82}}"
#define W    BUFFER("0", "w", "WEIGHT", "[8,8]")
#define A    BUFFER("1", "a", "ACTIVATION", "[4,64]")
#define C0   "{\"id\":0,\"init\":0}"
#define GOOD TASK("0", "ADD", "[0]", "[1]", "[]", "0", "{}", "null")
#define TILE(n_off, n, m_off, m)                                                                   \
    GRAPH(W "," A, C0,                                                                             \
          TASK("0", "GEMM_TILE", "[0]", "[1]", "[]", "0",                                          \
               "{\"n_off\":" n_off ",\"N_tile\":" n ",\"m_off\":" m_off ",\"M_tile\":" m "}",      \
               "null"))
#define WAITS(waits) GRAPH(W "," A, C0, TASK("0", "ADD", "[0]", "[1]", waits, "0", "{}", "null"))

/* A task with these fields instead of inputs, outputs and out_counter; counter 1 grows. */
#define FIELDS(fields)                                                                             \
    GRAPH(W "," A, C0 ",{\"id\":1,\"grows\":true}",                                                \
          "{\"id\":0,\"op\":\"ADD\",\"label\":\"T0\"," fields "}")
#define ACCESS(fields) FIELDS("\"accesses\":[{" fields "}],\"signals\":[]")
#define SIGNAL(fields) FIELDS("\"accesses\":[],\"signals\":[{" fields "}]")
#define WAIT(fields)                                                                               \
    FIELDS("\"accesses\":[],\"signals\":[{\"counter\":1,\"amount\":3},{\"counter\":1}],"           \
           "\"waits\":[{\"threshold\":0," fields "}]")

static const struct {
    const char *json;
    const char *message; /* all of it, after "bad.json: "; NULL: it works */
} table[] = {
    {GRAPH(W "," A, C0, GOOD), NULL},
    {GRAPH(A "," W, C0, GOOD), NULL},                                    /* any order of ids */
    {GRAPH(W "," BUFFER("1", "a", "ACTIVATION", "[]"), C0, GOOD), NULL}, /* a scalar */
    {GRAPH(W "," A, C0, TASK("4294967294", "ADD", "[]", "[]", "[]", "null", "{}", "null")), NULL},
    {GRAPH("", "", ""), "there are no tasks; expected at least one"},
    {TILE("32", "32", "0", "4"), NULL},
    {"", "line 1, column 1 (byte 0): expected `{`: a task graph is a JSON object"},
    {"[]", "line 1, column 1 (byte 0): expected `{`: a task graph is a JSON object"},
    {"{", "line 1, column 2 (byte 1): expected a key in quotes, or `}`"},
    {"{}x", "line 1, column 3 (byte 2): expected the end after the last `}`"},
    {"{\n\"a\":[", "line 2, column 6 (byte 7): the file ends inside a value"},
    {"{\"a\":1,}", "line 1, column 8 (byte 7): expected another key after `,`"},
    {"{\"a\":1,\"a\":2}", "line 1, column 8 (byte 7): this key is there twice"},
    {"{}", "ir_version is missing, or no text; expected 0.2"},
    {"{\"ir_version\":\"0.3.0\"}", "ir_version is 0.3.0; expected 0.2"},
    {"{\"ir_version\":\"0.2.0\"}",
     "there is no \"buffers\" array; expected buffers, counters and tasks"},
    {"{\"ir_version\":\"0.2.0\",\"buffers\":{}}",
     "line 1, column 33 (byte 32): expected an array `[`"},
    {"{\"ir_version\":\"0.2.0\",\"buffers\":[1 2]}",
     "buffers[0]: the element is 1; expected an object"},
    {"{\"ir_version\":\"0.2.0\",\"meta\":[}]}",
     "line 1, column 32 (byte 31): expected a key in quotes, or `}`"},
    {GRAPH(BUFFER("-1", "w", "WEIGHT", "[8]"), "", ""),
     "buffers[0]: id is -1; expected a whole number from 0 to 4294967294"},
    {GRAPH(BUFFER("1.5", "w", "WEIGHT", "[8]"), "", ""),
     "buffers[0]: id is 1.5; expected a whole number from 0 to 4294967294"},
    {GRAPH(BUFFER("\"0\"", "w", "WEIGHT", "[8]"), "", ""),
     "buffers[0]: id is \"0\"; expected a whole number from 0 to 4294967294"},
    {GRAPH(BUFFER("4294967295", "w", "WEIGHT", "[8]"), "", ""),
     "buffers[0]: id is 4294967295; expected a whole number from 0 to 4294967294"},
    {GRAPH("{\"id\":3,\"kind\":\"CONST\",\"shape\":[1]}", "", ""),
     "buffer 3: name is missing; expected a string that is not empty"},
    {GRAPH(BUFFER("0", "w\\u001b[2J", "WEIGHT", "[8]"), "", ""),
     "buffer 0: name is text with the control character U+001B; expected text without control "
     "characters"},
    {GRAPH(BUFFER("0", "w\\u009b2J", "WEIGHT", "[8]"), "", ""),
     "buffer 0: name is text with the control character U+009B; expected text without control "
     "characters"},
    {GRAPH(BUFFER("0", "w", "WEIGHTS", "[8]"), "", ""),
     "buffer 0 (w): kind is \"WEIGHTS\"; expected WEIGHT, CONST, IO_INPUT, ACTIVATION, IO_OUTPUT "
     "or "
     "KV_CACHE"},
    {GRAPH(BUFFER("0", "w", "WEIGHT", "[8,0]"), "", ""),
     "buffer 0 (w): shape[1] is 0; expected at least 1"},
    {GRAPH(BUFFER("0", "w", "WEIGHT", "8"), "", ""), "buffer 0 (w): shape is 8; expected an array"},
    {GRAPH(BUFFER("0", "w", "WEIGHT", "[281474976710656,2]"), "", ""),
     "buffer 0 (w): shape[1] is 2; expected at most 2^48 elements in all"},
    {GRAPH(BUFFER("0", "w", "WEIGHT", "[1e3]"), "", ""),
     "buffer 0 (w): shape[0] is 1000.0; expected a whole number from 0 to 281474976710656"},
    {GRAPH(W "," BUFFER("0", "x", "WEIGHT", "[8]"), "", ""), "two buffers have the id 0 (w and x)"},
    {GRAPH("", "{\"id\":0,\"init\":null}", ""),
     "counter 0: init is null; expected a whole number from 0 to 4294967295"},
    {GRAPH(W "," A, "{\"id\":7,\"init\":4294967295}",
           TASK("0", "ADD", "[0]", "[1]", "[]", "7", "{}", "null")),
     "counter 7 starts at 4294967295 and its signals take it past 2^32 - 1"},
    {GRAPH("", C0 "," C0, ""), "two counters have the id 0 ( and )"},
    {GRAPH(W "," A, C0, GOOD "," GOOD), "two tasks have the id 0 (T0 and T0)"},
    {GRAPH(W "," A, C0, TASK("0", "ADD", "[7]", "[1]", "[]", "0", "{}", "null")),
     "task 0 (T0): inputs[0] is 7; expected the id of one of the 2 buffers"},
    {GRAPH(W "," A, C0, TASK("0", "ADD", "[0]", "[0]", "[]", "0", "{}", "null")),
     "task 0 (T0): an output is 0; expected a buffer that may be written: w is WEIGHT"},
    {GRAPH(W "," A, C0, TASK("0", "ADD", "[0]", "[1]", "[]", "3", "{}", "null")),
     "task 0 (T0): out_counter is 3; expected the id of one of the 1 counters"},
    {GRAPH(W "," A, C0, TASK("0", "ADD", "[0]", "[1]", "[]", "0", "[]", "null")),
     "task 0 (T0): params is an array; expected an object"},
    {GRAPH(W "," A, C0, TASK("0", "ADD", "[0]", "[1]", "[]", "0", "{}", "82")),
     "task 0 (T0): sm is 82; expected a whole number from 0 to 81"},
    {GRAPH(W "," A, C0, TASK("0", "GEMV_TILE", "[0]", "[1]", "[]", "0", "{}", "null")),
     "task 0 (T0): params.n_off is missing; expected a whole number from 0 to 281474976710656"},
    {TILE("64", "1", "0", "4"),
     "task 0 (T0): params.n_off is 64; expected less than 64, the size of output a"},
    {TILE("32", "33", "0", "4"),
     "task 0 (T0): params.N_tile is 33; expected 1 to 32: output a ends "
     "at 64 and the tile begins at 32"},
    {TILE("0", "0", "0", "4"),
     "task 0 (T0): params.N_tile is 0; expected 1 to 64: output a ends at "
     "64 and the tile begins at 0"},
    {TILE("0", "8", "3", "2"),
     "task 0 (T0): params.M_tile is 2; expected 1 to 1: output a ends at 4 "
     "and the tile begins at 3"},
    {WAITS("{}"), "task 0 (T0): waits is an object; expected an array"},
    {WAITS("[1]"), "task 0 (T0): waits[0] is 1; expected an object of counter and threshold"},
    {WAITS("[{\"counter\":1,\"threshold\":1}]"),
     "task 0 (T0): waits[0].counter is 1; expected the id of one of the 1 counters"},
    {WAITS("[{\"counter\":0,\"threshold\":4294967296}]"),
     "task 0 (T0): waits[0].threshold is 4294967296; expected a whole number from 0 to 4294967295"},
    {WAITS("[{\"counter\":0,\"threshold\":0.5}]"),
     "task 0 (T0): waits[0].threshold is 0.5; expected a whole number from 0 to 4294967295"},
    {WAITS("[{\"counter\":0,\"counter\":0,\"threshold\":1}]"), "duplicate object key"},
    {WAITS("[{\"counter\":99999999999999999999,\"threshold\":1}]"), "too big integer"},
    /* What only the graph in memory can hold otherwise. */
    {FIELDS("\"accesses\":[],\"signals\":[]"), NULL},
    {ACCESS("\"buffer\":1,\"kind\":\"accumulate\",\"rows\":[0,4],\"columns\":[63,64]"), NULL},
    {FIELDS("\"inputs\":[0,1],\"outputs\":[1],\"out_counter\":0,"
            "\"accesses\":[{\"buffer\":1,\"kind\":\"read-write\",\"after_waits\":0}]"),
     NULL},
    {SIGNAL("\"counter\":0,\"amount\":4294967295,\"order\":\"relaxed\""), NULL},
    {WAIT("\"counter\":1,\"growth\":4,\"order\":\"relaxed\""), NULL},
    {WAIT("\"counter\":0,\"growth\":0,\"order\":\"sync\""), NULL},
    {FIELDS("\"accesses\":[]"),
     "task 0 (T0): out_counter is missing; expected a whole number from 0 to 4294967294"},
    {FIELDS("\"signals\":[]"), "task 0 (T0): inputs is missing; expected an array"},
    {FIELDS("\"accesses\":{}"), "task 0 (T0): accesses is an object; expected an array"},
    {FIELDS("\"accesses\":[7],\"signals\":[]"),
     "task 0 (T0): accesses[0] is 7; expected an object of buffer and kind"},
    {ACCESS("\"kind\":\"read\""),
     "task 0 (T0): accesses[0].buffer is missing; expected a whole number from 0 to 4294967294"},
    {ACCESS("\"buffer\":2,\"kind\":\"read\""),
     "task 0 (T0): accesses[0].buffer is 2; expected the id of one of the 2 buffers"},
    {ACCESS("\"buffer\":0,\"kind\":\"readwrite\""),
     "task 0 (T0): accesses[0].kind is \"readwrite\"; expected read, write, accumulate or "
     "read-write"},
    {ACCESS("\"buffer\":0,\"kind\":\"accumulate\""),
     "task 0 (T0): accesses[0].buffer is 0; expected a buffer that may be written: w is WEIGHT"},
    {ACCESS("\"buffer\":1,\"kind\":\"read\",\"columns\":64"),
     "task 0 (T0): accesses[0].columns is 64; expected an array of two numbers, first and end"},
    {ACCESS("\"buffer\":1,\"kind\":\"read\",\"columns\":[0]"),
     "task 0 (T0): accesses[0].columns is an array; expected an array of two numbers, first and "
     "end"},
    {ACCESS("\"buffer\":1,\"kind\":\"read\",\"columns\":[64,65]"),
     "task 0 (T0): accesses[0].columns[0] is 64; expected a whole number from 0 to 63"},
    {ACCESS("\"buffer\":1,\"kind\":\"read\",\"columns\":[8,65]"),
     "task 0 (T0): accesses[0].columns[1] is 65; expected 9 to 64"},
    {ACCESS("\"buffer\":1,\"kind\":\"read\",\"rows\":[2,2]"),
     "task 0 (T0): accesses[0].rows[1] is 2; expected 3 to 4"},
    {ACCESS("\"buffer\":1,\"kind\":\"read\",\"after_waits\":1"),
     "task 0 (T0): accesses[0].after_waits is 1; expected a whole number from 0 to 0"},
    {FIELDS("\"inputs\":[1],\"accesses\":[{\"buffer\":1,\"kind\":\"write\"}],\"signals\":[]"),
     "task 0 (T0): inputs[0] is 1; expected a buffer that `accesses` read, or do not name"},
    {FIELDS("\"outputs\":[1],\"accesses\":[{\"buffer\":1,\"kind\":\"read\"}],\"signals\":[]"),
     "task 0 (T0): outputs[0] is 1; expected a buffer that `accesses` write, or do not name"},
    {SIGNAL("\"amount\":1"),
     "task 0 (T0): signals[0].counter is missing; expected a whole number from 0 to 4294967294"},
    {SIGNAL("\"counter\":0,\"amount\":0"),
     "task 0 (T0): signals[0].amount is 0; expected at least 1"},
    {SIGNAL("\"counter\":0,\"amount\":-1"),
     "task 0 (T0): signals[0].amount is -1; expected a whole number from 0 to 4294967295"},
    {SIGNAL("\"counter\":0,\"order\":\"release\""),
     "task 0 (T0): signals[0].order is \"release\"; expected sync or relaxed"},
    {FIELDS("\"accesses\":[],\"signals\":[1]"),
     "task 0 (T0): signals[0] is 1; expected an object of counter and amount"},
    {WAIT("\"counter\":1"),
     "task 0 (T0): waits[0].growth is 0; expected 4, by which the signals of a step raise counter "
     "1"},
    {WAIT("\"counter\":0,\"growth\":4"),
     "task 0 (T0): waits[0].growth is 4; expected 0: counter 0 begins anew in each step"},
    {WAIT("\"counter\":1,\"growth\":\"4\""),
     "task 0 (T0): waits[0].growth is \"4\"; expected a whole number from 0 to 4294967295"},
    {WAIT("\"counter\":1,\"growth\":4,\"order\":\"acquire\""),
     "task 0 (T0): waits[0].order is \"acquire\"; expected sync or relaxed"},
    {GRAPH(W "," A, "{\"id\":0,\"grows\":\"yes\"}", ""),
     "counter 0: grows is \"yes\"; expected true or false"},
    {GRAPH(BUFFER("0", "\xff", "WEIGHT", "[8]"), "", ""), "unable to decode byte 0xff"},
};

static void messages_are_clear(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        vrrl_graph *graph = NULL;
        vrrl_error error = {0};
        vrrl_code code =
            vrrl_graph_parse(table[i].json, strlen(table[i].json), "bad.json", &graph, &error);
        if (!table[i].message) {
            if (code != VRRL_OK)
                fail_msg("%s", error.text);
            vrrl_graph_free(graph);
            continue;
        }
        assert_int_not_equal(code, VRRL_OK);
        assert_int_equal(strncmp(error.text, "bad.json: ", 10), 0);
        if (!strstr(error.text, table[i].message))
            fail_msg("expected \"%s\", found \"%s\"", table[i].message, error.text);
        assert_int_equal(strncmp(error.fix, "Fix: ", 5), 0);
    }
}

static vrrl_code parse(const char *bytes, size_t size, vrrl_graph **graph, vrrl_error *err)
{
    return vrrl_graph_parse(bytes, size, "bad.json", graph, err);
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    char *text = malloc(DEPTH + 64);
    int head = sprintf(text, "{\"ir_version\":\"0.2\",\"meta\":");
    memset(text + head, '[', DEPTH);
    vrrl_graph *graph;
    vrrl_error error = {0};
    assert_int_equal(parse(text, (size_t)head + DEPTH, &graph, &error), VRRL_PARSE);
    memset(text + head + DEPTH / 2, ']', DEPTH / 2);
    text[head + DEPTH] = '}';
    assert_int_equal(parse(text, (size_t)head + DEPTH + 1, &graph, &error), VRRL_PARSE);
    assert_non_null(strstr(error.text, "maximum parsing depth reached"));
    free(text);
}

/* In memory each empty array is many times its three bytes. */
static void a_value_of_too_many_values_is_refused(void **state)
{
    (void)state;
    enum { VALUES = 1 << 22 };
    size_t size = 3 * (size_t)VALUES + 128;
    char *text = malloc(size);
    size_t used = (size_t)sprintf(text, "{\"ir_version\":\"0.2\",\"meta\":[");
    for (uint32_t i = 0; i < VALUES; i++, used += 3)
        memcpy(text + used, "[],", 3);
    used += (size_t)sprintf(text + used, "[]]}");
    vrrl_graph *graph;
    vrrl_error error = {0};
    assert_int_equal(parse(text, used, &graph, &error), VRRL_TOO_LARGE);
    assert_string_equal(error.text, "bad.json: bytes 27 to 12582943: a value with more than "
                                    "4194304 values in it");
    free(text);
}

static char *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 20);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/* What is parsed can be checked and lowered too. */
static void use(vrrl_graph *graph)
{
    vrrl_check_result *result = NULL;
    vrrl_program *program = NULL;
    if (vrrl_check(graph, &(vrrl_check_options){.size = sizeof(vrrl_check_options)}, &result,
                   NULL) == VRRL_OK) {
        FILE *out = fopen("/dev/null", "w");
        vrrl_check_write_text(graph, result, out);
        fclose(out);
    }
    vrrl_check_result_free(result);
    if (vrrl_graph_lower(graph,
                         &(vrrl_lower_options){.size = sizeof(vrrl_lower_options), .steps = 2},
                         &program, NULL) == VRRL_OK)
        vrrl_program_free(program);
    vrrl_graph_free(graph);
}

static void damage(const char *path, uint32_t rounds, bool digits)
{
    size_t size;
    char *bytes = read_whole(path, &size), *copy = malloc(size);
    uint32_t parsed = 0;
    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t seed = round + 1;
        memcpy(copy, bytes, size);
        size_t kept = random_below(&seed, 8) ? size : random_below(&seed, (uint32_t)size);
        for (uint32_t edits = 1 + random_below(&seed, 4); edits > 0; edits--) {
            uint32_t at = random_below(&seed, (uint32_t)size);
            if (digits) /* numbers into other numbers: most of it stays a graph */
                while (at + 1 < size && (copy[at] < '0' || copy[at] > '9'))
                    at++;
            copy[at] = digits ? (char)('0' + random_below(&seed, 10)) : (char)random_next(&seed);
        }
        vrrl_graph *graph;
        vrrl_error error = {0};
        if (parse(copy, digits ? size : kept, &graph, &error) == VRRL_OK) {
            parsed++;
            use(graph);
        } else {
            assert_int_not_equal(error.text[0], 0);
            assert_int_equal(strncmp(error.fix, "Fix: ", 5), 0);
        }
    }
    print_message("%u of %u still are graphs\n", parsed, rounds);
    free(bytes);
    free(copy);
}

static void random_damage_is_survived(void **state)
{
    (void)state;
    damage(VRRL_TEST_DATA "/programs/toy-2l.json", 3000, false);
    damage(VRRL_TEST_DATA "/programs/toy-2l.json", 2000, true);
    damage(VRRL_TEST_DATA "/programs/llama-3.2-1b.json.zst", 300, false);
}

/* ---- A million tasks ------------------------------------------------------------------------ */

static void a_million_tasks_are_read_and_checked(void **state)
{
    (void)state;
#ifdef VRRL_SANITIZED
    enum { TASKS = 50000 };
#else
    enum { TASKS = 1000000 };
#endif
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fputs("{\"ir_version\":\"0.2\",\"tasks\":[", out);
    for (uint32_t t = 0; t < TASKS; t++)
        fprintf(out,
                "%s{\"id\":%u,\"op\":\"GEMV_TILE\",\"inputs\":[],\"outputs\":[0],\"waits\":[],"
                "\"out_counter\":0,\"params\":{\"n_off\":%u,\"N_tile\":1},\"sm\":null,"
                "\"label\":\"t%u\"}",
                t ? "," : "", t, t, t);
    fprintf(out,
            "],\"buffers\":[" BUFFER("0", "a", "ACTIVATION", "[1,%u]") "],\"counters\":[" C0 "]}",
            TASKS);
    fclose(out);
    vrrl_graph *graph = NULL;
    vrrl_error error = {0};
    if (parse(text, size, &graph, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    free(text);
    assert_int_equal(graph->task_count, TASKS);
    assert_int_equal(graph->segment_count, TASKS);
    vrrl_check_result *result;
    assert_int_equal(vrrl_check(graph, &(vrrl_check_options){.size = sizeof(vrrl_check_options)},
                                &result, &error),
                     VRRL_OK);
    assert_int_equal(result->verdict, VRRL_CHECK_SAFE);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
}

/* ---- Assignment files ----------------------------------------------------------------------- */

static void assignment_errors_name_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"0 0\n\n# x\n0", ":4: found only 0; expected a worker and a task"},
        {"x 0\n", ":1: the worker is x; expected a number from 0 to 65535"},
        {"65536 0\n", ":1: the worker is 65536; expected a number from 0 to 65535"},
        {"0 embed\n0 nobody\n", ":2: there is no task nobody"},
        {"0 embed\n1 0\n", ":2: task 0 is already assigned, in line 1"},
        {"0 embed\n", ": 65 of 66 tasks have no line, the first is 1 (L0.input_norm)"},
        {"0 embed\n0\t1\r\n\n7", ":4: found only 7; expected a worker and a task"},
        {"", ": 66 of 66 tasks have no line, the first is 0 (embed)"},
    };
    vrrl_graph *graph = load_graph("toy-2l.json");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[] = "/tmp/vrrl-assign-XXXXXX";
        int fd = mkstemp(path);
        assert_int_equal(write(fd, cases[i].text, strlen(cases[i].text)), strlen(cases[i].text));
        close(fd);
        vrrl_assign_options options = {.size = sizeof options, .assign = path};
        vrrl_assignment *assignment;
        vrrl_error error = {0};
        assert_int_equal(vrrl_assignment_create(graph, &options, &assignment, &error), VRRL_PARSE);
        if (!strstr(error.text, cases[i].message))
            fail_msg("expected \"%s\", found \"%s\"", cases[i].message, error.text);
        unlink(path);
    }
    vrrl_assign_options device = {.size = sizeof device, .assign = "/dev/zero"};
    vrrl_assignment *assignment;
    assert_int_equal(vrrl_assignment_create(graph, &device, &assignment, NULL), VRRL_IO);
#ifndef VRRL_SANITIZED
    char path[32];
    int zeros = open("/dev/zero", O_RDONLY);
    snprintf(path, sizeof path, "/dev/fd/%d", zeros);
    vrrl_assign_options endless = {.size = sizeof endless, .assign = path};
    assert_int_equal(vrrl_assignment_create(graph, &endless, &assignment, NULL), VRRL_TOO_LARGE);
    close(zeros);
#endif
    vrrl_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_clear),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(a_value_of_too_many_values_is_refused),
        cmocka_unit_test(random_damage_is_survived),
        cmocka_unit_test(a_million_tasks_are_read_and_checked),
        cmocka_unit_test(assignment_errors_name_the_line),
    };
    return cmocka_run_group_tests_name("malformed graphs", tests, NULL, NULL);
}
