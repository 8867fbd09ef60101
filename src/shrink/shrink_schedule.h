/* A failure's machine and schedule, made smaller. */
#ifndef VRRL_SHRINK_SHRINK_SCHEDULE_H
#define VRRL_SHRINK_SHRINK_SCHEDULE_H

#include "shrink/shrinker.h"

/* Fewer workers; no cap, or a lower one; and only those choices that must deviate from the default. */
vrrl_code shrink_workers(struct shrinker *s, vrrl_error *err);
vrrl_code shrink_cap(struct shrinker *s, vrrl_error *err);
vrrl_code shrink_choices(struct shrinker *s, bool *minimal, vrrl_error *err);
/* Returns how many choices deviate. */
uint32_t shrink_preemptions(const struct decisions *p);

#endif
