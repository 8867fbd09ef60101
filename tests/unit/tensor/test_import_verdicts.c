/* Real instruction tensors and their descriptions, as they are and edited: each verdict and figure is that of an
 * independent oracle. */
#include "tensors.h"

#define ANY UINT64_MAX

struct expected {
    const char *verdict;
    uint64_t pairs, instruction_pairs; /* ANY: the oracle does not tell */
    uint32_t stuck;
};

static void expect_graph(vrrl_graph *graph, const struct expected *expected)
{
    vrrl_check_result *result = check_graph(graph);
    assert_string_equal(vrrl_check_verdict_name(result->verdict), expected->verdict);
    assert_int_equal(result->pairs, expected->pairs);
    if (expected->instruction_pairs != ANY)
        assert_int_equal(result->instruction_pairs, expected->instruction_pairs);
    assert_int_equal(result->stuck_count, expected->stuck);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
}

static void expect_file(const char *tensor, const char *description,
                        const struct expected *expected)
{
    char path[4096];
    snprintf(path, sizeof path, VRRL_TEST_DATA "/import/%s", tensor);
    const vrrl_machine_options options = {.size = sizeof options, .description = description};
    vrrl_graph *graph;
    vrrl_error error = {0};
    if (vrrl_graph_load_tensor(path, &options, &graph, &error) != VRRL_OK)
        fail_msg("%s\n%s", error.text, error.fix);
    expect_graph(graph, expected);
}

#define LATENCY    VRRL_TEST_DATA "/import/latency.mkd"
#define THROUGHPUT VRRL_TEST_DATA "/import/throughput.mkd"
#define EXAMPLES   VRRL_TEST_DATA "/../../examples/machines"

static void test_latency(void **state)
{
    (void)state;
    const struct expected race = {"race", 32544, 8384, 0};
    expect_file("hazy-latency-1b-sm132-rr.npy.zst", LATENCY, &race);
    expect_file("hazy-latency-1b-sm132-rr.npy.zst", EXAMPLES "/hazy-latency.mkd", &race);
}

static void test_throughput(void **state)
{
    (void)state;
    const struct expected safe = {"safe", 0, 0, 0};
    expect_file("hazy-throughput-8b-bs128-sm132-rr.npy.zst", THROUGHPUT, &safe);
    expect_file("hazy-throughput-8b-bs128-sm132-pool.npy.zst", EXAMPLES "/hazy-throughput.mkd",
                &safe);
}

static void test_tiny(void **state)
{
    (void)state;
    static const vrrl_machine_const consts[] = {{"L", 2},        {"HID", 256}, {"INTER", 1024},
                                                {"KV_HEADS", 2}, {"HEADS", 4}, {"VOCAB", 512}};
    const vrrl_machine_options options = {
        .size = sizeof options, .consts = consts, .const_count = sizeof consts / sizeof *consts};
    const struct expected safe = {"safe", 0, 0, 0};
    struct words w = load_words("hazy-latency-tiny-sm12-rr.npy.zst");
    char *text = read_text(EXAMPLES "/hazy-latency.mkd");
    expect_graph(import_words(&w, text, &options), &safe);
    free(text);
    free(w.at);
}

/* ---- MegaKittens ----------------------------------------------------------------------------- */

static void expect_kittens(int64_t fix_k, int64_t fix_reuse, const struct expected *expected)
{
    const vrrl_machine_const consts[] = {{"FIX_K", fix_k}, {"FIX_REUSE", fix_reuse}};
    const vrrl_machine_options options = {.size = sizeof options,
                                          .description = EXAMPLES "/megakittens-llama1b.mkd",
                                          .consts = consts,
                                          .const_count = 2};
    vrrl_graph *graph;
    vrrl_error error = {0};
    if (vrrl_graph_load_tensor(VRRL_TEST_DATA
                               "/import/megakittens-llama1b-sm148-2l.npz:instructions",
                               &options, &graph, &error) != VRRL_OK)
        fail_msg("%s\n%s", error.text, error.fix);
    expect_graph(graph, expected);
}

/* As the device code waits, and with the waits that it leaves out. */
static void test_megakittens(void **state)
{
    (void)state;
    const struct expected as_coded = {"race", 23420, ANY, 0}, with_k = {"race", 20340, ANY, 0},
                          with_reuse = {"race", 32, ANY, 0}, safe = {"safe", 0, 0, 0};
    expect_kittens(0, 0, &as_coded);
    expect_kittens(1, 0, &with_k);
    expect_kittens(0, 1, &with_reuse);
    expect_kittens(1, 1, &safe);
}

/* ---- Two layers, edited ---------------------------------------------------------------------- */

static bool of_two_layers(const int32_t *instruction)
{
    return instruction[0] > 0 && instruction[0] < 7 && instruction[1] < 2;
}

static struct words two_layers(void)
{
    struct words all = load_words("hazy-latency-1b-sm132-rr.npy.zst");
    struct words w = filter_words(&all, of_two_layers);
    free(all.at);
    return w;
}

/* With down waiting for all four columns of silu. */
static char *repaired(void)
{
    return replaced(read_text(LATENCY), "        waits Bar[layer][4][red] >= 128\n",
                    "        repeat c from 0 to 4\n"
                    "            waits Bar[layer][4][c] >= 128\n"
                    "        end\n");
}

