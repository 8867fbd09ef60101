/* Task graphs of tests/data/programs, and what verdicts.tsv there says of them. */
#ifndef VRRL_TEST_GRAPHS_H
#define VRRL_TEST_GRAPHS_H

#include "vrrl/run/graph.h"

#include "test.h"

#include <jansson.h>

/* By file name; where only NAME.zst is there, that. */
static inline vrrl_graph *load_graph(const char *name)
{
    char path[8192];
    vrrl_graph *graph = NULL;
    vrrl_error error = {0};
    snprintf(path, sizeof path, VRRL_TEST_DATA "/programs/%s", name);
    if (access(path, R_OK) != 0)
        strcat(path, ".zst");
    if (vrrl_graph_load(path, &graph, &error) != VRRL_OK)
        fail_msg("%s\n%s", error.text, error.fix);
    return graph;
}

/* `options` NULL: a pool, one pass. */
static inline vrrl_program *lower_graph(const vrrl_graph *graph, const vrrl_lower_options *options)
{
    const vrrl_lower_options pool = {.size = sizeof pool};
    vrrl_program *program = NULL;
    vrrl_error error = {0};
    if (vrrl_graph_lower(graph, options ? options : &pool, &program, &error) != VRRL_OK)
        fail_msg("%s\n%s", error.text, error.fix);
    return program;
}

/* One MIX slot a task. */
static inline vrrl_program *graph_program(const char *name, const vrrl_lower_options *options)
{
    vrrl_graph *graph = load_graph(name);
    vrrl_program *program = lower_graph(graph, options);
    vrrl_graph_free(graph);
    return program;
}

/* Calls `judge` with the file name and the verdict of every row: a name, a tab, a JSON object. */
static inline void for_each_verdict(void (*judge)(const char *name, const json_t *expected))
{
    FILE *table = fopen(VRRL_TEST_DATA "/programs/verdicts.tsv", "r");
    char line[4096];
    int rows = 0;
    assert_non_null(table);
    for (; fgets(line, sizeof line, table); rows++) {
        char *tab = strchr(line, '\t');
        assert_non_null(tab);
        *tab = '\0';
        json_t *expected = json_loads(tab + 1, 0, NULL);
        assert_non_null(expected);
        judge(line, expected);
        json_decref(expected);
    }
    fclose(table);
    assert_int_equal(rows, 17);
}

#endif
