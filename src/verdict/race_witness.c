/* A schedule in which two slots race: built, run once, and held against the monitor of races. */
#include "vrrl/analysis/schedule.h"

#include "verdict/race_witness.h"

#include "base/clock.h"
#include "base/ddmin.h"
#include "base/error.h"
#include "check/epoch_graph.h"
#include "engine/create.h"
#include "program/batch_view.h"
#include "race/rules.h"
#include "schedule/monitored_run.h"
#include "schedule/schedule_string.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 4, STOPS_MAX = 4, WORKERS = 2, SLOTS_WATCHED = 8192 };

/*
 * The first of the two goes on until it has accessed the word, and waits there; then the second one goes.
 * The others go where neither can, and the one that waits goes when nobody else can. So nothing that the
 * first did behind its access orders the two, unless the second one needs it.
 */
struct meet {
    const vrrl_program *program;
    struct run_target_options options;
    struct run_target *target;
    uint32_t epoch;
    uint32_t slots[2];
    uint32_t word;       /* of the arena; VRRL_NO_INDEX: any of user memory */
    uint32_t stop;       /* the first one waits behind so many accesses of it */
    uint32_t *claimable; /* room for the slots of a batch */
    uint64_t until_ns, most_steps;
    uint64_t steps; /* of all runs */

    /* The run under way. */
    bool in_epoch, shown;
    uint32_t accesses; /* of the first one */
    bool second;       /* the second one has had its access */
    uint32_t current, lanes;
    struct decisions deviations;
    bool fails; /* the run that is kept: it ends otherwise than the reference's, too */

    /* While a string is made shorter. */
    const struct decision *list;
    struct decision *kept;
    uint32_t count;
    struct decision_player player;
    uint64_t shorter_steps;
};

static bool is_over(const struct meet *m)
{
    return m->steps >= m->most_steps || clock_is_past(m->until_ns);
}

/* ---- Who goes -------------------------------------------------------------------------------- */

enum { GOES = 0, OTHERS = 1, WAITS = 2 };

static uint32_t rank_of(const struct meet *m, uint32_t slot)
{
    bool first_waits = m->accesses >= m->stop;
    if (!m->in_epoch || m->second)
        return GOES;
    return slot == m->slots[first_waits] ? GOES : slot == m->slots[!first_waits] ? WAITS : OTHERS;
}

/* The best option of a lane. */
static uint32_t rank_lane(const struct meet *m, const struct chooser_lane *lane, uint32_t *option)
{
    *option = 0;
    if (lane->slot != VRRL_NO_INDEX || !m->in_epoch || m->second)
        return rank_of(m, lane->slot);
    uint32_t count = run_target_claims(m->target, lane->lane, m->claimable), best = OTHERS + 2;
    for (uint32_t i = 0; i < count && best != GOES; i++) {
        uint32_t rank = rank_of(m, m->claimable[i]);
        if (rank < best) {
            best = rank;
            *option = i;
        }
    }
    return count ? best : OTHERS;
}

/* As by default, the lane that went last goes on, or the next one round and round: of those that rank best. */
static void witness_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                           uint32_t *at, uint32_t *option)
{
    struct meet *m = context;
    uint32_t best = UINT32_MAX, best_distance = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t with, rank = rank_lane(m, &lanes[i], &with);
        uint32_t distance = lanes[i].lane >= m->current ? lanes[i].lane - m->current
                                                        : lanes[i].lane + m->lanes - m->current;
        if (rank > best || (rank == best && distance >= best_distance))
            continue;
        best = rank;
        best_distance = distance;
        *at = i;
        *option = with;
    }
    m->current = lanes[*at].lane;
}

static void witness_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct meet *m = context;
    (void)slots;
    m->in_epoch = epoch == m->epoch;
    m->current = 0;
    m->lanes = lanes;
}

static void step(void *context, const struct event *next)
{
    struct meet *m = context;
    bool user = next->word != VRRL_NO_INDEX && next->word >= m->program->layout.user_base;
    bool meets = m->word == VRRL_NO_INDEX ? user : next->word == m->word;
    if (next->what != EVENT_OPERATES || next->kind == OPERATION_FENCE || !meets)
        return;
    m->accesses += next->slot == m->slots[0];
    m->second |= next->slot == m->slots[1] && m->accesses >= m->stop;
}

