/* SPDX-License-Identifier: MIT */
/*
 * Opcodes: what a slot can ask for, by number and by name.
 *
 * Vocabulary
 *   opcode   the number in a slot's OPCODE word.
 *   operand  what one argument word means; operand k is argument word k.
 *   class    index of the METRICS word that counts an opcode's terminal slots.
 *
 * Everything here reads one constant table: safe from any thread, nothing to free.
 */
#ifndef VRRL_API_RUN_OPCODE_H
#define VRRL_API_RUN_OPCODE_H

#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers that other parts of the project build slots from; all others are in the table alone. */
enum {
    VRRL_OPCODE_NOP = 0,
    VRRL_OPCODE_STORE_U32 = 1,
    VRRL_OPCODE_ATOMIC_ADD = 2,
    VRRL_OPCODE_LOAD_U32 = 3,
    VRRL_OPCODE_COMPARE_SWAP = 4,
    VRRL_OPCODE_MEMCPY = 5,
    VRRL_OPCODE_DFA_STEP = 6,
    VRRL_OPCODE_BATCH_FENCE = 7,
};
#define VRRL_OPCODE_PRINTF        0xFFFEu
#define VRRL_OPCODE_PACKED_SLOT   0x80000001u
#define VRRL_OPCODE_SHUTDOWN      0xFFFFFFFFu
#define VRRL_OPCODE_WAIT_GE       0x40000000u
#define VRRL_OPCODE_SIGNAL        0x40000001u
#define VRRL_OPCODE_MIX           0x40000002u
#define VRRL_OPCODE_AXPY          0x40000003u
#define VRRL_OPCODE_DOT           0x40000004u
#define VRRL_OPCODE_MATVEC        0x40000005u
#define VRRL_OPCODE_RMSNORM       0x40000006u
#define VRRL_OPCODE_SOFTMAX       0x40000007u
#define VRRL_OPCODE_WAIT_RELAXED  0x40000008u
#define VRRL_OPCODE_WAIT_WORD     0x40000009u
#define VRRL_OPCODE_TAKE          0x4000000Au
#define VRRL_OPCODE_FENCE_ACQUIRE 0x4000000Bu
#define VRRL_OPCODE_FENCE_RELEASE 0x4000000Cu
#define VRRL_OPCODE_FENCE_SEQ_CST 0x4000000Du
#define VRRL_OPCODE_LOAD_ACQUIRE  0x4000000Eu
#define VRRL_OPCODE_STORE_RELEASE 0x4000000Fu
#define VRRL_OPCODE_FETCH_ADD     0x40000010u
#define VRRL_OPCODE_EXCHANGE      0x40000011u
#define VRRL_OPCODE_TRY_SWAP      0x40000012u
#define VRRL_OPCODE_LOAD_AT       0x40000013u
#define VRRL_OPCODE_STORE_AT      0x40000014u
#define VRRL_OPCODE_IF_EQ         0x40000015u

typedef enum vrrl_operand_kind {
    VRRL_OPERAND_VALUE, /* any u32 */
    VRRL_OPERAND_WORD,  /* word index in the arena */
    VRRL_OPERAND_COUNT, /* a number of words, rows, slots … */
    VRRL_OPERAND_F32,   /* bits of an f32 */
    VRRL_OPERAND_BYTES, /* this and all following words: bytes, the lowest of each word first */
} vrrl_operand_kind;

enum { VRRL_OPERANDS_MAX = 8, VRRL_OPERAND_NAME_MAX = 15 };

typedef struct vrrl_operand {
    char name[VRRL_OPERAND_NAME_MAX + 1];
    vrrl_operand_kind kind;
} vrrl_operand;

/* One row of the opcode table. */
typedef struct vrrl_opcode {
    uint32_t number;
    const char *name;     /* "STORE_U32" */
    const char *operands; /* "value @word": names in order; @ word index, # count, ~ f32, * bytes */
    const char *doc;      /* one line */
    bool waits;           /* may be requeued: it can be a slot of a deadlock */
    bool effect;          /* writes memory, orders it, or decides: no wait may follow in a slot */
} vrrl_opcode;

/* Rows in the table's order; NULL past the last. */
VRRL_API const vrrl_opcode *vrrl_opcode_at(uint32_t index);
/* NULL for a number that no row has. */
VRRL_API const vrrl_opcode *vrrl_opcode_find(uint32_t number);
/* By name, case ignored. VRRL_NOT_FOUND lists the names there are. */
VRRL_API vrrl_code vrrl_opcode_find_by_name(const char *name, const vrrl_opcode **opcode,
                                            vrrl_error *err);
/* "STORE_U32"; "?" for a number that no row has. */
VRRL_API const char *vrrl_opcode_name(uint32_t number);
/* The METRICS class of any number, known or not. */
VRRL_API uint32_t vrrl_opcode_class(uint32_t number);
/* How many operands a row has. */
VRRL_API uint32_t vrrl_opcode_operand_count(const vrrl_opcode *opcode);
/* Operand `index`; false past the last. */
VRRL_API bool vrrl_opcode_operand(const vrrl_opcode *opcode, uint32_t index, vrrl_operand *operand);

#ifdef __cplusplus
}
#endif
#endif
