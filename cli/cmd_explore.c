/* vrrl explore: run a program under many schedules, and show those that fail. */
#include "answer.h"
#include "base/error.h"
#include "cli.h"
#include "findings.h"
#include "interrupt.h"
#include "kernel_command.h"
#include "log_options.h"
#include "names_option.h"
#include "program_source.h"
#include "progress.h"
#include "search_options.h"
#include "vrrl/analysis/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct explore_options {
    struct program_input input; /* its path is the one at hand */
    struct cli_paths paths;
    struct setup_options setups;
    vrrl_explore_options search;
    const char *outcomes; /* names, with commas between */
    struct kernel_command kernel;
};

enum {
    KEY_SCHEDULES = 0x700,
    KEY_TIME,
    KEY_DEPTH,
    KEY_BOUND,
    KEY_STOP_FIRST,
    KEY_ALL,
    KEY_CHECK,
    KEY_OUTCOMES,
};

static const struct argp_option option_table[] = {
    {"strategy", 's', "NAME", 0, "", 1},
    {"schedules", KEY_SCHEDULES, "N", 0, "Run N schedules (10000)", 1},
    {"time", KEY_TIME, "SECONDS", 0, "Run for so long", 1},
    {"depth", KEY_DEPTH, "D", 0, "Depth of the bugs that pct looks for (3)", 1},
    {"bound", KEY_BOUND, "B", 0, "Preemptions that preempt makes (2)", 1},
    {"jobs", 'J', "N", 0, "Search in N processes (1)", 1},
    {"stop-first", KEY_STOP_FIRST, NULL, 0, "Stop at the first failure", 1},
    {"all", KEY_ALL, NULL, OPTION_HIDDEN, NULL, 1},
    {"check-determinism", KEY_CHECK, NULL, OPTION_HIDDEN, NULL, 1},
    {"outcomes", KEY_OUTCOMES, "WORD,...", 0, "List the values that these words end up with", 1},
    {0},
};

/* ---- Options --------------------------------------------------------------------------------- */

static uint32_t number(struct argp_state *state, const char *name, const char *text, uint32_t most)
{
    return (uint32_t)cli_option_number(state, name, text, 1, most);
}

static bool parse_search(int key, char *argument, struct argp_state *state, vrrl_explore_options *o)
{
    switch (key) {
    case 's':
        o->strategy = parse_strategy(state, argument);
        return true;
    case KEY_SCHEDULES:
        o->schedules = cli_option_number(state, "schedules", argument, 1, UINT64_MAX >> 8);
        return true;
    case KEY_TIME:
        o->milliseconds = parse_seconds(state, argument);
        return true;
    case KEY_DEPTH:
        o->depth = number(state, "depth", argument, 64);
        return true;
    case KEY_BOUND:
        o->bound = number(state, "bound", argument, 63);
        return true;
    case 'J':
        o->jobs = number(state, "jobs", argument, 256);
        return true;
    case KEY_STOP_FIRST:
    case KEY_ALL:
        o->stop_first = key == KEY_STOP_FIRST;
        return true;
    case KEY_CHECK:
        o->check_determinism = true;
        return true;
    default:
        return false;
    }
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct explore_options *options = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &options->input;
        state->child_inputs[1] = &options->setups;
        state->child_inputs[5] = &options->kernel;
        return 0;
    }
    if (key == KEY_OUTCOMES) {
        options->outcomes = argument;
        return 0;
    }
    if (parse_search(key, argument, state, &options->search))
        return 0;
    return cli_some_paths(key, argument, state, "a PROGRAM, RUN.vrrd or LOG.vrrl", &options->paths);
}

