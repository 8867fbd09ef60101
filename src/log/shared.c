/*
 * A log for several threads. Four steps for ticket n, at place p:
 *
 *   claim    under a spin lock: takes the number, stores 0 to the magic of p, and its timestamp
 *   write    body, then head, as vrrl/log/append.h does; threads side by side
 *   done     stores n + 1 to the place's word, with release
 *   commit   one thread at a time: goes over the words that are done, in order, and moves the cursor
 *
 * An append that finds everything committed does all of it under the lock, as one writer would: two
 * atomic operations instead of six.
 *
 * Why live readers may believe what they see. The magic goes under the lock, so in the order of the
 * tickets: who sees any word of ticket n's body sees afterwards that the heads of all tickets before n
 * that went to the same lap are gone, or newer. That is what a tail's anchor stands for, and the
 * records of one writer give it by their order alone. The cursor is stored after the words that are
 * done were read with acquire, so that it covers whole records, or places without one.
 *
 * Why no stale record looks new. From the claim on p has magic 0. A thread that ends before the head is
 * stored leaves that; the cursor goes over p only when somebody abandons the ticket, and p is claimed
 * again only when the cursor has gone over it: the window is at most half of the ring.
 *
 * Why nothing that is done stays uncommitted. Who has stored a word then tries to be the one who
 * commits; who commits gives that up and then looks at the next word once more. A full fence stands in
 * both between the store and the look, so one of the two sees the other's store.
 */
#include "vrrl/log/shared_log.h"

#include "base/atomics.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "log/durable.h"
#include "log/shared.h"

#include <sched.h>
#include <stdlib.h>

enum { SPINS = 64, WAIT_NS = 1000000000 };

/* A division by a number that is no constant takes longer than the stores of a record. */
static uint64_t place_of(const struct vrrl_shared_log *shared, uint64_t number)
{
    uint64_t capacity = shared->log->to.capacity, at = shared->base + number;
    return shared->mask ? at & shared->mask : at % capacity;
}

static bool is_wide(const struct vrrl_shared_log *shared)
{
    return (load_relaxed(&shared->log->to.state) & VRRL_APPENDER_NARROW) == 0;
}

/* To be asked again after the stores: a guard may have taken the mapping away meanwhile. */
static vrrl_code works(const struct vrrl_shared_log *shared)
{
    return load_relaxed(&shared->log->failure) == LOG_WORKS ? VRRL_OK : VRRL_IO;
}

/* ---- Claiming -------------------------------------------------------------------------------- */

/* A holder that was put off the processor must come on again: others than spin. */
static void lock_claims(struct vrrl_shared_log *shared)
{
    for (unsigned spins = 0; exchange_acq_rel(&shared->claiming, 1u) != 0;)
        while (load_relaxed(&shared->claiming) != 0)
            if (++spins % SPINS == 0)
                sched_yield();
}

static void unlock_claims(struct vrrl_shared_log *shared)
{
    store_release(&shared->claiming, 0u);
}

/* The timestamp, too: a place that was abandoned a lap ago has magic 0 already, and a tail whose
 * anchor it is must see that it was claimed. */
static void clear_head(struct log_record_words *at, uint64_t timestamp_ns)
{
    store_relaxed(&at->magic, 0);
    store_relaxed(&at->timestamp_low, le32((uint32_t)timestamp_ns));
    store_relaxed(&at->timestamp_high_slot, le64(log_pair((uint32_t)(timestamp_ns >> 32), 0)));
}

vrrl_code vrrl_shared_log_claim(vrrl_shared_log *shared, uint64_t timestamp_ns,
                                vrrl_log_ticket *ticket)
{
    if (works(shared) != VRRL_OK)
        return VRRL_IO;
    lock_claims(shared);
    uint64_t number = shared->next;
    /* Acquire: what was committed there is over before the place is taken again. */
    if (number - load_acquire(&shared->committed) >= shared->window) {
        unlock_claims(shared);
        return VRRL_BUSY;
    }
    if (timestamp_ns <= shared->last_timestamp_ns)
        timestamp_ns = shared->last_timestamp_ns + 1;
    shared->last_timestamp_ns = timestamp_ns;
    clear_head(log_place(shared->log, place_of(shared, number)), timestamp_ns);
    store_relaxed(&shared->next, number + 1);
    unlock_claims(shared);
    *ticket = (vrrl_log_ticket){number, timestamp_ns};
    return VRRL_OK;
}

