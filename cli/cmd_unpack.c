/* vrrl unpack: the recording that `vrrl pack` made one file of. */
#include "answer.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_options.h"
#include "vrrl/run/input.h"
#include "vrrl/run/pack.h"

#include <inttypes.h>
#include <string.h>

static const struct argp_option option_table[] = {
    {"output", 'o', "RUN.vrrd", 0, "The recording, which must not exist; must be given", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    return cli_path_and_output(key, argument, state, "a FILE", "RUN.vrrd", state->input);
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .children = children,
    .parser = parse_option,
    .args_doc = "FILE",
    .doc = "Make the recording RUN.vrrd of FILE, which `vrrl pack` wrote; -: standard input.\v"
           "Each file in it is checked by its digest, and nothing is written outside of RUN.vrrd, "
           "which appears when it is whole, or not at all. `vrrl verify` looks at what is in it."
           "\n\nExit: 0 unpacked; 2 usage, or a FILE that is damaged or no pack.",
};

/* What a pipe gives is kept in memory first. */
static vrrl_code unpack(const struct cli_path_output *options, vrrl_input **input,
                        vrrl_pack_summary *summary, vrrl_error *err)
{
    if (strcmp(options->path, "-") != 0)
        return vrrl_unpack_recording(options->path, options->output, summary, err);
    vrrl_code code = vrrl_input_open(options->path, VRRL_INPUT_SET(PACK), input, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_unpack_recording(vrrl_input_path(*input), options->output, summary, err);
    if (code != VRRL_OK)
        vrrl_input_name_error(*input, err);
    return code;
}

static int run(int argc, char **argv)
{
    struct cli_path_output options = {.path = NULL};
    vrrl_pack_summary summary;
    vrrl_error err;
    vrrl_input *input = NULL;
    cli_parse(&argp, argc, argv, &options);
    answer_about(options.path);
    vrrl_code code = unpack(&options, &input, &summary, &err);
    vrrl_input_close(input);
    if (code != VRRL_OK)
        return cli_fail("unpack", &err);
    if (answer_is_json())
        return answer_object(json_pack("{s:o, s:I, s:I}", "recording", json_text(options.output),
                                       "files", (json_int_t)summary.files, "bytes",
                                       (json_int_t)summary.bytes),
                             VRRL_ANSWER_DONE);
    printf("%s: %" PRIu32 " file%s of a pack of %" PRIu64 " bytes\n", cli_printable(options.output),
           summary.files, plural(summary.files), summary.bytes);
    return CLI_OK;
}

const struct cli_command cmd_unpack = {
    .name = "unpack",
    .arguments = "FILE -o RUN.vrrd [--json]",
    .summary = "make a recording of a pack again",
    .run = run,
};
