/*
 * Writers that are killed: at every store of an append (by single steps of ptrace, which needs no
 * hook in the library) and at random moments, again and again on one log. What is left is held
 * against an account that the writer keeps outside of the log, in shared memory: at most the record
 * that nobody acknowledged, and on a wrapped log the one that it replaces, may be missing; what is
 * read is whole and in order; the next writer goes on.
 *
 * VRRL_KILLS=N kills N times at random, 150 by default; from 1,000 on every instruction of an append
 * is a place to kill at, not only those after which the file differs.
 */
#include "log_test.h"

#include "base/atomics.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { CAPACITY_MAX = 64, STEPS_MAX = 1 << 20 };

static uint32_t random_kills(void)
{
    const char *text = getenv("VRRL_KILLS");
    return text ? (uint32_t)strtoul(text, NULL, 10) : 150;
}

/* What the writer says of itself. Counts of records, over all writers of a log. */
struct account {
    uint64_t begun, acknowledged; /* appends */
    uint64_t syncs_begun, committed;
    uint32_t ready;
};

static struct account *account;

/* What the log must be: by place the number of its record plus 1, or 0 where there is none. */
struct model {
    uint64_t capacity, cursor;
    uint64_t places[CAPACITY_MAX];
};

static void model_append(struct model *m, uint64_t n)
{
    m->places[m->cursor] = n + 1;
    m->cursor = (m->cursor + 1) % m->capacity;
}

/* ---- What is there --------------------------------------------------------------------------- */

static uint64_t number_of(const vrrl_raw_record *raw)
{
    return vrrl_raw_timestamp_ns(raw) - 1700000000000000000u;
}

