/* How deep an instruction lies: a run without queues, in rounds, in which all that can go on goes on at once. */
#include "tensor/mkd_depth.h"

#include <stdlib.h>

struct waiter {
    uint32_t counter, threshold, instruction;
};

struct rounds {
    struct mkd_expansion *e;
    struct waiter *waiters; /* by counter and threshold */
    uint32_t waiter_count;
    uint32_t *next;    /* of each counter, the first waiter that is not through */
    uint32_t *pending; /* waits of each instruction */
    uint64_t *values;
    uint32_t *ready, *coming; /* instructions of this round, and of the next */
    uint32_t ready_count, coming_count;
};

static int by_counter_and_threshold(const void *a, const void *b)
{
    const struct waiter *x = a, *y = b;
    if (x->counter != y->counter)
        return x->counter < y->counter ? -1 : 1;
    return (x->threshold > y->threshold) - (x->threshold < y->threshold);
}

static void note_waits(struct rounds *r, uint32_t instruction)
{
    const struct mkd_instruction *row = &r->e->instructions[instruction];
    for (uint32_t p = row->first_part; p < row->first_part + row->part_count; p++) {
        const struct mkd_part *part = &r->e->parts[p];
        for (uint32_t i = 0; i < part->wait_count; i++) {
            const struct mkd_wait *wait = &r->e->waits[part->first_wait + i];
            if (wait->threshold == 0)
                continue;
            r->waiters[r->waiter_count++] =
                (struct waiter){wait->counter, wait->threshold, instruction};
            r->pending[instruction]++;
        }
    }
}

static void wake(struct rounds *r, uint32_t counter)
{
    uint32_t *at = &r->next[counter];
    for (; *at < r->waiter_count; ++*at) {
        const struct waiter *w = &r->waiters[*at];
        if (w->counter != counter || w->threshold > r->values[counter])
            return;
        if (--r->pending[w->instruction] == 0)
            r->coming[r->coming_count++] = w->instruction;
    }
}

static void run(struct rounds *r, uint32_t instruction, uint32_t round)
{
    struct mkd_instruction *row = &r->e->instructions[instruction];
    row->depth = round;
    for (uint32_t p = row->first_part; p < row->first_part + row->part_count; p++) {
        const struct mkd_part *part = &r->e->parts[p];
        for (uint32_t i = 0; i < part->signal_count; i++) {
            const struct mkd_signal *signal = &r->e->signals[part->first_signal + i];
            r->values[signal->counter] += signal->amount;
            wake(r, signal->counter);
        }
    }
}

static void run_all(struct rounds *r)
{
    for (uint32_t i = 0; i < r->e->instruction_count; i++) {
        r->e->instructions[i].depth = UINT32_MAX;
        note_waits(r, i);
        if (r->pending[i] == 0)
            r->coming[r->coming_count++] = i;
    }
    if (r->waiter_count > 0)
        qsort(r->waiters, r->waiter_count, sizeof *r->waiters, by_counter_and_threshold);
    for (uint32_t i = r->waiter_count; i-- > 0;)
        r->next[r->waiters[i].counter] = i;
    for (uint32_t round = 0; r->coming_count > 0; round++) {
        uint32_t *swapped = r->ready;
        r->ready = r->coming;
        r->ready_count = r->coming_count;
        r->coming = swapped;
        r->coming_count = 0;
        for (uint32_t i = 0; i < r->ready_count; i++)
            run(r, r->ready[i], round);
    }
}

vrrl_code mkd_depths(struct mkd_expansion *e, vrrl_error *err)
{
    size_t instructions = e->instruction_count + (size_t)1, counters = e->counter_count + (size_t)1;
    struct rounds r = {.e = e,
                       .waiters = malloc((e->wait_count + (size_t)1) * sizeof *r.waiters),
                       .next = calloc(counters, sizeof *r.next),
                       .pending = calloc(instructions, sizeof *r.pending),
                       .values = calloc(counters, sizeof *r.values),
                       .ready = malloc(instructions * sizeof *r.ready),
                       .coming = malloc(instructions * sizeof *r.coming)};
    vrrl_code code = VRRL_OK;
    if (r.waiters && r.next && r.pending && r.values && r.ready && r.coming) {
        for (uint32_t i = 0; i < e->counter_count; i++)
            r.next[i] = UINT32_MAX; /* nobody waits for it */
        run_all(&r);
    } else {
        code = error_no_memory(err, instructions * 12 + counters * 12);
    }
    free(r.waiters);
    free(r.next);
    free(r.pending);
    free(r.values);
    free(r.ready);
    free(r.coming);
    return code;
}
