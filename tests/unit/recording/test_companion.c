/* The companion, frames and payloads: their bytes, that they read back, and what is refused. */
#include "recording_test.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "recording/frames.h"
#include "recording/payloads.h"
#include "recording/recording.h"

static const uint8_t id[RECORDING_ID_BYTES] = {0, 1, 2,  3,  4,  5,  6,  7,
                                               8, 9, 10, 11, 12, 13, 14, 15};

static vrrl_record some_record(void)
{
    return (vrrl_record){.timestamp_ns = 0x0102030405060708,
                         .slot_idx = 9,
                         .tenant_id = 10,
                         .opcode = 11,
                         .args = {0x33333333, 0x34343434, 0x35353535, 0x36363636},
                         .epoch = 12,
                         .slot_status = VRRL_STATUS_DONE,
                         .failure_class = VRRL_FAILURE_DEVICE_LOSS,
                         .backend_code = 1001,
                         .output_digest = 0xFEDCBA9876543210};
}

static struct companion_entry some_entry(uint32_t *words, uint32_t width)
{
    for (uint32_t i = 0; i < width; i++)
        words[i] = (0x30 + i) * 0x01010101u;
    return (struct companion_entry){.sequence = 2,
                                    .kind = ENTRY_COMPLETION,
                                    .worker = 0x01020304,
                                    .claim_order = 0x1112131415161718,
                                    .completion_order = 0x2122232425262728,
                                    .result_fold = 0x3132333435363738,
                                    .order_fold = 0x4142434445464748,
                                    .claimed_after = 0x5152535455565758,
                                    .words = words};
}

static void write_companion(uint32_t width, uint64_t capacity, uint64_t index)
{
    struct companion_writer writer;
    vrrl_error err = {0};
    uint32_t words[VRRL_SLOT_WORDS_MAX];
    const struct companion_entry entry = some_entry(words, width);
    const vrrl_record record = some_record();
    assert_int_equal(companion_create(&writer, in_folder("x.vrrx"), width, capacity, id, &err),
                     VRRL_OK);
    companion_put(&writer, index, &entry, &record);
    assert_int_equal(companion_writer_close(&writer, "x.vrrx", &err), VRRL_OK);
}

/* As another encoder wrote them: tests/conformance/vrrl_recording.py. */
static const struct {
    uint32_t width;
    const char *head, *entry;
} golden[] = {
    {16,
     "56525258303030310100000000000000000102030405060708090a0b0c0d0e0f"
     "100000008000000003000000000000000000000000000000ff8980c83578905c",
     "a9ddccd658b3f2c1020000000000000002000000040302011817161514131211"
     "2827262524232221383736353433323148474645444342415857565554535251"},
    {128,
     "56525258303030310100000000000000000102030405060708090a0b0c0d0e0f"
     "8000000040020000030000000000000000000000000000003549067f8e3524bb",
     "300a9a08d82f8fba020000000000000002000000040302011817161514131211"
     "2827262524232221383736353433323148474645444342415857565554535251"},
};

static void assert_hex(const uint8_t *bytes, const char *expected)
{
    for (size_t i = 0; expected[2 * i]; i++) {
        char pair[3];
        snprintf(pair, sizeof pair, "%02x", bytes[i]);
        if (memcmp(pair, expected + 2 * i, 2) != 0)
            fail_msg("byte %zu is %s, expected %.2s", i, pair, expected + 2 * i);
    }
}

