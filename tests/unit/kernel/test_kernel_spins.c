/*
 * Ways to wait that nvcc translates (tests/data/kernels/spins/spins.cu): with the signal each ends in every schedule
 * that is tried, without it each is a deadlock at its word, one with a limit of time, too;
 * a loop that changes a counter for ever is none.
 */
#include "kernel_data.h"

#include <inttypes.h>

enum { SCHEDULES = 200, NO_WORD = -1 };

static const struct {
    const char *entry;
    const char *launch; /* %d is the signal */
    enum kernel_finding_kind without;
    const char *buffer; /* of the deadlock's root */
    int word;           /* in it; NO_WORD: any */
} spins[] = {
#define TWO_BLOCKS(entry) "launch " entry "\ngrid 2\nblock 32\nparameters words, %d\nend\n"
    {"on_volatile", TWO_BLOCKS("on_volatile"), KERNEL_FINDS_DEADLOCK, "words", 0},
    {"on_acquire", TWO_BLOCKS("on_acquire"), KERNEL_FINDS_DEADLOCK, "words", 0},
    {"on_add_zero", TWO_BLOCKS("on_add_zero"), KERNEL_FINDS_DEADLOCK, "words", 0},
    {"on_failing_swap", TWO_BLOCKS("on_failing_swap"), KERNEL_FINDS_DEADLOCK, "words", 0},
    {"with_doubled_sleep", TWO_BLOCKS("with_doubled_sleep"), KERNEL_FINDS_DEADLOCK, "words", 0},
    {"with_growing_sleep", TWO_BLOCKS("with_growing_sleep"), KERNEL_FINDS_DEADLOCK, "words", 0},
    {"on_atomic_ref", TWO_BLOCKS("on_atomic_ref"), KERNEL_FINDS_DEADLOCK, "words", 0},
    {"round_robin", TWO_BLOCKS("round_robin"), KERNEL_FINDS_DEADLOCK, "words", NO_WORD},
    {"with_lock", "launch with_lock\ngrid 3\nblock 32\nparameters words, %d\nend\n",
     KERNEL_FINDS_DEADLOCK, "words", 1},
    {"with_barrier",
     "buffer barrier[2]\nlaunch make_barrier\ngrid 1\nblock 32\nparameters barrier\nend\n"
     "launch with_barrier\ngrid 2\nblock 32\nparameters words, %d, barrier\nend\n",
     KERNEL_FINDS_DEADLOCK, "barrier", NO_WORD},
    {"over_the_grid",
     "launch over_the_grid\ngrid 2\nblock 32\ncooperative\nparameters words, %d\nend\n",
     KERNEL_FINDS_DEADLOCK, NULL, NO_WORD},
    {"times_out", TWO_BLOCKS("times_out"), KERNEL_FINDS_DEADLOCK, "words", 0},
    {"live_counter", TWO_BLOCKS("live_counter"), KERNEL_FINDS_LIVELOCK, "words", 0},
};

static void explores(const struct ptx_module *module, size_t spin, int signal,
                     struct campaign_result *result, struct launch **launch)
{
    char text[512] = "buffer words[64]\n";
    size_t used = strlen(text);
    const char *mark = strstr(spins[spin].launch, "%d");
    snprintf(text + used, sizeof text - used, "%.*s%d%s", (int)(mark - spins[spin].launch),
             spins[spin].launch, signal, mark + 2);
    struct kernel *kernel = NULL;
    vrrl_error err = {0};
    struct campaign_options options = {
        .strategy = VRRL_STRATEGY_MIX, .schedules = SCHEDULES, .seed = 1};
    if (launch_parse(text, strlen(text), spins[spin].entry, launch, &err) != VRRL_OK ||
        kernel_open(module, *launch, &kernel, &err) != VRRL_OK ||
        kernel_campaign(kernel, &options, result, &err) != VRRL_OK)
        fail_msg("%s: %s\n%s", spins[spin].entry, err.text, err.fix);
    kernel_close(kernel);
}

static void with_the_signal_each_ends(void **state)
{
    (void)state;
    struct ptx_module *module = kernel_data_module("spins/spins.ptx");
    struct campaign_result *result = malloc(sizeof *result);
    for (size_t i = 0; i < sizeof spins / sizeof *spins; i++) {
        struct launch *launch = NULL;
        if (spins[i].without == KERNEL_FINDS_LIVELOCK)
            continue; /* how long its counter runs is up to who goes first */
        explores(module, i, 1, result, &launch);
        if (result->defect_count != 0)
            fail_msg("%s: %s", spins[i].entry,
                     kernel_finding_name(result->defects[0].finding.kind));
        assert_int_equal(result->schedules, SCHEDULES);
        campaign_result_free(result);
        launch_free(launch);
    }
    free(result);
    ptx_module_free(module);
}

static void without_it_each_is_stuck_at_its_word(void **state)
{
    (void)state;
    struct ptx_module *module = kernel_data_module("spins/spins.ptx");
    struct campaign_result *result = malloc(sizeof *result);
    for (size_t i = 0; i < sizeof spins / sizeof *spins; i++) {
        struct launch *launch = NULL;
        explores(module, i, 0, result, &launch);
        if (result->defect_count == 0)
            fail_msg("%s: nothing is found", spins[i].entry);
        const struct kernel_finding *f = &result->defects[0].finding;
        if (f->kind != spins[i].without)
            fail_msg("%s: %s", spins[i].entry, kernel_finding_name(f->kind));
        if (!spins[i].buffer)
            assert_true(f->waits[0].where.of_grid);
        if (spins[i].buffer) {
            const struct kernel_wait *root = &f->waits[0];
            assert_true(f->wait_count > 0);
            assert_int_equal(root->kind, KERNEL_WAITS_WORD);
            assert_int_not_equal(root->side.place, KERNEL_NONE);
            if (root->where.buffer == KERNEL_NONE ||
                strcmp(launch->buffers[root->where.buffer].name, spins[i].buffer) != 0)
                fail_msg("%s: the root is in buffer %u, byte %" PRIu64, spins[i].entry,
                         root->where.buffer, root->where.byte);
            if (spins[i].word != NO_WORD)
                assert_int_equal(root->where.byte, 4 * spins[i].word);
        }
        campaign_result_free(result);
        launch_free(launch);
    }
    free(result);
    ptx_module_free(module);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_the_signal_each_ends),
        cmocka_unit_test(without_it_each_is_stuck_at_its_word),
    };
    return cmocka_run_group_tests_name("kernel_spins", tests, NULL, NULL);
}
