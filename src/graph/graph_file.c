#include "graph/graph_file.h"

#include "base/array.h"
#include "base/error.h"
#include "base/open_file.h"
#include "base/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

bool graph_is_zstd(const void *bytes, size_t size)
{
    static const unsigned char magic[] = {0x28, 0xB5, 0x2F, 0xFD};
    return size >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

static vrrl_code too_large(const char *path, const char *how, const char *fix, vrrl_error *err)
{
    return error_set(err, VRRL_TOO_LARGE, fix, "%s: more than %llu bytes%s", path,
                     VRRL_GRAPH_FILE_BYTES_MAX, how);
}

/* Doubles a byte array, up to the limit plus one byte, which shows that there is more. */
static vrrl_code grow(char **bytes, size_t *room, vrrl_error *err)
{
    size_t larger = *room ? 2 * *room : (size_t)1 << 20;
    if (larger > VRRL_GRAPH_FILE_BYTES_MAX + 1)
        larger = VRRL_GRAPH_FILE_BYTES_MAX + 1;
    if (!array_resize(bytes, larger, 1))
        return error_no_memory(err, larger);
    *room = larger;
    return VRRL_OK;
}

vrrl_code graph_read_file(const char *path, const char *fix, char **bytes, size_t *size,
                          vrrl_error *err)
{
    int fd;
    size_t room = 0;
    ssize_t got = 1;
    *bytes = NULL;
    *size = 0;
    vrrl_code code = open_for_reading(path, &fd, err);
    if (code != VRRL_OK)
        return code;
    while (code == VRRL_OK && got > 0) {
        if (*size == room && (code = grow(bytes, &room, err)) != VRRL_OK)
            break;
        got = read(fd, *bytes + *size, room - *size);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got < 0)
            code = error_errno(err, "read", path, NULL);
        else if ((*size += (size_t)got) > VRRL_GRAPH_FILE_BYTES_MAX)
            code = too_large(path, "", fix, err);
    }
    close(fd);
    if (code != VRRL_OK)
        free(*bytes);
    return code;
}

/* Feeds all of `input` through; leaves *left at what the last frame still wants: 0 when complete.
 */
static vrrl_code run_stream(ZSTD_DStream *stream, const char *path, ZSTD_inBuffer *input,
                            char **out, size_t *out_size, size_t *left, vrrl_error *err)
{
    size_t room = 0;
    ZSTD_outBuffer output = {0};
    bool full = false;
    while (input->pos < input->size || full) {
        if (output.pos == room) {
            vrrl_code code = grow(out, &room, err);
            if (code != VRRL_OK)
                return code;
        }
        output = (ZSTD_outBuffer){*out, room, output.pos};
        *left = ZSTD_decompressStream(stream, &output, input);
        if (ZSTD_isError(*left))
            return error_set(err, VRRL_PARSE, "Fix: compress the file again.",
                             "%s: damaged zstd data at byte %zu: %s", path, input->pos,
                             ZSTD_getErrorName(*left));
        if (output.pos > VRRL_GRAPH_FILE_BYTES_MAX)
            return too_large(path, " when decompressed", "Fix: split the graph.", err);
        /* There may be more inside the decoder, of a frame that is not complete. */
        full = output.pos == output.size && *left != 0;
        *out_size = output.pos;
    }
    return VRRL_OK;
}

vrrl_code graph_decompress(const char *path, const char *bytes, size_t size, char **out,
                           size_t *out_size, vrrl_error *err)
{
    *out = NULL;
    *out_size = 0;
    ZSTD_DStream *stream = ZSTD_createDStream();
    if (!stream)
        return error_no_memory(err, ZSTD_DStreamInSize());
    /* A frame may not make the decoder keep a window of more than 128 MiB. */
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 27);
    ZSTD_inBuffer input = {bytes, size, 0};
    size_t left = 0;
    vrrl_code code = run_stream(stream, path, &input, out, out_size, &left, err);
    if (code == VRRL_OK && left != 0)
        code = error_set(err, VRRL_PARSE, "Fix: copy or compress the file again.",
                         "%s: the zstd data ends early, after %zu bytes", path, size);
    ZSTD_freeDStream(stream);
    if (code != VRRL_OK)
        free(*out);
    return code;
}

vrrl_code graph_parse_plain(graph_parser *parse, const char *bytes, size_t size, const char *name,
                            const vrrl_import_options *options, vrrl_graph **graph, vrrl_error *err)
{
    vrrl_import_options own;
    char *plain;
    size_t plain_size;
    vrrl_code code = OPTIONS_READ(vrrl_import_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    if (!graph_is_zstd(bytes, size))
        return parse(bytes, size, name, &own, graph, err);
    code = graph_decompress(name, bytes, size, &plain, &plain_size, err);
    if (code != VRRL_OK)
        return code;
    code = parse(plain, plain_size, name, &own, graph, err);
    free(plain);
    return code;
}
