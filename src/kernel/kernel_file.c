#include "kernel/kernel_file.h"

#include "base/array.h"
#include "base/open_file.h"
#include "kernel/layout.h"
#include "launch/launch_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { KERNEL_FILE_BYTES_MAX = 1 << 26, PIECE_BYTES = 1 << 16 };

/* All of a file; one byte more than is allowed is enough to refuse it. */
static vrrl_code read_text(const char *path, char **text, size_t *size, vrrl_error *err)
{
    int fd = -1;
    size_t room = 0;
    vrrl_code code = open_for_reading(path, &fd, err);
    while (code == VRRL_OK) {
        if (room - *size < PIECE_BYTES) {
            room = 2 * room + PIECE_BYTES;
            if (!array_resize(text, room, 1)) {
                code = error_no_memory(err, room);
                break;
            }
        }
        ssize_t got = read(fd, *text + *size, room - *size);
        if (got < 0 && errno != EINTR)
            code = error_errno(err, "read", path, NULL);
        if (got == 0)
            break;
        *size += got > 0 ? (size_t)got : 0;
        if (*size > KERNEL_FILE_BYTES_MAX)
            code =
                error_set(err, VRRL_TOO_LARGE,
                          "Fix: compile fewer kernels into a module, read long buffers from files.",
                          "%s: more than %d bytes", path, KERNEL_FILE_BYTES_MAX);
    }
    if (fd >= 0)
        close(fd);
    return code;
}

static vrrl_code open_module(const char *path, struct ptx_module **module, vrrl_error *err)
{
    char *text = NULL;
    size_t size = 0;
    vrrl_code code = read_text(path, &text, &size, err);
    if (code == VRRL_OK)
        code = ptx_module_read(path, text, size, module, err);
    free(text);
    return code;
}

static vrrl_code open_launch(const char *path, struct launch **launch, vrrl_error *err)
{
    char *text = NULL;
    size_t size = 0;
    vrrl_code code = read_text(path, &text, &size, err);
    if (code == VRRL_OK)
        code = launch_parse(text, size, path, launch, err);
    free(text);
    return code;
}

vrrl_code kernel_input_open(const char *ptx_path, const char *launch_path,
                            struct kernel_input *input, vrrl_error *err)
{
    *input = (struct kernel_input){.module = NULL};
    vrrl_code code = open_module(ptx_path, &input->module, err);
    if (code == VRRL_OK)
        code = open_launch(launch_path, &input->launch, err);
    if (code == VRRL_OK)
        code = kernel_open(input->module, input->launch, &input->kernel, err);
    return code;
}

void kernel_input_close(struct kernel_input *input)
{
    kernel_close(input->kernel);
    launch_free(input->launch);
    ptx_module_free(input->module);
    *input = (struct kernel_input){.module = NULL};
}
