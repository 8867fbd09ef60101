/* The options that choose records: shared by `dump` and `tail`. */
#ifndef VRRL_CLI_LOG_FILTER_OPTIONS_H
#define VRRL_CLI_LOG_FILTER_OPTIONS_H

#include "log_options.h"
#include "log_print.h"

/* --epochs, --since, --until, --tenant, --slot, --opcode, --failures; argp's input is a
 * struct log_filter. */
extern const struct argp log_filter_argp;

/* What --format names; a usage error where it names nothing. */
const struct log_printer *cli_option_printer(struct argp_state *state, const char *text);

#endif
