#include "engine/body_tree.h"

#include "base/array.h"
#include "engine/machine.h"
#include "engine/state.h"
#include "memory/memory_models.h"
#include "ops/footprint.h"

enum { LOGS = 64 };

/* Words that a slot touches, as its footprint says. */
struct touched {
    uint32_t slot, word, count;
    uint32_t declares; /* as access_declares */
    bool writes, stores, decides, of_task;
};

/* The values that led to a node of a tree. */
struct kept_log {
    uint32_t *values;
    uint32_t room;
    uint32_t node; /* this one; NO_NODE: to none */
    const struct body_tree *tree;
};

struct body_env {
    step_env step;                  /* first */
    struct kept_log logs[LOGS];     /* by slot, modulo: those that run in turn keep theirs */
    uint32_t *fixed, *fixed_values; /* words that bodies read without a step, and what they held */
    uint32_t fixed_count, fixed_room;
    uint32_t *slots;         /* the slots' words */
    struct touched *touched; /* by the first 64 slots */
    uint32_t touched_count, touched_room, at_slot;
    bool exhausted;
    bool moves; /* the entry under way */
};

/* ---- Trees ---------------------------------------------------------------------------------- */

struct body_tree *body_tree_create(struct body_env *env, uint32_t slots)
{
    struct body_tree *tree = calloc(1, sizeof *tree + slots * sizeof *tree->roots);
    for (uint32_t i = 0; i < LOGS; i++)
        env->logs[i].node = NO_NODE; /* one that is gone may have been where this is */
    if (!tree)
        return NULL;
    tree->holders = 1;
    for (uint32_t i = 0; i < slots; i++)
        tree->roots[i] = NO_NODE;
    return tree;
}

/* ---- Entering a body ------------------------------------------------------------------------ */

void step_fixed(step_env *step, uint32_t word)
{
    struct body_env *e = (struct body_env *)step;
    e->moves |= (step->marks[word] & STEP_STORED) != 0;
    if (e->fixed_count == e->fixed_room) {
        uint32_t room = e->fixed_room ? 2 * e->fixed_room : 64;
        if (!array_resize(&e->fixed, room, sizeof *e->fixed) ||
            !array_resize(&e->fixed_values, room, sizeof *e->fixed_values)) {
            e->exhausted = true;
            return;
        }
        e->fixed_room = room;
    }
    step->marks[word] |= STEP_FIXED;
    e->fixed[e->fixed_count] = word;
    e->fixed_values[e->fixed_count++] = step->env.arena[word];
}

/* The values that led to a node, in the order in which they were returned, for the next entry. */
static bool gather_log(struct body_env *e, const struct body_tree *t, const struct body_node *n)
{
    struct kept_log *log = &e->logs[n->slot % LOGS];
    if (array_room(log->values, 0, log->room, n->logged, NULL) != VRRL_OK)
        return false;
    e->step.log = log->values;
    while (n->parent != NO_NODE) {
        const struct body_node *parent = &t->nodes[n->parent];
        if (n->logged > parent->logged)
            log->values[n->logged - 1] = n->value;
        if (n->parent == log->node && t == log->tree)
            break; /* what led there is there already */
        n = parent;
    }
    return true;
}

static uint32_t run_effects(struct sched *s, uint32_t word)
{
    op_env *env = &s->env->step.env;
    return op_run(env, env->slots[word + OP_SLOT_OPCODE], word + OP_SLOT_ARGS,
                  s->machine.geometry.slot_words - OP_SLOT_ARGS);
}

static void store_status(struct sched *s, uint32_t word, uint32_t status)
{
    bool relaxed = s->options.mutation.worker == WORKER_STATUS_RELAXED;
    s->env->step.opcode = STEP_NO_OPCODE;
    op_step(&s->env->step.env, (struct operation){.kind = OPERATION_STORE,
                                                  .order = relaxed ? ORDER_RELAXED : ORDER_RELEASE,
                                                  .word = word,
                                                  .value = status});
}

/* What comes before this place is not run through again. */
static void note_passed(struct body_node *n, const step_env *e)
{
    n->passed_met = e->met;
    n->passed_log = e->log_next;
}

/* Whether the slot is ready, as far as its status goes. A worker with the mutation has had the
 * effects before it asks, and forgets that. */
