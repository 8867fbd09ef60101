/* The pair: the two slots that a failure is about, and what they have to do with each other. */
#include "explain/explain_pair.h"

#include "explain/explain.h"
#include "program/batch_view.h"
#include "program/expect.h"
#include "program/made.h"

#include <stdio.h>
#include <string.h>

/* What one slot does to the words that another touches. */
struct meeting {
    struct declared_event list[256];
    uint32_t count;
};

static void collect(void *context, const struct declared_event *access)
{
    struct meeting *m = context;
    if (m->count < sizeof m->list / sizeof m->list[0])
        m->list[m->count++] = *access;
}

/* Reads before waits: what is waited for is seldom what goes wrong. */
static uint32_t weight(const struct declared_event *a, const struct declared_event *b)
{
    bool counter = a->waits || b->waits || a->signals || b->signals;
    return (declared_writes(a) || declared_writes(b)) ? counter ? 1 : 2 : 0;
}

static vrrl_touch_kind touch_of(const struct declared_event *d)
{
    if (d->kind == OPERATION_LOAD)
        return d->waits ? VRRL_TOUCH_WAITS : VRRL_TOUCH_READS;
    if (d->kind == OPERATION_STORE)
        return VRRL_TOUCH_WRITES;
    return d->signals ? VRRL_TOUCH_ADDS : VRRL_TOUCH_UPDATES;
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
            const struct declared_event *m = &a.list[i], *n = &b.list[k];
            if (!declared_overlap(m, n) || weight(m, n) <= best)
                continue;
            best = weight(m, n);
            r->first_does = touch_of(m);
            r->second_does = touch_of(n);
            r->first_may = m->may;
            r->second_may = n->may;
            name_touched(p, m->word > n->word ? m->word : n->word, r->touched, sizeof r->touched);
        }
}

static bool has_pairs(vrrl_defect_kind kind)
{
    return kind == VRRL_DEFECT_VALUE || kind == VRRL_DEFECT_STATUS;
}

