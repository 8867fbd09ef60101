#include "host/observation.h"

#include "base/array.h"
#include "base/atomics.h"

#include <stdlib.h>
#include <string.h>

vrrl_code observer_create(struct observer *observer, struct observed_state *state,
                          uint32_t ring_slots, vrrl_error *err)
{
    *observer = (struct observer){.state = *state};
    *state = (struct observed_state){0};
    observer->position_of = calloc(ring_slots, sizeof *observer->position_of);
    if (!observer->position_of) {
        observer_free(observer);
        return error_no_memory(err, ring_slots * sizeof *observer->position_of);
    }
    return VRRL_OK;
}

void observer_free(struct observer *observer)
{
    state_free(&observer->state);
    free(observer->position_of);
    free(observer->observation.slots);
    free(observer->observation.debug);
    free(observer->observation.waiters);
    *observer = (struct observer){0};
}

vrrl_code observer_reserve(struct observer *observer, uint32_t slots, uint32_t debug,
                           uint32_t waiters, vrrl_error *err)
{
    struct observation *o = &observer->observation;
    vrrl_code code = array_room(o->slots, 0, observer->slot_room, slots, err);
    if (code == VRRL_OK)
        code = array_room(o->debug, 0, observer->debug_room, debug, err);
    if (code == VRRL_OK)
        code = array_room(o->waiters, 0, observer->waiter_room, waiters, err);
    return code;
}

void observer_next_epoch(struct observer *observer)
{
    struct observation *o = &observer->observation;
    o->slot_count = o->debug_count = o->debug_written = o->waiter_count = 0;
}

vrrl_code observer_publish(struct observer *observer, uint32_t epoch, uint32_t index,
                           uint32_t queue, const uint32_t *words, vrrl_error *err)
{
    struct observation *o = &observer->observation;
    vrrl_code code = array_room(o->slots, o->slot_count, observer->slot_room, 1, err);
    if (code != VRRL_OK)
        return code;
    o->epoch = epoch;
    observer->position_of[index] = o->slot_count;
    o->slots[o->slot_count++] = (struct slot_outcome){.index = index,
                                                      .opcode = words[VRRL_SLOT_OPCODE],
                                                      .tenant = words[VRRL_SLOT_TENANT],
                                                      .status = VRRL_STATUS_PUBLISHED,
                                                      .worker = queue};
    return VRRL_OK;
}

void observer_complete(struct observer *observer, uint32_t index, const uint32_t *words,
                       const vrrl_ticket *ticket)
{
    struct slot_outcome *slot = &observer->observation.slots[observer->position_of[index]];
    slot->status = words[VRRL_SLOT_STATUS];
    slot->worker = ticket->worker;
    slot->claim_order = ticket->claim_order;
    slot->completion_order = ticket->completion_order;
    slot->result_fold = ticket->result_fold;
    slot->order_fold = ticket->order_fold;
    slot->claimed_after = ticket->claimed_after;
}

static int by_words(const void *a, const void *b)
{
    const struct debug_record *left = a, *right = b;
    for (size_t i = 0; i < VRRL_DEBUG_RECORD_WORDS; i++)
        if (left->words[i] != right->words[i])
            return left->words[i] < right->words[i] ? -1 : 1;
    return 0;
}

void observation_sort_debug(struct observation *observation)
{
    if (observation->debug_count > 1)
        qsort(observation->debug, observation->debug_count, sizeof *observation->debug, by_words);
}

static vrrl_code observe_debug_log(struct observer *observer, vrrl_host *host, vrrl_error *err)
{
    struct observation *o = &observer->observation;
    uint32_t room = vrrl_host_machine(host)->geometry.debug_records;
    if (room == 0)
        return VRRL_OK;
    const uint32_t *log = vrrl_host_arena(host) + vrrl_host_layout(host)->debug_base;
    /* Once: a hang leaves workers that may still write. */
    o->debug_written = load_relaxed(&log[0]);
    o->debug_count = o->debug_written < room ? o->debug_written : room;
    vrrl_code code = array_room(o->debug, 0, observer->debug_room, o->debug_count, err);
    if (code != VRRL_OK)
        return code;
    if (o->debug_count > 0)
        memcpy(o->debug, log + 1, o->debug_count * sizeof *o->debug);
    observation_sort_debug(o);
    return VRRL_OK;
}

vrrl_code observer_observe(struct observer *observer, vrrl_host *host,
                           const vrrl_epoch_result *result, vrrl_error *err)
{
    struct observation *o = &observer->observation;
    o->epoch = result->epoch;
    o->verdict = result->verdict;
    o->state = &observer->state;
    /* A hang leaves workers running: their memory is taken as it is, and the verdict says so. */
    vrrl_code code = VRRL_OK;
    if (!observer->slots_only) {
        state_update(&observer->state, vrrl_host_arena(host));
        code = observe_debug_log(observer, host, err);
    }
    if (code == VRRL_OK)
        code = array_room(o->waiters, 0, observer->waiter_room, result->waiter_count, err);
    if (code != VRRL_OK)
        return code;
    o->waiter_count = result->waiter_count;
    o->memory = result->verdict == VRRL_VERDICT_DEADLOCK ? vrrl_host_arena(host) : NULL;
    for (uint32_t i = 0; i < result->waiter_count; i++) {
        o->waiters[i] = result->waiters[i];
        o->slots[observer->position_of[result->waiters[i].index]].status =
            result->waiters[i].status;
    }
    return VRRL_OK;
}
