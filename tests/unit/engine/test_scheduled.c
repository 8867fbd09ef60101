/*
 * The scheduler: all schedules of small programs end as the reference does where the program is
 * right, and otherwise where it is wrong, under the models that can show it.
 */
#include "engine/state.h"
#include "engine_runs.h"
#include "scheduled.h"

#include "base/random.h"
#include "engine/depth_first_search.h"

enum { STATES_MAX = 2000000 };

/* What all schedules of a program ended in, against the reference. */
struct verdicts {
    uint64_t finals, differ, deadlocks, shutdowns;
    const uint32_t *expected;
    const machine *m;
};

static bool observed_differ(const machine *m, const uint32_t *a, const uint32_t *b)
{
    const vrrl_layout *l = &m->layout;
    return memcmp(a + observable(0), b + observable(0),
                  m->config.geometry.observable_words * sizeof *a) != 0 ||
           memcmp(a + l->user_base, b + l->user_base, m->config.geometry.user_words * sizeof *a) !=
               0;
}

/* The steps that a search says it took lead to the state that it found. */
static void check_steps_taken(struct sched *s, const struct sched_state *found)
{
    const struct sched_taken *taken = sched_steps_taken(s);
    struct sched_state *state = sched_state_create(s), *copy = sched_state_create(s);
    struct mem_bytes a = {0}, b = {0};
    uint32_t count, steps = sched_steps(found);
    for (uint32_t i = 0; i < steps; i++) {
        sched_ready(s, state, &count);
        assert_true(count > 0);
        sched_step(s, state, taken[i].lane, taken[i].option);
    }
    sched_ready(s, state, &count);
    assert_int_equal(count, 0);
    assert_true(sched_copy(copy, found));
    sched_encode(s, state, &a);
    sched_encode(s, copy, &b);
    assert_true(a.used == b.used && memcmp(a.data, b.data, a.used) == 0);
    free(a.data);
    free(b.data);
    sched_state_free(state);
    sched_state_free(copy);
}

static bool judge(void *context, struct sched *s, const struct sched_state *state,
                  vrrl_verdict verdict)
{
    struct verdicts *v = context;
    uint32_t *arena = malloc(v->m->layout.total_words * sizeof *arena);
    assert_non_null(arena);
    if (sched_steps_taken(s) && v->finals < 50)
        check_steps_taken(s, state);
    end_arena(s, state, v->m->layout.total_words, arena);
    v->finals++;
    v->deadlocks += verdict == VRRL_VERDICT_DEADLOCK;
    v->shutdowns += verdict == VRRL_VERDICT_SHUTDOWN;
    v->differ += verdict == VRRL_VERDICT_COMPLETE && observed_differ(v->m, arena, v->expected);
    free(arena);
    return true;
}

typedef void (*builder)(machine *m);

/* All schedules; and 200 random ones, which must end in nothing that is not among them. */
static struct verdicts all_of(builder build, const vrrl_machine *config,
                              const struct sched_options *options)
{
    machine *m = machine_start("reference", config);
    build(m);
    struct sched *s = schedule_of(m, options);
    machine_run(m);
    struct verdicts v = {.expected = m->arena, .m = m}, random = v;
    struct sched_search search = sched_exhaust(s, STATES_MAX, judge, &v);
    assert_true(search.complete);
    assert_true(search.finals > 0 && search.finals <= v.finals);
    struct sched_state *state = sched_state_create(s);
    for (uint64_t seed = 0; seed < 200; seed++) {
        vrrl_verdict verdict = run_random(s, state, seed);
        assert_false(sched_exhausted(state));
        judge(&random, s, state, verdict);
    }
    assert_true(v.differ || !random.differ);
    assert_true(v.deadlocks || !random.deadlocks);
    assert_true(v.shutdowns || !random.shutdowns);
    sched_state_free(state);
    sched_destroy(s);
    machine_stop(m);
    return v;
}

static struct verdicts all_under(builder build, vrrl_memory_model model)
{
    vrrl_machine config = small_machine(2);
    struct sched_options options = {.setup.model = model, .starved = VRRL_NO_WORKER};
    return all_of(build, &config, &options);
}

/* ---- Programs ------------------------------------------------------------------------------- */

static void ordered(machine *m)
{
    ADD_TWO(m, STORE, 7, user(m, 0), PACKED_SIGNAL, user(m, 1), 1);
    ADD_TWO(m, PACKED_WAIT_GE, user(m, 1), 1, LOAD, user(m, 0), 0);
}

