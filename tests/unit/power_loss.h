/* Runs of a writer by single steps, and what a disk may hold after each: for test_log_power.c, which
 * says what it is about. */
#ifndef VRRL_POWER_LOSS_H
#define VRRL_POWER_LOSS_H

#include "log_test.h"

#include "base/atomics.h"
#include "vrrl/log/shared_log.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum {
    SECTOR = 512,
    CAPACITY_MAX = 32,
    FILE_MAX = 32 + 64 * CAPACITY_MAX,
    SECTORS_MAX = (FILE_MAX + SECTOR - 1) / SECTOR,
    MOMENTS_MAX = 4096,
    OPERATIONS_MAX = 64,
};

/* ---- The run --------------------------------------------------------------------------------- */

/* What the writer tells, in shared memory. Write-backs are counted as they begin and end. */
struct account {
    uint32_t begun;   /* appends, those before open included */
    uint32_t durable; /* the same, of the watermark */
    uint32_t syncs_begun, syncs_done;
};

static struct account *account;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int __wrap_fdatasync(int fd)
{
    store_relaxed(&account->syncs_begun, account->syncs_begun + 1);
    int result = __real_fdatasync(fd);
    store_relaxed(&account->syncs_done, account->syncs_done + 1);
    return result;
}

/* The file and the account after a step that changed one of them. */
struct moment {
    struct account account;
    uint8_t file[FILE_MAX];
};

struct run {
    vrrl_durability level;
    bool shared;                     /* a shared log's tickets */
    uint32_t capacity, before;       /* records that were there, durable */
    char operations[OPERATIONS_MAX]; /* a: append, s: sync; shared: c: claim, p: publish the oldest
                                        ticket that is open, q: the newest */
    size_t bytes;
    uint32_t moments;
    struct moment *moment;
};

static inline void append_one(vrrl_log *log, uint32_t n)
{
    vrrl_record record = sample_record(n);
    store_relaxed(&account->begun, n + 1);
    if (vrrl_log_append(log, &record))
        _exit(2);
}

static inline void append_one_shared(vrrl_shared_log *log, uint32_t n)
{
    vrrl_record record = sample_record(n);
    store_relaxed(&account->begun, n + 1);
    if (vrrl_shared_log_append(log, &record))
        _exit(2);
}

static inline vrrl_log_ticket claim_one(vrrl_shared_log *log, uint32_t n)
{
    vrrl_log_ticket ticket;
    store_relaxed(&account->begun, n + 1);
    if (vrrl_shared_log_claim(log, sample_record(n).timestamp_ns, &ticket))
        _exit(2);
    return ticket;
}

static inline void publish_one(vrrl_shared_log *log, const struct run *run, vrrl_log_ticket *open,
                               uint32_t left, bool newest)
{
    uint32_t at = newest ? left : 0;
    vrrl_record record = sample_record(run->before + open[at].number);
    vrrl_shared_log_publish(log, &open[at], &record);
    memmove(&open[at], &open[at + 1], (left - at) * sizeof *open);
}

/* One thread makes the calls of several. */
static inline void write_shared(const struct run *run, const char *path)
{
    vrrl_shared_log *log;
    vrrl_log_options options = {.size = sizeof options, .durability = run->level};
    vrrl_log_ticket open[OPERATIONS_MAX];
    if (vrrl_shared_log_open_with(path, 1, &options, &log, NULL))
        _exit(1);
    raise(SIGSTOP);
    uint32_t n = run->before, count = 0;
    for (const char *operation = run->operations; *operation; operation++) {
        if (*operation == 'a')
            append_one_shared(log, n++);
        else if (*operation == 'c')
            open[count++] = claim_one(log, n++);
        else if (*operation != 's')
            publish_one(log, run, open, --count, *operation == 'q');
        else if (vrrl_shared_log_sync(log, NULL))
            _exit(2);
        store_relaxed(&account->durable, run->before + (uint32_t)vrrl_shared_log_durable(log));
    }
    _exit(0);
}

