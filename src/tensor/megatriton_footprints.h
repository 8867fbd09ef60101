/* What tasks of MegaTriton touch: its builder's footprints, a member of JSON. */
#ifndef VRRL_TENSOR_MEGATRITON_FOOTPRINTS_H
#define VRRL_TENSOR_MEGATRITON_FOOTPRINTS_H

#include "tensor/megatriton.h"

/* Fills operations, operands and buffers, by what the rules say, too. A task without a footprint is an error. */
vrrl_code megatriton_footprints(struct megatriton *m, const char *bytes, size_t size);

#endif
