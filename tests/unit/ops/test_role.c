/* What each opcode is by itself, from its footprint; and which one orders in its place. */
#include "ops/role.h"
#include "vrrl/run/opcode.h"

#include "test.h"

#include <string.h>

static uint32_t number_of(const char *name)
{
    const vrrl_opcode *row;
    assert_int_equal(vrrl_opcode_find_by_name(name, &row, NULL), VRRL_OK);
    return row->number;
}

static const struct {
    const char *name;
    struct opcode_role role;
} known[] = {
    {"WAIT_GE", {ROLE_WAIT, 0, 1, true}},         {"WAIT_RELAXED", {ROLE_WAIT, 0, 1, false}},
    {"STORE_U32", {ROLE_STORE, 1, 0, false}},     {"STORE_RELEASE", {ROLE_STORE, 1, 0, true}},
    {"ATOMIC_ADD", {ROLE_ADD, 1, 0, false}},      {"SIGNAL", {ROLE_ADD, 0, 1, true}},
    {"FENCE_ACQUIRE", {ROLE_FENCE, 0, 0, false}}, {"FENCE_RELEASE", {ROLE_FENCE, 0, 0, false}},
    {"FENCE_SEQ_CST", {ROLE_FENCE, 0, 0, false}},
};

static void rows_have_their_roles(void **state)
{
    (void)state;
    const vrrl_opcode *row;
    for (uint32_t i = 0; (row = vrrl_opcode_at(i)) != NULL; i++) {
        struct opcode_role expected = {ROLE_OTHER, 0, 0, false};
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            if (strcmp(known[k].name, row->name) == 0)
                expected = known[k].role;
        const struct opcode_role role = opcode_role(row->number);
        if (role.kind != expected.kind)
            fail_msg("%s is of kind %d, not %d", row->name, (int)role.kind, (int)expected.kind);
        assert_int_equal(role.word, expected.word);
        assert_int_equal(role.value, expected.value);
        assert_int_equal(role.orders, expected.orders);
    }
}

static void what_orders_in_their_place(void **state)
{
    (void)state;
    const char *const pairs[][2] = {
        {"WAIT_RELAXED", "WAIT_GE"}, {"STORE_U32", "STORE_RELEASE"}, {"ATOMIC_ADD", "SIGNAL"}};
    uint32_t ordered;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_true(opcode_that_orders(number_of(pairs[i][0]), &ordered));
        assert_int_equal(ordered, number_of(pairs[i][1]));
        assert_false(opcode_that_orders(ordered, &ordered));
    }
    assert_false(opcode_that_orders(number_of("MEMCPY"), &ordered));
    assert_false(opcode_that_orders(number_of("FENCE_ACQUIRE"), &ordered));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_their_roles),
        cmocka_unit_test(what_orders_in_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
