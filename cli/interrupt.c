#include "interrupt.h"

#include "base/atomics.h"
#include "base/clock.h"
#include "cli.h"

#include <signal.h>
#include <stddef.h>

static bool interrupted;
static int number;        /* of the signal */
static uint64_t first_ns; /* when it came */

/* Who sends one to a group, as timeout does, may send it to each of them as well: only what comes later
 * is somebody who does not want to wait. */
static void note(int signal_number)
{
    const uint64_t second_ns = 1000000000;
    uint64_t now_ns = clock_steady_ns();
    if (load_relaxed(&interrupted) && now_ns - load_relaxed(&first_ns) > second_ns) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return;
    }
    if (load_relaxed(&interrupted))
        return;
    store_relaxed(&first_ns, now_ns);
    store_relaxed(&number, signal_number);
    store_relaxed(&interrupted, true);
}

static void watch(int signal_number)
{
    struct sigaction before, action = {.sa_handler = note};
    if (sigaction(signal_number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(signal_number, &action, NULL);
}

const bool *interrupt_flag(void)
{
    watch(SIGINT);
    watch(SIGTERM);
    return &interrupted;
}

int interrupt_exit(int exit_code)
{
    bool tells_nothing = exit_code == CLI_OK || exit_code == CLI_CANNOT;
    return tells_nothing && load_relaxed(&interrupted) ? 128 + load_relaxed(&number) : exit_code;
}
