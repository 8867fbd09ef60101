#include "interrupt.h"

#include "base/atomics.h"
#include "base/clock.h"
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

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

static void handle(void (*handler)(int))
{
    struct sigaction before, action = {.sa_handler = handler};
    for (size_t i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

const bool *interrupt_flag(void)
{
    handle(note);
    return &interrupted;
}

/* ---- A last line ----------------------------------------------------------------------------- */

static struct {
    char *lines[SIGNALS]; /* as in `signals` */
    int exit_code;
} last;

static void say_last_line(int signal_number)
{
    const char *line = last.lines[signal_number == signals[0] ? 0 : 1];
    ssize_t ignored = line ? write(STDOUT_FILENO, line, strlen(line)) : 0;
    (void)ignored;
    _exit(last.exit_code ? last.exit_code : 128 + signal_number);
}

void interrupt_last_lines(int exit_code, char *lines[2])
{
    sigset_t both, before;
    fflush(stdout);
    sigemptyset(&both);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&both, signals[i]);
    sigprocmask(SIG_BLOCK, &both, &before);
    for (size_t i = 0; i < SIGNALS; i++) {
        free(last.lines[i]);
        last.lines[i] = lines[i];
    }
    last.exit_code = exit_code;
    handle(say_last_line);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void interrupt_kills(void)
{
    handle(SIG_DFL);
}

int interrupt_exit(int exit_code)
{
    bool tells_nothing = exit_code == CLI_OK || exit_code == CLI_CANNOT;
    return tells_nothing && load_relaxed(&interrupted) ? 128 + load_relaxed(&number) : exit_code;
}
