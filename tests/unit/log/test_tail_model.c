/*
 * The tail's own code against a writer that moves between its accesses: every way to put up to two
 * bursts of writer stores, each of any length, between the accesses of each call, on rings of one
 * to four records over more than a lap; also with a cursor that moves every second append, as that
 * of an ordered log does. Whatever happens, a record is one append's, in order,
 * none twice, and each gap is told with a count that is not above the truth.
 *
 * Calls are joined by what they leave: a state of tail and writer is gone on from once.
 */
#include "live_model.h"

#include "log/tail.h"

enum { STATES_MAX = 1 << 16 };

/* What the caller of a tail knows. */
struct account {
    uint64_t last, lost; /* append returned last; told since */
    uint32_t any, lapped;
};

static uint64_t gaps, records_seen;

static void check_item(struct account *a, const vrrl_tail_item *item)
{
    if (item->event == VRRL_TAIL_LAPPED) {
        assert_false(a->lapped); /* a gap is told once */
        a->lapped = 1;
        a->lost = item->lost;
        gaps++;
    } else if (item->event == VRRL_TAIL_RECORD) {
        vrrl_record found;
        vrrl_raw_decode(item->record, &found);
        uint64_t n = found.timestamp_ns - 1700000000000000000u;
        vrrl_record expected = sample_record(n);
        assert_same_record(&found, &expected);
        if (a->any) {
            assert_true(n > a->last);
            assert_true(a->lapped || n == a->last + 1);
            assert_true(a->lost <= n - a->last - 1);
        }
        *a = (struct account){.last = n, .any = 1};
        records_seen++;
    }
}

/* ---- States: a tail, a writer and an account between two calls ------------------------------- */

/* All of a tail but its block, of which nothing is left between two calls. */
enum { TAIL_BYTES = offsetof(struct vrrl_tail, block) };

struct state {
    uint8_t tail[TAIL_BYTES];
    struct writer writer;
    struct account account;
};

static struct search {
    struct scene scene;
    vrrl_tail *tail;
    uint64_t *seen; /* digests of the states that were gone on from */
    uint64_t count, calls;
} search;

static bool is_new(const struct state *state)
{
    uint64_t digest = vrrl_output_digest(state, sizeof *state) | 1, at = digest % STATES_MAX;
    while (search.seen[at] && search.seen[at] != digest)
        at = (at + 1) % STATES_MAX;
    if (search.seen[at])
        return false;
    assert_true(++search.count < STATES_MAX / 2);
    search.seen[at] = digest;
    return true;
}

/* One call from `from` under the schedule; true where it came as far as the last burst. */
static bool call_once(const struct state *from, struct schedule schedule, struct state *to)
{
    vrrl_tail_item item;
    vrrl_tail *tail = search.tail;
    uint64_t last_burst = schedule.length[1] ? schedule.at[1] : schedule.at[0];
    memset(to, 0, sizeof *to);
    memcpy(tail, from->tail, TAIL_BYTES);
    search.scene = (struct scene){from->writer, schedule};
    to->account = from->account;
    search.calls++;
    do { /* what is left of the block comes without an access */
        assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
        check_item(&to->account, &item);
    } while (tail->at < tail->end);
    const struct writer *w = &search.scene.writer;
    /* In the end it has the newest, but for one that sat down only then, for what comes. */
    uint64_t committed = w->stores_max / STORES / w->batch * w->batch;
    if (item.event == VRRL_TAIL_NOTHING && from->writer.stores == w->stores_max)
        assert_true(to->account.last == committed - 1 || (tail->last == 0 && !to->account.any));
    tail->at = tail->end = tail->block;
    tail->pause_ns = 0;
    memcpy(to->tail, tail, TAIL_BYTES);
    to->writer = *w;
    return search.scene.schedule.accesses > last_burst;
}

static void go_on(const struct state *from);

/* All second bursts after the first one, and none. */
static bool try_first_burst(const struct state *from, uint64_t at, uint64_t length)
{
    struct schedule schedule = {.at = {at}, .length = {length}};
    uint64_t left = from->writer.stores_max - from->writer.stores - length;
    struct state to;
    if (!call_once(from, schedule, &to))
        return false;
    if (is_new(&to))
        go_on(&to);
    for (schedule.length[1] = 1; schedule.length[1] <= left; schedule.length[1]++)
        for (schedule.at[1] = at + 1; call_once(from, schedule, &to); schedule.at[1]++)
            if (is_new(&to))
                go_on(&to);
    return true;
}

static void go_on(const struct state *from)
{
    struct schedule still = {.at = {0}};
    struct state to;
    uint64_t left = from->writer.stores_max - from->writer.stores;
    call_once(from, still, &to);
    if (is_new(&to))
        go_on(&to);
    for (uint64_t length = 1; length <= left; length++)
        for (uint64_t at = 0; try_first_burst(from, at, length); at++)
            ;
}

/* From a log of `before` appends, `appends` more. */
static void all_schedules(uint64_t capacity, uint64_t batch, uint64_t before, uint64_t appends,
                          uint64_t last)
{
    struct state start = {.account = {.last = UINT64_MAX, .any = 0}};
    struct log_source source = {
        .fd = -1, .capacity = capacity, .read = read_scene, .context = &search.scene};
    start.writer =
        (struct writer){.capacity = capacity, .batch = batch, .stores_max = before * STORES};
    move_writer(&start.writer, before * STORES);
    start.writer.stores_max += appends * STORES;
    search = (struct search){.seen = calloc(STATES_MAX, sizeof *search.seen)};
    assert_non_null(search.seen);
    assert_int_equal(log_tail_over(&source, last, &search.tail, NULL), VRRL_OK);
    search.tail->seat_tries = 2;
    memcpy(start.tail, search.tail, TAIL_BYTES);
    gaps = records_seen = 0;
    go_on(&start);
    print_message(
        "%d records by %d, %d + %d appends, last %d: %d states, %d calls, %d records, %d gaps\n",
        (int)capacity, (int)batch, (int)before, (int)appends, (int)last, (int)search.count,
        (int)search.calls, (int)records_seen, (int)gaps);
    assert_true(gaps > 0);
    vrrl_tail_close(search.tail);
    free(search.seen);
}

static void every_schedule_of_small_rings(void **state)
{
    (void)state;
    all_schedules(1, 1, 0, 3, 9);
    all_schedules(1, 1, 2, 2, 0);
    all_schedules(2, 1, 0, 4, 9);
    all_schedules(2, 1, 3, 4, 1);
#ifndef VRRL_SANITIZED
    all_schedules(3, 1, 4, 4, 9);
    all_schedules(4, 2, 7, 5, 9);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_schedule_of_small_rings)};
    return cmocka_run_group_tests_name("tail_model", tests, NULL, NULL);
}
