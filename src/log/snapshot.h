/* A snapshot over any source: what its tests use. */
#ifndef VRRL_LOG_SNAPSHOT_H
#define VRRL_LOG_SNAPSHOT_H

#include "log/source.h"
#include "vrrl/log/snapshot.h"

/* Does not take the source over. So long, at most, it waits for a writer that seems to have been
 * stopped between a record and the cursor. */
vrrl_code log_snapshot_over(const struct log_source *source, unsigned patience_ms,
                            vrrl_snapshot **snapshot, vrrl_error *err);

#endif
