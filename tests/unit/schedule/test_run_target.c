/*
 * Subjects: what the examples show under random schedules, what small programs show under all of
 * them, and that the short way of judging a run is the long one.
 */
#include "run_target_test.h"

#include "program/batch_view.h"

enum { RUNS = 400, MODELS = 3 };

/* ---- The examples ---------------------------------------------------------------------------- */

static uint32_t workers_for(const vrrl_program *program)
{
    return program->model.kind == VRRL_MODEL_POOL ? 3 : 0;
}

static void expect_none_fails(const char *name)
{
    vrrl_program *program = example(name);
    for (uint32_t m = 0; m < MODELS; m++) {
        struct run_target *s = run_target_of(program, m, workers_for(program));
        assert_int_equal(run_target_reference(s)->kind, VRRL_DEFECT_NONE);
        for (uint64_t seed = 0; seed < RUNS; seed++) {
            vrrl_run_outcome o = run_at_random(s, seed);
            if (o.kind != VRRL_DEFECT_NONE)
                fail_msg("%s, %s, seed %llu: %s of slot %u", name, vrrl_memory_model_name(m),
                         (unsigned long long)seed, vrrl_defect_kind_name(o.kind), o.slot);
        }
        run_target_destroy(s);
    }
    vrrl_program_free(program);
}

static void test_correct_examples_never_fail(void **state)
{
    (void)state;
    static const char *const names[] = {
        "counter-reset", "debug-log",   "dfa-pipeline",    "double-buffer", "layer-tasks",
        "lock-handoff",  "packed-tile", "message-passing", "shutdown",      "tenant-fault",
    };
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
        expect_none_fails(names[i]);
}

typedef struct wrong {
    const char *name;
    vrrl_defect_kind kind;
    uint32_t epoch;
    const char *slot; /* NULL: any, or none */
    bool always;
} wrong;

static void expect_wrong(const wrong *w)
{
    vrrl_program *program = example(w->name);
    struct run_target *s = run_target_of(program, VRRL_MEMORY_SC, workers_for(program));
    uint32_t failures = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        char name[VRRL_NAME_MAX] = "";
        vrrl_run_outcome o = run_at_random(s, seed);
        if (o.kind == VRRL_DEFECT_NONE)
            continue;
        failures++;
        if (o.slot != VRRL_NO_INDEX)
            slot_name(program, o.epoch, o.slot, name, sizeof name);
        if (o.kind != w->kind || o.epoch != w->epoch || (w->slot && strcmp(name, w->slot) != 0))
            fail_msg("%s: %s in epoch %u of \"%s\"", w->name, vrrl_defect_kind_name(o.kind),
                     o.epoch, name);
    }
    assert_true(failures > 0);
    if (w->always)
        assert_int_equal(failures, RUNS);
    else
        assert_true(failures < RUNS);
    run_target_destroy(s);
    vrrl_program_free(program);
}

static void test_wrong_examples_fail_as_they_should(void **state)
{
    (void)state;
    static const wrong wrongs[] = {
        {"missing-wait", VRRL_DEFECT_VALUE, 0, "reader[2]", false},
        {"pipelined-overtake", VRRL_DEFECT_VALUE, 0, "use", false},
        {"stale-counter", VRRL_DEFECT_EXPECT, 1, NULL, false},
        {"residency", VRRL_DEFECT_DEADLOCK, 0, NULL, true},
        {"swapped-queue", VRRL_DEFECT_DEADLOCK, 0, NULL, true},
    };
    for (uint32_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
        expect_wrong(&wrongs[i]);
}

/* ---- All schedules of small programs --------------------------------------------------------- */

enum { DEPTH_MAX = 256 };

/* A walk over all sequences of choices: each run follows `at`, then takes the first of the rest. */
typedef struct walk {
    uint32_t at[DEPTH_MAX], of[DEPTH_MAX];
    uint32_t depth, next;
} walk;

static uint32_t next_choice(walk *w, uint32_t count)
{
    assert_true(w->next < DEPTH_MAX);
    if (w->next == w->depth) {
        w->at[w->depth] = 0;
        w->of[w->depth++] = count;
    }
    assert_int_equal(w->of[w->next], count); /* a run target is deterministic */
    return w->at[w->next++];
}

static void walk_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    walk *w = context;
    *at = count > 1 ? next_choice(w, count) : 0;
    *option = lanes[*at].options > 1 ? next_choice(w, lanes[*at].options) : 0;
}

