/* PTX: the end of a function: its draft becomes its compact form. */
#ifndef VRRL_PTX_FINISH_H
#define VRRL_PTX_FINISH_H

#include "ptx/parser.h"

bool ptx_finish(struct ptx_parser *p);

#endif
