/*
 * Caps on the slots that are claimed and unfinished at a time: what a campaign makes of them, that runs
 * keep to them, and bugs that nothing else shows.
 */
#include "explore/campaign.h"
#include "schedule/schedule.h"
#include "vrrl/analysis/selftest.h"
#include "vrrl/analysis/shrink.h"

#include "program_text.h"

/* ---- The campaign ---------------------------------------------------------------------------- */

static struct campaign plan_of(const vrrl_program *p, const vrrl_explore_options *o)
{
    static struct campaign plan;
    vrrl_error err = {0};
    if (campaign_plan(p, o, &plan, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    return plan;
}

static vrrl_program *slots_on(const char *workers, uint32_t slots)
{
    char text[1024];
    bool pool = strcmp(workers, "pool") == 0;
    snprintf(text, sizeof text,
             "workers %s\nword x\nepoch\nrepeat %u as i\nATOMIC_ADD 1, x%s\nend\nend\n", workers,
             slots, pool ? "" : " on i % 6");
    return program_of(text);
}

static void check_caps(const char *workers, const vrrl_explore_options *o, uint32_t cell,
                       const char *expected)
{
    char found[128] = "";
    vrrl_program *p = slots_on(workers, 12);
    struct campaign plan = plan_of(p, o);
    for (uint32_t i = 0; i < plan.cells[cell].cap_count; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%u", i ? " " : "",
                 plan.caps[i]);
    assert_string_equal(found, expected);
    vrrl_program_free(p);
}

/* Each number below the lanes, and from 8 on the powers of two. */
static void test_which_caps(void **state)
{
    (void)state;
    const vrrl_explore_options all = {.size = sizeof all},
                               two = {.size = sizeof two,
                                      .cells.workers_first = 2,
                                      .cells.workers_last = 2},
                               view = {.size = sizeof view, .cells.models = 1 << VRRL_MEMORY_VIEW},
                               whole = {.size = sizeof whole, .setup.grain = VRRL_GRAIN_SLOT},
                               fixed = {.size = sizeof fixed, .setup.in_flight = 2},
                               four = {.size = sizeof four,
                                       .cells.workers_first = 4,
                                       .cells.workers_last = 4};
    check_caps("serial 6", &all, 0, "1 2 3 4 5");
    check_caps("serial 6 resident 3", &all, 2, "1 2");
    check_caps("serial 6", &two, 0, "1");
    check_caps("pipelined 6 depth 2", &all, 1, "1 2 3 4 5 6 7 8");
    check_caps("pipelined 6 depth 4", &all, 1, "1 2 3 4 5 6 7 8 16");
    check_caps("serial 6", &whole, 0, "");
    check_caps("serial 6", &fixed, 0, "");
    /* A pool: workers 1 to 4. Under sc a cap is so many workers, which have their turn, or have not. */
    check_caps("pool", &view, 0, "");
    check_caps("pool", &view, 3, "1 2 3");
    check_caps("pool", &all, 9, "");
    check_caps("pool", &all, 10, "1 2 3");
    check_caps("pool", &four, 0, "1 2 3");
}

/* A third of the schedules; each cap with each strategy, depth and bound. */
static void test_turns(void **state)
{
    (void)state;
    vrrl_program *p = slots_on("serial 6", 12);
    const vrrl_explore_options o = {
        .size = sizeof o, .depth = 2, .bound = 1, .cells.models = 1 << VRRL_MEMORY_SC};
    struct campaign plan = plan_of(p, &o);
    uint32_t met[6][VRRL_STRATEGY_EXHAUSTIVE][3][2] = {0}, capped = 0;
    enum { TURNS = 3 * 4 * 5 * 2 * 50 };
    for (uint32_t i = 0; i < TURNS; i++) {
        struct schedule_spec turn = campaign_spec_of(&plan, i);
        assert_true(turn.capped == (turn.setup.in_flight > 0) && turn.setup.in_flight <= 5);
        assert_true(turn.depth >= 1 && turn.depth <= 2 && turn.bound <= 1);
        met[turn.setup.in_flight][turn.strategy][turn.depth][turn.bound]++;
        capped += turn.capped;
    }
    assert_int_equal(capped, TURNS / 3);
    for (uint32_t cap = 0; cap <= 5; cap++)
        for (uint32_t kind = VRRL_STRATEGY_RANDOM; kind < VRRL_STRATEGY_EXHAUSTIVE; kind++)
            for (uint32_t depth = 1; depth <= 2; depth++)
                assert_int_equal(met[cap][kind][depth][0] + met[cap][kind][depth][1],
                                 cap ? TURNS / 3 / 5 / 4 / 2 : 2 * TURNS / 3 / 4 / 2);
    vrrl_program_free(p);
}

static void test_refused(void **state)
{
    (void)state;
    vrrl_program *p = slots_on("serial 6", 12);
    const vrrl_explore_options o = {
        .size = sizeof o, .setup.grain = VRRL_GRAIN_SLOT, .setup.in_flight = 2};
    struct campaign plan;
    vrrl_error err = {0};
    assert_int_equal(campaign_plan(p, &o, &plan, &err), VRRL_INVALID);
    vrrl_program_free(p);
}

/* ---- Runs ------------------------------------------------------------------------------------ */

struct busiest {
    struct strategy *by;
    struct chooser chooser;
    uint32_t most;
};

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct busiest *b = context;
    b->chooser.begin(b->chooser.context, epoch, slots, lanes);
}

/* Under sc every lane that runs a slot can go. */
static void choose(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    struct busiest *b = context;
    uint32_t busy = 0;
    for (uint32_t i = 0; i < count; i++)
        busy += lanes[i].slot != VRRL_NO_INDEX;
    b->most = busy > b->most ? busy : b->most;
    b->chooser.choose(b->chooser.context, lanes, count, at, option);
}

/* At most so many lanes are in a slot, and sometimes so many. Nobody is asked about one alone. */
static void test_runs_keep_to_it(void **state)
{
    (void)state;
    static const char *const models[] = {"pool", "serial 6", "pipelined 6 depth 2"};
    for (uint32_t m = 0; m < 3; m++) {
        vrrl_program *p = slots_on(models[m], 12);
        struct run_target_options options = {
            .setup = {.grain = VRRL_GRAIN_OPERATION, .workers = 6}};
        struct run_target *s;
        vrrl_error err = {0};
        vrrl_run_outcome outcome;
        assert_int_equal(run_target_create(p, &options, &s, &err), VRRL_OK);
        for (uint32_t cap = 0; cap <= 6; cap++) {
            struct busiest b = {.by = strategy_create()};
            options.setup.in_flight = cap;
            run_target_set_up(s, &options.setup);
            for (uint32_t i = 0; i < 100; i++) {
                const struct strategy_setup setup = {.kind = VRRL_STRATEGY_RANDOM, .seed = i};
                const struct chooser with = {.context = &b, .begin = begin, .choose = choose};
                strategy_start(b.by, &setup);
                b.chooser = strategy_chooser(b.by);
                assert_int_equal(run_target_run(s, &with, &outcome, &err), VRRL_OK);
            }
            strategy_destroy(b.by);
            assert_true(cap == 1 ? b.most <= 1 : cap ? b.most == cap : b.most >= 6);
        }
        run_target_destroy(s);
        vrrl_program_free(p);
    }
}

/* ---- Bugs that nothing else shows ------------------------------------------------------------ */

static vrrl_program *planted(const char *name)
{
    vrrl_selftest *suite;
    vrrl_program *p;
    vrrl_error err = {0};
    assert_int_equal(vrrl_selftest_create(&suite, &err), VRRL_OK);
    assert_int_equal(vrrl_selftest_program(suite, vrrl_selftest_find(suite, name), &p, &err),
                     VRRL_OK);
    vrrl_selftest_free(suite);
    return p;
}

static vrrl_explore_result *explored(const vrrl_program *p, uint32_t unfinished, uint64_t schedules)
{
    const vrrl_explore_options o = {.size = sizeof o,
                                    .cells.models = 1 << VRRL_MEMORY_SC,
                                    .schedules = schedules,
                                    .setup.in_flight = unfinished,
                                    .setup.seed = 3};
    vrrl_explore_result *r;
    vrrl_error err = {0};
    if (vrrl_explore(p, &o, &r, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    return r;
}

static void check_planted(const char *name, uint32_t cap)
{
    vrrl_program *p = planted(name);
    for (uint32_t other = 1; other <= 6; other++) { /* 6: any number */
        vrrl_explore_result *r = explored(p, other, 1000);
        assert_true(other == cap ? r->defect_count > 0 : r->total.failures < 5);
        assert_int_equal(r->cap_count, 0);
        vrrl_explore_result_free(r);
    }
    vrrl_explore_result *r = explored(p, 0, 3000);
    assert_true(r->defect_count > 0 && r->cap_count == 5);
    uint64_t capped = 0, failures = 0;
    for (uint32_t i = 0; i < r->cap_count; i++) {
        assert_int_equal(r->caps[i].in_flight, i + 1);
        assert_true(r->caps[i].schedules >= 190 && r->caps[i].schedules <= 210);
        assert_true(r->caps[i].in_flight == cap ? r->caps[i].failures > 0
                                                : r->caps[i].failures < 5);
        capped += r->caps[i].schedules;
        failures += r->caps[i].failures;
    }
    assert_true(capped == 1000 && failures <= r->total.failures);
    /* Its string says so, and makes the run again. */
    char field[16];
    vrrl_schedule_result *again;
    vrrl_error err = {0};
    snprintf(field, sizeof field, ".l%u.", r->defects[0].setup.in_flight);
    assert_true(r->defects[0].setup.in_flight > 0 && strstr(r->defects[0].schedule, field));
    assert_int_equal(vrrl_schedule_replay(p, r->defects[0].schedule, &again, &err), VRRL_OK);
    assert_true(vrrl_outcome_same_defect(&again->outcome, &r->defects[0].first));
    assert_int_equal(again->setup.in_flight, r->defects[0].setup.in_flight);
    vrrl_schedule_result_free(again);
    vrrl_explore_result_free(r);
    vrrl_program_free(p);
}

static void test_planted(void **state)
{
    (void)state;
    check_planted("burst-log-short", 3);
    check_planted("burst-log-short-of-four", 4);
}

/* A cap is kept where the failure is lost without it, or made lower; and dropped where it is not. */
static void test_shrunk(void **state)
{
    (void)state;
    vrrl_program *p = planted("burst-log-short");
    vrrl_explore_result *r = explored(p, 3, 1000);
    vrrl_shrink_options o = {
        .size = sizeof o, .failure.schedule = r->defects[0].schedule, .failure.schedules = 200};
    vrrl_shrink_result *least;
    vrrl_error err = {0};
    if (vrrl_shrink(p, &o, &least, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(least->before.in_flight, 3);
    assert_true(least->after.in_flight <= 3);
    assert_true((strstr(least->schedule, ".l") != NULL) == (least->after.in_flight > 0));
    vrrl_shrink_result_free(least);
    vrrl_explore_result_free(r);
    vrrl_program_free(p);
    p = program_of("workers serial 3\nword x\nword y\nepoch\nSTORE_U32 1, x on 0\n"
                   "STORE_U32 2, x on 1\nSTORE_U32 3, y on 2\nend\n");
    r = explored(p, 2, 100);
    o.failure.schedule = r->defects[0].schedule;
    assert_int_equal(vrrl_shrink(p, &o, &least, &err), VRRL_OK);
    assert_true(least->before.in_flight == 2 && least->after.in_flight == 0);
    vrrl_shrink_result_free(least);
    o = (vrrl_shrink_options){.size = sizeof(vrrl_shrink_options),
                              .failure.setup.in_flight = 1,
                              .failure.cells.models = 1 << VRRL_MEMORY_SC};
    assert_int_equal(vrrl_shrink(p, &o, &least, &err), VRRL_OK);
    assert_int_equal(least->before.in_flight, 1);
    vrrl_shrink_result_free(least);
    vrrl_explore_result_free(r);
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_caps), cmocka_unit_test(test_turns),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_runs_keep_to_it),
        cmocka_unit_test(test_planted),    cmocka_unit_test(test_shrunk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
