/* Which slots a lane may claim. */
#include "engine/claims.h"

#include "base/array.h"
#include "engine/machine.h"
#include "engine/state.h"

static void set_bit(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= (uint64_t)1 << i % 64;
}

/* How many bits are set. Without -mpopcnt the builtin is a call of the compiler's library, which is slower. */
static inline uint32_t count_bits(uint64_t bits)
{
    bits -= bits >> 1 & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (uint32_t)(bits * 0x0101010101010101u >> 56);
}

static uint32_t groups_of(const struct sched *s)
{
    return (s->slot_count + 63) / 64;
}

/* ---- Who waits for what ----------------------------------------------------------------------- */

static uint32_t watched_bit(uint32_t word)
{
    return word * 0x9E3779B9u >> 22;
}

bool claims_locations(struct sched_state *state, uint32_t count)
{
    uint32_t room = state->waiter_room;
    if (count <= room)
        return true;
    room = count < 2 * room ? 2 * room : count;
    if (!array_resize_zeroed(&state->waiters, state->waiter_room, room, sizeof *state->waiters))
        return false;
    state->waiter_room = room;
    return true;
}

static void forget_waiters(struct sched_state *state)
{
    if (state->parked_count)
        memset(state->waiters, 0, state->waiter_room * sizeof *state->waiters);
}

void claims_copy_waiters(struct sched_state *to, const struct sched_state *from)
{
    forget_waiters(to);
    if (from->parked_count)
        memcpy(to->waiters, from->waiters, from->waiter_room * sizeof *to->waiters);
}

static struct claim_waiters *waiters_of(struct sched *s, struct sched_state *state, uint32_t word)
{
    if (word >= s->layout.total_words)
        return NULL;
    if (!s->location[word]) {
        sched_location(s, word);
        know_locations(s, state);
    }
    return state->exhausted ? NULL : &state->waiters[s->location[word] - 1];
}

static void watch(struct sched *s, struct sched_state *state, uint32_t position, uint32_t word)
{
    struct claim_waiters *waiters = waiters_of(s, state, word);
    if (!waiters)
        return;
    set_bit(state->groups[position / 64].watched, watched_bit(word));
    waiters->count++;
    waiters->sum += position;
}

static void unwatch(struct sched *s, struct sched_state *state, uint32_t position, uint32_t word)
{
    struct claim_waiters *waiters = waiters_of(s, state, word);
    if (!waiters)
        return;
    waiters->count--;
    waiters->sum -= position;
}

/* Each word that a parked slot waits for; under tso its last STATUS may still be in a buffer. */
static inline void for_each_watched(struct sched *s, struct sched_state *state, uint32_t position,
                                    void (*does)(struct sched *, struct sched_state *, uint32_t,
                                                 uint32_t))
{
    const struct sched_slot *slot = &state->slots[position];
    does(s, state, position, slot->wait_word);
    does(s, state, position, slot->goal_word);
    if (state->memory.buffers_stores)
        does(s, state, position, s->word[position]);
}

/* Nothing of a group is parked any more. */
static void watch_none_in(struct claim_group *group)
{
    group->least = UINT32_MAX;
    group->most = 0;
    memset(group->watched, 0, sizeof group->watched);
}

/* ---- A run ------------------------------------------------------------------------------------ */

/* The first so many queues that are not finished are on. */
static void find_queues_on(const struct sched *s, struct sched_state *state)
{
    uint32_t queues = s->machine.model.queues, on = 0, q = 0;
    for (; q < queues && (!s->resident || on < s->resident); q++)
        on += state->queue_head[q] < s->queue_first[q + 1];
    state->queues_on = q;
}

