/* Rules: what is read of them, which types they are about, which of several counts, and what is counted. */
#include "test.h"

#include "graph/rules.h"

#include <string.h>

static void parse(struct rules *rules, const char *text, bool built_in)
{
    vrrl_error err;
    if (rules_parse(rules, text, strlen(text), "test.rules", built_in, &err) != VRRL_OK)
        fail_msg("%s", err.text);
}

static void test_what_is_read(void **state)
{
    (void)state;
    struct rules rules = {.items = NULL};
    parse(&rules,
          "# a comment\n"
          "type 7 SCALE\n"
          "SCALE, MOVE: inputs  0,  2 read-write by request, kv because \"in place\"\n"
          "SCALE: outputs accumulate because \"it adds\"\n"
          "MOVE: other GPUs because \"it sends\"\n"
          "thresholds fixed because \"why not\"\n",
          false);
    assert_int_equal(rules.item_count, 4);
    assert_string_equal(rules.items[0].type, "SCALE");
    assert_string_equal(rules.items[1].type, "MOVE");
    assert_string_equal(rules.items[0].what, "inputs 0, 2 read-write by request, kv");
    assert_string_equal(rules.items[0].reason, "in place");
    assert_int_equal(rules.items[0].line, 3);
    assert_int_equal(rules.items[0].operands, 5);
    assert_false(rules.items[0].all);
    assert_true(rules.items[2].all && rules.items[2].outputs);
    assert_string_equal(rules.fixed, "why not");
    assert_string_equal(rules_type_name(&rules, 7), "SCALE");
    assert_null(rules_type_name(&rules, 8));
    struct type_rules scale = rules_of(&rules, "SCALE"), move = rules_of(&rules, "MOVE");
    assert_int_equal(scale.inputs[0].role, RULE_READ_WRITE);
    assert_int_equal(scale.inputs[0].by, RULE_BY_REQUEST | RULE_BY_KV);
    assert_int_equal(scale.inputs[1].role, RULE_AS_DECLARED);
    assert_int_equal(scale.inputs[2].role, RULE_READ_WRITE);
    assert_int_equal(scale.outputs[RULES_OPERANDS_MAX - 1].role, RULE_ACCUMULATE);
    assert_true(!scale.other_gpus && move.other_gpus && move.any);
    rules_free(&rules);
}

/* A rule of no type's name is about all whose names go on behind it; one of a type's name about that alone. */
static void test_families(void **state)
{
    (void)state;
    struct rules rules = {.items = NULL};
    parse(&rules,
          "type 1 LINEAR\ntype 2 LINEAR_HOPPER\ntype 3 ATTENTION_1\n"
          "LINEAR: inputs 0 nothing because \"a\"\nATTENTION: inputs 0 nothing because \"b\"\n",
          true);
    assert_true(rules_of(&rules, "LINEAR").any);
    assert_false(rules_of(&rules, "LINEAR_HOPPER").any);
    assert_true(rules_of(&rules, "ATTENTION_1").any);
    assert_true(rules_of(&rules, "ATTENTION").any);
    assert_false(rules_of(&rules, "ATTENTIONS").any);
    assert_false(rules_of(&rules, "ATT").any);
    rules_free(&rules);
}

static void test_later_ones_count(void **state)
{
    (void)state;
    struct rules rules = {.items = NULL};
    parse(&rules, "type 1 LINEAR\nLINEAR: outputs write because \"a\"\n", true);
    parse(&rules, "type 1 SILU\nLINEAR: outputs 1 accumulate because \"b\"\n", false);
    struct type_rules linear = rules_of(&rules, "LINEAR");
    assert_int_equal(linear.outputs[0].role, RULE_WRITE);
    assert_int_equal(linear.outputs[1].role, RULE_ACCUMULATE);
    assert_string_equal(rules_type_name(&rules, 1), "SILU");
    rules_free(&rules);
}

/* Of the user's an operand that tasks have not is an error, of the built-in ones it is not. */
static void test_counts(void **state)
{
    (void)state;
    struct rules rules = {.items = NULL};
    vrrl_error err;
    parse(&rules, "LINEAR: inputs 3 read because \"a\"\n", true);
    parse(&rules, "LINEAR: outputs 1 write because \"b\"\nSILU: inputs 0 read because \"c\"\n",
          false);
    assert_int_equal(rules_count(&rules, "my.rules", "LINEAR", 1, 2, 10, &err), VRRL_OK);
    assert_int_equal(rules_count(&rules, "my.rules", "LINEAR_1", 1, 2, 5, &err), VRRL_OK);
    assert_int_equal(rules.items[0].tasks, 15);
    assert_int_equal(rules.items[1].tasks, 15);
    assert_int_equal(rules.items[2].tasks, 0);
    assert_int_equal(rules_count(&rules, "my.rules", "LINEAR", 1, 1, 1, &err), VRRL_PARSE);
    assert_non_null(
        strstr(err.text, "my.rules:1: LINEAR names output 1, and a task of this type has 1"));

    vrrl_graph *graph;
    vrrl_graph_import *import = calloc(1, sizeof *import);
    assert_int_equal(vrrl_graph_create("g", &graph, &err), VRRL_OK);
    graph->import = import;
    assert_int_equal(rules_add_corrections(&rules, "my.rules", graph, import, &err), VRRL_OK);
    assert_int_equal(import->correction_count, 2);
    assert_true(import->corrections[0].built_in && !import->corrections[1].built_in);
    assert_string_equal(vrrl_graph_text_at(graph, import->corrections[1].reason), "b");
    assert_int_equal(graph->remark_count, 1);
    assert_string_equal(vrrl_graph_text_at(graph, graph->remarks[0]),
                        "my.rules:2: no task is a SILU");
    vrrl_graph_free(graph);
    rules_free(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_later_ones_count),
        cmocka_unit_test(test_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
