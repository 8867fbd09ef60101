/*
 * The same outcomes from the axioms: every candidate execution (what each load reads from, in which
 * order the stores of a location stand), kept if it is consistent. Shares no code with the engine.
 *
 *   sc     po, rf, mo, rb acyclic (Lamport 1979, in the form of Alglave, Maranget, Tautschnig 2014)
 *   tso    x86-TSO (Owens, Sarkar, Sewell 2009) in its axiomatic form, x86tso.cat of herd
 *   view   RC11 (Lahav, Vafeiadis, Kang, Hur, Dreyer 2017, section 3), word for word
 *
 * A read-modify-write is two events, a read and a write, next to each other in program order.
 */
#ifndef VRRL_TEST_LITMUS_AXIOMS_H
#define VRRL_TEST_LITMUS_AXIOMS_H

#include "litmus.h"

enum { EVENTS_MAX = 32 };

typedef uint32_t event_mask;
typedef struct relation {
    event_mask to[EVENTS_MAX];
} relation;

typedef struct candidate_event {
    const struct operation *op; /* NULL: the initial write */
    uint32_t thread, location, value;
    uint32_t source; /* of a read */
    bool reads, writes, fence, known;
} candidate_event;

typedef struct candidates {
    const litmus *program;
    vrrl_memory_model model;
    outcome_set *set;
    candidate_event events[EVENTS_MAX];
    uint32_t count;
    relation po, rf, mo, rmw;
    uint64_t tried;
} candidates;

/* ---- Relations ------------------------------------------------------------------------------ */

static inline relation rel_union(const relation *a, const relation *b)
{
    relation r;
    for (uint32_t i = 0; i < EVENTS_MAX; i++)
        r.to[i] = a->to[i] | b->to[i];
    return r;
}

static inline relation rel_then(const relation *a, const relation *b)
{
    relation r = {{0}};
    for (uint32_t i = 0; i < EVENTS_MAX; i++) {
        for (event_mask left = a->to[i]; left; left &= left - 1)
            r.to[i] |= b->to[__builtin_ctz(left)];
    }
    return r;
}

static inline relation rel_or_same(const relation *a)
{
    relation r = *a;
    for (uint32_t i = 0; i < EVENTS_MAX; i++)
        r.to[i] |= (event_mask)1 << i;
    return r;
}

static inline relation rel_closure(const relation *a)
{
    relation r = *a;
    for (uint32_t k = 0; k < EVENTS_MAX; k++) {
        for (uint32_t i = 0; i < EVENTS_MAX; i++)
            r.to[i] |= r.to[i] >> k & 1 ? r.to[k] : 0;
    }
    return r;
}

static inline relation rel_inverse(const relation *a)
{
    relation r = {{0}};
    for (uint32_t i = 0; i < EVENTS_MAX; i++) {
        for (uint32_t k = 0; k < EVENTS_MAX; k++)
            r.to[k] |= (a->to[i] >> k & 1) << i;
    }
    return r;
}

/* [from] ; a ; [to] */
static inline relation rel_between(event_mask from, const relation *a, event_mask to)
{
    relation r = {{0}};
    for (uint32_t i = 0; i < EVENTS_MAX; i++)
        r.to[i] = from >> i & 1 ? a->to[i] & to : 0;
    return r;
}

static inline bool rel_irreflexive(const relation *a)
{
    for (uint32_t i = 0; i < EVENTS_MAX; i++) {
        if (a->to[i] >> i & 1)
            return false;
    }
    return true;
}

static inline bool rel_acyclic(const relation *a)
{
    relation closed = rel_closure(a);
    return rel_irreflexive(&closed);
}

/* Pairs on one location (`same`), or all others. */
static inline relation rel_location(const candidates *c, const relation *a, bool same)
{
    relation r = {{0}};
    for (uint32_t i = 0; i < c->count; i++) {
        for (uint32_t k = 0; k < c->count; k++) {
            const candidate_event *e = &c->events[i], *f = &c->events[k];
            bool one = !e->fence && !f->fence && e->location == f->location;
            r.to[i] |= one == same ? a->to[i] & (event_mask)1 << k : 0;
        }
    }
    return r;
}