void claims_reset(const struct sched *s, struct sched_state *state)
{
    uint32_t groups = groups_of(s);
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t left = s->slot_count - g * 64;
        struct claim_group *group = &state->groups[g];
        if (group->parked)
            memset(group, 0, sizeof *group);
        group->open = ~(uint64_t)0;
        group->able = 0;
        group->least = UINT32_MAX;
        if (g % CLAIM_BLOCK == 0)
            state->count_in[g / CLAIM_BLOCK] = left < CLAIM_BLOCK * 64 ? left : CLAIM_BLOCK * 64;
    }
    if (s->slot_count % 64)
        state->groups[groups - 1].open = ((uint64_t)1 << s->slot_count % 64) - 1;
    forget_waiters(state);
    state->open_count = s->slot_count;
    state->parked_count = state->able_count = 0;
    state->in_flight = 0;
    claims_all_changed(s, state);
    if (!s->queued)
        return;
    memcpy(state->queue_head, s->queue_first, s->machine.model.queues * sizeof *state->queue_head);
    find_queues_on(s, state);
}

static void set_able(struct sched_state *state, uint32_t number, uint64_t able)
{
    struct claim_group *group = &state->groups[number];
    if (able == group->able)
        return;
    uint32_t before = count_bits(group->able);
    uint32_t after = count_bits(able);
    group->able = able;
    state->able_count += after - before;
    state->count_in[number / CLAIM_BLOCK] += after - before;
}

/* Where slots in flight are counted, one that begins or ends may stop, or let go, any lane. */
static void queue_changed(const struct sched *s, struct sched_state *state, uint32_t position)
{
    state->idle_stale = true;
    if (s->queued && claims_are_limited(s))
        claims_all_changed(s, state);
    else if (s->queued)
        claims_queue_changed(state, s->queue_of[position]);
}

/* Whether it is parked must be found again, or whether it can be claimed. */
static void slot_changed(struct sched_state *state, uint32_t position)
{
    set_bit(state->stale, position / 64);
    state->groups[position / 64].stale |= (uint64_t)1 << position % 64;
}

void claims_take(struct sched *s, struct sched_state *state, uint32_t position)
{
    struct sched_slot *slot = &state->slots[position];
    struct claim_group *group = &state->groups[position / 64];
    uint64_t bit = (uint64_t)1 << position % 64;
    if (slot->status == VRRL_STATUS_PUBLISHED) {
        group->open &= ~bit;
        state->open_count--;
        state->count_in[position / 64 / CLAIM_BLOCK]--;
    } else {
        group->parked &= ~bit;
        state->parked_count--;
        for_each_watched(s, state, position, unwatch);
        if (group->able & bit)
            set_able(state, position / 64, group->able & ~bit);
        if (group->parked == 0)
            watch_none_in(group);
    }
    slot->status = VRRL_STATUS_CLAIMED;
    state->in_flight++;
    queue_changed(s, state, position);
}

static void advance_queue(const struct sched *s, struct sched_state *state, uint32_t q)
{
    uint32_t *head = &state->queue_head[q];
    while (*head < s->queue_first[q + 1] &&
           vrrl_status_is_terminal(state->slots[s->queue_slots[*head]].status))
        ++*head;
    if (*head < s->queue_first[q + 1] || !s->resident)
        return;
    const uint32_t before = state->queues_on;
    find_queues_on(s, state);
    for (uint32_t on = before; on < state->queues_on; on++)
        claims_queue_changed(state, on);
}

void claims_give(struct sched *s, struct sched_state *state, uint32_t position)
{
    const struct sched_slot *slot = &state->slots[position];
    state->in_flight--;
    queue_changed(s, state, position);
    if (!vrrl_status_is_terminal(slot->status)) {
        struct claim_group *group = &state->groups[position / 64];
        group->parked |= (uint64_t)1 << position % 64;
        slot_changed(state, position);
        state->parked_count++;
        for_each_watched(s, state, position, watch);
        return;
    }
    if (position < 64)
        state->live &= ~((uint64_t)1 << position);
    if (s->queued)
        advance_queue(s, state, s->queue_of[position]);
}

/* ---- What has changed ------------------------------------------------------------------------ */

void claims_all_changed(const struct sched *s, struct sched_state *state)
{
    uint32_t groups = s->queued ? 0 : groups_of(s);
    state->idle_stale = true;
    if (s->queued)
        memset(state->queue_stale, 0xFF,
               (s->machine.model.queues + 63) / 64 * sizeof *state->queue_stale);
    else
        memset(state->stale, 0xFF, (groups + 63) / 64 * sizeof *state->stale);
    for (uint32_t g = 0; g < groups; g++)
        state->groups[g].stale = ~(uint64_t)0;
}

