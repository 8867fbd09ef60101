/* Task graphs under explore: what it finds is what the check says, for those of verdicts.tsv and for
 * mutants made at random. VRRL_SCHEDULES sets the schedules of each; 0: as many as by default. */
#include "check/edit.h"
#include "slots.h"
#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/schedule.h"

enum { MUTANTS = 500 };

static uint64_t schedules_of(const vrrl_graph *graph)
{
    const char *asked = getenv("VRRL_SCHEDULES");
    if (asked)
        return strtoull(asked, NULL, 10);
    return graph->task_count > 100 ? 24 : 102; /* enough for each of few to go last once */
}

static vrrl_explore_result *explore(const vrrl_graph *graph, const vrrl_assign_options *assign)
{
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = assign};
    const vrrl_explore_options options = {.size = sizeof options, .schedules = schedules_of(graph)};
    vrrl_program *program = lower_graph(graph, &lower);
    vrrl_explore_result *result;
    vrrl_error error = {0};
    if (vrrl_explore(program, &options, &result, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    vrrl_program_free(program);
    return result;
}

static vrrl_check_result *check(const vrrl_graph *graph, const vrrl_assign_options *assign)
{
    const vrrl_check_options options = {
        .size = sizeof options, .assign = assign, .verdict_only = true};
    vrrl_check_result *result = NULL;
    vrrl_error error = {0};
    if (vrrl_check(graph, &options, &result, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    return result;
}

/* Two slots are named: as the first to diverge and what it conflicts with, or as a pair that met in
 * both orders. */
static bool names(const vrrl_explore_result *result, uint32_t low, uint32_t high)
{
    for (uint32_t i = 0; i < result->defect_count; i++) {
        const vrrl_run_outcome *o = &result->defects[i].first;
        if ((o->slot == low && o->other == high) || (o->slot == high && o->other == low))
            return true;
    }
    for (uint32_t i = 0; i < result->met_count && i < VRRL_MET_MAX; i++)
        if (result->met[i].slots[0] == low && result->met[i].slots[1] == high)
            return true;
    return false;
}

static uint32_t deadlocks_of(const vrrl_explore_result *result)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->defect_count; i++)
        count += result->defects[i].first.kind == VRRL_DEFECT_DEADLOCK;
    return count;
}

/* ---- Witnesses ------------------------------------------------------------------------------- */

/* A schedule made from the check's first pair shows it, by its string too. In a pool: positions are
 * tasks. */
static void a_witness_shows_it(const vrrl_graph *graph, const vrrl_check_result *exact)
{
    vrrl_program *program = lower_graph(graph, NULL);
    vrrl_run_outcome outcome, again;
    vrrl_error error = {0};
    char *text = NULL;
    const uint32_t *tasks = exact->first.tasks;
    bool stuck = exact->verdict == VRRL_CHECK_DEADLOCK;
    if (vrrl_schedule_witness(program, stuck ? VRRL_NO_INDEX : tasks[0],
                              stuck ? VRRL_NO_INDEX : tasks[1], 0, &text, &outcome, &error))
        fail_msg("%s", error.text);
    assert_int_equal(text != NULL, exact->verdict != VRRL_CHECK_SAFE);
    if (text) {
        if (vrrl_schedule_run(program, text, &again, &error))
            fail_msg("%s", error.text);
        assert_int_equal(outcome.kind, stuck ? VRRL_DEFECT_DEADLOCK : VRRL_DEFECT_VALUE);
        assert_true(vrrl_outcome_same_defect(&outcome, &again));
        assert_int_equal(outcome.other, again.other);
        assert_true(strlen(text) < 100);
    }
    free(text);
    vrrl_program_free(program);
}

/* ---- verdicts.tsv ---------------------------------------------------------------------------- */

static void compare(const char *name, const json_t *expected)
{
    (void)expected;
    vrrl_graph *graph = load_graph(name);
    const vrrl_assign_options pool = {.size = sizeof pool};
    vrrl_explore_result *found = explore(graph, &pool);
    vrrl_check_result *exact = check(graph, &pool);
    bool all = found->held_slots == found->held_of;
    print_message("%s: %s, %llu failures, %u pairs both ways%s\n", name,
                  vrrl_check_verdict_name(exact->verdict),
                  (unsigned long long)found->total.failures, found->met_count,
                  all ? ", all in turn" : "");
    bool fails = exact->verdict != VRRL_CHECK_SAFE, stuck = exact->verdict == VRRL_CHECK_DEADLOCK;
    assert_int_equal(found->defect_count > 0, fails);
    assert_int_equal(deadlocks_of(found) > 0, stuck);
    if (stuck)
        assert_int_equal(found->total.failures, found->total.schedules);
    if (exact->verdict == VRRL_CHECK_RACY)
        assert_true(names(found, exact->first.tasks[0], exact->first.tasks[1]));
    if (all)
        assert_int_equal(found->met_count, exact->pairs);
    assert_true(found->met_count <= exact->pairs);
    if (exact->verdict != VRRL_CHECK_SAFE)
        a_witness_shows_it(graph, exact);
    vrrl_check_result_free(exact);
    vrrl_explore_result_free(found);
    vrrl_graph_free(graph);
}

static void explore_finds_what_the_check_says(void **state)
{
    (void)state;
    for_each_verdict(compare);
}

/* ---- Mutants --------------------------------------------------------------------------------- */

enum { QUEUES = 6 };

struct mutant {
    vrrl_graph *graph;
    vrrl_assign_options assign;
    char path[64]; /* of the assignment; "": a pool */
};

/* One task's tile reaches into its neighbour's. */
static void widen_a_write(struct mutant *m, uint64_t *seed)
{
    const vrrl_assign_options pool = {.size = sizeof pool};
    vrrl_assignment *assignment = NULL, *same = NULL;
    vrrl_graph *edited = NULL;
    struct edits edits = {0};
    for (;;) {
        const vrrl_graph_access *access =
            &m->graph->accesses[random_below(seed, m->graph->access_count)];
        vrrl_graph_range range = m->graph->ranges[access->range];
        const vrrl_graph_buffer *buffer = &m->graph->buffers[range.buffer];
        if (access->kind != VRRL_ACCESS_WRITE || range.column_end == buffer->columns)
            continue;
        uint32_t task = 0;
        while (task + 1 < m->graph->task_count &&
               &m->graph->accesses[m->graph->tasks[task + 1].first_access] <= access)
            task++;
        range.column_end += 1 + (buffer->columns - range.column_end - 1) / 2;
        const vrrl_check_change edit = {
            .kind = VRRL_CHECK_CHANGE_RANGE, .task = task, .range = range};
        assert_int_equal(edits_add(&edits, &edit, NULL), VRRL_OK);
        break;
    }
    assert_int_equal(vrrl_assignment_create(m->graph, &pool, &assignment, NULL), VRRL_OK);
    assert_int_equal(edits_apply(&edits, m->graph, assignment, &edited, &same, NULL), VRRL_OK);
    vrrl_assignment_free(assignment);
    vrrl_assignment_free(same);
    edits_free(&edits);
    vrrl_graph_free(m->graph);
    m->graph = edited;
}

static void mutate_once(struct mutant *m, uint64_t *seed)
{
    vrrl_graph *graph = m->graph;
    vrrl_graph_wait *wait = &graph->waits[random_below(seed, graph->wait_count)];
    switch (random_below(seed, 6)) {
    case 0: /* drop a wait */
        wait->threshold = 0;
        break;
    case 1:
        wait->threshold = wait->threshold > 1 ? wait->threshold - 1 : 1;
        break;
    case 2:
        wait->threshold += random_below(seed, 6) == 0;
        break;
    case 3: /* the wrong counter */
        wait->counter = random_below(seed, graph->counter_count);
        break;
    case 4: /* drop a signal */
        graph->signals[random_below(seed, graph->signal_count)].amount = 0;
        break;
    default:
        widen_a_write(m, seed);
    }
}

/* Round-robin queues with two neighbours of one of them swapped. */
static void assign_swapped(struct mutant *m, uint64_t *seed)
{
    uint32_t tasks = m->graph->task_count, first = random_below(seed, tasks - QUEUES);
    strcpy(m->path, "/tmp/vrrl-assign-XXXXXX");
    FILE *file = fdopen(mkstemp(m->path), "w");
    assert_non_null(file);
    for (uint32_t t = 0; t < tasks; t++) {
        uint32_t written = t == first ? t + QUEUES : t == first + QUEUES ? first : t;
        fprintf(file, "%u %u\n", written % QUEUES, written);
    }
    fclose(file);
    m->assign = (vrrl_assign_options){
        .size = sizeof(vrrl_assign_options), .assign = m->path, .pipelined = random_below(seed, 3)};
}

static void make_mutant(struct mutant *m, uint64_t seed)
{
    *m = (struct mutant){.graph = load_graph("toy-2l.json"), .assign.size = sizeof m->assign};
    bool queued = random_below(&seed, 4) == 0;
    for (uint32_t edits = 1 + random_below(&seed, 2); edits > 0; edits--)
        mutate_once(m, &seed);
    if (queued)
        assign_swapped(m, &seed);
}

static void free_mutant(struct mutant *m)
{
    if (m->path[0])
        unlink(m->path);
    vrrl_graph_free(m->graph);
}

/* Publish order is that of the queues' file: slots are tasks there too. */
static void mutants_agree_with_the_check(void **state)
{
    const char *runs = getenv("VRRL_RUNS");
    uint64_t mutants = runs ? 20 * strtoull(runs, NULL, 10) : MUTANTS;
    uint32_t aggregate[3] = {0}, silent = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= mutants; seed++) {
        struct mutant m;
        make_mutant(&m, seed);
        vrrl_explore_result *found = explore(m.graph, &m.assign);
        vrrl_check_result *exact = check(m.graph, &m.assign);
        bool stuck = exact->verdict == VRRL_CHECK_DEADLOCK;
        /* Slots that overlap are not steps here: pairs that only time orders meet one way. */
        bool overlap = m.assign.pipelined > 1;
        if ((deadlocks_of(found) > 0) != stuck || found->met_count > exact->pairs ||
            (!overlap && found->met_count != exact->pairs) ||
            (exact->verdict == VRRL_CHECK_SAFE && found->defect_count > 0))
            fail_msg("seed %llu: check %s, %llu pairs; explore %u defects, %u pairs",
                     (unsigned long long)seed, vrrl_check_verdict_name(exact->verdict),
                     (unsigned long long)exact->pairs, found->defect_count, found->met_count);
        if (exact->verdict == VRRL_CHECK_RACY && found->defect_count == 0) {
            print_message("seed %llu: racy, and nothing differs: tasks %u and %u\n",
                          (unsigned long long)seed, exact->first.tasks[0], exact->first.tasks[1]);
            silent++;
        }
        if (!m.path[0] && exact->verdict != VRRL_CHECK_SAFE)
            a_witness_shows_it(m.graph, exact);
        aggregate[exact->verdict]++;
        vrrl_check_result_free(exact);
        vrrl_explore_result_free(found);
        free_mutant(&m);
    }
    print_message("%u safe, %u racy (%u without effect), %u deadlocks\n", aggregate[0],
                  aggregate[1], silent, aggregate[2]);
    assert_true(aggregate[0] && aggregate[1] && aggregate[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explore_finds_what_the_check_says),
        cmocka_unit_test(mutants_agree_with_the_check),
    };
    return cmocka_run_group_tests_name("explore of graphs", tests, NULL, NULL);
}
