/* The digest against values that an independent implementation made, and against b3sum. */
#include "base/digest.h"

#include "test.h"

static void fill(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i % 251);
}

static uint64_t head_of(const void *bytes, size_t size)
{
    uint8_t digest[DIGEST_BYTES];
    digest_blake3(bytes, size, digest);
    return digest_head(digest);
}

static void matches_the_golden_table(void **state)
{
    (void)state;
    static uint8_t bytes[100000];
    fill(bytes, sizeof bytes);
    FILE *table = fopen(VRRL_TEST_DATA "/vectors/digests.csv", "r");
    assert_non_null(table);
    char name[64];
    unsigned long long expected;
    int rows = 0;
    for (; fscanf(table, "%63[^,],%llu\n", name, &expected) == 2; rows++) {
        if (strcmp(name, "partial-output") == 0)
            assert_int_equal(head_of(name, strlen(name)), expected);
        else
            assert_int_equal(head_of(bytes, strtoul(name, NULL, 10)), expected);
    }
    fclose(table);
    assert_int_equal(rows, 14);
}

static void matches_b3sum(void **state)
{
    (void)state;
    if (system("command -v b3sum >/dev/null 2>&1") != 0) {
        print_message("left out: b3sum is not installed\n");
        skip();
    }
    static const size_t sizes[] = {1, 65, 1024, 2049, 65537};
    static uint8_t bytes[65537];
    fill(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char path[] = "/tmp/vrrl-digest-XXXXXX", command[128], printed[65], ours[65];
        int fd = mkstemp(path);
        assert_true(fd >= 0 && write(fd, bytes, sizes[i]) == (ssize_t)sizes[i]);
        close(fd);
        snprintf(command, sizeof command, "b3sum --no-names %s", path);
        FILE *pipe = popen(command, "r");
        assert_non_null(pipe);
        assert_int_equal(fscanf(pipe, "%64s", printed), 1);
        pclose(pipe);
        unlink(path);
        uint8_t digest[DIGEST_BYTES];
        digest_blake3(bytes, sizes[i], digest);
        for (size_t b = 0; b < DIGEST_BYTES; b++)
            snprintf(ours + 2 * b, 3, "%02x", digest[b]);
        assert_string_equal(ours, printed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_the_golden_table),
        cmocka_unit_test(matches_b3sum),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
