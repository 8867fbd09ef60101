/*
 * Executions of small programs as graphs, and the rules by which two accesses of one race: those of
 * docs/checking.md, by their definition, from the whole graph, and with no code of the library.
 *
 * Vocabulary
 *   event    one operation of one slot: an access of a word, or a fence. Events stand in the order of
 *            the run's steps, so that whatever happens before an event stands before it.
 *   thread   whose events program order orders: a queue of serial workers, else a slot.
 *   from     the event whose store an event reads; GRAPH_INITIAL: what memory held before.
 *   order    a word's modification order; place 0 is what memory held before.
 */
#ifndef VRRL_TEST_ORACLE_GRAPH_H
#define VRRL_TEST_ORACLE_GRAPH_H

#include "memory/memory.h"

#include "test.h"

#include <xxhash.h>

enum {
    GRAPH_EVENTS = 96,
    GRAPH_WORDS = 48,
    GRAPH_STORES = 24, /* of a word, and its initial value */
    GRAPH_SLOTS = 8,
    GRAPH_INITIAL = 0xFF,
};

/* What an access is, as docs/checking.md calls it. */
typedef enum graph_access {
    GRAPH_PLAIN_STORE,
    GRAPH_RELEASE_STORE,
    GRAPH_PLAIN_LOAD,
    GRAPH_LOOK,
    GRAPH_EITHER_LOAD, /* a look or a plain load: the slot has both of that word */
    GRAPH_MODIFY,
    GRAPH_ACCUMULATE,
} graph_access;

typedef struct graph_event {
    uint8_t slot, thread;
    uint8_t kind, order; /* operation_kind, operation_order */
    uint8_t word;        /* its number in the graph */
    uint8_t from;        /* of what reads */
    uint8_t what;        /* graph_access */
    bool reads, writes;
    bool waits;     /* a load by which a slot finds out whether it is ready */
    bool begins;    /* or with which a TAKE or the addition of floats begins */
    bool silent;    /* it leaves the value that was there */
    bool declared;  /* by a task: what it writes counts as another value each time */
    uint32_t value; /* that it writes */
} graph_event;

typedef struct graph_word {
    uint32_t word;
    uint8_t count;
    uint8_t order[GRAPH_STORES]; /* events; [0] is GRAPH_INITIAL */
} graph_word;

typedef struct graph {
    uint32_t count, word_count;
    graph_event events[GRAPH_EVENTS];
    graph_word words[GRAPH_WORDS];
    bool full; /* there was no room: it is not the whole execution */
} graph;

/* What is said of two slots of a graph; a pair can have several. */
typedef enum graph_meeting {
    GRAPH_CONFLICTS = 1, /* unordered they would race */
    GRAPH_RACES = 2,
    GRAPH_EXCUSED = 4, /* they would race, and it makes no difference */
    GRAPH_OPEN = 8,    /* a race, or none: it cannot be told here */
} graph_meeting;

typedef struct graph_pairs {
    uint8_t of[GRAPH_SLOTS][GRAPH_SLOTS]; /* bits of graph_meeting; the first is the lower one */
} graph_pairs;

/* ---- Making one ------------------------------------------------------------------------------ */

static inline void graph_copy(graph *to, const graph *from)
{
    to->count = from->count;
    to->word_count = from->word_count;
    to->full = from->full;
    memcpy(to->events, from->events, from->count * sizeof *to->events);
    memcpy(to->words, from->words, from->word_count * sizeof *to->words);
}

/* The number of a word of memory. */
static inline uint32_t graph_word_at(graph *g, uint32_t word)
{
    uint32_t i = 0;
    while (i < g->word_count && g->words[i].word != word)
        i++;
    if (i == GRAPH_WORDS) {
        g->full = true;
        return 0;
    }
    if (i == g->word_count) {
        g->word_count++;
        g->words[i] = (graph_word){.word = word, .count = 1, .order = {GRAPH_INITIAL}};
    }
    return i;
}

/* Adds an event. `place` is where it is in the word's modification order: of a load the place that it
 * reads, of a store the one that it takes; what had it, and all behind, moves on by one. */
static inline void graph_add(graph *g, const graph_event *given, uint32_t place)
{
    if (g->count == GRAPH_EVENTS)
        g->full = true;
    if (g->full)
        return;
    uint32_t number = g->count++;
    graph_event *e = &g->events[number];
    *e = *given;
    if (e->kind == OPERATION_FENCE)
        return;
    graph_word *w = &g->words[e->word];
    assert_true(place < w->count || (e->writes && place == w->count && place > 0));
    if (e->reads)
        e->from = w->order[place - e->writes];
    if (!e->writes)
        return;
    if (w->count == GRAPH_STORES) {
        g->full = true;
        return;
    }
    memmove(w->order + place + 1, w->order + place, w->count - place);
    w->order[place] = (uint8_t)number;
    w->count++;
}

/* Place of an event's store in its word's modification order. */
static inline uint32_t graph_place(const graph *g, uint32_t word, uint32_t number)
{
    uint32_t place = 0;
    while (g->words[word].order[place] != number)
        place++;
    return place;
}

