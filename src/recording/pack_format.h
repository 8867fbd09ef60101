/* A pack: a header, and for each file of the recording a head and its bytes. docs/format.md, "The pack". */
#ifndef VRRL_RECORDING_PACK_FORMAT_H
#define VRRL_RECORDING_PACK_FORMAT_H

#include "base/digest.h"
#include "base/error.h"

#include <stddef.h>

enum {
    PACK_VERSION = 1,
    PACK_HEADER_BYTES = 32,
    PACK_NAME_BYTES = 32, /* zeros behind the name, one at least */
    PACK_HEAD_BYTES = 80,
};

struct pack_header {
    uint32_t files;
    uint64_t bytes; /* of the whole pack */
};

/* What is before a file's bytes. */
struct pack_head {
    char name[PACK_NAME_BYTES];
    uint64_t size;
    uint8_t digest[DIGEST_BYTES];
};

/* The names of a recording that its folder has, the manifest first, then in the order of their letters. The array and its
 * texts are one allocation, the caller's to free. VRRL_TOO_LARGE for more than PACK_FILES_MAX. */
enum { PACK_FILES_MAX = 1 << 21 };
vrrl_code pack_list(const char *folder, char (**names)[PACK_NAME_BYTES], uint32_t *count,
                    vrrl_error *err);

void pack_header_encode(uint8_t out[PACK_HEADER_BYTES], const struct pack_header *header);
/* `path` is for the error: VRRL_HEADER_MISMATCH, VRRL_UNSUPPORTED for a version that is not known, VRRL_CORRUPT. */
vrrl_code pack_header_decode(const uint8_t in[PACK_HEADER_BYTES], struct pack_header *header,
                             const char *path, vrrl_error *err);
void pack_head_encode(uint8_t out[PACK_HEAD_BYTES], const struct pack_head *head);
/* VRRL_CORRUPT where the checksum does not hold, or the name is none of a recording's. */
vrrl_code pack_head_decode(const uint8_t in[PACK_HEAD_BYTES], struct pack_head *head,
                           const char *path, vrrl_error *err);

/* The whole count at an offset, again after signals: 0, or -1 with errno; a file that ends before is ENODATA. */
int pack_read(int fd, void *to, size_t size, uint64_t at);
int pack_write(int fd, const void *from, size_t size, uint64_t at);

/* Copies `size` bytes piece by piece, and tells their digest. */
struct pack_place {
    int fd;
    uint64_t at;
    const char *path; /* for errors */
};
vrrl_code pack_copy(const struct pack_place *from, const struct pack_place *to, uint64_t size,
                    uint8_t digest[DIGEST_BYTES], vrrl_error *err);

#endif
