/* Tails and snapshots of a log whose writer goes round between any two of their accesses: what a busy
 * machine does now and then, made certain. */
#include "live_model.h"

#include "log/snapshot.h"
#include "log/tail.h"

/* A log in memory; so many stores come before each access. */
struct race {
    struct writer writer;
    uint64_t stores;
    uint64_t accesses; /* so many, then none */
};

static void read_race(void *context, void *bytes, size_t size, uint64_t offset)
{
    struct race *race = context;
    if (race->accesses > 0) {
        race->accesses--;
        move_writer(&race->writer, race->stores);
    }
    memcpy(bytes, race->writer.bytes + offset, size);
}

/* A full log of `capacity` records, whose writer will go round once before each access. */
static struct race begin_race(uint64_t capacity)
{
    struct race race = {
        .writer = {.capacity = capacity, .stores_max = UINT64_MAX, .batch = 1},
        .stores = STORES * capacity,
        .accesses = UINT64_MAX,
    };
    move_writer(&race.writer, STORES * capacity);
    return race;
}

static struct log_source source_of(struct race *race, const char *name)
{
    return (struct log_source){.fd = -1,
                               .path = name ? strdup(name) : NULL,
                               .capacity = race->writer.capacity,
                               .read = read_race,
                               .context = race};
}

/* It says that it cannot, in good time, and can once the writer is calmer. */
static void a_snapshot_gives_up_on_a_writer_that_is_too_fast(void **state)
{
    (void)state;
    static const char *const names[] = {NULL, "fast.vrrl"};
    for (size_t i = 0; i < 2; i++) {
        struct race race = begin_race(CAPACITY_MAX);
        struct log_source source = source_of(&race, names[i]);
        vrrl_snapshot *snapshot = NULL;
        vrrl_error err = no_error();
        assert_error(&err, log_snapshot_over(&source, 0, &snapshot, &err), VRRL_BUSY);
        assert_null(snapshot);
        assert_non_null(strstr(err.text, names[i] ? names[i] : "the log"));
        race.accesses = 5000; /* it is calmer after a while */
        assert_int_equal(log_snapshot_over(&source, 0, &snapshot, &err), VRRL_OK);
        assert_int_equal(race.accesses, 0);
        size_t count;
        vrrl_snapshot_records(snapshot, &count);
        assert_int_equal(count, CAPACITY_MAX);
        vrrl_snapshot_free(snapshot);
        log_source_close(&source);
    }
}

static vrrl_tail *tail_over(struct race *race)
{
    struct log_source source = source_of(race, "fast.vrrl");
    vrrl_tail *tail;
    assert_int_equal(log_tail_over(&source, VRRL_TAIL_ALL, &tail, NULL), VRRL_OK);
    return tail;
}

static vrrl_tail_event next_event(vrrl_tail *tail)
{
    vrrl_tail_item item;
    assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
    return item.event;
}

static bool is_ready(vrrl_tail *tail, uint32_t timeout_ms)
{
    bool ready;
    assert_int_equal(vrrl_tail_wait(tail, timeout_ms, &ready, NULL), VRRL_OK);
    return ready;
}

/* A tail that gets hold of nothing waits before it tries again, then it may; once the writer is calmer
 * it has the records, and while it has some it need not wait. */
static void a_tail_tries_again_behind_a_writer_that_is_too_fast(void **state)
{
    (void)state;
    struct race race = begin_race(CAPACITY_MAX);
    vrrl_tail *tail = tail_over(&race);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(next_event(tail), VRRL_TAIL_NOTHING);
        uint64_t pause_ns = tail->pause_ns;
        assert_true(is_ready(tail, 60000));
        assert_true(tail->pause_ns > pause_ns);
        assert_true(is_ready(tail, 0));
    }
    race.stores = 0;
    for (unsigned left = CAPACITY_MAX; left > 0; left--) {
        assert_int_equal(next_event(tail), VRRL_TAIL_RECORD);
        assert_int_equal(is_ready(tail, 0), left > 1);
    }
    assert_int_equal(next_event(tail), VRRL_TAIL_NOTHING);
    vrrl_tail_close(tail);
}

/* One that sat is told that it was lapped, once, and the same follows. */
static void a_lapped_tail_tries_again(void **state)
{
    (void)state;
    struct race race = begin_race(CAPACITY_MAX);
    race.stores = 0;
    vrrl_tail *tail = tail_over(&race);
    for (unsigned i = 0; i < CAPACITY_MAX; i++)
        assert_int_equal(next_event(tail), VRRL_TAIL_RECORD);
    race.stores = STORES * CAPACITY_MAX;
    assert_int_equal(next_event(tail), VRRL_TAIL_LAPPED);
    assert_int_equal(next_event(tail), VRRL_TAIL_NOTHING);
    assert_true(is_ready(tail, 60000));
    race.stores = 0;
    assert_int_equal(next_event(tail), VRRL_TAIL_RECORD);
    vrrl_tail_close(tail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_gives_up_on_a_writer_that_is_too_fast),
        cmocka_unit_test(a_tail_tries_again_behind_a_writer_that_is_too_fast),
        cmocka_unit_test(a_lapped_tail_tries_again),
    };
    return cmocka_run_group_tests_name("log_races", tests, NULL, NULL);
}
