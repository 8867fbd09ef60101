/* The opcodes of IR 0.2 whose parameters say which part of their outputs they write. */
#ifndef VRRL_GRAPH_GRAPH_TILES_H
#define VRRL_GRAPH_GRAPH_TILES_H

#include <stdbool.h>
#include <string.h>

#define GEMV_TILE "GEMV_TILE" /* n_off and N_tile: columns */
#define GEMM_TILE "GEMM_TILE" /* and m_off and M_tile: rows */

static inline bool op_is_tile(const char *op)
{
    return strcmp(op, GEMV_TILE) == 0 || strcmp(op, GEMM_TILE) == 0;
}

#endif
