/* What a repair of a check changes, how an execution ends, and what ended a run or a search: each kind has its
 * sentence, and tells the same fields as JSON. */
#include "report/check_parts.h"
#include "said.h"
#include "test.h"

#include <string.h>

static void expect_json(json_t *json, const char *wanted)
{
    json_t *expected = json_loads(wanted, JSON_DECODE_ANY, NULL);
    assert_non_null(expected);
    if (!json_equal(json, expected))
        fail_msg("%s is not\n%s", json_dumps(json, JSON_COMPACT), wanted);
    json_decref(expected);
    json_decref(json);
}

/* ---- Changes ---------------------------------------------------------------------------------- */

static const struct change_row {
    vrrl_check_change change;
    uint32_t more;
    const char *text, *json;
} changes[] = {
    {{.kind = VRRL_CHECK_CHANGE_NONE}, 0, "", "null"},
    {{.kind = VRRL_CHECK_CHANGE_WAIT, .task = 1, .counter = 0, .value = 3},
     0,
     "20 waits for counter 7 >= 3",
     "{\"kind\":\"wait\",\"more\":0,\"task\":20,\"counter\":\"counter 7\",\"value\":3}"},
    {{.kind = VRRL_CHECK_CHANGE_WAIT, .task = 1, .counter = 0, .value = 3},
     2,
     "20 waits for counter 7 >= 3; and 2 more like it",
     "{\"kind\":\"wait\",\"more\":2,\"task\":20,\"counter\":\"counter 7\",\"value\":3}"},
    {{.kind = VRRL_CHECK_CHANGE_DROP_WAIT, .task = 0, .counter = 0},
     0,
     "10 no longer waits for counter 7",
     "{\"kind\":\"drop-wait\",\"more\":0,\"task\":10,\"counter\":\"counter 7\"}"},
    {{.kind = VRRL_CHECK_CHANGE_TIE, .task = 1, .other = 0, .counter = VRRL_GRAPH_NONE},
     0,
     "a new counter that 10 signals and 20 waits for >= 1",
     "{\"kind\":\"tie\",\"more\":0,\"task\":20,\"other\":10}"},
    {{.kind = VRRL_CHECK_CHANGE_RANGE,
      .task = 1,
      .range = {.row_end = 1, .column_first = 2, .column_end = 6}},
     0,
     "20 writes d[0:1,2:6]",
     "{\"kind\":\"range\",\"more\":0,\"task\":20,\"range\":\"d[0:1,2:6]\"}"},
    {{.kind = VRRL_CHECK_CHANGE_MOVE, .task = 1, .other = 0, .counter = VRRL_GRAPH_NONE},
     0,
     "in its queue, 10 comes before 20",
     "{\"kind\":\"move\",\"more\":0,\"queue\":null,\"task\":20,\"other\":10}"},
    {{.kind = VRRL_CHECK_CHANGE_MOVE, .task = 1, .other = 0, .value = 4, .names_queue = true},
     0,
     "in the queue of worker 4, 10 comes before 20",
     "{\"kind\":\"move\",\"more\":0,\"queue\":4,\"task\":20,\"other\":10}"},
    {{.kind = VRRL_CHECK_CHANGE_SORT},
     0,
     "every queue in an order in which a pool can run the tasks",
     "{\"kind\":\"sort\",\"more\":0}"},
    {{.kind = VRRL_CHECK_CHANGE_RESIDENT, .value = 4},
     0,
     "at least 4 queues resident",
     "{\"kind\":\"resident\",\"more\":0,\"value\":4}"},
    {{.kind = VRRL_CHECK_CHANGE_ORDER, .task = 1, .other = 0, .counter = 0},
     0,
     "10 signals counter 7 with release, and 20 waits for it with acquire",
     "{\"kind\":\"order\",\"more\":0,\"task\":20,\"other\":10,\"counter\":\"counter 7\"}"},
    {{.kind = VRRL_CHECK_CHANGE_RESET, .counter = 0},
     0,
     "the prologue of each later epoch resets counter 7",
     "{\"kind\":\"reset\",\"more\":0,\"counter\":\"counter 7\"}"},
    {{.kind = VRRL_CHECK_CHANGE_GROW, .counter = 0},
     0,
     "waits for counter 7 grow with the epoch, by what its signals add",
     "{\"kind\":\"grow\",\"more\":0,\"counter\":\"counter 7\"}"},
    {{.kind = VRRL_CHECK_CHANGE_ALL, .value = 3},
     0,
     "all 3 repairs together",
     "{\"kind\":\"all\",\"more\":0,\"value\":3}"},
};

