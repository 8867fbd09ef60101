#include "failure/failure_oracle.h"

#include "base/clock.h"
#include "base/error.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "schedule/strategy.h"

#include <stdlib.h>
#include <string.h>

/* ---- The failure signature ------------------------------------------------------------------- */

static uint32_t origin_of(const struct edited *e, uint32_t epoch, uint32_t position)
{
    const vrrl_program *p = e->program;
    if (position == VRRL_NO_INDEX || epoch >= p->epoch_count)
        return VRRL_NO_INDEX;
    const vrrl_batch *batch = epoch_batch(p, epoch);
    return position < batch->count ? e->slot_origin[batch->first + position] : VRRL_NO_INDEX;
}

struct written {
    uint32_t word;
    bool found;
};

static void look_for_write(void *context, const struct declared_event *access)
{
    struct written *w = context;
    bool writes = declared_writes(access);
    w->found =
        w->found || (writes && w->word >= access->word && w->word - access->word < access->count);
}

/* Without anyone who writes it, what a word should hold says nothing. */
static bool is_written(const vrrl_program *p, uint32_t word)
{
    struct written w = {.word = word};
    for (uint32_t i = 0; i < p->slot_count && !w.found; i++)
        slot_footprint(p, &p->slots[i], look_for_write, &w);
    return w.found;
}

struct failure_signature signature_of(const struct edited *edited,
                                      const struct oracle_result *caught)
{
    const vrrl_run_outcome *outcome = &caught->outcome;
    return (struct failure_signature){.kind = outcome->kind,
                                      .slot = origin_of(edited, outcome->epoch, outcome->slot),
                                      .word = outcome->word,
                                      .found = outcome->found,
                                      .root = caught->root,
                                      .reference = caught->reference,
                                      .written = outcome->kind == VRRL_DEFECT_EXPECT &&
                                                 is_written(edited->program, outcome->word)};
}

bool signature_is(const struct failure_signature *q, const struct edited *edited,
                  const struct oracle_result *caught)
{
    const vrrl_run_outcome *outcome = &caught->outcome;
    if (outcome->kind == VRRL_DEFECT_NONE || outcome->kind != q->kind)
        return false;
    if (origin_of(edited, outcome->epoch, outcome->slot) != q->slot)
        return false;
    switch (q->kind) {
    case VRRL_DEFECT_STATUS:
        return outcome->found == q->found;
    case VRRL_DEFECT_VALUE: /* a slot is known by itself: what it writes first may go */
        return q->slot != VRRL_NO_INDEX || outcome->word == q->word;
    case VRRL_DEFECT_EXPECT: /* one of every schedule is the value that it comes to */
        return outcome->word == q->word && (!q->written || is_written(edited->program, q->word)) &&
               (q->reference == VRRL_DEFECT_NONE || outcome->found == q->found);
    case VRRL_DEFECT_DEADLOCK:
        return outcome->word == q->word && caught->root == q->root;
    default:
        return outcome->word == q->word;
    }
}

/* ---- Following what failed ------------------------------------------------------------------- */

/* Positions of the slots of one program, and the ranks that they had when it failed. */
struct follower {
    const struct failure_oracle *oracle;
    const struct edited *edited;
    struct chooser_claims claims;
    uint32_t *position; /* by origin: position in the edited program's batch, or VRRL_NO_INDEX */
    uint32_t *rank;     /* by origin: when it first went in the last failing run */
    uint32_t *ranked;   /* origins of those that went, by their rank */
    uint32_t origins, ranked_count;
    uint32_t ranked_next; /* those before it have ended in this epoch, or are not in it */
    uint32_t epoch;
    uint32_t next; /* in oracle->last */
    uint32_t last_lane;
    bool reads_old; /* ranked: loads read what is as old as they may */
};

enum { WINDOW = 32, ALWAYS_RUNS = 64, WAITING_MOST = 64 };

static uint32_t most_origin(const struct edited *e)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < e->program->slot_count; i++)
        if (e->slot_origin[i] + 1 > most)
            most = e->slot_origin[i] + 1;
    return most;
}

