/* What an epoch showed, against the reference: the diff and the expectations, as an outcome. */
#include "schedule/run_target_judge.h"

#include "base/error.h"
#include "diff/diff.h"
#include "diff/epoch.h"
#include "program/batch_view.h"
#include "program/expect.h"
#include "schedule/run_target_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Epochs that did not end ----------------------------------------------------------------- */

/* Over the step limit; any other run that hangs has slots that wait for a host that never comes. */
static vrrl_defect_kind kind_of_stuck(const struct run_target *s, vrrl_verdict verdict)
{
    if (verdict == VRRL_VERDICT_SHUTDOWN)
        return VRRL_DEFECT_SHUTDOWN;
    const void *engine = s->now->engine;
    bool livelock = verdict == VRRL_VERDICT_HANG && engine && s->grain->over_limit(engine);
    return livelock ? VRRL_DEFECT_LIVELOCK : VRRL_DEFECT_DEADLOCK;
}

/* The defect is its first root: what most wait for. */
static void note_root(vrrl_run_outcome *outcome, const vrrl_program *program,
                      const vrrl_stuck *stuck)
{
    if (!stuck || !stuck->root_count)
        return;
    const vrrl_root *root = &stuck->roots[0];
    if (root->slot < epoch_batch(program, outcome->epoch)->count)
        outcome->slot = root->slot;
    if (root->kind == VRRL_ROOT_NOT_TAKEN)
        return; /* what it had waited for has come */
    outcome->word = root->wait_word;
    outcome->expected = root->wait_value;
    outcome->found = root->seen_value;
}

/* ---- Epochs that did ------------------------------------------------------------------------- */

/* Which two changed places. Where both write, and a third reads or nobody does, it is the two that
 * conflict: the one that came early wrote over something else than it should have. */
static void note_pair(vrrl_run_outcome *outcome, const vrrl_diff_result *diff)
{
    outcome->slot = diff->slot;
    if (!diff->flip_count)
        return;
    const vrrl_flip *flip = &diff->flips[0];
    bool swapped = flip->both_write ? flip->early_in_a : flip->slot != diff->slot;
    outcome->slot = swapped ? flip->other : flip->slot;
    outcome->other = swapped ? flip->slot : flip->other;
}

static void note_difference(vrrl_run_outcome *outcome, const vrrl_diff_result *diff)
{
    note_pair(outcome, diff);
    if (diff->difference == VRRL_DIFFERENCE_STATUS) {
        outcome->kind = VRRL_DEFECT_STATUS;
        outcome->expected = diff->status_a;
        outcome->found = diff->status_b;
        return;
    }
    outcome->kind = VRRL_DEFECT_VALUE;
    if (!diff->word_count)
        return;
    outcome->word = diff->words[0].word;
    outcome->expected = diff->words[0].value_a;
    outcome->found = diff->words[0].value_b;
}

/* ---- What a slot stored, and others stored over ------------------------------------------------ */

static vrrl_code find_reference_stores(struct run_target *s, uint32_t slot, vrrl_error *err)
{
    if (s->stores_slot == slot && s->stores_epoch == s->epoch)
        return VRRL_OK;
    s->stores_slot = VRRL_NO_INDEX;
    s->reference_stores.count = 0;
    vrrl_code code = reference_stores(&s->reference, s->epoch, slot, &s->reference_stores, err);
    if (!code && s->reference_stores.failed)
        code = error_no_memory(err, s->reference_stores.room * sizeof(op_stored));
    if (code)
        return code;
    s->stores_epoch = s->epoch;
    s->stores_slot = slot;
    return VRRL_OK;
}

/* The first store that the other run's slot did not do; one that this run's did not. */
static void note_first_store(vrrl_run_outcome *outcome, const op_stores *reference,
                             const op_stores *now, const uint32_t *arena)
{
    const op_stored *a = reference->list, *b = now->list;
    uint32_t i = 0;
    while (i < reference->count && i < now->count && a[i].word == b[i].word &&
           a[i].value == b[i].value)
        i++;
    if (i == reference->count && i == now->count)
        return;
    outcome->word = i < now->count ? b[i].word : a[i].word;
    outcome->found = i < now->count ? b[i].value : arena[outcome->word];
    outcome->expected = arena[outcome->word];
    if (i < reference->count && a[i].word == outcome->word)
        outcome->expected = a[i].value;
    outcome->overwritten = arena[outcome->word] != outcome->found;
}

/* Memory is as it should be by the end of the epoch: a slot stored something else on the way there. */
static vrrl_code note_store(struct run_target *s, const uint32_t *arena, vrrl_error *err)
{
    op_stores now = {0};
    uint32_t slot = s->diff.slot;
    if (s->outcome.kind != VRRL_DEFECT_VALUE || s->outcome.word != VRRL_NO_INDEX ||
        slot == VRRL_NO_INDEX)
        return VRRL_OK;
    vrrl_code code = find_reference_stores(s, slot, err);
    if (!code && s->grain->stores(s->now->engine, slot, &now))
        note_first_store(&s->outcome, &s->reference_stores, &now, arena);
    free(now.list);
    return code;
}

