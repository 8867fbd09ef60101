/* PTX: what stands in a module outside of functions. */
#ifndef VRRL_PTX_PARSE_MODULE_H
#define VRRL_PTX_PARSE_MODULE_H

#include "ptx/parser.h"

/* Reads the whole text. */
bool ptx_parse_module(struct ptx_parser *p);

#endif
