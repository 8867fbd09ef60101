/*
 * What a record costs, in one run: appending against seek + write + seek + write and against raw
 * 64-byte stores to the same kind of mapping; reading against seek + read a record and against a
 * scan of a mapping. Medians of several rounds; rounds of the contenders alternate, so that a slow
 * moment of the machine meets them all.
 *
 * Raw stores, with a compiler barrier after each record, and nothing else:
 *   eight stores  a record made in registers, as for an append, goes out by eight stores of 8 bytes
 *                 that the compiler may merge and reorder
 *   a ready slot  64 bytes that lie in the cache, made long ago, are copied: no record is made
 *
 * Usage: bench_log [RECORDS], 65536 (4 MiB) without, at least 8192.
 */
#include "base/clock.h"
#include "raw_record.h"
#include "vrrl/log/append.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROUNDS = 15, SYSCALL_APPENDS = 8192, BLOCK_BYTES = 131072 };

static uint64_t capacity = 65536;

static char folder[64];
static uint64_t sink; /* keeps what is read from being optimised away */

struct bench {
    vrrl_log *log;
    vrrl_reader *reader, *live, *mapped;
    int fd;                 /* of a log for the system calls */
    vrrl_raw_record *plain; /* a mapping for the raw stores and the scan */
};

/* Nanoseconds an item. */
typedef double round_fn(struct bench *bench);

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static double append_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns();
    vrrl_appender *appender = vrrl_log_appender(bench->log);
    for (uint64_t n = 0, end = capacity; n < end; n++) {
        vrrl_record record = record_of(n);
        vrrl_append(appender, &record);
    }
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

static double append_call_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns();
    for (uint64_t n = 0, end = capacity; n < end; n++) {
        vrrl_record record = record_of(n);
        vrrl_log_append(bench->log, &record);
    }
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

/* What an append does without a mapping: the record, then the cursor, each at its place. */
static double syscall_append_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns();
    for (uint64_t n = 0; n < SYSCALL_APPENDS; n++) {
        vrrl_record record = record_of(n);
        vrrl_raw_record raw;
        encode_record(&record, &raw);
        uint64_t next = (n + 1) % capacity;
        if (lseek(bench->fd, (off_t)log_record_offset(n), SEEK_SET) < 0 ||
            write(bench->fd, &raw, sizeof raw) != sizeof raw ||
            lseek(bench->fd, offsetof(struct log_header_words, next_slot), SEEK_SET) < 0 ||
            write(bench->fd, &next, sizeof next) != sizeof next)
            die("write");
    }
    return (double)(clock_steady_ns() - start) / SYSCALL_APPENDS;
}

static double eight_stores_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns();
    for (uint64_t n = 0, end = capacity; n < end; n++) {
        vrrl_record r = record_of(n);
        uint64_t *at = (uint64_t *)(void *)&bench->plain[n];
        store_record(at, &r);
    }
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

