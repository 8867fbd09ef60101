#include "explore/exhaustive_program.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash_table.h"
#include "engine/create.h"
#include "engine/depth_first_search.h"
#include "engine/machine.h"
#include "engine/monitored.h"
#include "engine/result.h"
#include "explore/exhaustive_path.h"
#include "program/batch_view.h"
#include "schedule/stop.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { ENDS_MAX = 1 << 18 }; /* of an epoch from one start: over it, the search is not complete */

/* A schedule of the epochs before `epoch`, whose end is where that epoch starts. */
struct start {
    const struct exhaust_path *path; /* NULL: it is the program's */
    uint32_t epoch;
    vrrl_verdict verdict;          /* of the end */
    bool placed;                   /* it is where the reference's run is then: a run can begin */
    struct run_target_place place; /* there */
};

/* Hashes of memories or ends that were met. */
struct met {
    XXH128_hash_t *hashes;
    uint32_t count, room;
    struct hash_table by_hash; /* by the low half */
};

struct search {
    struct run_target *target;
    const vrrl_program *program;
    struct exhaust_result *result;
    const struct exhaust_request *request;
    uint64_t states_left;
    struct start *starts; /* to be searched */
    uint32_t start_count, start_room;
    struct met *starts_met; /* by epoch */
    struct exhaust_paths paths;
    struct exhaust_choice *choices; /* room for those of an epoch */
    uint32_t choice_room;
    struct exhaust_choice *whole; /* of the run under way, where it begins with the program */

    /* The start under way. */
    struct start from;
    struct exhaust_given given;
    struct start
        *ends; /* with the schedule that led there: starts of the next epoch, or failures */
    uint32_t end_count, end_room;
    struct met ends_met;
    struct sched *schedule;      /* of the run target, and */
    struct sched *watched;       /* the one that is searched in its place; NULL: there is none */
    struct sched_state *scratch; /* of the run target's */
    bool began;                  /* its epoch */
    uint64_t *hashed;            /* room for what an end is made of */
    uint32_t hashed_room;
    vrrl_code failed;
    vrrl_error *err;
};

static bool is_late(void *context)
{
    const struct search *x = context;
    return limit_is_over(&x->request->limit);
}

/* ---- Hashes ---------------------------------------------------------------------------------- */

/* *is_new: it was not met before. */
static vrrl_code meet(struct met *m, XXH128_hash_t hash, bool *is_new, vrrl_error *err)
{
    vrrl_code code = array_room(m->hashes, m->count, m->room, 1, err);
    uint64_t key = hash.low64;
    *is_new = false;
    while (code == VRRL_OK) {
        uint32_t item = hash_table_item(&m->by_hash, key++, m->count);
        if (item == HASH_TABLE_NONE)
            return error_no_memory(err, hash_table_bytes(&m->by_hash));
        *is_new = item == m->count;
        if (*is_new)
            m->hashes[m->count++] = hash;
        if (XXH128_isEqual(m->hashes[item], hash))
            break;
    }
    return code;
}

static void forget_all(struct met *m)
{
    m->count = 0;
    hash_table_clear(&m->by_hash);
}

static void free_met(struct met *m)
{
    free(m->hashes);
    hash_table_free(&m->by_hash);
}

/* What a judge sees of an end: the words that differ from the start, each slot, and the verdict. */
static vrrl_code hash_end(struct search *x, const struct sched *s, const struct sched_state *state,
                          vrrl_verdict verdict, XXH128_hash_t *hash)
{
    uint32_t words, slots = epoch_batch(x->program, x->from.epoch)->count;
    const uint32_t *word = sched_words(state, s, &words);
    vrrl_code code = array_room(x->hashed, 0, x->hashed_room, words + 2 * slots + 1, x->err);
    if (code != VRRL_OK)
        return code;
    uint64_t *at = x->hashed;
    *at++ = verdict;
    for (uint32_t i = 0; i < slots; i++) {
        const struct sched_slot *slot = sched_slot_at(state, i);
        *at++ = slot->result_fold;
        *at++ = slot->status;
    }
    for (uint32_t i = 0; i < words; i++)
        *at++ = (uint64_t)word[i] << 32 | sched_value(state, i);
    *hash = XXH3_128bits(x->hashed, (size_t)(at - x->hashed) * sizeof *at);
    return VRRL_OK;
}

