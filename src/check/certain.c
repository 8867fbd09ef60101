/* Which pairs that memory does not order are races for certain, and which make no difference. */
#include "check/certain.h"

#include "base/array.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum {
    WALKS_MAX = 4096,         /* each goes over the whole system */
    COMPARISONS_MAX = 1 << 24 /* of read-modify-writes */
};

/* A read-modify-write of a task, and whom program order makes it one with. */
struct modify {
    uint32_t party, range;
};

/* What one task may happen before, by some path of synchronisation. */
struct walk {
    const struct outcome *outcome;
    struct races strong; /* pairs that are unordered even where all orders, of time, too, count */
    bool judges;         /* else nothing but memory orders, and each pair is certain */
    bool *met;           /* nodes of the memory's system */
    uint32_t *work;
    uint32_t from; /* task; NONE: of none yet */
    uint32_t walks;
    struct modify *modifies;
    uint32_t modify_count, modify_room, comparisons;
};

static void reach(struct walk *w, uint32_t *count, uint32_t node)
{
    if (node != NONE && !w->met[node]) {
        w->met[node] = true;
        w->work[(*count)++] = node;
    }
}

static void reach_waiters(struct walk *w, uint32_t *count, const struct signal *signal)
{
    const struct system *s = w->outcome->memory;
    const struct counter *counter = &s->counters[signal->counter];
    for (uint32_t g = 0; signal->sync && g < counter->gate_count; g++) {
        const struct gate *gate = &s->gates[counter->first_gate + g];
        for (uint32_t i = 0; i < gate->waiter_count; i++) {
            uint32_t waiter = s->waiters[gate->first_waiter + i];
            const struct node *node = &s->nodes[waiter];
            bool sync = false;
            for (uint32_t k = 0; k < node->gate_count; k++) {
                const struct node_gate *own = &s->node_gates[node->first_gate + k];
                sync |= own->sync && s->gates[own->gate].counter == signal->counter;
            }
            if (sync)
                reach(w, count, waiter);
        }
    }
}

static void walk_from(struct walk *w, uint32_t task)
{
    const struct system *s = w->outcome->memory;
    uint32_t count = 0;
    memset(w->met, 0, s->node_count * sizeof *w->met);
    for (uint32_t n = s->first_node[task]; n < s->first_node[task + 1]; n++)
        reach(w, &count, n);
    while (count > 0) {
        const uint32_t at = w->work[--count];
        const struct node *node = &s->nodes[at];
        reach(w, &count, s->next_after[at]);
        for (uint32_t i = 0; i < node->signal_count; i++)
            reach_waiters(w, &count, &s->signals[node->first_signal + i]);
    }
    w->from = task;
    w->walks++;
}

static bool may_precede(struct walk *w, uint32_t a, uint32_t b)
{
    const struct system *s = w->outcome->memory;
    bool met = false;
    if (w->from != a && w->walks == WALKS_MAX)
        return true;
    if (w->from != a)
        walk_from(w, a);
    for (uint32_t n = s->first_node[b]; n < s->first_node[b + 1]; n++)
        met |= w->met[n];
    return met;
}

/* ---- Coherence ------------------------------------------------------------------------------- */

static uint32_t party_of(const struct outcome *o, uint32_t task)
{
    const vrrl_worker_model *model = &o->assignment->model;
    bool in_order = model->kind == VRRL_MODEL_SERIAL ||
                    (model->kind == VRRL_MODEL_PIPELINED && model->depth <= 1);
    return in_order ? o->assignment->queue_of[task] : task;
}

static vrrl_code list_modifies(struct walk *w, vrrl_error *err)
{
    const vrrl_graph *g = w->outcome->graph;
    vrrl_code code = VRRL_OK;
    for (uint32_t t = 0; t < g->task_count; t++)
        for (uint32_t i = 0; code == VRRL_OK && i < g->tasks[t].access_count; i++) {
            const vrrl_graph_access *a = &g->accesses[g->tasks[t].first_access + i];
            if (!access_is_modify(a->kind))
                continue;
            code = array_room(w->modifies, w->modify_count, w->modify_room, 1, err);
            if (code == VRRL_OK)
                w->modifies[w->modify_count++] =
                    (struct modify){.party = party_of(w->outcome, t), .range = a->range};
        }
    return code;
}

static uint32_t position_of(const struct outcome *o, uint32_t task)
{
    return o->closure.position[o->system->first_node[task]];
}

/* Whether tasks before it of its queue store to a word of the range, and then read it: they have read that
 * store, or what came after. */
static bool has_read_again(struct walk *w, uint32_t task, const vrrl_graph_range *range)
{
    const struct outcome *o = w->outcome;
    const vrrl_graph *g = o->graph;
    uint32_t party = party_of(o, task), stored = NONE, read = 0;
    for (uint32_t t = 0; t < g->task_count; t++) {
        uint32_t at = position_of(o, t);
        if (party_of(o, t) != party || at >= position_of(o, task))
            continue;
        for (uint32_t i = 0; i < g->tasks[t].access_count; i++) {
            const vrrl_graph_access *a = &g->accesses[g->tasks[t].first_access + i];
            w->comparisons++;
            if (!range_overlaps(&g->ranges[a->range], range))
                continue;
            if (access_is_load(a->kind))
                read = at + 1 > read ? at + 1 : read;
            else
                stored = at < stored ? at : stored;
        }
    }
    return stored < read;
}

/* Of two that come in one order only, though memory does not make it: whether both modify a word, or the
 * second one comes behind a read of what was stored over what the first one modified. Then it has read what
 * the first one left, or what came after. */
