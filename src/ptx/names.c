#include "ptx/names.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* The word of a text, or HASH_TABLE_NONE; *key is where it would go. */
static uint32_t find_word(const struct ptx_names *names, const char *text, size_t length,
                          uint64_t *key)
{
    *key = XXH3_64bits(text, length);
    for (;;) {
        uint32_t at = hash_table_find(&names->table, *key);
        if (at == HASH_TABLE_NONE ||
            (names->words[at].length == length && memcmp(names->words[at].text, text, length) == 0))
            return at;
        (*key)++;
    }
}

struct ptx_name *ptx_names_find(const struct ptx_names *names, const char *text, size_t length)
{
    uint64_t key;
    uint32_t at = find_word(names, text, length, &key);
    if (at == HASH_TABLE_NONE || names->words[at].name == 0)
        return NULL;
    return &names->names[names->words[at].name - 1];
}

struct ptx_name *ptx_names_declare(struct ptx_names *names, const char *text, size_t length,
                                   bool *taken)
{
    uint64_t key;
    uint32_t at = find_word(names, text, length, &key);
    *taken = false;
    if (array_room(names->words, names->word_count, names->word_room, 1, NULL) != VRRL_OK ||
        array_room(names->names, names->name_count, names->name_room, 1, NULL) != VRRL_OK)
        return NULL;
    if (at == HASH_TABLE_NONE) {
        at = hash_table_item(&names->table, key, names->word_count);
        if (at == HASH_TABLE_NONE)
            return NULL;
        names->words[names->word_count++] = (struct ptx_word){text, (uint32_t)length, 0};
    }
    struct ptx_word *word = &names->words[at];
    *taken = word->name && names->names[word->name - 1].depth == names->depth;
    struct ptx_name *name = &names->names[names->name_count++];
    *name = (struct ptx_name){.word = at, .before = word->name, .depth = names->depth};
    word->name = names->name_count;
    return name;
}

void ptx_names_close(struct ptx_names *names)
{
    while (names->name_count && names->names[names->name_count - 1].depth == names->depth) {
        const struct ptx_name *name = &names->names[--names->name_count];
        names->words[name->word].name = name->before;
    }
    names->depth--;
}

void ptx_names_free(struct ptx_names *names)
{
    hash_table_free(&names->table);
    free(names->words);
    free(names->names);
}
