/*
 * What keeping a record costs in what a user would pick instead, in one run: a raw 64-byte store to a
 * mapping, seek + write + seek + write, SQLite in WAL mode with synchronous=OFF, LMDB with
 * MDB_NOSYNC|MDB_WRITEMAP. What this build has not is named. bench_log_lttng.c has LTTng-UST. Rounds of
 * the contenders alternate, so that a slow moment of the machine meets them all.
 */
#include "base/clock.h"
#include "raw_record.h"
#include "vrrl/log/append.h"
#include "vrrl/log/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef HAVE_SQLITE
#include <sqlite3.h>
#endif
#ifdef HAVE_LMDB
#include <lmdb.h>
#endif

enum { CAPACITY = 65536, ROUNDS = 9, FEW = 8192 };

static char folder[64];
static uint64_t appended; /* keys, never the same twice */

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* ---- The contenders: each appends `count` records ------------------------------------------- */

static vrrl_log *vrrl_file;
static vrrl_clock counter;
static char *raw_mapping;
static int syscall_fd;

static void append_vrrl(uint64_t count)
{
    vrrl_appender *appender = vrrl_log_appender(vrrl_file);
    for (uint64_t i = 0; i < count; i++) {
        vrrl_record record = record_of(appended++);
        vrrl_append(appender, &record);
    }
}

static void append_vrrl_call(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        vrrl_record record = record_of(appended++);
        vrrl_log_append(vrrl_file, &record);
    }
}

static void append_vrrl_clock(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        vrrl_record record = record_of(appended++);
        record.timestamp_ns = clock_wall_ns();
        vrrl_log_append(vrrl_file, &record);
    }
}

static void append_vrrl_counter(uint64_t count)
{
    vrrl_appender *appender = vrrl_log_appender(vrrl_file);
    for (uint64_t i = 0; i < count; i++) {
        vrrl_record record = record_of(appended++);
        record.timestamp_ns = vrrl_clock_now(&counter);
        vrrl_append(appender, &record);
    }
}

static void append_raw(uint64_t count)
{
    uint64_t *places = (uint64_t *)(void *)(raw_mapping + LOG_HEADER_BYTES);
    for (uint64_t i = 0; i < count; i++) {
        vrrl_record r = record_of(appended++);
        uint64_t *at = places + 8 * (i % CAPACITY);
        store_record(at, &r);
    }
}

static void append_syscalls(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        vrrl_record record = record_of(appended++);
        uint32_t words[16];
        encode_record(&record, words);
        uint64_t place = i % CAPACITY, next = place + 1;
        if (lseek(syscall_fd, (off_t)log_record_offset(place), SEEK_SET) < 0 ||
            write(syscall_fd, words, sizeof words) != sizeof words ||
            lseek(syscall_fd, 24, SEEK_SET) < 0 ||
            write(syscall_fd, &next, sizeof next) != sizeof next)
            die("write");
    }
}

#ifdef HAVE_SQLITE
static sqlite3 *database;
static sqlite3_stmt *insert;

static void run_sql(const char *sql)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(database));
}

static void open_sqlite(void)
{
    if (sqlite3_open(in_folder("sqlite.db"), &database) != SQLITE_OK)
        die("sqlite3_open");
    run_sql("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
            "CREATE TABLE log (n INTEGER PRIMARY KEY, record BLOB);");
    if (sqlite3_prepare_v2(database, "INSERT INTO log VALUES (?, ?)", -1, &insert, NULL))
        die("sqlite3_prepare");
}

static void append_sqlite(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t n = appended++;
        vrrl_record record = record_of(n);
        uint32_t words[16];
        encode_record(&record, words);
        sqlite3_bind_int64(insert, 1, (sqlite3_int64)n);
        sqlite3_bind_blob(insert, 2, words, sizeof words, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE)
            die("sqlite3_step");
        sqlite3_reset(insert);
    }
}

/* A thousand records a transaction: what is lost with the process is then up to a thousand. */
static void append_sqlite_batched(uint64_t count)
{
    for (uint64_t done = 0; done < count; done += 1000) {
        run_sql("BEGIN");
        append_sqlite(count - done < 1000 ? count - done : 1000);
        run_sql("COMMIT");
    }
}
#endif

#ifdef HAVE_LMDB
static MDB_env *environment;

static void open_lmdb(void)
{
    if (mdb_env_create(&environment) || mdb_env_set_mapsize(environment, 1ul << 30) ||
        mdb_env_open(environment, in_folder("lmdb"), MDB_NOSYNC | MDB_WRITEMAP | MDB_NOSUBDIR,
                     0644))
        die("mdb_env_open");
}

