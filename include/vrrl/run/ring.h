/* SPDX-License-Identifier: MIT */
/*
 * The ring: what a slot is, how its status may move, and where everything lies in the arena.
 *
 * Vocabulary
 *   arena     all memory of a machine: one array of 32-bit words, addressed by word index.
 *   slot      `slot_words` words in the ring: STATUS, OPCODE, TENANT, then the argument words.
 *   publish   the host writes a slot's payload and then its STATUS, with release.
 *   claim     a worker takes a slot by compare-and-swap on STATUS, with acquire.
 *   terminal  DONE, FAULT, and EMPTY by cancel: nothing more will happen to the slot.
 *   epoch     one published batch; the EPOCH word counts them.
 *
 * Everything here is plain data and pure functions, safe from any thread, but where it says that
 * it touches an arena.
 */
#ifndef VRRL_API_RUN_RING_H
#define VRRL_API_RUN_RING_H

#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Word indices inside a slot. */
enum {
    VRRL_SLOT_STATUS = 0,
    VRRL_SLOT_OPCODE = 1,
    VRRL_SLOT_TENANT = 2,
    VRRL_SLOT_ARG0 = 3,
    VRRL_SLOT_WORDS_MIN = 16, /* 64 bytes: 13 argument words */
    VRRL_SLOT_WORDS_MAX = 128,
};

/* One row a status: name, number, what it means. */
#define VRRL_STATUS_TABLE(X)                                                                       \
    X(EMPTY, 0, "never published, or cancelled")                                                   \
    X(PUBLISHED, 1, "waits for a worker")                                                          \
    X(CLAIMED, 2, "a worker runs it")                                                              \
    X(DONE, 3, "ended well")                                                                       \
    X(WAIT_IO, 4, "waits for the host to resume it")                                               \
    X(YIELD, 5, "gave way; may be claimed again")                                                  \
    X(REQUEUE, 6, "was not ready; may be claimed again")                                           \
    X(FAULT, 7, "ended badly")

typedef enum vrrl_status {
#define X(name, number, text) VRRL_STATUS_##name = number,
    VRRL_STATUS_TABLE(X)
#undef X
} vrrl_status;

/* One row a move: name, the statuses it may start from (bits), the status it ends in. */
#define VRRL_STATUS_BIT(name) (1u << VRRL_STATUS_##name)
#define VRRL_MOVE_TABLE(X)                                                                         \
    X(PUBLISH, VRRL_STATUS_BIT(EMPTY) | VRRL_STATUS_BIT(DONE) | VRRL_STATUS_BIT(FAULT), PUBLISHED) \
    X(CLAIM, VRRL_STATUS_BIT(PUBLISHED) | VRRL_STATUS_BIT(YIELD) | VRRL_STATUS_BIT(REQUEUE),       \
      CLAIMED)                                                                                     \
    X(DONE, VRRL_STATUS_BIT(CLAIMED), DONE)                                                        \
    X(YIELD, VRRL_STATUS_BIT(CLAIMED), YIELD)                                                      \
    X(REQUEUE, VRRL_STATUS_BIT(CLAIMED), REQUEUE)                                                  \
    X(WAIT_IO, VRRL_STATUS_BIT(CLAIMED), WAIT_IO)                                                  \
    X(RESUME, VRRL_STATUS_BIT(WAIT_IO), PUBLISHED)                                                 \
    X(FAULT,                                                                                       \
      VRRL_STATUS_BIT(PUBLISHED) | VRRL_STATUS_BIT(CLAIMED) | VRRL_STATUS_BIT(WAIT_IO) |           \
          VRRL_STATUS_BIT(YIELD) | VRRL_STATUS_BIT(REQUEUE),                                       \
      FAULT)                                                                                       \
    X(CANCEL,                                                                                      \
      VRRL_STATUS_BIT(PUBLISHED) | VRRL_STATUS_BIT(WAIT_IO) | VRRL_STATUS_BIT(YIELD) |             \
          VRRL_STATUS_BIT(REQUEUE),                                                                \
      EMPTY)

typedef enum vrrl_move {
#define X(name, from, to) VRRL_MOVE_##name,
    VRRL_MOVE_TABLE(X)
#undef X
} vrrl_move;

