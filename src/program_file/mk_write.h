/*
 * Programs as program files: what the parser reads back as an equal program.
 *
 * Names come first, since every address is written by one: `mk_write_names` decides what each
 * symbol and tenant is called in the file (its own name, in backquotes where that is no plain one,
 * told apart where two are the same) and which symbol a word is written by.
 */
#ifndef VRRL_PROGRAM_FILE_MK_WRITE_H
#define VRRL_PROGRAM_FILE_MK_WRITE_H

#include "vrrl/opcode.h"
#include "vrrl/program.h"
#include "vrrl/program_file.h"

#include <stdio.h>

struct mk_writer {
    const vrrl_program *program;
    FILE *out;
    char **names;        /* of each symbol, as the file writes it; NULL: it is not declared */
    char **tenant_names; /* of each row of tenant_names[] */
    uint32_t *owner;     /* of each word of user memory: symbol + 1; NULL: looked up one by one */
    uint32_t user_end, observable_end; /* words that names reach up to */
    bool tasks;           /* MIX slots are written as tasks, and descriptors not as memory */
    uint32_t descriptors; /* arena index of the first descriptor */
    uint32_t descriptor_words;
    uint32_t declaring; /* symbols from here on are not declared yet, and cannot be referred to */
};

/* mk_write_names.c */
vrrl_code mk_write_names(struct mk_writer *w, vrrl_error *err);
void mk_write_names_free(struct mk_writer *w);
/* A label as `LABEL:` or `task LABEL` takes it; at least VRRL_FILE_NAME_BYTES_MAX + 3 bytes. */
const char *mk_write_label(const char *label, char *out, size_t size);
/* A name as `as NAME` takes it: the same, but for indices. */
const char *mk_write_quoted(const char *name, char *out, size_t size);
/* The symbol by which a word is written, or NULL. */
const vrrl_symbol *mk_write_owner(const struct mk_writer *w, uint32_t word);
const char *mk_write_name_of(const struct mk_writer *w, const vrrl_symbol *symbol);
/* A word as an address: NAME, NAME[3], NAME[1][5], user[7], or its number. */
void mk_write_address(const struct mk_writer *w, uint32_t word);
/* As a range: NAME, NAME[2:4], user[7:9]. The words are of one memory. */
void mk_write_range(const struct mk_writer *w, uint32_t first, uint32_t words);
/* The same for whole segments: NAME[2:4], or NAME to NAME. False: no names for them; then nothing
 * was written. `out` NULL: only tells. */
bool mk_write_segments(const struct mk_writer *w, uint32_t first, uint32_t segments, FILE *out);
/* A value as decimal where that is short, else in hexadecimal. */
void mk_write_value(const struct mk_writer *w, uint32_t value);

/* mk_write_task.c: whether all MIX slots can be written as tasks, and one of them. */
void mk_write_plan_tasks(struct mk_writer *w);
void mk_write_task(const struct mk_writer *w, const vrrl_slot *slot);

/* mk_write_slot.c */
void mk_write_slot(const struct mk_writer *w, const vrrl_slot *slot);
/* "on 3 tenant service", each with a blank before it. */
void mk_write_placement(const struct mk_writer *w, const vrrl_slot *slot);

/* mk_write_epoch.c */
void mk_write_epochs(const struct mk_writer *w);

/* mk_names.c: words of the language that cannot be names, and names that every program has. */
bool mk_is_reserved(const char *name);
bool mk_is_builtin(const char *name);

#endif
