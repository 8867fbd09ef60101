/* The observed state: what is seen, what changes its digest, against BLAKE3 computed plainly. */
#include "base/bytes.h"
#include "host/state.h"

#include "test.h"

enum { ARENA_WORDS = 8 * VRRL_PAGE_WORDS };

static struct observed_state state;
static uint32_t arena[ARENA_WORDS];

static int set_up(void **unused)
{
    (void)unused;
    /* Out of order, overlapping, touching: 100..299 in page 0, 1000..1099 over pages 0 and 1, all
     * of page 3. */
    const struct word_range ranges[] = {
        {3u * VRRL_PAGE_WORDS, VRRL_PAGE_WORDS}, {1000, 100}, {100, 150}, {200, 100}, {50, 0}};
    memset(arena, 0, sizeof arena);
    return (int)state_create(&state, ranges, 5, NULL);
}

static int tear_down(void **unused)
{
    (void)unused;
    state_free(&state);
    return 0;
}

static void lists_the_pages_that_ranges_touch(void **unused)
{
    (void)unused;
    assert_int_equal(state.page_count, 3);
    assert_int_equal(state.pages[0].number, 0);
    assert_int_equal(state.pages[1].number, 1);
    assert_int_equal(state.pages[2].number, 3);
    assert_int_equal(state.range_count, 3);
    assert_int_equal(state_find_page(&state, 2), VRRL_NO_INDEX);
    assert_int_equal(state_find_page(&state, 4), VRRL_NO_INDEX);
}

static void sees_observed_words_only(void **unused)
{
    (void)unused;
    uint8_t before[DIGEST_BYTES];
    memcpy(before, state.digest, DIGEST_BYTES);
    static const uint32_t unobserved[] = {
        0, 99, 300, 999, 1100, 2 * VRRL_PAGE_WORDS, ARENA_WORDS - 1};
    for (size_t i = 0; i < sizeof unobserved / sizeof unobserved[0]; i++)
        arena[unobserved[i]] = 7;
    state_update(&state, arena);
    assert_int_equal(state.changed_count, 0);
    assert_memory_equal(before, state.digest, DIGEST_BYTES);

    static const uint32_t observed[] = {
        100, 299, 1000, 1023, 1024, 1099, 3 * VRRL_PAGE_WORDS, 4 * VRRL_PAGE_WORDS - 1};
    for (size_t i = 0; i < sizeof observed / sizeof observed[0]; i++) {
        arena[observed[i]] = 9;
        state_update(&state, arena);
        assert_int_equal(state.changed_count, 1);
        assert_int_equal(state_word(&state, observed[i]), 9);
        assert_memory_not_equal(before, state.digest, DIGEST_BYTES);
        memcpy(before, state.digest, DIGEST_BYTES);
    }
}

static void digests_are_blake3_of_pages_in_order(void **unused)
{
    (void)unused;
    for (uint32_t i = 0; i < ARENA_WORDS; i++)
        arena[i] = i * 2654435761u;
    state_update(&state, arena);
    uint8_t pages[3][DIGEST_BYTES], whole[DIGEST_BYTES];
    for (uint32_t p = 0; p < 3; p++) {
        uint8_t bytes[4 * VRRL_PAGE_WORDS] = {0};
        for (uint32_t i = 0; i < VRRL_PAGE_WORDS; i++) {
            uint32_t word = state.pages[p].number * VRRL_PAGE_WORDS + i;
            bool seen = (word >= 100 && word < 300) || (word >= 1000 && word < 1100) ||
                        (word >= 3 * VRRL_PAGE_WORDS && word < 4 * VRRL_PAGE_WORDS);
            store_le32(bytes + 4 * i, seen ? arena[word] : 0);
        }
        digest_blake3(bytes, sizeof bytes, pages[p]);
    }
    digest_blake3(pages, sizeof pages, whole);
    assert_memory_equal(whole, state.digest, DIGEST_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_the_pages_that_ranges_touch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sees_observed_words_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(digests_are_blake3_of_pages_in_order, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
