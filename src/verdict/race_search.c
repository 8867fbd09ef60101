#include "verdict/race_search.h"

#include "base/array.h"
#include "base/error.h"
#include "explore/exhaustive_program.h"
#include "program/batch_view.h"
#include "schedule/schedule_string.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MAX = 64 }; /* of an epoch, that the monitor tells apart */

/* A pair of accesses that was met, and how its first race was. */
struct row {
    uint64_t
        slots_word[2]; /* its key: epoch and word; slots, the lower one first, and their kinds */
    struct exhaust_race race;
    bool raced;
    uint32_t excused; /* bits by race_verdict */
    struct exhaust_choice *choices;
    uint32_t choice_count;
};

struct races {
    const vrrl_program *program;
    const struct race_search_options *options;
    struct race_search_result *result;
    struct run_target_options machine;
    struct run_target *target;
    struct row *rows; /* by key */
    uint32_t row_count, row_room;
};

/* ---- What is met ----------------------------------------------------------------------------- */

static struct row key_of(const struct exhaust_race *race)
{
    uint32_t low = race->slots[0] > race->slots[1], high = !low;
    struct row r = {.race = *race};
    r.slots_word[0] = (uint64_t)race->epoch << 32 | race->word;
    r.slots_word[1] = (uint64_t)race->slots[low] << 40 | (uint64_t)race->slots[high] << 16 |
                      (uint64_t)race->kinds[low] << 8 | race->kinds[high];
    return r;
}

/* The number of the first row that is not below the key. */
static uint32_t find_row(const struct races *x, const struct row *key)
{
    uint32_t low = 0, high = x->row_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint64_t *at = x->rows[middle].slots_word;
        bool below = at[0] < key->slots_word[0] ||
                     (at[0] == key->slots_word[0] && at[1] < key->slots_word[1]);
        low = below ? middle + 1 : low;
        high = below ? high : middle;
    }
    return low;
}

static vrrl_code row_of(struct races *x, const struct exhaust_race *race, struct row **found,
                        vrrl_error *err)
{
    const struct row key = key_of(race);
    uint32_t at = find_row(x, &key);
    if (at == x->row_count ||
        memcmp(x->rows[at].slots_word, key.slots_word, sizeof key.slots_word) != 0) {
        vrrl_code code = array_room(x->rows, x->row_count, x->row_room, 1, err);
        if (code != VRRL_OK)
            return code;
        memmove(x->rows + at + 1, x->rows + at, (x->row_count - at) * sizeof *x->rows);
        x->rows[at] = key;
        x->row_count++;
    }
    *found = &x->rows[at];
    return VRRL_OK;
}

static vrrl_code raced(void *context, const struct exhaust_race *race, vrrl_error *err)
{
    struct races *x = context;
    struct row *r;
    vrrl_code code = row_of(x, race, &r, err);
    if (code != VRRL_OK)
        return code;
    if (race->verdict != RACE_FOUND) {
        r->excused |= 1u << race->verdict;
        return VRRL_OK;
    }
    bool better = !r->raced || race->steps < r->race.steps;
    r->raced = true;
    if (!better)
        return VRRL_OK;
    r->race = *race;
    if (x->options->no_schedules)
        return VRRL_OK;
    free(r->choices);
    r->choices = NULL;
    return exhaust_race_choices(race, &r->choices, &r->choice_count, err);
}

/* ---- Strings --------------------------------------------------------------------------------- */

/* The string of a run that makes these choices, and then goes on by the default rule. *text is NULL where
 * it would be too long, or a replay stops before the epoch: it goes no further than the first that fails. */
static vrrl_code text_of(struct races *x, const struct exhaust_choice *choices, uint32_t count,
                         uint32_t epoch, bool *behind, char **text, vrrl_error *err)
{
    struct exhaust_given given = {.choices = choices, .count = count};
    const struct chooser inner = {.context = &given, .choose = exhaust_choose_given};
    struct decision_recorder recorder;
    struct decisions deviations = {.list = NULL};
    vrrl_run_outcome outcome;
    *text = NULL;
    *behind = epoch >= run_target_reference_epochs(x->target);
    if (x->options->no_schedules || *behind)
        return VRRL_OK;
    const struct chooser with = decision_record(&recorder, &inner, NULL, &deviations);
    vrrl_code code = run_target_run(x->target, &with, &outcome, err);
    if (code == VRRL_OK && deviations.exhausted)
        code = error_no_memory(err, 0);
    while (deviations.count > 0 && deviations.list[deviations.count - 1].number >= count)
        deviations.count--;
    *behind = code == VRRL_OK && outcome.kind != VRRL_DEFECT_NONE && outcome.epoch < epoch;
    if (code == VRRL_OK && !*behind)
        code = schedule_of_run(x->program, &x->machine, &deviations, NULL, text, err);
    decisions_free(&deviations);
    return code == VRRL_TOO_LARGE ? VRRL_OK : code;
}

static vrrl_code put_pair(struct races *x, const struct row *r, vrrl_error *err)
{
    struct race_search_result *result = x->result;
    struct race_search_pair *pair = &result->pairs[result->pair_count++];
    *pair = (struct race_search_pair){.epoch = r->race.epoch,
                                      .slots = {r->race.slots[0], r->race.slots[1]},
                                      .kinds = {r->race.kinds[0], r->race.kinds[1]},
                                      .word = r->race.word,
                                      .steps = r->race.steps};
    return text_of(x, r->choices, r->choice_count, pair->epoch, &pair->behind, &pair->schedule,
                   err);
}