/* ---- Ends of an epoch ------------------------------------------------------------------------ */

static uint32_t index_of(const struct chooser_lane *lanes, uint32_t lane)
{
    uint32_t i = 0;
    while (lanes[i].lane != lane)
        i++;
    return i;
}

/* The option of the run target's schedule that does what one of the watched schedule does: in its pool, where
 * a lane can claim any slot, the slot that is the lane's own. */
static uint32_t option_of(struct search *x, const struct sched_taken *taken)
{
    uint32_t slots[64], count;
    if (!x->watched || x->program->model.kind != VRRL_MODEL_POOL)
        return taken->option;
    count = sched_claims(x->schedule, x->scratch, taken->lane, slots);
    for (uint32_t i = 0; i < count; i++)
        if (slots[i] == taken->lane)
            return i;
    return taken->option;
}

/* From the steps of a search to the choices of a run, into x->choices: those where there is something to choose. */
static vrrl_code choices_of(struct search *x, uint32_t steps, uint32_t *chosen)
{
    const struct sched_taken *taken = sched_steps_taken(x->watched ? x->watched : x->schedule);
    struct sched *s = x->schedule;
    vrrl_code code = array_room(x->choices, 0, x->choice_room, steps, x->err);
    *chosen = 0;
    sched_reset(s, x->scratch);
    for (uint32_t i = 0; code == VRRL_OK && i < steps; i++) {
        uint32_t count;
        const struct chooser_lane *lanes = sched_ready(s, x->scratch, &count);
        const struct exhaust_choice choice = {index_of(lanes, taken[i].lane),
                                              option_of(x, &taken[i])};
        if (count > 1 || lanes->options > 1)
            x->choices[(*chosen)++] = choice;
        sched_step(s, x->scratch, taken[i].lane, choice.option);
    }
    return code;
}

/* What led to the step that the search of the epoch has come to. */
static vrrl_code path_of(struct search *x, uint32_t steps, const struct exhaust_path **path)
{
    uint32_t own;
    vrrl_code code = choices_of(x, steps, &own);
    if (code != VRRL_OK)
        return code;
    *path = exhaust_path_add(&x->paths, x->from.path, x->choices, own, x->err);
    return *path ? VRRL_OK : VRRL_NO_MEMORY;
}

static vrrl_code keep_end(struct search *x, const struct sched_state *state, vrrl_verdict verdict)
{
    struct start end = {.epoch = x->from.epoch + 1, .verdict = verdict};
    vrrl_code code = array_room(x->ends, x->end_count, x->end_room, 1, x->err);
    if (code == VRRL_OK)
        code = path_of(x, sched_steps(state), &end.path);
    if (code == VRRL_OK)
        x->ends[x->end_count++] = end;
    return code;
}

static bool found_end(void *context, struct sched *s, const struct sched_state *state,
                      vrrl_verdict verdict)
{
    struct search *x = context;
    XXH128_hash_t hash;
    bool is_new = false;
    x->failed = hash_end(x, s, state, verdict, &hash);
    if (!x->failed)
        x->failed = meet(&x->ends_met, hash, &is_new, x->err);
    if (!x->failed && is_new)
        x->failed = keep_end(x, state, verdict);
    return !x->failed && !is_late(x) && x->end_count < ENDS_MAX;
}

/* ---- Races ----------------------------------------------------------------------------------- */

