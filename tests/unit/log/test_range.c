/* Ranges of a log that is said to be in order against a walk over all of its records: holes, logs that
 * have not wrapped, equal values, each way to read; and logs of which it is not true. */
#include "log_test.h"

#include "base/bytes.h"
#include "base/random.h"
#include "log/record_format.h"

enum { CAPACITY_MAX = 5000, ROUNDS = 150, RANGES = 12 };

static uint8_t file[LOG_HEADER_BYTES + VRRL_RECORD_BYTES * CAPACITY_MAX];
static uint64_t expected[CAPACITY_MAX];

static uint8_t *place(uint64_t index)
{
    return file + log_record_offset(index);
}

/* Epochs rise by 0 to 2 a record, times by 1 to 1000; the oldest places of a log that has not wrapped
 * were never written. */
static uint32_t ordered_file(uint64_t *seed)
{
    uint32_t capacity = 1 + random_below(seed, random_below(seed, 2) ? CAPACITY_MAX : 40);
    struct log_header header = {.capacity = capacity, .next_slot = random_below(seed, capacity)};
    uint32_t holes = random_below(seed, 3) ? 0 : random_below(seed, capacity);
    uint32_t epoch = random_below(seed, 5), wrapped = random_below(seed, 2);
    uint64_t time = random_below(seed, 1000);
    memset(file, 0, sizeof file);
    for (uint32_t i = 0; i < capacity; i++) {
        uint64_t index = (header.next_slot + i) % capacity;
        if (!wrapped && index >= header.next_slot)
            continue;
        store_le32(place(index), VRRL_RECORD_MAGIC);
        store_le64(place(index) + 4, time += 1 + random_below(seed, 1000));
        store_le32(place(index) + 40, epoch += random_below(seed, 3));
    }
    for (; holes > 0; holes--)
        store_le32(place(random_below(seed, capacity)), 0);
    log_encode_header(&header, file);
    return capacity;
}

static uint64_t value_of(uint64_t index, vrrl_order_field field)
{
    return field == VRRL_ORDER_EPOCH ? load_le32(place(index) + 40) : load_le64(place(index) + 4);
}

static size_t walk(uint32_t capacity, vrrl_order_field field, uint64_t least, uint64_t greatest)
{
    size_t count = 0;
    uint64_t cursor = load_le64(file + 24);
    for (uint64_t i = 0; i < capacity; i++) {
        uint64_t index = (cursor + i) % capacity, value = value_of(index, field);
        if (load_le32(place(index)) != 0 && value >= least && value <= greatest)
            expected[count++] = index;
    }
    return count;
}

/* A bound at, below or above some record's value, or beyond all. */
static uint64_t bound(uint64_t *seed, uint32_t capacity, vrrl_order_field field)
{
    uint64_t value = value_of(random_below(seed, capacity), field) + random_below(seed, 3) - 1;
    return random_below(seed, 8) ? value : random_below(seed, 2) ? 0 : UINT64_MAX;
}

static void check_range(vrrl_reader *reader, uint32_t capacity, uint64_t *seed)
{
    vrrl_order_field field = random_below(seed, 2) ? VRRL_ORDER_EPOCH : VRRL_ORDER_TIMESTAMP;
    uint64_t least = bound(seed, capacity, field), greatest = bound(seed, capacity, field);
    size_t count = walk(capacity, field, least, greatest), found = 0, more;
    const vrrl_raw_record *records;
    assert_int_equal(vrrl_reader_range(reader, field, least, greatest, NULL), VRRL_OK);
    do {
        assert_int_equal(vrrl_reader_next_batch(reader, &records, &more, NULL), VRRL_OK);
        for (size_t i = 0; i < more; i++, found++) {
            assert_true(found < count);
            assert_int_equal(vrrl_reader_index(reader) + i, expected[found]);
            assert_memory_equal(&records[i], place(expected[found]), VRRL_RECORD_BYTES);
        }
    } while (more > 0);
    assert_int_equal(found, count);
    assert_int_equal(vrrl_reader_replaced(reader), 0);
}

static void ranges_are_what_a_walk_finds(void **state)
{
    (void)state;
    static const unsigned ways[] = {0, VRRL_READ_LIVE, VRRL_READ_MAPPED};
    const char *path = in_folder("ordered");
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t seed = round;
        uint32_t capacity = ordered_file(&seed);
        write_file(path, file, (size_t)log_file_bytes(capacity));
        for (size_t way = 0; way < 3; way++) {
            vrrl_reader *reader;
            assert_int_equal(vrrl_reader_open(path, ways[way], &reader, NULL), VRRL_OK);
            for (int range = 0; range < RANGES; range++)
                check_range(reader, capacity, &seed);
            vrrl_reader_close(reader);
        }
    }
}

