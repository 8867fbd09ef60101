/*
 * A thread that keeps the pages ahead of the cursor writable. A write-back makes the pages that it
 * writes read-only, so that the next store to each faults: microseconds, and longer while the page is
 * being written. The thread takes most of these faults instead of the appends.
 */
#ifndef VRRL_LOG_TOUCHER_H
#define VRRL_LOG_TOUCHER_H

#include "log/writer.h"

/* Starts the thread that keeps `pages` ahead of the cursor writable; 0: none. */
vrrl_code toucher_start(struct vrrl_log *log, uint32_t pages, vrrl_error *err);
void toucher_end(struct vrrl_log *log);

#endif
