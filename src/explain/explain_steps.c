/* Steps that are told: the critical step of a failing run, and who wrote the word that differs. */
#include "explain/explain_steps.h"

#include "explain/explain.h"
#include "explain/explain_pair.h"
#include "program/batch_view.h"

#include <stdio.h>
#include <string.h>

/* ---- A step ---------------------------------------------------------------------------------- */

static bool is_status(const struct explainer *x, const struct event *step)
{
    const vrrl_program *p = x->whole.program;
    uint32_t first = epoch_first_index(p, step->epoch);
    return step->word != VRRL_NO_INDEX && epoch_status_position(p, first, step->word) == step->slot;
}

/* `older`: not the newest store, of those that it could read or come behind. */
static vrrl_step_kind kind_of_operation(const struct event *e, bool older)
{
    switch (e->kind) {
    case OPERATION_LOAD:
        return older ? VRRL_STEP_READS_OLDER : VRRL_STEP_READS;
    case OPERATION_STORE:
        return older ? VRRL_STEP_STORES_BEHIND : VRRL_STEP_STORES;
    case OPERATION_FENCE:
        return VRRL_STEP_FENCES;
    case OPERATION_ADD:
        return VRRL_STEP_ADDS;
    case OPERATION_CAS:
        return e->writes ? VRRL_STEP_SETS : VRRL_STEP_LEAVES;
    default:
        return VRRL_STEP_SETS;
    }
}

static vrrl_step_kind kind_of(const struct explainer *x, const struct trace_entry *step)
{
    const struct event *e = &step->event;
    switch (e->what) {
    case EVENT_CLAIMS:
        return VRRL_STEP_CLAIMS;
    case EVENT_DRAINS:
        return is_status(x, e) ? VRRL_STEP_END_ARRIVES : VRRL_STEP_ARRIVES;
    case EVENT_LOOKS:
        return VRRL_STEP_LOOKS;
    case EVENT_ADMITS:
        return VRRL_STEP_ADMITS;
    case EVENT_RUNS:
        return VRRL_STEP_RUNS;
    case EVENT_OPERATES:
        if (e->counts) /* of the machine's own counters, as part of its end */
            return VRRL_STEP_ENDS;
        if (e->kind == OPERATION_STORE && is_status(x, e))
            return e->stored == VRRL_STATUS_REQUEUE ? VRRL_STEP_REQUEUES : VRRL_STEP_ENDS;
        break;
    }
    return kind_of_operation(e, step->option > 0);
}

static void name_word(const struct explainer *x, const struct event *e,
                      char out[VRRL_DEFECT_NAME_MAX])
{
    if (e->word != VRRL_NO_INDEX)
        epoch_word_name(x->whole.program, e->epoch, e->word, out, VRRL_DEFECT_NAME_MAX);
}

static vrrl_step step_of(const struct explainer *x, const struct trace_entry *entry)
{
    const struct event *e = &entry->event;
    vrrl_step step = {.kind = kind_of(x, entry),
                      .epoch = e->epoch,
                      .worker = e->thread.number,
                      .slot = e->slot,
                      .word = e->word,
                      .read = e->read,
                      .stored = e->stored};
    if (e->slot != VRRL_NO_INDEX)
        slot_name(x->whole.program, e->epoch, e->slot, step.name, sizeof step.name);
    name_word(x, e, step.word_name);
    return step;
}

/* ---- The critical step ----------------------------------------------------------------------- */

/* The first step of a trace from `from` on that is about the same; NULL: there is none. */
static const struct trace_entry *counterpart(const struct trace *in, uint32_t from,
                                             const struct event *of)
{
    for (uint32_t i = from; i < in->count; i++) {
        const struct event *e = &in->list[i].event;
        if (e->epoch == of->epoch && e->slot == of->slot && e->what == of->what &&
            e->word == of->word && e->kind == of->kind)
            return &in->list[i];
    }
    return NULL;
}

static void name_steps(struct explainer *x)
{
    const struct critical_step *t = &x->critical_step;
    vrrl_critical_step *out = &x->result->critical_step;
    *out = (vrrl_critical_step){
        .known = true, .moved = t->moved, .outcome = t->other_outcome, .tried = t->tried};
    out->fails[out->fails_count++] = step_of(x, &t->failing.list[t->at]);
    out->good[out->good_count++] = step_of(x, &t->passing.list[t->met]);
    if (t->other_outcome)
        return;
    const struct trace_entry *later =
        counterpart(&t->failing, t->at + 1, &t->passing.list[t->met].event);
    if (later)
        out->fails[out->fails_count++] = step_of(x, later);
    if (t->again < t->passing.count)
        out->good[out->good_count++] = step_of(x, &t->passing.list[t->again]);
}

