/* Who may run: slots become ready, are parked, and are admitted by their queues. */
#include "engine/slot_front.h"

#include "base/error.h"
#include "engine/slot_state.h"

#include <string.h>

/* ---- Ready or parked ------------------------------------------------------------------------- */

static void make_ready(struct slot_engine *e, uint32_t position)
{
    e->front.ready[e->front.ready_count++] =
        (struct chooser_lane){.lane = position, .slot = position, .options = 1};
}

/* What a word holds, as gates count: a STATUS is 1 where it is terminal. */
static uint32_t value_of(const struct slot_engine *e, uint32_t word)
{
    uint32_t found = e->arena[word];
    if (word < e->layout.ring_base || word >= e->layout.user_base)
        return found;
    return vrrl_status_is_terminal(found);
}

static void note_goal(struct slot_engine *e, uint32_t position, uint64_t wanted)
{
    const op_env *env = &e->env.env;
    e->goals.list[e->goals.count++] =
        (struct slot_goal){position, env->goal_word, env->goal_value, env->wait_word, wanted};
}

static void forget_goal(struct slot_engine *e, uint32_t position)
{
    for (uint32_t i = 0; i < e->goals.count; i++)
        if (e->goals.list[i].position == position)
            e->goals.list[i--] = e->goals.list[--e->goals.count];
}

/* Where no value of its word is as large as what it wants, only another goal lets it go on. */
static void park(struct slot_engine *e, uint32_t position)
{
    const op_env *env = &e->env.env;
    e->front.does[position] = SLOT_PARKED;
    uint64_t wanted = env->wait_value ? env->wait_value : 1;
    vrrl_code code = VRRL_OK;
    if (env->goal_word != VRRL_NO_INDEX)
        note_goal(e, position, wanted);
    if (wanted <= UINT32_MAX)
        code = slot_parking_add(&e->parking, position, env->wait_word, (uint32_t)wanted, NULL);
    op_watched_write(&e->env.env, e->word[position], VRRL_STATUS_REQUEUE);
    if (code != VRRL_OK)
        e->failed = code;
}

/* True where the slot could run now; else it has been parked. One that will FAULT can run. */
static bool look_at(struct slot_engine *e, uint32_t position)
{
    op_env *env = &e->env.env;
    uint32_t word = e->word[position], argc = e->machine.geometry.slot_words - OP_SLOT_ARGS;
    op_env_reset(env);
    uint32_t status = slot_is_checked(e, position) ? op_ready(env, e->arena[word + OP_SLOT_OPCODE],
                                                              word + OP_SLOT_ARGS, argc)
                                                   : op_admit(env, word);
    if (status != OP_REQUEUE)
        return true;
    park(e, position);
    return false;
}

/* ---- Queues ---------------------------------------------------------------------------------- */

static bool is_resident(const struct slot_engine *e, const struct slot_queue *queue)
{
    return !e->machine.model.resident ||
           queue->rank < e->machine.model.resident + e->queues_finished;
}

static void admit_next(struct slot_engine *e, struct slot_queue *queue)
{
    uint32_t position = e->queue_slots[queue->next];
    make_ready(e, position);
    e->front.does[position] = SLOT_IN_FLIGHT;
    queue->in_flight++;
    while (queue->next < queue->end && e->front.does[e->queue_slots[queue->next]] >= SLOT_IN_FLIGHT)
        queue->next++;
    queue->is_blocked =
        queue->next < queue->end && e->front.does[e->queue_slots[queue->next]] == SLOT_PARKED;
}

static void admit(struct slot_engine *e, struct slot_queue *queue)
{
    while (queue->next < queue->end && queue->in_flight < e->depth && !queue->is_blocked &&
           is_resident(e, queue)) {
        if (look_at(e, e->queue_slots[queue->next]))
            admit_next(e, queue);
        else
            queue->is_blocked = true;
    }
}

static struct slot_queue *queue_of(const struct slot_engine *e, uint32_t position)
{
    return &e->front.queues[e->queue_of[position]];
}

static void finish_queue(struct slot_engine *e)
{
    uint32_t next = e->machine.model.resident + e->queues_finished++;
    if (e->machine.model.resident && next < e->queue_count)
        admit(e, &e->front.queues[e->queues_by_rank[next]]);
}

void slot_front_put_back(struct slot_engine *e, uint32_t position)
{
    park(e, position);
    if (!e->depth)
        return;
    struct slot_queue *queue = queue_of(e, position);
    uint32_t at = queue->first;
    while (e->queue_slots[at] != position)
        at++;
    queue->in_flight--;
    if (at < queue->next) {
        queue->next = at;
        queue->is_blocked = true;
    }
}

