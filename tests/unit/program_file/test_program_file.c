/* Program files: what each statement becomes. */
#include "program_text.h"

#include "ops/mix_layout.h"

static void sizes_follow_from_what_the_program_needs(void **state)
{
    (void)state;
    vrrl_program *p = program_of("words a[5]\nwords b[3] of 4\nepoch\nNOP\nNOP\nNOP\nend\n");
    assert_int_equal(p->geometry.user_words, 17);
    assert_int_equal(p->geometry.ring_slots, 4); /* and the fence */
    assert_int_equal(p->geometry.slot_words, 16);
    assert_int_equal(p->geometry.observable_words, 16);
    assert_int_equal(p->geometry.debug_records, 0);
    assert_int_equal(p->geometry.tenants, 0);
    assert_int_equal(p->model.kind, VRRL_MODEL_POOL);
    vrrl_program_free(p);
}

static void settings_override(void **state)
{
    (void)state;
    vrrl_program *p = program_of("program \"a name\"\nmemory 4_096\nobservable 0x40\nring 8\n"
                                 "slot_words 2*16\ndebug_log 7\ntenants 3\nepoch\nend\n");
    assert_string_equal(vrrl_program_text(p, p->name), "a name");
    assert_int_equal(p->geometry.user_words, 4096);
    assert_int_equal(p->geometry.observable_words, 64);
    assert_int_equal(p->geometry.ring_slots, 8);
    assert_int_equal(p->geometry.slot_words, 32);
    assert_int_equal(p->geometry.debug_records, 7);
    assert_int_equal(p->geometry.tenants, 3);
    vrrl_program_free(p);
}

static void the_debug_log_holds_every_record(void **state)
{
    (void)state;
    vrrl_program *p = program_of("epoch times 3\nrepeat 2\nPRINTF 1, 2, 3, 4\nend\nNOP\nend\n");
    assert_int_equal(p->geometry.debug_records, 6);
    vrrl_program_free(p);
}

static void workers_have_models(void **state)
{
    (void)state;
    vrrl_program *p = program_of("workers serial 3 resident 2\nepoch\nNOP on 2\nend\n");
    assert_int_equal(p->model.kind, VRRL_MODEL_SERIAL);
    assert_int_equal(p->model.queues, 3);
    assert_int_equal(p->model.resident, 2);
    assert_int_equal(p->slots[0].queue, 2);
    vrrl_program_free(p);
    p = program_of("workers pipelined 2 depth 5\nepoch\nqueue 1\nNOP\nqueue 0\nNOP\nend\nNOP on 0\n"
                   "NOP\nend\nend\n");
    assert_int_equal(p->model.kind, VRRL_MODEL_PIPELINED);
    assert_int_equal(p->model.depth, 5);
    const uint32_t queues[] = {1, 0, 0, 1};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(p->slots[i].queue, queues[i]);
    vrrl_program_free(p);
}

static void tenants_have_names_masks_and_quotas(void **state)
{
    (void)state;
    vrrl_program *p = program_of("tenant a\ntenant b = 5 mask 0\ntenant c quota 9\nepoch\n"
                                 "NOP tenant b\nNOP tenant 77\nNOP\nend\n");
    assert_int_equal(p->geometry.tenants, 7);
    assert_int_equal(p->tenant_masks[0], 0xFFFFFFFF);
    assert_int_equal(p->tenant_masks[5], 0);
    assert_int_equal(p->quotas[6], 9);
    assert_int_equal(p->slots[0].tenant, 5);
    assert_int_equal(p->slots[1].tenant, 77);
    assert_int_equal(p->slots[2].tenant, 0);
    assert_int_equal(p->tenant_name_count, 3);
    assert_int_equal(p->tenant_names[1].tenant, 5);
    assert_string_equal(vrrl_program_text(p, p->tenant_names[2].name), "c");
    vrrl_program_free(p);
}

