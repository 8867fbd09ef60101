/*
 * Power losses. A writer is run by single steps of ptrace, so that every store to the file and every
 * write-back is known in its order; from that every file is made that a disk may be left with: each
 * sector of 512 bytes as it was at any moment since the write-back that covered it last, or torn, a
 * part of one moment and a part of another (in units of 8 bytes). All of them for short sequences of
 * operations on small logs, seeded random ones beyond. Each is held against what docs/durability.md
 * promises at each level; what it does not promise (a mixture of two appends that looks like a
 * record) must be seen, too, and a companion's checksum must catch it.
 */
#include "power_loss.h"

#include "base/random.h"
#include "recording/companion.h"

#ifdef VRRL_SANITIZED
enum { SEQUENCE = 2 };
#else
enum { SEQUENCE = 3 };
#endif

/* ---- What is promised ------------------------------------------------------------------------ */

static struct {
    uint64_t files, mixtures, caught;
    uint32_t cursors_ahead; /* at group: the cursor is past records that are not there */
} seen;

static struct companion_reader companion;

/* The 64 bytes of record n. */
static const uint8_t *bytes_of(uint32_t n)
{
    static uint8_t known[4 * CAPACITY_MAX][64];
    uint8_t *at = known[n];
    if (at[0])
        return at;
    vrrl_record r = sample_record(n);
    uint32_t head[] = {VRRL_RECORD_MAGIC,
                       (uint32_t)r.timestamp_ns,
                       (uint32_t)(r.timestamp_ns >> 32),
                       r.slot_idx,
                       r.tenant_id,
                       r.opcode,
                       r.args[0],
                       r.args[1],
                       r.args[2],
                       r.args[3],
                       r.epoch,
                       r.slot_status,
                       r.failure_class,
                       r.backend_code,
                       (uint32_t)r.output_digest,
                       (uint32_t)(r.output_digest >> 32)};
    for (size_t i = 0; i < 16; i++)
        for (size_t byte = 0; byte < 4; byte++)
            at[4 * i + byte] = (uint8_t)(head[i] >> 8 * byte);
    return at;
}

/* A place that is in doubt: what looks like a record and is none must not pass the companion. */
static void look_at_doubt(const uint8_t *place, uint32_t older, bool has_older, uint32_t newer)
{
    vrrl_raw_record raw;
    memcpy(raw.bytes, place, 64);
    if (vrrl_raw_magic(&raw) != VRRL_RECORD_MAGIC || memcmp(place, bytes_of(newer), 64) == 0 ||
        (has_older && memcmp(place, bytes_of(older), 64) == 0))
        return;
    seen.mixtures++;
    if (seen.mixtures % 64 && seen.mixtures > 2000)
        return; /* each would be caught as well, but takes its time */
    vrrl_record record;
    struct companion_entry entry;
    bool valid;
    vrrl_raw_decode(&raw, &record);
    uint32_t entries[] = {newer, older};
    for (size_t i = 0; i < 1u + has_older; i++) {
        assert_int_equal(
            companion_get(&companion, "companion", entries[i], &record, &entry, &valid, NULL),
            VRRL_OK);
        if (valid)
            fail_msg("a mixture of records %u and %u passes for record %u", older, newer,
                     entries[i]);
    }
    seen.caught++;
}

/* The records up to `durable` whose places no append has begun to take. */
static bool holds_records(const struct run *run, const uint8_t *file, uint32_t durable,
                          uint32_t begun)
{
    uint32_t first = begun > run->capacity ? begun - run->capacity : 0;
    for (uint32_t n = first; n < durable; n++)
        if (memcmp(file + 32 + 64 * (size_t)(n % run->capacity), bytes_of(n), 64) != 0)
            return false;
    return true;
}

