/* What was in flight when an epoch of a host of its own ended: each slot is a root, as nobody here knows what its
 * opcodes wait for but what the host has told. */
#ifndef VRRL_RUN_STUCK_HOST_H
#define VRRL_RUN_STUCK_HOST_H

#include "host/observation.h"
#include "vrrl/run/stuck.h"

vrrl_code stuck_of_host(const struct observation *observation, vrrl_stuck **stuck, vrrl_error *err);

#endif
