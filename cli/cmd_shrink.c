/* vrrl shrink: the smallest program that still fails in the same way. */
#include "answer.h"
#include "base/error.h"
#include "cli.h"
#include "failure_options.h"
#include "interrupt.h"
#include "log_options.h"
#include "program_source.h"
#include "progress.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/analysis/shrink.h"
#include "vrrl/run/program_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shrink_options {
    struct failure_options failure;
    const char *output; /* NULL: the program goes to stdout */
};

static const struct argp_option option_table[] = {
    {"output", 'o', "MIN.vrrd", 0, "Write its recording there, MIN.mk beside it", 1},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct shrink_options *options = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &options->failure;
        return 0;
    }
    if (key != 'o')
        return ARGP_ERR_UNKNOWN;
    options->output = argument;
    return 0;
}

static const struct argp_child children[] = {{&failure_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "PROGRAM|RUN.vrrd|LOG.vrrl",
    .children = children,
    .doc = "Leave out all that a failure of PROGRAM does not need.\v"
           "Exit: 1 or 3 (stuck) shrunk, 0 nothing fails, 2 usage or unreadable,\n"
           "125 it cannot be run.",
};

/* ---- Progress -------------------------------------------------------------------------------- */

static void show(void *context, const vrrl_shrink_progress *p)
{
    char slots[27], programs[27], runs[27];
    (void)context;
    progress_show("  %s: %s slots, %u operations left; %s programs, %s schedules tried", p->stage,
                  vrrl_report_number(p->now.slots, slots), p->now.rows,
                  vrrl_report_number(p->programs, programs), vrrl_report_number(p->runs, runs));
}

static vrrl_code shrink(const struct failure_options *f, const vrrl_program *program,
                        vrrl_shrink_result **result, vrrl_error *err)
{
    const vrrl_shrink_options options = {.size = sizeof options,
                                         .failure.schedule = f->schedule,
                                         .failure.setup = f->explored.setup,
                                         .failure.cells = f->explored.cells,
                                         .failure.schedules = f->schedules,
                                         .milliseconds = f->milliseconds,
                                         .stop = interrupt_flag(),
                                         .progress = progress_is_seen() ? show : NULL};
    vrrl_code code = vrrl_shrink(program, &options, result, err);
    progress_end();
    return code;
}

/* ---- What is written ------------------------------------------------------------------------- */

/* "MIN.vrrd" and "MIN" have their program in "MIN.mk". The caller frees it. */
static char *program_path(const char *output)
{
    size_t length = strlen(output);
    while (length > 1 && output[length - 1] == '/')
        length--;
    if (length > 5 && strncmp(output + length - 5, ".vrrd", 5) == 0)
        length -= 5;
    char *path = malloc(length + 4);
    if (path)
        snprintf(path, length + 4, "%.*s.mk", (int)length, output);
    return path;
}

static vrrl_code write_program(const vrrl_program *program, const char *path, vrrl_error *err)
{
    FILE *out;
    vrrl_code code = failure_output_open(path, &out, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_program_write(program, out, err);
    if (fclose(out) != 0 && code == VRRL_OK)
        code = error_errno(err, "write", path, NULL);
    return code;
}

/* A run whose schedule has no string is not made again: then the program is all there is. */
static vrrl_code write_all(const vrrl_shrink_result *r, const char *output, const char *mk,
                           vrrl_error *err)
{
    vrrl_record_summary summary;
    vrrl_code code = write_program(r->program, mk, err);
    if (code == VRRL_OK && r->schedule)
        code = vrrl_schedule_record(r->program, r->schedule, output, &summary, err);
    return code;
}

static vrrl_code report_written(const struct shrink_options *options, const vrrl_program *of,
                                const vrrl_shrink_result *r, const char *mk, vrrl_error *err)
{
    char *word = program_source_path(mk);
    if (!word)
        return error_no_memory(err, 0);
    const vrrl_report_shrunk paths = {
        .recording = r->schedule ? options->output : NULL, .program = mk, .word = word, .of = of};
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_shrink_json(r, &paths, out);
    else
        vrrl_report_shrink(r, &paths, out);
    answer_end(vrrl_answer_of_defect(r->outcome.kind));
    free(word);
    return VRRL_OK;
}

static vrrl_code report(const struct shrink_options *options, const vrrl_program *of,
                        const vrrl_shrink_result *r, const char *mk, vrrl_error *err)
{
    if (options->output) {
        vrrl_code code = write_all(r, options->output, mk, err);
        return code == VRRL_OK ? report_written(options, of, r, mk, err) : code;
    }
    const vrrl_report_shrunk nothing = {.of = of};
    if (answer_is_json()) {
        vrrl_report_shrink_json(r, &nothing, answer_begin());
        answer_end(vrrl_answer_of_defect(r->outcome.kind));
        return VRRL_OK;
    }
    vrrl_report_shrink(r, &nothing, stdout);
    putchar('\n');
    vrrl_code code = vrrl_program_write(r->program, stdout, err);
    return ferror(stdout) ? VRRL_OK : code; /* main says that output was lost, of every command */
}

static vrrl_code run_on(const void *context, const vrrl_program *program, int *exit_code,
                        vrrl_error *err)
{
    const struct shrink_options *options = context;
    char *mk = options->output ? program_path(options->output) : NULL;
    vrrl_shrink_result *result = NULL;
    vrrl_code code = VRRL_OK;
    if (options->output && !mk)
        code = error_no_memory(err, 0);
    if (code == VRRL_OK && mk)
        code = failure_output_free(mk, err);
    if (code == VRRL_OK && mk)
        code = failure_output_free(options->output, err);
    if (code == VRRL_OK)
        code = shrink(&options->failure, program, &result, err);
    if (code == VRRL_OK)
        code = report(options, program, result, mk, err);
    if (result)
        *exit_code = failure_exit(result->outcome.kind);
    vrrl_shrink_result_free(result);
    free(mk);
    return code;
}

/* Of a kernel the schedule is shrunk. */
static int shrink_kernel(const struct shrink_options *options)
{
    const struct failure_options *f = &options->failure;
    const char *refused = failure_option_of_programs(f);
    if (refused)
        return kernel_refuse_option(
            "shrink", refused,
            "Fix: leave it out; --schedule, --schedules, --seed, --time, -o, "
            "--no-park and --visible are.");
    vrrl_error err;
    if (f->kernel.statistics)
        error_set(&err, VRRL_INVALID, "Fix: leave it out.", "--stats is not for shrink");
    else if (f->schedule && (f->kernel.no_park || f->kernel.all_visible))
        error_set(&err, VRRL_INVALID, "Fix: leave them out; a schedule says these itself.",
                  "--no-park and --visible are not for --schedule");
    else
        err.code = VRRL_OK;
    if (err.code != VRRL_OK)
        return cli_fail("shrink", &err);
    const vrrl_kernel_shrink_options kernel = {.schedule = f->schedule,
                                               .schedules = f->schedules,
                                               .seed = f->explored.setup.seed,
                                               .milliseconds = f->milliseconds};
    return kernel_shrink(&f->kernel, f->input.path, &kernel, options->output);
}

static int run(int argc, char **argv)
{
    struct shrink_options options = {.failure = failure_options_begin()};
    cli_parse(&argp, argc, argv, &options);
    if (options.failure.kernel.launch)
        return interrupt_exit(shrink_kernel(&options));
    return interrupt_exit(failure_run("shrink", &options.failure, run_on, &options));
}

const struct cli_command cmd_shrink = {
    .name = "shrink",
    .arguments = "PROGRAM|RUN.vrrd|LOG.vrrl [--schedule v1:...] [-o MIN.vrrd]",
    .summary = "leave out all that a failure does not need",
    .run = run,
};
