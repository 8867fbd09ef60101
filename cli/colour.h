/* Colour on standard output: of a terminal, where NO_COLOR and TERM=dumb do not forbid it, or by --color. */
#ifndef VRRL_CLI_COLOUR_H
#define VRRL_CLI_COLOUR_H

#include <argp.h>
#include <stdbool.h>

/* --color, which no help has room for; argp's input is not looked at. */
extern const struct argp colour_argp;

/* True where standard output may have colour. */
bool colour_is_on(void);
/* From now on the verdicts that are printed to stdout have the colour of their exit code. */
void colour_verdicts(void);

#endif
