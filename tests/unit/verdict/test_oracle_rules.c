/*
 * The oracle of the check, against what shares nothing with it: each execution that it enumerates is one
 * that RC11 allows, and it misses none (litmus_axioms.h); happens-before and coherence are the same by
 * relations; and steps that it takes at once change nothing that it says.
 */
#include "litmus_axioms.h"
#include "oracle_judge.h"
#include "oracle_program.h"

/* ---- A graph in the form of the axioms ------------------------------------------------------- */

typedef struct formal {
    candidates c;
    struct operation ops[GRAPH_EVENTS];
    uint32_t reads[GRAPH_EVENTS],
        writes[GRAPH_EVENTS]; /* a graph's event is one of these or both */
} formal;

/* Whether it has room; initial stores come first. */
static bool formal_events(const graph *g, formal *f)
{
    f->c = (candidates){.model = VRRL_MEMORY_VIEW};
    for (uint32_t w = 0; w < g->word_count && f->c.count < EVENTS_MAX; w++)
        f->c.events[f->c.count++] = (candidate_event){.location = w, .writes = true};
    for (uint32_t i = 0; i < g->count; i++) {
        const graph_event *e = &g->events[i];
        if (f->c.count + 2 > EVENTS_MAX)
            return false;
        f->ops[i] = (struct operation){.kind = e->kind, .order = e->order};
        candidate_event one = {.op = &f->ops[i],
                               .thread = e->thread,
                               .location = e->word,
                               .fence = e->kind == OPERATION_FENCE};
        f->reads[i] = f->writes[i] = f->c.count;
        if (one.fence || e->reads) {
            one.reads = !one.fence;
            f->c.events[f->c.count++] = one;
        }
        if (!one.fence && e->writes) {
            one.reads = false;
            one.writes = true;
            f->writes[i] = f->c.count;
            f->c.events[f->c.count++] = one;
        }
    }
    return true;
}

static void relate(relation *r, uint32_t from, uint32_t to)
{
    r->to[from] |= (event_mask)1 << to;
}

static void formal_relations(const graph *g, formal *f)
{
    candidates *c = &f->c;
    for (uint32_t i = 0; i < c->count; i++)
        for (uint32_t k = 0; k < c->count; k++)
            if ((!c->events[i].op && c->events[k].op) ||
                (c->events[i].op && k > i && c->events[k].thread == c->events[i].thread))
                relate(&c->po, i, k);
    for (uint32_t i = 0; i < g->count; i++) {
        const graph_event *e = &g->events[i];
        if (e->kind == OPERATION_FENCE || !e->reads)
            continue;
        relate(&c->rf, e->from == GRAPH_INITIAL ? e->word : f->writes[e->from], f->reads[i]);
        if (e->writes)
            relate(&c->rmw, f->reads[i], f->writes[i]);
    }
    for (uint32_t w = 0; w < g->word_count; w++)
        for (uint32_t a = 0; a < g->words[w].count; a++)
            for (uint32_t b = a + 1; b < g->words[w].count; b++)
                relate(&c->mo, a == 0 ? w : f->writes[g->words[w].order[a]],
                       f->writes[g->words[w].order[b]]);
}

/* The first before the second by coherence: a store of the first's thread at or after it, of the word;
 * modification order; a read of that; program order to the second. A swap reads before it writes. */
static relation coherence(const formal *f)
{
    const candidates *c = &f->c;
    event_mask own = 0, writes = events_that(c, is_write), all = ~(event_mask)0;
    for (uint32_t i = 0; i < c->count; i++)
        own |= (event_mask)(c->events[i].op != NULL) << i;
    relation in_order = rel_location(c, &c->po, true);
    relation at_or_after = rel_or_same(&in_order), stores = rel_between(own, &at_or_after, writes);
    relation mo = rel_or_same(&c->mo), to = rel_then(&stores, &mo);
    to = rel_then(&to, &c->rf);
    to = rel_then(&to, &in_order);
    return rel_between(own, &to, all);
}

/* ---- Each end -------------------------------------------------------------------------------- */

typedef struct comparison {
    uint64_t graphs, left_out;
    char text[TEXT_MAX];
} comparison;

static bool related(const relation *r, uint32_t from, uint32_t to)
{
    return r->to[from] >> to & 1;
}

