/* The check against all interleavings: random graphs of a few tasks, every order in which their
 * parts can start and finish, with vector clocks. Nothing here shares code with the check. */
#include "check/check.h"

#include "check/closure.h"
#include "random_graph.h"

enum { TASKS_MAX = 7, PARTS_MAX = 8, GRAPHS = 20000 };

/* ---- The model ------------------------------------------------------------------------------ */

/* A task, or what it does up to one of its waits. Accesses are bit masks of single elements. */
struct part {
    uint32_t task, index;
    bool last;
    uint32_t first_wait, wait_count;
    uint16_t reads[BUFFERS], writes[BUFFERS], adds[BUFFERS];
};

struct model {
    const vrrl_graph *graph;
    const vrrl_assignment *assignment;
    struct part parts[PARTS_MAX];
    uint32_t part_count;
    uint8_t queue_parts[TASKS_MAX]; /* all parts of each queue */
    uint32_t rank[TASKS_MAX];       /* of each queue that is not empty */
    uint32_t place[TASKS_MAX];      /* of each task in its queue */
    bool racing[TASKS_MAX][TASKS_MAX];
    uint8_t ever; /* parts that ever finish */
};

/* seen[p]: the parts whose finish happens before p's start. clock[c]: what counter c carries. */
struct state {
    uint8_t started, finished, seen[PARTS_MAX], clock[COUNTERS];
};

static uint16_t elements(const vrrl_graph_range *range)
{
    uint16_t mask = 0;
    for (uint64_t r = range->row_first; r < range->row_end; r++)
        for (uint64_t c = range->column_first; c < range->column_end; c++)
            mask |= (uint16_t)(1u << (r * COLUMNS + c));
    return mask;
}

static void add_part(struct model *m, uint32_t t, uint32_t index, uint32_t from, uint32_t to)
{
    const vrrl_graph_task *task = &m->graph->tasks[t];
    struct part *part = &m->parts[m->part_count++];
    *part = (struct part){.task = t,
                          .index = index,
                          .last = to == task->wait_count,
                          .first_wait = task->first_wait + from,
                          .wait_count = to - from};
    for (uint32_t i = 0; i < task->access_count; i++) {
        const vrrl_graph_access *access = &m->graph->accesses[task->first_access + i];
        const vrrl_graph_range *range = &m->graph->ranges[access->range];
        uint16_t mask = elements(range);
        if (access->after_waits != to)
            continue;
        if (access->kind == VRRL_ACCESS_READ || access->kind == VRRL_ACCESS_READ_WRITE)
            part->reads[range->buffer] |= mask;
        if (access->kind == VRRL_ACCESS_WRITE || access->kind == VRRL_ACCESS_READ_WRITE)
            part->writes[range->buffer] |= mask;
        if (access->kind == VRRL_ACCESS_ACCUMULATE)
            part->adds[range->buffer] |= mask;
    }
}

static bool accesses_at(const vrrl_graph *graph, const vrrl_graph_task *task, uint32_t phase)
{
    for (uint32_t i = 0; i < task->access_count; i++)
        if (graph->accesses[task->first_access + i].after_waits == phase)
            return true;
    return false;
}

/* False where the tasks make too many parts. */
static bool make_model(struct model *m, const vrrl_graph *graph, const vrrl_assignment *assignment)
{
    *m = (struct model){.graph = graph, .assignment = assignment};
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        uint32_t from = 0, index = 0;
        for (uint32_t to = 0; to <= task->wait_count; to++) {
            if (to < task->wait_count && !accesses_at(graph, task, to))
                continue;
            if (m->part_count == PARTS_MAX)
                return false;
            add_part(m, t, index++, from, to);
            from = to;
        }
    }
    uint32_t rank = 0, length[TASKS_MAX] = {0};
    for (uint32_t i = 0; assignment->model.queues && i < graph->task_count; i++) {
        uint32_t t = assignment->order[i];
        m->place[t] = length[assignment->queue_of[t]]++;
    }
    for (uint32_t p = 0; assignment->model.queues && p < m->part_count; p++)
        m->queue_parts[assignment->queue_of[m->parts[p].task]] |= (uint8_t)(1u << p);
    for (uint32_t q = 0; q < assignment->model.queues; q++)
        if (length[q])
            m->rank[q] = rank++;
    return true;
}

static bool conflict(const struct part *a, const struct part *b)
{
    for (int i = 0; i < BUFFERS; i++)
        if ((a->writes[i] & (b->reads[i] | b->writes[i] | b->adds[i])) ||
            (b->writes[i] & (a->reads[i] | a->adds[i])) || (a->adds[i] & b->reads[i]) ||
            (b->adds[i] & a->reads[i]))
            return true;
    return false;
}

/* ---- What may happen next ------------------------------------------------------------------- */

