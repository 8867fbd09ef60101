/*
 * Schedule strings: a run that was recorded comes back from its string, here and in another process;
 * what is not such a string is refused, whatever it is.
 */
#include "vrrl/analysis/schedule.h"

#include "run_target_test.h"

#include "schedule/schedule.h"
#include "schedule/schedule_string.h"
#include "schedule/strategy.h"

#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

/* ---- Runs and their strings ------------------------------------------------------------------ */

typedef struct recorded {
    vrrl_run_outcome outcome;
    char *text;
    uint32_t deviations;
} recorded;

/* What is printed where the choices are too long to paste. */
static void name_the_strategy(const vrrl_program *program, const struct run_target_options *options,
                              const struct strategy_setup *setup, char **text)
{
    struct schedule s;
    vrrl_error err = {0};
    assert_int_equal(schedule_read(program, *text, &s, &err), VRRL_OK);
    assert_memory_equal(&s.target, options, sizeof *options);
    s.drawn = true;
    s.strategy = *setup;
    free(*text);
    if (schedule_write(&s, text, &err))
        fail_msg("%s", err.text);
    schedule_free(&s);
}

/* A run by a strategy, and its string; `drawn`: the string is the strategy's. */
static recorded record_run(const vrrl_program *program, const struct run_target_options *options,
                           vrrl_strategy kind, uint64_t seed, bool drawn)
{
    struct run_target *s = run_target_with(program, options);
    struct strategy *made = strategy_create();
    const struct strategy_setup setup = {.kind = kind,
                                         .seed = seed,
                                         .depth = 3,
                                         .bound = 2,
                                         .choices = 60,
                                         .holds_one = kind == VRRL_STRATEGY_STARVE && seed % 8 >= 4,
                                         .held = 1,
                                         .claims = run_target_claims_of(s)};
    struct decision_recorder recorder;
    struct decisions deviations = {.list = NULL};
    recorded r = {0};
    vrrl_error err = {0};
    strategy_start(made, &setup);
    const struct chooser inner = strategy_chooser(made),
                         with = decision_record(&recorder, &inner, NULL, &deviations);
    r.outcome = run_with(s, &with);
    r.deviations = deviations.count;
    if (schedule_of_run(program, options, &deviations, drawn ? &setup : NULL, &r.text, &err))
        fail_msg("%s", err.text);
    if (drawn)
        name_the_strategy(program, options, &setup, &r.text);
    decisions_free(&deviations);
    strategy_destroy(made);
    run_target_destroy(s);
    return r;
}

static void expect_same(const vrrl_run_outcome *a, const vrrl_run_outcome *b, const char *text)
{
    if (a->schedule != b->schedule || a->steps != b->steps || a->found != b->found ||
        a->expected != b->expected || !vrrl_outcome_same_defect(a, b))
        fail_msg("%s is another run", text);
}

static vrrl_run_outcome run_text(const vrrl_program *program, const char *text)
{
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    if (vrrl_schedule_run(program, text, &outcome, &err))
        fail_msg("%s: %s", text, err.text);
    return outcome;
}

enum { SEEDS = 24 };

static void round_trips(const vrrl_program *program, const struct run_target_options *options)
{
    static const vrrl_strategy kinds[] = {VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_PCT,
                                          VRRL_STRATEGY_STARVE, VRRL_STRATEGY_PREEMPT};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        recorded r = record_run(program, options, kinds[seed % 4], seed, seed % 8 >= 4);
        vrrl_run_outcome again = run_text(program, r.text);
        expect_same(&r.outcome, &again, r.text);
        free(r.text);
    }
}

static void test_a_string_is_its_run(void **state)
{
    (void)state;
    static const char *const names[] = {"missing-wait", "counter-reset",      "lock-handoff",
                                        "residency",    "pipelined-overtake", "debug-log",
                                        "shutdown",     "layer-tasks"};
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        vrrl_program *program = example(names[i]);
        bool pool = program->model.kind == VRRL_MODEL_POOL;
        for (uint32_t m = 0; m < 3; m++)
            round_trips(program, &(struct run_target_options){.setup.grain = VRRL_GRAIN_OPERATION,
                                                              .setup.model = (vrrl_memory_model)m,
                                                              .setup.workers = pool ? 2 + m : 0,
                                                              .setup.in_flight = m});
        round_trips(program, &(struct run_target_options){.setup.grain = VRRL_GRAIN_SLOT});
        vrrl_program_free(program);
    }
}

