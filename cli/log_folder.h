/* The logs of a folder. */
#ifndef VRRL_CLI_LOG_FOLDER_H
#define VRRL_CLI_LOG_FOLDER_H

#include "vrrl/log/error.h"

#include <stddef.h>

/* The paths of all *.vrrl in the folder, sorted; VRRL_NOT_FOUND where there are none. To be freed. */
vrrl_code log_folder_list(const char *folder, char ***paths, size_t *count, vrrl_error *err);
void log_folder_free(char **paths, size_t count);

#endif
