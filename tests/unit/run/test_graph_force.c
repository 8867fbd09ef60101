/*
 * Roots of deadlocks of task graphs, judged by force: graphs that are right, and then one thing is wrong.
 * What `check` names of the graph, and what the analysis of a stuck run of it names, is given what it waits
 * for: all tasks end, and each root by itself lets one more end, or not all end without it.
 *
 * Tasks only add to counters, so that one greedy execution ends all that any can end; here it is on graphs as
 * plain lists, with no code of the library. VRRL_GRAPH_FORCE mutated graphs that get stuck (1,500), from
 * VRRL_GRAPH_FORCE_SEED on.
 */
#include "graphs.h"

#include "base/random.h"
#include "vrrl/analysis/check.h"
#include "vrrl/analysis/report.h"
#include "vrrl/run/stuck.h"

#ifdef VRRL_SANITIZED
enum { STUCK_GRAPHS = 200 };
#else
enum { STUCK_GRAPHS = 1500 };
#endif

enum { TASKS = 80, WAITS = 6, SIGNALS = 3, COUNTERS = 80, QUEUES = 5 };
#define NONE VRRL_GRAPH_NONE

/* ---- Graphs as lists ------------------------------------------------------------------------- */

struct plan_wait {
    uint32_t counter, threshold;
};

struct plan_task {
    struct plan_wait waits[WAITS];
    struct {
        uint32_t counter, amount;
    } signals[SIGNALS];
    uint32_t wait_count, signal_count, queue;
};

struct plan {
    struct plan_task tasks[TASKS];
    uint32_t init[COUNTERS];
    uint32_t task_count, counter_count, queues; /* 0: a pool */
    uint32_t pipelined, resident;
};

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    return random_below(seed, below);
}

static void add_wait(struct plan_task *task, uint32_t counter, uint32_t threshold)
{
    if (task->wait_count < WAITS)
        task->waits[task->wait_count++] = (struct plan_wait){counter, threshold};
}

/* Layers of tasks, of which each waits for some before it: for all of a layer, or for one by its own counter. */
static void random_plan(uint64_t *seed, struct plan *plan)
{
    uint32_t before = 0, layer = 0;
    *plan = (struct plan){.task_count = 4 + draw(seed, 20)};
    for (uint32_t t = 0; t < plan->task_count; t++) {
        struct plan_task *task = &plan->tasks[t];
        if (t == 0 || draw(seed, 3) == 0) {
            before = layer;
            layer = plan->counter_count++;
        }
        task->signals[task->signal_count].counter = layer;
        task->signals[task->signal_count++].amount = 1;
        if (layer > 0 && draw(seed, 5) > 0) {
            uint32_t all = 0;
            for (uint32_t k = 0; k < t; k++)
                all += plan->tasks[k].signals[0].counter == before;
            add_wait(task, before, all);
        }
        uint32_t other = t > 0 ? draw(seed, t) : 0;
        if (t > 0 && draw(seed, 3) == 0 && plan->tasks[other].signal_count < SIGNALS) {
            plan->tasks[other].signals[plan->tasks[other].signal_count].counter =
                plan->counter_count;
            plan->tasks[other].signals[plan->tasks[other].signal_count++].amount = 1;
            add_wait(task, plan->counter_count++, 1);
        }
    }
    assert_true(plan->counter_count <= COUNTERS);
}

/* A real one of 66 tasks. */
static void real_plan(struct plan *plan)
{
    vrrl_graph *graph = load_graph("toy-2l.json");
    *plan = (struct plan){.task_count = graph->task_count, .counter_count = graph->counter_count};
    assert_true(graph->task_count <= TASKS && graph->counter_count <= COUNTERS);
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->wait_count; i++)
            add_wait(&plan->tasks[t], graph->waits[task->first_wait + i].counter,
                     graph->waits[task->first_wait + i].threshold);
        for (uint32_t i = 0; i < task->signal_count && i < SIGNALS; i++) {
            const vrrl_graph_signal *signal = &graph->signals[task->first_signal + i];
            plan->tasks[t].signals[i].counter = signal->counter;
            plan->tasks[t].signals[i].amount = signal->amount;
            plan->tasks[t].signal_count++;
        }
    }
    vrrl_graph_free(graph);
}