/* Whose store a step sees, or stores behind, in the run that goes further back to find it not. */
static uint32_t newer_writer(const struct trace *t, uint32_t at)
{
    const struct event *turned = &t->list[at].event;
    for (uint32_t i = at; i-- > 0;) {
        const struct event *s = &t->list[i].event;
        bool seen =
            turned->kind == OPERATION_STORE ? s->slot != turned->slot : s->stored == turned->read;
        if (s->writes && s->word == turned->word && seen)
            return s->slot;
    }
    return VRRL_NO_INDEX;
}

/* A worker that looks for a SHUTDOWN does so for the slot that it would claim next. */
static uint32_t slot_of(const struct trace *t, uint32_t at)
{
    for (uint32_t i = at; i < t->count && t->list[at].event.what == EVENT_LOOKS; i++)
        if (t->list[i].event.thread.number == t->list[at].event.thread.number &&
            t->list[i].event.what == EVENT_CLAIMS)
            return t->list[i].event.slot;
    return t->list[at].event.slot;
}

/* The slot that sees what a store brought to memory before the step of its own slot. */
static uint32_t next_to_see(const struct critical_step *t)
{
    const struct event *met = &t->passing.list[t->met].event;
    for (uint32_t i = t->met + 1; i < t->passing.count; i++)
        if (t->passing.list[i].event.word == met->word &&
            t->passing.list[i].event.slot != met->slot)
            return t->passing.list[i].event.slot;
    return VRRL_NO_INDEX;
}

/* One of the two runs sees what is newer: the good one, for the writer comes first there, or the failing one, for
 * the step should have come before it. */
static void pair_of_outcomes(vrrl_explain_result *r, const struct critical_step *t)
{
    bool newer = t->passing.list[t->met].option < t->failing.list[t->at].option;
    if (newer)
        r->first = newer_writer(&t->passing, t->met);
    else
        r->second = newer_writer(&t->failing, t->at);
}

/* In the run that does not fail `first` comes before `second`. */
static void pair_of_critical_step(struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const struct critical_step *t = &x->critical_step;
    r->first = slot_of(&t->passing, t->met);
    r->second = slot_of(&t->failing, t->at);
    if (r->first == r->second && t->passing.list[t->met].event.what == EVENT_DRAINS)
        r->second = next_to_see(t);
    else if (t->other_outcome && t->failing.list[t->at].event.what == EVENT_OPERATES)
        pair_of_outcomes(r, t);
}

/* Whether all steps of a slot come before those of another, in an epoch of a run. */
static bool is_before(const struct trace *t, uint32_t epoch, uint32_t slot, uint32_t other)
{
    bool began = false, before = false;
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->list[i].event.epoch != epoch)
            continue;
        if (t->list[i].event.slot == slot && began)
            return false;
        before = before || t->list[i].event.slot == slot;
        began = began || t->list[i].event.slot == other;
    }
    return before;
}

/* Where slots are claimed in another order, two that meet at the critical step need have nothing to do with each
 * other: then the first is one that the second conflicts with, and that is before it in the good run
 * alone. */
static void prefer_conflict(struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    const struct critical_step *t = &x->critical_step;
    uint32_t epoch = t->failing.list[t->at].event.epoch;
    if (t->failing.list[t->at].event.what != EVENT_CLAIMS || !explain_is_slot(x, r->first) ||
        !explain_is_slot(x, r->second))
        return;
    const vrrl_slot *second = epoch_slot(p, epoch, r->second);
    if (explain_conflict(p, epoch_slot(p, epoch, r->first), second))
        return;
    for (uint32_t i = 0; explain_is_slot(x, i); i++)
        if (i != r->second && explain_conflict(p, epoch_slot(p, epoch, i), second) &&
            is_before(&t->passing, epoch, i, r->second) &&
            !is_before(&t->failing, epoch, i, r->second)) {
            r->first = i;
            return;
        }
}

static void touch(struct explainer *x, const struct event *step)
{
    vrrl_explain_result *r = x->result;
    bool own = step->counts || is_status(x, step); /* the machine's, not the author's */
    r->first_does = r->second_does = VRRL_TOUCH_NONE;
    r->first_may = r->second_may = false;
    r->touched[0] = '\0';
    if (step->what != EVENT_CLAIMS && !own)
        name_word(x, step, r->touched);
}

void explain_critical_step(struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const struct critical_step *t = &x->critical_step;
    const struct event *turned = &t->failing.list[t->at].event;
    name_steps(x);
    pair_of_critical_step(x);
    prefer_conflict(x);
    r->by_steps = r->pair = turned->epoch == r->outcome.epoch && r->first != r->second &&
                            explain_is_slot(x, r->first) && explain_is_slot(x, r->second);
    if (!r->pair)
        return;
    explain_name_pair(x);
    touch(x, turned);
}

/* ---- Who wrote ------------------------------------------------------------------------------- */

/* What the slot of a step had read before it and since it was claimed, the last of it first, into
 * found[]; returns how many. */
