/* Values of the options that commands which search have in common. A wrong one ends in a usage error. */
#ifndef VRRL_CLI_SEARCH_OPTIONS_H
#define VRRL_CLI_SEARCH_OPTIONS_H

#include "vrrl/search.h"

#include <argp.h>

#define MODEL_ARGUMENT "sc|tso|view" /* as --help writes it: argp wants a constant */
/* "sc", or several with commas: a bit for each. */
uint32_t parse_models(struct argp_state *state, const char *text);
/* "op" or "slot". */
vrrl_grain parse_grain(struct argp_state *state, const char *text);
/* "4": four; "1..4": each of them. */
void parse_workers(struct argp_state *state, const char *text, uint32_t *from, uint32_t *to);
/* Seconds, as milliseconds. */
uint32_t parse_seconds(struct argp_state *state, const char *text);

#endif