static void assign(uint64_t *seed, struct plan *plan)
{
    plan->queues = draw(seed, QUEUES);
    for (uint32_t t = 0; t < plan->task_count; t++)
        plan->tasks[t].queue = plan->queues ? draw(seed, plan->queues) : VRRL_GRAPH_NONE;
    if (plan->queues)
        plan->tasks[plan->task_count - 1].queue = plan->queues - 1;
    plan->pipelined = plan->queues ? draw(seed, 4) : 0;
    plan->resident = plan->queues > 1 && draw(seed, 3) == 0 ? 1 + draw(seed, plan->queues - 1) : 0;
}

/* ---- What is wrong --------------------------------------------------------------------------- */

static void remove_signal(uint64_t *seed, struct plan *plan)
{
    struct plan_task *task = &plan->tasks[draw(seed, plan->task_count)];
    if (task->signal_count == 0)
        return;
    uint32_t removed = draw(seed, task->signal_count--);
    task->signals[removed] = task->signals[task->signal_count];
}

static void raise_threshold(uint64_t *seed, struct plan *plan)
{
    struct plan_task *task = &plan->tasks[draw(seed, plan->task_count)];
    if (task->wait_count > 0)
        task->waits[draw(seed, task->wait_count)].threshold += 1 + draw(seed, 2);
}

/* All that wait for a counter wait for one more. */
static void raise_counter(uint64_t *seed, struct plan *plan)
{
    uint32_t counter = draw(seed, plan->counter_count);
    for (uint32_t t = 0; t < plan->task_count; t++)
        for (uint32_t i = 0; i < plan->tasks[t].wait_count; i++)
            plan->tasks[t].waits[i].threshold += plan->tasks[t].waits[i].counter == counter;
}

static void swap_places(uint64_t *seed, struct plan *plan)
{
    uint32_t a = draw(seed, plan->task_count), b = draw(seed, plan->task_count);
    struct plan_task task = plan->tasks[a];
    if (plan->tasks[a].queue != plan->tasks[b].queue)
        return;
    plan->tasks[a] = plan->tasks[b];
    plan->tasks[b] = task;
}

/* Who waited for a task is waited for by it. */
static void reverse_edge(uint64_t *seed, struct plan *plan)
{
    struct plan_task *task = &plan->tasks[draw(seed, plan->task_count)];
    if (task->wait_count == 0 || task->signal_count == 0)
        return;
    uint32_t counter = task->waits[--task->wait_count].counter;
    for (uint32_t t = 0; t < plan->task_count; t++)
        for (uint32_t i = 0; i < plan->tasks[t].signal_count; i++)
            if (plan->tasks[t].signals[i].counter == counter) {
                add_wait(&plan->tasks[t], task->signals[0].counter, 1);
                return;
            }
}

static void mutate(uint64_t *seed, struct plan *plan)
{
    static void (*const ways[])(uint64_t *, struct plan *) = {
        remove_signal, raise_threshold, raise_counter, swap_places, reverse_edge};
    for (uint32_t left = 1 + draw(seed, 3); left > 0; left--)
        ways[draw(seed, sizeof ways / sizeof *ways)](seed, plan);
}

/* ---- Force ----------------------------------------------------------------------------------- */

/* A counter has so much: for one task, or (NONE) for all. Or all queues are on. */
struct grant {
    uint32_t root, task, counter;
    uint64_t value;
    bool all_on;
};

struct grants {
    struct grant at[256];
    uint32_t count, roots;
};

static bool is_given(const struct grants *g, uint32_t i, uint32_t but, uint32_t only)
{
    return g->at[i].root != but && (only == NONE || g->at[i].root == only);
}

static bool is_met(const struct plan *plan, const uint32_t *values, const struct grants *g,
                   uint32_t but, uint32_t only, uint32_t task)
{
    for (uint32_t w = 0; w < plan->tasks[task].wait_count; w++) {
        const struct plan_wait *wait = &plan->tasks[task].waits[w];
        bool met = values[wait->counter] >= wait->threshold;
        for (uint32_t i = 0; i < g->count && !met; i++)
            met = is_given(g, i, but, only) && !g->at[i].all_on &&
                  (g->at[i].task == task || g->at[i].task == NONE) &&
                  g->at[i].counter == wait->counter && g->at[i].value >= wait->threshold;
        if (!met)
            return false;
    }
    return true;
}

