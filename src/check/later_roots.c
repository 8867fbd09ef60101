#include "check/later_roots.h"

#include "base/sorted.h"
#include "program/batch_view.h"
#include "run/stuck.h"

/* ---- What the roots so far lack --------------------------------------------------------------- */

/* False where it is not known: the order of a queue is all that is wrong. */
static bool given_of(const vrrl_graph *graph, const vrrl_check_root *root,
                     struct stuck_given *given)
{
    *given = (struct stuck_given){.word = VRRL_NO_INDEX, .over = VRRL_NO_INDEX};
    given->all_on = root->kind == VRRL_CHECK_ROOT_RESIDENCY;
    if (root->goal != VRRL_GRAPH_NONE)
        given->over = root->task;
    if (given->all_on || root->goal != VRRL_GRAPH_NONE)
        return true;
    if (root->counter == VRRL_GRAPH_NONE)
        return false;
    const vrrl_graph_counter *counter = &graph->counters[root->counter];
    given->ends = counter->word_after == 0;
    if (counter->word_after > 0)
        given->word = counter->word_after - 1;
    given->value = counter->up_from > 0 ? counter->up_from : root->wanted;
    return true;
}

static uint32_t list_given(const vrrl_epoch_check *item, struct stuck_given *given)
{
    const vrrl_check_result *result = item->result;
    uint32_t count = 0;
    bool known = result->root_count == result->root_total;
    for (uint32_t i = 0; known && i < result->root_count; i++)
        known = given_of(item->graph, &result->roots[i], &given[count++]);
    return known ? count : 0;
}

/* ---- What stands for them in the graph -------------------------------------------------------- */

/* The counter of a word, or of the level of a flag that is wanted. */
static uint32_t counter_of(const vrrl_graph *graph, uint32_t word, uint64_t value)
{
    for (uint32_t c = 0; c < graph->counter_count; c++) {
        const vrrl_graph_counter *counter = &graph->counters[c];
        if (counter->word_after == word + 1 && (counter->up_from == 0 || counter->up_from == value))
            return c;
    }
    return VRRL_GRAPH_NONE;
}

static bool is_stuck(const vrrl_check_result *result, uint32_t slot)
{
    uint32_t at = sorted_from(result->stuck, result->stuck_count, sizeof *result->stuck, slot);
    return at < result->stuck_count && result->stuck[at] == slot;
}

static void fill_counter(const vrrl_graph *graph, const vrrl_check_result *result,
                         const vrrl_root *from, vrrl_check_root *root)
{
    const vrrl_graph_counter *counter = &graph->counters[root->counter];
    bool flag = counter->up_from > 0;
    root->wanted = flag ? 1 : from->wait_value;
    root->seen = flag ? from->seen_value >= counter->up_from : from->seen_value;
    root->starts_at = counter->init;
    for (uint32_t s = 0; s < graph->signal_count; s++)
        root->most += graph->signals[s].counter == root->counter ? graph->signals[s].amount : 0;
    root->most += counter->init;
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t s = task->first_signal; s < task->first_signal + task->signal_count; s++) {
            if (graph->signals[s].counter != root->counter)
                continue;
            bool finished = !is_stuck(result, t);
            if (root->producer_count < VRRL_CHECK_PRODUCERS_MAX)
                root->producers[root->producer_count] = (vrrl_check_producer){t, finished};
            root->producer_count++;
            root->producers_finished += finished;
        }
    }
}

static void fill_cycle(const vrrl_root *from, vrrl_check_root *root)
{
    root->cycle_tasks = from->cycle_length;
    for (uint32_t i = 0; i < from->cycle_length && i < VRRL_CHECK_CYCLE_MAX; i++)
        root->cycle[root->cycle_count++] = from->cycle[i].slot;
}

/* False where the graph has nothing for it. */
static bool root_of(const vrrl_epoch_check *item, const vrrl_root *from, vrrl_check_root *root)
{
    *root = (vrrl_check_root){.kind = from->kind == VRRL_ROOT_CYCLE ? VRRL_CHECK_ROOT_CYCLE
                                                                    : VRRL_CHECK_ROOT_OVER_WAIT,
                              .task = from->slot,
                              .counter = VRRL_GRAPH_NONE,
                              .goal = VRRL_GRAPH_NONE,
                              .other = VRRL_GRAPH_NONE,
                              .later = true};
    if (!is_stuck(item->result, from->slot))
        return false;
    if (from->kind == VRRL_ROOT_NOT_RESIDENT) {
        root->kind = VRRL_CHECK_ROOT_RESIDENCY;
        return true;
    }
    root->counter = counter_of(item->graph, from->wait_word, from->wait_value);
    if (root->counter == VRRL_GRAPH_NONE)
        return false;
    fill_counter(item->graph, item->result, from, root);
    fill_cycle(from, root);
    return true;
}

/* ---- All of it -------------------------------------------------------------------------------- */

static uint32_t slots_left(const vrrl_program *program, const vrrl_epoch_result *run)
{
    uint32_t first = epoch_first_index(program, run->epoch), left = 0;
    for (uint32_t i = 0; i < run->waiter_count; i++)
        left += epoch_position(program, first, run->waiters[i].index) + 1 < run->slot_count;
    return left;
}

vrrl_code later_roots_add(const vrrl_program *program, const vrrl_epoch_result *run,
                          const uint32_t *memory, vrrl_epoch_check *item, vrrl_error *err)
{
    struct stuck_given given[VRRL_CHECK_DEFECTS_MAX];
    vrrl_check_result *result = item->result;
    uint32_t count = list_given(item, given);
    vrrl_stuck *stuck;
    if (count == 0 || slots_left(program, run) != result->stuck_count)
        return VRRL_OK;
    vrrl_code code = stuck_analyse_given(program, run->epoch, memory, run->waiters,
                                         run->waiter_count, given, count, &stuck, err);
    for (uint32_t i = 0; code == VRRL_OK && i < stuck->root_count; i++) {
        vrrl_check_root root;
        if (!root_of(item, &stuck->roots[i], &root))
            continue;
        result->root_total++;
        if (result->root_count < VRRL_CHECK_DEFECTS_MAX)
            result->roots[result->root_count++] = root;
    }
    vrrl_stuck_free(stuck);
    return code;
}

void later_roots_keep(const vrrl_check_result *before, vrrl_check_result *result)
{
    for (uint32_t i = 0; i < before->root_count && before->stuck_count == result->stuck_count;
         i++) {
        if (!before->roots[i].later)
            continue;
        result->root_total++;
        if (result->root_count < VRRL_CHECK_DEFECTS_MAX)
            result->roots[result->root_count++] = before->roots[i];
    }
}