/* ---- Committing ------------------------------------------------------------------------------ */

static bool is_done(const struct vrrl_shared_log *shared, uint64_t number)
{
    return load_acquire(&shared->done[place_of(shared, number)]) == number + 1;
}

/* Only by the one who commits, or under the lock while nothing is in flight. */
static void set_committed(struct vrrl_shared_log *shared, uint64_t first, uint64_t committed)
{
    vrrl_log *log = shared->log;
    uint64_t place = place_of(shared, committed);
    store_release(&log->header->next_slot, le64(place));
    store_release(&log->to.appended, load_relaxed(&log->to.appended) + (committed - first));
    store_release(&shared->committed, committed);
    if (place < committed - first)
        durable_check_size(log, NULL); /* it keeps what it finds */
}

/* The cursor over all that is done. Only by the one who commits. */
static void move_cursor(struct vrrl_shared_log *shared)
{
    uint64_t first = load_relaxed(&shared->committed), committed = first;
    while (committed - first < shared->window && is_done(shared, committed))
        committed++;
    if (committed > first)
        set_committed(shared, first, committed);
}

static void commit(struct vrrl_shared_log *shared, uint64_t number)
{
    store_release(&shared->done[place_of(shared, number)], number + 1);
    do {
        fence_seq_cst(); /* the word above, or the 0 below, before this look */
        if (!try_lock(&shared->committing))
            return; /* who has it looks again */
        move_cursor(shared);
        store_release(&shared->committing, 0u);
        fence_seq_cst();
    } while (is_done(shared, load_relaxed(&shared->committed)));
}

/* Claimed, and neither published nor abandoned. Whoever has the ticket got it behind its claim, and so sees
 * `next` past it. */
static bool is_open(const struct vrrl_shared_log *shared, uint64_t number)
{
    return number < load_relaxed(&shared->next) && number >= load_relaxed(&shared->committed) &&
           !is_done(shared, number);
}

/* The claim left the ticket's timestamp in its place: another log's ticket has another. */
static bool is_of_place(const struct vrrl_shared_log *shared, const vrrl_log_ticket *ticket)
{
    const struct log_record_words *at = log_place(shared->log, place_of(shared, ticket->number));
    uint32_t low = le32(load_relaxed(&at->timestamp_low));
    uint32_t high = (uint32_t)le64(load_relaxed(&at->timestamp_high_slot));
    return low == (uint32_t)ticket->timestamp_ns && high == (uint32_t)(ticket->timestamp_ns >> 32);
}

vrrl_code vrrl_shared_log_publish(vrrl_shared_log *shared, const vrrl_log_ticket *ticket,
                                  const vrrl_record *record)
{
    if (!is_open(shared, ticket->number) || !is_of_place(shared, ticket))
        return works(shared) == VRRL_OK ? VRRL_INVALID : VRRL_IO;
    vrrl_record stamped = *record;
    stamped.timestamp_ns = ticket->timestamp_ns;
    vrrl_append_record((uint8_t *)log_place(shared->log, place_of(shared, ticket->number)),
                       &stamped, is_wide(shared));
    commit(shared, ticket->number);
    return works(shared);
}

vrrl_code vrrl_shared_log_abandon(vrrl_shared_log *shared, uint64_t number)
{
    if (!is_open(shared, number))
        return VRRL_INVALID;
    commit(shared, number);
    return VRRL_OK;
}

__attribute__((noinline)) static vrrl_code
claim_in_time(vrrl_shared_log *shared, uint64_t timestamp_ns, vrrl_log_ticket *ticket)
{
    uint64_t end = clock_steady_ns() + WAIT_NS;
    vrrl_code code;
    while ((code = vrrl_shared_log_claim(shared, timestamp_ns, ticket)) == VRRL_BUSY &&
           clock_steady_ns() < end)
        sched_yield();
    return code;
}

/* True where nothing was in flight and the record is in the log. Who still commits finds nothing done
 * and changes nothing. */