static void test_a_graph_too(void **state)
{
    (void)state;
    vrrl_program *program = graph_program("toy-2l.drop-wait-1.json", NULL);
    round_trips(program, &(struct run_target_options){.setup.grain = VRRL_GRAIN_SLOT});
    vrrl_program_free(program);
}

/* Nothing of a process (addresses, what ran before) may leak into what a string means. */
static void test_another_process_sees_the_same(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait");
    const struct run_target_options options = {
        .setup.grain = VRRL_GRAIN_OPERATION, .setup.model = VRRL_MEMORY_VIEW, .setup.workers = 3};
    for (uint64_t seed = 0; seed < 8; seed++) {
        recorded r = record_run(program, &options, VRRL_STRATEGY_RANDOM, seed, false);
        vrrl_run_outcome there;
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            vrrl_program *own = example("missing-wait");
            void *elsewhere = malloc(seed * 4096 + 1);
            there = run_text(own, r.text);
            free(elsewhere);
            _exit(write(ends[1], &there, sizeof there) != sizeof there);
        }
        assert_int_equal(read(ends[0], &there, sizeof there), sizeof there);
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(ends[0]);
        close(ends[1]);
        expect_same(&r.outcome, &there, r.text);
        free(r.text);
    }
    vrrl_program_free(program);
}

/* The default needs no choice at all; a run by it has none. */
static void test_the_default_is_the_empty_schedule(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait");
    const struct run_target_options options = {.setup.grain = VRRL_GRAIN_OPERATION,
                                               .setup.workers = 2};
    struct run_target *s = run_target_with(program, &options);
    struct decision_player player = {.list = NULL};
    struct decision_recorder recorder;
    struct decisions deviations = {.list = NULL};
    const struct chooser inner = decision_play(&player, NULL, 0, NULL),
                         with = decision_record(&recorder, &inner, NULL, &deviations);
    run_with(s, &with);
    assert_int_equal(deviations.count, 0);
    assert_int_equal(player.misfits, 0);
    decisions_free(&deviations);
    decision_player_free(&player);
    run_target_destroy(s);
    vrrl_program_free(program);
}

/* A livelock is a matter of the step limit, which the string has. */
static void test_a_livelock_comes_back(void **state)
{
    (void)state;
    vrrl_program *program = example("message-passing");
    for (uint32_t m = 0; m < 3; m++) {
        const struct run_target_options options = {.setup.grain = VRRL_GRAIN_OPERATION,
                                                   .setup.model = (vrrl_memory_model)m,
                                                   .setup.workers = 2,
                                                   .setup.step_limit = 9};
        recorded r = record_run(program, &options, VRRL_STRATEGY_RANDOM, m, false);
        assert_int_equal(r.outcome.kind, VRRL_DEFECT_LIVELOCK);
        assert_int_equal(r.outcome.steps, 9);
        assert_non_null(strstr(r.text, ".t9."));
        vrrl_run_outcome again = run_text(program, r.text);
        expect_same(&r.outcome, &again, r.text);
        free(r.text);
    }
    vrrl_program_free(program);
}

