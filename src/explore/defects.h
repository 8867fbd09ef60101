/* What a defect of a campaign is. */
#ifndef VRRL_EXPLORE_DEFECTS_H
#define VRRL_EXPLORE_DEFECTS_H

#include "vrrl/analysis/explore.h"

#include <stdbool.h>

/* Whether its epoch did not end. */
static inline bool defect_is_stuck(vrrl_defect_kind kind)
{
    return kind == VRRL_DEFECT_DEADLOCK || kind == VRRL_DEFECT_LIVELOCK ||
           kind == VRRL_DEFECT_SHUTDOWN;
}

#endif
