/* From unordered pairs to defects: what is missing, who does it right, what would mend it. */
#include "check/race_reasons.h"

#include "base/array.h"
#include "base/hash_table.h"
#include "check/check.h"
#include "check/direction.h"
#include "check/instructions.h"
#include "check/siblings.h"
#include "check/tiles.h"

#include <stdlib.h>
#include <string.h>

/* So many pairs of a defect are looked at for its repair; each costs a look at all siblings. */
enum { PAIRS_REPAIRED = 4096 };

/* Of instructions a repair is what an author writes once, for all of an opcode. */
enum { INSTRUCTION_EDITS_MAX = 1 << 17 };

/* Pairs of one kind of task on one buffer. */
struct group {
    const vrrl_check_pair *first;
    uint64_t pairs;
    struct edits edits, ties; /* `ties`: what would do where those do not */
};

struct keyed {
    vrrl_check_pair *pair; /* turned by the author's order */
    const vrrl_graph *graph;
    bool order_known;
};

static int compare_kinds(const struct keyed *x, const struct keyed *y)
{
    if (x->pair->unsure != y->pair->unsure)
        return x->pair->unsure ? 1 : -1;
    if (x->order_known != y->order_known)
        return x->order_known ? -1 : 1;
    if (x->pair->buffer != y->pair->buffer)
        return x->pair->buffer < y->pair->buffer ? -1 : 1;
    for (int i = 0; i < 2; i++) {
        int order = strcmp(vrrl_graph_text_at(x->graph, x->graph->tasks[x->pair->tasks[i]].op),
                           vrrl_graph_text_at(y->graph, y->graph->tasks[y->pair->tasks[i]].op));
        if (order == 0)
            order = (int)x->pair->kinds[i] - (int)y->pair->kinds[i];
        if (order != 0)
            return order;
    }
    return 0;
}

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    int order = compare_kinds(x, y);
    if (order == 0)
        order = directions_compare(x->graph, x->pair, y->pair);
    return order ? order : (x->pair > y->pair) - (x->pair < y->pair);
}

static bool is_write(vrrl_access_kind kind)
{
    return !access_is_load(kind);
}

/* ---- The repair of one pair ----------------------------------------------------------------- */

/* Whether a task, or another part of its instruction, signals a counter. */
static bool signals(const vrrl_graph *graph, uint32_t task, uint32_t counter)
{
    const struct task_span span = span_of(graph, task);
    for (uint32_t t = span.first; t < span.end; t++)
        for (uint32_t i = 0; i < graph->tasks[t].signal_count; i++)
            if (graph->signals[graph->tasks[t].first_signal + i].counter == counter)
                return true;
    return false;
}

/* By which counters the early task could hold the late one back: the `nth` of them, or NONE. Of an instruction,
 * later parts may speak for it. */
static uint32_t nth_common_counter(const struct outcome *o, uint32_t early, uint32_t late,
                                   uint32_t nth)
{
    const vrrl_graph *graph = o->graph;
    const uint32_t end = span_of(graph, early).end;
    for (uint32_t t = early; t < end; t++) {
        const vrrl_graph_task *e = &graph->tasks[t];
        for (uint32_t i = 0; i < e->signal_count; i++) {
            const vrrl_graph_signal *signal = &graph->signals[e->first_signal + i];
            if (signal->order == VRRL_SYNC_ORDER_SYNC && signal->amount > 0 &&
                !graph->counters[signal->counter].internal &&
                !signals(graph, late, signal->counter) && /* who does cannot wait for all of it */
                nth-- == 0)
                return signal->counter;
        }
    }
    return NONE;
}

static uint32_t common_counter(const struct outcome *o, uint32_t early, uint32_t late)
{
    return nth_common_counter(o, early, late, 0);
}

static vrrl_check_change tie_of(const vrrl_check_pair *pair)
{
    return (vrrl_check_change){.kind = VRRL_CHECK_CHANGE_TIE,
                               .task = pair->tasks[1],
                               .other = pair->tasks[0],
                               .counter = NONE};
}

