/*
 * All executions of a small program under `view`: epoch by epoch, from each memory in which it can
 * begin, every step that the scheduled backend allows. What is found is told slot by slot and pair by
 * pair; races by the rules of oracle_graph.h.
 *
 * In a pool each slot has a worker of its own, since there each slot is a thread of its own, whichever
 * worker runs it. A state is left where it was met before: the engine's state and the graph so far,
 * which decide all that follows and all that is said of it.
 */
#ifndef VRRL_TEST_ORACLE_RUN_H
#define VRRL_TEST_ORACLE_RUN_H

#include "engine/events.h"
#include "engine/state.h"
#include "engine_runs.h"
#include "memory/view.h"
#include "memory/view_rows.h"
#include "oracle_expect.h"
#include "oracle_graph.h"
#include "oracle_set.h"
#include "oracle_slot.h"
#include "program/batch_view.h"
#include "ring/publish.h"
#include "run/run.h"

enum { ORACLE_EPOCHS = 4, ORACLE_STARTS = 64, ORACLE_ENDS = 256, ORACLE_DEPTH = 400 };

typedef struct oracle_stuck {
    uint32_t *arena;
    uint32_t ended; /* slots, as bits */
    struct sched_slot slots[GRAPH_SLOTS];
} oracle_stuck;

typedef struct oracle_epoch {
    uint32_t slots;
    bool begins; /* some execution gets so far */
    graph_pairs pairs;
    uint32_t may_end; /* slots that end in some execution, as bits */
    bool some_stuck, some_end, some_shut_down, some_hold, some_break; /* what it expects */
    oracle_set observed;             /* ends that can be told apart by what is observed */
    oracle_set folds;                /* and by results of slots: each store to what is observed */
    oracle_stuck stuck[ORACLE_ENDS]; /* some of them */
    uint32_t stuck_count;
} oracle_epoch;

typedef struct oracle_options {
    uint32_t state_limit;
    bool plain; /* every step is tried, also those that nobody sees; states go by all of them */
} oracle_options;

typedef struct oracle {
    const vrrl_program *program;
    oracle_options options;
    vrrl_machine machine;
    uint32_t words;
    oracle_epoch epochs[ORACLE_EPOCHS];
    uint32_t epoch_count;
    bool too_large;
    uint64_t states;
    void (*on_end)(void *context, const graph *g); /* may be NULL: for tests */
    void *context;

    bool looks_at_machine; /* some slot reads control words or statuses: they are watched, too, */
    bool again;            /* which was not known before */
    bool *is_waited;       /* by word: some slot waits for it, */
    bool *is_lowered;      /* it has gone down, or a prologue has set it */
    uint8_t *unseen;       /* it is not observed: what goes there is no result of a slot */

    /* The epoch from a start. */
    uint32_t epoch;
    oracle_slot slots[GRAPH_SLOTS];
    struct sched *engine;
    oracle_set met;
    oracle_set starts_met;
    uint32_t *starts[ORACLE_STARTS]; /* of the next epoch */
    uint32_t start_count;
    struct sched_state *levels[ORACLE_DEPTH];
    graph *graphs[ORACLE_DEPTH];
    struct mem_bytes bytes;
    uint32_t *arena;
} oracle;

/* A step that can be taken. */
typedef struct oracle_move {
    uint32_t lane, option;
    bool alone; /* the lane has no other */
} oracle_move;

/* ---- Words ----------------------------------------------------------------------------------- */

static inline bool oracle_is_data(const void *context, uint32_t word)
{
    const oracle *o = context;
    const vrrl_program *p = o->program;
    return (word >= VRRL_WORD_OBSERVABLE &&
            word - VRRL_WORD_OBSERVABLE < p->geometry.observable_words) ||
           (word >= p->layout.user_base && word - p->layout.user_base < p->geometry.user_words);
}

/* What an observer compares: observable words and the regions that count. */
static inline bool oracle_is_observed(const vrrl_program *p, uint32_t word)
{
    if (word >= VRRL_WORD_OBSERVABLE && word - VRRL_WORD_OBSERVABLE < p->geometry.observable_words)
        return true;
    for (uint32_t i = 0; i < p->region_count; i++) {
        const vrrl_region *r = &p->regions[i];
        if (word >= r->first_word && word - r->first_word < r->words)
            return r->compare != VRRL_COMPARE_IGNORE && r->compare != VRRL_COMPARE_ORDER_ONLY;
    }
    return p->region_count == 0 && word >= p->layout.user_base &&
           word - p->layout.user_base < p->geometry.user_words;
}

