/*
 * What threads show, explore allows: random small programs under each model of workers run on threads
 * that claim at random, and each end that they show (verdict, statuses, results and values) is among the
 * ends of an exhaustive search, under view; on x86, whose memory is that of tso, under tso, too.
 *
 * VRRL_AGREE_PROGRAMS programs (500; the long form has 20,000), from VRRL_AGREE_SEED on, 50 seeds each.
 */
#include "engine_runs.h"
#include "oracle_program.h"
#include "slots.h"

#include "engine/depth_first_search.h"

#ifdef VRRL_SANITIZED
enum { PROGRAMS = 40 };
#else
enum { PROGRAMS = 500 };
#endif

enum { SEEDS = 50, STATES = 20000, ENDS_MAX = 1 << 14, SLOTS_MAX = 8 };

typedef struct ends {
    uint64_t at[ENDS_MAX];
    uint32_t count;
} ends;

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static bool has(const ends *e, uint64_t end)
{
    for (uint32_t i = 0; i < e->count; i++)
        if (e->at[i] == end)
            return true;
    return false;
}

static void add(ends *e, uint64_t end)
{
    if (has(e, end))
        return;
    assert_true(e->count < ENDS_MAX);
    e->at[e->count++] = end;
}

/* What an end is made of. How far a slot that is left had come is nobody's business. */
static uint64_t end_of(const vrrl_program *p, const uint32_t *arena, vrrl_verdict verdict,
                       const uint32_t *statuses, const uint64_t *folds)
{
    const vrrl_geometry *g = &p->geometry;
    uint64_t hash = mix(1, verdict);
    for (uint32_t i = 0; i < p->batches[0].count; i++) {
        bool ended = vrrl_status_is_terminal(statuses[i]);
        hash = mix(hash, ended ? statuses[i] : UINT32_MAX);
        hash = mix(hash, ended ? folds[i] : 0);
    }
    for (uint32_t i = 0; i < g->observable_words; i++)
        hash = mix(hash, arena[VRRL_WORD_OBSERVABLE + i]);
    for (uint32_t i = 0; i < g->user_words; i++)
        hash = mix(hash, arena[p->layout.user_base + i]);
    return mix(hash, arena[VRRL_WORD_SHUTDOWN]);
}

/* ---- All of them ----------------------------------------------------------------------------- */

struct searched {
    const vrrl_program *program;
    uint32_t *arena;
    ends *ends;
};

static bool keep_end(void *context, struct sched *s, const struct sched_state *state,
                     vrrl_verdict verdict)
{
    struct searched *x = context;
    uint32_t statuses[SLOTS_MAX];
    uint64_t folds[SLOTS_MAX];
    for (uint32_t i = 0; i < x->program->batches[0].count; i++) {
        statuses[i] = sched_slot_at(state, i)->status;
        folds[i] = sched_slot_at(state, i)->result_fold;
    }
    end_arena(s, state, x->program->layout.total_words, x->arena);
    add(x->ends, end_of(x->program, x->arena, verdict, statuses, folds));
    return true;
}

/* False where there are too many states. */
static bool search(const vrrl_program *p, vrrl_memory_model model, ends *found)
{
    const vrrl_machine machine = {.geometry = p->geometry,
                                  .model = p->model,
                                  .workers = p->batches[0].count,
                                  .claim = VRRL_CLAIM_RANDOM};
    const struct sched_options options = {.setup.model = model, .starved = VRRL_NO_WORKER};
    uint32_t *arena = published(p), indices[SLOTS_MAX], queues[SLOTS_MAX];
    const vrrl_batch_view batch = {p->batches[0].count, indices, queues};
    struct sched *s = NULL;
    vrrl_error err = {0};
    for (uint32_t i = 0; i < batch.count; i++) {
        indices[i] = i;
        queues[i] = epoch_slot(p, 0, i)->queue;
    }
    if (sched_create(&machine, arena, &batch, &options, &s, &err))
        fail_msg("%s", err.text);
    struct searched x = {.program = p, .arena = arena, .ends = found};
    found->count = 0;
    struct sched_search all = sched_exhaust(s, STATES, keep_end, &x);
    sched_destroy(s);
    free(arena);
    return all.complete;
}

