#include "colour.h"

#include "cli.h"
#include "vrrl/analysis/answer.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_COLOUR = 0x3D0 };

static enum { AUTO, ALWAYS, NEVER } when;

/* ---- When ------------------------------------------------------------------------------------ */

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const words[] = {[AUTO] = "auto", [ALWAYS] = "always", [NEVER] = "never"};
    if (key != KEY_COLOUR)
        return ARGP_ERR_UNKNOWN;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(argument, words[i]) == 0) {
            when = i;
            return 0;
        }
    argp_error(state, "--color takes auto, always or never; found \"%s\"", argument);
    return EINVAL;
}

static const struct argp_option options[] = {
    {"color", KEY_COLOUR, "auto|always|never", OPTION_HIDDEN, "When to colour verdicts", 0}, {0}};

const struct argp colour_argp = {.options = options, .parser = parse_option};

bool colour_is_on(void)
{
    const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool forbidden = (off && off[0]) || (terminal && strcmp(terminal, "dumb") == 0);
    return when == ALWAYS || (when == AUTO && !forbidden && isatty(STDOUT_FILENO));
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

/* The size of a verdict at `text`, as "ORDER DEPENDS" or "order-depends": up to two spaces, a comma or the end. */
static size_t size_of_verdict(const char *text, size_t room, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i < size && i < room; i++) {
        char capital = word[i] == '-' ? ' ' : (char)toupper((unsigned char)word[i]);
        if (text[i] != word[i] && text[i] != capital)
            return 0;
    }
    if (size > room)
        return 0;
    bool ends = size == room || text[size] == '\n' || text[size] == ',' ||
                (room - size > 1 && text[size] == ' ' && text[size + 1] == ' ');
    return ends ? size : 0;
}

static size_t verdict_at(const char *text, size_t room, const char **colour)
{
    size_t size = 0;
    for (unsigned v = 0; v < VRRL_ANSWER_VERDICTS && size == 0; v++) {
        int code = vrrl_answer_exit((vrrl_answer_verdict)v);
        size = size_of_verdict(text, room, vrrl_answer_word((vrrl_answer_verdict)v));
        *colour = code == CLI_OK ? "\033[32m" : code == CLI_CANNOT ? "\033[33m" : "\033[31m";
    }
    return size;
}

/* A verdict begins a line, or stands behind what it is of: "epoch 0: SAFE  no race", "FILE: valid, 5 records". */
static size_t find_verdict(const char *line, size_t size, size_t *at, const char **colour)
{
    const char *behind = memmem(line, size, ": ", 2);
    size_t found = verdict_at(line, size, colour);
    *at = 0;
    if (found == 0 && behind && line[0] != ' ') {
        *at = (size_t)(behind - line) + 2;
        found = verdict_at(behind + 2, size - *at, colour);
    }
    return found;
}

static bool put(const char *text, size_t size)
{
    while (size > 0) {
        ssize_t part = write(STDOUT_FILENO, text, size);
        if (part < 0 && errno != EINTR)
            return false;
        text += part > 0 ? part : 0;
        size -= part > 0 ? (size_t)part : 0;
    }
    return true;
}

static bool put_line(const char *line, size_t size, bool begins)
{
    const char *colour = "";
    size_t at = 0, found = begins ? find_verdict(line, size, &at, &colour) : 0;
    if (found == 0)
        return put(line, size);
    return put(line, at) && put(colour, strlen(colour)) && put(line + at, found) &&
           put("\033[m", 3) && put(line + at + found, size - at - found);
}

/* A stream's write. A line that comes in parts is coloured in its first part alone. */
static ssize_t write_lines(void *cookie, const char *text, size_t size)
{
    static bool begins = true;
    (void)cookie;
    for (size_t used = 0; used < size;) {
        const char *end = memchr(text + used, '\n', size - used);
        size_t line = end ? (size_t)(end - text) - used + 1 : size - used;
        if (!put_line(text + used, line, begins))
            return 0;
        begins = end != NULL;
        used += line;
    }
    return (ssize_t)size;
}

void colour_verdicts(void)
{
    FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_lines});
    if (!stream)
        return;
    setvbuf(stream, NULL, _IOLBF, BUFSIZ);
    fflush(stdout);
    stdout = stream;
}
