/* Special registers, and addresses made of others: instructions that know who executes them. */
#ifndef VRRL_KERNEL_SPECIAL_H
#define VRRL_KERNEL_SPECIAL_H

#include "kernel/state.h"

void special_read(struct machine *m, uint32_t group, const struct alu_rows *rows,
                  const struct ptx_instruction *in, uint32_t mask);
/* CVTA, ISSPACEP, MAPA, GETCTARANK, LOCAL_ADDRESS. */
void special_address(struct machine *m, uint32_t group, const struct alu_rows *rows,
                     const struct ptx_instruction *in, uint32_t mask);

#endif