/* "DONE" for 3; "status 9" is not a status: "?" for any other number. */
VRRL_API const char *vrrl_status_name(uint32_t status);
/* DONE, FAULT or EMPTY. */
VRRL_API bool vrrl_status_is_terminal(uint32_t status);
/* The status that `move` leads to from `from`, in *to; VRRL_ILLEGAL_MOVE, naming both states, where
 * it may not start there. */
VRRL_API vrrl_code vrrl_status_move(uint32_t from, vrrl_move move, uint32_t *to, vrrl_error *err);

/* Control words: the arena's first words. */
enum {
    VRRL_WORD_SHUTDOWN = 0,     /* nonzero: workers leave */
    VRRL_WORD_DONE_COUNT = 1,   /* +1 for each slot that a worker makes terminal */
    VRRL_WORD_TENANT_BASE = 2,  /* index of the tenant mask table; 0: none, every tenant may run */
    VRRL_WORD_TENANT_COUNT = 3, /* entries of that table; a tenant past it may not run */
    VRRL_WORD_QUOTA = 32,       /* 32 words: slots a tenant (mod 32) may publish an epoch; 0: any */
    VRRL_WORD_FAIRNESS = 64,    /* 32 words: terminal slots by tenant (mod 32) */
    VRRL_WORD_METRICS = 96,     /* 32 words: terminal slots by opcode class */
    VRRL_WORD_EPOCH = 128,      /* batches published */
    VRRL_WORD_OBSERVABLE = 160, /* first of the observable words */
};

/* Opcode numbers that are not in the opcode table's rows alone. */
#define VRRL_OPCODE_USER_FIRST 0x40000000u
#define VRRL_OPCODE_USER_LAST  0x7FFFFFFFu

/* The size of a machine. */
typedef struct vrrl_geometry {
    uint32_t slot_words;       /* 16 … 128 */
    uint32_t ring_slots;       /* 2 … 2^21; a batch and its fence must fit */
    uint32_t observable_words; /* 1 … 2^16 */
    uint32_t tenants;          /* entries of the tenant mask table, 0 … 2^16; 0: no table */
    uint32_t user_words;       /* user memory, 0 … 2^26 */
    uint32_t debug_records;    /* capacity of the debug log, 0 … 2^20 */
} vrrl_geometry;

/* Words of one debug-log record: format id and 3 words. */
enum { VRRL_DEBUG_RECORD_WORDS = 4 };
/* 4 KiB: user memory begins on a page boundary, and is observed by the page. */
enum { VRRL_PAGE_WORDS = 1024 };

/* Where the parts of an arena begin, in this order. */
typedef struct vrrl_layout {
    uint32_t tenant_base; /* 0: no table */
    uint32_t ring_base;   /* slot k: ring_base + k * slot_words; a multiple of 16 words */
    uint32_t user_base;   /* a multiple of VRRL_PAGE_WORDS */
    uint32_t debug_base;  /* one word: records written, lost ones included; then the records */
    uint32_t total_words;
} vrrl_layout;

/* Fills *layout. VRRL_INVALID or VRRL_TOO_LARGE where the geometry is out of the ranges above. */
VRRL_API vrrl_code vrrl_geometry_layout(const vrrl_geometry *geometry, vrrl_layout *layout,
                                        vrrl_error *err);

/* How workers get their slots. */
typedef enum vrrl_model_kind {
    VRRL_MODEL_POOL,      /* any worker, any slot; one that is not ready goes back */
    VRRL_MODEL_SERIAL,    /* a queue for each worker, in order; one that is not ready blocks it */
    VRRL_MODEL_PIPELINED, /* as serial, up to `depth` in flight */
} vrrl_model_kind;

typedef struct vrrl_worker_model {
    vrrl_model_kind kind;
    uint32_t depth;    /* pipelined: slots in flight, 1 … 64; else 0 */
    uint32_t queues;   /* serial, pipelined: number of workers, 1 … 65,536; pool: 0 */
    uint32_t resident; /* how many of them run at a time, in order of number; the next gets on when
                          one has finished its queue; 0: all */
} vrrl_worker_model;

/* Queue of a slot in a pool; worker of a slot that none has claimed. */
#define VRRL_NO_WORKER 0xFFFFFFFFu
/* Worker of a slot that the host ran itself (a prologue). */
#define VRRL_HOST_WORKER 0xFFFFFFFEu
/* Ring index of such a slot: it is not in the ring. Also: "no word". */
#define VRRL_NO_INDEX 0xFFFFFFFFu

#ifdef __cplusplus
}
#endif
#endif
