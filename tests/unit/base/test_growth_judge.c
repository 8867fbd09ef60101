/* The judge of growth itself: what it lets pass, and what it does not, of costs that are made up. */
#include "growth_test.h"

/* A cost, and a machine that is busy in the first tries. */
typedef struct made_up {
    uint32_t power;       /* of the size: 1 or 2 */
    uint32_t noisy_tries; /* each takes a hundred times as long */
    uint32_t *tries;
} made_up;

static uint64_t cost(const void *context, uint32_t size)
{
    const made_up *m = context;
    const uint64_t took = m->power == 2 ? (uint64_t)size * size : size;
    return (*m->tries)++ < m->noisy_tries && size > 1000 ? 100 * took : took;
}

static bool is_linear(uint32_t power, uint32_t noisy_tries)
{
    growth_least least;
    uint32_t tries = 0;
    return growth_is_linear(cost, &(made_up){power, noisy_tries, &tries}, 1000, &least);
}

static void a_square_is_found(void **state)
{
    (void)state;
    assert_true(!GROWTH_MEASURES || !is_linear(2, 0));
    assert_true(!GROWTH_MEASURES || !is_linear(2, 20));
}

static void noise_is_no_growth(void **state)
{
    (void)state;
    assert_true(is_linear(1, 0));
    assert_true(is_linear(1, 2 * GROWTH_MOST_TRIES - 2));
    assert_true(!GROWTH_MEASURES || !is_linear(1, 2 * GROWTH_MOST_TRIES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_square_is_found),
        cmocka_unit_test(noise_is_no_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
