/* The check of programs and recorded runs: against the check of the graphs that they are from, and
 * against every order of slots of small programs. */
#include "slots.h"
#include "vrrl/analysis/check.h"
#include "vrrl/run/recording.h"

/* ---- Against the check of graphs ------------------------------------------------------------- */

static vrrl_check_result *check_graph(const vrrl_graph *graph)
{
    vrrl_check_result *result = NULL;
    assert_int_equal(
        vrrl_check(graph, &(vrrl_check_options){.size = sizeof(vrrl_check_options)}, &result, NULL),
        VRRL_OK);
    return result;
}

static vrrl_recording *record(const vrrl_program *program, const char *path)
{
    vrrl_run_options options = {.size = sizeof options, .workers = 1};
    vrrl_record_summary summary;
    vrrl_recording *recording = NULL;
    vrrl_error error = {0};
    assert_int_equal(vrrl_driver_find("reference", &options.driver, NULL), VRRL_OK);
    if (vrrl_record_program(program, path, &options,
                            &(vrrl_record_options){.size = sizeof(vrrl_record_options)}, &summary,
                            &error) ||
        vrrl_recording_open(path, &recording, &error))
        fail_msg("%s", error.text);
    return recording;
}

static vrrl_program_check *check_recording(const vrrl_recording *recording, bool as_run)
{
    const vrrl_program_check_options options = {.size = sizeof options, .as_run = as_run};
    vrrl_program_check *check = NULL;
    vrrl_error error = {0};
    if (vrrl_check_recording(recording, &options, &check, &error))
        fail_msg("%s", error.text);
    return check;
}

static void same_as_graph(const vrrl_program_check *check, const vrrl_check_result *exact,
                          uint32_t steps)
{
    assert_int_equal(check->count, 1); /* epochs that are the same are one check */
    const vrrl_check_result *found = check->items[0].result;
    assert_int_equal(check->items[0].epochs, exact->verdict == VRRL_CHECK_DEADLOCK ? 1 : steps);
    assert_int_equal(found->verdict, exact->verdict);
    assert_int_equal(found->pairs, exact->pairs);
    assert_int_equal(found->stuck_count, exact->stuck_count);
    assert_memory_equal(found->stuck, exact->stuck, 4 * exact->stuck_count);
    assert_int_equal(check->items[0].unclear_words, 0);
    if (exact->pairs == 0)
        return;
    assert_memory_equal(found->first.tasks, exact->first.tasks, sizeof exact->first.tasks);
    const vrrl_race_reason *mine = &found->races[0].reason, *its = &exact->races[0].reason;
    assert_int_equal(mine->kind, its->kind);
    assert_int_equal(mine->wanted, its->wanted);
    assert_int_equal(mine->most, its->most);
    const vrrl_check_repair *repair = &found->races[0].repair, *other = &exact->races[0].repair;
    assert_int_equal(repair->change.kind, other->change.kind);
    assert_int_equal(repair->change.task, other->change.task);
    assert_int_equal(repair->change.other, other->change.other);
    assert_int_equal(repair->change.value, other->change.value);
    assert_int_equal(repair->more, other->more);
}

