/* Damaged logs: some ten thousand seeded mutants of the golden logs are opened, read both ways and
 * verified. None may crash, hang or allocate beyond its own size, and whatever the file says, the
 * reader and the verifier must agree. */
#include "log_test.h"

#include "base/random.h"
#include "log/record_format.h"

#include <dirent.h>

enum { MUTANTS_A_VECTOR = 500 };

/* Values that break things more often than random bytes do. */
static uint64_t nasty(uint64_t *seed)
{
    static const uint64_t values[] = {
        0,          1,          2,          5,          0x7FFFFFFF,
        0x80000000, 0xDEADBEEF, 0xDEADBEEE, 1048575,    1048576,
        1048577,    UINT32_MAX, INT64_MAX,  UINT64_MAX, 0x0400000000000000u, /* times 64: 0 */
    };
    return values[random_below(seed, sizeof values / sizeof values[0])];
}

static void put(uint8_t *bytes, size_t size, size_t at, uint64_t value, size_t width)
{
    if (at + width <= size)
        memcpy(bytes + at, &value, width);
}

/* One change; returns the new size. `bytes` has room for twice the size and 4,096 more. */
static size_t mutate(uint8_t *bytes, size_t size, uint64_t *seed)
{
    switch (random_below(seed, 7)) {
    case 0: /* a bit */
        if (size)
            bytes[random_below(seed, (uint32_t)size)] ^= (uint8_t)(1u << random_below(seed, 8));
        return size;
    case 1: /* a header field */
        put(bytes, size, 8 * random_below(seed, 4), nasty(seed), 8);
        return size;
    case 2: /* a record's magic */
        put(bytes, size, log_record_offset(random_below(seed, 8)), nasty(seed), 4);
        return size;
    case 3: /* any word */
        put(bytes, size, 4 * random_below(seed, (uint32_t)(size / 4 + 1)), nasty(seed), 8);
        return size;
    case 4: /* cut */
        return random_below(seed, (uint32_t)size + 1);
    case 5: /* grow */ {
        size_t more = random_below(seed, 300);
        for (size_t i = 0; i < more; i++)
            bytes[size + i] = (uint8_t)random_next(seed);
        return size + more;
    }
    default: /* a valid capacity, or one that the file does not hold */
        put(bytes, size, 16, random_below(seed, 2) ? 1 + random_below(seed, 12) : 1048576, 8);
        return size;
    }
}

/* The number of records, or the error; the array must fit in the file. */
static vrrl_code read_whole(const char *path, unsigned flags, size_t size, size_t *count,
                            vrrl_error *err)
{
    vrrl_reader *reader;
    vrrl_record *records;
    *count = 0;
    vrrl_code code = vrrl_reader_open(path, flags, &reader, err);
    if (code)
        return code;
    assert_true(vrrl_reader_cursor(reader) < vrrl_reader_capacity(reader));
    code = vrrl_reader_read_all(reader, &records, count, err);
    assert_true(*count <= size / VRRL_RECORD_BYTES);
    free(records);
    vrrl_reader_close(reader);
    return code;
}

static void try_mutant(const char *path, size_t size, uint64_t seed)
{
    vrrl_error err = no_error();
    vrrl_log_verdict verdict;
    size_t plain, live;
    vrrl_code code = read_whole(path, 0, size, &plain, &err);
    if (code)
        assert_error(&err, code, code);
    if (read_whole(path, VRRL_READ_LIVE, size, &live, NULL) != code || live != plain)
        fail_msg("seed %" PRIu64 ": live reading differs", seed);
    vrrl_code verified = vrrl_log_verify(path, &verdict, &err);
    if ((verified == VRRL_OK) != (code == VRRL_OK) || (verified && !verdict.condition))
        fail_msg("seed %" PRIu64 ": read %s, verified %s", seed, vrrl_code_name(code),
                 vrrl_code_name(verified));
    if (!code)
        assert_int_equal(verdict.live, plain);
}

static void mutate_vector(const char *name, uint64_t *seeds)
{
    char from[512];
    size_t original_size;
    snprintf(from, sizeof from, VECTORS "/%s", name);
    uint8_t *original = read_file(from, &original_size);
    uint8_t *bytes = malloc(original_size + 8192);
    assert_non_null(bytes);
    const char *path = in_folder("mutant");
    for (int i = 0; i < MUTANTS_A_VECTOR; i++) {
        uint64_t seed = random_next(seeds), state = seed;
        size_t size = original_size;
        memcpy(bytes, original, size);
        for (uint32_t changes = 1 + random_below(&state, 4); changes; changes--)
            size = mutate(bytes, size, &state);
        write_file(path, bytes, size);
        try_mutant(path, size, seed);
    }
    free(bytes);
    free(original);
}

static void mutants_are_survived(void **state)
{
    (void)state;
    uint64_t seeds = 20240607;
    DIR *folder = opendir(VECTORS);
    assert_non_null(folder);
    int vectors = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".vrrl") != 0)
            continue;
        mutate_vector(entry->d_name, &seeds);
        vectors++;
    }
    closedir(folder);
    assert_true(vectors * MUTANTS_A_VECTOR >= 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mutants_are_survived)};
    return cmocka_run_group_tests_name("log_mutants", tests, make_folder, remove_folder);
}
