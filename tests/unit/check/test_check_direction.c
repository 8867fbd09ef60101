/* Which of two that race was meant to come first: by what they wait for, by who makes what the other reads, and
 * by the order of the file. Ids tell nothing of it, and where nothing does, that is said. */
#include "graphs.h"

#include "vrrl/analysis/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TASKS = 66 };

static char *text_of(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, VRRL_TEST_DATA "/programs/%s", name);
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    long size = ftell(in);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    rewind(in);
    assert_int_equal(fread(text, 1, (size_t)size, in), (size_t)size);
    text[size] = '\0';
    fclose(in);
    return text;
}

/* The graph with other ids of its tasks, which stay where they are in the file. */
static void write_with_ids(const char *text, const char *path, uint32_t factor)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    for (const char *at = text; *at;) {
        unsigned id;
        int end = 0;
        if (sscanf(at, "\"id\": %u, \"op\"%n", &id, &end) == 1 && end > 0) {
            fprintf(out, "\"id\": %u, \"op\"", id * factor % (TASKS + 1));
            at += end;
        } else {
            fputc(*at++, out);
        }
    }
    fclose(out);
}

static vrrl_check_result *check_file(const char *path, vrrl_graph **graph)
{
    vrrl_check_options options = {.size = sizeof options, .no_lint = true};
    vrrl_check_result *result;
    vrrl_error error = {0};
    if (vrrl_graph_load(path, graph, &error) || vrrl_check(*graph, &options, &result, &error))
        fail_msg("%s: %s", path, error.text);
    return result;
}

static void the_same(const char *name, const vrrl_graph *g, const vrrl_check_result *a,
                     const vrrl_graph *h, const vrrl_check_result *b)
{
    assert_int_equal(a->race_count, b->race_count);
    assert_true(a->race_count > 0);
    for (uint32_t i = 0; i < a->race_count; i++) {
        const vrrl_check_race *x = &a->races[i], *y = &b->races[i];
        assert_true(x->order_known && y->order_known);
        for (int k = 0; k < 2; k++) {
            const char *left = vrrl_graph_label(g, x->pair.tasks[k]);
            const char *right = vrrl_graph_label(h, y->pair.tasks[k]);
            if (strcmp(left, right) != 0 || x->pair.kinds[k] != y->pair.kinds[k])
                fail_msg("%s: %s, with other ids %s", name, left, right);
        }
    }
    for (int k = 0; k < 2; k++)
        assert_string_equal(vrrl_graph_label(g, a->first.tasks[k]),
                            vrrl_graph_label(h, b->first.tasks[k]));
}

static void ids_tell_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {
        "toy-2l.drop-wait-1.json", "toy-2l.drop-wait-2.json",     "toy-2l.partial-wait-1.json",
        "toy-2l.overlap-1.json",   "toy-2l.wrong-counter-1.json", "toy-2l.wrong-counter-2.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[] = "/tmp/vrrl-direction-XXXXXX";
        vrrl_graph *graph, *other;
        char *text = text_of(names[i]);
        int file = mkstemp(path);
        assert_true(file >= 0);
        close(file);
        write_with_ids(text, path, 1);
        vrrl_check_result *result = check_file(path, &graph);
        for (uint32_t factor = 2; factor < 40; factor += 13) {
            write_with_ids(text, path, factor);
            vrrl_check_result *again = check_file(path, &other);
            the_same(names[i], graph, result, other, again);
            vrrl_check_result_free(again);
            vrrl_graph_free(other);
        }
        unlink(path);
        vrrl_check_result_free(result);
        vrrl_graph_free(graph);
        free(text);
    }
}

/* ---- What tells, each by itself --------------------------------------------------------------- */

/* What a task does to the one buffer that there is. */
struct task {
    vrrl_access_kind kind;
    uint32_t waits, signals; /* counters, from 1; 0: none */
    uint32_t threshold;
};

static bool is_known(const struct task *tasks, uint32_t count, vrrl_buffer_kind kind,
                     uint32_t early)
{
    vrrl_graph *graph;
    vrrl_graph_text name;
    vrrl_check_options options = {.size = sizeof options, .no_lint = true};
    vrrl_check_result *result;
    vrrl_error error = {0};
    assert_int_equal(vrrl_graph_create("direction", &graph, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_text(graph, "t", &name, NULL), VRRL_OK);
    const vrrl_graph_buffer buffer = {.id = 0, .name = name, .kind = kind, .rows = 1, .columns = 1};
    assert_int_equal(vrrl_graph_add_buffer(graph, &buffer, NULL), VRRL_OK);
    for (uint32_t c = 0; c < 2; c++)
        vrrl_graph_add_counter(graph, &(vrrl_graph_counter){.id = c}, NULL);
    vrrl_graph_index(graph, NULL);
    for (uint32_t t = 0; t < count; t++) {
        const vrrl_graph_range all = {.row_end = 1, .column_end = 1};
        /* The later in the file, the lower. */
        const vrrl_graph_task task = {
            .id = count - 1 - t, .op = name, .label = name, .worker = VRRL_GRAPH_NONE};
        vrrl_graph_add_task(graph, &task, NULL);
        if (tasks[t].waits)
            vrrl_graph_add_wait(graph,
                                &(vrrl_graph_wait){.counter = tasks[t].waits - 1,
                                                   .threshold = tasks[t].threshold,
                                                   .order = VRRL_SYNC_ORDER_RELAXED},
                                NULL);
        vrrl_graph_add_access(graph, &all, tasks[t].kind, tasks[t].waits > 0, NULL);
        if (tasks[t].signals)
            vrrl_graph_add_signal(graph,
                                  &(vrrl_graph_signal){.counter = tasks[t].signals - 1,
                                                       .amount = 1,
                                                       .order = VRRL_SYNC_ORDER_RELAXED},
                                  NULL);
    }
    if (vrrl_graph_finish(graph, &error) || vrrl_check(graph, &options, &result, &error))
        fail_msg("%s", error.text);
    assert_true(result->race_count > 0);
    bool known = result->races[0].order_known;
    uint32_t first = graph->tasks[result->races[0].pair.tasks[0]].place;
    if (first != early)
        fail_msg("the %u-th of the file is called the first", first);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
    return known;
}

static void each_sign_tells(void **state)
{
    (void)state;
    const vrrl_access_kind read = VRRL_ACCESS_READ, write = VRRL_ACCESS_WRITE;
    const vrrl_buffer_kind made = VRRL_BUFFER_ACTIVATION, kept = VRRL_BUFFER_KV_CACHE;
    /* The file's order. */
    assert_true(is_known((struct task[]){{.kind = read}, {.kind = write}}, 2, kept, 0));
    assert_true(is_known((struct task[]){{.kind = write}, {.kind = write}}, 2, kept, 0));
    /* Who makes it. */
    assert_true(is_known((struct task[]){{.kind = read}, {.kind = write}}, 2, made, 1));
    /* Who waits. */
    assert_true(is_known(
        (struct task[]){{.kind = read, .waits = 1, .threshold = 1}, {.kind = write, .signals = 1}},
        2, kept, 1));
    assert_true(is_known(
        (struct task[]){{.kind = write, .waits = 1, .threshold = 1}, {.kind = read, .signals = 1}},
        2, made, 1));
    /* The third one cannot run where the file has it: its order is none. */
    assert_false(is_known((struct task[]){{.kind = write},
                                          {.kind = read, .waits = 2, .threshold = 1},
                                          {.kind = read, .signals = 2}},
                          3, kept, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_tell_nothing),
        cmocka_unit_test(each_sign_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
