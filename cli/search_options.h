/* Values of the options that commands which search have in common. A wrong one ends in a usage error. */
#ifndef VRRL_CLI_SEARCH_OPTIONS_H
#define VRRL_CLI_SEARCH_OPTIONS_H

#include "vrrl/analysis/explore.h"

#include <argp.h>

/* The setups that are searched: one for each model and number of workers. */
struct setup_options {
    vrrl_setup setup;
    vrrl_cells cells;
    const char *given; /* an option that was, but --seed; NULL: none */
};

/* An option for each field of a setup that has one; argp's input is a struct setup_options, as
 * setup_options_begin made it. */
extern const struct argp setup_argp;
/* A seed of 1; asked for before the arguments are parsed, with the group of --help that the options are in. */
struct setup_options setup_options_begin(int group);

/* The names of memory models and of strategies by their index, and NULL; mix, which takes the others in turn, is the
 * last strategy. */
const char *model_at(uint32_t index);
const char *strategy_at(uint32_t index);
/* The name of a strategy. */
vrrl_strategy parse_strategy(struct argp_state *state, const char *text);
/* argp's help_filter where 's' is --strategy: what --help says of it are the names. */
char *strategy_help(int key, const char *text, void *input);
/* Seconds, as milliseconds. */
uint32_t parse_seconds(struct argp_state *state, const char *text);

#endif
