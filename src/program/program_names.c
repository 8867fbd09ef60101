/* What opcodes and words are called. */
#include "program/program_names.h"

#include "base/array.h"
#include "program/program_rooms.h"
#include "vrrl/run/opcode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Opcodes --------------------------------------------------------------------------------- */

const char *program_opcode_alias(const vrrl_program *program, uint32_t opcode)
{
    const struct vrrl_program_rooms *rooms = program->rooms;
    for (uint32_t i = 0; i < rooms->alias_count; i++)
        if (rooms->aliases[i].opcode == opcode)
            return vrrl_program_text(program, rooms->aliases[i].name);
    return NULL;
}

const char *program_opcode_name(const vrrl_program *program, uint32_t opcode,
                                char room[OPCODE_NAME_BYTES])
{
    const char *alias = program_opcode_alias(program, opcode);
    if (alias)
        return alias;
    if (!program->host_slots && vrrl_opcode_find(opcode))
        return vrrl_opcode_name(opcode);
    snprintf(room, OPCODE_NAME_BYTES, "op 0x%x", opcode);
    return room;
}

vrrl_code program_call_opcode(vrrl_program *program, uint32_t opcode, const char *name,
                              vrrl_error *err)
{
    struct vrrl_program_rooms *rooms = program->rooms;
    struct opcode_alias alias = {.opcode = opcode};
    vrrl_code code = vrrl_program_add_text(program, name, &alias.name, err);
    if (code == VRRL_OK)
        code = array_room(rooms->aliases, rooms->alias_count, rooms->alias_room, 1, err);
    if (code == VRRL_OK)
        rooms->aliases[rooms->alias_count++] = alias;
    return code;
}

vrrl_code program_copy_aliases(const vrrl_program *from, vrrl_program *to, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < from->rooms->alias_count; i++)
        code = program_call_opcode(to, from->rooms->aliases[i].opcode,
                                   vrrl_program_text(from, from->rooms->aliases[i].name), err);
    return code;
}

/* ---- Words ----------------------------------------------------------------------------------- */

vrrl_code program_symbols_first(vrrl_program *program, uint32_t first, vrrl_error *err)
{
    const size_t size = sizeof *program->symbols;
    uint32_t moved = program->symbol_count - first;
    vrrl_symbol *own = malloc((moved + (size_t)1) * size);
    if (!own)
        return error_no_memory(err, moved * size);
    if (moved > 0) { /* else there may be no symbols at all */
        memcpy(own, program->symbols + first, moved * size);
        memmove(program->symbols + moved, program->symbols, first * size);
        memcpy(program->symbols, own, moved * size);
    }
    free(own);
    return VRRL_OK;
}

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

/* ---- The other way ---------------------------------------------------------------------------- */

struct words {
    uint32_t first, count;
    bool in_pairs; /* named NAME[k].lo and NAME[k].hi */
};

static bool named_words(const vrrl_program *program, const char *name, size_t size, struct words *w)
{
    const vrrl_geometry *geometry = &program->geometry;
    for (uint32_t i = 0; i < program->symbol_count; i++) {
        const vrrl_symbol *symbol = &program->symbols[i];
        const char *text = vrrl_program_text(program, symbol->name);
        if (strlen(text) != size || memcmp(text, name, size) != 0)
            continue;
        *w = (struct words){symbol->first_word, symbol->words, symbol->segment_words == 2};
        return true;
    }
    if (size == strlen("user") && memcmp(name, "user", size) == 0)
        *w = (struct words){program->layout.user_base, geometry->user_words, false};
    else if (size == strlen("observable") && memcmp(name, "observable", size) == 0)
        *w = (struct words){VRRL_WORD_OBSERVABLE, geometry->observable_words, false};
    else
        return false;
    return true;
}

static bool control_word(const char *name, uint32_t *word)
{
    char text[32];
    for (*word = 0; *word < VRRL_WORD_OBSERVABLE; ++*word)
        if (control_word_name(*word, text, sizeof text) && strcmp(text, name) == 0)
            return true;
    return false;
}

/* Takes "[k]" from *rest: the k-th word or pair of *w. */
static bool take_index(const char **rest, struct words *w)
{
    uint32_t width = w->in_pairs ? 2 : 1;
    char *end;
    if (**rest != '[' || (*rest)[1] < '0' || (*rest)[1] > '9')
        return false;
    unsigned long long index = strtoull(*rest + 1, &end, 10);
    if (*end != ']' || index >= w->count / width)
        return false;
    w->first += (uint32_t)index * width;
    w->count = width;
    *rest = end + 1;
    return true;
}

static bool take_half(const char **rest, struct words *w)
{
    bool high = strcmp(*rest, ".hi") == 0;
    if (!w->in_pairs || w->count != 2 || (!high && strcmp(*rest, ".lo") != 0))
        return false;
    w->first += high;
    w->count = 1;
    *rest += strlen(*rest);
    return true;
}

/* A name may hold points and brackets itself: the longest that is one counts. */
static bool words_of(const vrrl_program *program, const char *name, struct words *w)
{
    for (size_t size = strlen(name); size > 0; size--) {
        const char *rest = name + size;
        if (*rest && *rest != '[' && *rest != '.')
            continue;
        if (!named_words(program, name, size, w))
            continue;
        if (*rest == '[' && !take_index(&rest, w))
            return false;
        return !*rest || take_half(&rest, w);
    }
    w->count = 1;
    w->in_pairs = false;
    return control_word(name, &w->first);
}

bool vrrl_program_find_words(const vrrl_program *program, const char *name, uint32_t *first,
                             uint32_t *count)
{
    struct words w;
    if (!words_of(program, name, &w))
        return false;
    *first = w.first;
    *count = w.count;
    return true;
}