/* Strings that were printed once: what they show may never change unless SCHEDULE_VERSION does. */
static void test_old_strings_still_fail_as_they_did(void **state)
{
    (void)state;
    static const struct {
        const char *program, *text;
        vrrl_defect_kind kind;
        uint32_t slot, word, found;
        uint64_t steps;
    } rows[] = {
        {"missing-wait", "v1:sc.op.w2.y1.a94124800a96.c9.AwADBBQMAAwAIAA.357014f7",
         VRRL_DEFECT_VALUE, 3, 162, 0, 38},
        {"pipelined-overtake", "v1:sc.op.w0.y2.77a91e162a82.c1.BA.529e6015", VRRL_DEFECT_VALUE, 1,
         160, 0, 13},
        {"stale-counter",
         "v1:sc.op.w2.y1.ac885da6ceab.c18.AwECAAgPAQEUBAQcFwEDCAQIAAQJAAQA.67121a63",
         VRRL_DEFECT_EXPECT, VRRL_NO_INDEX, 160, 14, 75},
        {"residency", "v1:sc.op.w0.y1.d183ce4c26e1.c0..b0e8a048", VRRL_DEFECT_DEADLOCK, 4,
         VRRL_NO_INDEX, 0, 18},
        {"missing-wait",
         "v1:tso.op.w2.y1.a94124800a96.c28.AwADEwECAAAABAAAAwACAAgAAAAABAAABAAABAgEBAQAAA.26f241f0",
         VRRL_DEFECT_VALUE, 3, 162, 0, 56},
        {"missing-wait",
         "v1:view.op.w2.y1.a94124800a96.c20.AwADEwECAAAAAwACBAEADAQABAQAAQQEDAQ.e410c6f0",
         VRRL_DEFECT_VALUE, 3, 162, 0, 44},
        {"missing-wait", "v1:sc.op.w2.y1.a94124800a96.random.d3.b2.k40.s5.b38b7803",
         VRRL_DEFECT_VALUE, 3, 162, 0, 44},
        {"missing-wait", "v1:sc.op.w2.y1.a94124800a96.pct.d3.b2.k40.s5.89c6b354", VRRL_DEFECT_VALUE,
         3, 162, 0, 41},
        {"missing-wait", "v1:sc.op.w2.y1.a94124800a96.starve.d3.b2.k40.s7.92c44e76",
         VRRL_DEFECT_VALUE, 3, 162, 0, 44},
        {"missing-wait", "v1:sc.op.w2.y1.a94124800a96.preempt.d3.b2.k40.s8.60cdbb14",
         VRRL_DEFECT_VALUE, 3, 162, 0, 44},
        {"toy-2l.drop-wait-1.json",
         "v1:sc.slot.w0.y1.6a43c7f6c0a3.c26."
         "CAICBAICAAICDAIEAgQeAgICAgIAAgIOAgIFAgQCAgIDAgIABgQEAAAA."
         "63a594e6",
         VRRL_DEFECT_VALUE, 18, 2166, 1080845792, 66},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool graph = strstr(rows[i].program, ".json") != NULL;
        vrrl_program *program =
            graph ? graph_program(rows[i].program, NULL) : example(rows[i].program);
        vrrl_run_outcome o = run_text(program, rows[i].text);
        assert_int_equal(o.kind, rows[i].kind);
        assert_int_equal(o.slot, rows[i].slot);
        assert_int_equal(o.word, rows[i].word);
        assert_int_equal(o.found, rows[i].found);
        assert_int_equal(o.steps, rows[i].steps);
        vrrl_program_free(program);
    }
}

/* ---- What is refused ------------------------------------------------------------------------- */

static vrrl_code read_text(const vrrl_program *program, const char *text, vrrl_error *err)
{
    struct schedule s;
    vrrl_code code = schedule_read(program, text, &s, err);
    if (code == VRRL_OK)
        schedule_free(&s);
    return code;
}

static void expect_refused(const vrrl_program *program, const char *text, vrrl_code code,
                           const char *found, const char *expected)
{
    vrrl_error err = {0};
    assert_int_equal(read_text(program, text, &err), code);
    if (!strstr(err.text, found) || !strstr(err.text, expected) ||
        strncmp(err.fix, "Fix: ", 5) != 0)
        fail_msg("\"%s\" does not say \"%s\" and \"%s\"", err.text, found, expected);
}

/* The string with one field changed and its sum made right again. */
static char *with_field(const char *text, uint32_t number, const char *field)
{
    static char out[4096];
    size_t used = 0;
    const char *at = strchr(text, ':') + 1, *end = strrchr(text, '.');
    used += (size_t)snprintf(out, sizeof out, "v1:");
    for (uint32_t i = 0; at < end; i++) {
        size_t size = strcspn(at, ".");
        used +=
            (size_t)(i == number ? snprintf(out + used, sizeof out - used, "%s.", field)
                                 : snprintf(out + used, sizeof out - used, "%.*s.", (int)size, at));
        at += size + 1;
    }
    used--;
    snprintf(out + used, sizeof out - used, ".%08x", (uint32_t)XXH3_64bits(out, used));
    return out;
}

