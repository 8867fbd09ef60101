/* A file that may not grow any further (RLIMIT_FSIZE) costs an error here, not the signal that would end the process. */
#ifndef VRRL_BASE_QUIET_SIGNALS_H
#define VRRL_BASE_QUIET_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct quiet_signals {
    sigset_t before;
    bool was_pending;
};

/* Holds SIGXFSZ back from this thread, … */
void quiet_signals_begin(struct quiet_signals *quiet);
/* … and forgets the one that came since. */
void quiet_signals_end(const struct quiet_signals *quiet);

#endif