static inline event_mask events_that(const candidates *c, bool (*test)(const candidate_event *))
{
    event_mask mask = 0;
    for (uint32_t i = 0; i < c->count; i++)
        mask |= (event_mask)test(&c->events[i]) << i;
    return mask;
}

static inline bool is_write(const candidate_event *e)
{
    return e->writes;
}
static inline bool is_read(const candidate_event *e)
{
    return e->reads;
}
static inline bool is_fence(const candidate_event *e)
{
    return e->fence;
}
static inline bool is_sc(const candidate_event *e)
{
    return e->fence && e->op->order == ORDER_SEQ_CST;
}
static inline bool is_locked(const candidate_event *e)
{
    return e->op && e->op->kind >= OPERATION_ADD && e->op->kind <= OPERATION_CAS;
}
static inline bool is_release(const candidate_event *e)
{
    return e->op && (e->op->order & ORDER_RELEASE) && !e->reads;
}
static inline bool is_acquire(const candidate_event *e)
{
    return e->op && (e->op->order & ORDER_ACQUIRE) && !e->writes;
}

/* ---- Axioms --------------------------------------------------------------------------------- */

static inline relation reads_before(const candidates *c)
{
    relation back = rel_inverse(&c->rf), rb = rel_then(&back, &c->mo);
    for (uint32_t i = 0; i < EVENTS_MAX; i++)
        rb.to[i] &= ~((event_mask)1 << i);
    return rb;
}

static inline bool sc_consistent(const candidates *c, const relation *rb)
{
    relation all = rel_union(&c->po, &c->rf);
    all = rel_union(&all, &c->mo);
    all = rel_union(&all, rb);
    return rel_acyclic(&all);
}

static inline bool tso_consistent(const candidates *c, const relation *rb)
{
    event_mask w = events_that(c, is_write), r = events_that(c, is_read);
    event_mask locked = events_that(c, is_locked), sc = events_that(c, is_sc);
    event_mask accesses = w | r, all = ~(event_mask)0;
    relation po_loc = rel_location(c, &c->po, true), com = rel_union(&c->rf, &c->mo);
    com = rel_union(&com, rb);
    relation uniproc = rel_union(&po_loc, &com);
    if (!rel_acyclic(&uniproc))
        return false;
    relation to_fence = rel_between(accesses, &c->po, sc), from = rel_between(sc, &c->po, accesses);
    relation ghb = rel_then(&to_fence, &from);
    relation part = rel_between(r, &c->po, accesses);
    ghb = rel_union(&ghb, &part);
    part = rel_between(w, &c->po, w);
    ghb = rel_union(&ghb, &part);
    part = rel_between(accesses, &c->po, locked);
    ghb = rel_union(&ghb, &part);
    part = rel_between(locked, &c->po, accesses);
    ghb = rel_union(&ghb, &part);
    for (uint32_t i = 0; i < c->count; i++) {
        for (uint32_t k = 0; k < c->count; k++) {
            bool external = !c->events[i].op || c->events[i].thread != c->events[k].thread;
            ghb.to[i] |= external ? c->rf.to[i] & (event_mask)1 << k : 0;
        }
    }
    part = rel_between(all, rb, all);
    ghb = rel_union(&ghb, &part);
    ghb = rel_union(&ghb, &c->mo);
    return rel_acyclic(&ghb);
}

static inline relation happens_before(const candidates *c)
{
    event_mask w = events_that(c, is_write), r = events_that(c, is_read);
    event_mask f = events_that(c, is_fence), all = ~(event_mask)0;
    relation po_loc = rel_location(c, &c->po, true);
    po_loc = rel_or_same(&po_loc);
    relation rs = rel_between(w, &po_loc, w), links = rel_then(&c->rf, &c->rmw);
    links = rel_closure(&links);
    links = rel_or_same(&links);
    rs = rel_then(&rs, &links); /* [W] ; po|loc? ; [W] ; (rf ; rmw)* */
    relation before = rel_between(f, &c->po, all), after = rel_between(all, &c->po, f);
    before = rel_or_same(&before);
    after = rel_or_same(&after);
    relation sw = rel_then(&before, &rs);
    sw = rel_then(&sw, &c->rf);
    sw = rel_between(all, &sw, r);
    sw = rel_then(&sw, &after);
    sw = rel_between(events_that(c, is_release), &sw, events_that(c, is_acquire));
    relation hb = rel_union(&c->po, &sw);
    return rel_closure(&hb);
}

