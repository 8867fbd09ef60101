/* The shared log: order, windows, tickets that are abandoned or never published, many threads beside
 * a tail. */
#include "log_test.h"

#include "base/atomics.h"
#include "base/random.h"
#include "log/shared.h"
#include "vrrl/log/snapshot.h"
#include "vrrl/log/tail.h"

#include <pthread.h>

static vrrl_shared_log *open_shared(const char *path, uint64_t capacity)
{
    vrrl_shared_log *log;
    assert_int_equal(vrrl_shared_log_open(path, capacity, &log, NULL), VRRL_OK);
    return log;
}

static void one_thread_writes_as_a_log_does(void **state)
{
    (void)state;
    for (uint64_t capacity = 1; capacity <= 5; capacity++) {
        char name[16];
        size_t shared_size, plain_size;
        snprintf(name, sizeof name, "one-%d", (int)capacity);
        const char *path = in_folder(name);
        vrrl_shared_log *shared = open_shared(path, capacity);
        vrrl_log *plain;
        assert_int_equal(vrrl_log_open(in_folder("plain"), capacity, &plain, NULL), VRRL_OK);
        for (uint64_t n = 0; n < 13; n++) {
            vrrl_record record = sample_record(n);
            assert_int_equal(vrrl_shared_log_append(shared, &record), VRRL_OK);
            assert_int_equal(vrrl_log_append(plain, &record), VRRL_OK);
            assert_int_equal(vrrl_shared_log_committed(shared), n + 1);
        }
        assert_int_equal(vrrl_shared_log_close(shared, NULL), VRRL_OK);
        assert_int_equal(vrrl_log_close(plain, NULL), VRRL_OK);
        uint8_t *a = read_file(path, &shared_size), *b = read_file(in_folder("plain"), &plain_size);
        assert_int_equal(shared_size, plain_size);
        assert_memory_equal(a, b, shared_size);
        free(a);
        free(b);
        unlink(in_folder("plain"));
    }
}

