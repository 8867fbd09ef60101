/* SPDX-License-Identifier: MIT */
/* A host that owns names which stand in vrrl's sources, too: tiers.sh compiles it with a file that defines
 * every other of them. Each ends the program: nothing of vrrl's may call one of the host's functions. */
#include "vrrl/vrrl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN(name)                                                                                  \
    void name(void);                                                                               \
    void name(void)                                                                                \
    {                                                                                              \
        fprintf(stderr, "vrrl called the host's %s\n", #name);                                     \
        _Exit(1);                                                                                  \
    }
OWN(begin)
OWN(end)
OWN(choose)
OWN(allocate)
OWN(take)
OWN(step)
OWN(visit)
OWN(report)
OWN(compare)
#include "names.inc" /* OWN(NAME) of each name that crosses two files of vrrl, trace_free and memory_reset among them */

#define TRY(call)                                                                                  \
    if (call) {                                                                                    \
        fprintf(stderr, "%s: %s\n", #call, err.text);                                              \
        return 1;                                                                                  \
    }

static int use_log(void)
{
    vrrl_error err;
    vrrl_log *log;
    vrrl_log_verdict verdict;
    vrrl_record record = {.timestamp_ns = 1};
    const vrrl_evidence evidence = vrrl_evidence_of(2, NULL, "output", 6);
    vrrl_record_set_evidence(&record, &evidence);
    TRY(vrrl_log_open("host.vrrl", 4, &log, &err))
    TRY(vrrl_log_append(log, &record))
    TRY(vrrl_log_close(log, &err))
    TRY(vrrl_log_verify("host.vrrl", &verdict, &err))
    return verdict.live != 1;
}

static int use_run(const vrrl_program *program)
{
    vrrl_error err;
    vrrl_run_options options = {.size = sizeof options, .workers = 2};
    vrrl_record_summary summary;
    vrrl_recording *recording;
    TRY(vrrl_driver_find("threads", &options.driver, &err))
    TRY(vrrl_record_program(program, "host.vrrd", &options, NULL, &summary, &err))
    TRY(vrrl_recording_open("host.vrrd", &recording, &err))
    vrrl_recording_close(recording);
    return summary.verdict != VRRL_VERDICT_COMPLETE;
}

static int use_analysis(const vrrl_program *program)
{
    vrrl_error err;
    vrrl_program_check *check;
    vrrl_explore_result *explored;
    vrrl_explain_result *explained;
    vrrl_shrink_result *shrunk;
    TRY(vrrl_check_program(program, NULL, &check, &err))
    vrrl_program_check_write_text(check, stdout);
    vrrl_program_check_free(check);
    const vrrl_explore_options explore = {.size = sizeof explore, .schedules = 200};
    TRY(vrrl_explore(program, &explore, &explored, &err))
    const bool fails = explored->defect_count > 0;
    vrrl_report_explore(program, explored, "missing-wait.mk", stdout);
    vrrl_explore_result_free(explored);
    const vrrl_explain_options explain = {
        .size = sizeof explain, .failure.schedules = 50, .milliseconds = 500};
    TRY(vrrl_explain(program, &explain, &explained, &err))
    vrrl_explain_result_free(explained);
    const vrrl_shrink_options shrink = {
        .size = sizeof shrink, .failure.schedules = 50, .milliseconds = 500};
    TRY(vrrl_shrink(program, &shrink, &shrunk, &err))
    vrrl_shrink_result_free(shrunk);
    return !fails;
}

int main(int count, char **arguments)
{
    vrrl_error err;
    vrrl_program *program;
    if (count != 2)
        return 2;
    TRY(vrrl_program_load(arguments[1], &program, &err))
    const int status = use_log() || use_run(program) || use_analysis(program);
    vrrl_program_free(program);
    return status;
}
