/*
 * Litmus programs, for the tests of memory models: a few threads of a few operations, as text, and
 * the set of outcomes that the models of memory/memory.h give them.
 *
 * Threads are separated by "||", operations by ";":
 *   W x 1     store          R x        load
 *   A x 1     fetch-and-add  X x 1      exchange
 *   C x 0 1   compare and swap from 0 to 1
 *   F         fence
 * An order follows the letter: acq, rel, ar (both), sc (fences); nothing is relaxed. Locations are
 * x y z, all 0 at first. An outcome is what the operations that read have read, in the order of the
 * text, and then the final values of the locations; four bits each.
 */
#ifndef VRRL_TEST_LITMUS_H
#define VRRL_TEST_LITMUS_H

#include "memory/memory.h"

#include "memory_encode.h"
#include "test.h"

enum { LITMUS_THREADS = 4, LITMUS_OPS = 8, LITMUS_LOCATIONS = 3, LITMUS_SET = 4096 };

typedef struct litmus {
    uint32_t threads, locations;
    uint32_t count[LITMUS_THREADS];
    struct operation ops[LITMUS_THREADS][LITMUS_OPS];
    uint32_t first_read[LITMUS_THREADS]; /* place in the outcome of a thread's first value */
    uint32_t reads;
} litmus;

typedef struct outcome_set {
    uint64_t outcomes[LITMUS_SET]; /* ascending */
    uint32_t count;
} outcome_set;

static inline bool litmus_reads(const struct operation *op)
{
    return op->kind != OPERATION_STORE && op->kind != OPERATION_FENCE;
}

/* Counts what the operations read and touch; after they have been filled in. */
static inline void litmus_finish(litmus *l)
{
    l->reads = 0;
    for (uint32_t t = 0; t < l->threads; t++) {
        l->first_read[t] = l->reads;
        for (uint32_t i = 0; i < l->count[t]; i++) {
            l->reads += litmus_reads(&l->ops[t][i]);
            if (l->ops[t][i].location >= l->locations)
                l->locations = l->ops[t][i].location + 1u;
        }
    }
    assert_true(l->reads + l->locations <= 16);
}

static inline struct operation litmus_op(const char *text)
{
    static const char letters[] = "RWAXCF"; /* in the order of operation_kind */
    static const struct {
        const char *name;
        enum operation_order order;
    } orders[] = {{"acq", ORDER_ACQUIRE},
                  {"rel", ORDER_RELEASE},
                  {"ar", ORDER_ACQ_REL},
                  {"sc", ORDER_SEQ_CST},
                  {"", ORDER_RELAXED}};
    char word[8] = "", where = 'x';
    unsigned a = 0, b = 0;
    int fields = sscanf(text, "%7s %c %u %u", word, &where, &a, &b);
    const char *letter = strchr(letters, word[0]);
    assert_true(fields >= 1 && letter);
    struct operation op = {
        .kind = (uint8_t)(letter - letters), .location = (uint16_t)(where - 'x'), .value = a};
    if (op.kind == OPERATION_CAS)
        op.expected = a, op.value = b;
    uint32_t k = 0;
    while (strcmp(orders[k].name, word + 1) != 0)
        assert_true(orders[k++].name[0]);
    op.order = (uint8_t)orders[k].order;
    return op;
}

static inline litmus litmus_parse(const char *text)
{
    litmus l = {.threads = 1};
    while (*text) {
        size_t length = strcspn(text, ";|");
        char one[64];
        assert_true(length < sizeof one && l.threads <= LITMUS_THREADS);
        memcpy(one, text, length);
        one[length] = '\0';
        uint32_t t = l.threads - 1;
        assert_true(l.count[t] < LITMUS_OPS);
        l.ops[t][l.count[t]++] = litmus_op(one);
        text += length;
        l.threads += *text == '|';
        while (*text && strchr(";| ", *text))
            text++;
    }
    litmus_finish(&l);
    return l;
}

static inline void outcome_add(outcome_set *set, uint64_t outcome)
{
    uint32_t at = 0;
    while (at < set->count && set->outcomes[at] < outcome)
        at++;
    if (at < set->count && set->outcomes[at] == outcome)
        return;
    assert_true(set->count < LITMUS_SET);
    memmove(&set->outcomes[at + 1], &set->outcomes[at], (set->count - at) * sizeof(uint64_t));
    set->outcomes[at] = outcome;
    set->count++;
}

static inline uint64_t outcome_put(uint64_t outcome, uint32_t place, uint32_t value)
{
    return outcome | (uint64_t)(value & 15u) << (60 - 4 * place);
}

/* ---- All runs of the engine ----------------------------------------------------------------- */

