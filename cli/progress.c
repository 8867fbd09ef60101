#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_WIDTH = 80, LINE_MAX_BYTES = 512 };

static bool shown;

bool progress_is_seen(void)
{
    return isatty(STDERR_FILENO) != 0;
}

/* How many characters a line may have. A terminal that does not know its width says 0. */
static int room(void)
{
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return (known ? size.ws_col : USUAL_WIDTH) - 1; /* the cursor stands behind the last one */
}

void progress_show(const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list arguments;
    if (!progress_is_seen())
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\r\033[K%.*s", room(), line);
    fflush(stderr);
    shown = true;
}

void progress_end(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}
