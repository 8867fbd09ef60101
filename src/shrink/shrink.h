/* What the parts of a shrinker ask of it. */
#ifndef VRRL_SHRINK_SHRINK_H
#define VRRL_SHRINK_SHRINK_H

#include "shrink/shrinker.h"

/* Takes a candidate where it fails in the same way; frees it where not. */
vrrl_code shrink_judge(struct shrinker *s, struct edited *candidate, bool *fails, vrrl_error *err);
/* The same without the parts of `base` that are not kept; `shrinker` is one. */
vrrl_code shrink_without(void *shrinker, const bool *keep, bool *fails, vrrl_error *err);
/* Shows how far it has come, and tells whether that is all; `shrinker` is one. */
bool shrink_is_over(void *shrinker);

#endif
