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
#include "vrrl/opcode.h"
#include "vrrl/program.h"
#include "vrrl/program_file.h"

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
    uint32_t slots, prologue_slots, argument_words, label_bytes, epochs, expectations, regions;
    uint64_t debug_records;
    uint32_t largest_batch;
    uint32_t descriptor_words;       /* of tasks */
    uint32_t total_descriptor_words; /* as measured */

    /* The epoch that is being read. */
    bool rerun; /* a later round of `times`: its slots are there already */
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

/* mk_tokens.c: the cursor, and errors at it. */
const struct mk_token *mk_peek(const struct mk_parser *p);
const struct mk_token *mk_peek_ahead(const struct mk_parser *p, uint32_t ahead);
struct mk_token mk_next(struct mk_parser *p);
bool mk_at_word(const struct mk_parser *p, const char *word);
bool mk_accept(struct mk_parser *p, enum mk_kind kind);
bool mk_accept_word(struct mk_parser *p, const char *word);
vrrl_code mk_expect_kind(struct mk_parser *p, enum mk_kind kind, const char *fix,
                         struct mk_token *out);
vrrl_code mk_expect_word(struct mk_parser *p, const char *word, const char *fix);
vrrl_code mk_end_of_line(struct mk_parser *p, const char *fix);
/* Counts steps of expansion; VRRL_TOO_LARGE past the limit. */
vrrl_code mk_work(struct mk_parser *p, uint64_t steps, const struct mk_token *at);

__attribute__((format(printf, 4, 5))) vrrl_code
mk_fail(struct mk_parser *p, const struct mk_token *at, const char *fix, const char *format, ...);
__attribute__((format(printf, 4, 5))) vrrl_code
mk_limit(struct mk_parser *p, const struct mk_token *at, const char *fix, const char *format, ...);
/* "expected WHAT, found `token`" at the cursor. */
vrrl_code mk_unexpected(struct mk_parser *p, const char *what, const char *fix);

/* mk_guess.c: did you mean. Longer names are not guessed: the way to them is quadratic. */
enum { MK_GUESS_BYTES_MAX = SPELLING_BYTES_MAX };
struct mk_guess {
    const char *word;
    uint32_t length;
    char best[MK_GUESS_BYTES_MAX + 1]; /* "" : nothing is near */
    uint32_t distance;
};
struct mk_guess mk_guess_for(const struct mk_parser *p, const struct mk_token *token);
void mk_guess_try(struct mk_guess *guess, const char *candidate, size_t length);
/* "; did you mean `best`?" or "", for the end of a message. */
const char *mk_guess_text(const struct mk_guess *guess, char *out, size_t size);

/* mk_names.c */
vrrl_code mk_names_begin(struct mk_parser *p);
struct mk_name *mk_find_name(struct mk_parser *p, const struct mk_token *token);
const struct mk_loop_variable *mk_find_loop(const struct mk_parser *p,
                                            const struct mk_token *token);
/* Declares `name` with the rest of its row filled in. */
vrrl_code mk_declare(struct mk_parser *p, const struct mk_token *token, struct mk_name row);
vrrl_code mk_unknown_name(struct mk_parser *p, const struct mk_token *token, const char *what);
vrrl_code mk_check_new_name(struct mk_parser *p, const struct mk_token *token);

/* mk_expression.c */
vrrl_code mk_expression(struct mk_parser *p, struct mk_value *value);
/* A number, a name, or an expression in parentheses. */
vrrl_code mk_primary(struct mk_parser *p, struct mk_value *value);
/* A number of things: an integer from `least` to `most`. */
vrrl_code mk_count(struct mk_parser *p, const char *what, uint32_t least, uint32_t most,
                   uint32_t *out);
/* What goes into a 32-bit word: integers of either sign, f32 bits, addresses. */
vrrl_code mk_word_value(struct mk_parser *p, uint32_t *out);
vrrl_code mk_value_to_word(struct mk_parser *p, const struct mk_token *at, struct mk_value value,
                           uint32_t *out);
/* NAME, NAME[i], NAME[first:end]. */
vrrl_code mk_range(struct mk_parser *p, struct mk_range *range);
/* That these words exist, as far as this pass can say; shortens the range's room to what is there.
 */
vrrl_code mk_inside_memory(struct mk_parser *p, struct mk_range *range);

/* Statements. Each begins behind its keyword, which is `at`, and consumes its line, and its block
 * where it has one. */
typedef vrrl_code (*mk_statement)(struct mk_parser *p, const struct mk_token *at);
/* mk_settings.c */
vrrl_code mk_program_name(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_size(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_workers(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_tenant(struct mk_parser *p, const struct mk_token *at);
/* mk_declarations.c */
vrrl_code mk_const(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_words(struct mk_parser *p, const struct mk_token *at);
/* mk_memory.c */
vrrl_code mk_init(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_observe(struct mk_parser *p, const struct mk_token *at);
/* mk_epoch.c */
vrrl_code mk_epoch(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_prologue(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_queue(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_expectation(struct mk_parser *p, const struct mk_token *at);
/* mk_task.c */
struct mk_task;
vrrl_code mk_task_slot(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_task_clause(struct mk_parser *p, struct mk_task *task);

/* mk_operation.c: an opcode and its operands. */
struct mk_operation {
    uint32_t opcode;
    const struct vrrl_opcode *row; /* NULL: `user K` */
    struct mk_token at;
    uint32_t count;
    uint32_t words[VRRL_SLOT_WORDS_MAX - VRRL_SLOT_ARG0];
};
vrrl_code mk_operation(struct mk_parser *p, struct mk_operation *operation);
/* The most argument words of a slot. */
uint32_t mk_argument_room(const struct mk_parser *p);

/* mk_pack.c */
struct mk_pack;
vrrl_code mk_pack_slot(struct mk_parser *p, const struct mk_token *at);
vrrl_code mk_pack_operation(struct mk_parser *p, struct mk_pack *pack);

/* mk_slot.c */
struct mk_placement {
    uint32_t queue, tenant;
};
/* Is the cursor behind the last operand: at `on`, `tenant`, `then`, or the end of the line? */
bool mk_after_operands(const struct mk_parser *p);
/* Behind `on` or `queue`, which is `at`. */
vrrl_code mk_queue_number(struct mk_parser *p, const struct mk_token *at, uint32_t *queue);
/* "[on QUEUE] [tenant TENANT]" in any order. */
vrrl_code mk_read_placement(struct mk_parser *p, const struct mk_token *slot,
                            struct mk_placement *placement);
vrrl_code mk_slot(struct mk_parser *p);
vrrl_code mk_prologue_slot(struct mk_parser *p);
/* "NAME[i][j]" into p->label. */
vrrl_code mk_read_label(struct mk_parser *p);
vrrl_code mk_add_slot(struct mk_parser *p, const struct mk_token *at, uint32_t opcode,
                      struct mk_placement placement, const uint32_t *words, uint32_t count);

/* mk_block.c: statements one after the other, up to `end` (MK_TOP at depth 0: to the end of the
 * file). `context` is the pack or task that the block belongs to. */
vrrl_code mk_block(struct mk_parser *p, enum mk_place place, const struct mk_token *opener,
                   void *context);
/* Tries the keywords of the language. */
void mk_guess_statements(struct mk_guess *guess);

#endif
