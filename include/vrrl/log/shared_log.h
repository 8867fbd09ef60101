/* SPDX-License-Identifier: MIT */
/*
 * One log for several threads of a process.
 *
 * Vocabulary
 *   ticket     the right to one place, with a number: the order in the log. From the claim on the
 *              place reads as "never written", until the ticket's record is published.
 *   committed  the tickets before the first one that is neither published nor abandoned. The cursor
 *              of the file says so many and no more, so that readers see them in ticket order.
 *   window     how many tickets may be claimed and not committed: half of the capacity.
 *
 * Records are written in parallel; only claims, a few nanoseconds each, come one after the other.
 * Timestamps are made to increase strictly with the tickets, so that live readers can tell laps apart.
 *
 * A thread that ends between claim and publish leaves a place that reads as never written, and the
 * cursor waits before it: others go on until the window is full and then get VRRL_BUSY. Whoever knows
 * that the thread is gone abandons its ticket: vrrl_shared_log_stalled names it. A thread that only
 * came late cannot publish it then (VRRL_INVALID). But nobody can tell whether a thread stalls before
 * its publish or in the middle: to abandon the ticket of one that may still be writing its record is
 * forbidden, as the place may be another's when it goes on.
 *
 * A thread must not be ended inside of one of these functions (pthread_cancel of an asynchronous kind,
 * a jump out of a signal handler): others would wait for it for ever. The process may: what is left
 * then is in docs/durability.md.
 *
 * Who has one thread uses a vrrl_log; who has many and needs no common order can give each a log of
 * its own and merge them when they are read (merge.h).
 */
#ifndef VRRL_API_LOG_SHARED_LOG_H
#define VRRL_API_LOG_SHARED_LOG_H

#include "vrrl/log/log.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_shared_log vrrl_shared_log;

typedef struct vrrl_log_ticket {
    uint64_t number;       /* from 0, since open */
    uint64_t timestamp_ns; /* that the record will have */
} vrrl_log_ticket;

/* As vrrl_log_open_with, at the level PROCESS or GROUP: at ORDERED (VRRL_INVALID) each commit would
 * stop all threads, and the places in doubt would not be bounded by the batch. On success *log is the
 * caller's, to be closed when no other thread uses it any more. */
VRRL_API vrrl_code vrrl_shared_log_open_with(const char *path, uint64_t capacity,
                                             const vrrl_log_options *options, vrrl_shared_log **log,
                                             vrrl_error *err);
/* The same, at PROCESS. Errors: VRRL_BUSY, VRRL_EXISTS, VRRL_HEADER_MISMATCH, VRRL_INVALID, VRRL_IO,
 * VRRL_NO_MEMORY, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_shared_log_open(const char *path, uint64_t capacity, vrrl_shared_log **log,
                                        vrrl_error *err);

/* Any thread. Claims a place, publishes `record` and commits what is ready. Its timestamp becomes
 * that of the last ticket + 1 where it is not above that. Where the window is full it waits up to a
 * second for others to publish: VRRL_BUSY. VRRL_INVALID where somebody abandoned its ticket
 * meanwhile. Else fails as vrrl_log_append does. No system call, lock or allocation but while it
 * waits. */
VRRL_API vrrl_code vrrl_shared_log_append(vrrl_shared_log *log, const vrrl_record *record);

/* The two halves, for who fills the record in between. Claiming never waits: VRRL_BUSY where the
 * window is full. Every ticket must be published or abandoned, once, by any thread. */
VRRL_API vrrl_code vrrl_shared_log_claim(vrrl_shared_log *log, uint64_t timestamp_ns,
                                         vrrl_log_ticket *ticket);
/* VRRL_INVALID where the ticket was published or abandoned before, or never claimed here (its number, or
 * its timestamp, is no open ticket's): nothing is written. Else fails as vrrl_log_append does. */
VRRL_API vrrl_code vrrl_shared_log_publish(vrrl_shared_log *log, const vrrl_log_ticket *ticket,
                                           const vrrl_record *record);
/* Its place stays as if never written, until the next lap. VRRL_INVALID where it was published or
 * abandoned before, or never claimed. */
VRRL_API vrrl_code vrrl_shared_log_abandon(vrrl_shared_log *log, uint64_t number);

/* True where tickets are claimed that are not committed; *number is the one that the cursor waits
 * for. */
VRRL_API bool vrrl_shared_log_stalled(const vrrl_shared_log *log, uint64_t *number);
/* How many tickets are committed. */
VRRL_API uint64_t vrrl_shared_log_committed(const vrrl_shared_log *log);
/* The watermark: how many tickets survive the end of the machine. Never more than are committed, so
 * a ticket that stalls holds it, too. */
VRRL_API uint64_t vrrl_shared_log_durable(const vrrl_shared_log *log);

/* As vrrl_log_guard. */
VRRL_API bool vrrl_shared_log_guard(vrrl_shared_log *log, const void *address);

/* Makes what is committed durable, and moves the watermark; as vrrl_log_sync. Error: VRRL_IO. */
VRRL_API vrrl_code vrrl_shared_log_sync(vrrl_shared_log *log, vrrl_error *err);
/* As vrrl_log_close; tickets that are still open are abandoned. Error: VRRL_IO. */
VRRL_API vrrl_code vrrl_shared_log_close(vrrl_shared_log *log, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