/* Numbers of the live records in publish order, by their arg0. */
static size_t live_numbers(const char *path, uint32_t *numbers)
{
    vrrl_reader *reader;
    vrrl_record *records;
    size_t count;
    assert_int_equal(vrrl_reader_open(path, VRRL_READ_LIVE, &reader, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_read_all(reader, &records, &count, NULL), VRRL_OK);
    for (size_t i = 0; i < count; i++)
        numbers[i] = records[i].args[0];
    free(records);
    vrrl_reader_close(reader);
    return count;
}

/* Whatever the order in which tickets are published or abandoned: the cursor covers what has no open
 * ticket before it, a place that was claimed shows nothing old, and nothing done is left behind. */
static void tickets_in_every_order(void **state)
{
    (void)state;
    enum { CAPACITY = 8, OPEN = 4 };
    static const uint8_t orders[24][OPEN] = {
        {0, 1, 2, 3}, {0, 1, 3, 2}, {0, 2, 1, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {0, 3, 2, 1},
        {1, 0, 2, 3}, {1, 0, 3, 2}, {1, 2, 0, 3}, {1, 2, 3, 0}, {1, 3, 0, 2}, {1, 3, 2, 0},
        {2, 0, 1, 3}, {2, 0, 3, 1}, {2, 1, 0, 3}, {2, 1, 3, 0}, {2, 3, 0, 1}, {2, 3, 1, 0},
        {3, 0, 1, 2}, {3, 0, 2, 1}, {3, 1, 0, 2}, {3, 1, 2, 0}, {3, 2, 0, 1}, {3, 2, 1, 0}};
    const char *path = in_folder("orders");
    vrrl_shared_log *log = open_shared(path, CAPACITY);
    uint32_t numbers[CAPACITY], n = 0;
    for (; n < CAPACITY; n++) { /* a lap of old records */
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
    }
    for (unsigned round = 0; round < 24 * 16; round++) {
        vrrl_log_ticket tickets[OPEN], more;
        uint64_t before = vrrl_shared_log_committed(log), stalled;
        for (int i = 0; i < OPEN; i++) {
            assert_int_equal(vrrl_shared_log_claim(log, 5, &tickets[i]), VRRL_OK);
            assert_true(i == 0 || tickets[i].timestamp_ns > tickets[i - 1].timestamp_ns);
        }
        assert_int_equal(vrrl_shared_log_claim(log, 5, &more), VRRL_BUSY);
        assert_int_equal(live_numbers(path, numbers), CAPACITY - OPEN < n ? CAPACITY - OPEN : n);
        unsigned done = 0, abandoned = round / 24;
        for (int k = 0; k < OPEN; k++) {
            unsigned i = orders[round % 24][k];
            vrrl_record record = sample_record(n + i);
            if (abandoned >> i & 1)
                vrrl_shared_log_abandon(log, tickets[i].number);
            else
                vrrl_shared_log_publish(log, &tickets[i], &record);
            done |= 1u << i;
            unsigned covered = 0;
            while (done >> covered & 1)
                covered++;
            assert_int_equal(vrrl_shared_log_committed(log), before + covered);
            assert_int_equal(vrrl_shared_log_stalled(log, &stalled), covered < OPEN);
        }
        for (unsigned i = 0; i < OPEN; i++) { /* the rest of the lap, so that all is known again */
            vrrl_record record = sample_record(n + OPEN + i);
            assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
        }
        size_t count = live_numbers(path, numbers), at = 0;
        for (unsigned i = 0; i < 2 * OPEN; i++)
            if (i >= OPEN || !(abandoned >> i & 1))
                assert_int_equal(numbers[at++], n + i);
        assert_int_equal(at, count);
        n += 2 * OPEN;
    }
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
}

/* ---- Many threads ---------------------------------------------------------------------------- */

struct stress {
    vrrl_shared_log *log;
    uint32_t number, appends, running, *left;
};

static vrrl_record producer_record(uint32_t producer, uint32_t n)
{
    return (vrrl_record){.timestamp_ns = 1,
                         .slot_idx = n % 8,
                         .tenant_id = producer,
                         .opcode = n,
                         .args = {n * 3, n * 5, n * 7, producer ^ n},
                         .epoch = n * 11,
                         .output_digest = (uint64_t)n * 0x9E3779B97F4A7C15u + producer};
}

/* Publishes, now and then abandons, and ends with a ticket that it never gives back. */
static void *produce(void *argument)
{
    struct stress *s = argument;
    uint64_t seed = s->number;
    vrrl_log_ticket ticket;
    for (uint32_t n = 0; n < s->appends; n++) {
        vrrl_record record = producer_record(s->number, n);
        if (random_below(&seed, 16) > 0) {
            if (vrrl_shared_log_append(s->log, &record))
                abort();
        } else {
            while (vrrl_shared_log_claim(s->log, 1, &ticket) == VRRL_BUSY)
                sched_yield();
            vrrl_shared_log_abandon(s->log, ticket.number);
        }
    }
    add_relaxed(s->left, (uint32_t)-1);
    return NULL;
}

/* Returns how many records were wrong; each producer's must come in its order. */
static uint64_t follow(vrrl_tail *tail, const uint32_t *left, uint64_t *seen)
{
    uint32_t last[16] = {0};
    uint64_t last_timestamp = 0, wrong = 0;
    for (bool ending = false;;) {
        vrrl_tail_item item;
        vrrl_record found;
        assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
        if (item.event == VRRL_TAIL_NOTHING) {
            if (ending)
                return wrong;
            ending = load_acquire(left) == 0;
        } else if (item.event == VRRL_TAIL_RECORD) {
            vrrl_raw_decode(item.record, &found);
            uint32_t p = found.tenant_id % 16;
            vrrl_record expected = producer_record(found.tenant_id, found.opcode);
            expected.timestamp_ns = found.timestamp_ns;
            assert_same_record(&found, &expected);
            wrong += found.timestamp_ns <= last_timestamp || found.opcode + 1 <= last[p];
            last[p] = found.opcode + 1;
            last_timestamp = found.timestamp_ns;
            ++*seen;
        }
    }
}

static void many_threads(uint32_t threads, uint64_t capacity, uint32_t appends, unsigned flags)
{
    char name[48];
    snprintf(name, sizeof name, "threads-%u-%d-%u", threads, (int)capacity, flags);
    const char *path = in_folder(name);
    struct stress all[16];
    pthread_t ids[16];
    uint32_t left = threads;
    uint64_t seen = 0, stalled;
    vrrl_shared_log *log = open_shared(path, capacity);
    vrrl_tail *tail;
    assert_int_equal(vrrl_tail_open(path, VRRL_TAIL_ALL, flags, &tail, NULL), VRRL_OK);
    for (uint32_t i = 0; i < threads; i++) {
        all[i] = (struct stress){.log = log, .number = i, .appends = appends, .left = &left};
        assert_int_equal(pthread_create(&ids[i], NULL, produce, &all[i]), 0);
    }
    assert_int_equal(follow(tail, &left, &seen), 0);
    for (uint32_t i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    assert_false(vrrl_shared_log_stalled(log, &stalled));
    assert_int_equal(vrrl_shared_log_committed(log), (uint64_t)threads * appends);
    vrrl_tail_close(tail);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    print_message("%s: %d of %d records seen\n", name, (int)seen, (int)(threads * appends));
}

static void many_threads_beside_a_tail(void **state)
{
    (void)state;
#ifdef VRRL_SANITIZED
    enum { APPENDS = 3000 };
#else
    enum { APPENDS = 60000 };
#endif
    for (unsigned flags = 0; flags <= VRRL_TAIL_MAPPED; flags++) {
        many_threads(2, 2, APPENDS / 4, flags);
        many_threads(3, 5, APPENDS / 4, flags);
        many_threads(4, 64, APPENDS, flags);
        many_threads(4, 8192, APPENDS, flags);
    }
}

static void *claim_and_end(void *argument)
{
    vrrl_log_ticket ticket;
    assert_int_equal(vrrl_shared_log_claim(argument, 1, &ticket), VRRL_OK);
    return NULL;
}

/* The log says who is missing, takes no more than its window, and goes on when told. */
static void a_thread_that_ends_with_a_ticket(void **state)
{
    (void)state;
    const char *path = in_folder("dead");
    vrrl_shared_log *log = open_shared(path, 16);
    uint32_t numbers[16];
    uint64_t stalled;
    for (uint32_t n = 0; n < 20; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
    }
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, claim_and_end, log), 0);
    pthread_join(thread, NULL);
    for (uint32_t n = 21; n < 28; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
    }
    vrrl_record record = sample_record(28);
    vrrl_log_ticket ticket;
    assert_int_equal(vrrl_shared_log_claim(log, 1, &ticket), VRRL_BUSY);
    assert_true(vrrl_shared_log_stalled(log, &stalled));
    assert_int_equal(stalled, 20);
    assert_int_equal(vrrl_shared_log_committed(log), 20);
    size_t count = live_numbers(path, numbers);
    for (size_t i = 0; i < count; i++)
        assert_true(numbers[i] != 4); /* what was in the place of ticket 20 */
    vrrl_shared_log_abandon(log, stalled);
    assert_int_equal(vrrl_shared_log_committed(log), 28);
    assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
    assert_int_equal(live_numbers(path, numbers), 15);
    assert_int_equal(numbers[14], 28);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
}

/* Closing gives up what is open: the records after it are the newest then, not the oldest. */
static void closing_abandons_what_is_open(void **state)
{
    (void)state;
    enum { CAPACITY = 8 };
    const char *path = in_folder("open-tickets");
    for (unsigned open = 1; open < 16; open++) {
        uint32_t numbers[CAPACITY], kept = 0;
        vrrl_log_ticket ticket;
        unlink(path);
        vrrl_shared_log *log = open_shared(path, CAPACITY);
        for (uint32_t n = 0; n < CAPACITY + 3; n++) {
            vrrl_record record = sample_record(n);
            assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
        }
        for (uint32_t i = 0; i < 4; i++) {
            vrrl_record record = sample_record(100 + i);
            assert_int_equal(vrrl_shared_log_claim(log, 1, &ticket), VRRL_OK);
            if (!(open >> i & 1))
                vrrl_shared_log_publish(log, &ticket, &record);
            kept += !(open >> i & 1);
        }
        assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
        assert_int_equal(live_numbers(path, numbers), 4 + kept);
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(numbers[i], 7 + i);
        for (uint32_t i = 0, at = 4; i < 4; i++)
            if (!(open >> i & 1))
                assert_int_equal(numbers[at++], 100 + i);
        log = open_shared(path, CAPACITY);
        vrrl_record record = sample_record(200);
        assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
        assert_int_equal(live_numbers(path, numbers), 4 + kept);
        assert_int_equal(numbers[0], 8); /* the oldest was replaced */
        assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    }
}

/* Numbers that nobody has yet, and tickets of another log: nothing is written, and nothing is taken from
 * those who claim them later. */
static void a_ticket_that_was_never_claimed_is_refused(void **state)
{
    (void)state;
    enum { CAPACITY = 8 };
    const char *path = in_folder("unclaimed");
    vrrl_shared_log *log = open_shared(path, CAPACITY);
    vrrl_record record = sample_record(1);
    const uint64_t numbers[] = {0, 1, 2, 3, CAPACITY, CAPACITY + 1, UINT64_MAX - 1, UINT64_MAX};
    for (uint32_t claimed = 0; claimed < 3; claimed++) {
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            vrrl_log_ticket forged = {numbers[i], 1};
            size_t size, again;
            if (numbers[i] < claimed)
                continue;
            uint8_t *before = read_file(path, &size);
            assert_int_equal(vrrl_shared_log_publish(log, &forged, &record), VRRL_INVALID);
            assert_int_equal(vrrl_shared_log_abandon(log, numbers[i]), VRRL_INVALID);
            uint8_t *after = read_file(path, &again);
            assert_memory_equal(before, after, size);
            free(before);
            free(after);
        }
        vrrl_log_ticket ticket;
        assert_int_equal(vrrl_shared_log_claim(log, 100 + claimed, &ticket), VRRL_OK);
        assert_int_equal(ticket.number, claimed);
        vrrl_log_ticket foreign = {ticket.number, ticket.timestamp_ns + 1};
        assert_int_equal(vrrl_shared_log_publish(log, &foreign, &record), VRRL_INVALID);
        assert_int_equal(vrrl_shared_log_publish(log, &ticket, &record), VRRL_OK);
    }
    assert_int_equal(vrrl_shared_log_committed(log), 3);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
}