static uint32_t reads_before(const struct trace *t, uint32_t at, uint32_t found[VRRL_READS_MAX])
{
    const struct event *step = &t->list[at].event;
    uint32_t count = 0;
    for (uint32_t i = at; i-- > 0 && count < VRRL_READS_MAX;) {
        const struct event *s = &t->list[i].event;
        if (s->epoch != step->epoch || (s->slot == step->slot && s->what == EVENT_CLAIMS))
            break;
        bool reads = s->slot == step->slot && s->what == EVENT_OPERATES && !s->counts &&
                     s->kind != OPERATION_STORE && s->kind != OPERATION_FENCE &&
                     s->word != step->word;
        if (reads)
            found[count++] = i;
    }
    return count;
}

static vrrl_step_read read_of(const struct explainer *x, const struct event *e)
{
    vrrl_step_read read = {.word = e->word, .value = e->read};
    name_word(x, e, read.word_name);
    return read;
}

static vrrl_step_write write_of(const struct explainer *x, const struct trace *t, uint32_t at)
{
    uint32_t found[VRRL_READS_MAX], count = reads_before(t, at, found);
    vrrl_step_write write = {.step = step_of(x, &t->list[at])};
    for (uint32_t i = count; i-- > 0;)
        write.reads[write.read_count++] = read_of(x, &t->list[found[i]].event);
    return write;
}

void explain_writes(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out)
{
    const vrrl_run_outcome *o = &x->result->outcome;
    const struct trace *t = &run->trace;
    bool valued = o->kind == VRRL_DEFECT_VALUE || o->kind == VRRL_DEFECT_EXPECT;
    out->write_count = 0;
    out->value = (uint32_t)o->expected;
    for (uint32_t i = 0; valued && o->word != VRRL_NO_INDEX && i < t->count; i++) {
        const struct trace_entry *s = &t->list[i];
        if (s->event.epoch != o->epoch || !s->event.writes || s->event.word != o->word)
            continue;
        if (out->write_count++ >= VRRL_WRITES_MAX)
            memmove(&out->writes[0], &out->writes[1], sizeof out->writes - sizeof out->writes[0]);
        uint32_t at = (out->write_count < VRRL_WRITES_MAX ? out->write_count : VRRL_WRITES_MAX) - 1;
        if (s->option == 0 ||
            s->event.kind != OPERATION_STORE) /* view: not behind what others stored */
            out->value = s->event.stored;
        out->writes[at] = write_of(x, t, i);
    }
}

/* ---- Where it came from ----------------------------------------------------------------------- */

/* A walk back through a trace. */
struct walk {
    const struct explainer *x;
    const struct trace *trace;
    uint32_t steps[VRRL_CAUSES_MAX + 1],
        count; /* the write that is asked about, then what it came from */
    vrrl_timeline *out;
};

/* The write that a read saw, in the epoch. */
static uint32_t write_seen(const struct trace *t, uint32_t at)
{
    const struct event *read = &t->list[at].event;
    for (uint32_t i = at; i-- > 0 && t->list[i].event.epoch == read->epoch;) {
        const struct event *e = &t->list[i].event;
        if (e->writes && e->word == read->word && e->stored == read->read)
            return i;
    }
    return VRRL_NO_INDEX;
}

static void add_cause(struct walk *w, uint32_t read)
{
    const struct event *step = &w->trace->list[read].event;
    uint32_t from = write_seen(w->trace, read);
    for (uint32_t i = 0; i < w->count; i++)
        if (w->steps[i] == from)
            return;
    if (from == VRRL_NO_INDEX || w->count > VRRL_CAUSES_MAX ||
        step->word == w->x->result->outcome.word) /* who wrote that is told already */
        return;
    w->steps[w->count++] = from;
    w->out->causes[w->out->cause_count++] = (vrrl_step_cause){
        .read = read_of(w->x, step), .step = step_of(w->x, &w->trace->list[from])};
}

void explain_causes(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out)
{
    const vrrl_run_outcome *o = &x->result->outcome;
    const struct trace *t = &run->trace;
    struct walk w = {.x = x, .trace = t, .out = out};
    if (out->write_count == 0)
        return;
    for (uint32_t i = t->count; i-- > 0 && w.count == 0;)
        if (t->list[i].event.epoch == o->epoch && t->list[i].event.writes &&
            t->list[i].event.word == o->word)
            w.steps[w.count++] = i;
    for (uint32_t next = 0; next < w.count; next++) {
        uint32_t found[VRRL_READS_MAX], at = w.steps[next];
        const struct event *e = &t->list[at].event;
        if (e->what == EVENT_OPERATES && e->kind != OPERATION_STORE) /* what it changed */
            add_cause(&w, at);
        uint32_t count = reads_before(t, at, found);
        for (uint32_t i = 0; i < count; i++)
            add_cause(&w, found[i]);
    }
}
