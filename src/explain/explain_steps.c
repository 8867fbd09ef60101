/* Steps in words: the critical step of a failing run, and who wrote the word that differs. */
#include "explain/explain.h"

#include "base/value_text.h"
#include "program/batch_view.h"

#include <stdio.h>
#include <string.h>

enum { STEP_TEXT = 390, READS_SHOWN = 2 };

/* ---- A step ---------------------------------------------------------------------------------- */

static void step_word(const struct explainer *x, const event *step, char *out, size_t size)
{
    if (step->word == VRRL_NO_INDEX)
        snprintf(out, size, "memory");
    else
        epoch_word_name(x->whole.program, step->epoch, step->word, out, size);
}

/* `older`: not the newest store, of those that it could read or come behind. */
static void operation_text(const char *who, const char *word, const event *e, bool older, char *out)
{
    char read[VALUE_TEXT_MAX], now[VALUE_TEXT_MAX];
    value_text(e->read, read);
    value_text(e->stored, now);
    switch (e->kind) {
    case OPERATION_LOAD:
        snprintf(out, STEP_TEXT, older ? "%s reads %s = %s, not the newest" : "%s reads %s = %s",
                 who, word, read);
        break;
    case OPERATION_STORE:
        snprintf(out, STEP_TEXT,
                 older ? "%s stores %s = %s, behind a store that counts as newer"
                       : "%s stores %s = %s",
                 who, word, now);
        break;
    case OPERATION_FENCE:
        snprintf(out, STEP_TEXT, "%s passes a fence", who);
        break;
    case OPERATION_CAS:
        if (!e->writes) {
            snprintf(out, STEP_TEXT, "%s finds %s = %s and leaves it", who, word, read);
            break;
        }
        /* fall through */
    default:
        snprintf(out, STEP_TEXT, "%s %s %s (%s -> %s)", who,
                 e->kind == OPERATION_ADD ? "adds to" : "sets", word, read, now);
        break;
    }
}

static bool is_status(const struct explainer *x, const event *step)
{
    const vrrl_program *p = x->whole.program;
    uint32_t first = epoch_first_index(p, step->epoch);
    return step->word != VRRL_NO_INDEX && epoch_status_position(p, first, step->word) == step->slot;
}

/* "reader reads data = 0", "worker 1 claims reader", "writer's store data = 42 arrives". */
static void step_text(const struct explainer *x, const trace_entry *step, char *out)
{
    char who[VRRL_DEFECT_NAME_MAX], word[VRRL_DEFECT_NAME_MAX], value[16];
    const event *e = &step->event;
    snprintf(who, sizeof who, "worker %u", e->thread.number);
    if (e->slot != VRRL_NO_INDEX)
        slot_name(x->whole.program, e->epoch, e->slot, who, sizeof who);
    step_word(x, e, word, sizeof word);
    switch (e->what) {
    case EVENT_CLAIMS:
        snprintf(out, STEP_TEXT, "worker %u claims %s", e->thread.number, who);
        break;
    case EVENT_DRAINS:
        if (is_status(x, e))
            snprintf(out, STEP_TEXT, "the end of %s reaches memory", who);
        else
            snprintf(out, STEP_TEXT, "%s's store %s = %s reaches memory", who, word,
                     value_text(e->stored, value));
        break;
    case EVENT_LOOKS:
        snprintf(out, STEP_TEXT, "worker %u looks for a SHUTDOWN", e->thread.number);
        break;
    case EVENT_ADMITS:
        snprintf(out, STEP_TEXT, "its queue finds %s = %s for %s", word, value_text(e->read, value),
                 who);
        break;
    case EVENT_RUNS:
        snprintf(out, STEP_TEXT, "%s runs", who);
        break;
    case EVENT_OPERATES:
        if (e->counts) /* of the machine's own counters, as part of its end */
            snprintf(out, STEP_TEXT, "%s ends", who);
        else if (e->kind == OPERATION_STORE && is_status(x, e))
            snprintf(out, STEP_TEXT,
                     e->stored == VRRL_STATUS_REQUEUE ? "%s has to wait" : "%s ends", who);
        else
            operation_text(who, word, e, step->option > 0, out);
        break;
    }
}

/* ---- The critical step ----------------------------------------------------------------------- */

/* The first step of a trace from `from` on that is about the same; NULL: there is none. */
static const trace_entry *counterpart(const trace *in, uint32_t from, const event *of)
{
    for (uint32_t i = from; i < in->count; i++) {
        const event *e = &in->list[i].event;
        if (e->epoch == of->epoch && e->slot == of->slot && e->what == of->what &&
            e->word == of->word && e->kind == of->kind)
            return &in->list[i];
    }
    return NULL;
}

static void two_steps(const char *first, const char *then, char *out)
{
    snprintf(out, VRRL_STEPS_TEXT_MAX, "%s, then %s", first, then);
}

