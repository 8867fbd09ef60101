/* The formats that task graphs are written in: a row and a file for each, graph_format.c has the table. */
#ifndef VRRL_GRAPH_GRAPH_FORMAT_H
#define VRRL_GRAPH_GRAPH_FORMAT_H

#include "vrrl/run/graph.h"

struct graph_format {
    /* Whether a text begins as this format does; what is skipped before, is skipped. */
    bool (*begins)(const char *text, size_t size);
    /* The graph of a whole file of this format, decompressed and without a mark of UTF-8; `name` is for
     * messages. On success *graph is the caller's. */
    vrrl_code (*parse)(const char *text, size_t size, const char *name,
                       const vrrl_import_options *options, vrrl_graph **graph, vrrl_error *err);
};

extern const struct graph_format graph_format_ir, graph_format_mirage;

#endif
