/* Instruction tensors and descriptions of tests/data/import, edited, and what is said of them. */
#ifndef VRRL_TEST_TENSORS_H
#define VRRL_TEST_TENSORS_H

#include "vrrl/analysis/check.h"
#include "vrrl/run/tensor.h"

#include "base/bytes.h"
#include "tensor/tensor.h"

#include "test.h"

/* ---- Tensors --------------------------------------------------------------------------------- */

/* [worker][entry][width]; of other orders only the lengths mean something else. */
struct words {
    int32_t *at;
    uint32_t workers, entries, width;
};

static inline int32_t *instruction(const struct words *w, uint32_t worker, uint32_t entry)
{
    return w->at + ((size_t)worker * w->entries + entry) * w->width;
}

static inline struct words new_words(uint32_t workers, uint32_t entries, uint32_t width)
{
    struct words w = {.workers = workers, .entries = entries, .width = width};
    w.at = calloc((size_t)workers * entries * width, sizeof *w.at);
    assert_non_null(w.at);
    return w;
}

static inline struct words load_words(const char *name)
{
    char path[4096];
    struct tensor tensor;
    vrrl_error error = {0};
    snprintf(path, sizeof path, VRRL_TEST_DATA "/import/%s", name);
    if (tensor_load(path, &tensor, &error) != VRRL_OK)
        fail_msg("%s\n%s", error.text, error.fix);
    assert_int_equal(tensor.rank, 3);
    struct words w =
        new_words((uint32_t)tensor.dims[0], (uint32_t)tensor.dims[1], (uint32_t)tensor.dims[2]);
    for (uint64_t i = 0; i < tensor.count; i++)
        w.at[i] = (int32_t)tensor_at(&tensor, i);
    tensor_free(&tensor);
    return w;
}

/* What `keep` says of each instruction, moved together; queues that become shorter end in zeros. */
static inline struct words filter_words(const struct words *from,
                                        bool (*keep)(const int32_t *instruction))
{
    struct words w = new_words(from->workers, from->entries, from->width);
    for (uint32_t q = 0; q < w.workers; q++)
        for (uint32_t e = 0, k = 0; e < w.entries; e++)
            if (keep(instruction(from, q, e)))
                memcpy(instruction(&w, q, k++), instruction(from, q, e), w.width * sizeof *w.at);
    return w;
}

/* A .npy file of int32; the caller frees it. */
static inline char *npy_of(const struct words *w, size_t *size)
{
    char header[128];
    size_t data = (size_t)w->workers * w->entries * w->width * 4;
    int length = snprintf(header, sizeof header,
                          "{'descr': '<i4', 'fortran_order': False, 'shape': (%u, %u, %u), }\n",
                          w->workers, w->entries, w->width);
    char *bytes = malloc(10 + (size_t)length + data);
    assert_non_null(bytes);
    memcpy(bytes, "\x93NUMPY\1\0", 8);
    bytes[8] = (char)length;
    bytes[9] = 0;
    memcpy(bytes + 10, header, (size_t)length);
    for (size_t i = 0; i < data / 4; i++)
        store_le32(bytes + 10 + length + 4 * i, (uint32_t)w->at[i]);
    *size = 10 + (size_t)length + data;
    return bytes;
}

/* ---- Descriptions ---------------------------------------------------------------------------- */

/* The caller frees it. */
static inline char *read_text(const char *path)
{
    FILE *in = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (!in)
        fail_msg("%s cannot be opened", path);
    assert_true(getdelim(&text, &size, '\0', in) > 0);
    fclose(in);
    return text;
}

/* Takes `text`, and gives it with all of `old` replaced; there has to be one. */
static inline char *replaced(char *text, const char *old, const char *new_text)
{
    char *out = NULL;
    size_t size;
    const char *from = text;
    FILE *stream = open_memstream(&out, &size);
    if (!strstr(text, old))
        fail_msg("the description has no `%s`", old);
    for (const char *at; (at = strstr(from, old)) != NULL; from = at + strlen(old)) {
        fwrite(from, 1, (size_t)(at - from), stream);
        fputs(new_text, stream);
    }
    fputs(from, stream);
    fclose(stream);
    free(text);
    return out;
}

/* ---- Graphs ---------------------------------------------------------------------------------- */

static inline vrrl_code try_import(const struct words *w, const char *text,
                                   const vrrl_machine_options *options, vrrl_graph **graph,
                                   vrrl_error *error)
{
    const vrrl_machine_options none = {.size = sizeof none};
    size_t size;
    char *bytes = npy_of(w, &size);
    *graph = NULL;
    vrrl_code code = vrrl_graph_parse_tensor(bytes, size, "t.npy", text, strlen(text), "m.mkd",
                                             options ? options : &none, graph, error);
    free(bytes);
    return code;
}

static inline vrrl_graph *import_words(const struct words *w, const char *text,
                                       const vrrl_machine_options *options)
{
    vrrl_graph *graph;
    vrrl_error error = {0};
    if (try_import(w, text, options, &graph, &error) != VRRL_OK)
        fail_msg("%s\n%s", error.text, error.fix);
    return graph;
}

static inline vrrl_check_result *check_graph(const vrrl_graph *graph)
{
    const vrrl_check_options options = {.size = sizeof options, .verdict_only = true};
    vrrl_check_result *result = NULL;
    vrrl_error error = {0};
    if (vrrl_check(graph, &options, &result, &error) != VRRL_OK)
        fail_msg("%s\n%s", error.text, error.fix);
    return result;
}

#endif
