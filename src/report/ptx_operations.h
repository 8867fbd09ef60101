/* What of a module's instructions accesses or orders memory, grouped by what it is. */
#ifndef VRRL_REPORT_PTX_OPERATIONS_H
#define VRRL_REPORT_PTX_OPERATIONS_H

#include "ptx/module.h"

enum { PTX_OPERATION_TEXT_MAX = 160 };

/* One kind of operation: `ld.acquire.gpu.u32`, and the places of those. */
struct ptx_operation {
    char text[PTX_OPERATION_TEXT_MAX];
    bool is_weak; /* it orders nothing */
    uint32_t *places;
    uint32_t count, room;
};

struct ptx_operations {
    struct ptx_operation *items; /* by first place */
    uint32_t count, room;
};

/* What an operation is called, without operands; false: it is none. Parameters and local memory are a thread's own. */
bool ptx_operation_text(const struct ptx_instruction *in, char out[PTX_OPERATION_TEXT_MAX],
                        bool *is_weak);

/* VRRL_NO_MEMORY where memory lacks. Free it whatever it returns. */
vrrl_code ptx_operations_find(struct ptx_operations *operations, const struct ptx_module *module);
void ptx_operations_free(struct ptx_operations *operations);

/* "mbarrier.arrive.release.cta": of an instruction MBARRIER. */
void ptx_mbarrier_text(const struct ptx_memory *m, char out[PTX_OPERATION_TEXT_MAX]);

/* The line of the source that a place is from: where it was inlined into, if it was; NULL where `.loc` tells none. */
const struct ptx_place *ptx_place_outermost(const struct ptx_module *module, uint32_t place);

#endif
