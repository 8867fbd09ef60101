/* The hash table against a list that is looked through: items by key, growth, keys that clash. */
#include "base/hash_table.h"

#include "test.h"

enum { KEYS = 20000 };

static void keys_keep_their_items(void **state)
{
    (void)state;
    struct hash_table t = {0};
    assert_int_equal(hash_table_find(&t, 0), HASH_TABLE_NONE);
    for (uint32_t i = 0; i < KEYS; i++)
        assert_int_equal(hash_table_item(&t, (uint64_t)i * i * 0x100000001, i), i);
    for (uint32_t i = 0; i < KEYS; i++) {
        assert_int_equal(hash_table_find(&t, (uint64_t)i * i * 0x100000001), i);
        assert_int_equal(hash_table_item(&t, (uint64_t)i * i * 0x100000001, KEYS), i);
    }
    assert_int_equal(t.count, KEYS);
    assert_true(2 * t.count <= t.room);
    assert_int_equal(hash_table_find(&t, UINT64_MAX), HASH_TABLE_NONE);
    hash_table_free(&t);
}

/* All zeros and all ones are keys as any other; what is cleared keeps its room. */
static void every_number_is_a_key(void **state)
{
    (void)state;
    struct hash_table t = {0};
    const uint64_t keys[] = {0, UINT64_MAX, 1, hash_table_of_pair(UINT32_MAX, 0)};
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(hash_table_item(&t, keys[i], 10 + i), 10 + i);
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(hash_table_find(&t, keys[i]), 10 + i);
        uint32_t room = t.room;
        hash_table_clear(&t);
        assert_int_equal(t.room, room);
        assert_int_equal(hash_table_find(&t, 0), HASH_TABLE_NONE);
    }
    hash_table_free(&t);
}

/* hash_table_bytes tells what the next key takes before it is taken. */
static void growth_is_told_before(void **state)
{
    (void)state;
    struct hash_table t = {0};
    for (uint32_t i = 0; i < 1000; i++) {
        size_t told = hash_table_bytes(&t);
        hash_table_item(&t, i, i);
        assert_int_equal(told, t.room * sizeof *t.entries);
    }
    hash_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_keep_their_items),
        cmocka_unit_test(every_number_is_a_key),
        cmocka_unit_test(growth_is_told_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
