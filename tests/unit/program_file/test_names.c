/* Names files: what they say of slots and words, what they do to a program, and what is wrong with them. */
#include "golden_errors.h"
#include "program_text.h"

#include "program/batch_view.h"
#include "vrrl/run/names.h"

static vrrl_names *names_of(const char *text)
{
    vrrl_names *names;
    vrrl_error err = {0};
    if (vrrl_names_parse(text, strlen(text), "test.names", &names, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return names;
}

/* "layer=3 head=7": all operands of a slot. */
static const char *operands(const vrrl_names *names, uint32_t opcode, const uint32_t *words,
                            uint32_t count)
{
    static char line[4096];
    vrrl_names_operand operand;
    size_t used = 0;
    line[0] = '\0';
    for (uint32_t i = 0; vrrl_names_operand_at(names, opcode, i, words, count, &operand); i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s=%s", i ? " " : "",
                                 operand.name, operand.value);
    return line;
}

static void each_format_reads_its_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *operands;
        uint32_t words[4];
        const char *said;
    } rows[] = {
        {"a", {5}, "a=5"},
        {"a u8, b u8, c u16", {0xBEEF0201}, "a=1 b=2 c=48879"},
        {"a i8, b i8, c i16", {0x80007FFF}, "a=-1 b=127 c=-32768"},
        {"a hex8, b hex8, c hex16", {0xBEEF0201}, "a=0x1 b=0x2 c=0xbeef"},
        {"a u32, b i32, c hex32", {0xFFFFFFFF, 0xFFFFFFFF, 0x2A}, "a=4294967295 b=-1 c=0x2a"},
        {"a u64, b i64", {0, 1, 0xFFFFFFFE, 0xFFFFFFFF}, "a=4294967296 b=-2"},
        {"a hex64, b pointer",
         {1, 0x80000000, 0x40000000, 0x7F3A},
         "a=0x8000000000000001 b=0x7f3a40000000"},
        {"a f32, b f32, c f32, d f32",
         {0x3F333333, 0x7F800000, 0xFF800000, 0x80000000},
         "a=0.7 b=inf c=-inf d=-0"},
        {"a f32, b f64", {0x3F9D70A4, 0x9999999A, 0x3FB99999}, "a=1.23 b=0.1"},
        {"a word, b word, c word, d word", {10, 21, 32, 99}, "a=tail b=q[1] c=seq[1].lo d=99"},
        {"_ u16, a u8, _ u8, b", {0x77665544, 9}, "a=102 b=9"},
        {"a", {1, 0, 0, 7}, "a=1 arg3=7"},
        {"", {0, 2, 0, 0}, "arg1=2"},
        {"", {0, 0, 0, 0}, ""},
        {"a, b, c, d, e, f pointer", {1, 2, 3, 4}, "a=1 b=2 c=3 d=4 e=? f=?"},
        {"a u64, b u32, c u64", {1, 0, 3, 4}, "a=1 b=3 c=?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "opcode 0x2a OP %s\nword tail at 10\nwords q[4] at 20\nwords seq[4] of 2 at 30\n",
                 rows[i].operands);
        vrrl_names *names = names_of(text);
        assert_string_equal(operands(names, 0x2a, rows[i].words, 4), rows[i].said);
        vrrl_names_free(names);
    }
}

/* Of opcodes that the file does not name, those of vrrl's are known, but for the user opcodes. */
static void what_vrrl_knows_need_not_be_named(void **state)
{
    (void)state;
    const uint32_t words[] = {42, 70000, 0, 3};
    vrrl_names *names = names_of("word flag at 70000\nopcode 2 BUMP by, where word\n");
    assert_string_equal(operands(names, VRRL_OPCODE_STORE_U32, words, 4),
                        "value=42 word=flag arg3=3");
    assert_string_equal(operands(names, VRRL_OPCODE_ATOMIC_ADD, words, 4),
                        "by=42 where=flag arg3=3");
    assert_string_equal(operands(names, VRRL_OPCODE_SIGNAL, words, 4), "");
    assert_string_equal(operands(names, VRRL_OPCODE_PACKED_SLOT, words, 4), "");
    assert_string_equal(operands(names, 0x2a, words, 4), "");
    assert_false(vrrl_names_has_operands(names, VRRL_OPCODE_SIGNAL));
    assert_false(vrrl_names_has_operands(names, VRRL_OPCODE_PACKED_SLOT));
    assert_false(vrrl_names_has_operands(names, 0x2a));
    assert_true(vrrl_names_has_operands(names, VRRL_OPCODE_NOP));
    vrrl_names_free(names);
}

