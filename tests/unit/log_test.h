/* What the tests of the log share: a folder of their own, whole files, records as the golden files
 * print them. */
#ifndef VRRL_LOG_TEST_H
#define VRRL_LOG_TEST_H

#include "test.h"

#include "vrrl/log/log.h"

#include <inttypes.h>
#include <sys/stat.h>

#define VECTORS VRRL_TEST_DATA "/vectors"

static char test_folder[64];

/* "FOLDER/NAME" in a static buffer, good until the fourth call after. */
static inline const char *in_folder(const char *name)
{
    static char paths[4][256];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder, name);
    return path;
}

static inline int make_folder(void **state)
{
    (void)state;
    strcpy(test_folder, "/tmp/vrrl-log-XXXXXX");
    return mkdtemp(test_folder) ? 0 : -1;
}

/* The same in memory, where there is such a place, for tests that sync thousands of times and are of
 * the library's order, not of the disk. */
static inline int make_memory_folder(void **state)
{
    strcpy(test_folder, "/dev/shm/vrrl-log-XXXXXX");
    return mkdtemp(test_folder) ? 0 : make_folder(state);
}

static inline int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", test_folder);
    return system(command);
}

/* The whole file, NUL-terminated for those that are text; to be freed. */
static inline uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long bytes = ftell(file);
    assert_true(bytes >= 0);
    rewind(file);
    uint8_t *data = malloc((size_t)bytes + 1);
    assert_non_null(data);
    *size = fread(data, 1, (size_t)bytes, file);
    assert_int_equal(*size, bytes);
    data[*size] = 0;
    fclose(file);
    return data;
}

static inline void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void copy_file(const char *from, const char *to)
{
    size_t size;
    uint8_t *data = read_file(from, &size);
    write_file(to, data, size);
    free(data);
}

/* A record whose every field tells `n`. */
static inline vrrl_record sample_record(uint64_t n)
{
    uint32_t k = (uint32_t)n;
    return (vrrl_record){.timestamp_ns = 1700000000000000000u + n,
                         .slot_idx = k % 64,
                         .tenant_id = k ^ 0x11111111u,
                         .opcode = k ^ 0x22222222u,
                         .args = {k, k + 1, k + 2, k + 3},
                         .epoch = k ^ 0x33333333u,
                         .slot_status = k ^ 0x44444444u,
                         .failure_class = k % 5,
                         .backend_code = k ^ 0x55555555u,
                         .output_digest = n * 0x9E3779B97F4A7C15u};
}

static inline void assert_same_record(const vrrl_record *a, const vrrl_record *b)
{
    assert_int_equal(a->timestamp_ns, b->timestamp_ns);
    assert_int_equal(a->slot_idx, b->slot_idx);
    assert_int_equal(a->tenant_id, b->tenant_id);
    assert_int_equal(a->opcode, b->opcode);
    assert_memory_equal(a->args, b->args, sizeof a->args);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->slot_status, b->slot_status);
    assert_int_equal(a->failure_class, b->failure_class);
    assert_int_equal(a->backend_code, b->backend_code);
    assert_int_equal(a->output_digest, b->output_digest);
}

/* An error object that nobody has filled. */
static inline vrrl_error no_error(void)
{
    return (vrrl_error){.code = VRRL_OK};
}

/* The code, and a hint. */
static inline void assert_error(const vrrl_error *err, vrrl_code got, vrrl_code wanted)
{
    if (got != wanted)
        fprintf(stderr, "%s: %s\n", vrrl_code_name(got), err->text);
    assert_int_equal(got, wanted);
    assert_int_equal(err->code, wanted);
    assert_true(strlen(err->text) > 0);
    assert_memory_equal(err->fix, "Fix: ", 5);
}

#endif
