/* Each form of a repair has its sentence, and tells the same fields as JSON. */
#include "report/repair_text.h"
#include "report_test.h"
#include "said.h"
#include "vrrl/run/opcode.h"

static const struct row {
    vrrl_repair_kind kind;
    vrrl_repair_part part;
    const char *text, *json;
} rows[] = {
    {VRRL_REPAIR_WAIT,
     {.form = VRRL_REPAIR_FORM_WAIT, .slot = "r", .other = "w", .word = "flag", .value = 3},
     "r waits for flag >= 3, which w signals",
     "{\"form\":\"wait\",\"label\":\"r\",\"word_name\":\"flag\",\"value\":3,\"other_label\":"
     "\"w\"}"},
    {VRRL_REPAIR_WAIT,
     {.form = VRRL_REPAIR_FORM_FLAG, .slot = "w", .other = "r"},
     "w signals a new flag, and r waits for it",
     "{\"form\":\"flag\",\"label\":\"w\",\"other_label\":\"r\"}"},
    {VRRL_REPAIR_WAIT,
     {.form = VRRL_REPAIR_FORM_FLAGS, .slot = "put", .other = "take", .count = 4},
     "each of 4 slots put[...] signals a new flag, and the take[...] of its index waits for it",
     "{\"form\":\"flags\",\"count\":4,\"label\":\"put\",\"other_label\":\"take\"}"},
    {VRRL_REPAIR_WAIT,
     {.form = VRRL_REPAIR_FORM_LINE_WAITS, .slot = "use", .other = "make", .count = 3, .all = true},
     "all 3 slots use[...] wait for every signal of the make[...] that they conflict with",
     "{\"form\":\"line-waits\",\"count\":3,\"label\":\"use\",\"other_label\":\"make\"}"},
    {VRRL_REPAIR_WAIT,
     {.form = VRRL_REPAIR_FORM_LINE_COUNTER,
      .slot = "use",
      .other = "make",
      .count = 3,
      .value = 4},
     "each make[...] that 3 slots use[...] conflict with signals a new counter, and these wait for "
     ">= 4",
     "{\"form\":\"line-counter\",\"other_label\":\"make\",\"count\":3,\"label\":\"use\",\"value\":"
     "4}"},
    {VRRL_REPAIR_WAIT,
     {.form = VRRL_REPAIR_FORM_LINE_COUNTER,
      .slot = "use",
      .other = "make",
      .count = 1,
      .value = 4},
     "each make[...] that 1 slot, use, conflicts with signals a new counter, and it waits for >= 4",
     "{\"form\":\"line-counter\",\"other_label\":\"make\",\"count\":1,\"label\":\"use\",\"value\":"
     "4}"},
    {VRRL_REPAIR_WAIT,
     {.form = VRRL_REPAIR_FORM_LINE_WAITS_BEFORE, .slot = "use", .other = "make", .count = 2},
     "2 slots use[...] wait for the signals of the make[...] that they conflict with and that "
     "stand "
     "before them",
     "{\"form\":\"line-waits-before\",\"count\":2,\"label\":\"use\",\"other_label\":\"make\"}"},
    {VRRL_REPAIR_THRESHOLD,
     {.form = VRRL_REPAIR_FORM_FULL_WAITS, .slot = "sum", .word = "done", .count = 8},
     "8 slots sum[...] wait for every signal of done",
     "{\"form\":\"full-waits\",\"count\":8,\"label\":\"sum\",\"word_name\":\"done\"}"},
    {VRRL_REPAIR_THRESHOLD,
     {.form = VRRL_REPAIR_FORM_FULL_WAITS, .slot = "sum", .word = "done", .count = 1},
     "1 slot, sum, waits for every signal of done",
     "{\"form\":\"full-waits\",\"count\":1,\"label\":\"sum\",\"word_name\":\"done\"}"},
    {VRRL_REPAIR_THRESHOLD,
     {.form = VRRL_REPAIR_FORM_LESS, .slot = "r", .word = "go", .count = 1, .value = 2, .was = 3},
     "r waits for go >= 2 instead of 3: all that its signals make",
     "{\"form\":\"less\",\"label\":\"r\",\"word_name\":\"go\",\"value\":2,\"was\":3}"},
    {VRRL_REPAIR_THRESHOLD,
     {.form = VRRL_REPAIR_FORM_LESS, .slot = "r", .word = "go", .count = 5, .value = 2, .was = 3},
     "r and 4 more wait for go >= 2 instead of 3: all that its signals make",
     "{\"form\":\"less\",\"label\":\"r\",\"more\":4,\"word_name\":\"go\",\"value\":2,\"was\":3}"},
    {VRRL_REPAIR_SIGNAL,
     {.form = VRRL_REPAIR_FORM_SIGNAL, .slot = "w", .word = "go", .value = 2},
     "w signals go by 2, too",
     "{\"form\":\"signal\",\"label\":\"w\",\"word_name\":\"go\",\"value\":2}"},
    {VRRL_REPAIR_SIGNAL,
     {.form = VRRL_REPAIR_FORM_SIGNALS, .slot = "w", .word = "go", .count = 2},
     "all 2 slots w[...]: each signals go, too",
     "{\"form\":\"signals\",\"label\":\"w\",\"word_name\":\"go\",\"count\":2}"},
    {VRRL_REPAIR_RESIDENT,
     {.form = VRRL_REPAIR_FORM_RESIDENT, .value = 6},
     "all 6 queues run at a time",
     "{\"form\":\"resident\",\"value\":6}"},
    {VRRL_REPAIR_ORDER,
     {.form = VRRL_REPAIR_FORM_SWAPPED, .slot = "a", .other = "b", .value = 1},
     "a behind b in queue 1",
     "{\"form\":\"swapped\",\"label\":\"a\",\"other_label\":\"b\",\"value\":1}"},
    {VRRL_REPAIR_ORDER,
     {.form = VRRL_REPAIR_FORM_LATER, .slot = "a", .other = "b", .value = 1},
     "a comes behind b in queue 1",
     "{\"form\":\"later\",\"label\":\"a\",\"other_label\":\"b\",\"value\":1}"},
    {VRRL_REPAIR_ORDER,
     {.form = VRRL_REPAIR_FORM_EARLIER, .slot = "a", .other = "b", .value = 1},
     "a comes before b in queue 1",
     "{\"form\":\"earlier\",\"label\":\"a\",\"other_label\":\"b\",\"value\":1}"},
    {VRRL_REPAIR_RELEASE,
     {.form = VRRL_REPAIR_FORM_ORDERS,
      .slot = "w",
      .count = 1,
      .row = 1,
      .opcode = VRRL_OPCODE_STORE_U32,
      .becomes = VRRL_OPCODE_STORE_RELEASE},
     "w: STORE_U32 (operation 2) becomes STORE_RELEASE",
     "{\"form\":\"orders\",\"label\":\"w\",\"opcode\":\"STORE_U32\",\"operation\":2,\"becomes\":"
     "\"STORE_RELEASE\",\"count\":1}"},
    {VRRL_REPAIR_RELEASE,
     {.form = VRRL_REPAIR_FORM_ORDERS,
      .count = 1,
      .opcode = VRRL_NO_INDEX,
      .becomes = VRRL_NO_INDEX},
     "a slot without a label: a relaxed signal (operation 1) becomes one that releases",
     "{\"form\":\"orders\",\"label\":null,\"opcode\":null,\"operation\":1,"
     "\"becomes\":null,\"count\":1}"},
    {VRRL_REPAIR_ACQUIRE,
     {.form = VRRL_REPAIR_FORM_ORDERS,
      .slot = "t",
      .count = 3,
      .opcode = VRRL_NO_INDEX,
      .becomes = VRRL_NO_INDEX},
     "all 3 slots t[...]: a relaxed wait (operation 1) becomes one that acquires",
     "{\"form\":\"orders\",\"label\":\"t\",\"opcode\":null,\"operation\":1,"
     "\"becomes\":null,\"count\":3}"},
    {VRRL_REPAIR_FENCE,
     {.form = VRRL_REPAIR_FORM_FENCE, .slot = "w", .row = 1, .opcode = VRRL_OPCODE_FENCE_RELEASE},
     "FENCE_RELEASE before operation 2 of w",
     "{\"form\":\"fence\",\"opcode\":\"FENCE_RELEASE\",\"operation\":2,\"label\":\"w\"}"},
    {VRRL_REPAIR_FENCE,
     {.form = VRRL_REPAIR_FORM_FENCE_LAST, .slot = "w", .opcode = VRRL_OPCODE_FENCE_RELEASE},
     "FENCE_RELEASE behind all of w",
     "{\"form\":\"fence-last\",\"opcode\":\"FENCE_RELEASE\",\"label\":\"w\"}"},
    {VRRL_REPAIR_FENCE,
     {.form = VRRL_REPAIR_FORM_FENCES,
      .slot = "w",
      .count = 2,
      .opcode = VRRL_OPCODE_FENCE_SEQ_CST},
     "all 2 slots w[...]: FENCE_SEQ_CST before operation 1",
     "{\"form\":\"fences\",\"label\":\"w\",\"opcode\":\"FENCE_SEQ_CST\",\"operation\":1,"
     "\"count\":2}"},
    {VRRL_REPAIR_FENCE,
     {.form = VRRL_REPAIR_FORM_FENCES_LAST,
      .slot = "w",
      .count = 1,
      .opcode = VRRL_OPCODE_FENCE_SEQ_CST},
     "w: FENCE_SEQ_CST behind all of it",
     "{\"form\":\"fences-last\",\"label\":\"w\",\"opcode\":\"FENCE_SEQ_CST\",\"count\":1}"},
    {VRRL_REPAIR_FENCE,
     {.form = VRRL_REPAIR_FORM_FENCE_BEFORE_WRITES,
      .word = "x",
      .count = 2,
      .opcode = VRRL_OPCODE_FENCE_RELEASE},
     "FENCE_RELEASE before every write of x (2 places)",
     "{\"form\":\"fence-before-writes\",\"opcode\":\"FENCE_RELEASE\",\"word_name\":\"x\",\"count\":"
     "2}"},
    {VRRL_REPAIR_FENCE,
     {.form = VRRL_REPAIR_FORM_FENCE_BEHIND_WRITES,
      .word = "x",
      .count = 1,
      .opcode = VRRL_OPCODE_FENCE_SEQ_CST},
     "FENCE_SEQ_CST behind the write of x",
     "{\"form\":\"fence-behind-writes\",\"opcode\":\"FENCE_SEQ_CST\",\"word_name\":\"x\"}"},
    {VRRL_REPAIR_FENCE,
     {.form = VRRL_REPAIR_FORM_FENCE_BEFORE_READS,
      .word = "x",
      .count = 1,
      .opcode = VRRL_OPCODE_FENCE_SEQ_CST},
     "FENCE_SEQ_CST before the read of x",
     "{\"form\":\"fence-before-reads\",\"opcode\":\"FENCE_SEQ_CST\",\"word_name\":\"x\"}"},
    {VRRL_REPAIR_FENCE,
     {.form = VRRL_REPAIR_FORM_FENCE_BEHIND_READS,
      .word = "x",
      .count = 3,
      .opcode = VRRL_OPCODE_FENCE_ACQUIRE},
     "FENCE_ACQUIRE behind every read of x (3 places)",
     "{\"form\":\"fence-behind-reads\",\"opcode\":\"FENCE_ACQUIRE\",\"word_name\":\"x\",\"count\":"
     "3}"},
    {VRRL_REPAIR_RELEASE,
     {.form = VRRL_REPAIR_FORM_EVERY_ORDERS,
      .word = "x",
      .count = 3,
      .opcode = VRRL_OPCODE_STORE_U32,
      .becomes = VRRL_OPCODE_STORE_RELEASE},
     "every STORE_U32 of x becomes STORE_RELEASE (3 places)",
     "{\"form\":\"every-orders\",\"opcode\":\"STORE_U32\",\"word_name\":\"x\",\"becomes\":"
     "\"STORE_RELEASE\",\"count\":3}"},
    {VRRL_REPAIR_RELEASE,
     {.form = VRRL_REPAIR_FORM_EVERY_RELEASES, .word = "x", .count = 3},
     "every relaxed write of x releases (3 places)",
     "{\"form\":\"every-releases\",\"word_name\":\"x\",\"count\":3}"},
    {VRRL_REPAIR_ACQUIRE,
     {.form = VRRL_REPAIR_FORM_EVERY_ACQUIRES, .word = "x", .count = 2},
     "every relaxed read of x acquires (2 places)",
     "{\"form\":\"every-acquires\",\"word_name\":\"x\",\"count\":2}"},
    {VRRL_REPAIR_RESET,
     {.form = VRRL_REPAIR_FORM_RESET, .word = "x"},
     "the prologue of each later epoch resets x",
     "{\"form\":\"reset\",\"word_name\":\"x\"}"},
    {VRRL_REPAIR_THRESHOLD,
     {.form = VRRL_REPAIR_FORM_GROWS, .word = "x"},
     "waits for x grow with the epoch, by what its signals add",
     "{\"form\":\"grows\",\"word_name\":\"x\"}"},
    {VRRL_REPAIR_THRESHOLD,
     {.form = VRRL_REPAIR_FORM_GROWS_BY_ROUND, .word = "x"},
     "waits for x grow from round to round",
     "{\"form\":\"grows-by-round\",\"word_name\":\"x\"}"},
    {VRRL_REPAIR_THRESHOLD,
     {.form = VRRL_REPAIR_FORM_NOT_SET_BACK, .word = "x"},
     "nobody sets x back, and its waits grow from round to round",
     "{\"form\":\"not-set-back\",\"word_name\":\"x\"}"},
    {VRRL_REPAIR_MOVE,
     {.form = VRRL_REPAIR_FORM_MOVE,
      .slot = "s",
      .count = 1,
      .row = 2,
      .before = 0,
      .opcode = VRRL_OPCODE_SIGNAL},
     "s: SIGNAL (operation 3) before operation 1",
     "{\"form\":\"move\",\"label\":\"s\",\"opcode\":\"SIGNAL\",\"operation\":3,\"before\":1,"
     "\"count\":1}"},
    {VRRL_REPAIR_MOVE,
     {.form = VRRL_REPAIR_FORM_MOVE_LAST, .slot = "s", .count = 1, .opcode = VRRL_OPCODE_SIGNAL},
     "s: SIGNAL (operation 1) behind all of it",
     "{\"form\":\"move-last\",\"label\":\"s\",\"opcode\":\"SIGNAL\",\"operation\":1,\"count\":1}"},
    {VRRL_REPAIR_IF,
     {.form = VRRL_REPAIR_FORM_CONDITION, .slot = "s", .count = 1, .word = "got", .value = 0},
     "s: goes on behind operation 1 only if got == 0",
     "{\"form\":\"condition\",\"label\":\"s\",\"operation\":1,\"word_name\":\"got\",\"value\":0,"
     "\"count\":1}"},
    {VRRL_REPAIR_IF,
     {.form = VRRL_REPAIR_FORM_ASKS, .slot = "s", .count = 1, .row = 1},
     "s: goes on behind COMPARE_SWAP (operation 2) only if that swapped, as a TRY_SWAP tells",
     "{\"form\":\"asks\",\"label\":\"s\",\"operation\":2,\"count\":1}"},
    {VRRL_REPAIR_IF,
     {.form = VRRL_REPAIR_FORM_LOOKS_AGAIN, .slot = "s", .count = 1, .word = "v", .before = 3},
     "s: looks again at v, behind an acquire fence, before operation 4",
     "{\"form\":\"looks-again\",\"label\":\"s\",\"word_name\":\"v\",\"before\":4,\"count\":1}"},
    {VRRL_REPAIR_EPOCH,
     {.form = VRRL_REPAIR_FORM_BOUNDARY, .slot = "a", .other = "b"},
     "an epoch boundary between a and b",
     "{\"form\":\"boundary\",\"label\":\"a\",\"other_label\":\"b\"}"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void expect_json(const vrrl_repair *r, const char *wanted)
{
    json_t *parts = repair_parts_json(r), *expected = json_loads(wanted, 0, NULL);
    assert_non_null(expected);
    assert_int_equal(json_array_size(parts), r->part_count);
    if (!json_equal(json_array_get(parts, 0), expected))
        fail_msg("%s", json_dumps(parts, JSON_COMPACT));
    json_decref(parts);
    json_decref(expected);
}

static void each_form_has_its_sentence(void **state)
{
    bool seen[VRRL_REPAIR_FORMS] = {false};
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        const vrrl_repair r = {.kind = rows[i].kind, .parts = {rows[i].part}, .part_count = 1};
        assert_string_equal(said(&r), rows[i].text);
        expect_json(&r, rows[i].json);
        seen[rows[i].part.form] = true;
    }
    for (int form = 0; form < VRRL_REPAIR_FORMS; form++)
        assert_true(seen[form]);
}

/* A fence in two slots is named once, two fences each. */
static void two_parts_are_one_sentence(void **state)
{
    (void)state;
    vrrl_repair r = {.kind = VRRL_REPAIR_FENCE,
                     .parts = {{.form = VRRL_REPAIR_FORM_FENCE,
                                .slot = "a",
                                .opcode = VRRL_OPCODE_FENCE_SEQ_CST},
                               {.form = VRRL_REPAIR_FORM_FENCE_LAST,
                                .slot = "b",
                                .opcode = VRRL_OPCODE_FENCE_SEQ_CST}},
                     .part_count = 2};
    assert_string_equal(said(&r), "FENCE_SEQ_CST before operation 1 of a and behind all of b");
    r.parts[1].opcode = VRRL_OPCODE_FENCE_ACQUIRE;
    assert_string_equal(said(&r),
                        "FENCE_SEQ_CST before operation 1 of a and FENCE_ACQUIRE behind all of b");
    expect_json(
        &r, "{\"form\":\"fence\",\"opcode\":\"FENCE_SEQ_CST\",\"operation\":1,\"label\":\"a\"}");
}

/* What there is no room for is cut, and nothing is written behind it. */
static void long_names_are_cut(void **state)
{
    (void)state;
    vrrl_repair r = {.kind = VRRL_REPAIR_WAIT,
                     .parts = {{.form = VRRL_REPAIR_FORM_WAIT}, {.form = VRRL_REPAIR_FORM_WAIT}},
                     .part_count = 2};
    for (int i = 0; i < 2; i++) {
        memset(r.parts[i].slot, 's', sizeof r.parts[i].slot - 1);
        memset(r.parts[i].other, 'o', sizeof r.parts[i].other - 1);
        memset(r.parts[i].word, 'w', sizeof r.parts[i].word - 1);
    }
    assert_int_equal(strlen(said(&r)), VRRL_REPAIR_TEXT_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_has_its_sentence),
        cmocka_unit_test(two_parts_are_one_sentence),
        cmocka_unit_test(long_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
