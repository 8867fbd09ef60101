/* What the targets that read recordings share: a pack as their input, and the folder that it becomes. */
#ifndef VRRL_FUZZ_FOLDER_INPUT_H
#define VRRL_FUZZ_FOLDER_INPUT_H

#include "input.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "recording/pack_format.h"

#include <dirent.h>
#include <stdbool.h>

/* The next file of a pack whose sums need not hold: its head is at `at`, its size what is there at most. */
static inline bool next_packed(const uint8_t *bytes, size_t size, size_t *at, size_t *begin,
                               size_t *length)
{
    if (size - *at < PACK_HEAD_BYTES)
        return false;
    uint64_t wanted = load_le64(bytes + *at + PACK_NAME_BYTES);
    *begin = *at + PACK_HEAD_BYTES;
    *length = wanted < size - *begin ? (size_t)wanted : size - *begin;
    *at = *begin + *length;
    return true;
}

/* Sizes, digests and checksums are made to hold. */
static inline void seal_pack(uint8_t *bytes, size_t size)
{
    size_t at = PACK_HEADER_BYTES, begin, length, head_at = at;
    uint32_t files = 0;
    if (size < PACK_HEADER_BYTES)
        return;
    for (; next_packed(bytes, size, &at, &begin, &length); files++, head_at = at) {
        struct pack_head head = {.size = length};
        memcpy(head.name, bytes + head_at, PACK_NAME_BYTES);
        digest_blake3(bytes + begin, length, head.digest);
        pack_head_encode(bytes + head_at, &head);
    }
    pack_header_encode(bytes, &(struct pack_header){.files = files, .bytes = size});
}

/* How many files the folder has, which are removed unless they are only counted. */
static inline uint32_t remove_files(const char *folder, bool only_count)
{
    uint32_t files = 0;
    DIR *directory = opendir(folder);
    CHECK(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char path[512];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        CHECK(only_count || unlink(path) == 0);
        files++;
    }
    CHECK(closedir(directory) == 0);
    return files;
}

#endif