static void words_are_placed_and_named(void **state)
{
    (void)state;
    vrrl_program *p =
        program_of("words fixed[4] at 10\nword next\nword alias at fixed + 1\n"
                   "words seg[2] of 3\nword o in observable at 3\n"
                   "word done at DONE_COUNT\nepoch\n"
                   "STORE_U32 alias - fixed, next\nSTORE_U32 0, seg[1][2]\n"
                   "STORE_U32 0, user[5]\nLOAD_U32 done, o\nLOAD_U32 index=9, word=0\n"
                   "STORE_U32 0, o\nend\n");
    assert_int_equal(argument(p, 0, 0), 1);
    assert_int_equal(argument(p, 0, 1), user_word(p, 14));
    assert_int_equal(argument(p, 1, 1), user_word(p, 15 + 5));
    assert_int_equal(argument(p, 2, 1), user_word(p, 5));
    assert_int_equal(argument(p, 3, 0), VRRL_WORD_DONE_COUNT);
    assert_int_equal(argument(p, 3, 1),
                     3); /* an index of the observable words, as LOAD_U32 takes */
    assert_int_equal(argument(p, 4, 1), 9);
    assert_int_equal(argument(p, 5, 1), VRRL_WORD_OBSERVABLE + 3);
    char name[64];
    vrrl_program_word_name(p, user_word(p, 12), name, sizeof name);
    assert_string_equal(name, "fixed[2]");
    vrrl_program_word_name(p, user_word(p, 11), name, sizeof name);
    assert_string_equal(name, "alias");
    vrrl_program_word_name(p, VRRL_WORD_OBSERVABLE + 3, name, sizeof name);
    assert_string_equal(name, "o");
    assert_int_equal(p->geometry.user_words, 21);
    vrrl_program_free(p);
}

static void expressions_compute(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t value;
    } rows[] = {
        {"1 + 2 * 3", 7},
        {"(1 + 2) * 3", 9},
        {"7 / 2", 3},
        {"7 % 4", 3},
        {"-7 / 2", (uint32_t)-4},
        {"-7 % 2", 1},
        {"7 / -2", (uint32_t)-4},
        {"7 % -2", (uint32_t)-1},
        {"10 - 2 - 3", 5},
        {"-1", 0xFFFFFFFF},
        {"- -5", 5},
        {"0xdead_BEEF", 0xDEADBEEF},
        {"1_000", 1000},
        {"1.0", 0x3F800000},
        {"-2.5", 0xC0200000},
        {"1e-3", 0x3A83126F},
        {"0.1", 0x3DCCCCCD},
        {"y[3] - y", 3},
        {"(2 + y) - y", 2},
        {"4294967295", 0xFFFFFFFF},
        {"-2147483648", 0x80000000},
        {"2.0e+1", 0x41A00000},
        {"0x1e", 30},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "STORE_U32 %s, x", rows[i].text);
        vrrl_program *p = program_of_slots(line);
        assert_int_equal(argument(p, 0, 0), rows[i].value);
        vrrl_program_free(p);
    }
}

static void operands_go_by_position_and_by_name(void **state)
{
    (void)state;
    vrrl_program *p =
        program_of_slots("AXPY 2.0, y, count=4, y=x\nNOP\nSHUTDOWN\nuser 99 -1, 2.0, x\n"
                         "WAIT_GE value=3, word=x\nAXPY 0x40000000, y, x, 1\n");
    const uint32_t axpy[] = {0x40000000, user_word(p, 1), user_word(p, 0), 4};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(argument(p, 0, i), axpy[i]);
    assert_int_equal(p->slots[1].arg_count, 0);
    assert_int_equal(p->slots[2].opcode, VRRL_OPCODE_SHUTDOWN);
    assert_int_equal(p->slots[3].opcode, VRRL_OPCODE_USER_FIRST + 99);
    assert_int_equal(p->slots[3].arg_count, 3);
    assert_int_equal(argument(p, 3, 0), 0xFFFFFFFF);
    assert_int_equal(argument(p, 4, 1), 3);
    assert_int_equal(argument(p, 5, 0), 0x40000000);
    vrrl_program_free(p);
}

