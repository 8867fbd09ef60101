/* Modules of tests/data/kernels. */
#ifndef VRRL_KERNEL_DATA_H
#define VRRL_KERNEL_DATA_H

#include "kernel_test.h"
#include "log_test.h"

/* The module of a file there, which the caller frees by ptx_module_free. */
static inline struct ptx_module *kernel_data_module(const char *file)
{
    char path[512];
    snprintf(path, sizeof path, "%s/kernels/%s", VRRL_TEST_DATA, file);
    size_t size;
    char *text = (char *)read_file(path, &size);
    struct ptx_module *module = NULL;
    vrrl_error err = {0};
    if (ptx_module_read(file, text, size, &module, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    free(text);
    return module;
}

#endif
