#include "failure_options.h"

#include "log_options.h"
#include "parse_number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_SCHEDULE = 0x780,
    KEY_SCHEDULES,
    KEY_TIME,
    KEY_MODEL,
    KEY_GRAIN,
    KEY_SEED,
};

static const struct argp_option option_table[] = {
    {"schedule", KEY_SCHEDULE, "v1:...", 0, "The schedule that fails (else: explore)", 2},
    {"schedules", KEY_SCHEDULES, "N", 0, "Try N schedules of each program (1000)", 2},
    {"time", KEY_TIME, "SECONDS", 0, "Stop after so long", 2},
    {"workers", 'w', "A..B", 0, "Explore with so many workers", 2},
    {"model", KEY_MODEL, "sc|tso|view", 0, "Explore under this memory model", 2},
    {"grain", KEY_GRAIN, "op|slot", 0, "A step: a memory operation, or a slot", 2},
    {"seed", KEY_SEED, "S", 0, "Draw other schedules (1)", 2},
    {"json", 'j', NULL, 0, "Print one JSON object", 2},
    {0},
};

static uint32_t parse_models(struct argp_state *state, const char *text)
{
    for (int i = VRRL_MEMORY_SC; i <= VRRL_MEMORY_VIEW; i++)
        if (strcmp(text, vrrl_memory_model_name((vrrl_memory_model)i)) == 0)
            return 1u << i;
    argp_error(state, "--model takes sc, tso or view; found \"%s\"", text);
    return 0;
}

static vrrl_grain parse_grain(struct argp_state *state, const char *text)
{
    bool slot = strcmp(text, "slot") == 0;
    if (!slot && strcmp(text, "op") != 0)
        argp_error(state, "--grain takes op or slot; found \"%s\"", text);
    return slot ? VRRL_GRAIN_SLOT : VRRL_GRAIN_OPERATION;
}

static void parse_workers(struct argp_state *state, const char *text, struct failure_options *o)
{
    enum { MOST = 64 };
    const char *dots = strstr(text, "..");
    uint64_t first = 0, last = 0;
    bool good = dots ? parse_digits(text, (size_t)(dots - text), MOST, &first) &&
                           parse_number(dots + 2, MOST, &last)
                     : parse_number(text, MOST, &first);
    last = dots ? last : first;
    if (!good || first < 1 || last < first)
        argp_error(state, "--workers takes N or A..B, from 1 to %d; found \"%s\"", MOST, text);
    o->workers_first = (uint32_t)first;
    o->workers_last = (uint32_t)last;
}

static uint32_t parse_seconds(struct argp_state *state, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (*end || end == text || !(seconds > 0) || seconds > 4e6)
        argp_error(state, "--time takes seconds, above 0, to 4000000; found \"%s\"", text);
    return (uint32_t)ceil(seconds * 1000);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct failure_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->input;
        return 0;
    case KEY_SCHEDULE:
        o->schedule = argument;
        return 0;
    case KEY_SCHEDULES:
        o->schedules = (uint32_t)cli_option_number(state, "schedules", argument, 1, 1u << 30);
        return 0;
    case KEY_TIME:
        o->milliseconds = parse_seconds(state, argument);
        return 0;
    case 'w':
        parse_workers(state, argument, o);
        return 0;
    case KEY_MODEL:
        o->models = parse_models(state, argument);
        return 0;
    case KEY_GRAIN:
        o->grain = parse_grain(state, argument);
        return 0;
    case KEY_SEED:
        o->seed = cli_option_number(state, "seed", argument, 0, UINT64_MAX);
        return 0;
    case 'j':
        o->json = true;
        return 0;
    default:
        return cli_one_path(key, argument, state, "a PROGRAM or RUN.vrrd", &o->input.path);
    }
}

static const struct argp_child children[] = {{&program_input_bare_argp, 0, NULL, 0}, {0}};
const struct argp failure_argp = {
    .options = option_table, .parser = parse_option, .children = children};

struct failure_options failure_options_default(void)
{
    return (struct failure_options){.seed = 1};
}