/* Until its place is taken again, and after that, too. */
static void a_ticket_is_over_once(void **state)
{
    (void)state;
    enum { CAPACITY = 4 };
    const char *path = in_folder("late");
    vrrl_shared_log *log = open_shared(path, CAPACITY);
    vrrl_record record = sample_record(1), late = sample_record(2);
    vrrl_log_ticket open, published, abandoned;
    assert_int_equal(vrrl_shared_log_claim(log, 1, &open), VRRL_OK);
    assert_int_equal(vrrl_shared_log_claim(log, 1, &published), VRRL_OK);
    assert_int_equal(vrrl_shared_log_publish(log, &published, &record), VRRL_OK);
    for (uint32_t stage = 0; stage < 3; stage++) {
        size_t size, again;
        if (stage == 1) { /* now all are committed */
            assert_int_equal(vrrl_shared_log_abandon(log, open.number), VRRL_OK);
            assert_int_equal(vrrl_shared_log_claim(log, 1, &abandoned), VRRL_OK);
            assert_int_equal(vrrl_shared_log_abandon(log, abandoned.number), VRRL_OK);
        }
        /* at last their places are others' */
        for (uint32_t n = 0; stage == 2 && n < CAPACITY; n++)
            assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
        uint8_t *before = read_file(path, &size);
        assert_int_equal(vrrl_shared_log_publish(log, &published, &late), VRRL_INVALID);
        assert_int_equal(vrrl_shared_log_abandon(log, published.number), VRRL_INVALID);
        if (stage > 0) {
            assert_int_equal(vrrl_shared_log_publish(log, &abandoned, &late), VRRL_INVALID);
            assert_int_equal(vrrl_shared_log_abandon(log, abandoned.number), VRRL_INVALID);
            assert_int_equal(vrrl_shared_log_publish(log, &open, &late), VRRL_INVALID);
        }
        uint8_t *after = read_file(path, &again);
        assert_int_equal(size, again);
        assert_memory_equal(before, after, size);
        free(before);
        free(after);
    }
    assert_int_equal(vrrl_shared_log_committed(log), 3 + CAPACITY);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
}

