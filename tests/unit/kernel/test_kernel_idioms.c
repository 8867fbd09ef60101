/*
 * What real kernels do together, as nvcc translates it (tests/data/kernels/idioms): nothing is found of the right ones, and
 * of each with a planted error what it makes.
 */
#include "kernel_data.h"

enum { SCHEDULES = 200 };

#define LAUNCH(entry, grid, block, parameters)                                                     \
    "launch %s_" entry "\ngrid " grid "\nblock " block "\nparameters " parameters "\nend\n"
#define HANDS_OVER "buffer flag[2]\nbuffer data[1]\nbuffer out[1]\n"
#define IN_OUT     "buffer in[256] = count\nbuffer out[256]\n"

static const struct {
    const char *launch; /* each %s is `right` or `planted` */
    enum kernel_finding_kind finds;
} idioms[] = {
    {"buffer in[192] = count\nbuffer partial[3] uninitialised\nbuffer count[1]\nbuffer "
     "out[1]\n" LAUNCH("last_block", "3", "64",
                       "in, partial, count, out") "expect out[0] == 18336\n",
     KERNEL_FINDS_RACE},
    {"buffer slots[2]\nbuffer head[1]\nbuffer tail[1]\nbuffer out[5]\n" LAUNCH(
         "ring", "2", "32", "slots, head, tail, out, 5") "expect out[4] == 41\n",
     KERNEL_FINDS_RACE},
    {"buffer in[128] = all 1\nbuffer agg[4]\nbuffer incl[4]\nbuffer flag[4]\nbuffer ticket[1]\n"
     "buffer out[128]\n" LAUNCH("look_back", "4", "32",
                                "in, agg, incl, flag, ticket, out") "expect out[127] == 128\n",
     KERNEL_FINDS_RACE},
    {"buffer in[128] = count\nbuffer count[1]\nbuffer out[128]\n" LAUNCH(
         "warp_agg", "2", "64", "in, count, out") "expect count[0] == 64\n",
     KERNEL_FINDS_RACE},
    {IN_OUT LAUNCH("named", "1", "64", "in, out, 4") "observe out\n", KERNEL_FINDS_RACE},
    {IN_OUT LAUNCH("cp_async", "1", "64", "in, out, 4") "observe out\n",
     KERNEL_FINDS_UNINITIALISED},
    {"buffer l[1]\nbuffer data[1]\n" LAUNCH("lock", "3", "32", "l, data") "expect data[0] == 3\n",
     KERNEL_FINDS_RACE},
    {"buffer next[1]\nbuffer serving[1]\nbuffer data[1]\n" LAUNCH(
         "ticket_lock", "3", "32", "next, serving, data") "expect data[0] == 3\n",
     KERNEL_FINDS_RACE},
    {IN_OUT LAUNCH("syncthreads", "1", "64", "in, out") "expect out[0] == 2016\n",
     KERNEL_FINDS_RACE},
    {"buffer a[128]\nbuffer b[128]\n" LAUNCH("grid_phases", "2", "64\ncooperative",
                                             "a, b") "observe b\n",
     KERNEL_FINDS_RACE},
    {IN_OUT
     "buffer ticket[1]\n" LAUNCH("dynamic_tile", "2", "64", "in, out, ticket, 4") "observe out\n",
     KERNEL_FINDS_RACE},
    {"buffer out[64]\n" LAUNCH("cluster_kernel", "2", "32\ncluster 2", "out") "observe out\n",
     KERNEL_FINDS_OUTSIDE},
    {"buffer flags[32]\nbuffer data[32]\n" LAUNCH("lanes_flag", "1", "32",
                                                  "flags, data") "expect data[31] == 32\n",
     KERNEL_FINDS_RACE},
    {"buffer s[16]\nbuffer data[1]\n" LAUNCH("semaphore_make", "1", "1", "s")
         LAUNCH("semaphore", "3", "32", "s, data") "expect data[0] == 3\n",
     KERNEL_FINDS_DEADLOCK},
    {"buffer s[16]\nbuffer data[16]\n" LAUNCH("latch_make", "1", "1", "s, 3")
         LAUNCH("latch", "3", "32", "s, data") "observe data\n",
     KERNEL_FINDS_DEADLOCK},
    {"buffer q[40]\nbuffer n[1]\n" LAUNCH("queue_push", "2", "32",
                                          "q, n, 40") "expect n[0] == 64\n",
     KERNEL_FINDS_OUTSIDE},
    {HANDS_OVER LAUNCH("halves", "2", "32", "flag, data, out") "expect out[0] == 5\n",
     KERNEL_FINDS_RACE},
    {"buffer in[128] = count\nbuffer bad[1]\n" LAUNCH("any_bad", "2", "64", "in, bad"),
     KERNEL_FINDS_RACE},
    {"buffer count[1]\nbuffer gen[1]\nbuffer data[288]\n" LAUNCH("rounds", "3", "32",
                                                                 "count, gen, data, 3"),
     KERNEL_FINDS_DEADLOCK},
    {"buffer out[64]\n" LAUNCH("shared_holes", "1", "64", "out"), KERNEL_FINDS_UNINITIALISED},
    {HANDS_OVER LAUNCH("narrow", "2", "32", "flag, data, out") "expect out[0] == 5\n",
     KERNEL_FINDS_RACE},
    {"buffer out[32]\n" LAUNCH("warp_flag", "1", "64", "out") "observe out\n", KERNEL_FINDS_RACE},
    {HANDS_OVER LAUNCH("or_poll", "2", "32", "flag, data, out") "expect out[0] == 5\n",
     KERNEL_FINDS_RACE},
    {"buffer want[2]\nbuffer turn[1]\nbuffer data[1]\n" LAUNCH(
         "peterson", "2", "32", "want, turn, data") "expect data[0] == 2\n",
     KERNEL_FINDS_RACE},
    {IN_OUT LAUNCH("tiles16", "1", "32", "in, out") "expect out[0] == 135\n",
     KERNEL_FINDS_EXPECTATION},
    {IN_OUT LAUNCH("bar_shared", "1", "64", "in, out, 4") "expect out[127] == 96\n",
     KERNEL_FINDS_RACE},
    {"buffer count[1]\nbuffer data[96]\nbuffer out[32]\n" LAUNCH(
         "red_count", "3", "32", "count, data, out") "expect out[31] == 93\n",
     KERNEL_FINDS_RACE},
    {"buffer in[2]\nbuffer flag[1]\nbuffer out[1]\ntogether\n" LAUNCH(
         "host_feed", "1", "32",
         "in, flag, out") "host\nstore in[0] = 3\nstore in[1] = 4\nrelease flag[0] = 1\nend\nend\n"
                          "expect out[0] == 7\n",
     KERNEL_FINDS_RACE},
    {"buffer tail[1]\nbuffer nexts[5]\nbuffer locked[5]\nbuffer data[1]\n" LAUNCH(
         "mcs", "3", "32", "tail, nexts, locked, data"),
     KERNEL_FINDS_DEADLOCK},
    {"buffer lock[1]\nbuffer data[1]\n" LAUNCH("div_spin", "2", "4",
                                               "lock, data") "expect data[0] == 8\n",
     KERNEL_FINDS_RACE},
    {"buffer flag[1]\nbuffer out[1]\n" LAUNCH("timeout_trap", "2", "32",
                                              "flag, out") "expect out[0] == 1\n",
     KERNEL_FINDS_DEADLOCK},
};

