/* --names: what opcodes, operands, tenants and words of another host's log are called. */
#ifndef VRRL_CLI_NAMES_OPTION_H
#define VRRL_CLI_NAMES_OPTION_H

#include "vrrl/run/names.h"

#include <argp.h>

/* --names FILE; argp's input is not looked at. Shown, or without a line in the help. */
extern const struct argp names_argp;
extern const struct argp names_hidden_argp;

/* Reads the file that was given, once. cli_parse calls it, and whoever needs it while options are parsed. */
vrrl_code names_begin(vrrl_error *err);
/* What was read, until the process ends; NULL: no file was given. */
const vrrl_names *names_given(void);
/* The path that was given, or NULL. */
const char *names_path(void);

/* What a tenant is called, or its number, made in `room`. */
enum { TENANT_TEXT_MAX = 16 };
const char *tenant_format(uint32_t tenant, char room[TENANT_TEXT_MAX]);

#endif
