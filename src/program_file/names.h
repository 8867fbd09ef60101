/* Names files, as they are read. */
#ifndef VRRL_PROGRAM_FILE_NAMES_H
#define VRRL_PROGRAM_FILE_NAMES_H

#include "base/hash_table.h"
#include "vrrl/run/names.h"

enum names_sort { NAMES_UNSIGNED, NAMES_SIGNED, NAMES_HEX, NAMES_FLOAT, NAMES_WORD };

/* One row a format: its word in a file, how many bytes of the arguments it takes, how they are printed. */
#define NAMES_FORMAT_TABLE(X)                                                                      \
    X("u8", 1, UNSIGNED)                                                                           \
    X("u16", 2, UNSIGNED)                                                                          \
    X("u32", 4, UNSIGNED)                                                                          \
    X("u64", 8, UNSIGNED)                                                                          \
    X("i8", 1, SIGNED)                                                                             \
    X("i16", 2, SIGNED)                                                                            \
    X("i32", 4, SIGNED)                                                                            \
    X("i64", 8, SIGNED)                                                                            \
    X("hex8", 1, HEX)                                                                              \
    X("hex16", 2, HEX)                                                                             \
    X("hex32", 4, HEX)                                                                             \
    X("hex64", 8, HEX)                                                                             \
    X("f32", 4, FLOAT)                                                                             \
    X("f64", 8, FLOAT)                                                                             \
    X("pointer", 8, HEX)                                                                           \
    X("word", 4, WORD)

struct names_format {
    const char *name;
    uint32_t bytes;
    enum names_sort sort;
};

struct names_operand {
    char name[VRRL_NAMES_BYTES_MAX + 1]; /* "": bytes that are passed over */
    uint32_t first_byte;
    const struct names_format *format;
};

/* An opcode, a tenant or a range of words. */
struct names_row {
    char name[VRRL_NAMES_BYTES_MAX + 1];
    uint32_t number; /* of words: the first */
    uint32_t line;
    uint32_t token;                        /* the name, among those of the source */
    uint32_t first_operand, operand_count; /* of opcodes */
    uint32_t words, segment_words;         /* of words: how many; 0 or what an element has */
};

enum names_kind { NAMES_OPCODES, NAMES_TENANTS, NAMES_WORDS, NAMES_KINDS };

struct names_list {
    struct names_row *rows; /* words: ascending, without overlaps */
    uint32_t count, room;
    struct hash_table by_number; /* of opcodes and tenants: places in rows[] */
    struct hash_table by_name;   /* of words while the file is read */
};

struct vrrl_names {
    struct names_list lists[NAMES_KINDS];
    struct names_operand *operands; /* of all opcodes */
    uint32_t operand_count, operand_room;
};

/* The row of a number, or of a name of `length` bytes; NULL where there is none. */
const struct names_row *names_find(const struct names_list *list, uint32_t number);
const struct names_row *names_find_name(const struct names_list *list, const char *name,
                                        size_t length);
/* Gives the names of opcodes to a program, as vrrl_names_apply does. */
vrrl_code names_call_opcodes(vrrl_program *program, const vrrl_names *names, vrrl_error *err);
/* The key of a name in by_name. Two names can have the same: the name decides. */
uint64_t names_key(const char *name, size_t length);

#endif
