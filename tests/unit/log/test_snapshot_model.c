/*
 * The snapshot's own code against a writer that moves between its accesses, in every way that two
 * bursts of stores allow, on small rings; also one whose cursor moves every second append. What comes
 * out is always a run of appends without a gap, each whole, whose last is the newest by a cursor that
 * the file had meanwhile; or, where nothing moved for long enough, what a plain reader finds.
 */
#include "live_model.h"

#include "log/snapshot.h"

static uint64_t snapshots, kept, laps, wholes;

static uint64_t covered(const struct writer *w)
{
    return w->stores / STORES / w->batch * w->batch;
}

/* What a plain reader makes of the file: live records from the cursor on. */
static bool is_the_file(const vrrl_raw_record *records, size_t count, const struct writer *w)
{
    uint64_t cursor = load_le64(w->bytes + 24), at = 0;
    for (uint64_t i = 0; i < w->capacity; i++) {
        const uint8_t *raw = w->bytes + 32 + 64 * ((cursor + i) % w->capacity);
        if (load_le32(raw) != 0 && (at == count || memcmp(&records[at++], raw, 64) != 0))
            return false;
    }
    return at == count;
}

/* At one moment of the call. */
static bool was_the_file(const vrrl_raw_record *records, size_t count, const struct writer *before,
                         const struct writer *after)
{
    struct writer w = *before;
    while (!is_the_file(records, count, &w)) {
        if (w.stores == after->stores)
            return false;
        move_writer(&w, 1);
    }
    return true;
}

static void check(const vrrl_snapshot *snapshot, const struct writer *before,
                  const struct writer *after)
{
    size_t count;
    const vrrl_raw_record *records = vrrl_snapshot_records(snapshot, &count);
    uint64_t first = 0;
    bool whole = was_the_file(records, count, before, after), run = true;
    for (size_t i = 0; i < count; i++) {
        vrrl_record found;
        vrrl_raw_decode(&records[i], &found);
        uint64_t n = found.timestamp_ns - 1700000000000000000u;
        vrrl_record expected = sample_record(n);
        assert_same_record(&found, &expected);
        assert_int_equal(vrrl_snapshot_index(snapshot, i), n % before->capacity);
        first = i == 0 ? n : first;
        run = run && n == first + i;
    }
    assert_true(run || whole);
    if (before->stores == after->stores)
        assert_true(whole);
    if (count > 0 && run && !whole) {
        assert_true(first + count >= covered(before));
        assert_true(first + count <= after->stores / STORES + 1);
    }
    snapshots++;
    kept += count;
    wholes += whole;
}

/* False where the last burst was not reached. */
static bool take_once(const struct writer *from, struct schedule schedule)
{
    static struct scene scene;
    scene = (struct scene){*from, schedule};
    struct log_source source = {
        .fd = -1, .capacity = from->capacity, .read = read_scene, .context = &scene};
    vrrl_snapshot *snapshot;
    uint64_t last = schedule.length[1] ? schedule.at[1] : schedule.at[0];
    vrrl_code code = log_snapshot_over(&source, 0, &snapshot, NULL);
    assert_int_equal(code, VRRL_OK);
    check(snapshot, from, &scene.writer);
    laps += scene.writer.stores >= from->stores + from->capacity * STORES;
    vrrl_snapshot_free(snapshot);
    return scene.schedule.accesses > last;
}

static void all_bursts(const struct writer *from)
{
    uint64_t left = from->stores_max - from->stores;
    struct schedule s = {.at = {0}};
    take_once(from, s);
    for (s.length[0] = 1; s.length[0] <= left; s.length[0]++) {
        s.length[1] = 0;
        for (s.at[0] = 0; take_once(from, s); s.at[0]++) {
            for (s.length[1] = 1; s.length[1] <= left - s.length[0]; s.length[1]++)
                for (s.at[1] = s.at[0] + 1; take_once(from, s); s.at[1]++)
                    ;
            s.length[1] = 0;
        }
    }
}

static void all_schedules(uint64_t capacity, uint64_t batch, uint64_t before, uint64_t appends)
{
    snapshots = kept = laps = wholes = 0;
    /* The writer may be anywhere in an append to begin with. */
    for (uint64_t stores = before * STORES; stores < (before + 1) * STORES; stores++) {
        struct writer writer = {
            .capacity = capacity, .batch = batch, .stores_max = (before + appends) * STORES};
        store_le64(writer.bytes + 16, capacity);
        move_writer(&writer, stores);
        all_bursts(&writer);
    }
    print_message(
        "%d records by %d, %d + %d appends: %d snapshots, %d records, %d whole, %d lapped\n",
        (int)capacity, (int)batch, (int)before, (int)appends, (int)snapshots, (int)kept,
        (int)wholes, (int)laps);
    assert_true(kept > 0);
}

static void every_schedule_of_small_rings(void **state)
{
    (void)state;
    all_schedules(1, 1, 1, 2);
    all_schedules(2, 1, 3, 3);
    all_schedules(3, 1, 1, 3);
    all_schedules(3, 1, 4, 3);
#ifndef VRRL_SANITIZED
    all_schedules(4, 2, 6, 3);
    all_schedules(4, 2, 7, 3);
#endif
}

static vrrl_snapshot *take(struct scene *scene, unsigned patience_ms)
{
    struct log_source source = {
        .fd = -1, .capacity = scene->writer.capacity, .read = read_scene, .context = scene};
    vrrl_snapshot *snapshot;
    assert_int_equal(log_snapshot_over(&source, patience_ms, &snapshot, NULL), VRRL_OK);
    return snapshot;
}

/* A log of one record, whose writer rests in the middle of an append: once it goes on, the record is there;
 * where it never does, that one is left out is said. The first append, and one that replaces another. */
static void the_only_record_is_waited_for(void **state)
{
    (void)state;
    for (uint64_t within = 1; within < 4; within++)
        for (uint64_t appends = 0; appends < 3; appends++) {
            uint64_t stores = appends * STORES + within;
            struct writer writer = {
                .capacity = 1, .batch = 1, .stores_max = (appends + 1) * STORES};
            store_le64(writer.bytes + 16, 1);
            move_writer(&writer, stores);
            size_t count;
            struct scene rests = {.writer = writer};
            vrrl_snapshot *snapshot = take(&rests, 0);
            vrrl_snapshot_records(snapshot, &count);
            bool begun = appends > 0 || within > 1; /* else it is all zeros yet */
            assert_int_equal(count, 0);
            assert_int_equal(vrrl_snapshot_replaced(snapshot), begun ? 1 : 0);
            vrrl_snapshot_free(snapshot);
            struct scene goes_on = {writer, {.at = {rests.schedule.accesses}, .length = {STORES}}};
            snapshot = take(&goes_on, 2);
            vrrl_snapshot_records(snapshot, &count);
            assert_int_equal(count, begun ? 1 : 0);
            vrrl_snapshot_free(snapshot);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_only_record_is_waited_for),
                                       cmocka_unit_test(every_schedule_of_small_rings)};
    return cmocka_run_group_tests_name("snapshot_model", tests, NULL, NULL);
}
