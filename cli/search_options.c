#include "search_options.h"

#include "base/parse_number.h"
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *model_at(uint32_t index)
{
    return index < VRRL_MEMORY_MODELS ? vrrl_memory_model_name((vrrl_memory_model)index) : NULL;
}

static void no_model(struct argp_state *state, const char *text)
{
    char *names = cli_names(model_at, ", ", ", ");
    argp_error(state, "--model takes %s, or several with commas; found \"%s\"",
               names ? names : "names", text);
    free(names);
}

/* "sc", or several with commas: a bit for each. */
static uint32_t parse_models(struct argp_state *state, const char *text)
{
    uint32_t models = 0;
    for (const char *at = text;; at++) {
        size_t size = strcspn(at, ",");
        uint32_t before = models;
        vrrl_memory_model model;
        if (vrrl_memory_model_named(at, size, &model))
            models |= 1u << model;
        if (models == before)
            no_model(state, text);
        at += size;
        if (*at == '\0')
            return models;
    }
}

const char *strategy_at(uint32_t index)
{
    if (index + 1 < VRRL_STRATEGIES)
        return vrrl_strategy_name((vrrl_strategy)(VRRL_STRATEGY_MIX + 1 + index));
    return index + 1 == VRRL_STRATEGIES ? vrrl_strategy_name(VRRL_STRATEGY_MIX) : NULL;
}

vrrl_strategy parse_strategy(struct argp_state *state, const char *text)
{
    vrrl_strategy strategy = VRRL_STRATEGY_MIX;
    if (vrrl_strategy_named(text, strlen(text), &strategy))
        return strategy;
    char *names = cli_names(strategy_at, ", ", " or ");
    argp_error(state, "--strategy takes %s; found \"%s\"", names ? names : "a name", text);
    free(names);
    return VRRL_STRATEGY_MIX;
}

char *strategy_help(int key, const char *text, void *input)
{
    (void)input;
    return key == 's' ? cli_names(strategy_at, "|", "|") : (char *)text;
}

/* "4": four; "1..4": each of them. */
static void parse_workers(struct argp_state *state, const char *text, uint32_t *from, uint32_t *to)
{
    enum { MOST = 64 };
    const char *dots = strstr(text, "..");
    uint64_t first = 0, last = 0;
    bool good = dots ? parse_digits(text, (size_t)(dots - text), MOST, &first) &&
                           parse_number(dots + 2, MOST, &last)
                     : parse_number(text, MOST, &first);
    if (!dots)
        last = first;
    if (!good || first < 1 || last < first)
        argp_error(state, "--workers takes N or A..B, from 1 to %d; found \"%s\"", MOST, text);
    *from = (uint32_t)first;
    *to = (uint32_t)last;
}

/* ---- The table of options --------------------------------------------------------------------- */

enum { KEY_FIELD = 0x7c0, KEY_FORMER = 0x7e0, FIELDS_MAX = 32 }; /* a key for each field */

static struct argp_option option_table[FIELDS_MAX + 1];

static int key_of(uint32_t field)
{
    char key = vrrl_setup_field_at(field)->key;
    return key ? key : KEY_FIELD + (int)field;
}

/* An option by the name that it had one version ago. */
static void warn_of_former_name(const struct argp_state *state, const vrrl_setup_field *field)
{
    fprintf(stderr, "%s: --%s is now called --%s; the next version will not know the old name\n",
            state->name, field->formerly, field->option);
}

static error_t parse_field(int key, char *argument, struct argp_state *state)
{
    struct setup_options *o = state->input;
    uint32_t field = 0;
    vrrl_error err;
    while (field < vrrl_setup_fields() && key_of(field) != key && KEY_FORMER + (int)field != key)
        field++;
    if (field == vrrl_setup_fields())
        return ARGP_ERR_UNKNOWN;
    if (key == KEY_FORMER + (int)field)
        warn_of_former_name(state, vrrl_setup_field_at(field));
    if (strcmp(vrrl_setup_field_at(field)->name, "model") == 0)
        o->cells.models = parse_models(state, argument);
    else if (strcmp(vrrl_setup_field_at(field)->name, "workers") == 0)
        parse_workers(state, argument, &o->cells.workers_first, &o->cells.workers_last);
    else if (vrrl_setup_set(&o->setup, field, argument, &err) != VRRL_OK)
        argp_error(state, "%s", err.text);
    if (strcmp(vrrl_setup_field_at(field)->name, "seed") != 0)
        o->given = vrrl_setup_field_at(field)->option;
    return 0;
}

const struct argp setup_argp = {.options = option_table, .parser = parse_field};

struct setup_options setup_options_begin(int group)
{
    struct argp_option *next = option_table;
    for (uint32_t i = 0; i < vrrl_setup_fields() && next + 1 < option_table + FIELDS_MAX; i++) {
        const vrrl_setup_field *field = vrrl_setup_field_at(i);
        if (field->option)
            *next++ = (struct argp_option){field->option, key_of(i), field->argument, 0,
                                           field->help,   group};
        if (field->formerly)
            *next++ = (struct argp_option){
                field->formerly, KEY_FORMER + (int)i, field->argument, OPTION_HIDDEN, NULL, group};
    }
    *next = (struct argp_option){0};
    return (struct setup_options){.setup.seed = 1};
}

/* ---- Other values ----------------------------------------------------------------------------- */

uint32_t parse_seconds(struct argp_state *state, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (*end || end == text || !(seconds > 0) || seconds > 4e6)
        argp_error(state, "--time takes seconds, above 0, to 4000000; found \"%s\"", text);
    return (uint32_t)ceil(seconds * 1000);
}
