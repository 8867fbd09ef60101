#include "vrrl/analysis/verdict.h"

#include "verdict/join_shown.h"

#include "base/clock.h"
#include "base/error.h"
#include "check/certain.h"
#include "check/check.h"
#include "check/check_program.h"

#include <stdlib.h>
#include <string.h>

/* One epoch's check that is made again. */
struct again {
    const struct join *join;
    const vrrl_epoch_check *item;
};

bool join_is_pair(const uint32_t slots[2], uint32_t a, uint32_t b)
{
    return (slots[0] == a && slots[1] == b) || (slots[0] == b && slots[1] == a);
}

static bool has_epoch(const vrrl_epoch_check *item, uint32_t epoch)
{
    return epoch >= item->first_epoch && epoch - item->first_epoch < item->epochs;
}

static bool is_complete(const struct join *j)
{
    return j->found && j->found->complete;
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

/* Marks what was found of them, too. */
static bool is_shown(const struct join *j, const vrrl_epoch_check *item, uint32_t a, uint32_t b)
{
    const vrrl_run_check *run = is_complete(j) ? NULL : j->check->run;
    bool shown = false;
    for (uint32_t i = 0; j->found && i < j->found->pair_count; i++) {
        const struct race_search_pair *pair = &j->found->pairs[i];
        if (!has_epoch(item, pair->epoch) || !join_is_pair(pair->slots, a, b))
            continue;
        shown = j->listed[i] = true;
    }
    for (uint32_t i = 0; run && i < run->race_count && !shown; i++)
        shown = has_epoch(item, run->races[i].epoch) && join_is_pair(run->races[i].slots, a, b);
    return shown;
}

/* For struct pair_values: what no execution was seen to show is as it was told before. */
static enum pair_value shown(void *context, uint32_t a, uint32_t b)
{
    const struct again *again = context;
    const vrrl_check_pair *told = check_kept_pair(again->item->result, a, b);
    if (is_shown(again->join, again->item, a, b))
        return PAIR_RACES;
    if (is_complete(again->join))
        return PAIR_ORDERED;
    if (!told)
        return PAIR_SAME;
    return told->unsure || again->item->result->may_excuse ? PAIR_UNKNOWN : PAIR_RACES;
}

/* Whether a meeting that was shown is of those kinds, and in those words. */
static bool is_meeting(const vrrl_graph *graph, const vrrl_check_pair *pair,
                       const uint32_t slots[2], const vrrl_access_kind kinds[2], uint32_t word)
{
    bool turned = slots[0] != pair->tasks[0];
    uint64_t first = 0, end = UINT64_MAX;
    pair_words(graph, pair, &first, &end);
    return join_is_pair(slots, pair->tasks[0], pair->tasks[1]) && kinds[turned] == pair->kinds[0] &&
           kinds[!turned] == pair->kinds[1] && word >= first && word < end;
}

/* For struct pair_values: of what was not shown, all that slots do there may be. */
static bool shown_there(const void *context, const vrrl_graph *graph, const vrrl_check_pair *pair)
{
    const struct again *again = context;
    const struct race_search_result *found = again->join->found;
    const vrrl_run_check *run = is_complete(again->join) ? NULL : again->join->check->run;
    bool any = false, there = false;
    for (uint32_t i = 0; found && i < found->pair_count && !there; i++) {
        const struct race_search_pair *p = &found->pairs[i];
        const vrrl_access_kind kinds[] = {(vrrl_access_kind)p->kinds[0],
                                          (vrrl_access_kind)p->kinds[1]};
        if (!has_epoch(again->item, p->epoch) ||
            !join_is_pair(p->slots, pair->tasks[0], pair->tasks[1]))
            continue;
        any = true;
        there = is_meeting(graph, pair, p->slots, kinds, p->word);
    }
    for (uint32_t i = 0; run && i < run->race_count && !there; i++) {
        const vrrl_run_race *p = &run->races[i];
        if (!has_epoch(again->item, p->epoch) ||
            !join_is_pair(p->slots, pair->tasks[0], pair->tasks[1]))
            continue;
        any = true;
        there = is_meeting(graph, pair, p->slots, p->kinds, p->word);
    }
    return there || !any;
}

/* The string of a schedule that shows two tasks race, which the caller is given. */
static char *take_schedule(const struct join *j, const vrrl_epoch_check *item,
                           const uint32_t tasks[2])
{
    for (uint32_t i = 0; j->found && i < j->found->pair_count; i++) {
        struct race_search_pair *pair = &j->found->pairs[i];
        if (has_epoch(item, pair->epoch) && join_is_pair(pair->slots, tasks[0], tasks[1]) &&
            pair->schedule) {
            char *taken = pair->schedule;
            pair->schedule = NULL;
            return taken;
        }
    }
    return NULL;
}

static vrrl_code check_again(const struct join *j, vrrl_epoch_check *item, vrrl_error *err)
{
    struct again again = {.join = j, .item = item};
    const struct pair_values values = {.of = shown, .there = shown_there, .context = &again};
    vrrl_code code = check_epoch_again(j->program, j->check, &values, is_complete(j), item, err);
    for (uint32_t i = 0; code == VRRL_OK && i < item->result->race_count; i++) {
        vrrl_check_race *race = &item->result->races[i];
        race->schedule = race->schedule ? race->schedule : take_schedule(j, item, race->pair.tasks);
    }
    return code;
}

/* ---- Epochs that are one to the slots, and of which executions show different pairs -------------------- */

enum { SLOTS_MAX = 64 }; /* of an epoch that is searched */

/* The pairs of an epoch: bits by slots, the lower one first. */
struct pair_set {
    uint64_t of[SLOTS_MAX];
};

static struct pair_set pairs_of(const struct join *j, uint32_t epoch)
{
    struct pair_set set = {{0}};
    for (uint32_t i = 0; i < j->found->pair_count; i++) {
        const struct race_search_pair *pair = &j->found->pairs[i];
        uint32_t a = pair->slots[0], b = pair->slots[1];
        if (pair->epoch == epoch && a < SLOTS_MAX && b < SLOTS_MAX)
            set.of[a < b ? a : b] |= (uint64_t)1 << (a < b ? b : a);
    }
    return set;
}

/* Leaves to an item the epochs that show the pairs of its first one. */
static vrrl_code cut_item(const struct join *j, uint32_t number, vrrl_error *err)
{
    const vrrl_epoch_check *item = &j->check->items[number];
    const struct pair_set first = pairs_of(j, item->first_epoch);
    for (uint32_t e = 1; j->found->pair_count > 0 && e < item->epochs; e++) {
        const struct pair_set now = pairs_of(j, item->first_epoch + e);
        if (memcmp(&first, &now, sizeof now) != 0)
            return check_cut(j->check, number, e, err);
    }
    return VRRL_OK;
}

/* ---- Where all executions were searched -------------------------------------------------------- */

static void list_exact(const struct join *j)
{
    for (uint32_t i = 0; j->found && i < j->found->pair_count; i++) {
        const vrrl_epoch_check *item = check_item(j->check, j->found->pairs[i].epoch);
        j->listed[i] = item && item->result->exact;
    }
}

static vrrl_code join_all(const struct join *j, vrrl_error *err)
{
    vrrl_program_check *check = j->check;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < check->count; i++) {
        if (check->items[i].result->exact)
            continue;
        code = cut_item(j, i, err);
        if (code == VRRL_OK)
            code = check_again(j, &check->items[i], err);
    }
    check->verdict = check->unwritten_total > 0 ? VRRL_CHECK_UNWRITTEN : VRRL_CHECK_SAFE;
    for (uint32_t i = 0; i < check->count; i++)
        check->verdict = check_worse(check->verdict, check->items[i].result->verdict);
    return code;
}

