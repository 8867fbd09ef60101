/*
 * Processes that are killed while several threads append to a shared log, at random moments and, with
 * tickets that are open, at every store. Each record tells its thread and number; timestamps count the
 * tickets. What is left: whole records, each in its ticket's place; before the cursor nothing that an
 * older lap has left; what an append has returned for, unless it was replaced. Then the next process
 * goes on.
 *
 * VRRL_KILLS=N kills N times at random, 150 by default.
 */
#include "log_test.h"

#include "base/atomics.h"
#include "base/random.h"
#include "vrrl/log/shared_log.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { THREADS = 4, CAPACITY_MAX = 64 };

/* What the threads say of themselves, in shared memory. */
struct account {
    uint32_t begun; /* claims, over all threads: not fewer than there were */
    struct {
        uint32_t done;         /* appends that have returned */
        uint32_t begun_before; /* `begun` when the last of them began */
    } thread[THREADS];
};

static struct account *account;

static vrrl_record record_of(uint32_t thread, uint32_t n)
{
    vrrl_record record = sample_record((uint64_t)n * THREADS + thread);
    record.timestamp_ns = 1; /* the log makes it the number of the ticket, from 1 */
    record.tenant_id = thread;
    record.opcode = n;
    return record;
}

/* ---- What is left ---------------------------------------------------------------------------- */

static struct {
    uint32_t kills, ahead, holes;
} seen;

struct found {
    uint64_t capacity, cursor, base;
    uint64_t ticket[CAPACITY_MAX]; /* by place: the ticket's number plus 1, or 0 */
    uint32_t newest[THREADS];      /* numbers plus 1 */
};

/* Every record is whole, and in its place; a thread's own come in their order. */
static struct found found_in(const char *path, uint64_t capacity, uint64_t base)
{
    struct found f = {.capacity = capacity, .base = base};
    vrrl_reader *reader;
    const vrrl_raw_record *raw;
    uint64_t newest[THREADS] = {0};
    assert_int_equal(vrrl_reader_open(path, 0, &reader, NULL), VRRL_OK);
    f.cursor = vrrl_reader_cursor(reader);
    vrrl_code code;
    while (!(code = vrrl_reader_next(reader, &raw, NULL)) && raw) {
        vrrl_record record;
        vrrl_raw_decode(raw, &record);
        uint32_t thread = record.tenant_id;
        assert_true(thread < THREADS);
        vrrl_record expected = record_of(thread, record.opcode);
        expected.timestamp_ns = record.timestamp_ns;
        assert_same_record(&record, &expected);
        uint64_t index = vrrl_reader_index(reader);
        assert_int_equal((base + record.timestamp_ns - 1) % capacity, index);
        f.ticket[index] = record.timestamp_ns;
        if (record.timestamp_ns > newest[thread]) {
            newest[thread] = record.timestamp_ns;
            f.newest[thread] = record.opcode + 1;
        }
    }
    assert_int_equal(code, VRRL_OK);
    vrrl_reader_close(reader);
    return f;
}

/* Whether all places fit a cursor that covers so many tickets: from it on those of the last lap or, in
 * the window, of the next; or none. */
static bool fits(const struct found *f, uint64_t covered)
{
    uint64_t window = f->capacity > 1 ? f->capacity / 2 : 1;
    for (uint64_t i = 0; i < f->capacity; i++) {
        uint64_t ticket = f->ticket[(f->cursor + i) % f->capacity], next = covered + i + 1;
        if (ticket != 0 && ticket + f->capacity != next && (ticket != next || i >= window))
            return false;
    }
    return true;
}

static void count_places(const struct found *f, uint64_t covered)
{
    for (uint64_t i = 0; i < f->capacity; i++) {
        uint64_t ticket = f->ticket[(f->cursor + i) % f->capacity], next = covered + i + 1;
        seen.ahead += ticket == next;
        seen.holes += ticket == 0 && next > f->capacity;
    }
}

/* How many tickets the cursor covers it does not say, but for laps: the newest record is of a ticket
 * that it covers or, in the window, of one that it does not; what follows it was abandoned. */
