/* Compares two observations of one epoch. */
#ifndef VRRL_DIFF_DIFF_H
#define VRRL_DIFF_DIFF_H

#include "host/observation.h"
#include "vrrl/run/diff.h"

#endif