static void check_cursor(const struct run *run, const uint8_t *file, const struct account *a)
{
    uint64_t cursor;
    memcpy(&cursor, file + 24, 8);
    uint32_t said = a->durable;
    while (said < a->begun && said % run->capacity != cursor)
        said++;
    assert_int_equal(said % run->capacity, cursor); /* no other value was ever stored */
    bool there = holds_records(run, file, said, a->begun);
    if (run->level == VRRL_DURABILITY_ORDERED)
        assert_true(there);
    seen.cursors_ahead += !there;
}

static void check_file(const struct run *run, const uint8_t *file, const struct account *a)
{
    seen.files++;
    assert_memory_equal(file, run->moment[0].file, 24);
    assert_true(holds_records(run, file, a->durable, a->begun));
    check_cursor(run, file, a);
    for (uint32_t n = a->durable; n < a->begun; n++)
        look_at_doubt(file + 32 + 64 * (size_t)(n % run->capacity),
                      n >= run->capacity ? n - run->capacity : 0, n >= run->capacity, n);
    for (uint32_t place = a->begun; place < run->capacity; place++)
        for (size_t i = 0; i < 64; i++)
            assert_int_equal(file[32 + 64 * (size_t)place + i], 0);
}

/* ---- All files ------------------------------------------------------------------------------- */

static void take_sector(const struct run *run, uint8_t *file, size_t sector, uint32_t moment)
{
    memcpy(file + sector * SECTOR, sector_at(run, moment, sector), sector_bytes(run, sector));
}

/* Every way to choose a moment for each sector from `sector` on. */
static void choose_all(const struct run *run, uint32_t at, const struct choices *c, uint8_t *file,
                       size_t sector)
{
    if (sector == SECTORS_MAX || sector == sectors_of(run)) {
        check_file(run, file, &run->moment[at].account);
        return;
    }
    for (uint32_t i = 0; i < c->count[sector]; i++) {
        take_sector(run, file, sector, c->moments[sector][i]);
        choose_all(run, at, c, file, sector + 1);
    }
}

/* The first `cut` bytes as at one moment, the others as at another. */
static void tear(const struct run *run, uint8_t *file, size_t sector, uint32_t one, uint32_t other,
                 size_t cut)
{
    take_sector(run, file, sector, other);
    memcpy(file + sector * SECTOR, sector_at(run, one, sector), cut);
}

/* Every tear of one sector, the others all old or all new. */
static void tear_all(const struct run *run, uint32_t at, const struct choices *c, size_t sector)
{
    uint8_t file[FILE_MAX];
    for (int fresh = 0; fresh < 2; fresh++) {
        for (size_t s = 0; s < sectors_of(run); s++)
            take_sector(run, file, s, c->moments[s][fresh ? c->count[s] - 1 : 0]);
        for (uint32_t i = 0; i < c->count[sector]; i++)
            for (uint32_t k = 0; k < c->count[sector]; k++)
                for (size_t cut = 8; i != k && cut < sector_bytes(run, sector); cut += 8) {
                    tear(run, file, sector, c->moments[sector][i], c->moments[sector][k], cut);
                    check_file(run, file, &run->moment[at].account);
                }
    }
}

/* The last moment before a write-back ends, or the run does: more may be lost then than before. */
static bool ends_interval(const struct run *run, uint32_t at)
{
    return at + 1 == run->moments ||
           run->moment[at + 1].account.syncs_done > run->moment[at].account.syncs_done;
}

static void lose_power_everywhere(const struct run *run)
{
    static struct choices choices;
    uint8_t file[FILE_MAX];
    for (uint32_t at = 0; at < run->moments; at++) {
        find_choices(run, at, &choices);
        choose_all(run, at, &choices, file, 0);
        for (size_t sector = 0; ends_interval(run, at) && sector < sectors_of(run); sector++)
            tear_all(run, at, &choices, sector);
    }
}

static struct run *new_run(void)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->moment = malloc(MOMENTS_MAX * sizeof *run->moment);
    assert_non_null(run->moment);
    return run;
}

static void free_run(struct run *run)
{
    free(run->moment);
    free(run);
}

