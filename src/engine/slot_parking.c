#include "engine/slot_parking.h"

#include "base/array.h"
#include "base/sorted.h"

#include <stdlib.h>
#include <string.h>

vrrl_code slot_parking_init(struct slot_parking *p, uint32_t slots, vrrl_error *err)
{
    *p = (struct slot_parking){.slots = slots};
    p->next = malloc((slots + (size_t)1) * sizeof *p->next);
    p->next_kept = malloc((slots + (size_t)1) * sizeof *p->next_kept);
    if (p->next && p->next_kept)
        return VRRL_OK;
    slot_parking_free(p);
    return error_no_memory(err, 8 * (uint64_t)slots);
}

void slot_parking_free(struct slot_parking *p)
{
    for (uint32_t i = 0; i < p->watch_count; i++)
        free(p->watches[i].gates);
    free(p->watches);
    hash_table_free(&p->by_word);
    free(p->pending);
    free(p->next);
    free(p->next_kept);
    *p = (struct slot_parking){0};
}

void slot_parking_clear(struct slot_parking *p)
{
    for (uint32_t i = 0; i < p->watch_count; i++) {
        p->watches[i].is_pending = false;
        for (uint32_t g = 0; g < p->watches[i].gate_count; g++)
            p->watches[i].gates[g].first = VRRL_NO_INDEX;
    }
    p->pending_count = 0;
}

void slot_parking_sync(struct slot_watch *watch, uint32_t value)
{
    watch->open = 0;
    while (watch->open < watch->gate_count && watch->gates[watch->open].value <= value)
        watch->open++;
}

void slot_parking_keep(struct slot_parking *p)
{
    for (uint32_t i = 0; i < p->watch_count; i++)
        for (uint32_t g = 0; g < p->watches[i].gate_count; g++)
            p->watches[i].gates[g].first_kept = p->watches[i].gates[g].first;
    memcpy(p->next_kept, p->next, p->slots * sizeof *p->next);
}

void slot_parking_restore(struct slot_parking *p)
{
    for (uint32_t i = 0; i < p->watch_count; i++) {
        p->watches[i].is_pending = false;
        for (uint32_t g = 0; g < p->watches[i].gate_count; g++)
            p->watches[i].gates[g].first = p->watches[i].gates[g].first_kept;
    }
    p->pending_count = 0;
    memcpy(p->next, p->next_kept, p->slots * sizeof *p->next);
}

/* ---- Watches --------------------------------------------------------------------------------- */

static vrrl_code add_watch(struct slot_parking *p, uint32_t word, vrrl_error *err)
{
    vrrl_code code = array_room(p->watches, p->watch_count, p->watch_room, 1, err);
    if (code == VRRL_OK)
        code = array_room(p->pending, p->watch_count, p->pending_room, 1, err);
    if (code != VRRL_OK)
        return code;
    if (hash_table_item(&p->by_word, word, p->watch_count) == HASH_TABLE_NONE)
        return error_no_memory(err, hash_table_bytes(&p->by_word));
    p->watches[p->watch_count++] = (struct slot_watch){.word = word};
    p->filter[word / 64 % WATCHED_FILTER_WORDS] |= 1ull << (word % 64);
    return VRRL_OK;
}

/* ---- Gates ----------------------------------------------------------------------------------- */

/* The first gate that wants at least `value`. */
static uint32_t find_gate(const struct slot_watch *watch, uint32_t value)
{
    return sorted_from(watch->gates, watch->gate_count, sizeof *watch->gates, value);
}

static vrrl_code insert_gate(struct slot_watch *watch, uint32_t at, uint32_t value, vrrl_error *err)
{
    vrrl_code code = array_room(watch->gates, watch->gate_count, watch->gate_room, 1, err);
    if (code != VRRL_OK)
        return code;
    memmove(watch->gates + at + 1, watch->gates + at,
            (watch->gate_count - at) * sizeof *watch->gates);
    watch->gates[at] =
        (struct slot_gate){.value = value, .first = VRRL_NO_INDEX, .first_kept = VRRL_NO_INDEX};
    watch->gate_count++; /* below `open` only where the word is pending: then that is put right */
    return VRRL_OK;
}

vrrl_code slot_parking_add(struct slot_parking *p, uint32_t position, uint32_t word, uint32_t value,
                           vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (hash_table_find(&p->by_word, word) == HASH_TABLE_NONE)
        code = add_watch(p, word, err);
    if (code != VRRL_OK)
        return code;
    struct slot_watch *watch = &p->watches[hash_table_find(&p->by_word, word)];
    uint32_t at = find_gate(watch, value);
    if (at == watch->gate_count || watch->gates[at].value != value)
        code = insert_gate(watch, at, value, err);
    if (code != VRRL_OK)
        return code;
    p->next[position] = watch->gates[at].first;
    watch->gates[at].first = position;
    return VRRL_OK;
}

void slot_parking_remove(struct slot_parking *p, uint32_t position, uint32_t word, uint32_t value)
{
    struct slot_watch *watch = &p->watches[hash_table_find(&p->by_word, word)];
    uint32_t *link = &watch->gates[find_gate(watch, value)].first;
    while (*link != position)
        link = &p->next[*link];
    *link = p->next[position];
}

/* ---- Words change ---------------------------------------------------------------------------- */

void slot_parking_wrote(struct slot_parking *p, uint32_t word)
{
    uint32_t watch = hash_table_find(&p->by_word, word);
    if (watch == HASH_TABLE_NONE || p->watches[watch].is_pending)
        return;
    p->watches[watch].is_pending = true;
    p->pending[p->pending_count++] = watch;
}

uint32_t slot_parking_next(struct slot_parking *p)
{
    if (p->pending_count == 0)
        return VRRL_NO_INDEX;
    uint32_t watch = p->pending[--p->pending_count];
    p->watches[watch].is_pending = false;
    return watch;
}

bool slot_parking_open(struct slot_parking *p, uint32_t index, uint32_t value, uint32_t *first)
{
    struct slot_watch *watch = &p->watches[index];
    while (watch->open > 0 && watch->gates[watch->open - 1].value > value)
        watch->open--;
    if (watch->open == watch->gate_count || watch->gates[watch->open].value > value)
        return false;
    struct slot_gate *gate = &watch->gates[watch->open++];
    *first = gate->first;
    gate->first = VRRL_NO_INDEX;
    return true;
}