static bool append_alone(vrrl_shared_log *shared, const vrrl_record *record)
{
    lock_claims(shared);
    uint64_t number = shared->next;
    bool alone = load_acquire(&shared->committed) == number;
    if (alone) {
        vrrl_record stamped = *record;
        if (stamped.timestamp_ns <= shared->last_timestamp_ns)
            stamped.timestamp_ns = shared->last_timestamp_ns + 1;
        shared->last_timestamp_ns = stamped.timestamp_ns;
        vrrl_append_record((uint8_t *)log_place(shared->log, place_of(shared, number)), &stamped,
                           is_wide(shared));
        store_relaxed(&shared->next, number + 1);
        set_committed(shared, number, number + 1);
    }
    unlock_claims(shared);
    return alone;
}

vrrl_code vrrl_shared_log_append(vrrl_shared_log *shared, const vrrl_record *record)
{
    vrrl_log_ticket ticket;
    if (works(shared) != VRRL_OK)
        return VRRL_IO;
    if (!append_alone(shared, record)) {
        vrrl_code code = vrrl_shared_log_claim(shared, record->timestamp_ns, &ticket);
        if (__builtin_expect(code == VRRL_BUSY, 0))
            code = claim_in_time(shared, record->timestamp_ns, &ticket);
        if (code)
            return code;
        return vrrl_shared_log_publish(shared, &ticket, record);
    }
    return works(shared);
}

/* ---- The handle ------------------------------------------------------------------------------ */

/* In doubt would be the places that any thread has claimed, not a batch; and the one that commits
 * would stop all of them, twice a batch. */
static vrrl_code check_level(const char *path, const vrrl_log_options *options, vrrl_error *err)
{
    if (options->durability != VRRL_DURABILITY_ORDERED)
        return VRRL_OK;
    return error_set(err, VRRL_INVALID,
                     "Fix: take the level group, or a log at the level ordered for each thread.",
                     "%s: a shared log has the levels process and group, not ordered", path);
}

vrrl_code vrrl_shared_log_open_with(const char *path, uint64_t capacity,
                                    const vrrl_log_options *options, vrrl_shared_log **out,
                                    vrrl_error *err)
{
    *out = NULL;
    vrrl_log *log;
    vrrl_log_options own;
    vrrl_code code = OPTIONS_READ(vrrl_log_options, &own, options, err);
    if (!code)
        code = check_level(path, &own, err);
    if (!code)
        code = vrrl_log_open_with(path, capacity, &own, &log, err);
    if (code)
        return code;
    struct vrrl_shared_log *shared = calloc(1, sizeof *shared);
    uint64_t *done = calloc((size_t)log->to.capacity, sizeof *done);
    if (!shared || !done) {
        free(shared);
        free(done);
        vrrl_log_close(log, NULL);
        return error_no_memory(err, capacity * sizeof *done);
    }
    shared->log = log;
    shared->base = vrrl_log_cursor(log);
    shared->window = log->to.capacity > 1 ? log->to.capacity / 2 : 1;
    shared->done = done;
    if ((log->to.capacity & (log->to.capacity - 1)) == 0)
        shared->mask = log->to.capacity - 1;
    *out = shared;
    return VRRL_OK;
}

vrrl_code vrrl_shared_log_open(const char *path, uint64_t capacity, vrrl_shared_log **log,
                               vrrl_error *err)
{
    return vrrl_shared_log_open_with(path, capacity, NULL, log, err);
}

bool vrrl_shared_log_stalled(const vrrl_shared_log *shared, uint64_t *number)
{
    *number = load_acquire(&shared->committed);
    return load_relaxed(&shared->next) > *number;
}

uint64_t vrrl_shared_log_committed(const vrrl_shared_log *shared)
{
    return load_acquire(&shared->committed);
}

uint64_t vrrl_shared_log_durable(const vrrl_shared_log *shared)
{
    return vrrl_log_durable(shared->log);
}

bool vrrl_shared_log_guard(vrrl_shared_log *shared, const void *address)
{
    return vrrl_log_guard(shared->log, address);
}

vrrl_code vrrl_shared_log_sync(vrrl_shared_log *shared, vrrl_error *err)
{
    return vrrl_log_sync(shared->log, err);
}

vrrl_code vrrl_shared_log_close(vrrl_shared_log *shared, vrrl_error *err)
{
    if (!shared)
        return VRRL_OK;
    /* Nobody will publish what is open still: the cursor goes over it, so that the records after it
     * are the newest, not the oldest. */
    if (shared->next > shared->committed)
        set_committed(shared, shared->committed, shared->next);
    vrrl_code code = vrrl_log_close(shared->log, err);
    free(shared->done);
    free(shared);
    return code;
}
