/*
 * How time grows with a program: exploring it under each memory model, checking, recording and replaying
 * it, for ten, a hundred … times the slots, or words of one slot. Beside each time is the power of the
 * growth since the size before: 1 is linear, 2 quadratic.
 *
 *     bench_growth [SECONDS]
 *
 * A size that is likely to take more than SECONDS (5) is left out. Times are the processor's.
 */
#include "vrrl/vrrl.h"

#include "vrrl/run/diff.h"
#include "vrrl/run/program_file.h"
#include "vrrl/run/recording.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SMALLEST = 1000, SIZES = 4, SCHEDULES = 10 };

static char folder[] = "/tmp/vrrl-bench-XXXXXX";
static char recording_path[sizeof folder + 16];

static void check(vrrl_code code, const vrrl_error *err)
{
    if (code == VRRL_OK)
        return;
    fprintf(stderr, "bench_growth: %s\n", err->text);
    exit(1);
}

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void remove_recording(void)
{
    char command[sizeof recording_path + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", recording_path);
    if (system(command) != 0)
        exit(2);
}

/* ---- What is measured ------------------------------------------------------------------------ */

static const struct shape {
    const char *name, *format; /* of a program; its size, up to three times */
} shapes[] = {
    {"slots that store", "words m[%u]\nepoch\nrepeat %u as i\nSTORE_U32 i, m[i]\nend\nend\n"},
    {"slots that wait for the one before",
     "words m[%u]\nword f\nepoch\nrepeat %u as i\n"
     "pack WAIT_GE f, i then STORE_U32 i, m[i] then SIGNAL f, 1\nend\nend\n"},
    {"words that one slot copies", "words a[%u]\nwords b[%u]\nepoch\nMEMCPY a, b, %u\nend\n"},
    {"words that one slot multiplies",
     "words a[%u]\nwords b[%u]\nword s\nepoch\nDOT a, b, s, %u\nend\n"},
};

static vrrl_run_options reference(void)
{
    vrrl_run_options options = {.size = sizeof options, .workers = 1, .seed = 1};
    vrrl_error err = {0};
    check(vrrl_driver_find("reference", &options.driver, &err), &err);
    return options;
}

/* What a column measures; false: such a program is too large for it. */
static bool explore(const vrrl_program *program, uint32_t model, vrrl_strategy strategy,
                    vrrl_grain grain)
{
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = strategy,
                                          .setup.grain = grain,
                                          .schedules = SCHEDULES,
                                          .cells.models = 1u << model,
                                          .cells.workers_first = 4,
                                          .cells.workers_last = 4,
                                          .setup.seed = 1};
    vrrl_explore_result *result;
    vrrl_error err = {0};
    check(vrrl_explore(program, &options, &result, &err), &err);
    bool fits = result->total.schedules > 0 && result->too_large == 0;
    vrrl_explore_result_free(result);
    return fits;
}

static bool check_it(const vrrl_program *program)
{
    vrrl_program_check *made;
    vrrl_error err = {0};
    vrrl_code code = vrrl_check_program(program, NULL, &made, &err);
    if (code == VRRL_TOO_LARGE)
        return false;
    check(code, &err);
    vrrl_program_check_free(made);
    return true;
}

static bool record(const vrrl_program *program)
{
    const vrrl_run_options options = reference();
    vrrl_record_summary summary;
    vrrl_error err = {0};
    remove_recording();
    vrrl_code code = vrrl_record_program(program, recording_path, &options, NULL, &summary, &err);
    if (code == VRRL_TOO_LARGE)
        return false;
    check(code, &err);
    return true;
}

static bool replay(void)
{
    const vrrl_run_options options = reference();
    vrrl_recording *recording;
    vrrl_diff_result *result;
    vrrl_error err = {0};
    check(vrrl_recording_open(recording_path, &recording, &err), &err);
    check(vrrl_replay(recording, &options, &result, &err), &err);
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
    return true;
}

enum { RECORDS = 8 };

static const char *const columns[] = {"sc random",   "sc pct",   "tso random",  "tso pct",
                                      "view random", "view pct", "whole slots", "check",
                                      "record",      "replay"};
enum { COLUMNS = sizeof columns / sizeof *columns };

static bool measure(const vrrl_program *program, uint32_t column)
{
    if (column < 6)
        return explore(program, column / 2, column % 2 ? VRRL_STRATEGY_PCT : VRRL_STRATEGY_RANDOM,
                       VRRL_GRAIN_OPERATION);
    if (column == 6)
        return explore(program, VRRL_MEMORY_SC, VRRL_STRATEGY_RANDOM, VRRL_GRAIN_SLOT);
    return column == 7 ? check_it(program) : column == RECORDS ? record(program) : replay();
}

/* ---- A shape, size after size ---------------------------------------------------------------- */

typedef struct row {
    double before[COLUMNS]; /* seconds at the size before */
    bool over[COLUMNS];     /* it would take too long, or does not fit */
} row;

/* What the next size takes, of this one. */
static double likely_times(double before, double seconds)
{
    double times = before > 0 ? seconds / before : 30;
    return times > 10 ? times : 10;
}

static void measure_size(const struct shape *shape, uint32_t size, double most, row *r)
{
    char text[512];
    vrrl_program *program;
    vrrl_error err = {0};
    snprintf(text, sizeof text, shape->format, size, size, size);
    vrrl_code code = vrrl_program_parse(text, strlen(text), "bench.mk", &program, &err);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        /* A replay needs the recording of this size. */
        r->over[c] |= code != VRRL_OK || (c == RECORDS + 1 && r->over[RECORDS]);
        double began = processor_seconds();
        r->over[c] = r->over[c] || !measure(program, c);
        double seconds = processor_seconds() - began;
        if (r->over[c])
            printf(" %16s", "-");
        else if (r->before[c] > 0)
            printf(" %9.3f s %4.1f", seconds, log10(seconds / r->before[c]));
        else
            printf(" %9.3f s     ", seconds);
        fflush(stdout);
        r->over[c] |= seconds * likely_times(r->before[c], seconds) > most;
        r->before[c] = seconds;
    }
    printf("\n");
    if (code == VRRL_OK)
        vrrl_program_free(program);
}

int main(int argc, char **argv)
{
    double most = argc > 1 ? atof(argv[1]) : 5;
    if (!mkdtemp(folder))
        return 2;
    snprintf(recording_path, sizeof recording_path, "%s/run.vrrd", folder);
    printf("seconds for %u schedules, a check, a recording and its replay; and the power\n",
           SCHEDULES);
    for (uint32_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        row r = {0};
        printf("%s\n  %7s", shapes[s].name, "");
        for (uint32_t c = 0; c < COLUMNS; c++)
            printf(" %16s", columns[c]);
        printf("\n");
        for (uint32_t i = 0, size = SMALLEST; i < SIZES; i++, size *= 10) {
            printf("  %7u", size);
            measure_size(&shapes[s], size, most, &r);
        }
    }
    remove_recording();
    rmdir(folder);
    return 0;
}
