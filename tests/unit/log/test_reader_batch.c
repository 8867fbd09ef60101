/* Batches of a reader against a walk over the file's bytes, for random logs: holes, damage, files that
 * end early, any cursor; by batches, by single records and by both in turn, with each way to read. */
#include "log_test.h"

#include "base/bytes.h"
#include "base/random.h"
#include "log/record_format.h"

enum { CAPACITY_MAX = 6000, ROUNDS = 120 };

/* What a reader must find: places in the order of publishing, and how it ends. */
struct walk {
    uint64_t indexes[CAPACITY_MAX];
    size_t count;
    vrrl_code code;
    uint64_t failed; /* index, where code is not VRRL_OK */
};

static uint8_t file[LOG_HEADER_BYTES + VRRL_RECORD_BYTES * CAPACITY_MAX];
static struct walk expected, found;

static size_t random_file(uint64_t *seed, uint32_t *capacity)
{
    *capacity = 1 + random_below(seed, random_below(seed, 2) ? CAPACITY_MAX : 20);
    struct log_header header = {.capacity = *capacity, .next_slot = random_next(seed)};
    size_t size = (size_t)log_file_bytes(*capacity);
    uint32_t holes = random_below(seed, 4) ? 0 : 1 + random_below(seed, 400);
    uint32_t damage = random_below(seed, 3) ? 0 : 1 + random_below(seed, 3);
    log_encode_header(&header, file);
    for (uint64_t i = 0; i < *capacity; i++) {
        uint8_t *at = file + log_record_offset(i);
        for (size_t byte = 0; byte < VRRL_RECORD_BYTES; byte += 8)
            store_le64(at + byte, random_next(seed));
        store_le32(at, VRRL_RECORD_MAGIC);
    }
    for (; holes > 0; holes--)
        store_le32(file + log_record_offset(random_below(seed, *capacity)), 0);
    for (; damage > 0; damage--)
        file[log_record_offset(random_below(seed, *capacity)) + random_below(seed, 4)] ^= 1;
    return random_below(seed, 4) ? size
                                 : size - random_below(seed, (uint32_t)size - LOG_HEADER_BYTES + 1);
}

static void walk_bytes(size_t size, uint64_t capacity)
{
    uint64_t cursor = load_le64(file + 24) % capacity;
    expected = (struct walk){.count = 0};
    for (uint64_t i = 0; i < capacity && !expected.code; i++) {
        uint64_t index = (cursor + i) % capacity;
        uint32_t magic = load_le32(file + log_record_offset(index));
        expected.failed = index;
        if (log_record_offset(index + 1) > size)
            expected.code = VRRL_IO;
        else if (magic == VRRL_RECORD_MAGIC)
            expected.indexes[expected.count++] = index;
        else if (magic != 0)
            expected.code = VRRL_HEADER_MISMATCH;
    }
}

static void take(vrrl_reader *reader, const vrrl_raw_record *records, size_t count)
{
    uint64_t first = vrrl_reader_index(reader);
    for (size_t i = 0; i < count; i++) {
        assert_true(first + i < vrrl_reader_capacity(reader));
        assert_memory_equal(&records[i], file + log_record_offset(first + i), VRRL_RECORD_BYTES);
        assert_true(found.count < CAPACITY_MAX);
        found.indexes[found.count++] = first + i;
    }
}

enum how { BATCHES, RECORDS, BOTH, HOWS };

static void read_on(vrrl_reader *reader, enum how how, uint64_t *seed)
{
    found = (struct walk){.count = 0};
    for (bool more = true; more && !found.code;) {
        const vrrl_raw_record *records;
        size_t count;
        if (how == BATCHES || (how == BOTH && random_below(seed, 20) == 0)) {
            found.code = vrrl_reader_next_batch(reader, &records, &count, NULL);
        } else {
            found.code = vrrl_reader_next(reader, &records, NULL);
            count = records != NULL;
        }
        assert_true((records != NULL) == (count > 0));
        more = count > 0;
        take(reader, records, count);
    }
    found.failed = vrrl_reader_index(reader);
}

