/* Explaining: the pair, both orders, and then the repairs. */
#include "search/explain.h"

#include "base/clock.h"
#include "base/error.h"
#include "programs/batch_view.h"
#include "search/strategy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEDULES = 2000, PASSING_SCHEDULES = 400 };

/* ---- The pair -------------------------------------------------------------------------------- */

/* What one slot does to the words that another touches. */
struct meeting {
    struct slot_access list[256];
    uint32_t count;
    enum access_kind mine;
    uint32_t word;
    bool found;
};

static void collect(void *context, const struct slot_access *access)
{
    struct meeting *m = context;
    if (m->count < sizeof m->list / sizeof m->list[0])
        m->list[m->count++] = *access;
}

static bool writes(enum access_kind kind)
{
    return kind == ACCESS_WRITE || kind == ACCESS_UPDATE || kind == ACCESS_SIGNAL;
}

/* Reads before waits: what is waited for is seldom what goes wrong. */
static uint32_t weight(const struct slot_access *a, const struct slot_access *b)
{
    bool counter = a->kind == ACCESS_WAIT || b->kind == ACCESS_WAIT || a->kind == ACCESS_SIGNAL ||
                   b->kind == ACCESS_SIGNAL;
    return (writes(a->kind) || writes(b->kind)) ? counter ? 1 : 2 : 0;
}

static const char *verb(enum access_kind kind)
{
    switch (kind) {
    case ACCESS_READ:
        return "reads";
    case ACCESS_WRITE:
        return "writes";
    case ACCESS_WAIT:
        return "waits for";
    case ACCESS_SIGNAL:
        return "adds to";
    default:
        return "updates";
    }
}

/* A segment is two words: its name without ".lo". */
static void name_touched(const vrrl_program *p, uint32_t word, char *out, size_t size)
{
    vrrl_program_word_name(p, word, out, size);
    size_t length = strlen(out);
    if (length > 3 && strcmp(out + length - 3, ".lo") == 0)
        out[length - 3] = '\0';
}

static void describe_meeting(const struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    struct meeting a = {.count = 0}, b = {.count = 0};
    const vrrl_slot *first = epoch_slot(p, r->outcome.epoch, r->first);
    const vrrl_slot *second = epoch_slot(p, r->outcome.epoch, r->second);
    slot_footprint(p, first, collect, &a);
    slot_footprint(p, second, collect, &b);
    uint32_t best = 0;
    for (uint32_t i = 0; i < a.count; i++)
        for (uint32_t k = 0; k < b.count; k++) {
            const struct slot_access *m = &a.list[i], *n = &b.list[k];
            bool meet = m->first < n->first + n->count && n->first < m->first + m->count;
            if (!meet || weight(m, n) <= best)
                continue;
            best = weight(m, n);
            snprintf(r->first_does, sizeof r->first_does, "%s", verb(m->kind));
            snprintf(r->second_does, sizeof r->second_does, "%s", verb(n->kind));
            name_touched(p, m->first > n->first ? m->first : n->first, r->touched,
                         sizeof r->touched);
        }
}

static bool has_pairs(vrrl_defect_kind kind)
{
    return kind == VRRL_DEFECT_VALUE || kind == VRRL_DEFECT_STATUS;
}

