/* A module, a line `# launch`, and a launch file: whatever they say, they are refused, or run to an end or a finding, and
 * a second run under the same schedule does the same. */
#include "input.h"

#include "kernel/campaign.h"
#include "kernel/layout.h"
#include "kernel/machine.h"
#include "kernel/run.h"
#include "launch/launch_file.h"
#include "schedule/strategy.h"

enum { WORDS_MAX = 1 << 14, THREADS_MAX = 1 << 10, BYTES_MAX = 1 << 22, SCHEDULES = 3 };

static void run(struct machine *m, const struct kernel_schedule *schedule,
                struct strategy *strategy, struct kernel_result *result)
{
    const struct kernel_options options = {
        .instruction_limit = 20000, .step_limit = 400, .hashes = true};
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = kernel_run_schedule(m, schedule, strategy, NULL, options, result, &err);
    check_error(&err, code);
}

static void run_all(const struct kernel *kernel)
{
    struct machine *m;
    vrrl_error err = {.code = VRRL_OK};
    struct strategy *strategy = strategy_create();
    CHECK(strategy && machine_create(kernel, &m, &err) == VRRL_OK);
    for (uint64_t i = 0; i < SCHEDULES; i++) {
        struct kernel_result first, second;
        const struct kernel_schedule schedule = {
            .kind = i ? KERNEL_SCHEDULE_DRAWN : KERNEL_SCHEDULE_CHOICES,
            .drawn = {.kind = VRRL_STRATEGY_RANDOM, .seed = i, .choices = 8},
            .no_park = i == 2,
            .all_visible = i == 2};
        run(m, &schedule, strategy, &first);
        run(m, &schedule, strategy, &second);
        CHECK(first.states == second.states && first.outcome == second.outcome &&
              first.finding.kind == second.finding.kind && first.steps == second.steps);
    }
    machine_destroy(m);
    strategy_destroy(strategy);
}

/* Not so large that a run of it takes long. */
static bool is_small(const struct launch *l)
{
    uint64_t threads = 0;
    for (uint32_t i = 0; i < l->launch_count; i++) {
        const struct launch_size g = l->launches[i].grid, b = l->launches[i].block;
        threads += (uint64_t)g.x * g.y * g.z * ((uint64_t)b.x * b.y * b.z + 31);
    }
    return l->words <= WORDS_MAX && threads <= THREADS_MAX;
}

static void with_launch(const struct ptx_module *module, const char *text, size_t size)
{
    struct launch *launch;
    struct kernel *kernel;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = launch_parse(text, size, "fuzz.launch", &launch, &err);
    check_error(&err, code);
    if (code == VRRL_OK && is_small(launch)) {
        err = (vrrl_error){.code = VRRL_OK};
        code = kernel_open(module, launch, &kernel, &err);
        check_error(&err, code);
        if (code == VRRL_OK && kernel->bytes <= BYTES_MAX)
            run_all(kernel);
        kernel_close(kernel);
    }
    launch_free(launch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char line[] = "\n# launch\n";
    const uint8_t *cut = memmem(data, size, line, sizeof line - 1);
    struct ptx_module *module;
    vrrl_error err = {.code = VRRL_OK};
    if (!cut)
        return 0;
    size_t before = (size_t)(cut - data) + 1;
    vrrl_code code = ptx_module_read("fuzz.ptx", (const char *)data, before, &module, &err);
    check_error(&err, code);
    if (code == VRRL_OK)
        with_launch(module, (const char *)cut + 1, size - before);
    ptx_module_free(module);
    return 0;
}
