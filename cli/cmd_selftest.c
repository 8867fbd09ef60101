/* vrrl selftest: does the search find what it should, and nothing else? */
#include "cli.h"
#include "interrupt.h"
#include "log_options.h"
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
    OPTION_REPLAY
};

struct arguments {
    vrrl_selftest_options options;
    const char *print, *replay;
    bool json, list, verbose;
};

static const struct argp_option options[] = {
    {"filter", OPTION_FILTER, "TEXT", 0, "Only cases with TEXT in their name or program", 0},
    {"schedules", 'n', "N", 0, "Schedules a case and memory model (2,000)", 0},
    {"short", OPTION_SHORT, NULL, 0, "300 of them", 0},
    {"strategy", 's', "NAME", 0, "", 0},
    {"seed", 'S', "N", 0, "Seed of the strategies (0)", 0},
    {"jobs", 'J', "N", 0, "Processes (1)", 0},
    {"list", OPTION_LIST, NULL, 0, "What is planted, and run nothing", 0},
    {"print", OPTION_PRINT, "NAME", 0, "A case's program file, and run nothing", 0},
    {"replay", OPTION_REPLAY, "v1:...", 0, "Run one schedule of a case again", 0},
    {"verbose", 'v', NULL, 0, "A command for each failure that repeats it", 0},
    {"json", 'j', NULL, 0, "JSON, one object a line, the last for all", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case OPTION_FILTER:
        arguments->options.filter = text;
        return 0;
    case 'n':
        arguments->options.schedules = cli_option_number(state, "schedules", text, 1, UINT32_MAX);
        return 0;
    case OPTION_SHORT:
        arguments->options.schedules = SHORT_SCHEDULES;
        return 0;
    case 's':
        arguments->options.strategy = parse_strategy(state, text);
        return 0;
    case 'S':
        arguments->options.seed = cli_option_number(state, "seed", text, 0, UINT64_MAX);
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
    case 'j':
        arguments->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .doc =
        "Searches programs with a planted bug, which must be found, and correct ones, which must "
        "not be blamed.\v"
        "Exit: 0 all found and nobody blamed, 1 not, 2 usage, 3 a replay that is stuck.",
    .help_filter = strategy_help,
};

/* ---- The table ------------------------------------------------------------------------------- */

struct account {
    const vrrl_selftest *suite;
    bool json, verbose;
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

static void print_json_row(const vrrl_selftest_case *c, const vrrl_selftest_result *r)
{
    printf("{\"case\":\"%s\",\"program\":\"%s\",\"planted\":%s,\"passed\":%s,\"found\":%s,"
           "\"schedules\":%llu",
           c->name, c->program, c->planted ? "true" : "false", r->passed ? "true" : "false",
           r->found ? "true" : "false", (unsigned long long)r->schedules);
    if (c->planted)
        printf(",\"weakest\":\"%s\"", vrrl_memory_model_name(c->weakest));
    if (r->found)
        printf(",\"after\":%llu,\"strategy\":\"%s\",\"model\":\"%s\",\"kind\":\"%s\",\"workers\":%"
               "u,\"unfinished\":%u",
               (unsigned long long)r->found_after, vrrl_strategy_name(r->strategy),
               vrrl_memory_model_name(r->setup.model), vrrl_defect_kind_name(r->kind),
               r->setup.workers, r->setup.unfinished);
    if (r->schedule)
        printf(",\"schedule\":\"%s\"", r->schedule);
    printf("}\n");
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
    (a->json ? print_json_row : print_row)(c, result);
    if (a->verbose && !a->json && result->schedule)
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

static void print_end(struct account *a, double seconds)
{
    qsort(a->after, a->found, sizeof *a->after, by_value);
    uint64_t median = a->found ? a->after[a->found / 2] : 0;
    double rate = a->planted ? 100.0 * a->killed / a->planted : 100;
    if (a->json) {
        printf("{\"planted\":%u,\"killed\":%u,\"correct\":%u,\"blamed\":%u,\"median_after\":%llu,"
               "\"schedules\":%llu,\"interrupted\":%s,\"seconds\":%.2f}\n",
               a->planted, a->killed, a->correct, a->blamed, (unsigned long long)median,
               (unsigned long long)a->schedules, a->interrupted ? "true" : "false", seconds);
        return;
    }
    if (a->interrupted)
        printf("\nINTERRUPTED  before its end: of the cases up to there\n");
    printf("\nplanted  %u of %u found: kill rate %.1f %%, half of them within %llu schedules\n",
           a->killed, a->planted, rate, (unsigned long long)median);
    printf("correct  %u of %u blamed\n", a->blamed, a->correct);
    printf("         %llu schedules in %.1f s\n", (unsigned long long)a->schedules, seconds);
}

/* ---- The command ----------------------------------------------------------------------------- */

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
    char *text = index != VRRL_NO_INDEX ? vrrl_selftest_text(suite, index) : NULL;
    if (!text) {
        snprintf(error.text, sizeof error.text, "no case of the suite is called '%s'", name);
        return cli_fail("selftest", &error);
    }
    fputs(text, stdout);
    free(text);
    return CLI_OK;
}

static int replay(const vrrl_selftest *suite, const struct arguments *arguments)
{
    vrrl_error error = {0};
    vrrl_program *program;
    vrrl_schedule_result result;
    uint32_t index;
    int exit_code;
    if (vrrl_selftest_replay(suite, arguments->replay, &index, &program, &result, &error)) {
        exit_code = cli_fail("selftest", &error);
    } else {
        if (arguments->json)
            vrrl_report_schedule_json(stdout, program, &result);
        else
            vrrl_report_schedule(stdout, program, &result);
        exit_code = vrrl_report_schedule_exit(&result);
    }
    vrrl_schedule_result_free(&result);
    vrrl_program_free(program);
    return exit_code;
}

static int run_suite(const vrrl_selftest *suite, const struct arguments *arguments)
{
    vrrl_error error = {0};
    struct account a = {.suite = suite, .json = arguments->json, .verbose = arguments->verbose};
    vrrl_selftest_options suite_options = arguments->options;
    double start = now();
    suite_options.stop = interrupt_flag();
    a.after = calloc(vrrl_selftest_count(suite) + 1, sizeof *a.after);
    if (!a.after)
        return CLI_USAGE;
    if (!a.json)
        printf("%-30s %-7s %9s  %-10s %-5s %-9s %s\n", "case", "", "schedules", "strategy", "model",
               "failure", "workers");
    int code = CLI_OK;
    if (vrrl_selftest_run(suite, &suite_options, take, &a, &error) != VRRL_OK)
        code = cli_fail("selftest", &error);
    a.interrupted = *suite_options.stop;
    if (code == CLI_OK)
        print_end(&a, now() - start);
    if (code == CLI_OK && (a.killed < a.planted || a.blamed))
        code = CLI_DIFFERENT;
    free(a.after);
    return interrupt_exit(code);
}

static int run(int argc, char **argv)
{
    struct arguments arguments = {0};
    vrrl_selftest *suite;
    vrrl_error error = {0};
    int code = CLI_OK;
    cli_parse(&argp, argc, argv, &arguments);
    if (vrrl_selftest_create(&suite, &error) != VRRL_OK)
        return cli_fail("selftest", &error);
    if (arguments.list)
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