static void missing_wait(machine *m)
{
    ADD_TWO(m, STORE, 7, user(m, 0), PACKED_SIGNAL, user(m, 1), 1);
    ADD_SLOT(m, LOAD, user(m, 0), 0);
}

static void missing_release(machine *m)
{
    ADD_TWO(m, STORE, 7, user(m, 0), ADD, 1, user(m, 1));
    ADD_TWO(m, PACKED_WAIT_GE, user(m, 1), 1, LOAD, user(m, 0), 0);
}

/* Two tasks, one after the other, with the orders of the signal and of the wait. */
static void two_tasks(machine *m, uint32_t signal_order, uint32_t wait_order)
{
    uint32_t *words = m->arena + user(m, 0);
    const uint32_t first[] = {0, 0, 1, 1, 11, 12, user(m, 64), 1, 1, user(m, 80), 1, signal_order};
    const uint32_t second[] = {1, 1,          1,           0, 21,          22, user(m, 80),
                               1, wait_order, user(m, 64), 1, user(m, 66), 1,  1};
    memcpy(words, first, sizeof first);
    memcpy(words + 32, second, sizeof second);
    ADD_SLOT(m, MIX, user(m, 0));
    ADD_SLOT(m, MIX, user(m, 32));
}

static void tasks(machine *m)
{
    two_tasks(m, 1, 1);
}

static void tasks_without_release(machine *m)
{
    two_tasks(m, 0, 1);
}

static void tasks_without_acquire(machine *m)
{
    two_tasks(m, 1, 0);
}

/* Three slots add to one word; a fence waits for them, and what follows it sees the sum. */
static void fenced(machine *m)
{
    ADD_SLOT(m, ADD, 5, user(m, 0));
    ADD_TWO(m, ADD, 6, user(m, 0), STORE, 9, user(m, 3));
    const uint32_t args[] = {2u | 5u << 8 | 7u << 16, 3u | 3u << 8, 0, 2, 1, user(m, 0), 0};
    add_words(m, VRRL_NO_WORKER, PACKED, 7, args);
}

/* Store buffering with seq_cst fences: STORE_U32, FENCE_SEQ_CST, LOAD_U32 in each slot. */
static void fenced_buffers(machine *m)
{
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t args[] = {0x00010403, 0x0203028D, 1, user(m, i), user(m, 1 - i), i};
        add_words(m, VRRL_NO_WORKER, PACKED, 6, args);
    }
}

/* Read, then write: one of two such is lost. */
static void lost_update(machine *m)
{
    ADD_SLOT(m, MEMCPY, user(m, 0), user(m, 1), 1);
    ADD_TWO(m, STORE, 3, user(m, 0), STORE, 4, user(m, 1));
}

/* What it reads depends on which counters the other has reached. */
static void counter_read(machine *m)
{
    ADD_SLOT(m, STORE, 7, user(m, 0));
    ADD_SLOT(m, LOAD, VRRL_WORD_DONE_COUNT, 0);
    ADD_SLOT(m, LOAD, user(m, 0), 1);
}

static void shutdown_race(machine *m)
{
    ADD_SLOT(m, SHUTDOWN, 0);
    ADD_SLOT(m, STORE, 1, user(m, 0));
    ADD_SLOT(m, STORE, 1, user(m, 1));
}

static void never_signalled(machine *m)
{
    ADD_SLOT(m, WAIT_GE, user(m, 1), 2);
    ADD_SLOT(m, SIGNAL, user(m, 1), 1);
}

/* A task's seed is a word of its descriptor, which another slot changes before it signals. */
static void descriptor_changed(machine *m)
{
    uint32_t *words = m->arena + user(m, 0);
    const uint32_t task[] = {1, 0, 1, 0, 21, 22, user(m, 80), 1, 1, user(m, 66), 1, 1};
    memcpy(words, task, sizeof task);
    ADD_TWO(m, STORE, 77, user(m, 4), PACKED_SIGNAL, user(m, 80), 1);
    ADD_SLOT(m, MIX, user(m, 0));
}

static void descriptor_raced(machine *m)
{
    descriptor_changed(m);
    m->arena[user(m, 0)] = 0; /* no wait: the rest of the rows moves up */
    const uint32_t rows[] = {user(m, 66), 1, 1};
    memcpy(m->arena + user(m, 6), rows, sizeof rows);
}

