/* The lint of graphs: the cases, random mutants of real graphs and random grids, each held to a naive
 * computation over single elements. */
#include "vrrl/analysis/check.h"
#include "vrrl/run/lint.h"

#include "base/random.h"
#include "base/spelling.h"

#include "graphs.h"

/* ---- A second, slow implementation ---------------------------------------------------------- */

/* An element a byte: 1 read, 2 written. */
static uint8_t *elements_of(const vrrl_graph *graph, uint32_t buffer)
{
    const vrrl_graph_buffer *b = &graph->buffers[buffer];
    uint8_t *elements = calloc(b->rows * b->columns, 1);
    for (uint32_t i = 0; i < graph->access_count; i++) {
        const vrrl_graph_access *a = &graph->accesses[i];
        const vrrl_graph_range *r = &graph->ranges[a->range];
        bool reads = a->kind == VRRL_ACCESS_READ || a->kind == VRRL_ACCESS_READ_WRITE;
        bool writes = a->kind != VRRL_ACCESS_READ;
        for (uint64_t y = r->row_first; r->buffer == buffer && y < r->row_end; y++)
            for (uint64_t x = r->column_first; x < r->column_end; x++)
                elements[y * b->columns + x] |= (uint8_t)(reads | writes << 1);
    }
    return elements;
}

static bool made_in_step(vrrl_buffer_kind kind)
{
    return kind == VRRL_BUFFER_ACTIVATION || kind == VRRL_BUFFER_IO_OUTPUT;
}

static uint64_t count_unwritten(const vrrl_graph *graph, uint32_t buffer, const uint8_t *elements)
{
    const vrrl_graph_buffer *b = &graph->buffers[buffer];
    uint64_t count = 0;
    for (uint64_t i = 0; i < b->rows * b->columns; i++)
        count += made_in_step(b->kind) && elements[i] == 1;
    return count;
}

static bool touches(const vrrl_graph *graph, uint32_t task, const vrrl_graph_range *hole)
{
    const vrrl_graph_task *t = &graph->tasks[task];
    for (uint32_t i = 0; i < t->access_count; i++) {
        const vrrl_graph_access *a = &graph->accesses[t->first_access + i];
        const vrrl_graph_range *r = &graph->ranges[a->range];
        if ((a->kind == VRRL_ACCESS_READ || a->kind == VRRL_ACCESS_READ_WRITE) &&
            r->buffer == hole->buffer && r->row_first < hole->row_end &&
            hole->row_first < r->row_end && r->column_first < hole->column_end &&
            hole->column_first < r->column_end)
            return true;
    }
    return false;
}

/* Elements of the hole, each of which must be unwritten and in no hole before. */
static uint64_t take_hole(const vrrl_graph *graph, const vrrl_lint_hole *hole, uint8_t *elements)
{
    const vrrl_graph_range *r = &hole->range;
    uint32_t readers = 0, first = VRRL_GRAPH_NONE;
    for (uint64_t y = r->row_first; y < r->row_end; y++)
        for (uint64_t x = r->column_first; x < r->column_end; x++) {
            uint8_t *element = &elements[y * graph->buffers[r->buffer].columns + x];
            assert_int_equal(*element, 1);
            *element = 4;
        }
    for (uint32_t t = 0; t < graph->task_count; t++)
        if (touches(graph, t, r) && readers++ == 0)
            first = t;
    assert_int_equal(hole->readers, readers);
    assert_int_equal(hole->reader, first);
    return (r->row_end - r->row_first) * (r->column_end - r->column_first);
}

