/* PTX: rows for the registers of a draft: those that are live at the same place have different ones. */
#ifndef VRRL_PTX_ROWS_H
#define VRRL_PTX_ROWS_H

#include "ptx/live.h"

struct ptx_rows {
    uint16_t *of; /* of a register: its row; PTX_NO_OPERAND: nobody uses it */
    uint32_t count[PTX_WIDTHS];
    uint32_t bytes; /* of registers that are live at once, of one thread */
};

/* `live` has what is read. VRRL_TOO_LARGE where more are live at once than an operand can name. Free it whatever
 * it returns. */
vrrl_code ptx_rows_give(struct ptx_rows *rows, const struct draft *d, const struct ptx_flow *flow,
                        const struct ptx_live *live, vrrl_error *err);
void ptx_rows_free(struct ptx_rows *rows);

#endif
