#include "explore/exhaustive_path.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

const struct exhaust_path *exhaust_path_add(struct exhaust_paths *paths,
                                            const struct exhaust_path *before,
                                            const struct exhaust_choice *choices, uint32_t own,
                                            vrrl_error *err)
{
    size_t bytes = own * sizeof *choices;
    struct exhaust_path *path = malloc(sizeof *path + bytes);
    if (!path) {
        error_no_memory(err, sizeof *path + bytes);
        return NULL;
    }
    *path = (struct exhaust_path){.before = before,
                                  .made_before = paths->last,
                                  .count = (before ? before->count : 0) + own,
                                  .own = own};
    if (own > 0)
        memcpy(path->choices, choices, bytes);
    paths->last = path;
    return path;
}

void exhaust_paths_free(struct exhaust_paths *paths)
{
    while (paths->last) {
        struct exhaust_path *path = paths->last;
        paths->last = path->made_before;
        free(path);
    }
}

vrrl_code exhaust_path_copy(const struct exhaust_path *path, struct exhaust_choice **choices,
                            uint32_t *count, vrrl_error *err)
{
    *count = path ? path->count : 0;
    *choices = malloc(*count * sizeof **choices + 1);
    if (!*choices)
        return error_no_memory(err, *count * sizeof **choices);
    for (; path; path = path->before)
        if (path->own > 0)
            memcpy(*choices + (path->count - path->own), path->choices,
                   path->own * sizeof **choices);
    return VRRL_OK;
}
