/* Blocks of work by several processes: the same as by one, and clear about a process that dies. */
#include "schedule/work_pool.h"

#include "base/clock.h"
#include "test.h"

#include <signal.h>

struct account {
    uint64_t sum, order, taken, next;
    uint64_t stop_at, crash_at, fail_at, sleep_every;
    bool in_order;
};

static vrrl_code open_worker(void *context, void **worker, vrrl_error *err)
{
    (void)err;
    *worker = context;
    return VRRL_OK;
}

static void close_worker(void *worker)
{
    (void)worker;
}

/* Blocks of very different sizes, some of which take long. */
static vrrl_code do_block(void *worker, uint64_t block, struct byte_buffer *out, vrrl_error *err)
{
    const struct account *a = worker;
    if (block == a->crash_at)
        raise(SIGKILL);
    if (block == a->fail_at)
        return error_set(err, VRRL_TOO_LARGE, "Fix: nothing.", "block %u is too large",
                         (unsigned)block);
    if (a->sleep_every && block % a->sleep_every == 0)
        usleep(2000);
    for (uint64_t i = 0; i < 1 + block * block % 3000; i++)
        buffer_put_u64(out, block + i);
    return VRRL_OK;
}

static vrrl_code take_block(void *context, uint64_t block, struct byte_cursor *from, bool *more,
                            vrrl_error *err)
{
    struct account *a = context;
    (void)err;
    a->in_order &= block == a->next;
    a->next = block + 1;
    a->taken++;
    while (from->left > 0)
        a->sum = a->sum * 31 + cursor_get_u64(from);
    assert_false(from->failed);
    *more = block != a->stop_at;
    return VRRL_OK;
}

static struct account account_of(uint64_t count, uint32_t jobs, struct account a,
                                 vrrl_code expected, vrrl_error *err)
{
    const struct work_pool work = {.context = &a,
                                   .count = count,
                                   .jobs = jobs,
                                   .what = "numbers",
                                   .open = open_worker,
                                   .work = do_block,
                                   .close = close_worker,
                                   .take = take_block};
    a.in_order = true;
    assert_int_equal(work_pool_run(&work, err), expected);
    return a;
}

static const struct account no_limits = {
    .stop_at = UINT64_MAX, .crash_at = UINT64_MAX, .fail_at = UINT64_MAX};

static void test_same_by_any_number(void **state)
{
    (void)state;
    vrrl_error err;
    struct account from = no_limits;
    for (from.sleep_every = 0; from.sleep_every < 8; from.sleep_every += 7) {
        struct account one = account_of(150, 1, from, VRRL_OK, &err);
        assert_int_equal(one.taken, 150);
        for (uint32_t jobs = 2; jobs <= 9; jobs += 2) {
            struct account many = account_of(150, jobs, from, VRRL_OK, &err);
            assert_true(many.in_order && many.taken == 150 && many.sum == one.sum);
        }
    }
}

static void test_stop(void **state)
{
    (void)state;
    vrrl_error err;
    struct account from = no_limits;
    from.stop_at = 40;
    struct account one = account_of(100000000, 1, from, VRRL_OK, &err);
    struct account many = account_of(100000000, 4, from, VRRL_OK, &err);
    assert_true(one.taken == 41 && many.taken == 41 && many.in_order && one.sum == many.sum);
}

static void test_a_process_dies(void **state)
{
    (void)state;
    vrrl_error err = {0};
    struct account from = no_limits;
    from.crash_at = 17;
    account_of(100, 3, from, VRRL_IO, &err);
    assert_non_null(strstr(err.text, "a process that worked on numbers was killed by signal 9"));
    assert_non_null(strstr(err.fix, "Fix: "));
}

static void test_an_error(void **state)
{
    (void)state;
    struct account from = no_limits;
    from.fail_at = 23;
    for (uint32_t jobs = 1; jobs <= 3; jobs++) {
        vrrl_error err = {0};
        account_of(100, jobs, from, VRRL_TOO_LARGE, &err);
        assert_string_equal(err.text, "block 23 is too large");
    }
}

static void test_time_is_over(void **state)
{
    (void)state;
    vrrl_error err;
    for (uint32_t jobs = 1; jobs <= 3; jobs++) {
        struct account a = no_limits;
        struct search_limit limit = {.deadline_ns = clock_steady_ns() + 200000000};
        const struct work_pool work = {.context = &a,
                                       .count = UINT64_MAX,
                                       .jobs = jobs,
                                       .limit = &limit,
                                       .what = "numbers",
                                       .open = open_worker,
                                       .work = do_block,
                                       .close = close_worker,
                                       .take = take_block};
        assert_int_equal(work_pool_run(&work, &err), VRRL_OK);
        assert_true(a.taken > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_by_any_number), cmocka_unit_test(test_stop),
        cmocka_unit_test(test_a_process_dies),     cmocka_unit_test(test_an_error),
        cmocka_unit_test(test_time_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