static double ready_slot_round(struct bench *bench)
{
    static vrrl_raw_record slots[64];
    uint64_t start = clock_steady_ns();
    for (uint64_t n = 0, end = capacity; n < end; n++) {
        memcpy(&bench->plain[n], &slots[n & 63], sizeof slots[0]);
        __asm__ volatile("" ::: "memory");
    }
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

static double read_batches(vrrl_reader *reader)
{
    uint64_t start = clock_steady_ns(), count = 0;
    const vrrl_raw_record *raw;
    size_t batch;
    if (vrrl_reader_rewind(reader, NULL))
        die("rewind");
    while (vrrl_reader_next_batch(reader, &raw, &batch, NULL) == VRRL_OK && batch > 0) {
        for (size_t i = 0; i < batch; i++)
            sink += vrrl_raw_timestamp_ns(&raw[i]) + vrrl_raw_epoch(&raw[i]);
        count += batch;
    }
    if (count != capacity)
        die("count");
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

static double read_batch_round(struct bench *bench)
{
    return read_batches(bench->reader);
}

static double read_mapped_round(struct bench *bench)
{
    return read_batches(bench->mapped);
}

static double read_live_round(struct bench *bench)
{
    return read_batches(bench->live);
}

static double read_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns(), count = 0;
    const vrrl_raw_record *raw;
    if (vrrl_reader_rewind(bench->reader, NULL))
        die("rewind");
    while (vrrl_reader_next(bench->reader, &raw, NULL) == VRRL_OK && raw) {
        sink += vrrl_raw_timestamp_ns(raw) + vrrl_raw_epoch(raw);
        count++;
    }
    if (count != capacity)
        die("count");
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

static double read_all_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns();
    vrrl_record *records;
    size_t count;
    if (vrrl_reader_read_all(bench->reader, &records, &count, NULL) || count != capacity)
        die("read all");
    double elapsed = (double)(clock_steady_ns() - start) / (double)capacity;
    free(records);
    return elapsed;
}

static double syscall_read_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns();
    for (uint64_t n = 0; n < SYSCALL_APPENDS; n++) {
        vrrl_raw_record raw;
        if (lseek(bench->fd, (off_t)log_record_offset(n), SEEK_SET) < 0 ||
            read(bench->fd, &raw, sizeof raw) != sizeof raw)
            die("read");
        sink += vrrl_raw_timestamp_ns(&raw) + vrrl_raw_epoch(&raw);
    }
    return (double)(clock_steady_ns() - start) / SYSCALL_APPENDS;
}

static void scan(const void *records)
{
    const vrrl_raw_record *raw = records;
    for (uint64_t n = 0, end = capacity; n < end; n++)
        if (vrrl_raw_magic(&raw[n]) == VRRL_RECORD_MAGIC)
            sink += vrrl_raw_timestamp_ns(&raw[n]) + vrrl_raw_epoch(&raw[n]);
}

/* The bytes alone, into memory of one's own: what no reader can do without. */
static double pread_round(struct bench *bench)
{
    static char block[BLOCK_BYTES];
    uint64_t start = clock_steady_ns();
    for (off_t at = LOG_HEADER_BYTES; at < (off_t)log_file_bytes(capacity); at += BLOCK_BYTES)
        if (pread(bench->fd, block, sizeof block, at) <= 0)
            die("pread");
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

/* The same bytes by a mapping of one's own, made for it. */
static double mapped_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns();
    size_t bytes = (size_t)log_file_bytes(capacity);
    char *mapping = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, bench->fd, 0);
    if (mapping == MAP_FAILED)
        die("mmap");
    scan(mapping + LOG_HEADER_BYTES);
    munmap(mapping, bytes);
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

static double scan_round(struct bench *bench)
{
    uint64_t start = clock_steady_ns();
    scan(bench->plain);
    return (double)(clock_steady_ns() - start) / (double)capacity;
}

