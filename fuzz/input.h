/* What the fuzz targets share: an input as a file of its own. */
#ifndef VRRL_FUZZ_INPUT_H
#define VRRL_FUZZ_INPUT_H

#include "vrrl/log/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Unlike assert it stays whatever NDEBUG says, and the fuzzer sees it. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A file in memory, and a path that opens it. */
struct input_file {
    int fd;
    char path[32];
};

static inline struct input_file input_file(const uint8_t *data, size_t size)
{
    struct input_file file = {.fd = memfd_create("input", MFD_CLOEXEC)};
    CHECK(file.fd >= 0);
    for (size_t done = 0; done < size;) {
        ssize_t part = write(file.fd, data + done, size - done);
        CHECK(part > 0);
        done += (size_t)part;
    }
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
    return file;
}

static inline void input_close(struct input_file *file)
{
    CHECK(close(file->fd) == 0);
}

/* A path for what a target writes itself, on memory where there is some. */
static inline void scratch_path(char out[64], const char *name)
{
    snprintf(out, 64, "%s/vrrl-fuzz-%s-%ld", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
             name, (long)getpid());
}

/* Every error tells something, and what to do. */
static inline void check_error(const vrrl_error *err, vrrl_code code)
{
    CHECK(code == VRRL_OK || err->code == code);
    CHECK(code == VRRL_OK || (err->text[0] && strncmp(err->fix, "Fix: ", 5) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