/* ---- One step -------------------------------------------------------------------------------- */

static inline bool oracle_is_status(const oracle *o, uint32_t word)
{
    uint32_t base = o->program->layout.ring_base;
    return word >= base &&
           word < base + o->program->geometry.ring_slots * o->program->geometry.slot_words;
}

/* Whether an access of the word can order or race: a control word that no slot looks at cannot. */
static inline bool oracle_is_watched(const oracle *o, uint32_t word)
{
    return o->looks_at_machine || oracle_is_data(o, word);
}

static inline uint32_t oracle_thread(const oracle *o, uint32_t slot)
{
    const vrrl_worker_model *model = &o->program->model;
    bool in_order = model->kind == VRRL_MODEL_SERIAL ||
                    (model->kind == VRRL_MODEL_PIPELINED && model->depth == 1);
    return in_order ? GRAPH_SLOTS + epoch_slot(o->program, o->epoch, slot)->queue : slot;
}

static inline graph_access oracle_access(const oracle *o, const struct event *next)
{
    if (next->what == EVENT_CLAIMS)
        return GRAPH_MODIFY;
    const oracle_slot *slot = &o->slots[next->slot];
    if (next->kind == OPERATION_STORE)
        return next->order & ORDER_RELEASE ? GRAPH_RELEASE_STORE : GRAPH_PLAIN_STORE;
    if (next->kind == OPERATION_ADD && oracle_adds(slot, next->word))
        return GRAPH_ACCUMULATE;
    if (next->kind != OPERATION_LOAD && next->writes)
        return GRAPH_MODIFY;
    if (next->kind != OPERATION_LOAD) /* a swap that fails; one of an addition is tried again */
        return oracle_loads(slot, next->word) ? GRAPH_EITHER_LOAD : GRAPH_LOOK;
    bool looks = (next->order & ORDER_ACQUIRE) || oracle_looks(slot, next->word);
    bool loads = !(next->order & ORDER_ACQUIRE) && oracle_loads(slot, next->word);
    return !looks ? GRAPH_PLAIN_LOAD : loads ? GRAPH_EITHER_LOAD : GRAPH_LOOK;
}

/* Where in the word's modification order the lane has just read or written. Who comes next in a place of
 * a queue knows nothing of who was there, whose STATUS has come last. */
static inline uint32_t oracle_place_of(const oracle *o, const struct sched_state *state,
                                       const graph *g, uint32_t thread, uint32_t word)
{
    const struct memory *m = &state->memory;
    if (o->engine->own_threads && state->lanes[thread].slot == NO_SLOT) {
        for (uint32_t i = 0; i < g->word_count; i++)
            if (g->words[i].word == word)
                return g->words[i].count;
    }
    uint32_t location = o->engine->location[word] - 1;
    return (uint32_t)view_rank(m, view_row(thread, VIEW_CURRENT), location);
}

/* Takes a step, and adds it to the graph. */
static inline void oracle_step(oracle *o, struct sched_state *state, graph *g, uint32_t number,
                               uint32_t option)
{
    const struct event next = sched_event(o->engine, state, number, option);
    sched_step(o->engine, state, number, option);
    bool claims = next.what == EVENT_CLAIMS;
    bool looks = next.what == EVENT_OPERATES && next.kind == OPERATION_LOAD &&
                 !oracle_is_data(o, next.word) && !o->looks_at_machine;
    o->looks_at_machine |= looks;
    o->again |= looks;
    if (looks || (!claims && next.what != EVENT_OPERATES) ||
        (next.word != VRRL_NO_INDEX && !oracle_is_watched(o, next.word)))
        return;
    graph_event e = {.slot = (uint8_t)next.slot,
                     .thread = (uint8_t)oracle_thread(o, next.slot),
                     .kind = claims ? OPERATION_CAS : next.kind,
                     .order = claims ? ORDER_ACQ_REL : next.order,
                     .from = GRAPH_INITIAL,
                     .waits = next.waits,
                     .what = (uint8_t)oracle_access(o, &next),
                     .value = next.stored};
    if (next.word == VRRL_NO_INDEX) {
        graph_add(g, &e, 0);
        return;
    }
    e.word = (uint8_t)graph_word_at(g, next.word);
    e.writes = next.writes;
    e.reads = e.kind != OPERATION_STORE;
    e.silent = e.writes && next.stored == next.read;
    e.declared = o->slots[next.slot].task != NULL;
    o->is_waited[next.word] |= e.waits;
    o->is_lowered[next.word] |= e.writes && next.stored < next.read;
    e.begins = next.what == EVENT_OPERATES && oracle_begins(&o->slots[next.slot], next.word);
    graph_add(g, &e, oracle_place_of(o, state, g, number, next.word));
}