static void check_places(const struct found *f)
{
    uint64_t newest = 0;
    for (uint64_t i = 0; i < f->capacity; i++)
        newest = f->ticket[i] > newest ? f->ticket[i] : newest;
    uint64_t covered = (f->cursor + f->capacity - f->base) % f->capacity;
    while (covered + f->capacity <= newest)
        covered += f->capacity;
    if (!fits(f, covered))
        covered += f->capacity;
    if (!fits(f, covered))
        fail_msg("capacity %d, cursor %d, newest ticket %d", (int)f->capacity, (int)f->cursor,
                 (int)newest);
    count_places(f, covered);
}

/* What was acknowledged is there, where not so many claims came after it that it may be replaced. */
static void check_acknowledged(const struct found *f)
{
    for (uint32_t t = 0; t < THREADS; t++) {
        uint32_t done = account->thread[t].done;
        uint32_t since = account->begun - account->thread[t].begun_before;
        if (done > 0 && since < f->capacity)
            assert_true(f->newest[t] >= done);
    }
}

/* Whoever opens it next goes on: after a lap and a half all is new, and in order. */
static void log_goes_on(const char *path, uint64_t capacity)
{
    vrrl_shared_log *log;
    assert_int_equal(vrrl_shared_log_open(path, 1, &log, NULL), VRRL_OK);
    for (uint32_t n = 0; n < capacity + capacity / 2; n++) {
        vrrl_record record = record_of(0, n);
        assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
    }
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    vrrl_reader *reader;
    vrrl_record *records;
    size_t count;
    assert_int_equal(vrrl_reader_open(path, 0, &reader, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_read_all(reader, &records, &count, NULL), VRRL_OK);
    assert_int_equal(count, capacity);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(records[i].opcode, capacity / 2 + i);
    free(records);
    vrrl_reader_close(reader);
}

static void check_left(const char *path, uint64_t capacity)
{
    struct found f = found_in(path, capacity, 0);
    check_places(&f);
    check_acknowledged(&f);
    log_goes_on(path, capacity);
    seen.kills++;
}

/* ---- At random ------------------------------------------------------------------------------- */

static vrrl_shared_log *writers_log;

/* Appends; now and then by halves, and now and then it abandons a ticket. */
static void *append_on(void *argument)
{
    uint32_t thread = (uint32_t)(uintptr_t)argument;
    uint64_t seed = account->begun + thread;
    vrrl_log_ticket ticket;
    for (uint32_t n = 0;; n++) {
        vrrl_record record = record_of(thread, n);
        uint32_t before = add_relaxed(&account->begun, 1u);
        uint32_t how = random_below(&seed, 8);
        vrrl_code code;
        if (how > 1) {
            code = vrrl_shared_log_append(writers_log, &record);
        } else {
            while ((code = vrrl_shared_log_claim(writers_log, 1, &ticket)) == VRRL_BUSY)
                sched_yield();
            if (how == 0) {
                vrrl_shared_log_abandon(writers_log, ticket.number);
                n--;
                continue;
            }
            sched_yield();
            vrrl_shared_log_publish(writers_log, &ticket, &record);
        }
        if (code)
            _exit(2);
        store_relaxed(&account->thread[thread].begun_before, before);
        store_relaxed(&account->thread[thread].done, n + 1);
    }
    return NULL;
}

static void write_from_threads(const char *path)
{
    pthread_t ids[THREADS];
    if (vrrl_shared_log_open(path, 1, &writers_log, NULL))
        _exit(1);
    for (uintptr_t t = 1; t < THREADS; t++)
        if (pthread_create(&ids[t], NULL, append_on, (void *)t))
            _exit(3);
    append_on(NULL);
}

static void make_log(const char *path, uint64_t capacity)
{
    vrrl_shared_log *log;
    unlink(path);
    assert_int_equal(vrrl_shared_log_open(path, capacity, &log, NULL), VRRL_OK);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    memset(account, 0, sizeof *account);
}

static void kill_process(pid_t child)
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void kills_at_random(void **state)
{
    (void)state;
    static const uint64_t capacities[] = {1, 2, 7, 64};
    const char *text = getenv("VRRL_KILLS"), *path = in_folder("random");
    uint32_t kills = text ? (uint32_t)strtoul(text, NULL, 10) : 150;
    uint64_t seed = 20240613;
    memset(&seen, 0, sizeof seen);
    for (uint32_t k = 0; k < kills; k++) {
        make_log(path, capacities[k % 4]);
        fflush(NULL);
        pid_t child = fork();
        if (child == 0)
            write_from_threads(path);
        while (load_relaxed(&account->begun) < random_below(&seed, 200))
            assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
        usleep(random_below(&seed, 500));
        kill_process(child);
        check_left(path, capacities[k % 4]);
    }
    print_message("%u kills of seed 20240613: %u records ahead of the cursor, %u holes\n",
                  seen.kills, seen.ahead, seen.holes);
}

/* ---- At every store -------------------------------------------------------------------------- */

enum { STEPPED_CAPACITY = 8 };

/* One thread with the calls of several: c claims, p publishes the oldest ticket that is open, q the
 * newest, x abandons the oldest, a appends. */
static void run_script(vrrl_shared_log *log, const char *script)
{
    vrrl_log_ticket open[STEPPED_CAPACITY];
    uint32_t count = 0;
    for (uint32_t n = 0; *script; script++) {
        vrrl_record record = record_of(1, n);
        if (*script == 'c') {
            account->begun++;
            if (vrrl_shared_log_claim(log, 1, &open[count++]))
                _exit(2);
            continue;
        }
        if (*script == 'a') {
            account->begun++;
            if (vrrl_shared_log_append(log, &record))
                _exit(2);
            n++;
            continue;
        }
        uint32_t at = *script == 'q' ? count - 1 : 0;
        vrrl_log_ticket ticket = open[at];
        memmove(&open[at], &open[at + 1], (--count - at) * sizeof *open);
        if (*script == 'x')
            vrrl_shared_log_abandon(log, ticket.number);
        else
            vrrl_shared_log_publish(log, &ticket, &record);
        n += *script != 'x';
    }
}

/* Fills the log, stops, and runs the script. */
static pid_t start_stepped(const char *path, const char *script)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        vrrl_shared_log *log;
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        if (vrrl_shared_log_open(path, 1, &log, NULL))
            _exit(1);
        for (uint32_t n = 0; n < STEPPED_CAPACITY + 5; n++) {
            vrrl_record record = record_of(0, n);
            if (vrrl_shared_log_append(log, &record))
                _exit(1);
        }
        raise(SIGSTOP);
        run_script(log, script);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return 0;
    assert_true(WIFSTOPPED(status));
    return child;
}