/* ---- Threads --------------------------------------------------------------------------------- */

struct ran {
    const vrrl_program *program;
    uint32_t statuses[SLOTS_MAX];
    uint64_t folds[SLOTS_MAX], end;
    const uint32_t *arena;
};

static vrrl_code keep_host(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct ran *)context)->arena = vrrl_host_arena(host);
    return VRRL_OK;
}

static vrrl_code keep_slot(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                           const vrrl_ticket *ticket, vrrl_error *err)
{
    struct ran *r = context;
    (void)epoch, (void)err;
    if (index < r->program->batches[0].count) {
        r->statuses[index] = words[0];
        r->folds[index] = ticket->result_fold;
    }
    return VRRL_OK;
}

static vrrl_code keep_values(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct ran *r = context;
    (void)err;
    r->end = end_of(r->program, r->arena, result->verdict, r->statuses, r->folds);
    return VRRL_OK;
}

static uint64_t run(const vrrl_program *p, const vrrl_driver *driver, uint64_t seed,
                    vrrl_verdict *verdict)
{
    struct ran r = {.program = p};
    const vrrl_sink sink = {.context = &r, .complete = keep_slot, .end = keep_values};
    const vrrl_run_options options = {.size = sizeof options,
                                      .driver = driver,
                                      .workers = 1 + (uint32_t)(seed % 3),
                                      .claim = VRRL_CLAIM_RANDOM,
                                      .seed = seed,
                                      .timeout_ms = 20000};
    vrrl_error err = {0};
    for (uint32_t i = 0; i < SLOTS_MAX; i++)
        r.statuses[i] = VRRL_STATUS_PUBLISHED;
    if (vrrl_program_run(p, &options, &sink, keep_host, verdict, &err))
        fail_msg("%s", err.text);
    return r.end;
}

/* ---- Programs -------------------------------------------------------------------------------- */

/* Slots that wait, and raise and lower what others wait for. */
static void put_waiting_slot(random_text *t)
{
    /* One that has an effect comes last. */
    static const char *const waits[] = {"WAIT_GE c[%u], 1", "WAIT_GE c[%u], 2",
                                        "WAIT_RELAXED c[%u], 1", "WAIT_WORD c[%u], k[0], 1",
                                        "TAKE c[%u]"};
    static const char *const does[] = {
        "STORE_U32 0, c[%u]",    "STORE_RELEASE 0, c[%u]", "STORE_U32 1, c[%u]",
        "SIGNAL c[%u], 1",       "SIGNAL c[%u], 1",        "SIGNAL c[%u], 0xFFFFFFFF",
        "MEMCPY c[%u], m[0], 1", "STORE_U32 %u, m[1]",     "STORE_U32 %u, k[0]"};
    put(t, " pack");
    put_queue(t, t->queues ? draw(t, t->queues) : 0);
    for (uint32_t left = draw(t, 3); left > 0; left--) {
        put(t, "  ");
        put(t, waits[chance(t, 60) ? 0 : draw(t, left > 1 ? 4 : 5)], any_counter(t));
        put(t, "\n");
    }
    for (uint32_t left = 1 + draw(t, 2); left > 0; left--) {
        put(t, "  ");
        put(t, does[draw(t, 9)], draw(t, 2));
        put(t, "\n");
    }
    put(t, " end\n");
}

static void waiting_program_text(random_text *t, uint64_t seed)
{
    *t = (random_text){.seed = seed};
    draw(t, 2);
    put(t, "slot_words 32\n");
    put_workers(t);
    put(t, "words m[2]\nwords c[2]\nwords k[1]\n");
    if (chance(t, 60))
        put(t, "init c = 1, %u\n", draw(t, 2));
    put(t, "epoch\n");
    for (uint32_t left = 2 + draw(t, 3); left > 0; left--)
        put_waiting_slot(t);
    put(t, "end\n");
}

/* ---- The comparison -------------------------------------------------------------------------- */