static bool conflict(const vrrl_program *p, const vrrl_slot *a, const struct meeting *b)
{
    struct meeting m = {.count = 0};
    slot_footprint(p, a, collect, &m);
    for (uint32_t i = 0; i < m.count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (m.list[i].first < b->list[k].first + b->list[k].count &&
                b->list[k].first < m.list[i].first + m.list[i].count &&
                weight(&m.list[i], &b->list[k]) > 1)
                return true;
    return false;
}

/* The slot that touches the same words and had not ended when the divergent one was claimed; the last
 * of them to begin. */
static void find_overlapping(struct explainer *x, const subject *s)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    uint32_t count, latest = 0;
    const sched_slot *slots = subject_slots(s, &count);
    struct meeting mine = {.count = 0};
    if (r->outcome.slot >= count)
        return;
    slot_footprint(p, epoch_slot(p, r->outcome.epoch, r->outcome.slot), collect, &mine);
    for (uint32_t i = 0; i < count; i++) {
        bool open = !slots[i].ended_at || slots[i].ended_at > slots[r->outcome.slot].claimed_at;
        if (i == r->outcome.slot || !open || slots[i].claimed_at < latest ||
            !conflict(p, epoch_slot(p, r->outcome.epoch, i), &mine))
            continue;
        latest = slots[i].claimed_at;
        r->first = i;
        r->second = r->outcome.slot;
    }
}

/* Whether `slot` reads what `other` writes. */
static bool reads_from(const vrrl_program *p, uint32_t epoch, uint32_t slot, uint32_t other)
{
    struct meeting a = {.count = 0}, b = {.count = 0};
    slot_footprint(p, epoch_slot(p, epoch, slot), collect, &a);
    slot_footprint(p, epoch_slot(p, epoch, other), collect, &b);
    for (uint32_t i = 0; i < a.count; i++)
        for (uint32_t k = 0; k < b.count; k++)
            if (a.list[i].kind == ACCESS_READ && writes(b.list[k].kind) &&
                a.list[i].first < b.list[k].first + b.list[k].count &&
                b.list[k].first < a.list[i].first + a.list[i].count)
                return true;
    return false;
}

/* Under a weaker memory model a slot that began late may yet not see what is long done: the last to end
 * of those that conflict with it. */
static void find_unseen(struct explainer *x, const subject *s)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    uint32_t count, latest = 0;
    const sched_slot *slots = subject_slots(s, &count);
    struct meeting mine = {.count = 0};
    if (r->model == VRRL_MEMORY_SC || r->outcome.slot >= count)
        return;
    slot_footprint(p, epoch_slot(p, r->outcome.epoch, r->outcome.slot), collect, &mine);
    for (uint32_t i = 0; i < count; i++) {
        if (i == r->outcome.slot || slots[i].ended_at <= latest ||
            !conflict(p, epoch_slot(p, r->outcome.epoch, i), &mine))
            continue;
        latest = slots[i].ended_at;
        r->first = i;
        r->second = r->outcome.slot;
    }
}

/* Of slots that changed places with the one that diverges, the one whose value it saw; else one that
 * it reads from; else the first. */
static const vrrl_flip *best_flip(const struct explainer *x, const vrrl_diff_result *diff,
                                  const sched_slot *slots, uint32_t count)
{
    const vrrl_flip *best = NULL;
    uint32_t latest = 0;
    for (uint32_t i = 0; i < diff->flip_count; i++) {
        const vrrl_flip *flip = &diff->flips[i];
        if (flip->slot >= count || flip->other >= count ||
            !reads_from(x->whole.program, x->result->outcome.epoch, flip->slot, flip->other))
            continue;
        uint32_t ended = slots[flip->other].ended_at;
        bool seen = ended > latest && ended <= slots[flip->slot].claimed_at;
        if (!best || seen)
            best = flip;
        latest = seen ? ended : latest;
    }
    return best ? best : &diff->flips[0];
}

