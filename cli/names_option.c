#include "names_option.h"

#include <inttypes.h>
#include <stdio.h>

enum { KEY_NAMES = 0x3C0 };

static const char *path;
static vrrl_names *names;

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    (void)state;
    if (key != KEY_NAMES)
        return ARGP_ERR_UNKNOWN;
    path = argument;
    return 0;
}

static const struct argp_option shown[] = {
    {"names", KEY_NAMES, "FILE", 0, "What opcodes, tenants and words are called", 0}, {0}};
static const struct argp_option hidden[] = {
    {"names", KEY_NAMES, "FILE", OPTION_HIDDEN, "What opcodes, tenants and words are called", 0},
    {0}};

const struct argp names_argp = {.options = shown, .parser = parse_option};
const struct argp names_hidden_argp = {.options = hidden, .parser = parse_option};

vrrl_code names_begin(vrrl_error *err)
{
    return path && !names ? vrrl_names_load(path, &names, err) : VRRL_OK;
}

const vrrl_names *names_given(void)
{
    return names;
}

const char *names_path(void)
{
    return path;
}

const char *tenant_format(uint32_t tenant, char room[TENANT_TEXT_MAX])
{
    const char *name = names ? vrrl_names_tenant(names, tenant) : NULL;
    snprintf(room, TENANT_TEXT_MAX, "%" PRIu32, tenant);
    return name ? name : room;
}