static const struct argp_child children[] = {{&program_input_bare_argp, 0, NULL, 0},
                                             {&setup_argp, 0, NULL, 0},
                                             {&names_hidden_argp, 0, NULL, 0},
                                             {&answer_argp, 0, NULL, 0},
                                             {&findings_hidden_argp, 0, NULL, 0},
                                             {&kernel_argp, 0, NULL, 0},
                                             {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "PROGRAM|RUN.vrrd|LOG.vrrl ...",
    .children = children,
    .doc = "Run PROGRAM under many schedules; show those that fail.\n"
           "Exit: 0 no failure, 1 a difference, 2 usage, 3 a deadlock, 125 not all run.",
    .help_filter = strategy_help,
};

struct outcome_words {
    uint32_t list[VRRL_OUTCOME_WORDS_MAX], count;
};

/* ---- Progress -------------------------------------------------------------------------------- */

static void show(void *context, const vrrl_explore_progress *p)
{
    char schedules[27], distinct[27], rate[27], failures[27];
    char coverage[32] = "";
    double seconds = p->seconds > 0 ? p->seconds : 1e-9;
    (void)context;
    if (p->pairs > 0)
        snprintf(coverage, sizeof coverage, ", coverage %.0f %%",
                 50.0 * (double)p->ordered_pairs / (double)p->pairs);
    progress_show("  %s schedules, %s distinct, %s/s, %s failures, %u defects%s",
                  vrrl_report_number(p->schedules, schedules),
                  vrrl_report_number(p->distinct, distinct),
                  vrrl_report_number((uint64_t)((double)p->schedules / seconds), rate),
                  vrrl_report_number(p->failures, failures), p->defects, coverage);
}

/* ---- The command ----------------------------------------------------------------------------- */

/* Adds the words of one name, `size` bytes of it. */
static vrrl_code add_words(const vrrl_program *program, const char *name, size_t size,
                           struct outcome_words *words, vrrl_error *err)
{
    char text[VRRL_NAME_MAX];
    uint32_t first, count;
    snprintf(text, sizeof text, "%.*s", (int)size, name);
    if (size >= sizeof text || !vrrl_program_find_words(program, text, &first, &count))
        return error_set(err, VRRL_NOT_FOUND,
                         "Fix: name words of the program, as seen, seen[1] or user[8].",
                         "--outcomes: the program has no word \"%s\"", text);
    if (count > VRRL_OUTCOME_WORDS_MAX - words->count)
        return error_set(err, VRRL_INVALID, "Fix: name fewer words.",
                         "--outcomes: more than %d words", VRRL_OUTCOME_WORDS_MAX);
    for (uint32_t i = 0; i < count; i++)
        words->list[words->count++] = first + i;
    return VRRL_OK;
}

static vrrl_code parse_outcomes(const vrrl_program *program, const char *names,
                                struct outcome_words *words, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (const char *at = names; at && code == VRRL_OK;) {
        size_t size = strcspn(at, ",");
        code = add_words(program, at, size, words, err);
        at = at[size] ? at + size + 1 : NULL;
    }
    return code;
}

static vrrl_code search(const struct explore_options *options, const vrrl_program *program,
                        vrrl_explore_result **result, vrrl_error *err)
{
    vrrl_explore_options search = options->search;
    struct outcome_words words = {.count = 0};
    vrrl_code code = parse_outcomes(program, options->outcomes, &words, err);
    if (code != VRRL_OK)
        return code;
    search.setup = options->setups.setup;
    search.cells = options->setups.cells;
    search.stop = interrupt_flag();
    search.outcome_words = words.list;
    search.outcome_word_count = words.count;
    if (progress_is_seen())
        search.progress = show;
    code = vrrl_explore(program, &search, result, err);
    progress_end();
    return code;
}

/* Of several inputs each gets the first line of its report. */
static void write_first_line(const char *path, const vrrl_program *program,
                             const vrrl_explore_result *result, const char *target)
{
    char *text = NULL;
    size_t size;
    FILE *report = open_memstream(&text, &size);
    if (!report)
        return;
    vrrl_report_explore(program, result, target, report);
    if (fclose(report) == 0)
        printf("%s: %.*s\n", cli_printable(path), (int)strcspn(text, "\n"), text);
    free(text);
}

static vrrl_code report(const struct explore_options *options, const vrrl_program *program,
                        const vrrl_explore_result *result, const char *target, int *exit_code,
                        vrrl_error *err)
{
    vrrl_findings *findings;
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_explore_json(program, result, target, out);
    else if (options->paths.count > 1)
        write_first_line(options->input.path, program, result, target);
    else
        vrrl_report_explore(program, result, target, out);
    vrrl_code code = vrrl_findings_create(&findings, err);
    if (code == VRRL_OK)
        code = vrrl_findings_add_explore(findings, program, result, err);
    answer_findings(findings);
    if (code == VRRL_OK)
        *exit_code = answer_end(vrrl_answer_of_explore(result));
    return code;
}

static vrrl_code explore(const struct explore_options *options, int *exit_code, vrrl_error *err)
{
    struct program_source source;
    vrrl_explore_result *result;
    vrrl_code code = program_source_open(&options->input, VRRL_INPUTS_PROGRAM, &source, err);
    if (code != VRRL_OK)
        return code;
    char *target = program_source_words(&options->input);
    if (!answer_is_json())
        program_input_warn(source.lint);
    code = target ? search(options, source.program, &result, err) : error_no_memory(err, 0);
    if (code == VRRL_OK) {
        result->lint = source.lint;
        code = report(options, source.program, result, target, exit_code, err);
        vrrl_explore_result_free(result);
    }
    free(target);
    program_source_close(&source);
    return code;
}

/* An option that was given and is for programs alone; NULL: there is none. */
static const char *option_of_programs(const struct explore_options *options)
{
    const char *of_input = program_input_given(&options->input);
    return options->setups.given               ? options->setups.given
           : of_input                          ? of_input
           : names_path()                      ? "names"
           : options->outcomes                 ? "outcomes"
           : options->search.check_determinism ? "check-determinism"
                                               : NULL;
}

/* A kernel takes what of the options is for schedules. */
static int explore_kernel(const struct explore_options *options, const char *path)
{
    const vrrl_explore_options *o = &options->search;
    const char *refused = option_of_programs(options);
    if (refused)
        return kernel_refuse_option(
            "explore", refused,
            "Fix: leave it out; --strategy, --schedules, --seed, --depth, --bound, --time, "
            "--jobs, --stop-first, --no-park, --visible and --stats are.");
    const vrrl_kernel_options kernel = {.strategy = o->strategy,
                                        .schedules = o->schedules,
                                        .seed = options->setups.setup.seed,
                                        .depth = o->depth,
                                        .bound = o->bound,
                                        .jobs = o->jobs,
                                        .milliseconds = o->milliseconds,
                                        .stop_first = o->stop_first};
    return kernel_explore(&options->kernel, path, &kernel);
}

static int explore_next(struct explore_options *options, const char *path)
{
    vrrl_error err;
    int exit_code;
    if (options->kernel.launch)
        return explore_kernel(options, path);
    options->input.path = path;
    answer_about(path);
    vrrl_code code = explore(options, &exit_code, &err);
    if (code == VRRL_OK)
        return exit_code;
    return options->paths.count > 1 ? program_source_fail_briefly("explore", path, &err)
                                    : program_source_fail("explore", &err);
}

static int run(int argc, char **argv)
{
    struct explore_options options = {.search.size = sizeof options.search,
                                      .setups = setup_options_begin(1)};
    int code = CLI_OK;
    cli_parse(&argp, argc, argv, &options);
    for (size_t i = 0; i < options.paths.count && interrupt_exit(0) == 0; i++)
        code = cli_worse(code, explore_next(&options, options.paths.list[i]));
    free(options.paths.list);
    return interrupt_exit(code);
}

const struct cli_command cmd_explore = {
    .name = "explore",
    .arguments = "PROGRAM|RUN.vrrd|LOG.vrrl ... [--strategy NAME] [--schedules N]",
    .summary = "run a program under many schedules, and show those that fail",
    .run = run,
};
