/* PTX: the body of a function, a statement after the other. */
#ifndef VRRL_PTX_PARSE_BODY_H
#define VRRL_PTX_PARSE_BODY_H

#include "ptx/parser.h"

/* Reads from the `{` to its `}`, into the draft. */
bool ptx_body_read(struct ptx_parser *p);

#endif