/* What an append alone leaves behind says nothing of the places that it went over: where a word was the
 * low half of a number, a ticket 2^32 after the one that made it counted as done. */
static void a_ticket_is_done_by_its_whole_number(void **state)
{
    (void)state;
    enum { CAPACITY = 4 };
    vrrl_shared_log *log = open_shared(in_folder("many-laps"), CAPACITY);
    vrrl_record record = sample_record(1);
    vrrl_log_ticket first, second;
    assert_int_equal(vrrl_shared_log_claim(log, 1, &first), VRRL_OK);
    vrrl_shared_log_publish(log, &first, &record);
    assert_int_equal(vrrl_shared_log_committed(log), 1);
    log->next = log->committed = 1ull << 32; /* appends alone, as many as these */
    assert_int_equal(vrrl_shared_log_claim(log, 1, &first), VRRL_OK);
    assert_int_equal(vrrl_shared_log_claim(log, 1, &second), VRRL_OK);
    vrrl_shared_log_publish(log, &second, &record);
    assert_int_equal(vrrl_shared_log_committed(log), 1ull << 32);
    vrrl_shared_log_publish(log, &first, &record);
    assert_int_equal(vrrl_shared_log_committed(log), (1ull << 32) + 2);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
}

/* ---- Levels ---------------------------------------------------------------------------------- */

