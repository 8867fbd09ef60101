/* The language of machine descriptions: what statements mean, what is refused, and the traps of real machines. */
#include "tensors.h"

/* Two workers of two entries of eight words, unless a test says otherwise. */
static struct words small(void)
{
    return new_words(2, 2, 8);
}

static void set(const struct words *w, uint32_t worker, uint32_t entry, int32_t opcode, int32_t a,
                int32_t b)
{
    int32_t *at = instruction(w, worker, entry);
    at[0] = opcode;
    at[1] = a;
    at[2] = b;
}

#define HEAD                                                                                       \
    "instructions 8 words worker first\n"                                                          \
    "counters C[4]\n"                                                                              \
    "buffer x[16]\n"                                                                               \
    "buffer y[4][8]\n"                                                                             \
    "opcode 0 noop\n"                                                                              \
    "end\n"

/* What is said of both workers' first entries being instruction 1, with 0 and 1 for its first operand. */
static void expect_verdict(const char *rest, const char *verdict, uint64_t pairs)
{
    struct words w = small();
    char text[4096];
    set(&w, 0, 0, 1, 0, 5);
    set(&w, 1, 0, 1, 1, 5);
    snprintf(text, sizeof text, HEAD "%s", rest);
    vrrl_graph *graph = import_words(&w, text, NULL);
    vrrl_check_result *result = check_graph(graph);
    if (strcmp(vrrl_check_verdict_name(result->verdict), verdict) != 0 || result->pairs != pairs)
        fail_msg("%s\nis %s with %llu pairs", rest, vrrl_check_verdict_name(result->verdict),
                 (unsigned long long)result->pairs);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
    free(w.at);
}

/* ---- What statements mean -------------------------------------------------------------------- */

static void test_expressions(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        int value; /* 0 to 15 */
    } rows[] = {
        {"7 / 2", 3},
        {"-7 / 2 + 10", 6},
        {"-7 % 4", 1},
        {"2 + 3 * 4", 14},
        {"(2 + 3) * 2", 10},
        {"3 == 3", 1},
        {"3 != 3", 0},
        {"1 + (2 < 3) + (3 <= 3) + (4 > 3) + (4 >= 4)", 5},
        {"1 and 0 or 1", 1},
        {"0 and w[99]", 0},
        {"1 or w[99]", 1},
        {"w[2]", 5},
        {"b", 5},
        {"w[1 + 1] - 1", 4},
        {"byte(w[2] * 256, 1)", 5},
        {"byte(-1, 3) / 17", 15},
        {"N", 9},
        {"- - 3", 3},
        {"worker * 8 + entry", 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct words w = small();
        char text[1024];
        set(&w, 1, 0, 1, 3, 5);
        snprintf(text, sizeof text,
                 "const N = 3 * 3\n" HEAD "opcode 1 op a b\npart p\nwrites x[%s]\nend\nend\n",
                 rows[i].expression);
        vrrl_graph *graph = import_words(&w, text, NULL);
        if (graph->ranges[0].column_first != (uint64_t)rows[i].value)
            fail_msg("%s is %llu", rows[i].expression,
                     (unsigned long long)graph->ranges[0].column_first);
        vrrl_graph_free(graph);
        free(w.at);
    }
}

