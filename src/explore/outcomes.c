#include "explore/outcomes.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void outcome_set_free(struct outcome_set *set)
{
    free(set->keys);
    hash_table_free(&set->by_hash);
    *set = (struct outcome_set){.width = set->width};
}

static size_t key_words(const struct outcome_set *set)
{
    return 1 + (size_t)set->width;
}

/* The number of a key; VRRL_NO_INDEX where it has none, and *free is where it would go in the table. */
static uint32_t find_key(const struct outcome_set *set, const uint32_t *key, uint64_t *free)
{
    size_t bytes = key_words(set) * sizeof *key;
    for (*free = XXH3_64bits(key, bytes);; ++*free) {
        uint32_t number = hash_table_find(&set->by_hash, *free);
        if (number == HASH_TABLE_NONE)
            return VRRL_NO_INDEX;
        if (memcmp(set->keys + key_words(set) * number, key, bytes) == 0)
            return number;
    }
}

vrrl_code outcome_set_add(struct outcome_set *set, const struct outcome_key *key, uint32_t *number,
                          bool *is_new, vrrl_error *err)
{
    uint32_t words = (uint32_t)key_words(set);
    uint64_t place;
    uint32_t flat[1 + VRRL_OUTCOME_WORDS_MAX];
    flat[0] = key->stopped;
    memcpy(flat + 1, key->values, set->width * sizeof *flat);
    *is_new = false;
    *number = find_key(set, flat, &place);
    if (*number != VRRL_NO_INDEX || set->count == VRRL_OUTCOMES_MAX)
        return VRRL_OK;
    vrrl_code code = array_room(set->keys, set->count * words, set->room, words, err);
    if (code != VRRL_OK)
        return code;
    memcpy(set->keys + (size_t)set->count * words, flat, words * sizeof *flat);
    if (hash_table_item(&set->by_hash, place, set->count) == HASH_TABLE_NONE)
        return error_no_memory(err, hash_table_bytes(&set->by_hash));
    *number = set->count++;
    *is_new = true;
    return VRRL_OK;
}

struct outcome_key outcome_set_at(const struct outcome_set *set, uint32_t number)
{
    const uint32_t *flat = set->keys + key_words(set) * number;
    struct outcome_key key = {.stopped = flat[0]};
    memcpy(key.values, flat + 1, set->width * sizeof *flat);
    return key;
}
