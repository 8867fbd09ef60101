/* vrrl trim: some epochs of a recording as a recording of its own. */
#include "answer.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_options.h"
#include "vrrl/run/recording_files.h"
#include "vrrl/run/report.h"

struct trim_options {
    struct cli_path_output files;
    struct log_filter epochs;
};

enum { KEY_EPOCHS = 0x500 };

static const struct argp_option option_table[] = {
    {"epochs", KEY_EPOCHS, "A-B", 0, "The epochs to keep; must be given", 0},
    {"output", 'o', "OUT.vrrd", 0, "The recording of them, which must not exist; must be given", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct trim_options *options = state->input;
    if (key == KEY_EPOCHS) {
        if (!log_filter_epochs(&options->epochs, argument))
            argp_error(state, "--epochs takes A-B, A- or A; found \"%s\"", argument);
        return 0;
    }
    if (key == ARGP_KEY_END && options->files.path && !options->epochs.by_epoch)
        argp_error(state, "--epochs A-B is expected");
    return cli_path_and_output(key, argument, state, "a RUN.vrrd", "OUT.vrrd", &options->files);
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .children = children,
    .parser = parse_option,
    .args_doc = "RUN.vrrd",
    .doc = "Make a recording of the epochs A to B of RUN.vrrd.\v"
           "It begins with the newest snapshot that is of epoch A or of one before it, which is "
           "said. A-: to the last epoch that ended.\n\n"
           "Exit: 0 trimmed; 2 usage, a recording that cannot be read, or no such epochs; 125 "
           "packed without memory, or no epoch had ended.",
};

static int print_result(const struct trim_options *options, const vrrl_trim_summary *summary)
{
    char records[27];
    uint32_t asked = options->epochs.epoch_first, first = summary->first_epoch;
    if (answer_is_json())
        return answer_object(
            json_pack("{s:o, s:I, s:I, s:I, s:I}", "recording", json_text(options->files.output),
                      "asked", (json_int_t)asked, "first_epoch", (json_int_t)first, "last_epoch",
                      (json_int_t)summary->last_epoch, "records", (json_int_t)summary->records),
            VRRL_ANSWER_DONE);
    printf("%s: epoch%s %u", cli_printable(options->files.output),
           first == summary->last_epoch ? "" : "s", first);
    if (first < summary->last_epoch)
        printf(" to %u", summary->last_epoch);
    printf(", %s record%s\n", vrrl_report_number(summary->records, records),
           plural(summary->records));
    if (first < asked)
        printf("  it begins with the snapshot before epoch %u: there is no later one up to epoch "
               "%u\n",
               first, asked);
    return CLI_OK;
}

/* To the last one, where no other is named. */
static vrrl_code last_epoch(const struct trim_options *options, uint32_t *last, vrrl_error *err)
{
    vrrl_recording *recording;
    *last = options->epochs.epoch_last;
    if (*last != UINT32_MAX)
        return VRRL_OK;
    vrrl_code code = vrrl_recording_open(options->files.path, &recording, err);
    if (code == VRRL_OK) {
        uint32_t epochs = vrrl_recording_info_of(recording)->epochs;
        *last = epochs > 0 ? epochs - 1 : 0;
    }
    vrrl_recording_close(recording);
    return code;
}

static int run(int argc, char **argv)
{
    struct trim_options options = {.files.path = NULL};
    vrrl_trim_summary summary;
    vrrl_error err;
    uint32_t last;
    cli_parse(&argp, argc, argv, &options);
    answer_about(options.files.path);
    vrrl_code code = last_epoch(&options, &last, &err);
    if (code == VRRL_OK)
        code = vrrl_trim_recording(options.files.path, options.epochs.epoch_first, last,
                                   options.files.output, &summary, &err);
    if (code == VRRL_UNSUPPORTED)
        return cli_fail_as("trim", &err, CLI_CANNOT);
    return code == VRRL_OK ? print_result(&options, &summary) : cli_fail("trim", &err);
}

const struct cli_command cmd_trim = {
    .name = "trim",
    .arguments = "RUN.vrrd --epochs A-B -o OUT.vrrd [--json]",
    .summary = "make a recording of some epochs of one",
    .run = run,
};