/* Whether its queue is on, and all before it in there have ended. */
static bool is_first(const struct plan *plan, const bool *ended, uint32_t resident, uint32_t task)
{
    uint32_t queue = plan->tasks[task].queue, unfinished = 0;
    bool seen[QUEUES] = {false};
    if (plan->queues == 0)
        return true;
    for (uint32_t t = 0; t < task; t++)
        if (plan->tasks[t].queue == queue && !ended[t])
            return false;
    for (uint32_t t = 0; t < plan->task_count; t++)
        if (!ended[t] && plan->tasks[t].queue < queue && !seen[plan->tasks[t].queue]) {
            seen[plan->tasks[t].queue] = true;
            unfinished++;
        }
    return resident == 0 || unfinished < resident;
}

/* How many tasks are left, where all grants but those of one root are given, or those of one alone. */
static uint32_t run(const struct plan *plan, const struct grants *g, uint32_t but, uint32_t only)
{
    uint32_t values[COUNTERS], left = plan->task_count, resident = plan->resident;
    bool ended[TASKS] = {false};
    memcpy(values, plan->init, sizeof values);
    for (uint32_t i = 0; i < g->count; i++)
        resident = is_given(g, i, but, only) && g->at[i].all_on ? 0 : resident;
    for (bool goes_on = true; goes_on;) {
        goes_on = false;
        for (uint32_t t = 0; t < plan->task_count; t++) {
            if (ended[t] || !is_met(plan, values, g, but, only, t) ||
                !is_first(plan, ended, resident, t))
                continue;
            ended[t] = goes_on = true;
            left--;
            for (uint32_t i = 0; i < plan->tasks[t].signal_count; i++)
                values[plan->tasks[t].signals[i].counter] += plan->tasks[t].signals[i].amount;
        }
    }
    return left;
}

static const char *judge(const struct plan *plan, const struct grants *g)
{
    static const struct grants nothing;
    uint32_t left = run(plan, &nothing, NONE, NONE);
    if (g->roots == 0)
        return "no root is named";
    if (run(plan, g, NONE, NONE) > 0)
        return "all roots do not let all tasks end";
    for (uint32_t i = 0; i < g->roots; i++)
        if (run(plan, g, NONE, i) == left && run(plan, g, i, NONE) == 0)
            return "a root lets no task end, and is not needed";
    return NULL;
}

/* ---- As the library has it ------------------------------------------------------------------- */

static vrrl_graph *graph_of(const struct plan *plan)
{
    vrrl_graph *graph;
    vrrl_graph_text name;
    assert_int_equal(vrrl_graph_create("plan", &graph, NULL), VRRL_OK);
    vrrl_graph_add_text(graph, "t", &name, NULL);
    const vrrl_graph_buffer buffer = {
        .name = name, .kind = VRRL_BUFFER_ACTIVATION, .rows = 1, .columns = plan->task_count};
    vrrl_graph_add_buffer(graph, &buffer, NULL);
    for (uint32_t c = 0; c < plan->counter_count; c++)
        vrrl_graph_add_counter(graph, &(vrrl_graph_counter){.id = c, .init = plan->init[c]}, NULL);
    vrrl_graph_index(graph, NULL);
    for (uint32_t t = 0; t < plan->task_count; t++) {
        const struct plan_task *task = &plan->tasks[t];
        vrrl_graph_add_task(
            graph, &(vrrl_graph_task){.id = t, .op = name, .label = name, .worker = task->queue},
            NULL);
        for (uint32_t i = 0; i < task->wait_count; i++)
            vrrl_graph_add_wait(graph,
                                &(vrrl_graph_wait){.counter = task->waits[i].counter,
                                                   .threshold = task->waits[i].threshold,
                                                   .order = VRRL_SYNC_ORDER_SYNC},
                                NULL);
        vrrl_graph_add_access(
            graph, &(vrrl_graph_range){.row_end = 1, .column_first = t, .column_end = t + 1},
            VRRL_ACCESS_WRITE, task->wait_count, NULL);
        for (uint32_t i = 0; i < task->signal_count; i++)
            vrrl_graph_add_signal(graph,
                                  &(vrrl_graph_signal){.counter = task->signals[i].counter,
                                                       .amount = task->signals[i].amount,
                                                       .order = VRRL_SYNC_ORDER_SYNC},
                                  NULL);
    }
    assert_int_equal(vrrl_graph_finish(graph, NULL), VRRL_OK);
    return graph;
}

