/* A schedule in the order of a recording: a run of the scheduled backend that claims and ends slots as the
 * recorded one did, and its string. What their operations did in between is not recorded. */
#include "vrrl/analysis/schedule.h"

#include "base/error.h"
#include "base/result.h"
#include "program/batch_view.h"
#include "recording/recording.h"
#include "schedule/monitored_run.h"
#include "schedule/recorded_order.h"
#include "schedule/schedule_string.h"

#include <stdlib.h>
#include <string.h>

/* Slot `first` came before `second` in the recording, and behind it here. */
enum parting {
    PARTING_NONE,
    PARTING_CLAIMS,    /* both claims */
    PARTING_ENDS,      /* both ends */
    PARTING_ENDED,     /* `first` had ended when `second` was claimed */
    PARTING_NOT_ENDED, /* `first` was claimed when `second` had not ended */
    PARTING_LEFT,      /* `first` ended there, or was claimed, and not here */
};

struct following {
    const vrrl_recording *recording;
    struct run_target *target;
    struct recorded_order *order;
    struct decision_recorder recorder;
    vrrl_as_recorded *out;
    const struct slot_outcome *slots; /* as recorded; NULL: this epoch is not in the recording */
    uint32_t slot_count, epoch;
    enum parting parted;
    uint32_t parted_epoch, first, second;
};

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct following *f = context;
    const vrrl_recording *r = f->recording;
    const struct recorded_epoch *kept = recorded_epoch_of(r, epoch);
    (void)lanes;
    f->epoch = epoch;
    f->slot_count = slots;
    f->slots = kept && kept->slot_count >= slots ? r->outcomes + kept->first_slot : NULL;
    if (f->slots)
        recorded_order_begin(f->order, f->slots, slots);
}

static void choose(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    struct following *f = context;
    *at = *option = 0;
    if (f->slots)
        recorded_order_choose(f->order, f->target, lanes, count, at, option);
}

static void part(struct following *f, enum parting how, uint32_t first, uint32_t second)
{
    if (f->parted)
        return;
    f->parted = how;
    f->parted_epoch = f->epoch;
    f->first = first;
    f->second = second;
}

/* Those that are next to each other in an order tell of all pairs. */
static void hold_order(struct following *f, const struct sched_slot *now)
{
    uint32_t claims, ends, had = 0;
    const struct recorded_moment *claim = recorded_order_claims(f->order, &claims);
    const struct recorded_moment *ended = recorded_order_ends(f->order, &ends);
    for (uint32_t i = 1; i < claims; i++)
        if (now[claim[i - 1].slot].claimed_at > now[claim[i].slot].claimed_at)
            part(f, PARTING_CLAIMS, claim[i - 1].slot, claim[i].slot);
    for (uint32_t i = 1; i < ends; i++)
        if (now[ended[i - 1].slot].ended_at > now[ended[i].slot].ended_at)
            part(f, PARTING_ENDS, ended[i - 1].slot, ended[i].slot);
    for (uint32_t i = 0; i < claims; i++) {
        uint32_t slot = claim[i].slot;
        while (had < ends && ended[had].order < f->slots[slot].claimed_after)
            had++;
        if (had > 0 && now[ended[had - 1].slot].ended_at > now[slot].claimed_at)
            part(f, PARTING_ENDED, ended[had - 1].slot, slot);
        if (had < ends && now[ended[had].slot].ended_at < now[slot].claimed_at)
            part(f, PARTING_NOT_ENDED, slot, ended[had].slot);
    }
}