static void each_change_has_its_sentence(void **state)
{
    char text[] = "\0d";
    vrrl_graph_buffer buffer = {.name = 1};
    vrrl_graph_counter counter = {.id = 7};
    vrrl_graph_task tasks[] = {{.id = 10}, {.id = 20}};
    const vrrl_graph graph = {.text = text,
                              .text_size = sizeof text,
                              .buffers = &buffer,
                              .buffer_count = 1,
                              .counters = &counter,
                              .counter_count = 1,
                              .tasks = tasks,
                              .task_count = 2};
    bool seen[VRRL_CHECK_CHANGE_KINDS] = {false};
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const vrrl_check_repair repair = {.change = changes[i].change, .more = changes[i].more};
        assert_string_equal(check_said(&graph, &repair), changes[i].text);
        if (repair.change.kind)
            expect_json(check_change_json(&graph, &repair, "task"), changes[i].json);
        seen[repair.change.kind] = true;
    }
    for (int kind = 0; kind < VRRL_CHECK_CHANGE_KINDS; kind++)
        assert_true(seen[kind]);
}

/* ---- Ends ------------------------------------------------------------------------------------- */

static const char *const end_texts[VRRL_END_KINDS] = {
    [VRRL_END_LIVELOCK] = "epoch 2 does not end",
    [VRRL_END_STUCK] = "epoch 2 gets stuck",
    [VRRL_END_STUCK_AT] = "epoch 2 gets stuck: s waits for x >= 4, and sees 3",
    [VRRL_END_SHUTDOWN] = "epoch 2 is shut down with work left",
    [VRRL_END_EXPECT] = "an expectation of epoch 2 does not hold: x is 3",
    [VRRL_END_STATUS] = "s ends as DONE, and as FAULT in the reference's run",
    [VRRL_END_LEFT_THERE] = "s ends as DONE, and is left by the shutdown in the reference's run",
    [VRRL_END_LEFT_HERE] = "s is left by the shutdown, and ends as FAULT in the reference's run",
    [VRRL_END_VALUE] = "x is 3, and 4 in the reference's run",
    [VRRL_END_VALUE_FOR_A_TIME] = "x was 3 for a time, and 4 in the reference's run",
    [VRRL_END_OTHER_VALUES] = "s writes other values than in the reference's run",
};

static bool tells_status(vrrl_end_kind kind)
{
    return kind >= VRRL_END_STATUS && kind <= VRRL_END_LEFT_HERE;
}

static void each_end_has_its_sentence(void **state)
{
    (void)state;
    for (vrrl_end_kind kind = VRRL_END_LIVELOCK; kind < VRRL_END_KINDS; kind++) {
        char text[VRRL_CHECK_TEXT_MAX];
        vrrl_shown_end end = {.found = true,
                              .kind = kind,
                              .epoch = 2,
                              .slot = 5,
                              .word = 70,
                              .seen = tells_status(kind) ? VRRL_STATUS_DONE : 3,
                              .expected = tells_status(kind) ? VRRL_STATUS_FAULT : 4,
                              .name = "s",
                              .word_name = "x"};
        assert_string_equal(vrrl_shown_end_text(&end, text), end_texts[kind]);
    }
}

