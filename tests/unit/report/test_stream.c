/* What is written to a stream of a function is what the function gets. */
#include "vrrl/run/program_file.h"
#include "vrrl/run/stream.h"

#include "test.h"

struct taken {
    char bytes[1 << 16];
    size_t size, calls, room;
};

static bool take(void *context, const char *bytes, size_t size)
{
    struct taken *t = context;
    assert_true(size > 0);
    t->calls++;
    if (size > t->room - t->size)
        return false;
    memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
    return true;
}

static vrrl_program *some_program(void)
{
    static const char text[] = "word x\nepoch\n    STORE_U32 1, x\nend\n";
    vrrl_program *program;
    assert_int_equal(vrrl_program_parse(text, sizeof text - 1, "text", &program, NULL), VRRL_OK);
    return program;
}

static void a_function_gets_what_a_file_would(void **state)
{
    (void)state;
    vrrl_program *program = some_program();
    static struct taken taken = {.room = sizeof taken.bytes};
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size), *out;
    assert_int_equal(vrrl_program_write(program, file, NULL), VRRL_OK);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(vrrl_stream_open(take, &taken, &out, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_write(program, out, NULL), VRRL_OK);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(taken.size, size);
    assert_memory_equal(taken.bytes, text, size);
    free(text);
    vrrl_program_free(program);
}

static void a_function_that_fails_is_told_and_not_asked_again(void **state)
{
    (void)state;
    static struct taken taken = {.room = 4};
    FILE *out;
    assert_int_equal(vrrl_stream_open(take, &taken, &out, NULL), VRRL_OK);
    fputs("12", out);
    assert_int_equal(fflush(out), 0);
    fputs("345", out);
    assert_int_not_equal(fflush(out), 0);
    assert_true(ferror(out));
    fputs("6", out);
    assert_int_not_equal(fclose(out), 0);
    assert_int_equal(taken.calls, 2);
    assert_int_equal(taken.size, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_gets_what_a_file_would),
        cmocka_unit_test(a_function_that_fails_is_told_and_not_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
