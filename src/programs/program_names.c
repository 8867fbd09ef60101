/* What words are called. */
#include "vrrl/program.h"

#include <stdio.h>

const vrrl_symbol *vrrl_program_symbol_of(const vrrl_program *program, uint32_t word)
{
    /* The narrowest symbol that holds the word: a name inside a range says more than the range. */
    const vrrl_symbol *best = NULL;
    for (uint32_t i = 0; i < program->symbol_count; i++) {
        const vrrl_symbol *symbol = &program->symbols[i];
        bool inside = word >= symbol->first_word && word - symbol->first_word < symbol->words;
        if (inside && (!best || symbol->words < best->words))
            best = symbol;
    }
    return best;
}

static void name_in_symbol(const vrrl_program *program, const vrrl_symbol *symbol, uint32_t word,
                           char *out, size_t size)
{
    const char *name = vrrl_program_text(program, symbol->name);
    uint32_t offset = word - symbol->first_word;
    if (symbol->words == 1) {
        snprintf(out, size, "%s", name);
    } else if (symbol->segment_words == 2) {
        /* A segment is one 64-bit value, low word first. */
        if (symbol->words == 2)
            snprintf(out, size, "%s%s", name, offset ? ".hi" : ".lo");
        else
            snprintf(out, size, "%s[%u]%s", name, offset / 2, offset % 2 ? ".hi" : ".lo");
    } else {
        snprintf(out, size, "%s[%u]", name, offset);
    }
}

static const struct {
    uint32_t word;
    const char *name;
} control_names[] = {
    {VRRL_WORD_SHUTDOWN, "SHUTDOWN"},
    {VRRL_WORD_DONE_COUNT, "DONE_COUNT"},
    {VRRL_WORD_TENANT_BASE, "TENANT_BASE"},
    {VRRL_WORD_TENANT_COUNT, "TENANT_COUNT"},
    {VRRL_WORD_EPOCH, "EPOCH"},
};

static bool control_word_name(uint32_t word, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof control_names / sizeof control_names[0]; i++) {
        if (control_names[i].word == word) {
            snprintf(out, size, "%s", control_names[i].name);
            return true;
        }
    }
    static const struct {
        uint32_t first;
        const char *name;
    } tables[] = {{VRRL_WORD_QUOTA, "QUOTA"},
                  {VRRL_WORD_FAIRNESS, "FAIRNESS"},
                  {VRRL_WORD_METRICS, "METRICS"}};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (word >= tables[i].first && word < tables[i].first + 32) {
            snprintf(out, size, "%s[%u]", tables[i].name, word - tables[i].first);
            return true;
        }
    }
    return false;
}

static bool machine_word_name(const vrrl_program *program, uint32_t word, char *out, size_t size)
{
    const vrrl_layout *layout = &program->layout;
    const vrrl_geometry *geometry = &program->geometry;
    if (control_word_name(word, out, size))
        return true;
    if (word >= VRRL_WORD_OBSERVABLE && word - VRRL_WORD_OBSERVABLE < geometry->observable_words) {
        snprintf(out, size, "observable[%u]", word - VRRL_WORD_OBSERVABLE);
        return true;
    }
    uint32_t ring_words = geometry->ring_slots * geometry->slot_words;
    if (word >= layout->ring_base && word - layout->ring_base < ring_words) {
        uint32_t offset = word - layout->ring_base;
        snprintf(out, size, "ring[%u].%u", offset / geometry->slot_words,
                 offset % geometry->slot_words);
        return true;
    }
    if (word >= layout->user_base && word - layout->user_base < geometry->user_words) {
        snprintf(out, size, "user[%u]", word - layout->user_base);
        return true;
    }
    return false;
}

void vrrl_program_word_name(const vrrl_program *program, uint32_t word, char *out, size_t size)
{
    const vrrl_symbol *symbol = vrrl_program_symbol_of(program, word);
    if (symbol)
        name_in_symbol(program, symbol, word, out, size);
    else if (!machine_word_name(program, word, out, size))
        snprintf(out, size, "word %u", word);
}
