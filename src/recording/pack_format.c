#include "recording/pack_format.h"

#include "base/array.h"
#include "base/bytes.h"
#include "base/checksum.h"
#include "recording/recording.h"
#include "recording/snapshots.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[8] = "VRRLPACK";

static const char fix[] = "Fix: the file is damaged, or none that `vrrl pack` wrote; get it again.";

/* ---- Names ----------------------------------------------------------------------------------- */

/* "state-7.zst": written in the one way in which the recorder writes it. */
static bool is_epoch_name(const char *name)
{
    static const char *const prefixes[] = {"state", "pages", "slots"};
    char own[SNAPSHOT_NAME_BYTES];
    const char *dash = strchr(name, '-');
    unsigned long epoch = dash ? strtoul(dash + 1, NULL, 10) : ULONG_MAX;
    if (epoch > UINT32_MAX)
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        interval_file_name(own, prefixes[i], (uint32_t)epoch);
        if (strcmp(name, own) == 0)
            return true;
    }
    return false;
}

/* One of a list, or a snapshot's or an interval's. */
static bool is_name_of_file(const char *name)
{
    static const char *const names[] = {RECORDING_MANIFEST,  RECORDING_SYMBOLS, RECORDING_LOG,
                                        RECORDING_COMPANION, RECORDING_PAGES,   RECORDING_NAMES};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return is_epoch_name(name);
}

static int by_name(const void *a, const void *b)
{
    int a_later = strcmp(a, RECORDING_MANIFEST) != 0, b_later = strcmp(b, RECORDING_MANIFEST) != 0;
    return a_later != b_later ? a_later - b_later : strcmp(a, b);
}

static vrrl_code list_names(DIR *folder, const char *path, char (**names)[PACK_NAME_BYTES],
                            uint32_t *count, vrrl_error *err)
{
    uint32_t room = 0;
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        if (!is_name_of_file(entry->d_name))
            continue;
        if (*count == PACK_FILES_MAX)
            return error_set(err, VRRL_TOO_LARGE, "Fix: record with fewer snapshots.",
                             "%s has more than %d files", path, PACK_FILES_MAX);
        vrrl_code code = array_reserve(names, *count, &room, 1, sizeof **names, err);
        if (code != VRRL_OK)
            return code;
        memset((*names)[*count], 0, PACK_NAME_BYTES);
        memcpy((*names)[(*count)++], entry->d_name, strlen(entry->d_name));
    }
    return errno == 0 ? VRRL_OK : error_errno(err, "readdir", path, NULL);
}

