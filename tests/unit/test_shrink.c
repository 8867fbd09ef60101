/* Shrinking: what is left fails as the whole did, and fails no more without any part of it. */
#include "base/random.h"
#include "graphs.h"
#include "program_text.h"
#include "programs/edit.h"
#include "vrrl/shrink.h"

static vrrl_shrink_result shrunk(const vrrl_program *program, uint32_t models)
{
    vrrl_shrink_options options = {.seed = 1, .models = models};
    vrrl_shrink_result result;
    vrrl_error err = {0};
    if (vrrl_shrink(program, &options, &result, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    return result;
}

/* Whether a campaign of its own, which shares no code with the hunt, finds the failure by name. */
static bool explorer_finds(const vrrl_program *program, const vrrl_shrink_result *wanted)
{
    vrrl_explore_options options = {.models = 1u << wanted->model,
                                    .grain = wanted->grain,
                                    .schedules = 1000,
                                    .workers_first = wanted->after.workers,
                                    .workers_last = wanted->after.workers};
    vrrl_explore_result result;
    vrrl_error err = {0};
    if (vrrl_explore(program, &options, &result, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    bool found = false;
    for (uint32_t i = 0; i < result.defect_count; i++)
        found = found || (result.defects[i].first.kind == wanted->outcome.kind &&
                          strcmp(result.defects[i].name, wanted->name) == 0);
    vrrl_explore_result_free(&result);
    return found;
}

/* The string reproduces it by itself, with all that it says. */
static void string_reproduces(const vrrl_shrink_result *r)
{
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    if (vrrl_schedule_run(r->program, r->schedule, &outcome, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, r->schedule);
    assert_true(vrrl_outcome_same_defect(&outcome, &r->outcome));
    assert_int_equal(outcome.found, r->outcome.found);
    /* And is where another shrink can begin, which has nothing left to do. */
    vrrl_shrink_options options = {.schedule = r->schedule, .seed = 1};
    vrrl_shrink_result again;
    assert_int_equal(vrrl_shrink(r->program, &options, &again, &err), VRRL_OK);
    assert_int_equal(again.after.slots, r->after.slots);
    assert_int_equal(again.after.rows, r->after.rows);
    assert_string_equal(again.schedule, r->schedule);
    vrrl_shrink_result_free(&again);
}

/* Of slots alone, which the names of failures are independent of. */
static void no_slot_can_go(const vrrl_shrink_result *r)
{
    struct edited all;
    struct program_part *parts;
    uint32_t count;
    vrrl_error err = {0};
    assert_int_equal(edited_begin(r->program, &all, &err), VRRL_OK);
    assert_int_equal(program_parts(r->program, PARTS_SLOTS, &parts, &count, &err), VRRL_OK);
    bool *keep = malloc(count + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct edited less;
        memset(keep, true, count);
        keep[i] = false;
        assert_int_equal(program_without(&all, parts, keep, count, &less, &err), VRRL_OK);
        assert_false(explorer_finds(less.program, r));
        edited_free(&less);
    }
    free(keep);
    free(parts);
    edited_free(&all);
}

static void a_forgotten_wait_leaves_two_slots(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait");
    vrrl_shrink_result r = shrunk(program, 0);
    assert_int_equal(r.before.slots, 5);
    assert_int_equal(r.after.slots, 2);
    assert_int_equal(r.outcome.kind, VRRL_DEFECT_VALUE);
    assert_string_equal(r.before_name, "reader[2]");
    assert_string_equal(r.name, "reader[2]");
    assert_true(r.minimal);
    assert_true(explorer_finds(r.program, &r));
    string_reproduces(&r);
    no_slot_can_go(&r);
    vrrl_shrink_result_free(&r);
    vrrl_program_free(program);
}

/* A deadlock stays one of the same kind: a cycle does not become a wait that nobody serves. */
static void deadlocks_keep_their_root(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t slots;
    } rows[] = {{"swapped-queue", 2}, {"residency", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program = example(rows[i].name);
        vrrl_shrink_result r = shrunk(program, 0);
        assert_int_equal(r.outcome.kind, VRRL_DEFECT_DEADLOCK);
        assert_int_equal(r.after.slots, rows[i].slots);
        assert_true(r.minimal);
        vrrl_shrink_result_free(&r);
        vrrl_program_free(program);
    }
}

static void values_of_every_schedule_keep_their_value(void **state)
{
    (void)state;
    vrrl_program *program = example("stale-counter");
    vrrl_shrink_result r = shrunk(program, 1u << VRRL_MEMORY_SC);
    assert_int_equal(r.outcome.kind, VRRL_DEFECT_EXPECT);
    assert_int_equal(r.outcome.found, r.before_outcome.found);
    assert_true(r.after.slots > 0);
    vrrl_shrink_result_free(&r);
    vrrl_program_free(program);
}

static void graphs_become_two_tasks(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
        uint32_t most;
    } rows[] = {
        {"toy-2l.drop-wait-1.json", NULL, 2},
        {"toy-2l.drop-wait-2.json", NULL, 2},
        {"toy-2l.partial-wait-1.json", NULL, 2},
        {"toy-2l.wrong-counter-2.json", NULL, 2},
        {"toy-2l.overlap-1.json", NULL, 2},
        {"toy-2l.over-wait-1.json", NULL, 1},
        {"llama-3.2-1b.drop-wait-5.json.zst", "L14.q_proj[t5]", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program = graph_program(rows[i].file, NULL);
        vrrl_shrink_result r = shrunk(program, 0);
        assert_in_range(r.after.slots, 1, rows[i].most);
        assert_string_equal(r.name, r.before_name);
        if (rows[i].name)
            assert_string_equal(r.name, rows[i].name);
        assert_true(r.minimal);
        assert_true(explorer_finds(r.program, &r));
        string_reproduces(&r);
        no_slot_can_go(&r);
        vrrl_shrink_result_free(&r);
        vrrl_program_free(program);
    }
}

/* A race among slots that have nothing to do with it. */
static void random_races(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (uint32_t i = 0; i < 15; i++) {
        char text[4096] = "word a\nword b\nwords other[8]\nword seen in observable\nepoch\n";
        uint32_t at = random_below(&seed, 6), with = random_below(&seed, 6);
        for (uint32_t k = 0; k < 6; k++) {
            char line[160];
            snprintf(line, sizeof line, "busy[%u]: pack STORE_U32 %u, other[%u] then SIGNAL b, 1\n",
                     k, k + 1, k);
            strcat(text, line);
            if (k == at)
                strcat(text, "writer: pack NOP then STORE_U32 7, a then SIGNAL b, 1\n");
            if (k == with)
                strcat(text, "reader: pack WAIT_GE b, 2 then LOAD_U32 a, seen\n");
        }
        strcat(text, "end\n");
        vrrl_program *program = program_of(text);
        vrrl_shrink_result r = shrunk(program, 1u << VRRL_MEMORY_SC);
        assert_string_equal(r.name, "reader");
        assert_int_equal(r.after.slots, 2);
        assert_true(explorer_finds(r.program, &r));
        string_reproduces(&r);
        no_slot_can_go(&r);
        vrrl_shrink_result_free(&r);
        vrrl_program_free(program);
    }
}

static void programs_that_do_not_fail_are_not_shrunk(void **state)
{
    (void)state;
    vrrl_program *program = example("message-passing");
    vrrl_shrink_options options = {.seed = 1, .schedules = 50};
    vrrl_shrink_result result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_shrink(program, &options, &result, &err), VRRL_NOT_FOUND);
    assert_null(result.program);
    vrrl_program_free(program);
}

/* The same options give the same program; a limit of time gives one that fails at least. */
static void it_is_deterministic_and_can_be_stopped(void **state)
{
    (void)state;
    vrrl_program *program = graph_program("toy-2l.drop-wait-1.json", NULL);
    vrrl_shrink_result a = shrunk(program, 0), b = shrunk(program, 0);
    uint8_t x[32], y[32];
    vrrl_program_digest(a.program, x);
    vrrl_program_digest(b.program, y);
    assert_memory_equal(x, y, sizeof x);
    assert_int_equal(a.runs, b.runs);
    vrrl_shrink_result_free(&b);
    vrrl_shrink_options options = {.seed = 1, .milliseconds = 12};
    vrrl_error err = {0};
    if (vrrl_shrink(program, &options, &b, &err) == VRRL_OK) {
        assert_true(b.outcome.kind == VRRL_DEFECT_VALUE);
        assert_string_equal(b.name, a.name);
        vrrl_shrink_result_free(&b);
    }
    vrrl_shrink_result_free(&a);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forgotten_wait_leaves_two_slots),
        cmocka_unit_test(deadlocks_keep_their_root),
        cmocka_unit_test(values_of_every_schedule_keep_their_value),
        cmocka_unit_test(graphs_become_two_tasks),
        cmocka_unit_test(random_races),
        cmocka_unit_test(programs_that_do_not_fail_are_not_shrunk),
        cmocka_unit_test(it_is_deterministic_and_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
