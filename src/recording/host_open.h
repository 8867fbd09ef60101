/* A host's recorder is made, and freed. */
#ifndef VRRL_RECORDING_HOST_OPEN_H
#define VRRL_RECORDING_HOST_OPEN_H

#include "recording/host_recorder.h"

/* Frees what the process has of it, and leaves its files as they are. */
void recorder_discard(struct vrrl_recorder *recorder);

#endif
