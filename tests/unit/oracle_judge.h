/* What `check` says of a program, held against all its executions. */
#ifndef VRRL_TEST_ORACLE_JUDGE_H
#define VRRL_TEST_ORACLE_JUDGE_H

#include "oracle_force.h"
#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/verdict.h"

typedef enum oracle_fault {
    FAULT_NONE,
    FAULT_RACE,
    FAULT_PAIR,
    FAULT_RUN_PAIR,
    FAULT_PAIRS,
    FAULT_SAFE_RACES,
    FAULT_SAFE_STUCK,
    FAULT_SAFE_DIFFERS,
    FAULT_SAFE_EPOCH,
    FAULT_DEADLOCK,
    FAULT_ORDER,
    FAULT_STUCK_SLOT,
    FAULT_NOT_KNOWN,
    FAULT_UNWRITTEN,
    FAULT_FAILS,
    FAULT_ALWAYS_FAILS,
    FAULT_SAFE_FAILS,
    FAULT_BREAKS_UNTOLD,
    FAULT_REFUSED,
    FAULT_NO_ROOT,
    FAULT_ROOT,
    FAULT_ROOTS,
    ORACLE_FAULTS,
} oracle_fault;

static inline const char *oracle_fault_name(oracle_fault fault)
{
    static const char *const names[] = {
        [FAULT_NONE] = "nothing",
        [FAULT_RACE] = "RACE, and no execution has one",
        [FAULT_PAIR] = "a pair is named that races in no execution",
        [FAULT_RUN_PAIR] = "a pair of a run is named that races in no execution",
        [FAULT_PAIRS] = "exact, and another number of pairs",
        [FAULT_SAFE_RACES] = "SAFE, and an execution has a race",
        [FAULT_SAFE_STUCK] = "SAFE, and an execution gets stuck",
        [FAULT_SAFE_DIFFERS] = "SAFE, and two executions end differently",
        [FAULT_SAFE_EPOCH] = "an epoch is called safe that is not",
        [FAULT_DEADLOCK] = "DEADLOCK, and all executions end",
        [FAULT_ORDER] = "ORDER DEPENDS, and all executions end alike",
        [FAULT_STUCK_SLOT] = "a slot is called stuck that ends in some execution",
        [FAULT_NOT_KNOWN] = "NOT KNOWN, of a program of few states",
        [FAULT_UNWRITTEN] = "UNWRITTEN, though memory is zero",
        [FAULT_FAILS] = "FAILS, and all expectations hold in every execution",
        [FAULT_ALWAYS_FAILS] = "an expectation is broken by all, and holds in some execution",
        [FAULT_SAFE_FAILS] = "SAFE, and an execution breaks an expectation",
        [FAULT_BREAKS_UNTOLD] = "all were searched, and an expectation that one breaks is not told",
        [FAULT_REFUSED] = "a program that is legal is refused",
        [FAULT_NO_ROOT] = "stuck, and no root is named",
        [FAULT_ROOT] = "a root is named that, given what it waits for, lets no slot end",
        [FAULT_ROOTS] = "all roots, given what they wait for, do not let all slots end"};
    return names[fault];
}

/* How many pairs of an epoch's slots have one of those meetings. */
static inline uint32_t oracle_pairs(const oracle_epoch *e, uint32_t pairs)
{
    uint32_t count = 0;
    for (uint32_t a = 0; a < e->slots; a++)
        for (uint32_t b = a + 1; b < e->slots; b++)
            count += (e->pairs.of[a][b] & pairs) != 0;
    return count;
}

static inline bool oracle_races(const oracle *o)
{
    bool races = false;
    for (uint32_t e = 0; e < o->epoch_count; e++)
        races |= oracle_pairs(&o->epochs[e], GRAPH_RACES) > 0;
    return races;
}

