#include "search_options.h"

#include "base/parse_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void no_model(struct argp_state *state, const char *text)
{
    char names[16 * VRRL_MEMORY_MODELS] = "";
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s, ", vrrl_memory_model_name(model));
    }
    argp_error(state, "--model takes %sor several with commas; found \"%s\"", names, text);
}

uint32_t parse_models(struct argp_state *state, const char *text)
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

vrrl_grain parse_grain(struct argp_state *state, const char *text)
{
    if (strcmp(text, "op") == 0)
        return VRRL_GRAIN_OPERATION;
    if (strcmp(text, "slot") != 0)
        argp_error(state, "--grain takes \"op\" or \"slot\"; found \"%s\"", text);
    return VRRL_GRAIN_SLOT;
}

void parse_workers(struct argp_state *state, const char *text, uint32_t *from, uint32_t *to)
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

uint32_t parse_seconds(struct argp_state *state, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (*end || end == text || !(seconds > 0) || seconds > 4e6)
        argp_error(state, "--time takes seconds, above 0, to 4000000; found \"%s\"", text);
    return (uint32_t)ceil(seconds * 1000);
}