static void loops_nest_and_name_slots(void **state)
{
    (void)state;
    vrrl_program *p = program_of_slots("repeat 2 as i\nrepeat i + 1 as j from 5\n"
                                       "a.b[i][j - 5]: STORE_U32 j, y[i]\nend\nend\n"
                                       "repeat 0 as k\nl: pack on 9\nend\nrepeat 1\nend\nend\n"
                                       "last: NOP # comment\n");
    const char *const labels[] = {"a.b[0][0]", "a.b[1][0]", "a.b[1][1]", "last"};
    assert_int_equal(p->slot_count, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_string_equal(label(p, i), labels[i]);
    assert_int_equal(argument(p, 2, 0), 6);
    assert_int_equal(argument(p, 2, 1), user_word(p, 2));
    vrrl_program_free(p);
}

static void epochs_repeat_with_and_without_a_batch_of_their_own(void **state)
{
    (void)state;
    vrrl_program *p =
        program_of("word a\nrepeat 2 as e\nepoch\nSTORE_U32 e, a\nexpect a == e\nend\n"
                   "end\nepoch times 3\nprologue\nSTORE_U32 7, a\nMEMCPY a, a, 1\nend\n"
                   "NOP\nexpect a any of 7, 8\nend\n");
    assert_int_equal(p->batch_count, 3);
    assert_int_equal(p->epoch_count, 5);
    assert_int_equal(p->slot_count, 3);
    assert_int_equal(argument(p, 1, 0), 1);
    assert_int_equal(p->epoch_rows, 3);
    assert_int_equal(p->epochs[2].batch, 2);
    assert_int_equal(p->epochs[2].first, 2);
    assert_int_equal(p->epochs[2].times, 3);
    assert_int_equal(p->epochs[2].prologue_first, 0);
    assert_int_equal(p->epochs[2].prologue_count, 2);
    assert_int_equal(p->prologue_count, 2);
    assert_int_equal(p->prologue[1].opcode, VRRL_OPCODE_MEMCPY);
    assert_int_equal(p->prologue[1].queue, VRRL_NO_WORKER);
    assert_int_equal(p->expectation_count, 3);
    assert_int_equal(p->expectations[1].epoch, 1);
    assert_int_equal(p->words[p->expectations[1].values], 1);
    assert_string_equal(vrrl_program_text(p, p->expectations[1].source), "test.mk:5");
    assert_int_equal(p->expectations[2].epoch, 2);
    assert_int_equal(p->expectations[2].epochs, 3);
    assert_int_equal(p->expectations[2].value_count, 2);
    assert_string_equal(vrrl_program_text(p, p->expectations[2].source), "test.mk:14");
    vrrl_program_free(p);
}

static void memory_has_initial_values(void **state)
{
    (void)state;
    vrrl_program *p =
        program_of("const N = 4\nwords a[N]\nwords b[N]\nwords c[N]\nwords r[100]\n"
                   "words f[100]\ninit a = 1, 0xFF, -1, 1.5\ninit a[1] = 7\n"
                   "init b fill 3\ninit b[1:3] fill c\ninit r random 5 to 9 seed 3\n"
                   "init f random -1.0 to 1.0\nrepeat N as i\ninit c[i] = i * i\nend\n"
                   "epoch\nend\n");
    const uint32_t expected[] = {1, 7, 0xFFFFFFFF, 0x3FC00000, 3, user_word(p, 8), user_word(p, 8),
                                 3, 0, 1,          4,          9};
    assert_memory_equal(p->initial, expected, sizeof expected);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < 100; i++) {
        assert_in_range(p->initial[12 + i], 5, 9);
        seen |= 1u << p->initial[12 + i];
        float value;
        memcpy(&value, &p->initial[112 + i], sizeof value);
        assert_true(value >= -1.0f && value < 1.0f);
    }
    assert_int_equal(seen, 0x1Fu << 5);
    vrrl_program_free(p);
}

static void random_values_are_the_same_everywhere(void **state)
{
    (void)state;
    vrrl_program *p = program_of("words r[3]\nwords f[3]\ninit r random 0 to 0xFFFFFFFF seed 1\n"
                                 "init f random 0.0 to 1.0 seed 1\nepoch\nend\n");
    const uint32_t golden[] = {0x910A2DEC, 0xBEEB8DA1, 0xF893A2EE,
                               0x3F110A2D, 0x3F3EEB8D, 0x3F7893A2};
    assert_memory_equal(p->initial, golden, sizeof golden);
    vrrl_program_free(p);
}

static void regions_say_how_they_compare(void **state)
{
    (void)state;
    vrrl_program *p = program_of("words a[8]\nword o in observable\nobserve a[2:6] ulp 4\n"
                                 "observe a[7] relrmse 1e-5\nobserve o ignore\nobserve a[0] exact\n"
                                 "observe a[1] order-only\nobserve a[6]\nepoch\nend\n");
    const vrrl_compare compare[] = {VRRL_COMPARE_ULP,        VRRL_COMPARE_REL_RMSE,
                                    VRRL_COMPARE_IGNORE,     VRRL_COMPARE_EXACT,
                                    VRRL_COMPARE_ORDER_ONLY, VRRL_COMPARE_EXACT};
    assert_int_equal(p->region_count, 6);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(p->regions[i].compare, compare[i]);
    assert_string_equal(vrrl_program_text(p, p->regions[0].name), "a[2:6]");
    assert_int_equal(p->regions[0].first_word, user_word(p, 2));
    assert_int_equal(p->regions[0].words, 4);
    assert_true(p->regions[0].tolerance == 4.0 && p->regions[1].tolerance == 1e-5);
    assert_int_equal(p->regions[2].first_word, VRRL_WORD_OBSERVABLE);
    vrrl_program_free(p);
}