/* The graph's hash: a sum over events and words, so that the order of steps stays out. Events go by
 * their slot and their number in it. */
static inline XXH128_hash_t graph_hash(const graph *g)
{
    uint16_t number[GRAPH_EVENTS], places[GRAPH_STORES];
    uint8_t next[GRAPH_SLOTS] = {0};
    XXH128_hash_t sum = {0}, one;
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t slot = g->events[i].slot;
        number[i] = (uint16_t)(slot << 8 | next[slot]++);
    }
    for (uint32_t i = 0; i < g->count; i++) {
        const graph_event *e = &g->events[i];
        uint32_t from = e->from == GRAPH_INITIAL ? UINT16_MAX : number[e->from];
        const uint32_t row[] = {e->kind | (uint32_t)e->order << 4 | (uint32_t)e->silent << 8,
                                number[i], from, e->value,
                                e->kind == OPERATION_FENCE ? 0 : g->words[e->word].word};
        one = XXH3_128bits(row, sizeof row);
        sum.low64 += one.low64;
        sum.high64 += one.high64;
    }
    for (uint32_t w = 0; w < g->word_count; w++) {
        const graph_word *word = &g->words[w];
        for (uint32_t i = 1; i < word->count; i++)
            places[i] = number[word->order[i]];
        places[0] = 0;
        one = XXH3_128bits_withSeed(places, word->count * sizeof *places, word->word + 1ull);
        sum.low64 += word->count > 1 ? one.low64 : 0;
        sum.high64 += word->count > 1 ? one.high64 : 0;
    }
    return sum;
}

/* ---- Happens-before -------------------------------------------------------------------------- */

typedef struct graph_before {
    bool of[GRAPH_EVENTS][GRAPH_EVENTS];
} graph_before;

/* What `release` gives, `read` has if it acquires, and so has each acquire fence behind it. */
static inline void graph_synchronise(const graph *g, uint32_t release, uint32_t read,
                                     graph_before *before)
{
    if (g->events[read].order & ORDER_ACQUIRE)
        before->of[release][read] = true;
    for (uint32_t f = read + 1; f < g->count; f++)
        if (g->events[f].kind == OPERATION_FENCE && (g->events[f].order & ORDER_ACQUIRE) &&
            g->events[f].thread == g->events[read].thread)
            before->of[release][f] = true;
}

/* A release sequence from store `head`: it releases itself, or release fences before it do. */
static inline void graph_release(const graph *g, uint32_t head, uint32_t read, graph_before *before)
{
    if (g->events[head].order & ORDER_RELEASE)
        graph_synchronise(g, head, read, before);
    for (uint32_t f = 0; f < head; f++)
        if (g->events[f].kind == OPERATION_FENCE && (g->events[f].order & ORDER_RELEASE) &&
            g->events[f].thread == g->events[head].thread)
            graph_synchronise(g, f, read, before);
}

/* All release sequences that `read` reads from: through read-modify-writes back to a store, and to the
 * stores of its thread before it. */
static inline void graph_read_from(const graph *g, uint32_t read, graph_before *before)
{
    uint32_t at = g->events[read].from;
    while (at != GRAPH_INITIAL) {
        const graph_event *store = &g->events[at];
        for (uint32_t head = 0; head <= at; head++) {
            const graph_event *h = &g->events[head];
            if (h->kind != OPERATION_FENCE && h->writes && h->word == store->word &&
                h->thread == store->thread)
                graph_release(g, head, read, before);
        }
        at = store->reads ? store->from : GRAPH_INITIAL;
    }
}

static inline void graph_order(const graph *g, graph_before *before)
{
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t k = 0; k < g->count; k++)
            before->of[i][k] = i < k && g->events[i].thread == g->events[k].thread;
    for (uint32_t r = 0; r < g->count; r++)
        if (g->events[r].kind != OPERATION_FENCE && g->events[r].reads)
            graph_read_from(g, r, before);
    for (uint32_t m = 0; m < g->count; m++)
        for (uint32_t i = 0; i < m; i++)
            for (uint32_t k = m + 1; before->of[i][m] && k < g->count; k++)
                before->of[i][k] |= before->of[m][k];
}

/* ---- Races ----------------------------------------------------------------------------------- */

static inline bool graph_is_store(const graph_event *e)
{
    return e->what == GRAPH_PLAIN_STORE || e->what == GRAPH_RELEASE_STORE;
}

static inline bool graph_is_load(const graph_event *e)
{
    return e->what == GRAPH_PLAIN_LOAD || e->what == GRAPH_EITHER_LOAD;
}

/* Two accesses of one word that must be ordered. */
static inline bool graph_conflict(const graph_event *a, const graph_event *b)
{
    if (a->kind == OPERATION_FENCE || b->kind == OPERATION_FENCE || a->word != b->word ||
        a->slot == b->slot || a->what == GRAPH_LOOK || b->what == GRAPH_LOOK)
        return false;
    return a->what == GRAPH_PLAIN_STORE || b->what == GRAPH_PLAIN_STORE ||
           (a->what == GRAPH_ACCUMULATE && (graph_is_load(b) || graph_is_store(b))) ||
           (b->what == GRAPH_ACCUMULATE && (graph_is_load(a) || graph_is_store(a)));
}

