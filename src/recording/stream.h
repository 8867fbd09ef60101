/* A recording's observations, one epoch after the other. */
#ifndef VRRL_RECORDING_STREAM_H
#define VRRL_RECORDING_STREAM_H

#include "recording/recording.h"

vrrl_code recorded_stream_open(const vrrl_recording *recording, struct recorded_stream **stream,
                               vrrl_error *err);
void recorded_stream_close(struct recorded_stream *stream);

/* The next epoch's observation, valid until the next call; NULL after the last. */
vrrl_code recorded_stream_next(struct recorded_stream *stream,
                               const struct observation **observation, vrrl_error *err);

#endif
