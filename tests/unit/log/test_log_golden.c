/* The golden vectors, which an independent implementation made: every NAME.vrrl reads as
 * NAME.expect, and replaying NAME.ops writes NAME.vrrl byte for byte. */
#include "log_test.h"

#include <dirent.h>

/* The kinds as the golden files spell them. */
static void format_kind(const vrrl_error *err, char *out, size_t size)
{
    if (err->code == VRRL_IO)
        snprintf(out, size, "error Io:%.*s\n", (int)strcspn(err->text, " "), err->text);
    else if (err->code == VRRL_CAPACITY_OVERFLOW)
        snprintf(out, size, "error CapacityOverflow:%" PRIu64 ":%" PRIu64 "\n", err->found,
                 err->expected);
    else
        snprintf(out, size, "error %s\n", vrrl_code_name(err->code));
    assert_memory_equal(err->fix, "Fix: ", 5);
}

static void format_record(const vrrl_record *r, char *out, size_t size)
{
    int n =
        snprintf(out, size, "%" PRIu64 ",%u,%u,%u,%u,%u,%u,%u,%u", r->timestamp_ns, r->slot_idx,
                 r->tenant_id, r->opcode, r->args[0], r->args[1], r->args[2], r->args[3], r->epoch);
    if (vrrl_record_has_evidence(r))
        n += snprintf(out + n, size - (size_t)n, ",%u,%u,%u,%" PRIu64, r->slot_status,
                      r->failure_class, r->backend_code, r->output_digest);
    snprintf(out + n, size - (size_t)n, "\n");
}

/* What the library says of a log, in the words of the golden files; to be freed. */
static char *describe(const char *path, unsigned flags)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    vrrl_error err = no_error();
    vrrl_reader *reader;
    vrrl_record *records = NULL;
    size_t count = 0;
    char line[256];
    vrrl_code code = vrrl_reader_open(path, flags, &reader, &err);
    if (!code) {
        fprintf(out, "capacity=%" PRIu64 " cursor=%" PRIu64 "\n", vrrl_reader_capacity(reader),
                vrrl_reader_cursor(reader));
        code = vrrl_reader_read_all(reader, &records, &count, &err);
    }
    for (size_t i = 0; i < count; i++) {
        format_record(&records[i], line, sizeof line);
        fputs(line, out);
    }
    if (code) {
        format_kind(&err, line, sizeof line);
        fputs(line, out);
    }
    free(records);
    vrrl_reader_close(reader);
    fclose(out);
    return text;
}

static void reads_as_expected(const char *name)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof path, VECTORS "/%s.expect", name);
    char *expected = (char *)read_file(path, &size);
    snprintf(path, sizeof path, VECTORS "/%s.vrrl", name);
    for (unsigned flags = 0; flags <= VRRL_READ_LIVE; flags++) {
        char *found = describe(path, flags);
        if (strcmp(found, expected) != 0)
            fail_msg("%s (flags %u):\n%s\nnot\n%s", name, flags, found, expected);
        free(found);
    }
    free(expected);
}

/* One line of NAME.ops; false at the end. */
static bool read_op(FILE *file, vrrl_record *r)
{
    char line[512];
    if (!fgets(line, sizeof line, file))
        return false;
    *r = (vrrl_record){.timestamp_ns = 0};
    int fields = sscanf(line, "%" SCNu64 ",%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%" SCNu64,
                        &r->timestamp_ns, &r->slot_idx, &r->tenant_id, &r->opcode, &r->args[0],
                        &r->args[1], &r->args[2], &r->args[3], &r->epoch, &r->slot_status,
                        &r->failure_class, &r->backend_code, &r->output_digest);
    assert_true(fields == 9 || fields == 13);
    return true;
}

static void writes_as_expected(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, VECTORS "/%s.ops", name);
    FILE *ops = fopen(path, "r");
    assert_non_null(ops);
    uint64_t capacity;
    assert_int_equal(fscanf(ops, "capacity=%" SCNu64 "\n", &capacity), 1);
    const char *written = in_folder(name);
    vrrl_log *log;
    vrrl_error err = no_error();
    assert_int_equal(vrrl_log_open(written, capacity, &log, &err), VRRL_OK);
    vrrl_record record;
    while (read_op(ops, &record))
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    assert_int_equal(vrrl_log_close(log, &err), VRRL_OK);
    fclose(ops);

    size_t size, expected_size;
    snprintf(path, sizeof path, VECTORS "/%s.vrrl", name);
    uint8_t *expected = read_file(path, &expected_size);
    uint8_t *found = read_file(written, &size);
    assert_int_equal(size, expected_size);
    assert_memory_equal(found, expected, size);
    free(expected);
    free(found);
}

static int for_each(const char *suffix, void (*check)(const char *name))
{
    DIR *folder = opendir(VECTORS);
    assert_non_null(folder);
    int checked = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, suffix) != 0)
            continue;
        *dot = 0;
        check(entry->d_name);
        checked++;
    }
    closedir(folder);
    return checked;
}

static void every_vector_reads(void **state)
{
    (void)state;
    assert_true(for_each(".expect", reads_as_expected) >= 22);
}

static void every_vector_is_written(void **state)
{
    (void)state;
    assert_true(for_each(".ops", writes_as_expected) >= 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_reads),
        cmocka_unit_test(every_vector_is_written),
    };
    return cmocka_run_group_tests_name("log_golden", tests, make_folder, remove_folder);
}