static void note_expectation(vrrl_run_outcome *outcome, const vrrl_program *program,
                             const vrrl_expectation_failure *failure)
{
    const vrrl_expectation *expectation = &program->expectations[failure->expectation];
    outcome->kind = VRRL_DEFECT_EXPECT;
    outcome->epoch = failure->epoch;
    outcome->word = expectation->word;
    outcome->expected = program->words[expectation->values];
    outcome->found = failure->found;
}

static void check_expectations(struct run_target *s, const uint32_t *arena)
{
    vrrl_expectation_failure failure;
    if (expectations_check(s->program, s->epoch, arena, &failure))
        note_expectation(&s->outcome, s->program, &failure);
}

/* Of an epoch that ended, or was shut down with work left, whatever differs in it. */
static void look_for_broken(struct run_target *s, const struct observation *seen,
                            const uint32_t *arena)
{
    vrrl_expectation_failure failure;
    bool over = seen->verdict == VRRL_VERDICT_COMPLETE || seen->verdict == VRRL_VERDICT_SHUTDOWN;
    if (over && s->broken.kind == VRRL_DEFECT_NONE &&
        expectations_check(s->program, s->epoch, arena, &failure))
        note_expectation(&s->broken, s->program, &failure);
}

/* ---- Both ------------------------------------------------------------------------------------ */

/* Slots as they are compared where a shutdown left some: one that was left has shown nothing. */
static struct slot_outcome *ended_slots(const struct observation *seen)
{
    struct slot_outcome *slots = malloc((seen->slot_count + (size_t)1) * sizeof *slots);
    for (uint32_t i = 0; slots && i < seen->slot_count; i++) {
        slots[i] = seen->slots[i];
        if (vrrl_status_is_terminal(slots[i].status))
            continue;
        slots[i].status = VRRL_STATUS_PUBLISHED;
        slots[i].result_fold = slots[i].completion_order = 0;
    }
    return slots;
}

/* The reference was shut down with work left: whether this run leaves the same, with the same values. */
static vrrl_code compare_left(struct run_target *s, const struct observation *reference,
                              const struct observation *seen, vrrl_error *err)
{
    struct observation a = *reference, b = *seen;
    vrrl_diff_result diff = {0};
    vrrl_code code = VRRL_OK;
    a.verdict = b.verdict = VRRL_VERDICT_COMPLETE;
    a.slots = ended_slots(reference);
    b.slots = ended_slots(seen);
    code = a.slots && b.slots ? diff_epoch(s->program, &a, &b, &diff, err)
                              : error_no_memory(err, seen->slot_count * sizeof *b.slots);
    if (code == VRRL_OK && diff.difference != VRRL_DIFFERENCE_NONE)
        note_difference(&s->outcome, &diff);
    diff_result_clear(&diff);
    free(a.slots);
    free(b.slots);
    return code;
}

/* The reference did not end. A run that does end, or shuts down as the reference did, is judged by what
 * the program expects alone, and the program ends here: which slots a shutdown leaves depends on the
 * schedule. One that gets stuck fails. Where runs go on, whether that shows is asked, too; and behind an
 * epoch in which the reference got stuck others follow. */
static vrrl_code judge_end(struct run_target *s, const struct observation *reference,
                           const struct observation *seen, const uint32_t *arena, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    bool shut_down = reference->verdict == VRRL_VERDICT_SHUTDOWN;
    bool complete = seen->verdict == VRRL_VERDICT_COMPLETE;
    bool both = shut_down && seen->verdict == VRRL_VERDICT_SHUTDOWN;
    s->over = !complete || !s->goes_on;
    if (!both && !complete) {
        s->outcome.kind = kind_of_stuck(s, seen->verdict);
        note_root(&s->outcome, s->program, s->diff.stuck);
        return VRRL_OK;
    }
    check_expectations(s, arena);
    if (s->goes_on && shut_down && s->outcome.kind == VRRL_DEFECT_NONE)
        code = compare_left(s, reference, seen, err);
    return code;
}

/* Behind the epoch in which the reference got stuck: there is nothing to compare with. */
static vrrl_code judge_beyond(struct run_target *s, const struct observation *seen,
                              const uint32_t *arena, vrrl_error *err)
{
    vrrl_stuck *stuck;
    vrrl_code code = VRRL_OK;
    s->exact = false;
    s->over = seen->verdict != VRRL_VERDICT_COMPLETE;
    if (s->outcome.kind != VRRL_DEFECT_NONE)
        return VRRL_OK;
    if (!s->over || seen->verdict == VRRL_VERDICT_SHUTDOWN) {
        check_expectations(s, arena);
        return VRRL_OK;
    }
    s->outcome.kind = kind_of_stuck(s, seen->verdict);
    code = vrrl_stuck_analyse(&s->on_machine, s->epoch, seen->memory, seen->waiters,
                              seen->waiter_count, &stuck, err);
    if (code != VRRL_OK)
        return code;
    note_root(&s->outcome, s->program, stuck);
    vrrl_stuck_free(stuck);
    return VRRL_OK;
}

