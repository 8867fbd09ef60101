#include "base/hash_table.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64 };

/* 0: more than can be numbered. */
static uint32_t wanted_room(const struct hash_table *t)
{
    if (2 * (uint64_t)t->count < t->room)
        return t->room;
    return t->room ? 2 * t->room : ROOM_FIRST;
}

size_t hash_table_bytes(const struct hash_table *t)
{
    return wanted_room(t) * sizeof *t->entries;
}

bool hash_table_grow(struct hash_table *t)
{
    struct hash_table wide = {.count = t->count, .room = wanted_room(t)};
    if (wide.room == t->room)
        return true;
    wide.entries = wide.room ? calloc(wide.room, sizeof *wide.entries) : NULL;
    if (!wide.entries)
        return false;
    for (uint32_t i = 0; i < t->room; i++)
        if (t->entries[i].item)
            *hash_table_entry(&wide, t->entries[i].key) = t->entries[i];
    free(t->entries);
    *t = wide;
    return true;
}

void hash_table_clear(struct hash_table *t)
{
    t->count = 0;
    if (t->entries)
        memset(t->entries, 0, t->room * sizeof *t->entries);
}

void hash_table_free(struct hash_table *t)
{
    free(t->entries);
    *t = (struct hash_table){0};
}
