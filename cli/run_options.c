#include "run_options.h"

#include "base/clock.h"
#include "cli.h"
#include "log_options.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_CLAIM = 0x400, KEY_SEED, KEY_TIMEOUT };
enum { DEFAULT_WORKERS = 2, DEFAULT_TIMEOUT_MS = 60000, PROGRESS_EVERY_MS = 100 };

static const struct argp_option option_table[] = {
    {"backend", 'b', "NAME", 0, "", 1},
    {"workers", 'w', "N", 0, "Run N workers (2)", 1},
    {"claim", KEY_CLAIM, "scan|random", 0, "Workers claim slots in order (scan) or not", 1},
    {"seed", KEY_SEED, "N", 0, "Seed of random claims and schedules (1)", 1},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0, "An epoch that takes longer hangs (60; 0: never)", 1},
    {0},
};

static uint32_t parse_timeout(struct argp_state *state, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (*end || end == text || !(seconds >= 0) || seconds > 4e6)
        argp_error(state, "--timeout takes seconds, 0 to 4000000; found \"%s\"", text);
    return (uint32_t)ceil(seconds * 1000);
}

static vrrl_claim_order parse_claim(struct argp_state *state, const char *text)
{
    if (strcmp(text, "random") == 0)
        return VRRL_CLAIM_RANDOM;
    if (strcmp(text, "scan") != 0)
        argp_error(state, "--claim takes \"scan\" or \"random\"; found \"%s\"", text);
    return VRRL_CLAIM_SCAN;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct run_options *options = state->input;
    switch (key) {
    case 'b':
        options->backend = argument;
        options->given = "backend";
        return 0;
    case 'w':
        options->workers = (uint32_t)cli_option_number(state, "workers", argument, 1, 1024);
        options->given = "workers";
        return 0;
    case KEY_CLAIM:
        options->claim = parse_claim(state, argument);
        options->given = "claim";
        return 0;
    case KEY_SEED:
        options->seed = cli_option_number(state, "seed", argument, 1, UINT64_MAX);
        options->given = "seed";
        return 0;
    case KEY_TIMEOUT:
        options->timeout_ms = parse_timeout(state, argument);
        options->given = "timeout";
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const char *backend_at(uint32_t index)
{
    const vrrl_driver *driver = vrrl_driver_at(index);
    return driver ? driver->name : NULL;
}

/* What --help says of --backend are the names. */
static char *help(int key, const char *text, void *input)
{
    (void)input;
    return key == 'b' ? cli_names(backend_at, ", ", " or ") : (char *)text;
}

const struct argp run_options_argp = {
    .options = option_table, .parser = parse_option, .help_filter = help};

struct run_options run_options_default(const char *backend)
{
    return (struct run_options){.backend = backend,
                                .workers = DEFAULT_WORKERS,
                                .claim = VRRL_CLAIM_SCAN,
                                .seed = 1,
                                .timeout_ms = DEFAULT_TIMEOUT_MS};
}

/* ---- Progress: on a terminal, where a run takes long enough to be looked at ------------------ */

static uint64_t last_shown_ns;

void run_progress(const char *what, uint32_t done, uint32_t total)
{
    if (!progress_is_seen())
        return;
    uint64_t now = clock_steady_ns();
    if (last_shown_ns == 0)
        last_shown_ns = now;
    if (now - last_shown_ns < PROGRESS_EVERY_MS * 1000000ull)
        return;
    last_shown_ns = now;
    progress_show("  %s %u of %u", what, done, total);
}

static void show_epochs(void *context, uint32_t done, uint32_t epochs)
{
    (void)context;
    run_progress("epoch", done, epochs);
}

vrrl_code run_options_resolve(const struct run_options *options, vrrl_run_options *run,
                              vrrl_error *err)
{
    *run = (vrrl_run_options){.size = sizeof(vrrl_run_options),
                              .workers = options->workers,
                              .claim = options->claim,
                              .seed = options->seed,
                              .timeout_ms = options->timeout_ms,
                              .progress = show_epochs};
    return vrrl_driver_find(options->backend, &run->driver, err);
}

int run_options_fail(const char *command, const vrrl_error *error)
{
    bool cannot = error->code == VRRL_NOT_FOUND || error->code == VRRL_UNSUPPORTED;
    return cli_fail_as(command, error, cannot ? CLI_CANNOT : CLI_USAGE);
}
