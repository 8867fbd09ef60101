#include "recording/companion.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRY_BYTES_MAX = COMPANION_FIXED_BYTES + 4 * VRRL_SLOT_WORDS_MAX };

/* A copy as a whole: compilers of today make one of a loop over words at -O3 only. */
static void load_le32s(uint32_t *words, const uint8_t *at, uint32_t count)
{
    memcpy(words, at, count * sizeof *words);
    for (uint32_t i = 0; i < count; i++)
        words[i] = le32(words[i]);
}

/* Two numbers of 4 bytes by one store: what is read back at once by 8 must not come from two. */
static void put_pair(uint8_t *out, uint32_t low, uint32_t high)
{
    store_le64(out, low | (uint64_t)high << 32);
}

/* The record's bytes as the log has them: they are under the entry's checksum. */
static void put_record_bytes(uint8_t *out, const vrrl_record *record)
{
    put_pair(out, VRRL_RECORD_MAGIC, (uint32_t)record->timestamp_ns);
    put_pair(out + 8, (uint32_t)(record->timestamp_ns >> 32), record->slot_idx);
    put_pair(out + 16, record->tenant_id, record->opcode);
    put_pair(out + 24, record->args[0], record->args[1]);
    put_pair(out + 32, record->args[2], record->args[3]);
    put_pair(out + 40, record->epoch, record->slot_status);
    put_pair(out + 48, record->failure_class, record->backend_code);
    store_le64(out + 56, record->output_digest);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void put_header(uint8_t *at, const struct companion_writer *writer,
                       const uint8_t id[RECORDING_ID_BYTES])
{
    memset(at, 0, COMPANION_HEADER_BYTES);
    memcpy(at + COMPANION_AT_MAGIC, COMPANION_MAGIC, 8);
    store_le32(at + COMPANION_AT_VERSION, COMPANION_VERSION);
    memcpy(at + COMPANION_AT_ID, id, RECORDING_ID_BYTES);
    store_le32(at + COMPANION_AT_SLOT_WORDS, writer->slot_words);
    store_le32(at + COMPANION_AT_ENTRY_BYTES, (uint32_t)writer->entry_bytes);
    store_le64(at + COMPANION_AT_CAPACITY, writer->capacity);
    store_le64(at + COMPANION_AT_CHECKSUM, checksum_xxh3(at, COMPANION_AT_CHECKSUM));
}

static vrrl_code allocate_and_map(struct companion_writer *writer, int fd, const char *path,
                                  vrrl_error *err)
{
    if (allocate_file(fd, writer->map_bytes) != 0)
        return error_errno(err, "allocate", path, NULL);
    void *map =
        mmap(NULL, writer->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (map == MAP_FAILED)
        return error_errno(err, "mmap", path, NULL);
    writer->map = map;
    return VRRL_OK;
}

vrrl_code companion_create(struct companion_writer *writer, const char *path, uint32_t slot_words,
                           uint64_t capacity, const uint8_t id[RECORDING_ID_BYTES], vrrl_error *err)
{
    *writer = (struct companion_writer){.entry_bytes = companion_entry_bytes(slot_words),
                                        .slot_words = slot_words,
                                        .capacity = capacity};
    writer->map_bytes = COMPANION_HEADER_BYTES + capacity * writer->entry_bytes;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_errno(err, "open", path, NULL);
    vrrl_code code = allocate_and_map(writer, fd, path, err);
    close(fd); /* the mapping keeps the file */
    if (code != VRRL_OK)
        return code;
    /* Fault every page in for writing now, so that recording does not. */
    for (size_t at = 0; at < writer->map_bytes; at += 4096)
        ((volatile uint8_t *)writer->map)[at] = 0;
    put_header(writer->map, writer, id);
    return VRRL_OK;
}

/* What is before the slot's words, but for the checksum. */
static void put_fixed(uint8_t *out, const struct companion_entry *entry)
{
    store_le64(out + ENTRY_AT_SEQUENCE, entry->sequence);
    put_pair(out + ENTRY_AT_KIND, entry->kind, entry->worker);
    store_le64(out + ENTRY_AT_CLAIM_ORDER, entry->claim_order);
    store_le64(out + ENTRY_AT_COMPLETION_ORDER, entry->completion_order);
    store_le64(out + ENTRY_AT_RESULT_FOLD, entry->result_fold);
    store_le64(out + ENTRY_AT_ORDER_FOLD, entry->order_fold);
    store_le64(out + ENTRY_AT_CLAIMED_AFTER, entry->claimed_after);
}

/* What is before the words is stored twice: a copy of what was stored just now would wait for the stores. */
void companion_put_draft(struct companion_writer *writer, uint64_t index,
                         struct companion_draft *draft, const struct companion_entry *entry,
                         const vrrl_record *record)
{
    uint8_t *place = writer->map + COMPANION_HEADER_BYTES + index * writer->entry_bytes;
    uint8_t *bytes = (uint8_t *)draft->content;
    uint32_t *words = companion_draft_words(draft);
    store_le32s(place + ENTRY_AT_WORDS, words, writer->slot_words);
    for (uint32_t i = 0; i < writer->slot_words; i++)
        words[i] = le32(words[i]);
    put_fixed(place, entry);
    put_fixed(bytes, entry);
    put_record_bytes(bytes + writer->entry_bytes, record);
    store_le64(place + ENTRY_AT_CHECKSUM,
               checksum_xxh3(bytes + ENTRY_AT_SEQUENCE,
                             writer->entry_bytes - ENTRY_AT_SEQUENCE + VRRL_RECORD_BYTES));
}

void companion_put(struct companion_writer *writer, uint64_t index,
                   const struct companion_entry *entry, const vrrl_record *record)
{
    struct companion_draft draft;
    memcpy(companion_draft_words(&draft), entry->words, 4 * (size_t)writer->slot_words);
    companion_put_draft(writer, index, &draft, entry, record);
}

const uint8_t *companion_bytes(const struct companion_writer *writer, uint64_t index)
{
    return writer->map + COMPANION_HEADER_BYTES + index * writer->entry_bytes;
}

void companion_words(const struct companion_writer *writer, uint64_t index, uint32_t *words)
{
    load_le32s(words, companion_bytes(writer, index) + ENTRY_AT_WORDS, writer->slot_words);
}

uint64_t companion_sequence(const struct companion_writer *writer, uint64_t index, uint32_t *kind)
{
    const uint8_t *at = companion_bytes(writer, index);
    *kind = load_le32(at + ENTRY_AT_KIND);
    return load_le64(at + ENTRY_AT_SEQUENCE);
}

vrrl_code companion_writer_sync(struct companion_writer *writer, const char *path, vrrl_error *err)
{
    if (msync(writer->map, writer->map_bytes, MS_SYNC) != 0)
        return error_errno(err, "msync", path, NULL);
    return VRRL_OK;
}

vrrl_code companion_writer_close(struct companion_writer *writer, const char *path, vrrl_error *err)
{
    vrrl_code code = writer->map ? companion_writer_sync(writer, path, err) : VRRL_OK;
    if (writer->map)
        munmap(writer->map, writer->map_bytes);
    writer->map = NULL;
    return code;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static vrrl_code read_at(int fd, void *out, size_t size, uint64_t offset, const char *path,
                         vrrl_error *err)
{
    size_t done = 0;
    while (done < size) {
        ssize_t now = pread(fd, (uint8_t *)out + done, size - done, (off_t)(offset + done));
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return error_errno(err, "pread", path, NULL);
        if (now == 0)
            return error_set(err, VRRL_IO, "Fix: the recording is incomplete; record it again.",
                             "read %s: the file ends at byte %llu, %zu bytes more were expected",
                             path, (unsigned long long)(offset + done), size - done);
        done += (size_t)now;
    }
    return VRRL_OK;
}

static vrrl_code corrupt_header(const char *path, const char *what, vrrl_error *err)
{
    return error_set(err, VRRL_CORRUPT, "Fix: the file is damaged or no companion; record again.",
                     "%s: %s", path, what);
}

static vrrl_code check_header(struct companion_reader *reader, const uint8_t *at, const char *path,
                              vrrl_error *err)
{
    if (memcmp(at + COMPANION_AT_MAGIC, COMPANION_MAGIC, 8) != 0)
        return corrupt_header(path, "the magic is not " COMPANION_MAGIC, err);
    if (load_le32(at + COMPANION_AT_VERSION) != COMPANION_VERSION)
        return error_set(err, VRRL_HEADER_MISMATCH, "Fix: read it with the version that wrote it.",
                         "%s: companion version %u, expected %u", path,
                         load_le32(at + COMPANION_AT_VERSION), COMPANION_VERSION);
    if (load_le64(at + COMPANION_AT_CHECKSUM) != checksum_xxh3(at, COMPANION_AT_CHECKSUM))
        return corrupt_header(path, "the header's checksum does not hold", err);
    reader->slot_words = load_le32(at + COMPANION_AT_SLOT_WORDS);
    reader->entry_bytes = load_le32(at + COMPANION_AT_ENTRY_BYTES);
    reader->capacity = load_le64(at + COMPANION_AT_CAPACITY);
    memcpy(reader->id, at + COMPANION_AT_ID, RECORDING_ID_BYTES);
    if (reader->slot_words < VRRL_SLOT_WORDS_MIN || reader->slot_words > VRRL_SLOT_WORDS_MAX ||
        reader->entry_bytes != companion_entry_bytes(reader->slot_words))
        return corrupt_header(path, "slot width and entry size do not fit each other", err);
    if (reader->capacity == 0 || reader->capacity > VRRL_LOG_CAPACITY_MAX)
        return corrupt_header(path, "the capacity is out of range", err);
    return VRRL_OK;
}

enum { BLOCK_ENTRIES = 512 };

static vrrl_code open_checked(struct companion_reader *reader, const char *path, vrrl_error *err)
{
    struct stat status;
    if (fstat(reader->fd, &status) != 0)
        return error_errno(err, "fstat", path, NULL);
    if (!S_ISREG(status.st_mode))
        return error_set(err, VRRL_IO, "Fix: name a recording.", "%s is no regular file", path);
    uint8_t header[COMPANION_HEADER_BYTES];
    vrrl_code code = read_at(reader->fd, header, sizeof header, 0, path, err);
    if (code == VRRL_OK)
        code = check_header(reader, header, path, err);
    if (code != VRRL_OK)
        return code;
    reader->block = malloc(BLOCK_ENTRIES * reader->entry_bytes);
    return reader->block ? VRRL_OK : error_no_memory(err, BLOCK_ENTRIES * reader->entry_bytes);
}

vrrl_code companion_open(struct companion_reader *reader, const char *path, vrrl_error *err)
{
    *reader = (struct companion_reader){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (reader->fd < 0)
        return error_errno(err, "open", path, NULL);
    vrrl_code code = open_checked(reader, path, err);
    if (code != VRRL_OK)
        companion_reader_close(reader);
    return code;
}

void companion_reader_close(struct companion_reader *reader)
{
    if (reader->fd >= 0)
        close(reader->fd);
    free(reader->block);
    *reader = (struct companion_reader){.fd = -1};
}

static vrrl_code load_block(struct companion_reader *reader, const char *path, uint64_t index,
                            vrrl_error *err)
{
    uint64_t left = reader->capacity - index;
    uint32_t count = left < BLOCK_ENTRIES ? (uint32_t)left : BLOCK_ENTRIES;
    reader->block_count = 0;
    vrrl_code code = read_at(reader->fd, reader->block, count * reader->entry_bytes,
                             COMPANION_HEADER_BYTES + index * reader->entry_bytes, path, err);
    if (code != VRRL_OK)
        return code;
    reader->block_first = index;
    reader->block_count = count;
    return VRRL_OK;
}

void companion_decode(struct companion_reader *reader, const uint8_t *entry_bytes,
                      const vrrl_record *record, struct companion_entry *entry, bool *valid)
{
    uint8_t bytes[ENTRY_BYTES_MAX + VRRL_RECORD_BYTES];
    size_t size = reader->entry_bytes;
    memcpy(bytes, entry_bytes, size);
    put_record_bytes(bytes + size, record);
    entry->sequence = load_le64(bytes + ENTRY_AT_SEQUENCE);
    entry->kind = load_le32(bytes + ENTRY_AT_KIND);
    entry->worker = load_le32(bytes + ENTRY_AT_WORKER);
    entry->claim_order = load_le64(bytes + ENTRY_AT_CLAIM_ORDER);
    entry->completion_order = load_le64(bytes + ENTRY_AT_COMPLETION_ORDER);
    entry->result_fold = load_le64(bytes + ENTRY_AT_RESULT_FOLD);
    entry->order_fold = load_le64(bytes + ENTRY_AT_ORDER_FOLD);
    entry->claimed_after = load_le64(bytes + ENTRY_AT_CLAIMED_AFTER);
    load_le32s(reader->words, bytes + ENTRY_AT_WORDS, reader->slot_words);
    entry->words = reader->words;
    *valid = entry->sequence != 0 &&
             load_le64(bytes) == checksum_xxh3(bytes + ENTRY_AT_SEQUENCE,
                                               size - ENTRY_AT_SEQUENCE + VRRL_RECORD_BYTES);
}

vrrl_code companion_get(struct companion_reader *reader, const char *path, uint64_t index,
                        const vrrl_record *record, struct companion_entry *entry, bool *valid,
                        vrrl_error *err)
{
    *valid = false;
    if (index >= reader->capacity)
        return VRRL_OK;
    if (index - reader->block_first >= reader->block_count || index < reader->block_first) {
        vrrl_code code = load_block(reader, path, index, err);
        if (code != VRRL_OK)
            return code;
    }
    companion_decode(reader, reader->block + (index - reader->block_first) * reader->entry_bytes,
                     record, entry, valid);
    return VRRL_OK;
}
