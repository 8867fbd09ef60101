/* What a word comes to in any order of those who change it: all of them, where they are few. */
#ifndef VRRL_RUN_STUCK_REACH_H
#define VRRL_RUN_STUCK_REACH_H

#include "run/stuck_state.h"

struct stuck_reach stuck_reach_of(const struct stuck_state *s, const struct stuck_question *q);

#endif