/* Whatever is given is in the range and in order; what is not is an error that names the record. */
static void what_is_out_of_order_is_never_given(void **state)
{
    (void)state;
    const char *path = in_folder("disordered");
    size_t refused = 0, given = 0;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t seed = 1000 + round;
        uint32_t capacity = ordered_file(&seed);
        for (uint32_t swaps = 1 + random_below(&seed, 50); swaps > 0; swaps--)
            store_le32(place(random_below(&seed, capacity)) + 40, random_below(&seed, 5000));
        write_file(path, file, (size_t)log_file_bytes(capacity));
        vrrl_reader *reader;
        vrrl_error err;
        const vrrl_raw_record *record;
        uint64_t last = 100;
        assert_int_equal(vrrl_reader_open(path, 0, &reader, NULL), VRRL_OK);
        vrrl_code code = vrrl_reader_range(reader, VRRL_ORDER_EPOCH, 100, 3000, &err);
        while (!code && !(code = vrrl_reader_next(reader, &record, &err)) && record) {
            assert_in_range(vrrl_raw_epoch(record), last, 3000);
            last = vrrl_raw_epoch(record);
            given++;
        }
        if (code) {
            char name[32];
            snprintf(name, sizeof name, "record %" PRIu64 " ", vrrl_reader_index(reader));
            assert_error(&err, code, VRRL_INVALID);
            assert_non_null(strstr(err.text, name));
            refused++;
        }
        assert_int_equal(vrrl_reader_rewind(reader, NULL), VRRL_OK); /* and all are there again */
        vrrl_record *all;
        size_t count;
        assert_int_equal(vrrl_reader_read_all(reader, &all, &count, NULL), VRRL_OK);
        assert_int_equal(count, walk(capacity, VRRL_ORDER_EPOCH, 0, UINT64_MAX));
        free(all);
        vrrl_reader_close(reader);
    }
    assert_in_range(refused, ROUNDS / 4, ROUNDS);
    assert_true(given > ROUNDS);
}

/* Not only among the records that are given. */
static void a_search_that_meets_disorder_says_so(void **state)
{
    (void)state;
    enum { CAPACITY = 1000 };
    const char *path = in_folder("met");
    struct log_header header = {.capacity = CAPACITY};
    log_encode_header(&header, file);
    for (uint32_t i = 0; i < CAPACITY; i++) {
        store_le32(place(i), VRRL_RECORD_MAGIC);
        store_le32(place(i) + 40, i);
    }
    store_le32(place(CAPACITY / 2) + 40, 770); /* the first look; the second, at 750, is below it */
    write_file(path, file, (size_t)log_file_bytes(CAPACITY));
    vrrl_reader *reader;
    vrrl_error err;
    assert_int_equal(vrrl_reader_open(path, 0, &reader, NULL), VRRL_OK);
    assert_error(&err, vrrl_reader_range(reader, VRRL_ORDER_EPOCH, 800, 900, &err), VRRL_INVALID);
    assert_non_null(strstr(err.text, "record 750 has epoch 750, which is out of order"));
    vrrl_reader_close(reader);
}

/* Records that the writer has put where the oldest were do not lead the search astray. */
static void a_writer_that_goes_on_is_no_disorder(void **state)
{
    (void)state;
    enum { CAPACITY = 1000 };
    vrrl_log *log;
    vrrl_reader *reader;
    assert_int_equal(vrrl_log_open(in_folder("live"), CAPACITY, &log, NULL), VRRL_OK);
    for (uint64_t n = 0; n < CAPACITY + 10; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    }
    assert_int_equal(vrrl_log_reader(log, VRRL_READ_LIVE, &reader, NULL), VRRL_OK);
    uint64_t cursor = vrrl_log_cursor(log);
    for (uint64_t n = CAPACITY + 10; n < CAPACITY + 700; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    }
    /* As the reader would find it that had read its header before these appends. */
    assert_int_equal(vrrl_log_seek(log, cursor, NULL), VRRL_OK);
    uint64_t since = 1700000000000000000u + 900;
    assert_int_equal(vrrl_reader_range(reader, VRRL_ORDER_TIMESTAMP, since, since + 50, NULL),
                     VRRL_OK);
    const vrrl_raw_record *record;
    for (uint64_t n = 900; n <= 950; n++) {
        assert_int_equal(vrrl_reader_next(reader, &record, NULL), VRRL_OK);
        assert_int_equal(vrrl_raw_timestamp_ns(record), 1700000000000000000u + n);
    }
    assert_int_equal(vrrl_reader_next(reader, &record, NULL), VRRL_OK);
    assert_null(record);
    vrrl_reader_close(reader);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_what_a_walk_finds),
        cmocka_unit_test(what_is_out_of_order_is_never_given),
        cmocka_unit_test(a_search_that_meets_disorder_says_so),
        cmocka_unit_test(a_writer_that_goes_on_is_no_disorder),
    };
    return cmocka_run_group_tests_name("range", tests, make_memory_folder, remove_folder);
}