/* From the first epoch on in which the reference itself breaks an expectation, its values are no
 * measure: then expectations alone are. */
static bool reference_is_right(const struct run_target *s)
{
    return s->reference_outcome.kind != VRRL_DEFECT_EXPECT || s->epoch < s->reference_outcome.epoch;
}

/* The differences of a run add up, epoch by epoch, to the first that counts. Where it got stuck, roots go by
 * how many queues were on: the reference had all that the program has. */
static vrrl_code compare(struct run_target *s, const struct observation *reference,
                         const struct observation *seen, vrrl_error *err)
{
    vrrl_diff_result none = {0}, *diff = reference_is_right(s) ? &s->diff : &none;
    bool stuck = seen->verdict != VRRL_VERDICT_COMPLETE;
    if (stuck)
        diff = &s->diff;
    vrrl_code code = (s->options.no_pairs ? diff_epoch_alone : diff_epoch)(
        stuck ? &s->on_machine : s->program, reference, seen, diff, err);
    if (diff == &none)
        diff_result_clear(&none);
    s->compared = true;
    return code;
}

/* An epoch behind the one that failed: whether there is another to come. */
static void judge_behind(struct run_target *s, const struct observation *seen)
{
    s->over = seen->verdict != VRRL_VERDICT_COMPLETE;
    s->exact = false;
}

vrrl_code run_target_judge(void *context, vrrl_host *host, const struct observation *seen,
                           vrrl_error *err)
{
    struct run_target *s = context;
    const uint32_t *arena = vrrl_host_arena(host);
    s->verdict = seen->verdict;
    look_for_broken(s, seen, arena);
    if (s->epoch >= s->reference.epoch_count)
        return judge_beyond(s, seen, arena, err);
    if (s->outcome.kind != VRRL_DEFECT_NONE) {
        judge_behind(s, seen);
        return VRRL_OK;
    }
    const struct observation *reference;
    const uint32_t *its_arena;
    vrrl_code code = reference_observation(&s->reference, s->epoch, &reference, err);
    if (!code)
        code = compare(s, reference, seen, err);
    if (code)
        return code;
    diff_finish(&s->diff);
    if (reference->verdict != VRRL_VERDICT_COMPLETE) {
        code = judge_end(s, reference, seen, arena, err);
    } else if (seen->verdict != VRRL_VERDICT_COMPLETE) {
        s->outcome.kind = kind_of_stuck(s, seen->verdict);
        note_root(&s->outcome, s->program, s->diff.stuck);
    } else if (s->diff.difference != VRRL_DIFFERENCE_NONE) {
        note_difference(&s->outcome, &s->diff);
        code = note_store(s, arena, err);
    } else {
        check_expectations(s, arena);
    }
    bool ended = s->goes_on && seen->verdict == VRRL_VERDICT_COMPLETE;
    s->over = s->over || (s->outcome.kind != VRRL_DEFECT_NONE && !ended);
    if (!code)
        code = reference_arena(&s->reference, s->epoch + 1, &its_arena, err);
    s->exact = !code && reference->verdict == VRRL_VERDICT_COMPLETE &&
               memcmp(arena, its_arena, s->program->layout.total_words * sizeof *arena) == 0;
    return code;
}

vrrl_code run_target_judge_reference(struct run_target *s, vrrl_error *err)
{
    vrrl_run_outcome *outcome = &s->reference_outcome;
    const uint32_t e = s->reference.failed;
    const struct observation *seen;
    vrrl_stuck *stuck;
    *outcome = s->outcome;
    if (s->reference.epoch_count > 0)
        outcome->epoch = s->reference.epoch_count - 1;
    if (e == VRRL_NO_INDEX)
        return VRRL_OK;
    outcome->epoch = e;
    vrrl_code code = reference_observation(&s->reference, e, &seen, err);
    if (code)
        return code;
    if (seen->verdict != VRRL_VERDICT_DEADLOCK && seen->verdict != VRRL_VERDICT_HANG) {
        note_expectation(outcome, s->program, reference_expectation(&s->reference, e));
        return VRRL_OK; /* of an end, or of a shutdown with work left */
    }
    outcome->kind = kind_of_stuck(s, seen->verdict);
    code = vrrl_stuck_analyse(s->program, e, seen->memory, seen->waiters, seen->waiter_count,
                              &stuck, err);
    if (code)
        return code;
    note_root(outcome, s->program, stuck);
    vrrl_stuck_free(stuck);
    return VRRL_OK;
}
