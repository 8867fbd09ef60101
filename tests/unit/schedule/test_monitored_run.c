/* Happens-before of watched runs, against the definition: all events of a run, an edge for each rule, and
 * the transitive closure. */
#include "program/batch_view.h"
#include "run_target_test.h"
#include "schedule/monitored_run.h"
#include "schedule/trace.h"
#include "vrrl/analysis/selftest.h"

/* ---- By definition --------------------------------------------------------------------------- */

enum { EVENTS_MAX = 512, WORDS_MAX = 64 };

struct execution_event {
    uint32_t thread, slot, word, stored;
    uint8_t kind, order;
    bool writes, waits;
    bool silent; /* it writes what was there */
    int from;    /* the event whose store it reads; -1: none */
};

struct execution {
    struct execution_event list[EVENTS_MAX];
    int count;
    bool before[EVENTS_MAX][EVENTS_MAX];
};

static bool loads(const struct execution_event *e)
{
    return e->kind != OPERATION_STORE && e->kind != OPERATION_FENCE;
}

static void add_event(struct execution *x, const vrrl_program *p, const struct trace_entry *step)
{
    bool queued = p->model.kind != VRRL_MODEL_POOL, claims = step->event.what == EVENT_CLAIMS;
    uint32_t slot = step->event.slot;
    if (!claims && step->event.what != EVENT_OPERATES)
        return;
    assert_true(x->count < EVENTS_MAX);
    struct execution_event *e = &x->list[x->count];
    *e = (struct execution_event){
        .thread = queued ? epoch_slot(p, 0, slot)->queue : slot,
        .slot = slot,
        .word = step->event.word,
        .kind = claims ? OPERATION_CAS : step->event.kind,
        .order = claims ? queued ? ORDER_ACQ_REL : ORDER_RELAXED : step->event.order,
        .writes = step->event.writes,
        .stored = step->event.stored,
        .waits = step->event.waits,
        .silent = step->event.writes && step->event.stored == step->event.read,
        .from = -1};
    for (int i = x->count - 1; i >= 0 && loads(e) && e->from < 0; i--)
        if (x->list[i].writes && x->list[i].word == e->word)
            e->from = i;
    x->count++;
}

/* An edge to the load `r`, if it acquires, and to each acquire fence behind it. */
static void synchronise(struct execution *x, int release, int r)
{
    if (x->list[r].order & ORDER_ACQUIRE)
        x->before[release][r] = true;
    for (int f = r + 1; f < x->count; f++)
        if (x->list[f].kind == OPERATION_FENCE && x->list[f].thread == x->list[r].thread &&
            (x->list[f].order & ORDER_ACQUIRE))
            x->before[release][f] = true;
}

/* The store `s` begins release sequences that `r` reads from: it releases by itself, or by fences. */
static void synchronise_from(struct execution *x, int s, int r)
{
    if (x->list[s].order & ORDER_RELEASE)
        synchronise(x, s, r);
    for (int f = 0; f < s; f++)
        if (x->list[f].kind == OPERATION_FENCE && x->list[f].thread == x->list[s].thread &&
            (x->list[f].order & ORDER_RELEASE))
            synchronise(x, f, r);
}

static void order(struct execution *x)
{
    memset(x->before, 0, sizeof x->before);
    for (int i = 0; i < x->count; i++)
        for (int k = i + 1; k < x->count; k++)
            x->before[i][k] = x->list[i].thread == x->list[k].thread;
    for (int r = 0; r < x->count; r++)
        for (int w = x->list[r].from; w >= 0; w = x->list[w].from) /* a chain of swaps */
            for (int s = 0; s <= w; s++)
                if (x->list[s].writes && x->list[s].thread == x->list[w].thread &&
                    x->list[s].word == x->list[w].word)
                    synchronise_from(x, s, r);
    for (int m = 0; m < x->count; m++)
        for (int i = 0; i < m; i++)
            for (int k = m + 1; x->before[i][m] && k < x->count; k++)
                x->before[i][k] |= x->before[m][k];
}

/* A slot that waits for the word does not look at it to think better of something. */
static bool waits_for_it(const struct execution *x, const struct execution_event *look)
{
    for (int i = 0; i < x->count; i++)
        if (x->list[i].waits && x->list[i].slot == look->slot && x->list[i].word == look->word)
            return true;
    return false;
}

