/* Slots that the host runs itself, by the workers' own bodies: changes of memory between epochs, and
 * the fence that a SHUTDOWN left. */
#ifndef VRRL_HOST_PROLOGUE_H
#define VRRL_HOST_PROLOGUE_H

#include "host/host.h"

/* Runs the prologue on the quiescent arena. Checks all of it before the first effect. */
vrrl_code host_run_prologue(vrrl_host *host, const vrrl_epoch_input *input, const vrrl_sink *sink,
                            vrrl_error *err);

/* Runs the fence, at ring index `index`, on the quiescent arena. */
void host_run_fence(vrrl_host *host, uint32_t index);

#endif