static void packed_slots_encode_their_operations(void **state)
{
    (void)state;
    vrrl_program *p =
        program_of_slots("one: pack WAIT_GE x, 2 then NOP then STORE_U32 7, y tenant 3\n"
                         "two: pack\nWAIT_GE x, 2\nrepeat 1\nNOP\nend\n"
                         "STORE_U32 7, y\nend\n");
    const uint32_t words[] = {
        3 | 4 << 8 | 0x80 << 16, 0 | 2 << 8 | 1 << 16 | 2 << 24, user_word(p, 0), 2, 7,
        user_word(p, 1)};
    for (uint32_t slot = 0; slot < 2; slot++) {
        assert_int_equal(p->slots[slot].opcode, VRRL_OPCODE_PACKED_SLOT);
        assert_int_equal(p->slots[slot].arg_count, 6);
        assert_memory_equal(p->words + p->slots[slot].args, words, sizeof words);
    }
    assert_string_equal(label(p, 1), "two");
    assert_int_equal(p->slots[0].tenant, 3);
    vrrl_program_free(p);
}

static void tasks_become_descriptors(void **state)
{
    (void)state;
    vrrl_program *p = program_of_slots(
        "task a[1]\nwaits x >= 3, y[1] >= 1 relaxed\nreads seg[0:2]\nreads seg[2]\n"
        "writes seg[1]\nupdates seg\naccumulates seg[0]\nsignals y[2] += 5\nend\n"
        "task b\nsignals x += 1 relaxed\nend\n");
    uint32_t seg = user_word(p, 5), x = user_word(p, 0), y = user_word(p, 1);
    const uint32_t first[] = {2,
                              2,
                              3,
                              1,
                              p->initial[11 + 4],
                              p->initial[11 + 5],
                              x,
                              3,
                              MIX_ACQUIRE,
                              y + 1,
                              1,
                              MIX_RELAXED,
                              seg,
                              2,
                              seg + 4,
                              1,
                              seg + 2,
                              1,
                              MIX_ACCESS_WRITE,
                              seg,
                              3,
                              MIX_ACCESS_READ_WRITE,
                              seg,
                              1,
                              MIX_ACCESS_ACCUMULATE,
                              y + 2,
                              5,
                              MIX_RELEASE};
    const uint32_t words = sizeof first / sizeof first[0];
    assert_memory_equal(p->initial + 11, first, sizeof first);
    assert_int_equal(argument(p, 0, 0), user_word(p, 11));
    assert_int_equal(argument(p, 1, 0), user_word(p, 11 + words));
    assert_int_equal(p->initial[11 + words + 3], 1);
    assert_int_equal(p->initial[11 + words + MIX_HEAD_WORDS + 2], MIX_RELAXED);
    assert_int_not_equal(p->initial[11 + 4], p->initial[11 + words + 4]); /* identities */
    assert_string_equal(label(p, 0), "a[1]");
    assert_int_equal(p->geometry.user_words, 11 + words + MIX_HEAD_WORDS + MIX_SIGNAL_WORDS);
    vrrl_program_free(p);
}

static void line_ends_and_spaces_do_not_matter(void **state)
{
    (void)state;
    vrrl_program *p = program_of("word\ta\r\n\r\n  # a comment with \xC3\xBC\r\nepoch\r\n"
                                 "l :NOP\r\nSTORE_U32\t1.5,a\r\nend");
    assert_int_equal(p->slot_count, 2);
    assert_int_equal(argument(p, 1, 0), 0x3FC00000);
    vrrl_program_free(p);
}

static void a_file_is_loaded_by_its_path(void **state)
{
    (void)state;
    vrrl_program *program;
    vrrl_error err = {0};
    assert_int_equal(vrrl_program_load("/nonexistent.mk", &program, &err), VRRL_IO);
    assert_null(program);
    assert_non_null(strstr(err.text, "/nonexistent.mk"));
    assert_int_equal(vrrl_program_load(VRRL_TEST_DATA, &program, &err), VRRL_IO); /* a folder */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_follow_from_what_the_program_needs),
        cmocka_unit_test(settings_override),
        cmocka_unit_test(the_debug_log_holds_every_record),
        cmocka_unit_test(workers_have_models),
        cmocka_unit_test(tenants_have_names_masks_and_quotas),
        cmocka_unit_test(words_are_placed_and_named),
        cmocka_unit_test(expressions_compute),
        cmocka_unit_test(operands_go_by_position_and_by_name),
        cmocka_unit_test(loops_nest_and_name_slots),
        cmocka_unit_test(epochs_repeat_with_and_without_a_batch_of_their_own),
        cmocka_unit_test(memory_has_initial_values),
        cmocka_unit_test(random_values_are_the_same_everywhere),
        cmocka_unit_test(regions_say_how_they_compare),
        cmocka_unit_test(packed_slots_encode_their_operations),
        cmocka_unit_test(tasks_become_descriptors),
        cmocka_unit_test(line_ends_and_spaces_do_not_matter),
        cmocka_unit_test(a_file_is_loaded_by_its_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