static bool is_made_good(const struct execution *x, int read, int write, const bool *sync,
                         uint32_t base)
{
    for (int i = read + 1; i < x->count; i++) {
        const struct execution_event *look = &x->list[i];
        bool looks = look->kind == OPERATION_LOAD || look->kind == OPERATION_CAS ||
                     look->kind == OPERATION_EXCHANGE;
        if (look->thread != x->list[read].thread || !looks || waits_for_it(x, look) ||
            look->word < base || !sync[look->word - base])
            continue;
        for (int k = 0; k < write; k++)
            if (x->list[k].writes && x->list[k].thread == x->list[write].thread &&
                x->list[k].word == look->word)
                return true;
    }
    return false;
}

/* The thread of `b` had read, before, what the thread of `a` stores at `a` or after, or what follows that. */
static bool is_coherent(const struct execution *x, int a, int b)
{
    int store = a;
    while (store < x->count &&
           !(x->list[store].writes && x->list[store].thread == x->list[a].thread &&
             x->list[store].word == x->list[a].word))
        store++;
    for (int r = 0; r <= b; r++) {
        const struct execution_event *e = &x->list[r];
        if (e->thread == x->list[b].thread && e->word == x->list[b].word && loads(e) &&
            (r < b || e->writes) && e->from >= store)
            return true;
    }
    return false;
}

/* A load that acquires or waits; or a swap that fails. */
static bool is_look(const struct execution_event *e)
{
    return loads(e) && !e->writes && (e->waits || (e->order & ORDER_ACQUIRE));
}

/* Two accesses of a word, `a` first, that race. */
static bool race(const struct execution *x, int a, int b, const bool *sync, uint32_t base)
{
    const struct execution_event *first = &x->list[a], *second = &x->list[b];
    if (first->word != second->word || first->word < base || first->kind == OPERATION_FENCE ||
        second->kind == OPERATION_FENCE || first->thread == second->thread || x->before[a][b] ||
        is_coherent(x, a, b))
        return false;
    bool plain = (first->kind == OPERATION_STORE && !(first->order & ORDER_RELEASE)) ||
                 (second->kind == OPERATION_STORE && !(second->order & ORDER_RELEASE));
    if (!plain || is_look(first) || is_look(second))
        return false;
    if (!first->writes || !second->writes)
        return !first->silent && !second->silent &&
               !is_made_good(x, first->writes ? b : a, first->writes ? a : b, sync, base);
    if (first->kind == OPERATION_STORE && second->kind == OPERATION_STORE)
        return first->stored != second->stored;
    return !(first->silent && first->kind != OPERATION_STORE) &&
           !(second->silent && second->kind != OPERATION_STORE);
}

/* ---- Random programs ------------------------------------------------------------------------- */

/* Words, by offset: data; then those that slots are ordered by; then what each slot keeps, and a flag. */
enum { DATA = 2, LOCK = DATA, FLAG, GATE, SWAPPED, COUNT, KEPT, STEP = KEPT + 8 };

struct text {
    char at[8192];
    size_t used;
    bool sync[WORDS_MAX];
    bool looks;
};

static void put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct text *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    t->used += (size_t)vsnprintf(t->at + t->used, sizeof t->at - t->used, format, list);
    va_end(list);
    assert_true(t->used < sizeof t->at);
}

static void put_wait(struct text *t, uint64_t *seed, uint32_t slots)
{
    switch (random_below(seed, 8)) {
    case 0:
    case 1:
        put(t, " WAIT_GE flag, %u\n", 1 + random_below(seed, 2));
        t->sync[FLAG] = true;
        break;
    case 2:
        put(t, " WAIT_RELAXED flag, 1\n");
        t->sync[FLAG] = true;
        break;
    case 3:
        put(t, " BATCH_FENCE %u, 1, 0\n", random_below(seed, slots));
        break;
    case 4:
    case 5:
        put(t, " TAKE lock\n");
        t->sync[LOCK] = true;
        break;
    }
}

