/* A log as CSV: what can be imported is a valid log. */
#include "input.h"

#include "log_csv.h"

enum { CAPACITY = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input_file file = input_file(data, size);
    char out[64];
    snprintf(out, sizeof out, "%s/vrrl-fuzz-import-%ld",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
    uint64_t count;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = log_csv_import(file.path, out, CAPACITY, &count, &err);
    check_error(&err, code);
    if (code) {
        CHECK(access(out, F_OK) != 0);
    } else {
        vrrl_log_verdict verdict;
        CHECK(vrrl_log_verify(out, &verdict, &err) == VRRL_OK);
        CHECK(verdict.capacity == CAPACITY && verdict.live <= count);
        CHECK(unlink(out) == 0);
    }
    input_close(&file);
    return 0;
}
