/* Slots: opcodes by name, operands by kind, packed slots taken apart. */
#ifndef VRRL_PROGRAM_FILE_MK_WRITE_SLOT_H
#define VRRL_PROGRAM_FILE_MK_WRITE_SLOT_H

#include "program_file/mk_write.h"

void mk_write_slot(const struct mk_writer *w, const vrrl_slot *slot);
/* "on 3 tenant service", each with a blank before it. */
void mk_write_placement(const struct mk_writer *w, const vrrl_slot *slot);

#endif
