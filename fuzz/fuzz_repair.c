/* A log to repair; from a first byte on that says how much of the input is its companion. What is
 * made is a valid log. */
#include "input.h"

#include "vrrl/log/log.h"
#include "vrrl/log/salvage.h"

enum { CAPACITY_MOST = 4096 };

static void check_made(const char *out, const vrrl_salvage_report *report)
{
    vrrl_log_verdict verdict;
    vrrl_error err;
    CHECK(vrrl_log_verify(out, &verdict, &err) == VRRL_OK);
    CHECK(verdict.live == report->kept && verdict.capacity == report->capacity);
    CHECK(report->unconfirmed <= report->kept);
    CHECK(report->kept + report->empty + report->damaged + report->missing + report->torn ==
          report->capacity);
    CHECK(unlink(out) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t companion_size = (size_t)data[0] * 8 < size - 1 ? (size_t)data[0] * 8 : 0;
    const uint8_t *log = data + 1 + companion_size;
    size_t log_size = size - 1 - companion_size;
    uint64_t capacity = 0;
    for (size_t i = 0; i < 8 && log_size >= 24; i++)
        capacity |= (uint64_t)log[16 + i] << 8 * i;
    if (capacity > CAPACITY_MOST && capacity <= VRRL_LOG_CAPACITY_MAX)
        return 0; /* as correct as others, and slow */
    struct input_file file = input_file(log, log_size);
    struct input_file companion = input_file(data + 1, companion_size);
    vrrl_salvage_report report;
    vrrl_error err = {.code = VRRL_OK};
    char out[64];
    scratch_path(out, "repair");
    vrrl_code code =
        vrrl_log_salvage(file.path, companion_size ? companion.path : NULL, out, &report, &err);
    check_error(&err, code);
    if (code)
        CHECK(access(out, F_OK) != 0);
    else
        check_made(out, &report);
    input_close(&file);
    input_close(&companion);
    return 0;
}
