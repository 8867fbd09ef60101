/*
 * The kernel machine, with all that it checks: warp instructions a second of one loop each, with 32 lanes and with
 * one, and whole runs a second of the examples under drawn schedules.
 *
 * Times are the processor's, so that others on the machine do not count; the best of some rounds.
 */
#include "kernel/campaign.h"
#include "kernel/kernel_file.h"
#include "kernel/layout.h"
#include "kernel/machine.h"
#include "kernel/run.h"
#include "launch/launch_file.h"
#include "schedule/strategy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5, RUNS = 1000, NAME_BYTES = 512, LAUNCH_BYTES = 128 };

/* %rd2 is the place of the thread's word, %r2 the turn. */
#define LOOP(body)                                                                                 \
    ".version 8.0\n.target sm_90\n.address_size 64\n.visible .entry k(.param .u64 out)\n{\n"       \
    ".reg .pred %p<2>;\n.reg .b32 %r<9>;\n.reg .b64 %rd<9>;\nld.param.u64 %rd1, [out];\n"          \
    "mov.u32 %r1, %tid.x;\nmul.wide.u32 %rd2, %r1, 4;\nadd.s64 %rd2, %rd1, %rd2;\n"                \
    "mul.wide.u32 %rd4, %r1, 8;\nadd.s64 %rd4, %rd1, %rd4;\nmov.u32 %r2, 0;\nmov.u32 %r3, 1;\n"    \
    "mov.u64 %rd5, 1;\nAGAIN:\n" body                                                              \
    "add.u32 %r2, %r2, 1;\nsetp.lt.u32 %p1, %r2, 20000;\n@%p1 bra AGAIN;\n"                        \
    "bar.warp.sync -1;\nst.global.u32 [%rd2], %r3;\nret;\n}\n"
#define FOUR                                                                                       \
    "mad.lo.u32 %r3, %r3, 3, %r2;\nxor.b32 %r4, %r3, %r2;\nshr.u32 %r4, %r4, 3;\nadd.u32 %r3, "    \
    "%r3, %r4;\n"

static const struct {
    const char *name, *ptx;
} loops[] = {
    {"arithmetic", LOOP(FOUR FOUR)},
    {"a load and a store of a row, in 11",
     LOOP("ld.global.u32 %r5, [%rd2];\nadd.u32 %r3, %r3, %r5;\nst.global.u32 [%rd2], %r3;\n" FOUR
          "xor.b32 %r3, %r3, %r2;\n")},
    {"the same, not at a row of its own",
     LOOP("ld.global.u32 %r5, [%rd2+4];\nadd.u32 %r3, %r3, %r5;\nst.global.u32 [%rd2+4], "
          "%r3;\n" FOUR "xor.b32 %r3, %r3, %r2;\n")},
    {"the same, of 64 bits",
     LOOP("ld.global.u64 %rd6, [%rd4];\nadd.u64 %rd5, %rd5, "
          "%rd6;\nst.global.u64 [%rd4], %rd5;\n" FOUR "xor.b32 %r3, %r3, %r2;\n")},
    {"a load of one word by all lanes, in 11",
     LOOP("ld.global.u32 %r5, [%rd1+512];\nadd.u32 %r3, %r3, %r5;\n" FOUR
          "xor.b32 %r3, %r3, %r2;\nxor.b32 %r3, %r3, %r5;\n")},
    {"an atomic addition of each lane, in 11",
     LOOP("atom.global.add.u32 %r5, [%rd2], %r2;\nadd.u32 %r3, %r3, %r5;\n" FOUR
          "xor.b32 %r3, %r3, %r2;\nxor.b32 %r3, %r3, %r5;\n")},
};

static const char *const examples[] = {"static_queues", "scheduler", "host_ring", "split_k",
                                       "grid_barrier"};

static void require(vrrl_code code, const vrrl_error *err)
{
    if (code == VRRL_OK)
        return;
    fprintf(stderr, "bench_kernels: %s\n", err->text);
    exit(1);
}

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Millions of warp instructions a second. */
static double speed_of(const char *ptx, uint32_t threads)
{
    char text[LAUNCH_BYTES];
    struct ptx_module *module;
    struct launch *launch;
    struct kernel *kernel;
    struct machine *machine;
    vrrl_error err = {.code = VRRL_OK};
    const struct kernel_options options = {.step_limit = 0};
    double best = 0;
    snprintf(text, sizeof text, "buffer out[256]\nlaunch k\nblock %u\nparameters out\nend\n",
             threads);
    require(ptx_module_read("bench.ptx", ptx, strlen(ptx), &module, &err), &err);
    require(launch_parse(text, strlen(text), "bench.launch", &launch, &err), &err);
    require(kernel_open(module, launch, &kernel, &err), &err);
    require(machine_create(kernel, &machine, &err), &err);
    for (int i = 0; i < ROUNDS; i++) {
        struct kernel_result run;
        double begin = processor_seconds();
        require(kernel_run(machine, NULL, &options, &run, &err), &err);
        double speed = (double)run.instructions / (processor_seconds() - begin) / 1e6;
        if (run.finding.kind != KERNEL_FINDS_NONE) {
            fprintf(stderr, "bench_kernels: a loop has a finding\n");
            exit(1);
        }
        best = speed > best ? speed : best;
    }
    machine_destroy(machine);
    kernel_close(kernel);
    launch_free(launch);
    ptx_module_free(module);
    return best;
}

static void run_example(const char *name)
{
    char ptx[NAME_BYTES], launch[NAME_BYTES];
    struct kernel_input input;
    struct machine *machine;
    struct strategy *strategy = strategy_create();
    vrrl_error err = {.code = VRRL_OK};
    uint64_t instructions = 0, steps = 0;
    snprintf(ptx, sizeof ptx, VRRL_BENCH_DATA "/../../examples/kernels/%s.ptx", name);
    snprintf(launch, sizeof launch, VRRL_BENCH_DATA "/../../examples/kernels/%s.launch", name);
    require(strategy ? VRRL_OK : VRRL_NO_MEMORY, &err);
    require(kernel_input_open(ptx, launch, &input, &err), &err);
    require(machine_create(input.kernel, &machine, &err), &err);
    double begin = processor_seconds();
    for (uint64_t i = 0; i < RUNS; i++) {
        const struct kernel_schedule schedule = {
            .kind = KERNEL_SCHEDULE_DRAWN,
            .drawn = {.kind = VRRL_STRATEGY_RANDOM, .seed = i, .choices = 1}};
        struct kernel_result run;
        require(kernel_run_schedule(machine, &schedule, strategy, NULL,
                                    (struct kernel_options){.step_limit = 0}, &run, &err),
                &err);
        instructions += run.instructions;
        steps += run.steps;
    }
    double seconds = processor_seconds() - begin;
    printf("%-40s %8.0f runs/s, %5.0f steps and %6.0f instructions a run, %5.0f ns a step\n", name,
           RUNS / seconds, (double)steps / RUNS, (double)instructions / RUNS,
           seconds * 1e9 / (double)steps);
    machine_destroy(machine);
    kernel_input_close(&input);
    strategy_destroy(strategy);
}

int main(void)
{
    printf("%-40s %12s %12s\n", "million warp instructions a second", "32 lanes", "one lane");
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        printf("%-40s %12.1f %12.1f\n", loops[i].name, speed_of(loops[i].ptx, 32),
               speed_of(loops[i].ptx, 1));
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        run_example(examples[i]);
    return 0;
}