static void get_ready(struct sched *s, struct body_node *n, uint32_t word)
{
    step_env *e = &s->env->step;
    bool first = s->options.mutation.worker == WORKER_EFFECTS_FIRST;
    if (first)
        run_effects(s, word);
    n->ended_as = op_admit(&e->env, word);
    if (first && n->ended_as == OP_GO)
        n->ended_as = OP_DONE;
    if (n->ended_as != OP_GO)
        return;
    n->admitted = n->ready = true;
    note_passed(n, e);
}

/* Whether a queue of several places lets the slot into one: it looks at what the slot waits for. The
 * slot looks again when it runs, for a word may have been lowered meanwhile. */
static bool get_admitted(struct sched *s, struct body_node *n, uint32_t word)
{
    step_env *e = &s->env->step;
    n->ended_as = op_admit(&e->env, word);
    if (n->ended_as == OP_REQUEUE)
        return false;
    op_env_reset(&e->env);
    n->admitted = true;
    note_passed(n, e);
    return true;
}

/* Enters the body of the slot at `word`; *n is filled in, but for the operations. What was ready
 * before is not checked again: its waits are over, and what it checks does not change. */
static void run_body(struct sched *s, struct body_node *n, uint32_t word)
{
    step_env *e = &s->env->step;
    op_env *env = &e->env;
    uint8_t planted = s->options.mutation.worker;
    if (setjmp(e->leave))
        return;
    if (!n->ready && (n->admitted || s->depth == 1 || get_admitted(s, n, word)))
        get_ready(s, n, word);
    if (n->ready && planted == WORKER_STATUS_EARLY)
        store_status(s, word, OP_DONE);
    if (n->ready)
        n->ended_as = run_effects(s, word);
    bool ended = vrrl_status_is_terminal(n->ended_as);
    if (ended || planted == WORKER_COUNTS_ATTEMPTS)
        op_account(env, word);
    if (!ended || planted != WORKER_STATUS_EARLY)
        store_status(s, word, n->ended_as);
    n->returned = true;
    n->result_fold = env->result_fold;
    n->order_fold = env->order_fold;
    n->wait_word = env->wait_word;
    n->wait_value = env->wait_value;
    n->goal_word = env->goal_word;
    n->goal_value = env->goal_value;
}

/* A word that a body writes and others take for a constant, or the other way round. */
static void note_written(struct body_env *e, uint32_t word)
{
    e->step.marks[word] |= STEP_STORED;
    e->moves |= (e->step.marks[word] & STEP_FIXED) != 0;
}

/* What stands in the way of a reduction; the worker's own operations do not. */
static void note_access(struct sched *s, const struct body_node *n, const struct operation *op,
                        bool writes)
{
    uint32_t location = op->location;
    uint64_t bit = (uint64_t)1 << n->slot % 64;
    bool ring = op->word >= s->layout.ring_base && op->word < s->layout.user_base;
    if (op->counts || (writes && op->word == s->word[n->slot]))
        return;
    s->met.counters |= op->word < VRRL_WORD_OBSERVABLE;
    s->met.statuses |= ring;
    if (!ring && n->slot < 64 &&
        !((s->writers[location] | (writes ? 0 : s->readers[location])) & bit))
        s->met.undeclared = true;
}

/* What the body asks for, as the engine steps it. */
static struct operation placed(struct sched *s, const struct body_node *n, struct operation op)
{
    bool writes = operation_may_write(&op);
    op.admits = s->depth > 1 && !n->admitted && op.kind == OPERATION_LOAD;
    if (op.kind == OPERATION_FENCE) {
        s->met.fences |= memory_models[s->options.setup.model].orders;
        s->met.orders |= op.order == ORDER_SEQ_CST && memory_models[s->options.setup.model].orders;
        return op;
    }
    op.location = (uint16_t)sched_location(s, op.word);
    if (writes)
        note_written(s->env, op.word);
    note_access(s, n, &op, writes);
    return op;
}

static uint32_t add_node(struct sched *s, struct body_tree *t, struct body_node n)
{
    struct body_env *e = s->env;
    uint32_t number = t->node_count;
    if (!body_tree_more(t) || !gather_log(e, t, &n)) {
        s->exhausted = true;
        return NO_NODE;
    }
    e->moves = false;
    op_env_reset(&e->step.env);
    e->step.done = n.done;
    e->step.met = n.passed_met;
    e->step.log_next = n.passed_log;
    e->step.queued = 0;
    body_tree_enter(t, n.place, &e->step);
    e->logs[n.slot % LOGS].node = number;
    e->logs[n.slot % LOGS].tree = t;
    t->nodes[number] = n;
    run_body(s, &t->nodes[number], s->word[n.slot]);
    t->nodes[number].first = t->op_count;
    t->nodes[number].count = e->step.queued;
    for (uint32_t i = 0; i < e->step.queued; i++)
        t->ops[t->op_count++] = placed(s, &t->nodes[number], e->step.queue[i]);
    t->nodes[number].moves = e->moves;
    t->nodes[number].place = body_tree_come_by(t, n.place, &e->step);
    s->met.counters |= t->nodes[number].returned && t->nodes[number].ended_as == OP_YIELD;
    s->exhausted |= e->exhausted;
    t->node_count++;
    return number;
}

