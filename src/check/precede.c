#include "check/precede.h"

#include "base/clock.h"
#include "base/error.h"
#include "check/closure.h"
#include "check/precede_cuts.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHARED_GATES = 2,     /* a counter with so many gates keeps its sums for all of them */
    SHARED_MAX = 16384,   /* at most so many counters do */
    CLOSED_MAX = 1 << 24, /* nodes that are run to see what can without a gate */
};

static bool ran(const struct precede *p, uint32_t node)
{
    return p->closure->position[node] != NONE;
}

/* The signals of a counter that ran; relaxed ones count as there from the start, unless none of them can
 * come before a gate that asks. */
struct signalled {
    uint32_t counter;
    uint64_t there, sync;
    bool relaxed;  /* some of them are */
    uint32_t last; /* position of those that release */
};

static void add_signals(const struct precede *p, uint32_t c, struct signalled *sums)
{
    const struct system *s = p->system;
    const struct counter *counter = &s->counters[c];
    *sums = (struct signalled){.counter = c, .there = counter->init};
    for (uint32_t i = 0; i < counter->signallers; i++) {
        const struct signal *signal = &s->signals[s->signallers[counter->first_signaller + i]];
        if (!ran(p, signal->node))
            continue;
        *(signal->sync ? &sums->sync : &sums->there) += signal->amount;
        sums->relaxed |= !signal->sync;
        if (signal->sync && p->closure->position[signal->node] > sums->last)
            sums->last = p->closure->position[signal->node];
    }
}

/* Signals that can run while the gate is closed: what opens it is among them. A relaxed one behind the gate
 * comes too late for that. (So do gates of a higher threshold of the same counter, which open later.) */
static vrrl_code find_there(struct precede *p, uint32_t g, uint64_t *there, vrrl_error *err)
{
    const struct system *s = p->system;
    const struct counter *counter = &s->counters[s->gates[g].counter];
    const struct closure_rules rules = {.without = NONE, .until = NONE, .closed = g + 1};
    struct closure without;
    if (p->run_closed + s->node_count > CLOSED_MAX)
        return VRRL_OK;
    p->run_closed += s->node_count;
    vrrl_code code = closure_run(s, &rules, &without, err);
    if (code != VRRL_OK)
        return code;
    *there = counter->init;
    for (uint32_t i = 0; i < counter->signallers; i++) {
        const struct signal *signal = &s->signals[s->signallers[counter->first_signaller + i]];
        if (!signal->sync && ran(p, signal->node) && without.position[signal->node] != NONE)
            *there += signal->amount;
    }
    closure_free(&without);
    return VRRL_OK;
}

/* What a gate needs of the signals that release. */
static vrrl_code prepare_gate(struct precede *p, uint32_t g, struct signalled *sums,
                              vrrl_error *err)
{
    const struct system *s = p->system;
    const struct gate *gate = &s->gates[g];
    uint32_t first = NONE;
    if (sums->counter != gate->counter)
        add_signals(p, gate->counter, sums);
    for (uint32_t i = 0; i < gate->waiter_count; i++) {
        uint32_t position = p->closure->position[s->waiters[gate->first_waiter + i]];
        if (position < first)
            first = position;
    }
    uint64_t there = sums->there;
    vrrl_code code = sums->relaxed && first != NONE ? find_there(p, g, &there, err) : VRRL_OK;
    uint64_t need = gate->threshold > there ? gate->threshold - there : 0;
    bool reached = first != NONE; /* a gate whose waiters never run is never asked */
    bool late = reached && need > 0 && sums->sync > need && sums->last >= first;
    p->gates[g] = (struct precede_gate){
        .need = need, .slack = reached && sums->sync > need ? sums->sync - need : 0, .late = late};
    p->late |= late;
    return code;
}

static vrrl_code share_sums(struct precede *p, vrrl_error *err);
static void free_shared(struct precede *p);