static uint64_t value_of(const struct model *m, const struct state *s, uint32_t counter)
{
    uint64_t value = m->graph->counters[counter].init;
    for (uint32_t p = 0; p < m->part_count; p++) {
        const vrrl_graph_task *task = &m->graph->tasks[m->parts[p].task];
        for (uint32_t i = 0; m->parts[p].last && (s->finished >> p & 1) && i < task->signal_count;
             i++)
            if (m->graph->signals[task->first_signal + i].counter == counter)
                value += m->graph->signals[task->first_signal + i].amount;
    }
    return value;
}

static uint8_t with_seen(const struct model *m, const struct state *s, uint8_t parts)
{
    uint8_t all = parts;
    for (uint32_t p = 0; p < m->part_count; p++)
        if (parts >> p & 1)
            all |= s->seen[p];
    return all;
}

static uint8_t parts_of_place(const struct model *m, uint32_t q, uint32_t place)
{
    uint8_t mask = 0;
    for (uint32_t p = 0; p < m->part_count; p++)
        if ((m->queue_parts[q] >> p & 1) && m->place[m->parts[p].task] == place)
            mask |= (uint8_t)(1u << p);
    return mask;
}

/* Whether the queue lets a task's first part start; *seen gains what that orders in memory: that a queue
 * gets on, or a task is admitted, is an order of time. */
static bool queue_lets(const struct model *m, const struct state *s, uint32_t t, uint8_t *seen)
{
    const vrrl_worker_model *model = &m->assignment->model;
    if (model->kind == VRRL_MODEL_POOL)
        return true;
    uint32_t q = m->assignment->queue_of[t], place = m->place[t];
    if (place == 0 && model->resident && m->rank[q] >= model->resident) {
        uint32_t done = 0;
        for (uint32_t other = 0; other < model->queues; other++) {
            uint8_t parts = m->queue_parts[other];
            done += parts && (parts & s->finished) == parts;
        }
        if (done + model->resident < m->rank[q] + 1)
            return false;
    }
    uint8_t before = place ? parts_of_place(m, q, place - 1) : 0;
    if (model->kind == VRRL_MODEL_SERIAL || model->depth == 1) {
        *seen |= with_seen(m, s, before);
        return (before & s->finished) == before;
    }
    uint32_t in_flight = 0;
    for (uint32_t i = 0; i < place; i++) {
        uint8_t parts = parts_of_place(m, q, i);
        in_flight += (parts & s->finished) != parts;
    }
    return (before & s->started) == before && in_flight < model->depth;
}

static bool can_start(const struct model *m, const struct state *s, uint32_t p, uint8_t *seen)
{
    const struct part *part = &m->parts[p];
    *seen = 0;
    if (s->started >> p & 1)
        return false;
    if (part->index > 0) {
        if (!(s->finished >> (p - 1) & 1))
            return false;
        *seen |= (uint8_t)(s->seen[p - 1] | 1u << (p - 1));
    } else if (!queue_lets(m, s, part->task, seen)) {
        return false;
    }
    for (uint32_t i = 0; i < part->wait_count; i++) {
        const vrrl_graph_wait *wait = &m->graph->waits[part->first_wait + i];
        if (value_of(m, s, wait->counter) < wait->threshold)
            return false;
        if (wait->order == VRRL_SYNC_ORDER_SYNC &&
            wait->threshold > m->graph->counters[wait->counter].init)
            *seen |= s->clock[wait->counter];
    }
    return true;
}

static void finish(const struct model *m, struct state *s, uint32_t p)
{
    const vrrl_graph_task *task = &m->graph->tasks[m->parts[p].task];
    s->finished |= (uint8_t)(1u << p);
    for (uint32_t i = 0; m->parts[p].last && i < task->signal_count; i++) {
        const vrrl_graph_signal *signal = &m->graph->signals[task->first_signal + i];
        if (signal->order == VRRL_SYNC_ORDER_SYNC && signal->amount > 0)
            s->clock[signal->counter] |= (uint8_t)(s->seen[p] | 1u << p);
    }
}

/* ---- All interleavings ---------------------------------------------------------------------- */

struct visited {
    struct state *states; /* open addressing; `used` says which */
    bool *used;
    uint32_t size, count;
};

