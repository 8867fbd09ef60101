/* vrrl selftest: does the search find what it should, and nothing else? */
#include "answer.h"
#include "cli.h"
#include "interrupt.h"
#include "log_options.h"
#include "replay_schedule.h"
#include "search_options.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/selftest.h"
#include "vrrl/run/program.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SHORT_SCHEDULES = 300,
    OPTION_SHORT = 256,
    OPTION_FILTER,
    OPTION_LIST,
    OPTION_PRINT,
    OPTION_SCHEDULES,
    OPTION_REPLAY
};

struct arguments {
    vrrl_selftest_options options;
    const char *print, *replay;
    bool list, verbose;
};

static const struct argp_option options[] = {
    {"filter", OPTION_FILTER, "TEXT", 0, "Only cases with TEXT in their name or program", 0},
    {"schedules", OPTION_SCHEDULES, "N", 0, "Schedules a case and memory model (2,000)", 0},
    {"short", OPTION_SHORT, NULL, 0, "300 of them", 0},
    {"strategy", 's', "NAME", 0, "", 0},
    {"seed", 'S', "N", 0, "Seed of the strategies (1)", 0},
    {"jobs", 'J', "N", 0, "Processes (1)", 0},
    {"list", OPTION_LIST, NULL, 0, "What is planted, and run nothing", 0},
    {"print", OPTION_PRINT, "NAME", 0, "A case's program file, and run nothing", 0},
    {"replay", OPTION_REPLAY, "v1:...", 0, "Run one schedule of a case again", 0},
    {"verbose", 'v', NULL, 0, "A command for each failure that repeats it", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case OPTION_FILTER:
        arguments->options.filter = text;
        return 0;
    case OPTION_SCHEDULES:
        arguments->options.schedules = cli_option_number(state, "schedules", text, 1, UINT32_MAX);
        return 0;
    case OPTION_SHORT:
        arguments->options.schedules = SHORT_SCHEDULES;
        return 0;
    case 's':
        arguments->options.strategy = parse_strategy(state, text);
        return 0;
    case 'S':
        arguments->options.seed = cli_option_number(state, "seed", text, 1, UINT64_MAX);
        return 0;
    case 'J':
        arguments->options.jobs = (uint32_t)cli_option_number(state, "jobs", text, 1, 256);
        return 0;
    case OPTION_LIST:
        arguments->list = true;
        return 0;
    case OPTION_PRINT:
        arguments->print = text;
        return 0;
    case OPTION_REPLAY:
        arguments->replay = text;
        return 0;
    case 'v':
        arguments->verbose = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .doc =
        "Searches programs with a planted bug, which must be found, and correct ones, which must "
        "not be blamed.\v"
        "Exit: 0 all found and nobody blamed, 1 not, 2 usage, 3 a replay that is stuck.",
    .help_filter = strategy_help,
};

/* ---- The table ------------------------------------------------------------------------------- */

struct account {
    const vrrl_selftest *suite;
    json_t *cases; /* with --json; else NULL */
    bool verbose;
    uint32_t planted, killed, correct, blamed;
    uint64_t schedules;
    uint64_t *after; /* schedules up to each bug that was found */
    uint32_t found;
    bool interrupted;
};

static void print_row(const vrrl_selftest_case *c, const vrrl_selftest_result *r)
{
    const char *verdict = c->planted  ? (r->passed ? "found" : "MISSED")
                          : r->passed ? "clean"
                                      : "BLAMED";
    if (c->planted && r->found && !r->passed)
        verdict = "WRONG";
    if (!r->found) {
        printf("%-30s %-7s %9llu\n", c->name, verdict, (unsigned long long)r->schedules);
        return;
    }
    printf("%-30s %-7s %9llu  %-10s %-5s %-9s %u\n", c->name, verdict,
           (unsigned long long)r->found_after, vrrl_strategy_name(r->strategy),
           vrrl_memory_model_name(r->setup.model), vrrl_defect_kind_name(r->kind),
           r->setup.workers);
}

static json_t *case_json(const vrrl_selftest_case *c, const vrrl_selftest_result *r)
{
    json_t *json = json_pack("{s:s, s:s, s:b, s:b, s:b, s:I}", "case", c->name, "program",
                             c->program, "planted", c->planted, "passed", r->passed, "found",
                             r->found, "schedules", (json_int_t)r->schedules);
    if (c->planted)
        json_object_set_new(json, "weakest", json_string(vrrl_memory_model_name(c->weakest)));
    if (r->found)
        json_object_update_new(
            json, json_pack("{s:I, s:s, s:s, s:s, s:I, s:I}", "after", (json_int_t)r->found_after,
                            "strategy", vrrl_strategy_name(r->strategy), "model",
                            vrrl_memory_model_name(r->setup.model), "kind",
                            vrrl_defect_kind_name(r->kind), "workers", (json_int_t)r->setup.workers,
                            "in_flight", (json_int_t)r->setup.in_flight));
    if (r->schedule)
        json_object_set_new(json, "string", json_string(r->schedule));
    return json;
}

static void take(void *context, uint32_t index, const vrrl_selftest_result *result)
{
    struct account *a = context;
    const vrrl_selftest_case *c = vrrl_selftest_at(a->suite, index);
    a->planted += c->planted;
    a->killed += c->planted && result->passed;
    a->correct += !c->planted;
    a->blamed += !c->planted && !result->passed;
    a->schedules += result->schedules;
    if (c->planted && result->found)
        a->after[a->found++] = result->found_after;
    if (a->cases) {
        json_array_append_new(a->cases, case_json(c, result));
        return;
    }
    print_row(c, result);
    if (a->verbose && result->schedule)
        printf("    vrrl selftest --replay %s\n", result->schedule);
    fflush(stdout);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t median(struct account *a)
{
    qsort(a->after, a->found, sizeof *a->after, by_value);
    return a->found ? a->after[a->found / 2] : 0;
}

static json_t *suite_json(struct account *a, double seconds)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:f, s:O}", "planted",
                     (json_int_t)a->planted, "killed", (json_int_t)a->killed, "correct",
                     (json_int_t)a->correct, "blamed", (json_int_t)a->blamed, "median_after",
                     (json_int_t)median(a), "schedules", (json_int_t)a->schedules, "interrupted",
                     a->interrupted, "seconds", seconds, "cases", a->cases);
}