static void end(void *context, uint32_t epoch)
{
    struct following *f = context;
    uint32_t count;
    const struct sched_slot *now = run_target_slots(f->target, &count);
    (void)epoch;
    if (!f->slots || f->parted || count < f->slot_count)
        return;
    for (uint32_t i = 0; i < f->slot_count && !f->parted; i++)
        if ((f->slots[i].claim_order && !now[i].claimed_at) ||
            (f->slots[i].completion_order && !now[i].ended_at))
            part(f, PARTING_LEFT, i, i);
    if (!f->parted)
        hold_order(f, now);
    if (f->parted)
        return;
    f->out->epochs++;
    for (uint32_t i = 0; i < f->slot_count && f->out->same; i++) {
        const struct slot_outcome *then = &f->slots[i];
        f->out->same = !then->completion_order ||
                       (now[i].status == then->status && now[i].result_fold == then->result_fold);
        f->out->epoch = f->epoch;
        f->out->slot = i;
    }
    if (!f->out->same && !f->out->slot_name[0])
        slot_name(f->recording->program, f->out->epoch, f->out->slot, f->out->slot_name,
                  sizeof f->out->slot_name);
}

static vrrl_code cannot_follow(const struct following *f, vrrl_error *err)
{
    static const char *const formats[] = {
        [PARTING_CLAIMS] = "%s was claimed before %s, which came first here",
        [PARTING_ENDS] = "%s ended before %s, which came first here",
        [PARTING_ENDED] = "%s had ended when %s was claimed, and had not here",
        [PARTING_NOT_ENDED] = "%s was claimed before %s ended, which came first here",
        [PARTING_LEFT] = "%s was claimed, or ended, and was not here"};
    char first[VRRL_NAME_MAX], second[VRRL_NAME_MAX], why[2 * VRRL_NAME_MAX + 64];
    const vrrl_program *program = f->recording->program;
    slot_name(program, f->parted_epoch, f->first, first, sizeof first);
    slot_name(program, f->parted_epoch, f->second, second, sizeof second);
    snprintf(why, sizeof why, formats[f->parted], first, second);
    return error_set(err, VRRL_UNSUPPORTED, "Fix: leave out --as-recorded: the slots run again.",
                     "the recorded order could not be followed: epoch %u, slot %u: %s",
                     f->parted_epoch, f->first, why);
}

static vrrl_code follow(struct following *f, const struct run_target_options *options,
                        struct decisions *deviations, vrrl_error *err)
{
    const vrrl_program *program = f->recording->program;
    const struct chooser order = {.context = f, .begin = begin, .choose = choose, .end = end};
    vrrl_run_outcome outcome;
    f->order = recorded_order_create(program_largest_batch(program));
    if (!f->order)
        return error_no_memory(err, sizeof *f);
    vrrl_code code = run_target_create(program, options, &f->target, err);
    if (code == VRRL_OK) {
        const struct chooser by = decision_record(&f->recorder, &order, NULL, deviations);
        code = run_target_run(f->target, &by, &outcome, err);
    }
    if (code == VRRL_OK && f->parted)
        code = cannot_follow(f, err);
    if (code == VRRL_OK)
        code = schedule_of_run(program, options, deviations, NULL, &f->out->schedule, err);
    return code;
}

vrrl_code vrrl_schedule_as_recorded(const vrrl_recording *recording, vrrl_as_recorded **result,
                                    vrrl_error *err)
{
    struct following f = {.recording = recording,
                          .out = *result = result_create(sizeof **result, err)};
    if (!f.out)
        return VRRL_NO_MEMORY;
    struct run_target_options options = monitored_run_options(recording->program, recording);
    struct decisions deviations = {.list = NULL};
    f.out->same = true;
    options.ask_always = false;
    vrrl_code code = vrrl_recording_is_whole(recording, err);
    if (code == VRRL_OK)
        code = follow(&f, &options, &deviations, err);
    run_target_destroy(f.target);
    recorded_order_free(f.order);
    decisions_free(&deviations);
    if (code != VRRL_OK) {
        vrrl_as_recorded_free(*result);
        *result = NULL;
    }
    return code;
}

void vrrl_as_recorded_free(vrrl_as_recorded *result)
{
    if (!result)
        return;
    free(result->schedule);
    free(result);
}