static inline bool psc_acyclic(const candidates *c, const relation *hb, const relation *eco,
                               const relation *rb)
{
    event_mask sc = events_that(c, is_sc), all = ~(event_mask)0;
    relation hb_or_same = rel_or_same(hb), other = rel_location(c, &c->po, false);
    relation scb = rel_then(&other, hb), part = rel_location(c, hb, true);
    scb = rel_then(&scb, &other);
    scb = rel_union(&scb, &part);
    scb = rel_union(&scb, &c->po);
    scb = rel_union(&scb, &c->mo);
    scb = rel_union(&scb, rb);
    relation first = rel_between(sc, &hb_or_same, all), last = rel_between(all, &hb_or_same, sc);
    relation psc = rel_then(&first, &scb);
    psc = rel_then(&psc, &last);
    part = rel_then(hb, eco);
    part = rel_then(&part, hb);
    part = rel_union(&part, hb);
    part = rel_between(sc, &part, sc);
    psc = rel_union(&psc, &part);
    return rel_acyclic(&psc);
}

static inline bool rc11_consistent(const candidates *c, const relation *rb)
{
    relation hb = happens_before(c), eco = rel_union(&c->rf, &c->mo);
    eco = rel_union(&eco, rb);
    eco = rel_closure(&eco);
    relation eco_or_same = rel_or_same(&eco), coherence = rel_then(&hb, &eco_or_same);
    relation thin_air = rel_union(&c->po, &c->rf);
    return rel_irreflexive(&coherence) && rel_acyclic(&thin_air) && psc_acyclic(c, &hb, &eco, rb);
}

static inline bool consistent(const candidates *c)
{
    relation rb = reads_before(c), between = rel_then(&rb, &c->mo);
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->rmw.to[i] & between.to[i])
            return false; /* atomicity: rmw and rb ; mo have no pair in common */
    }
    return c->model == VRRL_MEMORY_SC    ? sc_consistent(c, &rb)
           : c->model == VRRL_MEMORY_TSO ? tso_consistent(c, &rb)
                                         : rc11_consistent(c, &rb);
}

/* ---- Candidates ----------------------------------------------------------------------------- */

static inline void add_outcome(candidates *c)
{
    const litmus *l = c->program;
    uint64_t outcome = 0;
    uint32_t place = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->events[i].reads)
            outcome = outcome_put(outcome, place++, c->events[i].value);
    }
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->events[i].writes && !c->mo.to[i])
            outcome = outcome_put(outcome, l->reads + c->events[i].location, c->events[i].value);
    }
    outcome_add(c->set, outcome);
}

/* Extends mo by each write that may be the next of `location`; `placed` are those that stand. */
static inline void order_writes(candidates *c, uint32_t location, event_mask placed)
{
    if (location == c->program->locations) {
        c->tried++;
        if (consistent(c))
            add_outcome(c);
        return;
    }
    bool any = false;
    relation kept = c->mo;
    for (uint32_t i = 0; i < c->count; i++) {
        const candidate_event *e = &c->events[i];
        if (!e->writes || e->location != location || placed >> i & 1)
            continue;
        any = true;
        for (event_mask left = placed; left; left &= left - 1) {
            uint32_t k = (uint32_t)__builtin_ctz(left);
            if (c->events[k].location == location)
                c->mo.to[k] |= (event_mask)1 << i;
        }
        order_writes(c, location, placed | (event_mask)1 << i);
        c->mo = kept;
    }
    if (!any)
        order_writes(c, location + 1, placed);
}

