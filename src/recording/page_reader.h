/* The ends of epochs, one after the other, from the file of one interval to that of the next. */
#ifndef VRRL_RECORDING_PAGE_READER_H
#define VRRL_RECORDING_PAGE_READER_H

#include "recording/frames.h"
#include "recording/recording.h"

#include <limits.h>

struct page_reader {
    struct frame_reader reader;      /* its `raw` is the payload that was read last */
    const char *directory;           /* the caller's */
    const struct manifest *manifest; /* the caller's */
    uint32_t count;                  /* epochs whose end was read from this file */
    char path[PATH_MAX];             /* of the file that is read */
};

/* Before the end of epoch `first`, which begins an interval. */
vrrl_code page_reader_open(struct page_reader *pages, const char *directory,
                           const struct manifest *manifest, uint32_t first, vrrl_error *err);
void page_reader_close(struct page_reader *pages);
/* The end of `epoch`, the one after the last that was read; *found is false where it is missing, or cut off. */
vrrl_code page_reader_get(struct page_reader *pages, uint32_t epoch, uint64_t payload_limit,
                          bool *found, vrrl_error *err);
/* How many ends of epochs are there in all, from `first` on. Reads their heads only. */
vrrl_code page_reader_count(const char *directory, const struct manifest *manifest, uint32_t first,
                            uint32_t *count, vrrl_error *err);

#endif