/* Reads the log as anybody would. Every record must be whole, each must be of its place. */
static struct model found_in(const char *path, uint64_t capacity)
{
    struct model found = {.capacity = capacity};
    vrrl_reader *reader;
    vrrl_log_verdict verdict;
    assert_int_equal(vrrl_log_verify(path, &verdict, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_open(path, 0, &reader, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_capacity(reader), capacity);
    found.cursor = vrrl_reader_cursor(reader);
    const vrrl_raw_record *raw;
    while (vrrl_reader_next(reader, &raw, NULL) == VRRL_OK && raw) {
        vrrl_record record, expected = sample_record(number_of(raw));
        vrrl_raw_decode(raw, &record);
        assert_same_record(&record, &expected);
        found.places[vrrl_reader_index(reader)] = number_of(raw) + 1;
    }
    vrrl_reader_close(reader);
    return found;
}

/* How often each of the ways to die was seen. */
static struct {
    uint32_t untouched, missing, no_cursor, whole;
} seen;

/* Whether *found is what may be left where *before was the log and record n was being appended. */
static bool may_be_left(const struct model *before, const struct model *found, uint64_t n)
{
    struct model after = *before;
    uint64_t at = before->cursor;
    model_append(&after, n);
    for (uint64_t i = 0; i < before->capacity; i++)
        if (i != at && found->places[i] != before->places[i])
            return false;
    if (found->places[at] == after.places[at]) {
        seen.no_cursor += found->cursor == before->cursor && before->capacity > 1;
        seen.whole += found->cursor == after.cursor;
        return found->cursor == before->cursor || found->cursor == after.cursor;
    }
    seen.untouched += found->places[at] == before->places[at];
    seen.missing += found->places[at] != before->places[at];
    return found->cursor == before->cursor &&
           (found->places[at] == 0 || found->places[at] == before->places[at]);
}

/* *m becomes what a writer that was killed has left. */
static void settle(struct model *m, const char *path)
{
    struct model found = found_in(path, m->capacity);
    for (uint64_t n = account->acknowledged; n < account->begun; n++)
        if (!may_be_left(m, &found, n))
            fail_msg("after %" PRIu64 " records, capacity %" PRIu64 ": cursor %" PRIu64, n,
                     m->capacity, found.cursor);
    if (account->begun == account->acknowledged)
        assert_memory_equal(&found, m, sizeof found);
    *m = found;
}

static void append_next(vrrl_log *log)
{
    uint64_t n = account->begun;
    vrrl_record record = sample_record(n);
    store_relaxed(&account->begun, n + 1);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (vrrl_log_append(log, &record))
        _exit(2);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_relaxed(&account->acknowledged, n + 1);
}

/* The model of a log to which so many records went without a death between them. */
static void model_catch_up(struct model *m, uint64_t *known)
{
    for (; *known < account->acknowledged; ++*known)
        model_append(m, *known);
}

/* ---- At every store -------------------------------------------------------------------------- */

/* A writer that has opened the log and stops before it appends one record. 0: no ptrace here. */
static pid_t start_stepped(const char *path)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        vrrl_log *log;
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        if (vrrl_log_open(path, 1, &log, NULL))
            _exit(1);
        raise(SIGSTOP);
        append_next(log);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return 0;
    assert_true(WIFSTOPPED(status));
    return child;
}

/* False where the writer has ended. */
static bool step(pid_t child)
{
    int status;
    assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSTOPPED(status);
}

static void kill_writer(pid_t child)
{
    int status;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
}

/* After which steps of an append the file differs from before. Returns their number, *steps is that
 * of all. */
static uint32_t find_stores(const char *path, size_t size, uint32_t *stores, uint32_t *steps)
{
    int fd = open(path, O_RDONLY);
    const uint8_t *now = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(now != MAP_FAILED);
    uint8_t *last = malloc(size);
    assert_non_null(last);
    memcpy(last, now, size);
    uint32_t count = 0;
    pid_t child = start_stepped(path);
    for (*steps = 1; step(child); ++*steps) {
        assert_true(*steps < STEPS_MAX);
        if (memcmp(now, last, size) == 0)
            continue;
        assert_true(count < 64);
        stores[count++] = *steps;
        memcpy(last, now, size);
    }
    free(last);
    munmap((void *)(uintptr_t)now, size);
    close(fd);
    return count;
}

/* Makes the log, with `count` records in it. */
static struct model prepare(const char *path, uint64_t capacity, uint64_t count)
{
    struct model m = {.capacity = capacity};
    vrrl_log *log;
    unlink(path);
    assert_int_equal(vrrl_log_open(path, capacity, &log, NULL), VRRL_OK);
    *account = (struct account){.begun = 0};
    for (uint64_t n = 0; n < count; n++) {
        append_next(log);
        model_append(&m, n);
    }
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    return m;
}

static void log_goes_on(struct model *m, const char *path)
{
    vrrl_log *log;
    assert_int_equal(vrrl_log_open(path, 1, &log, NULL), VRRL_OK);
    for (uint64_t i = 0; i < m->capacity + 1; i++) {
        model_append(m, account->begun);
        append_next(log);
        struct model found = found_in(path, m->capacity);
        assert_memory_equal(&found, m, sizeof found);
    }
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void kill_at(const char *path, uint64_t capacity, uint64_t count, uint32_t steps)
{
    struct model m = prepare(path, capacity, count);
    pid_t child = start_stepped(path);
    for (uint32_t i = 0; i < steps; i++)
        assert_true(step(child));
    kill_writer(child);
    model_catch_up(&m, &count);
    settle(&m, path);
    log_goes_on(&m, path);
}

static uint32_t kill_at_every_store(const char *path, uint64_t capacity, uint64_t count)
{
    uint32_t stores[64], steps, kills = 0;
    prepare(path, capacity, count);
    uint32_t store_count = find_stores(path, 32 + 64 * capacity, stores, &steps);
    assert_true(store_count >= (capacity == 1 ? 1 : 2)); /* a head, a cursor */
    bool every = random_kills() >= 1000;
    for (uint32_t at = 0; at < steps; at++) {
        bool chosen = every || at == 0 || at == steps - 1;
        for (uint32_t i = 0; i < store_count; i++)
            chosen |= at == stores[i] || at + 1 == stores[i];
        if (!chosen)
            continue;
        kill_at(path, capacity, count, at);
        kills++;
    }
    return kills;
}

static void a_kill_at_any_store_costs_one_record(void **state)
{
    (void)state;
    static const struct {
        uint64_t capacity, records;
    } cases[] = {{1, 0}, {1, 1}, {2, 1}, {3, 1}, {3, 3}, {3, 5}, {8, 15}};
    const char *path = in_folder("stepped");
    prepare(path, 1, 0);
    pid_t child = start_stepped(path);
    if (!child) {
        print_message("left out: this system has no ptrace for us\n");
        skip();
    }
    kill_writer(child);
    memset(&seen, 0, sizeof seen);
    uint32_t kills = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        kills += kill_at_every_store(path, cases[i].capacity, cases[i].records);
    print_message("%u kills: %u untouched, %u with the old gone, %u without the cursor, %u whole\n",
                  kills, seen.untouched, seen.missing, seen.no_cursor, seen.whole);
    assert_true(seen.untouched && seen.missing && seen.no_cursor && seen.whole);
}

/* ---- At random ------------------------------------------------------------------------------- */

static void write_on(const char *path)
{
    vrrl_log *log;
    if (vrrl_log_open(path, 1, &log, NULL))
        _exit(1);
    for (;;) {
        append_next(log);
        store_relaxed(&account->ready, 1);
    }
}

/* Runs a writer until it has begun, and some time longer. */
static void run_and_kill(void (*writer)(const char *), const char *path, uint64_t *seed)
{
    store_relaxed(&account->ready, 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        writer(path);
    while (!load_relaxed(&account->ready))
        assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
    usleep(random_below(seed, 200));
    kill_writer(child);
}

static void kills_at_random_cost_one_record_each(void **state)
{
    (void)state;
    static const uint64_t capacities[] = {1, 2, 7, 64};
    uint32_t kills = random_kills();
    uint64_t seed = 20240611;
    memset(&seen, 0, sizeof seen);
    for (size_t c = 0; c < 4; c++) {
        const char *path = in_folder("random");
        struct model m = prepare(path, capacities[c], 0);
        uint64_t known = 0;
        for (uint32_t kill = 0; kill < kills / 4; kill++) {
            run_and_kill(write_on, path, &seed);
            model_catch_up(&m, &known);
            settle(&m, path);
            known = account->acknowledged = account->begun; /* the next is a new record */
        }
        log_goes_on(&m, path);
    }
    print_message("%u kills of seed 20240611: %u untouched, %u with the old gone, %u without the "
                  "cursor, %u whole\n",
                  kills / 4 * 4, seen.untouched, seen.missing, seen.no_cursor, seen.whole);
}

/* ---- Ordered --------------------------------------------------------------------------------- */

enum { BATCH = 5, ORDERED_CAPACITY = 16 };

static void write_ordered(const char *path)
{
    vrrl_log *log;
    vrrl_log_options options = {
        .size = sizeof options, .durability = VRRL_DURABILITY_ORDERED, .batch_records = BATCH + 1};
    if (vrrl_log_open_with(path, 1, &options, &log, NULL))
        _exit(1);
    for (uint64_t n = 1;; n++) {
        append_next(log);
        if (n % BATCH)
            continue;
        store_relaxed(&account->syncs_begun, account->begun);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        if (vrrl_log_sync(log, NULL))
            _exit(2);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        store_relaxed(&account->committed, account->begun);
        store_relaxed(&account->ready, 1);
    }
}

/* The newest records that were committed stand before the cursor, as far as nothing has gone to
 * their places since. Returns how many were committed. */
static uint64_t settle_ordered(const char *path, uint64_t base, uint64_t base_cursor)
{
    struct model found = found_in(path, ORDERED_CAPACITY);
    uint64_t committed = account->committed, cursor = base_cursor + committed - base;
    if (found.cursor != cursor % ORDERED_CAPACITY) {
        committed = account->syncs_begun;
        cursor = base_cursor + committed - base;
    }
    assert_int_equal(found.cursor, cursor % ORDERED_CAPACITY);
    uint64_t in_doubt = account->begun - committed;
    assert_true(in_doubt <= BATCH + 1);
    for (uint64_t back = 1; back + in_doubt <= ORDERED_CAPACITY && back <= committed - base; back++)
        assert_int_equal(found.places[(cursor - back) % ORDERED_CAPACITY], committed - back + 1);
    return committed;
}

static void an_ordered_log_keeps_what_was_committed(void **state)
{
    (void)state;
    const char *path = in_folder("ordered");
    uint64_t seed = 99, cursor = 0;
    prepare(path, ORDERED_CAPACITY, 0);
    for (uint32_t kill = 0; kill < random_kills() / 4; kill++) {
        uint64_t base = account->begun;
        *account = (struct account){.begun = base, .syncs_begun = base, .committed = base};
        run_and_kill(write_ordered, path, &seed);
        uint64_t committed = settle_ordered(path, base, cursor);
        cursor = (cursor + committed - base) % ORDERED_CAPACITY;
    }
}

static int make_account(void **state)
{
    account =
        mmap(NULL, sizeof *account, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return account == MAP_FAILED || make_memory_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_at_any_store_costs_one_record),
        cmocka_unit_test(kills_at_random_cost_one_record_each),
        cmocka_unit_test(an_ordered_log_keeps_what_was_committed),
    };
    return cmocka_run_group_tests_name("log_kill", tests, make_account, remove_folder);
}