/* To the next sequence; false: that was the last. */
static bool walk_on(walk *w)
{
    w->next = 0;
    while (w->depth > 0 && w->at[w->depth - 1] + 1 == w->of[w->depth - 1])
        w->depth--;
    if (!w->depth)
        return false;
    w->at[w->depth - 1]++;
    return true;
}

/* Which of four values some word of a failure had; bit 4: a run did not fail; bit 5: it failed
 * in another way. */
static uint32_t found_by_all(const char *text, vrrl_memory_model model)
{
    vrrl_program *program = program_of(text);
    struct run_target *s = run_target_of(program, model, 2);
    walk *w = calloc(1, sizeof *w);
    uint32_t found = 0;
    const struct chooser with = {.context = w, .choose = walk_choose};
    assert_non_null(w);
    do {
        vrrl_run_outcome o = run_with(s, &with);
        if (o.kind == VRRL_DEFECT_NONE)
            found |= 16;
        else
            found |= o.kind == VRRL_DEFECT_VALUE && o.word != VRRL_NO_INDEX && o.found < 4
                         ? 1u << o.found
                         : 32;
    } while (walk_on(w));
    free(w);
    run_target_destroy(s);
    vrrl_program_free(program);
    return found;
}

static void test_all_schedules_show_all_values(void **state)
{
    (void)state;
    /* The reference runs the slots in order: seen is 1. It may be 0 as well. */
    const char *race =
        "word x\nword seen in observable\nepoch\nSTORE_U32 1, x\nLOAD_U32 x, seen\nend\n";
    assert_int_equal(found_by_all(race, VRRL_MEMORY_SC), 16 | 1);
    /* A wait makes it 1 in every schedule. */
    const char *waits =
        "word x\nword f\nword seen in observable\nepoch\npack STORE_U32 1, x then SIGNAL f, 1\n"
        "pack WAIT_GE f, 1 then LOAD_U32 x, seen\nend\n";
    assert_int_equal(found_by_all(waits, VRRL_MEMORY_SC), 16);
    /* The expectation is the program's own, and the reference is as it says. */
    const char *last = "word x\nepoch\nSTORE_U32 2, x\nSTORE_U32 3, x\nexpect x any of 2, 3\nend\n";
    assert_int_equal(found_by_all(last, VRRL_MEMORY_SC), 16 | 1u << 2);
    /* Two that both wait for what the other brings last. */
    const char *stuck = "word f\nword g\nepoch\npack WAIT_GE f, 1 then SIGNAL g, 1\n"
                        "pack WAIT_GE g, 1 then SIGNAL f, 1\nend\n";
    assert_int_equal(found_by_all(stuck, VRRL_MEMORY_SC), 32);
}

static void test_regions_are_compared_as_they_say(void **state)
{
    (void)state;
    const char *race = "epoch\nSTORE_U32 1, x\nLOAD_U32 x, seen\nend\n";
    static const struct {
        const char *observe;
        uint32_t found;
    } rows[] = {
        {"", 16 | 1},
        {"observe x\n", 16 | 1},
        {"observe seen order-only\n", 16},
        {"observe seen ignore\n", 16},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        snprintf(text, sizeof text, "word x\nword seen in observable\n%s%s", rows[i].observe, race);
        assert_int_equal(found_by_all(text, VRRL_MEMORY_SC), rows[i].found);
    }
}

/* ---- Whole slots ------------------------------------------------------------------------------ */

/* As verdicts.tsv has them. */
static void expect_graph(const char *name, vrrl_defect_kind kind)
{
    vrrl_program *program = graph_program(name, NULL);
    struct run_target *s = slot_target_of(program);
    uint32_t failures = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        vrrl_run_outcome o = run_at_random(s, seed);
        failures += o.kind != VRRL_DEFECT_NONE;
        if (o.kind != VRRL_DEFECT_NONE && o.kind != kind)
            fail_msg("%s: %s of slot %u", name, vrrl_defect_kind_name(o.kind), o.slot);
    }
    if (kind == VRRL_DEFECT_NONE)
        assert_int_equal(failures, 0);
    else if (kind == VRRL_DEFECT_DEADLOCK)
        assert_int_equal(failures, RUNS);
    else
        assert_true(failures > 0);
    run_target_destroy(s);
    vrrl_program_free(program);
}