typedef struct litmus_state {
    struct memory memory;
    uint32_t at[LITMUS_THREADS], read[LITMUS_THREADS];
    uint64_t outcome;
} litmus_state;

typedef struct litmus_search {
    const litmus *program;
    outcome_set *set;
    litmus_state *stack; /* one for each depth, to go back to */
    bool visited;        /* remember states by their encoding */
    uint64_t *seen;      /* hashes; 0: free */
    uint32_t seen_room;
    struct mem_bytes bytes;
    uint64_t steps;
} litmus_search;

enum { LITMUS_DEPTH = 2 * LITMUS_THREADS * LITMUS_OPS + 1, LITMUS_SEEN = 1 << 18 };

static inline void litmus_state_copy(litmus_state *to, const litmus_state *from)
{
    struct memory kept = to->memory;
    *to = *from;
    to->memory = kept;
    assert_true(memory_copy(&to->memory, &from->memory));
}

/* Whether the state is new. */
static inline bool litmus_visit(litmus_search *s, const litmus_state *state)
{
    if (!s->visited)
        return true;
    s->bytes.used = 0;
    memory_encode(&state->memory, &s->bytes);
    mem_bytes_add(&s->bytes, state->at, sizeof state->at);
    mem_bytes_add(&s->bytes, &state->outcome, sizeof state->outcome);
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < s->bytes.used; i++)
        hash = (hash ^ s->bytes.data[i]) * 0x100000001B3u;
    hash ^= hash >> 31;
    hash += !hash;
    for (uint32_t at = (uint32_t)hash % LITMUS_SEEN;; at = (at + 1) % LITMUS_SEEN) {
        if (s->seen[at] == hash)
            return false;
        if (!s->seen[at]) {
            s->seen[at] = hash;
            return true;
        }
    }
}

static inline void litmus_walk(litmus_search *s, uint32_t depth);

static inline void litmus_try(litmus_search *s, uint32_t depth, uint32_t t, uint32_t outcome)
{
    litmus_state *state = &s->stack[depth + 1];
    const struct operation *op = &s->program->ops[t][state->at[t]];
    litmus_state_copy(state, &s->stack[depth]);
    uint32_t value = memory_step(&state->memory, t, op, outcome);
    assert_false(state->memory.limit);
    if (litmus_reads(op))
        state->outcome =
            outcome_put(state->outcome, s->program->first_read[t] + state->read[t]++, value);
    state->at[t]++;
    s->steps++;
    litmus_walk(s, depth + 1);
}

static inline void litmus_walk(litmus_search *s, uint32_t depth)
{
    litmus_state *state = &s->stack[depth];
    const litmus *l = s->program;
    bool over = true;
    assert_true(depth + 1 < LITMUS_DEPTH);
    if (!litmus_visit(s, state))
        return;
    for (uint32_t t = 0; t < l->threads; t++) {
        if (memory_can_drain(&state->memory, t)) {
            over = false;
            litmus_state_copy(&s->stack[depth + 1], state);
            memory_drain(&s->stack[depth + 1].memory, t);
            litmus_walk(s, depth + 1);
        }
        if (state->at[t] == l->count[t])
            continue;
        over = false;
        uint32_t count = memory_outcomes(&state->memory, t, &l->ops[t][state->at[t]]);
        for (uint32_t k = 0; k < count; k++) {
            s->stack[depth + 1].at[t] = state->at[t];
            litmus_try(s, depth, t, k);
        }
    }
    if (!over)
        return;
    uint64_t outcome = state->outcome;
    for (uint32_t i = 0; i < l->locations; i++)
        outcome = outcome_put(outcome, l->reads + i, memory_final(&state->memory, i));
    outcome_add(s->set, outcome);
}

/* All outcomes under a model; returns how many steps that took. */
static inline uint64_t litmus_run(const litmus *l, vrrl_memory_model model, bool visited,
                                  outcome_set *set)
{
    static const uint32_t zeros[LITMUS_LOCATIONS];
    litmus_search s = {.program = l, .set = set, .visited = visited};
    s.stack = calloc(LITMUS_DEPTH, sizeof *s.stack);
    s.seen = calloc(visited ? LITMUS_SEEN : 1, sizeof *s.seen);
    assert_true(s.stack && s.seen);
    for (uint32_t i = 0; i < LITMUS_DEPTH; i++)
        assert_true(memory_init(&s.stack[i].memory, model, l->threads));
    assert_true(memory_locations(&s.stack[0].memory, l->locations, zeros));
    set->count = 0;
    litmus_walk(&s, 0);
    for (uint32_t i = 0; i < LITMUS_DEPTH; i++)
        memory_free(&s.stack[i].memory);
    free(s.stack);
    free(s.seen);
    free(s.bytes.data);
    return s.steps;
}

#endif