static void names_are_found_both_ways(void **state)
{
    (void)state;
    uint32_t number;
    vrrl_names *names =
        names_of("\xEF\xBB\xBF# a comment\n\nopcode 7 SAME\nopcode USER+9 `flash attn` x\n"
                 "tenant 4 SAME\r\ntenant 4294967295 last # of all\n");
    assert_string_equal(vrrl_names_opcode(names, 7), "SAME");
    assert_string_equal(vrrl_names_opcode(names, 0x40000009), "flash attn");
    assert_null(vrrl_names_opcode(names, 8));
    assert_string_equal(vrrl_names_tenant(names, UINT32_MAX), "last");
    assert_null(vrrl_names_tenant(names, 0));
    assert_true(vrrl_names_find_opcode(names, "flash attn", &number));
    assert_int_equal(number, 0x40000009);
    assert_true(vrrl_names_find_tenant(names, "SAME", &number));
    assert_int_equal(number, 4);
    assert_false(vrrl_names_find_tenant(names, "same", &number));
    vrrl_names_free(names);
}

/* A program's slots and words are called so; what it does, and its digest, stay. */
static void a_program_takes_names_and_stays_what_it_is(void **state)
{
    (void)state;
    vrrl_program *program = program_of_slots("SIGNAL x, 1\nnamed: SIGNAL y, 1\nSTORE_U32 1, y[2]");
    uint8_t digest[32], after[32];
    char text[256], name[64];
    uint32_t user = program->layout.user_base;
    snprintf(
        text, sizeof text,
        "opcode USER+1 RELEASE\nword flag at %u\nwords tiles[2] at %u\nword far at 4294967294\n",
        user, user + 2);
    vrrl_names *names = names_of(text);
    vrrl_program_digest(program, digest);
    assert_int_equal(vrrl_names_apply(program, names, NULL), VRRL_OK);
    vrrl_names_free(names);
    vrrl_program_digest(program, after);
    assert_memory_equal(digest, after, sizeof digest);
    slot_name(program, 0, 0, name, sizeof name);
    assert_string_equal(name, "slot 0 RELEASE");
    slot_name(program, 0, 1, name, sizeof name);
    assert_string_equal(name, "named");
    slot_name(program, 0, 2, name, sizeof name);
    assert_string_equal(name, "slot 2 STORE_U32");
    static const char *const words[] = {"flag", "y[0]", "tiles[0]", "tiles[1]", "y[3]"};
    for (uint32_t i = 0; i < 5; i++) {
        vrrl_program_word_name(program, user + i, name, sizeof name);
        assert_string_equal(name, words[i]);
    }
    vrrl_program_free(program);
}

static bool parses(const char *text, size_t size, vrrl_error *err)
{
    vrrl_names *names;
    vrrl_code code = vrrl_names_parse(text, size, "test.names", &names, err);
    assert_true((code == VRRL_OK) == (names != NULL));
    vrrl_names_free(names);
    return code == VRRL_OK;
}

static void messages_say_what_where_and_what_next(void **state)
{
    (void)state;
    golden_errors(VRRL_TEST_DATA "/names-errors.txt", parses);
}

/* The limits, each met and passed by one. */
static void limits_are_told(void **state)
{
    (void)state;
    enum { ROOM = 1 << 21 };
    char *text = malloc(ROOM);
    vrrl_error err = {0};
    assert_non_null(text);
    for (int over = 0; over < 2; over++) {
        size_t size = 0;
        for (int i = 0; i < VRRL_NAMES_OPCODES_MAX + over; i++)
            size += (size_t)snprintf(text + size, ROOM - size, "opcode %d op%d\n", i, i);
        assert_int_equal(parses(text, size, &err), !over);
        size = (size_t)snprintf(text, ROOM, "opcode 1 op ");
        for (int i = 0; i < VRRL_NAMES_OPERANDS_MAX + over; i++)
            size += (size_t)snprintf(text + size, ROOM - size, "%sa%d u8", i ? "," : "", i);
        assert_int_equal(parses(text, size, &err), !over);
        size = (size_t)snprintf(text, ROOM, "tenant 1 ");
        memset(text + size, 'x', VRRL_NAMES_BYTES_MAX + 1);
        assert_int_equal(parses(text, size + VRRL_NAMES_BYTES_MAX + (size_t)over, &err), !over);
        assert_int_equal(parses("words w[1] at 4294967294", 24, &err), true);
    }
    assert_false(parses("words w[2] at 4294967294", 24, &err));
    memset(text, '\n', ROOM);
    assert_false(parses(text, VRRL_FILE_BYTES_MAX + 1, &err));
    assert_int_equal(err.code, VRRL_TOO_LARGE);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_reads_its_bytes),
        cmocka_unit_test(what_vrrl_knows_need_not_be_named),
        cmocka_unit_test(names_are_found_both_ways),
        cmocka_unit_test(a_program_takes_names_and_stays_what_it_is),
        cmocka_unit_test(messages_say_what_where_and_what_next),
        cmocka_unit_test(limits_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