uint32_t body_root(struct sched *s, struct body_tree *t, uint32_t slot)
{
    if (t->roots[slot] == NO_NODE)
        t->roots[slot] = add_node(
            s, t,
            (struct body_node){.slot = slot, .parent = NO_NODE, .last = NO_NODE, .place = NO_NODE});
    return t->roots[slot];
}

uint32_t body_find(struct sched *s, struct body_tree *t, uint32_t node, uint32_t value)
{
    uint64_t key = hash_table_of_pair(node, value);
    uint32_t found = hash_table_find(&t->children, key);
    if (found == HASH_TABLE_NONE) {
        const struct body_node *p = &t->nodes[node];
        struct body_node n = {.slot = p->slot,
                              .parent = node,
                              .value = value,
                              .last = NO_NODE,
                              .done = p->done + p->count,
                              .logged = p->logged + t->ops[p->first + p->count - 1].returns,
                              .place = p->place,
                              .admitted = p->admitted,
                              .ready = p->ready,
                              .passed_met = p->passed_met,
                              .passed_log = p->passed_log};
        found = add_node(s, t, n);
        if (found == NO_NODE)
            return NO_NODE;
        if (hash_table_item(&t->children, key, found) == HASH_TABLE_NONE) {
            s->exhausted = true;
            return NO_NODE;
        }
    }
    t->nodes[node].last_value = value;
    t->nodes[node].last = found;
    return found;
}

static const struct body_node *find_returned(const struct body_tree *t,
                                             const struct sched_slot *ended, uint32_t slot)
{
    for (uint32_t i = 0; i < t->node_count; i++) {
        const struct body_node *n = &t->nodes[i];
        if (n->returned && n->slot == slot && n->ended_as == ended->status &&
            n->result_fold == ended->result_fold)
            return n;
    }
    return NULL;
}

/* By running through it once more, from its beginning. */
bool body_stores(struct sched *s, struct body_tree *t, const struct sched_slot *ended,
                 uint32_t slot, op_stores *out)
{
    struct body_env *e = s->env;
    const struct body_node *n = find_returned(t, ended, slot);
    if (!n || !gather_log(e, t, n))
        return false;
    struct body_node again = {.slot = slot};
    op_env_reset(&e->step.env);
    e->step.done = n->done;
    e->step.met = e->step.log_next = e->step.queued = 0;
    body_tree_enter(t, NO_NODE, &e->step);
    e->step.env.stores = out;
    e->logs[slot % LOGS].node = NO_NODE;
    run_body(s, &again, s->word[slot]);
    e->step.env.stores = NULL;
    return again.returned && !out->failed;
}

/* ---- What does not change while slots run ---------------------------------------------------- */

static void add_touched(struct body_env *e, const struct touched *one)
{
    e->exhausted |= array_room(e->touched, e->touched_count, e->touched_room, 1, NULL) != VRRL_OK;
    if (!e->exhausted)
        e->touched[e->touched_count++] = *one;
}

static void note_footprint(void *context, const struct declared_event *declared)
{
    const struct sched *s = context;
    struct body_env *e = s->env;
    bool writes = declared_writes(declared);
    if (e->at_slot < 64)
        add_touched(e, &(struct touched){.slot = e->at_slot,
                                         .word = declared->word,
                                         .count = declared->count,
                                         .declares = access_declares(declared),
                                         .writes = writes,
                                         .stores = declared->kind == OPERATION_STORE,
                                         .decides = declared->decides,
                                         .of_task = declared->declared});
    for (uint32_t i = 0;
         writes && i < declared->count && declared->word + i < s->layout.total_words; i++)
        e->step.marks[declared->word + i] |= STEP_WRITTEN;
}

