#include "event/setup.h"

#include "base/error.h"
#include "base/parse_number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { WORKERS_MAX = 65536 };

static const char *const model_words[] = {VRRL_MEMORY_MODEL_NAMES, NULL};
static const char *const grain_words[] = {
    [VRRL_GRAIN_OPERATION] = "op", [VRRL_GRAIN_SLOT] = "slot", NULL};

_Static_assert(sizeof model_words / sizeof *model_words == VRRL_MEMORY_MODELS + 1,
               "each memory model has a name in VRRL_MEMORY_MODEL_NAMES");

#define FIELD(name) .offset = offsetof(vrrl_setup, name), .size = sizeof((vrrl_setup *)0)->name

const struct setup_field setup_table[] = {
    {.as_option = {.name = "model",
                   .option = "model",
                   .argument = "sc|tso|view",
                   .help = "Memory model (each in turn)",
                   .several = true},
     FIELD(model),
     .most = VRRL_MEMORY_MODELS - 1,
     .words = model_words,
     .noun = "memory model",
     .in_json = true},
    {.as_option = {.name = "grain",
                   .option = "grain",
                   .argument = "op|slot",
                   .help = "A step: a memory operation, or a slot"},
     FIELD(grain),
     .least = VRRL_GRAIN_OPERATION,
     .most = VRRL_GRAIN_SLOT,
     .words = grain_words,
     .noun = "grain",
     .in_json = true},
    {.as_option = {.name = "workers",
                   .option = "workers",
                   .key = 'w',
                   .argument = "A..B",
                   .help = "Resident workers (1..4)",
                   .several = true},
     FIELD(workers),
     .least = 1,
     .most = WORKERS_MAX,
     .letter = 'w',
     .in_json = true},
    {.as_option = {.name = "in_flight",
                   .option = "in-flight",
                   .formerly = "unfinished",
                   .argument = "N",
                   .help = "Slots in flight at a time (each)"},
     FIELD(in_flight),
     .least = 1,
     .most = UINT32_MAX,
     .in_string = SETUP_STRING_SET,
     .letter = 'l',
     .phrase = "at most # in flight",
     .not_whole = "an in-flight limit of # slots",
     .in_json = true},
    {.as_option = {.name = "step_limit"},
     FIELD(step_limit),
     .least = 1,
     .most = UINT32_MAX,
     .in_string = SETUP_STRING_SET,
     .letter = 't'},
    {.as_option =
         {.name = "seed", .option = "seed", .argument = "S", .help = "Draw other schedules (1)"},
     FIELD(seed),
     .least = 1,
     .most = UINT64_MAX,
     .in_string = SETUP_STRING_DRAWN,
     .letter = 's'},
};

/* ---- Values ---------------------------------------------------------------------------------- */

uint32_t vrrl_setup_fields(void)
{
    return sizeof setup_table / sizeof *setup_table;
}

const vrrl_setup_field *vrrl_setup_field_at(uint32_t field)
{
    assert(field < vrrl_setup_fields());
    return &setup_table[field].as_option;
}

uint64_t vrrl_setup_get(const vrrl_setup *setup, uint32_t field)
{
    const struct setup_field *row = &setup_table[field];
    const char *at = (const char *)setup + row->offset;
    uint64_t wide;
    uint32_t narrow;
    uint8_t bit;
    switch (row->size) {
    case sizeof wide:
        memcpy(&wide, at, sizeof wide);
        return wide;
    case sizeof narrow:
        memcpy(&narrow, at, sizeof narrow);
        return narrow;
    default:
        assert(row->size == sizeof bit);
        memcpy(&bit, at, sizeof bit);
        return bit;
    }
}

void setup_put(vrrl_setup *setup, uint32_t field, uint64_t value)
{
    const struct setup_field *row = &setup_table[field];
    char *at = (char *)setup + row->offset;
    uint32_t narrow = (uint32_t)value;
    uint8_t bit = value != 0;
    switch (row->size) {
    case sizeof value:
        memcpy(at, &value, sizeof value);
        break;
    case sizeof narrow:
        memcpy(at, &narrow, sizeof narrow);
        break;
    default:
        assert(row->size == sizeof bit);
        memcpy(at, &bit, sizeof bit);
    }
}

