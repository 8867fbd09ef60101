/* PTX: texts that live as long as their module. */
#ifndef VRRL_PTX_CHUNK_H
#define VRRL_PTX_CHUNK_H

#include <stddef.h>

struct ptx_chunk;

/* A copy of `length` bytes that ends in NUL; NULL where memory lacks. *chunks is the newest. */
const char *ptx_chunk_text(struct ptx_chunk **chunks, const char *text, size_t length);
void ptx_chunks_free(struct ptx_chunk *chunks);

#endif
