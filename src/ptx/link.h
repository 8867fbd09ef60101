/* PTX: what is known once a whole module is read. */
#ifndef VRRL_PTX_LINK_H
#define VRRL_PTX_LINK_H

#include "ptx/parser.h"

/* Which shared variables each function uses, by itself and by what it calls; files of places. */
bool ptx_link(struct ptx_parser *p);

#endif