static void put_operation(struct text *t, uint64_t *seed, uint32_t slot, uint32_t *value)
{
    uint32_t of = random_below(seed, t->looks ? 16 : 13), data = random_below(seed, DATA);
    if (of < 4)
        put(t, " STORE_U32 %u, data[%u]\n", ++*value, data);
    else if (of < 6)
        put(t, " MEMCPY data[%u], kept[%u], 1\n", data, slot);
    else if (of == 6)
        put(t, " SIGNAL %s, 1\n", random_below(seed, 2) ? "flag" : "lock");
    else if (of == 7)
        put(t, " ATOMIC_ADD 1, flag\n");
    else if (of == 8)
        put(t, " FETCH_ADD 1, count, kept[%u]\n", slot);
    else if (of < 12)
        put(t, " %s\n", of == 9 ? "FENCE_ACQUIRE" : of == 10 ? "FENCE_RELEASE" : "FENCE_SEQ_CST");
    else if (of == 12)
        put(t, " ATOMIC_ADD 1, data[%u]\n", data);
    else if (of == 13)
        put(t, " STORE_RELEASE %u, gate\n", ++*value);
    else if (of == 14)
        put(t, " EXCHANGE %u, swapped, kept[%u]\n", ++*value, slot);
    else
        put(t, " LOAD_ACQUIRE gate, kept[%u]\n", slot);
    t->sync[SWAPPED] |= of == 14;
    t->sync[GATE] |= of == 15;
}

/* What slots are made of: what one begins with, and up to `most` operations. */
struct slot_kind {
    void (*begin)(struct text *t, uint64_t *seed, uint32_t slots, uint32_t slot);
    void (*operation)(struct text *t, uint64_t *seed, uint32_t slot, uint32_t *value);
    uint32_t most;
};

/* All slots of an epoch; values that they store are above `value`. */
static void put_slots(struct text *t, uint64_t *seed, uint32_t slots, uint32_t queues,
                      const struct slot_kind *kind, uint32_t value)
{
    for (uint32_t i = 0; i < slots; i++) {
        if (queues)
            put(t, "queue %u\n", random_below(seed, queues + 1));
        put(t, "pack\n");
        kind->begin(t, seed, slots, i);
        for (uint32_t k = 1 + random_below(seed, kind->most); k > 0; k--)
            kind->operation(t, seed, i, &value);
        put(t, queues ? "end\nend\n" : "end\n");
    }
    put(t, "end\n");
}

static void put_machine(struct text *t, uint32_t queues)
{
    put(t, "slot_words 64\n");
    if (queues)
        put(t, "workers serial %u\n", queues + 1);
    put(t, "words data[%d]\nword lock\nword flag\nword gate\nword swapped\nword count\n", DATA);
    put(t, "words kept[8]\nword step\ninit lock = 1\n");
}

/* A slot that takes a lock is among them, so that the check by itself does not know. */
static void take_or_wait(struct text *t, uint64_t *seed, uint32_t slots, uint32_t slot)
{
    if (slot > 0) {
        put_wait(t, seed, slots);
        return;
    }
    put(t, " TAKE lock\n");
    t->sync[LOCK] = true;
}

static void random_text(struct text *t, uint64_t *seed, bool looks)
{
    static const struct slot_kind kind = {take_or_wait, put_operation, 4};
    uint32_t slots = 2 + random_below(seed, 3), queues = random_below(seed, 3);
    *t = (struct text){.looks = looks};
    put_machine(t, queues);
    put(t, "epoch\n");
    put_slots(t, seed, slots, queues, &kind, 0);
}

/* ---- The comparison -------------------------------------------------------------------------- */

struct aggregate {
    uint32_t runs, racy, missed;
};

static vrrl_defect_kind execute(const vrrl_program *p, const struct run_target_options *options,
                                uint64_t seed, struct execution *x)
{
    struct run_target *s = run_target_with(p, options);
    struct trace steps = {.list = NULL};
    const struct chooser random = {.context = &seed, .choose = choose_at_random};
    struct tracer t = {.by = &random, .of = s, .into = &steps};
    const struct chooser with = tracer_chooser(&t);
    vrrl_run_outcome outcome = run_with(s, &with);
    x->count = 0;
    for (uint32_t i = 0; i < steps.count; i++)
        add_event(x, p, &steps.list[i]);
    order(x);
    trace_free(&steps);
    run_target_destroy(s);
    return outcome.kind;
}