/* ---- Tests ---------------------------------------------------------------------------------- */

static void test_right_programs(void **state)
{
    (void)state;
    static const builder right[] = {ordered, tasks, fenced, descriptor_changed};
    for (uint32_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
            struct verdicts v = all_under(right[i], (vrrl_memory_model)model);
            assert_true(v.finals > 0);
            assert_int_equal(v.differ + v.deadlocks + v.shutdowns, 0);
        }
    }
}

static void test_missing_wait(void **state)
{
    (void)state;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        assert_true(all_under(missing_wait, (vrrl_memory_model)model).differ > 0);
        assert_true(all_under(lost_update, (vrrl_memory_model)model).differ > 0);
        assert_true(all_under(counter_read, (vrrl_memory_model)model).differ > 0);
        assert_true(all_under(descriptor_raced, (vrrl_memory_model)model).differ > 0);
    }
}

static void test_missing_order(void **state)
{
    (void)state;
    static const builder wrong[] = {missing_release, tasks_without_release, tasks_without_acquire};
    for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(all_under(wrong[i], VRRL_MEMORY_SC).differ, 0);
        assert_int_equal(all_under(wrong[i], VRRL_MEMORY_TSO).differ, 0);
        assert_true(all_under(wrong[i], VRRL_MEMORY_VIEW).differ > 0);
    }
}

static bool both_missed(void *context, struct sched *s, const struct sched_state *state,
                        vrrl_verdict verdict)
{
    struct verdicts *v = context;
    uint32_t arena[8192];
    assert_int_equal(verdict, VRRL_VERDICT_COMPLETE);
    assert_true(v->m->layout.total_words <= 8192);
    end_arena(s, state, v->m->layout.total_words, arena);
    v->finals++;
    v->differ += arena[observable(0)] == 0 && arena[observable(1)] == 0;
    return true;
}

/* A load orders fences, too, and so bounds what another lane may read next. */
static void test_fences_and_loads(void **state)
{
    (void)state;
    vrrl_machine config = small_machine(2);
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        machine *m = machine_start("reference", &config);
        struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                        .starved = VRRL_NO_WORKER};
        fenced_buffers(m);
        struct sched *s = schedule_of(m, &options);
        struct verdicts v = {.m = m};
        assert_true(sched_exhaust(s, STATES_MAX, both_missed, &v).complete);
        assert_true(v.finals >= 3 && !v.differ);
        sched_destroy(s);
        machine_stop(m);
    }
}

static void test_ends(void **state)
{
    (void)state;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        struct verdicts stuck = all_under(never_signalled, (vrrl_memory_model)model);
        assert_true(stuck.deadlocks > 0 && stuck.deadlocks == stuck.finals);
        struct verdicts down = all_under(shutdown_race, (vrrl_memory_model)model);
        assert_true(down.shutdowns > 0 && down.shutdowns < down.finals && !down.deadlocks);
    }
}

static void queued_swap(machine *m)
{
    ADD_ON(m, 0, WAIT_GE, user(m, 1), 1);
    ADD_ON(m, 0, SIGNAL, user(m, 1), 1);
    ADD_ON(m, 1, STORE, 1, user(m, 2));
}

static void pooled_swap(machine *m)
{
    ADD_SLOT(m, WAIT_GE, user(m, 1), 1);
    ADD_SLOT(m, SIGNAL, user(m, 1), 1);
}

static void queued_on_later(machine *m)
{
    add_two(m, 0, PACKED_WAIT_GE, user(m, 1), 1, LOAD, user(m, 2), 0);
    add_two(m, 1, STORE, 3, user(m, 2), PACKED_SIGNAL, user(m, 1), 1);
}

static void queued_pair(machine *m)
{
    ADD_ON(m, 0, STORE, 3, user(m, 2));
    ADD_ON(m, 0, LOAD, user(m, 2), 0);
}

static struct verdicts queued_under(builder build, vrrl_worker_model model, vrrl_memory_model under)
{
    vrrl_machine config = small_machine(2);
    struct sched_options options = {.setup.model = under, .starved = VRRL_NO_WORKER};
    config.model = model;
    return all_of(build, &config, &options);
}

