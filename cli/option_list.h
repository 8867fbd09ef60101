/* The options of a command as a table, for completions and for the test of short options. */
#ifndef VRRL_CLI_OPTION_LIST_H
#define VRRL_CLI_OPTION_LIST_H

#include <argp.h>

/* A line for each option that a user may give, with tabs between: "-b", "--backend", its argument, its values
 * where there are only a few, and what it does; "-" stands for what there is none of. Values have "|" between them,
 * or "," where several of them can be given. */
void option_list_print(const struct argp *argp);

#endif