static void print_end(struct account *a, double seconds)
{
    double rate = a->planted ? 100.0 * a->killed / a->planted : 100;
    if (a->interrupted)
        printf("\nINTERRUPTED  before its end: of the cases up to there\n");
    printf("\nplanted  %u of %u found: kill rate %.1f %%, half of them within %llu schedules\n",
           a->killed, a->planted, rate, (unsigned long long)median(a));
    printf("correct  %u of %u blamed\n", a->blamed, a->correct);
    printf("         %llu schedules in %.1f s\n", (unsigned long long)a->schedules, seconds);
}

/* ---- The command ----------------------------------------------------------------------------- */

static int print_list_json(const vrrl_selftest *suite)
{
    json_t *cases = json_array();
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *c = vrrl_selftest_at(suite, i);
        json_t *weakest =
            c->planted ? json_string(vrrl_memory_model_name(c->weakest)) : json_null();
        json_array_append_new(cases, json_pack("{s:s, s:s, s:b, s:o, s:s}", "case", c->name,
                                               "program", c->program, "planted", c->planted,
                                               "weakest", weakest, "summary", c->summary));
    }
    return answer_object(json_pack("{s:o}", "cases", cases), VRRL_ANSWER_DONE);
}

static void print_list(const vrrl_selftest *suite)
{
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *c = vrrl_selftest_at(suite, i);
        if (c->planted)
            printf("%-30s %-4s  %s\n", c->name, vrrl_memory_model_name(c->weakest), c->summary);
        else
            printf("%-30s -     %s\n", c->name, c->summary);
    }
}

static int print_program(const vrrl_selftest *suite, const char *name)
{
    vrrl_error error = {.code = VRRL_NOT_FOUND, .fix = "Fix: see vrrl selftest --list."};
    uint32_t index = vrrl_selftest_find(suite, name);
    char *text;
    if (index == VRRL_NO_INDEX) {
        snprintf(error.text, sizeof error.text, "no case of the suite is called '%s'", name);
        return cli_fail("selftest", &error);
    }
    if (vrrl_selftest_text(suite, index, &text, &error) != VRRL_OK)
        return cli_fail("selftest", &error);
    fputs(text, stdout);
    free(text);
    return CLI_OK;
}

static int replay(const vrrl_selftest *suite, const struct arguments *arguments)
{
    vrrl_error error = {0};
    vrrl_program *program;
    vrrl_schedule_result *result;
    uint32_t index;
    int exit_code;
    if (vrrl_selftest_replay(suite, arguments->replay, &index, &program, &result, &error) ||
        report_schedule(program, result, &exit_code, &error))
        exit_code = cli_fail("selftest", &error);
    vrrl_schedule_result_free(result);
    vrrl_program_free(program);
    return exit_code;
}

static int print_suite(struct account *a, double seconds)
{
    bool passed = a->killed == a->planted && a->blamed == 0;
    vrrl_answer_verdict verdict = passed ? VRRL_ANSWER_DONE : VRRL_ANSWER_FAILS;
    if (a->cases)
        return answer_object(suite_json(a, seconds), verdict);
    print_end(a, seconds);
    return answer_end(verdict);
}

static int run_suite(const vrrl_selftest *suite, const struct arguments *arguments)
{
    vrrl_error error = {0};
    struct account a = {.suite = suite,
                        .verbose = arguments->verbose,
                        .cases = answer_is_json() ? json_array() : NULL,
                        .after = calloc(vrrl_selftest_count(suite) + 1, sizeof *a.after)};
    vrrl_selftest_options suite_options = arguments->options;
    double start = now();
    suite_options.stop = interrupt_flag();
    if (!a.after)
        return CLI_USAGE;
    if (!a.cases)
        printf("%-30s %-7s %9s  %-10s %-5s %-9s %s\n", "case", "", "schedules", "strategy", "model",
               "failure", "workers");
    vrrl_code failed = vrrl_selftest_run(suite, &suite_options, take, &a, &error);
    a.interrupted = *suite_options.stop;
    int code = failed ? cli_fail("selftest", &error) : print_suite(&a, now() - start);
    json_decref(a.cases);
    free(a.after);
    return code;
}

static int run(int argc, char **argv)
{
    struct arguments arguments = {.options.size = sizeof arguments.options};
    vrrl_selftest *suite;
    vrrl_error error = {0};
    int code = CLI_OK;
    cli_parse(&argp, argc, argv, &arguments);
    if (vrrl_selftest_create(&suite, &error) != VRRL_OK)
        return cli_fail("selftest", &error);
    if (arguments.list && answer_is_json())
        code = print_list_json(suite);
    else if (arguments.list)
        print_list(suite);
    else if (arguments.print)
        code = print_program(suite, arguments.print);
    else if (arguments.replay)
        code = replay(suite, &arguments);
    else
        code = run_suite(suite, &arguments);
    vrrl_selftest_free(suite);
    return code;
}

const struct cli_command cmd_selftest = {
    .name = "selftest",
    .arguments = "[--short] [--filter TEXT] [--jobs N] [--json]",
    .summary = "search planted bugs, which must be found, and correct programs, which must not",
    .run = run,
};
