/* A kernel from texts, and what is found in some schedules of it. */
#ifndef VRRL_KERNEL_TEST_H
#define VRRL_KERNEL_TEST_H

#include "test.h"

#include "kernel/campaign.h"
#include "kernel/finding.h"
#include "kernel/layout.h"
#include "launch/launch_file.h"
#include "ptx/module.h"

struct kernel_texts {
    struct ptx_module *module;
    struct launch *launch;
    struct kernel *kernel;
};

static inline void kernel_texts_open(struct kernel_texts *t, const char *ptx, const char *launch)
{
    vrrl_error err = {0};
    if (ptx_module_read("test.ptx", ptx, strlen(ptx), &t->module, &err) != VRRL_OK ||
        launch_parse(launch, strlen(launch), "test.launch", &t->launch, &err) != VRRL_OK ||
        kernel_open(t->module, t->launch, &t->kernel, &err) != VRRL_OK)
        fail_msg("%s\n%s\n%s\n%s", err.text, err.fix, ptx, launch);
}

static inline void kernel_texts_close(struct kernel_texts *t)
{
    kernel_close(t->kernel);
    launch_free(t->launch);
    ptx_module_free(t->module);
}

/* The caller frees the result by campaign_result_free. */
static inline void kernel_explores(const struct kernel_texts *t, uint64_t schedules,
                                   const struct kernel_options *run, struct campaign_result *result)
{
    struct campaign_options options = {
        .strategy = VRRL_STRATEGY_MIX, .schedules = schedules, .seed = 1};
    vrrl_error err = {0};
    if (run)
        options.run = *run;
    if (kernel_campaign(t->kernel, &options, result, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
}

/* The kind of the first defect; KERNEL_FINDS_NONE. */
static inline enum kernel_finding_kind kernel_finds(const char *ptx, const char *launch,
                                                    uint64_t schedules,
                                                    const struct kernel_options *run)
{
    struct kernel_texts t;
    struct campaign_result *result = malloc(sizeof *result);
    kernel_texts_open(&t, ptx, launch);
    kernel_explores(&t, schedules, run, result);
    enum kernel_finding_kind kind =
        result->defect_count ? result->defects[0].finding.kind : KERNEL_FINDS_NONE;
    campaign_result_free(result);
    free(result);
    kernel_texts_close(&t);
    return kind;
}

/* What is found in some schedules of a kernel: the kind of the first defect. */
struct kernel_row {
    const char *name, *ptx, *launch;
    enum kernel_finding_kind finds;
};

static inline void kernel_hold(const struct kernel_row *rows, size_t count)
{
    const struct kernel_options run = {.instruction_limit = 100000};
    for (size_t i = 0; i < count; i++) {
        enum kernel_finding_kind found = kernel_finds(rows[i].ptx, rows[i].launch, 60, &run);
        if (found != rows[i].finds)
            fail_msg("%s: %s, expected %s", rows[i].name, kernel_finding_name(found),
                     kernel_finding_name(rows[i].finds));
    }
}
#define HOLD(rows) kernel_hold(rows, sizeof rows / sizeof *rows)

#endif
