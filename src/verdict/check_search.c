/* The check where slots alone do not tell: what all executions show. */
#include "vrrl/analysis/verdict.h"

#include "base/error.h"
#include "base/options.h"
#include "check/check.h"
#include "check/check_program.h"
#include "program/batch_view.h"
#include "verdict/join_shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A program that is known to race or to get stuck is searched only if that is soon done, to say how often. */
enum { STATES_OF_WRONG = 50000 };

struct searched {
    const vrrl_program *program;
    vrrl_program_check *check;
    vrrl_all_check *all;
    race_search_result found;
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

static void keep_pair(struct searched *j, race_search_pair *pair)
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
        race_search_pair *pair = &j->found.pairs[i];
        bool listed = j->listed[i];
        for (uint32_t k = 0; k < i && !listed; k++)
            listed = pair->epoch == j->found.pairs[k].epoch &&
                     join_is_pair(j->found.pairs[k].slots, pair->slots[0], pair->slots[1]);
        if (!listed)
            keep_pair(j, pair);
    }
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void say_word(const struct searched *j, const vrrl_run_outcome *o, char *text, size_t size)
{
    char name[VRRL_CHECK_NAME_MAX];
    vrrl_program_word_name(j->program, o->word, name, sizeof name);
    snprintf(text, size,
             o->overwritten ? "%s was %u for a time, and %u in the reference's run"
                            : "%s is %u, and %u in the reference's run",
             name, o->found, o->expected);
}

/* A shutdown leaves slots, in this run or in the reference's. */
static void say_status(const vrrl_run_outcome *o, const char *name, char *text, size_t size)
{
    bool ends = vrrl_status_is_terminal(o->found), ended = vrrl_status_is_terminal(o->expected);
    if (ends && ended)
        snprintf(text, size, "%s ends as %s, and as %s in the reference's run", name,
                 vrrl_status_name(o->found), vrrl_status_name(o->expected));
    else if (ends)
        snprintf(text, size, "%s ends as %s, and is left by the shutdown in the reference's run",
                 name, vrrl_status_name(o->found));
    else
        snprintf(text, size, "%s is left by the shutdown, and ends as %s in the reference's run",
                 name, vrrl_status_name(o->expected));
}

static void say_end(const struct searched *j, const vrrl_run_outcome *o, char *text, size_t size)
{
    char name[VRRL_CHECK_NAME_MAX] = "", word[VRRL_CHECK_NAME_MAX] = "";
    if (o->slot != VRRL_NO_INDEX)
        slot_name(j->program, o->epoch, o->slot, name, sizeof name);
    if (o->word != VRRL_NO_INDEX)
        vrrl_program_word_name(j->program, o->word, word, sizeof word);
    if (o->kind == VRRL_DEFECT_LIVELOCK)
        snprintf(text, size, "epoch %u does not end", o->epoch);
    else if (o->kind == VRRL_DEFECT_DEADLOCK && name[0] && word[0])
        snprintf(text, size, "epoch %u gets stuck: %s waits for %s >= %u, and sees %u", o->epoch,
                 name, word, o->expected, o->found);
    else if (o->kind == VRRL_DEFECT_DEADLOCK)
        snprintf(text, size, "epoch %u gets stuck", o->epoch);
    else if (o->kind == VRRL_DEFECT_SHUTDOWN)
        snprintf(text, size, "epoch %u is shut down with work left", o->epoch);
    else if (o->kind == VRRL_DEFECT_EXPECT)
        snprintf(text, size, "an expectation of epoch %u does not hold: %s is %u", o->epoch, word,
                 o->found);
    else if (o->kind == VRRL_DEFECT_STATUS)
        say_status(o, name, text, size);
    else if (o->word != VRRL_NO_INDEX)
        say_word(j, o, text, size);
    else
        snprintf(text, size, "%s writes other values than in the reference's run", name);
}

static void keep_end(struct searched *j, race_search_end *end, vrrl_shown_end *to,
                     vrrl_check_verdict verdict)
{
    if (!end->found)
        return;
    to->found = true;
    to->epoch = end->outcome.epoch;
    to->behind = end->behind;
    to->schedule = end->schedule;
    end->schedule = NULL;
    say_end(j, &end->outcome, to->text, sizeof to->text);
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
    snprintf(all->stopped, sizeof all->stopped, "%s", j->found.stopped);
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

static vrrl_code search(struct searched *j, const race_search_options *options)
{
    if (limit_is_over(&options->limit)) {
        snprintf(j->found.stopped, sizeof j->found.stopped, "before it began: the time was over");
        return put_together(j);
    }
    vrrl_code code = race_search(j->program, options, &j->found, j->err);
    if (code != VRRL_OK && code != VRRL_NO_MEMORY) {
        snprintf(j->found.stopped, sizeof j->found.stopped, "%.*s", RACE_SEARCH_STOPPED_MAX - 1,
                 limit_is_over(&options->limit) ? "when its time was over" : j->err->text);
        code = VRRL_OK;
    }
    return code == VRRL_OK ? put_together(j) : code;
}

vrrl_code vrrl_check_search(const vrrl_program *program, const vrrl_check_search_options *options,
                            vrrl_program_check *check, vrrl_error *err)
{
    struct searched j = {.program = program, .check = check, .err = err};
    vrrl_check_search_options own;
    vrrl_code code = OPTIONS_READ(vrrl_check_search_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    race_search_options how = {.state_limit = own.states ? own.states : RACE_SEARCH_STATES};
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
