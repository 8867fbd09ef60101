#include "engine/reduce.h"

enum { REDUCE_MAX = 64 };

/* A starved lane goes when no other can, and a SHUTDOWN ends all of them: what one lane may do then
 * hangs on every other. A planted bug may do what no body does. */
bool reduce_possible(const struct sched *s)
{
    return s->lane_count <= REDUCE_MAX && s->slot_count <= REDUCE_MAX && !s->may_shut_down &&
           s->options.starved >= s->lane_count && !s->options.mutation.opcode &&
           !s->options.mutation.worker;
}

static bool in_ring(const struct sched *s, uint32_t location)
{
    uint32_t word = s->words[location];
    return word >= s->layout.ring_base && word < s->layout.user_base;
}

static struct effect at_location(const struct sched *s, uint32_t location, bool writes)
{
    return (struct effect){.location = location, .writes = writes, .ring = in_ring(s, location)};
}

/* Whether no slot but this one touches a location at any time, or it is the slot's STATUS. */
static bool is_own(const struct sched *s, uint32_t slot, uint32_t location)
{
    uint64_t others = ~((uint64_t)1 << slot);
    uint32_t word = s->words[location];
    if (in_ring(s, location) || s->met.undeclared || word < VRRL_WORD_OBSERVABLE)
        return word == s->word[slot];
    return !((s->readers[location] | s->writers[location]) & others);
}

/* The oldest store of a lane's buffer. */
static const struct mem_pending *oldest(const struct memory *m, uint32_t thread)
{
    return memory_buffer(m, thread);
}

static struct effect operation_effect(const struct sched *s, const struct sched_state *state,
                                      uint32_t slot, const struct operation *op)
{
    bool fence = op->kind == OPERATION_FENCE;
    struct effect none = {.location = NO_LOCATION, .orders = fence && op->order == ORDER_SEQ_CST};
    /* A slot that its queue had admitted and that goes back blocks those behind it at once. */
    none.ring = s->depth > 1 && op->kind == OPERATION_STORE && in_ring(s, op->location);
    if (fence || (op->kind == OPERATION_STORE && state->memory.buffers_stores))
        return none;
    struct effect e = at_location(s, op->location, op->kind != OPERATION_LOAD);
    e.orders = s->met.orders && !is_own(s, slot, op->location);
    return e;
}

struct effect reduce_effect(const struct sched *s, const struct sched_state *state, uint32_t number,
                            bool drain)
{
    const struct lane *l = &state->lanes[number];
    if (drain)
        return at_location(s, oldest(&state->memory, number)->location, true);
    if (l->slot == NO_SLOT)
        return (struct effect){
            .location = NO_LOCATION, .claims = true, .writes = state->parked_count != 0};
    return operation_effect(s, state, l->slot, &state->tree->ops[l->at]);
}

/* A write may let a parked slot be claimed, or no longer. */
bool reduce_commute(const struct effect *a, const struct effect *b)
{
    if (a->claims || b->claims)
        return !(a->claims && b->claims) && !a->ring && !b->ring && !(a->writes && b->writes);
    if (a->orders && b->orders)
        return false;
    return a->location != b->location || a->location == NO_LOCATION || !(a->writes || b->writes);
}

/* A store of it waits in the buffer of a lane but this one. */
static bool is_buffered(const struct memory *m, uint32_t number, uint32_t location)
{
    for (uint32_t t = 0; t < m->thread_count && m->buffers_stores; t++) {
        for (uint32_t i = 0; t != number && i < m->threads[t].buffered; i++) {
            if (oldest(m, t)[i].location == location)
                return true;
        }
    }
    return false;
}

/* No slot but `slot` that has not ended touches the location in a way that the access would meet. */
static bool is_private(const struct sched *s, const struct sched_state *state, uint32_t number,
                       uint32_t slot, const struct effect *e)
{
    uint32_t word = s->words[e->location];
    uint64_t others = s->met.orders ? ~(uint64_t)0 : state->live;
    if (slot != NO_SLOT)
        others &= ~((uint64_t)1 << slot);
    if (e->ring || word < VRRL_WORD_OBSERVABLE)
        return false;
    uint64_t meets = s->writers[e->location] | (e->writes ? s->readers[e->location] : 0);
    return !(meets & others) && !is_buffered(&state->memory, number, e->location);
}

/* The end of a slot: nobody claims it again, and nobody looks at its STATUS. In a queue it lets others
 * be claimed, and hinders none. */
static bool ends_alone(const struct sched *s, const struct body_node *n)
{
    return (!s->queued || s->race) && !claims_are_limited(s) && !s->met.statuses &&
           vrrl_status_is_terminal(n->ended_as);
}

/* The first claim of what is at the head of a serial queue: no other lane claims it, nothing that others
 * do hinders it, and nobody looks at its STATUS. */
static bool claims_alone(const struct sched *s, const struct sched_state *state, uint32_t number)
{
    if (!s->race || s->depth > 1 || claims_are_limited(s) || s->met.statuses)
        return false;
    uint32_t head = state->queue_head[number];
    return head < s->queue_first[number + 1] &&
           state->slots[s->queue_slots[head]].status == VRRL_STATUS_PUBLISHED;
}

bool reduce_local(const struct sched *s, const struct sched_state *state, uint32_t number,
                  bool drain)
{
    const struct lane *l = &state->lanes[number];
    struct effect e = reduce_effect(s, state, number, drain);
    if (s->met.undeclared)
        return false;
    if (drain && e.ring)
        return !s->queued && !claims_are_limited(s) && !s->met.statuses &&
               vrrl_status_is_terminal(oldest(&state->memory, number)->value);
    if (drain)
        return is_private(s, state, number, NO_SLOT, &e);
    if (l->slot == NO_SLOT)
        return claims_alone(s, state, number);
    const struct operation *op = &state->tree->ops[l->at];
    if (op->word == s->word[l->slot] && op->kind == OPERATION_STORE)
        return ends_alone(s, &state->tree->nodes[l->node]);
    if (e.orders && state->memory.orders)
        return false;
    return e.location == NO_LOCATION || is_private(s, state, number, l->slot, &e);
}

/* No slot of a pool is left to be claimed, nor comes back. */
static bool all_claimed(const struct sched *s, const struct sched_state *state)
{
    if (state->open_count || state->parked_count || s->met.counters)
        return false;
    for (uint32_t i = 0; i < s->lane_count; i++) {
        const struct lane *l = &state->lanes[i];
        if (l->slot != NO_SLOT && !lane_ready(state, l))
            return false;
    }
    return true;
}

bool reduce_count(const struct sched *s, const struct sched_state *state, uint32_t number)
{
    uint32_t slot = state->lanes[number].slot;
    if (!s->met.fences || slot == NO_SLOT)
        return true;
    if (!s->queued)
        return all_claimed(s, state);
    if (s->own_threads)
        return true; /* nothing comes after it in its thread */
    uint32_t queue = s->queue_of[slot];
    return s->depth == 1 && s->queue_slots[s->queue_first[queue + 1] - 1] == slot;
}

void reduce_done(const struct sched *s, struct sched_state *state)
{
    bool none = !s->queued && all_claimed(s, state);
    for (uint32_t i = 0; i < s->lane_count; i++) {
        uint32_t q = s->queued ? i / s->depth : 0;
        bool over = s->queued ? state->queue_head[q] == s->queue_first[q + 1] : none;
        state->memory.threads[i].done = state->lanes[i].slot == NO_SLOT && over;
    }
}
