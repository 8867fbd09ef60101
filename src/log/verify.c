/* Checking a log against the numbered conditions of docs/format.md. */
#include "base/bytes.h"
#include "base/error.h"
#include "log/log_file.h"
#include "log/reader.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* Conditions 2 to 4 are the header's own: log_decode_header numbers them. */
enum { CONDITION_HEADER_SIZE = 1, CONDITION_FILE_SIZE = 5, CONDITION_RECORD_MAGIC = 6 };

enum { BLOCK_RECORDS = 512 };

struct check {
    int fd;
    const char *path;
    vrrl_log_verdict *verdict;
    uint32_t first_magic; /* of the first damaged record */
};

/* Where a writer is at a record its magic may have come in two parts: damage stays. */
static vrrl_code look_again(const struct check *check, uint64_t index, uint32_t *magic,
                            vrrl_error *err)
{
    enum { LOOKS = 8 };
    vrrl_code code = VRRL_OK;
    for (int look = 0; look < LOOKS && !code && *magic != VRRL_RECORD_MAGIC && *magic != 0;
         look++) {
        uint8_t bytes[4] = {0};
        size_t got;
        code = log_file_read(check->fd, check->path, bytes, sizeof bytes, log_record_offset(index),
                             &got, err);
        *magic = load_le32(bytes);
    }
    return code;
}

static vrrl_code count_record(struct check *check, uint64_t index, const vrrl_raw_record *raw,
                              vrrl_error *err)
{
    vrrl_log_verdict *verdict = check->verdict;
    uint32_t magic = vrrl_raw_magic(raw);
    vrrl_code code = look_again(check, index, &magic, err);
    if (code)
        return code;
    if (magic == VRRL_RECORD_MAGIC) {
        verdict->live++;
    } else if (magic == 0) {
        verdict->empty++;
    } else if (verdict->damaged++ == 0) {
        verdict->record = index;
        check->first_magic = magic;
    }
    return VRRL_OK;
}

/* In the order of the file; *whole becomes how many records are there in full. */
static vrrl_code count_records(struct check *check, uint64_t *whole, vrrl_error *err)
{
    static const size_t raw_bytes = sizeof(vrrl_raw_record);
    vrrl_raw_record block[BLOCK_RECORDS];
    uint64_t capacity = check->verdict->capacity;
    for (*whole = 0; *whole < capacity;) {
        uint64_t left = capacity - *whole;
        size_t wanted = left < BLOCK_RECORDS ? (size_t)left : BLOCK_RECORDS, got;
        vrrl_code code = log_file_read(check->fd, check->path, block, wanted * raw_bytes,
                                       log_record_offset(*whole), &got, err);
        if (code)
            return code;
        for (size_t i = 0; i < got / raw_bytes && !code; i++)
            code = count_record(check, *whole + i, &block[i], err);
        if (code)
            return code;
        *whole += got / raw_bytes;
        if (got < wanted * raw_bytes)
            break;
    }
    return VRRL_OK;
}

/* A writer that opens a short file extends it: then all of it is there at the second try. */
static vrrl_code count_all(struct check *check, uint64_t *whole, vrrl_error *err)
{
    vrrl_log_verdict *verdict = check->verdict;
    vrrl_code code = count_records(check, whole, err);
    if (code || *whole == verdict->capacity)
        return code;
    code = log_file_size(check->fd, check->path, &verdict->file_bytes, err);
    if (code || verdict->file_bytes < log_file_bytes(verdict->capacity))
        return code;
    verdict->live = verdict->empty = verdict->damaged = 0;
    return count_records(check, whole, err);
}

static vrrl_code check_records(struct check *check, vrrl_error *err)
{
    vrrl_log_verdict *verdict = check->verdict;
    uint64_t whole;
    vrrl_code code = count_all(check, &whole, err);
    if (code)
        return code;
    if (whole < verdict->capacity) {
        char what[80];
        snprintf(what, sizeof what, "its capacity of %" PRIu64 " records", verdict->capacity);
        verdict->condition = CONDITION_FILE_SIZE;
        verdict->record = whole;
        return log_file_short(check->path, what, verdict->file_bytes,
                              log_file_bytes(verdict->capacity), err);
    }
    if (verdict->damaged == 0)
        return VRRL_OK;
    verdict->condition = CONDITION_RECORD_MAGIC;
    return log_bad_record(verdict->record, check->first_magic, check->path, err);
}

static vrrl_code check_file(struct check *check, vrrl_error *err)
{
    vrrl_log_verdict *verdict = check->verdict;
    uint8_t bytes[LOG_HEADER_BYTES];
    size_t got;
    vrrl_code code = log_file_size(check->fd, check->path, &verdict->file_bytes, err);
    if (!code)
        code = log_file_read(check->fd, check->path, bytes, sizeof bytes, 0, &got, err);
    if (code)
        return code;
    if (got < sizeof bytes) {
        verdict->condition = CONDITION_HEADER_SIZE;
        return log_file_short(check->path, "a log's header", got, sizeof bytes, err);
    }
    struct log_header header;
    code = log_decode_header(bytes, check->path, &header, &verdict->condition, err);
    verdict->capacity = header.capacity;
    verdict->stored_next = header.next_slot;
    verdict->flags = header.flags;
    return code ? code : check_records(check, err);
}

vrrl_code vrrl_log_verify(const char *path, vrrl_log_verdict *verdict, vrrl_error *err)
{
    *verdict = (vrrl_log_verdict){.condition = 0};
    struct check check = {.path = path, .verdict = verdict};
    vrrl_code code = log_file_open(path, O_RDONLY, &check.fd, err);
    if (code)
        return code;
    code = check_file(&check, err);
    close(check.fd);
    return code;
}
