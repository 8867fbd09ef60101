#include "failure_options.h"

#include "log_options.h"
#include "search_options.h"

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
        parse_workers(state, argument, &o->workers_first, &o->workers_last);
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