/* The critical step may come in an earlier epoch than the one that fails. */
static void tell_epoch(const struct explainer *x, uint32_t epoch, char text[VRRL_STEPS_TEXT_MAX])
{
    char head[32];
    if (epoch == x->result->outcome.epoch)
        return;
    int length = snprintf(head, sizeof head, "epoch %u: ", epoch);
    memmove(text + length, text, VRRL_STEPS_TEXT_MAX - (size_t)length);
    memcpy(text, head, (size_t)length);
    text[VRRL_STEPS_TEXT_MAX - 1] = '\0';
}

static void name_steps(struct explainer *x)
{
    const critical_step *t = &x->critical_step;
    vrrl_turn *out = &x->result->turn;
    char step[STEP_TEXT], met[STEP_TEXT], again[STEP_TEXT];
    step_text(x, &t->failing.list[t->at], step);
    *out = (vrrl_turn){
        .known = true, .moved = t->moved, .outcome = t->other_outcome, .tried = t->tried};
    if (t->other_outcome) {
        snprintf(out->fails, sizeof out->fails, "%s", step);
        step_text(x, &t->passing.list[t->met], again);
        snprintf(out->good, sizeof out->good, "%s", again);
        return;
    }
    const trace_entry *later = counterpart(&t->failing, t->at + 1, &t->passing.list[t->met].event);
    if (later) {
        step_text(x, later, met);
        two_steps(step, met, out->fails);
    } else {
        snprintf(out->fails, sizeof out->fails, "%s", step);
    }
    step_text(x, &t->passing.list[t->met], met);
    if (t->again < t->passing.count) {
        step_text(x, &t->passing.list[t->again], again);
        two_steps(met, again, out->good);
    } else {
        snprintf(out->good, sizeof out->good, "%s", met);
    }
}

/* Whose store a step sees, or stores behind, in the run that goes further back to find it not. */
static uint32_t newer_writer(const trace *t, uint32_t at)
{
    const event *turned = &t->list[at].event;
    for (uint32_t i = at; i-- > 0;) {
        const event *s = &t->list[i].event;
        bool seen =
            turned->kind == OPERATION_STORE ? s->slot != turned->slot : s->stored == turned->read;
        if (s->writes && s->word == turned->word && seen)
            return s->slot;
    }
    return VRRL_NO_INDEX;
}

/* A worker that looks for a SHUTDOWN does so for the slot that it would claim next. */
static uint32_t slot_of(const trace *t, uint32_t at)
{
    for (uint32_t i = at; i < t->count && t->list[at].event.what == EVENT_LOOKS; i++)
        if (t->list[i].event.thread.number == t->list[at].event.thread.number &&
            t->list[i].event.what == EVENT_CLAIMS)
            return t->list[i].event.slot;
    return t->list[at].event.slot;
}

/* The slot that sees what a store brought to memory before the step of its own slot. */
static uint32_t next_to_see(const critical_step *t)
{
    const event *met = &t->passing.list[t->met].event;
    for (uint32_t i = t->met + 1; i < t->passing.count; i++)
        if (t->passing.list[i].event.word == met->word &&
            t->passing.list[i].event.slot != met->slot)
            return t->passing.list[i].event.slot;
    return VRRL_NO_INDEX;
}

/* One of the two runs sees what is newer: the good one, for the writer comes first there, or the failing one, for
 * the step should have come before it. */
static void pair_of_outcomes(vrrl_explain_result *r, const critical_step *t)
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
    const critical_step *t = &x->critical_step;
    r->first = slot_of(&t->passing, t->met);
    r->second = slot_of(&t->failing, t->at);
    if (r->first == r->second && t->passing.list[t->met].event.what == EVENT_DRAINS)
        r->second = next_to_see(t);
    else if (t->other_outcome && t->failing.list[t->at].event.what == EVENT_OPERATES)
        pair_of_outcomes(r, t);
}

/* Whether all steps of a slot come before those of another, in an epoch of a run. */
static bool is_before(const trace *t, uint32_t epoch, uint32_t slot, uint32_t other)
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
    const critical_step *t = &x->critical_step;
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

static void touch(struct explainer *x, const event *step)
{
    vrrl_explain_result *r = x->result;
    r->first_does[0] = r->second_does[0] = r->touched[0] = '\0';
    bool own = step->counts || is_status(x, step); /* the machine's, not the author's */
    if (step->word != VRRL_NO_INDEX && step->what != EVENT_CLAIMS && !own)
        step_word(x, step, r->touched, sizeof r->touched);
}

static void name_critical_step(struct explainer *x)
{
    vrrl_turn *out = &x->result->turn;
    const critical_step *t = &x->critical_step;
    name_steps(x);
    tell_epoch(x, t->failing.list[t->at].event.epoch, out->fails);
    tell_epoch(x, t->passing.list[t->met].event.epoch, out->good);
}

