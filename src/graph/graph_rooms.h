/* How much the arrays of a task graph have room for; hidden from who only reads one. */
#ifndef VRRL_GRAPH_GRAPH_ROOMS_H
#define VRRL_GRAPH_GRAPH_ROOMS_H

#include <stdint.h>

struct vrrl_graph_rooms {
    uint32_t text, buffers, counters, tasks, accesses, waits, signals, ranges, cuts, remarks;
};

#endif
