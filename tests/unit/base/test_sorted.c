/* Looking up in sorted arrays: against a scan. */
#include "base/sorted.h"

#include "base/random.h"

#include "test.h"

struct item {
    uint32_t key;
    uint8_t more[5];
};

static uint32_t scan(const struct item *items, uint32_t count, uint64_t least)
{
    uint32_t at = 0;
    while (at < count && items[at].key < least)
        at++;
    return at;
}

static void is_what_a_scan_finds(void **state)
{
    (void)state;
    uint64_t seed = 1;
    struct item items[20] = {0};
    for (uint32_t round = 0; round < 2000; round++) {
        uint32_t count = random_below(&seed, 21), span = 1 + random_below(&seed, 30);
        for (uint32_t i = 0; i < count; i++)
            items[i].key = random_below(&seed, 8) ? random_below(&seed, span) : UINT32_MAX;
        qsort(items, count, sizeof *items, sorted_order);
        for (uint32_t i = 1; i < count; i++)
            assert_true(items[i - 1].key <= items[i].key);
        for (uint64_t least = 0; least <= span; least++)
            assert_int_equal(sorted_from(items, count, sizeof *items, least),
                             scan(items, count, least));
        assert_int_equal(sorted_from(items, count, sizeof *items, UINT32_MAX),
                         scan(items, count, UINT32_MAX));
        assert_int_equal(sorted_from(items, count, sizeof *items, 1ull << 32), count);
    }
    assert_int_equal(sorted_from(NULL, 0, 4, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_what_a_scan_finds)};
    return cmocka_run_group_tests_name("sorted", tests, NULL, NULL);
}
