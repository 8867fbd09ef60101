#include "tensor/tensor.h"

#include "base/error.h"
#include "graph/graph_file.h"
#include "tensor/archive.h"
#include "tensor/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is in `bytes`, which the tensor comes to own. */
static vrrl_code parse_owned(const char *name, char *bytes, size_t size, const char *member,
                             struct tensor *tensor, vrrl_error *err)
{
    struct tensor inner;
    vrrl_code code = tensor_parse(name, bytes, size, member, &inner, err);
    if (code != VRRL_OK || inner.owned) {
        free(bytes);
    } else {
        inner.owned = bytes;
    }
    if (code == VRRL_OK)
        *tensor = inner;
    return code;
}

vrrl_code tensor_parse(const char *name, const char *bytes, size_t size, const char *member,
                       struct tensor *tensor, vrrl_error *err)
{
    char *plain;
    size_t plain_size;
    if (graph_is_zstd(bytes, size)) {
        vrrl_code code = graph_decompress(name, bytes, size, &plain, &plain_size, err);
        if (code == VRRL_OK && graph_is_zstd(plain, plain_size)) {
            free(plain);
            return error_set(err, VRRL_PARSE, "Fix: compress it once.",
                             "%s: compressed by zstd twice", name);
        }
        return code == VRRL_OK ? parse_owned(name, plain, plain_size, member, tensor, err) : code;
    }
    if (archive_is(bytes, size)) {
        vrrl_code code = archive_member(name, bytes, size, member, &plain, &plain_size, err);
        if (code != VRRL_OK)
            return code;
        code = npy_parse(name, plain, plain_size, tensor, err);
        if (code == VRRL_OK)
            tensor->owned = plain;
        else
            free(plain);
        return code;
    }
    if (member[0])
        return error_set(err, VRRL_PARSE, "Fix: leave the colon and what is behind it out.",
                         "%s is no archive of tensors, and has no member %.60s", name, member);
    return npy_parse(name, bytes, size, tensor, err);
}

/* The colon before the member's name; NULL where all of it is a path. */
static const char *member_of(const char *path)
{
    struct stat status;
    const char *colon = strrchr(path, ':');
    return colon && stat(path, &status) != 0 ? colon : NULL;
}

vrrl_code tensor_load(const char *path, struct tensor *tensor, vrrl_error *err)
{
    char *bytes;
    size_t size;
    const char *colon = member_of(path);
    char *file = colon ? strndup(path, (size_t)(colon - path)) : strdup(path);
    if (!file)
        return error_no_memory(err, strlen(path));
    vrrl_code code = graph_read_file(file, "Fix: split the schedule.", &bytes, &size, err);
    if (code == VRRL_OK)
        code = parse_owned(file, bytes, size, colon ? colon + 1 : "", tensor, err);
    free(file);
    return code;
}

vrrl_code tensor_of_view(const vrrl_tensor_view *view, struct tensor *tensor, vrrl_error *err)
{
    bool fits = view->rank <= TENSOR_DIMS_MAX;
    uint64_t bytes = 4;
    *tensor = (struct tensor){
        .rank = view->rank, .is_signed = view->is_signed, .item_bytes = 4, .count = 1};
    for (uint32_t i = 0; fits && i < view->rank; i++) {
        tensor->dims[i] = view->dims[i];
        fits = !__builtin_mul_overflow(bytes, view->dims[i], &bytes) && bytes <= PTRDIFF_MAX;
    }
    if (!fits)
        return error_set(
            err, VRRL_TOO_LARGE, "Fix: give the tensor that the kernel is given.",
            "%s has a shape of no tensor: more than %d dimensions, or than memory holds",
            view->name, TENSOR_DIMS_MAX);
    tensor->count = bytes / 4;
    tensor->words = view->words;
    return VRRL_OK;
}

void tensor_free(struct tensor *tensor)
{
    free(tensor->owned);
    *tensor = (struct tensor){0};
}
