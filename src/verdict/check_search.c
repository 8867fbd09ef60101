/* The check where slots alone do not tell: what all executions show. */
#include "vrrl/analysis/verdict.h"

#include "base/error.h"
#include "base/options.h"
#include "check/check.h"
#include "check/check_program.h"
#include "program/batch_view.h"
#include "schedule/stop.h"
#include "verdict/join_shown.h"

#include <stdlib.h>
#include <string.h>

/* A program that is known to race or to get stuck is searched only if that is soon done, to say how often. */
enum { STATES_OF_WRONG = 50000 };

struct searched {
    const vrrl_program *program;
    vrrl_program_check *check;
    vrrl_all_check *all;
    struct race_search_result found;
    bool *listed; /* pairs that the check of their epoch tells of */
    vrrl_error *err;
};

static bool is_wrong(const vrrl_program_check *check)
{
    return check->verdict != VRRL_CHECK_SAFE && check->verdict != VRRL_CHECK_NOT_KNOWN &&
           check->verdict != VRRL_CHECK_FAILS;
}

/* All that executions could tell is told. Behind an epoch that always gets stuck there is nothing. */
static bool is_exact(const vrrl_program_check *check)
{
    bool exact = check->ended || check->verdict == VRRL_CHECK_DEADLOCK;
    for (uint32_t i = 0; exact && i < check->count; i++)
        exact = check->items[i].result->exact;
    return exact;
}