/* As the tool has it; NULL: it is refused. */
static inline vrrl_program_check *oracle_check(const vrrl_program *p)
{
    vrrl_program_check *check = NULL;
    vrrl_error err = {0};
    const vrrl_check_search_options search = {.size = sizeof search, .states = 0};
    if (vrrl_check_program(p, NULL, &check, &err))
        return NULL;
    if (vrrl_program_check_watch(check, p, NULL, &err) ||
        vrrl_program_check_search(check, p, &search, &err))
        fail_msg("%s\n%s", err.text, err.fix);
    return check;
}

static inline bool oracle_has_pair(const oracle_epoch *e, uint32_t a, uint32_t b)
{
    uint32_t low = a < b ? a : b, high = a < b ? b : a;
    return high < e->slots && (e->pairs.of[low][high] & (GRAPH_RACES | GRAPH_OPEN)) != 0;
}

static const oracle_fault oracle_root_faults[] = {[ROOTS_RIGHT] = FAULT_NONE,
                                                  [ROOTS_NONE] = FAULT_NO_ROOT,
                                                  [ROOTS_FREE_NONE] = FAULT_ROOT,
                                                  [ROOTS_LEAVE] = FAULT_ROOTS};

/* Pairs of an epoch that all executions showed, and its slots do not. */
static inline uint32_t oracle_more_pairs(const vrrl_program_check *check, uint32_t epoch)
{
    uint32_t more = 0;
    for (uint32_t i = 0; check->all && i < check->all->race_count; i++)
        more += check->all->races[i].epoch == epoch;
    return more;
}

static inline oracle_fault oracle_judge_epoch(oracle *o, const vrrl_program_check *check,
                                              const vrrl_epoch_check *item)
{
    const oracle_epoch *e = &o->epochs[o->epoch];
    const vrrl_check_result *r = item->result;
    uint32_t races = oracle_pairs(e, GRAPH_RACES), open = oracle_pairs(e, GRAPH_RACES | GRAPH_OPEN);
    for (uint32_t i = 0; i < r->stuck_count; i++)
        if (e->may_end >> r->stuck[i] & 1)
            return FAULT_STUCK_SLOT;
    if (r->verdict == VRRL_CHECK_SAFE && (races > 0 || e->some_stuck))
        return FAULT_SAFE_EPOCH;
    if (r->pairs > 0 && !r->may_excuse && !oracle_has_pair(e, r->first.tasks[0], r->first.tasks[1]))
        return FAULT_PAIR;
    uint64_t pairs = r->pairs + oracle_more_pairs(check, o->epoch);
    if (r->exact && (pairs < races || pairs > open))
        return FAULT_PAIRS;
    bool others =
        check->all && check->all->deadlock.found && check->all->deadlock.epoch == o->epoch;
    if (r->stuck_count > 0 && e->stuck_count > 0)
        return oracle_root_faults[oracle_judge_check_roots(o, &e->stuck[0], item, others)];
    return FAULT_NONE;
}

static inline oracle_fault oracle_judge_run(const oracle *o, const vrrl_run_check *run)
{
    for (uint32_t i = 0; run && i < run->race_count; i++) {
        const vrrl_run_race *race = &run->races[i];
        if (!oracle_has_pair(&o->epochs[race->epoch], race->slots[0], race->slots[1]))
            return FAULT_RUN_PAIR;
    }
    if (run && run->stuck && !o->epochs[run->last].some_stuck)
        return FAULT_DEADLOCK;
    return FAULT_NONE;
}