/* Whether what a word holds now may let a parked slot go on that could not, or hold one that could. Slots
 * wait for a STATUS otherwise than for a value, and under tso for their own. */
static bool concerns(const struct sched *s, const struct sched_state *state, uint32_t position,
                     uint32_t word, uint32_t value)
{
    const struct sched_slot *slot = &state->slots[position];
    bool able = state->groups[position / 64].able >> position % 64 & 1;
    if (slot->goal_word == word || (state->memory.buffers_stores && s->word[position] == word))
        return true;
    if (slot->wait_word != word)
        return false;
    return s->queued || !slot->wait_value || slot->goal_word != VRRL_NO_INDEX ||
           able != (value >= slot->wait_value);
}

static void tell_slot(const struct sched *s, struct sched_state *state, uint32_t position,
                      uint32_t word, uint32_t value)
{
    if (!concerns(s, state, position, word, value))
        return;
    slot_changed(state, position);
    if (s->queued)
        claims_queue_changed(state, s->queue_of[position]);
}

static void tell_group(const struct sched *s, struct sched_state *state, uint32_t number,
                       uint32_t word, uint32_t value)
{
    for (uint64_t left = state->groups[number].parked; left; left &= left - 1)
        tell_slot(s, state, number * 64 + (uint32_t)__builtin_ctzll(left), word, value);
}

void claims_changed(const struct sched *s, struct sched_state *state, uint32_t word)
{
    const struct claim_waiters *waiters = &state->waiters[s->location[word] - 1];
    uint32_t bit = watched_bit(word), groups = waiters->count > 1 ? groups_of(s) : 0;
    uint32_t value = memory_final(&state->memory, s->location[word] - 1);
    bool is_status = word >= s->layout.ring_base && word < s->layout.user_base;
    state->idle_stale = true;
    if (waiters->count == 1)
        tell_slot(s, state, waiters->sum, word, value);
    for (uint32_t g = 0; g < groups; g++) {
        const struct claim_group *group = &state->groups[g];
        bool passes = !s->queued && !is_status && value < group->least && value >= group->most;
        if (!passes && (group->watched[bit / 64] >> bit % 64 & 1))
            tell_group(s, state, g, word, value);
    }
}

/* ---- What waits ----------------------------------------------------------------------------- */

/* Value that others see once nothing is on its way. */
static uint32_t value_of(struct sched *s, struct sched_state *state, uint32_t word)
{
    uint32_t location = sched_location(s, word);
    know_locations(s, state);
    return state->exhausted ? 0 : memory_final(&state->memory, location);
}

bool claims_unmet(struct sched *s, struct sched_state *state, const struct sched_slot *slot)
{
    if (slot->wait_word >= s->layout.total_words)
        return slot->status == VRRL_STATUS_REQUEUE;
    uint32_t found = value_of(s, state, slot->wait_word);
    return slot->wait_value ? found < slot->wait_value : !vrrl_status_is_terminal(found);
}

/* An attempt that reads another goal may want less. */
static bool goal_changed(struct sched *s, struct sched_state *state, const struct sched_slot *slot)
{
    return slot->goal_word != VRRL_NO_INDEX &&
           value_of(s, state, slot->goal_word) != slot->goal_value;
}

static bool still_waits(struct sched *s, struct sched_state *state, const struct sched_slot *slot)
{
    return claims_unmet(s, state, slot) && !goal_changed(s, state, slot);
}

static bool claimable(struct sched *s, struct sched_state *state, uint32_t position)
{
    const struct sched_slot *slot = &state->slots[position];
    if (slot->status == VRRL_STATUS_PUBLISHED)
        return true;
    /* Its last STATUS may still be in a buffer (tso). */
    return slot->status != VRRL_STATUS_WAIT_IO &&
           memory_final(&state->memory, s->status[position]) == slot->status &&
           !still_waits(s, state, slot);
}

