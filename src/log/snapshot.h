/* A snapshot over any source: what its tests use. */
#ifndef VRRL_LOG_SNAPSHOT_H
#define VRRL_LOG_SNAPSHOT_H

#include "log/source.h"
#include "vrrl/snapshot.h"

/* Does not take the source over. */
vrrl_code log_snapshot_over(const struct log_source *source, vrrl_snapshot **snapshot,
                            vrrl_error *err);

#endif