void slot_front_ended(struct slot_engine *e, uint32_t position)
{
    if (!e->depth)
        return;
    struct slot_queue *queue = queue_of(e, position);
    e->front.does[position] = SLOT_ENDED;
    queue->in_flight--;
    if (--queue->left == 0)
        finish_queue(e);
    else
        admit(e, queue);
}

static vrrl_code count_queues(struct slot_engine *e, vrrl_error *err)
{
    uint32_t queues = e->machine.model.queues;
    memset(e->front.queues, 0, queues * sizeof *e->front.queues);
    for (uint32_t i = 0; i < e->count; i++) {
        uint32_t q = e->queue_of[i];
        if (q >= queues)
            return error_set(err, VRRL_REFUSED, "Fix: name a queue that the machine has.",
                             "slot %u of the batch is for queue %u of %u", i, q, queues);
        e->front.queues[q].left++;
    }
    return VRRL_OK;
}

vrrl_code slot_queues_place(struct slot_engine *e, vrrl_error *err)
{
    uint32_t queues = e->machine.model.queues, at = 0;
    vrrl_code code = count_queues(e, err);
    e->queue_count = 0;
    for (uint32_t q = 0; code == VRRL_OK && q < queues; q++) {
        struct slot_queue *queue = &e->front.queues[q];
        queue->first = queue->next = queue->end = at;
        at += queue->left;
        if (queue->left == 0)
            continue;
        queue->rank = e->queue_count;
        e->queues_by_rank[e->queue_count++] = q;
    }
    for (uint32_t i = 0; code == VRRL_OK && i < e->count; i++) {
        struct slot_queue *queue = queue_of(e, i);
        e->queue_slots[queue->end++] = i;
    }
    return code;
}

/* ---- A run ----------------------------------------------------------------------------------- */

void slot_front_sync(struct slot_engine *e)
{
    for (uint32_t i = 0; i < e->parking.watch_count; i++)
        slot_parking_sync(&e->parking.watches[i], value_of(e, e->parking.watches[i].word));
}

void slot_front_begin(struct slot_engine *e)
{
    slot_parking_clear(&e->parking);
    e->goals.count = 0;
    slot_front_sync(e);
    e->front.ready_count = 0;
    e->queues_finished = 0;
    memset(e->front.does, SLOT_LEFT, e->count);
    for (uint32_t i = 0; e->depth && i < e->queue_count; i++)
        admit(e, &e->front.queues[e->queues_by_rank[i]]);
    for (uint32_t i = 0; !e->depth && i < e->count; i++)
        if (look_at(e, i))
            make_ready(e, i);
}

/* A parked slot's word has come to what it wanted; there may be more that it waits for. */
static void wake(struct slot_engine *e, uint32_t position)
{
    e->front.does[position] = SLOT_LEFT;
    if (!e->depth) {
        if (look_at(e, position))
            make_ready(e, position);
        return;
    }
    struct slot_queue *queue = queue_of(e, position);
    if (e->queue_slots[queue->next] != position)
        return; /* one before it went back: it is looked at when its turn comes */
    queue->is_blocked = false;
    admit(e, queue);
}

/* A goal has changed: what the slot waits for now, another look tells. */
static void follow_goals(struct slot_engine *e)
{
    for (uint32_t i = 0; i < e->goals.count;) {
        struct slot_goal goal = e->goals.list[i];
        if (e->arena[goal.goal_word] == goal.goal_value) {
            i++;
            continue;
        }
        e->goals.list[i] = e->goals.list[--e->goals.count];
        if (goal.wait_value <= UINT32_MAX)
            slot_parking_remove(&e->parking, goal.position, goal.wait_word,
                                (uint32_t)goal.wait_value);
        wake(e, goal.position);
    }
}

void slot_front_follow(struct slot_engine *e)
{
    struct slot_parking *p = &e->parking;
    follow_goals(e);
    for (uint32_t watch; (watch = slot_parking_next(p)) != VRRL_NO_INDEX;) {
        uint32_t value = value_of(e, p->watches[watch].word), first;
        while (slot_parking_open(p, watch, value, &first)) {
            while (first != VRRL_NO_INDEX) {
                uint32_t position = first;
                first = p->next[position];
                forget_goal(e, position);
                wake(e, position);
            }
        }
    }
}
