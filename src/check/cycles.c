#include "check/cycles.h"

#include "base/array.h"
#include "check/closure.h"

#include <stdlib.h>

struct walk {
    const struct system *system;
    const struct closure_rules *rules;
    struct closure closure;
    uint32_t *walk_of; /* of each node: the walk that came by, from 1; 0: none */
};

static bool is_stuck(const struct walk *walk, uint32_t node)
{
    return node != NONE && walk->closure.position[node] == NONE;
}

/* A stuck signaller of a gate that is closed, or NONE. Where thresholds are clamped a closed gate
 * has one. */
static uint32_t stuck_signaller(const struct walk *walk, const struct gate *gate)
{
    const struct system *s = walk->system;
    const struct counter *counter = &s->counters[gate->counter];
    uint64_t threshold = gate->threshold < counter->most ? gate->threshold : counter->most;
    if (gate->counter == s->residency_counter && walk->rules->no_residency)
        return NONE;
    if (threshold <= walk->closure.values[gate->counter] ||
        (walk->rules->granted && walk->rules->granted[gate->counter] >= threshold))
        return NONE;
    for (uint32_t i = 0; i < counter->signallers; i++) {
        const struct signal *signal = &s->signals[s->signallers[counter->first_signaller + i]];
        if (signal->amount > 0 && is_stuck(walk, signal->node))
            return signal->node;
    }
    return NONE;
}

/* What holds a stuck node back, and why. */
static uint32_t blocker(const struct walk *walk, uint32_t n, struct link *link)
{
    const struct system *s = walk->system;
    const struct node *node = &s->nodes[n];
    *link = (struct link){.task = node->task, .counter = NONE};
    for (uint32_t i = 0; i < node->gate_count; i++) {
        const struct gate *gate = &s->gates[s->node_gates[node->first_gate + i].gate];
        uint32_t signaller = stuck_signaller(walk, gate);
        if (signaller != NONE) {
            link->counter = gate->counter;
            link->threshold = gate->threshold;
            return signaller;
        }
    }
    bool queue_order = !walk->rules->no_queue_order;
    if (is_stuck(walk, node->after) && (queue_order || !node->after_queue))
        return node->after;
    return is_stuck(walk, node->started) && queue_order ? node->started : NONE;
}

/* A task of several parts is one of the circle: what it waits for counts, not that a part comes behind the
 * one before. */
static void put_link(struct cycle *cycle, const struct link *link)
{
    struct link *last = cycle->count > 0 ? &cycle->links[cycle->count - 1] : NULL;
    if (!last || last->task != link->task)
        cycle->links[cycle->count++] = *link;
    else if (last->counter == NONE)
        *last = *link;
}

/* The walk may have begun in the middle of a task. */
static void close_circle(struct cycle *cycle)
{
    struct link *first = cycle->links, *last = &cycle->links[cycle->count - 1];
    if (cycle->count < 2 || first->task != last->task)
        return;
    if (first->counter == NONE)
        *first = *last;
    cycle->count--;
}

static vrrl_code add_cycle(const struct walk *walk, uint32_t start, struct cycles *cycles,
                           vrrl_error *err)
{
    struct cycle cycle = {0};
    uint32_t room = 0, n = start;
    vrrl_code code;
    do {
        struct link link;
        uint32_t next = blocker(walk, n, &link);
        code = array_room(cycle.links, cycle.count, room, 1, err);
        if (code != VRRL_OK)
            break;
        if (link.task != NONE) /* the end of a queue is nobody's task */
            put_link(&cycle, &link);
        n = next;
    } while (n != start);
    if (code == VRRL_OK && cycle.count > 0)
        close_circle(&cycle);
    if (code == VRRL_OK)
        code = array_room(cycles->items, cycles->count, cycles->room, 1, err);
    if (code == VRRL_OK && cycle.count > 0)
        cycles->items[cycles->count++] = cycle;
    else
        free(cycle.links);
    return code;
}

static vrrl_code follow_all(struct walk *walk, struct cycles *cycles, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t n = 0, number = 0; code == VRRL_OK && n < walk->system->node_count; n++) {
        uint32_t at = n;
        struct link link;
        if (!is_stuck(walk, n) || walk->walk_of[n] != 0)
            continue;
        number++;
        while (at != NONE && walk->walk_of[at] == 0) {
            walk->walk_of[at] = number;
            at = blocker(walk, at, &link);
        }
        if (at != NONE && walk->walk_of[at] == number)
            code = add_cycle(walk, at, cycles, err);
    }
    return code;
}

vrrl_code cycles_find(const struct system *system, const struct closure_rules *rules,
                      struct cycles *cycles, vrrl_error *err)
{
    struct walk walk = {.system = system, .rules = rules};
    *cycles = (struct cycles){0};
    vrrl_code code = closure_run(system, rules, &walk.closure, err);
    if (code != VRRL_OK)
        return code;
    walk.walk_of = calloc(system->node_count + (size_t)1, sizeof *walk.walk_of);
    code = walk.walk_of ? follow_all(&walk, cycles, err)
                        : error_no_memory(err, system->node_count * sizeof *walk.walk_of);
    free(walk.walk_of);
    closure_free(&walk.closure);
    if (code != VRRL_OK)
        cycles_free(cycles);
    return code;
}

void cycles_free(struct cycles *cycles)
{
    for (uint32_t i = 0; i < cycles->count; i++)
        free(cycles->items[i].links);
    free(cycles->items);
    *cycles = (struct cycles){0};
}
