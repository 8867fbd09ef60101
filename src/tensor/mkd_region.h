/* Indices of a statement, for one instruction: an element of counters, a rectangle of a buffer. */
#ifndef VRRL_TENSOR_MKD_REGION_H
#define VRRL_TENSOR_MKD_REGION_H

#include "tensor/mkd_evaluate.h"

vrrl_code mkd_element(const struct mkd_frame *frame, const struct mkd_statement *s,
                      uint64_t *element);
/* `range->buffer` is the number of the buffer in the description. *empty: there is nothing in it. */
vrrl_code mkd_region(const struct mkd_frame *frame, const struct mkd_statement *s,
                     vrrl_graph_range *range, bool *empty);
/* The rows and columns of a buffer: the last dimension makes the columns, the others together the rows. */
void mkd_rectangle(const struct mkd_array *buffer, uint64_t *rows, uint64_t *columns);

#endif
