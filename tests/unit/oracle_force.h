/*
 * Roots of deadlocks, judged by force: where each waiter is given the value that it is said to wait for,
 * all slots must end in some execution from there. Each by itself lets at least one more end; or, behind
 * another one in a queue, not all end without it.
 */
#ifndef VRRL_TEST_ORACLE_FORCE_H
#define VRRL_TEST_ORACLE_FORCE_H

#include "engine/create.h"
#include "engine/depth_first_search.h"
#include "engine/result.h"
#include "oracle_run.h"
#include "vrrl/analysis/check.h"
#include "vrrl/run/stuck.h"

/* A slot goes on as if the word held the value. */
typedef struct oracle_forced {
    uint32_t slot, word;
    uint64_t value;
} oracle_forced;

/* What comes of it. */
typedef struct oracle_freed {
    uint32_t
        left; /* slots that are left, in the execution that leaves least; none where it shuts down */
    bool complete;   /* all executions were looked at */
    uint32_t counts; /* those that count, by position in what is run, as bits */
} oracle_freed;

static inline bool oracle_waits(const oracle *o, const oracle_operation *op,
                                const oracle_forced *forced)
{
    const vrrl_program *p = o->program;
    uint32_t span = p->geometry.slot_words;
    switch (op->opcode) {
    case VRRL_OPCODE_WAIT_GE:
    case VRRL_OPCODE_WAIT_RELAXED:
        return op->args[0] == forced->word && op->args[1] <= forced->value;
    case VRRL_OPCODE_WAIT_WORD:
    case VRRL_OPCODE_TAKE:
        return op->args[0] == forced->word;
    case VRRL_OPCODE_BATCH_FENCE:
        return forced->word >= p->layout.ring_base && forced->word < p->layout.user_base &&
               (forced->word - p->layout.ring_base) / span == op->args[0] % p->geometry.ring_slots;
    default:
        return false;
    }
}

/* Takes the waits that are met out of the slot's words. */
static inline void oracle_release(const oracle *o, uint32_t *arena, const oracle_forced *forced)
{
    oracle_slot slot;
    oracle_decode(arena + oracle_slot_word(o->program, o->epoch, forced->slot), o->program, arena,
                  &slot);
    for (uint32_t i = 0; i < slot.count; i++) {
        const oracle_operation *op = &slot.operations[i];
        if (oracle_waits(o, op, forced))
            arena[op->word] &= op->shift == 32 ? 0 : ~(0xFFu << op->shift);
    }
    for (uint32_t i = 0; slot.task && i < slot.task[0]; i++) {
        const uint32_t *wait = oracle_task_wait(slot.task, i);
        if (wait[0] == forced->word && wait[1] <= forced->value)
            arena[wait + 1 - arena] = 0;
    }
}

static inline bool oracle_count_left(void *context, struct sched *s,
                                     const struct sched_state *state, vrrl_verdict verdict)
{
    oracle_freed *freed = context;
    uint32_t left = 0;
    for (uint32_t i = 0; i < s->slot_count && verdict != VRRL_VERDICT_SHUTDOWN; i++)
        left +=
            (freed->counts >> i & 1) && !vrrl_status_is_terminal(sched_slot_at(state, i)->status);
    freed->left = left < freed->left ? left : freed->left;
    return true;
}

enum { ORACLE_ALWAYS = 1000 };

/* What is granted at once. */
typedef struct oracle_grants {
    oracle_forced forced[1024];
    uint32_t root[1024]; /* for which root; ORACLE_ALWAYS: whatever is granted */
    uint32_t count;
    uint32_t slots; /* that count, as bits */
    uint32_t roots;
    bool off[32];   /* roots that are queues that do not get on */
    bool later[32]; /* roots that show where others have what they lack */
} oracle_grants;

static inline bool oracle_is_granted(uint32_t root, uint32_t but, uint32_t only)
{
    return root == ORACLE_ALWAYS || (root != but && (only == VRRL_NO_INDEX || root == only));
}

/* How many slots a stuck end of o->epoch leaves where all of it is granted, but for root `but`; or for
 * root `only` alone. A slot that waits has had no effect, so that it may as well begin anew. */
