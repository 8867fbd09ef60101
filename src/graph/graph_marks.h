/* Which segments of a graph some task reads, and which some task writes. */
#ifndef VRRL_GRAPH_GRAPH_MARKS_H
#define VRRL_GRAPH_GRAPH_MARKS_H

#include "vrrl/run/graph.h"

enum { MARK_READ = 1, MARK_WRITTEN = 2, MARK_TAKEN = 4 };

/* A byte a segment, by buffer. The caller frees it. */
vrrl_code graph_marks(const vrrl_graph *graph, uint8_t **marks, vrrl_error *err);

/* Goes over the rectangles of a buffer's segments whose marks are exactly `wanted`. Each segment is in one
 * of them; a rectangle is as wide as it can be, and then as high. False: there are no more. */
struct marked {
    const vrrl_graph *graph;
    uint8_t *marks; /* of the graph; those that were passed get MARK_TAKEN */
    uint32_t buffer, at;
    uint8_t wanted;
};
bool graph_marked_next(struct marked *marked, vrrl_graph_range *range);

/* A buffer whose values only the tasks of the step can make. */
bool graph_is_made_in_step(vrrl_buffer_kind kind);

/* For a file that does not tell who fills a buffer, nor who takes what is in it: where some of what is read is written
 * by no task, or is read and written by one, its values last from step to step; so do those that no task reads. The
 * graph is finished. */
vrrl_code graph_find_lasting(vrrl_graph *graph, vrrl_error *err);

#endif
