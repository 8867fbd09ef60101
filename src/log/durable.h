/* What survives: the levels of durability, how a log fails for good, and the guard against SIGBUS. */
#ifndef VRRL_LOG_DURABLE_H
#define VRRL_LOG_DURABLE_H

#include "log/writer.h"

/* A thread of the handle. It takes no signals: they are the program's. */
vrrl_code log_start_thread(pthread_t *thread, void *(*run)(void *), void *argument,
                           const char *path, vrrl_error *err);

/* VRRL_INVALID for options that make no sense. */
vrrl_code durable_check_options(const char *path, const vrrl_log_options *options, vrrl_error *err);
/* Takes up a level: what the file has is made durable, a thread begins to sync. */
vrrl_code durable_start(struct vrrl_log *log, const vrrl_log_options *options, vrrl_error *err);
/* Ends the thread; commits where the level promises that; tells of a failure. */
vrrl_code durable_end(struct vrrl_log *log, vrrl_error *err);

/* The error of a log that has failed; VRRL_OK where it works. */
vrrl_code durable_failure(const struct vrrl_log *log, vrrl_error *err);
/* A mapped file that somebody cuts takes stores without a word up to the end of its last page. */
vrrl_code durable_check_size(struct vrrl_log *log, vrrl_error *err);

#endif