/* Every sequence of `length` appends and syncs that begins with an append. */
static bool every_sequence(struct run *run, uint32_t length)
{
    for (uint32_t bits = 0; bits < 1u << (length - 1); bits++) {
        memset(run->operations, 0, sizeof run->operations);
        run->operations[0] = 'a';
        for (uint32_t i = 1; i < length; i++)
            run->operations[i] = bits >> (i - 1) & 1 ? 'a' : 's';
        if (!trace(run))
            return false;
        lose_power_everywhere(run);
    }
    return true;
}

static void print_seen(const char *what)
{
    print_message("%s: %" PRIu64 " files, %" PRIu64 " mixtures that look like records (%" PRIu64
                  " shown to the companion, all caught), %u with the cursor ahead\n",
                  what, seen.files, seen.mixtures, seen.caught, seen.cursors_ahead);
    assert_true(seen.files > 0 && seen.mixtures > 0 && seen.caught > 0);
}

static void exhaust(vrrl_durability level)
{
    static const struct {
        uint32_t capacity, before;
    } logs[] = {{8, 6}, {8, 14}, {9, 16}};
    struct run *run = new_run();
    memset(&seen, 0, sizeof seen);
    run->level = level;
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        run->capacity = logs[i].capacity;
        run->before = logs[i].before;
        if (!every_sequence(run, getenv("VRRL_POWER") ? 5 : SEQUENCE)) {
            free_run(run);
            print_message("left out: this system has no ptrace for us\n");
            skip();
        }
    }
    free_run(run);
    print_seen(vrrl_durability_name(level));
}

static void the_watermark_survives(void **state)
{
    (void)state;
    exhaust(VRRL_DURABILITY_GROUP);
    assert_true(seen.cursors_ahead > 0); /* that is what the level does not promise */
}

static void an_ordered_cursor_never_lies(void **state)
{
    (void)state;
    exhaust(VRRL_DURABILITY_ORDERED);
    assert_int_equal(seen.cursors_ahead, 0);
}

/* The level process is group without a thread: what a sync covers is safe there, too. */
static void a_process_log_has_what_was_synced(void **state)
{
    (void)state;
    exhaust(VRRL_DURABILITY_PROCESS);
}

/* ---- A shared log ---------------------------------------------------------------------------- */

/* Every run of `left` more operations that publishes no ticket but an open one; each ends by publishing
 * what is open and a sync. */
static bool every_script(struct run *run, uint32_t at, uint32_t left, uint32_t open)
{
    if (left == 0) {
        for (; open > 0; open--)
            run->operations[at++] = 'p';
        memcpy(&run->operations[at], "s", 2);
        if (!trace(run))
            return false;
        lose_power_everywhere(run);
        return true;
    }
    for (const char *operation = "acpqs"; *operation; operation++) {
        bool publishes = *operation == 'p' || *operation == 'q';
        if (publishes && open < (*operation == 'q' ? 2u : 1u))
            continue; /* one that is open alone is the oldest and the newest */
        run->operations[at] = *operation;
        if (!every_script(run, at + 1, left - 1, open + (*operation == 'c') - publishes))
            return false;
    }
    return true;
}

/* The watermark of a shared log does not go over a ticket that is open, and what it covers is there. */
static void a_shared_watermark_survives(void **state)
{
    (void)state;
    struct run *run = new_run();
    memset(&seen, 0, sizeof seen);
    run->level = VRRL_DURABILITY_GROUP;
    run->shared = true;
    run->capacity = 8;
    run->before = 14;
    bool ran = every_script(run, 0, getenv("VRRL_POWER") ? 4 : SEQUENCE, 0);
    free_run(run);
    if (!ran) {
        print_message("left out: this system has no ptrace for us\n");
        skip();
    }
    print_seen("shared");
}

/* ---- Random ones ----------------------------------------------------------------------------- */

