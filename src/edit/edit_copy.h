/* Copies of programs, with the origin of what is in them. */
#ifndef VRRL_EDIT_EDIT_COPY_H
#define VRRL_EDIT_EDIT_COPY_H

#include "edit/edit.h"

/* A copy with every slot and epoch its own origin. */
vrrl_code edited_begin(const vrrl_program *program, struct edited *out, vrrl_error *err);
vrrl_code edited_copy(const struct edited *from, struct edited *out, vrrl_error *err);
void edited_free(struct edited *edited);

#endif
