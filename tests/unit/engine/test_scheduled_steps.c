/* The scheduler step by step: what its caller sees of lanes and slots, and runs from another start.
 */
#include "engine/state.h"
#include "engine_runs.h"
#include "scheduled.h"

#include "ops/fold.h"

#include <time.h>

#include "base/random.h"
#include "engine/events.h"
#include "memory/memory_models.h"

/* Waits, a packed slot, an update that is read back: what one epoch leaves matters to the next. */
static void epoch(machine *m)
{
    ADD_TWO(m, ADD, 5, user(m, 0), PACKED_SIGNAL, user(m, 1), 1);
    ADD_TWO(m, PACKED_WAIT_GE, user(m, 1), 1, LOAD, user(m, 0), 0);
    ADD_SLOT(m, ADD, 7, user(m, 2));
    ADD_SLOT(m, MEMCPY, user(m, 2), user(m, 3), 1);
}

static void publish_again(const machine *m, uint32_t *arena)
{
    for (uint32_t i = 0; i < m->count; i++)
        arena[m->layout.ring_base + i * m->config.geometry.slot_words] = VRRL_STATUS_PUBLISHED;
}

/* A run from `arena` on a new engine ends in the same bytes. */
static void compare_with_new(const machine *m, const struct sched_options *options,
                             const uint32_t *arena, uint64_t seed, const uint32_t *expected)
{
    static const uint32_t indices[] = {0, 1, 2, 3};
    static const uint32_t queues[4];
    const vrrl_batch_view batch = {m->count, indices, queues};
    uint32_t *found = malloc(m->layout.total_words * sizeof *found);
    struct sched *s = NULL;
    assert_int_equal(sched_create(&m->config, arena, &batch, options, &s, NULL), VRRL_OK);
    struct sched_state *state = sched_state_create(s);
    run_random(s, state, seed);
    end_arena(s, state, m->layout.total_words, found);
    assert_memory_equal(found, expected, m->layout.total_words * sizeof *found);
    sched_state_free(state);
    sched_destroy(s);
    free(found);
}

static void test_restart(void **unused)
{
    (void)unused;
    vrrl_machine config = small_machine(2);
    config.claim = VRRL_CLAIM_RANDOM;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        machine *m = machine_start("reference", &config);
        epoch(m);
        size_t size = m->layout.total_words * sizeof(uint32_t);
        struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                        .starved = VRRL_NO_WORKER};
        struct sched *s = schedule_of(m, &options);
        struct sched_state *state = sched_state_create(s);
        uint32_t *arena = malloc(size), *before = malloc(size), count;
        run_random(s, state, 0);
        end_arena(s, state, m->layout.total_words, arena);
        for (uint64_t seed = 1; seed < 40; seed++) {
            publish_again(m, arena);
            arena[user(m, 1)] = 0;
            memcpy(before, arena, size);
            sched_restart(s, arena);
            assert_int_equal(run_random(s, state, seed), VRRL_VERDICT_COMPLETE);
            const uint32_t *words = sched_words(state, s, &count);
            for (uint32_t i = 0; i < count; i++)
                arena[words[i]] = sched_value(state, i);
            compare_with_new(m, &options, before, seed, arena);
        }
        assert_int_equal(arena[user(m, 0)], 40 * 5);
        assert_int_equal(arena[user(m, 2)], 40 * 7);
        free(arena);
        free(before);
        sched_state_free(state);
        sched_destroy(s);
        machine_stop(m);
    }
}

/* A lane that is listed, against what its options are said to be. */
static void check_lane(struct sched *s, struct sched_state *state,
                       const struct chooser_lane *listed, uint32_t slots)
{
    uint32_t positions[32], count = sched_claims(s, state, listed->lane, positions);
    assert_true(listed->options > 0);
    assert_int_equal(listed->slot, state->lanes[listed->lane].slot);
    assert_true(!count || count == listed->options - listed->drains);
    assert_true(!count || listed->slot == VRRL_NO_INDEX);
    for (uint32_t k = 0; k < count; k++) {
        assert_true(positions[k] < slots && (k == 0 || positions[k] > positions[k - 1]));
        assert_false(vrrl_status_is_terminal(sched_slot_at(state, positions[k])->status));
    }
}

