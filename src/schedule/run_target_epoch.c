/* One epoch of a run: on its engine where it starts as the reference did, else through the host. */
#include "schedule/run_target_epoch.h"

#include "base/clock.h"
#include "base/error.h"
#include "host/host.h"
#include "program/batch_view.h"
#include "schedule/run_target_state.h"

#include <stdlib.h>
#include <string.h>

enum {
    BYTES_MAX = 1 << 27,    /* of engines and starts; over it, they are made anew as needed */
    ENGINE_BYTES = 1 << 14, /* of an engine, and: */
    ENGINE_ARENAS = 3,      /* what it has for each word, in arenas */
    SLOT_BYTES = 1 << 9,    /* for each slot */
};

static size_t arena_bytes(const struct run_target *s)
{
    return s->program->layout.total_words * sizeof(uint32_t);
}

static void drop_engine(struct run_target *s, struct run_target_epoch *epoch)
{
    s->grain->destroy(epoch->engine);
    free(epoch->start);
    s->bytes -= epoch->bytes;
    epoch->engine = NULL;
    epoch->start = NULL;
    epoch->bytes = 0;
    epoch->one_way = false;
}

void run_target_drop_engines(struct run_target *s)
{
    for (uint32_t e = 0; e < s->kept; e++)
        drop_engine(s, &s->epochs[e]);
}

static void count_bytes(struct run_target *s, size_t bytes)
{
    s->now->bytes += bytes;
    s->bytes += bytes;
}

/* Of an epoch with the same slots at the same places of the ring its engine goes over to this one, which starts
 * elsewhere. */
static bool take_over(struct run_target *s)
{
    struct run_target_epoch *from = s->made_at[s->now->first_index], *to = s->now;
    if (!from || !from->engine || from->first_index != to->first_index ||
        epoch_batch(s->program, from->of) != epoch_batch(s->program, to->of))
        return false;
    to->engine = from->engine;
    to->start = from->start;
    to->bytes = from->bytes;
    from->engine = NULL;
    from->start = NULL;
    from->bytes = 0;
    from->one_way = false;
    return true;
}

/* Whether there is an engine for the epoch, then. Runs take epochs in turn: were it the oldest that go, none would be
 * there when it is needed again. */
static bool make_room(struct run_target *s)
{
    struct run_target_epoch *last = s->made_last;
    bool over = s->bytes > BYTES_MAX, taken = over && take_over(s);
    if (over && !taken && last)
        drop_engine(s, last);
    s->made_last = s->made_at[s->now->first_index] = s->now;
    return taken;
}

/* An engine for the batch that the host has published. */
static vrrl_code make_engine(struct run_target *s, const struct core *machine, vrrl_error *err)
{
    const struct sched_options options = {.setup = s->options.setup,
                                          .starved = VRRL_NO_WORKER,
                                          .mutation = s->options.mutation,
                                          .unseen = s->unseen,
                                          .keeps_stores = true,
                                          .ask_always = s->options.ask_always};
    vrrl_batch_view batch = machine->batch;
    batch.count--;
    if (make_room(s))
        return VRRL_OK;
    vrrl_code code =
        s->grain->create(&s->machine, machine->arena, &batch, &options, &s->now->engine, err);
    if (!code)
        count_bytes(s, ENGINE_BYTES + ENGINE_ARENAS * arena_bytes(s) +
                           (size_t)batch.count * SLOT_BYTES);
    return code;
}

/* ---- Choices --------------------------------------------------------------------------------- */

static void pick(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                 uint32_t *option)
{
    struct run_target *s = context;
    if (s->chooser)
        s->chooser->choose(s->chooser->context, lanes, count, at, option);
    s->asked = true;
    uint64_t h = s->outcome.schedule ^ ((uint64_t)lanes[*at].lane << 32 | (*option + 1u));
    h *= 0x9FB21C651E98DF25u;
    s->outcome.schedule = h ^ (h >> 29);
}

static bool is_late(const struct run_target *s)
{
    return s->options.until_ns && clock_steady_ns() > s->options.until_ns;
}

static vrrl_code too_late(vrrl_error *err)
{
    return error_set(err, VRRL_TOO_LARGE, "Fix: give it more --time.",
                     "the time was over before a run had ended");
}

/* An engine that has but one way, and went it, stands at its end. */
static vrrl_code run_engine(struct run_target *s, vrrl_error *err)
{
    const struct run_target_epoch *epoch = s->now;
    void *engine = epoch->engine;
    if (s->chooser && s->chooser->begin)
        s->chooser->begin(s->chooser->context, s->epoch, s->slot_count, s->grain->lanes(engine));
    if (s->outcome.kind == VRRL_DEFECT_NONE)
        s->outcome.epoch = s->epoch;
    s->asked = false;
    s->grain->set_up(engine, &s->options.setup);
    s->grain->until(engine, s->options.until_ns);
    s->verdict = epoch->one_way ? VRRL_VERDICT_COMPLETE : s->grain->run(engine, pick, s);
    s->outcome.steps += s->grain->steps(engine);
    if (s->chooser && s->chooser->end)
        s->chooser->end(s->chooser->context, s->epoch);
    if (s->verdict == VRRL_VERDICT_HANG && is_late(s))
        return too_late(err);
    return s->grain->check(engine, err);
}

/* ---- Through the host ------------------------------------------------------------------------ */