static const struct {
    const char *name;
    round_fn *run;
} contenders[] = {
    {"append, compiled in", append_round},
    {"append, by a call", append_call_round},
    {"  seek, write, seek, write", syscall_append_round},
    {"  raw store, mapped: a ready slot", ready_slot_round},
    {"  raw store, mapped: eight stores", eight_stores_round},
    {"read, by batches", read_batch_round},
    {"read, by batches, a live log", read_live_round},
    {"read, by batches, mapped", read_mapped_round},
    {"read, record by record", read_round},
    {"read, all into an array", read_all_round},
    {"  seek, read", syscall_read_round},
    {"  pread by 128 KiB, nothing looked at", pread_round},
    {"  map, scan, unmap", mapped_round},
    {"  scan of a mapping that is there", scan_round},
};
enum {
    APPEND,
    APPEND_CALL,
    SYSCALL_APPEND,
    SLOT,
    STORES,
    BATCH,
    LIVE,
    BATCH_MAPPED,
    READ,
    READ_ALL,
    SYSCALL_READ,
    PREAD,
    MAPPED,
    SCAN,
    CONTENDERS
};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_up(struct bench *bench)
{
    char path[128];
    vrrl_error err;
    snprintf(path, sizeof path, "%s/append.vrrl", folder);
    if (vrrl_log_open(path, capacity, &bench->log, &err) ||
        vrrl_reader_open(path, 0, &bench->reader, &err) ||
        vrrl_reader_open(path, VRRL_READ_LIVE, &bench->live, &err) ||
        vrrl_reader_open(path, VRRL_READ_MAPPED, &bench->mapped, &err)) {
        fprintf(stderr, "%s\n%s\n", err.text, err.fix);
        exit(2);
    }
    snprintf(path, sizeof path, "%s/plain.vrrl", folder);
    vrrl_log *other;
    if (vrrl_log_open(path, capacity, &other, &err) || vrrl_log_close(other, &err))
        die(path);
    bench->fd = open(path, O_RDWR | O_CLOEXEC);
    char *mapping =
        mmap(NULL, log_file_bytes(capacity), PROT_READ | PROT_WRITE, MAP_SHARED, bench->fd, 0);
    if (bench->fd < 0 || mapping == MAP_FAILED)
        die(path);
    bench->plain = (vrrl_raw_record *)(void *)(mapping + LOG_HEADER_BYTES);
}

static void tear_down(struct bench *bench)
{
    char command[128];
    vrrl_reader_close(bench->reader);
    vrrl_reader_close(bench->live);
    vrrl_reader_close(bench->mapped);
    vrrl_log_close(bench->log, NULL);
    close(bench->fd);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0)
        die(folder);
}

static void print_ratio(const char *what, double value, const char *aim)
{
    printf("  %-50s %6.2f   aim: %s\n", what, value, aim);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        capacity = strtoull(argv[1], NULL, 10);
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/vrrl-bench-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        die(folder);
    struct bench bench;
    set_up(&bench);
    static double times[CONTENDERS][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) /* the first warms up and does not count */
        for (int i = 0; i < CONTENDERS; i++) {
            contenders[i].run(&bench); /* each finds the caches as it left them */
            double ns = contenders[i].run(&bench);
            if (round >= 0)
                times[i][round] = ns;
        }
    double median[CONTENDERS];
    printf("log, ns a record, %" PRIu64 " records, %d rounds:     median      best     worst\n",
           capacity, ROUNDS);
    for (int i = 0; i < CONTENDERS; i++) {
        qsort(times[i], ROUNDS, sizeof(double), compare);
        median[i] = times[i][ROUNDS / 2];
        printf("  %-48s %9.2f %9.2f %9.2f\n", contenders[i].name, median[i], times[i][0],
               times[i][ROUNDS - 1]);
    }
    puts("ratios of the medians:");
    print_ratio("append by a call, times faster than system calls",
                median[SYSCALL_APPEND] / median[APPEND_CALL], ">= 60");
    print_ratio("append, of eight raw stores", median[APPEND] / median[STORES], "<= 1.5");
    print_ratio("append, of a ready slot's copy", median[APPEND] / median[SLOT], "none");
    print_ratio("append by a call, of eight raw stores", median[APPEND_CALL] / median[STORES],
                "none");
    print_ratio("read, times faster than system calls", median[SYSCALL_READ] / median[READ],
                ">= 50");
    print_ratio("read by batches, of the pread alone", median[BATCH] / median[PREAD], "<= 1.5");
    print_ratio("read by batches, of map, scan, unmap", median[BATCH] / median[MAPPED], "<= 1.5");
    print_ratio("read by batches, mapped, of a scan", median[BATCH_MAPPED] / median[SCAN],
                "<= 1.5");
    tear_down(&bench);
    return sink == 1; /* never: it only uses the sum */
}
