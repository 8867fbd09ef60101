#include "tensor/archive.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/printable.h"
#include "vrrl/run/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* ZIP, as its APPNOTE lays it out: a directory at the end, behind it a record of 22 bytes and a comment. */
enum {
    END_BYTES = 22,
    COMMENT_MAX = 65535,
    ENTRY_BYTES = 46,
    LOCAL_BYTES = 30,
    STORED = 0,
    DEFLATED = 8,
    RATIO_MAX = 1032, /* deflate makes no more of a byte */
};

struct entry {
    uint16_t flags, method;
    uint32_t checksum;
    size_t packed, size, local;
    const char *name;
    size_t name_size;
};

struct archive {
    const char *name;
    const uint8_t *bytes;
    size_t size;
    vrrl_error *err;
};

bool archive_is(const void *bytes, size_t size)
{
    return size >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

static uint16_t load_le16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static vrrl_code damaged(const struct archive *a, const char *what)
{
    return error_set(a->err, VRRL_PARSE, "Fix: write the archive again, by numpy.savez.",
                     "%s: a damaged archive: %s", a->name, what);
}

/* ---- The directory --------------------------------------------------------------------------- */

/* Where the record at the end is, or `size`. */
static size_t find_end(const struct archive *a)
{
    for (size_t back = END_BYTES; back <= a->size && back <= END_BYTES + COMMENT_MAX; back++)
        if (memcmp(a->bytes + a->size - back, "PK\5\6", 4) == 0)
            return a->size - back;
    return a->size;
}

/* The entry at *at, and *at behind it; false where there is none. */
static bool next_entry(const struct archive *a, size_t *at, struct entry *entry)
{
    const uint8_t *p = a->bytes + *at;
    if (*at > a->size || a->size - *at < ENTRY_BYTES || memcmp(p, "PK\1\2", 4) != 0)
        return false;
    *entry = (struct entry){.flags = load_le16(p + 8),
                            .method = load_le16(p + 10),
                            .checksum = load_le32(p + 16),
                            .packed = load_le32(p + 20),
                            .size = load_le32(p + 24),
                            .name_size = load_le16(p + 28),
                            .local = load_le32(p + 42)};
    size_t more = entry->name_size + load_le16(p + 30) + load_le16(p + 32);
    if (more > a->size - *at - ENTRY_BYTES)
        return false;
    entry->name = (const char *)p + ENTRY_BYTES;
    *at += ENTRY_BYTES + more;
    return true;
}

static bool is_called(const struct entry *entry, const char *member)
{
    size_t size = strlen(member);
    bool begins = entry->name_size >= size && memcmp(entry->name, member, size) == 0;
    return begins && (entry->name_size == size ||
                      (entry->name_size == size + 4 && memcmp(entry->name + size, ".npy", 4) == 0));
}

/* "instructions, barriers, info": what there is to choose from. */
static void add_to_list(char *list, size_t room, const struct entry *entry)
{
    size_t used = strlen(list), size = entry->name_size;
    if (size > 4 && memcmp(entry->name + size - 4, ".npy", 4) == 0)
        size -= 4;
    snprintf(list + used, room - used, "%s%.*s", used ? ", " : "", size > 40 ? 40 : (int)size,
             entry->name);
}

static vrrl_code find_member(const struct archive *a, const char *member, struct entry *found)
{
    char list[200] = "";
    struct entry entry;
    size_t end = find_end(a);
    if (end == a->size)
        return damaged(a, "it has no directory at its end");
    size_t at = load_le32(a->bytes + end + 16);
    uint32_t count = load_le16(a->bytes + end + 10);
    for (uint32_t i = 0; i < count; i++) {
        if (!next_entry(a, &at, &entry))
            return damaged(a, "its directory is cut off");
        if (member[0] && is_called(&entry, member)) {
            *found = entry;
            return VRRL_OK;
        }
        add_to_list(list, sizeof list, &entry);
    }
    make_printable(list, strlen(list), false);
    error_set(a->err, VRRL_NOT_FOUND, "",
              member[0] ? "%s has no member %.60s" : "%s is an archive of tensors%.0s", a->name,
              member);
    error_fix(a->err, "Fix: name one behind a colon: %.80s:MEMBER. It has %s.", a->name,
              list[0] ? list : "none");
    return VRRL_NOT_FOUND;
}

bool archive_has(const char *bytes, size_t size, const char *member)
{
    vrrl_error ignored;
    const struct archive a = {"", (const uint8_t *)bytes, size, &ignored};
    struct entry entry;
    return archive_is(bytes, size) && find_member(&a, member, &entry) == VRRL_OK;
}

/* ---- A member -------------------------------------------------------------------------------- */

static vrrl_code check_entry(const struct archive *a, const struct entry *entry,
                             const uint8_t **packed)
{
    if (entry->flags & 1)
        return damaged(a, "the member is encrypted");
    if (entry->method != STORED && entry->method != DEFLATED)
        return damaged(a, "the member is compressed in a way that numpy does not use");
    if (entry->packed == UINT32_MAX || entry->size > VRRL_GRAPH_FILE_BYTES_MAX)
        return error_set(a->err, VRRL_TOO_LARGE, "Fix: split the schedule.",
                         "%s: a member of more than %llu bytes", a->name,
                         VRRL_GRAPH_FILE_BYTES_MAX);
    if (entry->method == STORED ? entry->size != entry->packed
                                : entry->size / RATIO_MAX > entry->packed)
        return damaged(a, "a member says that it is larger than its bytes can be");
    if (entry->local > a->size || a->size - entry->local < LOCAL_BYTES ||
        memcmp(a->bytes + entry->local, "PK\3\4", 4) != 0)
        return damaged(a, "a member is not where the directory says");
    const uint8_t *local = a->bytes + entry->local;
    size_t from = entry->local + LOCAL_BYTES + load_le16(local + 26) + load_le16(local + 28);
    if (from > a->size || a->size - from < entry->packed)
        return damaged(a, "a member is cut off");
    *packed = a->bytes + from;
    return VRRL_OK;
}

/* Members have no header of zlib's. False where the bytes are no deflate stream, or do not make `size` bytes exactly. */
static bool unpack(const uint8_t *packed, size_t packed_size, char *out, size_t size)
{
    z_stream stream = {.next_in = (z_const Bytef *)packed,
                       .avail_in = (uInt)packed_size,
                       .next_out = (Bytef *)out,
                       .avail_out = (uInt)size};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    bool ended = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    inflateEnd(&stream);
    return ended && stream.total_out == size;
}

vrrl_code archive_member(const char *name, const char *bytes, size_t size, const char *member,
                         char **out, size_t *out_size, vrrl_error *err)
{
    const struct archive a = {name, (const uint8_t *)bytes, size, err};
    struct entry entry = {0};
    const uint8_t *packed = NULL;
    vrrl_code code = find_member(&a, member, &entry);
    if (code == VRRL_OK)
        code = check_entry(&a, &entry, &packed);
    if (code != VRRL_OK)
        return code;
    *out = malloc(entry.size + 1);
    *out_size = entry.size;
    if (!*out)
        return error_no_memory(err, entry.size);
    bool whole = true;
    if (entry.method == STORED)
        memcpy(*out, packed, entry.size);
    else
        whole = unpack(packed, entry.packed, *out, entry.size);
    if (!whole || crc32_z(0, (const Bytef *)*out, entry.size) != entry.checksum) {
        free(*out);
        return damaged(&a, "the bytes of the member are not those that were written");
    }
    return VRRL_OK;
}