/* The file after each store is what a kill there leaves: stores to a mapping are the kernel's at once. */
static bool kill_at_every_store(const char *script)
{
    const char *path = in_folder("stepped"), *left = in_folder("left");
    size_t size = 32 + 64 * STEPPED_CAPACITY;
    uint8_t last[32 + 64 * STEPPED_CAPACITY] = {0};
    make_log(path, STEPPED_CAPACITY);
    pid_t child = start_stepped(path, script);
    if (!child)
        return false;
    int fd = open(path, O_RDONLY), status;
    const uint8_t *now = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(now != MAP_FAILED);
    do {
        if (memcmp(now, last, size) != 0) {
            memcpy(last, now, size);
            write_file(left, last, size);
            check_left(left, STEPPED_CAPACITY);
        }
        assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
    } while (WIFSTOPPED(status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    munmap((void *)(uintptr_t)now, size);
    close(fd);
    return true;
}

static void kills_at_every_store_of_open_tickets(void **state)
{
    (void)state;
    static const char *const scripts[] = {"a",    "cp",    "cx",     "ccqp",
                                          "ccqx", "ccxq",  "cccqqp", "ccccqqqx",
                                          "caaa", "caaax", "ccxaq",  "cccqxqaa"};
    memset(&seen, 0, sizeof seen);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++)
        if (!kill_at_every_store(scripts[i])) {
            print_message("left out: this system has no ptrace for us\n");
            skip();
        }
    print_message("%u kills: %u records ahead of the cursor, %u holes\n", seen.kills, seen.ahead,
                  seen.holes);
    assert_true(seen.ahead > 0 && seen.holes > 0);
}

static int begin(void **state)
{
    account =
        mmap(NULL, sizeof *account, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return account == MAP_FAILED || make_memory_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_at_random),
        cmocka_unit_test(kills_at_every_store_of_open_tickets),
    };
    return cmocka_run_group_tests_name("shared_kill", tests, begin, remove_folder);
}
