/* symbols.json: what words, slots and tenants are called. */
#ifndef VRRL_RECORDING_SYMBOLS_H
#define VRRL_RECORDING_SYMBOLS_H

#include "recording/recording.h"

vrrl_code symbols_write(const char *directory, const vrrl_program *program, vrrl_error *err);
/* Names into the program; *json holds the labels of slots, for symbols_label. */
vrrl_code symbols_read(const char *directory, vrrl_program *program, json_t **json,
                       vrrl_error *err);
/* The label of slot `slot` of epoch `epoch`; "" where there is none. */
const char *symbols_label(const json_t *json, uint32_t epoch, uint32_t slot);

#endif