/* The reference runs the tasks in an order in which the values are right. */
static void a_recorded_run_is_checked_as_its_graph(const char *name, const json_t *expected)
{
    (void)expected;
    char path[] = "/tmp/vrrl-check-XXXXXX", command[64];
    vrrl_graph *graph = load_graph(name);
    uint32_t steps = graph->task_count > 100 ? 1 : 2;
    vrrl_program *program = lower_graph(
        graph, &(vrrl_lower_options){.size = sizeof(vrrl_lower_options), .steps = steps});
    vrrl_check_result *exact = check_graph(graph);
    assert_non_null(mkdtemp(path));
    assert_int_equal(rmdir(path), 0);
    vrrl_recording *recording = record(program, path);
    vrrl_program_check *check = check_recording(recording, false);
    same_as_graph(check, exact, steps);
    vrrl_program_check_free(check);
    /* One worker: its own order orders all that it ran. */
    check = check_recording(recording, true);
    assert_int_equal(check->verdict,
                     exact->verdict == VRRL_CHECK_DEADLOCK ? exact->verdict : VRRL_CHECK_SAFE);
    vrrl_program_check_free(check);
    vrrl_recording_close(recording);
    snprintf(command, sizeof command, "rm -r %s", path);
    assert_int_equal(system(command), 0);
    vrrl_check_result_free(exact);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

static void recorded_runs_are_checked_as_their_graphs(void **state)
{
    (void)state;
    for_each_verdict(a_recorded_run_is_checked_as_its_graph);
}

/* ---- Against every order --------------------------------------------------------------------- */

/* Each slot waits for a counter, stores or copies a word, and signals a counter. */
enum { COUNTERS = 2, WORDS = 3, SLOTS_MAX = 7, QUEUES = 2 };

struct model_slot {
    uint32_t counter, wanted;
    bool copies;
    uint32_t to, from;
    uint32_t signals, amount;
    uint32_t queue;
};

struct model {
    struct model_slot slots[SLOTS_MAX];
    uint32_t count;
    vrrl_worker_model workers;
};

struct moment {
    uint32_t counters[COUNTERS];
    bool ended[SLOTS_MAX];
};

/* before[a][b]: a ended before b in some order. */
struct orders {
    bool before[SLOTS_MAX][SLOTS_MAX];
    bool left[SLOTS_MAX]; /* in some order, never ended */
};

/* All before it in its queue have ended. */
static bool is_head(const struct model *m, const struct moment *now, uint32_t i)
{
    for (uint32_t k = 0; k < i && m->workers.kind == VRRL_MODEL_SERIAL; k++)
        if (m->slots[k].queue == m->slots[i].queue && !now->ended[k])
            return false;
    return true;
}

static void try_all(const struct model *m, struct moment now, struct orders *o)
{
    bool any = false;
    for (uint32_t i = 0; i < m->count; i++) {
        const struct model_slot *s = &m->slots[i];
        if (now.ended[i] || now.counters[s->counter] < s->wanted || !is_head(m, &now, i))
            continue;
        struct moment next = now;
        next.ended[i] = true;
        next.counters[s->signals] += s->amount;
        for (uint32_t k = 0; k < m->count; k++)
            o->before[k][i] |= now.ended[k];
        try_all(m, next, o);
        any = true;
    }
    for (uint32_t i = 0; i < m->count && !any; i++)
        o->left[i] |= !now.ended[i];
}

static bool conflict(const struct model_slot *a, const struct model_slot *b)
{
    return a->to == b->to || (a->copies && a->from == b->to) || (b->copies && b->from == a->to);
}

static uint32_t racing_pairs(const struct model *m, const struct orders *o)
{
    uint32_t pairs = 0;
    for (uint32_t a = 0; a < m->count; a++)
        for (uint32_t b = a + 1; b < m->count; b++)
            pairs += o->before[a][b] && o->before[b][a] && conflict(&m->slots[a], &m->slots[b]);
    return pairs;
}

static struct model random_model(uint64_t *seed)
{
    struct model m = {.count = 3 + random_below(seed, SLOTS_MAX - 2)};
    uint32_t counters = 1 + random_below(seed, COUNTERS), waits = 1 + random_below(seed, 3);
    if (random_below(seed, 2))
        m.workers = (vrrl_worker_model){.kind = VRRL_MODEL_SERIAL, .queues = QUEUES};
    for (uint32_t i = 0; i < m.count; i++)
        m.slots[i] =
            (struct model_slot){.counter = random_below(seed, counters),
                                .wanted = random_below(seed, waits + 1) ? random_below(seed, 7) : 0,
                                .copies = random_below(seed, 2),
                                .to = random_below(seed, WORDS),
                                .from = random_below(seed, WORDS),
                                .signals = random_below(seed, counters),
                                .amount = 1 + random_below(seed, 2),
                                .queue = random_below(seed, QUEUES)};
    return m;
}

static vrrl_program *program_from(const struct model *m)
{
    const vrrl_geometry geometry = {
        .slot_words = 16, .ring_slots = 16, .observable_words = 1, .user_words = 64};
    vrrl_program *p = NULL;
    uint32_t batch;
    assert_int_equal(vrrl_program_create(&p, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_set_geometry(p, &geometry, NULL), VRRL_OK);
    p->model = m->workers;
    assert_int_equal(vrrl_program_begin_batch(p, &batch, NULL), VRRL_OK);
    for (uint32_t i = 0; i < m->count; i++) {
        const struct model_slot *s = &m->slots[i];
        uint32_t base = p->layout.user_base, data = base + COUNTERS, size = s->copies ? 3 : 2;
        /* WAIT_GE, then MEMCPY or STORE_U32, then SIGNAL. */
        uint32_t inner = s->copies ? VRRL_OPCODE_MEMCPY : VRRL_OPCODE_STORE_U32;
        uint32_t args[] = {3u | (4 + size) << 8 | 0x80u << 16,
                           inner | 2u << 8 | 0x81u << 16 | (2 + size) << 24,
                           base + s->counter,
                           s->wanted,
                           s->copies ? data + s->from : i + 1,
                           data + s->to,
                           1,
                           base + s->signals,
                           s->amount};
        if (!s->copies)
            memmove(args + 6, args + 7, 2 * sizeof *args);
        vrrl_slot slot = {.opcode = VRRL_OPCODE_PACKED_SLOT, .arg_count = 6 + size};
        slot.queue = m->workers.kind == VRRL_MODEL_POOL ? VRRL_NO_WORKER : s->queue;
        assert_int_equal(vrrl_program_add_words(p, args, slot.arg_count, &slot.args, NULL),
                         VRRL_OK);
        assert_int_equal(vrrl_program_add_slot(p, &slot, NULL), VRRL_OK);
    }
    assert_int_equal(vrrl_program_begin_epoch(p, batch, NULL), VRRL_OK);
    return p;
}

/* The check keeps sums for counters of which so many values are waited for. */
static bool has_many_thresholds(const struct model *m)
{
    uint32_t seen[COUNTERS] = {0};
    for (uint32_t i = 0; i < m->count; i++)
        seen[m->slots[i].counter] |= 1u << m->slots[i].wanted;
    for (uint32_t c = 0; c < COUNTERS; c++)
        if (__builtin_popcount(seen[c] & ~1u) >= 4)
            return true;
    return false;
}

static void small_programs_are_checked_as_all_their_orders(void **state)
{
    const char *asked = getenv("VRRL_RUNS");
    uint64_t runs = asked ? 100 * strtoull(asked, NULL, 10) : 1000;
    uint32_t racy = 0, stuck = 0, many = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= runs; seed++) {
        uint64_t random = seed;
        struct model m = random_model(&random);
        struct orders orders = {.left = {0}};
        vrrl_program *program = program_from(&m);
        vrrl_program_check *check = NULL;
        try_all(&m, (struct moment){.counters = {0}}, &orders);
        assert_int_equal(vrrl_check_program(program, NULL, &check, NULL), VRRL_OK);
        const vrrl_check_result *found = check->items[0].result;
        uint32_t left = 0, pairs = racing_pairs(&m, &orders);
        for (uint32_t i = 0; i < m.count; i++)
            left += orders.left[i];
        if (found->pairs != pairs || found->stuck_count != left)
            fail_msg("seed %llu: %u pairs, %u stuck; the check says %u, %u",
                     (unsigned long long)seed, pairs, left, (uint32_t)found->pairs,
                     found->stuck_count);
        racy += pairs > 0;
        stuck += left > 0;
        many += has_many_thresholds(&m);
        vrrl_program_check_free(check);
        vrrl_program_free(program);
    }
    print_message("%llu programs, %u racy, %u stuck, %u with many thresholds\n",
                  (unsigned long long)runs, racy, stuck, many);
    assert_true(racy > runs / 10 && stuck > runs / 10 && racy < runs * 9 / 10 && many > runs / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_runs_are_checked_as_their_graphs),
        cmocka_unit_test(small_programs_are_checked_as_all_their_orders),
    };
    return cmocka_run_group_tests_name("check of runs", tests, NULL, NULL);
}
