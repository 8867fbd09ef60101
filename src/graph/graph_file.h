/* A file's bytes, decompressed where they are zstd's. Private to the importers. */
#ifndef VRRL_GRAPH_GRAPH_FILE_H
#define VRRL_GRAPH_GRAPH_FILE_H

#include "vrrl/run/graph.h"

#include <stdbool.h>
#include <stddef.h>

bool graph_is_zstd(const void *bytes, size_t size);
/* Reads a whole file, within the limit, over which `fix` is what to do; the caller frees *bytes, where (*bytes)[*size] is writable too. */
vrrl_code graph_read_file(const char *path, const char *fix, char **bytes, size_t *size,
                          vrrl_error *err);
/* Decompresses all frames; the caller frees *out. */
vrrl_code graph_decompress(const char *path, const char *bytes, size_t size, char **out,
                           size_t *out_size, vrrl_error *err);

/* Reads one format of graphs. */
typedef vrrl_code graph_parser(const char *bytes, size_t size, const char *name,
                               const vrrl_import_options *options, vrrl_graph **graph,
                               vrrl_error *err);
/* Calls `parse` with the bytes, decompressed where they are zstd's, and with options of this size. */
vrrl_code graph_parse_plain(graph_parser *parse, const char *bytes, size_t size, const char *name,
                            const vrrl_import_options *options, vrrl_graph **graph,
                            vrrl_error *err);

#endif