static void compare_pair(const comparison *x, const graph *g, const formal *f, const relation *hb,
                         const relation *coheres, uint32_t a, uint32_t b)
{
    static graph_before before;
    const graph_event *first = &g->events[a], *second = &g->events[b];
    if (a == 0 && b == 1)
        graph_order(g, &before);
    if (before.of[a][b] != related(hb, f->writes[a], f->reads[b]))
        fail_msg("events %u and %u: happens-before differs\n%s", a, b, x->text);
    if (first->kind == OPERATION_FENCE || second->kind == OPERATION_FENCE ||
        first->word != second->word || first->thread == second->thread)
        return;
    if (graph_coheres(g, a, b) != related(coheres, f->reads[a], f->writes[b]) ||
        graph_coheres(g, b, a) != related(coheres, f->reads[b], f->writes[a]))
        fail_msg("events %u and %u: coherence differs\n%s", a, b, x->text);
}

static void compare_end(void *context, const graph *g)
{
    comparison *x = context;
    static formal f;
    if (!formal_events(g, &f)) {
        x->left_out++;
        return;
    }
    formal_relations(g, &f);
    relation rb = reads_before(&f.c), hb = happens_before(&f.c), coheres = coherence(&f);
    if (!rc11_consistent(&f.c, &rb))
        fail_msg("an execution that RC11 does not allow\n%s", x->text);
    for (uint32_t a = 0; a < g->count; a++)
        for (uint32_t b = a + 1; b < g->count; b++)
            compare_pair(x, g, &f, &hb, &coheres, a, b);
    x->graphs++;
}

static void graphs_are_those_of_the_axioms(void **state)
{
    (void)state;
    static random_text t;
    static oracle o;
    static comparison x;
    const oracle_options small = {.state_limit = 400};
    for (uint64_t seed = 1; x.graphs < 10000; seed++) {
        random_program_text(&t, seed);
        strcpy(x.text, t.at);
        vrrl_program *p = program_of(t.at);
        o.on_end = compare_end;
        o.context = &x;
        oracle_run(&o, p, &small);
        oracle_free(&o);
        vrrl_program_free(p);
    }
    print_message("%llu graphs, %llu more too large\n", (unsigned long long)x.graphs,
                  (unsigned long long)x.left_out);
}

/* ---- All ends -------------------------------------------------------------------------------- */

enum { LITMUS_PROGRAMS = 400, LITMUS_CANDIDATES = 2000 };

static struct operation random_access(random_text *t, uint32_t locations)
{
    static const uint8_t kinds[] = {
        OPERATION_STORE, OPERATION_STORE,    OPERATION_LOAD, OPERATION_LOAD,  OPERATION_ADD,
        OPERATION_ADD,   OPERATION_EXCHANGE, OPERATION_CAS,  OPERATION_FENCE, OPERATION_FENCE};
    static const uint8_t fences[] = {ORDER_ACQUIRE, ORDER_RELEASE, ORDER_SEQ_CST};
    struct operation op = {.kind = kinds[draw(t, sizeof kinds)], .value = 1 + draw(t, 3)};
    bool orders = chance(t, 50);
    if (op.kind == OPERATION_FENCE) {
        op.order = fences[draw(t, 3)];
        return op;
    }
    op.location = (uint16_t)draw(t, locations);
    op.expected = draw(t, 3);
    if (op.kind == OPERATION_EXCHANGE || op.kind == OPERATION_CAS)
        op.order = ORDER_ACQ_REL;
    else if (orders)
        op.order = op.kind == OPERATION_LOAD ? ORDER_ACQUIRE : ORDER_RELEASE;
    return op;
}

/* The operation as a line of a program; what it reads goes to r[keep]. */
static void put_access(random_text *t, const struct operation *op, uint32_t keep)
{
    uint32_t x = op->location, value = op->value;
    switch (op->kind) {
    case OPERATION_STORE:
        put(t, "  %s %u, x[%u]\n", op->order ? "STORE_RELEASE" : "STORE_U32", value, x);
        break;
    case OPERATION_LOAD:
        if (op->order)
            put(t, "  LOAD_ACQUIRE x[%u], r[%u]\n", x, keep);
        else
            put(t, "  MEMCPY x[%u], r[%u], 1\n", x, keep);
        break;
    case OPERATION_ADD:
        if (op->order)
            put(t, "  SIGNAL x[%u], %u\n", x, value);
        else
            put(t, "  FETCH_ADD %u, x[%u], r[%u]\n", value, x, keep);
        break;
    case OPERATION_EXCHANGE:
        put(t, "  EXCHANGE %u, x[%u], r[%u]\n", value, x, keep);
        break;
    case OPERATION_CAS:
        put(t, "  TRY_SWAP x[%u], k[%u], k[%u], r[%u]\n", x, op->expected, value, keep);
        break;
    default:
        put(t, "  FENCE_%s\n",
            op->order == ORDER_SEQ_CST   ? "SEQ_CST"
            : op->order == ORDER_ACQUIRE ? "ACQUIRE"
                                         : "RELEASE");
    }
}