/* Whether there are holes; where not all are kept, those that are. */
static bool compare(const vrrl_graph *graph)
{
    vrrl_graph_lint *lint = NULL;
    uint64_t unwritten = 0, taken = 0;
    assert_int_equal(vrrl_graph_lint_create(graph, &lint, NULL), VRRL_OK);
    uint32_t at = 0;
    for (uint32_t b = 0; b < graph->buffer_count; b++) {
        if (!made_in_step(graph->buffers[b].kind))
            continue;
        uint8_t *elements = elements_of(graph, b);
        unwritten += count_unwritten(graph, b, elements);
        for (; at < lint->hole_count && lint->holes[at].range.buffer == b; at++)
            taken += take_hole(graph, &lint->holes[at], elements);
        free(elements);
    }
    assert_int_equal(at, lint->hole_count);
    if (lint->hole_total == lint->hole_count)
        assert_int_equal(taken, unwritten);
    else
        assert_true(taken < unwritten);
    vrrl_graph_lint_free(lint);
    return unwritten > 0;
}

/* ---- Random grids --------------------------------------------------------------------------- */

static vrrl_graph_range random_range(uint64_t *seed, const vrrl_graph *graph)
{
    uint32_t b = random_below(seed, graph->buffer_count);
    uint32_t rows = (uint32_t)graph->buffers[b].rows, columns = (uint32_t)graph->buffers[b].columns;
    uint32_t row = random_below(seed, rows), column = random_below(seed, columns);
    return (vrrl_graph_range){.buffer = b,
                              .row_first = row,
                              .row_end = row + 1 + random_below(seed, rows - row),
                              .column_first = column,
                              .column_end = column + 1 + random_below(seed, columns - column)};
}

static vrrl_graph *random_grids(uint64_t seed)
{
    vrrl_graph *graph;
    vrrl_graph_text name;
    assert_int_equal(vrrl_graph_create("random", &graph, NULL), VRRL_OK);
    vrrl_graph_add_text(graph, "t", &name, NULL);
    for (uint32_t b = 0; b < 4; b++)
        vrrl_graph_add_buffer(graph,
                              &(vrrl_graph_buffer){.id = b,
                                                   .name = name,
                                                   .kind = (vrrl_buffer_kind)random_below(&seed, 6),
                                                   .rows = 1 + random_below(&seed, 9),
                                                   .columns = 1 + random_below(&seed, 9)},
                              NULL);
    vrrl_graph_index(graph, NULL);
    for (uint32_t t = 0, tasks = 1 + random_below(&seed, 12); t < tasks; t++) {
        vrrl_graph_task task = {.id = t, .op = name, .label = name, .worker = VRRL_GRAPH_NONE};
        vrrl_graph_add_task(graph, &task, NULL);
        for (uint32_t i = 0, accesses = random_below(&seed, 5); i < accesses; i++) {
            vrrl_graph_range range = random_range(&seed, graph);
            vrrl_graph_add_access(graph, &range, (vrrl_access_kind)random_below(&seed, 4), 0, NULL);
        }
    }
    assert_int_equal(vrrl_graph_finish(graph, NULL), VRRL_OK);
    return graph;
}

static void grids_agree_element_by_element(void **state)
{
    (void)state;
    uint32_t with_holes = 0, graphs = 3000;
    for (uint64_t seed = 1; seed <= graphs; seed++) {
        vrrl_graph *graph = random_grids(seed);
        bool holes = compare(graph);
        vrrl_check_result *result;
        assert_int_equal(vrrl_check(graph,
                                    &(vrrl_check_options){.size = sizeof(vrrl_check_options),
                                                          .verdict_only = true},
                                    &result, NULL),
                         VRRL_OK);
        /* Tasks without waits: a pair that overlaps is a race, else the hole decides. */
        assert_int_equal(result->verdict, result->pairs > 0 ? VRRL_CHECK_RACY
                                          : holes           ? VRRL_CHECK_UNWRITTEN
                                                            : VRRL_CHECK_SAFE);
        with_holes += holes;
        vrrl_check_result_free(result);
        vrrl_graph_free(graph);
    }
    print_message("%u of %u graphs have holes\n", with_holes, graphs);
    assert_in_range(with_holes, graphs / 10, graphs * 9 / 10);
}

