/*
 * Protocols between slots, as real kernels have them, each right as its lines stand: random programs take
 * them with a line left out here and there, or one that orders less.
 */
#ifndef VRRL_TEST_ORACLE_IDIOMS_H
#define VRRL_TEST_ORACLE_IDIOMS_H

#include <stddef.h>

enum { IDIOM_SLOTS = 4, IDIOM_LINES = 7 };

/* A line, or "line|what may stand in its place"; nothing may. */
typedef struct idiom {
    const char *slots[IDIOM_SLOTS][IDIOM_LINES];
} idiom;

/* Words as in oracle_program.h: k[0] is 0, k[1] is 1, c[1] begins as 1 here. */
static const idiom idioms[] = {
    /* The last block done copies what the other one has stored. */
    {{{"STORE_U32 1, m[0]", "FENCE_RELEASE|", "FETCH_ADD 1, c[0], r[0]", "FENCE_ACQUIRE|",
       "IF_EQ r[0], 1", "MEMCPY m[1], m[2], 1", "STORE_U32 0, c[0]|"},
      {"STORE_U32 2, m[1]", "FENCE_RELEASE|", "FETCH_ADD 1, c[0], r[1]", "FENCE_ACQUIRE|",
       "IF_EQ r[1], 1", "MEMCPY m[0], m[2], 1", "STORE_U32 0, c[0]|"}}},
    /* A seqlock. */
    {{{"FETCH_ADD 1, c[0], r[0]|STORE_U32 1, c[0]", "FENCE_RELEASE|", "STORE_U32 7, m[0]",
       "STORE_RELEASE 2, c[0]|STORE_U32 2, c[0]"},
      {"LOAD_ACQUIRE c[0], r[1]|MEMCPY c[0], r[1], 1", "IF_EQ r[1], 2|", "MEMCPY m[0], r[2], 1",
       "FENCE_ACQUIRE|", "LOAD_ACQUIRE c[0], r[3]|", "IF_EQ r[3], 2|"}}},
    /* A lock that is tried. */
    {{{"TRY_SWAP c[0], k[0], k[1], r[0]", "IF_EQ r[0], 0|", "STORE_U32 1, m[0]",
       "STORE_RELEASE 0, c[0]|STORE_U32 0, c[0]"},
      {"TRY_SWAP c[0], k[0], k[1], r[1]", "IF_EQ r[1], 0|", "MEMCPY m[0], r[2], 1",
       "STORE_RELEASE 0, c[0]|STORE_U32 0, c[0]"}}},
    /* A lock that is taken. */
    {{{"TAKE c[1]|", "STORE_U32 1, m[0]", "SIGNAL c[1], 1|ATOMIC_ADD 1, c[1]"},
      {"TAKE c[1]|", "STORE_U32 2, m[0]", "SIGNAL c[1], 1|"},
      {"TAKE c[1]|", "MEMCPY m[0], m[1], 1|", "SIGNAL c[1], 1|"}}},
    /* A buffer that is handed over, back, and over again. */
    {{{"STORE_U32 1, m[0]", "SIGNAL c[0], 1|ATOMIC_ADD 1, c[0]"},
      {"WAIT_GE c[0], 1|WAIT_RELAXED c[0], 1", "MEMCPY m[0], r[1], 1",
       "SIGNAL c[1], 1|ATOMIC_ADD 1, c[1]"},
      {"WAIT_GE c[1], 2|WAIT_GE c[1], 1", "STORE_U32 2, m[0]", "SIGNAL c[0], 1|"},
      {"WAIT_GE c[0], 2|WAIT_GE c[0], 1", "MEMCPY m[0], r[3], 1"}}},
    /* Each looks whether the other has come first. */
    {{{"STORE_RELEASE 1, c[0]|STORE_U32 1, c[0]", "FENCE_SEQ_CST|", "LOAD_ACQUIRE c[1], r[0]",
       "IF_EQ r[0], 1", "STORE_U32 1, m[0]"},
      {"STORE_RELEASE 2, c[1]|STORE_U32 2, c[1]", "FENCE_SEQ_CST|", "LOAD_ACQUIRE c[0], r[1]",
       "IF_EQ r[1], 0", "STORE_U32 2, m[0]"}}},
    /* Places that are drawn, and who waits until all are filled. */
    {{{"FETCH_ADD 1, c[0], r[0]", "STORE_AT m, 2, r[0], k[1]", "SIGNAL c[1], 1|ATOMIC_ADD 1, c[1]"},
      {"FETCH_ADD 1, c[0], r[1]", "STORE_AT m, 2, r[1], k[1]", "SIGNAL c[1], 1|"},
      {"WAIT_GE c[1], 3|WAIT_GE c[1], 2", "MEMCPY m[0], r[4], 2"}}},
    /* Slots that meet twice at a counter, which is set back between. */
    {{{"STORE_U32 1, m[0]", "SIGNAL c[0], 1|ATOMIC_ADD 1, c[0]"},
      {"STORE_U32 2, m[1]", "SIGNAL c[0], 1|ATOMIC_ADD 1, c[0]"},
      {"WAIT_GE c[0], 2|WAIT_GE c[0], 1", "STORE_U32 0, c[0]|STORE_RELEASE 0, c[0]",
       "SIGNAL c[1], 1|"},
      {"WAIT_GE c[1], 2|WAIT_GE c[1], 1", "MEMCPY m[0], r[4], 2", "SIGNAL c[0], 1|"}}},
    /* Data behind a relaxed flag and fences. */
    {{{"STORE_U32 1, m[0]", "FENCE_RELEASE|", "ATOMIC_ADD 1, c[0]|STORE_U32 1, c[0]"},
      {"WAIT_RELAXED c[0], 1", "FENCE_ACQUIRE|", "MEMCPY m[0], r[1], 1"},
      {"WAIT_GE c[0], 1|", "MEMCPY m[0], r[2], 1"}}},
    /* A goal that is drawn: turns. */
    {{{"FETCH_ADD 1, c[0], r[0]"},
      {"WAIT_WORD c[0], k[0], 1", "STORE_U32 3, m[0]", "SIGNAL c[1], 1|ATOMIC_ADD 1, c[1]"},
      {"WAIT_WORD c[1], k[1], 1|WAIT_WORD c[1], k[0], 1", "MEMCPY m[0], r[1], 1"}}},
};
enum { IDIOMS = sizeof idioms / sizeof *idioms };

#endif
