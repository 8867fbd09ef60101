/*
 * What an exhaustive search leaves out changes nothing: random small programs have the same final
 * states whichever way they are searched, and by brute force, without even a set of visited states.
 */
#include "scheduled.h"

#include "base/random.h"
#include "engine/create.h"
#include "engine/depth_first_search.h"
#include "engine/result.h"
#include "engine/state.h"

enum {
    PROGRAMS = 12,
    WAITING = 60,
    PLACED = 6,
    GOAL_PROGRAMS = 24,
    BRUTE_MAX = 60000,
    STATES_MAX = 400000,
    INNER_MAX = 3
};

/* An inner operation of a packed slot: its byte, and arguments. */
typedef struct inner {
    uint32_t byte, count, args[4];
} inner;

static void add_packed(machine *m, uint32_t queue, const inner *ops, uint32_t count)
{
    uint32_t words[13] = {0}, used = 0, head = (2 + 2 * count + 3) / 4;
    uint8_t bytes[2 + 2 * INNER_MAX + 4] = {(uint8_t)count};
    for (uint32_t i = 0; i < count; i++) {
        bytes[2 + 2 * i] = (uint8_t)ops[i].byte;
        bytes[3 + 2 * i] = (uint8_t)used;
        for (uint32_t k = 0; k < ops[i].count; k++)
            words[head + used++] = ops[i].args[k];
    }
    bytes[1] = (uint8_t)used;
    for (uint32_t k = 0; k < head * 4; k++)
        words[k / 4] |= (uint32_t)bytes[k] << 8 * (k % 4);
    add_words(m, queue, PACKED, head + used, words);
}

/* Words 0 … 2 are shared; 3 … 5 hardly; observable words are written by one slot each, mostly. */
static inner random_inner(const machine *m, uint64_t *random, bool first, uint32_t slot)
{
    uint32_t a = user(m, random_below(random, 3)), b = user(m, 3 + random_below(random, 3));
    uint32_t value = random_below(random, 3), out = random_below(random, 8) ? slot : 0;
    switch (random_below(random, first ? 14 : 12)) {
    case 0:
    case 1:
        return (inner){STORE, 2, {value, a}};
    case 2:
    case 3:
        return (inner){LOAD, 2, {a, out}};
    case 4:
        return (inner){LOAD, 2, {random_below(random, 4) ? b : VRRL_WORD_DONE_COUNT, out}};
    case 5:
        return (inner){STORE, 2, {value, b}};
    case 6:
        return (inner){ADD, 2, {value, a}};
    case 7:
        return (inner){0x8E, 2, {a, user(m, 6 + slot)}}; /* LOAD_ACQUIRE */
    case 8:
        return (inner){0x8F, 2, {value, a}}; /* STORE_RELEASE */
    case 9:
        return (inner){CAS, 3, {a, 0, value}};
    case 10:
        return (inner){0x8B + random_below(random, 3), 0, {0}}; /* fences */
    case 11:
        return (inner){PACKED_SIGNAL, 2, {a, 1}};
    default:
        return (inner){PACKED_WAIT_GE, 2, {a, 1}};
    }
}

static void random_batch(machine *m, uint64_t *random, uint32_t slots, uint32_t most)
{
    for (uint32_t i = 0; i < slots; i++) {
        inner ops[INNER_MAX];
        uint32_t count = 1 + random_below(random, most);
        for (uint32_t k = 0; k < count; k++)
            ops[k] = random_inner(m, random, k == 0, i);
        uint32_t queue = m->config.model.queues ? i % m->config.model.queues : VRRL_NO_WORKER;
        add_packed(m, queue, ops, count);
    }
}

static vrrl_machine random_machine(uint64_t *random)
{
    vrrl_machine config = small_machine(2);
    switch (random_below(random, 8)) {
    case 0:
        config.model = (vrrl_worker_model){VRRL_MODEL_SERIAL, 0, 2, random_below(random, 2)};
        break;
    case 1:
        config.model = (vrrl_worker_model){VRRL_MODEL_PIPELINED, 2, 1, 0};
        break;
    case 2:
        config.workers = 3;
        break;
    default:
        config.claim = random_below(random, 2) ? VRRL_CLAIM_RANDOM : VRRL_CLAIM_SCAN;
    }
    return config;
}

