/* What ends a search, or a run that is watched, before all of it was done. */
#ifndef VRRL_SCHEDULE_STOP_H
#define VRRL_SCHEDULE_STOP_H

#include "vrrl/analysis/check.h"

#include <string.h>

static inline void stop_by_error(vrrl_stop *stop, const vrrl_error *err)
{
    stop->kind = VRRL_STOP_ERROR;
    memcpy(stop->error, err->text, sizeof stop->error);
}

#endif
