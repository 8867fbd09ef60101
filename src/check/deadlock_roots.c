/* From stuck tasks to root causes: waits that no signals reach; then, with those granted, what
 * residency holds back; then what queue order does; and at the bottom cyclic waits. */
#include "check/deadlock_roots.h"

#include "base/array.h"
#include "check/check.h"
#include "check/closure.h"
#include "check/cycles.h"
#include "check/siblings.h"

#include <stdlib.h>
#include <string.h>

/* ---- What roots are given -------------------------------------------------------------------- */

/* What a root lacks: so much of a counter, for all that wait for it; or that all queues are on. */
struct given {
    uint32_t counter; /* NONE: nothing that a root's text tells of */
    uint64_t value;
    bool all_on;
};

/* What the roots so far are given; what is stuck all the same has others. */
struct grants {
    const vrrl_graph *graph;
    uint64_t *counters; /* the most that any gives */
    bool all_on;
    struct given of[VRRL_CHECK_DEFECTS_MAX]; /* by root, of those that are explained */
};

static void raise_to(uint64_t *counter, uint64_t value)
{
    *counter = *counter < value ? value : *counter;
}

/* A flag that is up to a level is up to those below. */
static void add_given(struct grants *g, const struct given *given)
{
    const vrrl_graph *graph = g->graph;
    if (given->counter == NONE)
        return;
    raise_to(&g->counters[given->counter], given->value);
    if (given->counter >= graph->counter_count || graph->counters[given->counter].up_from == 0)
        return;
    const vrrl_graph_counter *flag = &graph->counters[given->counter];
    for (uint32_t c = 0; c < graph->counter_count; c++)
        if (graph->counters[c].word_after == flag->word_after &&
            graph->counters[c].up_from < flag->up_from)
            raise_to(&g->counters[c], 1);
}

/* To a root; NULL: it is one of those that are not explained. */
static void grant(struct grants *g, const vrrl_check_result *result, const vrrl_check_root *root,
                  const struct given *given)
{
    g->all_on |= given->all_on;
    add_given(g, given);
    if (root)
        g->of[root - result->roots] = *given;
}

static void grant_link(struct grants *g, const vrrl_check_result *result,
                       const vrrl_check_root *root, const struct link *link)
{
    grant(g, result, root, &(struct given){link->counter, link->threshold, false});
}

/* ---- What is told of a root ------------------------------------------------------------------ */

/* Who signals its counter, and how far they got. */
static void fill_producers(const struct outcome *o, vrrl_check_root *root)
{
    const struct system *s = o->system;
    const struct counter *counter = &s->counters[root->counter];
    root->starts_at = counter->init;
    root->producer_count = counter->signallers;
    for (uint32_t i = 0; i < counter->signallers; i++) {
        uint32_t node = s->signals[s->signallers[counter->first_signaller + i]].node;
        bool finished = o->closure.position[node] != NONE;
        root->producers_finished += finished;
        if (i < VRRL_CHECK_PRODUCERS_MAX)
            root->producers[i] = (vrrl_check_producer){s->nodes[node].task, finished};
    }
}

/* How the task's siblings wait for the counter, or that they do not. */
static vrrl_code find_odd(const struct outcome *o, vrrl_check_root *root, uint32_t *threshold,
                          vrrl_error *err)
{
    const vrrl_graph_task *task = &o->graph->tasks[root->task];
    struct siblings siblings;
    uint32_t with;
    *threshold = 0;
    if (task->access_count == 0)
        return VRRL_OK;
    const vrrl_graph_access *access = &o->graph->accesses[task->first_access];
    uint32_t buffer = o->graph->ranges[access->range].buffer;
    vrrl_code code = siblings_find(o->graph, root->task, buffer, access->kind != VRRL_ACCESS_READ,
                                   &siblings, err);
    if (code != VRRL_OK)
        return code;
    uint32_t waiting =
        siblings_waiting(o->graph, &siblings, root->task, root->counter, threshold, &with);
    bool alike = waiting > 0 && with >= siblings.count / 2;
    vrrl_odd_one_out odd = {.kind = alike ? VRRL_ODD_WAIT : VRRL_ODD_NO_WAIT,
                            .some = with,
                            .all = alike ? siblings.count : siblings.count - 1,
                            .writers = siblings.write,
                            .buffer = buffer,
                            .counter = root->counter,
                            .wanted = *threshold};
    if (alike || (waiting == 0 && siblings.count > 1))
        root->odd = odd;
    siblings_free(&siblings);
    return VRRL_OK;
}

