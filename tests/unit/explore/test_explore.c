/* Campaigns, as a user of the library sees them. */
#include "vrrl/analysis/schedule.h"

#include "program_text.h"

static vrrl_explore_result *explored(const vrrl_program *program,
                                     const vrrl_explore_options *options)
{
    vrrl_explore_result *result;
    vrrl_error err = {0};
    if (vrrl_explore(program, options, &result, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return result;
}

static bool same_outcome(const vrrl_run_outcome *a, const vrrl_run_outcome *b)
{
    return vrrl_outcome_same_defect(a, b) && a->other == b->other && a->expected == b->expected &&
           a->found == b->found && a->steps == b->steps && a->schedule == b->schedule;
}

/* Each defect's schedule string shows it again, to the last step. */
static void check_strings(const vrrl_program *program, const vrrl_explore_result *result)
{
    for (uint32_t i = 0; i < result->defect_count; i++) {
        vrrl_run_outcome outcome;
        vrrl_error err = {0};
        const vrrl_defect *defect = &result->defects[i];
        assert_non_null(defect->schedule);
        assert_int_equal(vrrl_schedule_run(program, defect->schedule, &outcome, &err), VRRL_OK);
        assert_true(same_outcome(&outcome, &defect->first));
    }
}

static void test_strings_show_defects(void **state)
{
    (void)state;
    static const char *const names[] = {"missing-wait",  "missing-war-wait", "pipelined-overtake",
                                        "stale-counter", "residency",        "swapped-queue"};
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        vrrl_program *program = example(names[i]);
        for (int strategy = VRRL_STRATEGY_MIX; strategy < VRRL_STRATEGY_EXHAUSTIVE; strategy++) {
            const vrrl_explore_options options = {.size = sizeof options,
                                                  .strategy = (vrrl_strategy)strategy,
                                                  .schedules = 300,
                                                  .setup.seed = 7};
            vrrl_explore_result *result = explored(program, &options);
            assert_true(result->defect_count > 0);
            check_strings(program, result);
            vrrl_explore_result_free(result);
        }
        vrrl_program_free(program);
    }
}

static void set_stop(void *context, const vrrl_explore_progress *progress)
{
    *(bool *)context = progress->schedules > 0;
}

/* What is found up to then is told, with its strings. */
static void test_stop(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait");
    for (uint32_t jobs = 1; jobs <= 3; jobs += 2) {
        bool stop = false;
        const vrrl_explore_options options = {.size = sizeof options,
                                              .strategy = VRRL_STRATEGY_RANDOM,
                                              .schedules = UINT64_MAX >> 8,
                                              .jobs = jobs,
                                              .stop = &stop,
                                              .progress = set_stop,
                                              .progress_context = &stop};
        vrrl_explore_result *r = explored(program, &options);
        assert_true(r->interrupted && !r->out_of_time && !r->complete);
        assert_true(r->total.schedules > 0 && r->defect_count > 0);
        check_strings(program, r);
        vrrl_explore_result_free(r);
    }
    const vrrl_explore_options whole = {
        .size = sizeof whole, .schedules = 100, .stop = &(bool){false}};
    vrrl_explore_result *r = explored(program, &whole);
    assert_false(r->interrupted);
    vrrl_explore_result_free(r);
    vrrl_program_free(program);
}

/* The table, the defects and the totals are one account. */
static void test_sums(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-war-wait");
    const vrrl_explore_options options = {
        .size = sizeof options, .schedules = 500, .setup.seed = 3};
    vrrl_explore_result *r = explored(program, &options);
    uint64_t schedules = 0, failures = 0, of_defects = 0;
    for (uint32_t i = 0; i < r->cell_count; i++) {
        schedules += r->cells[i].schedules;
        failures += r->cells[i].failures;
    }
    for (uint32_t i = 0; i < r->defect_count; i++)
        of_defects += r->defects[i].failures;
    assert_int_equal(r->cell_count, 12);
    assert_true(schedules == r->total.schedules && schedules >= 500);
    assert_true(failures == r->total.failures && of_defects == failures);
    assert_int_equal(r->total.defects, r->defect_count);
    assert_true(r->total.ordered_pairs <= 2 * r->total.pairs && r->total.ordered_pairs > 0);
    assert_int_equal(r->not_deterministic, 0);
    vrrl_explore_result_free(r);
    vrrl_program_free(program);
}

/* ---- Strategies on programs ------------------------------------------------------------------ */

/* In order of depth: how many orderings of steps make it fail. Found values are not compared: only
 * what is expected is. */
static const char of_depth_1[] = "word a\nword seen\nword other\nobserve other\nepoch\n"
                                 "STORE_U32 1, a\nMEMCPY a, seen, 1\nexpect seen == 1\nend\n";
static const char of_depth_2[] = "word a\nword seen\nword other\nobserve other\nepoch\n"
                                 "pack STORE_U32 1, a then STORE_U32 2, a\nMEMCPY a, seen, 1\n"
                                 "expect seen any of 0, 2\nend\n";

/* Six standard deviations below what PCT promises, and what the report says of it. */
static void check_pct(const char *text, uint32_t depth)
{
    enum { RUNS = 3000 };
    vrrl_program *program = program_of(text);
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = VRRL_STRATEGY_PCT,
                                          .schedules = RUNS,
                                          .cells.workers_first = 2,
                                          .cells.workers_last = 2,
                                          .setup.in_flight = 2, /* no cap, and no other in turn */
                                          .cells.models = 1 << VRRL_MEMORY_SC,
                                          .depth = depth,
                                          .setup.seed = 11};
    vrrl_explore_result *r = explored(program, &options);
    double p = 1.0 / r->pct_slots, miss = 1;
    for (uint32_t d = 1; d < depth; d++)
        p /= (double)r->pct_choices;
    for (uint32_t i = 0; i < RUNS; i++)
        miss *= 1 - p;
    double least = RUNS * p, slack = 36 * RUNS * p;
    double short_by = least - (double)r->total.failures;
    assert_true(short_by <= 0 || short_by * short_by <= slack);
    assert_true(r->pct_slots == 2 && r->pct_schedules == RUNS && r->pct_depth == depth);
    double bound = r->miss_bounds[depth - 1];
    assert_true(bound <= miss * 1.0001 + 1e-300 && bound >= miss * 0.9999);
    assert_true(depth == 1 || r->miss_bounds[0] <= bound);
    vrrl_explore_result_free(r);
    vrrl_program_free(program);
}

