/* Records of a host: places, and what is written to them. */
#ifndef VRRL_RECORDING_HOST_PUBLISH_H
#define VRRL_RECORDING_HOST_PUBLISH_H

#include "recording/host_recorder.h"

/* Writes an entry, whose words are in the draft, and its record to a place that was taken in that epoch. */
void recorder_put(struct vrrl_recorder *r, uint32_t epoch, const struct recorder_place *place,
                  struct companion_draft *draft, struct companion_entry *entry, uint32_t ring_index,
                  const vrrl_evidence *evidence);
/* The next place of the epoch under way; why it may not be written, or REASON_NONE. */
enum recorder_reason recorder_take_place(struct vrrl_recorder *r, struct recorder_place *place);

#endif
