#include "report/setup_words.h"

#include "base/plural.h"
#include "event/setup.h"

#include <stdio.h>
#include <string.h>

const char *setup_workers(const vrrl_program *program, uint32_t workers, char out[SETUP_TEXT_MAX])
{
    bool pool = program->model.kind == VRRL_MODEL_POOL;
    uint32_t queues = program->model.queues, resident = program->model.resident;
    uint32_t count = workers || pool ? workers : resident ? resident : queues;
    if (pool && workers == 0)
        snprintf(out, SETUP_TEXT_MAX, "any workers");
    else if (pool)
        snprintf(out, SETUP_TEXT_MAX, "%u worker%s", count, plural(count));
    else
        snprintf(out, SETUP_TEXT_MAX, "%u queue%s on", count, plural(count));
    return out;
}

const char *setup_limits(const vrrl_setup *setup, char out[SETUP_TEXT_MAX])
{
    char phrase[SETUP_PHRASE_MAX];
    *out = '\0';
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        uint64_t value = vrrl_setup_get(setup, i);
        size_t used = strlen(out);
        if (value && setup_table[i].phrase)
            snprintf(out + used, SETUP_TEXT_MAX - used, ", %s",
                     setup_phrase(setup_table[i].phrase, value, phrase));
    }
    return out;
}

const char *setup_machine(const vrrl_program *program, const vrrl_setup *setup,
                          char out[SETUP_TEXT_MAX])
{
    char limits[SETUP_TEXT_MAX];
    setup_workers(program, setup->workers, out);
    size_t used = strlen(out);
    snprintf(out + used, SETUP_TEXT_MAX - used, "%s", setup_limits(setup, limits));
    return out;
}

static json_t *field_json(const struct setup_field *row, uint64_t value, bool null_for_default)
{
    if (row->words)
        return json_string(row->words[value]);
    if (value == 0 && null_for_default)
        return json_null();
    return row->as_option.argument ? json_integer((json_int_t)value) : json_boolean(value);
}

void setup_add_json(json_t *object, const vrrl_setup *setup, const char *but, bool null_for_default)
{
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        char name[40];
        snprintf(name, sizeof name, " %s ", row->as_option.name);
        if (row->in_json && !strstr(but, name))
            json_object_set_new(object, row->as_option.name,
                                field_json(row, vrrl_setup_get(setup, i), null_for_default));
    }
}

void setup_add_rest(json_t *object, json_t *rest)
{
    json_object_update(object, rest);
    json_decref(rest);
}