/* ---- Where some were --------------------------------------------------------------------------- */

/* Whether a run shows of an epoch that two slots race which may not, as far as slots tell. */
static bool shows_more(const struct join *j, const vrrl_epoch_check *item)
{
    const vrrl_check_result *result = item->result;
    bool more = false;
    for (uint32_t i = 0; i < result->kept_count; i++) {
        const vrrl_check_pair *pair = &result->kept[i];
        bool open = !pair->races && (pair->unsure || result->may_excuse);
        more |= is_shown(j, item, pair->tasks[0], pair->tasks[1]) && open;
    }
    return more;
}

static vrrl_code join_some(const struct join *j, vrrl_error *err)
{
    vrrl_program_check *check = j->check;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < check->count; i++) {
        vrrl_epoch_check *item = &check->items[i];
        bool some =
            (j->found && j->found->pair_count > 0) || (check->run && check->run->race_count > 0);
        if (!some || item->result->exact || clock_is_past(check->until_ns) || !shows_more(j, item))
            continue;
        code = check_again(j, item, err);
        check->verdict = check_worse(check->verdict, item->result->verdict);
    }
    return code;
}

vrrl_code join_shown(const struct join *j, vrrl_error *err)
{
    list_exact(j);
    return is_complete(j) ? join_all(j, err) : join_some(j, err);
}

/* ---- The run that was watched ------------------------------------------------------------------ */

static bool is_told(const vrrl_program_check *check, const vrrl_run_race *shown)
{
    const vrrl_epoch_check *item = check_item(check, shown->epoch);
    const vrrl_all_check *all = check->all;
    bool told = item && check_kept_pair(item->result, shown->slots[0], shown->slots[1]);
    for (uint32_t i = 0; all && i < all->race_count && !told; i++)
        told = shown->epoch == all->races[i].epoch &&
               join_is_pair(all->races[i].slots, shown->slots[0], shown->slots[1]);
    return told;
}

void join_mark_told(vrrl_program_check *check)
{
    vrrl_run_check *run = check->run;
    if (!run)
        return;
    run->told = 0;
    for (uint32_t i = 0; i < run->race_count; i++) {
        run->races[i].told = is_told(check, &run->races[i]);
        run->told += run->races[i].told;
    }
}

vrrl_code vrrl_program_check_join(vrrl_program_check *check, const vrrl_program *program,
                                  vrrl_error *err)
{
    const struct join j = {.program = program, .check = check};
    bool searched = check->all && check->all->complete;
    vrrl_code code = searched ? VRRL_OK : join_shown(&j, err);
    join_mark_told(check);
    return code;
}