/* A counter that the early task signals and the late one waits for, one of the two without order; or NONE. */
static uint32_t relaxed_counter(const struct outcome *o, uint32_t early, uint32_t late)
{
    const vrrl_graph *graph = o->graph;
    const vrrl_graph_task *e = &graph->tasks[early];
    for (uint32_t i = 0; i < e->signal_count; i++) {
        const vrrl_graph_signal *signal = &graph->signals[e->first_signal + i];
        const vrrl_graph_wait *wait = wait_on(graph, late, signal->counter);
        if (wait && wait->threshold > 0 &&
            (signal->order != VRRL_SYNC_ORDER_SYNC || wait->order != VRRL_SYNC_ORDER_SYNC))
            return signal->counter;
    }
    return NONE;
}

/* A task before the early one in its queue, which tells the late one to go: the early one comes too late; or
 * NONE. */
static uint32_t told_too_soon(const struct outcome *o, uint32_t early, uint32_t late)
{
    const vrrl_graph *graph = o->graph;
    uint32_t found = NONE;
    if (o->assignment->queue_of[early] == VRRL_GRAPH_NONE || graph->instruction_count > 0)
        return NONE; /* a part cannot be moved without its instruction */
    for (uint32_t i = 0; i < graph->task_count && o->assignment->order[i] != early; i++) {
        uint32_t t = o->assignment->order[i];
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t k = 0; o->assignment->queue_of[t] == o->assignment->queue_of[early] &&
                             found == NONE && k < task->signal_count;
             k++)
            if (t != late && wait_on(graph, late, graph->signals[task->first_signal + k].counter))
                found = t;
    }
    return found;
}

/* What the two have, and what only has to be put right; false: that is not it. */
static bool put_right(const struct outcome *o, const vrrl_check_pair *pair, vrrl_check_change *edit)
{
    uint32_t early = pair->tasks[0], late = pair->tasks[1];
    uint32_t counter = relaxed_counter(o, early, late);
    uint32_t teller = counter == NONE ? told_too_soon(o, early, late) : NONE;
    if (counter != NONE)
        *edit = (vrrl_check_change){
            .kind = VRRL_CHECK_CHANGE_ORDER, .task = late, .other = early, .counter = counter};
    else if (teller != NONE)
        *edit = (vrrl_check_change){
            .kind = VRRL_CHECK_CHANGE_MOVE, .task = teller, .other = early, .counter = NONE};
    return counter != NONE || teller != NONE;
}

static vrrl_code repair_pair(const struct outcome *o, const vrrl_check_pair *pair,
                             const struct siblings *siblings, struct edits *edits, vrrl_error *err)
{
    uint32_t early = pair->tasks[0], late = pair->tasks[1];
    vrrl_check_change edit = {.task = late, .other = NONE, .counter = NONE};
    bool found = false;
    if (is_write(pair->kinds[0]) && is_write(pair->kinds[1])) {
        vrrl_code code = tiles_restore(o->graph, siblings, pair, &edit, &found, err);
        if (code != VRRL_OK)
            return code;
    }
    if (found)
        return edits_add(edits, &edit, err);
    if (put_right(o, pair, &edit))
        return edits_add(edits, &edit, err);
    edit.counter = common_counter(o, early, late);
    if (edit.counter == NONE) {
        edit = tie_of(pair);
        return edits_add(edits, &edit, err);
    }
    uint32_t threshold, with;
    uint64_t most = o->system->counters[edit.counter].most;
    uint32_t waiting = siblings_waiting(o->graph, siblings, late, edit.counter, &threshold, &with);
    const vrrl_graph_wait *wait = wait_on(o->graph, late, edit.counter);
    edit.kind = VRRL_CHECK_CHANGE_WAIT;
    edit.value =
        waiting > 0 && !(wait && wait->threshold >= threshold) ? threshold : (uint32_t)most;
    return edits_add(edits, &edit, err);
}

/* ---- Reasons --------------------------------------------------------------------------------- */

/* Of its waits for a counter, and of those of its instruction before it, the one that wants most; NULL: there is
 * none. */
