/* Files of tensors: NumPy's versions, archives, compression, and what is wrong with them. */
#include "tensor/tensor.h"

#include "test.h"

#include <zstd.h>

struct file {
    char *bytes;
    size_t size;
};

/* A .npy file with a header and so many words, which count from 0. */
static struct file npy(int version, const char *header, uint32_t words)
{
    size_t length = strlen(header), head = version == 1 ? 10 : 12;
    struct file f = {.size = head + length + 4 * (size_t)words};
    f.bytes = calloc(1, f.size);
    assert_non_null(f.bytes);
    memcpy(f.bytes, "\x93NUMPY", 6);
    f.bytes[6] = (char)version;
    f.bytes[8] = (char)(length & 0xFF);
    f.bytes[9] = (char)(length >> 8);
    memcpy(f.bytes + head, header, length);
    for (uint32_t i = 0; i < words; i++)
        store_le32(f.bytes + head + length + 4 * (size_t)i, i);
    return f;
}

static struct file packed(struct file from)
{
    struct file f = {.bytes = malloc(ZSTD_compressBound(from.size))};
    f.size = ZSTD_compress(f.bytes, ZSTD_compressBound(from.size), from.bytes, from.size, 3);
    assert_false(ZSTD_isError(f.size));
    free(from.bytes);
    return f;
}

static struct file read_data(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, VRRL_TEST_DATA "/import/%s", name);
    FILE *in = fopen(path, "rb");
    struct file f = {.bytes = malloc(1 << 20)};
    assert_non_null(in);
    f.size = fread(f.bytes, 1, 1 << 20, in);
    fclose(in);
    return f;
}

static void expect_words(struct file f, const char *member, uint32_t rank, uint64_t count)
{
    struct tensor tensor;
    vrrl_error error = {0};
    if (tensor_parse("a.npy", f.bytes, f.size, member, &tensor, &error) != VRRL_OK)
        fail_msg("%s\n%s", error.text, error.fix);
    assert_int_equal(tensor.rank, rank);
    assert_int_equal(tensor.count, count);
    free(f.bytes);
    tensor_free(&tensor);
}

/* Refused, and the text says so, and what to do. */
static void expect_error(struct file f, const char *member, const char *text)
{
    struct tensor tensor;
    vrrl_error error = {0};
    assert_int_not_equal(tensor_parse("a.npy", f.bytes, f.size, member, &tensor, &error), VRRL_OK);
    if (!strstr(error.text, text))
        fail_msg("%s\nhas no `%s`", error.text, text);
    assert_memory_equal(error.fix, "Fix: ", 5);
    assert_non_null(strstr(error.text, "a.npy"));
    free(f.bytes);
}

#define HEADER "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }\n"

static void test_versions(void **state)
{
    (void)state;
    for (int version = 1; version <= 3; version++) {
        expect_words(npy(version, HEADER, 6), "", 2, 6);
        expect_words(packed(npy(version, HEADER, 6)), "", 2, 6);
    }
    expect_words(npy(1, "{\"shape\":(4,),\"descr\":\"<u4\",\"fortran_order\":False}", 4), "", 1, 4);
    expect_words(npy(1, "{'descr': '<u4', 'fortran_order': False, 'shape': (), }", 1), "", 0, 1);
    expect_words(npy(1, "{'descr': '<u4', 'fortran_order': False, 'shape': (0, 7), }", 0), "", 2,
                 0);
}

static void test_signs(void **state)
{
    (void)state;
    struct tensor tensor;
    struct file f = npy(1, "{'descr': '<u4', 'fortran_order': False, 'shape': (1,), }", 1);
    memset(f.bytes + f.size - 4, 0xFF, 4);
    assert_int_equal(tensor_parse("a.npy", f.bytes, f.size, "", &tensor, NULL), VRRL_OK);
    assert_int_equal(tensor_at(&tensor, 0), UINT32_MAX);
    tensor.is_signed = true;
    assert_int_equal(tensor_at(&tensor, 0), -1);
    free(f.bytes);
}

