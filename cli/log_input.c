#include "log_input.h"

#include "cli.h"

static vrrl_code find(const char *path, uint32_t takes, struct log_input *log, vrrl_error *err)
{
    *log = (struct log_input){.input = NULL};
    vrrl_code code = vrrl_input_open(path, takes, &log->input, err);
    if (code != VRRL_OK)
        return code;
    log->path = vrrl_input_log_path(log->input);
    log->name = vrrl_input_is_spooled(log->input) ? vrrl_input_name(log->input) : log->path;
    return VRRL_OK;
}

vrrl_code log_input_open(const char *path, uint32_t also, struct log_input *log, vrrl_error *err)
{
    const uint32_t vague = VRRL_INPUT_SET(UNKNOWN) | VRRL_INPUT_SET(EMPTY);
    return find(path, VRRL_INPUTS_LOG | vague | also, log, err);
}

vrrl_code csv_input_open(const char *path, struct log_input *csv, vrrl_error *err)
{
    const uint32_t vague = VRRL_INPUT_SET(UNKNOWN) | VRRL_INPUT_SET(EMPTY) | VRRL_INPUT_SET(TEXT);
    return find(path, VRRL_INPUT_SET(CSV) | vague, csv, err);
}

void log_input_close(struct log_input *log)
{
    if (log)
        vrrl_input_close(log->input);
}

int log_input_fail(const char *command, const struct log_input *log, vrrl_error *err)
{
    if (log->input)
        vrrl_input_name_error(log->input, err);
    return cli_fail(command, err);
}
