/*
 * Recordings with bytes changed, cut off, deleted, and swapped between two runs: opening, replaying
 * and comparing end in a clear error or a sound result, whatever is in the files.
 *
 * Bytes that are under a checksum would only ever test the checksum, so half of the mutants of the
 * companion and of frames get their checksums made anew: what is behind them is looked at.
 * VRRL_MUTANTS=N runs N mutants instead of the default, VRRL_MUTANT_SEED=S begins with seed S.
 */
#include "vrrl/run/replay.h"
#include "vrrl/run/report.h"

#include "recording_test.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/random.h"
#include "recording/recording.h"

#include <zstd.h>

static const char *const names[] = {"slots.vrrl", "slots.vrrx",    "state-0.zst",
                                    "pages.zst",  "manifest.json", "symbols.json"};
enum {
    FILES = 6,
    LOG = 0,
    COMPANION = 1,
    SNAPSHOT = 2,
    PAGES = 3,
    MANIFEST = 4,
    SYMBOLS = 5,
    SOURCES = 3
};

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes files[SOURCES][FILES];
static uint64_t random_state;
static uint64_t current; /* the mutant at hand; 0: none */

static uint32_t below(size_t bound)
{
    return (uint32_t)(random_next(&random_state) % bound);
}

/* ---- The recordings that are mutated --------------------------------------------------------- */

static const char *const programs[SOURCES] = {
    "words x[40]\nword y in observable\nobserve x ulp 2\nepoch times 2\nprologue\nSTORE_U32 3, "
    "x[1]\n"
    "end\nadd: ATOMIC_ADD 1, x[0]\nPRINTF 1, 2, 3, 4\npack STORE_U32 5, y then SIGNAL x[3], "
    "1\nend\n",
    "words x[40]\nword y in observable\nepoch\nSTORE_U32 1, x[0]\nMEMCPY x[0], x[9], 3\nend\n",
    "workers serial 2 resident 1\nword x\nepoch\nNOP on 0\nend\nepoch\nWAIT_GE x, 1 on 0\nSIGNAL "
    "x, 1 on 1\n"
    "expect x == 0\nend\n",
};

static int setup(void **state)
{
    if (make_folder(state))
        return -1;
    for (int s = 0; s < SOURCES; s++) {
        record_text(programs[s], "run", "reference");
        for (int f = 0; f < FILES; f++) {
            char name[64];
            snprintf(name, sizeof name, "run/%s", names[f]);
            files[s][f].data = read_file(in_folder(name), &files[s][f].size);
        }
        if (remove_folder(state) || make_folder(state))
            return -1;
    }
    return mkdir(in_folder("run"), 0777);
}

static int teardown(void **state)
{
    if (current)
        printf("again with VRRL_MUTANTS=1 VRRL_MUTANT_SEED=%llu\n", (unsigned long long)current);
    for (int s = 0; s < SOURCES; s++)
        for (int f = 0; f < FILES; f++)
            free(files[s][f].data);
    return remove_folder(state);
}

static struct bytes copy_of(const struct bytes *original, size_t extra)
{
    struct bytes copy = {malloc(original->size + extra + 1), original->size};
    assert_non_null(copy.data);
    memcpy(copy.data, original->data, original->size);
    copy.data[copy.size] = 0;
    return copy;
}

/* ---- Mutations ------------------------------------------------------------------------------- */

static uint32_t odd_number(void)
{
    static const uint32_t odd[] = {0,          1,          2,          7,          0x7FFFFFFF,
                                   0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, 0x40000001, 0x80000001};
    return below(3) == 0 ? below(1 << 20) : odd[below(sizeof odd / sizeof odd[0])];
}

static void change_bytes(struct bytes *b)
{
    if (b->size == 0)
        return;
    for (uint32_t n = 1 + below(4); n > 0; n--) {
        if (below(2) == 0 || b->size < 8)
            b->data[below(b->size)] ^= (uint8_t)(1u << below(8));
        else
            store_le32(b->data + below(b->size / 4 - 1) * 4, odd_number());
    }
}