static bool has_race(const struct execution *x, const vrrl_run_race *r, const bool *sync,
                     uint32_t base)
{
    for (int a = 0; a < x->count; a++)
        for (int b = a + 1; b < x->count; b++)
            if (x->list[a].slot == r->slots[0] && x->list[b].slot == r->slots[1] &&
                x->list[a].word == r->word && race(x, a, b, sync, base))
                return true;
    return false;
}

static bool any_race(const struct execution *x, const bool *sync, uint32_t base)
{
    for (int a = 0; a < x->count; a++)
        for (int b = a + 1; b < x->count; b++)
            if (race(x, a, b, sync, base))
                return true;
    return false;
}

static vrrl_program_check *watched(const vrrl_program *p, const struct run_target_options *options,
                                   uint64_t seed)
{
    const struct chooser random = {.context = &seed, .choose = choose_at_random};
    vrrl_program_check *check = NULL;
    vrrl_error error = {0};
    if (vrrl_check_program(p, NULL, &check, &error) ||
        monitored_run_by(p, &random, options, check, &error))
        fail_msg("%s", error.text);
    return check;
}

static void compare(const struct text *t, uint64_t seed, struct aggregate *aggregate)
{
    static struct execution x;
    vrrl_program *p = program_of(t->at);
    uint32_t base = p->layout.user_base;
    struct run_target_options options = monitored_run_options(p, NULL);
    options.setup.workers = p->model.kind == VRRL_MODEL_POOL ? 1 + (uint32_t)(seed % 3) : 0;
    vrrl_program_check *check = watched(p, &options, seed);
    if (!check->run) { /* a deadlock, whatever is left out */
        vrrl_program_check_free(check);
        vrrl_program_free(p);
        return;
    }
    assert_int_equal(check->run->stopped.kind, VRRL_STOP_NONE);
    execute(p, &options, seed, &x);
    for (uint32_t i = 0; i < check->run->race_count; i++)
        if (!has_race(&x, &check->run->races[i], t->sync, base))
            fail_msg("seed %llu: no race of %u and %u\n%s", (unsigned long long)seed,
                     check->run->races[i].slots[0], check->run->races[i].slots[1], t->at);
    bool racy = any_race(&x, t->sync, base);
    if (racy && !t->looks && check->run->race_count == 0)
        fail_msg("seed %llu: a race is missed\n%s", (unsigned long long)seed, t->at);
    aggregate->runs++;
    aggregate->racy += racy;
    aggregate->missed += racy && check->run->race_count == 0;
    vrrl_program_check_free(check);
    vrrl_program_free(p);
}

static void clocks_agree_with_the_closure(void **state)
{
    const char *asked = getenv("VRRL_RUNS");
    uint64_t runs = asked ? 1000 * strtoull(asked, NULL, 10) : 4000;
    struct aggregate aggregate = {.runs = 0};
    (void)state;
    for (uint64_t seed = 1; seed <= runs; seed++) {
        uint64_t random = seed;
        struct text text;
        random_text(&text, &random, seed % 4 == 0);
        compare(&text, seed, &aggregate);
    }
    print_message("%u runs, %u racy; %u not named, where loads are made good\n", aggregate.runs,
                  aggregate.racy, aggregate.missed);
    assert_true(aggregate.runs > runs / 2 && aggregate.racy > aggregate.runs / 5 &&
                aggregate.racy < aggregate.runs * 4 / 5);
}

/* ---- What the check knows -------------------------------------------------------------------- */

static void put_known_wait(struct text *t, uint64_t *seed, uint32_t slots)
{
    uint32_t of = random_below(seed, 4);
    if (of == 0)
        put(t, " WAIT_WORD flag, kept[7], 1\n"); /* nobody writes kept[7] */
    else if (of == 1)
        put(t, " BATCH_FENCE %u, %u, 0\n", random_below(seed, slots), 1 + random_below(seed, 2));
    else
        put_wait(t, seed, slots);
    t->sync[FLAG] |= of == 0;
}

