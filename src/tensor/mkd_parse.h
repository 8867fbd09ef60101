/* Reading a description. */
#ifndef VRRL_TENSOR_MKD_PARSE_H
#define VRRL_TENSOR_MKD_PARSE_H

#include "tensor/mkd.h"

/* Reads a description. On success *machine is the caller's. The text has to stay as long as it does. */
vrrl_code mkd_parse(const char *name, const char *text, size_t size,
                    const vrrl_machine_options *options, struct mkd_machine **machine,
                    vrrl_error *err);
void mkd_free(struct mkd_machine *machine);

/* NULL: no opcode has this number. */
const struct mkd_opcode *mkd_find_opcode(const struct mkd_machine *machine, uint32_t number);

#endif