/* ---- Mutants of real graphs ------------------------------------------------------------------ */

static json_t *load_json(const char *name)
{
    char path[8192];
    snprintf(path, sizeof path, VRRL_TEST_DATA "/%s", name);
    json_t *document = json_load_file(path, 0, NULL);
    assert_non_null(document);
    return document;
}

static vrrl_graph *parse_json(const json_t *document)
{
    vrrl_graph *graph = NULL;
    vrrl_error error = {0};
    char *text = json_dumps(document, JSON_COMPACT);
    if (vrrl_graph_parse(text, strlen(text), "mutant.json", &graph, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    free(text);
    return graph;
}

static json_t *random_task(const json_t *document, uint64_t *seed)
{
    json_t *tasks = json_object_get(document, "tasks");
    return json_array_get(tasks, random_below(seed, (uint32_t)json_array_size(tasks)));
}

/* A tile gone, or smaller, or in its neighbour's place: nobody writes where it was. */
static void make_hole(json_t *document, uint64_t *seed)
{
    json_t *tasks = json_object_get(document, "tasks"), *task = random_task(document, seed);
    json_t *params = json_object_get(task, "params");
    json_int_t width = json_integer_value(json_object_get(params, "N_tile"));
    json_int_t offset = json_integer_value(json_object_get(params, "n_off"));
    uint32_t at = random_below(seed, 3);
    if (at == 0 || width == 0)
        json_array_remove(tasks, random_below(seed, (uint32_t)json_array_size(tasks)));
    else if (at == 1 && width > 1)
        json_object_set_new(params, "N_tile",
                            json_integer(1 + random_below(seed, (uint32_t)width - 1)));
    else if (offset >= width)
        json_object_set_new(params, "n_off", json_integer(offset - width));
}

static void mutants_of(const char *name, uint32_t mutants)
{
    json_t *original = load_json(name);
    uint32_t with_holes = 0;
    for (uint64_t seed = 1; seed <= mutants; seed++) {
        uint64_t random = seed;
        json_t *document = json_deep_copy(original);
        for (uint32_t edits = random_below(&random, 4); edits > 0; edits--)
            make_hole(document, &random);
        vrrl_graph *graph = parse_json(document);
        bool holes = compare(graph);
        vrrl_check_result *result;
        assert_int_equal(vrrl_check(graph,
                                    &(vrrl_check_options){.size = sizeof(vrrl_check_options)},
                                    &result, NULL),
                         VRRL_OK);
        assert_int_equal(result->lint->hole_total > 0, holes);
        assert_true(result->verdict != VRRL_CHECK_SAFE || !holes);
        assert_true(result->verdict != VRRL_CHECK_UNWRITTEN || holes);
        with_holes += holes;
        vrrl_check_result_free(result);
        vrrl_graph_free(graph);
        json_decref(document);
    }
    print_message("%s: %u of %u mutants have holes\n", name, with_holes, mutants);
    assert_in_range(with_holes, mutants / 4, mutants);
    json_decref(original);
}

static void mutants_of_real_graphs_agree(void **state)
{
    (void)state;
    mutants_of("programs/toy-2l.json", 300);
    mutants_of("cases/tile-nobody-writes.json", 100);
}

/* ---- Slips ---------------------------------------------------------------------------------- */

static void swap_letters(char *text, uint64_t *seed)
{
    size_t length = strlen(text);
    for (;;) {
        size_t at = random_below(seed, (uint32_t)length - 1);
        char first = text[at];
        if (first == text[at + 1])
            continue;
        text[at] = text[at + 1];
        text[at + 1] = first;
        return;
    }
}

static void drop_letter(char *text, uint64_t *seed)
{
    size_t at = random_below(seed, (uint32_t)strlen(text));
    memmove(text + at, text + at + 1, strlen(text + at));
}

static void misspell(char *text, uint64_t *seed)
{
    if (random_below(seed, 2))
        swap_letters(text, seed);
    else
        drop_letter(text, seed);
}

static bool warns(const vrrl_graph_lint *lint, vrrl_lint_kind kind, const char *first,
                  const char *second)
{
    for (uint32_t i = 0; i < lint->warning_count; i++)
        if (lint->warnings[i].kind == kind && strstr(lint->warnings[i].text, first) &&
            strstr(lint->warnings[i].text, second))
            return true;
    return false;
}

static vrrl_graph_lint *lint_of(const json_t *document)
{
    vrrl_graph *graph = parse_json(document);
    vrrl_graph_lint *lint = NULL;
    assert_int_equal(vrrl_graph_lint_create(graph, &lint, NULL), VRRL_OK);
    vrrl_graph_free(graph);
    return lint;
}

static void a_misspelt_opcode_is_said(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t random = seed;
        json_t *document = load_json("cases/tile-nobody-writes.json"), *task;
        char op[32], meant[64];
        do
            task = random_task(document, &random);
        while (strcmp(json_string_value(json_object_get(task, "op")), "GEMV_TILE") != 0);
        snprintf(op, sizeof op, "GEMV_TILE");
        misspell(op, &random);
        json_object_set_new(task, "op", json_string(op));
        snprintf(meant, sizeof meant, "opcode %s occurs once beside", op);
        vrrl_graph_lint *lint = lint_of(document);
        assert_true(warns(lint, VRRL_LINT_OPCODE, meant, "did you mean GEMV_TILE?"));
        assert_int_equal(lint->warnings[0].kind, VRRL_LINT_OPCODE);
        vrrl_graph_lint_free(lint);
        json_decref(document);
    }
}

static void a_tile_misspelt_everywhere_is_said(void **state)
{
    (void)state;
    json_t *document = load_json("programs/toy-2l.json"), *task;
    size_t i;
    json_array_foreach(
        json_object_get(document, "tasks"), i,
        task) if (strcmp(json_string_value(json_object_get(task, "op")), "GEMV_TILE") == 0)
        json_object_set_new(task, "op", json_string("GEMV_TLE"));
    vrrl_graph_lint *lint = lint_of(document);
    assert_true(warns(lint, VRRL_LINT_OPCODE, "GEMV_TLE occurs 40 times", "mean GEMV_TILE?"));
    vrrl_graph_lint_free(lint);
    json_decref(document);
}

/* Moves the value of `key` to another key. */
static void rename_key(json_t *object, const char *key, const char *name)
{
    json_object_set(object, name, json_object_get(object, key));
    json_object_del(object, key);
}

static void a_misspelt_key_is_said(void **state)
{
    (void)state;
    static const char *const keys[] = {"waits", "label", "params"};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t random = seed;
        json_t *document = load_json("programs/toy-2l.json"), *task;
        const char *key = keys[random_below(&random, 3)];
        char name[32], unknown[64], meant[64];
        do
            task = random_task(document, &random);
        while (strcmp(json_string_value(json_object_get(task, "op")), "ADD") != 0);
        snprintf(name, sizeof name, "%s", key);
        misspell(name, &random);
        rename_key(task, key, name);
        snprintf(unknown, sizeof unknown, "unknown key %s;", name);
        snprintf(meant, sizeof meant, "did you mean %s?", key);
        vrrl_graph_lint *lint = lint_of(document);
        assert_true(warns(lint, VRRL_LINT_KEY, unknown, meant));
        vrrl_graph_lint_free(lint);
        json_decref(document);
    }
}