vrrl_code run_target_steer(void *context, const struct core *machine, struct scheduled_run *run,
                           vrrl_error *err)
{
    struct run_target *s = context;
    struct run_target_epoch *epoch = s->now;
    vrrl_code code = VRRL_OK;
    if (!epoch->engine)
        code = make_engine(s, machine, err);
    if (code || s->dry)
        return code;
    if (!s->ran) {
        s->grain->restart(epoch->engine, machine->arena);
        epoch->at_start = epoch->one_way = false;
        code = run_engine(s, err);
    }
    *run =
        (struct scheduled_run){.grain = s->grain, .engine = epoch->engine, .verdict = s->verdict};
    return code;
}

/* Publishes the epoch on the arena before it, and lets the scheduled backend have it. */
static vrrl_code run_on_host(struct run_target *s, vrrl_error *err)
{
    const vrrl_sink silent = {0}, sink = replay_sink(&s->replay);
    const uint32_t *before;
    vrrl_verdict verdict;
    s->in_host = true;
    if (s->exact) {
        vrrl_code code = reference_arena(&s->reference, s->epoch, &before, err);
        if (code)
            return code;
        memcpy(vrrl_host_arena(s->host), before, arena_bytes(s));
    }
    host_go_to(s->host, s->epoch, s->now->first_index);
    return program_run_epoch(s->program, s->epoch, &s->buffer, s->host, 0, s->dry ? &silent : &sink,
                             &verdict, err);
}

/* The epoch's engine, and where it starts. */
static vrrl_code prepare_epoch(struct run_target *s, vrrl_error *err)
{
    struct run_target_epoch *epoch = s->now;
    if (epoch->start)
        return VRRL_OK;
    s->dry = true;
    vrrl_code code = run_on_host(s, err);
    s->dry = false;
    if (code)
        return code;
    epoch->at_start = false;
    if (!epoch->start) {
        epoch->start = malloc(arena_bytes(s));
        if (!epoch->start)
            return error_no_memory(err, arena_bytes(s));
        count_bytes(s, arena_bytes(s));
    }
    memcpy(epoch->start, vrrl_host_arena(s->host), arena_bytes(s));
    return VRRL_OK;
}

/* ---- Ends that were seen --------------------------------------------------------------------- */

static XXH128_hash_t hash_end(struct run_target *s)
{
    const void *engine = s->now->engine;
    const struct sched_slot *slots = s->grain->slots(engine);
    const uint32_t *words, *values;
    uint32_t count = s->grain->words(engine, &words, &values);
    XXH128_hash_t held = XXH3_128bits_withSeed(values, count * sizeof *values,
                                               XXH3_64bits(words, count * sizeof *words));
    s->hashed[0] = held.low64;
    s->hashed[1] = held.high64;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        s->hashed[2 + 2 * i] = slots[i].result_fold;
        s->hashed[3 + 2 * i] = slots[i].status;
    }
    return XXH3_128bits_withSeed(s->hashed, (2 * (size_t)s->slot_count + 2) * sizeof *s->hashed,
                                 count);
}

static struct good_end *place_of(const struct run_target *s, XXH128_hash_t hash)
{
    struct good_end *good = s->now->good;
    return good ? &good[hash.low64 % GOOD_ENDS] : NULL;
}

static vrrl_code remember(struct run_target *s, XXH128_hash_t hash, vrrl_error *err)
{
    struct run_target_epoch *epoch = s->now;
    if (!epoch->good)
        epoch->good = calloc(GOOD_ENDS, sizeof *epoch->good);
    if (!epoch->good)
        return error_no_memory(err, GOOD_ENDS * sizeof *epoch->good);
    *place_of(s, hash) = (struct good_end){.hash = hash, .exact = s->exact};
    return VRRL_OK;
}

/* ---- The epoch ------------------------------------------------------------------------------- */

static vrrl_code run_from_start(struct run_target *s, vrrl_error *err)
{
    struct run_target_epoch *epoch = s->now;
    vrrl_code code = prepare_epoch(s, err);
    if (!code && !epoch->engine)
        return run_on_host(s, err); /* the workers have left: nothing runs */
    if (!code && !epoch->at_start)
        s->grain->restart(epoch->engine, epoch->start);
    epoch->at_start = !code;
    if (!code)
        code = run_engine(s, err);
    if (code)
        return code;
    bool complete = s->verdict == VRRL_VERDICT_COMPLETE;
    XXH128_hash_t hash = {0};
    if (complete) {
        hash = hash_end(s);
        const struct good_end *good = place_of(s, hash);
        bool seen = good && XXH128_isEqual(good->hash, hash);
        /* Another epoch goes on from the host's arena where this one's end is not the reference's. */
        if (seen && (good->exact || s->epoch + 1 == s->program->epoch_count)) {
            s->in_host = false;
            epoch->one_way = !s->asked && !s->options.ask_always;
            s->one_way |= epoch->one_way;
            return VRRL_OK;
        }
    }
    s->ran = true;
    code = run_on_host(s, err);
    s->ran = false;
    bool good = complete && !s->over && s->outcome.kind == VRRL_DEFECT_NONE;
    return !code && good ? remember(s, hash, err) : code;
}

/* What is kept of another epoch at its place gives way. */
static void enter(struct run_target *s, uint32_t first_index)
{
    s->now = &s->epochs[s->epoch % s->kept];
    if (s->now->of != s->epoch) {
        drop_engine(s, s->now);
        if (s->now->good)
            memset(s->now->good, 0, GOOD_ENDS * sizeof *s->now->good);
    }
    s->now->of = s->epoch;
    s->now->first_index = first_index;
    s->slot_count = epoch_batch(s->program, s->epoch)->count;
}

vrrl_code run_target_run_epoch(struct run_target *s, uint32_t first_index, vrrl_error *err)
{
    enter(s, first_index);
    if (is_late(s)) /* of many epochs each may be too short to look */
        return too_late(err);
    return s->exact ? run_from_start(s, err) : run_on_host(s, err);
}
