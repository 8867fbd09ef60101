/* A task graph's file, whatever its format: decompressed where it is zstd's, then told by how it begins. */
#include "graph/graph_format.h"

#include "base/error.h"
#include "base/text_mark.h"
#include "graph/graph_file.h"

#include <stdlib.h>
#include <string.h>

/* The first that a text begins as. What begins as none of them is read as the last, which says what it expected. */
static const struct graph_format *const formats[] = {&graph_format_mirage, &graph_format_ir};

enum { FORMATS = sizeof formats / sizeof *formats };

/* The row that a text begins as; NULL: it begins as none does. */
static const struct graph_format *format_of(const char *text, size_t size)
{
    size_t at = text_mark_size(text, size);
    while (at < size && memchr(" \t\r\n", text[at], 4))
        at++;
    for (size_t i = 0; i < FORMATS; i++)
        if (formats[i]->begins(text + at, size - at))
            return formats[i];
    return NULL;
}

bool vrrl_graph_looks_like(const void *bytes, size_t size)
{
    return graph_is_zstd(bytes, size) || format_of(bytes, size);
}

static vrrl_code parse_text(const char *bytes, size_t size, const char *name,
                            const vrrl_import_options *options, vrrl_graph **graph, vrrl_error *err)
{
    const struct graph_format *format = format_of(bytes, size);
    size_t mark = text_mark_size(bytes, size);
    if (size > VRRL_GRAPH_FILE_BYTES_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: split the graph.", "%s: more than %llu bytes",
                         name, VRRL_GRAPH_FILE_BYTES_MAX);
    return (format ? format : formats[FORMATS - 1])
        ->parse(bytes + mark, size - mark, name, options, graph, err);
}

vrrl_code vrrl_graph_parse_with(const char *bytes, size_t size, const char *name,
                                const vrrl_import_options *options, vrrl_graph **graph,
                                vrrl_error *err)
{
    return graph_parse_plain(parse_text, bytes, size, name, options, graph, err);
}

vrrl_code vrrl_graph_parse(const char *bytes, size_t size, const char *name, vrrl_graph **graph,
                           vrrl_error *err)
{
    return vrrl_graph_parse_with(bytes, size, name, NULL, graph, err);
}

vrrl_code vrrl_graph_load_with(const char *path, const vrrl_import_options *options,
                               vrrl_graph **graph, vrrl_error *err)
{
    char *bytes;
    size_t size;
    vrrl_code code = graph_read_file(path, "Fix: split the graph.", &bytes, &size, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_graph_parse_with(bytes, size, path, options, graph, err);
    free(bytes);
    return code;
}

vrrl_code vrrl_graph_load(const char *path, vrrl_graph **graph, vrrl_error *err)
{
    return vrrl_graph_load_with(path, NULL, graph, err);
}