static void keys_elsewhere_are_said_too(void **state)
{
    (void)state;
    json_t *document = load_json("programs/toy-2l.json");
    json_t *buffer = json_array_get(json_object_get(document, "buffers"), 3);
    json_t *counter = json_array_get(json_object_get(document, "counters"), 5);
    rename_key(json_object_get(document, "target"), "num_sms", "num_sm");
    rename_key(counter, "init", "inti");
    json_object_set_new(buffer, "shap", json_null());
    rename_key(document, "pages", "page");
    vrrl_graph_lint *lint = lint_of(document);
    assert_true(warns(lint, VRRL_LINT_KEY, "target: unknown key num_sm;", "mean num_sms?"));
    assert_true(warns(lint, VRRL_LINT_KEY, "counter 5: unknown key inti;", "mean init?"));
    assert_true(warns(lint, VRRL_LINT_KEY, "buffer 3: unknown key shap;", "mean shape?"));
    assert_true(warns(lint, VRRL_LINT_KEY, "the document: unknown key page;", "mean pages?"));
    assert_int_equal(lint->warning_count, 4);
    vrrl_graph_lint_free(lint);
    json_decref(document);
}

static void labels_that_two_tasks_have_are_said(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        uint64_t random = seed;
        json_t *document = load_json("programs/toy-2l.json");
        json_t *a = random_task(document, &random), *b;
        char ids[64];
        do
            b = random_task(document, &random);
        while (a == b);
        json_object_set(b, "label", json_object_get(a, "label"));
        json_int_t first = json_integer_value(json_object_get(a, "id"));
        json_int_t second = json_integer_value(json_object_get(b, "id"));
        snprintf(ids, sizeof ids, "the first are %lld and %lld",
                 (long long)(first < second ? first : second),
                 (long long)(first < second ? second : first));
        vrrl_graph_lint *lint = lint_of(document);
        assert_int_equal(lint->warning_count, 1);
        assert_true(
            warns(lint, VRRL_LINT_LABEL, json_string_value(json_object_get(a, "label")), ids));
        vrrl_graph_lint_free(lint);
        json_decref(document);
    }
}

