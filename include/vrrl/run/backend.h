/* SPDX-License-Identifier: MIT */
/*
 * Backends: what runs a machine, and the host's side of it.
 *
 * Vocabulary
 *   backend   a running machine: an arena, and workers that claim slots from its ring.
 *   driver    the table of functions that makes a backend of one kind.
 *   ticket    what the last claim of a slot left beside the arena: who, when, with what result.
 *   sink      where the host's epoch loop reports what it did; it belongs to the caller.
 *   verdict   how an epoch ended.
 *
 * A host and its backend belong to one thread. Workers are the backend's own affair.
 */
#ifndef VRRL_API_RUN_BACKEND_H
#define VRRL_API_RUN_BACKEND_H

#include "vrrl/log/error.h"
#include "vrrl/run/ring.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vrrl_claim_order {
    VRRL_CLAIM_SCAN,   /* in order of ring position */
    VRRL_CLAIM_RANDOM, /* seeded random order, another for each worker */
} vrrl_claim_order;

/* What a backend is created with. */
typedef struct vrrl_machine {
    vrrl_geometry geometry;
    vrrl_worker_model model;
    uint32_t workers; /* threads that run: 1 … 1,024; queues are dealt out to them round-robin */
    vrrl_claim_order claim;
    uint64_t seed;
} vrrl_machine;

/* One entry a ring slot, outside the arena. A worker writes it before the release of STATUS; the
 * host reads it after the acquire. `claim_order` and `completion_order` come from relaxed counters
 * that start at 1 and order nothing. */
typedef struct vrrl_ticket {
    uint64_t claim_order;      /* of the last claim; 0: never claimed */
    uint64_t completion_order; /* 0: not terminal */
    uint64_t claimed_after;    /* slots with a completion order below this had ended when it was
                                  claimed: comparable where the two counters are not */
    uint64_t result_fold;      /* values that the body wrote, in program order */
    uint64_t order_fold;       /* old values that its atomics returned */
    uint64_t seen_progress;    /* the machine's progress version before the last attempt */
    uint32_t worker;           /* of the last claim, or VRRL_NO_WORKER */
    uint32_t attempts;         /* claims, those that were requeued included */
    uint32_t wait_word;        /* what the last requeue waited for; VRRL_NO_INDEX: nothing */
    uint64_t wait_value;       /* the least value that would let it go on, more than a word can hold
                                where a sum was wanted that passes 32 bits; 0: the word is a STATUS and
                                must become terminal */
} vrrl_ticket;

/* A batch as a backend sees it: ring positions, fence last. */
typedef struct vrrl_batch_view {
    uint32_t count;          /* the fence included */
    const uint32_t *indices; /* ring index of each slot, in publish order */
    const uint32_t
        *queues; /* worker of each slot, or VRRL_NO_WORKER; queue order is publish order */
} vrrl_batch_view;

#define VRRL_DRIVER_VERSION 1u

/* One row a backend kind. Append only; `version` is VRRL_DRIVER_VERSION. */
typedef struct vrrl_driver {
    uint32_t version;
    const char *name;    /* as --backend takes it */
    const char *summary; /* one line */
    /* A machine with a zeroed arena and its workers. */
    vrrl_code (*create)(const vrrl_machine *machine, void **backend, vrrl_error *err);
    void (*destroy)(void *backend); /* ends the workers, whatever they do; NULL is fine */
    /* The arena, in host memory. The host may touch it with plain accesses while the machine is
     * quiescent (outside begin … end), else with atomic ones. */
    uint32_t *(*arena)(void *backend);
    /* One ticket a ring slot. Between begin and end, read a slot's only after its STATUS was seen
     * terminal, or field by field with relaxed atomics. */
    const vrrl_ticket *(*tickets)(void *backend);
    /* An epoch begins: these slots are about to be published. `batch` stays valid until `end`. */
    vrrl_code (*begin)(void *backend, const vrrl_batch_view *batch, vrrl_error *err);
    /* The host has nothing to do: let the workers get on for a moment. */
    void (*drive)(void *backend);
    /* Exactly when it is true: no slot that is not terminal can ever become so by itself. */
    bool (*stuck)(void *backend);
    /* The epoch is over, whatever its verdict: returns when no worker touches the arena any more;
     * false where a worker did not come back (a hang): the backend can then only be destroyed. */
    bool (*end)(void *backend);
    /* After `end`: an error that a run met and that says nothing of the program, such as a lack of
     * memory. May be NULL: there is none. */
    vrrl_code (*failure)(void *backend, vrrl_error *err);
    /* Before the first `drive` of an epoch: the moment, of the steady clock, at which its time is over; 0:
     * never. For a backend whose `drive` does not return soon: it comes back then. May be NULL. */
    void (*until)(void *backend, uint64_t steady_ns);
} vrrl_driver;

/* The backend kinds of this build; NULL past the last. */
VRRL_API const vrrl_driver *vrrl_driver_at(uint32_t index);
/* VRRL_NOT_FOUND lists those there are. */
VRRL_API vrrl_code vrrl_driver_find(const char *name, const vrrl_driver **driver, vrrl_error *err);

