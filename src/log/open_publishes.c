#include "log/open_publishes.h"

#include "base/array.h"
#include "base/bytes.h"
#include "base/checksum.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 32 };
#define NONE OPEN_PUBLISHES_NONE

/* What a publish and its end have in common. */
static void key_of(const vrrl_record *record, uint8_t key[KEY_BYTES])
{
    const uint32_t words[KEY_BYTES / 4] = {record->slot_idx, record->tenant_id, record->opcode,
                                           record->args[0],  record->args[1],   record->args[2],
                                           record->args[3],  record->epoch};
    for (size_t i = 0; i < KEY_BYTES / 4; i++)
        store_le32(key + 4 * i, words[i]);
}

struct open_publish {
    uint32_t next; /* of the same key: a later one, or NONE */
    uint32_t tag;
    bool is_over; /* its end was met, or is known */
    bool is_told; /* its end was met */
};

/* Those of one key: a log may have a million of them. */
struct open_line {
    uint8_t key[KEY_BYTES];
    uint32_t first, last; /* first NONE: there is none whose end was not met, but for the last */
};

void open_publishes_free(struct open_publishes *open)
{
    hash_table_free(&open->by_hash);
    free(open->lines);
    free(open->entries);
    hash_table_free(&open->places);
    free(open->last);
}

/* The line of a key, or NULL, and *free is where it would go in the table. */
static struct open_line *find_line(const struct open_publishes *open, const uint8_t key[KEY_BYTES],
                                   uint64_t *free)
{
    for (*free = checksum_xxh3(key, KEY_BYTES);; ++*free) {
        uint32_t line = hash_table_find(&open->by_hash, *free);
        if (line == HASH_TABLE_NONE)
            return NULL;
        if (memcmp(open->lines[line].key, key, KEY_BYTES) == 0)
            return &open->lines[line];
    }
}

static vrrl_code add_line(struct open_publishes *open, const uint8_t key[KEY_BYTES], uint64_t place,
                          struct open_line **added, vrrl_error *err)
{
    vrrl_code code = array_room(open->lines, open->line_count, open->line_room, 1, err);
    if (code != VRRL_OK)
        return code;
    if (hash_table_item(&open->by_hash, place, open->line_count) == HASH_TABLE_NONE)
        return error_no_memory(err, hash_table_bytes(&open->by_hash));
    *added = &open->lines[open->line_count++];
    memcpy((*added)->key, key, KEY_BYTES);
    (*added)->first = NONE;
    return VRRL_OK;
}

/* What its place had before; NONE: nothing. */
static vrrl_code take_place(struct open_publishes *open, uint32_t slot, uint32_t *before,
                            vrrl_error *err)
{
    vrrl_code code = array_room(open->last, open->place_count, open->place_room, 1, err);
    if (code != VRRL_OK)
        return code;
    uint32_t place = hash_table_item(&open->places, slot, open->place_count);
    if (place == HASH_TABLE_NONE)
        return error_no_memory(err, hash_table_bytes(&open->places));
    *before = place < open->place_count ? open->last[place] : NONE;
    open->place_count += place == open->place_count;
    open->last[place] = open->count;
    return VRRL_OK;
}

vrrl_code open_publishes_add(struct open_publishes *open, const vrrl_record *publish, uint32_t tag,
                             uint32_t *ended, vrrl_error *err)
{
    uint8_t key[KEY_BYTES];
    uint64_t hash;
    uint32_t before = NONE;
    key_of(publish, key);
    vrrl_code code = array_room(open->entries, open->count, open->room, 1, err);
    struct open_line *line = find_line(open, key, &hash);
    if (code == VRRL_OK && !line)
        code = add_line(open, key, hash, &line, err);
    if (code == VRRL_OK)
        code = take_place(open, publish->slot_idx, &before, err);
    if (code != VRRL_OK)
        return code;
    bool is_news = before != NONE && !open->entries[before].is_over;
    *ended = is_news ? open->entries[before].tag : NONE;
    if (is_news)
        open->entries[before].is_over = true;
    *(line->first == NONE ? &line->first : &open->entries[line->last].next) = open->count;
    line->last = open->count;
    open->entries[open->count++] = (struct open_publish){.next = NONE, .tag = tag};
    return VRRL_OK;
}

/* Equal publishes are into one place: it has no other of them than the last. */
bool open_publishes_take(struct open_publishes *open, const vrrl_record *end, uint32_t *tag)
{
    uint8_t key[KEY_BYTES];
    uint64_t hash;
    key_of(end, key);
    struct open_line *line = find_line(open, key, &hash);
    if (!line || line->first == NONE)
        return false;
    uint32_t at = open->entries[line->last].is_over ? line->first : line->last;
    open->entries[at].is_over = open->entries[at].is_told = true;
    *tag = open->entries[at].tag;
    while (line->first != NONE && open->entries[line->first].is_told)
        line->first = open->entries[line->first].next;
    return true;
}
