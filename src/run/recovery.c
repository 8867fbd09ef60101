#include "run/recovery.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIRST_DELAY_MS = 10, MOST_DELAY_MS = 10000 };

/* The state that an epoch begins with, to which a further attempt goes back. */
struct attempt {
    uint32_t *memory;
    uint32_t epoch, next;
    uint32_t number; /* from 1 */
    uint32_t delay_ms;
    bool reopened;
};

static vrrl_evidence evidence_of(const vrrl_error *failure)
{
    const vrrl_backend_error error = {
        .id = failure->code == VRRL_NO_MEMORY     ? (uint32_t)VRRL_BACKEND_ERROR_OUT_OF_MEMORY
              : failure->code == VRRL_UNSUPPORTED ? (uint32_t)VRRL_BACKEND_ERROR_UNSUPPORTED_FEATURE
                                                  : (uint32_t)VRRL_BACKEND_ERROR_DISPATCH_FAILED,
        .message = failure->text};
    return vrrl_evidence_of(VRRL_STATUS_FAULT, &error, NULL, 0);
}

/* A device that is lost again after the backend was opened again stays lost. */
static vrrl_recovery decide(const struct attempt *attempt, uint32_t retries,
                            const vrrl_error *failure)
{
    vrrl_recovery what = {.epoch = attempt->epoch,
                          .attempt = attempt->number,
                          .decision = VRRL_RECOVERY_DECISION_STOPS,
                          .evidence = evidence_of(failure),
                          .text = failure->text};
    if (retries == 0)
        return what;
    if (what.evidence.failure_class == VRRL_FAILURE_DEVICE_LOSS && !attempt->reopened)
        what.decision = VRRL_RECOVERY_DECISION_REOPENS;
    if (what.evidence.failure_class == VRRL_FAILURE_TRANSIENT_QUEUE) {
        what.decision = VRRL_RECOVERY_DECISION_RETRIES;
        what.delay_ms = attempt->delay_ms;
    }
    return what;
}

static void wait_ms(uint32_t ms)
{
    struct timespec left = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&left, NULL);
}

static vrrl_code go_back(struct attempt *attempt, vrrl_host *host, const vrrl_recovery *what,
                         vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (what->decision == VRRL_RECOVERY_DECISION_REOPENS) {
        attempt->reopened = true;
        code = host_reopen(host, err);
    } else {
        wait_ms(what->delay_ms);
        attempt->delay_ms =
            attempt->delay_ms < MOST_DELAY_MS / 2 ? 2 * attempt->delay_ms : MOST_DELAY_MS;
    }
    if (code != VRRL_OK)
        return code;
    memcpy(vrrl_host_arena(host), attempt->memory,
           vrrl_host_layout(host)->total_words * sizeof *attempt->memory);
    host_go_to(host, attempt->epoch, attempt->next);
    attempt->number++;
    return VRRL_OK;
}

static vrrl_code try_epoch(struct attempt *attempt, const vrrl_program *program, uint32_t e,
                           struct epoch_buffer *buffer, vrrl_host *host, uint32_t timeout_ms,
                           const vrrl_sink *sink, vrrl_verdict *verdict, vrrl_error *err)
{
    struct recovery *recovery = host->recovery;
    for (;;) {
        vrrl_error failure = {0};
        host->backend_failed = false;
        vrrl_code code =
            program_run_epoch(program, e, buffer, host, timeout_ms, sink, verdict, &failure);
        vrrl_recovery what = {.decision = VRRL_RECOVERY_DECISION_STOPS};
        if (code != VRRL_OK && err)
            *err = failure;
        if (code == VRRL_OK || !host->backend_failed)
            return code;
        what = decide(attempt, recovery->retries, &failure);
        vrrl_code told = recovery->decided(recovery->context, &what, err);
        if (told != VRRL_OK || what.decision == VRRL_RECOVERY_DECISION_STOPS)
            return told != VRRL_OK ? told : code;
        recovery->retries--;
        code = go_back(attempt, host, &what, err);
        if (code != VRRL_OK)
            return code;
    }
}

vrrl_code recovery_run_epoch(const vrrl_program *program, uint32_t e, struct epoch_buffer *buffer,
                             vrrl_host *host, uint32_t timeout_ms, const vrrl_sink *sink,
                             vrrl_verdict *verdict, vrrl_error *err)
{
    if (!host->recovery)
        return program_run_epoch(program, e, buffer, host, timeout_ms, sink, verdict, err);
    size_t bytes = vrrl_host_layout(host)->total_words * sizeof(uint32_t);
    struct attempt attempt = {.memory = malloc(bytes),
                              .epoch = e,
                              .next = host->next,
                              .number = 1,
                              .delay_ms = FIRST_DELAY_MS};
    if (!attempt.memory)
        return error_no_memory(err, bytes);
    memcpy(attempt.memory, vrrl_host_arena(host), bytes);
    vrrl_code code = try_epoch(&attempt, program, e, buffer, host, timeout_ms, sink, verdict, err);
    free(attempt.memory);
    return code;
}
