/* What reports call the parts of a finding of a kernel. */
#ifndef VRRL_REPORT_KERNEL_WORDS_H
#define VRRL_REPORT_KERNEL_WORDS_H

#include "kernel/explored.h"

enum { KERNEL_WORDS_BYTES = 320 };

/* "scheduler.cu:66", of the launch file for the host, of the PTX where no source line is told. */
const char *kernel_place_words(const struct vrrl_kernel *k, const struct kernel_side *side,
                               char out[KERNEL_WORDS_BYTES]);
/* "block 1, warp 0, lane 3 of scheduler"; "the host". */
const char *kernel_thread_words(const struct vrrl_kernel *k, const struct kernel_side *side,
                                char out[KERNEL_WORDS_BYTES]);
/* "ld.acquire.gpu", as the PTX has it but for its type; "store" of the host. */
const char *kernel_access_words(const struct vrrl_kernel *k, const struct kernel_side *side,
                                char out[KERNEL_WORDS_BYTES]);
/* "data[64]"; "byte 4 of shared memory of block 1". */
const char *kernel_where_words(const struct vrrl_kernel *k, const struct kernel_where *where,
                               char out[KERNEL_WORDS_BYTES]);

/* Whether a finding is about a place in memory. */
bool kernel_has_where(const struct kernel_finding *f);

#endif