/* The same program twice: for the axioms, and as a file. */
static litmus random_litmus(random_text *t)
{
    litmus l = {.threads = 2 + draw(t, 2)};
    uint32_t locations = 1 + draw(t, 2), reads = 0;
    t->queues = chance(t, 50) ? l.threads : 0;
    put(t, "slot_words 64\n");
    if (t->queues)
        put(t, "workers serial %u\n", t->queues);
    put(t, "words x[%u]\nwords r[16]\nwords k[4]\ninit k = 0, 1, 2, 3\nepoch\n", locations);
    for (uint32_t i = 0; i < l.threads; i++) {
        put(t, " pack");
        put_queue(t, i);
        for (uint32_t n = 1 + draw(t, 3); n > 0; n--) {
            struct operation op = random_access(t, locations);
            put_access(t, &op, reads);
            reads += litmus_reads(&op);
            l.ops[i][l.count[i]++] = op;
        }
        put(t, " end\n");
    }
    put(t, "end\n");
    litmus_finish(&l);
    return l;
}

typedef struct seen_outcomes {
    const litmus *program;
    uint32_t base;
    outcome_set set;
} seen_outcomes;

static uint32_t value_read(const graph *g, const graph_event *e)
{
    return e->from == GRAPH_INITIAL ? 0 : g->events[e->from].value;
}

static void add_end(void *context, const graph *g)
{
    seen_outcomes *seen = context;
    const litmus *l = seen->program;
    uint64_t outcome = 0;
    uint32_t next[LITMUS_THREADS] = {0};
    for (uint32_t i = 0; i < g->count; i++) {
        const graph_event *e = &g->events[i];
        if (e->kind == OPERATION_FENCE || !e->reads || g->words[e->word].word < seen->base ||
            g->words[e->word].word >= seen->base + l->locations)
            continue;
        outcome = outcome_put(outcome, l->first_read[e->slot] + next[e->slot]++, value_read(g, e));
    }
    for (uint32_t w = 0; w < g->word_count; w++) {
        const graph_word *word = &g->words[w];
        if (word->word >= seen->base && word->word < seen->base + l->locations && word->count > 1)
            outcome = outcome_put(outcome, l->reads + word->word - seen->base,
                                  g->events[word->order[word->count - 1]].value);
    }
    outcome_add(&seen->set, outcome);
}

/* Draws again what would take the axioms long. */
static bool is_small(const litmus *l)
{
    uint64_t most = 1;
    uint32_t writes = 0;
    for (uint32_t t = 0; t < l->threads; t++)
        for (uint32_t i = 0; i < l->count[t]; i++)
            writes += l->ops[t][i].kind != OPERATION_LOAD && l->ops[t][i].kind != OPERATION_FENCE;
    for (uint32_t i = 0; i < l->reads; i++)
        most *= writes + 1;
    for (uint32_t i = 2; i <= writes; i++)
        most *= i;
    return most <= LITMUS_CANDIDATES;
}

static void no_outcome_is_missed(void **state)
{
    (void)state;
    static random_text t;
    static oracle o;
    static seen_outcomes seen;
    static outcome_set axioms;
    const oracle_options large = {.state_limit = 200000};
    uint64_t seed = 1;
    for (uint32_t done = 0; done < LITMUS_PROGRAMS; seed++) {
        t = (random_text){.seed = seed};
        litmus l = random_litmus(&t);
        if (!is_small(&l))
            continue;
        vrrl_program *p = program_of(t.at);
        seen = (seen_outcomes){.program = &l, .base = p->layout.user_base};
        o.on_end = add_end;
        o.context = &seen;
        oracle_run(&o, p, &large);
        assert_false(o.too_large);
        litmus_axioms(&l, VRRL_MEMORY_VIEW, &axioms);
        if (axioms.count != seen.set.count ||
            memcmp(axioms.outcomes, seen.set.outcomes, axioms.count * sizeof *axioms.outcomes) != 0)
            fail_msg("the oracle has %u outcomes, the axioms %u\n%s", seen.set.count, axioms.count,
                     t.at);
        oracle_free(&o);
        vrrl_program_free(p);
        done++;
    }
}

