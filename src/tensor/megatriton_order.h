/* An order in which MegaTriton's tasks can run: that of their author, as far as queues tell it. */
#ifndef VRRL_TENSOR_MEGATRITON_ORDER_H
#define VRRL_TENSOR_MEGATRITON_ORDER_H

#include "tensor/megatriton.h"

/* Fills m->ranked. One queue is that order; of several each begins its next task as soon as it can, in rounds. Tasks
 * that can never begin come last. It does not depend on how anything is numbered or called. */
vrrl_code megatriton_order(struct megatriton *m);

#endif