/* Numbers and words of a text become others, so that it often stays JSON. */
static void change_number(struct bytes *b)
{
    static const char *const values[] = {"0",   "1",    "-1",    "4294967295",
                                         "1e9", "null", "\"x\"", "[]"};
    for (int tries = 0; tries < 50; tries++) {
        size_t at = below(b->size);
        if (b->data[at] < '0' || b->data[at] > '9')
            continue;
        size_t end = at;
        while (end < b->size && b->data[end] >= '0' && b->data[end] <= '9')
            end++;
        const char *value = values[below(sizeof values / sizeof values[0])];
        size_t length = strlen(value);
        memmove(b->data + at + length, b->data + end, b->size - end);
        memcpy(b->data + at, value, length);
        b->size = b->size - (end - at) + length;
        return;
    }
}

/* The checksum of each entry, and of the header, as a writer would have made it. */
static void seal_companion(struct bytes *companion, const struct bytes *log)
{
    if (companion->size < COMPANION_HEADER_BYTES)
        return;
    uint8_t *data = companion->data;
    store_le64(data + COMPANION_AT_CHECKSUM, checksum_xxh3(data, COMPANION_AT_CHECKSUM));
    uint32_t size = load_le32(data + COMPANION_AT_ENTRY_BYTES);
    if (size < COMPANION_FIXED_BYTES || size > 4096)
        return;
    uint8_t joined[4096 + 64];
    for (size_t i = 0; COMPANION_HEADER_BYTES + (i + 1) * size <= companion->size &&
                       32 + 64 * (i + 1) <= log->size;
         i++) {
        uint8_t *entry = data + COMPANION_HEADER_BYTES + i * size;
        memcpy(joined, entry, size);
        memcpy(joined + size, log->data + 32 + 64 * i, 64);
        store_le64(entry, checksum_xxh3(joined + 8, size - 8 + 64));
    }
}

/* Changes the payload of one frame and packs it again. */
static void change_payload(struct bytes *b)
{
    size_t at = 0;
    for (uint32_t skip = below(2); b->size - at > 48; skip--) {
        uint64_t raw = load_le64(b->data + at + 24), packed = load_le64(b->data + at + 32);
        if (skip == 0 || at + 48 + packed >= b->size) {
            struct bytes payload = {malloc((size_t)raw + 1), (size_t)raw};
            ZSTD_decompress(payload.data, payload.size, b->data + at + 48, (size_t)packed);
            if (below(3) == 0)
                payload.size -= below(payload.size);
            else if (below(2) == 0) /* its head: counts, digests, ids */
                store_le32(payload.data + 4 * below(16), odd_number());
            else
                change_bytes(&payload);
            size_t bound = ZSTD_compressBound(payload.size);
            struct bytes out = {malloc(at + 48 + bound + 1), 0};
            memcpy(out.data, b->data, at + 48);
            size_t size = ZSTD_compress(out.data + at + 48, bound, payload.data, payload.size, 1);
            store_le64(out.data + at + 24, payload.size);
            store_le64(out.data + at + 32, size);
            store_le64(out.data + at + 40, checksum_xxh3(payload.data, payload.size));
            out.size = at + 48 + size;
            free(payload.data);
            free(b->data);
            *b = out;
            return;
        }
        at += 48 + (size_t)packed;
    }
}

/* A recording whose process was killed. */
static void make_unfinished(struct bytes *manifest)
{
    char *text = (char *)manifest->data, *at = strstr(text, "\"finished\"");
    assert_non_null(at);
    memmove(at + 11, at + 10, manifest->size - (size_t)(at + 10 - text));
    memcpy(at, "\"recording\"", 11);
    manifest->size++;
}

static void mutate(struct bytes *set, int source)
{
    uint32_t which = below(FILES), how = below(8);
    struct bytes *b = &set[which];
    if (below(4) == 0)
        make_unfinished(&set[MANIFEST]);
    if (how == 0) {
        b->size = below(b->size + 1);
    } else if (how == 1) { /* of another recording */
        free(b->data);
        *b = copy_of(&files[(source + 1 + (int)below(SOURCES - 1)) % SOURCES][which], 64);
    } else if ((which == MANIFEST || which == SYMBOLS) && below(4)) {
        change_number(b);
    } else if ((which == SNAPSHOT || which == PAGES) && below(3)) {
        change_payload(b);
    } else {
        change_bytes(b);
    }
    if (below(2))
        seal_companion(&set[COMPANION], &set[LOG]);
}