static void bytes_are_fixed(void **state)
{
    (void)state;
    for (size_t g = 0; g < sizeof golden / sizeof golden[0]; g++) {
        uint32_t width = golden[g].width;
        size_t size, entry = 64 + 4 * (size_t)width;
        write_companion(width, 3, 1);
        uint8_t *data = read_file(in_folder("x.vrrx"), &size);
        assert_int_equal(size, 64 + 3 * entry);
        assert_hex(data, golden[g].head);
        assert_hex(data + 64 + entry, golden[g].entry);
        for (uint32_t i = 0; i < width; i++)
            for (size_t b = 0; b < 4; b++) /* words in turn; each here has four equal bytes */
                assert_int_equal(data[64 + entry + 64 + 4 * i + b], (0x30 + i) & 0xFF);
        for (size_t i = 0; i < entry; i++) /* the places before and after were never written */
            assert_true(data[64 + i] == 0 && data[64 + 2 * entry + i] == 0);
        free(data);
        assert_int_equal(unlink(in_folder("x.vrrx")), 0);
    }
}

static bool entry_holds(uint64_t index, const vrrl_record *record, struct companion_entry *entry,
                        uint32_t *words)
{
    struct companion_reader reader;
    vrrl_error err = {0};
    bool valid;
    assert_int_equal(companion_open(&reader, in_folder("x.vrrx"), &err), VRRL_OK);
    assert_int_equal(companion_get(&reader, "x.vrrx", index, record, entry, &valid, &err), VRRL_OK);
    if (words)
        memcpy(words, entry->words, reader.slot_words * sizeof *words);
    companion_reader_close(&reader);
    return valid;
}

static void entries_read_back_at_each_width(void **state)
{
    (void)state;
    static const uint32_t widths[] = {16, 17, 30, 31, 32, 33, 63, 64, 65, 111, 112, 113, 127, 128};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        uint32_t width = widths[i];
        uint32_t words[VRRL_SLOT_WORDS_MAX], read[VRRL_SLOT_WORDS_MAX];
        struct companion_entry expected = some_entry(words, width), entry;
        vrrl_record record = some_record();
        write_companion(width, 1300, 1299); /* the last of more than two blocks */
        assert_true(entry_holds(1299, &record, &entry, read));
        assert_memory_equal(words, read, width * sizeof *words);
        entry.words = expected.words = NULL;
        assert_memory_equal(&entry, &expected, sizeof entry);
        assert_false(entry_holds(1298, &record, &entry, NULL));
        assert_false(entry_holds(1300, &record, &entry, NULL));
        assert_int_equal(unlink(in_folder("x.vrrx")), 0);
    }
}

/* The checksum is of entry and record together. */
static void an_entry_belongs_to_its_record(void **state)
{
    (void)state;
    write_companion(16, 3, 1);
    struct companion_entry entry;
    vrrl_record record = some_record();
    assert_true(entry_holds(1, &record, &entry, NULL));
    record.output_digest ^= 1;
    assert_false(entry_holds(1, &record, &entry, NULL));
    record = some_record();
    record.timestamp_ns++;
    assert_false(entry_holds(1, &record, &entry, NULL));
    record = some_record();
    size_t size;
    uint8_t *data = read_file(in_folder("x.vrrx"), &size);
    for (size_t at = 64 + 128; at < 64 + 2 * 128; at++) {
        data[at] ^= 0x10;
        write_file(in_folder("x.vrrx"), data, size);
        assert_false(entry_holds(1, &record, &entry, NULL));
        data[at] ^= 0x10;
    }
    free(data);
}

