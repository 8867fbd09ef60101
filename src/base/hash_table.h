/*
 * The hash table: numbers of items by keys of 64 bits, in open addressing. The items are its owner's, in an
 * array as a rule.
 *
 * Where a key has more bits, its hash is the key here, and the owner compares: two whose hashes are equal
 * stand at hash, hash + 1, and so on. hash_table_of_pair makes a key of two numbers.
 *
 * Begins as zeros. A set is a table whose numbers nobody asks for.
 */
#ifndef VRRL_BASE_HASH_TABLE_H
#define VRRL_BASE_HASH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_TABLE_NONE UINT32_MAX

struct hash_entry {
    uint64_t key;
    uint32_t item; /* + 1; 0: free */
};

struct hash_table {
    struct hash_entry *entries;
    uint32_t count, room; /* a power of two, at most half of it taken; or 0 */
};

static inline uint64_t hash_table_of_pair(uint32_t a, uint32_t b)
{
    return (uint64_t)a << 32 | b;
}

/* The entry of a key, or the free one where it would go. There is room. */
static inline struct hash_entry *hash_table_entry(const struct hash_table *t, uint64_t key)
{
    uint32_t at = (uint32_t)((key * 0x9E3779B97F4A7C15u) >> 32) & (t->room - 1);
    while (t->entries[at].item && t->entries[at].key != key)
        at = (at + 1) & (t->room - 1);
    return &t->entries[at];
}

/* The item of a key; HASH_TABLE_NONE where it has none. */
static inline uint32_t hash_table_find(const struct hash_table *t, uint64_t key)
{
    return t->room ? hash_table_entry(t, key)->item - 1 : HASH_TABLE_NONE;
}

/* The bytes of the table with room for one key more. */
size_t hash_table_bytes(const struct hash_table *t);
/* Makes room for one key more; false where memory lacks. */
bool hash_table_grow(struct hash_table *t);

/* The item of a key, which is `fresh` from now on where it had none; HASH_TABLE_NONE where memory lacks. */
static inline uint32_t hash_table_item(struct hash_table *t, uint64_t key, uint32_t fresh)
{
    if (2 * (uint64_t)t->count >= t->room && !hash_table_grow(t))
        return HASH_TABLE_NONE;
    struct hash_entry *entry = hash_table_entry(t, key);
    if (!entry->item) {
        *entry = (struct hash_entry){key, fresh + 1};
        t->count++;
    }
    return entry->item - 1;
}

/* Forgets all keys, and keeps the room. */
void hash_table_clear(struct hash_table *t);
void hash_table_free(struct hash_table *t);

#endif