static inline oracle_freed oracle_force(oracle *o, const oracle_stuck *end,
                                        const oracle_grants *grants, uint32_t but, uint32_t only)
{
    const vrrl_program *p = o->program;
    uint32_t indices[GRAPH_SLOTS], queues[GRAPH_SLOTS], left = 0;
    const struct sched_options options = {.setup.model = VRRL_MEMORY_SC, .starved = VRRL_NO_WORKER};
    vrrl_machine machine = {.geometry = p->geometry,
                            .model = p->model,
                            .workers = GRAPH_SLOTS,
                            .claim = VRRL_CLAIM_RANDOM};
    oracle_freed freed = {.left = GRAPH_SLOTS};
    struct sched *s;
    vrrl_error err = {0};
    memcpy(o->arena, end->arena, o->words * sizeof *o->arena);
    for (uint32_t i = 0; i < grants->count; i++)
        if (oracle_is_granted(grants->root[i], but, only) &&
            !(end->ended >> grants->forced[i].slot & 1))
            oracle_release(o, o->arena, &grants->forced[i]);
    for (uint32_t i = 0; i < grants->roots; i++)
        if (oracle_is_granted(i, but, only) && grants->off[i])
            machine.model.resident = 0;
    for (uint32_t i = 0; i < o->epochs[o->epoch].slots; i++) {
        if (end->ended >> i & 1)
            continue;
        o->arena[oracle_slot_word(p, o->epoch, i)] = VRRL_STATUS_PUBLISHED;
        indices[left] = (epoch_first_index(p, o->epoch) + i) % p->geometry.ring_slots;
        freed.counts |= (grants->slots >> i & 1) << left;
        queues[left++] = epoch_slot(p, o->epoch, i)->queue;
    }
    const vrrl_batch_view batch = {left, indices, queues};
    if (sched_create(&machine, o->arena, &batch, &options, &s, &err))
        fail_msg("%s", err.text);
    freed.complete = sched_exhaust(s, 100000, oracle_count_left, &freed).complete;
    sched_destroy(s);
    return freed;
}

typedef enum oracle_roots {
    ROOTS_RIGHT,
    ROOTS_NONE,
    ROOTS_FREE_NONE, /* one that is granted lets no slot end that would not without */
    ROOTS_LEAVE,     /* all that are granted leave slots */
} oracle_roots;

static inline oracle_roots oracle_judge_grants(oracle *o, const oracle_stuck *end,
                                               const oracle_grants *grants)
{
    const uint32_t none = VRRL_NO_INDEX;
    oracle_freed all = oracle_force(o, end, grants, none, none);
    uint32_t left = 0;
    for (uint32_t i = 0; i < o->epochs[o->epoch].slots; i++)
        left += !(end->ended >> i & 1) && (grants->slots >> i & 1);
    if (grants->roots == 0)
        return ROOTS_NONE;
    if (all.complete && all.left > 0)
        return ROOTS_LEAVE;
    for (uint32_t i = 0; i < grants->roots; i++) {
        if (grants->later[i])
            continue;
        oracle_freed alone = oracle_force(o, end, grants, none, i);
        if (alone.left == left && oracle_force(o, end, grants, i, none).left == 0)
            return ROOTS_FREE_NONE;
    }
    return ROOTS_RIGHT;
}

/* ---- Roots of the analysis of a stuck epoch -------------------------------------------------- */

/* The waiters of a stuck end, as the host lists them: with its fence, which last waited for the first of them. */
static inline uint32_t oracle_waiters(const oracle *o, const oracle_stuck *end,
                                      vrrl_waiter waiters[GRAPH_SLOTS + 1])
{
    const vrrl_program *p = o->program;
    uint32_t count = 0, slots = o->epochs[o->epoch].slots, first = epoch_first_index(p, o->epoch);
    for (uint32_t i = 0; i < slots; i++) {
        if (end->ended >> i & 1)
            continue;
        const struct sched_slot *slot = &end->slots[i];
        waiters[count] = (vrrl_waiter){.index = (first + i) % p->geometry.ring_slots,
                                       .status = slot->status,
                                       .worker = slot->lane,
                                       .wait_word = slot->wait_word,
                                       .wait_value = slot->wait_value};
        if (slot->wait_word < o->words)
            waiters[count].seen_value = end->arena[slot->wait_word];
        if (p->model.kind != VRRL_MODEL_POOL)
            waiters[count].worker = epoch_slot(p, o->epoch, i)->queue;
        count++;
    }
    if (count > 0)
        waiters[count] = (vrrl_waiter){.index = (first + slots) % p->geometry.ring_slots,
                                       .status = VRRL_STATUS_REQUEUE,
                                       .worker = VRRL_NO_WORKER,
                                       .wait_word = p->layout.ring_base +
                                                    waiters[0].index * p->geometry.slot_words,
                                       .seen_value = waiters[0].status};
    return count + (count > 0);
}

/* What is forced where a root is; of a cycle, the first of it that waits for a word. */
static inline bool oracle_forced_of(const oracle *o, const vrrl_root *root, oracle_forced *forced)
{
    *forced = (oracle_forced){root->slot, root->wait_word, root->wait_value};
    for (uint32_t i = 0; i < root->cycle_length; i++) {
        const vrrl_cycle_slot *c = &root->cycle[i];
        if (c->waits == VRRL_WAIT_TURN || c->slot >= o->epochs[o->epoch].slots)
            continue;
        *forced = (oracle_forced){c->slot, c->word, c->wanted};
        return true;
    }
    return root->slot < o->epochs[o->epoch].slots && root->wait_word < o->words;
}

