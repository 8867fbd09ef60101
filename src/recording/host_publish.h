/* Records of a host: places, and what is written to them. */
#ifndef VRRL_RECORDING_HOST_PUBLISH_H
#define VRRL_RECORDING_HOST_PUBLISH_H

#include "recording/host_recorder.h"

/* Writes an entry, whose words are in the draft, and its record to a place that was taken in that epoch. */
void recorder_put(struct vrrl_recorder *r, uint32_t epoch, uint64_t place,
                  struct companion_draft *draft, struct companion_entry *entry, uint32_t ring_index,
                  const vrrl_evidence *evidence);
/* The next place; false where the log is full. */
bool recorder_take_place(struct vrrl_recorder *r, uint64_t *place);

#endif
