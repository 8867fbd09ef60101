/* How a run was made, in words. */
#include "vrrl/run/report.h"

#include "base/plural.h"
#include <string.h>

void vrrl_report_run_words(const char *backend, uint32_t workers, vrrl_claim_order claim,
                           uint64_t seed, char *out, size_t size)
{
    if (strcmp(backend, "reference") == 0)
        snprintf(out, size, "reference, one slot after the other");
    else if (strcmp(backend, "scheduled") == 0)
        snprintf(out, size, "scheduled, %u worker%s, random choices, seed %llu", workers,
                 plural(workers), (unsigned long long)seed);
    else if (claim == VRRL_CLAIM_RANDOM)
        snprintf(out, size, "%s, %u worker%s, random claims, seed %llu", backend, workers,
                 plural(workers), (unsigned long long)seed);
    else
        snprintf(out, size, "%s, %u worker%s, claims in order", backend, workers, plural(workers));
}

static void run_of_vrrl(const vrrl_recording_info *info, char *out, size_t size)
{
    enum { SHOWN = 80 }; /* of a schedule string, which may have thousands of characters */
    vrrl_report_run_words(info->backend, info->workers, info->claim, info->seed, out, size);
    if (info->schedule)
        snprintf(out, size, "%.32s, %u worker%s, schedule %.*s%s", info->backend, info->workers,
                 plural(info->workers), SHOWN, info->schedule,
                 strlen(info->schedule) > SHOWN ? "..." : "");
}

void vrrl_report_recording_words(const vrrl_recording_info *info, char *out, size_t size)
{
    char kept[40] = "", how[160], failure[96] = "";
    if (info->host_slots)
        snprintf(how, sizeof how, "%s", info->backend);
    else
        run_of_vrrl(info, how, sizeof how);
    if (info->first_epoch > 0)
        snprintf(kept, sizeof kept, ", from epoch %u on", info->first_epoch);
    if (info->failure.failure_class != VRRL_FAILURE_NONE)
        snprintf(failure, sizeof failure, ", which reported %s (%s)",
                 vrrl_failure_class_name(info->failure.failure_class),
                 vrrl_backend_error_text(info->failure.backend_code));
    snprintf(out, size, "%s%s%s%s", how, failure, kept,
             !info->finished ? ", unfinished"
             : info->trimmed ? ", trimmed"
                             : "");
}

void vrrl_report_replay_words(const vrrl_program *program, const char *backend, char *out,
                              size_t size)
{
    bool scheduled = strcmp(backend, "scheduled") == 0;
    snprintf(out, size, "%s%s", scheduled ? "scheduled" : "re-executed",
             vrrl_program_is_symbolic(program) ? ", symbolic" : "");
}