static void step_and_check(struct sched *s, struct sched_state *state, uint32_t number,
                           uint32_t option)
{
    uint32_t positions[32], had = state->lanes[number].slot;
    uint32_t count = sched_claims(s, state, number, positions);
    sched_step(s, state, number, option);
    uint32_t now = state->lanes[number].slot;
    if (option < count) {
        const struct sched_slot *slot = sched_slot_at(state, positions[option]);
        assert_int_equal(now, positions[option]);
        assert_int_equal(slot->status, VRRL_STATUS_CLAIMED);
        assert_int_equal(slot->lane, number);
        assert_int_equal(slot->claimed_at, sched_steps(state));
    } else if (had != now) {
        const struct sched_slot *slot = sched_slot_at(state, had);
        assert_true(now == VRRL_NO_INDEX && slot->status != VRRL_STATUS_CLAIMED);
        assert_true(!vrrl_status_is_terminal(slot->status) || slot->ended_at == sched_steps(state));
    }
}

static void test_lanes_and_slots(void **unused)
{
    (void)unused;
    vrrl_machine config = small_machine(3);
    config.claim = VRRL_CLAIM_RANDOM;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        machine *m = machine_start("reference", &config);
        epoch(m);
        struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                        .starved = VRRL_NO_WORKER};
        struct sched *s = schedule_of(m, &options);
        struct sched_state *state = sched_state_create(s);
        for (uint64_t seed = 0, random = 3; seed < 50; seed++) {
            const struct chooser_lane *ready;
            uint32_t count;
            sched_reset(s, state);
            while (ready = sched_ready(s, state, &count), count != 0) {
                for (uint32_t i = 0; i < count; i++)
                    check_lane(s, state, &ready[i], m->count);
                uint32_t at = random_below(&random, count);
                step_and_check(s, state, ready[at].lane, random_below(&random, ready[at].options));
            }
            assert_int_equal(sched_verdict(s, state), VRRL_VERDICT_COMPLETE);
            for (uint32_t i = 0; i < m->count; i++)
                assert_true(sched_slot_at(state, i)->ended_at >
                            sched_slot_at(state, i)->claimed_at);
            assert_true(sched_slot_at(state, 1)->ended_at > sched_slot_at(state, 0)->claimed_at);
        }
        sched_state_free(state);
        sched_destroy(s);
        machine_stop(m);
    }
}

/* Takes an option of a lane: under view, what is newest. What the event says is what happens: `words` are what the
 * events so far have left. */
static void step_by_event(struct sched *s, struct sched_state *state, vrrl_memory_model model,
                          const struct chooser_lane *listed, uint64_t *random, uint32_t *words)
{
    uint32_t number = listed->lane, slot = listed->slot;
    bool newest = memory_models[model].orders && slot != VRRL_NO_INDEX;
    uint32_t option = newest ? 0 : random_below(random, listed->options);
    const struct event e = sched_event(s, state, number, option);
    bool is_fence = e.what == EVENT_OPERATES && e.kind == OPERATION_FENCE;
    sched_step(s, state, number, option);
    assert_int_equal(e.at, sched_steps(state));
    assert_int_equal(e.thread.number, number);
    assert_int_equal(e.count, !is_fence);
    assert_int_equal(e.word == VRRL_NO_INDEX, is_fence);
    assert_true(slot == VRRL_NO_INDEX || e.slot == slot || e.what == EVENT_DRAINS);
    bool reads = e.what == EVENT_OPERATES && e.kind != OPERATION_STORE && !is_fence;
    if (reads && !memory_models[model].buffers_stores)
        assert_int_equal(e.read, words[e.word]);
    if (e.writes)
        words[e.word] = e.stored;
}

static void test_events(void **unused)
{
    (void)unused;
    vrrl_machine config = small_machine(3);
    config.claim = VRRL_CLAIM_RANDOM;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        machine *m = machine_start("reference", &config);
        epoch(m);
        struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                        .starved = VRRL_NO_WORKER};
        struct sched *s = schedule_of(m, &options);
        struct sched_state *state = sched_state_create(s);
        size_t size = m->layout.total_words * sizeof(uint32_t);
        uint32_t *words = malloc(size), *end = malloc(size), count;
        for (uint64_t seed = 0, random = 5; seed < 50; seed++) {
            const struct chooser_lane *ready;
            sched_reset(s, state);
            memcpy(words, sched_start(s), size);
            while (ready = sched_ready(s, state, &count), count != 0)
                step_by_event(s, state, options.setup.model, &ready[random_below(&random, count)],
                              &random, words);
            end_arena(s, state, m->layout.total_words, end);
            assert_memory_equal(words, end, size);
        }
        free(words);
        free(end);
        sched_state_free(state);
        sched_destroy(s);
        machine_stop(m);
    }
}

