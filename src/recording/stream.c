#include "recording/stream.h"

#include "recording/recording.h"

#include "recording/page_reader.h"
#include "recording/payloads.h"
#include "run/observed.h"
#include "run/stuck_host.h"

#include <stdlib.h>
#include <string.h>

struct recorded_stream {
    const vrrl_recording *recording;
    struct page_reader pages;
    struct observer observer;
    uint32_t next_epoch;
};

static vrrl_code open_stream(struct recorded_stream *s, vrrl_error *err)
{
    const vrrl_program *program = s->recording->program;
    struct observed_state state;
    s->next_epoch = program->first_epoch;
    vrrl_code code = page_reader_open(&s->pages, s->recording->path, &s->recording->manifest,
                                      program->first_epoch, err);
    if (code == VRRL_OK)
        code = observed_state_of(program, &state, err);
    if (code != VRRL_OK)
        return code;
    if (program->memory) /* pages tell what changed since then */
        state_update(&state, program->memory);
    return observer_create(&s->observer, &state, program->geometry.ring_slots, err);
}

vrrl_code recorded_stream_open(const vrrl_recording *recording, struct recorded_stream **out,
                               vrrl_error *err)
{
    *out = NULL;
    struct recorded_stream *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err, sizeof *s);
    s->recording = recording;
    s->pages.reader.fd = -1;
    vrrl_code code = open_stream(s, err);
    if (code != VRRL_OK) {
        recorded_stream_close(s);
        return code;
    }
    *out = s;
    return VRRL_OK;
}

void recorded_stream_close(struct recorded_stream *s)
{
    if (!s)
        return;
    page_reader_close(&s->pages);
    observer_free(&s->observer);
    free(s);
}

static vrrl_code load_slots(struct recorded_stream *s, vrrl_error *err)
{
    const struct recorded_epoch *epoch = recorded_epoch_of(s->recording, s->next_epoch);
    struct observation *o = &s->observer.observation;
    vrrl_code code = observer_reserve(&s->observer, epoch->slot_count, 0, 0, err);
    if (code != VRRL_OK)
        return code;
    memcpy(o->slots, s->recording->outcomes + epoch->first_slot,
           epoch->slot_count * sizeof *o->slots);
    o->slot_count = epoch->slot_count;
    o->epoch = s->next_epoch;
    return VRRL_OK;
}

/* The end of the host's fence tells the state that was observed; a host of its own has none. */
static bool is_as_fence_says(const struct recorded_stream *s)
{
    uint64_t said = recorded_epoch_of(s->recording, s->next_epoch)->fence_digest;
    return said == 0 || said == digest_head(s->observer.state.digest);
}

/* Slots that did not end are known by their place in the waiters. False where a slot is both, or
 * neither: the log and the pages are not of the same run. The fence alone may be neither, as its end
 * is recorded after the pages; a run that was killed in between lacks it. */
static bool apply_waiters(struct observation *o)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < o->slot_count; i++) {
        bool ended = o->slots[i].status != VRRL_STATUS_PUBLISHED;
        bool waits =
            !ended && next < o->waiter_count && o->waiters[next].index == o->slots[i].index;
        bool fence = i + 1 == o->slot_count;
        if (!ended && !waits && !fence)
            return false;
        if (waits)
            o->slots[i].status = o->waiters[next++].status;
    }
    /* A worker that did not come back is a hang even where every slot has ended. */
    bool fits = next == 0 ? o->verdict == VRRL_VERDICT_COMPLETE || o->verdict == VRRL_VERDICT_HANG
                          : o->verdict != VRRL_VERDICT_COMPLETE;
    return next == o->waiter_count && fits;
}

vrrl_code recorded_stream_next(struct recorded_stream *s, const struct observation **observation,
                               vrrl_error *err)
{
    *observation = NULL;
    if (!recorded_epoch_of(s->recording, s->next_epoch))
        return VRRL_OK;
    bool found;
    const char *path = s->pages.path;
    const vrrl_geometry *geometry = &s->recording->program->geometry;
    vrrl_code code = load_slots(s, err);
    if (code == VRRL_OK)
        code = page_reader_get(&s->pages, s->next_epoch,
                               epoch_payload_limit(&s->observer.state, geometry), &found, err);
    if (code == VRRL_OK && !found)
        code = error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: the end of epoch %u is missing", path, s->next_epoch);
    if (code == VRRL_OK)
        code = epoch_decode(&s->pages.reader.raw, geometry, &s->observer, path, err);
    if (code == VRRL_OK && !is_as_fence_says(s))
        code = error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: the state after epoch %u is not the one that the log has a digest of",
                         path, s->next_epoch);
    if (code == VRRL_OK && !apply_waiters(&s->observer.observation))
        code = error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: the slots that did not end in epoch %u are not those of the log",
                         path, s->next_epoch);
    if (code != VRRL_OK)
        return code;
    s->next_epoch++;
    *observation = &s->observer.observation;
    return VRRL_OK;
}

static vrrl_code last_observation(struct recorded_stream *s, const struct observation **last,
                                  vrrl_error *err)
{
    *last = NULL;
    for (;;) {
        const struct observation *next;
        vrrl_code code = recorded_stream_next(s, &next, err);
        if (code != VRRL_OK || !next)
            return code;
        *last = next;
    }
}

vrrl_code vrrl_recording_stuck(const vrrl_recording *recording, uint32_t *epoch,
                               vrrl_verdict *verdict, vrrl_stuck **stuck, vrrl_error *err)
{
    *stuck = NULL;
    struct recorded_stream *stream;
    const struct observation *last;
    vrrl_code code = recorded_stream_open(recording, &stream, err);
    if (code != VRRL_OK)
        return code;
    code = last_observation(stream, &last, err);
    if (code == VRRL_OK && (!last || last->verdict == VRRL_VERDICT_COMPLETE)) {
        code =
            error_set(err, VRRL_INVALID, "Fix: ask of a recording whose verdict is not complete.",
                      "%s: every epoch of it ended", recording->path);
    } else if (code == VRRL_OK) {
        *epoch = last->epoch;
        *verdict = last->verdict;
        code = recording->program->host_slots
                   ? stuck_of_host(last, stuck, err)
                   : vrrl_stuck_analyse(recording->program, last->epoch, NULL, last->waiters,
                                        last->waiter_count, stuck, err);
    }
    recorded_stream_close(stream);
    return code;
}
