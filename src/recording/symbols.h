/* symbols.json: what words, slots and tenants are called. */
#ifndef VRRL_RECORDING_SYMBOLS_H
#define VRRL_RECORDING_SYMBOLS_H

#include "recording/recording.h"

/* The labels of slots, as they are looked for from epoch to epoch. */
struct symbols {
    json_t *json;
    size_t row; /* of the epochs that run a batch in a row: the one looked at last, */
    uint64_t row_first, row_end; /* and its epochs */
};

/* As a recording of that version has them. */
vrrl_code symbols_write(const char *directory, const vrrl_program *program, uint32_t version,
                        vrrl_error *err);
/* Names into the program. */
vrrl_code symbols_read(const char *directory, vrrl_program *program, struct symbols *symbols,
                       vrrl_error *err);
void symbols_free(struct symbols *symbols);
/* The label of slot `slot` of epoch `epoch`; "" where there is none. Epochs are asked for in order. */
const char *symbols_label(struct symbols *symbols, uint32_t epoch, uint32_t slot);

#endif
