/*
 * Work in numbered blocks, done by one or more processes, taken in the order of their numbers:
 * what comes out is the same whatever the number of processes.
 */
#ifndef VRRL_SCHEDULE_WORK_POOL_H
#define VRRL_SCHEDULE_WORK_POOL_H

#include "base/buffer.h"
#include "schedule/limit.h"

enum { WORK_POOL_JOBS_MAX = 256 };

struct work_pool {
    void *context;
    uint64_t count;   /* blocks */
    uint32_t jobs;    /* 1: all in the caller's process; more: each a fork of it */
    const char *what; /* for errors: "blocks of schedules" */
    /* No block is begun after it. Processes are told, so that `work` may look at it to end a block
     * early: what it has appended is taken. NULL: there is none. */
    struct search_limit *limit;

    /* In the process that works. What a block appends to `out` is what `take` gets. */
    vrrl_code (*open)(void *context, void **worker, vrrl_error *err);
    vrrl_code (*work)(void *worker, uint64_t block, struct byte_buffer *out, vrrl_error *err);
    void (*close)(void *worker);

    /* In the caller's process, block after block from 0. *more, true before, ends it all if false. */
    vrrl_code (*take)(void *context, uint64_t block, struct byte_cursor *from, bool *more,
                      vrrl_error *err);
    /* In the caller's process, every now and then; may be NULL. */
    void (*idle)(void *context);
};

/* An error of any process is the error of all. A process that dies is VRRL_IO. Do not call it while
 * other threads hold locks that the work needs: it forks. */
vrrl_code work_pool_run(const struct work_pool *work, vrrl_error *err);

#endif
