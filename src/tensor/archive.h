/* Members of an archive of tensors (.npz): a ZIP file, stored or deflated. */
#ifndef VRRL_TENSOR_ARCHIVE_H
#define VRRL_TENSOR_ARCHIVE_H

#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stddef.h>

bool archive_is(const void *bytes, size_t size);
/* Whether it has a member of this name; false where it is damaged. */
bool archive_has(const char *bytes, size_t size, const char *member);
/* The bytes of a member, called `member` or `member`.npy; the caller frees *out. `name` is the archive's, for
 * messages. */
vrrl_code archive_member(const char *name, const char *bytes, size_t size, const char *member,
                         char **out, size_t *out_size, vrrl_error *err);

#endif