static void test_graphs_show_their_verdicts(void **state)
{
    (void)state;
    static const char *const racy[] = {"drop-wait-1", "partial-wait-1",  "overlap-1",
                                       "overlap-2",   "wrong-counter-1", "wrong-counter-2"};
    static const char *const stuck[] = {"over-wait-1", "over-wait-2", "cycle-1", "cycle-2"};
    char name[64];
    expect_graph("toy-2l.json", VRRL_DEFECT_NONE);
    for (uint32_t i = 0; i < sizeof racy / sizeof *racy; i++) {
        snprintf(name, sizeof name, "toy-2l.%s.json", racy[i]);
        expect_graph(name, VRRL_DEFECT_VALUE);
    }
    for (uint32_t i = 0; i < sizeof stuck / sizeof *stuck; i++) {
        snprintf(name, sizeof name, "toy-2l.%s.json", stuck[i]);
        expect_graph(name, VRRL_DEFECT_DEADLOCK);
    }
}

/* ---- Two ways, one judgement ----------------------------------------------------------------- */

static void expect_same_outcome(const vrrl_run_outcome *a, const vrrl_run_outcome *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->slot, b->slot);
    assert_int_equal(a->other, b->other);
    assert_int_equal(a->word, b->word);
    assert_int_equal(a->expected, b->expected);
    assert_int_equal(a->found, b->found);
    assert_int_equal(a->steps, b->steps);
    assert_int_equal(a->schedule, b->schedule);
}

/* A run target that has run nothing judges by host, observer and diff; one that has run much, mostly
 * by what it remembers. */
static void test_a_used_subject_judges_as_a_fresh_one(void **state)
{
    (void)state;
    static const char *const names[] = {"counter-reset", "debug-log",     "missing-wait",
                                        "residency",     "stale-counter", "shutdown"};
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        vrrl_program *program = example(names[i]);
        struct run_target *used = run_target_of(program, VRRL_MEMORY_VIEW, workers_for(program));
        for (uint64_t seed = 0; seed < 100; seed++) {
            struct run_target *fresh =
                run_target_of(program, VRRL_MEMORY_VIEW, workers_for(program));
            vrrl_run_outcome a = run_at_random(used, seed), b = run_at_random(fresh, seed);
            expect_same_outcome(&a, &b);
            run_target_destroy(fresh);
        }
        run_target_destroy(used);
        vrrl_program_free(program);
    }
}

/* With one worker the first epochs leave nothing to a chooser, and are not stepped again; the last one does.
 * Another limit counts all the same. */
static void test_epochs_of_one_way_count_as_any_other(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word x\nepoch times 3\nATOMIC_ADD 1, x\nend\n"
                                       "epoch\nATOMIC_ADD 1, x\nSTORE_U32 1, x\nend\n");
    for (uint32_t m = 0; m < MODELS; m++) {
        struct run_target *used = run_target_of(program, m, 1);
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct run_target *fresh = run_target_of(program, m, 1);
            vrrl_run_outcome a = run_at_random(used, seed), b = run_at_random(fresh, seed);
            expect_same_outcome(&a, &b);
            assert_true(a.steps > 5);
            run_target_destroy(fresh);
        }
        run_target_set_up(
            used, &(vrrl_setup){
                      .grain = VRRL_GRAIN_OPERATION, .model = m, .workers = 1, .step_limit = 1});
        vrrl_run_outcome o = run_at_random(used, 1);
        assert_int_equal(o.kind, VRRL_DEFECT_LIVELOCK);
        assert_int_equal(o.epoch, 0);
        run_target_destroy(used);
    }
    vrrl_program_free(program);
}

/* An epoch may have nothing but its prologue, and its host's fence. */
static void test_an_empty_epoch_passes(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word x\nepoch\nend\nepoch\nprologue\nSTORE_U32 3, x\nend\n"
                                       "end\nepoch\nATOMIC_ADD 1, x\nexpect x == 4\nend\n");
    for (uint32_t m = 0; m < MODELS; m++) {
        struct run_target *s = run_target_of(program, m, 2);
        for (uint64_t seed = 0; seed < 3; seed++)
            assert_int_equal(run_at_random(s, seed).kind, VRRL_DEFECT_NONE);
        run_target_destroy(s);
    }
    struct run_target *s = slot_target_of(program);
    assert_int_equal(run_at_random(s, 1).kind, VRRL_DEFECT_NONE);
    run_target_destroy(s);
    vrrl_program_free(program);
}