static vrrl_code put_pairs(struct races *x, vrrl_error *err)
{
    struct race_search_result *result = x->result;
    vrrl_code code = VRRL_OK;
    result->pairs = calloc(x->row_count + (size_t)1, sizeof *result->pairs);
    if (!result->pairs)
        return error_no_memory(err, x->row_count * sizeof *result->pairs);
    for (uint32_t i = 0; code == VRRL_OK && i < x->row_count; i++) {
        const struct row *r = &x->rows[i];
        for (uint32_t v = RACE_EQUAL; v <= RACE_VALIDATED && !r->raced; v++)
            result->excused[v] += r->excused >> v & 1;
        if (r->raced)
            code = put_pair(x, r, err);
    }
    return code;
}

static struct race_search_end *end_of(struct race_search_result *result, vrrl_defect_kind kind)
{
    switch (kind) {
    case VRRL_DEFECT_VALUE:
    case VRRL_DEFECT_STATUS:
    case VRRL_DEFECT_SHUTDOWN:
        return &result->differs;
    case VRRL_DEFECT_EXPECT:
        return &result->breaks;
    default:
        return &result->deadlock;
    }
}

static vrrl_code put_ends(struct races *x, const struct exhaust_result *found, vrrl_error *err)
{
    struct race_search_result *result = x->result;
    vrrl_code code = VRRL_OK;
    bool behind;
    result->gets_stuck = calloc(x->program->epoch_count + (size_t)1, 1);
    if (!result->gets_stuck)
        return error_no_memory(err, x->program->epoch_count);
    for (uint32_t i = 0; code == VRRL_OK && i < found->defect_count; i++) {
        const struct exhaust_defect *defect = &found->defects[i];
        struct race_search_end *end = end_of(result, defect->first.kind);
        end->ends += defect->failures;
        result->gets_stuck[defect->first.epoch] |= end == &result->deadlock;
        if (end->found && (!end->behind || defect->behind))
            continue; /* one that a replay shows is told before one that it does not get to */
        free(end->schedule);
        end->schedule = NULL;
        end->found = true;
        end->outcome = defect->first;
        code = text_of(x, defect->choices, defect->choice_count, defect->first.epoch, &end->behind,
                       &end->schedule, err);
    }
    result->has_agrees = found->has_good;
    if (code == VRRL_OK && found->has_good)
        code = text_of(x, found->good, found->good_count, 0, &behind, &result->agrees, err);
    return code;
}

/* ---- The search ------------------------------------------------------------------------------ */

static void note_stopped(struct races *x, const struct exhaust_result *found, uint64_t states)
{
    vrrl_stop *stop = &x->result->stopped;
    if (found->complete)
        return;
    *stop = found->stopped;
    if (stop->kind)
        return;
    stop->number = found->states;
    stop->kind = limit_is_over(&x->options->limit) ? VRRL_STOP_TIME_AFTER
                 : found->states >= states         ? VRRL_STOP_STATES
                                                   : VRRL_STOP_MODEL;
}

/* Epochs that some execution may get to: behind a shutdown nothing runs, and whoever ends its epoch has
 * ended the SHUTDOWN. */
static uint32_t epochs_of(const struct races *x)
{
    uint32_t shutdown;
    return run_target_reference_shuts_down(x->target, &shutdown) ? shutdown + 1
                                                                 : x->program->epoch_count;
}

static vrrl_code search(struct races *x, vrrl_error *err)
{
    const struct exhaust_watch watch = {.context = x, .raced = raced};
    const struct exhaust_request request = {
        .state_limit = x->options->state_limit ? x->options->state_limit : RACE_SEARCH_STATES,
        .limit = x->options->limit,
        .watch = &watch};
    struct exhaust_result found = {0};
    struct race_search_result *r = x->result;
    r->epochs = epochs_of(x);
    run_target_go_on(x->target, true);
    vrrl_code code = exhaust(x->target, x->program, &request, &found, err);
    r->complete = found.complete;
    r->states = found.states;
    r->ends = found.ends;
    note_stopped(x, &found, request.state_limit);
    run_target_go_on(x->target, false);
    if (code == VRRL_OK)
        code = put_pairs(x, err);
    if (code == VRRL_OK)
        code = put_ends(x, &found, err);
    exhaust_result_free(&found);
    return code;
}

vrrl_code race_search(const vrrl_program *program, const struct race_search_options *options,
                      struct race_search_result *result, vrrl_error *err)
{
    bool pool = program->model.kind == VRRL_MODEL_POOL;
    uint32_t slots = program_largest_batch(program);
    slots = slots < 1 ? 1 : slots > SLOTS_MAX ? SLOTS_MAX : slots; /* of more none is searched */
    struct races x = {.program = program,
                      .options = options,
                      .result = result,
                      .machine = {.setup.grain = VRRL_GRAIN_OPERATION,
                                  .setup.model = VRRL_MEMORY_VIEW,
                                  .setup.workers = pool ? slots : 0,
                                  .until_ns = limit_runs_until(&options->limit)}};
    *result = (struct race_search_result){.complete = false};
    vrrl_code code = run_target_create(program, &x.machine, &x.target, err);
    if (code == VRRL_OK)
        code = search(&x, err);
    run_target_destroy(x.target);
    for (uint32_t i = 0; i < x.row_count; i++)
        free(x.rows[i].choices);
    free(x.rows);
    return code;
}

void race_search_result_free(struct race_search_result *r)
{
    for (uint32_t i = 0; i < r->pair_count; i++)
        free(r->pairs[i].schedule);
    free(r->pairs);
    free(r->deadlock.schedule);
    free(r->gets_stuck);
    free(r->differs.schedule);
    free(r->breaks.schedule);
    free(r->agrees);
    *r = (struct race_search_result){.complete = false};
}
