/* Where the greedy execution comes by a cut: a node that precedes all that ran after it. */
#ifndef VRRL_CHECK_PRECEDE_CUTS_H
#define VRRL_CHECK_PRECEDE_CUTS_H

#include "check/precede.h"

/* Fills in counters, signals, sums and cuts of *precede. */
vrrl_code precede_find_cuts(struct precede *precede, vrrl_error *err);

#endif
