/* PTX: `cvt` between all types. */
#ifndef VRRL_PTX_LOWER_CVT_H
#define VRRL_PTX_LOWER_CVT_H

#include "ptx/parser.h"

/* Returns false where it is not supported. */
bool ptx_cvt_decode(struct ptx_opcode *opcode);

#endif
