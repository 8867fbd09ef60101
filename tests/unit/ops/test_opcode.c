/* The opcode table as its users see it. */
#include "vrrl/run/opcode.h"
#include "vrrl/run/ring.h"

#include "test.h"

static void rows_are_found_by_number_and_name(void **state)
{
    (void)state;
    uint32_t rows = 0;
    for (const vrrl_opcode *row; (row = vrrl_opcode_at(rows)); rows++) {
        assert_ptr_equal(vrrl_opcode_find(row->number), row);
        const vrrl_opcode *named = NULL;
        assert_int_equal(vrrl_opcode_find_by_name(row->name, &named, NULL), VRRL_OK);
        assert_ptr_equal(named, row);
        assert_string_equal(vrrl_opcode_name(row->number), row->name);
        assert_true(row->doc[0] != '\0');
    }
    assert_int_equal(rows, 33);
    assert_null(vrrl_opcode_find(8));
    assert_string_equal(vrrl_opcode_name(0x40000123u), "?");
}

static void unknown_name_lists_the_known_ones(void **state)
{
    (void)state;
    const vrrl_opcode *row = NULL;
    vrrl_error err;
    assert_int_equal(vrrl_opcode_find_by_name("JUMP", &row, &err), VRRL_NOT_FOUND);
    assert_non_null(strstr(err.text, "JUMP"));
    assert_non_null(strstr(err.fix, "STORE_U32"));
    assert_non_null(strstr(err.fix, "PACKED_SLOT"));
    assert_int_equal(vrrl_opcode_find_by_name("mix", &row, NULL), VRRL_OK);
    assert_int_equal(row->number, VRRL_OPCODE_MIX);
}

static void operands_are_named_and_typed(void **state)
{
    (void)state;
    for (uint32_t i = 0; vrrl_opcode_at(i); i++) {
        const vrrl_opcode *row = vrrl_opcode_at(i);
        uint32_t count = vrrl_opcode_operand_count(row);
        vrrl_operand operand;
        assert_true(count <= VRRL_OPERANDS_MAX);
        for (uint32_t k = 0; k < count; k++) {
            assert_true(vrrl_opcode_operand(row, k, &operand));
            assert_true(strlen(operand.name) > 0 && operand.name[0] >= 'a');
        }
        assert_false(vrrl_opcode_operand(row, count, &operand));
    }
    vrrl_operand operand;
    assert_true(vrrl_opcode_operand(vrrl_opcode_find(VRRL_OPCODE_MEMCPY), 2, &operand));
    assert_string_equal(operand.name, "words");
    assert_int_equal(operand.kind, VRRL_OPERAND_COUNT);
}

static void classes_follow_the_number(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 8; k++)
        assert_int_equal(vrrl_opcode_class(k), k);
    assert_int_equal(vrrl_opcode_class(VRRL_OPCODE_PRINTF), 8);
    assert_int_equal(vrrl_opcode_class(VRRL_OPCODE_PACKED_SLOT), 9);
    assert_int_equal(vrrl_opcode_class(VRRL_OPCODE_SHUTDOWN), 10);
    assert_int_equal(vrrl_opcode_class(VRRL_OPCODE_USER_FIRST + 0x25), 16 + 5);
    assert_int_equal(vrrl_opcode_class(VRRL_OPCODE_USER_LAST), 31);
    assert_int_equal(vrrl_opcode_class(8), 31);
    assert_int_equal(vrrl_opcode_class(0x80000000u), 31);
}

/* docs/opcodes.md has exactly one line for each row, and it says what the row says. */
static void the_document_matches_the_table(void **state)
{
    (void)state;
    const char *source = getenv("VRRL_SOURCE");
    if (!source)
        skip(); /* run by hand: ctest says where the sources are */
    char path[4096], line[512], expected[512];
    snprintf(path, sizeof path, "%s/docs/opcodes.md", source);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    uint32_t rows = 0;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "| 0x", 4) != 0)
            continue;
        const vrrl_opcode *row = vrrl_opcode_at(rows++);
        assert_non_null(row);
        const char *quote = *row->operands ? "`" : "";
        snprintf(expected, sizeof expected, "| 0x%X | %s | %s%s%s | %s | %s |\n", row->number,
                 row->name, quote, row->operands, quote, row->waits ? "yes" : "no", row->doc);
        assert_string_equal(line, expected);
    }
    fclose(file);
    assert_null(vrrl_opcode_at(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_found_by_number_and_name),
        cmocka_unit_test(unknown_name_lists_the_known_ones),
        cmocka_unit_test(operands_are_named_and_typed),
        cmocka_unit_test(classes_follow_the_number),
        cmocka_unit_test(the_document_matches_the_table),
    };
    return cmocka_run_group_tests_name("opcode", tests, NULL, NULL);
}