static void headers_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint32_t value;
        bool seal;
        vrrl_code code;
    } rows[] = {
        {0, 0x30585252, true, VRRL_CORRUPT}, {8, 2, true, VRRL_HEADER_MISMATCH},
        {32, 17, false, VRRL_CORRUPT},       {32, 17, true, VRRL_CORRUPT},
        {32, 0, true, VRRL_CORRUPT},         {36, 0xFFFFFFFF, true, VRRL_CORRUPT},
        {40, 0, true, VRRL_CORRUPT},         {40, 1048577, true, VRRL_CORRUPT},
        {44, 1, true, VRRL_CORRUPT},         {56, 0, false, VRRL_CORRUPT},
    };
    write_companion(16, 3, 1);
    size_t size;
    uint8_t *data = read_file(in_folder("x.vrrx"), &size), changed[1024];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct companion_reader reader;
        vrrl_error err = {0};
        memcpy(changed, data, size);
        store_le32(changed + rows[i].at, rows[i].value);
        if (rows[i].seal)
            store_le64(changed + 56, checksum_xxh3(changed, 56));
        write_file(in_folder("x.vrrx"), changed, size);
        assert_int_equal(companion_open(&reader, in_folder("x.vrrx"), &err), rows[i].code);
        assert_clear(&err);
    }
    /* A file that ends early opens; its missing entries are errors, not entries. */
    write_file(in_folder("x.vrrx"), data, 64 + 128 + 64);
    struct companion_reader reader;
    struct companion_entry entry;
    vrrl_record record = some_record();
    vrrl_error err = {0};
    bool valid;
    assert_int_equal(companion_open(&reader, in_folder("x.vrrx"), &err), VRRL_OK);
    assert_int_equal(companion_get(&reader, "x.vrrx", 1, &record, &entry, &valid, &err), VRRL_IO);
    assert_clear(&err);
    companion_reader_close(&reader);
    assert_int_equal(
        companion_create(&(struct companion_writer){0}, in_folder("x.vrrx"), 16, 3, id, &err),
        VRRL_IO); /* it is there */
    assert_clear(&err);
    free(data);
}

/* ---- Frames -------------------------------------------------------------------------------------- */

static struct byte_buffer payload_of(size_t size, uint32_t seed)
{
    struct byte_buffer b = {0};
    for (size_t i = 0; i < size; i++)
        buffer_put(&b, &(uint8_t){(uint8_t)(i * seed >> 3)}, 1);
    return b;
}

static void write_frames(const size_t *sizes, uint32_t count)
{
    struct frame_writer writer;
    vrrl_error err = {0};
    assert_int_equal(frame_writer_create(&writer, in_folder("x.zst"), &err), VRRL_OK);
    for (uint32_t i = 0; i < count; i++) {
        struct byte_buffer b = payload_of(sizes[i], i + 1);
        assert_int_equal(frame_put(&writer, "x.zst", FRAME_EPOCH, i, &b, &err), VRRL_OK);
        buffer_free(&b);
    }
    assert_int_equal(frame_writer_close(&writer, "x.zst", &err), VRRL_OK);
}

/* How many frames are read whole, until the end or an error. */
static uint32_t readable_frames(const size_t *sizes, uint64_t limit, vrrl_code *code)
{
    struct frame_reader reader;
    vrrl_error err = {0};
    uint32_t count = 0, epoch, counted;
    bool found = true;
    assert_int_equal(frame_reader_open(&reader, in_folder("x.zst"), &err), VRRL_OK);
    assert_int_equal(frame_count(&reader, "x.zst", &counted, &err), VRRL_OK);
    for (;; count++) {
        *code = frame_get(&reader, "x.zst", FRAME_EPOCH, limit, &epoch, &found, &err);
        if (*code != VRRL_OK || !found)
            break;
        struct byte_buffer expected = payload_of(sizes[count], count + 1);
        assert_int_equal(epoch, count);
        assert_int_equal(reader.raw.size, expected.size);
        if (expected.size > 0)
            assert_memory_equal(reader.raw.bytes, expected.bytes, expected.size);
        buffer_free(&expected);
    }
    if (*code == VRRL_OK)
        assert_int_equal(counted, count);
    else
        assert_clear(&err);
    frame_reader_close(&reader);
    return count;
}

static const size_t frame_sizes[] = {100000, 0, 1, 5000};