static void put_lmdb(uint64_t count)
{
    MDB_txn *transaction;
    MDB_dbi table;
    if (mdb_txn_begin(environment, NULL, 0, &transaction) ||
        mdb_dbi_open(transaction, NULL, 0, &table))
        die("mdb_txn_begin");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t n = appended++, key = __builtin_bswap64(n);
        vrrl_record record = record_of(n);
        uint32_t words[16];
        encode_record(&record, words);
        MDB_val k = {sizeof key, &key}, v = {sizeof words, words};
        if (mdb_put(transaction, table, &k, &v, MDB_APPEND))
            die("mdb_put");
    }
    if (mdb_txn_commit(transaction))
        die("mdb_txn_commit");
}

static void append_lmdb(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        put_lmdb(1);
}

static void append_lmdb_batched(uint64_t count)
{
    for (uint64_t done = 0; done < count; done += 1000)
        put_lmdb(count - done < 1000 ? count - done : 1000);
}
#endif

static const struct contender {
    const char *name;
    void (*append)(uint64_t count);
    uint64_t count;
} contenders[] = {
    {"vrrl append, compiled in", append_vrrl, CAPACITY},
    {"raw 64-byte store, mapped", append_raw, CAPACITY},
    {"vrrl append, by a call", append_vrrl_call, CAPACITY},
    {"vrrl append, CLOCK_REALTIME each", append_vrrl_clock, CAPACITY},
    {"vrrl append, vrrl_clock each", append_vrrl_counter, CAPACITY},
    {"seek, write, seek, write", append_syscalls, FEW},
#ifdef HAVE_LMDB
    {"LMDB NOSYNC|WRITEMAP, a record a txn", append_lmdb, FEW},
    {"LMDB NOSYNC|WRITEMAP, 1000 a txn", append_lmdb_batched, FEW},
#endif
#ifdef HAVE_SQLITE
    {"SQLite WAL sync OFF, a record a txn", append_sqlite, FEW},
    {"SQLite WAL sync OFF, 1000 a txn", append_sqlite_batched, FEW},
#endif
};
enum { CONTENDERS = sizeof contenders / sizeof contenders[0] };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_up(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/vrrl-bench-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        die(folder);
    vrrl_log *other;
    if (vrrl_log_open(in_folder("a.vrrl"), CAPACITY, &vrrl_file, NULL) ||
        vrrl_log_open(in_folder("b.vrrl"), CAPACITY, &other, NULL) || vrrl_log_close(other, NULL))
        die(folder);
    syscall_fd = open(in_folder("b.vrrl"), O_RDWR | O_CLOEXEC);
    vrrl_log_open(in_folder("c.vrrl"), CAPACITY, &other, NULL);
    vrrl_log_close(other, NULL);
    int fd = open(in_folder("c.vrrl"), O_RDWR | O_CLOEXEC);
    raw_mapping = mmap(NULL, log_file_bytes(CAPACITY), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (raw_mapping == MAP_FAILED || syscall_fd < 0)
        die("mmap");
    close(fd);
#ifdef HAVE_SQLITE
    open_sqlite();
#else
    puts("SQLite is absent: libsqlite3-dev was not there when this was built");
#endif
#ifdef HAVE_LMDB
    open_lmdb();
#else
    puts("LMDB is absent: liblmdb-dev was not there when this was built");
#endif
}

int main(void)
{
    static double times[CONTENDERS][ROUNDS];
    set_up();
    vrrl_clock_start(&counter);
    for (int round = -1; round < ROUNDS; round++) /* the first warms up and does not count */
        for (int i = 0; i < CONTENDERS; i++) {
            contenders[i].append(contenders[i].count /
                                 8); /* each finds the caches as it left them */
            uint64_t start = clock_steady_ns();
            contenders[i].append(contenders[i].count);
            if (round >= 0)
                times[i][round] = (double)(clock_steady_ns() - start) / (double)contenders[i].count;
        }
    printf("keeping a record, ns, %d rounds:             median      best     worst   of vrrl\n",
           ROUNDS);
    for (int i = 0; i < CONTENDERS; i++) {
        qsort(times[i], ROUNDS, sizeof(double), compare);
        printf("  %-40s %9.1f %9.1f %9.1f %8.2fx\n", contenders[i].name, times[i][ROUNDS / 2],
               times[i][0], times[i][ROUNDS - 1], times[i][ROUNDS / 2] / times[0][ROUNDS / 2]);
    }
    printf("  append of a raw store: %.2f (aim: <= 1.5); system calls of an append by a call: %.0f "
           "(aim: >= 80)\n",
           times[0][ROUNDS / 2] / times[1][ROUNDS / 2],
           times[5][ROUNDS / 2] / times[2][ROUNDS / 2]);
    char command[128];
    vrrl_log_close(vrrl_file, NULL);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0;
}
