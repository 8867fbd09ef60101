/* A program file. */
#include "input.h"

#include "vrrl/run/program.h"
#include "vrrl/run/program_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    vrrl_program *program;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_program_parse((const char *)data, size, "fuzz.mk", &program, &err);
    check_error(&err, code);
    if (code) {
        CHECK(!program);
        CHECK(code == VRRL_PARSE || code == VRRL_TOO_LARGE || code == VRRL_INVALID ||
              code == VRRL_NO_MEMORY);
    } else {
        uint8_t digest[32];
        vrrl_program_digest(program, digest);
    }
    vrrl_program_free(program);
    return 0;
}