static void fill_counter(const struct outcome *o, vrrl_check_root *root, uint32_t counter,
                         uint64_t wanted)
{
    if (counter < o->graph->counter_count && o->graph->counters[counter].internal)
        return; /* nobody knows it */
    root->counter = counter;
    root->wanted = wanted;
    root->seen = o->closure.values[counter];
    root->most = o->system->counters[counter].most;
    fill_producers(o, root);
}

static vrrl_check_root *add_root(vrrl_check_result *result, vrrl_check_root_kind kind,
                                 uint32_t task)
{
    result->root_total++;
    if (result->root_count == VRRL_CHECK_DEFECTS_MAX)
        return NULL;
    vrrl_check_root *root = &result->roots[result->root_count++];
    *root =
        (vrrl_check_root){.kind = kind, .task = task, .counter = NONE, .goal = NONE, .other = NONE};
    return root;
}

/* ---- Waits for more than there will ever be ------------------------------------------------- */

static vrrl_check_root *add_goal(vrrl_check_result *result, struct grants *given, uint32_t task,
                                 const struct gate *gate)
{
    vrrl_check_root *root = add_root(result, VRRL_CHECK_ROOT_OVER_WAIT, task);
    grant(given, result, root, &(struct given){gate->counter, gate->threshold, false});
    return root;
}

/* A task waits for all that there will be, or for as much as its siblings do. Where nobody adds to what is
 * there from the first, that would be no wait. */
static vrrl_code add_lower(const struct counter *counter, uint32_t c, uint32_t task,
                           uint32_t of_siblings, struct edits *list, vrrl_error *err)
{
    bool none = counter->most <= counter->init;
    bool follow = of_siblings > counter->init && of_siblings <= counter->most;
    uint32_t value = follow ? of_siblings : (uint32_t)counter->most;
    const vrrl_check_change edit = {.kind =
                                        none ? VRRL_CHECK_CHANGE_DROP_WAIT : VRRL_CHECK_CHANGE_WAIT,
                                    .task = task,
                                    .other = NONE,
                                    .counter = c,
                                    .value = none ? 0 : value};
    list->hides |= none;
    return edits_add(list, &edit, err);
}

/* One root a counter: the first task that waits for most of it; the edits mend every task that waits for too
 * much. */
static vrrl_code add_over_wait(const struct outcome *o, uint32_t c, struct grants *given,
                               vrrl_check_result *result, struct vrrl_check_edits *edits,
                               vrrl_error *err)
{
    const struct system *s = o->system;
    const struct counter *counter = &s->counters[c];
    vrrl_check_root *root = NULL;
    struct edits *list = NULL;
    uint32_t threshold = 0, tasks = 0;
    vrrl_code code = VRRL_OK;
    for (uint32_t k = counter->gate_count; code == VRRL_OK && k-- > 0;) {
        const struct gate *gate = &s->gates[counter->first_gate + k];
        for (uint32_t i = 0; gate->threshold > counter->most && i < gate->waiter_count; i++) {
            uint32_t task = s->nodes[s->waiters[gate->first_waiter + i]].task;
            if (o->graph->counters[c].never) {
                root = add_goal(result, given, task, gate);
                if (root)
                    root->goal = c;
                return VRRL_OK;
            }
            if (tasks++ == 0 && (root = add_goal(result, given, task, gate)) != NULL) {
                list = &edits[result->root_count - 1].first;
                fill_counter(o, root, c, gate->threshold);
                code = find_odd(o, root, &threshold, err);
            }
            if (!root)
                return code;
            if (code == VRRL_OK)
                code = add_lower(counter, c, task, threshold, list, err);
        }
    }
    if (!root || code != VRRL_OK)
        return code;
    edits_tell(list, &root->repair);
    return VRRL_OK;
}

static vrrl_code find_over_waits(const struct outcome *o, struct grants *g,
                                 vrrl_check_result *result, struct vrrl_check_edits *edits,
                                 vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t c = 0; code == VRRL_OK && c < o->graph->counter_count; c++)
        code = add_over_wait(o, c, g, result, edits, err);
    return code;
}

/* ---- Cycles --------------------------------------------------------------------------------- */

static bool is_waited_by_siblings(const struct outcome *o, const struct link *link, vrrl_error *err)
{
    vrrl_check_root probe = {.task = link->task, .counter = link->counter};
    uint32_t threshold;
    return find_odd(o, &probe, &threshold, err) == VRRL_OK && threshold > 0;
}