/* How many programs of each sort there were, and what they showed. */
struct account {
    uint32_t programs, too_large, pool, serial, pipelined[4], resident;
    uint64_t runs, stuck, varied;
};

static void count_program(struct account *a, const vrrl_program *p)
{
    const vrrl_worker_model *m = &p->model;
    a->programs++;
    a->pool += m->kind == VRRL_MODEL_POOL;
    a->serial += m->kind == VRRL_MODEL_SERIAL;
    if (m->kind == VRRL_MODEL_PIPELINED)
        a->pipelined[m->depth]++;
    a->resident += m->resident > 0;
}

static void compare(const vrrl_program *p, const vrrl_driver *driver, const char *text,
                    const ends *allowed, const char *model, uint64_t seed, struct account *a)
{
    static ends shown;
    shown.count = 0;
    for (uint64_t i = 0; i < SEEDS; i++) {
        vrrl_verdict verdict;
        uint64_t end = run(p, driver, seed * SEEDS + i, &verdict);
        if (!has(allowed, end))
            fail_msg("seed %llu of %llu: threads end in %s as no schedule under %s does\n%s",
                     (unsigned long long)(seed * SEEDS + i), (unsigned long long)seed,
                     vrrl_verdict_name(verdict), model, text);
        add(&shown, end);
        a->runs++;
        a->stuck += verdict == VRRL_VERDICT_DEADLOCK;
    }
    a->varied += shown.count > 1;
}

static void compare_program(const char *text, const vrrl_driver *driver, uint64_t seed,
                            struct account *a)
{
    static ends strong, weak;
    vrrl_program *p = program_of(text);
    bool ordered = true;
#if defined __x86_64__
    if (p->epoch_count == 1 && search(p, VRRL_MEMORY_TSO, &strong))
        compare(p, driver, text, &strong, "tso", seed, a);
    else
        ordered = false;
#endif
    bool known = ordered && p->epoch_count == 1 && search(p, VRRL_MEMORY_VIEW, &weak);
    for (uint32_t i = 0; known && i < strong.count; i++)
        if (!has(&weak, strong.at[i]))
            fail_msg("seed %llu: an end of tso is none of view\n%s", (unsigned long long)seed,
                     text);
#if !defined __x86_64__
    if (known)
        compare(p, driver, text, &weak, "view", seed, a);
#endif
    a->too_large += !known;
    if (known)
        count_program(a, p);
    vrrl_program_free(p);
}

static void what_threads_show_explore_allows(void **state)
{
    const char *programs = getenv("VRRL_AGREE_PROGRAMS"), *first = getenv("VRRL_AGREE_SEED");
    uint64_t wanted = programs ? strtoull(programs, NULL, 10) : PROGRAMS;
    uint64_t seed = first ? strtoull(first, NULL, 10) : 1;
    static random_text text;
    struct account a = {0};
    const vrrl_driver *driver;
    (void)state;
    assert_int_equal(vrrl_driver_find("threads", &driver, NULL), VRRL_OK);
    for (; a.programs < wanted; seed++) {
        if (seed % 2)
            random_program_text(&text, seed);
        else
            waiting_program_text(&text, seed);
        compare_program(text.at, driver, seed, &a);
    }
    print_message("%u programs (%u left out as too large, or of several epochs): %u in a pool, %u "
                  "serial, %u, %u and %u pipelined with 1 to 3 places, %u with residency\n",
                  a.programs, a.too_large, a.pool, a.serial, a.pipelined[1], a.pipelined[2],
                  a.pipelined[3], a.resident);
    print_message("%llu runs, %llu stuck; %llu programs ended in more than one way\n",
                  (unsigned long long)a.runs, (unsigned long long)a.stuck,
                  (unsigned long long)a.varied);
    uint32_t least = (uint32_t)(wanted / 25);
    assert_true(a.pool > least && a.serial > least && a.resident > least);
    assert_true(a.pipelined[1] > least && a.pipelined[2] > least && a.pipelined[3] > least);
    assert_true(a.stuck > a.runs / 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_threads_show_explore_allows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