/* The child: opens, stops, and does what the run says. */
static inline void write_log(const struct run *run, const char *path)
{
    vrrl_log *log;
    vrrl_log_options options = {.size = sizeof options, .durability = run->level};
    if (run->level == VRRL_DURABILITY_ORDERED)
        options.batch_records = run->capacity;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(77);
    if (run->shared)
        write_shared(run, path);
    if (vrrl_log_open_with(path, 1, &options, &log, NULL))
        _exit(1);
    raise(SIGSTOP);
    uint32_t n = run->before;
    for (const char *operation = run->operations; *operation; operation++) {
        if (*operation == 'a')
            append_one(log, n++);
        else if (vrrl_log_sync(log, NULL))
            _exit(2);
        store_relaxed(&account->durable, run->before + (uint32_t)vrrl_log_durable(log));
    }
    _exit(0);
}

static inline void make_log(const struct run *run, const char *path)
{
    vrrl_log *log;
    unlink(path);
    assert_int_equal(vrrl_log_open(path, run->capacity, &log, NULL), VRRL_OK);
    for (uint32_t n = 0; n < run->before; n++)
        append_one(log, n);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    *account = (struct account){.begun = run->before, .durable = run->before};
}

static inline void keep_moment(struct run *run, const uint8_t *file)
{
    struct moment *last = run->moments ? &run->moment[run->moments - 1] : NULL;
    if (last && memcmp(&last->account, account, sizeof *account) == 0 &&
        memcmp(last->file, file, run->bytes) == 0)
        return;
    assert_true(run->moments < MOMENTS_MAX);
    struct moment *now = &run->moment[run->moments++];
    now->account = *account;
    memcpy(now->file, file, run->bytes);
}

/* False where there is no ptrace for us. */
static inline bool trace(struct run *run)
{
    const char *path = in_folder("power");
    make_log(run, path);
    run->bytes = 32 + 64 * run->capacity;
    run->moments = 0;
    int fd = open(path, O_RDONLY), status;
    const uint8_t *file = mmap(NULL, run->bytes, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(file != MAP_FAILED);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        write_log(run, path);
    assert_int_equal(waitpid(child, &status, 0), child);
    bool there = WIFSTOPPED(status);
    /* What the open has synced is where the disk stands. */
    account->syncs_begun = account->syncs_done = 0;
    while (WIFSTOPPED(status)) {
        keep_moment(run, file);
        assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77));
    munmap((void *)(uintptr_t)file, run->bytes);
    close(fd);
    return there;
}

/* ---- What the disk may hold ------------------------------------------------------------------ */

/* The first moment whose contents a loss at `at` may bring back: where the last write-back that has
 * ended began. */
static inline uint32_t oldest_at(const struct run *run, uint32_t at)
{
    uint32_t done = run->moment[at].account.syncs_done, m = at;
    while (m > 0 && run->moment[m - 1].account.syncs_begun >= done)
        m--;
    return done ? m : 0;
}

/* The different contents of each sector from moment `first` to `last`: the first moment of each. */
struct choices {
    uint32_t count[SECTORS_MAX];
    uint16_t moments[SECTORS_MAX][MOMENTS_MAX];
};

static inline size_t sectors_of(const struct run *run)
{
    return (run->bytes + SECTOR - 1) / SECTOR;
}

static inline size_t sector_bytes(const struct run *run, size_t sector)
{
    size_t left = run->bytes - sector * SECTOR;
    return left < SECTOR ? left : SECTOR;
}

static inline const uint8_t *sector_at(const struct run *run, uint32_t moment, size_t sector)
{
    return run->moment[moment].file + sector * SECTOR;
}

static inline void find_choices(const struct run *run, uint32_t at, struct choices *c)
{
    for (size_t sector = 0; sector < sectors_of(run); sector++) {
        c->count[sector] = 0;
        for (uint32_t m = oldest_at(run, at); m <= at; m++) {
            const uint8_t *bytes = sector_at(run, m, sector);
            bool known = false;
            for (uint32_t i = 0; i < c->count[sector] && !known; i++)
                known = memcmp(sector_at(run, c->moments[sector][i], sector), bytes,
                               sector_bytes(run, sector)) == 0;
            if (!known)
                c->moments[sector][c->count[sector]++] = (uint16_t)m;
        }
    }
}

#endif
