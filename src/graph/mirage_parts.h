/* The buffers of Mirage's graph as buffers of ours: which are written, how long a row is, and which parts tasks of
 * one type touch apart from each other. */
#ifndef VRRL_GRAPH_MIRAGE_PARTS_H
#define VRRL_GRAPH_MIRAGE_PARTS_H

#include "graph/mirage.h"

/* Says of each operand what its task does with it, and of each buffer what it is made of. */
vrrl_code mirage_find_parts(struct mirage *m);

/* Whether a task touches one part of a buffer by this operand. */
bool mirage_touches(const struct mirage_task *task, const struct mirage_operand *operand,
                    const struct mirage_plane *plane);

/* A rectangle of a buffer: rows and columns of its pitch. */
struct mirage_rectangle {
    uint64_t row_first, row_end, column_first, column_end;
};

/* Calls `each` with every rectangle of an operand; at most `most` of them, else VRRL_TOO_LARGE. */
vrrl_code mirage_rectangles(const struct mirage *m, const struct mirage_operand *operand,
                            uint64_t most,
                            vrrl_code (*each)(void *context, const struct mirage_rectangle *r),
                            void *context);

#endif