static void test_pct_bounds(void **state)
{
    (void)state;
    check_pct(of_depth_1, 1);
    check_pct(of_depth_1, 2);
    check_pct(of_depth_2, 2);
    check_pct(of_depth_2, 3);
}

static bool has_defect(const vrrl_explore_result *r, const vrrl_run_outcome *outcome)
{
    for (uint32_t i = 0; i < r->defect_count; i++) {
        const vrrl_run_outcome *first = &r->defects[i].first;
        if (first->kind == outcome->kind && first->epoch == outcome->epoch &&
            first->word == outcome->word)
            return true;
    }
    return false;
}

/* Whatever an exhaustive search finds, random runs find in small programs; and nothing else. */
static void compare_with_all(const char *text, vrrl_memory_model model)
{
    vrrl_program *program = program_of(text);
    vrrl_explore_options options = {.size = sizeof options,
                                    .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                    .cells.models = 1u << model,
                                    .cells.workers_first = 1,
                                    .cells.workers_last = 2};
    vrrl_explore_result *all = explored(program, &options);
    assert_true(all->complete);
    check_strings(program, all);
    options.schedules = 4000;
    for (int strategy = VRRL_STRATEGY_MIX; strategy <= VRRL_STRATEGY_PREEMPT; strategy++) {
        options.strategy = (vrrl_strategy)strategy;
        vrrl_explore_result *some = explored(program, &options);
        for (uint32_t i = 0; i < some->defect_count; i++)
            assert_true(has_defect(all, &some->defects[i].first));
        for (uint32_t i = 0; i < all->defect_count; i++)
            assert_true(has_defect(some, &all->defects[i].first));
        assert_true(some->complete == (strategy == VRRL_STRATEGY_MIX));
        vrrl_explore_result_free(some);
    }
    vrrl_explore_result_free(all);
    vrrl_program_free(program);
}

static void test_all_of_small_programs(void **state)
{
    (void)state;
    static const char *const programs[] = {
        of_depth_1,
        of_depth_2,
        /* Store buffering: both may read 0, but not under sc. */
        "words x[2]\nwords r[2]\nword other\nobserve other\nepoch\n"
        "pack STORE_U32 1, x[0] then MEMCPY x[1], r[0], 1\n"
        "pack STORE_U32 1, x[1] then MEMCPY x[0], r[1], 1\nexpect r[0] any of 1\nend\n",
        "word a\nepoch\nCOMPARE_SWAP a, 0, 2\nCOMPARE_SWAP a, 0, 1\nWAIT_GE a, 2\nend\n",
    };
    for (uint32_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++)
            compare_with_all(programs[i], (vrrl_memory_model)model);
    }
}

/* The weakest model: a message without a release needs weak memory. */
static void test_weakest(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("word data\nword flag\nword seen in observable\nepoch\n"
                   "send: pack STORE_U32 42, data then ATOMIC_ADD 1, flag\n"
                   "take: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\nend\n");
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                          .cells.workers_first = 2,
                                          .cells.workers_last = 2};
    vrrl_explore_result *r = explored(program, &options);
    assert_true(r->complete && r->defect_count == 1);
    assert_int_equal(r->defects[0].weakest, VRRL_MEMORY_VIEW);
    assert_string_equal(r->defects[0].name, "take");
    for (uint32_t i = 0; i < r->cell_count; i++)
        assert_true(r->cells[i].complete &&
                    (r->cells[i].failures > 0) == (r->cells[i].setup.model == VRRL_MEMORY_VIEW));
    vrrl_explore_result_free(r);
    vrrl_program_free(program);
}