static void test_parts_and_order(void **state)
{
    (void)state;
    /* Both write the same: a race; unless the one waits for the other. */
    expect_verdict("opcode 1 op a b\nwrites x\nend\n", "race", 1);
    expect_verdict("opcode 1 op a b\npart p\nwrites x\nend\nend\n", "race", 1);
    expect_verdict("opcode 1 op a b\npart p\nwrites x[8 * a : 8 * a + 8]\nend\nend\n", "safe", 0);
    expect_verdict("opcode 1 op a b\npart p\nwhen a\nwaits C[0] >= 1\nend\nwrites x\n"
                   "signals C[0] += 1\nend\nend\n",
                   "safe", 0);
    expect_verdict(
        "opcode 1 op a b\npart p\nwaits C[0] >= 1\nwrites x\nsignals C[0] += 1\nend\nend\n",
        "deadlock", 0);
    /* An access above its wait comes before it. */
    expect_verdict("opcode 1 op a b\npart p\nwrites x\nwhen a\nwaits C[0] >= 1\nend\n"
                   "signals C[0] += 1\nend\nend\n",
                   "race", 1);
    /* Nothing in a loop whose bounds are the wrong way round; an empty region is none. */
    expect_verdict("opcode 1 op a b\npart p\nrepeat i from 3 to 1\nwrites x\nend\nwrites x[2 : 2]\n"
                   "signals C[0] += 1\nend\nend\n",
                   "safe", 0);
    expect_verdict("opcode 1 op a b\npart p\nlet c = a + 1\nwrites y[c]\nend\nend\n", "safe", 0);
    expect_verdict("opcode 1 op a b\npart p\nwrites y[a : a + 2]\nend\nend\n", "race", 1);
    expect_verdict("opcode 1 op a b\npart p\nwrites y[0][4 * a : 4 * a + 4]\nend\nend\n", "safe",
                   0);
}

/* Trap 2: a worker that is one queue hides what its roles do beside each other. */
static void test_roles(void **state)
{
    (void)state;
    struct words w = new_words(1, 4, 8);
    const char *body = "opcode 1 op a b\n"
                       "part load\nreads x\nsignals C[0] += 1\nend\n"
                       "part store%s\nwrites x\nend\nend\n";
    static const struct {
        const char *roles, *after;
        uint64_t pairs;
    } rows[] = {
        {"", "", 0},                              /* one queue */
        {"roles load store\n", " after load", 6}, /* load i + 1 … beside store i */
        {"roles load store\n", "", 16},
        {"roles load store\nin flight 1\n", " after load", 0},
        {"roles load store\nin flight 2\n", " after load", 3},
        {"roles load store\nin flight 3\n", " after load", 5},
    };
    for (uint32_t e = 0; e < 4; e++)
        set(&w, 0, e, 1, 0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2048], opcode[512];
        snprintf(opcode, sizeof opcode, body, rows[i].after);
        snprintf(text, sizeof text, "%s" HEAD "%s", rows[i].roles, opcode);
        vrrl_graph *graph = import_words(&w, text, NULL);
        vrrl_check_result *result = check_graph(graph);
        if (result->pairs != rows[i].pairs)
            fail_msg("%s%s: %llu pairs", rows[i].roles, rows[i].after,
                     (unsigned long long)result->pairs);
        vrrl_check_result_free(result);
        vrrl_graph_free(graph);
    }
    free(w.at);
}

/* Entries end in order: an empty one is no gap by which two could be in flight more. */
static void test_empty_entries(void **state)
{
    (void)state;
    struct words w = new_words(1, 4, 8);
    const char *text =
        "roles load store\nin flight 2\n" HEAD "opcode 1 op a b\npart load\nreads x\nend\n"
        "part store after load\nwrites x\nend\nend\n";
    set(&w, 0, 0, 1, 0, 0);
    set(&w, 0, 3, 1, 0, 0); /* behind two empty ones: nothing of the first is left */
    vrrl_graph *graph = import_words(&w, text, NULL);
    vrrl_check_result *result = check_graph(graph);
    assert_int_equal(result->pairs, 0);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
    free(w.at);
}

/* Trap 5: two accumulations are no pair, and an update is one with each. */
static void test_accumulations(void **state)
{
    (void)state;
    expect_verdict("opcode 1 op a b\naccumulates x\nend\n", "safe", 0);
    expect_verdict("opcode 1 op a b\nupdates x\nend\n", "race", 1);
}

/* Relaxed operations order nothing, unless the description says so. */
static void test_assumptions(void **state)
{
    (void)state;
    const char *body = "opcode 1 op a b\npart p\nwhen a\nwaits C[0] >= 1 relaxed\nend\nwrites x\n"
                       "signals C[0] += 1 relaxed\nend\nend\n";
    char text[1024];
    expect_verdict(body, "race", 1);
    snprintf(text, sizeof text, "assume release\n%s", body);
    expect_verdict(text, "race", 1);
    snprintf(text, sizeof text, "assume acquire\n%s", body);
    expect_verdict(text, "race", 1);
    snprintf(text, sizeof text, "assume release acquire\n%s", body);
    expect_verdict(text, "safe", 0);
}