/* Which wait of a cycle is the wrong one: one for a later task, that siblings do not have. */
static uint32_t wrong_link(const struct outcome *o, const struct cycle *cycle, vrrl_error *err)
{
    uint32_t best = NONE, any = NONE;
    for (uint32_t i = 0; i < cycle->count; i++) {
        const struct link *link = &cycle->links[i];
        if (link->counter >= o->graph->counter_count || o->graph->counters[link->counter].internal)
            continue;
        any = any == NONE ? i : any;
        bool later = cycle->links[(i + 1) % cycle->count].task >= link->task;
        if (later && (best == NONE || !is_waited_by_siblings(o, link, err)))
            best = i;
        if (best == i && !is_waited_by_siblings(o, link, err))
            break;
    }
    return best != NONE ? best : any;
}

static void put_cycle(vrrl_check_root *root, const struct cycle *cycle, uint32_t from)
{
    root->cycle_tasks = cycle->count;
    for (uint32_t i = 0; i < cycle->count && i < VRRL_CHECK_CYCLE_MAX; i++)
        root->cycle[root->cycle_count++] = cycle->links[(from + i) % cycle->count].task;
}

static vrrl_code add_cycle(const struct outcome *o, const struct cycle *cycle, struct grants *g,
                           vrrl_check_result *result, struct vrrl_check_edits *edits,
                           vrrl_error *err)
{
    uint32_t at = wrong_link(o, cycle, err), threshold;
    const struct link *link = &cycle->links[at == NONE ? 0 : at];
    vrrl_check_root *root = add_root(result, VRRL_CHECK_ROOT_CYCLE, link->task);
    grant_link(g, result, root, link);
    if (!root)
        return VRRL_OK;
    put_cycle(root, cycle, at == NONE ? 0 : at);
    if (at == NONE)
        return VRRL_OK; /* nothing but parts of tasks: cannot be */
    fill_counter(o, root, link->counter, link->threshold);
    vrrl_code code = find_odd(o, root, &threshold, err);
    struct edits *list = &edits[result->root_count - 1].first;
    const vrrl_check_change edit = {.kind = VRRL_CHECK_CHANGE_DROP_WAIT,
                                    .task = link->task,
                                    .other = NONE,
                                    .counter = link->counter};
    if (code == VRRL_OK)
        code = edits_add(list, &edit, err);
    if (code == VRRL_OK)
        edits_tell(list, &root->repair);
    return code;
}

/* ---- Queue order ---------------------------------------------------------------------------- */

/* A stretch of a cycle inside one queue: `behind` cannot start before `head`, which needs it. */
static uint32_t find_stretch(const struct cycle *cycle, uint32_t *head)
{
    uint32_t best = NONE;
    for (uint32_t i = 0; i < cycle->count; i++) {
        const struct link *before = &cycle->links[(i + cycle->count - 1) % cycle->count];
        if (cycle->links[i].counter != NONE || before->counter == NONE)
            continue;
        uint32_t end = i;
        while (cycle->links[end % cycle->count].counter == NONE && end < i + cycle->count)
            end++;
        end %= cycle->count;
        bool swapped = cycle->links[i].task < cycle->links[end].task;
        if (best == NONE || swapped) {
            best = i;
            *head = end;
        }
        if (swapped)
            break; /* the two are not in the order of the graph: most likely these */
    }
    return best;
}

static vrrl_code add_queue_order(const struct outcome *o, const struct cycle *cycle,
                                 struct grants *g, vrrl_check_result *result,
                                 struct vrrl_check_edits *edits, vrrl_error *err)
{
    uint32_t head = 0, behind = find_stretch(cycle, &head);
    if (behind == NONE)
        return add_cycle(o, cycle, g, result, edits, err);
    uint32_t task = cycle->links[head].task, other = cycle->links[behind].task;
    vrrl_check_root *root = add_root(result, VRRL_CHECK_ROOT_QUEUE_ORDER, task);
    grant_link(g, result, root, &cycle->links[head]);
    if (!root)
        return VRRL_OK;
    put_cycle(root, cycle, head);
    if (cycle->links[head].counter < o->graph->counter_count)
        fill_counter(o, root, cycle->links[head].counter, cycle->links[head].threshold);
    root->other = other;
    root->queue = o->assignment->queue_of[task];
    if (o->graph->instruction_count > 0)
        return VRRL_OK; /* a part cannot be moved without its instruction */
    struct edits *list = &edits[result->root_count - 1].first;
    const vrrl_check_change edit = {.kind = VRRL_CHECK_CHANGE_MOVE,
                                    .task = task,
                                    .other = other,
                                    .counter = NONE,
                                    .value = root->queue,
                                    .names_queue = true};
    vrrl_code code = edits_add(list, &edit, err);
    if (code == VRRL_OK)
        code = try_repair(o, list, &root->repair, err);
    if (code == VRRL_OK && root->repair.after == VRRL_CHECK_DEADLOCK)
        list->items[0].kind = VRRL_CHECK_CHANGE_SORT;
    if (list->count > 0)
        edits_tell(list, &root->repair);
    return code;
}