static void what_nobody_reads_or_writes_is_said(void **state)
{
    (void)state;
    json_t *document = load_json("programs/toy-2l.json"),
           *tasks = json_object_get(document, "tasks");
    json_t *last = json_array_get(tasks, json_array_size(tasks) - 1);
    char text[64];
    assert_string_equal(json_string_value(json_object_get(last, "op")), "GEMV_TILE");
    json_int_t offset =
        json_integer_value(json_object_get(json_object_get(last, "params"), "n_off"));
    json_array_remove(tasks, json_array_size(tasks) - 1);
    snprintf(text, sizeof text, "no task writes logits[%lld:256]", (long long)offset);
    vrrl_graph_lint *lint = lint_of(document);
    assert_int_equal(lint->hole_total, 0); /* the host reads it, not a task */
    assert_true(warns(lint, VRRL_LINT_OUTPUT, text, "which is IO_OUTPUT"));
    vrrl_graph_lint_free(lint);
    /* Without the last norm and what follows it nobody reads what the layers made. */
    while (json_array_size(tasks) > 0 &&
           strcmp(json_string_value(
                      json_object_get(json_array_get(tasks, json_array_size(tasks) - 1), "label")),
                  "L1.swiglu") != 0)
        json_array_remove(tasks, json_array_size(tasks) - 1);
    lint = lint_of(document);
    assert_true(warns(lint, VRRL_LINT_UNREAD, "no task reads L1.act[0:128], which task",
                      "(L1.swiglu) writes"));
    assert_true(warns(lint, VRRL_LINT_UNREAD, "no task reads lm_head.weight", "WEIGHT"));
    vrrl_graph_lint_free(lint);
    json_decref(document);
}

static void real_graphs_have_no_warnings(void **state)
{
    (void)state;
    static const char *const names[] = {"toy-2l.json", "llama-3.2-1b.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        vrrl_graph *graph = load_graph(names[i]);
        vrrl_graph_lint *lint = NULL;
        assert_int_equal(vrrl_graph_lint_create(graph, &lint, NULL), VRRL_OK);
        assert_int_equal(lint->warning_count, 0);
        assert_int_equal(lint->hole_total, 0);
        vrrl_graph_lint_free(lint);
        vrrl_graph_free(graph);
    }
}

