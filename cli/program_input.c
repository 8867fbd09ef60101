#include "program_input.h"

#include "log_options.h"

enum { KEY_STEPS = 0x300, KEY_ASSIGN, KEY_RESIDENT, KEY_PIPELINED };

static const struct argp_option option_table[] = {
    /* The header comes first: program_input_bare_argp begins behind it. */
    {0, 0, 0, 0, "Task graphs:", 2},
    {"steps", KEY_STEPS, "N", 0, "Run N decode steps, an epoch each (1)", 2},
    {"assign", KEY_ASSIGN, "rr:N|FILE", 0, "Serial queues: dealt to N, or as FILE says", 2},
    {"resident", KEY_RESIDENT, "R", 0, "Only R of the queues run at a time", 2},
    {"pipelined", KEY_PIPELINED, "D", 0, "Queues keep up to D tasks in flight", 2},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct program_input *input = state->input;
    switch (key) {
    case KEY_STEPS:
        input->steps = (uint32_t)cli_option_number(state, "steps", argument, 1, 1 << 20);
        return 0;
    case KEY_ASSIGN:
        input->assign.assign = argument;
        return 0;
    case KEY_RESIDENT:
        input->assign.resident = (uint32_t)cli_option_number(state, "resident", argument, 1, 65536);
        return 0;
    case KEY_PIPELINED:
        input->assign.pipelined = (uint32_t)cli_option_number(state, "pipelined", argument, 1, 64);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp program_input_argp = {.options = option_table, .parser = parse_option};
/* For a help that has no room for them at all; its manual page tells of them. */
static const struct argp_option hidden_table[] = {
    {"steps", KEY_STEPS, "N", OPTION_HIDDEN, NULL, 2},
    {"assign", KEY_ASSIGN, "rr:N|FILE", OPTION_HIDDEN, NULL, 2},
    {"resident", KEY_RESIDENT, "R", OPTION_HIDDEN, NULL, 2},
    {"pipelined", KEY_PIPELINED, "D", OPTION_HIDDEN, NULL, 2},
    {0},
};

const struct argp program_input_hidden_argp = {.options = hidden_table, .parser = parse_option};
const struct argp program_input_bare_argp = {.options = option_table + 1, .parser = parse_option};

void program_input_warn(const vrrl_graph_lint *lint)
{
    if (lint)
        vrrl_graph_lint_write_warnings(lint, "vrrl: warning: ", stderr);
}

void program_input_tell(const vrrl_graph_lint *lint)
{
    program_input_warn(lint);
    if (lint)
        vrrl_graph_lint_write_holes(lint, stderr);
}