vrrl_code precede_create(const struct system *system, const struct closure *closure,
                         struct precede *precede, vrrl_error *err)
{
    uint64_t nodes = closure->count + (uint64_t)1, gates = system->gate_count + (uint64_t)1;
    *precede = (struct precede){.system = system,
                                .closure = closure,
                                .gates = calloc(gates, sizeof(struct precede_gate)),
                                .node_masks = malloc(nodes * sizeof(struct mask)),
                                .gate_masks = malloc(gates * sizeof(struct mask))};
    precede->gate_queue = malloc(gates * sizeof *precede->gate_queue);
    precede->node_stack = malloc((system->node_count + (size_t)2) * sizeof *precede->node_stack);
    if (!precede->gates || !precede->gate_queue || !precede->node_stack || !precede->node_masks ||
        !precede->gate_masks)
        return error_no_memory(err, (nodes + gates) * sizeof(struct mask));
    struct signalled sums = {.counter = NONE}; /* gates of a counter are side by side */
    vrrl_code code = VRRL_OK;
    for (uint32_t g = 0; code == VRRL_OK && g < system->gate_count; g++)
        code = prepare_gate(precede, g, &sums, err);
    if (code == VRRL_OK)
        code = precede_find_cuts(precede, err);
    return code == VRRL_OK ? share_sums(precede, err) : code;
}

void precede_free(struct precede *precede)
{
    free_shared(precede);
    free(precede->gates);
    free(precede->counters);
    free(precede->signals);
    free(precede->sums);
    free(precede->cuts);
    free(precede->node_masks);
    free(precede->gate_masks);
    free(precede->gate_queue);
    free(precede->node_stack);
    *precede = (struct precede){0};
}

/* ---- Sums of amounts, for all sources of a block at once ------------------------------------ */

/* Bit-sliced counters: plane k holds bit k of every source's sum. */
enum { PLANES = 64 };

struct sums {
    struct mask planes[PLANES];
    uint32_t used;
};

/* Adds `amount` to the sum of each source in `mask`. */
static void sums_add(struct sums *sums, const struct mask *mask, uint64_t amount)
{
    for (uint32_t bit = 0; bit < PLANES && amount >> bit; bit++) {
        if (!(amount >> bit & 1))
            continue;
        struct mask carry = *mask;
        bool more = true;
        for (uint32_t k = bit; more && k < PLANES; k++) {
            for (; sums->used <= k; sums->used++)
                sums->planes[sums->used] = (struct mask){{0}};
            uint64_t any = 0;
            for (int w = 0; w < BLOCK_WORDS; w++) {
                uint64_t overflow = sums->planes[k].words[w] & carry.words[w];
                sums->planes[k].words[w] ^= carry.words[w];
                carry.words[w] = overflow;
                any |= overflow;
            }
            more = any != 0;
        }
    }
}

/* Takes `amount` off the sum of each source in `mask`, which it is part of. */
static void sums_take(struct sums *sums, const struct mask *mask, uint32_t amount)
{
    for (uint32_t bit = 0; amount >> bit; bit++) {
        struct mask borrow = *mask;
        bool more = amount >> bit & 1;
        for (uint32_t k = bit; more && k < sums->used; k++) {
            uint64_t any = 0;
            for (int w = 0; w < BLOCK_WORDS; w++) {
                uint64_t lacks = ~sums->planes[k].words[w] & borrow.words[w];
                sums->planes[k].words[w] ^= borrow.words[w];
                borrow.words[w] = lacks;
                any |= lacks;
            }
            more = any != 0;
        }
    }
}

