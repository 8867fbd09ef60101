/* What the subcommands about logs share: options by argp, filters, the CSV's columns. */
#ifndef VRRL_CLI_LOG_OPTIONS_H
#define VRRL_CLI_LOG_OPTIONS_H

#include "vrrl/log/log.h"

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/* The first line of a log as CSV. */
#define LOG_CSV_HEADER                                                                             \
    "index,timestamp_ns,slot_idx,tenant_id,opcode,arg0,arg1,arg2,arg3,epoch,slot_status,"          \
    "failure_class,backend_error_code,output_digest"

/* argp_parse, with "vrrl NAME" as the program in its messages and CLI_USAGE as its exit code.
 * Handles --help by itself, and --options, which lists the options. Does not return on a usage error. */
void cli_parse(const struct argp *argp, int argc, char **argv, void *input);

/* What argp is told of a command's one argument: keeps it in *path, and insists on exactly one. Call
 * it for every key that the command does not know. `what` names it: "a FILE", "a GRAPH". */
error_t cli_one_path(int key, char *argument, struct argp_state *state, const char *what,
                     const char **path);

/* The same of a command that makes one file of another, whose option `o` names it and has to be given: `output` is
 * what its messages call it, "COPY.vrrl". */
struct cli_path_output {
    const char *path, *output;
};
error_t cli_path_and_output(int key, char *argument, struct argp_state *state, const char *what,
                            const char *output, struct cli_path_output *files);

/* The same of a command that takes several: keeps them in *paths, whose list the caller frees. */
struct cli_paths {
    const char **list;
    size_t count;
};
error_t cli_some_paths(int key, char *argument, struct argp_state *state, const char *what,
                       struct cli_paths *paths);

/* An option's number, min … max; a usage error says which option and what was given. */
uint64_t cli_option_number(struct argp_state *state, const char *option, const char *text,
                           uint64_t min, uint64_t max);

/* Which records to show. All of a zeroed filter's conditions are off. */
struct log_filter {
    bool by_epoch, by_time, by_tenant, by_slot, by_opcode, failures;
    uint32_t epoch_first, epoch_last, tenant, slot, opcode;
    uint64_t since_ns, until_ns;           /* both included */
    const char *tenant_text, *opcode_text; /* as they were given */
};

/* "A-B", "A-", "-B" or "A", both ends included. */
bool log_filter_epochs(struct log_filter *filter, const char *text);
/* Nanoseconds since the Unix epoch, or "2023-11-14 22:13:20.5": UTC, a T for the blank and a Z at the
 * end are fine, at most nine digits of a fraction. */
bool log_filter_time(const char *text, uint64_t *ns);
bool log_filter_match(const struct log_filter *filter, const vrrl_raw_record *record);

#endif