/* What is said of expectations. */
static inline oracle_fault oracle_judge_expectations(const oracle *o,
                                                     const vrrl_program_check *check)
{
    const vrrl_all_check *all = check->all;
    bool complete = all && all->complete, breaks = false;
    for (uint32_t e = 0; e < o->epoch_count; e++)
        breaks |= o->epochs[e].some_break;
    if (check->breaks.found && !o->epochs[check->breaks.epoch].some_break)
        return FAULT_FAILS;
    if (check->breaks.found && check->breaks_always && o->epochs[check->breaks.epoch].some_hold)
        return FAULT_ALWAYS_FAILS;
    if (all && all->breaks.found && !o->epochs[all->breaks.epoch].some_break)
        return FAULT_FAILS;
    if (check->verdict == VRRL_CHECK_FAILS && !breaks)
        return FAULT_FAILS;
    if (check->verdict == VRRL_CHECK_SAFE && breaks && (complete || check->one_end))
        return FAULT_SAFE_FAILS;
    if (complete && breaks && !check->breaks.found && !all->breaks.found)
        return FAULT_BREAKS_UNTOLD;
    return FAULT_NONE;
}

static inline oracle_fault oracle_judge_verdict(const oracle *o, vrrl_check_verdict verdict)
{
    bool races = oracle_races(o), open = false, stuck = false, differs = false, left = false;
    for (uint32_t e = 0; e < o->epoch_count; e++) {
        open |= oracle_pairs(&o->epochs[e], GRAPH_OPEN) > 0;
        stuck |= o->epochs[e].some_stuck;
        differs |= o->epochs[e].folds.count > 1;
        left |= o->epochs[e].some_shut_down; /* with slots that may be stuck, too */
    }
    switch (verdict) {
    case VRRL_CHECK_SAFE:
        return races     ? FAULT_SAFE_RACES
               : stuck   ? FAULT_SAFE_STUCK
               : differs ? FAULT_SAFE_DIFFERS
                         : FAULT_NONE;
    case VRRL_CHECK_RACY:
        return races || open ? FAULT_NONE : FAULT_RACE;
    case VRRL_CHECK_DEADLOCK:
        return stuck || left ? FAULT_NONE : FAULT_DEADLOCK;
    case VRRL_CHECK_ORDER_DEPENDS:
        return differs || left ? FAULT_NONE : FAULT_ORDER;
    case VRRL_CHECK_FAILS: /* and neither races nor depends on order */
        return races ? FAULT_SAFE_RACES : stuck ? FAULT_SAFE_STUCK : FAULT_NONE;
    case VRRL_CHECK_NOT_KNOWN:
        return FAULT_NOT_KNOWN;
    case VRRL_CHECK_UNFIT: /* of graphs alone */
    case VRRL_CHECK_UNWRITTEN:
        return FAULT_UNWRITTEN;
    }
    return FAULT_NONE;
}

enum { STUCK_ENDS_JUDGED = 3 }; /* of an epoch */

static inline oracle_fault oracle_judge_stuck(oracle *o)
{
    oracle_fault fault = FAULT_NONE;
    for (o->epoch = 0; o->epoch < o->epoch_count; o->epoch++) {
        const oracle_epoch *e = &o->epochs[o->epoch];
        for (uint32_t i = 0; i < e->stuck_count && i < STUCK_ENDS_JUDGED && !fault; i++)
            fault = oracle_root_faults[oracle_judge_roots(o, &e->stuck[i])];
    }
    return fault;
}

/* The first thing that is wrong in what the check says. */
static inline oracle_fault oracle_judge(oracle *o, const vrrl_program_check *check)
{
    oracle_fault fault = check ? FAULT_NONE : FAULT_REFUSED;
    for (uint32_t i = 0; !fault && i < check->count; i++) {
        const vrrl_epoch_check *item = &check->items[i];
        for (uint32_t e = 0; e < item->epochs && !fault; e++) {
            o->epoch = item->first_epoch + e;
            fault = oracle_judge_epoch(o, check, item);
        }
    }
    if (!fault)
        fault = oracle_judge_run(o, check->run);
    if (!fault)
        fault = oracle_judge_stuck(o);
    if (!fault)
        fault = oracle_judge_expectations(o, check);
    return fault ? fault : oracle_judge_verdict(o, check->verdict);
}

#endif