/* The sources whose sum is greater than `slack`: compared from the highest bit down. */
static struct mask sums_above(const struct sums *sums, uint64_t slack)
{
    struct mask above = {{0}}, equal;
    memset(&equal, 0xFF, sizeof equal);
    if (sums->used < 64 && slack >> sums->used)
        return above;
    for (uint32_t k = sums->used; k-- > 0;) {
        bool bit = slack >> k & 1;
        for (int w = 0; w < BLOCK_WORDS; w++) {
            uint64_t plane = sums->planes[k].words[w];
            if (!bit)
                above.words[w] |= equal.words[w] & plane;
            equal.words[w] &= bit ? plane : ~plane;
        }
    }
    return above;
}

/* ---- Sums that the gates of a counter share -------------------------------------------------- */

struct shared_sums {
    struct sums sums; /* of all signallers' closed masks, as they are */
    uint32_t pass;    /* for which they hold; 0: for none */
};

static vrrl_code share_sums(struct precede *p, vrrl_error *err)
{
    const struct system *s = p->system;
    uint32_t left = SHARED_MAX;
    p->shared = calloc(s->counter_count + (size_t)1, sizeof(struct shared_sums *));
    if (!p->shared)
        return error_no_memory(err, 8 * (uint64_t)s->counter_count);
    for (uint32_t c = 0; c < s->counter_count && left > 0; c++) {
        if (s->counters[c].gate_count < SHARED_GATES)
            continue;
        p->shared[c] = calloc(1, sizeof(struct shared_sums));
        if (!p->shared[c])
            return error_no_memory(err, sizeof(struct shared_sums));
        left--;
    }
    return VRRL_OK;
}

static void free_shared(struct precede *p)
{
    for (uint32_t c = 0; p->shared && c < p->system->counter_count; c++)
        free(p->shared[c]);
    free(p->shared);
}

/* ---- Masks ---------------------------------------------------------------------------------- */

/* M(x) + {x}: nodes before the block have no source that precedes them, those behind its end all. */
static bool closed_mask(const struct precede *p, uint32_t node, uint32_t first, struct mask *out)
{
    uint32_t position = p->closure->position[node];
    if (position < first)
        return false;
    *out = position > p->end ? mask_below(BLOCK) : p->node_masks[position];
    if (position - first < BLOCK)
        mask_set(out, position - first);
    return true;
}

static uint32_t position_of(const struct precede *p, const struct precede_signals *of, uint32_t i)
{
    return p->closure->position[p->system->signals[p->signals[of->first + i]].node];
}