bool vrrl_setup_same(const vrrl_setup *a, const vrrl_setup *b)
{
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++)
        if (vrrl_setup_get(a, i) != vrrl_setup_get(b, i))
            return false;
    return true;
}

/* ---- Words ----------------------------------------------------------------------------------- */

const char *vrrl_memory_model_name(vrrl_memory_model model)
{
    return (uint32_t)model < VRRL_MEMORY_MODELS ? model_words[model] : "?";
}

bool vrrl_memory_model_named(const char *text, size_t size, vrrl_memory_model *model)
{
    for (vrrl_memory_model m = VRRL_MEMORY_SC; m < VRRL_MEMORY_MODELS; m++)
        if (strlen(model_words[m]) == size && memcmp(model_words[m], text, size) == 0) {
            *model = m;
            return true;
        }
    return false;
}

uint32_t setup_words(const struct setup_field *field)
{
    return field->words ? (uint32_t)field->most + 1 : 0;
}

const char *setup_phrase(const char *phrase, uint64_t value, char out[SETUP_PHRASE_MAX])
{
    const char *mark = strchr(phrase, SETUP_VALUE);
    if (mark)
        snprintf(out, SETUP_PHRASE_MAX, "%.*s%llu%s", (int)(mark - phrase), phrase,
                 (unsigned long long)value, mark + 1);
    else
        snprintf(out, SETUP_PHRASE_MAX, "%s", phrase);
    return out;
}

/* ---- From options ---------------------------------------------------------------------------- */

/* `"op" or "slot"` */
static void list_words(const struct setup_field *row, char *out, size_t size)
{
    size_t used = 0;
    for (uint32_t i = 0; i < setup_words(row) && used < size; i++)
        if (row->words[i])
            used += (size_t)snprintf(out + used, size - used, "%s\"%s\"",
                                     used == 0                   ? ""
                                     : i + 1 == setup_words(row) ? " or "
                                                                 : ", ",
                                     row->words[i]);
}

static vrrl_code set_word(vrrl_setup *setup, uint32_t field, const char *text, vrrl_error *err)
{
    const struct setup_field *row = &setup_table[field];
    char words[96];
    for (uint32_t i = 0; i < setup_words(row); i++)
        if (row->words[i] && strcmp(row->words[i], text) == 0) {
            setup_put(setup, field, i);
            return VRRL_OK;
        }
    list_words(row, words, sizeof words);
    return error_set(err, VRRL_INVALID, "Fix: give one of them.", "--%s takes %s; found \"%s\"",
                     row->as_option.option, words, text);
}

vrrl_code vrrl_setup_set(vrrl_setup *setup, uint32_t field, const char *text, vrrl_error *err)
{
    const struct setup_field *row = &setup_table[field];
    uint64_t value = 1;
    if (row->words)
        return set_word(setup, field, text, err);
    if (row->as_option.argument && (!parse_number(text, row->most, &value) || value < row->least))
        return error_set(err, VRRL_INVALID, "Fix: give such a number.",
                         "--%s \"%s\": a number from %llu to %llu is expected",
                         row->as_option.option, text, (unsigned long long)row->least,
                         (unsigned long long)row->most);
    setup_put(setup, field, value);
    return VRRL_OK;
}

vrrl_code setup_check(const vrrl_setup *setup, vrrl_error *err)
{
    char phrase[SETUP_PHRASE_MAX];
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        uint64_t value = vrrl_setup_get(setup, i);
        if (value > row->most)
            return error_set(err, VRRL_INVALID, "Fix: choose a smaller one.",
                             "%s %llu, of at most %llu", row->as_option.name,
                             (unsigned long long)value, (unsigned long long)row->most);
        if (value && row->not_whole && setup->grain == VRRL_GRAIN_SLOT)
            return error_set(err, VRRL_INVALID, "Fix: ask for steps of one operation.",
                             "%s, where each slot is one step",
                             setup_phrase(row->not_whole, value, phrase));
    }
    return VRRL_OK;
}
