/* A module and a launch file, read and joined. */
#ifndef VRRL_KERNEL_KERNEL_FILE_H
#define VRRL_KERNEL_KERNEL_FILE_H

#include "kernel/kernel.h"

/* As they were read, and the kernel of both. */
struct kernel_input {
    struct ptx_module *module;
    struct launch *launch;
    struct kernel *kernel;
};
/* Free it by kernel_input_close whatever it returns. */
vrrl_code kernel_input_open(const char *ptx_path, const char *launch_path,
                            struct kernel_input *input, vrrl_error *err);
void kernel_input_close(struct kernel_input *input);

#endif
