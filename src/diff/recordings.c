/* Two recordings, or a recording and a replay of it, epoch by epoch. */
#include "diff/diff.h"

#include "base/error.h"
#include "recording/recording.h"
#include "replay/replay.h"

#include <string.h>

static vrrl_code compare_streams(const vrrl_program *program, struct recorded_stream *a,
                                 struct recorded_stream *b, vrrl_diff_result *result,
                                 vrrl_error *err)
{
    while (result->difference == VRRL_DIFFERENCE_NONE) {
        const struct observation *left, *right;
        vrrl_code code = recorded_stream_next(a, &left, err);
        if (code == VRRL_OK)
            code = recorded_stream_next(b, &right, err);
        if (code != VRRL_OK)
            return code;
        if (!left && !right)
            break;
        if (!left || !right) {
            result->difference = VRRL_DIFFERENCE_PUBLISHED; /* one has more epochs */
            result->epoch = result->epochs_compared;
            result->slot = VRRL_NO_INDEX;
            break;
        }
        code = diff_epoch(program, left, right, result, err);
        if (code != VRRL_OK)
            return code;
    }
    return VRRL_OK;
}

/* Word indices mean the same on both sides. */
static bool same_machine(const vrrl_recording *a, const vrrl_recording *b)
{
    return memcmp(&a->program->geometry, &b->program->geometry, sizeof a->program->geometry) == 0;
}

vrrl_code vrrl_diff_recordings(const vrrl_recording *a, const vrrl_recording *b,
                               vrrl_diff_result *result, vrrl_error *err)
{
    *result = (vrrl_diff_result){.slot = VRRL_NO_INDEX};
    struct recorded_stream *left = NULL, *right = NULL;
    if (!same_machine(a, b)) {
        result->difference = VRRL_DIFFERENCE_PUBLISHED;
        diff_finish(result);
        return VRRL_OK;
    }
    vrrl_code code = recorded_stream_open(a, &left, err);
    if (code == VRRL_OK)
        code = recorded_stream_open(b, &right, err);
    if (code == VRRL_OK)
        code = compare_streams(a->program, left, right, result, err);
    recorded_stream_close(left);
    recorded_stream_close(right);
    if (code == VRRL_OK)
        diff_finish(result);
    else
        vrrl_diff_result_free(result);
    return code;
}

struct live_diff {
    const vrrl_recording *recording;
    struct recorded_stream *recorded;
    vrrl_diff_result *result;
    bool stop;
};

static vrrl_code compare_live(void *context, vrrl_host *host, const struct observation *replayed,
                              vrrl_error *err)
{
    (void)host;
    struct live_diff *d = context;
    const struct observation *recorded;
    vrrl_code code = recorded_stream_next(d->recorded, &recorded, err);
    if (code == VRRL_OK)
        code = diff_epoch(d->recording->program, recorded, replayed, d->result, err);
    d->stop = d->result->difference != VRRL_DIFFERENCE_NONE;
    return code;
}

vrrl_code vrrl_diff_replay(const vrrl_recording *recording, const vrrl_run_options *options,
                           vrrl_diff_result *result, vrrl_error *err)
{
    *result = (vrrl_diff_result){.slot = VRRL_NO_INDEX};
    struct live_diff d = {.recording = recording, .result = result};
    vrrl_run_options stoppable = *options;
    stoppable.stop = &d.stop;
    vrrl_verdict verdict;
    vrrl_code code = recorded_stream_open(recording, &d.recorded, err);
    if (code == VRRL_OK)
        code = replay_program(recording->program, &stoppable, compare_live, &d, &verdict, err);
    recorded_stream_close(d.recorded);
    if (code == VRRL_OK)
        diff_finish(result);
    else
        vrrl_diff_result_free(result);
    return code;
}
