/* A log that is there already, opened for appending: what is valid goes on, what is not is left
 * alone. */
#include "input.h"

#include "vrrl/log/log.h"

enum { APPENDS = 5, CAPACITY_MOST = 4096 };

static uint64_t stored_capacity(const uint8_t *data, size_t size)
{
    uint64_t capacity = 0;
    for (size_t i = 0; i < 8 && size >= 24; i++)
        capacity |= (uint64_t)data[16 + i] << 8 * i;
    return capacity;
}

static void append_some(const char *path, vrrl_log *log)
{
    vrrl_reader *reader;
    vrrl_error err = {.code = VRRL_OK};
    for (uint32_t i = 0; i < APPENDS; i++) {
        vrrl_record record = {.timestamp_ns = i, .opcode = i};
        CHECK(vrrl_log_append(log, &record) == VRRL_OK);
    }
    uint64_t last = (vrrl_log_cursor(log) + vrrl_log_capacity(log) - 1) % vrrl_log_capacity(log);
    CHECK(vrrl_log_close(log, &err) == VRRL_OK);
    CHECK(vrrl_reader_open(path, 0, &reader, &err) == VRRL_OK);
    const vrrl_raw_record *raw = NULL, *newest = NULL;
    vrrl_code code;
    uint32_t opcode = 0;
    while (!(code = vrrl_reader_next(reader, &raw, &err)) && raw) {
        newest = raw;
        opcode = vrrl_raw_opcode(raw);
    }
    check_error(&err, code);
    if (!code)
        CHECK(newest && opcode == APPENDS - 1 && vrrl_reader_index(reader) == last);
    vrrl_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (stored_capacity(data, size) > CAPACITY_MOST &&
        stored_capacity(data, size) <= VRRL_LOG_CAPACITY_MAX)
        return 0; /* as correct as others, and slow */
    struct input_file file = input_file(data, size);
    vrrl_log *log;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_log_open(file.path, 1, &log, &err);
    check_error(&err, code);
    if (code)
        CHECK(lseek(file.fd, 0, SEEK_END) == (off_t)size);
    else
        append_some(file.path, log);
    input_close(&file);
    return 0;
}
