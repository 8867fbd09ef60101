#include "answer.h"
#include "base/printable.h"
#include "base/spelling.h"
#include "cli.h"
#include "findings.h"

#include "vrrl/log/version.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define X(command) extern const struct cli_command command;
#include "command_list.inc"
#undef X

static const struct cli_command *const commands[] = {
#define X(command) &command,
#include "command_list.inc"
#undef X
    NULL,
};

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void print_help(FILE *out)
{
    fputs("Usage: vrrl COMMAND [ARGUMENT ...]\n"
          "Flight recorder and differential replayer for GPU megakernels.\n\nCommands:\n",
          out);
    for (size_t i = 0; commands[i]; i++)
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n`vrrl help COMMAND` says more of each.\n"
          "Exit: 0 same or safe, 1 different or racy, 2 usage or unreadable input,\n"
          "      3 deadlock, hang or shutdown with work left, 125 cannot be tested here.\n",
          out);
}

int cli_fail_as(const char *command, const vrrl_error *error, int exit_code)
{
    fflush(stdout);
    fprintf(stderr, "vrrl %s: %s\n", command, error->text);
    if (error->fix[0])
        fprintf(stderr, "  %s\n", error->fix);
    return answer_error(error, exit_code);
}

int cli_fail(const char *command, const vrrl_error *error)
{
    return cli_fail_as(command, error, CLI_USAGE);
}

int cli_worse(int a, int b)
{
    static const int worst_first[] = {CLI_USAGE, CLI_STUCK, CLI_DIFFERENT, CLI_CANNOT};
    for (size_t i = 0; i < sizeof worst_first / sizeof worst_first[0]; i++)
        if (a == worst_first[i] || b == worst_first[i])
            return worst_first[i];
    return a > b ? a : b; /* of a signal: 130 or 143 */
}

const char *cli_printable(const char *path)
{
    static char text[PATH_MAX];
    snprintf(text, sizeof text, "%s", path);
    make_printable(text, strlen(text), false);
    return text;
}

char *cli_names(const char *(*at)(uint32_t index), const char *between, const char *before_last)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (uint32_t i = 0; at(i); i++)
        fprintf(out, "%s%s", i == 0 ? "" : at(i + 1) ? between : before_last, at(i));
    fclose(out);
    return text;
}

/* A command whose output was lost has failed, whatever else it says. */
static int written(int exit_code)
{
    bool failed = fflush(stdout) != 0;
    if ((failed || ferror(stdout)) && exit_code != CLI_USAGE) {
        fprintf(stderr,
                "vrrl: write to the standard output: %s\n  Fix: free some space there, or "
                "send it elsewhere.\n",
                failed ? strerror(errno) : "some of it was lost");
        return CLI_USAGE;
    }
    return exit_code;
}

/* The command that a wrong name was meant for; else NULL. */
static const char *near_command(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (spelling_is_near(name, commands[i]->name))
            return commands[i]->name;
    return NULL;
}

static int no_command(const char *name)
{
    const char *near = near_command(name);
    fprintf(stderr, "vrrl: there is no command \"%s\"\n", cli_printable(name));
    if (near)
        fprintf(stderr, "  Fix: did you mean `vrrl %s`? See `vrrl --help`.\n", near);
    else
        fputs("  Fix: see `vrrl --help`.\n", stderr);
    return CLI_USAGE;
}

static int run_command(int argc, char **argv)
{
    const struct cli_command *command = find_command(argv[0]);
    return command ? findings_finish(command->name, command->run(argc, argv)) : no_command(argv[0]);
}

/* `vrrl help NAME` is `vrrl NAME --help`. */
static int help(int argc, char **argv)
{
    char option[] = "--help";
    char *help_argv[] = {argc > 1 ? argv[1] : NULL, option, NULL};
    if (argc > 1)
        return run_command(2, help_argv);
    print_help(stdout);
    return CLI_OK;
}

/* A file that the tool writes through a mapping was cut by somebody, or its disk failed. */
static void on_sigbus(int number)
{
    static const char text[] =
        "vrrl: write: a file that was being written was cut shorter, or its disk failed (SIGBUS)\n"
        "  Fix: find who truncated it, look after the disk, and run the command again.\n";
    (void)number;
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(CLI_USAGE);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_sigbus};
    sigaction(SIGBUS, &action, NULL);
    /* A limit of a file's size (ulimit -f) is an error of the write, which tells what was written, and where. */
    signal(SIGXFSZ, SIG_IGN);
    if (argc < 2) {
        print_help(stderr);
        return CLI_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return written(help(strcmp(name, "help") == 0 ? argc - 1 : 1, argv + 1));
    if (strcmp(name, "--version") == 0) {
        printf("vrrl %s\n", vrrl_version());
        return written(CLI_OK);
    }
    return written(run_command(argc - 1, argv + 1));
}
