/*
 * Must-precede in graphs of many blocks: the masks of a block, which end at a cut of the execution where there is
 * one, against one question for each task: what can run that never sees it end? And how the time of a check grows
 * with slots that wait for each other.
 */
#include "check/precede.h"

#include "base/random.h"
#include "growth_test.h"
#include "program_text.h"
#include "vrrl/analysis/check.h"

#ifdef VRRL_SANITIZED
enum { GRAPHS = 4 };
#else
enum { GRAPHS = 18 };
#endif
enum { TASKS = 3 * BLOCK - 100, COUNTERS = 4 };

/* ---- Graphs ----------------------------------------------------------------------------------- */

/* How a graph is drawn: of so many tasks one does each of these. */
struct links {
    uint32_t queues;
    uint32_t free;   /* waits for nothing */
    uint32_t loose;  /* waits for less than all that was signalled before it */
    uint32_t silent; /* signals nothing */
    uint32_t moves;  /* goes on to another counter */
};

static bool one_of(uint64_t *seed, uint32_t count)
{
    return count > 0 && random_below(seed, count) == 0;
}

static void link_task(vrrl_graph *graph, uint64_t *seed, const struct links *links, uint32_t t,
                      uint32_t sums[COUNTERS], uint32_t *at)
{
    vrrl_graph_task task = {.id = t, .worker = VRRL_GRAPH_NONE};
    vrrl_graph_add_text(graph, "t", &task.op, NULL);
    task.label = task.op;
    if (links->queues)
        task.worker = random_below(seed, links->queues);
    vrrl_graph_add_task(graph, &task, NULL);
    uint32_t wanted = sums[*at];
    if (wanted > 2 && one_of(seed, links->loose))
        wanted -= 1 + random_below(seed, 2);
    if (!one_of(seed, links->free)) {
        const vrrl_graph_wait wait = {
            .counter = *at, .threshold = wanted, .order = VRRL_SYNC_ORDER_SYNC};
        vrrl_graph_add_wait(graph, &wait, NULL);
    }
    const uint32_t before = *at;
    if (one_of(seed, links->moves))
        *at = random_below(seed, COUNTERS);
    if (one_of(seed, links->silent) && before == *at)
        return;
    const vrrl_graph_signal signal = {
        .counter = *at, .amount = 1 + random_below(seed, 2), .order = VRRL_SYNC_ORDER_SYNC};
    vrrl_graph_add_signal(graph, &signal, NULL);
    sums[*at] += signal.amount;
}

static vrrl_graph *long_graph(uint64_t *seed, const struct links *links)
{
    vrrl_graph *graph;
    uint32_t sums[COUNTERS] = {0}, at = 0;
    assert_int_equal(vrrl_graph_create("long", &graph, NULL), VRRL_OK);
    for (uint32_t c = 0; c < COUNTERS; c++)
        vrrl_graph_add_counter(graph, &(vrrl_graph_counter){.id = c}, NULL);
    vrrl_graph_index(graph, NULL);
    for (uint32_t t = 0; t < TASKS; t++)
        link_task(graph, seed, links, t, sums, &at);
    assert_int_equal(vrrl_graph_finish(graph, NULL), VRRL_OK);
    return graph;
}

/* ---- Masks ------------------------------------------------------------------------------------ */

/* Each source of a block against what runs without it. */
static void check_block(const struct precede *p, uint32_t first, uint32_t end)
{
    const struct system *s = p->system;
    const struct closure *all = p->closure;
    for (uint32_t i = 0; i < BLOCK && first + i < all->count; i++) {
        const struct closure_rules rules = {.without = s->nodes[all->order[first + i]].task,
                                            .until = NONE};
        struct closure without;
        assert_int_equal(closure_run(s, &rules, &without, NULL), VRRL_OK);
        for (uint32_t b = first + i + 1; b < all->count; b++) {
            bool precedes = without.position[all->order[b]] == NONE;
            bool found = b > end || (p->node_masks[b].words[i / 64] >> i % 64 & 1);
            if (precedes != found)
                fail_msg("block %u of %u: %u before %u: the masks, to %u, say %d", first,
                         all->count, first + i, b, end, found);
        }
        closure_free(&without);
    }
}

