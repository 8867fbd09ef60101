#include "base/quiet_signals.h"

#include <errno.h>
#include <time.h>

static void only_xfsz(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGXFSZ);
}

void quiet_signals_begin(struct quiet_signals *quiet)
{
    sigset_t set, pending;
    only_xfsz(&set);
    pthread_sigmask(SIG_BLOCK, &set, &quiet->before);
    quiet->was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ);
}

void quiet_signals_end(const struct quiet_signals *quiet)
{
    const struct timespec now = {0};
    sigset_t set;
    only_xfsz(&set);
    while (!quiet->was_pending && sigtimedwait(&set, NULL, &now) < 0 && errno == EINTR)
        continue;
    pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
}