static void test_worker_models(void **state)
{
    (void)state;
    const vrrl_worker_model serial = {VRRL_MODEL_SERIAL, 0, 2, 0};
    const vrrl_worker_model pipelined = {VRRL_MODEL_PIPELINED, 2, 2, 0};
    const vrrl_worker_model alone = {VRRL_MODEL_SERIAL, 0, 2, 1};
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        vrrl_memory_model under = (vrrl_memory_model)model;
        struct verdicts v = queued_under(queued_swap, serial, under);
        assert_true(v.deadlocks > 0 && v.deadlocks == v.finals);
        v = queued_under(queued_swap, pipelined, under);
        assert_true(v.deadlocks > 0 && v.deadlocks == v.finals); /* it blocks at the head */
        assert_int_equal(all_under(pooled_swap, under).deadlocks, 0);
        v = queued_under(queued_on_later, serial, under);
        assert_true(!v.deadlocks && !v.differ);
        v = queued_under(queued_on_later, alone, under);
        assert_true(v.deadlocks == v.finals);
        assert_int_equal(queued_under(queued_pair, serial, under).differ, 0);
        assert_true(queued_under(queued_pair, pipelined, under).differ > 0);
    }
}

static void test_limits_on_workers(void **state)
{
    (void)state;
    vrrl_machine config = small_machine(2);
    struct sched_options one = {.starved = VRRL_NO_WORKER, .setup.in_flight = 1},
                         starved = {.starved = 0};
    assert_int_equal(all_of(missing_wait, &config, &one).differ, 0);
    assert_int_equal(all_of(missing_wait, &config, &starved).differ, 0);
    config.claim = VRRL_CLAIM_RANDOM;
    assert_true(all_of(missing_wait, &config, &one).differ > 0);
}

/* What a step is about is told before it is taken. */
static void test_told_beforehand(void **state)
{
    (void)state;
    vrrl_machine config = small_machine(2);
    config.claim = VRRL_CLAIM_RANDOM;
    struct sched_options options = {.setup.model = VRRL_MEMORY_TSO, .starved = VRRL_NO_WORKER};
    machine *m = machine_start("reference", &config);
    missing_wait(m);
    struct sched *s = schedule_of(m, &options);
    struct sched_state *run = sched_state_create(s);
    uint32_t count, slots[2];
    const struct chooser_lane *lanes = sched_ready(s, run, &count);
    assert_int_equal(count, 2);
    assert_int_equal(sched_claims(s, run, 1, slots), 2);
    assert_true(slots[0] == 0 && slots[1] == 1);
    assert_int_equal(run->lanes[1].slot, VRRL_NO_INDEX);
    sched_step(s, run, 1, 1);
    assert_int_equal(run->lanes[1].slot, 1);
    assert_int_equal(sched_claims(s, run, 1, slots), 0);
    sched_ready(s, run, &count);
    assert_int_equal(count, 2);
    assert_int_equal(sched_claims(s, run, 0, slots), 1);
    assert_int_equal(slots[0], 0);
    while (lanes = sched_ready(s, run, &count), count == 2 && !lanes[1].drains)
        sched_step(s, run, 1, 0);
    uint32_t buffered = run->memory.threads[1].buffered;
    assert_true(lanes[1].drains && !lanes[0].drains);
    sched_step(s, run, 1, lanes[1].options - 1);
    assert_int_equal(run->memory.threads[1].buffered, buffered - 1);
    sched_state_free(run);
    sched_destroy(s);
    machine_stop(m);
}

/* Records what a random chooser chose. */
struct recorder {
    uint64_t random;
    uint32_t choices[4096], count;
};

static uint32_t choose_and_record(void *context, uint32_t count)
{
    struct recorder *r = context;
    r->random = r->random * 6364136223846793005u + 1442695040888963407u;
    uint32_t choice = (uint32_t)(r->random >> 33) % count;
    assert_true(r->count < 4096);
    return r->choices[r->count++] = choice;
}

