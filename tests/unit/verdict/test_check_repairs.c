/* Repairs of a check: none is offered that does not hold when the whole program is run with it. */
#include "graphs.h"
#include "program_text.h"
#include "said.h"

#include "check/edit.h"
#include "vrrl/analysis/check.h"
#include "vrrl/analysis/selftest.h"
#include "vrrl/analysis/verdict.h"

static vrrl_program *load(const char *name)
{
    char path[512];
    vrrl_program *program = NULL;
    vrrl_error err = {0};
    snprintf(path, sizeof path, VRRL_TEST_DATA "/repairs/%s.mk", name);
    if (vrrl_program_load(path, &program, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return program;
}

static vrrl_program_check *tried(const vrrl_program *program)
{
    const vrrl_try_options options = {.size = sizeof options, .keep = true};
    vrrl_program_check *check;
    vrrl_error err = {0};
    if (vrrl_check_program(program, NULL, &check, &err) != VRRL_OK ||
        vrrl_program_check_watch(check, program, NULL, &err) != VRRL_OK ||
        vrrl_program_check_try(check, program, &options, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return check;
}

/* As the tool has it: executions are searched, up to so many states. */
static vrrl_program_check *searched(const vrrl_program *program, uint64_t states)
{
    const vrrl_check_search_options search = {.size = sizeof search, .states = states};
    const vrrl_try_options options = {.size = sizeof options, .keep = true};
    vrrl_program_check *check;
    vrrl_error err = {0};
    if (vrrl_check_program(program, NULL, &check, &err) != VRRL_OK ||
        vrrl_program_check_watch(check, program, NULL, &err) != VRRL_OK ||
        vrrl_program_check_search(check, program, &search, &err) != VRRL_OK ||
        vrrl_program_check_show(check, program, &err) != VRRL_OK ||
        vrrl_program_check_try(check, program, &options, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return check;
}

/* By other schedules than those by which the repair was tried, under all models; and what the check says
 * of the program as it is then. */
static void holds(const vrrl_check_repair *repair)
{
    vrrl_explore_options options = {.size = sizeof options, .schedules = 120, .setup.seed = 77};
    vrrl_explore_result *explored;
    vrrl_program_check *check;
    vrrl_error err = {0};
    if (!repair->change.kind || !repair->program)
        return;
    assert_true(repair->tried && repair->cells > 0 && (repair->complete || repair->schedules > 0));
    assert_int_equal(vrrl_explore(repair->program, &options, &explored, &err), VRRL_OK);
    if (explored->defect_count > 0)
        fail_msg("repair %d: %s at %s", (int)repair->change.kind,
                 vrrl_defect_kind_name(explored->defects[0].first.kind), explored->defects[0].name);
    vrrl_explore_result_free(explored);
    assert_int_equal(vrrl_check_program(repair->program, NULL, &check, &err), VRRL_OK);
    assert_int_not_equal(check->verdict, VRRL_CHECK_DEADLOCK);
    assert_int_not_equal(check->verdict, VRRL_CHECK_RACY);
    vrrl_program_check_free(check);
}

/* An earlier epoch has left a 1 in the counter: a wait for more would hold the first epoch up for ever. */
static void what_an_epoch_leaves_is_reset(void **state)
{
    (void)state;
    vrrl_program *program = load("reset-forgotten");
    vrrl_program_check *check = tried(program);
    assert_int_equal(check->count, 2);
    const vrrl_check_repair *repair = &check->items[1].result->races[0].repair;
    assert_string_equal(check_said(check->items[1].graph, repair),
                        "the prologue of each later epoch resets flag");
    assert_true(repair->tried && repair->complete);
    assert_int_equal(repair->after, VRRL_CHECK_SAFE);
    holds(repair);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

/* The same, but what the counter comes to is expected: then it is the waits that grow. Those of tasks by a
 * store of the prologue, those of other slots in a batch of their own. */
static void or_the_waits_grow(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "words data[2] of 2\nwords out[2] of 2\nword flag\nworkers serial 2\nobserve out\n"
        "epoch times 3\ntask w on 1\nupdates data[0]\nsignals flag += 1\nend\n"
        "task r on 0\nwaits flag >= 1\nreads data[0]\nwrites out[0]\nend\n%send\n",
        "word data\nword seen in observable\nword flag\nworkers serial 2\n"
        "epoch times 3\nprologue\nSTORE_U32 0, data\nend\nw: pack STORE_U32 1, data then SIGNAL "
        "flag, 1 on 1\n"
        "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen on 0\n%send\n"};
    for (size_t i = 0; i < 2; i++) {
        char text[1024];
        snprintf(text, sizeof text, texts[i], "expect flag any of 1, 2, 3\n");
        vrrl_program *loose = program_of(text);
        vrrl_program_check *check = tried(loose);
        const vrrl_check_result *result = check->items[1].result;
        assert_string_equal(check_said(check->items[1].graph, &result->races[0].repair),
                            "the prologue of each later epoch resets flag");
        vrrl_program_check_free(check);
        vrrl_program_free(loose);
    }
    char text[1024];
    snprintf(text, sizeof text, texts[1],
             "end\nepoch\nt: WAIT_GE flag, 3 on 0\n"); /* and a later epoch counts on it */
    vrrl_program *program = program_of(text);
    vrrl_program_check *check = tried(program);
    const vrrl_check_repair *repair = &check->items[1].result->races[0].repair;
    assert_string_equal(check_said(check->items[1].graph, repair),
                        "waits for flag grow with the epoch, by what its signals add");
    assert_true(repair->refused > 0);
    holds(repair);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

static const struct kind {
    const char *text, *repair;
} kinds[] = {
    /* Release and acquire, both at once. */
    {"word data\nword flag\nword seen in observable\nepoch\n"
     "w: pack STORE_U32 7, data then ATOMIC_ADD 1, flag\n"
     "r: pack WAIT_RELAXED flag, 1 then LOAD_U32 data, seen\nend\n",
     "0 signals flag with release, and 1 waits for it with acquire"},
    {"words data[1] of 2\nwords out[1] of 2\nword flag\nobserve out\nepoch\n"
     "task w\nwrites data[0]\nsignals flag += 1 relaxed\nend\n"
     "task r\nwaits flag >= 1 relaxed\nreads data[0]\nwrites out[0]\nend\nend\n",
     "0 signals flag with release, and 1 waits for it with acquire"},
    /* A slot of a queue that comes behind the one that tells of it. */
    {"workers serial 2\nword data\nword flag\nword seen in observable\nepoch\nqueue 0\n"
     "tell: SIGNAL flag, 1\nput: STORE_U32 7, data\nend\n"
     "queue 1\nget: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\nend\nend\n",
     "in its queue, 1 comes before 0"},
};

static void each_kind_is_offered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        vrrl_program *program = program_of(kinds[i].text);
        vrrl_program_check *check = tried(program);
        assert_int_equal(check->items[0].result->race_count, 1);
        const vrrl_check_repair *repair = &check->items[0].result->races[0].repair;
        assert_string_equal(check_said(check->items[0].graph, repair), kinds[i].repair);
        assert_true(repair->tried);
        holds(repair);
        vrrl_program_check_free(check);
        vrrl_program_free(program);
    }
}

static void repair_of_wait(const char *text, const char *repair, bool hides)
{
    vrrl_program *program = program_of(text);
    vrrl_program_check *check = tried(program);
    const vrrl_check_root *root = &check->items[check->count - 1].result->roots[0];
    assert_string_equal(check_said(check->items[check->count - 1].graph, &root->repair), repair);
    assert_int_equal(root->repair.hides, hides);
    assert_true(root->repair.tried);
    holds(&root->repair);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

/* A wait for what is there from the first would be none: then it goes, and the signal may be what is missing. */
static void a_wait_that_nobody_serves_goes(void **state)
{
    (void)state;
    repair_of_wait("word c\nepoch\nw: WAIT_GE c, 1\nend\n", "0 no longer waits for c", true);
    repair_of_wait("words c[2]\ninit c[0] = 3\nepoch\ns: SIGNAL c[1], 1\nw: WAIT_GE c[0], 5\n"
                   "v: WAIT_GE c[0], 4\nend\n",
                   "1 no longer waits for c[0]; and 1 more like it", true);
    repair_of_wait("word c\nepoch\ns: SIGNAL c, 2\nend\nepoch\nw: WAIT_GE c, 3\nend\n",
                   "0 no longer waits for c", true);
    repair_of_wait("words d[1] of 2\nword c\ninit c = 1\nepoch\ntask w\nwaits c >= 2\n"
                   "writes d[0]\nend\nend\n",
                   "0 no longer waits for c", true);
    repair_of_wait("word c\ninit c = 1\nepoch\ns: SIGNAL c, 1\nw: WAIT_GE c, 3\nend\n",
                   "1 waits for c >= 2", false);
}

/* One line of a loop is one repair, in every place that the line makes. */
static void siblings_are_mended_together(void **state)
{
    (void)state;
    vrrl_program *program = load("threshold-low");
    vrrl_program_check *check = tried(program);
    const vrrl_check_repair *repair = &check->items[0].result->races[0].repair;
    assert_non_null(strstr(check_said(check->items[0].graph, repair), "and 23 more like it"));
    assert_int_equal(repair->after, VRRL_CHECK_SAFE);
    assert_true(repair->tried);
    holds(repair);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

/* Slots alone leave three pairs open, for they do not see the lock; two of them race. One repair leaves the
 * other, and both together none. */
static void what_executions_show_is_mended(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word lock\nword d in observable\ninit lock = 1\nepoch\n"
                                       "a: pack TAKE lock then STORE_U32 1, d then SIGNAL lock, 1\n"
                                       "b: pack TAKE lock then STORE_U32 2, d then SIGNAL lock, 1\n"
                                       "c: pack STORE_U32 3, d then NOP\nend\n");
    vrrl_program_check *check = searched(program, 0);
    const vrrl_check_result *result = check->items[0].result;
    assert_true(check->all->complete);
    assert_int_equal(result->pairs, 2);
    assert_int_equal(result->race_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(result->races[i].repair.change.kind);
        assert_int_equal(result->races[i].repair.pairs_left, 1);
    }
    assert_string_equal(check_said(check->items[0].graph, &result->all), "all 2 repairs together");
    holds(&result->all);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

/* A run of one slot after the other shows neither race, and the search is cut short: of the program, and of
 * each repair of it. Each repair leaves the other race all the same. */
static void one_of_two_races_is_mended_where_not_all_is_known(void **state)
{
    (void)state;
    vrrl_program *program = program_of(
        "words d[2] in observable\nwords f[4]\nwords r[4]\nword z\nwords q[6]\nepoch\n"
        "a: pack LOAD_ACQUIRE f[1], r[0] then STORE_U32 1, d[0] then STORE_RELEASE 1, f[0]\n"
        "b: pack LOAD_ACQUIRE f[0], r[1] then STORE_U32 2, d[0] then STORE_RELEASE 1, f[1]\n"
        "c: pack LOAD_ACQUIRE f[3], r[2] then STORE_U32 1, d[1] then STORE_RELEASE 1, f[2]\n"
        "e: pack LOAD_ACQUIRE f[2], r[3] then STORE_U32 2, d[1] then STORE_RELEASE 1, f[3]\n"
        "x: pack FETCH_ADD 1, z, q[0] then FETCH_ADD 2, z, q[1]\n"
        "y: pack FETCH_ADD 4, z, q[2] then FETCH_ADD 8, z, q[3]\n"
        "w: pack FETCH_ADD 16, z, q[4] then FETCH_ADD 32, z, q[5]\nend\n");
    vrrl_program_check *check = searched(program, 2000);
    const vrrl_check_result *result = check->items[0].result;
    assert_false(check->all->complete);
    assert_int_equal(check->run->race_total, 0);
    assert_int_equal(check->all->race_total, 0); /* told by slots */
    assert_int_equal(result->race_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(result->races[i].repair.change.kind);
        assert_int_equal(result->races[i].repair.pairs_left, 1);
    }
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

/* Two slots have a lock, and a third has another: that the first two race is not known. */
static void pairs_of_a_group_that_are_shown_are_mended(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("words lock[2]\nword d in observable\ninit lock[0] = 1\n"
                   "init lock[1] = 1\nepoch\n"
                   "pack TAKE lock[0] then STORE_U32 1, d then SIGNAL lock[0], 1\n"
                   "pack TAKE lock[0] then STORE_U32 2, d then SIGNAL lock[0], 1\n"
                   "pack TAKE lock[1] then STORE_U32 3, d then SIGNAL lock[1], 1\n"
                   "end\n");
    vrrl_program_check *check = searched(program, 20);
    const vrrl_check_result *result = check->items[0].result;
    assert_false(check->all->complete);
    assert_int_equal(result->pairs, 3);
    assert_int_equal(result->race_count, 2);
    assert_false(result->races[0].pair.unsure);
    assert_int_equal(result->races[0].pair.tasks[1], 2);
    assert_int_equal(result->races[0].pairs, 2);
    assert_non_null(result->races[0].schedule);
    assert_true(result->races[0].repair.change.kind);
    holds(&result->races[0].repair);
    assert_true(result->races[1].pair.unsure);
    assert_int_equal(check->run->told, check->run->race_total);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

/* That the second waits for the first would order them; but the first may need what the second signals. */
static void a_repair_that_may_get_stuck_is_none(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("word sem\nwords d[2]\ninit sem = 1\nepoch\n"
                   "b: pack TAKE sem then STORE_U32 1, d[0] then SIGNAL sem, 1\n"
                   "a: pack TAKE sem then STORE_U32 1, d[1]\n"
                   "c: pack STORE_U32 2, d[0] then STORE_U32 2, d[1] then SIGNAL sem, 1\nend\n");
    vrrl_program_check *check = searched(program, 0);
    const vrrl_check_result *result = check->items[0].result;
    assert_int_not_equal(check->verdict, VRRL_CHECK_DEADLOCK);
    assert_int_equal(result->race_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(result->races[i].repair.change.kind, VRRL_CHECK_CHANGE_NONE);
        assert_int_equal(result->races[i].repair.refused, 2);
    }
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

/* What cannot be made is left out, and counted, and the check goes on. */
static void what_cannot_be_made_is_left_out(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("word d\nepoch\na: STORE_U32 1, d\nb: STORE_U32 2, d\nend\n");
    vrrl_program_check *check;
    vrrl_error err = {0};
    const vrrl_try_options options = {.size = sizeof options, .keep = false};
    assert_int_equal(vrrl_check_program(program, NULL, &check, &err), VRRL_OK);
    vrrl_check_repair *repair = &check->items[0].result->races[0].repair;
    assert_non_null(repair->edits);
    repair->edits->first.items[0].kind = VRRL_CHECK_CHANGE_RANGE; /* of graphs alone */
    repair->edits->instead.count = 0;
    assert_int_equal(vrrl_program_check_try(check, program, &options, &err), VRRL_OK);
    assert_int_equal(repair->change.kind, VRRL_CHECK_CHANGE_NONE);
    assert_int_equal(repair->unmade, 1);
    assert_int_equal(repair->refused, 0);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

static void check_all(const vrrl_program_check *check)
{
    for (uint32_t i = 0; i < check->count; i++) {
        const vrrl_check_result *r = check->items[i].result;
        for (uint32_t k = 0; k < r->race_count; k++)
            holds(&r->races[k].repair);
        for (uint32_t k = 0; k < r->root_count; k++)
            holds(&r->roots[k].repair);
        holds(&r->all);
    }
}

/* Programs of the selftest, those that are right among them. */
static void none_of_the_selftest_fails(void **state)
{
    (void)state;
    vrrl_selftest *suite;
    vrrl_error err = {0};
    uint32_t stride = 3;
#ifdef VRRL_SANITIZED
    stride = 16;
#endif
    assert_int_equal(vrrl_selftest_create(&suite, &err), VRRL_OK);
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i += stride) {
        vrrl_program *program;
        assert_int_equal(vrrl_selftest_program(suite, i, &program, &err), VRRL_OK);
        vrrl_program_check *check = tried(program);
        check_all(check);
        vrrl_program_check_free(check);
        vrrl_program_free(program);
    }
    vrrl_selftest_free(suite);
}

/* Graphs: each mutant's repair is run, and holds. */
static void graphs_are_run(const char *name, const json_t *expected)
{
    const vrrl_try_options options = {.size = sizeof options, .keep = true, .slot_runs = 400000};
    vrrl_check_result *result;
    vrrl_error err = {0};
    (void)expected;
    if (strncmp(name, "toy", 3) != 0)
        return;
    vrrl_graph *graph = load_graph(name);
    assert_int_equal(
        vrrl_check(graph, &(vrrl_check_options){.size = sizeof(vrrl_check_options)}, &result, &err),
        VRRL_OK);
    assert_int_equal(vrrl_check_try(result, graph, &options, &err), VRRL_OK);
    if (result->verdict != VRRL_CHECK_SAFE) {
        const vrrl_check_repair *repair =
            result->race_count ? &result->races[0].repair : &result->roots[0].repair;
        assert_true(repair->change.kind && repair->tried);
        holds(repair);
    }
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
}

static void repairs_of_graphs_are_run(void **state)
{
    (void)state;
    for_each_verdict(graphs_are_run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_epoch_leaves_is_reset),
        cmocka_unit_test(or_the_waits_grow),
        cmocka_unit_test(each_kind_is_offered),
        cmocka_unit_test(a_wait_that_nobody_serves_goes),
        cmocka_unit_test(siblings_are_mended_together),
        cmocka_unit_test(what_executions_show_is_mended),
        cmocka_unit_test(one_of_two_races_is_mended_where_not_all_is_known),
        cmocka_unit_test(pairs_of_a_group_that_are_shown_are_mended),
        cmocka_unit_test(a_repair_that_may_get_stuck_is_none),
        cmocka_unit_test(what_cannot_be_made_is_left_out),
        cmocka_unit_test(none_of_the_selftest_fails),
        cmocka_unit_test(repairs_of_graphs_are_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
