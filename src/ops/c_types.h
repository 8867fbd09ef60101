/* What the opcode headers need of C, apart from memory. */
#ifndef VRRL_OPS_C_TYPES_H
#define VRRL_OPS_C_TYPES_H

#include <stdint.h>

typedef uint32_t u32;
#define OP_FN static inline

#endif
