#include "interrupt.h"

#include "base/atomics.h"
#include "base/clock.h"
#include "cli.h"

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
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
    char text[512];
    size_t size;
    int stream, exit_code;
} last;

static void say_last_line(int signal_number)
{
    ssize_t ignored = write(last.stream, last.text, last.size);
    (void)ignored;
    _exit(last.exit_code ? last.exit_code : 128 + signal_number);
}

void interrupt_last_line(FILE *stream, int exit_code, const char *format, ...)
{
    sigset_t both, before;
    va_list arguments;
    fflush(stdout);
    sigemptyset(&both);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&both, signals[i]);
    sigprocmask(SIG_BLOCK, &both, &before);
    va_start(arguments, format);
    int size = vsnprintf(last.text, sizeof last.text - 1, format, arguments);
    va_end(arguments);
    last.size = size < 0 ? 0 : strlen(last.text);
    last.text[last.size++] = '\n';
    last.stream = fileno(stream);
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
