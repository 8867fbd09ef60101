/* Reading a names file. */
#ifndef VRRL_PROGRAM_FILE_NAMES_PARSE_H
#define VRRL_PROGRAM_FILE_NAMES_PARSE_H

#include "program_file/names.h"

/* Fills `names`, which begins as zeros; free it whatever this returns. */
vrrl_code names_parse(const char *text, uint32_t size, const char *name, vrrl_names *names,
                      vrrl_error *err);

#endif
