/* A log, followed from every point of it, by pread and mapped: a tail tells of no more records than
 * there are. */
#include "input.h"

#include "vrrl/log/log.h"
#include "vrrl/log/tail.h"

/* False where the log turned out to be damaged. */
static void follow(const char *path, uint64_t last, unsigned flags, size_t size)
{
    vrrl_tail *tail;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_tail_open(path, last, flags, &tail, &err);
    check_error(&err, code);
    CHECK(!code == (tail != NULL));
    if (code)
        return;
    vrrl_tail_item item = {.event = VRRL_TAIL_RECORD};
    size_t records = 0;
    while (!(code = vrrl_tail_next(tail, &item, &err)) && item.event != VRRL_TAIL_NOTHING) {
        CHECK(item.event == VRRL_TAIL_RECORD); /* nobody laps it */
        CHECK(item.index < vrrl_tail_capacity(tail));
        CHECK(++records <= size / VRRL_RECORD_BYTES);
    }
    check_error(&err, code);
    CHECK(records <= last);
    vrrl_tail_close(tail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input_file file = input_file(data, size);
    follow(file.path, 0, 0, size);
    follow(file.path, 1, 0, size);
    follow(file.path, 3, 0, size);
    follow(file.path, VRRL_TAIL_ALL, 0, size);
    follow(file.path, VRRL_TAIL_ALL, VRRL_TAIL_MAPPED, size);
    input_close(&file);
    return 0;
}
