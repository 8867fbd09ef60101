/*
 * Program files: tokens to a program.
 *
 * The file is walked twice, by the same functions. The first pass measures: it declares names and
 * counts slots, so that the size of the ring, and with it every address, is known. The second pass
 * builds. Control flow never depends on an address, so both passes take the same way. Loops are
 * walked again for each round; nothing is kept between rounds but the program.
 */
#ifndef VRRL_PROGRAM_FILE_MK_PARSER_H
#define VRRL_PROGRAM_FILE_MK_PARSER_H

#include "base/spelling.h"
#include "program_file/mk_lex.h"
#include "vrrl/run/opcode.h"
#include "vrrl/run/program.h"
#include "vrrl/run/program_file.h"

#define MK_TRY(call)                                                                               \
    do {                                                                                           \
        vrrl_code mk_code_ = (call);                                                               \
        if (mk_code_ != VRRL_OK)                                                                   \
            return mk_code_;                                                                       \
    } while (0)

/* Where a statement stands; bits, since most may stand in several places. */
enum mk_place {
    MK_TOP = 1,
    MK_EPOCH = 2,
    MK_PROLOGUE = 4,
    MK_PACK = 8,
    MK_TASK = 16,
};

/* What an address points into. Its number is the offset there while measuring, the arena index
 * while building. */
enum mk_space { MK_CONTROL, MK_OBSERVABLE, MK_USER, MK_SPACES };

enum mk_value_kind { MK_INTEGER, MK_ADDRESS, MK_F32 };

struct mk_value {
    enum mk_value_kind kind;
    enum mk_space space; /* ADDRESS */
    int64_t number;      /* F32: the bits */
};

enum mk_name_kind { MK_NAME_CONST, MK_NAME_WORDS, MK_NAME_TENANT };

struct mk_name {
    const char *text; /* in the source, or a builtin's; no NUL */
    uint32_t length;
    uint32_t line; /* 0: builtin */
    uint32_t next; /* in its hash chain: index + 1 */
    enum mk_name_kind kind;
    struct mk_value value; /* CONST; TENANT: its number */
    enum mk_space space;   /* WORDS … */
    uint32_t first;        /* offset in the space */
    uint32_t words;
    uint32_t segment_words; /* 0: not segmented */
};

/* Words of a name that an operand selects. */
struct mk_range {
    struct mk_token at; /* for messages */
    enum mk_space space;
    uint32_t first; /* offset in the space */
    uint32_t words;
    uint32_t room;          /* words up to the end of the name */
    uint32_t segment_words; /* 0: not segmented */
    bool whole_memory;      /* `user` or `observable` alone: how many words is not known yet */
};

struct mk_loop_variable {
    struct mk_token name;
    int64_t value;
};

enum { MK_HASH_BUCKETS = 4096 };

/* Settings that a file may make once; 0: not made yet, else the line. */
enum mk_setting {
    MK_SET_PROGRAM,
    MK_SET_WORKERS,
    MK_SET_MEMORY,
    MK_SET_OBSERVABLE,
    MK_SET_RING,
    MK_SET_SLOT_WORDS,
    MK_SET_DEBUG_LOG,
    MK_SET_TENANTS,
    MK_SETTINGS
};

struct mk_parser {
    struct mk_source source;
    vrrl_program *program;
    vrrl_error *err;
    uint32_t at;    /* token */
    bool building;  /* the second pass */
    uint64_t work;  /* steps of expansion so far */
    uint32_t depth; /* blocks open */
    uint32_t expression_depth;

    struct mk_name *names;
    uint32_t name_count, name_room;
    uint32_t buckets[MK_HASH_BUCKETS];
    struct mk_loop_variable loops[VRRL_FILE_DEPTH_MAX];
    uint32_t loop_count;

    /* Settings and what the names need. */
    uint32_t setting_lines[MK_SETTINGS];
    vrrl_geometry geometry;
    vrrl_worker_model model;
    uint32_t used[MK_SPACES];           /* first word behind all names */
    struct mk_token used_at[MK_SPACES]; /* the name that ends there */
    struct mk_token size_at;            /* the last statement that set a size */
    uint32_t base[MK_SPACES];           /* arena index of offset 0; all 0 while measuring */

    uint32_t named_tenants; /* highest number + 1 */
    uint32_t next_tenant;
    struct mk_token tenant_at; /* the one with the highest */

    /* Counts of this pass. */
    uint32_t slots, prologue_slots, argument_words, label_bytes, expectations, regions;
    uint32_t epochs, epoch_runs; /* that the file has; with how often each runs */
    uint64_t debug_records;
    uint32_t largest_batch;
    uint32_t descriptor_words;       /* of tasks */
    uint32_t total_descriptor_words; /* as measured */

    /* The epoch that is being read. */
    bool again; /* `epoch again`: it has no slots of its own */
    uint32_t batch_slots;
    uint32_t batch_debug_records;
    uint32_t queue; /* of the innermost `queue` block, or VRRL_NO_WORKER */
    char label[VRRL_FILE_NAME_BYTES_MAX + 1]; /* of the slot that is being read */
    struct mk_token epoch_at;
    struct mk_token largest_at; /* the epoch of largest_batch */

    uint32_t expect_line; /* whose "file:line" is expect_text */
    vrrl_text expect_text;
};

/* "Did you mean": longer names are not guessed: the way to them is quadratic. */
enum { MK_GUESS_BYTES_MAX = SPELLING_BYTES_MAX };
struct mk_guess {
    const char *word;
    uint32_t length;
    char best[MK_GUESS_BYTES_MAX + 1]; /* "" : nothing is near */
    uint32_t distance;
};

/* Statements. Each begins behind its keyword, which is `at`, and consumes its line, and its block
 * where it has one. */
typedef vrrl_code (*mk_statement)(struct mk_parser *p, const struct mk_token *at);

struct mk_task;
struct mk_pack;

/* An opcode and its operands. */
struct mk_operation {
    uint32_t opcode;
    const struct vrrl_opcode *row; /* NULL: `user K` */
    struct mk_token at;
    uint32_t count;
    uint32_t words[VRRL_SLOT_WORDS_MAX - VRRL_SLOT_ARG0];
};

/* Where a slot goes. */
struct mk_placement {
    uint32_t queue, tenant;
};

#endif
