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

vrrl_batch *recording_batch(const vrrl_recording *r, uint32_t kept)
{
    uint32_t before = r->program->first_epoch > 0; /* that of the epochs before */
    return &r->program->batches[before + kept];
}

bool recording_ends_with_fence(const vrrl_recording *r, uint32_t kept)
{
    const vrrl_batch *batch = recording_batch(r, kept);
    if (r->program->host_slots) { /* a slot of its own may have any number for an opcode */
        const struct recorded_epoch *own = &r->epochs[kept];
        return own->slot_count > 0 &&
               r->outcomes[own->first_slot + own->slot_count - 1].index == VRRL_NO_INDEX;
    }
    return batch->count > 0 &&
           r->program->slots[batch->first + batch->count - 1].opcode == VRRL_OPCODE_BATCH_FENCE;
}

static void keep_epochs(vrrl_recording *r, uint32_t count)
{
    vrrl_program *program = r->program;
    uint32_t before = program->first_epoch > 0;
    r->kept_count = count;
    program->epoch_rows = program->batch_count = before + count;
    r->info.epochs = program->epoch_count = program->first_epoch + count;
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
    uint32_t first = r->program->first_epoch;
    if (m->finished &&
        (ended != r->kept_count || m->epochs != first + ended || m->records != r->info.records))
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: the manifest says %u epochs and %llu records, the log has %u and "
                         "%llu, the pages the ends of %u",
                         r->path, m->epochs, (unsigned long long)m->records, first + r->kept_count,
                         (unsigned long long)r->info.records, first + ended);
    if (ended < r->kept_count)
        r->kept_count = ended;
    while (!m->finished && r->kept_count > 0 && !recording_ends_with_fence(r, r->kept_count - 1))
        r->kept_count--; /* a machine that went down: pages were on disk before the log was */
    keep_epochs(r, r->kept_count);
    return m->finished ? VRRL_OK : keep_readable_epochs(r, err);
}

vrrl_code vrrl_recording_has_epochs(const vrrl_recording *r, vrrl_error *err)
{
    if (r->info.finished || r->kept_count > 0)
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

vrrl_code vrrl_recording_is_whole(const vrrl_recording *r, vrrl_error *err)
{
    vrrl_code code = vrrl_recording_can_run(r, err);
    if (code == VRRL_OK && r->info.trimmed)
        code = error_set(err, VRRL_UNSUPPORTED,
                         "Fix: replay it, or check its program, or what it was trimmed of.",
                         "%s is a part of a recording: its run may have had more epochs", r->path);
    return code == VRRL_OK ? program_is_whole(r->program, err) : code;
}
