/* Explanations of the planted bugs of the selftest: none without two slots where another schedule does not
 * fail, else who wrote or who waits; both runs are what is said of them; and most have a repair that helps.
 * One bug in four; all of them, with the table of what was found: test_explain_suite all. */
#include "program_text.h"
#include "said.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/selftest.h"

#ifdef VRRL_SANITIZED
static uint32_t stride = 16;
#else
static uint32_t stride = 4;
#endif

/* What was found of all of them. */
static struct {
    uint32_t explained;
    uint32_t always;             /* in every schedule: there is no other run to compare with */
    uint32_t pair, by_steps;     /* two slots; of these, of the critical step */
    uint32_t waits;              /* a deadlock: a cycle, or a wait in vain */
    uint32_t programs;           /* explained that are no bugs of the machine: of these */
    uint32_t helped, helped_all; /* a repair removes it and shows nothing else; in all schedules */
    uint32_t hidden;             /* none but such as only hide it */
} table;

static bool waits_in_vain(const vrrl_explain_result *r)
{
    for (uint32_t i = 0; r->stuck && i < r->stuck->root_count; i++)
        if (r->stuck->roots[i].kind == VRRL_ROOT_CYCLE ||
            r->stuck->roots[i].kind == VRRL_ROOT_UNREACHABLE)
            return true;
    return false;
}

/* Explored again, by other schedules: it neither fails nor gets stuck. */
static void holds(const vrrl_selftest_case *c, const vrrl_explain_result *r,
                  const vrrl_repair *repair)
{
    const vrrl_explore_options options = {.size = sizeof options,
                                          .cells.models = repair->models,
                                          .cells.workers_first = r->setup.workers,
                                          .cells.workers_last = r->setup.workers,
                                          .schedules = 60,
                                          .setup.seed = 4711};
    vrrl_explore_result *explored;
    vrrl_error err = {0};
    assert_int_equal(vrrl_explore(repair->program, &options, &explored, &err), VRRL_OK);
    if (explored->defect_count > 0)
        fail_msg("%s: %s: %s at %s", c->name, said(repair),
                 vrrl_defect_kind_name(explored->defects[0].first.kind), explored->defects[0].name);
    vrrl_explore_result_free(explored);
}

static void count_repairs(const vrrl_selftest_case *c, const vrrl_explain_result *r)
{
    bool helped = false, all = false, hidden = false;
    for (uint32_t i = 0; i < r->repair_count; i++) {
        bool removes = r->repairs[i].removes && r->repairs[i].others == 0;
        bool helps = removes && !r->repairs[i].hides;
        if (removes)
            holds(c, r, &r->repairs[i]);
        helped = helped || helps;
        hidden = hidden || removes;
        all = all || (helps && r->repairs[i].complete);
    }
    table.programs++;
    table.helped += helped;
    table.helped_all += all;
    table.hidden += hidden && !helped;
    if (!helped && stride == 1)
        print_message("%s: %s\n", c->name, hidden ? "only hidden" : "no repair");
}

/* Each of the two runs can be run again, and ends as it was shown to. */
static void check_runs(const vrrl_program *program, const vrrl_explain_result *r)
{
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    assert_int_equal(vrrl_schedule_run(program, r->failing.schedule, &outcome, &err), VRRL_OK);
    assert_true(vrrl_outcome_same_defect(&outcome, &r->outcome));
    if (!r->passing.schedule)
        return;
    assert_int_equal(vrrl_schedule_run(program, r->passing.schedule, &outcome, &err), VRRL_OK);
    assert_int_equal(outcome.kind, VRRL_DEFECT_NONE);
}

static void explain_case(const vrrl_selftest *suite, uint32_t at)
{
    const vrrl_selftest_case *c = vrrl_selftest_at(suite, at);
    const vrrl_explain_options options = {.size = sizeof options,
                                          .failure.setup.seed = 1,
                                          .failure.setup.grain = VRRL_GRAIN_OPERATION,
                                          .failure.cells.models = 1u << c->weakest,
                                          .failure.schedules = 200,
                                          .failure.mutation = c->mutation,
                                          .keep = true};
    vrrl_program *program;
    vrrl_explain_result *r;
    vrrl_error err = {0};
    assert_int_equal(vrrl_selftest_program(suite, at, &program, &err), VRRL_OK);
    if (vrrl_explain(program, &options, &r, &err) != VRRL_OK)
        fail_msg("%s: %s", c->name, err.text);
    bool waits = waits_in_vain(r);
    if (r->passing.count > 0 && !r->pair)
        fail_msg("%s: another schedule does not fail, and no two slots are named", c->name);
    if (r->every_schedule && (!r->stuck || r->stuck->root_count == 0) &&
        r->failing.write_count == 0)
        fail_msg("%s: neither who wrote nor who waits", c->name);
    assert_true(!r->critical_step.known ||
                (r->critical_step.fails_count > 0 && r->critical_step.good_count > 0 &&
                 r->critical_step.tried > 0));
    if (!c->mutation) /* a string of a machine with a bug is the selftest's to run */
        check_runs(program, r);
    table.explained++;
    table.always += r->every_schedule;
    table.pair += r->pair;
    table.by_steps += r->by_steps;
    table.waits += waits;
    if (!c->mutation)
        count_repairs(c, r);
    vrrl_explain_result_free(r);
    vrrl_program_free(program);
}

static void every_planted_bug_is_explained(void **state)
{
    (void)state;
    vrrl_selftest *suite;
    vrrl_error err = {0};
    assert_int_equal(vrrl_selftest_create(&suite, &err), VRRL_OK);
    for (uint32_t i = 0, planted = 0; i < vrrl_selftest_count(suite); i++)
        if (vrrl_selftest_at(suite, i)->planted && planted++ % stride == 0)
            explain_case(suite, i);
    vrrl_selftest_free(suite);
    assert_true(table.explained > 0);
    if (table.explained >= 30) /* of fewer the share says little */
        assert_true(10 * table.helped >= 7 * table.programs);
    printf("explained %u, in every schedule %u; pair %u, of them by steps %u; waits %u; of %u "
           "programs "
           "helped %u, in all schedules %u; only hidden %u\n",
           table.explained, table.always, table.pair, table.by_steps, table.waits, table.programs,
           table.helped, table.helped_all, table.hidden);
}

int main(int count, char **arguments)
{
    (void)arguments;
    stride = count > 1 ? 1 : stride;
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_planted_bug_is_explained)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
