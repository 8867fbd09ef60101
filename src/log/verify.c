/* Checking a log against the numbered conditions of docs/format.md. */
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
    vrrl_raw_record block[BLOCK_RECORDS], again[BLOCK_RECORDS];
};

static bool is_damaged(const vrrl_raw_record *raw)
{
    uint32_t magic = vrrl_raw_magic(raw);
    return magic != VRRL_RECORD_MAGIC && magic != 0;
}

static bool any_is_damaged(const struct check *check, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_damaged(&check->block[i]))
            return true;
    return false;
}

/* Where a writer is at a record its magic may have come in two parts: damage stays. */
static vrrl_code look_again(struct check *check, uint64_t index, size_t count, vrrl_error *err)
{
    enum { LOOKS = 8 };
    for (int look = 0; look < LOOKS && any_is_damaged(check, count); look++) {
        size_t there;
        vrrl_code code =
            log_file_records(check->fd, check->path, index, count, check->again, &there, err);
        if (code)
            return code;
        for (size_t i = 0; i < there; i++)
            if (is_damaged(&check->block[i]))
                check->block[i] = check->again[i];
    }
    return VRRL_OK;
}

static void count_record(struct check *check, uint64_t index, const vrrl_raw_record *raw)
{
    vrrl_log_verdict *verdict = check->verdict;
    if (!is_damaged(raw)) {
        verdict->live += vrrl_raw_magic(raw) != 0;
        verdict->empty += vrrl_raw_magic(raw) == 0;
    } else if (verdict->damaged++ == 0) {
        verdict->record = index;
        check->first_magic = vrrl_raw_magic(raw);
    }
}

/* In the order of the file; *whole becomes how many records are there in full. */
static vrrl_code count_records(struct check *check, uint64_t *whole, vrrl_error *err)
{
    uint64_t capacity = check->verdict->capacity;
    size_t wanted, count;
    *whole = 0;
    do {
        uint64_t left = capacity - *whole;
        wanted = left < BLOCK_RECORDS ? (size_t)left : BLOCK_RECORDS;
        vrrl_code code =
            log_file_records(check->fd, check->path, *whole, wanted, check->block, &count, err);
        if (!code)
            code = look_again(check, *whole, count, err);
        if (code)
            return code;
        for (size_t i = 0; i < count; i++)
            count_record(check, *whole + i, &check->block[i]);
        *whole += count;
    } while (count == wanted && *whole < capacity);
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
    struct check check;
    check.path = path;
    check.verdict = verdict;
    vrrl_code code = log_file_open(path, O_RDONLY, &check.fd, err);
    if (code)
        return code;
    code = check_file(&check, err);
    close(check.fd);
    return code;
}
