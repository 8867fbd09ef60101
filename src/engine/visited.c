#include "engine/visited.h"

#include "base/array.h"
#include "engine/result.h"
#include "memory/memory_models.h"

/* ---- Encodings ------------------------------------------------------------------------------ */

bool visited_symmetric(const struct sched *s)
{
    return !s->queued && !memory_models[s->options.setup.model].orders && s->lane_count <= 64 &&
           s->options.starved >= s->lane_count;
}

static void add_lane(const struct sched_state *state, uint32_t number, struct mem_bytes *bytes)
{
    sched_encode_lane(state, number, bytes);
    memory_encode_thread(&state->memory, number, bytes);
}

/* By content, shorter first: an insertion sort, for there are few lanes. */
static void sort_lanes(const uint8_t *data, const size_t *begin, uint32_t count,
                       struct visited_order *order)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t size = begin[i + 1] - begin[i];
        uint32_t at = i;
        for (; at > 0; at--) {
            uint32_t before = order->lane[at - 1];
            size_t other = begin[before + 1] - begin[before];
            if (other < size ||
                (other == size && memcmp(data + begin[before], data + begin[i], size) <= 0))
                break;
            order->lane[at] = order->lane[at - 1];
        }
        order->lane[at] = (uint8_t)i;
    }
}

static void encode_sorted(struct visited_set *set, const struct sched_state *state,
                          struct visited_order *order)
{
    size_t begin[65] = {0};
    set->lanes.used = 0;
    for (uint32_t i = 0; i < state->lane_count; i++) {
        add_lane(state, i, &set->lanes);
        begin[i + 1] = set->lanes.used;
    }
    sort_lanes(set->lanes.data, begin, state->lane_count, order);
    for (uint32_t k = 0; k < state->lane_count; k++) {
        uint32_t i = order->lane[k];
        mem_bytes_add(&set->bytes, set->lanes.data + begin[i], begin[i + 1] - begin[i]);
    }
}

void visited_encode(struct visited_set *set, struct sched *s, struct sched_state *state,
                    bool symmetric, struct visited_order *order)
{
    set->bytes.used = 0;
    for (uint32_t i = 0; i < 64; i++)
        order->lane[i] = (uint8_t)i;
    if (symmetric) {
        sched_encode_shared(s, state, &set->bytes);
        encode_sorted(set, state, order);
    } else {
        sched_encode(s, state, &set->bytes);
    }
    for (uint32_t i = 0; i < 64; i++)
        order->place[order->lane[i]] = (uint8_t)i;
}

/* ---- The set -------------------------------------------------------------------------------- */

/* Room for one state more: for half as many as the table has room for. */
static bool grow(struct visited_set *set)
{
    size_t table = hash_table_bytes(&set->by_hash), room = table / sizeof *set->by_hash.entries / 2;
    size_t bytes = table + room * sizeof *set->states;
    if (set->count < set->room)
        return true;
    if (bytes > set->bytes_max) {
        set->wanted_mib = (uint32_t)(bytes >> 20);
        return false;
    }
    return hash_table_grow(&set->by_hash) &&
           array_room(set->states, set->count, set->room, (uint32_t)room - set->count, NULL) ==
               VRRL_OK;
}

/* The state of a hash, or a new one, which nobody has slept in. */
static struct visited_state *find(struct visited_set *set, XXH128_hash_t hash, bool *is_new)
{
    for (uint64_t key = hash.low64;; key++) {
        uint32_t item = hash_table_item(&set->by_hash, key, set->count);
        *is_new = item == set->count;
        if (*is_new)
            set->states[set->count++] = (struct visited_state){.hash = hash};
        if (XXH128_isEqual(set->states[item].hash, hash))
            return &set->states[item];
    }
}

static uint64_t renamed(uint64_t set, const uint8_t *names)
{
    uint64_t result = 0;
    for (; set; set &= set - 1)
        result |= (uint64_t)1 << names[__builtin_ctzll(set)];
    return result;
}

enum visited_result visited_visit(struct visited_set *set, const struct visited_order *order,
                                  struct lane_set *asleep, struct lane_set *left)
{
    struct lane_set now = {renamed(asleep->own, order->place),
                           renamed(asleep->drains, order->place)};
    if (!grow(set) || set->bytes.exhausted || set->lanes.exhausted)
        return VISITED_FAILED;
    XXH128_hash_t hash = XXH3_128bits(set->bytes.data, set->bytes.used);
    bool is_new;
    struct visited_state *seen = find(set, hash, &is_new);
    if (is_new) {
        seen->asleep = now;
        return VISITED_NEW;
    }
    *left = (struct lane_set){renamed(seen->asleep.own & ~now.own, order->lane),
                              renamed(seen->asleep.drains & ~now.drains, order->lane)};
    seen->asleep.own &= now.own;
    seen->asleep.drains &= now.drains;
    *asleep = (struct lane_set){renamed(seen->asleep.own, order->lane),
                                renamed(seen->asleep.drains, order->lane)};
    return VISITED_AGAIN;
}

void visited_clear(struct visited_set *set)
{
    set->count = 0;
    hash_table_clear(&set->by_hash);
}

void visited_free(struct visited_set *set)
{
    hash_table_free(&set->by_hash);
    free(set->states);
    free(set->bytes.data);
    free(set->lanes.data);
}
