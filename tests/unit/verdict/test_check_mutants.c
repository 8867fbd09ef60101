/* Random mutants of the toy graph: the check against must-precede by removal, one task at a time,
 * and the witness, run with symbolic values: the late task must see something else. */
#include "check/check.h"

#include "base/random.h"

#include "graphs.h"

enum { MUTANTS = 300 };

/* Waits dropped, lowered, raised, pointed elsewhere. Thresholds of 0 wait for nothing. */
static void mutate(vrrl_graph *graph, uint64_t *seed)
{
    for (uint32_t edits = 1 + random_below(seed, 3); edits > 0; edits--) {
        vrrl_graph_wait *wait = &graph->waits[random_below(seed, graph->wait_count)];
        switch (random_below(seed, 4)) {
        case 0:
            wait->threshold = 0;
            break;
        case 1:
            wait->threshold = wait->threshold > 1 ? wait->threshold - 1 : 1;
            break;
        case 2:
            wait->threshold += random_below(seed, 4) == 0;
            break;
        default:
            wait->counter = random_below(seed, graph->counter_count);
        }
    }
}

/* ---- A second, slow implementation ---------------------------------------------------------- */

/* Runs what can run, again and again over all tasks; `without` never does. */
static void run_all(const vrrl_graph *graph, uint32_t without, bool *ran)
{
    uint64_t values[64];
    bool moved = true;
    for (uint32_t c = 0; c < graph->counter_count; c++)
        values[c] = graph->counters[c].init;
    memset(ran, 0, graph->task_count);
    while (moved) {
        moved = false;
        for (uint32_t t = 0; t < graph->task_count; t++) {
            const vrrl_graph_task *task = &graph->tasks[t];
            bool ready = !ran[t] && t != without;
            for (uint32_t i = 0; i < task->wait_count; i++) {
                const vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
                ready &= values[wait->counter] >= wait->threshold;
            }
            if (!ready)
                continue;
            ran[t] = moved = true;
            for (uint32_t i = 0; i < task->signal_count; i++)
                values[graph->signals[task->first_signal + i].counter] +=
                    graph->signals[task->first_signal + i].amount;
        }
    }
}

static bool conflict(const vrrl_graph *graph, uint32_t a, uint32_t b)
{
    const vrrl_graph_task *x = &graph->tasks[a], *y = &graph->tasks[b];
    for (uint32_t i = 0; i < x->access_count; i++) {
        for (uint32_t k = 0; k < y->access_count; k++) {
            const vrrl_graph_access *p = &graph->accesses[x->first_access + i];
            const vrrl_graph_access *q = &graph->accesses[y->first_access + k];
            const vrrl_graph_range *r = &graph->ranges[p->range], *s = &graph->ranges[q->range];
            if (r->buffer == s->buffer && (p->kind || q->kind) && r->column_first < s->column_end &&
                s->column_first < r->column_end)
                return true;
        }
    }
    return false;
}

struct slow {
    uint32_t pairs, stuck, first[2];
};

static struct slow check_slowly(const vrrl_graph *graph)
{
    static bool all[128], without[128][128];
    struct slow out = {0};
    run_all(graph, UINT32_MAX, all);
    for (uint32_t t = 0; t < graph->task_count; t++) {
        run_all(graph, t, without[t]);
        out.stuck += !all[t];
    }
    for (uint32_t a = 0; a < graph->task_count; a++)
        for (uint32_t b = a + 1; b < graph->task_count; b++)
            if (all[a] && all[b] && without[a][b] && without[b][a] && conflict(graph, a, b) &&
                out.pairs++ == 0) {
                out.first[0] = a;
                out.first[1] = b;
            }
    return out;
}

/* ---- Symbolic values ------------------------------------------------------------------------ */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t state = a ^ (b * 0x9E3779B97F4A7C15u);
    return random_next(&state);
}

/* Executes tasks one after the other, and keeps for each a digest of what it read, and of what it
 * wrote over. With `feasible` a task's waits must hold when its turn comes. */
