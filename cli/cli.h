/* What a subcommand is, and what all of them share. */
#ifndef VRRL_CLI_H
#define VRRL_CLI_H

#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stdio.h>

/* Exit codes, the same for every subcommand. */
enum cli_exit {
    CLI_OK = 0,        /* done; same; safe */
    CLI_DIFFERENT = 1, /* diverged; racy; damaged */
    CLI_USAGE = 2,     /* usage, or unreadable input */
    CLI_STUCK = 3,     /* hang, deadlock, or shutdown with work left */
    CLI_CANNOT = 125,  /* cannot be tested here, as `git bisect run` expects */
};

/* Of the exit codes of two inputs the one that says the worse: 2 before 3, 1, 125 and 0. What could not be
 * read comes first, since nobody knows what it hides, then what fails, then what is not known. */
int cli_worse(int a, int b);

/* One subcommand. cmd_NAME.c defines `const struct cli_command cmd_NAME`; main.c finds it. */
struct cli_command {
    const char *name;
    const char *arguments;             /* as usage prints them: "FILE [--json]" */
    const char *summary;               /* one line, for the list of subcommands */
    int (*run)(int argc, char **argv); /* argv[0] is the subcommand's name; returns an exit code */
};

/* Prints "vrrl NAME: text" and the hint to stderr, with --json an answer to stdout, too; returns CLI_USAGE. */
int cli_fail(const char *command, const vrrl_error *error);
/* The same with another exit code, which it returns. */
int cli_fail_as(const char *command, const vrrl_error *error, int exit_code);

/* A path as it may be printed: a control character in it is '?'. Good until the next call. */
const char *cli_printable(const char *path);

/* "a, b or c": the names that `at` gives by their index, up to NULL, here with ", " between them and " or "
 * before the last. A string of the heap; NULL where memory lacks. */
char *cli_names(const char *(*at)(uint32_t index), const char *between, const char *before_last);

#endif