/* How many of its blocks ended before all of the graph did. */
static uint32_t check_masks(const vrrl_graph *graph)
{
    vrrl_assignment *assignment;
    struct system *system;
    struct closure closure;
    struct precede precede;
    uint32_t cut_short = 0;
    assert_int_equal(
        vrrl_assignment_create(graph, &(vrrl_assign_options){.size = sizeof(vrrl_assign_options)},
                               &assignment, NULL),
        VRRL_OK);
    assert_int_equal(system_create(graph, assignment, ORDERS_OF_MEMORY, &system, NULL), VRRL_OK);
    const struct closure_rules rules = {.without = NONE, .until = NONE};
    assert_int_equal(closure_run(system, &rules, &closure, NULL), VRRL_OK);
    assert_int_equal(precede_create(system, &closure, &precede, NULL), VRRL_OK);
    for (uint32_t first = 0; first < closure.count; first += BLOCK) {
        uint32_t end = precede_block(&precede, first, closure.count - 1);
        cut_short += end + 1 < closure.count;
        check_block(&precede, first, end);
    }
    precede_free(&precede);
    closure_free(&closure);
    system_free(system);
    vrrl_assignment_free(assignment);
    return cut_short;
}

static void blocks_end_where_all_comes_after_them(void **state)
{
    (void)state;
    static const struct links all[] = {
        {.loose = 4},
        {.loose = 40, .moves = 25},
        {.queues = 3, .loose = 40, .moves = 25},
        {.free = 900, .loose = 9, .moves = 100},
        {.queues = 2, .free = 20, .silent = 5},
        {.loose = 30, .silent = 700},
    };
    uint32_t kinds = sizeof all / sizeof *all, cut_short = 0, whole = 0;
    for (uint32_t i = 0; i < GRAPHS; i++) {
        uint64_t seed = 1000 + i;
        vrrl_graph *graph = long_graph(&seed, &all[i % kinds]);
        uint32_t cut = check_masks(graph);
        cut_short += cut;
        whole += 3 - cut;
        vrrl_graph_free(graph);
    }
    print_message("%u blocks ended before their graph did, %u did not\n", cut_short, whole);
    assert_true(cut_short > GRAPHS / 2 && whole > GRAPHS);
}

/* ---- Growth ----------------------------------------------------------------------------------- */

static uint64_t cost(const void *format, uint32_t size)
{
    char text[512];
    snprintf(text, sizeof text, format, size, size, size);
    vrrl_program *program = program_of(text);
    vrrl_program_check *check;
    uint64_t start = processor_ns();
    assert_int_equal(vrrl_check_program(program, NULL, &check, NULL), VRRL_OK);
    uint64_t took = processor_ns() - start;
    assert_int_equal(check->verdict, VRRL_CHECK_SAFE);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
    return took;
}

/* By one counter, whose last signals come after the first waits: with words of their own, and with one. */
static const char *const chains[] = {
    "words m[%u]\nword f\nepoch\nrepeat %u as i\n"
    "pack WAIT_GE f, i then STORE_U32 i, m[i] then SIGNAL f, 1\nend\nend\n",
    "word m\nwords f[%u + 1]\ninit f[0] = 1\nepoch\nrepeat %u as i\n"
    "pack WAIT_GE f[i], 1 then STORE_U32 i, m then SIGNAL f[i + 1], 1\nend\nend\n",
    "word m\nword f\nepoch\nrepeat %u as i\n"
    "pack WAIT_GE f, i then STORE_U32 i, m then SIGNAL f, 1\nend\nend\n",
};

static void chains_grow_with_their_slots(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof chains / sizeof *chains; i++)
        assert_grows_linearly(cost, chains[i], 16000, chains[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_end_where_all_comes_after_them),
        cmocka_unit_test(chains_grow_with_their_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
