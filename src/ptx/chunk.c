#include "ptx/chunk.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 65536 };

struct ptx_chunk {
    struct ptx_chunk *before;
    size_t used, room;
    char bytes[];
};

const char *ptx_chunk_text(struct ptx_chunk **chunks, const char *text, size_t length)
{
    struct ptx_chunk *chunk = *chunks;
    if (!chunk || chunk->room - chunk->used <= length) {
        size_t room = length < CHUNK_BYTES ? CHUNK_BYTES : length + 1;
        chunk = malloc(sizeof *chunk + room);
        if (!chunk)
            return NULL;
        *chunk = (struct ptx_chunk){.before = *chunks, .used = 0, .room = room};
        *chunks = chunk;
    }
    char *to = chunk->bytes + chunk->used;
    memcpy(to, text, length);
    to[length] = '\0';
    chunk->used += length + 1;
    return to;
}

void ptx_chunks_free(struct ptx_chunk *chunks)
{
    while (chunks) {
        struct ptx_chunk *before = chunks->before;
        free(chunks);
        chunks = before;
    }
}