static void found_race(void *context, struct sched *s, const struct sched_state *state,
                       const struct race_pair *pair)
{
    struct search *x = context;
    const struct exhaust_watch *watch = x->request->watch;
    const struct exhaust_race race = {
        .epoch = x->from.epoch,
        .word = sched_word(s, pair->location),
        .slots = {pair->slots[0], pair->slots[1]},
        .kinds = {(vrrl_access_kind)pair->kinds[0], (vrrl_access_kind)pair->kinds[1]},
        .verdict = (enum race_verdict)pair->verdict,
        .steps = sched_steps(state),
        .search = x};
    if (!x->failed)
        x->failed = watch->raced(watch->context, &race, x->err);
}

vrrl_code exhaust_race_choices(const struct exhaust_race *race, struct exhaust_choice **choices,
                               uint32_t *count, vrrl_error *err)
{
    struct search *x = race->search;
    const struct exhaust_path *path;
    vrrl_code code = path_of(x, race->steps, &path);
    if (code == VRRL_OK)
        return exhaust_path_copy(path, choices, count, err);
    *err = *x->err;
    return code;
}

/* What is too large for the monitor is not known. */
static vrrl_code make_watched(struct search *x, bool *made)
{
    vrrl_code code = sched_create_watched(x->schedule, false, &x->watched, x->err);
    *made = code == VRRL_OK;
    if (code == VRRL_TOO_LARGE) {
        stop_by_error(&x->result->stopped, x->err);
        x->result->complete = false;
        return VRRL_OK;
    }
    if (code == VRRL_OK)
        sched_when_raced(x->watched, found_race, x);
    return code;
}

/* ---- An epoch from a start ------------------------------------------------------------------- */

static void search_runs(struct search *x)
{
    struct sched *s = x->watched ? x->watched : x->schedule;
    sched_end_when(s, is_late, x);
    sched_limit_memory(s, x->request->memory_mib);
    struct sched_search found = sched_exhaust(s, x->states_left, found_end, x);
    sched_end_when(s, NULL, NULL);
    if (found.too_large)
        x->result->stopped = (vrrl_stop){.kind = VRRL_STOP_LONG_RUN, .epoch = x->from.epoch};
    if (found.wanted_mib)
        x->result->stopped = (vrrl_stop){.kind = VRRL_STOP_MEMORY,
                                         .epoch = x->from.epoch,
                                         .mib = found.wanted_mib,
                                         .number = found.states};
    x->result->states += found.states;
    x->result->pruned += found.pruned;
    x->result->complete &= found.complete;
    x->states_left -= found.states < x->states_left ? found.states : x->states_left;
}

static vrrl_code search_epoch(struct search *x)
{
    bool made = true;
    vrrl_code code = VRRL_OK;
    x->scratch = sched_state_create(x->schedule);
    if (!x->scratch)
        return error_no_memory(x->err, 0);
    if (x->request->watch)
        code = make_watched(x, &made);
    if (code == VRRL_OK && made)
        search_runs(x);
    sched_destroy(x->watched);
    x->watched = NULL;
    sched_state_free(x->scratch);
    return code == VRRL_OK ? x->failed : code;
}

/* The run target is about to run the epoch that is to be searched: from that memory, once */
static void search_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct search *x = context;
    struct sched *s = run_target_schedule(x->target);
    bool is_new;
    (void)slots;
    (void)lanes;
    if (epoch != x->from.epoch || x->failed || !s)
        return;
    x->began = true;
    x->schedule = s;
    XXH128_hash_t hash = XXH3_128bits(sched_start(s), x->program->layout.total_words * 4ull);
    x->failed = meet(&x->starts_met[epoch], hash, &is_new, x->err);
    if (!x->failed && is_new)
        x->failed = search_epoch(x);
}

void exhaust_choose_given(void *context, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option)
{
    struct exhaust_given *given = context;
    if (given->next == given->count)
        return;
    struct exhaust_choice choice = given->choices[given->next++];
    *at = choice.at < count ? choice.at : 0;
    *option = choice.option < lanes[*at].options ? choice.option : 0;
}

