#include "log_folder.h"

#include "base/error.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_log(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot && strcmp(dot, ".vrrl") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

vrrl_code log_folder_list(const char *folder, char ***paths, size_t *count, vrrl_error *err)
{
    struct dirent **entries;
    int found = scandir(folder, &entries, is_log, by_bytes);
    bool whole = true;
    if (found < 0)
        return error_errno(err, "scandir", folder, NULL);
    *count = (size_t)found;
    *paths = calloc(*count ? *count : 1, sizeof **paths);
    for (size_t i = 0; i < *count; i++) {
        if (*paths && asprintf(&(*paths)[i], "%s/%s", folder, entries[i]->d_name) < 0)
            (*paths)[i] = NULL;
        whole = whole && *paths && (*paths)[i];
        free(entries[i]);
    }
    free(entries);
    if (whole && *count > 0)
        return VRRL_OK;
    log_folder_free(*paths, *count);
    if (!whole)
        return error_no_memory(err, *count * sizeof **paths);
    return error_set(err, VRRL_NOT_FOUND, "Fix: name a log, or a folder with logs in it.",
                     "%s: no *.vrrl in this folder", folder);
}

void log_folder_free(char **paths, size_t count)
{
    for (size_t i = 0; paths && i < count; i++)
        free(paths[i]);
    free(paths);
}
