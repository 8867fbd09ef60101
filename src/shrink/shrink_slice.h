/* A failure cut to its slice: of a list of slots, a few that fail without the others. */
#ifndef VRRL_SHRINK_SHRINK_SLICE_H
#define VRRL_SHRINK_SHRINK_SLICE_H

#include "shrink/shrinker.h"

/* Sets s->keep to those few. */
vrrl_code shrink_to_slice(struct shrinker *s, vrrl_error *err);

#endif