/* The thread of `later` had read, before that access, what the thread of `early` stored by that access or
 * after it, or what follows in modification order. A read-modify-write reads before it writes. */
static inline bool graph_coheres(const graph *g, uint32_t early, uint32_t later)
{
    const graph_event *a = &g->events[early], *b = &g->events[later];
    for (uint32_t s = early; s < g->count; s++) {
        const graph_event *store = &g->events[s];
        if (store->kind == OPERATION_FENCE || !store->writes || store->thread != a->thread ||
            store->word != a->word)
            continue;
        uint32_t from = graph_place(g, a->word, s);
        for (uint32_t r = 0; r <= later; r++) {
            const graph_event *read = &g->events[r];
            if (read->kind != OPERATION_FENCE && read->reads && read->thread == b->thread &&
                (r < later || read->writes) && read->word == a->word &&
                read->from != GRAPH_INITIAL && graph_place(g, a->word, read->from) >= from)
                return true;
        }
        return false; /* its later stores come later in modification order, too */
    }
    return false;
}

/* Whether the writer's thread had written the word that is looked at, before its store. */
static inline bool graph_marked(const graph *g, const graph_event *look, uint32_t store)
{
    for (uint32_t i = 0; i < store; i++) {
        const graph_event *mark = &g->events[i];
        if (mark->kind != OPERATION_FENCE && mark->writes && mark->word == look->word &&
            mark->thread == g->events[store].thread)
            return true;
    }
    return false;
}

/* The load's thread looks, after it, at a word that the writer had written before the store. That a slot
 * waits for the word, or swaps it, or adds to it, may count as such a look or not. */
static inline uint8_t graph_is_validated(const graph *g, uint32_t load, uint32_t store)
{
    uint8_t found = 0;
    for (uint32_t i = load + 1; i < g->count; i++) {
        const graph_event *look = &g->events[i];
        bool looks = look->what == GRAPH_LOOK || look->what == GRAPH_EITHER_LOAD ||
                     (look->what == GRAPH_MODIFY && look->kind != OPERATION_ADD);
        if (look->kind == OPERATION_FENCE || !looks || look->thread != g->events[load].thread ||
            !graph_marked(g, look, store))
            continue;
        found |=
            look->what == GRAPH_LOOK && !look->waits && !look->begins ? GRAPH_EXCUSED : GRAPH_OPEN;
    }
    return found & GRAPH_EXCUSED ? GRAPH_EXCUSED : found;
}

/* Why two accesses that would race do not: GRAPH_EXCUSED; GRAPH_OPEN, perhaps; 0: they race. */
static inline uint8_t graph_excuse(const graph *g, uint32_t a, uint32_t b)
{
    const graph_event *first = &g->events[a], *second = &g->events[b];
    if (graph_is_store(first) && graph_is_store(second))
        return first->value == second->value && !first->declared && !second->declared
                   ? GRAPH_EXCUSED
                   : 0;
    uint32_t store = first->writes ? a : b, load = store == a ? b : a;
    if (!graph_is_load(&g->events[load]))
        return first->what == GRAPH_ACCUMULATE && first->silent     ? GRAPH_OPEN
               : second->what == GRAPH_ACCUMULATE && second->silent ? GRAPH_OPEN
                                                                    : 0;
    uint8_t found = g->events[store].silent && !g->events[store].declared
                        ? GRAPH_EXCUSED
                        : graph_is_validated(g, load, store);
    return !found && g->events[load].what == GRAPH_EITHER_LOAD ? GRAPH_OPEN : found;
}

static inline uint8_t graph_meet(const graph *g, const graph_before *before, uint32_t a, uint32_t b)
{
    if (!graph_conflict(&g->events[a], &g->events[b]))
        return 0;
    if (before->of[a][b] || graph_coheres(g, a, b) || graph_coheres(g, b, a))
        return GRAPH_CONFLICTS;
    uint8_t excuse = graph_excuse(g, a, b);
    return (uint8_t)(GRAPH_CONFLICTS | (excuse ? excuse : GRAPH_RACES));
}

/* Adds what is to be said of the graph's slots. `is_data` tells which words are. */
static inline void graph_judge(const graph *g, bool (*is_data)(const void *context, uint32_t word),
                               const void *context, graph_pairs *pairs)
{
    static graph_before before;
    graph_order(g, &before);
    for (uint32_t a = 0; a < g->count; a++) {
        const graph_event *first = &g->events[a];
        if (first->kind == OPERATION_FENCE || !is_data(context, g->words[first->word].word))
            continue;
        for (uint32_t b = a + 1; b < g->count; b++) {
            uint8_t met = graph_meet(g, &before, a, b);
            uint32_t s = first->slot, t = g->events[b].slot;
            if (met)
                pairs->of[s < t ? s : t][s < t ? t : s] |= met;
        }
    }
}

#endif