static void race(void *context, uint32_t epoch, const struct unordered_pair *met)
{
    struct meet *m = context;
    uint32_t a = met->first.slot, b = met->second.slot;
    m->shown |= epoch == m->epoch &&
                ((a == m->slots[0] && b == m->slots[1]) || (a == m->slots[1] && b == m->slots[0]));
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static vrrl_code run(struct meet *m, const struct chooser *by, vrrl_run_outcome *outcome,
                     vrrl_error *err)
{
    const struct monitored_run_request request = {
        .target = m->target, .by = by, .epoch = m->epoch, .context = m, .step = step, .race = race};
    m->in_epoch = m->shown = m->second = false;
    m->accesses = m->current = m->lanes = 0;
    *outcome = (vrrl_run_outcome){.kind = VRRL_DEFECT_NONE};
    vrrl_code code = monitored_run_races(m->program, &request, &m->deviations, outcome, err);
    m->steps += outcome->steps + 1;
    if (code == VRRL_TOO_LARGE) /* what was not watched shows nothing */
        m->shown = false;
    return code == VRRL_TOO_LARGE ? VRRL_OK : code;
}

/* Whether the run still shows it with these deviations alone. */
static vrrl_code shows(void *context, const bool *keep, bool *still, vrrl_error *err)
{
    struct meet *m = context;
    vrrl_run_outcome outcome;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->count; i++)
        if (keep[i])
            m->kept[kept++] = m->list[i];
    const struct chooser by = decision_play(&m->player, m->kept, kept, NULL);
    vrrl_code code = run(m, &by, &outcome, err);
    *still = m->shown && !m->player.exhausted && m->player.misfits == 0 &&
             (!m->fails || outcome.kind != VRRL_DEFECT_NONE);
    m->shorter_steps += outcome.steps + 1;
    return code;
}

static bool stops(void *context)
{
    const struct meet *m = context;
    return m->shorter_steps >= m->most_steps || clock_is_past(m->until_ns);
}

/* Fewer of the run's deviations, as long as the two race, and it fails if it did. */
static vrrl_code shorten(struct meet *m, struct decisions *found, vrrl_error *err)
{
    const struct ddmin_problem problem = {.context = m, .fails = shows, .stop = stops};
    struct ddmin_result result;
    uint32_t kept = 0;
    bool *keep = malloc(found->count + (size_t)1);
    m->kept = malloc((found->count + (size_t)1) * sizeof *m->kept);
    m->list = found->list;
    m->count = found->count;
    vrrl_code code =
        keep && m->kept ? VRRL_OK : error_no_memory(err, found->count * sizeof *m->kept);
    if (code == VRRL_OK) {
        memset(keep, 1, found->count);
        code = ddmin(&problem, keep, found->count, &result, err);
    }
    for (uint32_t i = 0; code == VRRL_OK && i < found->count; i++)
        if (keep[i])
            found->list[kept++] = found->list[i];
    found->count = code == VRRL_OK ? kept : found->count;
    free(m->kept);
    free(keep);
    decision_player_free(&m->player);
    return code;
}

/* ---- Words ----------------------------------------------------------------------------------- */

/* Words that both may access, and where that would race: the first of each two accesses. */
static uint32_t common_words(const struct epoch_touches *t, uint32_t a, uint32_t b,
                             uint32_t words[WORDS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = t->first[a]; i < t->first[a + 1]; i++) {
        for (uint32_t k = t->first[b]; k < t->first[b + 1] && count < WORDS_MAX; k++) {
            const struct declared_event *x = &t->items[i].access, *y = &t->items[k].access;
            uint32_t word = x->word > y->word ? x->word : y->word;
            bool common = word - x->word < x->count && word - y->word < y->count &&
                          access_conflicts(access_of_declared(x), access_of_declared(y));
            for (uint32_t n = 0; n < count && common; n++)
                common = words[n] != word;
            if (common)
                words[count++] = word;
        }
    }
    return count;
}

struct words {
    const struct meet *meet;
    uint32_t list[WORDS_MAX], count;
    vrrl_code failed;
    vrrl_error *err;
};

/* While a run comes to the epoch: memory is as it begins. */
static void find_words(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct words *w = context;
    const struct meet *m = w->meet;
    struct epoch_touches touches;
    (void)lanes;
    if (epoch != m->epoch || m->slots[0] >= slots || m->slots[1] >= slots)
        return;
    w->failed = epoch_touches_create(m->program, epoch, sched_start(run_target_schedule(m->target)),
                                     &touches, w->err);
    if (w->failed)
        return;
    w->count = common_words(&touches, m->slots[0], m->slots[1], w->list);
    epoch_touches_free(&touches);
}

