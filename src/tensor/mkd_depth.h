/* How deep an instruction lies: in which round of a run without queues it goes on. */
#ifndef VRRL_TENSOR_MKD_DEPTH_H
#define VRRL_TENSOR_MKD_DEPTH_H

#include "tensor/mkd_expand.h"

/* Fills the depth of each instruction. One that waits for ever has the greatest. */
vrrl_code mkd_depths(struct mkd_expansion *e, vrrl_error *err);

#endif