/* From the diff: who came early on which side. */
static void find_pair(struct explainer *x, const subject *s)
{
    vrrl_explain_result *r = x->result;
    const vrrl_diff_result *diff = subject_diff(s);
    r->first = r->second = VRRL_NO_INDEX;
    if (diff && diff->flip_count > 0) {
        uint32_t ran;
        const sched_slot *slots = subject_slots(s, &ran);
        const vrrl_flip *flip = best_flip(x, diff, slots, ran);
        r->first = flip->early_in_a ? flip->slot : flip->other;
        r->second = flip->early_in_a ? flip->other : flip->slot;
    } else if (r->outcome.slot != VRRL_NO_INDEX && r->outcome.other != VRRL_NO_INDEX) {
        r->first = r->outcome.other;
        r->second = r->outcome.slot;
    }
    const bool sought = r->outcome.slot != VRRL_NO_INDEX && has_pairs(r->outcome.kind);
    if (r->first == VRRL_NO_INDEX && sought)
        find_overlapping(x, s);
    if (r->first == VRRL_NO_INDEX && sought)
        find_unseen(x, s);
    uint32_t count = 0;
    if (r->outcome.epoch < x->whole.program->epoch_count)
        count = x->whole.program->batches[x->whole.program->epochs[r->outcome.epoch].batch].count;
    r->pair = r->first < count && r->second < count;
}

static void name_pair(const struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    if (!r->pair)
        return;
    slot_name(p, r->outcome.epoch, r->first, r->first_name, sizeof r->first_name);
    slot_name(p, r->outcome.epoch, r->second, r->second_name, sizeof r->second_name);
    describe_meeting(x);
}

/* ---- Two runs -------------------------------------------------------------------------------- */

static bool good_order(const struct explainer *x, const subject *s)
{
    const vrrl_explain_result *r = x->result;
    uint32_t count;
    const sched_slot *slots = subject_slots(s, &count);
    return r->pair && r->first < count && r->second < count && slots[r->first].ended_at &&
           slots[r->first].ended_at <= slots[r->second].claimed_at &&
           (slots[r->first].ended_at < slots[r->second].claimed_at ||
            x->hunt.options.grain == VRRL_GRAIN_SLOT);
}

static vrrl_code show_failing(struct explainer *x, subject *s, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    replayer again = {.of = &x->caught.picks};
    chooser by = replayer_chooser(&again);
    vrrl_code code = subject_run(s, &by, &r->outcome, err);
    if (code != VRRL_OK)
        return code;
    find_pair(x, s);
    name_pair(x);
    r->ordered = good_order(x, s);
    if (r->outcome.kind == VRRL_DEFECT_DEADLOCK)
        code = subject_stuck(s, &r->stuck, err);
    if (code == VRRL_OK)
        code = timeline_of(x, s, r->outcome.epoch, &r->failing, err);
    if (code == VRRL_OK)
        code = failure_text(x->whole.program, &x->hunt.options, &x->caught.picks,
                            &r->failing.schedule, err);
    return code;
}

/* The program's last epoch is what `subject_slots` shows of a run that does not fail: only where that
 * is the one that fails can the two be laid side by side. */
static bool comparable(const struct explainer *x)
{
    return x->result->outcome.epoch + 1 == x->whole.program->epoch_count;
}

static vrrl_code note_before(struct explainer *x, const subject *s, vrrl_error *err)
{
    uint32_t count;
    const sched_slot *slots = subject_slots(s, &count);
    const vrrl_explain_result *r = x->result;
    x->before = calloc(count + (size_t)1, sizeof *x->before);
    if (!x->before)
        return error_no_memory(err, count);
    for (uint32_t i = 0; i < count && r->pair; i++)
        x->before[i] =
            slots[i].ended_at && slots[i].ended_at <= slots[r->second].claimed_at && i != r->second;
    return VRRL_OK;
}

static vrrl_code take_passing(struct explainer *x, const subject *s, const picks *run,
                              vrrl_error *err)
{
    vrrl_code code = timeline_of(x, s, x->result->outcome.epoch, &x->result->passing, err);
    if (code == VRRL_OK)
        code = note_before(x, s, err);
    if (code == VRRL_OK)
        code = failure_text(x->whole.program, &x->hunt.options, run, &x->result->passing.schedule,
                            err);
    return code;
}