void explain_critical_step(struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const critical_step *t = &x->critical_step;
    const event *turned = &t->failing.list[t->at].event;
    name_critical_step(x);
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
static uint32_t reads_before(const trace *t, uint32_t at, uint32_t found[READS_SHOWN])
{
    const event *step = &t->list[at].event;
    uint32_t count = 0;
    for (uint32_t i = at; i-- > 0 && count < READS_SHOWN;) {
        const event *s = &t->list[i].event;
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

static void add_reads(const struct explainer *x, const trace *t, uint32_t at, char *out)
{
    uint32_t found[READS_SHOWN], count = reads_before(t, at, found);
    for (uint32_t i = count; i-- > 0;) {
        char word[VRRL_DEFECT_NAME_MAX], value[16];
        size_t used = strlen(out);
        step_word(x, &t->list[found[i]].event, word, sizeof word);
        snprintf(out + used, VRRL_STEPS_TEXT_MAX - used, "%s%s = %s",
                 i + 1 == count ? ", having read " : " and ", word,
                 value_text(t->list[found[i]].event.read, value));
    }
}

void explain_writes(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out)
{
    const vrrl_run_outcome *o = &x->result->outcome;
    const trace *t = &run->trace;
    bool valued = o->kind == VRRL_DEFECT_VALUE || o->kind == VRRL_DEFECT_EXPECT;
    out->write_count = 0;
    out->value = o->expected;
    for (uint32_t i = 0; valued && o->word != VRRL_NO_INDEX && i < t->count; i++) {
        const trace_entry *s = &t->list[i];
        if (s->event.epoch != o->epoch || !s->event.writes || s->event.word != o->word)
            continue;
        if (out->write_count++ >= VRRL_WRITES_MAX)
            memmove(out->writes[0], out->writes[1], sizeof out->writes - sizeof out->writes[0]);
        uint32_t at = (out->write_count < VRRL_WRITES_MAX ? out->write_count : VRRL_WRITES_MAX) - 1;
        if (s->option == 0 ||
            s->event.kind != OPERATION_STORE) /* view: not behind what others stored */
            out->value = s->event.stored;
        step_text(x, s, out->writes[at]);
        add_reads(x, t, i, out->writes[at]);
    }
}

/* ---- Where it came from ----------------------------------------------------------------------- */

/* A walk back through a trace. */
struct walk {
    const struct explainer *x;
    const trace *trace;
    uint32_t steps[VRRL_CAUSES_MAX + 1],
        count; /* the write that is asked about, then what it came from */
    vrrl_timeline *out;
};

/* The write that a read saw, in the epoch. */
static uint32_t write_seen(const trace *t, uint32_t at)
{
    const event *read = &t->list[at].event;
    for (uint32_t i = at; i-- > 0 && t->list[i].event.epoch == read->epoch;) {
        const event *e = &t->list[i].event;
        if (e->writes && e->word == read->word && e->stored == read->read)
            return i;
    }
    return VRRL_NO_INDEX;
}

static void add_cause(struct walk *w, uint32_t read)
{
    const event *step = &w->trace->list[read].event;
    uint32_t from = write_seen(w->trace, read);
    char word[VRRL_DEFECT_NAME_MAX], value[16], text[STEP_TEXT];
    for (uint32_t i = 0; i < w->count; i++)
        if (w->steps[i] == from)
            return;
    if (from == VRRL_NO_INDEX || w->count > VRRL_CAUSES_MAX ||
        step->word == w->x->result->outcome.word) /* who wrote that is told already */
        return;
    w->steps[w->count++] = from;
    step_word(w->x, step, word, sizeof word);
    step_text(w->x, &w->trace->list[from], text);
    snprintf(w->out->causes[w->out->cause_count++], VRRL_STEPS_TEXT_MAX, "%s = %s: %s", word,
             value_text(step->read, value), text);
}

void explain_causes(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out)
{
    const vrrl_run_outcome *o = &x->result->outcome;
    const trace *t = &run->trace;
    struct walk w = {.x = x, .trace = t, .out = out};
    if (out->write_count == 0)
        return;
    for (uint32_t i = t->count; i-- > 0 && w.count == 0;)
        if (t->list[i].event.epoch == o->epoch && t->list[i].event.writes &&
            t->list[i].event.word == o->word)
            w.steps[w.count++] = i;
    for (uint32_t next = 0; next < w.count; next++) {
        uint32_t found[READS_SHOWN], at = w.steps[next];
        const event *e = &t->list[at].event;
        if (e->what == EVENT_OPERATES && e->kind != OPERATION_STORE) /* what it changed */
            add_cause(&w, at);
        uint32_t count = reads_before(t, at, found);
        for (uint32_t i = 0; i < count; i++)
            add_cause(&w, found[i]);
    }
}