static void choose_default(void *context, const struct chooser_lane *lanes, uint32_t count,
                           uint32_t *at, uint32_t *option)
{
    (void)context, (void)lanes, (void)count, (void)at, (void)option;
}

static vrrl_code words_of(struct meet *m, struct words *w)
{
    vrrl_run_outcome outcome;
    const struct chooser with = {.context = w, .begin = find_words, .choose = choose_default};
    vrrl_code code = run_target_run(m->target, &with, &outcome, w->err);
    m->steps += outcome.steps;
    if (code == VRRL_OK && w->count == 0)
        w->list[w->count++] = VRRL_NO_INDEX;
    return code == VRRL_OK ? w->failed : code;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void keep_run(struct meet *m, const vrrl_run_outcome *outcome, struct decisions *found,
                     bool *any)
{
    bool fails = outcome->kind != VRRL_DEFECT_NONE;
    if (!m->shown || (*any && !fails))
        return;
    decisions_free(found);
    *found = m->deviations;
    m->deviations = (struct decisions){.list = NULL};
    *any = true;
    m->fails = fails;
}

/* One after the other and the other way round; a run that shows it in its values, too, is the better one. */
static vrrl_code try_all(struct meet *m, const struct words *w, struct decisions *found, bool *any,
                         vrrl_error *err)
{
    const struct chooser by = {.context = m, .begin = witness_begin, .choose = witness_choose};
    const uint32_t a = m->slots[0], b = m->slots[1];
    vrrl_code code = VRRL_OK;
    for (m->stop = 1; m->stop <= STOPS_MAX && !*any; m->stop++) {
        for (uint32_t i = 0; i < 2 * w->count && !m->fails && code == VRRL_OK && !is_over(m); i++) {
            vrrl_run_outcome outcome;
            m->word = w->list[i / 2];
            m->slots[0] = i % 2 ? a : b;
            m->slots[1] = i % 2 ? b : a;
            code = run(m, &by, &outcome, err);
            if (code == VRRL_OK)
                keep_run(m, &outcome, found, any);
        }
    }
    return code;
}

static vrrl_code build(struct meet *m, char **text, vrrl_error *err)
{
    struct words words = {.meet = m, .err = err};
    struct decisions found = {.list = NULL};
    bool any = false;
    m->claimable = malloc((program_largest_batch(m->program) + (size_t)1) * sizeof *m->claimable);
    if (!m->claimable)
        return error_no_memory(err, program_largest_batch(m->program));
    vrrl_code code = words_of(m, &words);
    if (code == VRRL_OK)
        code = try_all(m, &words, &found, &any, err);
    if (code == VRRL_OK && any)
        code = shorten(m, &found, err);
    if (code == VRRL_OK && any)
        code = schedule_of_run(m->program, &m->options, &found, NULL, text, err);
    decisions_free(&found);
    decisions_free(&m->deviations);
    free(m->claimable);
    return code == VRRL_TOO_LARGE ? VRRL_OK : code;
}

/* More slots than the monitor tells apart: one of the two last, where that shows in what they leave. */
static vrrl_code show_last(const vrrl_program *program, const struct race_witness_request *request,
                           char **text, vrrl_error *err)
{
    vrrl_run_outcome outcome;
    if (!request->proven)
        return VRRL_OK;
    vrrl_code code = vrrl_schedule_witness(program, request->slots[0], request->slots[1],
                                           clock_left_ms(request->until_ns), text, &outcome, err);
    if (code == VRRL_OK && *text && outcome.kind != VRRL_DEFECT_VALUE) {
        free(*text); /* it fails whatever their order is */
        *text = NULL;
    }
    return code;
}

vrrl_code race_witness(const vrrl_program *program, const struct race_witness_request *request,
                       char **text, vrrl_error *err)
{
    struct meet m = {.program = program,
                     .options = monitored_run_options(program, NULL),
                     .epoch = request->epoch,
                     .slots = {request->slots[0], request->slots[1]},
                     .until_ns = request->until_ns,
                     .most_steps = request->steps};
    *text = NULL;
    if (program_largest_batch(program) > SLOTS_WATCHED)
        return show_last(program, request, text, err);
    m.options.setup.workers = program->model.kind == VRRL_MODEL_POOL ? WORKERS : 0;
    m.options.until_ns = m.until_ns;
    vrrl_code code = run_target_create(program, &m.options, &m.target, err);
    if (code == VRRL_OK)
        code = build(&m, text, err);
    run_target_destroy(m.target);
    return code;
}
