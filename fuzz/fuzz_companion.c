/* A companion, against a log's record. Where the input's first byte is odd the checksums are made
 * to hold, so that what they hide is reached, too. */
#include "input.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "recording/companion.h"

static void seal(uint8_t *bytes, size_t size)
{
    if (size < COMPANION_HEADER_BYTES)
        return;
    store_le64(bytes + COMPANION_AT_CHECKSUM, checksum_xxh3(bytes, COMPANION_AT_CHECKSUM));
}

static void read_entries(struct companion_reader *reader, const char *path)
{
    vrrl_error err = {.code = VRRL_OK};
    vrrl_record record = {.opcode = 1};
    struct companion_entry entry;
    bool valid;
    uint64_t count = reader->capacity < 2000 ? reader->capacity + 1 : 2000;
    for (uint64_t i = 0; i < count; i++) {
        vrrl_code code = companion_get(reader, path, i, &record, &entry, &valid, &err);
        check_error(&err, code);
        if (code)
            return;
    }
    vrrl_code code =
        companion_get(reader, path, reader->capacity - 1, &record, &entry, &valid, &err);
    check_error(&err, code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    uint8_t *bytes = malloc(size);
    CHECK(bytes);
    memcpy(bytes, data + 1, --size);
    if (data[0] & 1)
        seal(bytes, size);
    struct input_file file = input_file(bytes, size);
    struct companion_reader reader;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = companion_open(&reader, file.path, &err);
    check_error(&err, code);
    if (!code) {
        CHECK(reader.capacity >= 1 && reader.capacity <= VRRL_LOG_CAPACITY_MAX);
        read_entries(&reader, file.path);
        companion_reader_close(&reader);
    }
    input_close(&file);
    free(bytes);
    return 0;
}