static uint32_t origin_of_decision(const struct failure_oracle *h, const struct decision *p)
{
    return origin_of(h->from, p->epoch, p->slot);
}

static vrrl_code make_follower(struct follower *f, vrrl_error *err)
{
    uint32_t old = most_origin(f->oracle->from), now = most_origin(f->edited);
    f->origins = old > now ? old : now;
    f->position = malloc((f->origins + (size_t)1) * sizeof *f->position);
    f->rank = malloc((f->origins + (size_t)1) * sizeof *f->rank);
    f->ranked = malloc((f->origins + (size_t)1) * sizeof *f->ranked);
    if (!f->position || !f->rank || !f->ranked)
        return error_no_memory(err, 3 * (uint64_t)f->origins * sizeof *f->rank);
    for (uint32_t i = 0; i < f->origins; i++)
        f->rank[i] = VRRL_NO_INDEX;
    for (uint32_t i = 0; i < f->oracle->last.count; i++) {
        uint32_t origin = origin_of_decision(f->oracle, &f->oracle->last.list[i]);
        if (origin == VRRL_NO_INDEX || f->rank[origin] != VRRL_NO_INDEX)
            continue;
        f->rank[origin] = i;
        f->ranked[f->ranked_count++] = origin;
    }
    return VRRL_OK;
}

static void free_follower(struct follower *f)
{
    free(f->position);
    free(f->rank);
    free(f->ranked);
}

static void begin_epoch(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    (void)slots;
    (void)lanes;
    struct follower *f = context;
    const vrrl_program *p = f->edited->program;
    const vrrl_batch *batch = epoch_batch(p, epoch);
    f->epoch = epoch;
    f->last_lane = VRRL_NO_INDEX;
    for (uint32_t i = 0; i < f->origins; i++)
        f->position[i] = VRRL_NO_INDEX;
    for (uint32_t i = 0; i < batch->count; i++)
        f->position[f->edited->slot_origin[batch->first + i]] = i;
    /* What the last run did in this very epoch. */
    const struct decisions *last = &f->oracle->last;
    f->next = f->ranked_next = 0;
    while (f->next < last->count && f->oracle->from->epoch_origin[last->list[f->next].epoch] !=
                                        f->edited->epoch_origin[epoch])
        f->next++;
}

/* How many slots a lane could claim; 0: what it could do is no claim. */
static uint32_t claims_of(const struct follower *f, const struct chooser_lane *lane)
{
    bool idle = lane->slot == VRRL_NO_INDEX;
    return idle ? f->claims.list(f->claims.context, lane->lane, NULL) : 0;
}

static bool can_claim(const struct follower *f, const struct chooser_lane *lane, uint32_t position,
                      uint32_t *option)
{
    *option = CLAIM_NEVER;
    if (claims_of(f, lane) > 0)
        *option = f->claims.option(f->claims.context, lane->lane, position);
    return *option < lane->options;
}

/* Finds a lane that can claim a position: that of the decision, if it can. */
static bool find_claim(const struct follower *f, const struct chooser_lane *lanes, uint32_t count,
                       uint32_t position, const struct decision *was, uint32_t *at,
                       uint32_t *option)
{
    *at = chooser_lane_at(lanes, count, was->lane);
    if (*at < count && can_claim(f, &lanes[*at], position, option))
        return true;
    for (*at = 0; *at < count; ++*at)
        if (can_claim(f, &lanes[*at], position, option))
            return true;
    return false;
}

/* Finds where a position can go: as the slot of a lane, or claimed by one. */
static bool find_slot(const struct follower *f, const struct chooser_lane *lanes, uint32_t count,
                      uint32_t position, const struct decision *was, uint32_t *at, uint32_t *option)
{
    for (*at = 0; *at < count; ++*at) {
        if (lanes[*at].slot == position) {
            *option = was->option < lanes[*at].options ? was->option : 0;
            return true;
        }
    }
    return find_claim(f, lanes, count, position, was, at, option);
}

