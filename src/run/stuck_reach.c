#include "run/stuck_reach.h"

#include "base/hash_table.h"
#include "run/stuck_needs.h"
#include "run/stuck_state.h"
#include "run/stuck_supply.h"

#include <string.h>

enum { THREADS_MAX = 8, STEPS_MAX = 32, STATES_MAX = 4096 };

/* Slots that act one after the other on the word: of a queue, or one alone. */
struct thread {
    uint32_t queue;
    uint32_t first, count; /* in steps[] */
    uint32_t radix;        /* what one step of it is worth in the number of a state */
};

struct steps {
    const struct stuck_state *stuck;
    struct stuck_touch steps[STEPS_MAX];
    uint32_t step_count;
    struct thread threads[THREADS_MAX];
    uint32_t thread_count;
};

/* A state is how far each thread has come, as one number, and the value. */
struct search {
    struct steps of;
    uint64_t states[STATES_MAX];
    uint32_t state_count;
    struct hash_table seen;
    bool is_full; /* or memory lacked */
};

static uint64_t state_of(uint32_t place, uint32_t value)
{
    return hash_table_of_pair(place, value);
}

static void add_state(struct search *x, uint64_t state)
{
    if (hash_table_find(&x->seen, state) != HASH_TABLE_NONE)
        return;
    x->is_full |= x->state_count == STATES_MAX ||
                  hash_table_item(&x->seen, state, x->state_count) == HASH_TABLE_NONE;
    if (!x->is_full)
        x->states[x->state_count++] = state;
}

/* Slots come in their order, and a queue's slots act in it. */
static bool add_step(struct steps *x, const struct stuck_touch *step, uint32_t queue)
{
    struct thread *t = x->threads;
    while (t < x->threads + x->thread_count &&
           (queue == VRRL_NO_INDEX ? x->steps[t->first].slot != step->slot : t->queue != queue))
        t++;
    if (t == x->threads + THREADS_MAX || x->step_count == STEPS_MAX)
        return false;
    if (t == x->threads + x->thread_count)
        x->threads[x->thread_count++] = (struct thread){queue, x->step_count, 0, 0};
    uint32_t at = t->first + t->count;
    memmove(&x->steps[at + 1], &x->steps[at], (x->step_count - at) * sizeof *x->steps);
    x->steps[at] = *step;
    x->step_count++;
    for (struct thread *next = x->threads; next < x->threads + x->thread_count; next++)
        next->first += next != t && next->first >= at;
    t->count++;
    return true;
}

/* False where there are too many, or what one leaves is not known. */
static bool list_steps(struct steps *x, const struct stuck_question *q)
{
    const struct stuck_state *s = x->stuck;
    const struct stuck_word *w = q->word;
    const vrrl_worker_model *m = &s->program->model;
    bool in_order =
        m->kind == VRRL_MODEL_SERIAL || (m->kind == VRRL_MODEL_PIPELINED && m->depth <= 1);
    for (uint32_t i = 0; i < 2; i++)
        if (w->ranges[i] != VRRL_NO_INDEX && s->is_left[w->ranges[i]] &&
            (stuck_acts(s, w->ranges[i], q->waiter) & q->when))
            return false;
    for (uint32_t i = w->changes; i < w[1].first; i++) {
        uint32_t slot = s->touches[s->by_word[i]].slot;
        if (!s->is_left[slot] || !(stuck_acts(s, slot, q->waiter) & q->when))
            continue;
        const struct stuck_touch t = stuck_resolved(s, &s->touches[s->by_word[i]]);
        uint32_t queue = in_order ? stuck_queue_of(s, slot) : VRRL_NO_INDEX;
        if (t.kind == TOUCH_MAY || (t.kind != TOUCH_NOT && !add_step(x, &t, queue)))
            return false;
    }
    uint64_t places = 1;
    for (uint32_t i = 0; i < x->thread_count; i++) {
        x->threads[i].radix = (uint32_t)places;
        places *= x->threads[i].count + (uint64_t)1;
        if (places > STATES_MAX)
            return false;
    }
    return true;
}

static bool is_there(const struct stuck_question *q, uint32_t value)
{
    return q->down ? value <= q->bound : value >= q->bound;
}

/* One step from a value. Who brings it to what is asked for: the first slot that can. */
static void step_to(struct search *x, const struct stuck_question *q, uint64_t from, uint32_t radix,
                    const struct stuck_touch *step, uint32_t value, struct stuck_reach *reach)
{
    add_state(x, state_of((uint32_t)(from >> 32) + radix, value));
    reach->most = value > reach->most ? value : reach->most;
    reach->least = value < reach->least ? value : reach->least;
    bool asked = stuck_acts(x->of.stuck, step->slot, q->waiter) & q->who;
    if (is_there(q, value) && !is_there(q, (uint32_t)from) && asked && step->slot < reach->by)
        reach->by = step->slot;
}

/* Who takes from a word may have been given what it takes; what depends on a condition may be left out. */
static void step_all(struct search *x, const struct stuck_question *q, uint64_t from,
                     struct stuck_reach *reach)
{
    uint32_t place = (uint32_t)(from >> 32), value = (uint32_t)from;
    for (uint32_t i = 0; i < x->of.thread_count; i++) {
        const struct thread *t = &x->of.threads[i];
        uint32_t done = place / t->radix % (t->count + 1);
        if (done == t->count)
            continue;
        const struct stuck_touch *step = &x->of.steps[t->first + done];
        step_to(x, q, from, t->radix, step, stuck_changed(value, step), reach);
        if (step->kind == TOUCH_TAKE || step->is_optional)
            step_to(x, q, from, t->radix, step, value, reach);
    }
}

static void search_from(const struct steps *of, const struct stuck_question *q,
                        struct stuck_reach *reach)
{
    struct search x = {.of = *of};
    add_state(&x, state_of(0, q->word->now));
    for (uint32_t i = 0; i < x.state_count && !x.is_full; i++)
        step_all(&x, q, x.states[i], reach);
    reach->is_known = !x.is_full;
    hash_table_free(&x.seen);
}

struct stuck_reach stuck_reach_of(const struct stuck_state *s, const struct stuck_question *q)
{
    struct steps steps = {.stuck = s};
    struct stuck_reach reach = {q->word->now, q->word->now, VRRL_NO_INDEX, false};
    if (list_steps(&steps, q))
        search_from(&steps, q, &reach);
    return reach;
}