static const vrrl_graph_wait *highest_wait(const vrrl_graph *graph, uint32_t task, uint32_t counter)
{
    const vrrl_graph_wait *highest = NULL;
    for (uint32_t t = span_of(graph, task).first; t <= task; t++) {
        for (uint32_t i = 0; i < graph->tasks[t].wait_count; i++) {
            const vrrl_graph_wait *wait = &graph->waits[graph->tasks[t].first_wait + i];
            if (wait->counter == counter && (!highest || wait->threshold > highest->threshold))
                highest = wait;
        }
    }
    return highest;
}

/* What a task, and the rest of its instruction behind it, adds to a counter; or only by signals that release. */
static uint64_t added_by(const vrrl_graph *graph, uint32_t task, uint32_t counter, bool released)
{
    const uint32_t end = span_of(graph, task).end;
    uint64_t sum = 0;
    for (uint32_t t = task; t < end; t++) {
        for (uint32_t i = 0; i < graph->tasks[t].signal_count; i++) {
            const vrrl_graph_signal *signal = &graph->signals[graph->tasks[t].first_signal + i];
            bool counts =
                signal->counter == counter && (!released || signal->order == VRRL_SYNC_ORDER_SYNC);
            sum += counts ? signal->amount : 0;
        }
    }
    return sum;
}

static vrrl_race_reason_kind kind_of_wait(const struct outcome *o, const vrrl_check_pair *pair,
                                          const vrrl_graph_wait *wait)
{
    const vrrl_graph *graph = o->graph;
    uint64_t most = o->system->counters[wait->counter].most;
    uint64_t all = added_by(graph, pair->tasks[0], wait->counter, false);
    uint64_t released = added_by(graph, pair->tasks[0], wait->counter, true);
    if (released > 0 && wait->order != VRRL_SYNC_ORDER_SYNC)
        return VRRL_RACE_REASON_WAIT_RELAXED;
    if (released > 0 && wait->threshold > most - released)
        return VRRL_RACE_REASON_BEFORE_WAIT;
    if (released == 0 || wait->threshold > most - all)
        return VRRL_RACE_REASON_SIGNAL_RELAXED;
    return VRRL_RACE_REASON_ENOUGH;
}

static vrrl_race_reason reason_of(const struct outcome *o, const vrrl_check_pair *pair)
{
    const vrrl_graph *graph = o->graph;
    const uint32_t end = span_of(graph, pair->tasks[0]).end;
    vrrl_race_reason reason = {.kind = VRRL_RACE_REASON_NO_SIGNAL, .counter = NONE, .left = NONE};
    const vrrl_graph_wait *wait = NULL;
    for (uint32_t t = pair->tasks[0]; t < end; t++) {
        for (uint32_t i = 0; i < graph->tasks[t].signal_count && !wait; i++) {
            uint32_t counter = graph->signals[graph->tasks[t].first_signal + i].counter;
            if (graph->counters[counter].internal)
                continue;
            reason.counter = counter;
            reason.kind = VRRL_RACE_REASON_NO_WAIT;
            wait = highest_wait(graph, pair->tasks[1], counter);
        }
    }
    if (!wait)
        return reason;
    reason.kind = kind_of_wait(o, pair, wait);
    reason.wanted = wait->threshold;
    reason.most = o->system->counters[wait->counter].most;
    return reason;
}

/* A wait that needs less of its own epoch, or nothing: an earlier one has left the word so. */
static uint32_t left_counter(const struct outcome *o, uint32_t late)
{
    const vrrl_graph_task *task = &o->graph->tasks[late];
    for (uint32_t i = 0; i < task->wait_count; i++) {
        const vrrl_graph_wait *wait = &o->graph->waits[task->first_wait + i];
        const vrrl_graph_counter *c = &o->graph->counters[wait->counter];
        if (c->left_by > 0 && wait->threshold > 0 && c->init > 0)
            return wait->counter;
    }
    return NONE;
}

