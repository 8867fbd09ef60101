/* The slot engine: against the reference, and against a model that tries every order of slots. */
#include "options.h"
#include "slots.h"

/* ---- Against the reference ------------------------------------------------------------------- */

/* Control words but the fence's counts, user memory, and what each slot wrote. */
struct reference {
    const vrrl_program *program;
    uint32_t *arena;
    uint64_t *folds;
    vrrl_host *host;
};

static vrrl_code keep_host(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct reference *)context)->host = host;
    return VRRL_OK;
}

static vrrl_code keep_fold(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                           const vrrl_ticket *ticket, vrrl_error *err)
{
    (void)epoch;
    (void)words;
    (void)err;
    ((struct reference *)context)->folds[index] = ticket->result_fold;
    return VRRL_OK;
}

static vrrl_code keep_arena(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct reference *r = context;
    (void)err;
    (void)result;
    memcpy(r->arena, vrrl_host_arena(r->host), r->program->layout.total_words * sizeof *r->arena);
    return VRRL_OK;
}

static struct reference run_reference(const vrrl_program *program)
{
    struct reference r = {.program = program};
    const vrrl_sink sink = {.context = &r, .complete = keep_fold, .end = keep_arena};
    vrrl_run_options options = {.size = sizeof options, .workers = 1};
    vrrl_verdict verdict;
    r.arena = calloc(program->layout.total_words, sizeof *r.arena);
    r.folds = calloc(program->geometry.ring_slots, sizeof *r.folds);
    assert_int_equal(vrrl_driver_find("reference", &options.driver, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_run(program, &options, &sink, keep_host, &verdict, NULL),
                     VRRL_OK);
    assert_int_equal(verdict, VRRL_VERDICT_COMPLETE);
    return r;
}

static void compare_with_reference(const struct reference *r, struct slot_engine *engine)
{
    const vrrl_program *p = r->program;
    const uint32_t *arena = slot_engine_arena(engine);
    const struct sched_slot *slots = slot_engine_slots(engine);
    size_t user = p->layout.user_base;
    assert_memory_equal(arena + user, r->arena + user, 4 * p->geometry.user_words);
    assert_int_equal(arena[VRRL_WORD_DONE_COUNT] + 1, r->arena[VRRL_WORD_DONE_COUNT]);
    assert_int_equal(arena[VRRL_WORD_EPOCH], r->arena[VRRL_WORD_EPOCH]);
    for (uint32_t i = 0; i < p->slot_count; i++) {
        assert_int_equal(slots[i].result_fold, r->folds[i]);
        assert_int_equal(slots[i].status, VRRL_STATUS_DONE);
    }
}

/* What slot_engine_words tells makes the end of the start. */
static void words_tell_all(struct slot_engine *engine, const vrrl_program *program)
{
    uint32_t *arena = published(program);
    const uint32_t *words, *values;
    uint32_t count = slot_engine_words(engine, &words, &values);
    for (uint32_t i = 0; i < count; i++)
        arena[words[i]] = values[i];
    assert_memory_equal(arena, slot_engine_arena(engine), 4 * program->layout.total_words);
    free(arena);
}

/* From an arena in which all is ready, and then from the usual one. */
static void start_again(struct slot_engine *engine, const vrrl_program *program)
{
    uint32_t *arena = published(program);
    uint64_t seed = 1;
    for (uint32_t i = 0; i < 64; i++)
        arena[program->layout.user_base + i] = UINT32_MAX / 2;
    slot_engine_restart(engine, arena);
    assert_int_equal(slot_engine_run(engine, pick_at_random, &seed), VRRL_VERDICT_COMPLETE);
    free(arena);
    arena = published(program);
    slot_engine_restart(engine, arena);
    free(arena);
}

static void a_safe_graph_always_ends_as_the_reference(const char *name,
                                                      const vrrl_lower_options *options,
                                                      uint32_t runs)
{
    vrrl_graph *graph = load_graph(name);
    vrrl_program *program = lower_graph(graph, options);
    struct reference reference = run_reference(program);
    struct slot_engine *engine = engine_of(program);
    uint64_t seed = 1;
    for (uint32_t i = 0; i < runs; i++) {
        assert_int_equal(slot_engine_run(engine, pick_at_random, &seed), VRRL_VERDICT_COMPLETE);
        assert_int_equal(slot_engine_steps(engine), graph->task_count);
        compare_with_reference(&reference, engine);
    }
    words_tell_all(engine, program);
    start_again(engine, program);
    assert_int_equal(slot_engine_run(engine, pick_at_random, &seed), VRRL_VERDICT_COMPLETE);
    compare_with_reference(&reference, engine);
    free(reference.arena);
    free(reference.folds);
    slot_engine_destroy(engine);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

static void safe_graphs_end_as_the_reference(void **state)
{
    const vrrl_lower_options pool = {.size = sizeof pool, .steps = 1},
                             serial = {.size = sizeof serial,
                                       .assign = &OPTIONS(vrrl_assign_options, .assign = "rr:5")},
                             pipelined = {.size = sizeof pipelined,
                                          .assign = &OPTIONS(vrrl_assign_options, .assign = "rr:5",
                                                             .pipelined = 3)};
    (void)state;
    a_safe_graph_always_ends_as_the_reference("toy-2l.json", &pool, 100);
    a_safe_graph_always_ends_as_the_reference("toy-2l.json", &serial, 100);
    a_safe_graph_always_ends_as_the_reference("toy-2l.json", &pipelined, 100);
    a_safe_graph_always_ends_as_the_reference("llama-3.2-1b.json", &pool, 5);
    a_safe_graph_always_ends_as_the_reference("llama-3.2-1b.json", &pipelined, 5);
}

/* ---- Against every order --------------------------------------------------------------------- */

/* Each slot waits for a word, then stores, adds or copies. The model knows no parking: it looks at
 * all slots before every turn. */
enum { WORDS = 3, SLOTS_MAX = 6, QUEUES = 3, OUTCOMES_MAX = 4096 };
enum { EFFECT_STORE, EFFECT_SIGNAL, EFFECT_COPY, EFFECTS };

struct model_slot {
    uint32_t wait_word, wait_value; /* 0: waits for nothing */
    uint32_t effect, to, value;     /* value or word to copy from */
    uint32_t queue;
};

struct model {
    struct model_slot slots[SLOTS_MAX];
    uint32_t count;
    uint32_t words[WORDS]; /* as they begin */
    vrrl_worker_model workers;
};

struct moment {
    uint32_t words[WORDS];
    bool ended[SLOTS_MAX], admitted[SLOTS_MAX];
};

/* Distinct ends: the words, and the order in which slots ended, an octal digit each from 1. */
struct outcomes {
    uint32_t items[OUTCOMES_MAX][WORDS + 1];
    uint32_t count;
};

static void add_outcome(struct outcomes *o, const uint32_t *words, uint32_t order)
{
    uint32_t item[WORDS + 1];
    memcpy(item, words, WORDS * sizeof *item);
    item[WORDS] = order;
    for (uint32_t i = 0; i < o->count; i++)
        if (memcmp(o->items[i], item, sizeof item) == 0)
            return;
    assert_true(o->count < OUTCOMES_MAX);
    memcpy(o->items[o->count++], item, sizeof item);
}

static bool is_ready(const struct model *m, const struct moment *now, uint32_t i)
{
    return now->words[m->slots[i].wait_word] >= m->slots[i].wait_value;
}

/* The first so many queues with slots left are on. */
static bool is_on(const struct model *m, const struct moment *now, uint32_t queue)
{
    uint32_t before = 0;
    for (uint32_t q = 0; q < queue; q++) {
        bool left = false;
        for (uint32_t i = 0; i < m->count; i++)
            left |= m->slots[i].queue == q && !now->ended[i];
        before += left;
    }
    return !m->workers.resident || before < m->workers.resident;
}

/* Slots of each queue are admitted in order, when ready, up to the depth in flight; one that is not
 * ready, and not admitted or put back, blocks those behind it. */
static void admit_all(const struct model *m, struct moment *now)
{
    for (uint32_t q = 0; q < QUEUES; q++) {
        uint32_t in_flight = 0, depth = m->workers.kind == VRRL_MODEL_SERIAL ? 1 : m->workers.depth;
        for (uint32_t i = 0; i < m->count; i++)
            in_flight += m->slots[i].queue == q && now->admitted[i] && !now->ended[i];
        for (uint32_t i = 0; i < m->count && is_on(m, now, q); i++) {
            if (m->slots[i].queue != q || now->ended[i] || now->admitted[i])
                continue;
            if (in_flight++ >= depth || !is_ready(m, now, i))
                break;
            now->admitted[i] = true;
        }
    }
}

static void take(const struct model *m, struct moment *now, uint32_t i)
{
    const struct model_slot *slot = &m->slots[i];
    now->ended[i] = true;
    if (slot->effect == EFFECT_STORE)
        now->words[slot->to] = slot->value;
    else if (slot->effect == EFFECT_SIGNAL)
        now->words[slot->to] += slot->value;
    else
        now->words[slot->to] = now->words[slot->value];
}

static void try_all(const struct model *m, struct moment now, uint32_t order, struct outcomes *o)
{
    bool pool = m->workers.kind == VRRL_MODEL_POOL, any = false;
    if (!pool)
        admit_all(m, &now);
    for (uint32_t i = 0; i < m->count; i++) {
        bool ready = is_ready(m, &now, i);
        if (now.ended[i] || !(pool ? ready : now.admitted[i]))
            continue;
        struct moment next = now;
        if (ready)
            take(m, &next, i);
        else
            next.admitted[i] = false;
        try_all(m, next, ready ? order << 3 | (i + 1) : order, o);
        any = true;
    }
    if (!any)
        add_outcome(o, now.words, order);
}

static struct model random_model(uint64_t *seed)
{
    struct model m = {.count = 3 + random_below(seed, SLOTS_MAX - 2)};
    m.workers.kind = (vrrl_model_kind)random_below(seed, 3);
    if (m.workers.kind != VRRL_MODEL_POOL) {
        m.workers.queues = QUEUES;
        m.workers.resident = random_below(seed, 3);
    }
    for (uint32_t w = 0; w < WORDS; w++)
        m.words[w] = random_below(seed, 3);
    if (m.workers.kind == VRRL_MODEL_PIPELINED)
        m.workers.depth = 1 + random_below(seed, 3);
    for (uint32_t i = 0; i < m.count; i++)
        m.slots[i] =
            (struct model_slot){.wait_word = random_below(seed, WORDS),
                                .wait_value = random_below(seed, 2) * random_below(seed, 4),
                                .effect = random_below(seed, EFFECTS),
                                .to = random_below(seed, WORDS),
                                .value = random_below(seed, WORDS),
                                .queue = random_below(seed, QUEUES)};
    return m;
}

/* The same as a program: each slot packs a WAIT_GE and its effect. */
static vrrl_program *program_of(const struct model *m)
{
    const vrrl_geometry geometry = {
        .slot_words = 16, .ring_slots = 16, .observable_words = 1, .user_words = 64};
    vrrl_program *p = NULL;
    uint32_t batch;
    assert_int_equal(vrrl_program_create(&p, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_set_geometry(p, &geometry, NULL), VRRL_OK);
    p->model = m->workers;
    memcpy(p->initial, m->words, sizeof m->words);
    assert_int_equal(vrrl_program_begin_batch(p, &batch, NULL), VRRL_OK);
    for (uint32_t i = 0; i < m->count; i++) {
        const struct model_slot *s = &m->slots[i];
        uint32_t base = p->layout.user_base, to = base + s->to;
        static const uint32_t inner[] = {VRRL_OPCODE_STORE_U32, 0x81, VRRL_OPCODE_MEMCPY};
        uint32_t args[] = {2u | 5u << 8 | 0x80u << 16,
                           inner[s->effect] | 2u << 8,
                           base + s->wait_word,
                           s->wait_value,
                           s->value,
                           to,
                           1};
        if (s->effect == EFFECT_SIGNAL) {
            args[4] = to;
            args[5] = s->value;
        } else if (s->effect == EFFECT_COPY) {
            args[4] = base + s->value;
        }
        vrrl_slot slot = {.opcode = VRRL_OPCODE_PACKED_SLOT, .arg_count = 7};
        slot.queue = m->workers.kind == VRRL_MODEL_POOL ? VRRL_NO_WORKER : s->queue;
        assert_int_equal(vrrl_program_add_words(p, args, 7, &slot.args, NULL), VRRL_OK);
        assert_int_equal(vrrl_program_add_slot(p, &slot, NULL), VRRL_OK);
    }
    assert_int_equal(vrrl_program_begin_epoch(p, batch, NULL), VRRL_OK);
    return p;
}

/* Follows given choices, 0 after them; notes how many there were at each. */
struct tried {
    uint32_t choices[64], counts[64];
    uint32_t at;
};

static void pick_given(void *context, const struct chooser_lane *lanes, uint32_t count,
                       uint32_t *at, uint32_t *option)
{
    struct tried *t = context;
    (void)option;
    assert_true(t->at < 64 && lanes[count - 1].options == 1);
    t->counts[t->at] = count;
    *at = t->choices[t->at++];
}

/* The next sequence of choices, in lexical order. */
static bool next_choices(struct tried *t)
{
    while (t->at > 0 && t->choices[t->at - 1] + 1 == t->counts[t->at - 1])
        t->choices[--t->at] = 0;
    if (t->at == 0)
        return false;
    t->choices[t->at - 1]++;
    return true;
}

/* The slots that ended, as an octal number; returns how many. */
static uint32_t order_of(struct slot_engine *engine, uint32_t slots, uint32_t *order)
{
    const struct sched_slot *all = slot_engine_slots(engine);
    uint32_t ended = 0;
    for (uint32_t turn = 1; turn <= slot_engine_steps(engine); turn++) {
        for (uint32_t i = 0; i < slots; i++) {
            if (all[i].ended_at != turn)
                continue;
            *order = *order << 3 | (i + 1);
            ended++;
        }
    }
    return ended;
}

static void run_all(const struct model *m, struct outcomes *o)
{
    vrrl_program *program = program_of(m);
    struct slot_engine *engine = engine_of(program);
    struct tried t = {.at = 0};
    do {
        t.at = 0;
        vrrl_verdict verdict = slot_engine_run(engine, pick_given, &t);
        uint32_t in_order = 0, count = order_of(engine, m->count, &in_order);
        assert_int_equal(verdict,
                         count == m->count ? VRRL_VERDICT_COMPLETE : VRRL_VERDICT_DEADLOCK);
        add_outcome(o, slot_engine_arena(engine) + program->layout.user_base, in_order);
    } while (next_choices(&t));
    slot_engine_destroy(engine);
    vrrl_program_free(program);
}

static bool has_outcome(const struct outcomes *o, const uint32_t *item)
{
    for (uint32_t i = 0; i < o->count; i++)
        if (memcmp(o->items[i], item, sizeof o->items[i]) == 0)
            return true;
    return false;
}

static void every_order_is_reached_and_no_other(void **state)
{
    const char *asked = getenv("VRRL_RUNS");
    uint64_t total = 0, runs = asked ? 200 * strtoull(asked, NULL, 10) : 1500;
    static struct outcomes expected, found;
    (void)state;
    for (uint64_t seed = 1; seed <= runs; seed++) {
        uint64_t random = seed;
        struct model m = random_model(&random);
        expected.count = found.count = 0;
        struct moment begin = {.words = {0}};
        memcpy(begin.words, m.words, sizeof begin.words);
        try_all(&m, begin, 0, &expected);
        run_all(&m, &found);
        if (found.count != expected.count)
            fail_msg("seed %llu: %u ends, expected %u", (unsigned long long)seed, found.count,
                     expected.count);
        for (uint32_t i = 0; i < found.count; i++)
            assert_true(has_outcome(&expected, found.items[i]));
        total += found.count;
    }
    print_message("%llu programs, %llu ends\n", (unsigned long long)runs,
                  (unsigned long long)total);
    assert_true(total > 2 * runs);
}

/* ---- Descriptors that change ----------------------------------------------------------------- */

static void add_slot(vrrl_program *p, uint32_t opcode, const uint32_t *args, uint32_t count)
{
    vrrl_slot slot = {.opcode = opcode, .queue = VRRL_NO_WORKER, .arg_count = count};
    assert_int_equal(vrrl_program_add_words(p, args, count, &slot.args, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_add_slot(p, &slot, NULL), VRRL_OK);
}

/* A slot makes another's descriptor a bad one: behind it, that one faults; before it, it does not. */
static void a_descriptor_that_goes_bad_is_noticed(void **state)
{
    const vrrl_geometry geometry = {
        .slot_words = 16, .ring_slots = 4, .observable_words = 1, .user_words = 256};
    vrrl_program *p = NULL;
    uint32_t batch;
    (void)state;
    assert_int_equal(vrrl_program_create(&p, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_set_geometry(p, &geometry, NULL), VRRL_OK);
    /* One wait for a word >= 0, whose order is word 8 of the descriptor. */
    uint32_t base = p->layout.user_base, bad[] = {7, base + 8};
    p->initial[0] = 1;
    p->initial[6] = base + 200;
    assert_int_equal(vrrl_program_begin_batch(p, &batch, NULL), VRRL_OK);
    add_slot(p, VRRL_OPCODE_MIX, &base, 1);
    add_slot(p, VRRL_OPCODE_STORE_U32, bad, 2);
    assert_int_equal(vrrl_program_begin_epoch(p, batch, NULL), VRRL_OK);
    struct slot_engine *engine = engine_of(p);
    for (uint32_t last = 0; last < 2; last++) {
        assert_int_equal(slot_engine_run(engine, pick_last, &last), VRRL_VERDICT_COMPLETE);
        assert_int_equal(slot_engine_slots(engine)[0].status,
                         last == 0 ? VRRL_STATUS_FAULT : VRRL_STATUS_DONE);
    }
    slot_engine_destroy(engine);
    vrrl_program_free(p);
}

/* ---- Ends ------------------------------------------------------------------------------------ */

/* Those that are stuck, each with the counter that it waits for. */
static void a_deadlock_tells_who_waits_for_what(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("toy-2l.over-wait-1.json");
    vrrl_program *program = lower_graph(graph, NULL);
    struct slot_engine *engine = engine_of(program);
    uint64_t seed = 1;
    assert_int_equal(slot_engine_run(engine, pick_at_random, &seed), VRRL_VERDICT_DEADLOCK);
    const struct sched_slot *slots = slot_engine_slots(engine);
    uint32_t stuck = 0;
    for (uint32_t i = 0; i < program->slot_count; i++) {
        stuck += slots[i].status == VRRL_STATUS_REQUEUE;
        assert_int_equal(slots[i].wait_word == VRRL_NO_INDEX, slots[i].ended_at != 0);
    }
    assert_int_equal(stuck, 42);
    /* Task 18 waits for one more than counter 14 ever gets. */
    assert_int_equal(slots[18].wait_value, slot_engine_arena(engine)[slots[18].wait_word] + 1);
    slot_engine_destroy(engine);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safe_graphs_end_as_the_reference),
        cmocka_unit_test(every_order_is_reached_and_no_other),
        cmocka_unit_test(a_descriptor_that_goes_bad_is_noticed),
        cmocka_unit_test(a_deadlock_tells_who_waits_for_what),
    };
    return cmocka_run_group_tests_name("slot engine", tests, NULL, NULL);
}
