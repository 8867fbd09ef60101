/* PTX: a module of which a few instructions are others, or are added. */
#ifndef VRRL_PTX_EDIT_H
#define VRRL_PTX_EDIT_H

#include "ptx/module.h"

enum ptx_edit_kind {
    PTX_EDIT_ORDER,        /* an access or a fence gets another order, another scope, or both */
    PTX_EDIT_FENCE,        /* a fence is added */
    PTX_EDIT_WARP_BARRIER, /* bar.warp.sync of all lanes is added */
    PTX_EDIT_BARRIER,      /* bar.sync 0 is added */
};

struct ptx_edit {
    uint8_t kind;         /* an enum ptx_edit_kind */
    uint8_t order, scope; /* of ORDER and FENCE */
    bool behind;          /* what is added goes behind the instruction, else before it */
    bool
        alike; /* not that instruction alone, but all of its function that are alike at its source line */
    uint32_t function, instruction;
};

enum { PTX_EDITS_MAX = 2 };

/* What is not changed is the module's that it was made of, which has to stay. */
struct ptx_edited {
    struct ptx_module module;
    uint32_t changed[PTX_EDITS_MAX], changed_count; /* functions that are its own */
};

/* Whoever jumps to an instruction meets what was added before it, and not what was added behind the one above it.
 * At most PTX_EDITS_MAX edits. Free it by ptx_edited_free whatever it returns. VRRL_NO_MEMORY. */
vrrl_code ptx_edited_make(const struct ptx_module *module, const struct ptx_edit *edits,
                          uint32_t count, struct ptx_edited *edited, vrrl_error *err);
void ptx_edited_free(struct ptx_edited *edited);

/* Instructions that an edit is of; 1 where it is not of all that are alike. */
uint32_t ptx_edit_instructions(const struct ptx_module *module, const struct ptx_edit *edit);

#endif
