/*
 * Arena words by the names that people have for them: buffers of a task graph, cut as the symbols of
 * a program say. A symbol "NAME[a:b]" or "NAME[a:b,c:d]" of segments is a part of the buffer NAME;
 * any other is a buffer of its own; words without a symbol are the buffer "word".
 */
#ifndef VRRL_GRAPH_WORD_BUFFERS_H
#define VRRL_GRAPH_WORD_BUFFERS_H

#include "vrrl/run/graph.h"

struct word_buffers;

/* Adds the buffers to the graph. */
vrrl_code word_buffers_create(const vrrl_program *program, vrrl_graph *graph,
                              struct word_buffers **made, vrrl_error *err);
void word_buffers_free(struct word_buffers *places);
/* Words that are accessed so: an array of segments counts by words from now on where that takes a part
 * of one. Before accesses are added. */
void word_buffers_split(struct word_buffers *places, vrrl_graph *graph, uint32_t first,
                        uint32_t count);
/* Adds accesses of all these words to the graph's last task. */
vrrl_code word_buffers_add_access(const struct word_buffers *places, vrrl_graph *graph,
                                  uint32_t first, uint32_t count, vrrl_access_kind kind,
                                  uint32_t after_waits, vrrl_error *err);

#endif