/* The steps that are tried, at most `most` of them; returns how many. */
static inline uint32_t oracle_moves(const oracle *o, struct sched_state *state, oracle_move *moves,
                                    uint32_t most)
{
    uint32_t lanes, count = 0, slots[GRAPH_SLOTS];
    const struct chooser_lane *ready = sched_ready(o->engine, state, &lanes);
    bool pool = o->program->model.kind == VRRL_MODEL_POOL;
    for (uint32_t i = 0; i < lanes; i++) {
        uint32_t first = count;
        uint32_t claims = pool ? sched_claims(o->engine, state, ready[i].lane, slots) : 0;
        for (uint32_t option = 0; option < ready[i].options; option++) {
            if (claims > 0 && slots[option] != ready[i].lane)
                continue;
            assert_true(count < most);
            moves[count++] = (oracle_move){ready[i].lane, option, false};
        }
        if (count == first + 1)
            moves[first].alone = true;
    }
    return count;
}

/* A step that nobody can see, and that keeps nobody from anything: it may as well come first. The first
 * claim of a slot that has a worker or a queue of its own, what counts, and the end of an attempt. */
static inline bool oracle_is_private(const oracle *o, struct sched_state *state,
                                     const oracle_move *move)
{
    if (!move->alone || o->looks_at_machine || o->options.plain)
        return false;
    const struct event next = sched_event(o->engine, state, move->lane, move->option);
    const vrrl_worker_model *model = &o->program->model;
    if (next.what == EVENT_CLAIMS)
        return next.read == VRRL_STATUS_PUBLISHED && model->kind != VRRL_MODEL_PIPELINED;
    return next.what == EVENT_OPERATES &&
           (next.counts || (next.kind == OPERATION_STORE && oracle_is_status(o, next.word)));
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static inline XXH128_hash_t oracle_hash_words(const oracle *o, const uint32_t *arena, bool observed)
{
    static uint32_t kept[4096];
    uint32_t count = 0;
    assert_true(o->words <= 4096);
    for (uint32_t i = 0; i < o->words; i++) {
        bool is_control = i < VRRL_WORD_OBSERVABLE;
        if (observed ? oracle_is_observed(o->program, i) : is_control || oracle_is_data(o, i))
            kept[count++] = arena[i];
    }
    return XXH3_128bits(kept, count * sizeof *kept);
}

static inline uint32_t oracle_ended(const oracle *o, const struct sched_state *state)
{
    uint32_t ended = 0;
    for (uint32_t i = 0; i < o->epochs[o->epoch].slots; i++)
        ended |= (uint32_t)vrrl_status_is_terminal(sched_slot_at(state, i)->status) << i;
    return ended;
}

static inline void oracle_note_stuck(oracle *o, oracle_epoch *e, const struct sched_state *state)
{
    uint32_t ended = oracle_ended(o, state);
    e->some_stuck = true;
    for (uint32_t i = 0; i < e->stuck_count; i++)
        if (e->stuck[i].ended == ended &&
            memcmp(e->stuck[i].arena, o->arena, o->words * sizeof *o->arena) == 0)
            return;
    if (e->stuck_count == ORACLE_ENDS) {
        o->too_large = true;
        return;
    }
    oracle_stuck *s = &e->stuck[e->stuck_count++];
    *s = (oracle_stuck){.arena = malloc(o->words * sizeof *s->arena), .ended = ended};
    assert_non_null(s->arena);
    for (uint32_t i = 0; i < e->slots; i++)
        s->slots[i] = *sched_slot_at(state, i);
    memcpy(s->arena, o->arena, o->words * sizeof *s->arena);
}

static inline void oracle_note_start(oracle *o)
{
    if (!oracle_add(&o->starts_met, oracle_hash_words(o, o->arena, false)))
        return;
    if (o->start_count == ORACLE_STARTS) {
        o->too_large = true;
        return;
    }
    uint32_t *start = malloc(o->words * sizeof *start);
    assert_non_null(start);
    memcpy(start, o->arena, o->words * sizeof *start);
    o->starts[o->start_count++] = start;
}

/* What is observed of an end, and, in `folds`, the results of slots too. */
static inline void oracle_note_observed(oracle *o, oracle_epoch *e, const struct sched_state *state)
{
    uint64_t seen[2 + GRAPH_SLOTS], folds[2 + GRAPH_SLOTS];
    XXH128_hash_t words = oracle_hash_words(o, o->arena, true);
    seen[0] = folds[0] = words.low64;
    seen[1] = folds[1] = words.high64;
    for (uint32_t i = 0; i < e->slots; i++) {
        const struct sched_slot *slot = sched_slot_at(state, i);
        seen[2 + i] = slot->status;
        folds[2 + i] = slot->status ^ slot->result_fold;
    }
    oracle_add(&e->observed, XXH3_128bits(seen, (2 + e->slots) * sizeof *seen));
    oracle_add(&e->folds, XXH3_128bits(folds, (2 + e->slots) * sizeof *folds));
}

static inline void oracle_note_expectations(oracle *o, const uint32_t *arena)
{
    bool holds = oracle_expects(o->program, o->epoch, arena);
    *(holds ? &o->epochs[o->epoch].some_hold : &o->epochs[o->epoch].some_break) = true;
}

static inline void oracle_end(oracle *o, const struct sched_state *state, const graph *g)
{
    oracle_epoch *e = &o->epochs[o->epoch];
    vrrl_verdict verdict = sched_verdict(o->engine, state);
    o->too_large |= g->full || sched_exhausted(state);
    if (o->too_large)
        return;
    graph_judge(g, oracle_is_data, o, &e->pairs);
    if (o->on_end)
        o->on_end(o->context, g);
    end_arena(o->engine, state, o->words, o->arena);
    e->may_end |= oracle_ended(o, state);
    if (verdict == VRRL_VERDICT_COMPLETE || verdict == VRRL_VERDICT_SHUTDOWN)
        oracle_note_expectations(o, o->arena);
    if (verdict == VRRL_VERDICT_COMPLETE) {
        e->some_end = true;
        oracle_note_observed(o, e, state);
        oracle_note_start(o);
    } else if (verdict == VRRL_VERDICT_SHUTDOWN) {
        e->some_shut_down = true;
    } else {
        oracle_note_stuck(o, e, state);
    }
}

/* ---- All of them ----------------------------------------------------------------------------- */

static inline void oracle_level(oracle *o, uint32_t depth)
{
    if (o->levels[depth])
        return;
    o->levels[depth] = sched_state_create(o->engine);
    if (!o->graphs[depth])
        o->graphs[depth] = calloc(1, sizeof *o->graphs[depth]);
    assert_true(o->levels[depth] && o->graphs[depth]);
}

/* Memory follows from the graph, but for words that nobody looks at: what is left of the engine's state is
 * where its lanes and slots are. */
static inline void oracle_encode(oracle *o, struct sched_state *state)
{
    o->bytes.used = 0;
    if (o->options.plain) {
        sched_encode(o->engine, state, &o->bytes);
        return;
    }
    for (uint32_t i = 0; i < sched_lanes(o->engine); i++)
        sched_encode_lane(state, i, &o->bytes);
    for (uint32_t i = 0; i < o->epochs[o->epoch].slots; i++) {
        const struct sched_slot *slot = sched_slot_at(state, i);
        bool parked = slot->status == VRRL_STATUS_REQUEUE || slot->status == VRRL_STATUS_YIELD;
        mem_bytes_add(&o->bytes, &slot->status, sizeof slot->status);
        if (parked)
            mem_bytes_add(&o->bytes, &slot->wait_word, 4 * sizeof slot->wait_word);
    }
}

static inline bool oracle_is_new(oracle *o, struct sched_state *state, const graph *g)
{
    XXH128_hash_t hash = graph_hash(g);
    oracle_encode(o, state);
    mem_bytes_add(&o->bytes, &hash, sizeof hash);
    assert_false(o->bytes.exhausted);
    return oracle_add(&o->met, XXH3_128bits(o->bytes.data, o->bytes.used));
}

/* What nobody can see comes first; the moves that are then left. */
static inline uint32_t oracle_settle(oracle *o, struct sched_state *state, graph *g,
                                     oracle_move *moves, uint32_t most)
{
    for (;;) {
        uint32_t count = oracle_moves(o, state, moves, most), i = 0;
        while (i < count && !oracle_is_private(o, state, &moves[i]))
            i++;
        if (i == count)
            return count;
        oracle_step(o, state, g, moves[i].lane, moves[i].option);
    }
}

static inline void oracle_explore(oracle *o, uint32_t depth)
{
    struct sched_state *state = o->levels[depth];
    graph *g = o->graphs[depth];
    oracle_move moves[64];
    uint32_t count = oracle_settle(o, state, g, moves, 64);
    o->too_large |= ++o->states > o->options.state_limit || depth + 1 == ORACLE_DEPTH || g->full;
    if (o->too_large || !oracle_is_new(o, state, g))
        return;
    if (count == 0) {
        oracle_end(o, state, g);
        return;
    }
    oracle_level(o, depth + 1);
    for (uint32_t i = 0; i < count && !o->too_large && !o->again; i++) {
        assert_true(sched_copy(o->levels[depth + 1], state));
        graph_copy(o->graphs[depth + 1], g);
        oracle_step(o, o->levels[depth + 1], o->graphs[depth + 1], moves[i].lane, moves[i].option);
        if (!o->again)
            oracle_explore(o, depth + 1);
    }
}

/* ---- Epochs ---------------------------------------------------------------------------------- */

static inline vrrl_slot_input oracle_input(const vrrl_program *p, const vrrl_slot *slot)
{
    return (vrrl_slot_input){.opcode = slot->opcode,
                             .tenant = slot->tenant,
                             .queue = slot->queue,
                             .arg_count = slot->arg_count,
                             .args = slot->arg_count ? p->words + slot->args : NULL};
}

static inline uint32_t oracle_slot_word(const vrrl_program *p, uint32_t epoch, uint32_t position)
{
    uint32_t index = (epoch_first_index(p, epoch) + position) % p->geometry.ring_slots;
    return p->layout.ring_base + index * p->geometry.slot_words;
}

/* What the host does before the epoch's slots run. */
static inline void oracle_publish(oracle *o, uint32_t *arena)
{
    const vrrl_program *p = o->program;
    const vrrl_epoch *epoch = epoch_row(p, o->epoch);
    uint32_t count = o->epochs[o->epoch].slots, fence_args[3];
    for (uint32_t i = 0; i < epoch->prologue_count; i++) {
        const vrrl_slot *slot = &p->prologue[epoch->prologue_first + i];
        const uint32_t *args = p->words + slot->args;
        bool copies = slot->opcode == VRRL_OPCODE_MEMCPY;
        for (uint32_t k = 0; k < (copies ? args[2] : 1); k++) {
            arena[args[1] + k] = copies ? arena[args[0] + k] : args[0];
            o->is_lowered[args[1] + k] = true;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const vrrl_slot_input input = oracle_input(p, epoch_slot(p, o->epoch, i));
        ring_compose(&p->geometry, &input, arena + oracle_slot_word(p, o->epoch, i));
    }
    const vrrl_slot_input fence =
        ring_fence(epoch_first_index(p, o->epoch), count, o->epoch, VRRL_NO_WORKER, fence_args);
    ring_compose(&p->geometry, &fence, arena + oracle_slot_word(p, o->epoch, count));
    arena[VRRL_WORD_EPOCH]++;
}

/* The fence ends, too, and is counted. */
static inline void oracle_finish(const oracle *o, uint32_t epoch, uint32_t *arena)
{
    uint32_t fence = oracle_slot_word(o->program, epoch, o->epochs[epoch].slots);
    arena[VRRL_WORD_FAIRNESS + arena[fence + VRRL_SLOT_TENANT] % 32]++;
    arena[VRRL_WORD_METRICS + op_class(VRRL_OPCODE_BATCH_FENCE)]++;
    arena[VRRL_WORD_DONE_COUNT]++;
    arena[fence] = VRRL_STATUS_DONE;
}

static inline void oracle_make_engine(oracle *o, const uint32_t *arena)
{
    uint32_t indices[GRAPH_SLOTS], queues[GRAPH_SLOTS];
    const struct sched_options options = {
        .setup.model = VRRL_MEMORY_VIEW, .starved = VRRL_NO_WORKER, .unseen = o->unseen};
    const vrrl_program *p = o->program;
    vrrl_error err = {0};
    vrrl_batch_view batch = {o->epochs[o->epoch].slots, indices, queues};
    for (uint32_t i = 0; i < batch.count; i++) {
        indices[i] = (epoch_first_index(p, o->epoch) + i) % p->geometry.ring_slots;
        queues[i] = epoch_slot(p, o->epoch, i)->queue;
    }
    o->machine = (vrrl_machine){.geometry = p->geometry,
                                .model = p->model,
                                .workers = batch.count ? batch.count : 1,
                                .claim = VRRL_CLAIM_RANDOM};
    if (sched_create(&o->machine, arena, &batch, &options, &o->engine, &err))
        fail_msg("%s", err.text);
}

static inline void oracle_drop_engine(oracle *o)
{
    for (uint32_t i = 0; i < ORACLE_DEPTH && o->levels[i]; i++) {
        sched_state_free(o->levels[i]);
        o->levels[i] = NULL;
    }
    sched_destroy(o->engine);
    o->engine = NULL;
}

/* The epoch from one memory, which is the caller's. */
static inline void oracle_run_epoch(oracle *o, uint32_t *arena)
{
    o->epochs[o->epoch].begins = true;
    oracle_publish(o, arena);
    if (arena[VRRL_WORD_SHUTDOWN]) { /* no slot begins, and it is over */
        o->epochs[o->epoch].some_shut_down = true;
        oracle_note_expectations(o, arena);
        return;
    }
    for (uint32_t i = 0; i < o->epochs[o->epoch].slots; i++)
        oracle_decode(arena + oracle_slot_word(o->program, o->epoch, i), o->program, arena,
                      &o->slots[i]);
    do {
        o->again = false;
        oracle_make_engine(o, arena);
        oracle_level(o, 0);
        sched_reset(o->engine, o->levels[0]);
        o->graphs[0]->count = o->graphs[0]->word_count = 0;
        oracle_clear(&o->met);
        oracle_explore(o, 0);
        oracle_drop_engine(o);
    } while (o->again && !o->too_large);
}

/* `o` is zeroed, but for what a test sets. */
static inline void oracle_begin(oracle *o, const vrrl_program *p, const oracle_options *options)
{
    o->program = p;
    o->options = *options;
    o->words = p->layout.total_words;
    o->epoch_count = p->epoch_count;
    assert_true(p->epoch_count <= ORACLE_EPOCHS);
    o->is_waited = calloc(o->words, 1);
    o->is_lowered = calloc(o->words, 1);
    o->arena = calloc(o->words, sizeof *o->arena);
    o->starts[0] = calloc(o->words, sizeof *o->arena);
    o->unseen = calloc(o->words, 1);
    assert_true(o->is_waited && o->is_lowered && o->unseen && o->arena && o->starts[0]);
    for (uint32_t i = p->layout.user_base; i < o->words; i++)
        o->unseen[i] = oracle_is_data(o, i) && !oracle_is_observed(p, i);
    struct ring r = {o->starts[0], p->geometry, p->layout};
    ring_init(&r);
    program_load(p, o->starts[0]);
    o->start_count = 1;
    for (uint32_t e = 0; e < p->epoch_count; e++) {
        o->epochs[e].slots = epoch_batch(p, e)->count;
        assert_true(o->epochs[e].slots <= GRAPH_SLOTS);
    }
}

/* Everything; to be freed with oracle_free. */
static inline void oracle_run(oracle *o, const vrrl_program *p, const oracle_options *options)
{
    oracle_begin(o, p, options);
    for (o->epoch = 0; o->epoch < o->epoch_count && !o->too_large; o->epoch++) {
        uint32_t *starts[ORACLE_STARTS], count = o->start_count;
        memcpy(starts, o->starts, count * sizeof *starts);
        o->start_count = 0;
        oracle_clear(&o->starts_met);
        for (uint32_t i = 0; i < count; i++) {
            if (o->epoch > 0)
                oracle_finish(o, o->epoch - 1, starts[i]);
            if (!o->too_large)
                oracle_run_epoch(o, starts[i]);
            free(starts[i]);
        }
    }
}

static inline void oracle_free(oracle *o)
{
    for (uint32_t i = 0; i < o->start_count; i++)
        free(o->starts[i]);
    for (uint32_t e = 0; e < o->epoch_count; e++) {
        oracle_clear(&o->epochs[e].observed);
        oracle_clear(&o->epochs[e].folds);
        for (uint32_t i = 0; i < o->epochs[e].stuck_count; i++)
            free(o->epochs[e].stuck[i].arena);
    }
    for (uint32_t i = 0; i < ORACLE_DEPTH; i++)
        free(o->graphs[i]);
    oracle_clear(&o->met);
    oracle_clear(&o->starts_met);
    free(o->bytes.data);
    free(o->is_waited);
    free(o->is_lowered);
    free(o->unseen);
    free(o->arena);
    *o = (oracle){.program = NULL};
}

#endif