/* Lowest lane first: one worker does everything. */
static void pick_first(void *context, const struct chooser_lane *lanes, uint32_t count,
                       uint32_t *at, uint32_t *option)
{
    uint32_t *asked = context;
    assert_true(count > 1 || lanes[0].options > 1);
    assert_true(*at == 0 && *option == 0 && lanes[0].lane == 0);
    ++*asked;
}

static void test_stuck(void **unused)
{
    (void)unused;
    vrrl_machine config = small_machine(2);
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        machine *m = machine_start("reference", &config);
        ADD_SLOT(m, WAIT_GE, user(m, 1), 2);
        ADD_SLOT(m, SIGNAL, user(m, 1), 1);
        ADD_SLOT(m, ADD, 1, user(m, 5));
        struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                        .starved = VRRL_NO_WORKER};
        struct sched *s = schedule_of(m, &options);
        struct sched_state *state = sched_state_create(s);
        uint32_t asked = 0, count, seen = 0;
        assert_int_equal(sched_run(s, state, pick_first, &asked), VRRL_VERDICT_DEADLOCK);
        assert_true(asked > 0);
        const struct sched_slot *waiter = sched_slot_at(state, 0);
        assert_int_equal(waiter->status, VRRL_STATUS_REQUEUE);
        assert_int_equal(waiter->wait_word, user(m, 1));
        assert_int_equal(waiter->wait_value, 2);
        assert_true(waiter->claimed_at == 1 && waiter->ended_at == 0 && waiter->lane == 0);
        const uint32_t *words = sched_words(state, s, &count);
        for (uint32_t i = 0; i < count; i++)
            seen = words[i] == user(m, 1) ? sched_value(state, i) : seen;
        assert_int_equal(seen, 1);
        assert_true(sched_slot_at(state, 1)->ended_at > 0 && sched_slot_at(state, 1)->lane == 0);
        assert_true(sched_slot_at(state, 2)->result_fold && sched_slot_at(state, 2)->order_fold);
        sched_state_free(state);
        sched_destroy(s);
        machine_stop(m);
    }
}

/* ---- Limits --------------------------------------------------------------------------------- */

/* A store moves the output of one task onto the descriptor of another: in the schedules in which it
 * comes first, what the other is cannot be known before. */
static void test_moved_descriptor(void **unused)
{
    (void)unused;
    vrrl_machine config = small_machine(2);
    config.claim = VRRL_CLAIM_RANDOM;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        machine *m = machine_start("reference", &config);
        const uint32_t first[] = {0, 0, 1, 0, 11, 12, user(m, 64), 1, 1};
        const uint32_t second[] = {0, 0, 1, 0, 21, 22, user(m, 66), 1, 1};
        memcpy(m->arena + user(m, 0), first, sizeof first);
        memcpy(m->arena + user(m, 32), second, sizeof second);
        ADD_SLOT(m, STORE, user(m, 32 + 4), user(m, 6));
        ADD_SLOT(m, MIX, user(m, 0));
        ADD_SLOT(m, MIX, user(m, 32));
        struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                        .starved = VRRL_NO_WORKER};
        struct sched *s = schedule_of(m, &options);
        struct sched_state *state = sched_state_create(s);
        uint32_t moved = 0;
        for (uint64_t seed = 0; seed < 200; seed++) {
            vrrl_error err = {0};
            run_random(s, state, seed);
            vrrl_code code = sched_check(state, &err);
            assert_true(code == VRRL_OK || code == VRRL_UNSUPPORTED);
            assert_true(sched_exhausted(state) == (code != VRRL_OK));
            moved += code != VRRL_OK;
        }
        assert_true(moved > 0 && moved < 200);
        sched_state_free(state);
        sched_destroy(s);
        machine_stop(m);
    }
}

/* So many steps of one kind, from one thread; which limit is met, and after how many. */
static uint32_t steps_to_limit(struct operation op, uint32_t locations, enum mem_limit expected)
{
    struct memory m;
    uint32_t steps = 0, initial[4] = {0};
    assert_true(memory_init(&m, VRRL_MEMORY_VIEW, 2));
    assert_true(memory_locations(&m, locations, initial));
    m.bytes_max = 2 << 20;
    while (!m.limit) {
        memory_step(&m, 0, &op, 0);
        op.location = (uint16_t)((op.location + 1u) % locations);
        steps++;
    }
    assert_int_equal(m.limit, expected);
    assert_true(memory_bytes(&m) <= m.bytes_max);
    assert_int_equal(m.wanted > m.bytes_max, expected == MEM_TOO_LARGE);
    assert_int_equal(memory_step(&m, 0, &op, 0), 0);
    memory_free(&m);
    return steps - 1;
}