static void stay(struct follower *f, const struct chooser_lane *lanes, uint32_t count, uint32_t *at)
{
    for (uint32_t i = 0; i < count; i++)
        if (lanes[i].lane == f->last_lane)
            *at = i;
}

/* The next decision of the last run that is still possible, of the next few. */
static void choose_following(void *context, const struct chooser_lane *lanes, uint32_t count,
                             uint32_t *at, uint32_t *option)
{
    struct follower *f = context;
    const struct decisions *last = &f->oracle->last;
    bool found = false;
    for (uint32_t i = f->next, seen = 0; i < last->count && seen < WINDOW && !found; i++) {
        uint32_t origin = origin_of_decision(f->oracle, &last->list[i]);
        uint32_t position = origin == VRRL_NO_INDEX ? origin : f->position[origin];
        if (position == VRRL_NO_INDEX)
            continue; /* a slot that is gone */
        seen++;
        found = find_slot(f, lanes, count, position, &last->list[i], at, option);
        if (found)
            f->next = i + 1;
    }
    if (!found) {
        *at = *option = 0;
        stay(f, lanes, count, at);
    }
    f->last_lane = lanes[*at].lane;
}

/* Of the slots that a lane of a pool could claim, the one that went first: its rank. Where the first are many
 * that wait, the others are not looked at. VRRL_NO_INDEX: it is none of those. */
static uint32_t first_claim(struct follower *f, uint32_t lane)
{
    uint32_t waiting = 0;
    for (uint32_t i = f->ranked_next; i < f->ranked_count && waiting < WAITING_MOST; i++) {
        uint32_t position = f->position[f->ranked[i]], option = CLAIM_NEVER;
        if (position != VRRL_NO_INDEX)
            option = f->claims.option(f->claims.context, lane, position);
        if (option < CLAIM_NOT_NOW)
            return f->rank[f->ranked[i]];
        f->ranked_next += option == CLAIM_NEVER && i == f->ranked_next;
        waiting += option == CLAIM_NOT_NOW;
    }
    return VRRL_NO_INDEX;
}

/* When what a lane could do next went first. */
static uint32_t rank_of(struct follower *f, const struct chooser_lane *lane)
{
    const vrrl_program *p = f->edited->program;
    uint32_t first = epoch_batch(p, f->epoch)->first, position = lane->slot;
    uint32_t claims = claims_of(f, lane);
    if (claims > 1)
        return first_claim(f, lane->lane);
    if (claims == 1)
        position = f->claims.slot(f->claims.context, lane->lane, 0);
    return position == VRRL_NO_INDEX ? position : f->rank[f->edited->slot_origin[first + position]];
}

/* The last of what the lane's next operation may do, but for a drain: of a load, to read what is oldest. */
static uint32_t oldest(const struct chooser_lane *lane)
{
    uint32_t own = lane->options - lane->drains;
    return own > 0 ? own - 1 : 0;
}

/* The slot that went first in the last run goes first, and is not interrupted. */
static void choose_ranked(void *context, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option)
{
    struct follower *f = context;
    uint32_t best = VRRL_NO_INDEX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t rank = rank_of(f, &lanes[i]);
        if (rank >= best)
            continue;
        best = rank;
        *at = i;
    }
    bool claims = lanes[*at].slot == VRRL_NO_INDEX;
    if (claims && best != VRRL_NO_INDEX) {
        const struct decision *was = &f->oracle->last.list[best];
        uint32_t origin = origin_of_decision(f->oracle, was);
        find_claim(f, lanes, count, f->position[origin], was, at, option);
    } else if (!claims && f->reads_old) {
        *option = oldest(&lanes[*at]);
    }
}

/* ---- Trying schedules ------------------------------------------------------------------------ */

struct attempt {
    struct failure_oracle *oracle;
    const struct edited *edited;
    struct run_target *target;
    struct oracle_result *caught;
    bool found;
    uint32_t longest; /* choices of a run */
    uint32_t left;    /* schedules */
    uint64_t work;    /* of a run */
};

