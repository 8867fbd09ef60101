/* The log that a command reads: a file, what a descriptor gives, or the one in a recording. */
#ifndef VRRL_CLI_LOG_INPUT_H
#define VRRL_CLI_LOG_INPUT_H

#include "vrrl/run/input.h"

struct log_input {
    vrrl_input *input;
    const char *path; /* to open */
    const char *name; /* to print */
};

/* Finds it. What is no log and nothing else either is left to the log's reader, which says what is wrong
 * with it. `also`: other kinds that the command takes. */
vrrl_code log_input_open(const char *path, uint32_t also, struct log_input *log, vrrl_error *err);
/* The same of CSV: of what is not known for something else the reader says what is wrong. */
vrrl_code csv_input_open(const char *path, struct log_input *csv, vrrl_error *err);
/* NULL and one that was never opened are fine. */
void log_input_close(struct log_input *log);
/* cli_fail, with the log's name where the error has the path of its copy in memory. */
int log_input_fail(const char *command, const struct log_input *log, vrrl_error *err);

#endif