void body_env_touches(const struct body_env *e, uint32_t word, uint64_t *readers, uint64_t *writers)
{
    *readers = *writers = 0;
    for (uint32_t i = 0; i < e->touched_count; i++) {
        const struct touched *one = &e->touched[i];
        if (word - one->word < one->count)
            *(one->writes ? writers : readers) |= (uint64_t)1 << one->slot;
    }
}

struct body_declared body_env_declared(const struct body_env *e, uint32_t word)
{
    struct body_declared d = {.reads = 0};
    for (uint32_t i = 0; i < e->touched_count; i++) {
        const struct touched *one = &e->touched[i];
        uint64_t bit = (uint64_t)1 << one->slot;
        if (word - one->word >= one->count)
            continue;
        d.writes |= one->writes ? bit : 0;
        d.stores |= one->stores ? bit : 0;
        d.decides |= one->decides ? bit : 0;
        d.tasks |= one->of_task ? bit : 0;
        d.conditions |= one->declares & DECLARES_CONDITION ? bit : 0;
        d.reads |= one->declares & DECLARES_READ ? bit : 0;
        d.waits |= one->declares & DECLARES_WAIT ? bit : 0;
        d.updates |= one->declares & DECLARES_UPDATE ? bit : 0;
        d.takes |= one->declares & DECLARES_TAKE ? bit : 0;
    }
    return d;
}

/* A word that some slot of the batch writes is no constant for the others: reading it is a step. */
static void mark_footprints(struct sched *s)
{
    uint32_t words = s->machine.geometry.slot_words;
    const struct footprint_memory user = {.words = s->arena + s->layout.user_base,
                                          .base = s->layout.user_base,
                                          .count = s->machine.geometry.user_words};
    s->env->touched_count = 0;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        const uint32_t *slot = s->arena + s->word[i];
        memcpy(s->env->slots + (size_t)i * words, slot, words * sizeof *slot);
        s->env->at_slot = i;
        footprint_of(slot[OP_SLOT_OPCODE], slot + OP_SLOT_ARGS, words - OP_SLOT_ARGS, &user,
                     note_footprint, s);
    }
    for (uint32_t i = 0; i < s->location_count; i++)
        body_env_touches(s->env, s->words[i], &s->readers[i], &s->writers[i]);
}

/* All roots now, so that the same words count as constants whatever is run first. */
static bool plant(struct sched *s)
{
    s->tree = body_tree_create(s->env, s->slot_count);
    s->met = (struct sched_met){0};
    s->exhausted |= !s->tree || s->env->exhausted;
    for (uint32_t i = 0; i < s->slot_count && !s->exhausted; i++)
        body_root(s, s->tree, i);
    return !s->exhausted;
}

static bool start_is_same(const struct sched *s)
{
    const struct body_env *e = s->env;
    uint32_t words = s->machine.geometry.slot_words;
    if (e->step.written_read)
        return false;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        if (memcmp(e->slots + (size_t)i * words + 1, s->arena + s->word[i] + 1,
                   (words - 1) * sizeof *e->slots) != 0)
            return false;
    }
    for (uint32_t i = 0; i < e->fixed_count; i++) {
        if (s->arena[e->fixed[i]] != e->fixed_values[i])
            return false;
    }
    return true;
}

bool body_env_restart(struct sched *s)
{
    step_env *step = &s->env->step;
    step->env.arena = s->arena;
    step->env.slots = s->arena;
    if (s->tree && start_is_same(s))
        return true;
    body_tree_release(s->tree);
    memset(step->marks, 0, s->layout.total_words);
    s->env->fixed_count = 0;
    step->written_read = false;
    mark_footprints(s);
    return plant(s);
}

struct body_env *body_env_create(struct sched *s)
{
    struct body_env *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->step.marks = calloc(s->layout.total_words, 1);
    e->slots = calloc((size_t)s->slot_count + 1, s->machine.geometry.slot_words * sizeof *e->slots);
    if (!e->step.marks || !e->slots) {
        body_env_free(e);
        return NULL;
    }
    e->step.env = (op_env){.geometry = s->machine.geometry, .layout = s->layout};
    e->step.env.unseen = s->options.unseen;
    e->step.mutation = s->options.mutation;
    return e;
}

void body_env_free(struct body_env *e)
{
    if (!e)
        return;
    free(e->step.marks);
    free(e->slots);
    free(e->touched);
    for (uint32_t i = 0; i < LOGS; i++)
        free(e->logs[i].values);
    free(e->fixed);
    free(e->fixed_values);
    free(e);
}