static void an_end_as_json(void **state)
{
    char text[VRRL_CHECK_TEXT_MAX];
    (void)state;
    vrrl_shown_end end = {.kind = VRRL_END_EXPECT,
                          .epoch = 2,
                          .slot = VRRL_GRAPH_NONE,
                          .word = 70,
                          .seen = 3,
                          .word_name = "x",
                          .source = "a.mk:7"};
    expect_json(shown_end_json(&end), "null");
    end.found = true;
    assert_string_equal(vrrl_shown_end_text(&end, text),
                        "an expectation of epoch 2 does not hold: x is 3   (a.mk:7)");
    expect_json(shown_end_json(&end),
                "{\"kind\":\"expect\",\"epoch\":2,\"text\":\"an expectation of epoch 2 does not "
                "hold: x is 3   (a.mk:7)\",\"word_name\":\"x\",\"word\":70,\"seen\":3,\"source\":"
                "\"a.mk:7\",\"replay\":null}");
    end.kind = VRRL_END_LEFT_THERE;
    end.slot = 5;
    end.seen = VRRL_STATUS_DONE;
    end.source[0] = '\0';
    memcpy(end.name, "s", 2);
    expect_json(
        shown_end_json(&end),
        "{\"kind\":\"left-there\",\"epoch\":2,\"text\":\"s ends as DONE, and is left by the "
        "shutdown in the reference's run\",\"label\":\"s\",\"slot\":5,\"status\":\"DONE\","
        "\"replay\":null}");
}

/* ---- What ended a run or a search -------------------------------------------------------------- */

static const char *const stop_texts[VRRL_STOP_KINDS] = {
    [VRRL_STOP_NONE] = "",
    [VRRL_STOP_UNBEGUN] = "the time was over before it began",
    [VRRL_STOP_UNSEARCHED] = "before it began: the time was over",
    [VRRL_STOP_TIME] = "when its time was over",
    [VRRL_STOP_TIME_AFTER] = "when its time was over, after 8192 states",
    [VRRL_STOP_STATES] = "after 8192 states",
    [VRRL_STOP_MODEL] = "by a limit of the memory model, after 8192 states",
    [VRRL_STOP_LONG_RUN] =
        "for want of memory: one run of epoch 3 has too many steps on too many words",
    [VRRL_STOP_MEMORY] =
        "for want of memory: to remember more than 8192 states of epoch 3 takes 64 MiB",
    [VRRL_STOP_WAITS] = "epoch 3 has too many slots that wait for each other",
    [VRRL_STOP_ACCESSES] = "epoch 3 has too many accesses that meet",
    [VRRL_STOP_SLOTS] =
        "epoch 3 has more than 8,192 slots, too many to hold one against each other",
    [VRRL_STOP_RUNS] = "there are too many slots to run them all again and again",
    [VRRL_STOP_ERROR] = "it is too large",
};

static void each_stop_has_its_sentence(void **state)
{
    (void)state;
    for (vrrl_stop_kind kind = VRRL_STOP_NONE; kind < VRRL_STOP_KINDS; kind++) {
        const vrrl_stop stop = {
            .kind = kind, .epoch = 3, .mib = 64, .number = 8192, .error = "it is too large"};
        assert_string_equal(stop_said(&stop), stop_texts[kind]);
    }
}

static void a_stop_as_json(void **state)
{
    vrrl_stop stop = {.kind = VRRL_STOP_NONE, .number = 50};
    json_t *object = json_object();
    (void)state;
    stop_add_json(object, "stopped", &stop);
    expect_json(object, "{\"stopped\":null}");
    stop.kind = VRRL_STOP_STATES;
    object = json_object();
    stop_add_json(object, "stopped", &stop);
    expect_json(object, "{\"stopped\":\"after 50 states\",\"stopped_by\":{\"kind\":\"states\","
                        "\"number\":50}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_has_its_sentence),
        cmocka_unit_test(each_end_has_its_sentence),
        cmocka_unit_test(an_end_as_json),
        cmocka_unit_test(each_stop_has_its_sentence),
        cmocka_unit_test(a_stop_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