/* ---- What must hold -------------------------------------------------------------------------- */

static struct {
    uint32_t opened, replayed, compared;
} counts;

static void check_replay(const vrrl_recording *recording)
{
    static const char *const drivers[] = {"reference", "threads"};
    vrrl_run_options options = run_on(drivers[below(8) == 0], 0);
    vrrl_diff_result *result;
    vrrl_error err = {0};
    options.timeout_ms = 2000;
    if (vrrl_replay(recording, &options, &result, &err) != VRRL_OK) {
        assert_clear(&err);
        return;
    }
    counts.replayed++;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const vrrl_report_side side = {"recording", "a", "b", "recorded"};
    vrrl_report_diff(vrrl_recording_program(recording), result, &side, &side, out);
    vrrl_report_diff_json(vrrl_recording_program(recording), result, &side, &side, out);
    fclose(out);
    assert_true(size > 100 && !strchr(text, 27));
    free(text);
    vrrl_diff_result_free(result);
}

static void check_stuck(const vrrl_recording *recording)
{
    vrrl_stuck *stuck;
    uint32_t epoch;
    vrrl_verdict verdict;
    vrrl_error err = {0};
    if (vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, &err) == VRRL_OK)
        vrrl_stuck_free(stuck);
    else
        assert_clear(&err);
}

static void check(const char *whole)
{
    vrrl_recording *recording = NULL, *other = NULL;
    vrrl_error err = {0};
    if (vrrl_recording_open(in_folder("run"), &recording, &err) != VRRL_OK) {
        assert_null(recording);
        assert_clear(&err);
        return;
    }
    counts.opened++;
    check_replay(recording);
    check_stuck(recording);
    if (vrrl_recording_open(in_folder(whole), &other, &err) == VRRL_OK) {
        vrrl_diff_result *result;
        if (vrrl_diff_recordings(recording, other, &result, &err) == VRRL_OK) {
            counts.compared++;
            vrrl_diff_result_free(result);
        } else {
            assert_clear(&err);
        }
    }
    vrrl_recording_close(other);
    vrrl_recording_close(recording);
}

static void write_set(const char *folder, const struct bytes *set)
{
    for (int f = 0; f < FILES; f++) {
        char name[64];
        snprintf(name, sizeof name, "%s/%s", folder, names[f]);
        unlink(in_folder(name)); /* a file that is cut to nothing and written anew is flushed */
        write_file(in_folder(name), set[f].data, set[f].size);
    }
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void mutants(void **state)
{
    (void)state;
    uint64_t seed = number_from("VRRL_MUTANT_SEED", 1), count = number_from("VRRL_MUTANTS", 4000);
    static const char *const whole[SOURCES] = {"whole0", "whole1", "whole2"};
    for (int s = 0; s < SOURCES; s++) {
        assert_int_equal(mkdir(in_folder(whole[s]), 0777), 0);
        write_set(whole[s], files[s]);
    }
    for (uint64_t i = seed; i < seed + count; i++) {
        random_state = current = i;
        int source = (int)below(SOURCES);
        struct bytes set[FILES];
        for (int f = 0; f < FILES; f++)
            set[f] = copy_of(&files[source][f], 64);
        mutate(set, source);
        write_set("run", set);
        if (below(20) == 0) {
            char name[64];
            snprintf(name, sizeof name, "run/%s", names[below(FILES)]);
            unlink(in_folder(name));
        }
        for (int f = 0; f < FILES; f++)
            free(set[f].data);
        uint64_t start = clock_steady_ns();
        check(whole[source]);
        if (clock_steady_ns() - start > 20000000000ull)
            fail_msg("took too long");
    }
    current = 0;
    /* Neither all refused nor all let through: the mutants say something. */
    printf("%u of %u opened, %u replayed, %u compared\n", counts.opened, (unsigned)count,
           counts.replayed, counts.compared);
    if (count >= 1000)
        assert_true(counts.opened > count / 50 && counts.opened < count / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(mutants, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
