#include "program_input.h"

#include "cli.h"
#include "log_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &input->machine;
        return 0;
    }
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

/* ---- Machine descriptions -------------------------------------------------------------------- */

enum { KEY_MACHINE = 0x380, KEY_SET, KEY_TABLE, KEY_RULES, KEY_FROM_STEP };

static const struct argp_option machine_table[] = {
    {"machine", KEY_MACHINE, "FILE", 0, "What a tensor of instructions means (.mkd)", 4},
    {"set", KEY_SET, "NAME=VALUE", 0, "Change a constant of that description", 4},
    {"table", KEY_TABLE, "NAME=TENSOR", OPTION_HIDDEN, NULL, 4},
    {"rules", KEY_RULES, "FILE", OPTION_HIDDEN, NULL, 4},
    {"from-step", KEY_FROM_STEP, "N", OPTION_HIDDEN, NULL, 4},
    {0},
};
static const struct argp_option machine_hidden_table[] = {
    {"machine", KEY_MACHINE, "FILE", OPTION_HIDDEN, NULL, 4},
    {"set", KEY_SET, "NAME=VALUE", OPTION_HIDDEN, NULL, 4},
    {"table", KEY_TABLE, "NAME=TENSOR", OPTION_HIDDEN, NULL, 4},
    {"rules", KEY_RULES, "FILE", OPTION_HIDDEN, NULL, 4},
    {"from-step", KEY_FROM_STEP, "N", OPTION_HIDDEN, NULL, 4},
    {0},
};

/* Cuts NAME=WHAT in two; what is behind the `=`. */
static char *cut(struct argp_state *state, const char *option, char *text, uint32_t count)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        argp_error(state, "--%s takes NAME=%s; found \"%s\"", option,
                   strcmp(option, "set") == 0 ? "VALUE" : "TENSOR", cli_printable(text));
    if (count == MACHINE_OPTIONS_MAX)
        argp_error(state, "at most %d times --%s", MACHINE_OPTIONS_MAX, option);
    *equals = '\0';
    return equals + 1;
}

static void add_const(struct argp_state *state, struct machine_input *m, char *text)
{
    char *value = cut(state, "set", text, m->options.const_count), *end;
    errno = 0;
    long long number = strtoll(value, &end, 0);
    if (*end || errno || number > INT32_MAX || number < INT32_MIN)
        argp_error(state, "--set %s: the value is a number; found \"%s\"", cli_printable(text),
                   cli_printable(value));
    m->consts[m->options.const_count++] = (vrrl_machine_const){text, number};
}

static error_t parse_machine(int key, char *argument, struct argp_state *state)
{
    struct machine_input *m = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        m->options.size = sizeof m->options;
        m->options.consts = m->consts;
        m->options.tables = m->tables;
        m->import.size = sizeof m->import;
        return 0;
    case KEY_MACHINE:
        m->options.description = argument;
        return 0;
    case KEY_SET:
        add_const(state, m, argument);
        return 0;
    case KEY_TABLE: {
        const char *path = cut(state, "table", argument, m->options.table_count);
        m->tables[m->options.table_count++] = (vrrl_machine_table){.name = argument, .path = path};
        return 0;
    }
    case KEY_RULES:
        m->import.rules = argument;
        return 0;
    case KEY_FROM_STEP:
        m->import.first_step =
            (uint32_t)cli_option_number(state, "from-step", argument, 0, 1 << 20);
        return 0;
    case ARGP_KEY_SUCCESS:
        if (!m->options.description && m->options.const_count + m->options.table_count > 0)
            argp_error(state, "--set and --table belong to --machine FILE");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp machine_argp = {.options = machine_table, .parser = parse_machine};
const struct argp machine_hidden_argp = {.options = machine_hidden_table, .parser = parse_machine};

uint32_t program_input_takes(const struct machine_input *machine, uint32_t takes)
{
    return machine->options.description ? VRRL_INPUTS_TENSOR : takes;
}

const char *program_input_given(const struct program_input *input)
{
    const struct machine_input *m = &input->machine;
    return input->steps              ? "steps"
           : input->assign.assign    ? "assign"
           : input->assign.resident  ? "resident"
           : input->assign.pipelined ? "pipelined"
           : m->options.description  ? "machine"
           : m->import.rules         ? "rules"
           : m->import.first_step    ? "from-step"
                                     : NULL;
}

/* ---- Both ------------------------------------------------------------------------------------ */

static const struct argp_child hidden_machine[] = {{&machine_hidden_argp, 0, NULL, 0}, {0}};
const struct argp program_input_argp = {
    .options = option_table, .parser = parse_option, .children = hidden_machine};
/* For a help that has no room for them at all; its manual page tells of them. */
static const struct argp_option hidden_table[] = {
    {"steps", KEY_STEPS, "N", OPTION_HIDDEN, NULL, 2},
    {"assign", KEY_ASSIGN, "rr:N|FILE", OPTION_HIDDEN, NULL, 2},
    {"resident", KEY_RESIDENT, "R", OPTION_HIDDEN, NULL, 2},
    {"pipelined", KEY_PIPELINED, "D", OPTION_HIDDEN, NULL, 2},
    {0},
};

const struct argp program_input_hidden_argp = {
    .options = hidden_table, .parser = parse_option, .children = hidden_machine};
const struct argp program_input_bare_argp = {
    .options = option_table + 1, .parser = parse_option, .children = hidden_machine};

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