static void put_known(struct text *t, uint64_t *seed, uint32_t slot, uint32_t *value)
{
    uint32_t of = random_below(seed, 8);
    if (of == 0)
        put(t, " IF_EQ kept[%u], %u\n", slot, random_below(seed, 2));
    else if (of == 1)
        put(t, " STORE_AT data, %d, kept[7], kept[%u]\n", DATA, slot);
    else if (of == 2)
        put(t, " STORE_U32 %u, step\n", random_below(seed, 3));
    else
        put_operation(t, seed, slot, value);
}

static void may_wait(struct text *t, uint64_t *seed, uint32_t slots, uint32_t slot)
{
    (void)slot;
    if (random_below(seed, 6) == 0)
        put_known_wait(t, seed, slots);
    else if (random_below(seed, 6) == 0)
        put(t, " WAIT_GE step, %u\n", 1 + random_below(seed, 2));
}

/* Not all that the check can say of them is that it does not know. */
static void known_text(struct text *t, uint64_t *seed)
{
    static const struct slot_kind kind = {may_wait, put_known, 3};
    uint32_t slots = 2 + random_below(seed, 3), queues = random_below(seed, 3);
    *t = (struct text){.looks = random_below(seed, 4) == 0};
    put_machine(t, queues);
    put(t, "init flag = %u\nepoch\n", random_below(seed, 2));
    put_slots(t, seed, slots, queues, &kind, 10);
}

/* `stuck` of `runs` got stuck; `racy` showed a race by definition. */
struct shown {
    uint32_t runs, stuck, racy;
};

static struct shown show(const vrrl_program *p, const bool *sync, uint64_t seed)
{
    static struct execution x;
    struct shown shown = {.runs = 12};
    for (uint32_t i = 0; i < shown.runs; i++) {
        struct run_target_options options = monitored_run_options(p, NULL);
        options.setup.workers = p->model.kind == VRRL_MODEL_POOL ? 1 + i % 4 : 0;
        shown.stuck += execute(p, &options, seed + i, &x) == VRRL_DEFECT_DEADLOCK;
        shown.racy += any_race(&x, sync, p->layout.user_base);
    }
    return shown;
}

/* Safe: no run races, none gets stuck. A deadlock: every run gets stuck. */
static void what_the_check_knows_holds(void **state)
{
    const char *asked = getenv("VRRL_RUNS");
    uint64_t runs = asked ? 500 * strtoull(asked, NULL, 10) : 1500;
    uint32_t verdicts[VRRL_CHECK_FAILS + 1] = {0}, raced = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= runs; seed++) {
        uint64_t random = seed;
        struct text t;
        vrrl_program_check *check = NULL;
        known_text(&t, &random);
        vrrl_program *p = program_of(t.at);
        assert_int_equal(vrrl_check_program(p, NULL, &check, NULL), VRRL_OK);
        struct shown shown = show(p, t.sync, seed);
        bool safe = check->verdict == VRRL_CHECK_SAFE;
        if ((safe && (shown.stuck || shown.racy)) ||
            (check->verdict == VRRL_CHECK_DEADLOCK && shown.stuck < shown.runs))
            fail_msg("seed %llu: %s; of %u runs %u get stuck, %u race\n%s",
                     (unsigned long long)seed, vrrl_check_verdict_name(check->verdict), shown.runs,
                     shown.stuck, shown.racy, t.at);
        verdicts[check->verdict]++;
        raced += check->verdict == VRRL_CHECK_RACY && shown.racy > 0;
        vrrl_program_check_free(check);
        vrrl_program_free(p);
    }
    print_message("%u safe, %u racy (%u in a run), %u deadlocks, %u not known\n", verdicts[0],
                  verdicts[1], raced, verdicts[2], verdicts[3]);
    assert_true(verdicts[0] > runs / 20 && verdicts[1] > runs / 20 && verdicts[2] > runs / 20);
}

/* ---- Queues ---------------------------------------------------------------------------------- */

struct row {
    const char *text;
    uint32_t races;
};

/* A lock that nobody needs, so that the check by itself does not know. */
#define LOCK_HEAD "word lock\ninit lock = 1\nword data\nword flag\nwords kept[2]\n"
#define UNNEEDED  "queue 0\npack TAKE lock then SIGNAL lock, 1\nend\n"

