/* Why an epoch got stuck, as JSON. */
#ifndef VRRL_REPORT_STUCK_JSON_H
#define VRRL_REPORT_STUCK_JSON_H

#include "vrrl/run/stuck.h"

#include <jansson.h>

json_t *stuck_json(const vrrl_program *program, uint32_t epoch, const vrrl_stuck *stuck);

#endif