/* Of all tasks of the operation, how many wait for every signal of each counter they wait for. */
static vrrl_odd_one_out full_waits(const struct outcome *o, uint32_t late)
{
    const vrrl_graph *graph = o->graph;
    const char *op = vrrl_graph_text_at(graph, graph->tasks[late].op);
    vrrl_odd_one_out odd = {.kind = VRRL_ODD_NONE};
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        bool complete = true;
        if (strcmp(vrrl_graph_text_at(graph, task->op), op) != 0)
            continue;
        for (uint32_t i = 0; i < task->wait_count; i++) {
            const vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
            complete &= wait->threshold >= o->system->counters[wait->counter].most;
        }
        odd.all++;
        odd.some += complete;
    }
    if (odd.some > 0 && odd.some < odd.all && odd.some >= odd.all / 2)
        odd.kind = VRRL_ODD_FULL_WAITS;
    return odd;
}

static vrrl_odd_one_out odd_of(const struct outcome *o, const vrrl_check_pair *pair,
                               const struct siblings *siblings)
{
    const vrrl_graph *graph = o->graph;
    uint32_t late = pair->tasks[1], threshold, with;
    uint32_t counter = common_counter(o, pair->tasks[0], late);
    if (counter == NONE || graph->instruction_count > 0)
        return (vrrl_odd_one_out){.kind = VRRL_ODD_NONE};
    uint32_t waiting = siblings_waiting(graph, siblings, late, counter, &threshold, &with);
    const vrrl_graph_wait *own = wait_on(graph, late, counter);
    if (own && own->threshold >= threshold)
        waiting = 0; /* it does as they do */
    if (waiting == 0 || with < siblings->count / 2)
        return full_waits(o, late);
    return (vrrl_odd_one_out){.kind = VRRL_ODD_WAIT,
                              .some = with,
                              .all = siblings->count,
                              .writers = siblings->write,
                              .buffer = pair->buffer,
                              .counter = counter,
                              .wanted = threshold};
}

/* ---- Groups --------------------------------------------------------------------------------- */

static vrrl_code describe_tiles(const struct outcome *o, const struct siblings *siblings,
                                vrrl_check_race *race, vrrl_error *err)
{
    race->reason =
        (vrrl_race_reason){.kind = VRRL_RACE_REASON_TILES, .counter = NONE, .left = NONE};
    return tiles_grid(o->graph, siblings, &race->odd, err);
}

static vrrl_code describe(const struct outcome *o, const struct group *group,
                          const struct siblings *siblings, vrrl_check_race *race, vrrl_error *err)
{
    *race = (vrrl_check_race){.pair = *group->first, .pairs = group->pairs, .early = 0, .late = 1};
    if (group->edits.count > 0 && group->edits.items[0].kind == VRRL_CHECK_CHANGE_RANGE)
        return describe_tiles(o, siblings, race, err);
    race->reason = reason_of(o, group->first);
    race->reason.left = left_counter(o, group->first->tasks[1]);
    race->odd = odd_of(o, group->first, siblings);
    return VRRL_OK;
}

/* True where every edit is already one of `there`: the same cause, seen in another buffer. */
static bool is_covered(const struct edits *edits, const struct edits *there)
{
    for (uint32_t i = 0; i < edits->count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < there->count && !found; k++)
            found = edits->items[i].kind == there->items[k].kind &&
                    edits->items[i].task == there->items[k].task &&
                    edits->items[i].counter == there->items[k].counter &&
                    edits->items[i].other == there->items[k].other;
        if (!found)
            return false;
    }
    return true;
}

/* ---- The repair of instructions --------------------------------------------------------------- */

/* The first part of the late one's queue in its instruction: what it waits for, those behind it have, too. */
static uint32_t waiting_part(const struct outcome *o, uint32_t late)
{
    const uint32_t *queue_of = o->assignment->queue_of;
    uint32_t t = span_of(o->graph, late).first;
    while (t < late && queue_of[t] != queue_of[late])
        t++;
    return t;
}

static int by_task_and_counter(const void *a, const void *b)
{
    const vrrl_check_change *x = a, *y = b;
    if (x->task != y->task)
        return x->task < y->task ? -1 : 1;
    return (x->counter > y->counter) - (x->counter < y->counter);
}

