/* A line of progress on stderr, each time written over the one before: on a terminal alone. */
#ifndef VRRL_CLI_PROGRESS_H
#define VRRL_CLI_PROGRESS_H

#include <stdbool.h>

/* True where stderr is a terminal, so that somebody sees the line. */
bool progress_is_seen(void);
/* Shows the line, cut to what the terminal's width is now: one that wraps could not be written over.
 * Nothing where nobody sees it. */
void progress_show(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Takes the line away, if there is one. */
void progress_end(void);

#endif
