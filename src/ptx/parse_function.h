/* PTX: functions: heads, bodies, scopes, labels. */
#ifndef VRRL_PTX_PARSE_FUNCTION_H
#define VRRL_PTX_PARSE_FUNCTION_H

#include "ptx/parser.h"

/* Reads a function behind `.entry` or `.func`, to the end of its body, or the `;` of its declaration. */
bool ptx_function_read(struct ptx_parser *p, bool is_entry, bool is_visible);

#endif