static void a_shared_log_has_no_ordered_level(void **state)
{
    (void)state;
    vrrl_shared_log *log;
    vrrl_error err = no_error();
    vrrl_log_options options = {.size = sizeof options, .durability = VRRL_DURABILITY_ORDERED};
    assert_error(&err, vrrl_shared_log_open_with(in_folder("ordered"), 8, &options, &log, &err),
                 VRRL_INVALID);
    assert_null(log);
    assert_non_null(strstr(err.text, "ordered"));
    assert_int_equal(access(in_folder("ordered"), F_OK), -1);
    options = (vrrl_log_options){
        .size = sizeof(vrrl_log_options), .durability = VRRL_DURABILITY_GROUP, .batch_records = 3};
    assert_error(&err, vrrl_shared_log_open_with(in_folder("ordered"), 8, &options, &log, &err),
                 VRRL_INVALID);
}

/* Each sync moves the watermark to what is committed, and no further: not over a ticket that stalls. */
static void a_sync_covers_what_is_committed(void **state)
{
    (void)state;
    static const vrrl_durability levels[] = {VRRL_DURABILITY_PROCESS, VRRL_DURABILITY_GROUP};
    for (size_t i = 0; i < 2; i++) {
        vrrl_shared_log *log;
        vrrl_log_options options = {.size = sizeof options, .durability = levels[i]};
        vrrl_log_ticket ticket;
        vrrl_record record = sample_record(1);
        uint64_t synced = 0;
        unlink(in_folder("levels"));
        assert_int_equal(vrrl_shared_log_open_with(in_folder("levels"), 8, &options, &log, NULL),
                         VRRL_OK);
        for (uint64_t n = 1; n < 20; n++) {
            assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
            assert_int_equal(vrrl_shared_log_durable(log), synced);
            if (n % 5 > 0)
                continue;
            assert_int_equal(vrrl_shared_log_sync(log, NULL), VRRL_OK);
            assert_int_equal(vrrl_shared_log_durable(log), synced = n);
        }
        assert_int_equal(vrrl_shared_log_claim(log, 1, &ticket), VRRL_OK);
        assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
        assert_int_equal(vrrl_shared_log_sync(log, NULL), VRRL_OK);
        assert_int_equal(vrrl_shared_log_durable(log), 19);
        vrrl_shared_log_publish(log, &ticket, &record);
        assert_int_equal(vrrl_shared_log_sync(log, NULL), VRRL_OK);
        assert_int_equal(vrrl_shared_log_durable(log), 21);
        assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    }
}

/* The thread of the level group syncs what several threads append. */
static void a_group_is_synced_beside_its_producers(void **state)
{
    (void)state;
    enum { THREADS = 3, APPENDS = 2000 };
    struct stress all[THREADS];
    pthread_t ids[THREADS];
    uint32_t left = THREADS;
    vrrl_shared_log *log;
    vrrl_log_options options = {
        .size = sizeof options, .durability = VRRL_DURABILITY_GROUP, .sync_interval_ms = 1};
    assert_int_equal(vrrl_shared_log_open_with(in_folder("group"), 64, &options, &log, NULL),
                     VRRL_OK);
    for (uint32_t i = 0; i < THREADS; i++) {
        all[i] = (struct stress){.log = log, .number = i, .appends = APPENDS, .left = &left};
        assert_int_equal(pthread_create(&ids[i], NULL, produce, &all[i]), 0);
    }
    for (uint64_t last = 0; load_acquire(&left) > 0; usleep(100)) {
        uint64_t durable = vrrl_shared_log_durable(log);
        assert_true(durable >= last && durable <= vrrl_shared_log_committed(log));
        last = durable;
    }
    for (uint32_t i = 0; i < THREADS; i++)
        pthread_join(ids[i], NULL);
    for (int tries = 0; vrrl_shared_log_durable(log) < THREADS * APPENDS; tries++) {
        assert_true(tries < 60000);
        usleep(1000);
    }
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_writes_as_a_log_does),
        cmocka_unit_test(closing_abandons_what_is_open),
        cmocka_unit_test(a_shared_log_has_no_ordered_level),
        cmocka_unit_test(a_sync_covers_what_is_committed),
        cmocka_unit_test(a_group_is_synced_beside_its_producers),
        cmocka_unit_test(tickets_in_every_order),
        cmocka_unit_test(a_thread_that_ends_with_a_ticket),
        cmocka_unit_test(a_ticket_that_was_never_claimed_is_refused),
        cmocka_unit_test(a_ticket_is_over_once),
        cmocka_unit_test(a_ticket_is_done_by_its_whole_number),
        cmocka_unit_test(many_threads_beside_a_tail),
    };
    return cmocka_run_group_tests_name("shared_log", tests, make_folder, remove_folder);
}