static void choose_at_random(const struct run *run, const struct choices *c, uint8_t *file,
                             uint64_t *seed)
{
    for (size_t sector = 0; sector < sectors_of(run); sector++) {
        const uint16_t *moments = c->moments[sector];
        uint32_t count = c->count[sector];
        uint32_t one = moments[random_below(seed, count)],
                 other = moments[random_below(seed, count)];
        size_t words = sector_bytes(run, sector) / 8;
        size_t cut = random_below(seed, 2) ? 8 * random_below(seed, (uint32_t)words) : 0;
        tear(run, file, sector, one, other, cut);
    }
}

/* What the tools make of such a file: it opens, is valid, and the next writer goes on. */
static void use_file(const struct run *run, const uint8_t *file, const struct account *a)
{
    const char *path = in_folder("left");
    vrrl_log *log;
    vrrl_log_verdict verdict;
    write_file(path, file, run->bytes);
    assert_int_equal(vrrl_log_verify(path, &verdict, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_open(path, 1, &log, NULL), VRRL_OK);
    append_one(log, a->begun);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    assert_int_equal(unlink(path), 0);
}

static void random_losses_keep_the_promises(void **state)
{
    (void)state;
    static struct choices choices;
    const char *text = getenv("VRRL_POWER");
    uint32_t rounds = text ? (uint32_t)strtoul(text, NULL, 10) : 6;
    uint64_t seed = 20240612;
    uint8_t file[FILE_MAX];
    struct run *run = new_run();
    memset(&seen, 0, sizeof seen);
    for (uint32_t round = 0; round < rounds; round++) {
        run->level = (vrrl_durability)(round % 3);
        run->capacity = 9 + random_below(&seed, CAPACITY_MAX - 8);
        run->before = random_below(&seed, 2 * run->capacity);
        uint32_t length = 5 + random_below(&seed, 20);
        memset(run->operations, 0, sizeof run->operations);
        for (uint32_t i = 0; i < length; i++)
            run->operations[i] = random_below(&seed, 5) ? 'a' : 's';
        if (!trace(run))
            break;
        for (uint32_t loss = 0; loss < 400; loss++) {
            uint32_t at = random_below(&seed, run->moments);
            find_choices(run, at, &choices);
            choose_at_random(run, &choices, file, &seed);
            check_file(run, file, &run->moment[at].account);
            if (loss % 100 == 0)
                use_file(run, file, &run->moment[at].account);
        }
    }
    free_run(run);
    if (seen.files == 0) {
        print_message("left out: this system has no ptrace for us\n");
        skip();
    }
    print_seen("random, seed 20240612");
}

/* ---- The companion --------------------------------------------------------------------------- */

/* One entry for each record that a test writes. */
static void make_companion(void)
{
    static const uint8_t id[RECORDING_ID_BYTES];
    struct companion_writer writer;
    const char *path = in_folder("companion");
    assert_int_equal(companion_create(&writer, path, 16, 4 * CAPACITY_MAX, id, NULL), VRRL_OK);
    for (uint32_t n = 0; n < 4 * CAPACITY_MAX; n++) {
        uint32_t words[16] = {n};
        vrrl_record record = sample_record(n);
        struct companion_entry entry = {.sequence = n + 1, .kind = ENTRY_PUBLISH, .words = words};
        companion_put(&writer, n, &entry, &record);
    }
    assert_int_equal(companion_writer_close(&writer, path, NULL), VRRL_OK);
    assert_int_equal(companion_open(&companion, path, NULL), VRRL_OK);
}

static int begin(void **state)
{
    account =
        mmap(NULL, sizeof *account, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (account == MAP_FAILED || make_memory_folder(state))
        return -1;
    make_companion();
    return 0;
}

static int end(void **state)
{
    companion_reader_close(&companion);
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_watermark_survives),
        cmocka_unit_test(an_ordered_cursor_never_lies),
        cmocka_unit_test(a_process_log_has_what_was_synced),
        cmocka_unit_test(a_shared_watermark_survives),
        cmocka_unit_test(random_losses_keep_the_promises),
    };
    return cmocka_run_group_tests_name("log_power", tests, begin, end);
}