static void search_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option)
{
    exhaust_choose_given(&((struct search *)context)->given, lanes, count, at, option);
}

/* The choices of a run that begins where the start under way does, if it is placed; else with the program. */
static vrrl_code give(struct search *x, const struct exhaust_path *path)
{
    x->given = (struct exhaust_given){0};
    if (x->from.placed && path == x->from.path)
        return VRRL_OK;
    if (x->from.placed) {
        x->given = (struct exhaust_given){.choices = path->choices, .count = path->own};
        return VRRL_OK;
    }
    free(x->whole);
    vrrl_code code = exhaust_path_copy(path, &x->whole, &x->given.count, x->err);
    x->given.choices = x->whole;
    return code;
}

/* A run of the start under way, or of an end that it has led to. What comes behind `last` does not count. */
static vrrl_code follow(struct search *x, const struct exhaust_path *path, bool searches,
                        uint32_t last, vrrl_run_outcome *outcome)
{
    const struct chooser with = {
        .context = x, .begin = searches ? search_begin : NULL, .choose = search_choose};
    vrrl_code code = give(x, path);
    if (code != VRRL_OK)
        return code;
    *outcome = (vrrl_run_outcome){0};
    run_target_begin_at(x->target, x->from.placed ? &x->from.place : NULL);
    run_target_end_with(x->target, last);
    code = run_target_run(x->target, &with, outcome, x->err);
    run_target_end_with(x->target, VRRL_NO_INDEX);
    run_target_begin_at(x->target, NULL);
    if (code != VRRL_TOO_LARGE)
        return code;
    x->result->complete = false; /* what the model has no room for is not known */
    return VRRL_OK;
}

/* ---- What ends are worth --------------------------------------------------------------------- */

static vrrl_code note_failure(struct search *x, const vrrl_run_outcome *outcome, bool behind,
                              const struct exhaust_path *path)
{
    struct exhaust_result *r = x->result;
    for (uint32_t i = 0; i < r->defect_count; i++) {
        if (r->defects[i].behind == behind &&
            vrrl_outcome_same_defect(&r->defects[i].first, outcome)) {
            r->defects[i].failures++;
            return VRRL_OK;
        }
    }
    vrrl_code code = array_room(r->defects, r->defect_count, r->defect_room, 1, x->err);
    if (code != VRRL_OK)
        return code;
    struct exhaust_defect *defect = &r->defects[r->defect_count];
    *defect = (struct exhaust_defect){.first = *outcome, .failures = 1, .behind = behind};
    code = exhaust_path_copy(path, &defect->choices, &defect->choice_count, x->err);
    r->defect_count += code == VRRL_OK;
    return code;
}

/* Where a run has just ended. */
static vrrl_code push_start(struct search *x, const struct start *from)
{
    vrrl_code code = array_room(x->starts, x->start_count, x->start_room, 1, x->err);
    if (code != VRRL_OK)
        return code;
    struct start *start = &x->starts[x->start_count++];
    *start = *from;
    start->placed = run_target_place(x->target, &start->place);
    return VRRL_OK;
}

/* How the run that was just followed ended. */
static vrrl_code note_outcome(struct search *x, const struct exhaust_path *path)
{
    struct exhaust_result *r = x->result;
    const struct exhaust_request *q = x->request;
    struct outcome_key key;
    uint32_t number;
    bool is_new;
    if (q->word_count == 0)
        return VRRL_OK;
    key.stopped = run_target_final(x->target, q->words, q->word_count, key.values);
    vrrl_code code = array_room(r->outcome_rows, r->outcomes.count, r->outcome_room, 1, x->err);
    if (code == VRRL_OK)
        code = outcome_set_add(&r->outcomes, &key, &number, &is_new, x->err);
    if (code != VRRL_OK)
        return code;
    r->outcomes_left_out |= number == VRRL_NO_INDEX;
    if (number == VRRL_NO_INDEX)
        return VRRL_OK;
    struct exhaust_outcome *row = &r->outcome_rows[number];
    if (is_new)
        *row = (struct exhaust_outcome){.ends = 0};
    row->ends++;
    return is_new ? exhaust_path_copy(path, &row->choices, &row->choice_count, x->err) : VRRL_OK;
}