static bool same_finals(const struct final_set *a, const struct final_set *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!find_final(b, a->finals[i]))
            return false;
    }
    return true;
}

struct totals {
    uint64_t brute, compared, states[2], steps[2], pruned;
};

/* Slots that wait for words that others raise and lower: who can be claimed changes all the time. */
static void waiting_batch(machine *m, uint64_t *random, uint32_t slots)
{
    for (uint32_t i = 0; i < slots; i++) {
        inner ops[INNER_MAX];
        uint32_t count = 0, queues = m->config.model.queues;
        if (random_below(random, 2))
            ops[count++] = (inner){PACKED_WAIT_GE, 2, {user(m, random_below(random, 2)), 1}};
        ops[count++] =
            random_below(random, 4)
                ? (inner){STORE, 2, {random_below(random, 2), user(m, random_below(random, 2))}}
                : (inner){LOAD, 2, {user(m, 2), i}};
        if (random_below(random, 2))
            ops[count++] = (inner){STORE, 2, {i + 1, user(m, 2)}};
        add_packed(m, queues ? i % queues : VRRL_NO_WORKER, ops, count);
    }
}

/* Slots that wait for user word 0 to be above user word 1, and others that move both; -1 as a goal is
 * never reached. */
static void goals_batch(machine *m, uint64_t *random, uint32_t slots)
{
    for (uint32_t i = 0; i < slots; i++) {
        inner ops[INNER_MAX];
        uint32_t count = 0, queues = m->config.model.queues;
        uint32_t goal = random_below(random, 2) ? UINT32_MAX : random_below(random, 2);
        bool waits = i == 0 || (i > 1 && random_below(random, 2));
        if (waits)
            ops[count++] = (inner){PACKED_WAIT_WORD, 3, {user(m, 0), user(m, 1), 1}};
        if (i == 1 || random_below(random, 2))
            ops[count++] = (inner){STORE, 2, {goal, user(m, 1)}};
        else
            ops[count++] = (inner){STORE, 2, {random_below(random, 3), user(m, 0)}};
        if (random_below(random, 2))
            ops[count++] = (inner){STORE, 2, {i + 1, user(m, 2)}};
        add_packed(m, queues ? i % queues : VRRL_NO_WORKER, ops, count);
    }
}

/* Whatever the engine thinks of it: a slot that was put back could not go on. */
static bool nobody_could_go_on(void *context, struct sched *s, const struct sched_state *state,
                               vrrl_verdict verdict)
{
    const machine *m = ((struct final_set *)context)->m;
    uint32_t count, level = 0, goal = 0;
    const uint32_t *words = sched_words(state, s, &count);
    for (uint32_t i = 0; i < count; i++) {
        level = words[i] == user(m, 0) ? sched_value(state, i) : level;
        goal = words[i] == user(m, 1) ? sched_value(state, i) : goal;
    }
    for (uint32_t i = 0; i < s->slot_count; i++)
        if (sched_slot_at(state, i)->status == VRRL_STATUS_REQUEUE)
            assert_true(level < goal + UINT64_C(1));
    return collect(context, s, state, verdict);
}

/* One program under one model: each reduction by itself and all of them, against none. */
static void compare(machine *m, const struct sched_options *options, sched_found found_one,
                    struct totals *totals)
{
    static const uint32_t ways[] = {SCHED_ALL_WAYS,
                                    SCHED_ALL_WAYS & ~SCHED_VISITED,
                                    SCHED_VISITED | SCHED_COUNTS,
                                    SCHED_VISITED | SCHED_SYMMETRY,
                                    SCHED_VISITED | SCHED_SLEEP,
                                    SCHED_VISITED | SCHED_LOCAL,
                                    SCHED_VISITED | SCHED_SYMMETRY | SCHED_SLEEP,
                                    SCHED_SLEEP,
                                    SCHED_LOCAL};
    static struct final_set expected, found;
    struct sched *s = schedule_of(m, options);
    expected = (struct final_set){.m = m};
    struct sched_search brute = sched_exhaust_by(s, 0, BRUTE_MAX, found_one, &expected);
    totals->brute += brute.complete;
    if (!brute.complete)
        expected = (struct final_set){.m = m};
    struct sched_search plain =
        sched_exhaust_by(s, SCHED_VISITED, STATES_MAX, found_one, &expected);
    if (!plain.complete) {
        sched_destroy(s);
        return;
    }
    totals->compared++;
    totals->states[0] += plain.states;
    totals->steps[0] += plain.steps;
    for (uint32_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        found = (struct final_set){.m = m};
        bool visits = ways[i] & SCHED_VISITED;
        if (!visits && !brute.complete)
            continue;
        struct sched_search search = sched_exhaust_by(s, ways[i], STATES_MAX, found_one, &found);
        assert_true(search.complete);
        if (!same_finals(&expected, &found))
            fail_msg("ways %u, model %d: %u final states of %u", ways[i], (int)options->setup.model,
                     found.count, expected.count);
        totals->pruned += search.pruned;
        if (i == 0) {
            totals->states[1] += search.states;
            totals->steps[1] += search.steps;
        }
    }
    sched_destroy(s);
}