/* Values, from the sources: a write's is known when its read's is. False where a read reads from a
 * compare-and-swap that fails, or from what depends on it. */
static inline bool find_values(candidates *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        c->events[i].known = !c->events[i].op || c->events[i].fence;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < c->count; i++) {
            candidate_event *e = &c->events[i], *from = e->reads ? &c->events[e->source] : e - 1;
            const struct operation *op = e->op;
            bool plain = op && op->kind == OPERATION_STORE;
            if (e->known || (!plain && !from->known))
                continue;
            e->known = changed = true;
            if (e->reads)
                e->value = from->value;
            else
                e->value = op->kind == OPERATION_ADD ? from->value + op->value : op->value;
            if (!e->reads && op->kind == OPERATION_CAS)
                e->writes = from->value == op->expected;
        }
    }
    for (uint32_t i = 0; i < c->count; i++) {
        const candidate_event *e = &c->events[i];
        if (!e->known || (e->reads && !c->events[e->source].writes))
            return false;
    }
    return true;
}

static inline void find_relations(candidates *c)
{
    c->po = c->rf = c->mo = c->rmw = (relation){{0}};
    for (uint32_t i = 0; i < c->count; i++) {
        const candidate_event *e = &c->events[i];
        if (e->reads)
            c->rf.to[e->source] |= (event_mask)1 << i;
        if (is_locked(e) && e->reads && c->events[i + 1].writes)
            c->rmw.to[i] |= (event_mask)1 << (i + 1);
        for (uint32_t k = 0; k < c->count; k++) {
            bool initial = !e->op && c->events[k].op;
            if (initial || (e->op && k > i && c->events[k].thread == e->thread))
                c->po.to[i] |= (event_mask)1 << k;
        }
    }
    /* The write of a compare-and-swap that fails is no event. */
    for (uint32_t i = 0; i < c->count; i++) {
        if (is_locked(&c->events[i]) && !c->events[i].reads && !c->events[i].writes) {
            c->po.to[i] = 0;
            for (uint32_t k = 0; k < c->count; k++)
                c->po.to[k] &= ~((event_mask)1 << i);
        }
    }
}

static inline void choose_sources(candidates *c, uint32_t at)
{
    while (at < c->count && !c->events[at].reads)
        at++;
    if (at == c->count) {
        candidate_event kept[EVENTS_MAX];
        memcpy(kept, c->events, sizeof kept);
        if (find_values(c)) {
            find_relations(c);
            relation all = rel_union(&c->po, &c->rf);
            if (rel_acyclic(&all)) /* true of all three models */
                order_writes(c, 0, 0);
        }
        memcpy(c->events, kept, sizeof kept);
        return;
    }
    for (uint32_t k = 0; k < c->count; k++) {
        const candidate_event *from = &c->events[k];
        if (!from->writes || from->location != c->events[at].location)
            continue;
        c->events[at].source = k;
        choose_sources(c, at + 1);
    }
}

/* All outcomes by the axioms; returns how many candidates there were. */
static inline uint64_t litmus_axioms(const litmus *l, vrrl_memory_model model, outcome_set *set)
{
    candidates c = {.program = l, .model = model, .set = set};
    set->count = 0;
    for (uint32_t i = 0; i < l->locations; i++)
        c.events[c.count++] = (candidate_event){.location = i, .writes = true};
    for (uint32_t t = 0; t < l->threads; t++) {
        for (uint32_t i = 0; i < l->count[t]; i++) {
            const struct operation *op = &l->ops[t][i];
            candidate_event e = {.op = op, .thread = t, .location = op->location};
            assert_true(c.count + 2 <= EVENTS_MAX);
            e.fence = op->kind == OPERATION_FENCE;
            e.reads = litmus_reads(op);
            e.writes = op->kind == OPERATION_STORE;
            c.events[c.count++] = e;
            if (op->kind < OPERATION_ADD || op->kind == OPERATION_FENCE)
                continue;
            e.reads = false;
            e.writes = true;
            c.events[c.count++] = e;
        }
    }
    choose_sources(&c, 0);
    return c.tried;
}

#endif
