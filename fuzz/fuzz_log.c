/* A log: read both ways and verified; the three must agree. */
#include "input.h"

#include "vrrl/log/log.h"

static vrrl_code read_whole(const char *path, unsigned flags, size_t size, size_t *count)
{
    vrrl_reader *reader;
    vrrl_record *records;
    vrrl_error err = {.code = VRRL_OK};
    *count = 0;
    vrrl_code code = vrrl_reader_open(path, flags, &reader, &err);
    check_error(&err, code);
    if (code)
        return code;
    CHECK(vrrl_reader_cursor(reader) < vrrl_reader_capacity(reader));
    code = vrrl_reader_read_all(reader, &records, count, &err);
    check_error(&err, code);
    CHECK(*count <= size / VRRL_RECORD_BYTES);
    for (size_t i = 0; i < *count; i++)
        CHECK(records[i].failure_class <= VRRL_FAILURE_UNCLASSIFIED);
    free(records);
    vrrl_reader_close(reader);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input_file file = input_file(data, size);
    vrrl_log_verdict verdict;
    vrrl_error err = {.code = VRRL_OK};
    size_t plain, live;
    vrrl_code code = read_whole(file.path, 0, size, &plain);
    CHECK(read_whole(file.path, VRRL_READ_LIVE, size, &live) == code && live == plain);
    vrrl_code verified = vrrl_log_verify(file.path, &verdict, &err);
    check_error(&err, verified);
    /* A log that is short and damaged breaks two conditions: they may name either. */
    CHECK((verified == VRRL_OK) == (code == VRRL_OK));
    CHECK((verified == VRRL_OK) == (verdict.condition == 0));
    CHECK(code || verdict.live == plain);
    input_close(&file);
    return 0;
}