static void test_bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        uint32_t words;
        const char *text;
    } rows[] = {
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }", 12, "its numbers are <i8"},
        {"{'descr': '>i4', 'fortran_order': False, 'shape': (2, 3), }", 6, "its numbers are >i4"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 6, "its numbers are <f4"},
        {"{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (6,), }", 6, "one type"},
        {"{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }", 6, "Fortran"},
        {"{'descr': '<i4', 'fortran_order': 0, 'shape': (2, 3), }", 6, "True or False"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 4), }", 6, "does not fit its data"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (1000000000, 32), }", 6,
         "does not fit"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 0,
         "does not fit"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 6,
         "length"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (-2, 3), }", 6, "length"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,6), }", 6,
         "dimensions"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (2 3), }", 6, "expected `,`"},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (2, ", 6, "header"},
        {"{'descr': '<i4', 'fortran_order': False}", 6, "expected descr"},
        {"{'descr': '<i4', 'shape': (6,)}", 6, "expected descr"},
        {"{'odd': 1}", 6, "expected one each"},
        {"'descr'", 6, "expected `{`"},
        {"", 6, "expected `{`"},
        {"{", 6, "expected a key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_error(npy(1, rows[i].header, rows[i].words), "", rows[i].text);
    expect_error(npy(4, HEADER, 6), "", "version 4");
    struct file f = npy(1, HEADER, 6);
    f.bytes[9] = 0x7F;
    expect_error(f, "", "cut off");
    f = npy(1, HEADER, 6);
    f.size -= 2;
    expect_error(f, "", "does not fit");
    f = npy(2, HEADER, 6);
    f.size = 8;
    expect_error(f, "", "cut off");
    f = npy(1, HEADER, 6);
    f.size = 0;
    expect_error(f, "", "is no tensor");
    expect_error(npy(1, HEADER, 6), "part", "is no archive");
}

static void test_archives(void **state)
{
    (void)state;
    const char *name = "megakittens-llama1b-sm148-2l.npz";
    expect_words(read_data(name), "instructions", 3, 85248);
    expect_error(read_data(name), "barriers.npy", "its numbers are <i8");
    expect_words(packed(read_data(name)), "instructions", 3, 85248);
    expect_error(packed(packed(read_data(name))), "instructions", "twice");
    expect_error(read_data(name), "instruction", "no member instruction");
    expect_error(read_data(name), "", "is an archive");
    struct file f = read_data(name);
    f.size -= 40;
    expect_error(f, "instructions", "directory");
}

/* Whatever byte is wrong, it is refused or read, and no more. */
static void test_damaged_archives(void **state)
{
    (void)state;
    struct file f = read_data("megakittens-llama1b-sm148-2l.npz");
    for (size_t at = 0; at < f.size; at += at < 200 || at + 400 > f.size ? 1 : 211) {
        struct tensor tensor = {0};
        f.bytes[at] ^= 0x41;
        if (tensor_parse("a.npz", f.bytes, f.size, "instructions", &tensor, NULL) == VRRL_OK)
            tensor_free(&tensor);
        f.bytes[at] ^= 0x41;
    }
    free(f.bytes);
}

/* A member that says that it is a GiB: deflate cannot make that much of its bytes. */
static void test_bomb(void **state)
{
    (void)state;
    struct file f = read_data("megakittens-llama1b-sm148-2l.npz");
    char *entry = NULL;
    for (size_t i = 0; !entry && i + 4 < f.size; i++)
        if (memcmp(f.bytes + i, "PK\1\2", 4) == 0)
            entry = f.bytes + i;
    assert_non_null(entry);
    store_le32(entry + 24, 1u << 30);
    expect_error(f, "instructions", "larger than its bytes can be");
    f = read_data("megakittens-llama1b-sm148-2l.npz");
    for (size_t i = 0; i + 4 < f.size; i++)
        if (memcmp(f.bytes + i, "PK\1\2", 4) == 0)
            store_le32(f.bytes + i + 24, UINT32_MAX);
    expect_error(f, "instructions", "more than");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),         cmocka_unit_test(test_signs),
        cmocka_unit_test(test_bad_files),        cmocka_unit_test(test_archives),
        cmocka_unit_test(test_damaged_archives), cmocka_unit_test(test_bomb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