/* One late instruction waits for all that one early one signals. */
static vrrl_code repair_instruction(const struct outcome *o, const uint32_t tasks[2],
                                    struct hash_table *seen, struct edits *edits, vrrl_error *err)
{
    vrrl_check_change edit = {.kind = VRRL_CHECK_CHANGE_WAIT,
                              .task = waiting_part(o, tasks[1]),
                              .other = NONE,
                              .counter = NONE};
    vrrl_code code = VRRL_OK;
    for (uint32_t nth = 0; code == VRRL_OK; nth++) {
        edit.counter = nth_common_counter(o, tasks[0], tasks[1], nth);
        if (edit.counter == NONE)
            break;
        uint32_t fresh = seen->count;
        uint32_t item = hash_table_item(seen, hash_table_of_pair(edit.task, edit.counter), fresh);
        edit.value = (uint32_t)o->system->counters[edit.counter].most;
        if (item == HASH_TABLE_NONE)
            code = error_no_memory(err, hash_table_bytes(seen));
        else if (item == fresh)
            code = edits_append(edits, &edit, err);
    }
    edits->cut |= edit.counter == NONE && edits->count == 0;
    return code;
}

/* As many waits as it takes for all pairs; a repair of instructions is what an author writes once. */
static vrrl_code repair_instructions(const struct outcome *o, const struct keyed *pairs,
                                     uint32_t count, struct edits *edits, vrrl_error *err)
{
    struct hash_table seen = {.room = 0};
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < count && !edits->cut; i++) {
        code = repair_instruction(o, pairs[i].pair->tasks, &seen, edits, err);
        edits->cut |= edits->count > INSTRUCTION_EDITS_MAX;
    }
    hash_table_free(&seen);
    if (code == VRRL_OK && edits->count > 0)
        qsort(edits->items, edits->count, sizeof *edits->items, by_task_and_counter);
    edits->partial = o->races.pairs > o->races.kept_count;
    edits->of_instructions = true;
    return code;
}

static vrrl_code add_group(const struct outcome *o, const struct keyed *pairs, uint32_t count,
                           vrrl_check_result *result, struct vrrl_check_edits *edits,
                           vrrl_error *err)
{
    struct group group = {.first = pairs[0].pair, .pairs = count};
    struct siblings siblings = {0};
    const vrrl_check_pair *first = pairs[0].pair;
    result->race_total++;
    vrrl_code code = siblings_find(o->graph, first->tasks[1], first->buffer,
                                   is_write(first->kinds[1]), &siblings, err);
    bool instructions = o->graph->instruction_count > 0;
    if (code == VRRL_OK && instructions)
        code = repair_instructions(o, pairs, count, &group.edits, err);
    for (uint32_t i = 0; code == VRRL_OK && i < count && i < PAIRS_REPAIRED && !instructions; i++) {
        const vrrl_check_change tie = tie_of(pairs[i].pair);
        code = repair_pair(o, pairs[i].pair, &siblings, &group.edits, err);
        if (code == VRRL_OK)
            code = edits_add(&group.ties, &tie, err);
    }
    group.edits.partial |=
        (count > PAIRS_REPAIRED && !instructions) || o->races.pairs > o->races.kept_count;
    group.ties.cut |= group.edits.partial; /* each pair needs its own */
    bool may_be_covered =
        !instructions || (group.edits.count > 0 && group.edits.count <= EDITS_MAX);
    for (uint32_t i = 0; code == VRRL_OK && may_be_covered && i < result->race_count; i++) {
        if (result->races[i].pair.unsure == first->unsure &&
            is_covered(&group.edits, &edits[i].first)) {
            result->races[i].pairs += count;
            result->race_total--;
            goto done;
        }
    }
    if (code == VRRL_OK && result->race_count < VRRL_CHECK_DEFECTS_MAX) {
        vrrl_check_race *race = &result->races[result->race_count];
        code = describe(o, &group, &siblings, race, err);
        race->order_known = pairs[0].order_known;
        if (code == VRRL_OK) {
            edits[result->race_count++] = (struct vrrl_check_edits){group.edits, group.ties};
            group.edits = group.ties = (struct edits){0};
        }
    }
done:
    siblings_free(&siblings);
    edits_free(&group.edits);
    edits_free(&group.ties);
    return code;
}