/* ---- Residency ------------------------------------------------------------------------------ */

static vrrl_code stuck_with(const struct outcome *o, uint32_t resident, uint32_t *stuck,
                            vrrl_error *err)
{
    vrrl_assignment assignment = *o->assignment;
    struct closure_rules rules = {.without = NONE, .until = NONE, .clamp = true};
    struct system *system;
    struct closure closure;
    assignment.model.resident = resident;
    vrrl_code code = system_create(o->graph, &assignment, ORDERS_OF_TIME, &system, err);
    if (code != VRRL_OK)
        return code;
    code = closure_run(system, &rules, &closure, err);
    if (code == VRRL_OK) {
        *stuck = 0;
        for (uint32_t t = 0; t < o->graph->task_count; t++)
            *stuck += !task_ran(system, &closure, t);
        closure_free(&closure);
    }
    system_free(system);
    return code;
}

/* More residents never hurt: the fewest that do is found by halving. */
static vrrl_code fewest_residents(const struct outcome *o, uint32_t *fewest, vrrl_error *err)
{
    uint32_t low = o->assignment->model.resident + 1, high = o->assignment->model.queues;
    uint32_t best = 0, stuck = 0;
    vrrl_code code = stuck_with(o, 0, &best, err);
    while (code == VRRL_OK && low < high) {
        uint32_t middle = low + (high - low) / 2;
        code = stuck_with(o, middle, &stuck, err);
        if (code == VRRL_OK && stuck <= best)
            high = middle;
        else
            low = middle + 1;
    }
    *fewest = high;
    return code;
}

static vrrl_code add_residency(const struct outcome *o, const struct cycle *cycle, struct grants *g,
                               vrrl_check_result *result, struct vrrl_check_edits *edits,
                               vrrl_error *err)
{
    uint32_t at = wrong_link(o, cycle, err), fewest;
    const struct link *link = &cycle->links[at == NONE ? 0 : at];
    vrrl_check_root *root = add_root(result, VRRL_CHECK_ROOT_RESIDENCY, link->task);
    grant(g, result, root, &(struct given){.counter = NONE, .all_on = true});
    if (!root)
        return VRRL_OK;
    if (link->counter < o->graph->counter_count)
        fill_counter(o, root, link->counter, link->threshold);
    put_cycle(root, cycle, at == NONE ? 0 : at);
    vrrl_code code = fewest_residents(o, &fewest, err);
    if (code != VRRL_OK)
        return code;
    struct edits *list = &edits[result->root_count - 1].first;
    const vrrl_check_change edit = {.kind = VRRL_CHECK_CHANGE_RESIDENT,
                                    .task = NONE,
                                    .other = NONE,
                                    .counter = NONE,
                                    .value = fewest};
    code = edits_add(list, &edit, err);
    if (code == VRRL_OK)
        edits_tell(list, &root->repair);
    return code;
}

/* ---- All of it ------------------------------------------------------------------------------ */

typedef vrrl_code add_function(const struct outcome *, const struct cycle *, struct grants *,
                               vrrl_check_result *, struct vrrl_check_edits *, vrrl_error *);

/* The weakest system in which tasks are still stuck names the cause: those cycles are reported, and each is
 * given what the task that stands first in it waits for. */
