/* PTX: `.file` and `.loc`: where in the source an instruction is from. */
#ifndef VRRL_PTX_PLACE_H
#define VRRL_PTX_PLACE_H

#include "ptx/parser.h"

/* Both read what stands behind the directive. */
bool ptx_file_read(struct ptx_parser *p);
bool ptx_loc_read(struct ptx_parser *p);
/* The place of the token at hand; PTX_NONE: an error. */
uint32_t ptx_place_here(struct ptx_parser *p);
/* Once all is read: files by index instead of by number. */
bool ptx_places_end(struct ptx_parser *p);

#endif
