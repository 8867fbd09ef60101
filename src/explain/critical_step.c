#include "explain/critical_step.h"

#include "base/error.h"
#include "explain/mover.h"
#include "schedule/strategy.h"

#include <stdlib.h>

enum { STEPS_MAX = 100000, FIRST_RUNS = 10, MOVES_MAX = 1000, OUTCOMES_TRIED = 4, LOOK_AGAIN = 4 };

struct seeker {
    struct failure_oracle *oracle;
    struct run_target *target;
    struct strategy *strategy;
    struct critical_step *critical_step;
    struct trace scratch;
    bool *used;
    uint32_t runs; /* at each point */
    vrrl_error *err;
    vrrl_code code;
};

void critical_step_free(struct critical_step *t)
{
    trace_free(&t->failing);
    trace_free(&t->passing);
    t->known = false;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static bool is_over(const struct seeker *k)
{
    return k->code != VRRL_OK || limit_is_over(&k->oracle->limit);
}

/* Into `to`; whether it ended well. A run that is too long for its memory model shows nothing. */
static bool passes(struct seeker *k, const struct chooser *by, bool tells_forced, struct trace *to)
{
    struct tracer t = {.by = by, .of = k->target, .tells_forced = tells_forced, .into = to};
    struct chooser with = tracer_chooser(&t);
    vrrl_run_outcome outcome;
    vrrl_code code = run_target_run(k->target, &with, &outcome, k->err);
    k->oracle->runs++;
    if (code == VRRL_OK && to->exhausted)
        code = error_no_memory(k->err, to->count * sizeof *to->list);
    if (code != VRRL_OK && code != VRRL_TOO_LARGE)
        k->code = code;
    return code == VRRL_OK && outcome.kind == VRRL_DEFECT_NONE;
}

/* The same, where a run that does not end well is one of many and not looked at. */
static bool ends_well(struct seeker *k, const struct chooser *by)
{
    vrrl_run_outcome outcome;
    vrrl_code code = run_target_run(k->target, by, &outcome, k->err);
    k->oracle->runs++;
    if (code != VRRL_OK && code != VRRL_TOO_LARGE)
        k->code = code;
    return code == VRRL_OK && outcome.kind == VRRL_DEFECT_NONE;
}

static void take_scratch(struct seeker *k)
{
    struct trace taken = k->scratch;
    k->scratch = k->critical_step->passing;
    k->critical_step->passing = taken;
}

static struct mover mover_from(const struct seeker *k, uint32_t prefix)
{
    return (struct mover){
        .of = &k->critical_step->failing, .target = k->target, .prefix = prefix, .used = k->used};
}

/* ---- The last point from which a good end is in reach ----------------------------------------- */

static struct strategy_setup setup_of(const struct seeker *k, uint32_t number)
{
    static const vrrl_strategy kinds[] = {VRRL_STRATEGY_PREEMPT, VRRL_STRATEGY_RANDOM,
                                          VRRL_STRATEGY_PCT, VRRL_STRATEGY_RANDOM};
    return (struct strategy_setup){
        .kind = kinds[number % 4],
        .seed = k->oracle->seed + number,
        .depth = 1 + number / 4 % 3,
        .bound = number / 4 % 3,
        .choices = k->critical_step->failing.count ? k->critical_step->failing.count : 1,
        .claims = run_target_claims_of(k->target)};
}

/* Goes on from behind so many steps of the failing run in one way; again with its steps, where that ends well. */
static bool goes_on_well(struct seeker *k, uint32_t prefix, uint32_t number)
{
    bool well = true;
    for (uint32_t steps = 0; well && steps < 2 && !is_over(k); steps++) {
        struct strategy_setup setup = setup_of(k, number);
        strategy_start(k->strategy, &setup);
        struct chooser then = strategy_chooser(k->strategy);
        struct mover m = mover_from(k, prefix);
        m.then = &then;
        struct chooser by = mover_chooser(&m);
        well = steps ? passes(k, &by, true, &k->scratch) : ends_well(k, &by);
    }
    return well && !is_over(k);
}

/* The same in so many ways. */
static bool goes_well(struct seeker *k, uint32_t prefix, uint32_t runs)
{
    bool found = false;
    for (uint32_t i = 0; i < runs && !found && !is_over(k); i++)
        found = goes_on_well(k, prefix, i);
    if (found)
        take_scratch(k);
    return found;
}

static bool seek(struct seeker *k)
{
    struct critical_step *t = k->critical_step;
    if (!goes_well(k, 0, FIRST_RUNS * k->runs))
        return false;
    uint32_t low = trace_common(&t->failing, &t->passing), high = t->failing.count;
    for (uint32_t again = 0; again < LOOK_AGAIN && !is_over(k);) {
        bool halves = high - low > 1;
        uint32_t middle = halves ? low + (high - low) / 2 : low + 1 + again;
        if (middle < t->failing.count && goes_well(k, middle, k->runs)) {
            low = trace_common(&t->failing, &t->passing);
            high = high > low ? high : t->failing.count;
            again = 0;
        } else if (halves) {
            high = middle;
        } else {
            again++;
        }
        t->tried = again * k->runs;
    }
    t->at = low;
    return low < t->failing.count && low < t->passing.count;
}

/* ---- One step moved -------------------------------------------------------------------------- */

static bool is_about(const struct event *a, const struct event *b)
{
    return a->what == b->what && a->slot == b->slot && a->word == b->word && a->kind == b->kind;
}

static bool is_by_same(const struct event *a, const struct event *b)
{
    return a->thread.number == b->thread.number;
}

/* Whether a run of this mover ends well, and parts from the failing one at the critical step. */
static bool moves(struct seeker *k, struct mover *m)
{
    uint32_t at = k->critical_step->at;
    struct chooser by = mover_chooser(m);
    if (!passes(k, &by, true, &k->scratch) || at >= k->scratch.count ||
        trace_common(&k->critical_step->failing, &k->scratch) != at)
        return false;
    take_scratch(k);
    return true;
}

/* Where that step comes in the run that does not fail. */
static void find_again(struct critical_step *t)
{
    const struct event *step = &t->failing.list[t->at].event;
    for (t->again = t->at; t->again < t->passing.count; t->again++) {
        const struct event *other = &t->passing.list[t->again].event;
        if (is_by_same(other, step) && is_about(other, step))
            return;
    }
}

/* The same step, later: behind as few others as will do. Where no other lane could go meanwhile, it came before
 * them, and was not moved. */
static bool move_behind(struct seeker *k)
{
    struct critical_step *t = k->critical_step;
    uint32_t most = t->failing.count - t->at;
    for (uint32_t behind = 1; behind <= most && behind <= MOVES_MAX && !is_over(k); behind++) {
        struct mover m = mover_from(k, t->at);
        m.behind = behind;
        if (!moves(k, &m))
            continue;
        t->met = t->at + behind - 1;
        find_again(t);
        t->moved = t->met < t->again &&
                   !is_by_same(&t->passing.list[t->at].event, &t->failing.list[t->at].event);
        return t->moved;
    }
    return false;
}

/* The lane takes another option there: another value, another slot, or (tso) its oldest store goes
 * before the step. Steps after it read what they read in the failing run, or what is newest. */
static bool take_other(struct seeker *k, bool drains)
{
    struct critical_step *t = k->critical_step;
    const struct trace_entry *step = &t->failing.list[t->at];
    for (uint32_t i = 0; i < 2 * OUTCOMES_TRIED && !is_over(k); i++) {
        struct mover m = mover_from(k, t->at);
        m.option = i / 2;
        m.newest = i % 2 == 1;
        if (m.option == step->option || !moves(k, &m))
            continue;
        const struct event *other = &t->passing.list[t->at].event;
        bool same = other->what == step->event.what &&
                    (step->event.what == EVENT_CLAIMS || is_about(other, &step->event));
        t->met = t->at;
        if (drains ? other->what == EVENT_DRAINS : same)
            return t->moved = true;
    }
    return false;
}

/* Nothing that was moved helps by itself: the first that meets the step, of those before it. */
static void find_met(struct critical_step *t)
{
    const struct event *step = &t->failing.list[t->at].event;
    t->met = t->at;
    for (uint32_t i = t->at; i < t->again; i++) {
        const struct event *other = &t->passing.list[i].event;
        if (step->word != VRRL_NO_INDEX && other->word == step->word &&
            (other->writes || step->writes)) {
            t->met = i;
            return;
        }
    }
}

/* Another run that parts there: by its own step, or by another's. */
static void describe_parted(struct critical_step *t)
{
    const struct event *step = &t->failing.list[t->at].event,
                       *other = &t->passing.list[t->at].event;
    t->other_outcome = is_by_same(other, step) && other->what == step->what;
    t->met = t->at;
    if (!t->other_outcome)
        find_met(t);
}

static void part(struct seeker *k)
{
    struct critical_step *t = k->critical_step;
    const struct event step = t->failing.list[t->at].event;
    bool operates = step.what == EVENT_OPERATES;
    t->other_outcome = operates && take_other(k, false);
    bool found = t->other_outcome || move_behind(k) || (operates && take_other(k, true));
    if (!found && step.what == EVENT_CLAIMS)
        found = t->other_outcome = take_other(k, false);
    find_again(t);
    if (!found)
        describe_parted(t);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void find(struct seeker *k, const struct decisions *failing)
{
    struct critical_step *t = k->critical_step;
    struct decision_player again = {.list = NULL};
    struct chooser by = decision_play(&again, failing->list, failing->count, NULL);
    bool fails = !passes(k, &by, false, &t->failing);
    decision_player_free(&again);
    if (k->code != VRRL_OK || !fails || t->failing.count > STEPS_MAX)
        return;
    k->used = calloc(t->failing.count + (size_t)1, sizeof *k->used);
    k->strategy = strategy_create();
    if (!k->used || !k->strategy)
        k->code = error_no_memory(k->err, t->failing.count);
    if (k->code == VRRL_OK && seek(k)) {
        part(k);
        t->known = k->code == VRRL_OK;
    }
}

vrrl_code critical_step_find(struct failure_oracle *h, const vrrl_program *program,
                             const struct decisions *failing, uint32_t runs,
                             struct critical_step *found, vrrl_error *err)
{
    struct seeker k = {.oracle = h, .critical_step = found, .runs = runs, .err = err};
    struct run_target_options options = h->options;
    *found = (struct critical_step){.known = false};
    options.ask_always = options.no_pairs = true;
    k.code = run_target_create(program, &options, &k.target, err);
    if (k.code == VRRL_OK)
        find(&k, failing);
    strategy_destroy(k.strategy);
    run_target_destroy(k.target);
    trace_free(&k.scratch);
    free(k.used);
    if (!found->known)
        critical_step_free(found);
    return k.code;
}
