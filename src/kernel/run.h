/* One run of one schedule. */
#ifndef VRRL_KERNEL_RUN_H
#define VRRL_KERNEL_RUN_H

#include "kernel/kernel.h"

/* `by` is asked wherever there is more than one way to go on; NULL: the sequential run, in which whoever runs goes on
 * as long as it can. An error is one of vrrl (memory), never of the kernel. */
vrrl_code kernel_run(struct machine *machine, const struct chooser *by,
                     const struct kernel_options *options, struct kernel_result *result,
                     vrrl_error *err);

#endif