vrrl_code oracle_note_root(struct run_target *of, struct oracle_result *caught, vrrl_error *err)
{
    vrrl_stuck *stuck;
    if (caught->outcome.kind != VRRL_DEFECT_DEADLOCK)
        return VRRL_OK;
    vrrl_code code = run_target_stuck(of, &stuck, err);
    if (code != VRRL_OK)
        return code;
    if (stuck->root_count > 0)
        caught->root = stuck->roots[0].kind;
    vrrl_stuck_free(stuck);
    return VRRL_OK;
}

static vrrl_code run_recorded(struct run_target *of, const struct chooser *by,
                              struct oracle_result *caught, vrrl_error *err)
{
    struct decision_recorder recorder;
    const struct chooser_claims claims = run_target_claims_of(of);
    const struct chooser with = decision_record(&recorder, by, &claims, &caught->decisions);
    vrrl_code code = run_target_run(of, &with, &caught->outcome, err);
    if (code == VRRL_OK && caught->decisions.exhausted)
        code = error_no_memory(err, caught->decisions.count * sizeof(struct decision));
    return code;
}

vrrl_code oracle_run(struct run_target *of, const struct chooser *by, struct oracle_result *caught,
                     vrrl_error *err)
{
    vrrl_code code = run_recorded(of, by, caught, err);
    return code == VRRL_OK ? oracle_note_root(of, caught, err) : code;
}

/* Whether what a run is about matters: until one is found, and of the first where all must be alike. */
static bool asks(const struct attempt *a)
{
    return !a->found || (a->oracle->alike && !a->caught->others && a->caught->runs < ALWAYS_RUNS);
}

/* A run that is too long for its memory model shows nothing. What a deadlock is about is asked where that
 * matters: else all that does is whether another run ends well. */
static vrrl_code run_one(struct attempt *a, const struct chooser *by, struct oracle_result *caught,
                         vrrl_error *err)
{
    vrrl_code code = (asks(a) ? oracle_run : run_recorded)(a->target, by, caught, err);
    a->oracle->runs++;
    a->oracle->slot_runs += a->work;
    a->left -= a->left > 0;
    if (limit_is_over(&a->oracle->limit))
        a->left = 0;
    if (code != VRRL_TOO_LARGE)
        return code;
    caught->outcome = (vrrl_run_outcome){.kind = VRRL_DEFECT_NONE};
    if (a->oracle->too_long++ == 0)
        a->oracle->why = *err;
    return VRRL_OK;
}

/* Until the failure signature is found its run is looked for; then, where it matters, one that is another. */
static vrrl_code try_chooser(struct attempt *a, const struct chooser *by, vrrl_error *err)
{
    struct failure_oracle *h = a->oracle;
    struct oracle_result other = {.runs = 0}, *into = a->found ? &other : a->caught;
    const bool asked = asks(a);
    vrrl_code code = run_one(a, by, into, err);
    a->caught->runs++;
    if (into->decisions.count > a->longest)
        a->longest = into->decisions.count;
    bool shows = code == VRRL_OK && (h->any ? into->outcome.kind != VRRL_DEFECT_NONE
                                            : signature_is(&h->signature, a->edited, into));
    a->caught->varies =
        a->caught->varies || (code == VRRL_OK && into->outcome.kind == VRRL_DEFECT_NONE);
    a->caught->others |= code == VRRL_OK && h->alike && asked && !shows;
    a->found = a->found || shows;
    decisions_free(&other.decisions);
    return code;
}

/* That it fails; and that it need not, or that it always does. */
static bool is_done(const struct attempt *a)
{
    const struct failure_oracle *h = a->oracle;
    if (h->always)
        return a->caught->varies || a->caught->others ||
               (a->found && a->caught->runs >= ALWAYS_RUNS);
    return a->found && (!h->varies || a->caught->varies);
}

