/* PTX: what functions take and give: parameters and results, of declarations and of prototypes. */
#ifndef VRRL_PTX_SIGNATURE_H
#define VRRL_PTX_SIGNATURE_H

#include "ptx/parser.h"

/* Reads `(results) name (parameters)`, each part but the name left out where it is. *name is its token. */
bool ptx_signature_read(struct ptx_parser *p, struct ptx_signature *to, struct ptx_token *name);
/* Gives its names a meaning in the scope at hand, and bytes in the draft's frame. */
bool ptx_signature_declare(struct ptx_parser *p, const struct ptx_signature *signature);
void ptx_signature_free(struct ptx_signature *signature);

#endif
