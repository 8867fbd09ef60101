/* What can be opened of a recording whose process was killed: the epochs whose end is there. */
#ifndef VRRL_RECORDING_OPEN_UNFINISHED_H
#define VRRL_RECORDING_OPEN_UNFINISHED_H

#include "recording/recording.h"

/* VRRL_UNSUPPORTED: its process was killed before the snapshot, the last file to appear before the first
 * record, was there. */
vrrl_code recording_not_begun(const char *path, vrrl_error *err);
/* Of the kept epochs one by its number among them: its batch, and whether that ends with a fence. */
vrrl_batch *recording_batch(const vrrl_recording *r, uint32_t kept);
bool recording_ends_with_fence(const vrrl_recording *r, uint32_t kept);
/* A finished recording has what its manifest says, or is damaged; of an unfinished one the epochs are kept
 * whose end is there and that can be read. `ended`: of so many the pages are there. */
vrrl_code recording_keep_ended_epochs(vrrl_recording *r, uint32_t ended, vrrl_error *err);

#endif