/* A wait for one value: fine where the counter gets no further before it, else some run misses it. */
static void test_values(void **state)
{
    (void)state;
    const char *body = "opcode 1 op a b\n%s\nwhen a\nwaits C[0] == 1\nend\nwrites x[a]\n"
                       "signals C[0] += %s\nend\n";
    char text[512];
    snprintf(text, sizeof text, body, "", "1"); /* the second signal comes behind the wait */
    expect_verdict(text, "safe", 0);
    snprintf(text, sizeof text, body, "", "2"); /* the first jumps over it */
    expect_verdict(text, "deadlock", 0);
    snprintf(text, sizeof text, body, "", "1 - a");
    expect_verdict(text, "safe", 0);
    snprintf(text, sizeof text, body, "signals C[0] += 1 - a", "1 - a"); /* the first one twice */
    expect_verdict(text, "deadlock", 0);
}

/* Trap 10: an opcode of -1 is 0xFFFFFFFF. */
static void test_negative_opcodes(void **state)
{
    (void)state;
    struct words w = small();
    set(&w, 0, 0, 1, 0, 0);
    set(&w, 0, 1, -1, 0, 0);
    const char *text = HEAD "opcode -1 stop\nend\nopcode 1 op a b\nwrites x\nend\n";
    vrrl_graph *graph = import_words(&w, text, NULL);
    assert_int_equal(graph->task_count, 1);
    assert_int_equal(graph->import->empty, 3);
    vrrl_graph_free(graph);
    free(w.at);
}

/* Entry first: the same instructions, laid out the other way round. */
static void test_entry_first(void **state)
{
    (void)state;
    struct words w = new_words(3, 2, 8); /* three entries of two workers */
    set(&w, 0, 0, 1, 0, 0);
    set(&w, 0, 1, 1, 1, 0);
    set(&w, 2, 1, 1, 2, 0);
    char *text =
        replaced(strdup(HEAD "opcode 1 op a b\nwrites x[a]\nend\n"), "worker first", "entry first");
    vrrl_graph *graph = import_words(&w, text, NULL);
    assert_int_equal(graph->task_count, 3);
    assert_int_equal(graph->import->workers, 2);
    assert_non_null(strstr(vrrl_graph_label(graph, 2), "op(a 2, b 0), worker 1, entry 2"));
    vrrl_graph_free(graph);
    free(text);
    free(w.at);
}

static void test_order(void **state)
{
    (void)state;
    struct words w = small();
    set(&w, 0, 0, 2, 1, 7);
    set(&w, 0, 1, 1, 1, 0);
    set(&w, 1, 0, 1, 0, 0);
    set(&w, 1, 1, 3, 0, 0);
    char *text =
        strdup("order opcode == last, layer, opcode\n" HEAD "opcode 3 last\nwrites x[3]\nend\n"
               "opcode 1 first layer\nwrites x[1]\nend\n"
               "opcode 2 second layer\nwrites x[2]\nend\n");
    static const char *const labels[] = {"first(layer 0)", "first(layer 1)", "second(layer 1)",
                                         "last()"};
    vrrl_graph *graph = import_words(&w, text, NULL);
    assert_int_equal(graph->order, VRRL_GRAPH_ORDER_DECLARED);
    for (uint32_t i = 0; i < 4; i++)
        assert_memory_equal(vrrl_graph_label(graph, i), labels[i], strlen(labels[i]));
    vrrl_graph_free(graph);
    free(text);
    free(w.at);
}

/* ---- What is refused ------------------------------------------------------------------------- */

