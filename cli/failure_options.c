#include "failure_options.h"

#include "answer.h"
#include "base/error.h"
#include "cli.h"
#include "kernel_command.h"
#include "log_options.h"
#include "names_option.h"
#include "program_source.h"
#include "vrrl/analysis/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    KEY_SCHEDULE = 0x780,
    KEY_SCHEDULES,
    KEY_TIME,
};

static const struct argp_option option_table[] = {
    {"schedule", KEY_SCHEDULE, "v1:...", 0, "The schedule that fails (else: explore)", 2},
    {"schedules", KEY_SCHEDULES, "N", 0, "Try N schedules of each program (1000)", 2},
    {"time", KEY_TIME, "SECONDS", 0, "Stop after so long", 2},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct failure_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->input;
        state->child_inputs[1] = &o->explored;
        state->child_inputs[4] = &o->kernel;
        return 0;
    case KEY_SCHEDULE:
        o->schedule = argument;
        return 0;
    case KEY_SCHEDULES:
        o->schedules = (uint32_t)cli_option_number(state, "schedules", argument, 1, 1u << 30);
        return 0;
    case KEY_TIME:
        o->milliseconds = parse_seconds(state, argument);
        return 0;
    default:
        return cli_one_path(key, argument, state, "a PROGRAM, RUN.vrrd or LOG.vrrl",
                            &o->input.path);
    }
}

static const struct argp_child children[] = {{&program_input_bare_argp, 0, NULL, 0},
                                             {&setup_argp, 0, NULL, 0},
                                             {&names_argp, 0, NULL, 0},
                                             {&answer_argp, 0, NULL, 0},
                                             {&kernel_argp, 0, NULL, 0},
                                             {0}};
const struct argp failure_argp = {
    .options = option_table, .parser = parse_option, .children = children};

struct failure_options failure_options_begin(void)
{
    return (struct failure_options){.explored = setup_options_begin(2)};
}

const char *failure_option_of_programs(const struct failure_options *options)
{
    const char *of_input = program_input_given(&options->input);
    return options->explored.given ? options->explored.given
           : of_input              ? of_input
           : names_path()          ? "names"
                                   : NULL;
}

int failure_exit(vrrl_defect_kind kind)
{
    bool ends =
        kind == VRRL_DEFECT_VALUE || kind == VRRL_DEFECT_STATUS || kind == VRRL_DEFECT_EXPECT;
    return ends ? CLI_DIFFERENT : CLI_STUCK;
}

/* Nothing fails: there is nothing to do, which is no error, but where not all was run, or the graph reads what nobody
 * writes. */
static int tell_nothing(const char *command, const struct program_source *source,
                        const vrrl_error *err)
{
    const char *what = strcmp(command, "shrink") ? "EXPLAIN" : "SHRINK";
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_nothing_json(source->program, err, out);
    else
        vrrl_report_nothing(source->program, err, what, out);
    return answer_end(vrrl_answer_of_nothing(err, source->lint));
}

static void refuse_kernel(const char *path, vrrl_error *err)
{
    error_set(err, VRRL_INVALID,
              "Fix: give the kernel's launch file, by --launch FILE: docs/launch.md.",
              "%s is a GPU kernel (PTX): it wants a launch file", cli_printable(path));
}

int failure_run(const char *command, const struct failure_options *options,
                vrrl_code (*work)(const void *context, const vrrl_program *program, int *exit_code,
                                  vrrl_error *err),
                const void *context)
{
    struct program_source source;
    vrrl_error err;
    int exit_code = CLI_OK;
    answer_about(options->input.path);
    vrrl_code code = program_source_open(&options->input, VRRL_INPUTS_PROGRAM, &source, &err);
    if (code != VRRL_OK && kernel_is(options->input.path))
        refuse_kernel(options->input.path, &err);
    if (code != VRRL_OK)
        return program_source_fail(command, &err);
    program_input_tell(source.lint);
    code = work(context, source.program, &exit_code, &err);
    if (code == VRRL_NOT_FOUND)
        exit_code = tell_nothing(command, &source, &err);
    program_source_close(&source);
    if (code == VRRL_OK || code == VRRL_NOT_FOUND)
        return exit_code;
    bool cannot = code == VRRL_UNSUPPORTED || code == VRRL_TOO_LARGE;
    return cli_fail_as(command, &err, cannot ? CLI_CANNOT : CLI_USAGE);
}

/* The folder that `path` lies in, "a/b/" in "a" too; the caller frees it. */
static char *folder_of(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    return length > 1 ? strndup(path, length - 1) : strdup(length ? "/" : ".");
}

static vrrl_code is_there(const char *path, vrrl_error *err)
{
    return error_set(err, VRRL_EXISTS, "Fix: remove it, or give another name.",
                     "%s is there already", path);
}

vrrl_code failure_output_free(const char *path, vrrl_error *err)
{
    struct stat there;
    if (lstat(path, &there) == 0)
        return is_there(path, err);
    char *folder = folder_of(path);
    vrrl_code code = folder ? VRRL_OK : (vrrl_code)error_no_memory(err, strlen(path));
    if (code == VRRL_OK && access(folder, W_OK) != 0)
        code = error_errno(err, "write into", folder, NULL);
    free(folder);
    return code;
}

vrrl_code failure_output_open(const char *path, FILE **out, vrrl_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (*out)
        return VRRL_OK;
    vrrl_code code = errno == EEXIST ? is_there(path, err) : error_errno(err, "create", path, NULL);
    if (fd >= 0)
        close(fd);
    return code;
}
