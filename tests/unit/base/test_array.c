/* Growing arrays: what is kept, what is refused. */
#include "base/array.h"

#include "test.h"

static void keeps_its_elements_as_it_grows(void **state)
{
    (void)state;
    uint32_t *numbers = NULL, room = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(array_room(numbers, i, room, 1, NULL), VRRL_OK);
        assert_true(room > i);
        numbers[i] = i * 7;
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i * 7);
    free(numbers);
}

static void refuses_more_than_2_to_the_32(void **state)
{
    (void)state;
    uint8_t byte = 0, *bytes = &byte;
    uint32_t room = UINT32_MAX;
    vrrl_error err;
    assert_int_equal(array_room(bytes, UINT32_MAX, room, 1, &err), VRRL_TOO_LARGE);
    assert_non_null(strstr(err.fix, "Fix: "));
    assert_ptr_equal(bytes, &byte);
}

struct list {
    uint32_t *items, count, room;
};

static void copies_replace_what_was_there(void **state)
{
    (void)state;
    uint32_t numbers[40];
    struct list from = {.items = numbers, .count = 40}, to = {0};
    for (uint32_t i = 0; i < 40; i++)
        numbers[i] = i * 7;
    for (uint32_t round = 0; round < 2; round++, from.count = 20) {
        assert_int_equal(array_duplicate(&to, &from, items, count, room, NULL), VRRL_OK);
        assert_int_equal(to.count, from.count);
        assert_true(to.room >= 40);
        assert_memory_equal(to.items, numbers, from.count * sizeof *numbers);
    }
    free(to.items);
}

static void a_copy_of_nothing_has_room(void **state)
{
    (void)state;
    struct list from = {0}, to = {0};
    assert_int_equal(array_duplicate(&to, &from, items, count, room, NULL), VRRL_OK);
    assert_int_equal(to.count, 0);
    assert_true(to.items && to.room > 0);
    free(to.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_its_elements_as_it_grows),
        cmocka_unit_test(copies_replace_what_was_there),
        cmocka_unit_test(a_copy_of_nothing_has_room),
        cmocka_unit_test(refuses_more_than_2_to_the_32),
    };
    return cmocka_run_group_tests_name("array", tests, NULL, NULL);
}