/* The first of a counter's signals that ran at a position or behind it. */
static uint32_t first_from(const struct precede *p, const struct precede_signals *of,
                           uint32_t position)
{
    uint32_t low = 0, high = of->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (position_of(p, of, middle) < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those behind the block's end count for all of its sources. */
static void sum_signals(const struct precede *p, uint32_t c, uint32_t first, struct sums *sums)
{
    const struct precede_signals *of = &p->counters[c];
    const struct mask all = mask_below(BLOCK);
    uint32_t i = first_from(p, of, first);
    sums->used = 0;
    for (; i < of->count && position_of(p, of, i) <= p->end; i++) {
        const struct signal *signal = &p->system->signals[p->signals[of->first + i]];
        struct mask closed;
        if (closed_mask(p, signal->node, first, &closed))
            sums_add(sums, &closed, signal->amount);
    }
    uint64_t before = i > 0 ? p->sums[of->first + i - 1] : 0;
    if (i < of->count)
        sums_add(sums, &all, p->sums[of->first + of->count - 1] - before);
}

/* A wait for every signal: whatever precedes one of them. */
static void join_signals(const struct precede *p, uint32_t c, uint32_t first, struct mask *out)
{
    const struct precede_signals *of = &p->counters[c];
    for (uint32_t i = first_from(p, of, first); i < of->count; i++) {
        struct mask closed;
        if (closed_mask(p, p->system->signals[p->signals[of->first + i]].node, first, &closed))
            mask_or(out, &closed);
        if (position_of(p, of, i) > p->end)
            return;
    }
}

/* Of a counter, those that are computed in a pass. */
static void list_gate(struct precede *p, uint32_t g, struct precede_signals *of)
{
    struct precede_gate *gate = &p->gates[g];
    if (gate->pass == p->pass)
        return;
    gate->in_pass = of->pass == p->pass ? of->gates : NONE;
    gate->pass = of->pass = p->pass;
    of->gates = g;
}

static void compute_gate(struct precede *p, uint32_t g, uint32_t first)
{
    uint32_t c = p->system->gates[g].counter;
    const struct precede_gate *gate = &p->gates[g];
    struct shared_sums *shared = p->shared[c];
    struct mask *out = &p->gate_masks[g];
    *out = (struct mask){{0}};
    list_gate(p, g, &p->counters[c]);
    if (gate->need == 0)
        return;
    if (shared) {
        if (shared->pass != p->pass)
            sum_signals(p, c, first, &shared->sums);
        shared->pass = p->pass;
        *out = sums_above(&shared->sums, gate->slack);
    } else if (gate->slack == 0) {
        join_signals(p, c, first, out);
    } else {
        struct sums sums;
        sum_signals(p, c, first, &sums);
        *out = sums_above(&sums, gate->slack);
    }
}

static bool counts(const struct precede *p, const struct signal *signal)
{
    return signal->sync && signal->amount > 0 && ran(p, signal->node);
}

/* A node's mask is to be another: what it adds to the sums that are kept changes with it. Masks only
 * shrink on the way to the fixpoint. */
static void set_mask(struct precede *p, uint32_t position, const struct mask *mask)
{
    const struct system *s = p->system;
    const struct node *node = &s->nodes[p->closure->order[position]];
    struct mask gone;
    for (int w = 0; w < BLOCK_WORDS; w++)
        gone.words[w] = p->node_masks[position].words[w] & ~mask->words[w];
    for (uint32_t i = 0; i < node->signal_count; i++) {
        const struct signal *signal = &s->signals[node->first_signal + i];
        struct shared_sums *shared = p->shared[signal->counter];
        if (shared && shared->pass == p->pass && counts(p, signal))
            sums_take(&shared->sums, &gone, signal->amount);
    }
    p->node_masks[position] = *mask;
}

static struct mask compute_node(struct precede *p, uint32_t position, uint32_t first)
{
    const struct system *s = p->system;
    const struct node *node = &s->nodes[p->closure->order[position]];
    struct mask out = {{0}}, closed;
    if (node->after != NONE && closed_mask(p, node->after, first, &closed))
        mask_or(&out, &closed);
    if (node->started != NONE && p->closure->position[node->started] >= first)
        mask_or(&out, &p->node_masks[p->closure->position[node->started]]);
    for (uint32_t i = 0; i < node->gate_count; i++) {
        const struct node_gate *wait = &s->node_gates[node->first_gate + i];
        if (!wait->sync)
            continue;
        if (p->gates[wait->gate].pass != p->pass)
            compute_gate(p, wait->gate, first);
        mask_or(&out, &p->gate_masks[wait->gate]);
    }
    return out;
}

enum { POSITIONS_PER_LOOK = 64 };

/* One pass in order of execution; not to its end where the time is over, as who asks for it finds, too. */
static void propagate(struct precede *p, uint32_t first)
{
    p->pass++;
    for (uint32_t position = first; position <= p->end; position++) {
        if (position % POSITIONS_PER_LOOK == 0 && clock_is_past(p->system->until_ns))
            return;
        struct mask mask = compute_node(p, position, first);
        set_mask(p, position, &mask);
    }
}

/* ---- Down to the fixpoint: only what a change reaches is computed again ---------------------- */

static void push_gate(struct precede *p, uint32_t g)
{
    if (p->gates[g].queued)
        return;
    p->gates[g].queued = true;
    p->gate_queue[p->gate_queue_count++] = g;
}

/* Those that somebody from the block on waits for. */
static void push_gates_of(struct precede *p, uint32_t node)
{
    const struct system *s = p->system;
    for (uint32_t i = 0; i < s->nodes[node].signal_count; i++) {
        const struct signal *signal = &s->signals[s->nodes[node].first_signal + i];
        const struct precede_signals *of = &p->counters[signal->counter];
        if (!signal->sync || of->pass != p->pass)
            continue;
        for (uint32_t g = of->gates; g != NONE; g = p->gates[g].in_pass)
            push_gate(p, g);
    }
}

/* Computes a node again, and where it changed what follows it in its queue. */
static void update_node(struct precede *p, uint32_t node, uint32_t first)
{
    p->node_stack[0] = node;
    for (uint32_t depth = 1; depth > 0;) {
        uint32_t n = p->node_stack[--depth], position = p->closure->position[n];
        if (position == NONE || position < first || position > p->end)
            continue;
        struct mask mask = compute_node(p, position, first);
        if (memcmp(&mask, &p->node_masks[position], sizeof mask) == 0)
            continue;
        set_mask(p, position, &mask);
        push_gates_of(p, n);
        if (p->system->next_after[n] != NONE)
            p->node_stack[depth++] = p->system->next_after[n];
        if (p->system->next_started[n] != NONE)
            p->node_stack[depth++] = p->system->next_started[n];
    }
}

static void settle_gates(struct precede *p, uint32_t first)
{
    const struct system *s = p->system;
    while (p->gate_queue_count > 0 && !clock_is_past(s->until_ns)) {
        uint32_t g = p->gate_queue[--p->gate_queue_count];
        struct mask before = p->gate_masks[g];
        p->gates[g].queued = false;
        if (p->gates[g].pass != p->pass)
            continue; /* nobody from this block on waits for it */
        compute_gate(p, g, first);
        if (memcmp(&before, &p->gate_masks[g], sizeof before) == 0)
            continue;
        for (uint32_t i = 0; i < s->gates[g].waiter_count; i++)
            update_node(p, s->waiters[s->gates[g].first_waiter + i], first);
    }
}

/* Down to the greatest fixpoint, from all that ran before. */
static void settle_block(struct precede *p, uint32_t first)
{
    for (uint32_t position = first; position <= p->end; position++)
        p->node_masks[position] = mask_below(position - first < BLOCK ? position - first : BLOCK);
    propagate(p, first);
    for (uint32_t position = first; position <= p->end; position++) {
        const struct node *node = &p->system->nodes[p->closure->order[position]];
        for (uint32_t i = 0; i < node->gate_count; i++) {
            uint32_t g = p->system->node_gates[node->first_gate + i].gate;
            if (p->gates[g].late && p->gates[g].pass == p->pass)
                push_gate(p, g);
        }
    }
    settle_gates(p, first);
}

/* Whether the end of the block comes after all of its sources. */
static bool is_after_all(const struct precede *p, uint32_t first)
{
    struct mask closed = p->node_masks[p->end];
    uint32_t before = p->end - first;
    if (before < BLOCK)
        mask_set(&closed, before);
    const struct mask all = mask_below(before < BLOCK ? before + 1 : BLOCK);
    bool after = true;
    for (int w = 0; w < BLOCK_WORDS; w++)
        after = after && (all.words[w] & ~closed.words[w]) == 0;
    return after;
}

uint32_t precede_block(struct precede *p, uint32_t first, uint32_t last)
{
    /* Where every signaller that counts runs before its waiters, one pass is enough. */
    const uint32_t end = p->late ? p->closure->count - 1 : last;
    for (uint64_t length = BLOCK;; length *= 2) {
        p->end = first + length - 1 < end ? p->cuts[first + length - 1] : end;
        p->end = p->end < end ? p->end : end;
        if (p->late)
            settle_block(p, first);
        else
            propagate(p, first);
        if (p->end == end || is_after_all(p, first) || clock_is_past(p->system->until_ns))
            return p->end < last ? p->end : last;
    }
}