static void add_grant(struct grants *g, uint32_t root, uint32_t task, uint32_t counter,
                      uint64_t value)
{
    assert_true(g->count < sizeof g->at / sizeof *g->at);
    g->at[g->count++] = (struct grant){root, task, counter, value, counter == NONE};
}

/* A root of the check is a counter, for all that wait for it; or the queues that are on. */
static const char *judge_check(const struct plan *plan, const vrrl_graph *graph,
                               const vrrl_assign_options *options)
{
    static const struct grants nothing;
    const vrrl_check_options check = {.size = sizeof check, .assign = options};
    vrrl_check_result *result;
    vrrl_error err = {0};
    struct grants g = {.count = 0};
    if (vrrl_check(graph, &check, &result, &err))
        fail_msg("%s", err.text);
    const char *wrong = NULL;
    if (result->stuck_count != run(plan, &nothing, NONE, NONE))
        wrong = "check has another number of tasks that get stuck";
    g.roots = result->root_count;
    for (uint32_t i = 0; i < result->root_count; i++) {
        const vrrl_check_root *root = &result->roots[i];
        bool off = root->kind == VRRL_CHECK_ROOT_RESIDENCY;
        add_grant(&g, i, NONE, off ? NONE : root->counter, root->wanted);
    }
    if (!wrong && result->stuck_count > 0 && result->root_total == result->root_count)
        wrong = judge(plan, &g);
    vrrl_check_result_free(result);
    return wrong;
}

struct capture {
    vrrl_waiter waiters[TASKS + 1];
    uint32_t count;
};

static vrrl_code on_end(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct capture *c = context;
    (void)err;
    assert_true(result->waiter_count <= TASKS + 1);
    c->count = result->waiter_count;
    if (c->count > 0)
        memcpy(c->waiters, result->waiters, c->count * sizeof *c->waiters);
    return VRRL_OK;
}

/* Who is said to change a counter signals it, and has not ended. */
static bool would_signal(const struct plan *plan, uint32_t task, uint32_t counter)
{
    for (uint32_t i = 0; i < plan->tasks[task].signal_count; i++)
        if (plan->tasks[task].signals[i].counter == counter)
            return true;
    return false;
}

/* A root of a run is one task's wait; of a cycle, that of the first which waits for a counter. */
static const char *grant_root(const struct plan *plan, const vrrl_program *program,
                              const vrrl_assignment *assignment, const vrrl_root *root, uint32_t i,
                              struct grants *g)
{
    uint32_t slot = root->slot, word = root->wait_word;
    uint64_t value = root->wait_value;
    for (uint32_t k = root->cycle_length; k-- > 0;) {
        const vrrl_cycle_slot *one = &root->cycle[k];
        uint32_t next = root->cycle[(k + 1) % root->cycle_length].slot;
        if (one->waits != VRRL_WAIT_VALUE)
            continue;
        if (one->may ||
            !would_signal(plan, assignment->order[next], one->word - program->layout.user_base))
            return "a task is said to change a counter, and does not";
        slot = one->slot;
        word = one->word;
        value = one->wanted;
    }
    if (root->kind == VRRL_ROOT_NOT_RESIDENT)
        add_grant(g, i, NONE, NONE, 0);
    else
        add_grant(g, i, assignment->order[slot], word - program->layout.user_base, value);
    return NULL;
}

