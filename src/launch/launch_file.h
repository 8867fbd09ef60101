/* Launch files, read. */
#ifndef VRRL_LAUNCH_LAUNCH_FILE_H
#define VRRL_LAUNCH_LAUNCH_FILE_H

#include "launch/launch.h"

/* Reads a launch file of `size` bytes. `name` is for messages. *launch is the caller's, to launch_free. */
vrrl_code launch_parse(const char *text, size_t size, const char *name, struct launch **launch,
                       vrrl_error *err);

#endif
