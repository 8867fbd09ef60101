/* What the reports of a campaign say in common. */
#ifndef VRRL_REPORT_EXPLORE_WORDS_H
#define VRRL_REPORT_EXPLORE_WORDS_H

#include "program/batch_view.h"

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

/* "2 workers"; "2 workers, at most 3 unfinished" where so many slots may be claimed at a time. */
static inline const char *explore_machine(const vrrl_program *program, uint32_t workers,
                                          uint32_t unfinished, char *out, size_t size)
{
    char text[32];
    explore_workers(program, workers, text, sizeof text);
    if (unfinished)
        snprintf(out, size, "%s, at most %u unfinished", text, unfinished);
    else
        snprintf(out, size, "%s", text);
    return out;
}

#endif