/* ---- Queues --------------------------------------------------------------------------------- */

static uint32_t queue_claim(struct sched *s, struct sched_state *state, uint32_t q)
{
    if (q >= state->queues_on)
        return NO_SLOT;
    for (uint32_t i = state->queue_head[q]; i < s->queue_first[q + 1]; i++) {
        uint32_t position = s->queue_slots[i];
        const struct sched_slot *slot = &state->slots[position];
        if (vrrl_status_is_terminal(slot->status))
            continue;
        if (slot->status != VRRL_STATUS_CLAIMED)
            return claimable(s, state, position) ? position : NO_SLOT;
        if (!lane_admitted(state, &state->lanes[slot->lane]))
            return NO_SLOT; /* it may not be ready, and then it blocks those behind it */
    }
    return NO_SLOT;
}

/* ---- A pool --------------------------------------------------------------------------------- */

/* Which values change what slots can do. One that waits for a STATUS, or that another goal may let go on,
 * is changed by any. */
static void find_bounds(const struct sched_state *state, struct claim_group *group, uint32_t first)
{
    group->least = UINT32_MAX;
    group->most = 0;
    for (uint64_t left = group->parked; left; left &= left - 1) {
        uint32_t bit = (uint32_t)__builtin_ctzll(left);
        const struct sched_slot *slot = &state->slots[first + bit];
        bool by_value = slot->wait_value && slot->goal_word == VRRL_NO_INDEX;
        uint32_t least = by_value ? (uint32_t)slot->wait_value : 0;
        uint32_t most = by_value ? least : UINT32_MAX;
        if (!(group->able >> bit & 1))
            group->least = least < group->least ? least : group->least;
        else
            group->most = most > group->most ? most : group->most;
    }
}

static void find_able_in(struct sched *s, struct sched_state *state, uint32_t number)
{
    struct claim_group *group = &state->groups[number];
    uint64_t stale = group->stale, found = group->able & ~stale;
    group->stale = 0;
    for (uint64_t left = group->parked & stale; left; left &= left - 1) {
        uint32_t bit = (uint32_t)__builtin_ctzll(left);
        if (claimable(s, state, number * 64 + bit))
            found |= (uint64_t)1 << bit;
    }
    set_able(state, number, found);
    find_bounds(state, group, number * 64);
}

/* Of the groups in which something may have changed. */
static void find_able(struct sched *s, struct sched_state *state)
{
    if (state->parked_count == 0) /* none is able: a slot that is claimed is no longer */
        return;
    for (uint32_t w = 0; w < (groups_of(s) + 63) / 64; w++) {
        for (uint64_t left = state->stale[w]; left; left &= left - 1) {
            uint32_t group = w * 64 + (uint32_t)__builtin_ctzll(left);
            if (group >= groups_of(s))
                break;
            find_able_in(s, state, group);
        }
        state->stale[w] = 0;
    }
}

static uint64_t claimable_in(const struct sched_state *state, uint32_t group)
{
    return state->groups[group].open | state->groups[group].able;
}

static uint32_t pool_count(struct sched *s, struct sched_state *state)
{
    find_able(s, state);
    uint32_t count = state->open_count + state->able_count;
    return s->machine.claim == VRRL_CLAIM_SCAN ? count > 0 : count;
}

/* Blocks of groups are passed over: the first group of those that are left, and how many can be claimed
 * before it. No block is that has more than `most`, or group `end` in it. */
static uint32_t pass_blocks(const struct sched_state *state, uint32_t end, uint32_t most,
                            uint32_t *before)
{
    uint32_t block = 0;
    *before = 0;
    while ((block + 1) * CLAIM_BLOCK <= end && *before + state->count_in[block] <= most)
        *before += state->count_in[block++];
    return block * CLAIM_BLOCK;
}

static uint32_t pool_at(struct sched *s, struct sched_state *state, uint32_t option)
{
    uint32_t groups = groups_of(s), before;
    find_able(s, state);
    uint32_t first = pass_blocks(state, groups, option, &before);
    option -= before;
    for (uint32_t g = first; g < groups; g++) {
        uint64_t found = claimable_in(state, g);
        uint32_t count = g + 1 < groups ? count_bits(found) : UINT32_MAX;
        if (option >= count) {
            option -= count;
            continue;
        }
        while (option--)
            found &= found - 1;
        return g * 64 + (uint32_t)__builtin_ctzll(found);
    }
    return NO_SLOT;
}