static void frames_read_back_cut_off_anywhere(void **state)
{
    (void)state;
    vrrl_code code;
    size_t size;
    write_frames(frame_sizes, 4);
    assert_int_equal(readable_frames(frame_sizes, 1 << 20, &code), 4);
    uint8_t *data = read_file(in_folder("x.zst"), &size);
    uint32_t last = 4;
    for (size_t left = size; left-- > 0;) {
        assert_int_equal(truncate(in_folder("x.zst"), (off_t)left), 0);
        uint32_t now = readable_frames(frame_sizes, 1 << 20, &code);
        assert_int_equal(code, VRRL_OK); /* where it ends is no damage */
        assert_true(now <= last && now < 4);
        last = now;
    }
    free(data);
}

static void frames_of_another_kind_or_size(void **state)
{
    (void)state;
    vrrl_code code;
    size_t size;
    write_frames(frame_sizes, 4);
    assert_int_equal(readable_frames(frame_sizes, 99999, &code), 0); /* larger than is let */
    assert_int_equal(code, VRRL_CORRUPT);
    uint8_t *data = read_file(in_folder("x.zst"), &size);
    for (size_t at = 0; at < 48; at++) {
        if (at >= 16 && at < 24)
            continue; /* the epoch is the caller's to check, the rest is reserved */
        data[at] ^= 0x40;
        write_file(in_folder("x.zst"), data, size);
        uint32_t count = readable_frames(frame_sizes, 1 << 20, &code);
        assert_int_equal(count, 0);
        /* A frame that says to be longer than the file is one that was cut off. */
        assert_true(code == VRRL_CORRUPT || (at >= 32 && at < 40));
        data[at] ^= 0x40;
    }
    data[60] ^= 1; /* in what is compressed */
    write_file(in_folder("x.zst"), data, size);
    assert_int_equal(readable_frames(frame_sizes, 1 << 20, &code), 0);
    assert_int_equal(code, VRRL_CORRUPT);
    free(data);
}

/* ---- Payloads ------------------------------------------------------------------------------------ */

static void snapshots_are_bound_to_their_recording(void **state)
{
    (void)state;
    const uint32_t arena[] = {1, 2, 0xFFFFFFFF, 4};
    uint32_t read[4];
    struct byte_buffer b = {0};
    struct snapshot_head head;
    vrrl_error err = {0};
    snapshot_encode(&b, id, 70, 7, arena, 4);
    assert_int_equal(b.size, snapshot_payload_bytes(4));
    assert_int_equal(snapshot_decode(&b, id, &head, read, 4, "x", &err), VRRL_OK);
    assert_memory_equal(arena, read, sizeof arena);
    assert_int_equal(head.sequence, 70);
    assert_int_equal(head.epoch, 7);
    assert_int_equal(snapshot_decode(&b, id, &head, read, 3, "x", &err), VRRL_CORRUPT);
    assert_int_equal(snapshot_decode(&b, id, &head, read, 5, "x", &err), VRRL_CORRUPT);
    for (size_t at = 0; at < b.size; at++) {
        if (at >= 16 && at < 28)
            continue; /* sequence and epoch: what they fit is beside the snapshot */
        b.bytes[at] ^= 4;
        assert_int_equal(snapshot_decode(&b, id, &head, read, 4, "x", &err), VRRL_CORRUPT);
        assert_clear(&err);
        b.bytes[at] ^= 4;
    }
    for (b.size--; b.size > 0; b.size--)
        assert_int_equal(snapshot_decode(&b, id, &head, read, 4, "x", &err), VRRL_CORRUPT);
    buffer_free(&b);
}

static const vrrl_geometry geometry = {.slot_words = 16,
                                       .ring_slots = 8,
                                       .observable_words = 4,
                                       .user_words = 5000,
                                       .debug_records = 4};

static struct observer make_observer(void)
{
    struct observer o;
    struct observed_state s;
    vrrl_error err;
    const struct word_range ranges[] = {{0, 164}, {1024, 5000}};
    assert_int_equal(state_create(&s, ranges, 2, &err), VRRL_OK);
    assert_int_equal(observer_create(&o, &s, geometry.ring_slots, &err), VRRL_OK);
    return o;
}