/* Judges what is said of one stuck end of epoch o->epoch. */
static inline oracle_roots oracle_judge_roots(oracle *o, const oracle_stuck *end)
{
    vrrl_waiter waiters[GRAPH_SLOTS + 1];
    oracle_grants grants = {.slots = ~0u};
    vrrl_stuck *stuck;
    vrrl_error err = {0};
    uint32_t count = oracle_waiters(o, end, waiters);
    if (vrrl_stuck_analyse(o->program, o->epoch, end->arena, waiters, count, &stuck, &err))
        fail_msg("%s", err.text);
    for (uint32_t i = 0; i < stuck->root_count; i++) {
        grants.root[grants.count] = i;
        grants.off[i] = stuck->roots[i].kind == VRRL_ROOT_NOT_RESIDENT;
        grants.later[i] = stuck->roots[i].rank > 0;
        grants.count += oracle_forced_of(o, &stuck->roots[i], &grants.forced[grants.count]);
    }
    grants.roots = stuck->root_count;
    vrrl_stuck_free(stuck);
    return oracle_judge_grants(o, end, &grants);
}

/* ---- Roots of the static check --------------------------------------------------------------- */

/* The word that a counter of the check stands for; VRRL_NO_INDEX: it cannot be told. */
static inline uint32_t oracle_counter_word(const oracle *o, const vrrl_graph *g, uint32_t counter)
{
    const vrrl_graph_counter *c = &g->counters[counter];
    const vrrl_layout *layout = &o->program->layout;
    char name[200];
    uint32_t first, words;
    unsigned slot;
    snprintf(name, sizeof name, "%s", vrrl_graph_text_at(g, c->note));
    if (sscanf(name, "the end of ring slots %u", &slot) == 1)
        return layout->ring_base + slot * o->program->geometry.slot_words;
    if (strstr(name, " up to "))
        *strstr(name, " up to ") = '\0';
    if (vrrl_program_find_words(o->program, name, &first, &words) && words == 1)
        return first;
    return c->id < layout->total_words ? c->id : VRRL_NO_INDEX;
}

static inline bool oracle_is_counter(const vrrl_graph *g, uint32_t word)
{
    for (uint32_t c = 0; c < g->counter_count; c++)
        if (g->counters[c].word_after == word + 1)
            return true;
    return false;
}

/* A slot of which it is not said that it gets stuck in all executions ends; and waits that are left out hold
 * nothing back. */
static inline void oracle_grant_others(const oracle *o, const vrrl_graph *g,
                                       const oracle_stuck *end, oracle_grants *grants)
{
    for (uint32_t slot = 0; slot < o->epochs[o->epoch].slots; slot++)
        for (uint32_t w = 0; w < o->program->geometry.user_words; w++) {
            uint32_t word = o->program->layout.user_base + w;
            if ((end->ended >> slot & 1) ||
                ((grants->slots >> slot & 1) && oracle_is_counter(g, word)))
                continue;
            assert_true(grants->count < sizeof grants->root / sizeof *grants->root);
            grants->root[grants->count] = ORACLE_ALWAYS;
            grants->forced[grants->count++] = (oracle_forced){slot, word, UINT32_MAX};
        }
}

/* Judges the roots of an epoch by one stuck end of it: each gives its word the value that is wanted, for all
 * that wait for it; of a flag any. `others`: the report tells that others get stuck, too. */
static inline oracle_roots oracle_judge_check_roots(oracle *o, const oracle_stuck *end,
                                                    const vrrl_epoch_check *item, bool others)
{
    const vrrl_check_result *r = item->result;
    oracle_grants grants = {.roots = r->root_count};
    if (r->root_count != r->root_total || r->root_count > 8)
        return ROOTS_RIGHT;
    for (uint32_t i = 0; i < r->stuck_count; i++)
        grants.slots |= 1u << r->stuck[i];
    if (others)
        oracle_grant_others(o, item->graph, end, &grants);
    for (uint32_t i = 0; i < r->root_count; i++) {
        const vrrl_check_root *root = &r->roots[i];
        grants.off[i] = root->kind == VRRL_CHECK_ROOT_RESIDENCY;
        if (root->counter == VRRL_GRAPH_NONE && !grants.off[i])
            return ROOTS_RIGHT; /* the order of a queue: what would be given is not said */
        uint32_t word = root->counter == VRRL_GRAPH_NONE || grants.off[i]
                            ? VRRL_NO_INDEX /* that all queues get on is all that it lacks */
                            : oracle_counter_word(o, item->graph, root->counter);
        bool flag =
            root->counter != VRRL_GRAPH_NONE &&
            strstr(vrrl_graph_text_at(item->graph, item->graph->counters[root->counter].note),
                   " up to ");
        for (uint32_t slot = 0; slot < o->epochs[o->epoch].slots; slot++) {
            grants.root[grants.count] = i;
            grants.forced[grants.count++] =
                (oracle_forced){slot, word, flag ? UINT32_MAX : (uint32_t)root->wanted};
        }
    }
    return oracle_judge_grants(o, end, &grants);
}

#endif