enum batch { ANY, WAITS, GOALS, PLACES };

static void add_batch(machine *m, enum batch batch, uint64_t *random)
{
    uint32_t slots = 2 + random_below(random, 2);
    if (batch == GOALS)
        goals_batch(m, random, slots);
    else if (batch == WAITS || batch == PLACES)
        waiting_batch(m, random, slots + 1);
    else
        random_batch(m, random, slots, slots == 2 ? INNER_MAX : 2);
}

static void compare_random(enum batch batch, uint32_t programs, vrrl_memory_model last)
{
    const char *text = getenv("VRRL_REDUCTION_TIMES"), *seed = getenv("VRRL_REDUCTION_SEED");
    uint64_t random = seed ? (uint64_t)atoll(seed) : 1;
    struct totals totals = {0};
    programs *= text ? (uint32_t)atoi(text) : 1;
    if (getenv("VRRL_RUNS") &&
        batch != PLACES) /* slow under the sanitizers; of places there are few */
        programs /= 4;
    for (uint32_t p = 0; p < programs; p++) {
        vrrl_machine config = random_machine(&random);
        if (batch == PLACES)
            config.model = (vrrl_worker_model){VRRL_MODEL_PIPELINED, 2 + random_below(&random, 2),
                                               1 + random_below(&random, 2), 0};
        machine *m = machine_start("reference", &config);
        add_batch(m, batch, &random);
        struct sched_options options = {
            .starved = VRRL_NO_WORKER,
            .setup.in_flight = random_below(&random, 6) ? 0 : 1 + random_below(&random, 3)};
        for (int model = VRRL_MEMORY_SC; model <= (int)last; model++) {
            options.setup.model = (vrrl_memory_model)model;
            compare(m, &options, batch == GOALS ? nobody_could_go_on : collect, &totals);
        }
        machine_stop(m);
    }
    print_message("%llu compared, %llu by brute force; visited: %llu states, %llu steps; reduced: "
                  "%llu, %llu\n",
                  (unsigned long long)totals.compared, (unsigned long long)totals.brute,
                  (unsigned long long)totals.states[0], (unsigned long long)totals.steps[0],
                  (unsigned long long)totals.states[1], (unsigned long long)totals.steps[1]);
    assert_true(totals.brute > 0 && totals.compared >= programs && totals.pruned > 0);
    assert_true(totals.states[1] < totals.states[0] && totals.steps[1] < totals.steps[0]);
}

static void test_same_finals(void **state)
{
    (void)state;
    compare_random(ANY, PROGRAMS, VRRL_MEMORY_VIEW);
}

static void test_same_finals_of_waits(void **state)
{
    (void)state;
    compare_random(WAITS, WAITING, VRRL_MEMORY_SC);
}

/* Slots that a queue of several places has admitted go back, and block those behind them. */
static void test_same_finals_of_places(void **state)
{
    (void)state;
    compare_random(PLACES, PLACED, VRRL_MEMORY_VIEW);
}

static void test_same_finals_of_goals(void **state)
{
    (void)state;
    compare_random(GOALS, GOAL_PROGRAMS, VRRL_MEMORY_VIEW);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_same_finals), cmocka_unit_test(test_same_finals_of_waits),
        cmocka_unit_test(test_same_finals_of_places), cmocka_unit_test(test_same_finals_of_goals)};
    return cmocka_run_group_tests(all, NULL, NULL);
}