static uint64_t hash_state(const struct state *s)
{
    const uint8_t *bytes = (const uint8_t *)s;
    uint64_t hash = 1469598103934665603u;
    for (size_t i = 0; i < sizeof *s; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

/* True where the state is new. */
static bool visit(struct visited *v, const struct state *s)
{
    if (2 * v->count >= v->size) {
        struct visited larger = {.size = v->size ? 2 * v->size : 1024};
        larger.states = calloc(larger.size, sizeof *larger.states);
        larger.used = calloc(larger.size, sizeof *larger.used);
        for (uint32_t i = 0; i < v->size; i++)
            if (v->used[i])
                visit(&larger, &v->states[i]);
        free(v->states);
        free(v->used);
        *v = larger;
    }
    uint32_t at = (uint32_t)hash_state(s) & (v->size - 1);
    while (v->used[at] && memcmp(&v->states[at], s, sizeof *s) != 0)
        at = (at + 1) & (v->size - 1);
    bool fresh = !v->used[at];
    v->used[at] = true;
    v->states[at] = *s;
    v->count += fresh;
    return fresh;
}

static void note_races(struct model *m, const struct state *s)
{
    for (uint32_t a = 0; a < m->part_count; a++) {
        for (uint32_t b = a + 1; b < m->part_count; b++) {
            bool both = (s->started >> a & 1) && (s->started >> b & 1);
            uint32_t x = m->parts[a].task, y = m->parts[b].task;
            if (both && x != y && !(s->seen[b] >> a & 1) && !(s->seen[a] >> b & 1) &&
                conflict(&m->parts[a], &m->parts[b]))
                m->racing[x < y ? x : y][x < y ? y : x] = true;
        }
    }
}

static void explore(struct model *m, struct visited *v, const struct state *s)
{
    if (!visit(v, s))
        return;
    note_races(m, s);
    m->ever |= s->finished;
    bool moved = false;
    for (uint32_t p = 0; p < m->part_count; p++) {
        struct state next = *s;
        uint8_t seen;
        if ((s->started & ~s->finished) >> p & 1) {
            finish(m, &next, p);
        } else if (can_start(m, s, p, &seen)) {
            next.started |= (uint8_t)(1u << p);
            next.seen[p] = seen;
        } else {
            continue;
        }
        moved = true;
        explore(m, v, &next);
    }
    if (!moved) /* whatever the order, the same tasks run */
        assert_int_equal(s->finished & m->ever, m->ever);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static void print_graph(const struct model *m)
{
    const vrrl_graph *g = m->graph;
    print_message("model %d, depth %u, resident %u\n", (int)m->assignment->model.kind,
                  m->assignment->model.depth, m->assignment->model.resident);
    for (uint32_t c = 0; c < COUNTERS; c++)
        print_message("counter %u starts at %u\n", c, g->counters[c].init);
    for (uint32_t t = 0; t < g->task_count; t++) {
        const vrrl_graph_task *task = &g->tasks[t];
        print_message("task %u, queue %d:", t, (int)m->assignment->queue_of[t]);
        for (uint32_t i = 0; i < task->wait_count; i++)
            print_message(" wait %u >= %u (%u)", g->waits[task->first_wait + i].counter,
                          g->waits[task->first_wait + i].threshold,
                          g->waits[task->first_wait + i].order);
        for (uint32_t i = 0; i < task->signal_count; i++)
            print_message(" signal %u + %u (%u)", g->signals[task->first_signal + i].counter,
                          g->signals[task->first_signal + i].amount,
                          g->signals[task->first_signal + i].order);
        for (uint32_t i = 0; i < task->access_count; i++) {
            const vrrl_graph_access *access = &g->accesses[task->first_access + i];
            print_message(" access %d of %u:%04x after %u", (int)access->kind,
                          g->ranges[access->range].buffer, elements(&g->ranges[access->range]),
                          access->after_waits);
        }
        print_message("\n");
    }
}

/* Runs the witness one task after the other: each must be able to run when its turn comes. */
static void check_witness(const struct model *m, const vrrl_check_result *result)
{
    struct state s = {0};
    uint32_t at[TASKS_MAX] = {0};
    for (uint32_t i = 0; i < result->witness_count; i++) {
        uint32_t t = result->witness[i];
        uint8_t seen;
        at[t] = i;
        /* In a pipelined queue the tasks before it may have started and do not count as run. */
        if (m->assignment->model.kind == VRRL_MODEL_PIPELINED && m->assignment->model.depth > 1)
            continue;
        for (uint32_t p = 0; p < m->part_count; p++) {
            if (m->parts[p].task != t)
                continue;
            assert_true(can_start(m, &s, p, &seen));
            s.started |= (uint8_t)(1u << p);
            finish(m, &s, p);
        }
    }
    if (result->witness) {
        assert_int_equal(at[result->first.tasks[1]], result->witness_at);
        assert_true(at[result->first.tasks[1]] < at[result->first.tasks[0]]);
    }
}

static uint32_t count_races(const struct model *m)
{
    uint32_t races = 0;
    for (uint32_t a = 0; a < TASKS_MAX; a++)
        for (uint32_t b = 0; b < TASKS_MAX; b++)
            races += m->racing[a][b];
    return races;
}

enum { CERTAIN = 1, UNSURE = 2 };

struct aggregate {
    uint32_t verdicts[3], unsure;
};

static void compare(struct model *m, const struct shape *shape, const vrrl_check_options *options,
                    struct aggregate *aggregate)
{
    struct outcome outcome;
    assert_int_equal(outcome_create(m->graph, m->assignment, true, NULL, 0, &outcome, NULL),
                     VRRL_OK);
    /* Who is stuck. */
    for (uint32_t p = 0; p < m->part_count; p++)
        if (m->parts[p].last)
            assert_int_equal(m->ever >> p & 1,
                             task_ran(outcome.system, &outcome.closure, m->parts[p].task));
    /* Who races: those that are certain, and none but those and what the check is unsure of. */
    int reported[TASKS_MAX][TASKS_MAX] = {{0}};
    for (uint32_t i = 0; i < outcome.races.kept_count; i++)
        reported[outcome.races.kept[i].tasks[0]][outcome.races.kept[i].tasks[1]] =
            outcome.races.kept[i].unsure ? UNSURE : CERTAIN;
    for (uint32_t a = 0; a < TASKS_MAX; a++)
        for (uint32_t b = a + 1; b < TASKS_MAX; b++)
            if (reported[a][b] != UNSURE && m->racing[a][b] != (reported[a][b] == CERTAIN)) {
                print_graph(m);
                fail_msg("tasks %u and %u: all interleavings say %d, the check says %d", a, b,
                         m->racing[a][b], reported[a][b]);
            }
    bool in_time = shape->relaxed || system_has_orders_of_time(m->assignment);
    assert_true(outcome.unsure == 0 || in_time);
    if (outcome.unsure == 0)
        assert_int_equal(outcome.races.pairs, count_races(m));
    aggregate->unsure += outcome.unsure > 0;
    aggregate->verdicts[outcome_verdict(&outcome)]++;
    outcome_free(&outcome);
    vrrl_check_result *result;
    assert_int_equal(vrrl_check(m->graph, options, &result, NULL), VRRL_OK);
    check_witness(m, result);
    vrrl_check_result_free(result);
}

static void one_graph(uint64_t *seed, const struct shape *shape, struct aggregate *aggregate)
{
    uint32_t kind = random_below(seed, 4);
    uint32_t queues = kind == 0 ? 0 : 1 + random_below(seed, 3);
    vrrl_assign_options assign = {.size = sizeof assign};
    const vrrl_check_options options = {.size = sizeof options, .assign = &assign};
    if (kind == 2)
        assign.pipelined = 1 + random_below(seed, 3);
    if (kind != 0 && random_below(seed, 2))
        assign.resident = 1 + random_below(seed, 2);
    vrrl_graph *graph = random_graph(seed, shape, queues);
    vrrl_assignment *assignment;
    assert_int_equal(vrrl_assignment_create(graph, &assign, &assignment, NULL), VRRL_OK);
    struct model model;
    if (make_model(&model, graph, assignment)) {
        struct visited visited = {0};
        struct state start = {0};
        explore(&model, &visited, &start);
        compare(&model, shape, &options, aggregate);
        free(visited.states);
        free(visited.used);
    }
    vrrl_assignment_free(assignment);
    vrrl_graph_free(graph);
}

static void many_graphs(struct shape shape, uint32_t graphs, uint64_t seed)
{
    struct aggregate aggregate = {.unsure = 0};
    for (uint32_t i = 0; i < graphs; i++) {
        uint64_t own = seed + i;
        shape.tasks = 2 + random_below(&own, i % 20 ? 4 : 6);
        one_graph(&own, &shape, &aggregate);
    }
    const uint32_t *v = aggregate.verdicts;
    print_message("%u safe, %u racy, %u deadlocks; %u with pairs that are unsure\n", v[0], v[1],
                  v[2], aggregate.unsure);
    assert_true(v[0] > graphs / 50 && v[1] > graphs / 50 && v[2] > graphs / 50);
    assert_true(aggregate.unsure < graphs / (shape.relaxed ? 2 : 20));
}

static void whole_tasks_agree(void **state)
{
    (void)state;
    many_graphs((struct shape){0}, GRAPHS, 1000);
}

static void tasks_in_parts_agree(void **state)
{
    (void)state;
    many_graphs((struct shape){.parts = true}, GRAPHS / 2, 2000000);
}

static void relaxed_operations_hide_no_race(void **state)
{
    (void)state;
    many_graphs((struct shape){.relaxed = true}, GRAPHS / 2, 3000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_tasks_agree),
        cmocka_unit_test(tasks_in_parts_agree),
        cmocka_unit_test(relaxed_operations_hide_no_race),
    };
    return cmocka_run_group_tests_name("check against all interleavings", tests, NULL, NULL);
}