static void raise(vrrl_program_check *check, uint32_t epoch, vrrl_check_verdict to)
{
    vrrl_epoch_check *item = check_item(check, epoch);
    if (item)
        item->result->verdict = check_worse(item->result->verdict, to);
    check->verdict = check_worse(check->verdict, to);
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static void keep_pair(struct searched *j, struct race_search_pair *pair)
{
    vrrl_all_check *all = j->all;
    all->race_total++;
    raise(j->check, pair->epoch, VRRL_CHECK_RACY);
    if (all->race_count == VRRL_CHECK_DEFECTS_MAX)
        return;
    vrrl_run_race *race = &all->races[all->race_count++];
    *race = (vrrl_run_race){
        .epoch = pair->epoch,
        .slots = {pair->slots[0], pair->slots[1]},
        .kinds = {(vrrl_access_kind)pair->kinds[0], (vrrl_access_kind)pair->kinds[1]},
        .word = pair->word,
        .behind = pair->behind,
        .schedule = pair->schedule};
    pair->schedule = NULL;
    for (int i = 0; i < 2; i++)
        slot_name(j->program, race->epoch, race->slots[i], race->names[i], sizeof race->names[i]);
    vrrl_program_word_name(j->program, pair->word, race->word_name, sizeof race->word_name);
}

/* Each two slots of an epoch once. */
static void keep_pairs(struct searched *j)
{
    for (uint32_t i = 0; i < j->found.pair_count; i++) {
        struct race_search_pair *pair = &j->found.pairs[i];
        bool listed = j->listed[i];
        for (uint32_t k = 0; k < i && !listed; k++)
            listed = pair->epoch == j->found.pairs[k].epoch &&
                     join_is_pair(j->found.pairs[k].slots, pair->slots[0], pair->slots[1]);
        if (!listed)
            keep_pair(j, pair);
    }
}

/* ---- Ends ------------------------------------------------------------------------------------ */

/* A shutdown leaves slots, in this run or in the reference's. */
static vrrl_end_kind status_kind(const vrrl_run_outcome *o)
{
    bool ends = vrrl_status_is_terminal(o->found);
    bool ended = vrrl_status_is_terminal((uint32_t)o->expected);
    if (ends && ended)
        return VRRL_END_STATUS;
    return ends ? VRRL_END_LEFT_THERE : VRRL_END_LEFT_HERE;
}

static vrrl_end_kind end_kind(const vrrl_run_outcome *o)
{
    bool slot = o->slot != VRRL_NO_INDEX, word = o->word != VRRL_NO_INDEX;
    switch (o->kind) {
    case VRRL_DEFECT_LIVELOCK:
        return VRRL_END_LIVELOCK;
    case VRRL_DEFECT_DEADLOCK:
        return slot && word ? VRRL_END_STUCK_AT : VRRL_END_STUCK;
    case VRRL_DEFECT_SHUTDOWN:
        return VRRL_END_SHUTDOWN;
    case VRRL_DEFECT_EXPECT:
        return VRRL_END_EXPECT;
    case VRRL_DEFECT_STATUS:
        return status_kind(o);
    default:
        break;
    }
    if (!word)
        return VRRL_END_OTHER_VALUES;
    return o->overwritten ? VRRL_END_VALUE_FOR_A_TIME : VRRL_END_VALUE;
}

static void tell_end(const struct searched *j, const vrrl_run_outcome *o, vrrl_shown_end *to)
{
    to->kind = end_kind(o);
    to->epoch = o->epoch;
    to->slot = o->slot;
    to->word = o->word;
    to->seen = o->found;
    to->expected = o->expected;
    if (o->slot != VRRL_NO_INDEX)
        slot_name(j->program, o->epoch, o->slot, to->name, sizeof to->name);
    if (o->word != VRRL_NO_INDEX)
        vrrl_program_word_name(j->program, o->word, to->word_name, sizeof to->word_name);
}

static void keep_end(struct searched *j, struct race_search_end *end, vrrl_shown_end *to,
                     vrrl_check_verdict verdict)
{
    if (!end->found)
        return;
    to->found = true;
    to->behind = end->behind;
    to->schedule = end->schedule;
    end->schedule = NULL;
    tell_end(j, &end->outcome, to);
    raise(j->check, to->epoch, verdict);
}

static void keep_ends(struct searched *j)
{
    vrrl_all_check *all = j->all;
    keep_end(j, &j->found.deadlock, &all->deadlock, VRRL_CHECK_DEADLOCK);
    keep_end(j, &j->found.differs, &all->differs, VRRL_CHECK_ORDER_DEPENDS);
    keep_end(j, &j->found.breaks, &all->breaks, VRRL_CHECK_FAILS);
    for (uint32_t e = 0; j->found.gets_stuck && e < j->program->epoch_count; e++)
        if (j->found.gets_stuck[e])
            raise(j->check, e, VRRL_CHECK_DEADLOCK);
    all->agrees = j->found.agrees;
    j->found.agrees = NULL;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static vrrl_code put_together(struct searched *j)
{
    vrrl_all_check *all = j->all;
    vrrl_code code = VRRL_OK;
    all->complete = j->found.complete;
    all->states = j->found.states;
    all->equal_stores = j->found.excused[RACE_EQUAL];
    all->silent_stores = j->found.excused[RACE_SILENT];
    all->validated_reads = j->found.excused[RACE_VALIDATED];
    all->stopped = j->found.stopped;
    j->listed = calloc(j->found.pair_count + (size_t)1, sizeof *j->listed);
    all->races = calloc(VRRL_CHECK_DEFECTS_MAX, sizeof *all->races);
    if (!j->listed || !all->races)
        return error_no_memory(j->err, sizeof *all->races);
    const struct join join = {
        .program = j->program, .check = j->check, .found = &j->found, .listed = j->listed};
    code = join_shown(&join, j->err);
    if (code == VRRL_OK) {
        keep_pairs(j);
        keep_ends(j);
        join_mark_told(j->check);
    }
    return code;
}

static vrrl_code search(struct searched *j, const struct race_search_options *options)
{
    if (limit_is_over(&options->limit)) {
        j->found.stopped.kind = VRRL_STOP_UNSEARCHED;
        return put_together(j);
    }
    vrrl_code code = race_search(j->program, options, &j->found, j->err);
    if (code != VRRL_OK && code != VRRL_NO_MEMORY) {
        if (limit_is_over(&options->limit))
            j->found.stopped.kind = VRRL_STOP_TIME;
        else
            stop_by_error(&j->found.stopped, j->err);
        code = VRRL_OK;
    }
    return code == VRRL_OK ? put_together(j) : code;
}

vrrl_code vrrl_program_check_search(vrrl_program_check *check, const vrrl_program *program,
                                    const vrrl_check_search_options *options, vrrl_error *err)
{
    struct searched j = {.program = program, .check = check, .err = err};
    vrrl_check_search_options own;
    vrrl_code code = OPTIONS_READ(vrrl_check_search_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    struct race_search_options how = {.state_limit = own.states ? own.states : RACE_SEARCH_STATES};
    if (check->all || is_exact(check))
        return VRRL_OK;
    if (is_wrong(check) && how.state_limit > STATES_OF_WRONG)
        how.state_limit = STATES_OF_WRONG;
    how.limit.deadline_ns = own.milliseconds ? clock_until(own.milliseconds) : check->until_ns;
    j.all = check->all = calloc(1, sizeof *j.all);
    if (!j.all)
        return error_no_memory(err, sizeof *j.all);
    code = search(&j, &how);
    race_search_result_free(&j.found);
    free(j.listed);
    return code;
}