/* An epoch's end with two changed pages, two debug records and a waiter. */
static struct byte_buffer some_epoch(struct observer *o, uint64_t page_limit)
{
    static uint32_t arena[8192];
    vrrl_error err;
    memset(arena, 0, sizeof arena);
    arena[1] = 7, arena[3000] = 8;
    state_update(&o->state, arena);
    assert_int_equal(observer_reserve(o, 0, 2, 1, &err), VRRL_OK);
    struct observation *end = &o->observation;
    end->verdict = VRRL_VERDICT_DEADLOCK;
    end->state = &o->state;
    end->debug[0] = (struct debug_record){{1, 2, 3, 4}};
    end->debug[1] = (struct debug_record){{5, 6, 7, 8}};
    end->debug_count = 2;
    end->debug_written = 9;
    end->waiters[0] = (vrrl_waiter){3, 6, 1, 1030, 5, 4};
    end->waiter_count = 1;
    struct byte_buffer b = {0};
    epoch_encode(&b, end, page_limit);
    return b;
}

static void epochs_read_back(void **state)
{
    (void)state;
    vrrl_error err = {0};
    for (uint64_t limit = 8199; limit <= 8200; limit++) { /* two pages with words are 8200 bytes */
        struct observer from = make_observer(), to = make_observer();
        struct byte_buffer b = some_epoch(&from, limit);
        bool kept = limit == 8200;
        assert_int_equal(b.size, 56 + 2 * (kept ? 4100 : 36) + 2 * 16 + 24);
        assert_true(b.size <= epoch_payload_limit(&from.state, &geometry));
        assert_int_equal(epoch_decode(&b, &geometry, &to, "x", &err), VRRL_OK);
        assert_int_equal(to.observation.verdict, VRRL_VERDICT_DEADLOCK);
        assert_int_equal(to.observation.debug_written, 9);
        assert_memory_equal(to.observation.debug, from.observation.debug, 32);
        assert_memory_equal(to.observation.waiters, from.observation.waiters, sizeof(vrrl_waiter));
        assert_memory_equal(to.state.digest, from.state.digest, DIGEST_BYTES);
        assert_int_equal(to.state.changed_count, 2);
        uint32_t page = state_find_page(&to.state, 2);
        assert_int_equal(to.state.pages[page].kept, kept);
        assert_int_equal(state_word(&to.state, 3000), kept ? 8 : 0);
        buffer_free(&b);
        observer_free(&from);
        observer_free(&to);
    }
}

static void epochs_that_are_refused(void **state)
{
    (void)state;
    vrrl_error err = {0};
    struct observer from = make_observer();
    struct byte_buffer b = some_epoch(&from, 1 << 20);
    size_t size = b.size;
    for (size_t at = 0; at < 56 + 4; at++) { /* counts, digest, number of the first page */
        struct observer to = make_observer();
        b.bytes[at] ^= 0x80;
        vrrl_code code = epoch_decode(&b, &geometry, &to, "x", &err);
        /* How many debug records there were in all may be any number from those that are there on. */
        assert_int_equal(code, at >= 12 && at < 16 ? VRRL_OK : VRRL_CORRUPT);
        b.bytes[at] ^= 0x80;
        observer_free(&to);
    }
    for (b.size = 0; b.size < size; b.size += 97) {
        struct observer to = make_observer();
        assert_int_equal(epoch_decode(&b, &geometry, &to, "x", &err), VRRL_CORRUPT);
        assert_clear(&err);
        observer_free(&to);
    }
    buffer_free(&b);
    observer_free(&from);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(bytes_are_fixed),
        TEST(entries_read_back_at_each_width),
        TEST(an_entry_belongs_to_its_record),
        TEST(headers_that_are_refused),
        TEST(frames_read_back_cut_off_anywhere),
        TEST(frames_of_another_kind_or_size),
        TEST(snapshots_are_bound_to_their_recording),
        TEST(epochs_read_back),
        TEST(epochs_that_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