static bool slot_conflicts(const vrrl_program *p, const vrrl_slot *a, const struct meeting *b)
{
    struct meeting m = {.count = 0};
    slot_footprint(p, a, collect, &m);
    for (uint32_t i = 0; i < m.count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (declared_conflict(&m.list[i], &b->list[k]))
                return true;
    return false;
}

bool explain_conflict(const vrrl_program *program, const vrrl_slot *a, const vrrl_slot *b)
{
    struct meeting m = {.count = 0};
    slot_footprint(program, b, collect, &m);
    return slot_conflicts(program, a, &m);
}

/* Whether the slot writes what `b` touches: one that only reads it changes no value of the other. */
static bool slot_changes(const vrrl_program *p, const vrrl_slot *a, const struct meeting *b)
{
    struct meeting m = {.count = 0};
    slot_footprint(p, a, collect, &m);
    for (uint32_t i = 0; i < m.count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (declared_writes(&m.list[i]) && declared_conflict(&m.list[i], &b->list[k]))
                return true;
    return false;
}

/* The slot that writes the same words and had not ended when the divergent one was claimed; the last
 * of them to begin. */
static void find_overlapping(struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    const struct sched_slot *slots = x->failing.slots;
    uint32_t count = x->failing.slot_count, latest = 0;
    struct meeting mine = {.count = 0};
    if (r->outcome.slot >= count)
        return;
    slot_footprint(p, epoch_slot(p, r->outcome.epoch, r->outcome.slot), collect, &mine);
    for (uint32_t i = 0; i < count; i++) {
        bool open = !slots[i].ended_at || slots[i].ended_at > slots[r->outcome.slot].claimed_at;
        if (i == r->outcome.slot || !open || slots[i].claimed_at < latest ||
            !slot_changes(p, epoch_slot(p, r->outcome.epoch, i), &mine))
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
            if (declared_reads(&a.list[i]) && declared_writes(&b.list[k]) &&
                declared_overlap(&a.list[i], &b.list[k]))
                return true;
    return false;
}

/* Whose store a load passes over: the last one before it that would have shown another value. */
static uint32_t writer_passed_over(const struct trace *t, uint32_t at)
{
    const struct event *load = &t->list[at].event;
    for (uint32_t i = at; i-- > 0 && t->list[i].event.epoch == load->epoch;) {
        const struct event *s = &t->list[i].event;
        if (s->writes && s->word == load->word && s->slot != load->slot && s->stored != load->read)
            return s->slot;
    }
    return VRRL_NO_INDEX;
}

/* The last load of the slot that was offered newer stores than the one that it read. */
static bool find_stale_load(struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const struct trace *t = &x->failing.trace;
    for (uint32_t i = t->count; i-- > 0;) {
        const struct event *s = &t->list[i].event;
        bool stale = s->epoch == r->outcome.epoch && s->slot == r->outcome.slot &&
                     s->what == EVENT_OPERATES && s->kind == OPERATION_LOAD &&
                     t->list[i].option > 0;
        uint32_t writer = stale ? writer_passed_over(t, i) : VRRL_NO_INDEX;
        if (writer == VRRL_NO_INDEX)
            continue;
        r->first = writer;
        r->second = r->outcome.slot;
        return true;
    }
    return false;
}

/* Under a weaker memory model a slot that began late may yet not see what is long done: who wrote what it
 * passed over; else the last to end of those that conflict with it. */
static void find_unseen(struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    const struct sched_slot *slots = x->failing.slots;
    uint32_t count = x->failing.slot_count, latest = 0;
    struct meeting mine = {.count = 0};
    if (r->setup.model == VRRL_MEMORY_SC || r->outcome.slot >= count || find_stale_load(x))
        return;
    slot_footprint(p, epoch_slot(p, r->outcome.epoch, r->outcome.slot), collect, &mine);
    for (uint32_t i = 0; i < count; i++) {
        if (i == r->outcome.slot || slots[i].ended_at <= latest ||
            !slot_conflicts(p, epoch_slot(p, r->outcome.epoch, i), &mine))
            continue;
        latest = slots[i].ended_at;
        r->first = i;
        r->second = r->outcome.slot;
    }
}

/* Of slots that changed places with the one that diverges, that which tells most: the first that it reads from, as
 * the diff has them; else the first. */
static const vrrl_flip *best_flip(const struct explainer *x, const vrrl_diff_result *diff)
{
    for (uint32_t i = 0; i < diff->flip_count; i++)
        if (reads_from(x->whole.program, x->result->outcome.epoch, diff->flips[i].slot,
                       diff->flips[i].other))
            return &diff->flips[i];
    return &diff->flips[0];
}

/* From the diff: who came early on which side. */
static void find_pair(struct explainer *x, const vrrl_diff_result *diff)
{
    vrrl_explain_result *r = x->result;
    r->first = r->second = VRRL_NO_INDEX;
    if (diff->flip_count > 0) {
        const vrrl_flip *flip = best_flip(x, diff);
        r->first = flip->early_in_a ? flip->slot : flip->other;
        r->second = flip->early_in_a ? flip->other : flip->slot;
    } else if (r->outcome.slot != VRRL_NO_INDEX && r->outcome.other != VRRL_NO_INDEX) {
        r->first = r->outcome.other;
        r->second = r->outcome.slot;
    }
    const bool sought = r->outcome.slot != VRRL_NO_INDEX && has_pairs(r->outcome.kind);
    if (r->first == VRRL_NO_INDEX && sought)
        find_overlapping(x);
    if (r->first == VRRL_NO_INDEX && sought)
        find_unseen(x);
    r->pair = explain_is_slot(x, r->first) && explain_is_slot(x, r->second);
}

bool explain_is_slot(const struct explainer *x, uint32_t position)
{
    const vrrl_program *p = x->whole.program;
    uint32_t epoch = x->result->outcome.epoch;
    return epoch < p->epoch_count && position < epoch_batch(p, epoch)->count;
}

void explain_name_pair(const struct explainer *x)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    slot_name(p, r->outcome.epoch, r->first, r->first_name, sizeof r->first_name);
    slot_name(p, r->outcome.epoch, r->second, r->second_name, sizeof r->second_name);
    if (strcmp(r->first_name, r->second_name) == 0) { /* their positions tell them apart */
        char name[VRRL_DEFECT_NAME_MAX];
        snprintf(name, sizeof name, "%s", r->first_name);
        snprintf(r->first_name, sizeof r->first_name, "%.140s#%u", name, r->first);
        snprintf(r->second_name, sizeof r->second_name, "%.140s#%u", name, r->second);
    }
    describe_meeting(x);
}

bool explain_good_order(const struct explainer *x, const struct shown_run *run)
{
    const vrrl_explain_result *r = x->result;
    const struct sched_slot *slots = run->slots;
    return r->pair && r->first < run->slot_count && r->second < run->slot_count &&
           slots[r->first].ended_at && slots[r->first].ended_at <= slots[r->second].claimed_at &&
           (slots[r->first].ended_at < slots[r->second].claimed_at ||
            x->oracle.options.setup.grain == VRRL_GRAIN_SLOT);
}

/* Names that are the same but for the numbers in them. */
static bool is_alike(const char *a, const char *b)
{
    static const char digits[] = "0123456789";
    for (;;) {
        a += strspn(a, digits);
        b += strspn(b, digits);
        if (*a != *b || *a == '\0')
            return *a == *b;
        a++;
        b++;
    }
}

vrrl_code explain_direction(struct explainer *x, const uint32_t *arena, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    vrrl_expectation_failure failure;
    bool awaits = false;
    if (!r->pair || !has_pairs(r->outcome.kind) || !is_alike(r->first_name, r->second_name) ||
        epoch_slot(p, r->outcome.epoch, r->first)->opcode !=
            epoch_slot(p, r->outcome.epoch, r->second)->opcode)
        return VRRL_OK;
    vrrl_code code = made_awaits(p, r->outcome.epoch, r->second, r->first, &awaits, err);
    bool breaks = arena && expectations_check(p, r->outcome.epoch, arena, &failure) > 0;
    r->undirected = code == VRRL_OK && !awaits && !breaks;
    return code;
}

void explain_pair(struct explainer *x, const vrrl_diff_result *diff)
{
    find_pair(x, diff);
    if (x->result->pair)
        explain_name_pair(x);
    x->result->ordered = explain_good_order(x, &x->failing);
}
