/* vrrl pack: a recording as one file. */
#include "answer.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_options.h"
#include "vrrl/run/pack.h"

#include <inttypes.h>

struct pack_options {
    struct cli_path_output files;
    vrrl_pack_options pack;
};

enum { KEY_NO_MEMORY = 0x500 };

static const struct argp_option option_table[] = {
    {"no-memory", KEY_NO_MEMORY, NULL, 0, "Leave user memory out", 0},
    {"output", 'o', "FILE", 0, "The pack, which must not exist; must be given", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct pack_options *options = state->input;
    if (key == KEY_NO_MEMORY) {
        options->pack.no_memory = true;
        return 0;
    }
    return cli_path_and_output(key, argument, state, "a RUN.vrrd", "FILE", &options->files);
}

static const struct argp_child children[] = {{&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = option_table,
    .children = children,
    .parser = parse_option,
    .args_doc = "RUN.vrrd",
    .doc = "Make one file of the recording RUN.vrrd, for a bug report.\v"
           "All user memory and all arguments of slots are inside. Absolute paths in the manifest "
           "lose their folders. `vrrl unpack` makes a recording of it again. With --no-memory it "
           "cannot be replayed, compared or checked: its log can be read.\n\n"
           "Exit: 0 packed; 2 usage, or a recording that cannot be read.",
};

static int print_result(const struct pack_options *options, const vrrl_pack_summary *summary)
{
    if (answer_is_json())
        return answer_object(
            json_pack("{s:o, s:I, s:I, s:I, s:b}", "pack", json_text(options->files.output),
                      "files", (json_int_t)summary->files, "bytes", (json_int_t)summary->bytes,
                      "cut_paths", (json_int_t)summary->cut_paths, "memory",
                      !options->pack.no_memory),
            VRRL_ANSWER_DONE);
    printf("%s: %" PRIu32 " file%s, %" PRIu64 " bytes\n", cli_printable(options->files.output),
           summary->files, plural(summary->files), summary->bytes);
    puts(options->pack.no_memory
             ? "  user memory is left out: it can be read as a log, and not replayed, compared or "
               "checked\n"
               "  arguments of slots, what the host wrote before each epoch, and names are inside"
             : "  user memory is inside: who has the file can read it");
    if (summary->cut_paths > 0)
        printf("  %" PRIu32 " absolute path%s in the manifest lost %s folders\n",
               summary->cut_paths, plural(summary->cut_paths),
               summary->cut_paths == 1 ? "its" : "their");
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    struct pack_options options = {.pack.size = sizeof options.pack};
    vrrl_pack_summary summary;
    vrrl_error err;
    cli_parse(&argp, argc, argv, &options);
    answer_about(options.files.path);
    if (vrrl_pack_recording_with(options.files.path, options.files.output, &options.pack, &summary,
                                 &err) != VRRL_OK)
        return cli_fail("pack", &err);
    return print_result(&options, &summary);
}

const struct cli_command cmd_pack = {
    .name = "pack",
    .arguments = "RUN.vrrd -o FILE [--no-memory] [--json]",
    .summary = "make one file of a recording",
    .run = run,
};
