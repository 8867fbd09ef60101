#include "explore/outcomes.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void outcome_set_free(outcome_set *set)
{
    free(set->keys);
    free(set->table);
    *set = (outcome_set){.width = set->width};
}

static size_t key_words(const outcome_set *set)
{
    return 1 + (size_t)set->width;
}

/* Where a key is in the table, or the free place where it would go. */
static uint32_t *find_place(const outcome_set *set, const uint32_t *key)
{
    size_t bytes = key_words(set) * sizeof *key;
    for (uint64_t at = XXH3_64bits(key, bytes);; at++) {
        uint32_t *place = &set->table[at & (set->table_room - 1)];
        if (!*place || memcmp(set->keys + key_words(set) * (*place - 1), key, bytes) == 0)
            return place;
    }
}

static vrrl_code grow_table(outcome_set *set, vrrl_error *err)
{
    uint32_t room = set->table_room ? 4 * set->table_room : 64;
    if (2 * set->count < set->table_room)
        return VRRL_OK;
    uint32_t *table = calloc(room, sizeof *table);
    if (!table)
        return error_no_memory(err, room * sizeof *table);
    free(set->table);
    set->table = table;
    set->table_room = room;
    for (uint32_t i = 0; i < set->count; i++)
        *find_place(set, set->keys + key_words(set) * i) = i + 1;
    return VRRL_OK;
}

vrrl_code outcome_set_add(outcome_set *set, const outcome_key *key, uint32_t *number, bool *is_new,
                          vrrl_error *err)
{
    uint32_t words = (uint32_t)key_words(set);
    vrrl_code code = grow_table(set, err);
    *number = VRRL_NO_INDEX;
    *is_new = false;
    if (code != VRRL_OK)
        return code;
    uint32_t flat[1 + VRRL_OUTCOME_WORDS_MAX];
    flat[0] = key->stopped;
    memcpy(flat + 1, key->values, set->width * sizeof *flat);
    uint32_t *place = find_place(set, flat);
    if (!*place && set->count == VRRL_OUTCOMES_MAX)
        return VRRL_OK;
    if (!*place) {
        code = array_room(set->keys, set->count * words, set->room, words, err);
        if (code != VRRL_OK)
            return code;
        memcpy(set->keys + (size_t)set->count * words, flat, words * sizeof *flat);
        *place = ++set->count;
        *is_new = true;
    }
    *number = *place - 1;
    return VRRL_OK;
}

outcome_key outcome_set_at(const outcome_set *set, uint32_t number)
{
    const uint32_t *flat = set->keys + key_words(set) * number;
    outcome_key key = {.stopped = flat[0]};
    memcpy(key.values, flat + 1, set->width * sizeof *flat);
    return key;
}