static bool may_cohere(struct walk *w, uint32_t a, uint32_t b)
{
    const vrrl_graph_range *ranges = w->outcome->graph->ranges;
    uint32_t first = party_of(w->outcome, a), second = party_of(w->outcome, b);
    for (uint32_t i = 0; i < w->modify_count; i++) {
        for (uint32_t k = 0; w->modifies[i].party == first && k < w->modify_count; k++) {
            if (w->comparisons++ >= COMPARISONS_MAX)
                return true;
            if (w->modifies[k].party == second &&
                range_overlaps(&ranges[w->modifies[i].range], &ranges[w->modifies[k].range]))
                return true;
        }
        if (w->modifies[i].party == first && has_read_again(w, b, &ranges[w->modifies[i].range]))
            return true;
    }
    return false;
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static int by_tasks(const void *left, const void *right)
{
    const vrrl_check_pair *a = left, *b = right;
    if (a->tasks[0] != b->tasks[0])
        return a->tasks[0] < b->tasks[0] ? -1 : 1;
    return (a->tasks[1] > b->tasks[1]) - (a->tasks[1] < b->tasks[1]);
}

static bool is_certain(struct walk *w, const vrrl_check_pair *pair, enum pair_value value)
{
    if (!w->judges ||
        (w->strong.kept_count > 0 &&
         bsearch(pair, w->strong.kept, w->strong.kept_count, sizeof *w->strong.kept, by_tasks)))
        return true;
    return value != PAIR_AT_WAIT && !may_precede(w, pair->tasks[0], pair->tasks[1]) &&
           !may_precede(w, pair->tasks[1], pair->tasks[0]) &&
           !may_cohere(w, pair->tasks[0], pair->tasks[1]) &&
           !may_cohere(w, pair->tasks[1], pair->tasks[0]);
}

/* The strongest system runs what the weaker ones do: relaxed operations hold back all the same. */
static vrrl_code find_strong(struct walk *w, vrrl_error *err)
{
    const struct outcome *o = w->outcome;
    struct system *all;
    w->judges = o->memory != o->system || o->system->relaxed;
    if (!w->judges)
        return VRRL_OK;
    w->met = malloc((o->memory->node_count + (size_t)1) * sizeof *w->met);
    w->work = malloc((o->memory->node_count + (size_t)1) * sizeof *w->work);
    if (!w->met || !w->work)
        return error_no_memory(err, 5 * (uint64_t)o->memory->node_count);
    vrrl_code code = system_create(o->graph, o->assignment, ORDERS_ALL, &all, err);
    if (code == VRRL_OK)
        all->until_ns = o->until_ns;
    if (code != VRRL_OK)
        return code;
    code = races_find(all, &o->closure, access_conflicts, true, &w->strong, err);
    system_free(all);
    return code == VRRL_OK ? list_modifies(w, err) : code;
}

bool pair_words(const vrrl_graph *graph, const vrrl_check_pair *pair, uint64_t *first,
                uint64_t *end)
{
    const vrrl_graph_buffer *buffer = &graph->buffers[pair->buffer];
    const vrrl_graph_range *a = &graph->ranges[pair->ranges[0]],
                           *b = &graph->ranges[pair->ranges[1]];
    uint64_t from = a->column_first > b->column_first ? a->column_first : b->column_first;
    uint64_t to = a->column_end < b->column_end ? a->column_end : b->column_end;
    if (buffer->word_after == 0)
        return false;
    *first = buffer->word_after - 1 + from * buffer->column_words;
    *end = buffer->word_after - 1 + to * buffer->column_words;
    return true;
}

/* Of what two tasks conflict on that is named which makes them a pair. */
static void name_pair(const struct outcome *o, const struct pair_values *values,
                      vrrl_check_pair *pair)
{
    if (!values || values->there(values->context, o->graph, pair))
        return;
    const struct meeting_filter counts = {values->there, values->context};
    vrrl_check_pair other =
        races_describe(o->graph, access_conflicts, pair->tasks[0], pair->tasks[1], &counts);
    if (other.buffer != NONE)
        *pair = other;
}

/* The first that is certain, if there is one. */
static void put_first(struct races *races)
{
    uint32_t at = 0;
    while (at < races->kept_count && races->kept[at].unsure)
        at++;
    if (races->kept_count > 0)
        races->first = races->kept[at < races->kept_count ? at : 0];
}

vrrl_code pairs_judge(struct outcome *o, const struct pair_values *values, vrrl_error *err)
{
    struct walk w = {.outcome = o, .from = NONE};
    struct races *races = &o->races;
    uint32_t kept = 0;
    vrrl_code code = races->pairs > 0 ? find_strong(&w, err) : VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < races->kept_count; i++) {
        vrrl_check_pair pair = races->kept[i];
        enum pair_value value =
            values ? values->of(values->context, pair.tasks[0], pair.tasks[1]) : PAIR_DIFFERS;
        o->excused += value == PAIR_SAME;
        o->ordered += value == PAIR_ORDERED;
        if (value == PAIR_SAME || value == PAIR_ORDERED)
            continue;
        name_pair(o, values, &pair);
        pair.races = value == PAIR_RACES;
        pair.unsure =
            value != PAIR_RACES && (value == PAIR_UNKNOWN || !is_certain(&w, &pair, value));
        o->unsure += pair.unsure;
        races->kept[kept++] = pair;
    }
    if (code == VRRL_OK) {
        uint64_t more = races->pairs - races->kept_count;
        o->unsure += values || w.judges ? more : 0; /* that are not kept */
        races->pairs = kept + more;
        races->kept_count = kept;
        put_first(races);
    }
    races_free(&w.strong);
    free(w.met);
    free(w.work);
    free(w.modifies);
    return code;
}
