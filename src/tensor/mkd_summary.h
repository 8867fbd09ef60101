/* What a report says first: what was imported. */
#ifndef VRRL_TENSOR_MKD_SUMMARY_H
#define VRRL_TENSOR_MKD_SUMMARY_H

#include "tensor/mkd_build.h"

/* Gives the graph its summary: queues, entries, instructions by opcode, counters that are not used. */
vrrl_code mkd_summarize(const struct mkd_builder *b);

#endif
