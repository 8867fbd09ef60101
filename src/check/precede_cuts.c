/* Where the greedy execution comes by a cut: a node that precedes all that ran after it. */
#include "check/precede_cuts.h"

#include "base/error.h"

#include <stdlib.h>

/* The signals that release of each counter, in order of execution, and their sums. */
static void list_signals(struct precede *p)
{
    const struct system *s = p->system;
    for (uint32_t c = 0; c < s->counter_count; c++)
        p->counters[c] = (struct precede_signals){.first = s->counters[c].first_signaller};
    for (uint32_t position = 0; position < p->closure->count; position++) {
        const struct node *node = &s->nodes[p->closure->order[position]];
        for (uint32_t i = 0; i < node->signal_count; i++) {
            uint32_t number = node->first_signal + i;
            const struct signal *signal = &s->signals[number];
            struct precede_signals *of = &p->counters[signal->counter];
            if (!signal->sync || signal->amount == 0)
                continue;
            uint32_t at = of->first + of->count++;
            p->signals[at] = number;
            p->sums[at] = signal->amount + (of->count > 1 ? p->sums[at - 1] : 0);
        }
    }
}

/* The position at which the signals of a gate's counter have reached it; NONE: it needs none of them. */
static uint32_t opened_at(const struct precede *p, uint32_t g)
{
    const struct precede_signals *of = &p->counters[p->system->gates[g].counter];
    uint32_t low = 0, high = of->count;
    if (p->gates[g].need == 0)
        return NONE;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->sums[of->first + middle] < p->gates[g].need)
            low = middle + 1;
        else
            high = middle;
    }
    return low < of->count
               ? p->closure->position[p->system->signals[p->signals[of->first + low]].node]
               : NONE;
}

/* One more than the last position such that a node needs some other at it or behind it; 0: it needs none. */
static uint32_t needs_from(const struct precede *p, uint32_t position)
{
    const struct system *s = p->system;
    const struct node *node = &s->nodes[p->closure->order[position]];
    uint32_t from = 0;
    if (node->after != NONE && p->closure->position[node->after] != NONE)
        from = p->closure->position[node->after] + 1;
    if (node->started != NONE && p->closure->position[node->started] != NONE &&
        p->closure->position[node->started] > from)
        from = p->closure->position[node->started];
    for (uint32_t i = 0; i < node->gate_count; i++) {
        const struct node_gate *wait = &s->node_gates[node->first_gate + i];
        uint32_t opened = wait->sync ? opened_at(p, wait->gate) : NONE;
        if (opened != NONE && opened + 1 > from)
            from = opened + 1;
    }
    return from;
}

vrrl_code precede_find_cuts(struct precede *p, vrrl_error *err)
{
    const struct system *s = p->system;
    uint32_t count = p->closure->count;
    p->counters = calloc(s->counter_count + (size_t)1, sizeof *p->counters);
    p->signals = malloc((s->signal_count + (size_t)1) * sizeof *p->signals);
    p->sums = malloc((s->signal_count + (size_t)1) * sizeof *p->sums);
    p->cuts = malloc((count + (size_t)1) * sizeof *p->cuts);
    if (!p->counters || !p->signals || !p->sums || !p->cuts)
        return error_no_memory(err, 16 * ((uint64_t)s->signal_count + count));
    list_signals(p);
    uint32_t least = NONE, cut = count - 1; /* of those behind: the least that one needs */
    for (uint32_t position = count; position-- > 0;) {
        if (least > position)
            cut = position;
        p->cuts[position] = cut;
        uint32_t from = needs_from(p, position);
        least = from < least ? from : least;
    }
    return VRRL_OK;
}