/* The first schedule that does not fail and has the pair in the other order. */
static vrrl_code show_passing(struct explainer *x, subject *s, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    strategy *random = strategy_create();
    hunt_catch caught = {.runs = 0};
    uint32_t most = failure_schedules(x->whole.program, PASSING_SCHEDULES);
    bool found = !random || !comparable(x) || x->result->every_schedule;
    for (uint32_t i = 0; code == VRRL_OK && i < most && !found; i++) {
        strategy_setup setup = {
            .kind = VRRL_STRATEGY_RANDOM, .seed = x->hunt.seed + i, .choices = 1};
        strategy_start(random, &setup);
        chooser by = strategy_chooser(random);
        code = hunt_run(s, i ? &by : NULL, &caught, err);
        found = code == VRRL_OK && caught.outcome.kind == VRRL_DEFECT_NONE &&
                (!x->result->pair || good_order(x, s));
        if (found)
            code = take_passing(x, s, &caught.picks, err);
    }
    picks_free(&caught.picks);
    if (random)
        strategy_destroy(random);
    return code;
}

static vrrl_code show_runs(struct explainer *x, vrrl_error *err)
{
    subject *s;
    vrrl_code code = subject_create(x->whole.program, &x->hunt.options, &s, err);
    if (code != VRRL_OK)
        return code;
    code = show_failing(x, s, err);
    if (code == VRRL_OK)
        code = show_passing(x, s, err);
    subject_destroy(s);
    return code;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static vrrl_code find(struct explainer *x, const vrrl_program *program, vrrl_error *err)
{
    const vrrl_explain_options *o = x->options;
    vrrl_explain_result *r = x->result;
    const struct failure_request request = {.schedule = o->schedule,
                                            .grain = o->grain,
                                            .models = o->models,
                                            .workers_first = o->workers_first,
                                            .workers_last = o->workers_last,
                                            .schedules = o->schedules,
                                            .seed = o->seed};
    vrrl_code code = edited_begin(program, &x->whole, err);
    if (code == VRRL_OK)
        code = failure_find(&x->hunt, &x->whole, &request, &x->caught, err);
    if (code != VRRL_OK)
        return code;
    x->hunt.from = &x->whole;
    x->hunt.last = x->caught.picks;
    r->outcome = x->caught.outcome;
    r->grain = x->hunt.options.grain;
    r->model = x->hunt.options.model;
    r->workers = x->hunt.options.workers;
    r->every_schedule = !x->hunt.varies;
    failure_name(program, &r->outcome, r->name, sizeof r->name);
    if (r->outcome.word != VRRL_NO_INDEX)
        epoch_word_name(program, r->outcome.epoch, r->outcome.word, r->word, sizeof r->word);
    return VRRL_OK;
}

vrrl_code vrrl_explain(const vrrl_program *program, const vrrl_explain_options *options,
                       vrrl_explain_result *result, vrrl_error *err)
{
    struct explainer x = {.options = options, .result = result};
    *result = (vrrl_explain_result){.first = VRRL_NO_INDEX, .second = VRRL_NO_INDEX};
    x.schedules = options->schedules ? options->schedules : SCHEDULES;
    x.hunt.seed = options->seed;
    if (options->milliseconds)
        x.hunt.limit.deadline_ns = clock_steady_ns() + UINT64_C(1000000) * options->milliseconds;
    vrrl_code code = find(&x, program, err);
    if (code == VRRL_OK)
        code = show_runs(&x, err);
    if (code == VRRL_OK)
        code = explain_repairs(&x, err);
    picks_free(&x.caught.picks);
    edited_free(&x.whole);
    free(x.before);
    if (code != VRRL_OK)
        vrrl_explain_result_free(result);
    return code;
}

static void free_timeline(vrrl_timeline *t)
{
    free(t->slots);
    free(t->schedule);
    *t = (vrrl_timeline){.slots = NULL};
}

void vrrl_explain_result_free(vrrl_explain_result *result)
{
    free_timeline(&result->failing);
    free_timeline(&result->passing);
    vrrl_stuck_free(&result->stuck);
}