static void names_that_are_near(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool near;
    } cases[] = {
        {"GEMV_TIEL", "GEMV_TILE", true},
        {"gemv_tile", "GEMV_TILE", true},
        {"GEMV_TILE", "GEMV_TILE", false},
        {"ROPE", "ROEP", true},
        {"wait", "waits", true},
        {"label", "lbael", true},
        {"ATTN_0", "ATTN_1", false},
        {"GEMV_1_TILE", "GEMV_12_TILE", false},
        {"ADD", "MUL", false},
        {"RMSNORM", "LAYERNORM", false},
        {"SILU_MUL", "GELU_MUL", true},
        {"id", "op", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(spelling_is_near(cases[i].a, cases[i].b), cases[i].near);
        assert_int_equal(spelling_is_near(cases[i].b, cases[i].a), cases[i].near);
    }
}

/* ---- The cases, and what is refused ---------------------------------------------------------- */

static void a_tile_that_nobody_writes_is_named(void **state)
{
    (void)state;
    json_t *document = load_json("cases/tile-nobody-writes.json");
    vrrl_graph *graph = parse_json(document);
    vrrl_check_result *result;
    assert_int_equal(
        vrrl_check(graph, &(vrrl_check_options){.size = sizeof(vrrl_check_options)}, &result, NULL),
        VRRL_OK);
    assert_int_equal(result->verdict, VRRL_CHECK_UNWRITTEN);
    assert_int_equal(result->lint->hole_total, 1);
    assert_string_equal(result->lint->holes[0].name, "L0.g[240:256]");
    assert_int_equal(result->lint->holes[0].writers, 15);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
    json_decref(document);
}

static void an_empty_graph_is_refused(void **state)
{
    (void)state;
    const char *text = "{\"ir_version\":\"0.2\",\"buffers\":[],\"counters\":[],\"tasks\":[]}";
    vrrl_graph *graph;
    vrrl_error error = {0};
    assert_int_equal(vrrl_graph_parse(text, strlen(text), "e.json", &graph, &error), VRRL_PARSE);
    assert_string_equal(error.text, "e.json: there are no tasks; expected at least one");
}

static void a_missing_key_tells_of_one_that_is_near(void **state)
{
    (void)state;
    json_t *document = load_json("programs/toy-2l.json");
    json_t *task = json_array_get(json_object_get(document, "tasks"), 2);
    rename_key(json_object_get(task, "params"), "n_off", "n_of");
    char *text = json_dumps(document, JSON_COMPACT);
    vrrl_graph *graph;
    vrrl_error error = {0};
    assert_int_equal(vrrl_graph_parse(text, strlen(text), "m.json", &graph, &error), VRRL_PARSE);
    if (!strstr(error.text, "params.n_off is missing (was n_of meant to be it?); expected"))
        fail_msg("%s", error.text);
    free(text);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grids_agree_element_by_element),
        cmocka_unit_test(mutants_of_real_graphs_agree),
        cmocka_unit_test(a_misspelt_opcode_is_said),
        cmocka_unit_test(a_tile_misspelt_everywhere_is_said),
        cmocka_unit_test(a_misspelt_key_is_said),
        cmocka_unit_test(keys_elsewhere_are_said_too),
        cmocka_unit_test(labels_that_two_tasks_have_are_said),
        cmocka_unit_test(what_nobody_reads_or_writes_is_said),
        cmocka_unit_test(real_graphs_have_no_warnings),
        cmocka_unit_test(names_that_are_near),
        cmocka_unit_test(a_tile_that_nobody_writes_is_named),
        cmocka_unit_test(an_empty_graph_is_refused),
        cmocka_unit_test(a_missing_key_tells_of_one_that_is_near),
    };
    return cmocka_run_group_tests_name("lint of graphs", tests, NULL, NULL);
}