/* All that was found, as bits by kind. */
static uint32_t found(const struct ptx_module *module, const char *text)
{
    struct launch *launch;
    struct kernel *kernel;
    struct campaign_result result;
    vrrl_error err = {0};
    uint32_t kinds = 0;
    const struct campaign_options options = {
        .strategy = VRRL_STRATEGY_MIX, .schedules = SCHEDULES, .seed = 1};
    if (launch_parse(text, strlen(text), "idiom.launch", &launch, &err) != VRRL_OK ||
        kernel_open(module, launch, &kernel, &err) != VRRL_OK ||
        kernel_campaign(kernel, &options, &result, &err) != VRRL_OK)
        fail_msg("%s\n%s\n%s", err.text, err.fix, text);
    for (uint32_t i = 0; i < result.defect_count; i++)
        kinds |= 1u << result.defects[i].finding.kind;
    campaign_result_free(&result);
    kernel_close(kernel);
    launch_free(launch);
    return kinds;
}

static void hold(const char *which)
{
    struct ptx_module *module = kernel_data_module("idioms/idioms.ptx");
    bool planted = strcmp(which, "planted") == 0;
    for (size_t i = 0; i < sizeof idioms / sizeof *idioms; i++) {
        char text[1024] = "";
        const char *from = idioms[i].launch;
        for (const char *mark; (mark = strstr(from, "%s")); from = mark + 2)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s%s", (int)(mark - from),
                     from, which);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s", from);
        uint32_t kinds = found(module, text), wanted = planted ? 1u << idioms[i].finds : 0;
        if (planted ? !(kinds & wanted) : kinds)
            fail_msg("found 0x%x, wanted 0x%x:\n%s", kinds, wanted, text);
    }
    ptx_module_free(module);
}

static void nothing_is_found_of_what_is_right(void **state)
{
    (void)state;
    hold("right");
}

static void each_planted_error_is_found(void **state)
{
    (void)state;
    hold("planted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_found_of_what_is_right),
        cmocka_unit_test(each_planted_error_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
