/* What the reports of a campaign say in common. */
#ifndef VRRL_REPORT_EXPLORE_WORDS_H
#define VRRL_REPORT_EXPLORE_WORDS_H

#include "programs/batch_view.h"

#include <stdio.h>

/* "2 workers"; "1 queue on" of many; "any workers" where they make no difference. */
static inline const char *explore_workers(const vrrl_program *program, uint32_t workers, char *out,
                                          size_t size)
{
    bool pool = program->model.kind == VRRL_MODEL_POOL;
    uint32_t queues = program->model.queues, resident = program->model.resident;
    uint32_t count = workers || pool ? workers : resident ? resident : queues;
    if (pool && workers == 0)
        snprintf(out, size, "any workers");
    else if (pool)
        snprintf(out, size, "%u worker%s", count, count == 1 ? "" : "s");
    else
        snprintf(out, size, "%u queue%s on", count, count == 1 ? "" : "s");
    return out;
}

#endif
