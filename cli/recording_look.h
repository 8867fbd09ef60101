/* What `vrrl verify` says of a recording beside its log. */
#ifndef VRRL_CLI_RECORDING_LOOK_H
#define VRRL_CLI_RECORDING_LOOK_H

#include "vrrl/run/recording.h"

#include <jansson.h>

void recording_look_print(const vrrl_recording_report *report);
json_t *recording_look_json(const vrrl_recording_report *report);

#endif