static const char *judge_stuck(const struct plan *plan, const vrrl_graph *graph,
                               const vrrl_assign_options *options)
{
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = options};
    vrrl_program *program = lower_graph(graph, &lower);
    vrrl_assignment *assignment;
    struct capture c = {.count = 0};
    const vrrl_sink sink = {.context = &c, .end = on_end};
    vrrl_run_options how = {.size = sizeof how, .workers = 2, .timeout_ms = 20000};
    vrrl_verdict verdict;
    vrrl_stuck *stuck;
    struct grants g = {.count = 0};
    const char *wrong = NULL;
    assert_int_equal(vrrl_assignment_create(graph, options, &assignment, NULL), VRRL_OK);
    assert_int_equal(vrrl_driver_find("reference", &how.driver, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_run(program, &how, &sink, NULL, &verdict, NULL), VRRL_OK);
    assert_int_equal(verdict, VRRL_VERDICT_DEADLOCK);
    assert_int_equal(vrrl_stuck_analyse(program, 0, NULL, c.waiters, c.count, &stuck, NULL),
                     VRRL_OK);
    g.roots = stuck->root_count;
    for (uint32_t i = 0; i < stuck->root_count && !wrong; i++)
        wrong = grant_root(plan, program, assignment, &stuck->roots[i], i, &g);
    wrong = wrong || stuck->is_cut ? wrong : judge(plan, &g);
    if (wrong)
        vrrl_report_stuck(program, 0, verdict, stuck, stdout);
    vrrl_stuck_free(stuck);
    vrrl_assignment_free(assignment);
    vrrl_program_free(program);
    return wrong;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void print_plan(const struct plan *plan)
{
    print_message("%u queues, pipelined %u, resident %u\n", plan->queues, plan->pipelined,
                  plan->resident);
    for (uint32_t t = 0; t < plan->task_count; t++) {
        const struct plan_task *task = &plan->tasks[t];
        print_message("task %u on %d:", t, (int)task->queue);
        for (uint32_t i = 0; i < task->wait_count; i++)
            print_message("  waits %u >= %u", task->waits[i].counter, task->waits[i].threshold);
        for (uint32_t i = 0; i < task->signal_count; i++)
            print_message("  signals %u += %u", task->signals[i].counter, task->signals[i].amount);
        print_message("\n");
    }
}

/* Whether the graph gets stuck. */
static bool judge_plan(const struct plan *plan, uint64_t seed, uint32_t *wrong)
{
    static const struct grants nothing;
    const vrrl_assign_options options = {
        .size = sizeof options, .pipelined = plan->pipelined, .resident = plan->resident};
    vrrl_graph *graph = graph_of(plan);
    bool stuck = run(plan, &nothing, NONE, NONE) > 0;
    const char *by_check = judge_check(plan, graph, &options);
    const char *by_run = stuck ? judge_stuck(plan, graph, &options) : NULL;
    if ((by_check || by_run) && (*wrong)++ < 5) {
        print_message("seed %llu: check: %s; a run: %s\n", (unsigned long long)seed,
                      by_check ? by_check : "right", by_run ? by_run : "right");
        print_plan(plan);
    }
    vrrl_graph_free(graph);
    return stuck;
}

static void roots_of_mutated_graphs(void **state)
{
    const char *asked = getenv("VRRL_GRAPH_FORCE"), *first = getenv("VRRL_GRAPH_FORCE_SEED");
    uint64_t wanted = asked ? strtoull(asked, NULL, 10) : STUCK_GRAPHS;
    uint64_t seed = first ? strtoull(first, NULL, 10) : 1, from = seed, stuck = 0;
    uint32_t wrong = 0;
    struct plan real, plan;
    (void)state;
    real_plan(&real);
    for (; stuck < wanted; seed++) {
        uint64_t random = seed;
        draw(&random, 2);
        plan = real;
        if (seed % 16 > 0)
            random_plan(&random, &plan);
        assign(&random, &plan);
        mutate(&random, &plan);
        stuck += judge_plan(&plan, seed, &wrong);
    }
    print_message("%llu graphs, %llu of which get stuck\n", (unsigned long long)(seed - from),
                  (unsigned long long)stuck);
    if (wrong > 0)
        fail_msg("%u are wrong", wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(roots_of_mutated_graphs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
