/* The critical step of a failing run, against all runs: behind it none ends well, before it one does, and the run
 * that it is shown beside differs by that step. */
#include "edit/edit_copy.h"
#include "explain/critical_step.h"
#include "failure/failure.h"
#include "program_text.h"
#include "vrrl/analysis/selftest.h"

/* ---- All runs that begin with given steps ------------------------------------------------------ */

enum { CHOICES_MAX = 4096, RUNS_MAX = 1000000 };

/* A number at each step that is not given, counted up like an odometer. */
struct odometer {
    const struct trace_entry *given;
    uint32_t given_count, at;
    uint32_t digits[CHOICES_MAX], options[CHOICES_MAX];
};

static void choose(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    struct odometer *o = context;
    uint32_t ways = 0, digit;
    for (uint32_t i = 0; i < count; i++)
        ways += lanes[i].options;
    assert_true(o->at < CHOICES_MAX);
    o->options[o->at] = o->at < o->given_count ? 1 : ways;
    digit = o->digits[o->at];
    for (*at = 0; digit >= lanes[*at].options; ++*at)
        digit -= lanes[*at].options;
    *option = digit;
    if (o->at < o->given_count) {
        for (*at = 0; lanes[*at].lane != o->given[o->at].event.thread.number;)
            assert_true(++*at < count);
        *option = o->given[o->at].option;
    }
    o->at++;
}

static bool advance(struct odometer *o)
{
    for (uint32_t i = o->at; i-- > o->given_count;) {
        if (++o->digits[i] < o->options[i])
            return true;
        o->digits[i] = 0;
    }
    return false;
}

/* How many of them end well, of how many; *all: no more than RUNS_MAX. */
static uint32_t good_ends(struct run_target *s, const struct trace_entry *given, uint32_t count,
                          bool *all)
{
    static struct odometer o;
    memset(&o, 0, sizeof o);
    o.given = given;
    o.given_count = count;
    uint32_t good = 0, runs = 0;
    do {
        struct chooser by = {.context = &o, .choose = choose};
        vrrl_run_outcome outcome;
        vrrl_error err = {0};
        o.at = 0;
        assert_int_equal(run_target_run(s, &by, &outcome, &err), VRRL_OK);
        good += outcome.kind == VRRL_DEFECT_NONE;
    } while (++runs < RUNS_MAX && advance(&o));
    *all = runs < RUNS_MAX;
    return good;
}

/* ---- A failure and its critical step --------------------------------------------------------- */

struct found {
    struct failure_oracle oracle;
    struct edited whole;
    struct oracle_result caught;
    struct critical_step critical_step;
    struct run_target *target;
};

static void find(const vrrl_program *program, vrrl_memory_model model, struct found *f)
{
    const vrrl_failure_source request = {.cells.models = 1u << model, .setup.seed = 1};
    vrrl_error err = {0};
    *f = (struct found){.oracle = {.seed = 1}};
    assert_int_equal(edited_begin(program, &f->whole, &err), VRRL_OK);
    assert_int_equal(failure_find(&f->oracle, &f->whole, &request, &f->caught, &err), VRRL_OK);
    assert_int_equal(critical_step_find(&f->oracle, f->whole.program, &f->caught.decisions, 48,
                                        &f->critical_step, &err),
                     VRRL_OK);
    struct run_target_options options = f->oracle.options;
    options.ask_always = true;
    assert_int_equal(run_target_create(f->whole.program, &options, &f->target, &err), VRRL_OK);
}

static void drop(struct found *f)
{
    run_target_destroy(f->target);
    critical_step_free(&f->critical_step);
    decisions_free(&f->caught.decisions);
    edited_free(&f->whole);
}

/* Each thread's steps are those of the failing run up to the critical step; both are runs, and end as is said. */
static void check_runs(struct found *f)
{
    const struct critical_step *t = &f->critical_step;
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    assert_int_equal(trace_common(&t->failing, &t->passing), t->at);
    for (int k = 0; k < 2; k++) {
        struct decisions run = {.list = NULL};
        struct run_target *plain;
        assert_int_equal(trace_decisions(k ? &t->passing : &t->failing, &run, &err), VRRL_OK);
        assert_int_equal(run_target_create(f->whole.program, &f->oracle.options, &plain, &err),
                         VRRL_OK);
        struct decision_player again = {.list = NULL};
        const struct chooser by = decision_play(&again, run.list, run.count, NULL);
        assert_int_equal(run_target_run(plain, &by, &outcome, &err), VRRL_OK);
        assert_true((outcome.kind == VRRL_DEFECT_NONE) == (k == 1));
        run_target_destroy(plain);
        decisions_free(&run);
    }
}

static void nothing_behind_the_turn_ends_well(void **state)
{
    (void)state;
    static const char *const names[] = {
        "no-lock",           "lock-order-swapped", "dekker-without-fences", "increment-torn",
        "ticket-off-by-one", "seqlock-no-odd",     "aba-untagged",          "wakeup-lost"};
    vrrl_selftest *suite;
    vrrl_error err = {0};
    assert_int_equal(vrrl_selftest_create(&suite, &err), VRRL_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint32_t at = vrrl_selftest_find(suite, names[i]);
        vrrl_program *program;
        struct found f;
        bool all;
        assert_int_not_equal(at, VRRL_NO_INDEX);
        assert_int_equal(vrrl_selftest_program(suite, at, &program, &err), VRRL_OK);
        find(program, vrrl_selftest_at(suite, at)->weakest, &f);
        if (!f.critical_step.known)
            fail_msg("%s: no critical step", names[i]);
        check_runs(&f);
        uint32_t good =
            good_ends(f.target, f.critical_step.failing.list, f.critical_step.at + 1, &all);
        if (good > 0)
            fail_msg("%s: %u runs from behind the critical step end well", names[i], good);
        if (!all)
            fail_msg("%s: too many runs to look at all", names[i]);
        drop(&f);
        vrrl_program_free(program);
    }
    vrrl_selftest_free(suite);
}

/* Two add to a word by a load and a store: the second load comes too early, or the first store too
 * late, and one move mends it. */
static void a_lost_update_is_one_move(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("slot_words 32\nword total\nwords old[2]\nword zero\nobserve total\nepoch\n"
                   "repeat 2 as i\nadd[i]: pack LOAD_AT total, 1, zero, old[i] then "
                   "ATOMIC_ADD 1, old[i] then STORE_AT total, 1, zero, old[i]\nend\n"
                   "expect total == 2\nend\n");
    struct found f;
    find(program, VRRL_MEMORY_SC, &f);
    assert_true(f.critical_step.known && f.critical_step.moved && !f.critical_step.other_outcome);
    const struct trace_entry *step = &f.critical_step.failing.list[f.critical_step.at];
    const struct trace_entry *met = &f.critical_step.passing.list[f.critical_step.met];
    assert_int_equal(step->event.word, program->layout.user_base);
    assert_int_equal(met->event.word, program->layout.user_base);
    assert_int_not_equal(step->event.slot, met->event.slot);
    assert_true(met->event.writes || step->event.writes);
    check_runs(&f);
    drop(&f);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_behind_the_turn_ends_well),
        cmocka_unit_test(a_lost_update_is_one_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