static void test_given_choices(void **state)
{
    (void)state;
    vrrl_machine config = small_machine(3);
    config.claim = VRRL_CLAIM_RANDOM;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        machine *m = machine_start("reference", &config);
        fenced(m);
        lost_update(m);
        struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                        .starved = VRRL_NO_WORKER};
        struct sched *first = schedule_of(m, &options), *second = schedule_of(m, &options);
        struct sched_state *a = sched_state_create(first), *b = sched_state_create(second);
        struct mem_bytes x = {0}, y = {0};
        for (uint64_t seed = 1; seed < 200; seed++) {
            struct recorder r = {.random = seed};
            assert_int_equal(run_by_numbers(first, a, choose_and_record, &r),
                             VRRL_VERDICT_COMPLETE);
            struct given_choices given = {.choices = r.choices, .count = r.count};
            assert_int_equal(run_by_numbers(second, b, choose_given, &given),
                             VRRL_VERDICT_COMPLETE);
            assert_true(given.next == r.count && sched_steps(a) == sched_steps(b));
            for (uint32_t i = 0; i < m->count; i++)
                assert_true(sched_slot_at(a, i)->result_fold == sched_slot_at(b, i)->result_fold);
        }
        sched_encode(first, a, &x);
        assert_true(sched_copy(b, a));
        sched_encode(first, b, &y);
        assert_true(x.used == y.used && memcmp(x.data, y.data, x.used) == 0);
        free(x.data);
        free(y.data);
        sched_state_free(a);
        sched_state_free(b);
        sched_destroy(first);
        sched_destroy(second);
        machine_stop(m);
    }
}

/* ---- Random programs ------------------------------------------------------------------------- */

enum { PROGRAMS = 40, RUNS = 300 };

static void add_random_slot(machine *m, uint64_t *random)
{
    uint32_t a = user(m, random_below(random, 3)), b = user(m, random_below(random, 3));
    uint32_t value = 1 + random_below(random, 3), out = random_below(random, 3);
    switch (random_below(random, 6)) {
    case 0:
        ADD_TWO(m, STORE, value, a, LOAD, b, out);
        break;
    case 1:
        ADD_TWO(m, STORE, value, a, PACKED_SIGNAL, b, 1);
        break;
    case 2:
        ADD_TWO(m, PACKED_WAIT_GE, a, 1, LOAD, b, out);
        break;
    case 3:
        ADD_SLOT(m, CAS, a, 0, value);
        break;
    case 4:
        ADD_SLOT(m, MEMCPY, a, b, 1);
        break;
    default:
        ADD_TWO(m, LOAD, a, out, LOAD, random_below(random, 4) ? b : VRRL_WORD_DONE_COUNT, out + 3);
    }
}

/* Random runs, with counts as steps, end in nothing that the search does not know; and the search
 * of each model finds all that a stronger one does. */
static void test_random_programs(void **state)
{
    (void)state;
    static struct final_set sets[3];
    uint64_t random = 5;
    vrrl_machine config = small_machine(2);
    config.claim = VRRL_CLAIM_RANDOM;
    for (uint32_t p = 0; p < PROGRAMS; p++) {
        machine *m = machine_start("reference", &config);
        for (uint32_t i = 0; i < 3; i++)
            add_random_slot(m, &random);
        for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
            struct sched_options options = {.setup.model = (vrrl_memory_model)model,
                                            .starved = VRRL_NO_WORKER};
            struct sched *s = schedule_of(m, &options);
            sets[model] = (struct final_set){.m = m};
            assert_true(sched_exhaust(s, STATES_MAX, collect, &sets[model]).complete);
            struct sched_state *run = sched_state_create(s);
            for (uint64_t seed = 0; seed < RUNS; seed++) {
                vrrl_verdict verdict = run_random(s, run, seed);
                assert_true(find_final(&sets[model], observe(m, s, run, verdict)));
            }
            sched_state_free(run);
            sched_destroy(s);
        }
        for (uint32_t i = 0; i < sets[VRRL_MEMORY_SC].count; i++) {
            assert_true(find_final(&sets[VRRL_MEMORY_TSO], sets[VRRL_MEMORY_SC].finals[i]));
            assert_true(find_final(&sets[VRRL_MEMORY_VIEW], sets[VRRL_MEMORY_SC].finals[i]));
        }
        for (uint32_t i = 0; i < sets[VRRL_MEMORY_TSO].count; i++)
            assert_true(find_final(&sets[VRRL_MEMORY_VIEW], sets[VRRL_MEMORY_TSO].finals[i]));
        machine_stop(m);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_right_programs),
        cmocka_unit_test(test_missing_wait),
        cmocka_unit_test(test_missing_order),
        cmocka_unit_test(test_fences_and_loads),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_worker_models),
        cmocka_unit_test(test_limits_on_workers),
        cmocka_unit_test(test_told_beforehand),
        cmocka_unit_test(test_given_choices),
        cmocka_unit_test(test_random_programs),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