static void test_claims_and_ends_have_steps(void **state)
{
    (void)state;
    vrrl_program *program = example("message-passing");
    struct run_target *s = run_target_of(program, VRRL_MEMORY_SC, 2);
    vrrl_run_outcome o = run_at_random(s, 1);
    const uint64_t *claimed = run_target_claimed_at(s), *ended = run_target_ended_at(s);
    for (uint32_t i = 0; i < program->batches[0].count; i++)
        assert_true(0 < claimed[i] && claimed[i] < ended[i] && ended[i] <= o.steps);
    run_target_destroy(s);
    vrrl_program_free(program);
}

/* ---- More epochs than something is kept of ---------------------------------------------------- */

enum { MANY_EPOCHS = (1 << 16) + 5000, LATE_EPOCH = MANY_EPOCHS - 3 };

/* The last slot is claimed first in one epoch alone. */
static void begin_late(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    (void)slots;
    (void)lanes;
    *(bool *)context = epoch == LATE_EPOCH;
}

static void choose_late(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    const bool *late = context;
    (void)at;
    (void)count;
    if (*late)
        *option = lanes[0].options - 1;
}

/* The engines' memory is over, and what was kept of the first epochs has given way: each run shows what the first did. */
static void test_many_epochs(void **state)
{
    (void)state;
    char text[256];
    snprintf(text, sizeof text,
             "word count\nword seen in observable\nepoch times %d\na: ATOMIC_ADD 1, count\nb: "
             "LOAD_U32 count, "
             "seen\nend\n",
             MANY_EPOCHS);
    vrrl_program *program = program_of(text);
    struct run_target *s = run_target_of(program, VRRL_MEMORY_SC, 2);
    bool late = false;
    const struct chooser by = {.context = &late, .begin = begin_late, .choose = choose_late};
    for (uint32_t i = 0; i < 2; i++) {
        vrrl_run_outcome o;
        vrrl_error err = {0};
        assert_int_equal(run_target_run(s, NULL, &o, &err), VRRL_OK);
        assert_int_equal(o.kind, VRRL_DEFECT_NONE);
        assert_int_equal(o.epoch, MANY_EPOCHS - 1);
        assert_int_equal(run_target_run(s, &by, &o, &err), VRRL_OK);
        assert_int_equal(o.kind, VRRL_DEFECT_VALUE);
        assert_int_equal(o.epoch, LATE_EPOCH);
        assert_int_equal(o.expected, LATE_EPOCH + 1);
        assert_int_equal(o.found, LATE_EPOCH);
    }
    run_target_destroy(s);
    vrrl_program_free(program);
}

/* That a run differs is told all the same. */
static void test_pairs_are_left_out_where_nobody_asks(void **state)
{
    (void)state;
    vrrl_program *p = program_of("word d\nword seen\nobserve seen\nepoch\nw: STORE_U32 7, d\n"
                                 "r: MEMCPY d, seen, 1\nend\n");
    struct run_target_options options = {.setup.grain = VRRL_GRAIN_OPERATION, .setup.workers = 2};
    uint32_t failed = 0;
    struct run_target *pairs = run_target_with(p, &options);
    options.no_pairs = true;
    struct run_target *alone = run_target_with(p, &options);
    for (uint64_t seed = 0; seed < 20; seed++) {
        vrrl_run_outcome a = run_at_random(pairs, seed), b = run_at_random(alone, seed);
        assert_int_equal(a.kind, b.kind);
        assert_int_equal(a.word, b.word);
        assert_int_equal(a.found, b.found);
        assert_int_equal(b.other, VRRL_NO_INDEX);
        assert_true(a.kind == VRRL_DEFECT_NONE || a.other != VRRL_NO_INDEX);
        failed += a.kind != VRRL_DEFECT_NONE;
    }
    assert_in_range(failed, 1, 19);
    run_target_destroy(pairs);
    run_target_destroy(alone);
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_correct_examples_never_fail),
        cmocka_unit_test(test_wrong_examples_fail_as_they_should),
        cmocka_unit_test(test_all_schedules_show_all_values),
        cmocka_unit_test(test_regions_are_compared_as_they_say),
        cmocka_unit_test(test_graphs_show_their_verdicts),
        cmocka_unit_test(test_a_used_subject_judges_as_a_fresh_one),
        cmocka_unit_test(test_epochs_of_one_way_count_as_any_other),
        cmocka_unit_test(test_an_empty_epoch_passes),
        cmocka_unit_test(test_claims_and_ends_have_steps),
        cmocka_unit_test(test_many_epochs),
        cmocka_unit_test(test_pairs_are_left_out_where_nobody_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