static const struct {
    const char *text, *error;
} bad[] = {
    {"opcode 1 op a\nwrites x[20]\nend\n", "index 20 of dimension 0 of x, which has 16"},
    {"opcode 1 op a\nwrites x[4 : 3]\nend\n", "index 3 of dimension 0"},
    {"opcode 1 op a\nwrites x[a - 1]\nend\n", "index -1 of dimension 0"},
    {"opcode 1 op a\nwaits C[4] >= 1\nend\n", "index 4 of dimension 0 of C"},
    {"opcode 1 op a\nwaits C[0] >= a - 1\nend\n", "is -1, expected 0 to 4294967295"},
    {"opcode 1 op a\nsignals C[0] += a - 1\nend\n", "the amount is -1"},
    {"opcode 1 op a\nwrites x[w[8]]\nend\n", "word 8 of an instruction of 8 words"},
    {"opcode 1 op a\nwrites x[3 / a]\nend\n", "a division by 0"},
    {"opcode 1 op a\nwrites x[byte(a, 4)]\nend\n", "bytes 0 to 3"},
    {"opcode 1 op a\nwrites x[1099511627776 * 4]\nend\n", "does not fit in a word"},
    {"opcode 1 op a\nwrites x[4294967295 * 4294967295]\nend\n", "beyond 2^40"},
    {"opcode 1 op a\nwrites y[0 : 2][0 : 4][0]\nend\n", "more indices than y has dimensions"},
    {"buffer z[4][4][4]\nopcode 1 op a\nwrites z[0 : 2][0 : 2]\nend\n", "no rectangle"},
    {"opcode 1 op a\nwrites z\nend\n", "there is no name `z`"},
    {"opcode 1 op a\nwrites C\nend\n", "expected a buffer, and `C` is none"},
    {"opcode 1 op a\nwaits x >= 1\nend\n", "expected a counter, and `x` is none"},
    {"opcode 1 op a\nwaits C >= 1\nend\n", "0 indices, and C has 1 dimension"},
    {"opcode 1 op a\nwrites x[layr]\nend\n", "there is no name `layr`"},
    {"opcode 1 op layer\nwrites x[layr]\nend\n", "did you mean `layer`?"},
    {"opcode 1 op a\nwrites x[op]\nend\n", "expected a value, and `op` is none"},
    {"opcode 1 op a\nwrite x\nend\n", "did you mean `writes`?"},
    {"opcode 1 op a\nwrites x\n", "expected a statement of an opcode, found the end of the file"},
    {"opcode 1 op a\nwaits C[0] > 1\nend\n", "expected `>=`"},
    {"opcode 1 op a\nsignals C[0] = 1\nend\n", "expected `+=`"},
    {"opcode 1 op a\nrepeat i of 4\nend\nend\n", "expected `from`"},
    {"opcode 1 op a\nlet a\nend\n", "expected `=`"},
    {"opcode 1 op a a\nend\n", "an operand of this name is there already"},
    {"opcode 1 op a b c d e f g h\nend\n", "more operands than an instruction has words"},
    {"opcode 1 op a\nend\nopcode 1 other\nend\n", "opcode 1 is described on line 7 already"},
    {"opcode 0 other\nend\n", "opcode 0 is described on line"},
    {"opcode 1 op a\npart p\npart q\nend\nend\nend\n", "a part inside another"},
    {"opcode 1 op a\npart p\nend\nwrites x\nend\n", "outside of parts"},
    {"opcode 1 op a\npart p after p\nend\nend\n", "parts of one role"},
    {"opcode 1 op a\nrepeat i from 0 to 2000000000\nend\nwrites x\nend\n", "more than 134217728"},
    {"buffer x[3]\n", "`x` is declared on line"},
    {"buffer z[0]\n", "a length is 0, expected 1 to"},
    {"buffer z[w[1]]\n", "there is no name `w`"},
    {"buffer z[1048576][1048576][2]\n", "more than 2^40 elements"},
    {"buffer z[4] weight\nopcode 1 op a\nwrites z\nend\n", "z is read-only"},
    {"const N = 1 / 0\n", "is not known here"},
    {"const and = 1\n", "a word of the language"},
    {"instructions 8 words worker first\n", "a second `instructions`"},
    {"in flight 0\n", "expected 1 to 1024"},
    {"assume nothing\n", "expected `release` or `acquire`"},
    {"order a,\n", "expected a value"},
    {"order nobody\nopcode 1 op a\nwrites x\nend\n", "there is no name `nobody`"},
    {"table T\n", "the table `T` has no tensor"},
    {"opcodes 3\n", "did you mean `opcode`?"},
    {"opcode 2 two\nwrites x\nend\n", "has the opcode 1, which m.mkd does not describe"},
    {"opcode 1 op\nend\n", "no instruction does anything"},
};