static void check(const char *path, unsigned flags, size_t size, uint64_t capacity, uint64_t *seed)
{
    vrrl_reader *reader;
    vrrl_error err;
    vrrl_code code = vrrl_reader_open(path, flags, &reader, &err);
    if (flags == VRRL_READ_MAPPED && size < log_file_bytes(capacity)) {
        assert_error(&err, code, VRRL_IO);
        return;
    }
    assert_int_equal(code, VRRL_OK);
    for (enum how how = BATCHES; how < HOWS; how++) {
        assert_int_equal(vrrl_reader_rewind(reader, NULL), VRRL_OK);
        read_on(reader, how, seed);
        assert_int_equal(found.code, expected.code);
        assert_int_equal(found.count, expected.count);
        assert_memory_equal(found.indexes, expected.indexes, found.count * sizeof(uint64_t));
        if (found.code)
            assert_int_equal(found.failed, expected.failed);
        /* And the same again. */
        const vrrl_raw_record *records;
        size_t count;
        assert_int_equal(vrrl_reader_next_batch(reader, &records, &count, NULL), expected.code);
        assert_int_equal(count, 0);
    }
    vrrl_reader_close(reader);
}

static void batches_are_what_the_bytes_say(void **state)
{
    (void)state;
    const char *path = in_folder("random");
    size_t failures = 0;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t seed = round;
        uint32_t capacity;
        size_t size = random_file(&seed, &capacity);
        walk_bytes(size, capacity);
        failures += expected.code != VRRL_OK;
        write_file(path, file, size);
        check(path, 0, size, capacity, &seed);
        check(path, VRRL_READ_LIVE, size, capacity, &seed);
        check(path, VRRL_READ_MAPPED, size, capacity, &seed);
    }
    assert_in_range(failures, ROUNDS / 5, ROUNDS * 4 / 5);
}

/* A mapping follows the file: a greater capacity in its header, or a file that was cut. */
static void a_mapping_is_made_anew(void **state)
{
    (void)state;
    const char *path = in_folder("again");
    vrrl_reader *reader;
    vrrl_error err;
    const vrrl_raw_record *records;
    size_t count;
    for (uint64_t capacity = 3; capacity <= 100; capacity += 97) {
        struct log_header header = {.capacity = capacity, .next_slot = 1};
        log_encode_header(&header, file);
        for (uint64_t i = 0; i < capacity; i++)
            store_le32(file + log_record_offset(i), VRRL_RECORD_MAGIC);
        write_file(path, file, (size_t)log_file_bytes(capacity));
        if (capacity == 3)
            assert_int_equal(vrrl_reader_open(path, VRRL_READ_MAPPED, &reader, &err), VRRL_OK);
        assert_int_equal(vrrl_reader_rewind(reader, &err), VRRL_OK);
        assert_int_equal(vrrl_reader_next_batch(reader, &records, &count, &err), VRRL_OK);
        assert_int_equal(count, capacity - 1);
        assert_int_equal(vrrl_reader_next_batch(reader, &records, &count, &err), VRRL_OK);
        assert_int_equal(count, 1);
        assert_int_equal(vrrl_reader_index(reader), 0);
    }
    store_le64(file + 16, 200); /* the header's capacity; the file is too short for that */
    write_file(path, file, (size_t)log_file_bytes(100));
    assert_error(&err, vrrl_reader_rewind(reader, &err), VRRL_IO);
    assert_int_equal(vrrl_reader_next_batch(reader, &records, &count, &err), VRRL_OK);
    assert_int_equal(count, 0);
    vrrl_reader_close(reader);
}

static void a_live_log_is_not_read_from_a_mapping(void **state)
{
    (void)state;
    vrrl_log *log;
    vrrl_reader *reader;
    vrrl_error err;
    const char *path = in_folder("both");
    assert_int_equal(vrrl_log_open(path, 2, &log, NULL), VRRL_OK);
    unsigned flags = VRRL_READ_LIVE | VRRL_READ_MAPPED;
    assert_error(&err, vrrl_reader_open(path, flags, &reader, &err), VRRL_INVALID);
    assert_null(reader);
    assert_error(&err, vrrl_log_reader(log, flags, &reader, &err), VRRL_INVALID);
    vrrl_log_close(log, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_are_what_the_bytes_say),
        cmocka_unit_test(a_mapping_is_made_anew),
        cmocka_unit_test(a_live_log_is_not_read_from_a_mapping),
    };
    return cmocka_run_group_tests_name("reader_batch", tests, make_memory_folder, remove_folder);
}
