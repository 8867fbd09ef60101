/*
 * What becomes of an epoch whose backend reported an error: the device is gone: the backend is opened again, and the
 * epoch tried once more from the memory that it began with; the error may go away by itself: tried again after a delay
 * that grows; else the run ends.
 */
#ifndef VRRL_RUN_RECOVERY_H
#define VRRL_RUN_RECOVERY_H

#include "host/host.h"
#include "run/run.h"
#include "vrrl/run/recording.h"

struct recovery {
    uint32_t retries; /* that are left to the run */
    /* Told of each decision before it is carried out. */
    vrrl_code (*decided)(void *context, const vrrl_recovery *what, vrrl_error *err);
    void *context;
};

/* As program_run_epoch, with the host's recovery, where it has one. */
vrrl_code recovery_run_epoch(const vrrl_program *program, uint32_t e, struct epoch_buffer *buffer,
                             vrrl_host *host, uint32_t timeout_ms, const vrrl_sink *sink,
                             vrrl_verdict *verdict, vrrl_error *err);

#endif