static void expect_refused(const struct words *w, const char *text, const char *expected)
{
    vrrl_graph *graph;
    vrrl_error error = {0};
    if (try_import(w, text, NULL, &graph, &error) == VRRL_OK)
        fail_msg("%s\nis taken", text);
    if (!strstr(error.text, expected))
        fail_msg("%s\nsays %s\nand not `%s`", text, error.text, expected);
    assert_memory_equal(error.fix, "Fix: ", 5);
    assert_true(strstr(error.text, "m.mkd") || strstr(error.text, "t.npy"));
}

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct words w = small();
        char text[2048];
        set(&w, 1, 0, 1, 0, 0);
        snprintf(text, sizeof text, HEAD "%s", bad[i].text);
        expect_refused(&w, text, bad[i].error);
        free(w.at);
    }
}

/* Where it came up, in both files. */
static void test_places(void **state)
{
    (void)state;
    struct words w = small();
    set(&w, 1, 1, 1, 77, 0);
    expect_refused(&w, HEAD "opcode 1 op a b\nwrites x[a]\nend\n",
                   "m.mkd:8:1: index 77 of dimension 0 of x, which has 16 (t.npy, worker 1, entry "
                   "1: op 77 0)");
    expect_refused(&w, "roles a b\n" HEAD "opcode 1 op\npart c\nend\nend\n", "expected a role");
    expect_refused(&w, "roles a b\n" HEAD "opcode 1 op\nwrites x\nend\n", "outside of parts");
    expect_refused(&w, "opcode 1 op\nend\n", "before `instructions`");
    expect_refused(&w, "instructions 8 words worker first\n", "no opcode is described");
    expect_refused(&w, "instructions 9 words worker first\nopcode 0 op\nend\n",
                   "has the shape (2, 2, 8); m.mkd expects (workers, entries, 9)");
    free(w.at);
}

static void test_options(void **state)
{
    (void)state;
    static const vrrl_machine_const n[] = {{"N", 12}};
    static const vrrl_machine_table t[] = {
        {.name = "T", .path = VRRL_TEST_DATA "/import/hazy-latency-tiny-sm12-rr.npy.zst"}};
    const vrrl_machine_options both = {
        .size = sizeof both, .consts = n, .const_count = 1, .tables = t, .table_count = 1};
    struct words w = small();
    vrrl_graph *graph;
    vrrl_error error = {0};
    set(&w, 0, 0, 1, 0, 0);
    graph = import_words(
        &w, "const N = 3\ntable T\n" HEAD "opcode 1 op a b\nwrites x[N + T[0][1][0]]\nend\n",
        &both);
    assert_int_equal(graph->ranges[0].column_first, 14); /* the tiny one's second opcode is 2 */
    vrrl_graph_free(graph);
    assert_int_not_equal(try_import(&w, HEAD, &both, &graph, &error), VRRL_OK);
    assert_non_null(strstr(error.text, "--set N: m.mkd declares no const of this name"));
    assert_int_not_equal(
        try_import(&w, "const N = 3\ntable T\n" HEAD "opcode 1 op a b\nwrites x[T[0][1]]\nend\n",
                   &both, &graph, &error),
        VRRL_OK);
    assert_non_null(strstr(error.text, "2 indices, and the table has 3 dimensions"));
    assert_int_not_equal(try_import(&w,
                                    "const N = 3\ntable T\n" HEAD
                                    "opcode 1 op a b\nwrites x[T[0][99][0]]\nend\n",
                                    &both, &graph, &error),
                         VRRL_OK);
    assert_non_null(strstr(error.text, "index 99 of a table"));
    free(w.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions),   cmocka_unit_test(test_parts_and_order),
        cmocka_unit_test(test_roles),         cmocka_unit_test(test_empty_entries),
        cmocka_unit_test(test_accumulations), cmocka_unit_test(test_assumptions),
        cmocka_unit_test(test_values),        cmocka_unit_test(test_negative_opcodes),
        cmocka_unit_test(test_entry_first),   cmocka_unit_test(test_order),
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_places),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
