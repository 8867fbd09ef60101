#include "diff/epoch.h"

#include "base/error.h"
#include "base/result.h"
#include "diff/flips.h"
#include "diff/slots.h"
#include "diff/words.h"
#include "program/batch_view.h"
#include "run/stuck_host.h"

#include <stdlib.h>
#include <string.h>

static const char *const outcome_names[] = {"same", "diverged", "stuck", "not-known"};
static const char *const difference_names[] = {"none",   "published", "status", "value",
                                               "memory", "debug log", "verdict"};

const char *vrrl_outcome_name(vrrl_outcome outcome)
{
    return outcome_names[outcome];
}

const char *vrrl_difference_name(vrrl_difference difference)
{
    return difference_names[difference];
}

vrrl_diff_result *diff_result_create(vrrl_error *err)
{
    vrrl_diff_result *made = result_create(sizeof *made, err);
    if (made)
        made->slot = VRRL_NO_INDEX;
    return made;
}

void diff_result_clear(vrrl_diff_result *result)
{
    vrrl_stuck_free(result->stuck);
    *result = (vrrl_diff_result){.size = sizeof *result, .slot = VRRL_NO_INDEX};
}

void vrrl_diff_result_free(vrrl_diff_result *result)
{
    if (!result)
        return;
    vrrl_stuck_free(result->stuck);
    free(result);
}

static bool same_slots_published(const struct observation *a, const struct observation *b)
{
    if (a->slot_count != b->slot_count || a->state->page_count != b->state->page_count)
        return false;
    for (uint32_t i = 0; i < a->slot_count; i++)
        if (a->slots[i].index != b->slots[i].index || a->slots[i].opcode != b->slots[i].opcode ||
            a->slots[i].tenant != b->slots[i].tenant)
            return false;
    return true;
}

/* Where the log had no room for all records, which of them it has depends on the order of correct
 * runs: then their number is all that can be compared. */
static bool same_debug_log(const struct observation *a, const struct observation *b,
                           vrrl_diff_result *result)
{
    if (a->debug_written != b->debug_written)
        return false;
    result->debug_records_lost = a->debug_written - a->debug_count;
    return result->debug_records_lost > 0 ||
           (a->debug_count == b->debug_count &&
            (a->debug_count == 0 ||
             memcmp(a->debug, b->debug, a->debug_count * sizeof *a->debug) == 0));
}

static void name_slot(const vrrl_program *program, const struct observation *a,
                      const struct observation *b, uint32_t slot, vrrl_diff_result *result)
{
    result->slot = slot;
    if (slot == VRRL_NO_INDEX)
        return;
    slot_name(program, a->epoch, slot, result->slot_name, sizeof result->slot_name);
    result->opcode = a->slots[slot].opcode;
    result->ring_index = a->slots[slot].index;
    result->status_a = a->slots[slot].status;
    result->status_b = b->slots[slot].status;
    result->result_a = a->slots[slot].result_fold;
    result->result_b = b->slots[slot].result_fold;
}

static vrrl_code find_difference(const vrrl_program *program, const struct observation *a,
                                 const struct observation *b, vrrl_diff_result *result,
                                 vrrl_error *err)
{
    uint32_t slot;
    vrrl_code code = diff_slots(program, a, b, &slot, result, err);
    if (code == VRRL_OK)
        code = diff_words(program, a, b, slot, result, err);
    if (code != VRRL_OK)
        return code;
    name_slot(program, a, b, slot, result);
    if (slot != VRRL_NO_INDEX)
        result->difference = a->slots[slot].status != b->slots[slot].status ? VRRL_DIFFERENCE_STATUS
                                                                            : VRRL_DIFFERENCE_VALUE;
    else if (result->words_differing > 0)
        result->difference = VRRL_DIFFERENCE_MEMORY;
    else if (!same_debug_log(a, b, result))
        result->difference = VRRL_DIFFERENCE_DEBUG_LOG;
    return VRRL_OK;
}

/* Where only one side got stuck, or both, slots that did not end say nothing of values. */
static vrrl_code note_stuck(const vrrl_program *program, const struct observation *a,
                            const struct observation *b, vrrl_diff_result *result, vrrl_error *err)
{
    const struct observation *stuck = b->verdict != VRRL_VERDICT_COMPLETE ? b : a;
    if (a->verdict != b->verdict)
        result->difference = VRRL_DIFFERENCE_VERDICT;
    result->slot = VRRL_NO_INDEX;
    result->epoch = stuck->epoch;
    if (program->host_slots)
        return stuck_of_host(stuck, &result->stuck, err);
    return vrrl_stuck_analyse(program, stuck->epoch, stuck->memory, stuck->waiters,
                              stuck->waiter_count, &result->stuck, err);
}

vrrl_code diff_epoch_alone(const vrrl_program *program, const struct observation *a,
                           const struct observation *b, vrrl_diff_result *result, vrrl_error *err)
{
    result->epochs_compared++;
    result->verdict_a = a->verdict;
    result->verdict_b = b->verdict;
    result->slot = VRRL_NO_INDEX;
    if (!same_slots_published(a, b)) {
        result->epoch = a->epoch;
        result->difference = VRRL_DIFFERENCE_PUBLISHED;
        return VRRL_OK;
    }
    if (a->verdict != VRRL_VERDICT_COMPLETE || b->verdict != VRRL_VERDICT_COMPLETE)
        return note_stuck(program, a, b, result, err);
    vrrl_code code = find_difference(program, a, b, result, err);
    if (code == VRRL_OK && result->difference != VRRL_DIFFERENCE_NONE)
        result->epoch = a->epoch;
    return code;
}

vrrl_code diff_epoch(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, vrrl_diff_result *result, vrrl_error *err)
{
    vrrl_code code = diff_epoch_alone(program, a, b, result, err);
    bool ended = a->verdict == VRRL_VERDICT_COMPLETE && b->verdict == VRRL_VERDICT_COMPLETE;
    if (code == VRRL_OK && ended && result->difference != VRRL_DIFFERENCE_NONE &&
        result->difference != VRRL_DIFFERENCE_PUBLISHED)
        diff_find_flips(program, a, b, result);
    return code;
}

void diff_finish(vrrl_diff_result *result)
{
    if (result->verdict_b != VRRL_VERDICT_COMPLETE ||
        (result->verdict_a != VRRL_VERDICT_COMPLETE && result->verdict_a == result->verdict_b))
        result->outcome = VRRL_OUTCOME_STUCK;
    else if (result->difference != VRRL_DIFFERENCE_NONE)
        result->outcome = VRRL_OUTCOME_DIVERGED;
    else
        result->outcome = result->cut ? VRRL_OUTCOME_UNTOLD : VRRL_OUTCOME_SAME;
}