static vrrl_code try_last(struct attempt *a, vrrl_error *err)
{
    struct follower f = {
        .oracle = a->oracle, .edited = a->edited, .claims = run_target_claims_of(a->target)};
    struct chooser following = {.context = &f, .begin = begin_epoch, .choose = choose_following};
    struct chooser ranked = {.context = &f, .begin = begin_epoch, .choose = choose_ranked};
    if (!a->oracle->from)
        return VRRL_OK;
    vrrl_code code = make_follower(&f, err);
    if (code == VRRL_OK)
        code = try_chooser(a, &following, err);
    if (code == VRRL_OK && !is_done(a))
        code = try_chooser(a, &ranked, err);
    f.reads_old = true;
    if (code == VRRL_OK && !is_done(a) && memory_models[a->oracle->options.setup.model].orders)
        code = try_chooser(a, &ranked, err);
    free_follower(&f);
    return code;
}

static struct strategy_setup setup_of(const struct attempt *a, uint32_t number)
{
    static const vrrl_strategy kinds[] = {VRRL_STRATEGY_PCT, VRRL_STRATEGY_RANDOM,
                                          VRRL_STRATEGY_PREEMPT, VRRL_STRATEGY_STARVE};
    return (struct strategy_setup){.kind = kinds[number % 4],
                                   .seed = a->oracle->seed + number,
                                   .depth = 1 + number / 4 % 4,
                                   .bound = 1 + number / 4 % 3,
                                   .choices = a->longest ? a->longest : 1,
                                   .claims = run_target_claims_of(a->target)};
}

static vrrl_code try_strategies(struct attempt *a, vrrl_error *err)
{
    struct strategy *s = strategy_create();
    vrrl_code code = s ? try_chooser(a, NULL, err) : error_no_memory(err, 0);
    for (uint32_t i = 0; code == VRRL_OK && !is_done(a) && a->left > 0; i++) {
        struct strategy_setup setup = setup_of(a, i);
        strategy_start(s, &setup);
        struct chooser with = strategy_chooser(s);
        code = try_chooser(a, &with, err);
        if (code == VRRL_OK && strategy_exhausted(s))
            code = error_no_memory(err, 0);
    }
    if (s)
        strategy_destroy(s);
    return code;
}

bool oracle_is_other(vrrl_code code)
{
    return code == VRRL_REFUSED || code == VRRL_INVALID || code == VRRL_UNSUPPORTED ||
           code == VRRL_TOO_LARGE;
}

/* A deadlock and an expectation that fails are judged by themselves: there it is enough that some run
 * does not fail, be it the reference's or another. */
bool oracle_reference_is_as_good(const struct failure_oracle *h, const struct oracle_result *caught)
{
    bool by_itself =
        h->signature.kind == VRRL_DEFECT_DEADLOCK || h->signature.kind == VRRL_DEFECT_EXPECT;
    return caught->reference == h->signature.reference || (h->varies && by_itself);
}

vrrl_code oracle_in(struct failure_oracle *h, const struct edited *edited, bool *found,
                    struct oracle_result *caught, vrrl_error *err)
{
    struct attempt a = {.oracle = h,
                        .edited = edited,
                        .caught = caught,
                        .left = h->schedules,
                        .work = program_work(edited->program) + 1};
    caught->runs = 0;
    caught->varies = caught->others = false;
    h->programs++;
    h->slot_runs += a.work;
    vrrl_code code = run_target_create(edited->program, &h->options, &a.target, err);
    if (code == VRRL_OK) {
        caught->reference = run_target_reference(a.target)->kind;
        caught->varies = caught->reference == VRRL_DEFECT_NONE; /* a run that does not fail */
        if (h->any || oracle_reference_is_as_good(h, caught)) {
            code = try_last(&a, err);
            if (code == VRRL_OK && !is_done(&a))
                code = try_strategies(&a, err);
        }
        run_target_destroy(a.target);
    }
    *found = code == VRRL_OK && a.found && (!h->varies || caught->varies) &&
             !(h->always && (caught->varies || caught->others));
    /* What cannot run before anything was left out is the caller's to know. */
    if (h->any && code != VRRL_TOO_LARGE)
        return code;
    return oracle_is_other(code) ? VRRL_OK : code;
}
