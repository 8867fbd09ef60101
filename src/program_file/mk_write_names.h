/* What a written program file calls things. */
#ifndef VRRL_PROGRAM_FILE_MK_WRITE_NAMES_H
#define VRRL_PROGRAM_FILE_MK_WRITE_NAMES_H

#include "program_file/mk_write.h"

vrrl_code mk_write_names(struct mk_writer *w, vrrl_error *err);
void mk_write_names_free(struct mk_writer *w);

/* A label as `LABEL:` or `task LABEL` takes it; at least VRRL_FILE_NAME_BYTES_MAX + 3 bytes. */
const char *mk_write_label(const char *label, char *out, size_t size);

/* A name as `as NAME` takes it: the same, but for indices. */
const char *mk_write_quoted(const char *name, char *out, size_t size);

/* The symbol by which a word is written, or NULL. */
const vrrl_symbol *mk_write_owner(const struct mk_writer *w, uint32_t word);

/* A word as an address: NAME, NAME[3], NAME[1][5], user[7], or its number. */
void mk_write_address(const struct mk_writer *w, uint32_t word);

/* As a range: NAME, NAME[2:4], user[7:9]. The words are of one memory. */
void mk_write_range(const struct mk_writer *w, uint32_t first, uint32_t words);

/* The same for whole segments: NAME[2:4], or NAME to NAME. False: no names for them; then nothing
 * was written. `out` NULL: only tells. */
bool mk_write_segments(const struct mk_writer *w, uint32_t first, uint32_t segments, FILE *out);

/* A value as decimal where that is short, else in hexadecimal. */
void mk_write_value(const struct mk_writer *w, uint32_t value);

#endif