static void test_strings_of_something_else_are_refused(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait"), *other = example("message-passing");
    const struct run_target_options options = {.setup.grain = VRRL_GRAIN_OPERATION,
                                               .setup.workers = 2};
    recorded r = record_run(program, &options, VRRL_STRATEGY_RANDOM, 1, false);
    char digest[13], cut[4096];
    snprintf(digest, sizeof digest, "%.12s", strstr(r.text, ".y1.") + 4);
    expect_refused(other, r.text, VRRL_REFUSED, "program", digest);
    expect_refused(program, with_field(r.text, 3, "y2"), VRRL_REFUSED, "version 2", "is 1");
    expect_refused(program, with_field(r.text, 0, "pso"), VRRL_PARSE, "pso", "memory model");
    expect_refused(program, with_field(r.text, 1, "atom"), VRRL_PARSE, "atom", "grain");
    expect_refused(program, with_field(r.text, 2, "w99999"), VRRL_PARSE, "w99999", "65536");
    expect_refused(program, with_field(r.text, 5, "c9999999"), VRRL_PARSE, "9999999", "bytes");
    expect_refused(program, with_field(r.text, 6, "*"), VRRL_PARSE, "choices", "base64url");
    expect_refused(program, "v2:sc", VRRL_REFUSED, "v2", "v1");
    expect_refused(program, "sc.op", VRRL_PARSE, "sc.op", "v1:");
    expect_refused(program, "", VRRL_PARSE, "\"\"", "v1:");
    for (size_t size = strlen(r.text) - 1; size > 3; size--) {
        snprintf(cut, sizeof cut, "%.*s", (int)size, r.text);
        expect_refused(program, cut, VRRL_PARSE, "checksum", "cut");
    }
    free(r.text);
    vrrl_program_free(program);
    vrrl_program_free(other);
}

/* Mutants, with and without a right sum: none crashes, and one that is taken runs to its end. */
static void test_mutants_do_no_harm(void **state)
{
    (void)state;
    enum { MUTANTS = 4000 };
    vrrl_program *program = example("missing-wait");
    const struct run_target_options options = {
        .setup.grain = VRRL_GRAIN_OPERATION, .setup.model = VRRL_MEMORY_TSO, .setup.workers = 3};
    recorded r = record_run(program, &options, VRRL_STRATEGY_RANDOM, 5, false);
    size_t size = strlen(r.text);
    uint64_t random = 11;
    uint32_t taken = 0;
    char *text = malloc(size + 16);
    assert_non_null(text);
    for (uint32_t i = 0; i < MUTANTS; i++) {
        static const char digits[] = "0123456789.ABCxyz_-wlyc";
        memcpy(text, r.text, size + 1);
        for (uint32_t k = 1 + random_below(&random, 3); k > 0; k--)
            text[random_below(&random, (uint32_t)size - 9)] =
                i % 3 ? digits[random_below(&random, sizeof digits - 1)]
                      : (char)(1 + random_below(&random, 255));
        if (i % 8)
            snprintf(text + size - 8, 9, "%08x", (uint32_t)XXH3_64bits(text, size - 9));
        vrrl_run_outcome outcome;
        vrrl_error err = {0};
        vrrl_code code = vrrl_schedule_run(program, text, &outcome, &err);
        assert_true(code == VRRL_OK || err.text[0] != '\0');
        taken += code == VRRL_OK;
    }
    assert_true(taken > MUTANTS / 100); /* else nothing but the checksum was tried */
    free(text);
    free(r.text);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_string_is_its_run),
        cmocka_unit_test(test_a_graph_too),
        cmocka_unit_test(test_another_process_sees_the_same),
        cmocka_unit_test(test_the_default_is_the_empty_schedule),
        cmocka_unit_test(test_a_livelock_comes_back),
        cmocka_unit_test(test_old_strings_still_fail_as_they_did),
        cmocka_unit_test(test_strings_of_something_else_are_refused),
        cmocka_unit_test(test_mutants_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