static void execute(const vrrl_graph *graph, const uint32_t *order, uint32_t count, bool feasible,
                    uint64_t *digests)
{
    uint64_t values[64], *segments = calloc(graph->segment_count, sizeof *segments);
    for (uint32_t c = 0; c < graph->counter_count; c++)
        values[c] = graph->counters[c].init;
    for (uint32_t n = 0; n < count; n++) {
        const vrrl_graph_task *task = &graph->tasks[order[n]];
        uint64_t read = task->identity, over = 0;
        for (uint32_t i = 0; feasible && i < task->wait_count; i++)
            assert_true(values[graph->waits[task->first_wait + i].counter] >=
                        graph->waits[task->first_wait + i].threshold);
        /* The importer puts inputs before outputs. */
        for (uint32_t i = 0; i < task->access_count; i++) {
            const vrrl_graph_access *access = &graph->accesses[task->first_access + i];
            const vrrl_graph_range *range = &graph->ranges[access->range];
            uint64_t *at = segments + graph->buffers[range->buffer].first_segment;
            for (uint32_t c = range->piece_column_first; c < range->piece_column_end; c++) {
                if (access->kind == VRRL_ACCESS_READ) {
                    read = mix(read, at[c]);
                } else {
                    over = mix(over, at[c]);
                    at[c] = mix(read, c);
                }
            }
        }
        digests[order[n]] = mix(read, over);
        for (uint32_t i = 0; i < task->signal_count; i++)
            values[graph->signals[task->first_signal + i].counter] +=
                graph->signals[task->first_signal + i].amount;
    }
    free(segments);
}

/* The witness can be run, and one of the two sees what it does not see in the order of ids, which
 * is the order that the unchanged graph means. */
static void check_witness(const vrrl_graph *graph, const vrrl_check_result *result)
{
    uint64_t usual[128] = {0}, reversed[128] = {0};
    uint32_t order[128], early = result->first.tasks[0], late = result->first.tasks[1];
    for (uint32_t t = 0; t < graph->task_count; t++)
        order[t] = t;
    execute(graph, order, graph->task_count, false, usual);
    execute(graph, result->witness, result->witness_count, true, reversed);
    assert_true(usual[late] != reversed[late] || usual[early] != reversed[early]);
}

static void mutants_agree(void **state)
{
    (void)state;
    uint32_t aggregate[3] = {0}, mended = 0;
    for (uint64_t seed = 1; seed <= MUTANTS; seed++) {
        uint64_t random = seed;
        vrrl_graph *graph = load_graph("toy-2l.json");
        mutate(graph, &random);
        struct slow slow = check_slowly(graph);
        vrrl_check_result *result;
        assert_int_equal(vrrl_check(graph,
                                    &(vrrl_check_options){.size = sizeof(vrrl_check_options)},
                                    &result, NULL),
                         VRRL_OK);
        assert_int_equal(result->pairs, slow.pairs);
        assert_int_equal(result->stuck_count, slow.stuck);
        if (slow.pairs > 0) {
            assert_int_equal(result->first.tasks[0], slow.first[0]);
            assert_int_equal(result->first.tasks[1], slow.first[1]);
            assert_non_null(result->witness);
            check_witness(graph, result);
        }
        aggregate[result->verdict]++;
        uint32_t defects = result->race_total + result->root_total;
        if (defects == 1) {
            const vrrl_check_repair *only =
                result->race_count ? &result->races[0].repair : &result->roots[0].repair;
            mended += only->after == VRRL_CHECK_SAFE;
        } else if (defects > 1) {
            mended += result->all.after == VRRL_CHECK_SAFE;
        }
        vrrl_check_result_free(result);
        vrrl_graph_free(graph);
    }
    print_message("%u safe, %u racy, %u deadlocks; %u mended by the repairs\n", aggregate[0],
                  aggregate[1], aggregate[2], mended);
    assert_true(aggregate[0] && aggregate[1] && aggregate[2]);
    assert_true(mended >= (aggregate[1] + aggregate[2]) * 2 / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutants_agree),
    };
    return cmocka_run_group_tests_name("check of mutants", tests, NULL, NULL);
}
