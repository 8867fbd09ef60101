/* What a repair of a kernel is called: in PTX, and what to write in CUDA. */
#ifndef VRRL_REPORT_KERNEL_REPAIR_WORDS_H
#define VRRL_REPORT_KERNEL_REPAIR_WORDS_H

#include "kernel/explained.h"
#include "report/kernel_words.h"

/* "red.release.gpu.global.add.u32 for red.relaxed.gpu.global.add.u32"; "fence.acq_rel.gpu behind
 * ld.relaxed.gpu.global.u32". */
const char *kernel_edit_ptx(const struct vrrl_kernel *k, const struct ptx_edit *edit,
                            char out[KERNEL_WORDS_BYTES]);
/* What it is in CUDA C++. */
const char *kernel_edit_cuda(const struct vrrl_kernel *k, const struct ptx_edit *edit,
                             char out[KERNEL_WORDS_BYTES]);
/* What was missing, as a bit each: the repair has it. */
enum kernel_missing {
    KERNEL_MISSES_ORDER = 1,
    KERNEL_MISSES_SCOPE = 2,
    KERNEL_MISSES_FENCE = 4,
    KERNEL_MISSES_BARRIER = 8,
    KERNEL_MISSES_STRENGTH = 16,
};
uint32_t kernel_repair_adds(const struct vrrl_kernel *k, const struct kernel_repair *repair);

#endif