static vrrl_code find_cycles(const struct outcome *o, struct grants *g, bool *found,
                             vrrl_check_result *result, struct vrrl_check_edits *edits,
                             vrrl_error *err)
{
    static const struct {
        bool no_residency, no_queue_order;
        add_function *add;
    } layers[] = {
        {true, true, add_cycle}, {true, false, add_queue_order}, {false, false, add_residency}};
    *found = false;
    for (size_t i = 0; i < 3 && !*found; i++) {
        struct closure_rules rules = {.without = NONE,
                                      .until = NONE,
                                      .clamp = true,
                                      .no_residency = layers[i].no_residency || g->all_on,
                                      .no_queue_order = layers[i].no_queue_order,
                                      .granted = g->counters};
        struct cycles cycles;
        vrrl_code code = cycles_find(o->system, &rules, &cycles, err);
        if (code != VRRL_OK)
            return code;
        *found = cycles.count > 0;
        /* One number of residents mends every cycle of its layer: that is one defect. */
        bool residency = *found && layers[i].add == add_residency;
        uint32_t defects = residency ? 1 : cycles.count;
        for (uint32_t k = 0; code == VRRL_OK && k < defects; k++)
            code = layers[i].add(o, &cycles.items[k], g, result, edits, err);
        cycles_free(&cycles);
        if (code != VRRL_OK)
            return code;
    }
    return VRRL_OK;
}

/* ---- What is not needed ---------------------------------------------------------------------- */

/* How many tasks are stuck where all roots but one are given what they lack, or one alone is. */
static vrrl_code left_with(const struct outcome *o, struct grants *g, uint32_t count, uint32_t but,
                           uint32_t only, uint32_t *left, vrrl_error *err)
{
    struct closure_rules rules = {.without = NONE, .until = NONE, .granted = g->counters};
    struct closure closure;
    memset(g->counters, 0, o->system->counter_count * sizeof *g->counters);
    for (uint32_t i = 0; i < count; i++) {
        const struct given *given = &g->of[i];
        if (i == but || (only != NONE && i != only))
            continue;
        rules.no_residency |= given->all_on;
        add_given(g, given);
    }
    vrrl_code code = closure_run(o->system, &rules, &closure, err);
    if (code != VRRL_OK)
        return code;
    *left = 0;
    for (uint32_t t = 0; t < o->graph->task_count; t++)
        *left += !task_ran(o->system, &closure, t);
    closure_free(&closure);
    return VRRL_OK;
}

static void take_out(struct grants *g, vrrl_check_result *result, struct vrrl_check_edits *edits,
                     uint32_t root)
{
    uint32_t behind = --result->root_count - root;
    result->root_total--;
    edits_free(&edits[root].first);
    memmove(&g->of[root], &g->of[root + 1], behind * sizeof *g->of);
    memmove(&edits[root], &edits[root + 1], behind * sizeof *edits);
    memmove(&result->roots[root], &result->roots[root + 1], behind * sizeof *result->roots);
    edits[result->root_count] = (struct vrrl_check_edits){0};
}

/* A root that lets no task end by itself, and without which the others let all end, is none. */
static vrrl_code drop_idle(const struct outcome *o, struct grants *g, vrrl_check_result *result,
                           struct vrrl_check_edits *edits, vrrl_error *err)
{
    uint32_t without, alone;
    vrrl_code code = VRRL_OK;
    if (result->root_total > result->root_count || result->root_count < 2)
        return VRRL_OK;
    for (uint32_t i = result->root_count; code == VRRL_OK && i-- > 0;) {
        code = left_with(o, g, result->root_count, i, NONE, &without, err);
        if (code != VRRL_OK || without > 0)
            continue;
        code = left_with(o, g, result->root_count, NONE, i, &alone, err);
        if (code == VRRL_OK && alone == o->stuck_count)
            take_out(g, result, edits, i);
    }
    return code;
}

/* Each round names what is stuck once those before have what they lack. */
static vrrl_code find_roots(const struct outcome *o, vrrl_check_result *result,
                            struct vrrl_check_edits *edits, vrrl_error *err)
{
    struct grants g = {.graph = o->graph,
                       .counters =
                           calloc(o->system->counter_count + (size_t)1, sizeof *g.counters)};
    bool found = true;
    if (!g.counters)
        return error_no_memory(err, o->system->counter_count * sizeof *g.counters);
    vrrl_code code = find_over_waits(o, &g, result, edits, err);
    while (code == VRRL_OK && found && result->root_total <= VRRL_CHECK_DEFECTS_MAX)
        code = find_cycles(o, &g, &found, result, edits, err);
    if (code == VRRL_OK)
        code = drop_idle(o, &g, result, edits, err);
    free(g.counters);
    return code;
}

vrrl_code explain_deadlock(const struct outcome *o, vrrl_check_result *result,
                           struct vrrl_check_edits *edits, vrrl_error *err)
{
    result->roots = calloc(VRRL_CHECK_DEFECTS_MAX, sizeof *result->roots);
    if (!result->roots)
        return error_no_memory(err, VRRL_CHECK_DEFECTS_MAX * sizeof *result->roots);
    return find_roots(o, result, edits, err);
}