/* A slot as the host publishes it. `words` are its argument words; missing ones are 0. */
typedef struct vrrl_slot_input {
    uint32_t opcode;
    uint32_t tenant;
    uint32_t queue;     /* VRRL_NO_WORKER in a pool */
    uint32_t arg_count; /* at most slot_words - 3 */
    const uint32_t *args;
} vrrl_slot_input;

/* One epoch's work. */
typedef struct vrrl_epoch_input {
    const vrrl_slot_input
        *prologue; /* STORE_U32 and MEMCPY only; the host runs them itself, in order */
    uint32_t prologue_count;
    const vrrl_slot_input *slots; /* without the fence, which the host adds */
    uint32_t slot_count;
    const uint32_t *indices; /* ring index of each slot and, last, the fence; NULL: the next ones */
} vrrl_epoch_input;

typedef enum vrrl_verdict {
    VRRL_VERDICT_COMPLETE, /* every slot terminal */
    VRRL_VERDICT_DEADLOCK, /* slots left that can never end */
    VRRL_VERDICT_HANG,     /* over the time limit */
    VRRL_VERDICT_SHUTDOWN, /* the SHUTDOWN word was set with work left */
} vrrl_verdict;

/* A slot that was not terminal when its epoch ended. */
typedef struct vrrl_waiter {
    uint32_t index; /* ring index */
    uint32_t status;
    uint32_t worker;     /* the last to claim it; its queue's where none has; or VRRL_NO_WORKER */
    uint32_t wait_word;  /* VRRL_NO_INDEX: it waited for nothing (its queue's head does) */
    uint64_t wait_value; /* wanted: at least this, as in its ticket; 0: a terminal status */
    uint32_t seen_value; /* what the word held at the end */
} vrrl_waiter;

typedef struct vrrl_epoch_result {
    uint32_t epoch;
    vrrl_verdict verdict;
    uint32_t slot_count;        /* the fence included */
    uint64_t elapsed_ns;        /* from the first publish to the verdict */
    const uint32_t *indices;    /* ring index of each, in publish order; until the next epoch */
    const vrrl_waiter *waiters; /* in publish order; until the next epoch */
    uint32_t waiter_count;
} vrrl_epoch_result;

/* Where a host reports. Each function may be NULL; one that fails ends the run with its error.
 * `words` are slot_words words, STATUS among them (meaningless in `prologue` and `publish`). */
typedef struct vrrl_sink {
    void *context;
    vrrl_code (*prologue)(void *context, uint32_t epoch, const uint32_t *words, vrrl_error *err);
    /* Before the slot becomes visible to workers. */
    vrrl_code (*publish)(void *context, uint32_t epoch, uint32_t index, uint32_t queue,
                         const uint32_t *words, vrrl_error *err);
    /* In the order in which the host saw them end; the fence last of all, after every other. */
    vrrl_code (*complete)(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                          const vrrl_ticket *ticket, vrrl_error *err);
    /* After `complete` of every slot that ended but the fence, with the machine quiescent (unless
     * it hangs); before `complete` of the fence. */
    vrrl_code (*observe)(void *context, const vrrl_epoch_result *result, vrrl_error *err);
    /* After everything. */
    vrrl_code (*end)(void *context, const vrrl_epoch_result *result, vrrl_error *err);
} vrrl_sink;

typedef struct vrrl_host vrrl_host;

/* A host with a fresh backend. Control words are set up (EPOCH 0, the tenant table all ones). Errors:
 * VRRL_INVALID, VRRL_TOO_LARGE, VRRL_NO_MEMORY, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_host_create(const vrrl_driver *driver, const vrrl_machine *machine,
                                    vrrl_host **host, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_host_free(vrrl_host *host);
/* The arena and its layout; see vrrl_driver.arena for when it may be touched. */
VRRL_API uint32_t *vrrl_host_arena(vrrl_host *host);
VRRL_API const vrrl_layout *vrrl_host_layout(const vrrl_host *host);
VRRL_API const vrrl_machine *vrrl_host_machine(const vrrl_host *host);
/* Runs one epoch: prologue, publish with fence, EPOCH + 1, wait, observe. Returns VRRL_OK whatever
 * the verdict, which is in *result (valid until the next call). VRRL_REFUSED, before anything is
 * published, for a batch that does not fit the ring (naming the size needed), an unknown opcode, a
 * tenant over its quota. After a verdict other than COMPLETE the host runs no further epoch.
 * timeout_ms 0: no limit. */
VRRL_API vrrl_code vrrl_host_run_epoch(vrrl_host *host, const vrrl_epoch_input *input,
                                       const vrrl_sink *sink, uint32_t timeout_ms,
                                       const vrrl_epoch_result **result, vrrl_error *err);

/* "complete", "deadlock", "hang", "shutdown". */
VRRL_API const char *vrrl_verdict_name(vrrl_verdict verdict);

#ifdef __cplusplus
}
#endif
#endif