static vrrl_code tell_end(struct search *x, const vrrl_run_outcome *outcome,
                          const struct exhaust_path *path)
{
    struct exhaust_choice *choices;
    uint32_t count;
    if (!x->request->ended)
        return VRRL_OK;
    vrrl_code code = exhaust_path_copy(path, &choices, &count, x->err);
    if (code != VRRL_OK)
        return code;
    x->request->ended(x->request->context, outcome, choices, count);
    free(choices);
    return VRRL_OK;
}

/* Its first failure is in an epoch that the schedule decides; what comes after is not looked at. */
static vrrl_code judge_end(struct search *x, const struct start *end)
{
    vrrl_run_outcome outcome;
    vrrl_code code = follow(x, end->path, false, end->epoch - 1, &outcome);
    if (code != VRRL_OK)
        return code;
    x->result->ends++;
    bool fails = outcome.kind != VRRL_DEFECT_NONE && outcome.epoch < end->epoch;
    if (!fails && end->epoch < x->program->epoch_count)
        return push_start(x, end);
    code = tell_end(x, &outcome, end->path);
    if (code == VRRL_OK)
        code = note_outcome(x, end->path);
    return code == VRRL_OK && fails ? note_failure(x, &outcome, false, end->path) : code;
}

/* With the monitor on: an epoch that ended as no other run does, or broke an expectation, is a start of the
 * next all the same. One that got stuck behind such an epoch fails by that, too. And an expectation may be
 * broken where a value differs. */
static vrrl_code judge_watched(struct search *x, const struct start *end)
{
    struct exhaust_result *r = x->result;
    vrrl_run_outcome outcome;
    vrrl_code code = follow(x, end->path, false, end->epoch - 1, &outcome);
    if (code != VRRL_OK)
        return code;
    r->ends++;
    bool complete = end->verdict == VRRL_VERDICT_COMPLETE;
    bool stuck = !complete && end->verdict != VRRL_VERDICT_SHUTDOWN;
    bool last = !complete || end->epoch == x->program->epoch_count;
    bool behind = (outcome.kind != VRRL_DEFECT_NONE && outcome.epoch < x->from.epoch) ||
                  x->from.epoch >= run_target_reference_epochs(x->target);
    if (stuck && behind)
        outcome = (vrrl_run_outcome){.kind = VRRL_DEFECT_DEADLOCK,
                                     .epoch = x->from.epoch,
                                     .slot = VRRL_NO_INDEX,
                                     .other = VRRL_NO_INDEX,
                                     .word = VRRL_NO_INDEX};
    const vrrl_run_outcome broken = *run_target_broken(x->target);
    if (outcome.kind != VRRL_DEFECT_NONE && outcome.epoch == x->from.epoch)
        code = note_failure(x, &outcome, behind, end->path);
    if (code == VRRL_OK && broken.epoch == x->from.epoch && broken.kind != VRRL_DEFECT_NONE &&
        (outcome.kind != VRRL_DEFECT_EXPECT || outcome.epoch != broken.epoch))
        code = note_failure(x, &broken, behind, end->path);
    if (code == VRRL_OK && last && outcome.kind == VRRL_DEFECT_NONE && !r->has_good) {
        code = exhaust_path_copy(end->path, &r->good, &r->good_count, x->err);
        r->has_good = code == VRRL_OK;
    }
    return code == VRRL_OK && !last ? push_start(x, end) : code;
}

/* The workers had left before the epoch, which is over as it begins: what it expects may not hold; with the
 * monitor on, also where an epoch before it fails already. */