/* A missing wait needs nothing but an order of slots, though weaker models show it, too. */
static void test_strongest(void **state)
{
    (void)state;
    vrrl_program *program = program_of(of_depth_1);
    const vrrl_explore_options options = {
        .size = sizeof options, .strategy = VRRL_STRATEGY_RANDOM, .schedules = 200};
    vrrl_explore_result *r = explored(program, &options);
    assert_int_equal(r->defect_count, 1);
    assert_int_equal(r->defects[0].weakest, VRRL_MEMORY_SC);
    for (uint32_t i = 0; i < r->cell_count; i++)
        assert_true(r->cells[i].failures > 0);
    vrrl_explore_result_free(r);
    vrrl_program_free(program);
}

/* ---- Options --------------------------------------------------------------------------------- */

/* The reference leaves a slot: what an `expect` says must hold all the same, in every schedule that shuts
 * down or ends; values alone say nothing. */
static void test_shutdown_with_work_left(void **state)
{
    (void)state;
    static const struct {
        const char *expect;
        bool fails, always;
    } rows[] = {{"", false, false}, /* w and r race, and which of never runs is chance */
                {"expect seen[0] any of 0, 42", false, false},
                {"expect seen[0] == 42", true, false},
                {"expect seen[0] == 7", true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "word data\nwords seen[2] in observable\nepoch\nw: STORE_U32 42, data\n"
                 "r: LOAD_U32 data, seen[0]\nstop: SHUTDOWN\nnever: LOAD_U32 data, seen[1]\n%s\n"
                 "end\n",
                 rows[i].expect);
        vrrl_program *program = program_of(text);
        vrrl_explore_options options = {
            .size = sizeof options, .schedules = 500, .cells.models = 1, .setup.seed = 1};
        vrrl_explore_result *r = explored(program, &options);
        assert_true(r->shuts_down);
        assert_int_equal(r->shutdown_epoch, 0);
        assert_int_equal(r->defect_count, rows[i].fails);
        if (rows[i].fails) {
            assert_int_equal(r->defects[0].first.kind, VRRL_DEFECT_EXPECT);
            assert_true((r->total.failures == r->total.schedules) == rows[i].always);
            check_strings(program, r);
        }
        vrrl_explore_result_free(r);
        vrrl_program_free(program);
    }
}

static void test_refused(void **state)
{
    (void)state;
    const vrrl_explore_options bad[] = {
        {.size = sizeof(vrrl_explore_options), .cells.models = 8},
        {.size = sizeof(vrrl_explore_options), .strategy = 99},
        {.size = sizeof(vrrl_explore_options), .depth = 1000},
        {.size = sizeof(vrrl_explore_options), .bound = 1000},
        {.size = sizeof(vrrl_explore_options), .jobs = 100000},
        {.size = sizeof(vrrl_explore_options), .cells.workers_first = 3, .cells.workers_last = 2},
        {.size = sizeof(vrrl_explore_options), .cells.workers_last = 2},
        {.size = sizeof(vrrl_explore_options),
         .cells.workers_first = 1,
         .cells.workers_last = 1000},
        {.size = sizeof(vrrl_explore_options),
         .setup.grain = VRRL_GRAIN_SLOT,
         .cells.models = 1 << VRRL_MEMORY_VIEW},
        {.size = sizeof(vrrl_explore_options),
         .setup.grain = VRRL_GRAIN_SLOT,
         .setup.in_flight = 2},
        {.size = sizeof(vrrl_explore_options), .setup.grain = (vrrl_grain)3},
        {.size = sizeof(vrrl_explore_options), .setup.model = VRRL_MEMORY_TSO},
        {.size = sizeof(vrrl_explore_options), .setup.workers = 2},
    };
    vrrl_program *program = program_of(of_depth_1);
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vrrl_explore_result *result;
        vrrl_error err = {0};
        assert_int_equal(vrrl_explore(program, &bad[i], &result, &err), VRRL_INVALID);
        assert_non_null(strstr(err.fix, "Fix: "));
    }
    vrrl_program_free(program);
}

static void count_shows(void *context, const vrrl_explore_progress *progress)
{
    uint64_t *last = context;
    assert_true(progress->schedules >= *last && progress->distinct <= progress->schedules);
    *last = progress->schedules;
}

static void test_progress(void **state)
{
    (void)state;
    vrrl_program *program = example("double-buffer");
    uint64_t last = 0;
    const vrrl_explore_options options = {.size = sizeof options,
                                          .schedules = 300,
                                          .progress = count_shows,
                                          .progress_context = &last};
    vrrl_explore_result *r = explored(program, &options);
    assert_true(last == r->total.schedules && r->defect_count == 0);
    vrrl_explore_result_free(r);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_show_defects),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_pct_bounds),
        cmocka_unit_test(test_all_of_small_programs),
        cmocka_unit_test(test_weakest),
        cmocka_unit_test(test_strongest),
        cmocka_unit_test(test_shutdown_with_work_left),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