/* ---- Steps at once --------------------------------------------------------------------------- */

static void assert_same(const oracle *a, const oracle *b, const char *text)
{
    for (uint32_t e = 0; e < a->epoch_count; e++) {
        const oracle_epoch *x = &a->epochs[e], *y = &b->epochs[e];
        if (memcmp(&x->pairs, &y->pairs, sizeof x->pairs) != 0 || x->may_end != y->may_end ||
            x->some_stuck != y->some_stuck || x->some_end != y->some_end ||
            x->some_shut_down != y->some_shut_down || x->observed.count != y->observed.count ||
            x->stuck_count != y->stuck_count)
            fail_msg("epoch %u differs where each step is tried\n%s", e, text);
    }
}

static void private_steps_change_nothing(void **state)
{
    (void)state;
    static random_text t;
    static oracle o, plain;
    const oracle_options quick = {.state_limit = 150}, slow = {.state_limit = 20000, .plain = true};
    uint32_t done = 0, too_large = 0;
    for (uint64_t seed = 1; done < 100; seed++) {
        random_program_text(&t, seed);
        vrrl_program *p = program_of(t.at);
        oracle_run(&o, p, &quick);
        if (!o.too_large) {
            oracle_run(&plain, p, &slow);
            too_large += plain.too_large;
            done += !plain.too_large;
            if (!plain.too_large)
                assert_same(&o, &plain, t.at);
            oracle_free(&plain);
        }
        oracle_free(&o);
        vrrl_program_free(p);
    }
    print_message("%u programs, %u more too large\n", done, too_large);
}

/* ---- What is known --------------------------------------------------------------------------- */

typedef struct known_case {
    const char *name;
    uint32_t epoch, races; /* pairs of slots */
    bool gets_stuck, differs;
} known_case;

static const known_case known_cases[] = {
    {"false-race-relaxed-add", 0, 0, false, false},
    {"false-race-pipelined1", 0, 0, false, false},
    {"last-block", 0, 0, false, false},
    {"wiped-signal", 0, 1, true, false},
    {"shrink-nop", 0, 1, true, false},
    {"../repairs/reset-forgotten", 0, 0, false, false},
    {"../repairs/reset-forgotten", 1, 1, false, true},
    {"war-relaxed", 0, 1, false, false}, /* and nothing shows: view has no load buffering */
    {"weakcmp", 0, 1, false, false},
    {"weakest-0", 0, 2, false, false},
    {"weakest-0", 1, 0, false, true},
    {"false-safe-pipelined", 0, 1, false, true},
    {"false-safe-resident", 0, 1, false, true},
    {"pipelined-safe-vs-fails", 0, 1, false, true},
    {"resident-safe-vs-fails", 0, 1, false, true},
    {"pipelined-admit", 0, 0, true, false},
    {"safe-cas-cas", 0, 0, false, true},
    {"safe-fadd-fadd", 0, 0, false, true},
    {"safe-metrics", 0, 0, false, true},
};

static void known_cases_are_as_known(void **state)
{
    (void)state;
    const oracle_options large = {.state_limit = 100000};
    static oracle o;
    for (uint32_t i = 0; i < sizeof known_cases / sizeof *known_cases; i++) {
        const known_case *k = &known_cases[i];
        char path[512];
        vrrl_program *p = NULL;
        vrrl_error err = {0};
        snprintf(path, sizeof path, VRRL_TEST_DATA "/cases/%s.mk", k->name);
        if (vrrl_program_load(path, &p, &err))
            fail_msg("%s\n%s", err.text, err.fix);
        oracle_run(&o, p, &large);
        const oracle_epoch *e = &o.epochs[k->epoch];
        if (o.too_large || oracle_pairs(e, GRAPH_RACES) != k->races ||
            e->some_stuck != k->gets_stuck || (e->observed.count > 1) != k->differs)
            fail_msg("%s, epoch %u: %u pairs race, %s, %u ends", k->name, k->epoch,
                     oracle_pairs(e, GRAPH_RACES), e->some_stuck ? "it can get stuck" : "it ends",
                     e->observed.count);
        oracle_free(&o);
        vrrl_program_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs_are_those_of_the_axioms), cmocka_unit_test(no_outcome_is_missed),
        cmocka_unit_test(private_steps_change_nothing), cmocka_unit_test(known_cases_are_as_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