static vrrl_code judge_left(struct search *x, const vrrl_run_outcome *outcome)
{
    const vrrl_run_outcome broken = *run_target_broken(x->target);
    bool breaks = x->request->watch && outcome->kind != VRRL_DEFECT_NONE &&
                  outcome->epoch < x->from.epoch && broken.kind != VRRL_DEFECT_NONE &&
                  broken.epoch >= x->from.epoch;
    bool fails = outcome->kind != VRRL_DEFECT_NONE && outcome->epoch >= x->from.epoch;
    const struct exhaust_path *path = x->from.path;
    vrrl_code code = fails ? tell_end(x, outcome, path) : VRRL_OK;
    x->result->ends += fails;
    if (code == VRRL_OK)
        code = note_outcome(x, path);
    if (code == VRRL_OK && breaks)
        code = note_failure(x, &broken, true, path);
    return code == VRRL_OK && fails ? note_failure(x, outcome, false, path) : code;
}

static vrrl_code search_start(struct search *x)
{
    vrrl_run_outcome outcome;
    x->end_count = 0;
    x->began = false;
    forget_all(&x->ends_met);
    vrrl_code code = follow(x, x->from.path, true, x->from.epoch, &outcome);
    if (code == VRRL_OK)
        code = x->failed;
    if (code == VRRL_OK && !x->began)
        code = follow(x, x->from.path, false, VRRL_NO_INDEX, &outcome);
    if (code == VRRL_OK && !x->began)
        code = judge_left(x, &outcome);
    for (uint32_t i = 0; i < x->end_count; i++) {
        bool late = is_late(x); /* an end that is not judged is not known */
        x->result->complete &= !late;
        if (code == VRRL_OK && !late)
            code = x->request->watch ? judge_watched(x, &x->ends[i]) : judge_end(x, &x->ends[i]);
    }
    return code;
}

static bool is_over(struct search *x)
{
    bool over = x->states_left == 0 || is_late(x);
    x->result->complete &= !over;
    return over;
}

static vrrl_code search_all(struct search *x)
{
    vrrl_code code = array_room(x->starts, x->start_count, x->start_room, 1, x->err);
    if (code == VRRL_OK)
        x->starts[x->start_count++] = (struct start){0};
    while (code == VRRL_OK && x->start_count > 0 && !is_over(x)) {
        x->from = x->starts[--x->start_count];
        code = search_start(x);
    }
    return code;
}

vrrl_code exhaust(struct run_target *s, const vrrl_program *program,
                  const struct exhaust_request *request, struct exhaust_result *result,
                  vrrl_error *err)
{
    struct search x = {.target = s,
                       .program = program,
                       .result = result,
                       .request = request,
                       .states_left = request->state_limit,
                       .err = err};
    *result = (struct exhaust_result){.complete = true, .outcomes = {.width = request->word_count}};
    x.starts_met = calloc(program->epoch_count + (size_t)1, sizeof *x.starts_met);
    vrrl_code code = x.starts_met ? search_all(&x) : error_no_memory(err, 0);
    for (uint32_t e = 0; x.starts_met && e < program->epoch_count; e++)
        free_met(&x.starts_met[e]);
    free(x.starts_met);
    free(x.starts);
    free(x.choices);
    free(x.whole);
    exhaust_paths_free(&x.paths);
    free(x.ends);
    free_met(&x.ends_met);
    free(x.hashed);
    return code;
}

void exhaust_result_free(struct exhaust_result *result)
{
    for (uint32_t i = 0; i < result->defect_count; i++)
        free(result->defects[i].choices);
    for (uint32_t i = 0; i < result->outcomes.count; i++)
        free(result->outcome_rows[i].choices);
    outcome_set_free(&result->outcomes);
    free(result->good);
    free(result->outcome_rows);
    free(result->defects);
    *result = (struct exhaust_result){0};
}
