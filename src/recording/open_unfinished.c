#include "recording/open_unfinished.h"
#include "recording/stream.h"

#include "program/batch_view.h"
#include "vrrl/run/opcode.h"

vrrl_code recording_not_begun(const char *path, vrrl_error *err)
{
    return error_set(err, VRRL_UNSUPPORTED, "Fix: remove it, and record again.",
                     "%s is unfinished: its process was killed before it had recorded anything",
                     path);
}

bool recording_ends_with_fence(const vrrl_recording *r, uint32_t epoch)
{
    const vrrl_batch *batch = &r->program->batches[epoch];
    if (r->program->host_slots) { /* a slot of its own may have any number for an opcode */
        const struct recorded_epoch *own = &r->epochs[epoch];
        return own->slot_count > 0 &&
               r->outcomes[own->first_slot + own->slot_count - 1].index == VRRL_NO_INDEX;
    }
    return batch->count > 0 &&
           r->program->slots[batch->first + batch->count - 1].opcode == VRRL_OPCODE_BATCH_FENCE;
}

static void keep_epochs(vrrl_recording *r, uint32_t count)
{
    r->epoch_count = r->program->epoch_count = r->program->epoch_rows = r->program->batch_count =
        count;
    r->info.epochs = count;
}

/* A machine that went down has written what it had of the log, its companion and the pages in any
 * order: of an unfinished recording the epochs count that can be read, up to the first that cannot. */
static vrrl_code keep_readable_epochs(vrrl_recording *r, vrrl_error *err)
{
    struct recorded_stream *stream;
    const struct observation *next;
    vrrl_error why = {0};
    uint32_t count = 0;
    vrrl_code code = recorded_stream_open(r, &stream, err);
    if (code != VRRL_OK)
        return code;
    while ((code = recorded_stream_next(stream, &next, &why)) == VRRL_OK && next)
        count++;
    recorded_stream_close(stream);
    keep_epochs(r, count);
    if (code == VRRL_OK || code == VRRL_CORRUPT)
        return VRRL_OK;
    if (err)
        *err = why;
    return code;
}

vrrl_code recording_keep_ended_epochs(vrrl_recording *r, uint32_t ended, vrrl_error *err)
{
    const struct manifest *m = &r->manifest;
    if (m->finished &&
        (ended != r->epoch_count || m->epochs != ended || m->records != r->info.records))
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: the manifest says %u epochs and %llu records, the log has %u and "
                         "%llu, " RECORDING_PAGES " the ends of %u",
                         r->path, m->epochs, (unsigned long long)m->records, r->epoch_count,
                         (unsigned long long)r->info.records, ended);
    if (ended < r->epoch_count)
        r->epoch_count = ended;
    while (!m->finished && r->epoch_count > 0 && !recording_ends_with_fence(r, r->epoch_count - 1))
        r->epoch_count--; /* a machine that went down: pages were on disk before the log was */
    keep_epochs(r, r->epoch_count);
    return m->finished ? VRRL_OK : keep_readable_epochs(r, err);
}

vrrl_code vrrl_recording_has_epochs(const vrrl_recording *r, vrrl_error *err)
{
    if (r->info.finished || r->epoch_count > 0)
        return VRRL_OK;
    return error_set(err, VRRL_UNSUPPORTED, "Fix: remove it, and record again.",
                     "%s is unfinished: its process was killed before the first epoch had ended",
                     r->path);
}

vrrl_code vrrl_recording_can_run(const vrrl_recording *r, vrrl_error *err)
{
    vrrl_code code = vrrl_recording_has_epochs(r, err);
    return code == VRRL_OK ? program_can_run(r->program, err) : code;
}