/* A serial queue orders its slots, and so does a pipelined one of depth 1. That a slot is admitted, or a
 * queue gets on, when another is past its waits, or has ended, orders time alone. */
static void queues_order_their_slots(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"workers pipelined 2 depth 2\n" LOCK_HEAD "epoch\n" UNNEEDED
         "queue 0\npack STORE_U32 1, data then SIGNAL flag, 1\nend\n"
         "queue 1\nWAIT_GE flag, 1\nMEMCPY data, kept, 1\nend\nend\n",
         1},
        {"workers pipelined 2 depth 1\n" LOCK_HEAD "epoch\n" UNNEEDED
         "queue 0\npack STORE_U32 1, data then SIGNAL flag, 1\nend\n"
         "queue 1\nWAIT_GE flag, 1\nMEMCPY data, kept, 1\nend\nend\n",
         0},
        {"workers pipelined 2 depth 2\n" LOCK_HEAD "epoch\n" UNNEEDED
         "queue 0\nSTORE_U32 1, data\nMEMCPY data, kept, 1\nend\nend\n",
         1},
        {"workers serial 2\n" LOCK_HEAD "epoch\n" UNNEEDED
         "queue 0\nSTORE_U32 1, data\nend\nqueue 1\nMEMCPY data, kept, 1\nend\nend\n",
         1},
        {"workers serial 2 resident 1\n" LOCK_HEAD "epoch\n" UNNEEDED
         "queue 0\nSTORE_U32 1, data\nend\nqueue 1\nMEMCPY data, kept, 1\nend\nend\n",
         1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *p = program_of(rows[i].text);
        const struct run_target_options options = monitored_run_options(p, NULL);
        for (uint64_t seed = 1; seed <= 30; seed++) {
            vrrl_program_check *check = watched(p, &options, seed);
            assert_non_null(check->run);
            if (check->run->race_total != rows[i].races)
                fail_msg("%s\n%u races, seed %u", rows[i].text, check->run->race_total,
                         (unsigned)seed);
            vrrl_program_check_free(check);
        }
        vrrl_program_free(p);
    }
}

/* ---- The suite ------------------------------------------------------------------------------- */

static uint32_t races_of(const vrrl_program *p, uint64_t runs)
{
    uint32_t races = 0;
    for (uint64_t seed = 1; seed <= runs; seed++) {
        struct run_target_options options = monitored_run_options(p, NULL);
        options.setup.workers = p->model.kind == VRRL_MODEL_POOL ? 3 : 0;
        vrrl_program_check *check = watched(p, &options, seed);
        races += check->run && check->run->race_total > 0;
        if (check->run)
            assert_int_equal(check->run->stopped.kind, VRRL_STOP_NONE);
        vrrl_program_check_free(check);
    }
    return races;
}

/* No run of a correct program has a race; most bugs that the check by itself does not know show one. */
static void the_suite_is_not_blamed(void **state)
{
    vrrl_selftest *suite = NULL;
    uint32_t correct = 0, planted = 0, found = 0;
    (void)state;
    assert_int_equal(vrrl_selftest_create(&suite, NULL), VRRL_OK);
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *c = vrrl_selftest_at(suite, i);
        vrrl_program *p = NULL;
        if (c->mutation)
            continue;
        assert_int_equal(vrrl_selftest_program(suite, i, &p, NULL), VRRL_OK);
        uint32_t races = races_of(p, c->planted ? 10 : 40);
        if (!c->planted && races)
            fail_msg("%s: a race in %u runs", c->name, races);
        correct += !c->planted;
        planted += c->planted;
        found += c->planted && races;
        vrrl_program_free(p);
    }
    print_message("%u correct programs, no race; %u planted bugs, %u race\n", correct, planted,
                  found);
    assert_true(correct >= 136 && found >= 30);
    vrrl_selftest_free(suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_agree_with_the_closure),
        cmocka_unit_test(what_the_check_knows_holds),
        cmocka_unit_test(queues_order_their_slots),
        cmocka_unit_test(the_suite_is_not_blamed),
    };
    return cmocka_run_group_tests_name("watched runs", tests, NULL, NULL);
}