vrrl_code pack_list(const char *path, char (**names)[PACK_NAME_BYTES], uint32_t *count,
                    vrrl_error *err)
{
    *names = NULL;
    *count = 0;
    DIR *folder = opendir(path);
    if (!folder)
        return error_errno(err, "open", path, "Fix: name a recording: a folder NAME.vrrd.");
    vrrl_code code = list_names(folder, path, names, count, err);
    closedir(folder);
    if (code != VRRL_OK) {
        free(*names);
        *names = NULL;
        *count = 0;
        return code;
    }
    if (*count > 1)
        qsort(*names, *count, sizeof **names, by_name);
    return VRRL_OK;
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

/* Header and head end with the checksum of what is before it. */
static void seal(uint8_t *bytes, size_t size)
{
    store_le64(bytes + size - 8, checksum_xxh3(bytes, size - 8));
}

static bool is_sealed(const uint8_t *bytes, size_t size)
{
    return load_le64(bytes + size - 8) == checksum_xxh3(bytes, size - 8);
}

void pack_header_encode(uint8_t out[PACK_HEADER_BYTES], const struct pack_header *header)
{
    memcpy(out, magic, sizeof magic);
    store_le32(out + 8, PACK_VERSION);
    store_le32(out + 12, header->files);
    store_le64(out + 16, header->bytes);
    seal(out, PACK_HEADER_BYTES);
}

vrrl_code pack_header_decode(const uint8_t in[PACK_HEADER_BYTES], struct pack_header *header,
                             const char *path, vrrl_error *err)
{
    if (memcmp(in, magic, sizeof magic) != 0)
        return error_set(err, VRRL_HEADER_MISMATCH, "Fix: name a file that `vrrl pack` wrote.",
                         "%s is no pack: it does not begin with VRRLPACK", path);
    if (!is_sealed(in, PACK_HEADER_BYTES))
        return error_set(err, VRRL_CORRUPT, fix, "%s: the header's checksum does not hold", path);
    if (load_le32(in + 8) != PACK_VERSION)
        return error_set(err, VRRL_UNSUPPORTED, "Fix: unpack it with a newer vrrl.",
                         "%s is a pack of version %u, and only version %d is known", path,
                         load_le32(in + 8), PACK_VERSION);
    *header = (struct pack_header){.files = load_le32(in + 12), .bytes = load_le64(in + 16)};
    return VRRL_OK;
}

void pack_head_encode(uint8_t out[PACK_HEAD_BYTES], const struct pack_head *head)
{
    memcpy(out, head->name, PACK_NAME_BYTES);
    store_le64(out + PACK_NAME_BYTES, head->size);
    memcpy(out + PACK_NAME_BYTES + 8, head->digest, DIGEST_BYTES);
    seal(out, PACK_HEAD_BYTES);
}

vrrl_code pack_head_decode(const uint8_t in[PACK_HEAD_BYTES], struct pack_head *head,
                           const char *path, vrrl_error *err)
{
    if (!is_sealed(in, PACK_HEAD_BYTES))
        return error_set(err, VRRL_CORRUPT, fix, "%s: the checksum of a file's head does not hold",
                         path);
    memcpy(head->name, in, PACK_NAME_BYTES);
    head->size = load_le64(in + PACK_NAME_BYTES);
    memcpy(head->digest, in + PACK_NAME_BYTES + 8, DIGEST_BYTES);
    size_t length = strnlen(head->name, PACK_NAME_BYTES);
    for (size_t i = length; i < PACK_NAME_BYTES; i++)
        if (head->name[i] != '\0')
            length = PACK_NAME_BYTES;
    if (length == PACK_NAME_BYTES || !is_name_of_file(head->name))
        return error_set(err, VRRL_CORRUPT, fix,
                         "%s: a file has a name that no file of a recording has", path);
    return VRRL_OK;
}

int pack_read(int fd, void *to, size_t size, uint64_t at)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(fd, (uint8_t *)to + done, size - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = ENODATA;
        if (got <= 0)
            return -1;
        done += (size_t)got;
    }
    return 0;
}

int pack_write(int fd, const void *from, size_t size, uint64_t at)
{
    for (size_t done = 0; done < size;) {
        ssize_t put = pwrite(fd, (const uint8_t *)from + done, size - done, (off_t)(at + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        done += (size_t)put;
    }
    return 0;
}

vrrl_code pack_copy(const struct pack_place *from, const struct pack_place *to, uint64_t size,
                    uint8_t digest[DIGEST_BYTES], vrrl_error *err)
{
    enum { PIECE = 16384 };
    uint8_t bytes[PIECE];
    struct digest_stream stream;
    digest_stream_begin(&stream);
    for (uint64_t done = 0; done < size;) {
        size_t piece = size - done < PIECE ? (size_t)(size - done) : PIECE;
        if (pack_read(from->fd, bytes, piece, from->at + done) != 0)
            return error_errno(err, "read", from->path, NULL);
        digest_stream_add(&stream, bytes, piece);
        if (pack_write(to->fd, bytes, piece, to->at + done) != 0)
            return error_errno(err, "write", to->path, NULL);
        done += piece;
    }
    digest_stream_end(&stream, digest);
    return VRRL_OK;
}