/* The first of those that are certain, if any is, by the places in the file. */
static void choose_first(const vrrl_graph *graph, const struct keyed *keyed, uint32_t count,
                         vrrl_check_pair *first)
{
    for (uint32_t i = 0; i < count; i++) {
        const vrrl_check_pair *pair = keyed[i].pair;
        bool better = pair->unsure != first->unsure ? first->unsure
                                                    : directions_compare(graph, pair, first) < 0;
        if (i == 0 || better)
            *first = *pair;
    }
}

static vrrl_code turn_pairs(const struct outcome *o, struct keyed *keyed, vrrl_check_pair *turned,
                            vrrl_error *err)
{
    struct directions d;
    vrrl_code code = directions_create(o->graph, &d, err);
    for (uint32_t i = 0; code == VRRL_OK && i < o->races.kept_count; i++) {
        turned[i] = o->races.kept[i];
        keyed[i] = (struct keyed){
            .pair = &turned[i], .graph = o->graph, .order_known = directions_turn(&d, &turned[i])};
    }
    directions_free(&d);
    return code;
}

/* Pairs of one kind, side by side: [first, end) of the sorted ones. */
struct group_span {
    const struct keyed *first;
    uint32_t count;
};

/* By their first pairs, and those that are certain before: not by what anything is called. */
static int compare_spans(const void *a, const void *b)
{
    const struct keyed *x = ((const struct group_span *)a)->first;
    const struct keyed *y = ((const struct group_span *)b)->first;
    if (x->pair->unsure != y->pair->unsure)
        return x->pair->unsure ? 1 : -1;
    int order = directions_compare(x->graph, x->pair, y->pair);
    return order ? order : (x > y) - (x < y);
}

static vrrl_code explain_groups(const struct outcome *o, const struct keyed *keyed, uint32_t count,
                                vrrl_check_result *result, struct vrrl_check_edits *edits,
                                vrrl_error *err)
{
    struct group_span *spans = malloc((count + (size_t)1) * sizeof *spans);
    uint32_t span_count = 0;
    vrrl_code code = VRRL_OK;
    if (!spans)
        return error_no_memory(err, count * sizeof *spans);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || compare_kinds(&keyed[i - 1], &keyed[i]) != 0)
            spans[span_count++] = (struct group_span){&keyed[i], 0};
        spans[span_count - 1].count++;
    }
    qsort(spans, span_count, sizeof *spans, compare_spans);
    for (uint32_t i = 0; code == VRRL_OK && i < span_count; i++)
        code = add_group(o, spans[i].first, spans[i].count, result, edits, err);
    free(spans);
    return code;
}

vrrl_code explain_races(const struct outcome *o, vrrl_check_result *result,
                        struct vrrl_check_edits *edits, vrrl_error *err)
{
    uint32_t count = o->races.kept_count;
    result->races = calloc(VRRL_CHECK_DEFECTS_MAX, sizeof *result->races);
    struct keyed *keyed = malloc((count + (size_t)1) * sizeof *keyed);
    vrrl_check_pair *turned = malloc((count + (size_t)1) * sizeof *turned);
    vrrl_code code = VRRL_OK;
    if (!result->races || !keyed || !turned)
        code = error_no_memory(err, count * (sizeof *keyed + sizeof *turned));
    if (code == VRRL_OK)
        code = turn_pairs(o, keyed, turned, err);
    if (code == VRRL_OK) {
        qsort(keyed, count, sizeof *keyed, compare_keyed);
        choose_first(o->graph, keyed, count, &result->first);
    }
    if (code == VRRL_OK)
        code = explain_groups(o, keyed, count, result, edits, err);
    free(turned);
    free(keyed);
    return code;
}
