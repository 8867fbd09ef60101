/* What a file is: the same whether it is looked at in memory or as a file, a kind of the table, and of what
 * is refused an error that is plain ASCII. */
#include "input.h"

#include "vrrl/run/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input_file file = input_file(data, size);
    vrrl_input_kind kind = vrrl_input_look(data, size);
    vrrl_input *input;
    vrrl_error err = {.code = VRRL_OK};
    CHECK(kind < VRRL_INPUT_KINDS);
    CHECK(lseek(file.fd, 0, SEEK_SET) == 0);
    CHECK(vrrl_input_open(file.path, VRRL_INPUT_SET(FOLDER), &input, &err) == VRRL_INVALID);
    check_error(&err, VRRL_INVALID);
    for (const char *c = err.text; *c; c++)
        CHECK(*c >= ' ' && *c <= '~');
    CHECK(strstr(err.text, vrrl_input_kind_name(kind)));
    CHECK(lseek(file.fd, 0, SEEK_SET) == 0);
    CHECK(vrrl_input_open(file.path, 1u << kind, &input, &err) == VRRL_OK);
    CHECK(vrrl_input_kind_of(input) == kind);
    vrrl_input_close(input);
    input_close(&file);
    return 0;
}