/* A body that has come far is not run through from its beginning for each of its steps. */
static void test_long_copies(void **unused)
{
    (void)unused;
    enum { WORDS = 32000, LIMIT_S = 1 };
    vrrl_machine config = small_machine(1);
    config.geometry.user_words = 2 * WORDS + 8;
    machine *m = machine_start("reference", &config);
    ADD_SLOT(m, MEMCPY, user(m, 0), user(m, WORDS), WORDS);
    for (uint32_t i = 0; i < WORDS; i++)
        m->arena[user(m, i)] = 7 * i + 1;
    struct sched_options options = {.setup.model = VRRL_MEMORY_SC, .starved = VRRL_NO_WORKER};
    clock_t began = clock();
    struct sched *s = schedule_of(m, &options);
    struct sched_state *state = sched_state_create(s);
    uint32_t *arena = malloc(m->layout.total_words * sizeof *arena);
    assert_int_equal(run_random(s, state, 1), VRRL_VERDICT_COMPLETE);
    assert_true(clock() - began < LIMIT_S * CLOCKS_PER_SEC);
    end_arena(s, state, m->layout.total_words, arena);
    for (uint32_t i = 0; i < WORDS; i++)
        assert_int_equal(arena[user(m, WORDS + i)], 7 * i + 1);
    assert_int_equal(sched_steps(state), 2 * WORDS + 5);
    free(arena);
    sched_state_free(state);
    sched_destroy(s);
    machine_stop(m);
}

/* Two copies in one slot, of words that another writes meanwhile: what is left is what the reference
 * leaves, for what was read. Both loops are gone on with, and the first one is not taken for the other. */
static void test_copies_in_one_slot(void **unused)
{
    (void)unused;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        vrrl_machine config = small_machine(2);
        machine *m = machine_start("reference", &config);
        const uint32_t a = user(m, 0), b = user(m, 8), c = user(m, 16);
        const uint32_t args[] = {
            2u | 6u << 8 | (uint32_t)MEMCPY << 16, MEMCPY | 3u << 8, a, b, 8, b, c, 8};
        add_words(m, VRRL_NO_WORKER, PACKED, 8, args);
        ADD_SLOT(m, STORE, 100, a);
        for (uint32_t i = 0; i < 8; i++)
            m->arena[a + i] = i + 1;
        struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                        .starved = VRRL_NO_WORKER};
        struct sched *s = schedule_of(m, &options);
        struct sched_state *state = sched_state_create(s);
        uint32_t *arena = malloc(m->layout.total_words * sizeof *arena), late = 0;
        for (uint64_t seed = 0; seed < 300; seed++) {
            assert_int_equal(run_random(s, state, seed), VRRL_VERDICT_COMPLETE);
            end_arena(s, state, m->layout.total_words, arena);
            uint64_t fold = 0;
            for (uint32_t i = 0; i < 8; i++) {
                assert_int_equal(arena[b + i], arena[c + i]);
                assert_true(arena[b + i] == i + 1 || (i == 0 && arena[b + i] == 100));
                fold = fold_u32(fold, arena[b + i]);
            }
            for (uint32_t i = 0; i < 8; i++)
                fold = fold_u32(fold, arena[c + i]);
            assert_true(sched_slot_at(state, 0)->result_fold == fold);
            late += arena[b] == 1;
        }
        assert_true(late > 0 && late < 300);
        free(arena);
        sched_state_free(state);
        sched_destroy(s);
        machine_stop(m);
    }
}

static void test_memory_limits(void **unused)
{
    (void)unused;
    const struct operation fence = {.kind = OPERATION_FENCE, .order = ORDER_SEQ_CST};
    const struct operation store = {.kind = OPERATION_STORE, .value = 1};
    assert_int_equal(steps_to_limit(fence, 1, MEM_TOO_MANY_FENCES), 64);
    assert_int_equal(steps_to_limit(store, 1, MEM_TOO_MANY_STORES), 32766);
    assert_true(steps_to_limit(store, 4, MEM_TOO_LARGE) > 65535);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_restart),       cmocka_unit_test(test_lanes_and_slots),
        cmocka_unit_test(test_stuck),         cmocka_unit_test(test_moved_descriptor),
        cmocka_unit_test(test_long_copies),   cmocka_unit_test(test_copies_in_one_slot),
        cmocka_unit_test(test_memory_limits), cmocka_unit_test(test_events),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
