/* One epoch: slots first, then memory, then the debug log, then how it ended. */
#include "diff/diff.h"

#include "base/error.h"
#include "programs/batch_view.h"

#include <string.h>

static const char *const outcome_names[] = {"same", "diverged", "stuck"};
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

void vrrl_diff_result_free(vrrl_diff_result *result)
{
    vrrl_stuck_free(&result->stuck);
}

static bool slot_differs(const struct slot_outcome *a, const struct slot_outcome *b)
{
    return a->status != b->status || a->result_fold != b->result_fold;
}

/* Earlier in the order in which side B ended its slots; those that did not end come last, in
 * publish order. */
static bool ends_before(const struct slot_outcome *x, const struct slot_outcome *y)
{
    if (x->completion_order == 0 || y->completion_order == 0)
        return x->completion_order != 0;
    return x->completion_order < y->completion_order;
}

/* The divergent slot: the first, in side B's order, of those that differ. The fence is none. */
static uint32_t first_differing(const struct observation *a, const struct observation *b,
                                vrrl_diff_result *result)
{
    uint32_t first = VRRL_NO_INDEX;
    for (uint32_t i = 0; i + 1 < a->slot_count; i++) {
        result->slots_compared++;
        if (slot_differs(&a->slots[i], &b->slots[i])) {
            result->slots_differing++;
            if (first == VRRL_NO_INDEX || ends_before(&b->slots[i], &b->slots[first]))
                first = i;
        } else if (a->slots[i].order_fold != b->slots[i].order_fold) {
            result->order_only_slots++;
        }
    }
    return first;
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

static bool same_debug_log(const struct observation *a, const struct observation *b)
{
    return a->debug_written == b->debug_written && a->debug_count == b->debug_count &&
           (a->debug_count == 0 ||
            memcmp(a->debug, b->debug, a->debug_count * sizeof *a->debug) == 0);
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

/* A slot's result may differ and still be tolerated, where it only feeds tolerated regions: then
 * nothing that counts differs in memory either. */
static bool only_tolerated(const struct observation *a, const struct observation *b, uint32_t slot,
                           const vrrl_diff_result *result)
{
    return slot != VRRL_NO_INDEX && a->slots[slot].status == b->slots[slot].status &&
           result->words_differing == 0 && result->tolerated_words > 0;
}

static vrrl_difference find_difference(const vrrl_program *program, const struct observation *a,
                                       const struct observation *b, vrrl_diff_result *result)
{
    uint32_t slot = first_differing(a, b, result);
    diff_words(program, a, b, slot, result);
    if (only_tolerated(a, b, slot, result)) {
        result->slots_differing = 0;
        slot = VRRL_NO_INDEX;
    }
    name_slot(program, a, b, slot, result);
    if (slot != VRRL_NO_INDEX)
        return a->slots[slot].status != b->slots[slot].status ? VRRL_DIFFERENCE_STATUS
                                                              : VRRL_DIFFERENCE_VALUE;
    if (result->words_differing > 0)
        return VRRL_DIFFERENCE_MEMORY;
    return same_debug_log(a, b) ? VRRL_DIFFERENCE_NONE : VRRL_DIFFERENCE_DEBUG_LOG;
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
    return vrrl_stuck_analyse(program, stuck->epoch, stuck->waiters, stuck->waiter_count,
                              &result->stuck, err);
}

vrrl_code diff_epoch(const vrrl_program *program, const struct observation *a,
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
    result->difference = find_difference(program, a, b, result);
    if (result->difference != VRRL_DIFFERENCE_NONE) {
        result->epoch = a->epoch;
        diff_find_flips(program, a, b, result);
    }
    return VRRL_OK;
}

void diff_finish(vrrl_diff_result *result)
{
    if (result->verdict_b != VRRL_VERDICT_COMPLETE ||
        (result->verdict_a != VRRL_VERDICT_COMPLETE && result->verdict_a == result->verdict_b))
        result->outcome = VRRL_STUCK;
    else if (result->difference != VRRL_DIFFERENCE_NONE)
        result->outcome = VRRL_DIVERGED;
    else
        result->outcome = VRRL_SAME;
}