/* Takes the text. */
static void expect_two(char *text, const struct expected *expected)
{
    struct words w = two_layers();
    expect_graph(import_words(&w, text, NULL), expected);
    free(w.at);
    free(text);
}

static void test_as_found(void **state)
{
    (void)state;
    const struct expected race = {"race", 4068, 1048, 0};
    expect_two(read_text(LATENCY), &race);
}

static void test_repaired(void **state)
{
    (void)state;
    const struct expected safe = {"safe", 0, 0, 0};
    expect_two(repaired(), &safe);
}

static char *qkv_does_not_wait(void)
{
    return replaced(repaired(), "            waits Bar[layer - 1][5][0] >= 512\n", "");
}

static void test_no_wait(void **state)
{
    (void)state;
    const struct expected race = {"race", 67584, 17424, 0};
    expect_two(qkv_does_not_wait(), &race);
}

/* The same where a worker does one part after the other: this hides some. */
static void test_serial(void **state)
{
    (void)state;
    const struct expected race = {"race", 67072, 17292, 0};
    expect_two(replaced(qkv_does_not_wait(), "roles launcher consumer storer\nin flight 2\n", ""),
               &race);
}

static void test_lower_thresholds(void **state)
{
    (void)state;
    const struct expected race = {"race", 33792, ANY, 0}, safe = {"safe", 0, 0, 0};
    expect_two(replaced(repaired(), "Bar[layer][3][0] >= 128", "Bar[layer][3][0] >= 127"), &race);
    /* 511 of 512, which are signalled in lumps of 3 and 4. */
    expect_two(replaced(repaired(), "Bar[layer - 1][5][0] >= 512", "Bar[layer - 1][5][0] >= 511"),
               &safe);
}

/* All signals of an instruction, and then its writes. */
static void test_signals_first(void **state)
{
    (void)state;
    const struct expected race = {"race", 33792, ANY, 0};
    char *text = replaced(repaired(), "            writes silu[16 * b : 16 * b + 16]\n", "");
    text = replaced(text,
                    "            signals Bar[layer][4][16 * b / HID] += 1\n        end\n    end\n",
                    "            signals Bar[layer][4][16 * b / HID] += 1\n        end\n    end\n"
                    "    repeat i from 0 to n\n"
                    "        let b = w[3 + i]\n"
                    "        part storer\n"
                    "            writes silu[16 * b : 16 * b + 16]\n"
                    "        end\n"
                    "    end\n");
    expect_two(text, &race);
}

/* A signal above a write in one part comes before it, too: the last block of each instruction is told of before it
 * is there, the others are behind it in the queue. */
static void test_signal_above_write(void **state)
{
    (void)state;
    const struct expected race = {"race", 9472, 9472, 0};
    expect_two(replaced(repaired(),
                        "            writes silu[16 * b : 16 * b + 16]\n"
                        "            signals Bar[layer][4][16 * b / HID] += 1\n",
                        "            signals Bar[layer][4][16 * b / HID] += 1\n"
                        "            writes silu[16 * b : 16 * b + 16]\n"),
               &race);
}

static void swap_instructions(int32_t *a, int32_t *b, uint32_t width)
{
    for (uint32_t i = 0; i < width; i++) {
        int32_t word = a[i];
        a[i] = b[i];
        b[i] = word;
    }
}

static void test_swapped_instructions(void **state)
{
    (void)state;
    const struct expected deadlock = {"deadlock", 0, 0, 2541};
    struct words w = two_layers();
    char *text = repaired();
    int32_t *up = instruction(&w, 5, 2), *down = instruction(&w, 5, 3);
    assert_int_equal(up[0], 5);
    assert_int_equal(down[0], 6);
    swap_instructions(up, down, w.width);
    expect_graph(import_words(&w, text, NULL), &deadlock);
    free(text);
    free(w.at);
}

static void test_swapped_queues(void **state)
{
    (void)state;
    const struct expected safe = {"safe", 0, 0, 0};
    struct words w = two_layers();
    char *text = repaired();
    for (uint32_t e = 0; e < w.entries; e++)
        swap_instructions(instruction(&w, 3, e), instruction(&w, 77, e), w.width);
    expect_graph(import_words(&w, text, NULL), &safe);
    free(text);
    free(w.at);
}

/* Where the counters are not reset between two steps, each wait of the second is over before it begins. */
static void test_not_reset(void **state)
{
    (void)state;
    const struct expected race = {"race", 744191, ANY, 0};
    char *text = repaired(), *at = text;
    while ((at = strstr(at, " >= ")) != NULL) {
        bool waits = false;
        for (const char *line = at; line > text && line[-1] != '\n'; line--)
            waits |= strncmp(line, "waits ", 6) == 0;
        at += 4;
        if (waits)
            memset(at, '0', strspn(at, "0123456789"));
    }
    expect_two(text, &race);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latency),
        cmocka_unit_test(test_throughput),
        cmocka_unit_test(test_tiny),
        cmocka_unit_test(test_megakittens),
        cmocka_unit_test(test_as_found),
        cmocka_unit_test(test_repaired),
        cmocka_unit_test(test_no_wait),
        cmocka_unit_test(test_serial),
        cmocka_unit_test(test_lower_thresholds),
        cmocka_unit_test(test_signals_first),
        cmocka_unit_test(test_signal_above_write),
        cmocka_unit_test(test_swapped_instructions),
        cmocka_unit_test(test_swapped_queues),
        cmocka_unit_test(test_not_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