/* pool_at of the first `count` options, in one pass. */
static void pool_list(struct sched *s, struct sched_state *state, uint32_t count, uint32_t *slots)
{
    uint32_t listed = 0;
    find_able(s, state);
    for (uint32_t g = 0; listed < count && g < groups_of(s); g++) {
        uint64_t found = claimable_in(state, g);
        for (; found && listed < count; found &= found - 1)
            slots[listed++] = g * 64 + (uint32_t)__builtin_ctzll(found);
    }
    while (listed < count)
        slots[listed++] = NO_SLOT;
}

uint32_t claims_again(struct sched *s, struct sched_state *state, uint32_t *slots)
{
    uint32_t listed = 0;
    if (s->queued)
        return 0;
    find_able(s, state);
    for (uint32_t g = 0; listed < state->able_count; g++)
        for (uint64_t left = state->groups[g].able; left; left &= left - 1)
            slots[listed++] = g * 64 + (uint32_t)__builtin_ctzll(left);
    return listed;
}

static uint32_t pool_option(struct sched *s, struct sched_state *state, uint32_t position)
{
    uint32_t group = position / 64, option;
    find_able(s, state);
    uint64_t bit = (uint64_t)1 << position % 64, found = claimable_in(state, group);
    if (!(found & bit))
        return CLAIM_NOT_NOW;
    for (uint32_t g = pass_blocks(state, group, UINT32_MAX, &option); g < group; g++)
        option += count_bits(claimable_in(state, g));
    return option + count_bits(found & (bit - 1));
}

/* Where a queue's slots are threads of their own, its free places are alike: a search tries one. */
static bool is_first_free(const struct sched *s, const struct sched_state *state, uint32_t number)
{
    uint32_t first = number - number % s->depth;
    while (first < number && state->lanes[first].slot != NO_SLOT)
        first++;
    return first == number;
}

/* ---- Either --------------------------------------------------------------------------------- */

/* Whether a limit of the setup leaves no claim to any lane. */
static bool is_limit_reached(const struct sched *s, const struct sched_state *state)
{
    return s->options.setup.in_flight && state->in_flight >= s->options.setup.in_flight;
}

uint32_t claims_count(struct sched *s, struct sched_state *state, uint32_t number)
{
    if (is_limit_reached(s, state))
        return 0;
    if (s->race && s->own_threads && !is_first_free(s, state, number))
        return 0;
    if (!s->queued)
        return pool_count(s, state);
    state->lanes[number].claims = queue_claim(s, state, number / s->depth);
    return state->lanes[number].claims != NO_SLOT;
}

uint32_t claims_at(struct sched *s, struct sched_state *state, uint32_t number, uint32_t option)
{
    return s->queued ? state->lanes[number].claims : pool_at(s, state, option);
}

uint32_t claims_option(struct sched *s, struct sched_state *state, uint32_t number,
                       uint32_t position)
{
    if (vrrl_status_is_terminal(state->slots[position].status))
        return CLAIM_NEVER;
    if (!s->queued)
        return pool_option(s, state, position);
    return state->lanes[number].claims == position ? 0 : CLAIM_NOT_NOW;
}

void claims_list(struct sched *s, struct sched_state *state, uint32_t number, uint32_t count,
                 uint32_t *slots)
{
    if (!s->queued)
        pool_list(s, state, count, slots);
    else if (count)
        slots[0] = state->lanes[number].claims;
}

struct operation claims_operation(const struct sched *s, const struct sched_state *state,
                                  uint32_t position)
{
    return (struct operation){.kind = OPERATION_CAS,
                              .order = ORDER_ACQ_REL,
                              .location = (uint16_t)s->status[position],
                              .value = VRRL_STATUS_CLAIMED,
                              .expected = state->slots[position].status};
}
